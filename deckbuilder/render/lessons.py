"""What is asked before it is taught: a landmark before its plate, a term before the card that defines it.

A plate teaches the landmarks under its masks, a concept its term. Which keys of a record a card asks for, and which concepts
it takes as known, its note type's file says. What nothing teaches is nobody's lesson.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from deckbuilder.anki.notes import CardTemplate, Note, NoteType
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.records import Deck
from deckbuilder.records.base import Lesson, Noted, Subject

_PLATE = "landmark"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A card that asks for something: its place among all cards, and what it is called."""

    place: int
    card: str
    record: Subject


def too_early(deck: Deck, notes: Sequence[tuple[Noted, Note]], note_types: dict[str, NoteType]) -> Iterator[Diagnostic]:
    """A finding for each lesson that some card comes before. The notes are arranged."""
    taught: dict[Lesson, tuple[int, Subject]] = {}
    for subject, note in notes:
        for lesson, place in _teaches(subject.record, note):
            if lesson not in taught or place < taught[lesson][0]:
                taught[lesson] = place, subject.record
    early: dict[Lesson, list[_Asked]] = {}
    for subject, note in notes:
        for ordinal, place in zip(note.ordinals, note.places, strict=True):
            template = note_types[note.kind].templates[0 if note_types[note.kind].cloze else ordinal]
            for lesson in _asks(subject.record, template):
                if lesson in taught and place < taught[lesson][0]:
                    early.setdefault(lesson, []).append(_Asked(place, template.name, subject.record))
    for lesson, asked in sorted(early.items()):
        yield _told(deck, lesson, min(asked, key=lambda each: each.place), len(asked), *taught[lesson])


def _teaches(record: Subject, note: Note) -> Iterator[tuple[Lesson, int]]:
    """What the cards of a note teach, each at which place."""
    places = dict(zip(note.ordinals, note.places, strict=True))
    for number, lesson in record.teaches():
        if number is None:
            yield lesson, min(note.places)
        elif number - 1 in places:
            yield lesson, places[number - 1]


def _asks(record: Subject, template: CardTemplate) -> Iterable[Lesson]:
    """What a card asks for and takes as known, each once."""
    named = (
        (_PLATE, each.id)
        for each in (record.refers() if template.asks else ())
        if _PLATE in each.kinds and not set(template.asks).isdisjoint(map(str, each.path))
    )
    return dict.fromkeys(chain(named, (("concept", id) for id in template.needs)))


def _told(deck: Deck, lesson: Lesson, first: _Asked, number: int, place: int, teacher: Subject) -> Diagnostic:
    kind, id = lesson
    what = f"the term '{teacher.id}'" if kind == "concept" else f"'{id}'"
    others = f", and so do {number - 1} more" if number > 1 else ""
    message = (
        f"the card '{first.card}' of {first.record.key} needs {what} as card {first.place + 1}{others}; "
        f"{teacher.key} teaches it as card {place + 1}"
    )
    return Diagnostic(
        deck.locate("curriculum"),
        "asked-before-taught",
        message,
        "put a step that takes what teaches it before the step of what asks for it",
    )
