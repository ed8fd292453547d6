"""The verbs' calls: check, build. A build writes the package, the lock, and what changed since the last release."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from deckbuilder import records, rules, source
from deckbuilder.anatomy.library import Library
from deckbuilder.anki.notes import Note
from deckbuilder.core import git
from deckbuilder.core.diagnostics import Diagnostic, Fault, distinct, errors
from deckbuilder.core.project import Project
from deckbuilder.lock import Changes
from deckbuilder.package import place
from deckbuilder.records import Rulebook
from deckbuilder.workspace import ratchet, selection, stages
from deckbuilder.workspace.ratchet import Ratchet, Step
from deckbuilder.workspace.selection import Selection
from deckbuilder.workspace.stages import Read, Ready, Tick

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
class Report:
    """What a verb found and did. `built` is None where faults stopped it, or nothing was to be built.

    `grown` and `shrunk`: rules with more or fewer warnings than `cards/warnings.json` knows, if there is one (`ratcheted`).
    """

    diagnostics: list[Diagnostic]
    records: int = 0
    notes: int = 0
    cards: int = 0
    built: Built | None = None
    grown: tuple[Step, ...] = ()
    shrunk: tuple[Step, ...] = ()
    ratcheted: bool = False


def check(
    project: Project,
    tick: Tick = lambda *_: None,
    *,
    today: date | None = None,
    infos: bool = False,
    read: Read | None = None,
) -> Report:
    """Every fault of the project, in the order of files and lines. Nothing is written.

    `today`: the day by which sources are stale; `infos`: with what is told on request only; `read`: other texts.
    """
    with without_collector():
        loaded = stages.load(project, tick, read=read, today=today, infos=infos)
        stages.hold(loaded, project, allow_schema_change=False)
        notes = loaded.rendered.notes if loaded.rendered else []
        known = ratchet.read(project)
        found = known.mark(distinct(loaded.diagnostics))
        dated = [name for name, rule in rules.RULES.items() if rule.dated] if known.made else []
        return Report(
            found,
            loaded.count,
            len(notes),
            sum(len(note.ordinals) for note in notes),
            grown=tuple(known.grown(found, dated)),
            shrunk=() if errors(found) else tuple(known.shrunk(found)),
            ratcheted=known.made,
        )


def tighten(
    project: Project, *, today: date | None = None, committing: Callable[[], None] = lambda: None
) -> tuple[Report, Ratchet]:
    """`cards/warnings.json` made to know the warnings that there are now, and what it knew before.

    Nothing is written where there are errors, since they hide warnings, or where a rule's warnings have grown. Raises
    `Fault` where it cannot be written.
    """
    if project.read_only:
        raise Fault("the deck that ships with deckbuilder is read only", "make your own with `deckbuilder new DIR`")
    with place.alone(project):
        known, report = ratchet.read(project), check(project, today=today)
        text = ratchet.text_of(report.diagnostics)
        if not errors(report.diagnostics) and not report.grown and text != known.text:
            path = project.root / ratchet.FILE
            part = path.with_suffix(".json.part")
            with place.aside(part, what=ratchet.FILE, kept="it is as it was"):
                place.write_text(part, text)
                place.move([(part, path)], committing)
        return report, known


def strictness(project: Project) -> rules.Settings:
    """Severities, limits and words of the project's rules, as far as they can be read."""
    documents, _ = source.read(project.sources(), project.root)
    books, _ = records.parse(each for each in documents if next(iter(each.value), "") == Rulebook.kind)
    return rules.Settings.of(rules.defaults(), *(each for each in books if isinstance(each, Rulebook)))


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
) -> Report:
    """The package in `output`, and the lock beside the cards: both new, or both as they were.

    `now` in seconds. `choose`: a part of the deck; the lock holds all of it all the same. `locked`: fail where the lock
    is not up to date instead of writing it. `committing` is called when all is written and only has to be moved into
    place. Raises `Fault` for what editing cards cannot cure.
    """
    with place.alone(project, output, locked=locked), without_collector():
        ready, loaded = stages.ready(project, now, allow_schema_change=allow_schema_change, tick=tick)
        if ready is None:
            return Report(loaded.diagnostics, loaded.count)
        from deckbuilder.workspace import overtake

        ready, outrun = overtake.overtake(project, output, ready, ready.rendered.deck.edition, now)
        if outrun and locked:
            raise Fault(
                f"{outrun[0].location}: {outrun[0].message}",
                "run `deckbuilder build` and commit cards/deck.lock; if nobody got that package, delete it",
            )
        if ready.stale and (locked or project.read_only):
            raise Fault(
                f"cards/deck.lock is out of date: {listed(ready.changes)}",
                "run `deckbuilder build` and commit cards/deck.lock",
            )
        found, notes = [*loaded.diagnostics, *outrun], ready.rendered.notes
        part = choose(ready) if choose else None
        if part:
            notes = part.of(notes)
            if not notes:
                raise Fault(f"the selection '{part.title}' chooses no note", "select a tag that some note has")
        built = _package(project, output, ready, part, notes, found, tick, committing)
        return Report(found, loaded.count, len(notes), sum(len(note.ordinals) for note in notes), built)


