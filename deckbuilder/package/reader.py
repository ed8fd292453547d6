"""An Anki package of any age as plain data: .apkg or .colpkg, whoever made it.

A layout is named after its collection in the zip. `anki2` and `anki21` are SQLite in schema 11, with maps in
JSON; `anki21b` is schema 18, with protobuf in its tables and each member under zstd. The one that counts is
the one that Anki would import. The package may be a stranger's: sizes are limited as declared and as they
turn out, one database in a temporary folder is all that is written, no name from inside becomes a path, and
SQLite may only read plain tables.
"""

import errno
import io
import json
import re
import sqlite3
import stat
import sys
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any, Literal

from deckbuilder.core import scratch
from deckbuilder.core.patterns import regex
from deckbuilder.package import mistaken
from deckbuilder.package.medianames import kept

MIB = 1 << 20
MAX_DATABASE = 1024 * MIB  # the collection unpacked, and again the text of all notes, which pass by one at a time
MAX_TABLE = 64 * MIB  # the text of any other table, which stays in memory
MAX_MEDIA_FILE = 256 * MIB
MAX_PIECE = 32 * MIB  # a media map, a manifest, a cell of a table, a zip's table of contents
MAX_MEMBERS = 200_000  # of the zip or the media map
MAX_ROWS = 2_000_000  # of one table
MAX_PARTS = 200_000  # decks, note types, and all fields and templates of these
MAX_VALUES = 3_000_000  # of one JSON text: each may take twenty times its own length
MAX_GUID = 4_096  # characters; Anki's have ten
MAX_TAGS = 10_000  # of a note
MAX_TAG_TEXT = MIB  # of a note; Anki's browser stands still long before
MAX_STEPS = 200_000_000  # of SQLite's machine in one query; a million notes take some ten million
MAX_SCHEMA_STEPS = 50_000  # Anki's schema takes hundreds; SQLite's time for one grows with the square of its tables
MAX_RATIO = 250  # unpacked to packed; counts from FREE_SIZE on, since a collection of blanks packs well
FREE_SIZE = 16 * MIB
MAX_MEDIA_RATIO = 50  # all media unpacked to the whole package; counts from MAX_DATABASE on
BITE = 1024  # of zstd, where four bytes can become 128 KiB: this much becomes 32 MiB at most

GIVE_A_FILE = mistaken.GIVE_A_FILE
EXPORT_AGAIN = "export it again from Anki, or ask its author for a fresh copy"
DAMAGED = f"not an Anki package, or damaged on its way: {EXPORT_AGAIN}"
OLDER_LAYOUT = "import it into Anki and export it with 'Support older Anki versions' ticked"
CHECK_DATABASE = "run Tools > Check Database in Anki and export it again"
TOO_LARGE = "shrink it in Anki and export it again, or leave it alone if it is a stranger's"

Layout = Literal["anki2", "anki21", "anki21b"]
LAYOUTS: dict[int, Layout] = {1: "anki2", 2: "anki21", 3: "anki21b"}  # by the version in `meta`


_VARINT = regex(rb"[\x80-\xff]{0,9}[\x00-\x7f]")


class UnreadablePackage(Exception):
    """One sentence: the file, what is wrong with it, and what to do next."""


@dataclass(frozen=True, slots=True)
class FieldSeen:
    name: str
    id: int | None  # by which Anki knows it through a renaming; older packages have none
    collapsed: bool


@dataclass(frozen=True, slots=True)
class TemplateSeen:
    name: str
    id: int | None
    front: str
    back: str


@dataclass(frozen=True, slots=True)
class NoteTypeSeen:
    id: int
    name: str
    kind: Literal["normal", "cloze"]
    mod: int
    css: str
    sort_field: int
    fields: tuple[FieldSeen, ...]  # in order, as are the templates
    templates: tuple[TemplateSeen, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)


@dataclass(frozen=True, slots=True)
class DeckSeen:
    id: int
    name: str  # in every layout, `::` parts its levels
    description: str


@dataclass(frozen=True, slots=True)
class NoteSeen:
    id: int
    guid: str
    note_type_id: int
    mod: int
    tags: tuple[str, ...]
    fields: tuple[str, ...]  # as many as its note type has


