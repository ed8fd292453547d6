"""An Anki package of any age as plain data: .apkg or .colpkg, whoever made it.

A layout is named after its collection in the zip. `anki2` and `anki21` are SQLite in schema 11, with maps in
JSON; `anki21b` is schema 18, with protobuf in its tables and each member under zstd. The one that counts is
the one that Anki would import. The package may be a stranger's: sizes are limited as declared and as they
turn out, one database in a temporary folder is all that is written, no name from inside becomes a path, and
SQLite may only read plain tables.
"""

import io
import sqlite3
import stat
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any, Literal

from deckbuilder.core import scratch
from deckbuilder.package import mistaken
from deckbuilder.package.database import (
    CHECK_DATABASE,
    DAMAGED,
    EXPORT_AGAIN,
    MAX_DATABASE,
    MAX_MEMBERS,
    MAX_PARTS,
    MAX_PIECE,
    MIB,
    TOO_LARGE,
    UnreadablePackage,
    connect,
    get,
    mapping,
    protobuf,
    refusals,
    rows,
)
from deckbuilder.package.medianames import kept

# What others ask of a package, its limits and refusals included.
__all__ = [
    "CHECK_DATABASE",
    "EXPORT_AGAIN",
    "FREE_SIZE",
    "LAYOUTS",
    "MAX_MEMBERS",
    "OLDER_LAYOUT",
    "TOO_LARGE",
    "CardSeen",
    "DeckSeen",
    "FieldSeen",
    "NoteSeen",
    "NoteTypeSeen",
    "PackageContents",
    "PackedFile",
    "TemplateSeen",
    "UnreadablePackage",
    "manifest",
    "open_database",
    "open_package",
    "read",
]

MAX_MEDIA_FILE = 256 * MIB
MAX_GUID = 4_096  # characters; Anki's have ten
MAX_TAGS = 10_000  # of a note
MAX_TAG_TEXT = MIB  # of a note; Anki's browser stands still long before
MAX_RATIO = 250  # unpacked to packed; counts from FREE_SIZE on, since a collection of blanks packs well
FREE_SIZE = 16 * MIB
MAX_MEDIA_RATIO = 50  # all media unpacked to the whole package; counts from MAX_DATABASE on
BITE = 1024  # of zstd, where four bytes can become 128 KiB: this much becomes 32 MiB at most
GIVE_A_FILE = mistaken.GIVE_A_FILE
OLDER_LAYOUT = "import it into Anki and export it with 'Support older Anki versions' ticked"

Layout = Literal["anki2", "anki21", "anki21b"]
LAYOUTS: dict[int, Layout] = {1: "anki2", 2: "anki21", 3: "anki21b"}  # by the version in `meta`


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
        with refusals(path):
            contents = _open(path, stack)
        yield contents


def read(path: Path) -> PackageContents:
    """The contents of a package with every note and card in memory: nothing is left to fail."""
    with open_package(path) as contents:
        notes, cards = tuple(contents.notes()), tuple(contents.cards())
    return replace(contents, notes=notes.__iter__, cards=cards.__iter__)


def manifest(path: Path) -> dict[str, Any] | None:
    """What its builder says of a package, None for one that says nothing. Nothing else of it is unpacked."""
    with ExitStack() as stack, refusals(path):
        return _manifest(_archive(path, stack))


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any] | None:
    return mapping(_bytes(archive, "manifest.json", MAX_PIECE)) if "manifest.json" in archive.namelist() else None


@contextmanager
def open_database(path: Path) -> Iterator[sqlite3.Connection]:
    """The collection of a package as SQLite holds it, for the length of the block."""
    with ExitStack() as stack:
        with refusals(path):
            archive = _archive(path, stack)
            db = _database(archive, _layout(archive), stack)
        yield db


def _database(archive: zipfile.ZipFile, layout: Layout, stack: ExitStack) -> sqlite3.Connection:
    database = stack.enter_context(scratch.folder()) / "collection"
    with database.open("wb") as file:
        file.writelines(_unpacked(archive, f"collection.{layout}", MAX_DATABASE, layout == "anki21b"))
    return connect(database, stack)


def _open(path: Path, stack: ExitStack) -> PackageContents:
    archive = _archive(path, stack)
    members = archive.namelist()
    layout = _layout(archive)
    db = _database(archive, layout, stack)
    ((schema, models, deck_map),) = rows(db, "col", ver=int, models=str, decks=str)
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
        note_count=sum(1 for _ in rows(db, "notes", id=int)),
        card_count=sum(1 for _ in rows(db, "cards", id=int)),
        notes=partial(_notes, path, db, {each.id: len(each.fields) for each in note_types}),
        cards=partial(_cards, path, db),
        content=partial(_content, path, archive, layout),
    )


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
        layout = LAYOUTS.get(protobuf(_bytes(archive, "meta", MAX_PIECE))[0].get(1, 0))
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
        entries = enumerate(map(protobuf, protobuf(raw)[1][1]))
        listed = ((str(n), b"".join(texts[1]).decode(), numbers.get(2, 0)) for n, (numbers, texts) in entries)
    else:
        listed = ((member, name, sizes.get(member, 0)) for member, name in mapping(raw).items())
    for count, (member, name, size) in enumerate(listed):
        if not isinstance(name, str):
            raise ValueError
        if count == MAX_MEMBERS:
            raise UnreadablePackage(f"lists more than {MAX_MEMBERS:,} media files: {TOO_LARGE}")
        yield PackedFile(name, kept(name, newest=layout == "anki21b"), size if member in sizes else 0, member)


