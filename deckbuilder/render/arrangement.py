"""Where each card goes: its deck by what it asks, and its place in the order of teaching.

Both are said in deck.yaml by what the cards are: kind, name, region, tier, topic, file. A note may have cards in several decks
and at several places: a muscle's name is learned in the first week, its roots perhaps never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from deckbuilder.anatomy.library import Library
from deckbuilder.anki.notes import Note, NoteType
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.records import Deck, nearest
from deckbuilder.records.base import Noted, Subject
from deckbuilder.records.deck import Cards
from deckbuilder.source import Path_

_TIERS = {"core": 0, "useful": 1, "deep": 2}


@dataclass(frozen=True, slots=True)
class Sort:
    """All by which cards are chosen. Cards of one sort have one deck, and belong to one step."""

    kind: str
    name: str
    tier: str
    topic: str
    regions: tuple[str, ...]
    path: str


def as_taught(library: Library) -> list[Subject]:
    """The records with cards as they are taught within a step: core before deep, then by path and place."""

    def place(record: Subject) -> tuple[int, str, int, int]:
        document = record.document
        return _TIERS[record.tier], document.file.name, document.document, document.item or 0

    return sorted((record for record in library.records.values() if isinstance(record, Subject)), key=place)


class Arrangement:
    """Gives cards their decks and places, and notes which choices took none."""

    def __init__(self, library: Library, deck: Deck, note_types: Mapping[str, NoteType]) -> None:
        self._library, self._deck, self._note_types = library, deck, note_types
        self._used: set[Path_] = set()
        self._steps = [(("curriculum", place), each) for place, each in enumerate(deck.curriculum)]
        self._holds = [
            (id, ("subdecks", id, "holds", place), each)
            for id, subdeck in deck.subdecks.items()
            for place, each in enumerate(subdeck.holds)
        ]
        self._rest = next(id for id, each in deck.subdecks.items() if not each.holds)
        self._where = cache(self._found)

    def of(self, notes: Sequence[tuple[Noted, Note]]) -> list[tuple[Noted, Note]]:
        """The notes with their cards in their decks and places, in the order of their first cards.

        `notes`: in the order that they have within a step, each with what it is made of.
        """
        steps: list[list[tuple[int, int]]] = [[] for _ in range(len(self._steps) + 1)]
        decks: list[tuple[str, ...]] = []
        for at, (subject, note) in enumerate(notes):
            found = [self._where(sort) for sort in self._sorts(subject, note)]
            decks.append(tuple([deck for deck, _ in found]))
            for card, (_, step) in enumerate(found):
                steps[step].append((at, card))
        places: list[list[int]] = [[0] * len(note.ordinals) for _, note in notes]
        for place, (at, card) in enumerate(card for step in steps for card in step):
            places[at][card] = place
        every = zip(notes, decks, places, strict=True)
        arranged = [(subject, replace(note, decks=of, places=tuple(at))) for (subject, note), of, at in every]
        return sorted(arranged, key=lambda each: min(each[1].places))

    def _sorts(self, subject: Noted, note: Note) -> Iterator[Sort]:
        """Of what sort each card of a note is."""
        record, note_type = subject.record, self._note_types[note.kind]
        path = record.document.file.name.removeprefix("cards/")
        around = (region.id for id in record.about().regions for region in self._library.around(id))
        regions = tuple(dict.fromkeys(around))
        for ordinal in note.ordinals:
            template = note_type.templates[0 if note_type.cloze else ordinal]
            yield Sort(note.kind, template.name, subject.tier, template.topic or subject.topic_id, regions, path)

    def _found(self, sort: Sort) -> tuple[str, int]:
        """The deck of cards of a sort, and the step to which they belong: the first of each that takes them."""
        held = next(((id, path) for id, path, cards in self._holds if _takes(cards, sort)), None)
        step = next((path for path, cards in self._steps if _takes(cards, sort)), None)
        self._used.update(path for path in (held and held[1], step) if path)
        return held[0] if held else self._rest, int(step[1]) if step else len(self._steps)

    def faults(self) -> Iterator[Diagnostic]:
        """The choices that no card can meet: of kinds, names or files that there are not. Others may wait for their cards."""
        for path, cards in (*self._steps, *((path, cards) for _, path, cards in self._holds)):
            if path not in self._used:
                yield from self._impossible(path, cards)

    def _impossible(self, path: Path_, cards: Cards) -> Iterator[Diagnostic]:
        kinds = set(self._deck.note_types.ids)
        names = {each.name for of in self._note_types.values() for each in of.templates}
        files = {record.document.file.name.removeprefix("cards/") for record in self._library.records.values()}
        wrong = [(f"no kind of note is '{each}'", nearest(each, kinds)) for each in cards.kinds if each not in kinds]
        if set(cards.kinds or kinds) <= set(self._note_types):  # else a name may be one of those that are not there yet
            wrong += [
                (f"no card is called '{each}'", nearest(each, names)) for each in cards.cards if each not in names
            ]
        wrong += [(f"nothing lies at cards/{each}", "") for each in cards.files if not any(map(_is_in(each), files))]
        for message, help in wrong:
            at = self._deck.locate(*path)
            yield Diagnostic(at, "no-such-cards", message, help or "mend it, or delete it")


def _takes(cards: Cards, sort: Sort) -> bool:
    return all(admits(getattr(cards, key), sort) for key, admits in _ADMITS.items() if getattr(cards, key))


def _is_in(file: str) -> Callable[[str], bool]:
    """Whether a path below cards/ is this file, or in this folder."""
    folder = file.strip("/")
    return lambda path: path == folder or path.startswith(f"{folder}/")


_ADMITS: dict[str, Callable[[Sequence[str], Sort], bool]] = {
    "kinds": lambda kinds, sort: sort.kind in kinds,
    "cards": lambda names, sort: sort.name in names,
    "tiers": lambda tiers, sort: sort.tier in tiers,
    "topics": lambda topics, sort: sort.topic in topics,
    "regions": lambda regions, sort: not set(regions).isdisjoint(sort.regions),
    "files": lambda files, sort: any(_is_in(each)(sort.path) for each in files),
}
