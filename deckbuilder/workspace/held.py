"""The cards held against the lock: what would cost learners reviews, as far as the notes can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckbuilder import lock as locks
from deckbuilder.anatomy.library import Library
from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.findings import severity
from deckbuilder.core.project import Project
from deckbuilder.lock import Lock
from deckbuilder.records.salvage import Lost

if TYPE_CHECKING:
    from deckbuilder.render import Rendered


def against(
    lock: Lock, project: Project, library: Library, lost: Lost, rendered: Rendered | None, *, allowed: bool
) -> tuple[Lock, list[Diagnostic]]:
    """The lock with one entry for each note, and what it has against these records and the notes made of them.

    `allowed`: what Anki would refuse, such as a note type with another field, is no error but a warning.
    """
    subjects = [subject for record in library.records.values() for subject in record.subjects()]
    lock, found = locks.settle(lock, subjects, lost.answers)
    found = [*found, *locks.check_ids(lock, subjects, lost.answers)]
    if rendered is None:
        return lock, found
    sound = {note.key for note in rendered.notes}  # a name that is misspelled is no other question
    found += locks.check_numbers(lock, [subject for subject in subjects if subject.key in sound])
    types = rendered.note_types
    names = {note.key: locks.called(note, types[note.kind]) for note in rendered.notes if note.kind in types}
    found += locks.check_exchanged(lock, subjects, names)

    def at(kind: str, what: str) -> Location:
        from deckbuilder.render.explained import stated

        return rendered.deck.locate("note_types", "ids", kind) if what == "id" else stated(project, kind, what)

    found += locks.check_types(lock, types, at, severity("schema-change", second=allowed))
    found += locks.check_deck(lock, rendered.deck, severity("deck-change", second=allowed))
    return lock, found
