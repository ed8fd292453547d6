"""The borders at which strangers' files come in: how to make bad input for each, and what may come of it.

A border refuses in its own words or lets through what is sound. Whatever else happens is a finding: another exception,
output that breaks a promise, something left behind.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

import yaml

from deckbuilder import lock as locks
from deckbuilder import records, rules, source
from deckbuilder.anatomy.library import Library
from deckbuilder.anki import cardtemplate
from deckbuilder.cli.common import as_json, harmless
from deckbuilder.cli.inspect_verb import _lines, _seen
from deckbuilder.core import project, prose
from deckbuilder.core.diagnostics import Diagnostic, Location, errors
from deckbuilder.package import reader
from deckbuilder.records import Record
from deckbuilder.records.salvage import salvage
from deckbuilder.render import Rendered, render
from deckbuilder.workspace.sound import sound_of
from support.packed import LAYOUTS, Packed

TODAY = date(2026, 11, 30)

ROOT = Path(__file__).parents[2]
NOW = 1_790_000_000
LINTED = 8  # of so many inputs that hold a record one, since the linter takes thirty times as long as the border
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
NUMBERS = (0, 1, -1, 7, 127, 128, 255, 256, 32_767, 65_535, 2**31 - 1, 2**31, 2**32 - 1, 2**53, 2**63 - 1, 2**63, 2**64)
TEXTS = (
    *(
        "",
        " ",
        "\n",
        "x",
        "no",
        "~",
        "a/b",
        "a//b",
        "/",
        "../x",
        "C:\\x",
        "é",
        "e\u0301",
        "🦴",
        "\u200b",
        "\ufeff",
        "\u202e",
    ),
    *(
        "{{Front}}",
        "{{c1::x}}",
        "[sound:x]",
        "<b>",
        "</p>",
        "&amp;",
        "\\(x\\)",
        "\\",
        "'",
        '"',
        "#",
        ": ",
        "- ",
        "%",
        "x" * 9_000,
    ),
    *(
        "biceps-brachii",
        "elbow/flexion",
        "muscle",
        "L5",
        "12:30",
        "1e400",
        "0x1f",
        "\x00",
        "\x1f",
        "\x1b[2J",
        "\x85",
        "\u2028",
    ),
)
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0.5,
        -0.0,
        1e308,
        float("inf"),
        float("nan"),
        [],
        {},
        [None],
        {"": ""},
        [[]],
        {"id": {}},
        [1, "a"],
    ),
    *NUMBERS,
    *TEXTS,
)


class Broken(AssertionError):
    """What passed a border, or was said at it, is not as it should be."""


@dataclass(frozen=True)
class Border:
    """`make` gives an input, decided by the numbers it draws. `cross` gives it in; whether anything passed comes back."""

    name: str
    make: Callable[[Random], bytes]
    cross: Callable[[bytes, Path], bool]


# Bad input in general


def scuffed(random: Random, data: bytes, tokens: Sequence[bytes], times: int = 4) -> bytes:
    """The bytes with a few of them changed, moved, lost, or in their place what may mean something."""
    found = bytearray(data)
    for _ in range(random.randint(1, times)):
        at = random.randrange(len(found) + 1)
        end = min(len(found), at + random.choice((1, 1, 2, 4, 8, 60)))
        match random.randrange(9):
            case 0 if at < len(found):
                found[at] ^= 1 << random.randrange(8)
            case 1:
                found[at:end] = random.randbytes(end - at)
            case 2:
                del found[at:end]
            case 3:
                found[at:at] = found[at:end] * random.choice((1, 1, 2, 50))
            case 4:
                found[at:at] = random.choice(tokens)
            case 5:
                found[at:end] = random.choice(tokens)
            case 6:
                size = random.choice((1, 2, 4, 8))
                number = random.choice(NUMBERS) % (1 << 8 * size)
                found[at : at + size] = number.to_bytes(size, random.choice(("big", "little")))
            case 7 if random.random() < 0.2:
                del found[at:]
            case _:
                other = random.randrange(len(found) + 1)
                found[at:end] = found[other : other + end - at]
    return bytes(found)


def bent(random: Random, value: Any, others: Sequence[Any]) -> Any:
    """The tree with one thing in it changed: a value, a key, an item too many or too few."""
    if not isinstance(value, (dict, list)) or not value or random.random() < 0.1:
        return _other(random, value, others)
    if isinstance(value, dict):
        key = random.choice(list(value))
        match random.randrange(8):
            case 0:
                return {each: found for each, found in value.items() if each != key}
            case 1:
                name = random.choice((*TEXTS, *_keys(random, others)))
                return {name if each == key else each: found for each, found in value.items()}
            case 2:
                return {**value, random.choice((*_keys(random, others), "x")): _other(random, None, others)}
            case _:
                return {**value, key: bent(random, value[key], others)}
    at = random.randrange(len(value))
    match random.randrange(6):
        case 0:
            return value[:at] + value[at + 1 :]
        case 1:
            return [*value, value[at]] if random.random() < 0.9 else value * 50
        case _:
            return [*value[:at], bent(random, value[at], others), *value[at + 1 :]]


def _keys(random: Random, others: Sequence[Any]) -> tuple[str, ...]:
    """The names in one of the other trees."""
    other = random.choice(others) if others else None
    return tuple(map(str, other)) if isinstance(other, dict) else ()


def _other(random: Random, value: Any, others: Sequence[Any]) -> Any:
    match random.randrange(8):
        case 0:
            return [value]
        case 1:
            return {"x": value}
        case 2 if isinstance(value, str):
            return value + random.choice(TEXTS)
        case 3 if isinstance(value, str):
            return value[: random.randrange(len(value) + 1)]
        case 4 if others:
            other = random.choice(others)
            return random.choice(list(other.values()) or [None]) if isinstance(other, dict) else other
        case 5 if random.random() < 0.1:
            nested: Any = value
            for _ in range(random.choice((5, 30, 200))):
                nested = [nested] if random.random() < 0.5 else {"x": nested}
            return nested
        case _:
            return random.choice(VALUES)


def sound(faults: Sequence[Diagnostic], name: str, lines: int) -> None:
    """Every fault has a place that exists, a sentence and a next step."""
    for each in faults:
        if not (each.message and each.help and each.rule):
            raise Broken(f"a fault without words: {each!r}")
        if each.location.path == name and not 0 <= each.location.line <= lines + 1:
            raise Broken(f"a fault behind the end of its file: {each!r}")
        harmless(str(each)).encode()


# Cards


YAML_TOKENS = (
    *(
        b"\n",
        b"\n- ",
        b"\n  ",
        b"\t",
        b": ",
        b":",
        b"- ",
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b'"',
        b"'",
        b"#",
        b"&a ",
        b"*a",
        b"!!str ",
    ),
    *(
        b"!<tag:x> ",
        b"|\n",
        b">-\n",
        b"---\n",
        b"...\n",
        b"%YAML 1.1\n",
        b"? ",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\x00",
        b"\xc2\x85",
    ),
    *(
        b"\xe2\x80\xa8",
        b"\r",
        b"\r\n",
        b"<<: ",
        b"~",
        b"=",
        b"@",
        b"`",
        b"\\x1b",
        b'"\\ud800"',
        b'"\\U0010ffff"',
        b"[" * 3_000,
    ),
    *(each.encode(errors="replace") for each in TEXTS),
)


class _Cards:
    """The starter project as it is in memory, and the repository's cards to bend."""

    @cached_property
    def project(self) -> project.Project:
        return project.Project(self.folder, ROOT / "templates")

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "cards").mkdir(exist_ok=True)
        self.path = folder / "cards" / "input.yaml"
        example = ROOT / "tests" / "example"
        documents, _ = source.read(sorted(example.glob("cards/**/*.yaml")), example)
        self.records, faults = records.parse(documents)
        assert not faults

    @cached_property
    def rendered(self) -> Rendered:
        found, _ = render(Library(self.records), project.Project(ROOT / "tests" / "example", ROOT / "templates"))
        assert found is not None
        return found