@dataclass(frozen=True, slots=True)
class CardSeen:
    id: int
    note_id: int  # a damaged collection may lack the note, or the deck
    deck_id: int
    ordinal: int
    due: int
    queue: int
    type: int


@dataclass(frozen=True, slots=True)
class PackedFile:
    name: str  # as the package lists it: anything at all, and never to be joined to a folder
    kept: str | None  # as Anki keeps it, safe to join to one; None where it refuses the package because of the name
    size: int  # 0 if the file is listed but absent; Anki, too, takes empty for missing
    member: str


@dataclass(frozen=True, slots=True)
class PackageContents:
    """What a package holds; each call of `notes` and `cards` starts anew, in the order of their ids.

    Both, and `content` (the bytes of a media file), work inside `with open_package(...)` and may raise
    `UnreadablePackage`. From `read`, `notes` and `cards` always work, and `content` never.
    """

    layout: Layout
    manifest: dict[str, Any] | None
    note_types: tuple[NoteTypeSeen, ...]
    decks: tuple[DeckSeen, ...]
    media: tuple[PackedFile, ...]
    note_count: int
    card_count: int
    notes: Callable[[], Iterator[NoteSeen]]
    cards: Callable[[], Iterator[CardSeen]]
    content: Callable[[PackedFile], bytes]


@contextmanager
def open_package(path: Path) -> Iterator[PackageContents]:
    """The contents of a package, notes and cards as streams, for the length of the block."""
    with ExitStack() as stack:
        with _refusals(path):
            contents = _open(path, stack)
        yield contents


def read(path: Path) -> PackageContents:
    """The contents of a package with every note and card in memory: nothing is left to fail."""
    with open_package(path) as contents:
        notes, cards = tuple(contents.notes()), tuple(contents.cards())
    return replace(contents, notes=notes.__iter__, cards=cards.__iter__)


def manifest(path: Path) -> dict[str, Any] | None:
    """What its builder says of a package, None for one that says nothing. Nothing else of it is unpacked."""
    with ExitStack() as stack, _refusals(path):
        return _manifest(_archive(path, stack))


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any] | None:
    return _json(_bytes(archive, "manifest.json", MAX_PIECE)) if "manifest.json" in archive.namelist() else None


def _open(path: Path, stack: ExitStack) -> PackageContents:
    archive = _archive(path, stack)
    members = archive.namelist()
    layout = _layout(archive)
    database = stack.enter_context(scratch.folder()) / "collection"
    with database.open("wb") as file:
        file.writelines(_unpacked(archive, f"collection.{layout}", MAX_DATABASE, layout == "anki21b"))
    db = _connect(database, stack)
    ((schema, models, deck_map),) = _rows(db, "col", ver=int, models=str, decks=str)
    if not 11 <= schema <= 18:
        raise UnreadablePackage(f"its collection is of an age unknown here (schema {schema}): {OLDER_LAYOUT}")
    types = _note_types(db) if schema >= 15 else _note_types_in_json(models)
    decks = _decks(db) if schema >= 15 else _decks_in_json(deck_map)
    note_types = tuple(sorted(types, key=lambda each: each.id))
    media = tuple(_media(archive, layout)) if "media" in members else ()
    if sum(each.size for each in media) > max(MAX_DATABASE, MAX_MEDIA_RATIO * path.stat().st_size):
        raise UnreadablePackage(f"its media unpack to far more than they take in it: {TOO_LARGE}")
    return PackageContents(
        layout=layout,
        manifest=_manifest(archive),
        note_types=note_types,
        decks=tuple(sorted(decks, key=lambda each: each.id)),
        media=media,
        note_count=sum(1 for _ in _rows(db, "notes", id=int)),
        card_count=sum(1 for _ in _rows(db, "cards", id=int)),
        notes=partial(_notes, path, db, {each.id: len(each.fields) for each in note_types}),
        cards=partial(_cards, path, db),
        content=partial(_content, path, archive, layout),
    )


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Whatever hostile or broken input sets off, as one sentence."""
    try:
        yield
        return
    except sqlite3.ProgrammingError:
        raise  # the package was closed already: the caller's fault, not the file's
    except UnreadablePackage as refusal:
        reason = str(refusal)
    except sqlite3.Error as error:
        reason = _of_sqlite(str(error))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        reason = DAMAGED
    except OSError as error:
        reason = f"cannot be read ({error.strerror or 'input error'}): check the path and the permissions"
        if error.errno == errno.EINVAL:  # a damaged zip sends `zipfile` to places before the file
            reason = DAMAGED
    except MemoryError:
        reason = f"it takes more memory than there is: {TOO_LARGE}"
    except ImportError:
        reason = "its layout is Anki's newest: run `pip install zstandard` to read it"
    except (ValueError, RecursionError):  # no JSON, UTF-8 or protobuf, or not as Anki shapes them
        reason = f"a part of it does not have the form that Anki writes: {EXPORT_AGAIN}"
    raise UnreadablePackage(f"{path}: {reason}") from None


def _of_sqlite(error: str) -> str:
    if error == "interrupted":
        return f"its collection takes far too long to read: {TOO_LARGE}"
    if "decode" in error:
        return f"its collection holds text that is not UTF-8: {CHECK_DATABASE}"
    return f"its collection is damaged, or not one of Anki's: {EXPORT_AGAIN}"


class _Capped(io.BufferedReader):
    """A file that gives no huge pieces: `zipfile` takes a table of contents in one, whatever its length."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAX_PIECE:
            raise zipfile.BadZipFile
        return super().read(MAX_PIECE if size is None or size < 0 else size)


