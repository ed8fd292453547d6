"""The kinds of record, and the border at which YAML becomes one of them.

`KINDS` is the table of contents. A new kind is a module here, a line below, and a folder of templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pydantic import ValidationError

from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.records import walker
from deckbuilder.records.action import Action
from deckbuilder.records.base import Record, Subject
from deckbuilder.records.claim import Claim
from deckbuilder.records.cloze import Cloze, Gap
from deckbuilder.records.concept import Concept
from deckbuilder.records.curve import Curve
from deckbuilder.records.deck import Deck
from deckbuilder.records.exam import Exam
from deckbuilder.records.exercise import Exercise, Trains
from deckbuilder.records.figure import Figure
from deckbuilder.records.group import Group
from deckbuilder.records.hints import Called, nearest
from deckbuilder.records.keys import Reference
from deckbuilder.records.malformed import faults_of
from deckbuilder.records.muscle import Muscle
from deckbuilder.records.occlusion import Occlusion
from deckbuilder.records.place import Place
from deckbuilder.records.plate import Plate
from deckbuilder.records.question import Question
from deckbuilder.records.rulebook import Rulebook
from deckbuilder.records.study import Compared, Study
from deckbuilder.records.vocabulary import Bone, Credit, Joint, Nerve, Region, Source, Structure, Term
from deckbuilder.source import Document

__all__ = [
    "KINDS",
    "NOTE_KINDS",
    "Action",
    "Bone",
    "Claim",
    "Cloze",
    "Compared",
    "Concept",
    "Credit",
    "Curve",
    "Deck",
    "Exam",
    "Exercise",
    "Figure",
    "Gap",
    "Group",
    "Joint",
    "Muscle",
    "Nerve",
    "Occlusion",
    "Place",
    "Plate",
    "Question",
    "Record",
    "Reference",
    "Region",
    "Rulebook",
    "Source",
    "Structure",
    "Study",
    "Subject",
    "Term",
    "Trains",
    "nearest",
    "parse",
]

KINDS: dict[str, type[Record]] = {
    each.kind: each
    for each in (
        Deck,
        Rulebook,
        Region,
        Bone,
        Structure,
        Joint,
        Nerve,
        Term,
        Source,
        Credit,
        Curve,
        Exam,
        Figure,
        Place,
        Plate,
        Muscle,
        Action,
        Group,
        Concept,
        Study,
        Exercise,
        Claim,
        Question,
        Cloze,
        Occlusion,
    )
}
NOTE_KINDS: dict[str, type[Subject]] = {kind: each for kind, each in KINDS.items() if issubclass(each, Subject)}


_UNTOLD: set[str] = set()


def parse(
    documents: Iterable[Document], known: Mapping[int, Record] = MappingProxyType({})
) -> tuple[list[Record], list[Diagnostic]]:
    """Validated records, and every fault of the others. A faulty record leaves its neighbors alone.

    `known`: the records of documents that were parsed before, by `id(document)`.
    """
    found: list[Record] = []
    faults: list[Diagnostic] = []
    every = list(documents)
    called: Called | None = None  # only a fault asks who is called how
    for document in every:
        if document.faulty:
            continue
        if id(document) in known:
            found.append(known[id(document)])
            continue
        kind = next(iter(document.value), "")
        cls = KINDS.get(kind)
        if cls is None:
            faults.append(_unknown_kind(document, kind))
            continue
        try:
            record = cls.model_validate(document.value)
        except ValidationError as error:
            called = called or Called(every, _held())
            faults += faults_of(document, cls, error, called)
        else:
            record._document = document
            # Which keys were set its document tells; a set of them for each record takes much memory in a large deck.
            object.__setattr__(record, "__pydantic_fields_set__", _UNTOLD)
            found.append(record)
    return found, faults


def _held() -> dict[str, str]:
    """The keys under which records hold what has an id of its own: `landmarks` and its like, each with the kind of that."""
    return {key: mark.kind for cls in KINDS.values() for _, key, mark in walker.held_by(cls)}


def _unknown_kind(document: Document, kind: str) -> Diagnostic:
    later = next((key for key in document.value if key in KINDS), None)
    if later:
        help = f"move the line `{later}: {document.value[later]}` to the top"
    else:
        help = nearest(kind, KINDS) or f"begin with one of: {', '.join(sorted(KINDS))}"
    return Diagnostic(
        document.locate((kind,), key=True) if kind else document.locate(),
        "unknown-kind",
        f"a record opens with its kind and id, and '{kind}' is no kind",
        help,
    )