def _content(path: Path, archive: zipfile.ZipFile, layout: Layout, media: PackedFile) -> bytes:
    if archive.fp is None:
        raise ValueError("the package is closed")
    with refusals(path):
        if media.member not in archive.NameToInfo:
            raise UnreadablePackage(f"the media file {media.name!r} is missing from it: {EXPORT_AGAIN}")
        return _bytes(archive, media.member, min(MAX_MEDIA_FILE, media.size), layout == "anki21b")


def _notes(path: Path, db: sqlite3.Connection, widths: dict[int, int]) -> Iterator[NoteSeen]:
    with refusals(path):
        for row in rows(db, "notes", id=int, guid=str, mid=int, mod=int, tags=str, flds=str):
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
    with refusals(path):
        for row in rows(db, "cards", id=int, nid=int, did=int, ord=int, due=object, queue=int, type=int):
            number, note, deck, ordinal, due, queue, kind = row
            # Old collections have a due that is no whole number; Anki, too, takes it for 0.
            yield CardSeen(number, note, deck, ordinal, due if isinstance(due, int) else 0, queue, kind)


def _note_types(db: sqlite3.Connection) -> Iterator[NoteTypeSeen]:
    fields, templates = defaultdict[int, list[FieldSeen]](list), defaultdict[int, list[TemplateSeen]](list)
    for note_type, _, name, config in sorted(rows(db, "fields", ntid=int, ord=int, name=str, config=bytes)):
        numbers, _ = protobuf(config)
        fields[note_type].append(FieldSeen(name, _signed(numbers.get(9)), bool(numbers.get(7))))
    for note_type, _, name, config in sorted(rows(db, "templates", ntid=int, ord=int, name=str, config=bytes)):
        numbers, texts = protobuf(config)
        templates[note_type].append(TemplateSeen(name, _signed(numbers.get(8)), _text(texts[1]), _text(texts[2])))
    for id, name, mod, config in rows(db, "notetypes", id=int, name=str, mtime_secs=int, config=bytes):
        numbers, texts = protobuf(config)
        kind: Literal["normal", "cloze"] = "cloze" if numbers.get(1) == 1 else "normal"
        parts = tuple(fields[id]), tuple(templates[id])
        yield NoteTypeSeen(id, name, kind, mod, _text(texts[3]), numbers.get(2, 0), *parts)


def _note_types_in_json(models: str) -> Iterator[NoteTypeSeen]:
    parts = repeat(False, MAX_PARTS)
    for model in mapping(models).values():
        if any(next(parts, True) for _ in (model, *get(model, "flds", list), *get(model, "tmpls", list))):
            raise UnreadablePackage(f"its note types have more than {MAX_PARTS:,} parts: {TOO_LARGE}")
        id, name, kind = int(get(model, "id", int, str)), get(model, "name", str), get(model, "type", int)
        shape: Literal["normal", "cloze"] = "cloze" if kind == 1 else "normal"
        fields = tuple(
            FieldSeen(get(each, "name", str), _whole(each, "id"), each.get("collapsed") is True)
            for each in get(model, "flds", list)
        )
        templates = tuple(
            TemplateSeen(get(each, "name", str), _whole(each, "id"), get(each, "qfmt", str), get(each, "afmt", str))
            for each in get(model, "tmpls", list)
        )
        mod, sort_field = (_whole(model, key) or 0 for key in ("mod", "sortf"))
        yield NoteTypeSeen(id, name, shape, mod, get(model, "css", str), sort_field, fields, templates)


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
    for id, name, kind in rows(db, "decks", id=int, name=str, kind=bytes):
        normal = b"".join(protobuf(kind)[1][1])  # of a filtered deck empty
        description = b"".join(protobuf(normal)[1][4])
        yield DeckSeen(id, name.replace("\x1f", "::"), description.decode(errors="replace"))


def _decks_in_json(decks: str) -> Iterator[DeckSeen]:
    for count, deck in enumerate(mapping(decks).values()):
        if count == MAX_PARTS:
            raise UnreadablePackage(f"holds more than {MAX_PARTS:,} decks: {TOO_LARGE}")
        yield DeckSeen(int(get(deck, "id", int, str)), get(deck, "name", str), str(deck.get("desc", "")))