def _archive(path: Path, stack: ExitStack) -> zipfile.ZipFile:
    if path.exists() and not path.is_file():  # asked before opening, since a pipe would wait for ever
        what, help = mistaken.folder(path) if path.is_dir() else ("not a file", GIVE_A_FILE)
        raise UnreadablePackage(f"{what}: {help}")
    try:
        archive = stack.enter_context(zipfile.ZipFile(stack.enter_context(_Capped(io.FileIO(path)))))
    except zipfile.BadZipFile:
        known = mistaken.file(path)
        raise UnreadablePackage(": ".join(known) if known else DAMAGED) from None
    _check(archive, path.stat().st_size)
    return archive


def _check(archive: zipfile.ZipFile, size: int) -> None:
    """Refuses what Anki never writes, by the table of contents alone."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise UnreadablePackage(f"holds more than {MAX_MEMBERS:,} files: {TOO_LARGE}")
    if len(set(archive.namelist())) < len(members):
        raise UnreadablePackage(f"holds two files of one name, which Anki never writes: {EXPORT_AGAIN}")
    if any(member.flag_bits & 0x1 or stat.S_ISLNK(member.external_attr >> 16) for member in members):
        raise UnreadablePackage(f"holds a link or an encrypted file, which Anki never writes: {EXPORT_AGAIN}")
    if sum(member.compress_size for member in members) > size:
        raise UnreadablePackage(f"its files overlap, as only those of a zip bomb do: {TOO_LARGE}")
    if not {member.compress_type for member in members} <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise UnreadablePackage(f"is compressed in a way that Anki cannot read: {EXPORT_AGAIN}")


def _layout(archive: zipfile.ZipFile) -> Layout:
    members = archive.namelist()
    layout: Layout | None = "anki21" if "collection.anki21" in members else "anki2"
    if "meta" in members:
        layout = LAYOUTS.get(_protobuf(_bytes(archive, "meta", MAX_PIECE))[0].get(1, 0))
    if layout is None:
        raise UnreadablePackage(f"its layout is newer than those known here: {OLDER_LAYOUT}")
    if f"collection.{layout}" not in members:
        raise UnreadablePackage(": ".join(mistaken.zipped(members)))
    return layout


def _bytes(archive: zipfile.ZipFile, member: str, limit: int, zstd: bool = False) -> bytes:
    return b"".join(_unpacked(archive, member, limit, zstd))


def _unpacked(archive: zipfile.ZipFile, member: str, limit: int, zstd: bool) -> Iterator[bytes]:
    """The member in pieces, and no more of them than the limit and the ratio allow."""
    info = archive.getinfo(member)
    limit = min(limit, max(FREE_SIZE, MAX_RATIO * info.compress_size))
    total = 0
    with archive.open(info) as stream:
        pieces = iter(partial(stream.read, BITE if zstd else 64 * BITE), b"")
        for piece in _unzstd(pieces) if zstd else pieces:
            total += len(piece)
            if max(total, 0 if zstd else info.file_size) > limit:  # what zstd packs is larger where it is tiny
                raise UnreadablePackage(f"its {member!r} unpacks to more than {limit:,} bytes: {TOO_LARGE}")
            yield piece
    if not zstd and total != info.file_size:
        raise EOFError


def _unzstd(pieces: Iterable[bytes]) -> Iterator[bytes]:
    import zstandard  # here, since only the newest layout needs it

    frame = zstandard.ZstdDecompressor().decompressobj()
    try:
        yield from map(frame.decompress, pieces)
    except zstandard.ZstdError:  # also for bytes after the end of the frame
        raise EOFError from None
    if not frame.eof or frame.unused_data:
        raise EOFError


def _media(archive: zipfile.ZipFile, layout: Layout) -> Iterator[PackedFile]:
    sizes = {member.filename: member.file_size for member in archive.infolist()}
    raw = _bytes(archive, "media", MAX_PIECE, layout == "anki21b")
    listed: Iterable[tuple[str, Any, int]]
    if layout == "anki21b":
        entries = enumerate(map(_protobuf, _protobuf(raw)[1][1]))
        listed = ((str(n), b"".join(texts[1]).decode(), numbers.get(2, 0)) for n, (numbers, texts) in entries)
    else:
        listed = ((member, name, sizes.get(member, 0)) for member, name in _json(raw).items())
    for count, (member, name, size) in enumerate(listed):
        if not isinstance(name, str):
            raise ValueError
        if count == MAX_MEMBERS:
            raise UnreadablePackage(f"lists more than {MAX_MEMBERS:,} media files: {TOO_LARGE}")
        yield PackedFile(name, kept(name, newest=layout == "anki21b"), size if member in sizes else 0, member)


def _content(path: Path, archive: zipfile.ZipFile, layout: Layout, media: PackedFile) -> bytes:
    if archive.fp is None:
        raise ValueError("the package is closed")
    with _refusals(path):
        if media.member not in archive.NameToInfo:
            raise UnreadablePackage(f"the media file {media.name!r} is missing from it: {EXPORT_AGAIN}")
        return _bytes(archive, media.member, min(MAX_MEDIA_FILE, media.size), layout == "anki21b")


def _connect(database: Path, stack: ExitStack) -> sqlite3.Connection:
    db = sqlite3.connect(f"{database.as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
    stack.callback(db.close)
    if sys.version_info >= (3, 11):
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_PIECE)
    db.create_collation("unicase", lambda a, b: (a.casefold() > b.casefold()) - (a.casefold() < b.casefold()))
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON", "temp_store=MEMORY"):
        db.execute(f"PRAGMA {pragma}")
    for (sql,) in _rows(db, "sqlite_master", sql=object):  # its column `type` could lie
        if not re.match(r"None$|CREATE (TABLE|INDEX|UNIQUE INDEX) ", str(sql), re.IGNORECASE):
            raise UnreadablePackage(f"its collection has views or triggers, unlike Anki's: {EXPORT_AGAIN}")
    return db


def _rows(db: sqlite3.Connection, table: str, **columns: type) -> Iterator[tuple[Any, ...]]:
    """The named columns, each of its type; NOT INDEXED makes the rows come in the order of their ids."""
    left = repeat(False, (MAX_SCHEMA_STEPS if table == "sqlite_master" else MAX_STEPS) // 10_000)
    most = MAX_ROWS if table in ("notes", "cards") else MAX_PARTS
    room = MAX_DATABASE if table == "notes" else MAX_TABLE
    db.set_progress_handler(lambda: next(left, True), 10_000)
    _check_columns(db, table, columns)
    text = 0
    for count, row in enumerate(db.execute(f"SELECT {', '.join(columns)} FROM {table} NOT INDEXED")):
        if not all(map(isinstance, row, columns.values())):
            raise UnreadablePackage(f"its table {table!r} holds values of a wrong type: {CHECK_DATABASE}")
        lengths = [len(value) for value in row if isinstance(value, (str, bytes))]
        text += sum(lengths)
        if count == most or text > room or max(lengths, default=0) > MAX_PIECE:
            raise UnreadablePackage(f"its table {table!r} is larger than any of Anki's: {TOO_LARGE}")
        yield row


def _check_columns(db: sqlite3.Connection, table: str, columns: Iterable[str]) -> None:
    """Refuses a table without these columns, or with some that are worked out when they are asked for."""
    generated = {row[1]: row[6] for row in db.execute(f"PRAGMA table_xinfo({table})")}
    if any(generated.get(column, True) for column in columns):
        raise UnreadablePackage(f"its table {table!r} lacks columns that Anki's has: {EXPORT_AGAIN}")


def _notes(path: Path, db: sqlite3.Connection, widths: dict[int, int]) -> Iterator[NoteSeen]:
    with _refusals(path):
        for row in _rows(db, "notes", id=int, guid=str, mid=int, mod=int, tags=str, flds=str):
            number, guid, note_type, mod, tags, fields = row
            if fields.count("\x1f") + 1 != widths.get(note_type):
                raise UnreadablePackage(f"the note {number} does not fit its note type: {CHECK_DATABASE}")
            if len(guid) > MAX_GUID:
                raise UnreadablePackage(f"the note {number} has a guid of more than {MAX_GUID:,} letters: {TOO_LARGE}")
            yield NoteSeen(number, guid, note_type, mod, _tags(number, tags), tuple(fields.split("\x1f")))


def _tags(note: int, tags: str) -> tuple[str, ...]:
    """The tags of a note, which Anki parts by blanks and by the blank of Chinese and Japanese."""
    tags = tags.replace("\u3000", " ")
    if len(tags) > MAX_TAG_TEXT or tags.count(" ") > 2 * MAX_TAGS:
        raise UnreadablePackage(f"the note {note} has far more tags than Anki can show: {TOO_LARGE}")
    return tuple(filter(None, tags.split(" ")))


def _cards(path: Path, db: sqlite3.Connection) -> Iterator[CardSeen]:
    with _refusals(path):
        for row in _rows(db, "cards", id=int, nid=int, did=int, ord=int, due=object, queue=int, type=int):
            number, note, deck, ordinal, due, queue, kind = row
            # Old collections have a due that is no whole number; Anki, too, takes it for 0.
            yield CardSeen(number, note, deck, ordinal, due if isinstance(due, int) else 0, queue, kind)


def _note_types(db: sqlite3.Connection) -> Iterator[NoteTypeSeen]:
    fields, templates = defaultdict[int, list[FieldSeen]](list), defaultdict[int, list[TemplateSeen]](list)
    for note_type, _, name, config in sorted(_rows(db, "fields", ntid=int, ord=int, name=str, config=bytes)):
        numbers, _ = _protobuf(config)
        fields[note_type].append(FieldSeen(name, _signed(numbers.get(9)), bool(numbers.get(7))))
    for note_type, _, name, config in sorted(_rows(db, "templates", ntid=int, ord=int, name=str, config=bytes)):
        numbers, texts = _protobuf(config)
        templates[note_type].append(TemplateSeen(name, _signed(numbers.get(8)), _text(texts[1]), _text(texts[2])))
    for id, name, mod, config in _rows(db, "notetypes", id=int, name=str, mtime_secs=int, config=bytes):
        numbers, texts = _protobuf(config)
        kind: Literal["normal", "cloze"] = "cloze" if numbers.get(1) == 1 else "normal"
        parts = tuple(fields[id]), tuple(templates[id])
        yield NoteTypeSeen(id, name, kind, mod, _text(texts[3]), numbers.get(2, 0), *parts)


def _note_types_in_json(models: str) -> Iterator[NoteTypeSeen]:
    parts = repeat(False, MAX_PARTS)
    for model in _json(models).values():
        if any(next(parts, True) for _ in (model, *_get(model, "flds", list), *_get(model, "tmpls", list))):
            raise UnreadablePackage(f"its note types have more than {MAX_PARTS:,} parts: {TOO_LARGE}")
        id, name, kind = int(_get(model, "id", int, str)), _get(model, "name", str), _get(model, "type", int)
        shape: Literal["normal", "cloze"] = "cloze" if kind == 1 else "normal"
        fields = tuple(
            FieldSeen(_get(each, "name", str), _whole(each, "id"), each.get("collapsed") is True)
            for each in _get(model, "flds", list)
        )
        templates = tuple(
            TemplateSeen(_get(each, "name", str), _whole(each, "id"), _get(each, "qfmt", str), _get(each, "afmt", str))
            for each in _get(model, "tmpls", list)
        )
        mod, sort_field = (_whole(model, key) or 0 for key in ("mod", "sortf"))
        yield NoteTypeSeen(id, name, shape, mod, _get(model, "css", str), sort_field, fields, templates)


def _whole(part: dict[str, Any], key: str) -> int | None:
    """A number, if it is one: old packages lack some of them."""
    found = part.get(key)
    return found if isinstance(found, int) else None


def _signed(number: int | None) -> int | None:
    """A varint is 64 bits without a sign; Anki's ids have one."""
    return number if number is None or number < 1 << 63 else number - (1 << 64)