@cache
def cards(folder: Path) -> _Cards:
    return _Cards(folder)


@cache
def card_values() -> list[dict[str, Any]]:
    """Every record of the repository as plain values."""
    folders = (ROOT / "cards", ROOT / "tests" / "example" / "cards")
    documents, _ = source.read(sorted(path for each in folders for path in each.glob("**/*.yaml")), ROOT)
    return [document.value for document in documents]


@cache
def card_texts() -> list[bytes]:
    paths = sorted(path for path in (ROOT / "cards").glob("**/*.yaml"))
    whole = [path.read_bytes() for path in paths]
    return [text for text in whole if len(text) < 3_000] + [_written(value) for value in card_values()]


def _written(value: Any) -> bytes:
    dumped: str = yaml.dump(value, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=110)
    return dumped.encode(errors="surrogatepass")


def make_yaml(random: Random) -> bytes:
    if random.random() < 0.4:
        text = random.choice(card_texts())
        if random.random() < 0.2:
            text += b"\n---\n" + random.choice(card_texts())
        return scuffed(random, text, YAML_TOKENS)
    values = random.choices(card_values(), k=random.choice((1, 1, 1, 2, 3)))
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(values))
        kept = values[at]
        values[at] = bent(random, kept, card_values())
        first = next(iter(kept), "") if isinstance(kept, dict) else ""
        if random.random() < 0.7 and isinstance(values[at], dict) and first in values[at]:
            values[at] = {first: values[at][first], **values[at]}
    found: Any = values if len(values) > 1 else values[0]
    if random.random() < 0.5:
        with suppress(yaml.YAMLError):
            return _written(found)
    return json.dumps(found, ensure_ascii=random.random() < 0.3).encode(errors="surrogatepass")


