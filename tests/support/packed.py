"""Anki packages made by hand in each layout, small and sound, for tests that spoil one thing in a copy."""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import zstandard

LAYOUTS = ("anki2", "anki21", "anki21b")
NOTE_TYPE, DECK = 1_700_000_000_001, 1_700_000_000_002
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'

OLD = """
CREATE TABLE col (id integer PRIMARY KEY, crt integer, ver integer NOT NULL, models text, decks text, tags text);
CREATE TABLE notes (id integer PRIMARY KEY, guid text NOT NULL, mid integer NOT NULL, mod integer NOT NULL,
  usn integer, tags text NOT NULL, flds text NOT NULL, sfld integer, csum integer, flags integer, data text);
CREATE TABLE cards (id integer PRIMARY KEY, nid integer NOT NULL, did integer NOT NULL, ord integer NOT NULL,
  mod integer, usn integer, type integer NOT NULL, queue integer NOT NULL, due integer NOT NULL, data text);
CREATE INDEX ix_notes_usn ON notes (usn);
CREATE INDEX ix_cards_nid ON cards (nid);
"""
NEW = """
CREATE TABLE fields (ntid integer NOT NULL, ord integer NOT NULL, name text NOT NULL COLLATE unicase,
  config blob NOT NULL, PRIMARY KEY (ntid, ord)) without rowid;
CREATE UNIQUE INDEX idx_fields_name_ntid ON fields (name, ntid);
CREATE TABLE templates (ntid integer NOT NULL, ord integer NOT NULL, name text NOT NULL COLLATE unicase,
  mtime_secs integer NOT NULL, usn integer NOT NULL, config blob NOT NULL, PRIMARY KEY (ntid, ord)) without rowid;
CREATE TABLE notetypes (id integer NOT NULL PRIMARY KEY, name text NOT NULL COLLATE unicase,
  mtime_secs integer NOT NULL, usn integer NOT NULL, config blob NOT NULL);
CREATE TABLE decks (id integer PRIMARY KEY NOT NULL, name text NOT NULL COLLATE unicase,
  mtime_secs integer NOT NULL, usn integer NOT NULL, common blob NOT NULL, kind blob NOT NULL);
"""


def message(*pairs: tuple[int, int | str | bytes]) -> bytes:
    """A protobuf message from field numbers and values."""
    found = b""
    for number, value in pairs:
        if isinstance(value, int):
            found += varint(number << 3) + varint(value)
        else:
            raw = value.encode() if isinstance(value, str) else value
            found += varint(number << 3 | 2) + varint(len(raw)) + raw
    return found


def varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def models() -> dict[str, Any]:
    """The note types of an old layout."""
    template = {"name": "Card 1", "ord": 0, "qfmt": "{{Front}}", "afmt": "{{Back}}"}
    fields = [{"name": "Front", "ord": 0}, {"name": "Back", "ord": 1}]
    return {
        str(NOTE_TYPE): {
            "id": NOTE_TYPE,
            "name": "Basic",
            "type": 0,
            "mod": 1,
            "css": "",
            "flds": fields,
            "tmpls": [template],
        }
    }


def decks() -> dict[str, Any]:
    return {str(DECK): {"id": DECK, "name": "Arm::Facts", "desc": "About the arm"}}


def database(layout: str) -> bytes:
    """A collection with two notes."""
    new = layout == "anki21b"

    def fill(db: sqlite3.Connection) -> None:
        db.execute("PRAGMA page_size = 1024")
        db.executescript(OLD + (NEW if new else ""))
        texts = ("", "") if new else (json.dumps(models()), json.dumps(decks()))
        db.execute("INSERT INTO col VALUES (1, 1, ?, ?, ?, '{}')", (18 if new else 11, *texts))
        for n in (1, 2):
            fields = f"Question {n}\x1fAnswer {n}"
            db.execute(
                "INSERT INTO notes VALUES (?, ?, ?, 1, 0, ' Arm::Bones ', ?, 0, 0, 0, '')",
                (n, f"guid{n}", NOTE_TYPE, fields),
            )
            db.execute("INSERT INTO cards VALUES (?, ?, ?, 0, 1, 0, 0, 0, ?, '')", (n, n, DECK, n))
        if new:
            for place, name in enumerate(("Front", "Back")):
                db.execute("INSERT INTO fields VALUES (?, ?, ?, ?)", (NOTE_TYPE, place, name, message((1, 0))))
            sides = message((1, "{{Front}}"), (2, "{{Back}}"))
            db.execute("INSERT INTO templates VALUES (?, 0, 'Card 1', 1, 0, ?)", (NOTE_TYPE, sides))
            db.execute("INSERT INTO notetypes VALUES (?, 'Basic', 1, 0, ?)", (NOTE_TYPE, message((3, ".card {}"))))
            kind = message((1, message((1, 1), (4, "About the arm"))))
            db.execute("INSERT INTO decks VALUES (?, ?, 1, 0, '', ?)", (DECK, "Arm\x1fFacts", kind))

    return edited(b"", fill)


def edited(raw: bytes, edit: Callable[[sqlite3.Connection], object], *before: str) -> bytes:
    """The database after an edit; the schema may be edited, too. `before`: what is run outside a transaction."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "collection")
        path.write_bytes(raw)
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.create_collation("unicase", lambda a, b: (a.lower() > b.lower()) - (a.lower() < b.lower()))
            for pragma in ("journal_mode = OFF", "synchronous = OFF", "writable_schema = ON"):
                db.execute(f"PRAGMA {pragma}")
            for statement in before:
                db.execute(statement)
            db.execute("BEGIN")
            edit(db)
            if db.in_transaction:
                db.execute("COMMIT")
        return path.read_bytes()


@dataclass
class Packed:
    """The members of a package before zstd; `zip` packs them as Anki would, except that anything may be in them."""

    layout: str
    members: dict[str, bytes]

    @classmethod
    def sound(cls, layout: str) -> Packed:
        if layout == "anki21b":
            listed = message((1, message((1, "arm.svg"), (2, len(SVG)), (3, b"\0" * 20))))
            meta = {"meta": message((1, 3))}
        else:
            listed, meta = json.dumps({"0": "arm.svg"}).encode(), {}
        return cls(layout, {**meta, f"collection.{layout}": database(layout), "media": listed, "0": SVG})

    @property
    def collection(self) -> str:
        return f"collection.{self.layout}"

    def edit(self, edit: Callable[[sqlite3.Connection], object]) -> None:
        self.members[self.collection] = edited(self.members[self.collection], edit)

    def packed(self, name: str) -> bytes:
        """A member as it lies in the zip."""
        raw = self.members[name]
        whole = self.layout != "anki21b" or name in ("meta", "manifest.json", "collection.anki2")
        return raw if whole else zstandard.ZstdCompressor(level=1).compress(raw)

    def zip(self, path: Path) -> None:
        path.write_bytes(self.zipped())

    def zipped(self, raw: Mapping[str, bytes] = MappingProxyType({})) -> bytes:
        """The whole package; `raw`: members as they lie in the zip."""
        file = io.BytesIO()
        how = zipfile.ZIP_STORED if self.layout == "anki21b" else zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(file, "w", how, compresslevel=1) as archive:
            for name in self.members:
                archive.writestr(name, raw.get(name) or self.packed(name))
        return file.getvalue()
