"""Packages of people who mean harm, by name: each case spoils one thing in a sound package."""

from __future__ import annotations

import json
import os
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import zstandard

from deckbuilder.package import reader
from deckbuilder.package.medianames import kept
from support.packed import DECK, LAYOUTS, NOTE_TYPE, SVG, Packed, edited, message, models, varint

Spoil = Callable[[Path], object]
CASES: dict[str, Spoil] = {}  # refused by whatever reads a package
MEDIA: dict[str, Spoil] = {}  # refused by whatever reads its media, too
ODD: dict[str, Spoil] = {}  # odd, and harmless: read
NAMED: dict[str, Spoil] = {}  # read, and told that Anki refuses it
MUCH: dict[str, Spoil] = {}  # far more of one thing than any deck has: read or refused, within memory and time


def _deflated(raw: bytes) -> bytes:
    """As a zip holds it, without a header of its own."""
    press = zlib.compressobj(wbits=-15)
    return press.compress(raw) + press.flush()


def case(name: str, to: dict[str, Spoil] = CASES) -> Callable[[Spoil], Spoil]:
    def noted(spoil: Spoil) -> Spoil:
        assert name not in to, name
        to[name] = spoil
        return spoil

    return noted


def package(path: Path, members: Mapping[str, bytes | None] | None = None, layout: str = "anki2") -> None:
    """A package with other members; `collection` is the database of its layout, None takes one away."""
    packed = Packed.sound(layout)
    for name, raw in (members or {}).items():
        name = packed.collection if name == "collection" else name
        if raw is None:
            del packed.members[name]
        else:
            packed.members[name] = raw
    packed.zip(path)


def as_packed(path: Path, layout: str, name: str, raw: bytes) -> None:
    """A package of which one member lies in the zip as these bytes."""
    packed = Packed.sound(layout)
    name = packed.collection if name == "collection" else name
    with zipfile.ZipFile(path, "w") as archive:
        for each in packed.members:
            archive.writestr(each, raw if each == name else packed.packed(each))


def sql(path: Path, statements: Iterable[str], layout: str = "anki2") -> None:
    """A package with an edited database."""

    def edit(db: sqlite3.Connection) -> None:
        for statement in statements:
            db.execute(statement)

    spoilt(layout, lambda raw: edited(raw, edit), path)


def spoilt(layout: str, change: Callable[[bytes], bytes], path: Path) -> None:
    """A package with another database."""
    package(path, {"collection": change(Packed.sound(layout).members[f"collection.{layout}"])}, layout)


def in_json(column: str, value: object, path: Path) -> None:
    """A package of the old layout with other note types or decks."""
    text = value if isinstance(value, str) else json.dumps(value)
    spoilt("anki2", lambda raw: edited(raw, lambda db: db.execute(f"UPDATE col SET {column} = ?", (text,))), path)


def with_headers(path: Path, name: str, header: Mapping[str, int]) -> None:
    """A sound package in whose table of contents one member's entry says something else."""
    package(path)
    places = {"flags": (8, "<H"), "method": (10, "<H"), "crc": (16, "<L"), "packed": (20, "<L"), "size": (24, "<L")}
    places |= {"attributes": (38, "<L"), "offset": (42, "<L")}
    raw = bytearray(path.read_bytes())
    at = 0
    while raw[at + 46 : at + 46 + len(name)] != name.encode():
        at = raw.index(b"PK\1\2", at + 1)
    for key, value in header.items():
        place, form = places[key]
        struct.pack_into(form, raw, at + place, value)
        if key in ("flags", "method"):
            local = struct.unpack_from("<L", raw, at + 42)[0]
            struct.pack_into(form, raw, local + place - 2, value)
    path.write_bytes(raw)


def zeros(size: int) -> bytes:
    return bytes(size)


def rle_frame(size: int, claimed: int | None = None) -> bytes:
    """A zstd frame of blanks, four bytes for each 128 KiB; `claimed`: the size that its header states."""
    header = b"\x28\xb5\x2f\xfd" + (b"\0\x38" if claimed is None else b"\xe0" + struct.pack("<Q", claimed))
    blocks = size >> 17
    return header + b"".join(
        struct.pack("<L", (0x20000 << 3) | 2 | (n == blocks - 1))[:3] + b"\0" for n in range(blocks)
    )


def entry(name: bytes, raw: bytes, size: int, crc: int, offset: int = 0, extra: bytes = b"") -> tuple[bytes, bytes]:
    """The header before a deflated member, and its entry in the table of contents."""
    about = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 33, crc, len(raw), size, len(name), len(extra))
    return (
        b"PK\3\4" + about + name + extra,
        b"PK\1\2\x14\0" + about + struct.pack("<HHHLL", 0, 0, 0, 0, offset) + name + extra,
    )