def cross_yaml(data: bytes, folder: Path) -> bool:
    """Bytes to records, and whatever passes on to notes and a lock."""
    known = cards(folder)
    known.path.write_bytes(data)
    documents, unreadable = source.read([known.path], folder)
    found, malformed = records.parse(documents)
    faults = unreadable + malformed
    library = Library([*known.records, *found])
    lost = salvage(known.project, found, documents, errors(faults))
    faults += rules.guard(library, lost)
    if not (documents or faults):
        raise Broken("neither read nor explained")
    text = data.decode(errors="replace")
    sound(faults, "cards/input.yaml", max(len(re.split("\r\n|\r|\n", text)), len(text.splitlines())))
    if found and crc32(data) % LINTED == 0:
        _lint(known, found, documents, library, errors(faults))
    if errors(faults) or not any(record.subjects() for record in found):
        return bool(found)
    _on_to_notes(known, library)
    return True


def _lint(
    known: _Cards, found: list[Record], documents: list[source.Document], library: Library, wrong: list[Diagnostic]
) -> None:
    """What the linter makes of the sound ones among them."""
    every = [*(record.document for record in known.records), *documents]
    library, _ = sound_of(library, [*known.records, *found], every, wrong)
    opinions = rules.lint(library, whole=not wrong, today=TODAY, infos=True)
    sound(opinions, "", 0)


def _on_to_notes(known: _Cards, library: Library) -> None:
    beside = Library([each for each in library.records.values() if not each.subjects() or each not in known.records])
    rendered, faults = render(beside, known.project)
    sound(faults, "", 0)
    if rendered is None or errors(faults):
        return
    lock, _ = locks.advance(locks.Lock(), "x", rendered.notes, rendered.note_types, "1", NOW)
    if locks.load(locks.dump(lock), "deck.lock") != lock:
        raise Broken("the lock does not read as it was written")
    for note in rendered.notes:
        if CONTROL.search("".join((*note.fields, *note.tags))) or any(" " in tag for tag in note.tags):
            raise Broken(f"a control character, or a blank in a tag: {note!r}")


# The lock


@cache
def lock_lines() -> list[dict[str, Any]]:
    text = (ROOT / "cards" / "deck.lock").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()[1:]]
    return [{key: value for key, value in line.items() if key != "seal"} for line in lines]


