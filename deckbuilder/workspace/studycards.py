"""The cards of a deck one by one, as learners study them: in teaching order, each with what it is about and where it lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deckbuilder.anki.notes import Note, NoteType
from deckbuilder.records import Deck
from deckbuilder.records.base import Noted
from deckbuilder.records.deck import decks_in_order
from deckbuilder.workspace.ready import Ready
from deckbuilder.workspace.snapshot import Workspace


@dataclass(frozen=True, slots=True)
class StudyCard:
    """One card. `deck` is the id of its subdeck; it is `core` if that is the first in Anki's list: what everybody begins with.

    `guid` and `ordinal` are what a learner's collection knows it by, `type` and `name` what Anki calls its note type and itself,
    `tags` those of its note.
    """

    note: str
    guid: str
    ordinal: int
    type: str
    name: str
    deck: str
    core: bool
    tier: str
    topic: str
    tags: tuple[str, ...]


def study_cards(workspace: Workspace, ready: Ready) -> list[StudyCard]:
    """Every card that is taught, in the order of teaching. Retired notes are not."""
    subjects = {subject.key: subject for record in workspace.records for subject in record.subjects()}
    rendered = ready.rendered
    found: list[tuple[int, StudyCard]] = []
    for note in rendered.notes:
        if not note.retired:
            guid = ready.lock.notes[note.key].guid
            cards = _of_note(note, guid, subjects[note.key], rendered.note_types, rendered.deck)
            found += zip(note.places, cards, strict=True)
    return [card for _, card in sorted(found, key=lambda each: each[0])]


def _of_note(note: Note, guid: str, subject: Noted, types: Mapping[str, NoteType], deck: Deck) -> Iterator[StudyCard]:
    kind, first = types[note.kind], decks_in_order(deck)[0]
    for ordinal, lies_in in zip(note.ordinals, note.decks, strict=True):
        template = kind.templates[0 if kind.cloze else ordinal]
        yield StudyCard(
            note=note.key,
            guid=guid,
            ordinal=ordinal,
            type=kind.name,
            name=template.name,
            deck=lies_in,
            core=lies_in == first,
            tier=subject.tier,
            topic=template.topic or subject.topic_id,
            tags=note.tags,
        )
