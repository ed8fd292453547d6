"""An edition for learners: everything that is published, made in one go, and written down in the lock.

What was released once is never anything else: the same edition again gives the same bytes, or nothing.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from deckbuilder import lock as locks
from deckbuilder.core.diagnostics import Diagnostic, Fault, Location
from deckbuilder.core.project import Project
from deckbuilder.core.transaction import Transaction, write_text, writing
from deckbuilder.core.turn import alone
from deckbuilder.lock import Release
from deckbuilder.package.checksum import sha256
from deckbuilder.records import Deck
from deckbuilder.records.deck import EDITION
from deckbuilder.source import edit
from deckbuilder.verbs.release import contents, refuse
from deckbuilder.verbs.release.contents import SUMS, ReleaseFile
from deckbuilder.workspace import Workspace, history, overtake
from deckbuilder.workspace.collector import without_collector
from deckbuilder.workspace.ready import Ready
from deckbuilder.workspace.snapshot import Tick


@dataclass(frozen=True, slots=True)
class Released:
    """A release as it lies in its folder. `again`: it went out before, and this is the same to the byte."""

    folder: Path
    edition: str
    again: bool
    files: tuple[ReleaseFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, and what was released: None where faults stopped it."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    released: Released | None = None


def release(
    project: Project,
    output: Path,
    edition: str,
    now: int,
    *,
    allow_schema_change: bool = False,
    tick: Tick = lambda *_: None,
    committing: Callable[[], None] = lambda: None,
) -> Report:
    """The folder of an edition in `output`; the lock remembers it and deck.yaml bears its name. All of it, or nothing.

    Raises `Fault` where the edition goes backward, the source is not what is committed, or the lock not up to date.
    """
    if project.read_only:
        raise Fault(
            "the deck that ships with deckbuilder is released by its makers", "make a project of your own first"
        )
    if not re.fullmatch(EDITION, edition):
        raise Fault(f"'{edition}' cannot name an edition", "use letters, digits, `.`, `_` and `-`, such as 2026-12")
    with alone(project, output), without_collector():
        workspace = Workspace(project, tick=tick)
        ready, found = workspace.ready(now, edition=edition, allow_schema_change=allow_schema_change)
        if ready is None:
            return Report(found)
        again = edition in ready.before.releases
        if again:
            refuse.other(ready, edition)
        else:
            refuse.backward(ready, edition)
            found += refuse.dirty(project)
            ready, outrun = overtake.overtake(project, output, ready, edition, now)
            refuse.stale(ready, outrun)
            ready = replace(ready, lock=locks.dated(ready.lock, now))
        return _release(project, output, ready, edition, now, again, allow_schema_change, found, tick, committing)


def _release(
    project: Project,
    output: Path,
    ready: Ready,
    edition: str,
    now: int,
    again: bool,
    allow_schema_change: bool,
    found: list[Diagnostic],
    tick: Tick,
    committing: Callable[[], None],
) -> Report:
    deck = ready.rendered.deck
    stem = f"{deck.id}-{edition}"
    target = output / stem
    if target.exists() and not target.is_dir():
        raise Fault(f"{target} is a file, and the release needs a folder of that name", "move it away")
    with writing("the package", kept="dist and lock are as they were") as transaction:
        # The lock first: what is in a folder that anybody may publish must not be unknown to it.
        lock, about = transaction.aside(project.lock), transaction.aside(project.deck)
        folder = transaction.room(output / f"{deck.id}.release.part")
        made, digest = contents.packages(folder, stem, ready, tick)
        if again and digest != ready.before.releases[edition].digest:
            raise Fault(
                f"edition {edition} went out already, and this would be another one under its name",
                "undo what changed in deck.yaml or the templates, use the deckbuilder that made it, or take a new edition",
            )
        before = _before(ready, edition)
        story = history.since(project, output, before, folder / f"{stem}.apkg") if before else None
        if story:
            refuse.blocked(story[0], allow_schema_change)
        elif before:
            found = [*found, history.lost(before.edition)]
        made += contents.words(folder, stem, ready, contents.changes(ready, before, story, made[0]))
        contents.checksums(folder, made)
        if not again:
            write_text(lock, locks.dump(locks.release(ready.lock, edition, digest, now)))
        if deck.edition != edition:
            write_text(about, _with_edition(project, deck, edition))
        named = [*(each.name for each in made), SUMS]
        foreign = _foreign(target, named)
        _move(transaction, folder, target, named)
        transaction.commit(committing)
    return Report([*found, *foreign], Released(target, edition, again, tuple(made)))


def _before(ready: Ready, edition: str) -> Release | None:
    """The last release but this one."""
    others = (each for each in ready.before.releases.values() if each.edition != edition)
    return max(others, key=lambda each: each.time, default=None)


def _move(transaction: Transaction, folder: Path, target: Path, named: Sequence[str]) -> None:
    """The folder into its place; where there is one of that name, the files that are not the same."""
    if not target.is_dir():
        transaction.move(folder, target)
        return
    for name in named:
        if not _same(folder / name, target / name):
            transaction.move(folder / name, target / name)


def _with_edition(project: Project, deck: Deck, edition: str) -> str:
    """deck.yaml as it is, but for the edition."""
    file = deck.document.file
    mark = "\ufeff" if project.deck.read_bytes().startswith(codecs.BOM_UTF8) else ""
    return mark + edit.edited(file.text, [edit.set_scalar(deck.document, ("edition",), edition)])


def _foreign(folder: Path, named: Sequence[str]) -> list[Diagnostic]:
    """A warning about what lies in the folder of a release and is none of ours: it is never deleted."""
    others = sorted(path.name for path in folder.iterdir() if path.name not in named) if folder.is_dir() else []
    if not others:
        return []
    message = f"{', '.join(others[:5])}{' …' if others[5:] else ''} in it: not of this release, left as it was"
    help = "move it away before you publish the folder, unless learners are to have it"
    return [Diagnostic(Location(f"{folder.parent.name}/{folder.name}"), "foreign-file", message, help)]


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and sha256(one) == sha256(other)