def make_lock(random: Random) -> bytes:
    lines = random.sample(lock_lines(), k=min(random.randint(1, 8), len(lock_lines())))
    head = json.dumps({"deckbuilder lock": 1, "note": ""})
    if random.random() < 0.7:
        at = random.randrange(len(lines))
        lines[at] = bent(random, lines[at], lock_lines())
        if random.random() < 0.3:
            lines.append(bent(random, random.choice(lines), lock_lines()))
    written = [locks.file.sealed(line) if isinstance(line, dict) else json.dumps(line) for line in lines]
    data = ("\n".join([head, *written]) + "\n").encode(errors="surrogatepass")
    return (
        data
        if random.random() < 0.7
        else scuffed(random, data, (b"\n", b"{", b"}", b'"', b"<<<<<<< ", b"=======\n", b"\xff"))
    )


def cross_lock(data: bytes, folder: Path) -> bool:
    """Bytes to a lock, and what passes into the next build of the example."""
    known = cards(folder)
    try:
        lock = locks.load(data.decode(), "cards/deck.lock")
    except UnicodeDecodeError:  # the pipeline's own to explain
        return False
    except locks.Damaged as damage:
        sound([damage.diagnostic], "cards/deck.lock", data.count(b"\n") + 1)
        return False
    written = locks.dump(lock)
    written.encode()
    if locks.load(written, "") != lock:
        raise Broken("the lock does not read as it was written")
    subjects = [subject for record in known.records for subject in record.subjects()]
    found = list(locks.check_ids(lock, subjects, lambda kind, id: False))
    found += locks.check_types(lock, known.rendered.note_types, lambda kind, what: Location("x"), "error")
    sound(found, "cards/deck.lock", len(lock.places) + len(lock.types) + 2)
    rendered = known.rendered
    after, _ = locks.advance(lock, rendered.deck.namespace, rendered.notes, rendered.note_types, "1", NOW)
    if locks.load(locks.dump(after), "") != after:
        raise Broken("the next lock does not read as it was written")
    numbers = [number for each in after.notes.values() for number in (each.mod, each.note, *each.positions)]
    if numbers and max(numbers) >= 2**63:
        raise Broken("a number that no database holds")
    return True


# Text


PROSE_TOKENS = tuple(
    each.encode()
    for each in (
        *(
            "*",
            "**",
            "_",
            "`",
            "[",
            "](",
            ")",
            "![",
            "\n\n",
            "\n- ",
            "\n1. ",
            "~",
            "^",
            "\\(",
            "\\)",
            "\\[",
            "\\",
            "<",
            ">",
            "&",
            ";",
        ),
        *(
            "http://x",
            "javascript:x",
            "data:x",
            "{{",
            "}}",
            "{{#",
            "{{/",
            "{{^",
            "<!--",
            "-->",
            "::",
            "c1",
            "[sound:",
            "[$]",
            "\ue000",
        ),
        *(
            "\ue0010\ue001",
            "&#123;",
            "{{c1::",
            "{{#Front}}",
            "{{/Front}}",
            "{{type:Front}}",
            "<br>",
            "<div>",
            "\x0b",
            "*" * 300,
        ),
        *("[" * 300, "{{#a}}" * 300, "> " * 100, "- " * 100, "(" * 300),
    )
)


@cache
def sentences() -> list[bytes]:
    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, (dict, list)):
            for each in value.values() if isinstance(value, dict) else value:
                yield from texts(each)

    templates = [path.read_bytes() for path in sorted((ROOT / "templates").glob("**/*.j2"))]
    found = sorted({text for value in card_values() for text in texts(value)}, key=lambda each: (-len(each), each))
    return [each.encode() for each in found[:600]] + [each for each in templates if len(each) < 2_000]


def make_prose(random: Random) -> bytes:
    return scuffed(random, random.choice(sentences()), PROSE_TOKENS, times=12)[:8_000]


class _Tags(HTMLParser):
    def handle_starttag(self, tag: str, attributes: Any) -> None:
        if tag not in prose._TAGS or any(key != "href" for key, _ in attributes):
            raise Broken(f"the tag {tag} {attributes}")
        if any(not re.match(r"(https?|mailto):|[^:]*$", (value or "").strip()) for _, value in attributes):
            raise Broken(f"a link to {attributes}")


