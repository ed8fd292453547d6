"""All that a package is made of, and a package of it at any place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from deckbuilder import lock as locks
from deckbuilder.anki.notes import DeckSpec, Note
from deckbuilder.core.diagnostics import Diagnostic, Fault, Location, errors
from deckbuilder.lock import Changes, Lock
from deckbuilder.records import Exam

if TYPE_CHECKING:
    from deckbuilder.package.writer import Written
    from deckbuilder.render import Rendered

# A clock that says less than this was never set: times from it would block every later update.
EARLIEST = 1_577_836_800  # 2020-01-01
# One that says more would leave times in the lock, and in learners' Anki, that nothing can take back.
LATEST = 4_102_444_800  # 2100-01-01


@dataclass(frozen=True, slots=True)
class Ready:
    """All that a package is made of. `stale`: the lock on disk, `before`, is not the `lock` whose `text` this is."""

    rendered: Rendered
    exams: tuple[Exam, ...]
    edition: str
    before: Lock
    lock: Lock
    text: str
    stale: bool
    changes: Changes

    @property
    def tags(self) -> set[str]:
        """Every tag that a note has."""
        return {tag for note in self.rendered.notes for tag in note.tags}

    def write(self, path: Path, notes: Sequence[Note] | None = None, variant: str = "") -> Written:
        """A package at this place, read back: of all notes, or of some, with `variant` for the part that they are."""
        from deckbuilder.package import writer  # genanki takes long to import: a build that faults stop does without

        chosen = self.rendered.notes if notes is None else list(notes)
        times = [each.mod for each in self.lock.notes.values()] + [each.mod for each in self.lock.types.values()]
        about: dict[str, str | int] = {"deck": self.rendered.deck.id, "edition": self.edition}
        about |= {"state": locks.state(self.lock), "newest": max(times, default=0)}
        about |= {"variant": variant} if variant else {}
        decks = self.decks(chosen, variant)
        return writer.write(path, chosen, self.rendered.note_types, self.lock, decks, about)

    def decks(self, notes: list[Note], variant: str = "") -> dict[str, DeckSpec]:
        """The decks as Anki shows them when it is given these of the notes."""
        from deckbuilder.package import describe

        return describe.decks(self.rendered.deck, self.edition, notes, variant)

    @property
    def page(self) -> tuple[str, str]:
        """The file that says of the whole deck what its description has no room for: its name, and its text."""
        from deckbuilder.package import describe

        rendered = self.rendered
        text = describe.page(rendered.deck, self.edition, rendered.notes, rendered.note_types)
        return describe.filename(rendered.deck, self.edition), text


def made_ready(
    rendered: Rendered, exams: tuple[Exam, ...], edition: str, before: Lock, on_disk: str, now: int
) -> Ready:
    """What is ready at this time, and the lock after it. `on_disk`: the text of the lock before, '' where there is none."""
    deck = rendered.deck
    name = edition or deck.edition
    after, changes = locks.advance(before, deck.namespace, rendered.notes, rendered.note_types, name, now)
    after, name = locks.label(replace(after, deck=locks.deck_entry(deck, before.deck, now)), name)
    text = locks.dump(after)
    return Ready(rendered, exams, name, before, after, text, not before.places or text != on_disk, changes)


def sure_of(now: int) -> None:
    """Raises `Fault` for a time that no build can have."""
    if now < EARLIEST:
        raise Fault("the clock says that it is before 2020", "set the clock; learners' Anki goes by it")
    if now >= LATEST:
        raise Fault("the clock says that it is after 2099", "set the clock; learners' Anki goes by it")


def ahead(lock: Lock, now: int) -> list[Diagnostic]:
    """A warning where the lock holds times that are still to come, by more than a day."""
    number = sum(entry.mod > now + 86_400 for entry in lock.notes.values())
    if not number:
        return []
    message = f"the lock holds times ahead of this computer's clock, of {number} of {len(lock.notes)} notes"
    help = (
        "set the clock, if it is wrong; if it is right and nobody got a package of that lock, bring back the lock of before "
        "(git log -- cards/deck.lock) and delete the package"
    )
    return [Diagnostic(Location(locks.LOCK), "clock", message, help)]


def unbuildable(what: str, found: Sequence[Diagnostic]) -> Fault:
    """Why no package can be made of `what`: the first error, and how many more there are."""
    wrong = errors(found)
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    first = f"{wrong[0].location}: {wrong[0].message}{more}" if wrong else "it has no cards"
    return Fault(f"{what} cannot be built: {first}", "run `deckbuilder check` there and mend it first")


def listed(changes: Changes) -> str:
    """'2 new, 1 changed', or what else it must be if the notes are as they were."""
    parts = [
        f"{len(found)} {name}"
        for name, found in (
            ("new", changes.new),
            ("changed", changes.changed),
            ("retired", changes.retired),
            ("renamed", changes.renamed),
            ("note types", changes.types),
        )
        if found
    ]
    return ", ".join(parts) or "the order of the cards, or what it remembers of them"
