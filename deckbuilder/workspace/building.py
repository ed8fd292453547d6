"""A build: the package, what it is, the lock, and what changed since the last release, all put into place at once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deckbuilder.anki.notes import Note
from deckbuilder.core import git
from deckbuilder.core.diagnostics import Diagnostic, Fault
from deckbuilder.core.project import Project
from deckbuilder.core.transaction import write_text, writing
from deckbuilder.core.turn import alone
from deckbuilder.lock import Changes, Release
from deckbuilder.package.checksum import sha256
from deckbuilder.workspace import selection
from deckbuilder.workspace.collector import without_collector
from deckbuilder.workspace.ready import Ready, listed
from deckbuilder.workspace.selection import Selection
from deckbuilder.workspace.snapshot import Tick, Workspace

if TYPE_CHECKING:
    from deckbuilder.package.writer import Written

# From what is ready to what of it goes into a package.
Choice = Callable[[Ready], Selection]
CHANGES = "CHANGES.md"


@dataclass(frozen=True, slots=True)
class Built:
    """A package and what it means for learners, if a release brought them any.

    `since`: the release that CHANGES.md compares it with, if there is one.
    """

    path: Path
    written: Written
    sha256: str
    changes: Changes
    kinds: dict[str, int]
    edition: str
    first: bool
    since: str = ""
    released: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a build found and made. `built` is None where errors stopped it."""

    diagnostics: list[Diagnostic]
    built: Built | None = None


def build(
    project: Project,
    output: Path,
    now: int,
    *,
    choose: Choice | None = None,
    locked: bool = False,
    allow_schema_change: bool = False,
    tick: Tick = lambda *_: None,
    committing: Callable[[], None] = lambda: None,
) -> Attempt:
    """The package in `output`, and the lock beside the cards: both new, or both as they were.

    `now` in seconds. `choose`: a part of the deck; the lock holds all of it all the same. `locked`: fail where the lock
    is not up to date instead of writing it. `committing` is called when all is written and only has to be moved into
    place. Raises `Fault` for what editing cards cannot cure.
    """
    with alone(project, output, locked=locked), without_collector():
        workspace = Workspace(project, tick=tick)
        ready, found = workspace.ready(now, allow_schema_change=allow_schema_change)
        if ready is None:
            return Attempt(found)
        from deckbuilder.workspace import overtake

        ready, outrun = overtake.overtake(project, output, ready, ready.rendered.deck.edition, now)
        _may_write(project, ready, outrun, locked)
        found += outrun
        part, notes = _chosen(ready, choose)
        built = _package(project, output, ready, part, notes, found, tick, committing)
        return Attempt(found, built)


def _may_write(project: Project, ready: Ready, outrun: list[Diagnostic], locked: bool) -> None:
    """Raises `Fault` where the lock is not up to date, and is not to be written."""
    help = "run `deckbuilder build` and commit cards/deck.lock"
    if outrun and locked:
        raise Fault(f"{outrun[0].location}: {outrun[0].message}", f"{help}; if nobody got that package, delete it")
    if ready.stale and (locked or project.read_only):
        raise Fault(f"cards/deck.lock is out of date: {listed(ready.changes)}", help)


def _chosen(ready: Ready, choose: Choice | None) -> tuple[Selection | None, list[Note]]:
    """The part of the deck that somebody chose, if anybody did, and its notes. Raises `Fault` where it has none."""
    if choose is None:
        return None, ready.rendered.notes
    part = choose(ready)
    notes = part.of(ready.rendered.notes)
    if not notes:
        raise Fault(f"the selection '{part.title}' chooses no note", "select a tag that some note has")
    return part, notes


def by_tags(text: str) -> Choice:
    """The part of a deck that an expression of tags chooses."""
    return lambda ready: selection.parse(text, ready.tags)


def by_exam(name: str) -> Choice:
    """The part of a deck that an exam's blueprint asks for."""
    return lambda ready: selection.exam(name, ready.exams, ready.rendered.deck.tag_root, ready.tags)


def _package(
    project: Project,
    output: Path,
    ready: Ready,
    part: Selection | None,
    notes: list[Note],
    found: list[Diagnostic],
    tick: Tick,
    committing: Callable[[], None],
) -> Built:
    """Package, lock, changes, and the page that the description names, in their places."""
    deck = ready.rendered.deck
    ending = f"-{part.name}" if part else ""
    target = output / f"{deck.id}-{ready.edition}{ending}.apkg"
    tick("packaging", 0, 1)
    with writing("the package", kept="dist and lock are as they were") as transaction:
        if ready.stale or os.access(project.cards, os.W_OK):
            # First: a package without its lock is the one order that could ship two different texts under one time.
            lock = transaction.aside(project.lock)
        package = transaction.aside(target, at=output / f"{deck.id}.apkg.part")
        name, text = ready.page
        page = transaction.aside(output / name, at=output / f"{deck.id}.about.part")
        changes = transaction.aside(output / CHANGES, at=output / f"{deck.id}.changes.part")
        written = ready.write(package, notes, part.title if part else "")
        write_text(page, text)
        if ready.stale:
            write_text(lock, ready.text)
        last = None if part else ready.before.last
        if last and (told := _changes(project, output, last, package, found)):
            write_text(changes, told)
        digest = sha256(package)
        transaction.commit(committing)
    tick("packaging", 1, 1)
    return Built(
        target,
        written,
        digest,
        ready.changes,
        _kinds(ready, notes),
        ready.edition,
        first=not ready.before.notes,
        since=last.edition if last else "",
        released=ready.before.last is not None,
    )


def _changes(project: Project, output: Path, last: Release, package: Path, found: list[Diagnostic]) -> str:
    """What CHANGES.md says of this package. Where the last release cannot be had that is found, and nothing is said."""
    from deckbuilder import diff
    from deckbuilder.workspace import history

    refused = None
    try:
        story = history.since(project, output, last, package)
        if story:
            return diff.for_learners(*story)
    except git.Refused as refusal:
        refused = refusal
    found.append(history.lost(last.edition, refused))
    return ""


def _kinds(ready: Ready, notes: list[Note]) -> dict[str, int]:
    """How many notes there are of which type, by its name in the deck."""
    prefix = f"{ready.rendered.deck.note_types.prefix} "
    types = ready.rendered.note_types
    return dict(Counter(types[note.kind].name.removeprefix(prefix) for note in notes))