def cross_prose(data: bytes, folder: Path) -> bool:
    """Text to HTML in which nothing is Anki's, and to the tags of a template."""
    text = data.decode(errors="replace")
    for made in (prose.prose(text), prose.inline(text), prose.plain(text)):
        if re.search(r"\{\{|\}\}|\[sound:|\[\$|<!--", made):
            raise Broken(f"Anki would read {made!r}")
        _Tags().feed(str(made))
    cardtemplate.is_blank(text)
    try:
        nodes = cardtemplate.parse.__wrapped__(text)
    except cardtemplate.BadTemplate as bad:
        return not str(bad)
    names = {name for name, _ in cardtemplate.fields(nodes)}
    cardtemplate.shows(nodes, names)
    cardtemplate.shows(nodes, set())
    return True


# Packages


TABLES: Mapping[str, tuple[str, ...]] = {
    "col": ("ver", "models", "decks"),
    "notes": ("id", "guid", "mid", "mod", "tags", "flds"),
    "cards": ("id", "nid", "did", "ord", "due", "queue", "type"),
    "fields": ("ntid", "ord", "name", "config"),
    "templates": ("ntid", "ord", "name", "config"),
    "notetypes": ("id", "name", "config"),
    "decks": ("id", "name", "kind"),
}
ZIP_TOKENS = (
    b"PK\1\2",
    b"PK\3\4",
    b"PK\5\6",
    b"PK\6\6",
    b"PK\6\7",
    b"\x01\0\x10\0",
    b"collection.anki2",
    b"media",
    b"\xff" * 8,
)
PROTOBUF_TOKENS = (
    b"\x0a\x00",
    b"\x08\x01",
    b"\x0a\xff\xff\xff\xff\x0f",
    b"\xff" * 10,
    b"\x80" * 9 + b"\x01",
    b"\x0b",
    b"../x",
    b"\x12",
)
JSON_TOKENS = tuple(
    each.encode(errors="replace") for each in (*'{}[]",:', "null", "1e999", "-0", "\\ud800", "NaN", *TEXTS, "[" * 3_000)
)
SQL_TOKENS = (
    b"CREATE TABLE ",
    b"CREATE VIEW ",
    b"COLLATE x",
    b"WITHOUT ROWID",
    b" AS (1)",
    b"x'00'",
    b"\x0d",
    b"\x05",
    b"\x02",
    b"\x0a",
)


@cache
def packages() -> tuple[Packed, ...]:
    """Sound packages of every layout; with a manifest, and with more rows than fit a page."""
    found = []
    for layout in LAYOUTS:
        found.append(Packed.sound(layout))
        more = Packed.sound(layout)
        more.members["manifest.json"] = b'{"edition": "1", "notes": 2, "cards": 2, "digest": "x"}'
        more.edit(_more_rows)
        found.append(more)
    return tuple(found)


def _more_rows(db: sqlite3.Connection) -> None:
    for n in range(3, 40):
        db.execute(
            "INSERT INTO notes SELECT ?, guid || ?, mid, mod, usn, tags, flds || ?, 0, 0, 0, '' FROM notes WHERE id = 1",
            (n, n, "x" * (n * 7) if n < 39 else "x" * 3_000),
        )


def make_package(random: Random) -> bytes:
    """One layer of a package spoilt: the zip, a member as it is packed, what is in it, a page, a cell, a message."""
    seed = random.choice(packages())
    packed = replace(seed, members=dict(seed.members))
    raw: dict[str, bytes] = {}
    layer = random.randrange(12)
    if layer <= 3:
        with suppress(sqlite3.Error, OverflowError, ValueError):  # what cannot even be written, or read back here
            packed.edit(lambda db: _spoil_rows(random, db))
    elif layer <= 6:
        name = packed.collection
        packed.members[name] = _spoil_pages(random, packed.members[name])
    elif layer <= 8:
        name = random.choice([each for each in packed.members if each != packed.collection])
        tokens = (*JSON_TOKENS, *PROTOBUF_TOKENS)
        packed.members[name] = scuffed(random, packed.members[name], tokens)
    elif layer == 9:
        name = random.choice(list(packed.members))
        raw[name] = scuffed(random, packed.packed(name), PROTOBUF_TOKENS)
    elif layer == 10:
        names = random.sample(list(packed.members), k=2)
        packed.members[names[0]] = packed.members.pop(names[1])
    data = packed.zipped(raw)
    if layer != 11:
        return data
    at = data.index(b"PK\1\2")  # the table of contents is where a zip can lie
    return (
        data[:at] + scuffed(random, data[at:], ZIP_TOKENS)
        if random.random() < 0.7
        else scuffed(random, data, ZIP_TOKENS)
    )


