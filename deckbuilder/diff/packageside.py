"""One package as a difference looks at it: a digest of every note, its cards, and the types and decks that they are of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from deckbuilder.anki.notes import VERSION
from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.frozen import dataclass
from deckbuilder.diff.wording import visible
from deckbuilder.package.reader import NoteSeen, NoteTypeSeen, PackageContents

MAX_NOTES = 400_000
MAX_GUIDS = 64 * 1024 * 1024  # of all notes, in characters
UNKNOWN = NoteTypeSeen(0, "(unknown)", "normal", 0, "", 0, (), ())


@dataclass(frozen=True, slots=True)
class Brief:
    """What is kept of every note: enough to know whether it changed."""

    id: int
    note_type: int
    mod: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class PackageSide:
    """One package: its notes by guid, their cards as (ordinal, deck) by note id, its types and decks by id."""

    contents: PackageContents
    notes: Mapping[str, Brief]
    twice: frozenset[str]
    cards: Mapping[int, list[tuple[int, int]]]
    types: Mapping[int, NoteTypeSeen]
    decks: Mapping[int, str]
    prefix: str  # that all note types have in common: 'TA '

    def type_of(self, brief: Brief) -> NoteTypeSeen:
        return self.types.get(brief.note_type, UNKNOWN)

    def kind(self, brief: Brief) -> str:
        """The name of a note's type, without the prefix that tells nothing."""
        return visible(self.type_of(brief).name.removeprefix(self.prefix))

    def ordinals(self, brief: Brief) -> list[int]:
        return sorted(ordinal for ordinal, _ in self.cards.get(brief.id, ()))

    def deck(self, brief: Brief) -> str:
        return " + ".join(sorted({self.decks.get(deck, "?") for _, deck in self.cards.get(brief.id, ())}))


def side_of(contents: PackageContents) -> PackageSide:
    """The whole package. Raises `Fault` where there is too much of it to compare."""
    if contents.note_count > MAX_NOTES or contents.card_count > 8 * MAX_NOTES:
        raise Fault(f"a package of more than {MAX_NOTES:,} notes is too large to compare", "compare parts of it")
    types = {each.id: each for each in contents.note_types}
    notes, twice = _notes(contents, types)
    decks = {deck.id: deck.name for deck in contents.decks}
    cards = _cards(contents, notes.values())
    return PackageSide(
        contents, notes, frozenset(twice), cards, types, decks, _prefix([each.name for each in contents.note_types])
    )


def _notes(contents: PackageContents, types: Mapping[int, NoteTypeSeen]) -> tuple[dict[str, Brief], set[str]]:
    """The notes by guid, and the guids that stand there twice."""
    notes: dict[str, Brief] = {}
    twice: set[str] = set()
    left = MAX_GUIDS
    for note in contents.notes():
        left -= len(note.guid)
        if left < 0:
            raise Fault("a package with guids so long is too large to compare", "compare parts of it")
        if note.guid in notes:
            twice.add(note.guid)
        notes[note.guid] = Brief(note.id, note.note_type_id, note.mod, _digest(note, types))
    return notes, twice


def _cards(contents: PackageContents, notes: Iterable[Brief]) -> dict[int, list[tuple[int, int]]]:
    """The cards of these notes, as (ordinal, deck) by note id. Equal pairs are kept once: there are few."""
    cards: dict[int, list[tuple[int, int]]] = {}
    known, pairs = {note.id for note in notes}, dict[tuple[int, int], tuple[int, int]]()
    for card in contents.cards():
        if card.note_id in known:
            pair = (card.ordinal, card.deck_id)
            cards.setdefault(card.note_id, []).append(pairs.setdefault(pair, pair))
    return cards


def _prefix(names: list[str]) -> str:
    """What stands before the names of all note types, '' where it is not the same, or there is but one."""
    first = {name.partition(" ")[:2] for name in names}
    return "".join(first.pop()) if len(names) > 1 and len(first) == 1 else ""


def _digest(note: NoteSeen, types: Mapping[int, NoteTypeSeen]) -> bytes:
    """A digest of what a learner would notice. The edition in which a note last changed is no content."""
    kind = types.get(note.note_type_id, UNKNOWN)
    hidden = {place for place, field in enumerate(kind.fields) if field.name == VERSION and field.collapsed}
    said = [text for place, text in enumerate(note.fields) if place not in hidden]
    return hashlib.blake2b("\x1f".join([*said, "\x1e", *sorted(note.tags)]).encode(), digest_size=12).digest()
