"""Notes to an .apkg, through genanki, with the parts of it replaced that cost learners reviews or authors time.

genanki gives every note and note type one time, card rows by its own rule, position 0 to every card, re-reads all decks
for each deck, and checks fields and tags with regular expressions that are quadratic. Here times and ids come from
the lock, card rows follow Anki's rule, positions teach in order, and rows go in by `executemany`.
Equal input gives equal bytes under one SQLite and zlib; the digest in `manifest.json` is equal everywhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import genanki
from genanki.apkg_col import APKG_COL
from genanki.apkg_schema import APKG_SCHEMA

from deckbuilder.anki.notes import OCCLUSION_FIELDS, DeckSpec, Media, Note, NoteType
from deckbuilder.core import scratch
from deckbuilder.core.diagnostics import Fault
from deckbuilder.lock import Lock

MANIFEST = "manifest.json"
COMMENTS = OCCLUSION_FIELDS["comments"]
# SQLite writes its own version into the header; a fixed one keeps packages of different machines alike.
_SQLITE_VERSION = (3_040_001).to_bytes(4, "big")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20


# Of one note in one deck: whether its first card is here, and which of its cards are.
_Held = tuple[Note, bool, list[int]]


@dataclass(frozen=True, slots=True)
class Written:
    """What a package holds, and the digest of its content."""

    notes: int
    cards: int
    media: int
    bytes: int
    digest: str


def write(
    path: Path,
    notes: list[Note],
    types: Mapping[str, NoteType],
    lock: Lock,
    decks: Mapping[str, DeckSpec],
    about: Mapping[str, Any],
) -> Written:
    """The package at `path`, written and read back. `decks` by the id that notes name; '' is the parent of all."""
    package = _Package(notes, types, lock, decks, about)
    try:
        package.write_to_file(path)
    except sqlite3.OperationalError as error:  # SQLite's word for a full disk
        folder = tempfile.gettempdir()
        raise Fault(
            f"the package could not be written ({error})", f"check space and permissions at {folder}"
        ) from error
    return package.verify(path)


class _NoteType(genanki.Model):  # type: ignore[misc]
    """A note type with its own time, and ids in fields and cards: renaming one is then a clean update."""

    def __init__(self, note_type: NoteType, mod: int) -> None:
        super().__init__(
            note_type.id,
            note_type.name,
            css=note_type.css,
            model_type=genanki.Model.CLOZE if note_type.cloze else genanki.Model.FRONT_BACK,
            sort_field_index=note_type.names.index(note_type.sort_field),
            fields=[
                {
                    "name": each.name,
                    "id": each.id,
                    "description": each.description,
                    "collapsed": each.collapsed,
                    "plainText": each.plain_text,
                    # As Anki's own has it: what its mask editor opens cannot be deleted, the comments can.
                    **({} if each.tag is None else {"tag": each.tag, "preventDeletion": each.tag != COMMENTS}),
                }
                for each in note_type.fields
            ],
            templates=[
                {"name": each.name, "id": each.id, "qfmt": each.front, "afmt": each.back}
                for each in note_type.templates
            ],
        )
        self._mod, self._stock = mod, note_type.stock

    @property
    def _req(self) -> list[Any]:
        return []  # Anki works it out itself; genanki's way fails on some valid templates

    def to_json(self, timestamp: float, deck_id: int) -> dict[str, Any]:
        made: dict[str, Any] = super().to_json(timestamp, deck_id)
        made |= {"mod": self._mod, "did": None, "id": self.model_id}
        made |= {"originalStockKind": self._stock} if self._stock else {}
        return made


class _Deck(genanki.Deck):  # type: ignore[misc]
    """A deck whose cards go in as rows, with the notes whose first card is here."""

    def __init__(self, spec: DeckSpec, held: list[_Held], types: Mapping[str, NoteType], lock: Lock) -> None:
        super().__init__(spec.id, spec.name, spec.description)
        self._held = held
        self.notes = [note for note, first, _ in held if first]
        self._types, self._lock = types, lock

    def to_json(self) -> dict[str, Any]:
        return {
            **super().to_json(),
            "md": True,
            "newToday": [0, 0],
            "revToday": [0, 0],
            "lrnToday": [0, 0],
            "timeToday": [0, 0],
        }

    def note_rows(self) -> Iterator[tuple[Any, ...]]:
        """id, guid, note type, mod, usn, tags, fields, sort field, checksum (Anki works it out), flags, data"""
        add = self.digest.update
        for note in self.notes:
            entry, note_type = self._lock.notes[note.key], self._types[note.kind]
            values = note_type.with_version(note.fields, entry.edition)
            tags, fields = f" {' '.join(note.tags)} ", "\x1f".join(values)
            sort_field = values[note_type.names.index(note_type.sort_field)]
            add(f"{entry.note} {entry.guid} {note_type.id} {entry.mod}{tags}{fields}\n".encode())
            yield entry.note, entry.guid, note_type.id, entry.mod, -1, tags, fields, sort_field, 0, 0, ""

    def card_rows(self) -> Iterator[tuple[Any, ...]]:
        """id, note, deck, ordinal, mod, usn, type, queue, due; then nine columns of a card that nobody has seen."""
        unseen = (0,) * 8
        add, deck = self.digest.update, self.deck_id
        for note, _, cards in self._held:
            entry = self._lock.notes[note.key]
            id, mod = entry.note, entry.mod
            rows = [(note.ordinals[card], entry.positions[card]) for card in cards]
            add(f"{id} {mod} {rows}\n".encode())
            for ordinal, due in rows:
                yield id + ordinal, id, deck, ordinal, mod, -1, 0, 0, due, *unseen, ""

    def write_to_db(
        self, cursor: sqlite3.Cursor, timestamp: float, deck_id: int, id_gen: Iterator[int] | None = None
    ) -> None:
        self.digest = hashlib.sha256(_json([self.name, self.description]).encode())
        cursor.executemany("INSERT INTO notes VALUES(?,?,?,?,?,?,?,?,?,?,?)", self.note_rows())
        cursor.executemany("INSERT INTO cards VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", self.card_rows())


class _Package(genanki.Package):  # type: ignore[misc]
    """A deflated, reproducible package with a manifest."""

    def __init__(
        self,
        notes: list[Note],
        types: Mapping[str, NoteType],
        lock: Lock,
        decks: Mapping[str, DeckSpec],
        about: Mapping[str, Any],
    ) -> None:
        used = {note.kind for note in notes}
        self._models = {kind: _NoteType(each, lock.types[kind].mod) for kind, each in types.items() if kind in used}
        super().__init__([_Deck(decks[id], held, types, lock) for id, held in _by_deck(notes, lock, decks)])
        self._media: list[Media] = sorted(
            {media.name: media for note in notes for media in note.media}.values(), key=lambda media: media.name
        )
        self._about = about
        self._counts = (len(notes), sum(len(note.ordinals) for note in notes))
        self._database = ""
        self._digest = ""

    def write_to_db(self, cursor: sqlite3.Cursor, timestamp: float = 0, id_gen: Iterator[int] | None = None) -> None:
        tables, indexes = _split(APKG_SCHEMA)
        cursor.executescript(f"{tables}{APKG_COL}")
        cursor.execute("BEGIN")
        (decks,) = cursor.execute("SELECT decks FROM col").fetchone()
        found = json.loads(decks) | {str(deck.deck_id): deck.to_json() for deck in self.decks}
        models = {str(each.model_id): each.to_json(0, 0) for _, each in sorted(self._models.items())}
        cursor.execute("UPDATE col SET decks = ?, models = ?", (_json(found), _json(models)))
        for deck in self.decks:
            deck.write_to_db(cursor, timestamp, id_gen)
        for index in indexes:  # building them once at the end is half the work
            cursor.execute(index)
        cursor.execute("COMMIT")
        self._digest = self._content_digest(models)

    def write_to_file(self, file: Path, timestamp: float | None = None) -> None:
        with scratch.folder() as folder:
            database = folder / "collection.anki2"
            with closing(sqlite3.connect(database, isolation_level=None)) as connection:
                connection.execute("PRAGMA page_size=4096")
                connection.execute("PRAGMA journal_mode=OFF")
                connection.execute("PRAGMA synchronous=OFF")
                connection.execute("PRAGMA encoding='UTF-8'")
                self.write_to_db(connection.cursor())
            with database.open("r+b") as header:
                header.seek(96)
                header.write(_SQLITE_VERSION)
            self._zip(file, database)

    def _zip(self, file: Path, database: Path) -> None:
        with file.open("wb") as target:
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                self._database = _add(archive, "collection.anki2", database)
                names = {str(place): media.name for place, media in enumerate(self._media)}
                archive.writestr(_entry("media"), _json(names))
                for place, media in enumerate(self._media):
                    if _add(archive, str(place), media.path) != media.digest:
                        raise Fault(f"{media.path} changed while the package was written", "build again")
                manifest = {**self._about, "notes": self._counts[0], "cards": self._counts[1], "digest": self._digest}
                archive.writestr(_entry(MANIFEST), json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
            target.flush()
            os.fsync(target.fileno())

    def verify(self, file: Path) -> Written:
        """Read every byte back. Raises `Fault` where the disk did not keep what was written."""
        try:
            with zipfile.ZipFile(file) as archive:
                found = _hashed(archive, "collection.anki2")
                media = [_hashed(archive, str(place)) for place in range(len(self._media))]
        except (OSError, zipfile.BadZipFile) as error:
            raise Fault(f"the package could not be read back ({error})", "check the disk, then build again") from error
        if found != self._database or media != [each.digest for each in self._media]:
            raise Fault("the package read back is not the one that was written", "check the disk, then build again")
        return Written(*self._counts, len(self._media), file.stat().st_size, self._digest)

    def _content_digest(self, models: Mapping[str, Any]) -> str:
        """A digest of everything that reaches a learner, whatever SQLite and zlib made of it."""
        digest = hashlib.sha256(_json(models).encode())
        for deck in self.decks:
            digest.update(deck.digest.digest())
        for media in self._media:
            digest.update(f"{media.name} {media.digest}".encode())
        return digest.hexdigest()


def _by_deck(notes: list[Note], lock: Lock, decks: Mapping[str, DeckSpec]) -> Iterator[tuple[str, list[_Held]]]:
    """The cards of each deck by the numbers of their notes, decks by name; of those that hold none, only the parent of all."""
    held: dict[str, list[_Held]] = {id: [] for id in decks}
    for note in sorted(notes, key=lambda note: lock.notes[note.key].note):
        of = note.decks or ("",) * len(note.ordinals)
        for id in dict.fromkeys(of):
            held[id].append((note, id == of[0], [card for card, each in enumerate(of) if each == id]))
    for id in sorted(held, key=lambda id: decks[id].name):
        if held[id] or id == "":
            yield id, held[id]


def _split(schema: str) -> tuple[str, list[str]]:
    statements = [each.strip() for each in schema.split(";") if each.strip()]
    indexes = [each for each in statements if each.upper().startswith("CREATE INDEX")]
    return "".join(f"{each};\n" for each in statements if each not in indexes), indexes


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    info.create_system = 3
    return info


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    digest = hashlib.sha256()
    info = _entry(name)
    info.file_size = path.stat().st_size
    with path.open("rb") as source, archive.open(info, "w", force_zip64=info.file_size > 1 << 31) as target:
        for chunk in _chunks(source):
            digest.update(chunk)
            target.write(chunk)
    return digest.hexdigest()


def _hashed(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as member:
        for chunk in _chunks(member):
            digest.update(chunk)
    return digest.hexdigest()


def _chunks(source: Any) -> Iterable[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk
