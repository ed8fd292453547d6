"""An edition for learners: everything that is published, made in one go, and written down in the lock.

What was released once is never anything else: the same edition again gives the same bytes, or nothing.
"""

from __future__ import annotations

import codecs
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deckbuilder import diff, history, selection, stages
from deckbuilder import lock as locks
from deckbuilder.diagnostics import Diagnostic, Fault, Location, distinct
from deckbuilder.diff import Difference, Effect
from deckbuilder.package import place, text
from deckbuilder.pipeline import CHANGES, listed, without_collector
from deckbuilder.project import Project, shipped
from deckbuilder.records.deck import EDITION
from deckbuilder.selection import Selection
from deckbuilder.source import edit
from deckbuilder.stages import Ready, Tick

SUMS = "SHA256SUMS"
UPDATING = "UPDATING.md"


@dataclass(frozen=True, slots=True)
class File:
    """A file of a release; `notes` and `cards` of a package."""

    name: str
    bytes: int
    sha256: str
    notes: int = 0
    cards: int = 0


@dataclass(frozen=True, slots=True)
class Released:
    """A release as it lies in its folder. `again`: it went out before, and this is the same to the byte."""

    folder: Path
    edition: str
    again: bool
    files: tuple[File, ...] = ()


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

    Raises `Fault` where the edition goes backwards, the source is not what is committed, or the lock not up to date.
    """
    if project.read_only:
        raise Fault(
            "the deck that ships with deckbuilder is released by its makers", "make a project of your own first"
        )
    if not re.fullmatch(EDITION, edition):
        raise Fault(f"'{edition}' cannot name an edition", "use letters, digits, `.`, `_` and `-`, such as 2026-12")
    with place.alone(project, output), without_collector():
        ready, loaded = stages.ready(project, now, edition=edition, allow_schema_change=allow_schema_change, tick=tick)
        if lost := history.missing_lock(project):
            return Report(distinct([*loaded.diagnostics, *lost]))
        if ready is None:
            return Report(loaded.diagnostics)
        found = loaded.diagnostics
        again = edition in ready.before.releases
        if again:
            _refuse_other(ready, edition)
        else:
            _refuse_backwards(ready, edition)
            found += _refuse_dirty(project)
            _refuse_stale(ready)
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
    folder = output / f"{deck.id}.release.part"
    lock, about = project.lock.with_suffix(".lock.part"), project.deck.with_suffix(".yaml.part")
    with place.aside(lock, about, folder):
        folder.mkdir()
        files: list[File] = []
        parts: list[Selection | None] = [None, *_variants(ready)]
        for done, part in enumerate(parts):
            tick("packaging", done, len(parts))
            path = folder / (f"{stem}-{part.name}.apkg" if part else f"{stem}.apkg")
            notes = part.of(ready.rendered.notes) if part else ready.rendered.notes
            written = stages.write(path, ready, notes, part.title if part else "")
            if part is None:
                digest = written.digest
            files.append(_file(path, written.notes, written.cards))
        if again and digest != ready.before.releases[edition].digest:
            raise Fault(
                f"edition {edition} went out already, and this would be another one under its name",
                "undo what changed in deck.yaml or the templates, use the deckbuilder that made it, or take a new edition",
            )
        difference, caveat, faults = _since(project, output, ready, folder / f"{stem}.apkg")
        found += faults
        _refuse_blocked(difference, allow_schema_change)
        place.write_text(folder / CHANGES, _changes(ready, difference, caveat, files[0]))
        keep = folder / f"{stem}-keep-my-notes.txt"
        notes, types = ready.rendered.notes, ready.rendered.note_types
        place.write_text(keep, text.dump(notes, types, ready.lock, stages.decks(ready, notes)))
        place.write_text(folder / UPDATING, (shipped() / "docs" / "updating.md").read_text("utf-8"))
        files += [_file(keep), _file(folder / CHANGES), _file(folder / UPDATING)]
        place.write_text(folder / SUMS, "".join(f"{each.sha256}  {each.name}\n" for each in files))
        moves = []
        if not again:
            place.write_text(lock, locks.dump(locks.release(ready.lock, edition, digest, now)))
            # The lock first: what is in a folder that anybody may publish must not be unknown to it.
            moves.append((lock, project.lock))
        if deck.edition != edition:
            document = deck.document
            line = edit.set_scalar(document, ("edition",), edition)
            mark = "\ufeff" if project.deck.read_bytes().startswith(codecs.BOM_UTF8) else ""
            place.write_text(about, mark + edit.edited(document.file.text, [line]))
            moves.append((about, project.deck))
        if target.is_dir():
            named = [*(each.name for each in files), SUMS]
            found += _foreign(target, named)
            moves += [(folder / name, target / name) for name in named if not _same(folder / name, target / name)]
        else:
            moves.append((folder, target))
        place.move(moves, committing)
    return Report(found, Released(target, edition, again, tuple(files)))


def _variants(ready: Ready) -> list[Selection]:
    """One for each exam that asks for a part of the deck."""
    root = ready.rendered.deck.tag_root
    variants = []
    for exam in sorted(ready.exams, key=lambda each: each.id):
        try:
            part = selection.exam(exam.id, ready.exams, root, ready.tags)
        except Fault:
            continue  # its blueprint asks for nothing that is here
        if 0 < len(part.of(ready.rendered.notes)) < len(ready.rendered.notes):
            variants.append(part)
    return variants


def _since(
    project: Project, output: Path, ready: Ready, package: Path
) -> tuple[Difference | None, str, list[Diagnostic]]:
    """What changed since the release before, what cannot be told of it, and a warning if that is all of it."""
    earlier = [each for each in ready.before.releases.values() if each.edition != ready.edition]
    last = max(earlier, key=lambda each: each.time, default=None)
    if last is None:
        return None, "", []
    with tempfile.TemporaryDirectory(prefix="deckbuilder-") as temporary:
        side = history.released(project, output, last, Path(temporary))
        if side is None:
            return None, last.edition, [history.lost(last.edition)]
        return history.between(side.path, package, history.AS_IT_WAS), side.caveat, []


def _changes(ready: Ready, difference: Difference | None, caveat: str, package: File) -> str:
    if difference is not None:
        return diff.for_learners(difference, caveat)
    head = f"# {ready.rendered.deck.name}, edition {ready.edition}\n\n"
    if caveat:
        return f"{head}What changed since edition {caveat} cannot be listed: its package was not at hand.\n"
    return f"{head}The first edition: {package.cards:,} cards from {package.notes:,} notes.\n"


def _refuse_other(ready: Ready, edition: str) -> None:
    if ready.edition != edition:
        raise Fault(
            f"edition {edition} went out already, and the cards have changed since",
            "take a new edition, or check out the commit of that one to make it again",
        )


def _refuse_backwards(ready: Ready, edition: str) -> None:
    for known in ready.before.releases:
        if locks.compare_editions(edition, known) <= 0:
            raise Fault(
                f"edition {edition} does not come after {known}, which learners have",
                "take a later one, such as 2027-01",
            )


def _refuse_dirty(project: Project) -> list[Diagnostic]:
    changed = history.changed_files(project)
    if changed is None:
        message = "git cannot tell whether the source is the one that is kept: the next release may lack its CHANGES.md"
        help = "keep the project in git, and commit before a release"
        return [Diagnostic(Location("cards"), "no-git", message, help, "warning")]
    if changed:
        more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
        raise Fault(
            f"{', '.join(changed[:5])}{more} differ from the last commit, and a release must be what is kept",
            "commit or undo the changes, then release again",
        )
    return []


def _refuse_stale(ready: Ready) -> None:
    if locks.state(ready.before) != locks.state(ready.lock):
        raise Fault(
            f"cards/deck.lock is out of date: {listed(ready.changes)}",
            "run `deckbuilder build`, commit cards/deck.lock, then release again",
        )


def _refuse_blocked(difference: Difference | None, allowed: bool) -> None:
    if difference is None or allowed or difference.effect != Effect.BLOCKED:
        return
    raise Fault(
        f"Anki would refuse a part of this release, first of all {difference.every[0].name}",
        "`deckbuilder diff` tells why; --allow-schema-change releases it all the same",
    )


def _foreign(folder: Path, named: Sequence[str]) -> list[Diagnostic]:
    """A warning about what lies in the folder of a release and is none of ours: it is never deleted."""
    others = sorted(path.name for path in folder.iterdir() if path.name not in named)
    if not others:
        return []
    message = f"{', '.join(others[:5])}{' …' if others[5:] else ''} in it: not of this release, left as it was"
    help = "move it away before you publish the folder, unless learners are to have it"
    return [Diagnostic(Location(f"{folder.parent.name}/{folder.name}"), "foreign-file", message, help, "warning")]


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and place.sha256(one) == place.sha256(other)


def _file(path: Path, notes: int = 0, cards: int = 0) -> File:
    return File(path.name, path.stat().st_size, place.sha256(path), notes, cards)
