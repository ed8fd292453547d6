"""What is known of one note, one note type, and all of them: the data of the lock, and how each is derived."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from json.encoder import encode_basestring_ascii as _ascii
from typing import Any, TypeVar

from deckbuilder.anki.notes import VERSION, Note, NoteType
from deckbuilder.core.diagnostics import Location

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_GUID_LENGTH = 16
Known = TypeVar("Known", "Entry", "TypeEntry")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a learner's collection knows of one note. `mod` in seconds, `note` (its id) in milliseconds.

    `cards` by their ordinals, `positions` of each of them among all new cards.

    Without cards it is a tombstone: the note was retired, its record is gone, and its guid is never used again.
    """

    key: str
    guid: str
    hash: str
    mod: int
    note: int
    positions: tuple[int, ...]
    edition: str
    cards: tuple[int, ...]
    retired: str = ""
    asks: tuple[tuple[int, str], ...] = ()  # what each number asks for or, if its card is gone, asked for last
    name: str = ""  # what the note is called in Anki's list


@dataclass(frozen=True, slots=True)
class TypeEntry:
    """What a learner's collection knows of one note type. The schema may not change, the rest may."""

    kind: str
    id: int
    hash: str
    mod: int
    cloze: bool
    sort_field: int
    fields: tuple[tuple[int, str], ...]
    templates: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class DeckEntry:
    """What a learner's collection knows of the deck itself. `subdecks`: id and name of each, in order of the ids."""

    namespace: str
    anki_id: int
    name: str
    tag_root: str
    prefix: str
    subdecks: tuple[tuple[int, str], ...]
    mod: int


@dataclass(frozen=True, slots=True)
class Release:
    """An edition that learners have. `time` in seconds: nothing in it is newer. `state`: of the lock as it was then;
    `digest`: of the package's content."""

    edition: str
    time: int
    state: str
    digest: str


@dataclass(frozen=True)
class Lock:
    """Everything that was ever built, by key and by kind, and every edition that was released. `places`: the lines that
    were read."""

    notes: Mapping[str, Entry] = field(default_factory=dict)
    types: Mapping[str, TypeEntry] = field(default_factory=dict)
    releases: Mapping[str, Release] = field(default_factory=dict)
    places: Mapping[str, Location] = field(default_factory=dict, compare=False, repr=False)
    deck: DeckEntry | None = None

    @cached_property
    def digest(self) -> str:
        """Of all that it says of notes and note types, but for the editions by which they are named."""
        digest = hashlib.sha256()
        for _, note in sorted(self.notes.items()):
            # As `json.dumps` writes a list of these, in a third of the time.
            texts = f"{_ascii(note.key)}, {_ascii(note.guid)}, {_ascii(note.hash)}"
            cards, places = (", ".join(map(str, each)) for each in (note.cards, note.positions))
            numbers = f"{note.mod}, {note.note}, [{places}], [{cards}]"
            digest.update(f"[{texts}, {numbers}, {_ascii(note.retired)}]".encode())
        for kind, each in sorted(self.types.items()):
            digest.update(json.dumps([kind, each.hash, each.mod]).encode())
        return digest.hexdigest()[:20]

    @property
    def last(self) -> Release | None:
        """The edition that was released last."""
        return max(self.releases.values(), key=lambda each: each.time, default=None)


def later(one: Known, other: Known) -> Known:
    """The one of the later time, with all that it says; at one time, if they differ, of a content that nothing equals."""
    first, second = (one, other) if one.mod >= other.mod else (other, one)
    if isinstance(first, Entry) and isinstance(second, Entry):
        first = replace(first, asks=remembered(second.asks, first.asks))
    if one.mod != other.mod:
        return first
    return first if one.hash == other.hash else replace(first, hash="")


def remembered(before: tuple[tuple[int, str], ...], now: tuple[tuple[int, str], ...]) -> tuple[tuple[int, str], ...]:
    """What every number asks for, and what those asked for that are not in use any more: none is given out twice."""
    return tuple(sorted({**dict(before), **dict(now)}.items())) if before else now


def guid(namespace: str, key: str) -> str:
    """Letters and digits only, the same everywhere and for ever: a spreadsheet cannot mangle it."""
    number = int.from_bytes(hashlib.sha256(f"{namespace}\0{key}".encode()).digest()[:16], "big")
    digits = []
    for _ in range(_GUID_LENGTH):
        number, digit = divmod(number, 62)
        digits.append(_ALPHABET[digit])
    return "".join(digits)


def content_hash(note: Note, note_type: NoteType) -> str:
    """Fields, tags, the bytes of its media and its set of cards: whatever must reach a learner when it moves."""
    version = note_type.names.index(VERSION) if VERSION in note_type.names else -1
    said = [text for place, text in enumerate(note.fields) if place != version]
    parts = [
        "\x1f".join(said),
        " ".join(note.tags),
        ",".join(map(str, note.ordinals)),
        ",".join(sorted(media.digest for media in note.media)),
    ]
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()[:20]


def type_hash(note_type: NoteType) -> str:
    """A digest of styling, templates, names and ids."""
    said: list[Any] = [note_type.name, note_type.css, note_type.cloze, note_type.sort_field]
    said += [[each.id, each.name, each.description, each.collapsed, each.plain_text] for each in note_type.fields]
    said += [[each.id, each.name, each.front, each.back] for each in note_type.templates]
    said += [[note_type.stock, [each.tag for each in note_type.fields]]] if note_type.stock else []
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:20]


def type_entry(note_type: NoteType, old: TypeEntry | None, now: int) -> TypeEntry:
    """The entry of a note type after this build: its time moves only when something about it did."""
    digest = type_hash(note_type)
    mod = now if old is None else old.mod if old.hash == digest else max(now, old.mod + 1)
    return TypeEntry(
        note_type.kind,
        note_type.id,
        digest,
        mod,
        note_type.cloze,
        note_type.names.index(note_type.sort_field),
        tuple((each.id, each.name) for each in note_type.fields),
        tuple((each.id, each.name) for each in note_type.templates),
    )
