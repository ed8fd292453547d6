"""All that the cards of a project say, and what is wrong with them, with some of the files as they would be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from deckbuilder import lock as locks
from deckbuilder import rules
from deckbuilder.anatomy.library import Library
from deckbuilder.core.diagnostics import Diagnostic, Fault, errors
from deckbuilder.core.project import Project
from deckbuilder.lock import Lock
from deckbuilder.records import Record, Reference
from deckbuilder.records.salvage import Lost
from deckbuilder.source import Document
from deckbuilder.workspace import Workspace


@dataclass(frozen=True)
class Editable:
    """What a verb that edits asks of a project: the documents in order, the records among them, the faults of reading."""

    workspace: Workspace

    @property
    def project(self) -> Project:
        return self.workspace.project

    @property
    def documents(self) -> tuple[Document, ...]:
        return self.workspace.documents

    @property
    def records(self) -> tuple[Record, ...]:
        return self.workspace.records

    @property
    def library(self) -> Library:
        return self.workspace.library

    @property
    def lock(self) -> Lock:
        return self.workspace.lock

    @cached_property
    def faults(self) -> list[Diagnostic]:
        """What keeps the cards from being read; drawings are nothing that these verbs edit."""
        return [*self.workspace.files.faults, *self.workspace.malformed]

    @cached_property
    def lost(self) -> Lost:
        """What the cards that cannot be read would have answered to."""
        wrong = errors(self.faults)
        return self.workspace.salvaged(wrong) if wrong else Lost()

    @cached_property
    def faulty(self) -> list[Document]:
        """The documents that made no record."""
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
        return self.workspace.files.of(name)[0].file.text

    def leads(self, reference: Reference) -> str | None:
        """The kind of record that a reference leads to: the first of its kinds that answers."""
        id = reference.id.split("/")[0]
        return next((kind for kind in reference.kinds if self.library.answers(kind, id)), None)

    def with_texts(self, texts: Mapping[str, str]) -> Editable:
        """The cards as they would be with these texts in these files."""
        return Editable(self.workspace.with_texts(texts))

    def fault_after(self, after: Editable, alike: Callable[[str], str]) -> Diagnostic | None:
        """The first fault of the cards as they would be that these do not have. `alike`: messages to be held equal."""

        def said(each: Diagnostic) -> tuple[str, str, str]:
            return each.location.path, each.rule, alike(each.message)

        before = Counter(said(each) for each in self.diagnostics)
        for each in sorted(after.diagnostics):
            if not before[said(each)]:
                return each
            before[said(each)] -= 1
        return None


def read(project: Project) -> Editable:
    """The cards as they are. Raises `Fault` where they are not the author's to edit, or the lock is damaged."""
    if project.read_only:
        raise Fault(
            "the deck that ships with deckbuilder is read only",
            "make your own with `deckbuilder new DIR`, or name yours with --project",
        )
    workspace = Workspace(project)
    _ = workspace.lock  # whoever edits without it may take an id that learners know
    return Editable(workspace)
