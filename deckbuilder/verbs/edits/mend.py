"""Faults that can be mended in one way only, mended in place: `check --fix`.

A name is never guessed: only what is the same but for case, spaces and underscores, what stands twice, what excepts
nothing, and what a rule itself says to write.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date

from deckbuilder.core import letters
from deckbuilder.core.diagnostics import Diagnostic, Fault, Location
from deckbuilder.core.project import Project
from deckbuilder.core.prose import unobeyed
from deckbuilder.core.turn import alone
from deckbuilder.records import Subject
from deckbuilder.source import Document, File, Path_
from deckbuilder.verbs.edits import border
from deckbuilder.verbs.edits.draft import Change, Draft
from deckbuilder.verbs.edits.editable import Editable, read
from deckbuilder.verbs.edits.save import save

MAX_ROUNDS = 200
TAB = "\t"
Wants = Callable[[Diagnostic], bool]


@dataclass(frozen=True, slots=True)
class Mended:
    """What was changed, in which files, and why the rest of what might have been was not."""

    changes: tuple[Change, ...] = ()
    texts: tuple[tuple[File, str], ...] = ()
    left: tuple[Fault, ...] = ()

    @property
    def files(self) -> int:
        return len(self.texts)

    def diff(self) -> str:
        """The changes as a unified diff."""
        lines: list[str] = []
        for file, text in self.texts:
            old, new = _lines(file.text), _lines(text)
            lines += difflib.unified_diff(old, new, f"a/{file.name}", f"b/{file.name}", lineterm="")
        return "".join(f"{unobeyed(line, but=TAB)}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Mending:
    """One edit. `old` and `new` texts; `new` None takes out what is there. `word`: only this in the text."""

    rule: str
    document: Document
    path: Path_
    old: str
    new: str | None
    named: bool = False
    word: str = ""

    @property
    def key(self) -> tuple[str, str, int, int | None, Path_]:
        return self.rule, self.document.file.name, self.document.document, self.document.item, self.path

    def make(self, draft: Draft) -> None:
        """The edit, in a draft. Raises `Fault` where it cannot be made in place."""
        if self.new is None:
            draft.drop(self.document, self.path)
        elif self.word:
            draft.words(self.document, self.path, self.word, self.new)
        elif self.named:
            draft.set(self.document, self.path, self.old, self.new, named=True)
        else:
            draft.reword(self.document, self.path, self.old, self.new)


def mend(
    project: Project,
    wants: Wants,
    today: date,
    *,
    dry_run: bool = False,
    committing: Callable[[], None] = lambda: None,
) -> Mended:
    """Every fault that somebody `wants` mended and that can be, in all files or in none; again until nothing is left.

    Raises `Fault`, with every file as it was, where the cards cannot be written. `dry_run`: nothing is written.
    """
    with nullcontext() if dry_run or project.read_only else alone(project):
        cards = read(project)
        files = {document.file.name: document.file for document in cards.documents}
        texts: dict[str, str] = {}
        changes: list[Change] = []
        refused: dict[object, Fault] = {}
        for draft in _drafts(cards, wants, today, refused):
            texts |= draft.texts()
            changes += draft.changes()
        changed = tuple((files[name], text) for name, text in texts.items() if text != files[name].text)
        if changed and not dry_run:
            save(project.root, changed, committing)
        return Mended(tuple(sorted(changes)), changed, tuple(refused.values()))


def _drafts(cards: Editable, wants: Wants, today: date, refused: dict[object, Fault]) -> Iterator[Draft]:
    """Round after round, each upon the cards as the one before leaves them. `refused`: what cannot be made, and why."""
    for _ in range(MAX_ROUNDS):
        found = [each for each in _mendings(cards, wants, today) if each.key not in refused]
        draft = _made(cards, _apart(found), refused)
        if draft is not None:
            yield draft
            cards = draft.read_back()
        elif all(each.key in refused for each in found):
            return


def _mendings(cards: Editable, wants: Wants, today: date) -> Iterator[Mending]:
    """What can be mended in the cards as they are now."""

    def wanted(each: Mending) -> bool:
        return wants(Diagnostic(Location(each.document.file.name), each.rule, ""))

    border_ones = (Mending(*each) for document in cards.faulty for each in border.edits(cards, document))
    yield from filter(wanted, border_ones)
    yield from filter(wanted, _tags(cards))
    yield from _offered(cards, wants, today)


def _offered(cards: Editable, wants: Wants, today: date) -> Iterator[Mending]:
    """What the rules themselves know how to mend, but for records whose id stands twice."""
    workspace = cards.workspace
    twice = {each.key for pair in cards.library.duplicates for each in pair}
    for fault in (*workspace.guarded, *workspace.linted(today=today)):
        kind, _, id = fault.record.partition("/")
        record = workspace.library.records.get((kind, id))
        if fault.fix is None or record is None or record.key in twice or not wants(fault):
            continue
        fix = fault.fix
        yield Mending(
            fault.rule, record.document, fix.path, record.document.text(fix.path) or "", fix.value, word=fix.word
        )


def _tags(cards: Editable) -> Iterator[Mending]:
    """Tags that differ from one of the vocabulary in nothing but case."""
    deck = cards.library.deck
    for record in cards.records if deck else ():
        for number, tag in enumerate(record.tags if isinstance(record, Subject) else ()):
            alike = [each for each in deck.extra_tags if letters.folded(each) == letters.folded(tag)] if deck else []
            if tag not in alike and len(alike) == 1:
                yield Mending("tag", record.document, ("tags", number), tag, alike[0], word=tag)


def _apart(found: list[Mending]) -> list[Mending]:
    """Those that do not meet each other: what is taken out moves the places of what stands behind it."""
    kept: list[Mending] = []
    full: set[int] = set()
    paths: set[tuple[int, Path_]] = set()
    for each in found:
        at = id(each.document)
        if at in full or (at, each.path) in paths or (each.new is None and any(at == other for other, _ in paths)):
            continue
        kept.append(each)
        paths.add((at, each.path))
        if each.new is None:
            full.add(at)
    return kept


def _made(cards: Editable, found: list[Mending], refused: dict[object, Fault]) -> Draft | None:
    """A draft with these edits; None if there is none to be made, or if some of them are `refused` from now on."""
    if not found:
        return None
    together = _tried(cards, found)
    if isinstance(together, Draft):
        return together
    faults: dict[object, Fault] = {
        each.key: fault for each in found if isinstance(fault := _tried(cards, [each]), Fault)
    }
    neighbors = Fault("this cannot be mended together with its neighbors", "run it again")
    refused |= faults or {each.key: neighbors for each in found[1:]}
    return None


def _tried(cards: Editable, found: Sequence[Mending]) -> Draft | Fault:
    """A draft with these edits that was read back, or why it cannot be."""
    draft = Draft(cards)
    try:
        for each in found:
            each.make(draft)
        draft.read_back()
    except Fault as fault:
        return fault
    if all(text == cards.text(name) for name, text in draft.texts().items()):
        return Fault(f"{found[0].rule}: the text stays as it is", "mend it by hand")
    return draft


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
