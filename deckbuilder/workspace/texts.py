"""The texts that a project is read from: as they lie on the disk, and as somebody has them who did not save yet."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path
from types import MappingProxyType

from deckbuilder import lock as locks
from deckbuilder.anatomy import drawings
from deckbuilder.core.diagnostics import Diagnostic, Fault, Location
from deckbuilder.core.frozen import dataclass
from deckbuilder.core.project import Project, is_source
from deckbuilder.lock import LOCK, Lock
from deckbuilder.source import Kept, guard
from deckbuilder.workspace import ratchet

# Beside the source cards.
OTHERS = (LOCK, ratchet.FILE, drawings.INDEX)


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one project. `unsaved` ones count in place of the files; None: the file is not there."""

    project: Project
    unsaved: Mapping[str, str | None] = field(default_factory=dict)

    def typed(self, texts: Mapping[str, str | None]) -> Texts:
        """The same with these texts as well. Raises `Fault` for a path that is no text of the cards."""
        for name in texts:
            if not is_source(name) and name not in OTHERS:
                help = "name a file such as cards/arm/biceps.yaml by its path from the project's root"
                raise Fault(f"'{name}' is none of the texts that cards are read from", help)
        return replace(self, unsaved=MappingProxyType({**self.unsaved, **texts}))

    def cards(self, known: Kept | None = None, doubted: Collection[Path] = ()) -> Kept:
        """The source cards. From an earlier reading what did not change is taken over, but for files that are `doubted`."""
        paths, root = self.project.sources(), self.project.root
        return (known or Kept(self.project.cache)).again(paths, root, doubted).with_texts(self._unsaved_cards)

    def cards_after(self, known: Kept) -> Kept:
        """The source cards as they were read already, with the texts that are not saved."""
        return known.with_texts(self._unsaved_cards)

    def other(self, name: str) -> str | Diagnostic | None:
        """A text that is no source card, or why it cannot be had; None where it is not there."""
        if name not in self.unsaved:
            return guard.there(self.project.root, name)
        text = self.unsaved[name]
        return None if text is None else guard.typed(text, name)

    def lock(self) -> Lock | locks.Damaged | None:
        """What the lock says, or why it cannot be read; None before the first build."""
        try:
            if LOCK not in self.unsaved:
                return locks.read(self.project)
            return None if self.unsaved[LOCK] is None else locks.load(self.text_of_lock(), LOCK)
        except locks.Damaged as damage:
            return damage

    def text_of_lock(self) -> str:
        """The lock to the letter, but for the line ends of Windows; '' where it is to be gone."""
        if LOCK in self.unsaved:
            return (self.unsaved[LOCK] or "").replace("\r\n", "\n")
        return self.project.lock.read_text("utf-8")

    def passed_over(self) -> Iterator[Diagnostic]:
        """Files that are plainly meant as cards, and are not read because of their names."""
        for path, meant in self.project.unread():
            message = "this file is not read: names of cards end in .yaml or .yml"
            help = f"rename it to '{meant.name}', or move it out of cards/"
            yield Diagnostic(Location(path.relative_to(self.project.root).as_posix()), "not-read", message, help)

    @property
    def _unsaved_cards(self) -> dict[str, str | None]:
        return {name: text for name, text in self.unsaved.items() if is_source(name)}