def contents(path: Path, body: bytes, entries: list[bytes]) -> None:
    table = b"".join(entries)
    count = min(len(entries), 0xFFFF)
    end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, count, count, len(table), len(body), 0)
    path.write_bytes(body + table + end)


# Files


CASES |= {
    "an empty file": lambda path: path.write_bytes(b""),
    "a text": lambda path: path.write_text("not a zip"),
    "noise": lambda path: path.write_bytes(bytes(n * n * 31 >> 3 & 255 for n in range(9_999))),
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "a device without end": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": lambda path: path.symlink_to(path),
    "a link to nothing": lambda path: path.symlink_to(path.parent / "nothing"),
    "no file": lambda path: None,
}


@case("a zip without a collection")
def _(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")


@case("a file that nobody may read")
def _(path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read every file")
    package(path)
    path.chmod(0)


for share in (1, 3, 5, 9):

    @case(f"cut off after {share} tenths")
    def _(path: Path, share: int = share) -> None:
        package(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size * share // 10])


# The zip


HEADERS: dict[str, dict[str, int]] = {
    "a collection that is a link": {"attributes": 0o120777 << 16},
    "an encrypted collection": {"flags": 1},
    "strong encryption": {"flags": 0x40},
    "patched data": {"flags": 0x20},
    "a wrong checksum": {"crc": 0},
    "a size that is said to be smaller": {"size": 100},
    "a size that is said to be larger": {"size": 10_000_000},
    "a size that is said to be 4 GiB": {"size": 0xFFFFFFFE},
    "packed bytes that end after the file": {"packed": 0x7FFFFFFF},
    "a collection that begins after the file": {"offset": 0x7FFFFFFF},
    "a collection whose header is another's": {"offset": 5},
    **{f"compression method {method}": {"method": method} for method in (1, 6, 9, 12, 14, 93, 95, 98, 99)},
}
for name, header in HEADERS.items():
    CASES[name] = partial(with_headers, name="collection.anki2", header=header)
CASES["a picture that is a link"] = partial(with_headers, name="0", header={"attributes": 0o120777 << 16})


@case("two members of one name")
def _(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning):
        for _ in range(2):
            archive.writestr("collection.anki2", Packed.sound("anki2").members["collection.anki2"])


for number, place in (("2**64 - 1", 2**64 - 1), ("2**63", 2**63), ("2**40", 2**40)):

    @case(f"a member that begins at byte {number}")
    def _(path: Path, place: int = place) -> None:
        raw = Packed.sound("anki2").members["collection.anki2"]
        deflated = _deflated(raw)
        head, _ = entry(b"collection.anki2", deflated, len(raw), zlib.crc32(raw))
        extra = struct.pack("<HHQ", 1, 8, place)
        _, listed = entry(b"collection.anki2", deflated, len(raw), zlib.crc32(raw), 0xFFFFFFFF, extra)
        contents(path, head + deflated, [listed])

    @case(f"a size of {number}")
    def _(path: Path, size: int = place) -> None:
        raw = Packed.sound("anki2").members["collection.anki2"]
        deflated = _deflated(raw)
        head, _ = entry(b"collection.anki2", deflated, len(raw), zlib.crc32(raw))
        extra = struct.pack("<HHQ", 1, 8, size)
        _, listed = entry(b"collection.anki2", deflated, 0xFFFFFFFF, zlib.crc32(raw), 0, extra)
        contents(path, head + deflated, [listed])


for name, place in (("a table of contents said to be of 4 GiB", 12), ("a table of contents at 4 GiB", 16)):

    @case(name)
    def _(path: Path, place: int = place) -> None:
        package(path)
        raw = bytearray(path.read_bytes())
        struct.pack_into("<L", raw, raw.rindex(b"PK\5\6") + place, 0xFFFFFFF0)
        path.write_bytes(raw)


@case("two hundred thousand members and one")
def _(path: Path) -> None:
    head, _ = entry(b"0", b"", 0, 0)
    contents(path, head, [entry(str(n).encode(), b"", 0, 0)[1] for n in range(reader.MAX_MEMBERS + 1)])


@case("three hundred thousand members of no name")
def _(path: Path) -> None:
    contents(path, b"", [entry(b"", b"", 0, 0)[1]] * 300_000)


for name in ("collection", "media", "meta", "manifest.json"):
    CASES[f"a deflate bomb for {name}"] = partial(package, members={name: zeros(64 << 20)})


@case("a deflate bomb that says it is small")
def _(path: Path) -> None:
    raw = zeros(64 << 20)
    deflated = _deflated(raw)
    head, listed = entry(b"collection.anki2", deflated, 1_000, zlib.crc32(raw[:1_000]))
    contents(path, head + deflated, [listed])


@case("a bomb of overlapping members")
def _(path: Path) -> None:
    overlapping(path, nested=False)


@case("a bomb of members that quote the next one's header")
def _(path: Path) -> None:
    overlapping(path, nested=True)


def overlapping(path: Path, nested: bool, count: int = 2_000) -> None:
    """After Fifield: every member is the same kernel; where nested, each quotes all headers behind its own."""
    kernel = _deflated(zeros(8 << 20))
    crc = zlib.crc32(zeros(8 << 20))
    sound = Packed.sound("anki2")
    heads: list[bytes] = []
    for name in ("collection.anki2", "media"):
        raw = sound.members[name]
        if name == "media":
            raw = json.dumps({str(n): f"{n}.svg" for n in range(count)}).encode()
        deflated = _deflated(raw)
        heads.append(entry(name.encode(), deflated, len(raw), zlib.crc32(raw))[0] + deflated)
    entries = []
    at = 0
    for head, name in zip(heads, ("collection.anki2", "media"), strict=True):
        raw = head[30 + len(name) :]
        size, checksum = len(zlib.decompress(raw, wbits=-15)), zlib.crc32(zlib.decompress(raw, wbits=-15))
        entries.append(entry(name.encode(), raw, size, checksum, at)[1])
        at += len(head)
    body = b"".join(heads)
    if not nested:
        head, _ = entry(b"0", kernel, 8 << 20, crc)
        contents(
            path,
            body + head + kernel,
            entries + [entry(str(n).encode(), kernel, 8 << 20, crc, at)[1] for n in range(count)],
        )
        return
    pieces, tail, size, found = [], kernel, 8 << 20, []
    unpacked = b""
    for n in reversed(range(count)):
        head, _ = entry(str(n).encode(), tail, size, zlib.crc32(unpacked, crc) if unpacked else crc)
        found.append((n, tail, size))
        quote = b"\0" + struct.pack("<HH", len(head), len(head) ^ 0xFFFF)
        pieces.append(head)
        tail, size = quote + head + tail, size + len(head)
        if len(tail) > 200_000:
            break
    offset = at + len(tail) - len(kernel)
    for n, raw, unpacked_size in found:
        head = entry(str(n).encode(), raw, unpacked_size, crc)[0]
        offset = at + len(tail) - len(raw) - len(head)
        entries.append(entry(str(n).encode(), raw, unpacked_size, crc, offset)[1])
    contents(path, body + tail, entries)


# zstd


CASES |= {
    "a zstd bomb for a collection": lambda path: as_packed(path, "anki21b", "collection", rle_frame(1 << 30)),
    "a zstd bomb for a list of media": lambda path: as_packed(path, "anki21b", "media", rle_frame(1 << 30)),
    "a zstd bomb that says it is small": lambda path: as_packed(
        path, "anki21b", "collection", rle_frame(1 << 30, 1_000)
    ),
    "a zstd frame that says it is 16 EiB": lambda path: as_packed(
        path, "anki21b", "collection", rle_frame(1 << 20, 2**64 - 1)
    ),
    "zstd cut off": lambda path: as_packed(path, "anki21b", "collection", rle_frame(1 << 24)[:-5]),
    "no zstd": lambda path: as_packed(path, "anki21b", "collection", Packed.sound("anki2").members["collection.anki2"]),
    "empty instead of zstd": lambda path: as_packed(path, "anki21b", "collection", b""),
    "many zstd frames": lambda path: as_packed(path, "anki21b", "collection", rle_frame(1 << 20) * 20_000),
    "skippable zstd frames": lambda path: as_packed(
        path, "anki21b", "collection", b"\x50\x2a\x4d\x18" + struct.pack("<L", 8) + bytes(8)
    ),
    "a zstd frame with more behind it": lambda path: as_packed(
        path, "anki21b", "collection", Packed.sound("anki21b").packed("collection.anki21b") + b"more"
    ),
    "a zstd window of 3.75 TiB": lambda path: as_packed(
        path, "anki21b", "collection", b"\x28\xb5\x2f\xfd\0\xff" + rle_frame(1 << 20)[6:]
    ),
}


@case("zstd with a dictionary")
def _(path: Path) -> None:
    raw = Packed.sound("anki21b").members["collection.anki21b"]
    known = zstandard.ZstdCompressionDict(raw, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    as_packed(path, "anki21b", "collection", zstandard.ZstdCompressor(dict_data=known).compress(raw + raw))


# The database


PAGE = 1024
LOOSE_NOTES = ("DROP TABLE notes", "CREATE TABLE notes (id, guid, mid, mod, tags, flds)")
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n {}) "


def loose(guid: str = "'g'", tags: str = "''", flds: str = "'a' || char(31) || 'b'", id: str = "1") -> tuple[str, ...]:
    """Notes without types, and one of them, in SQL."""
    return (*LOOSE_NOTES, f"INSERT INTO notes VALUES ({id}, {guid}, {NOTE_TYPE}, 1, {tags}, {flds})")


SPOILT: dict[str, tuple[str, ...]] = {
    "no notes": ("DROP TABLE notes",),
    "no cards": ("DROP TABLE cards",),
    "no col": ("DROP TABLE col",),
    "an empty col": ("DELETE FROM col",),
    "two rows in col": ("INSERT INTO col SELECT 2, crt, ver, models, decks, tags FROM col",),
    "schema 10": ("UPDATE col SET ver = 10",),
    "schema 19": ("UPDATE col SET ver = 19",),
    "a schema that is a word": ("UPDATE col SET ver = 'new'",),
    "models that are NULL": ("UPDATE col SET models = NULL",),
    "notes without fields": ("ALTER TABLE notes RENAME COLUMN flds TO fields",),
    "cards without a deck": ("ALTER TABLE cards DROP COLUMN did",),
    "a trigger": ("CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM cards; END",),
    "a view": ("CREATE VIEW v AS SELECT 1",),
    "a view for notes, without end": (
        "DROP TABLE notes",
        f"CREATE VIEW notes AS {ENDLESS.format('')} "
        "SELECT i AS id, 'g' AS guid, 1 AS mid, 1 AS mod, '' AS tags, '' AS flds FROM n",
    ),
    "a view that says it is a table": (
        "CREATE VIEW v AS SELECT 1",
        "UPDATE sqlite_master SET type = 'table' WHERE name = 'v'",
    ),
    "a virtual table": ("CREATE VIRTUAL TABLE f USING fts5(text)",),
    "a virtual table for notes": (
        "DROP TABLE notes",
        "CREATE VIRTUAL TABLE notes USING fts5(id, guid, mid, mod, tags, flds)",
    ),
    "fields that are generated": (
        "DROP TABLE notes",
        "CREATE TABLE notes (id, guid, mid, mod, tags, flds AS (hex(zeroblob(16000000))))",
    ),
    "fields that are generated and stored": (
        "DROP TABLE notes",
        "CREATE TABLE notes (id, guid, mid, mod, tags, flds AS (guid) STORED)",
    ),
    "an id that is a text": loose(id="'1'"),
    "an id that is NULL": loose(id="NULL"),
    "a guid that is NULL": loose(guid="NULL"),
    "tags that are a number": loose(tags="7"),
    "fields that are a blob": loose(flds="x'611f62'"),
    "a time that is a fraction": ("UPDATE notes SET mod = 1.5",),
    "an ordinal that is a word": ("UPDATE cards SET ord = 'first'",),
    "text that is not UTF-8": ("UPDATE notes SET flds = CAST(x'ff1fff' AS text)",),
    "half a surrogate pair": ("UPDATE notes SET flds = CAST(x'eda0801f' AS text)",),
    "too few fields": ("UPDATE notes SET flds = 'one'",),
    "too many fields": ("UPDATE notes SET flds = flds || char(31) || 'three'",),
    "notes of an unknown note type": ("UPDATE notes SET mid = 5",),
    "a cell of 40 MiB": ("UPDATE notes SET flds = CAST(zeroblob(41943040) AS text) || char(31)",),
    "all tables on one page": ("UPDATE sqlite_master SET rootpage = 1",),
    "a schema that is no SQL": ("UPDATE sqlite_master SET sql = 'CREATE TABLE notes (' WHERE name = 'notes'",),
    "a schema that is a blob": ("UPDATE sqlite_master SET sql = x'00' WHERE name = 'notes'",),
    "a schema nested without end": (
        "UPDATE sqlite_master SET sql = 'CREATE TABLE cards (id, CHECK ' || replace(hex(zeroblob(9999)), '0', '(') "
        "|| '1' || replace(hex(zeroblob(9999)), '0', ')') || ')' WHERE name = 'cards'",
    ),
    "forty thousand columns": (
        f"UPDATE sqlite_master SET sql = ({ENDLESS.format('LIMIT 40000')} SELECT 'CREATE TABLE cards (c' || "
        "group_concat(i, ', c') || ')' FROM n) WHERE name = 'cards'",
    ),
}
HEAVY: dict[str, tuple[str, ...]] = {
    "two million notes and more": (
        f"INSERT INTO notes {ENDLESS.format('LIMIT 2000001')} "
        f"SELECT i, '', {NOTE_TYPE}, 1, 0, '', char(31), 0, 0, 0, '' FROM n",
    ),
    "a schema of 33 MiB": (
        "UPDATE sqlite_master SET sql = replace(sql, '(id', '(/*' || hex(zeroblob(17301504)) || '*/ id') "
        "WHERE name = 'notes'",
    ),
    "three hundred thousand tables": (
        f"INSERT INTO sqlite_master {ENDLESS.format('LIMIT 300000')} "
        "SELECT 'table', 't' || i, 't' || i, 2, 'CREATE TABLE t' || i || '(a)' FROM n",
    ),
}


def ring(raw: bytes) -> bytes:
    """Inner pages of the notes that lead back to themselves."""
    made = bytearray(edited(raw, lambda db: many(db, 300, 500)))
    for page in range(1, len(made) // PAGE):
        if made[page * PAGE] == 5:
            struct.pack_into(">L", made, page * PAGE + 8, page + 1)
            for cell in range(struct.unpack_from(">H", made, page * PAGE + 3)[0]):
                place = page * PAGE + struct.unpack_from(">H", made, page * PAGE + 12 + 2 * cell)[0]
                struct.pack_into(">L", made, place, page + 1)
    return bytes(made)


def circle(raw: bytes) -> bytes:
    """A text of 100 MB on three: the last page of it leads back to its first."""
    made = bytearray(edited(raw, lambda db: many(db, 1, 3_000_000)))
    first = 0
    for at in range(PAGE, len(made), PAGE):
        if made[at] == 13 and (place := made.find(sqlite_varint(2 * 3_000_001 + 13), at, at + PAGE)) > 0:
            made[place : place + 4] = sqlite_varint(2 * 100_000_000 + 13)
            cell = at + struct.unpack_from(">H", made, at + 8 + 2 * (made[at + 4] - 1))[0]
            made[cell : cell + 4] = sqlite_varint(100_000_000 + (place - cell))
        elif made[at + 4 : at + 12] == b"x" * 8:
            first = first or at // PAGE + 1
            if made[at : at + 4] == bytes(4):
                struct.pack_into(">L", made, at, first)
    return bytes(made)


def many(db: sqlite3.Connection, count: int, length: int) -> None:
    row = f"INSERT INTO notes VALUES (?, '', {NOTE_TYPE}, 1, 0, '', ?, 0, 0, 0, '')"
    db.executemany(row, ((n, "x" * length + "\x1f") for n in range(3, 3 + count)))


def sqlite_varint(number: int) -> bytes:
    """Big-endian, where protobuf's are little."""
    found = bytes([number & 0x7F])
    while number := number >> 7:
        found = bytes([number & 0x7F | 0x80]) + found
    return found


for name, statements in HEAVY.items():
    CASES[name] = partial(sql, statements=statements)
for layout in LAYOUTS:
    for name, statements in SPOILT.items():
        CASES[f"{layout}: {name}"] = partial(sql, statements=statements, layout=layout)
    CASES |= {
        f"{layout}: a collection cut off": partial(spoilt, layout, lambda raw: raw[: 3 * PAGE]),
        f"{layout}: a collection of noise": partial(spoilt, layout, lambda raw: b"\x5a\xa5" * 8_192),
        f"{layout}: an empty collection": partial(spoilt, layout, lambda raw: b""),
        f"{layout}: a header and no database": partial(spoilt, layout, lambda raw: raw[:16] + bytes(8_176)),
        f"{layout}: another magic": partial(spoilt, layout, lambda raw: b"SQLite format 4" + raw[15:]),
        f"{layout}: pages of 3 bytes": partial(spoilt, layout, lambda raw: raw[:16] + b"\0\3" + raw[18:]),
        f"{layout}: pages of nothing": partial(spoilt, layout, lambda raw: raw[:PAGE] + bytes(len(raw) - PAGE)),
        f"{layout}: four billion pages": partial(spoilt, layout, lambda raw: raw[:28] + b"\xff" * 4 + raw[32:]),
        f"{layout}: a file format of the future": partial(
            spoilt, layout, lambda raw: raw[:18] + b"\x09\x09" + raw[20:]
        ),
        f"{layout}: pages that are their own children": partial(spoilt, layout, lambda raw: ring(raw)),
        f"{layout}: overflow pages that lead in a circle": partial(spoilt, layout, lambda raw: circle(raw)),
    }


# What is written in JSON


DEEP = "[" * 100_000 + "]" * 100_000


def one(**changes: object) -> dict[str, object]:
    """The note types of an old layout, of which the one there is has other values."""
    return {str(NOTE_TYPE): models()[str(NOTE_TYPE)] | changes}


TYPES: dict[str, object] = {
    "no JSON": "{",
    "nothing": "",
    "a list": [],
    "null": "null",
    "nested without end": '{"1": ' + DEEP + "}",
    "a number of 5,000 digits": '{"1": ' + "9" * 5_000 + "}",
    "a type that is a text": {"1": "Basic"},
    "no fields": one(flds=None),
    "fields that are a mapping": one(flds={}),
    "fields that are texts": one(flds=["Front", "Back"]),
    "a field that has no name": one(flds=[{"ord": 0}, {"ord": 1}]),
    "one field too few": one(flds=[{"name": "Front"}]),
    "an id that is a word": one(id="basic"),
    "an id of 5,000 digits": one(id="9" * 5_000),
    "an id that is endless": '{"1": {"id": Infinity, "name": "", "type": 0, "flds": [], "tmpls": []}}',
    "a name that is a number": one(name=5),
    "a name that is half a character": '{"1": {"id": 1, "name": "\\ud800", "type": 0, "flds": [], "tmpls": []}}',
    "a kind that is a word": one(type="cloze"),
    "no templates": one(tmpls=None),
    "five million empty lists": '{"1": [' + "[]," * 5_000_000 + "1]}",
}
for name, value in TYPES.items():
    CASES[f"note types: {name}"] = partial(in_json, "models", value)
for name, value in {
    "no JSON": "{",
    "a list": [],
    "nested without end": '{"1": ' + DEEP + "}",
    "a deck that is a text": {"1": "Arm"},
    "an id that is a list": {"1": {"id": [], "name": "Arm"}},
    "no name": {"1": {"id": 1}},
    "a name that is null": {"1": {"id": 1, "name": None}},
    "a description that is half a character": '{"1": {"id": 1, "name": "A", "desc": "\\udfff"}}',
}.items():
    CASES[f"decks: {name}"] = partial(in_json, "decks", value)


for name, raw in {
    "no JSON": b"{",
    "a list": b"[]",
    "a number": b"7",
    "not UTF-8": b'{"0": "\xff.svg"}',
    "nested without end": b'{"0": ' + DEEP.encode() + b"}",
    "a name that is a list": b'{"0": ["arm.svg"]}',
    "a name that is null": b'{"0": null}',
    "a name that is half a character": b'{"0": "\\ud800.svg"}',
    "two hundred thousand files and one": json.dumps({str(n): f"{n}.svg" for n in range(200_001)}).encode(),
}.items():
    CASES[f"media: {name}"] = partial(package, members={"media": raw})
for name, raw in {
    "no JSON": b"{",
    "a list": b"[]",
    "nested without end": b'{"a": ' + DEEP.encode() + b"}",
    "half a character": b'{"edition": "\\ud800"}',
}.items():
    CASES[f"manifest: {name}"] = partial(package, members={"manifest.json": raw})


# Names that lead elsewhere when they are joined to a folder: they are named, and nothing is written under them


UNSAFE = (
    *(
        "",
        ".",
        "..",
        "...",
        ".. ",
        " ",
        "../arm.svg",
        "..\\arm.svg",
        "/etc/passwd",
        "a/b.svg",
        "a\\b.svg",
        "\\\\server\\a.svg",
    ),
    *(
        "C:arm.svg",
        "c:\\arm.svg",
        "//server/a.svg",
        "arm\0.svg",
        "arm\n.svg",
        "\x1b[2J.svg",
        "\x9b2J.svg",
        "arm.svg.",
        "arm.svg ",
    ),
    *("CON", "nul", "Aux.svg", "com1.txt", "LPT9", "PRN.tar.gz", "COM¹", "nul .svg", "CONIN$"),
)
for name in UNSAFE:
    listed = message((1, message((1, name), (2, len(SVG)))))
    for layout, raw in (("anki2", json.dumps({"0": name}).encode()), ("anki21b", listed)):
        taken = kept(name, newest=layout == "anki21b") is not None
        (ODD if taken else NAMED)[f"{layout}: media under the name {name!r}"] = partial(
            package, layout=layout, members={"media": raw}
        )


# What is written in protobuf


for name, raw in {
    "of another version": message((1, 4)),
    "of version 0": message((1, 0)),
    "of version 2**63": message((1, 1 << 63)),
    "cut off": b"\x08",
    "a number without end": b"\x08" + b"\xff" * 20,
    "of noise": b"\xff" * 20,
    "that promises the older layout": message((1, 1)),
}.items():
    CASES[f"a meta {name}"] = partial(package, layout="anki21b", members={"meta": raw})
for name, raw in {
    "cut off": message((1, message((1, "arm.svg"))))[:-3],
    "noise": b"\xff" * 50,
    "a length of 2**60": b"\x0a" + varint(1 << 60),
    "a length of 2**69": b"\x0a" + b"\xff" * 9 + b"\x7f",
    "a group": b"\x0b\x0c",
    "a name that is not UTF-8": message((1, message((1, b"\xff.svg")))),
    "a list of numbers": message((1, b"\x0a\xff")),
    "sixteen million numbers": b"\x08\x01" * ((reader.FREE_SIZE >> 1) - 9),
    "eight million entries": b"\x0a\0" * ((reader.FREE_SIZE >> 1) - 9),
    "two hundred thousand files and one": b"".join(message((1, message((1, f"{n}.svg")))) for n in range(200_001)),
}.items():
    CASES[f"anki21b: media: {name}"] = partial(package, layout="anki21b", members={"media": raw})
for table, column in (("notetypes", "config"), ("decks", "kind")):
    for name, blob in {
        "cut off": "x'0a'",
        "noise": "x'ffffffffffffffffffffffff'",
        "of a wrong type": "CAST('text' AS text)",
        "a length of 2**60": "x'0a808080808080808010'",
    }.items():
        CASES[f"{table}: a {column} {name}"] = partial(
            sql, statements=[f"UPDATE {table} SET {column} = {blob}"], layout="anki21b"
        )
CASES |= {
    f"anki21b: {table} without {column}": partial(
        sql, layout="anki21b", statements=[f"ALTER TABLE {table} RENAME COLUMN {column} TO other"]
    )
    for table, column in (("fields", "ord"), ("templates", "name"), ("notetypes", "config"), ("decks", "kind"))
}


# Media


MEDIA |= {
    "a deflate bomb for a picture": partial(package, members={"0": zeros(600 << 20)}),
    "a zstd bomb for a picture": lambda path: as_packed(path, "anki21b", "0", rle_frame(1 << 30)),
    "a picture that is no zstd": lambda path: as_packed(path, "anki21b", "0", b"<svg/>"),
    "a picture with a wrong checksum": partial(with_headers, name="0", header={"crc": 0}),
    "a picture that is said to be smaller": partial(with_headers, name="0", header={"size": 9}),
}


# Odd, and harmless


ODD |= {
    "members whose names lead elsewhere": partial(
        package, members={"../../escaped": b"x", "/etc/escaped": b"x", "C:\\escaped": b"x", "CON": b"x", "a\0b": b"x"}
    ),
    "a picture that is missing": partial(package, members={"0": None}),
    "one picture listed twice": partial(package, members={"media": b'{"0": "arm.svg", "1": "arm.svg"}'}),
    "a picture of a very long name": partial(package, members={"media": json.dumps({"0": "x" * 100_000}).encode()}),
    "no list of media": partial(package, members={"media": None}),
    "a list of media that asks for the collection": partial(
        package, members={"media": b'{"collection.anki2": "arm.svg"}'}
    ),
    "a manifest of anything": partial(package, members={"manifest.json": b'{"a": [1e999, NaN, {"b": null}], "c": -0}'}),
    "a deck of no note": partial(sql, statements=["DELETE FROM notes"]),
    "cards of no note or deck": partial(sql, statements=["UPDATE cards SET nid = -1, did = -1"]),
    "a due that is no number": partial(sql, statements=["UPDATE cards SET due = 'soon'"]),
    "CHECK and DEFAULT": partial(
        sql,
        statements=[
            "ALTER TABLE notes ADD COLUMN more text DEFAULT 'x' CHECK (length(more) < 5)",
            "CREATE TABLE more (a DEFAULT (hex(zeroblob(900000000))), CHECK (a > randomblob(9)))",
        ],
    ),
    "an index of an expression": partial(sql, statements=["CREATE INDEX i ON notes (length(hex(flds)))"]),
    "a collation that nobody has": partial(
        sql,
        statements=[
            "UPDATE sqlite_master SET sql = replace(sql, 'tags text', 'tags text COLLATE klingon') WHERE name = 'notes'"
        ],
    ),
    "a database in UTF-16": partial(spoilt, "anki2", lambda raw: utf_16(raw)),
    "a database in WAL mode": partial(spoilt, "anki2", lambda raw: raw[:18] + b"\2\2" + raw[20:]),
    "a database with a free list that leads nowhere": partial(
        spoilt, "anki2", lambda raw: raw[:32] + b"\x7f\xff\xff\xff" * 2 + raw[40:]
    ),
    "a tag of a hundred thousand levels": partial(
        sql, statements=["UPDATE notes SET tags = replace(hex(zeroblob(100000)), '00', 'a::') || 'b'"]
    ),
    "a deck of a hundred thousand levels": partial(
        in_json, "decks", {str(DECK): {"id": DECK, "name": "a::" * 100_000, "desc": [[]]}}
    ),
}


# Far too much of one thing


def copies(count: int) -> str:
    """Rows beside those that there are."""
    return ENDLESS.format(f"LIMIT {count}")


def notes(count: int, guid: str = "i", tags: str = "''", fields: str = "char(31)") -> str:
    return (
        f"INSERT INTO notes {copies(count)} SELECT i, {guid}, {NOTE_TYPE}, 1, 0, {tags}, {fields}, 0, 0, 0, '' FROM n"
    )


def cards(count: int, note: str) -> str:
    return f"INSERT INTO cards {copies(count)} SELECT i, {note}, {DECK}, i, 1, 0, 0, 0, i, '' FROM n"


TAGS = "(WITH RECURSIVE t(j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM t LIMIT {}) SELECT group_concat({}, ' ') FROM t)"
MUCH |= {
    "three million tags on a note": partial(
        sql, statements=["UPDATE notes SET tags = replace(hex(zeroblob(3000000)), '00', 'ab ') WHERE id = 1"]
    ),
    "three million tags on a thousand notes": partial(
        sql, statements=[notes(1_000, tags=TAGS.format(3_000, "'t' || n.i || 'x' || j"))]
    ),
    "a tag of a megabyte on two hundred notes": partial(
        sql, statements=[notes(200, tags="n.i || hex(randomblob(500000))")]
    ),
    "a hundred thousand guids of a thousand letters": partial(
        sql, statements=[notes(100_000, guid="n.i || hex(randomblob(500))")]
    ),
    "a guid of 30 MiB": partial(sql, statements=["UPDATE notes SET guid = hex(randomblob(15 << 20)) WHERE id = 1"]),
    "half a million cards of a note": partial(sql, statements=[cards(500_000, "1")]),
    "half a million cards of no note": partial(sql, statements=[cards(500_000, "-i")]),
    "three hundred thousand reviews": partial(
        sql,
        statements=[
            "CREATE TABLE revlog (id integer PRIMARY KEY, cid integer)",
            f"INSERT INTO revlog {copies(300_000)} SELECT i, 1 FROM n",
        ],
    ),
    "a million fields": lambda path: in_json("models", one(flds=[{"name": f"f{n}"} for n in range(1_000_000)]), path),
    "three hundred thousand card templates": lambda path: in_json(
        "models", one(tmpls=[{"name": f"f{n}", "qfmt": "", "afmt": ""} for n in range(300_000)]), path
    ),
    "three hundred thousand note types": lambda path: in_json(
        "models", {str(n): models()[str(NOTE_TYPE)] | {"id": n, "flds": [], "tmpls": []} for n in range(300_000)}, path
    ),
    "a million decks": lambda path: in_json(
        "decks", {str(n): {"id": n, "name": f"d{n}"} for n in range(1_000_000)}, path
    ),
    "a deck of a million levels": lambda path: in_json(
        "decks", {str(DECK): {"id": DECK, "name": "a::" * 1_000_000 + "b", "desc": ""}}, path
    ),
    "two hundred thousand decks in the newest layout": partial(
        sql,
        layout="anki21b",
        statements=[f"INSERT INTO decks {copies(199_990)} SELECT i, hex(randomblob(100)), 1, 0, '', x'' FROM n"],
    ),
    "decks of 100 MiB in the newest layout": partial(
        sql,
        layout="anki21b",
        statements=[f"INSERT INTO decks {copies(1_000)} SELECT i, hex(randomblob(50000)), 1, 0, '', x'' FROM n"],
    ),
    "ten million empty objects": lambda path: in_json("models", '{"1": [' + "{}," * 10_000_000 + "1]}", path),
    "a million media files": lambda path: package(
        path, {"media": json.dumps({str(n): f"{n}.svg" for n in range(1_000_000)}).encode()}
    ),
    "a million media files in the newest layout": lambda path: package(
        path, {"media": b"".join(message((1, message((1, f"{n}.svg")))) for n in range(1_000_000))}, "anki21b"
    ),
    "two hundred thousand media files of long names": lambda path: package(
        path, {"media": json.dumps({str(n): f"{n}" + "\u00e9" * 40 for n in range(199_000)}).encode()}
    ),
    "a manifest of a million keys": lambda path: package(
        path, {"manifest.json": json.dumps({str(n): n for n in range(1_000_000)}).encode()}
    ),
    "a field of thirty megabytes of tags without end": partial(
        sql, statements=["UPDATE notes SET flds = replace(hex(zeroblob(5000000)), '00', '<img ') || char(31)"]
    ),
}


def utf_16(raw: bytes) -> bytes:
    """The same rows in another encoding."""

    def copied(db: sqlite3.Connection) -> None:
        for name in ("col", "notes", "cards"):
            db.execute(f"CREATE TABLE {name} ({', '.join(rows[name][0])})")
            db.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[name][0]))})", rows[name][1])

    rows: dict[str, tuple[list[str], list[Any]]] = {}

    def look(db: sqlite3.Connection) -> None:
        for name in ("col", "notes", "cards"):
            cursor = db.execute(f"SELECT * FROM {name}")
            rows[name] = ([each[0] for each in cursor.description], cursor.fetchall())

    edited(raw, look)
    return edited(b"", copied, "PRAGMA encoding = 'UTF-16le'")