def _spoil_pages(random: Random, raw: bytes) -> bytes:
    if random.random() < 0.2:
        return scuffed(random, raw[:100], SQL_TOKENS) + raw[100:]
    page = random.randrange(len(raw) // 1024) * 1024
    start = page + (100 if page == 0 else 0)
    # The first bytes of a page say where its cells are; they are worth more than the cells.
    end = start + random.choice((12, 40, 1024))
    changed = scuffed(random, raw[start:end], SQL_TOKENS)[: end - start]
    return raw[:start] + changed + raw[start + len(changed) :]


def _spoil_rows(random: Random, db: sqlite3.Connection) -> None:
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")]
    for _ in range(random.randint(1, 3)):
        table = random.choice(tables)
        column = random.choice(TABLES.get(table, ("rowid",)))
        match random.randrange(10):
            case 0:
                db.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO other")
            case 1:
                db.execute(f"DROP TABLE {table}")
            case 2:
                db.execute(f"DELETE FROM {table}")
            case 3:
                for (sql,) in db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchall():
                    text = scuffed(random, sql.encode(), SQL_TOKENS, times=2).decode(errors="replace")
                    db.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (text, table))
            case _:
                found = db.execute(f"SELECT {column} FROM {table} LIMIT 1").fetchone()
                value = _cell(random, found[0] if found else None)
                where = (
                    "" if random.random() < 0.5 else " WHERE rowid = 1" if table in ("notes", "cards", "col") else ""
                )
                as_text = "CAST(? AS text)" if isinstance(value, bytes) and isinstance(found[0], str) else "?"
                db.execute(f"UPDATE OR IGNORE {table} SET {column} = {as_text}{where}", (value,))


def _cell(random: Random, value: Any) -> Any:
    """Another value for a cell; JSON and protobuf are bent within."""
    if isinstance(value, str) and value.startswith("{") and random.random() < 0.7:
        tree = json.loads(value)
        return json.dumps(bent(random, tree, list(tree.values())))
    if isinstance(value, (str, bytes)) and random.random() < 0.7:
        data = value.encode() if isinstance(value, str) else value
        return scuffed(random, data, JSON_TOKENS if isinstance(value, str) else PROTOBUF_TOKENS)
    other = random.choice(VALUES)
    return str(other) if isinstance(other, (dict, list)) or (type(other) is int and other >= 2**63) else other


def cross_package(data: bytes, folder: Path) -> bool:
    """A package through `inspect`, its media too."""
    path = folder / "input.apkg"
    path.write_bytes(data)
    try:
        with reader.open_package(path) as contents:
            seen = _seen(path, contents)
            for note in islice(contents.notes(), 50):
                "".join((note.guid, *note.fields, *note.tags)).encode()
            for media in contents.media[:5]:
                with suppress(reader.UnreadablePackage):
                    contents.content(media)
    except reader.UnreadablePackage as refusal:
        if not re.fullmatch(rf"{re.escape(str(path))}: [^\n]+: [^\n]+", harmless(refusal)):
            raise Broken(f"no sentence: {refusal}") from None
        return False
    finally:
        left = os.listdir(folder / "temporary")  # noqa: PTH208 - a million times
        if left:
            raise Broken(f"left behind: {left}")
    said = "\n".join(map(harmless, _lines(path, seen, True)))
    if re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", said + as_json(seen)):
        raise Broken("a control character on the terminal")
    for media in contents.media:
        if media.size < 0 or (media.kept is not None and Path(media.kept).name != media.kept):
            raise Broken(f"an unsafe name: {media.kept!r}")
    return True


BORDERS = {
    each.name: each
    for each in (
        Border("yaml", make_yaml, cross_yaml),
        Border("lock", make_lock, cross_lock),
        Border("prose", make_prose, cross_prose),
        Border("package", make_package, cross_package),
    )
}