def by_tags(text: str) -> Choice:
    """The part of a deck that an expression of tags chooses."""
    return lambda ready: selection.parse(text, ready.tags)


def by_exam(name: str) -> Choice:
    """The part of a deck that an exam's blueprint asks for."""
    return lambda ready: selection.exam(name, ready.exams, ready.rendered.deck.tag_root, ready.tags)


def load(project: Project, *, notes: bool = True) -> tuple[Library, list[Diagnostic]]:
    """The project's records, and what is wrong with them; `notes`: with what is made of them, such as its pictures."""
    loaded = stages.load(project, wanted=lambda record: notes, lint=notes)
    return loaded.library, distinct(loaded.diagnostics)


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
    """Package, lock and changes in their places."""
    from deckbuilder import diff
    from deckbuilder.workspace import history

    deck = ready.rendered.deck
    ending = f"-{part.name}" if part else ""
    target = output / f"{deck.id}-{ready.edition}{ending}.apkg"
    package, changes = output / f"{deck.id}.apkg.part", output / f"{deck.id}.changes.part"
    lock = project.lock.with_suffix(".lock.part")
    tick("packaging", 0, 1)
    with place.aside(package, changes, *([lock] if os.access(project.cards, os.W_OK) else [])):
        written = stages.write(package, ready, notes, part.title if part else "")
        moves = [(package, target)]
        if ready.stale:
            place.write_text(lock, ready.text)
            # First: a package without its lock is the one order that could ship two different texts under one time.
            moves.insert(0, (lock, project.lock))
        last = None if part else ready.before.last
        story, refused = None, None
        try:
            story = history.since(project, output, last, package) if last else None
        except git.Refused as refusal:
            refused = refusal
        if story:
            place.write_text(changes, diff.for_learners(*story))
            moves.append((changes, output / CHANGES))
        elif last:
            found.append(history.lost(last.edition, refused))
        digest = place.sha256(package)
        place.move(moves, committing)
    tick("packaging", 1, 1)
    prefix = f"{deck.note_types.prefix} "
    kinds = Counter(ready.rendered.note_types[note.kind].name.removeprefix(prefix) for note in notes)
    first = not ready.before.notes
    since = last.edition if last else ""
    return Built(
        target, written, digest, ready.changes, dict(kinds), ready.edition, first, since, ready.before.last is not None
    )


@contextmanager
def without_collector() -> Iterator[None]:
    """A build only allocates: the cycle collector would scan the same live records again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def listed(changes: Changes) -> str:
    """'2 new, 1 changed', or what else it must be if the notes are as they were."""
    parts = [
        f"{len(found)} {name}"
        for name, found in (
            ("new", changes.new),
            ("changed", changes.changed),
            ("retired", changes.retired),
            ("renamed", changes.renamed),
            ("note types", changes.types),
        )
        if found
    ]
    return ", ".join(parts) or "the order of the cards, or what it remembers of them"
