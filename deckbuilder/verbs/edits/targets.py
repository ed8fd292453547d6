"""What an author means by an id: a record, a landmark inside a bone, or one comparison of a study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from deckbuilder.core.diagnostics import Diagnostic, Fault
from deckbuilder.records import KINDS, Muscle, Record, nearest, walker
from deckbuilder.records.base import Noted, one_or_more
from deckbuilder.source import Document, Path_, edit
from deckbuilder.verbs.edits.editable import Editable


@dataclass(frozen=True, slots=True)
class Target:
    """Something with an id of its own. `within`: the study of a comparison. `path` leads to where the id stands."""

    kind: str
    id: str
    record: Record
    path: Path_
    within: str = ""

    @property
    def key(self) -> str:
        return self.key_of(self.id)

    def key_of(self, id: str) -> str:
        """The key of this under another id."""
        return "/".join(step for step in (self.kind, self.within, id) if step)

    @property
    def document(self) -> Document:
        return self.record.document

    @property
    def landmark(self) -> bool:
        return self.kind == "landmark"

    @property
    def subjects(self) -> tuple[Noted, ...]:
        """What it makes notes of: all comparisons of a study, or the one."""
        if self.landmark:
            return ()
        found = self.record.subjects()
        return tuple(each for each in found if not self.within or each.path == self.path[:-1])

    @property
    def written(self) -> dict[str, Any]:
        """The mapping in which its id stands, as an author wrote it."""
        return cast(dict[str, Any], self.document.at(self.path[:-1]))

    @property
    def formerly(self) -> tuple[str, ...]:
        """Its former ids as they are written, without the study of a comparison."""
        written = () if self.landmark else one_or_more(self.written.get("formerly", ()))
        return tuple(cast(Sequence[str], written))


def every(cards: Editable) -> Iterator[Target]:
    """Everything that has an id of its own, records of a taken id too. The place of a landmark goes by the landmark's."""
    for record in cards.records:
        if not walker.borrows_its_id(type(record)):
            yield Target(record.kind, record.id, record, (record.kind,))
        for kind, id, path in record.holds():
            yield Target(kind, id, record, path)
        for each in record.subjects():
            if each.path:
                yield Target(record.kind, each.note_id.rpartition("/")[2], record, (*each.path, "id"), record.id)


def find(cards: Editable, name: str) -> Target:
    """The one thing of this name: `kind/id`, `study/id/comparison`, or an id that only one thing has."""
    targets = list(every(cards))
    found = [each for each in targets if name in (each.key, each.id)]
    exact = [each for each in found if each.key == name]
    found = exact or found
    keys = sorted({each.key for each in found})
    if len(keys) > 1:
        raise Fault(f"{len(keys)} records have the id '{name}'", f"say which: {', '.join(keys)}")
    if len(found) > 1:
        places = " and ".join(str(each.record.locate(*each.path)) for each in found)
        raise Fault(f"the id '{name}' stands twice, at {places}", "rename or delete one of the two by hand")
    if not found:
        raise _unknown(cards, name, targets)
    return found[0]


def faulty(cards: Editable, name: str) -> Diagnostic | None:
    """The fault of what may have this name and could not be read."""
    steps = name.split("/")
    kinds, word = ([steps[0]], steps[1]) if len(steps) > 1 else ([*KINDS, "landmark"], name)
    if not any(cards.lost.answers(kind, word) for kind in kinds):
        return None
    return fault_naming(cards, word) or next(iter(cards.unread), None)


def fault_naming(cards: Editable, word: str) -> Diagnostic | None:
    """The fault of a record that could not be read and in which this id stands."""
    for document in cards.faulty:
        if any(each == word or each.startswith(f"{word}/") for each in edit.words(document)):
            start, name = document.locate(), document.file.name
            here = [each for each in cards.faults if each.location.path == name and each.location >= start]
            return min(here, default=Diagnostic(start, "not-a-record", "this record is at fault"))
    return None


def _unknown(cards: Editable, name: str, targets: list[Target]) -> Fault:
    fault = faulty(cards, name)
    if fault is not None:
        return Fault(f"'{name}' may stand in a record at fault: {fault.location}: {fault.message}", "mend that first")
    kind, _, part = name.rpartition("/")
    muscle = cards.library.find(Muscle, kind.removeprefix("muscle/"))
    if muscle is not None and part in muscle.divisions:
        return Fault(
            f"'{part}' is a part of the muscle '{muscle.id}', and no record of its own",
            "a part has no reviews to keep: change its id, and what names it, by hand",
        )
    known = [each.key if "/" in name else each.id for each in targets]
    return Fault(f"no record has the id '{name}'", nearest(name, known) or "write it as kind/id, as in the cards")
