"""Packages in `dist` that know more than the lock does: whoever has one would keep its text, since its times are later.

So it is after an edit was taken back together with its lock, as `git checkout` does, or the lock of an older commit came back.
What such a package says otherwise is dated after it. A package of a state that the lock knows is not read at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from deckbuilder import lock as locks
from deckbuilder.anki.notes import VERSION, Note, NoteType
from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.project import Project
from deckbuilder.lock import Changes, Entry, Lock, TypeEntry
from deckbuilder.package import reader
from deckbuilder.package.reader import NoteSeen, NoteTypeSeen, PackageContents
from deckbuilder.workspace.ready import Ready

RULE = "newer-package"
# Each later lock of one history knows all that the earlier ones knew, so the latest packages tell for all of them.
MAX_READ = 3
MAX_LOOKED_AT = 200
# What lies in `dist` may be anybody's: no time from there takes ours further ahead of the clock than this.
MAX_AHEAD = 366 * 86_400
_SHOWN = 3


@dataclass(slots=True)
class _Later:
    """What one package has of a later time and with another content: the times, by key of a note and kind of a type."""

    notes: dict[str, int] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)

    def names(self) -> str:
        named = [*self.notes, *(f"the note type of '{kind}'" for kind in self.types)]
        more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
        return ", ".join(named[:_SHOWN]) + more


def overtake(project: Project, output: Path, ready: Ready, edition: str, now: int) -> tuple[Ready, list[Diagnostic]]:
    """What is ready, dated after all packages that were built here; a warning for each that had to be outrun.

    `edition`: what it is called if it was not released. Packages that cannot be read, or are not of this deck, are left out.
    """
    if project.read_only:  # nobody can have taken back an edit of it; another version of it may lie there
        return ready, []
    found: list[Diagnostic] = []
    lock, changes = ready.lock, ready.changes
    for path in _unknown(project, output, ready):
        try:
            with reader.open_package(path) as contents:
                later = _later(contents, ready, lock, now + MAX_AHEAD)
        except reader.UnreadablePackage:
            continue
        if later.notes or later.types:
            lock, changes = _after(lock, later, edition, now), _more(changes, later, ready)
            found.append(_told(project, path, later))
    if not found:
        return ready, []
    lock, name = locks.label(lock, edition)
    return replace(ready, lock=lock, edition=name, text=locks.dump(lock), stale=True, changes=changes), found


def _more(changes: Changes, later: _Later, ready: Ready) -> Changes:
    """The changes with what is dated anew."""
    known = {*changes.changed, *changes.retired, *changes.new}
    names = (ready.rendered.note_types[kind].name for kind in later.types)
    return replace(
        changes,
        changed=(*changes.changed, *(key for key in later.notes if key not in known)),
        types=(*changes.types, *(name for name in names if name not in changes.types)),
    )


def _told(project: Project, path: Path, later: _Later) -> Diagnostic:
    root = project.root.resolve()
    whole = path.resolve()
    shown = whole.relative_to(root).as_posix() if whole.is_relative_to(root) else str(path)
    return Diagnostic(
        Location(shown),
        RULE,
        f"it was built after this lock was, and says otherwise of {later.names()}: whoever has it would keep that",
        "these are dated after it, so that this build arrives; commit cards/deck.lock. If nobody got that package, delete it first",
    )


def _unknown(project: Project, output: Path, ready: Ready) -> list[Path]:
    """The packages of this deck, the latest first, that were made of no lock that this one comes from."""
    deck = ready.rendered.deck.id
    known = {locks.state(ready.before), locks.state(ready.lock)}
    known |= {release.state for release in ready.before.releases.values()}
    dated: dict[str, tuple[int, Path]] = {}
    for path in _packages(project, output, deck):
        try:
            about = reader.manifest(path) or {}
        except reader.UnreadablePackage:
            continue
        state, newest = about.get("state"), about.get("newest")
        if about.get("deck") == deck and isinstance(state, str) and state not in known:
            # A part of the deck is of the same state as the whole, and tells less.
            at = (newest if isinstance(newest, int) else 0, path)
            key = f"{state} {about.get('variant', '')}"
            dated[key] = max(dated.get(key, at), at)
    return [path for _, path in sorted(dated.values(), reverse=True)[:MAX_READ]]


def _packages(project: Project, output: Path, deck: str) -> list[Path]:
    """Those in `dist` and in the folders of releases, as many as are looked at, the last written first."""
    folders = dict.fromkeys(each.resolve() for each in (output, project.root / "dist"))
    found = [(path.stat().st_mtime, path) for folder in folders for path in _files(folder, deck) if path.is_file()]
    return [path for _, path in sorted(found, reverse=True)[:MAX_LOOKED_AT]]


def _files(folder: Path, deck: str) -> Iterator[Path]:
    yield from folder.glob("*.apkg")
    yield from folder.glob(f"{deck}-*/*.apkg")


def _later(contents: PackageContents, ready: Ready, lock: Lock, latest: int) -> _Later:
    """What of a package is as new as what we have or newer, and not the same."""
    types = ready.rendered.note_types
    return _Later(_later_notes(contents, ready, lock, latest), _later_types(contents, types, lock, latest))


def _later_notes(contents: PackageContents, ready: Ready, lock: Lock, latest: int) -> dict[str, int]:
    by_guid = {lock.notes[note.key].guid: note for note in ready.rendered.notes}
    later: dict[str, int] = {}
    for seen in contents.notes():
        note = by_guid.get(seen.guid)
        if note is None or not lock.notes[note.key].mod <= seen.mod <= latest:
            continue
        if not _same(seen, note, ready.rendered.note_types[note.kind]):
            later[note.key] = max(seen.mod, later.get(note.key, 0))
    return later


def _later_types(contents: PackageContents, types: Mapping[str, NoteType], lock: Lock, latest: int) -> dict[str, int]:
    by_id = {entry.id: entry for kind, entry in lock.types.items() if kind in types}
    later: dict[str, int] = {}
    for seen in contents.note_types:
        entry = by_id.get(seen.id)
        if entry is not None and entry.mod <= seen.mod <= latest and not _alike(seen, types[entry.kind]):
            later[entry.kind] = seen.mod
    return later


def _same(seen: NoteSeen, note: Note, note_type: NoteType) -> bool:
    """Whether the package has the note as it is now, but for the edition in which it last changed."""
    if len(seen.fields) != len(note.fields) or sorted(seen.tags) != sorted(note.tags):
        return False
    return all(
        ours == theirs
        for name, ours, theirs in zip(note_type.names, note.fields, seen.fields, strict=True)
        if name != VERSION
    )


def _alike(seen: NoteTypeSeen, note_type: NoteType) -> bool:
    sides = [(each.name, each.front, each.back) for each in note_type.templates]
    return (seen.name, seen.css, seen.names, [(each.name, each.front, each.back) for each in seen.templates]) == (
        note_type.name,
        note_type.css,
        note_type.names,
        sides,
    )


def _after(lock: Lock, later: _Later, edition: str, now: int) -> Lock:
    """The lock in which all of this is later than in the package."""
    notes: dict[str, Entry] = dict(lock.notes)
    types: dict[str, TypeEntry] = dict(lock.types)
    for key, mod in later.notes.items():
        notes[key] = replace(notes[key], mod=max(now, mod + 1, notes[key].mod), edition=edition)
    for kind, mod in later.types.items():
        types[kind] = replace(types[kind], mod=max(now, mod + 1, types[kind].mod))
    return replace(lock, notes=notes, types=types)
