"""What learners grade themselves on: the parts of an answer, its sentences, and its mechanisms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from deckbuilder.records import Claim, Cloze, Concept, Exercise, Gap, Group, Muscle, Question
from deckbuilder.records.base import Subject
from deckbuilder.rules.rule import Seen
from deckbuilder.source import Path_


@dataclass(frozen=True, slots=True)
class Graded:
    """One text that is graded; `sort` says which limit it has, `what` what it is in a message."""

    record: Subject
    path: Path_
    text: str
    what: str
    sort: Literal["part", "sentence", "mechanism"]


def graded(seen: Seen) -> Iterator[Graded]:
    """Everything that is graded, where it is in an author's own words."""
    for record in seen.living:
        if isinstance(record, Muscle):
            for said in record.texts():
                if said.role == "answer":
                    yield Graded(record, said.path, said.text, "the detail", "part")
        elif isinstance(record, Question):
            if record.options:
                yield Graded(record, ("options", 0, "text"), record.options[0].text, "the right option", "part")
            else:
                yield Graded(record, ("answer",), record.answer, "the answer", "part")
        elif isinstance(record, Cloze):
            for piece in record.pieces():
                if isinstance(piece, Gap):
                    yield Graded(record, ("text",), piece.text, f"gap {piece.number}", "part")
        elif isinstance(record, Concept):
            yield Graded(record, ("definition",), record.definition, "the definition", "sentence")
            if record.mechanism:
                yield Graded(record, ("mechanism",), record.mechanism, "the mechanism", "mechanism")
        elif isinstance(record, Claim):
            yield Graded(record, ("because",), record.because, "the reason", "sentence")
        elif isinstance(record, Exercise) and record.fault:
            yield Graded(record, ("fault", "cause"), record.fault.cause, "the cause", "sentence")
        elif isinstance(record, Group) and record.odd_one_out:
            yield Graded(record, ("odd_one_out", "because"), record.odd_one_out.because, "the reason", "sentence")