def _text(pieces: list[bytes]) -> str:
    return b"".join(pieces).decode()


def _decks(db: sqlite3.Connection) -> Iterator[DeckSeen]:
    for id, name, kind in _rows(db, "decks", id=int, name=str, kind=bytes):
        normal = b"".join(_protobuf(kind)[1][1])  # of a filtered deck empty
        description = b"".join(_protobuf(normal)[1][4])
        yield DeckSeen(id, name.replace("\x1f", "::"), description.decode(errors="replace"))


def _decks_in_json(decks: str) -> Iterator[DeckSeen]:
    for count, deck in enumerate(_json(decks).values()):
        if count == MAX_PARTS:
            raise UnreadablePackage(f"holds more than {MAX_PARTS:,} decks: {TOO_LARGE}")
        yield DeckSeen(int(_get(deck, "id", int, str)), _get(deck, "name", str), str(deck.get("desc", "")))


def _json(raw: str | bytes) -> dict[str, Any]:
    raw = raw if isinstance(raw, bytes) else raw.encode()
    if sum(map(raw.count, (b"[", b"{", b","))) > MAX_VALUES:  # asked before: an empty list takes thirty bytes for two
        raise UnreadablePackage(f"a part of it holds more than {MAX_VALUES:,} values: {TOO_LARGE}")
    found = json.loads(raw.decode())
    json.dumps(found, ensure_ascii=False).encode()  # refuses half a surrogate pair, which no file could take
    if not isinstance(found, dict):
        raise ValueError
    return found


def _get(found: Any, key: str, *kinds: type) -> Any:
    value = found.get(key) if isinstance(found, dict) else None
    if not isinstance(value, kinds):
        raise ValueError
    return value


def _protobuf(message: bytes) -> tuple[dict[int, int], dict[int, list[bytes]]]:
    """The varints of a message, and its texts, blobs and messages, by field number."""
    numbers, pieces, at = dict[int, int](), defaultdict[int, list[bytes]](list), 0
    left = repeat(False, 2 * MAX_MEMBERS)
    while at < len(message):
        if next(left, True):  # so many fields are none of Anki's
            raise ValueError
        tag, at = _varint(message, at)
        if tag & 7 in (0, 2):
            number, at = _varint(message, at)
        if tag & 7 == 0:
            numbers[tag >> 3] = number
        elif tag & 7 == 2:
            pieces[tag >> 3].append(message[at : at + number])
            at += number
        else:
            at += {1: 8, 5: 4}.get(tag & 7, len(message))  # numbers of fixed width are passed over
    if at > len(message):
        raise ValueError
    return numbers, pieces


def _varint(message: bytes, at: int) -> tuple[int, int]:
    found = _VARINT.match(message, at)
    if found is None:
        raise ValueError
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(found[0])), found.end()
