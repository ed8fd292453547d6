"""All that the cards of a project say, and what is wrong with them, with some of the files as they would be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from deckbuilder import lock as locks
from deckbuilder import records, rules, source
from deckbuilder.anatomy import drawings
from deckbuilder.anatomy.library import Library
from deckbuilder.core.diagnostics import Diagnostic, Fault, errors
from deckbuilder.core.project import Project
from deckbuilder.lock import Lock
from deckbuilder.records import Record, Reference
from deckbuilder.records.salvage import Lost, salvage
from deckbuilder.source import Document, File


@dataclass(frozen=True)
class Cards:
    """The documents of a project in order, the records among them, and the faults of reading."""

    project: Project
    documents: list[Document]
    records: list[Record]
    faults: list[Diagnostic]
    lock: Lock

    @cached_property
    def library(self) -> Library:
        return Library(self.records, drawings.read(self.project))

    @cached_property
    def lost(self) -> Lost:
        wrong = errors(self.faults)
        return salvage(self.project, self.records, self.documents, wrong) if wrong else Lost()

    @cached_property
    def faulty(self) -> list[Document]:
        """Those that made no record."""
        sound = {id(record.document) for record in self.records}
        return [document for document in self.documents if id(document) not in sound]

    @cached_property
    def unread(self) -> list[Diagnostic]:
        """The faults of files of which no record could be read."""
        read = {document.file.name for document in self.documents}
        return [fault for fault in errors(self.faults) if fault.location.path not in read]

    @cached_property
    def diagnostics(self) -> list[Diagnostic]:
        """Every fault of the cards, as `check` finds it before anything is rendered."""
        subjects = [subject for record in self.library.records.values() for subject in record.subjects()]
        return [
            *self.faults,
            *rules.guard(self.library, self.lost),
            *locks.check_ids(self.lock, subjects, self.lost.answers),
        ]

    def text(self, name: str) -> str:
        """The text of a file that holds records."""
        return next(each.file.text for each in self.documents if each.file.name == name)

    def leads(self, reference: Reference) -> str | None:
        """The kind of record that a reference leads to: the first of its kinds that answers."""
        id = reference.id.split("/")[0]
        return next((kind for kind in reference.kinds if self.library.answers(kind, id)), None)

    def with_texts(self, texts: Mapping[str, str]) -> Cards:
        """The cards as they would be with these texts in these files."""
        faults = [fault for fault in self.faults if fault.location.path not in texts]
        new: dict[str, list[Document]] = {}
        for name, text in texts.items():
            new[name], wrong = source.parse(File(name, text))
            faults += wrong
        found, malformed = records.parse(document for name in texts for document in new[name])
        kept = {id(record.document): record for record in (*self.records, *found)}
        documents: list[Document] = []  # in the order of before: of two with one id, the first one counts
        for document in self.documents:
            documents += new.pop(document.file.name, []) if document.file.name in texts else [document]
        sound = [kept[id(document)] for document in documents if id(document) in kept]
        return Cards(self.project, documents, sound, faults + malformed, self.lock)

    def fault_after(self, after: Cards, alike: Callable[[str], str]) -> Diagnostic | None:
        """The first fault of the cards as they would be that these do not have. `alike`: messages to be held equal."""

        def said(each: Diagnostic) -> tuple[str, str, str]:
            return each.location.path, each.rule, alike(each.message)

        before = Counter(said(each) for each in self.diagnostics)
        for each in sorted(after.diagnostics):
            if not before[said(each)]:
                return each
            before[said(each)] -= 1
        return None


def read(project: Project) -> Cards:
    """The cards as they are. Raises `Fault` where they are not the author's to edit, or the lock is damaged."""
    if project.read_only:
        raise Fault(
            "the deck that ships with deckbuilder is read only",
            "make your own with `deckbuilder new DIR`, or name yours with --project",
        )
    try:
        lock = locks.read(project) or Lock()
    except locks.Damaged as damage:
        raise damage.fault from None
    documents, unreadable = source.read(project.sources(), project.root)
    found, malformed = records.parse(documents)
    return Cards(project, documents, found, unreadable + malformed, lock)
