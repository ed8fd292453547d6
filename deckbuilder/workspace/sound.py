"""Which records can be rendered while others are at fault."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from deckbuilder.anatomy.drawings import Drawings
from deckbuilder.anatomy.library import Library
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.records import Record
from deckbuilder.source import Document


def sound_of(
    library: Library, found: Sequence[Record], documents: Iterable[Document], faulty: Collection[Diagnostic]
) -> tuple[Library, list[Record]]:
    """The records without a fault, and without one behind anything that they name; and all the others.

    `found` are the records of the library in the order of files, `faulty` the errors that were found so far.
    """
    if not faulty:
        return library, []
    bad = _at_fault(documents, faulty)
    sound = _closed([each for each in found if id(each.document) not in bad or each.kind == "deck"], library.drawings)
    kept = {id(record) for record in sound}
    return Library(sound, library.drawings), [record for record in found if id(record) not in kept]


def _closed(found: Sequence[Record], drawings: Drawings) -> Sequence[Record]:
    """Those of these records that name nothing but each other, and what was drawn."""
    while True:
        library = Library(found, drawings)
        whole = [record for record in found if _answered(record, library)]
        if len(whole) == len(found):
            return found
        found = whole


def _at_fault(documents: Iterable[Document], faulty: Iterable[Diagnostic]) -> set[int]:
    """The documents in which the faults stand, by identity: in each file the last that begins before the fault."""
    starts: dict[str, list[tuple[int, int]]] = {fault.location.path: [] for fault in faulty}
    for document in documents:
        if document.file.name in starts:
            starts[document.file.name].append((document.locate().line, id(document)))
    bad: set[int] = set()
    for path, line in {(fault.location.path, fault.location.line) for fault in faulty}:
        before = [each for each in starts[path] if each[0] <= line]
        if before:
            bad.add(max(before)[1])
    return bad


def _answered(record: Record, library: Library) -> bool:
    """Whether everything that a record names is there."""
    return all(any(library.answers(kind, each.id) for kind in each.kinds) for each in record.refers())
