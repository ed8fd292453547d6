"""What is shown now, kept up to date save by save: notes, faults, and what changed.

A save is worked out twice. First only the notes that were saved or are looked at, so that the author sees them at once;
then all of them, since any note may follow from any record. What is at fault stays as it last was, marked as stale.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from deckbuilder.anki.notes import Media, NoteType
from deckbuilder.core.diagnostics import Diagnostic, Fault, Location, errors
from deckbuilder.core.project import Project
from deckbuilder.lock import Lock
from deckbuilder.records import Record
from deckbuilder.render import Rendered
from deckbuilder.verbs.preview.shown import Place, Shown, as_fault
from deckbuilder.workspace import Workspace

Patch = dict[str, Any]
Tell = Callable[[Patch], None]
MAX_AT_ONCE = 8  # notes whose cards travel with the news of them
MAX_LOOKED_AT = 4


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything that is shown at one moment. `notes` stand in teaching order; `stale` ones are hidden by faults, and
    are as they were before."""

    deck: str = ""
    edition: str = ""
    notes: Mapping[str, Shown] = field(default_factory=dict)
    types: Mapping[str, NoteType] = field(default_factory=dict)
    stale: frozenset[str] = frozenset()
    faults: tuple[dict[str, Any], ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    revision: int = 0

    @property
    def media(self) -> dict[str, Media]:
        """What may be served, by the name under which cards ask for it."""
        return {media.name: media for shown in self.notes.values() for media in shown.media}


class Session:
    """One project that somebody is looking at. Its methods may be called from any thread, one at a time."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.now = Screen()
        self._workspace = Workspace(project)
        self._lock = Lock()
        self._touched: set[Path] = set()  # what was saved since the cards could last be read
        self._edited: set[str] = set()  # files that changed since all was well
        self._looked_at: deque[str] = deque(maxlen=MAX_LOOKED_AT)
        self._turn = threading.Lock()

    def open(self) -> list[Diagnostic]:
        """All of it for the first time, and what is wrong. Raises `Fault` for what editing cards cannot cure."""
        with self._turn:
            return self._all()

    def saved(self, paths: Iterable[Path], tell: Tell) -> None:
        """Some of the project's files changed: whatever follows from that is told, the saved notes first."""
        with self._turn:
            self._touched.update(paths)
            before = self.now
            try:
                changed = self._take_another()
                self._edited |= changed
                self._glance(changed)
                if self.now is not before:
                    tell(self.patch(before))
                    before = self.now
                self._all()
            except (Fault, OSError) as found:
                self._gone(found)
            if self.now is not before:
                tell(self.patch(before))

    def tells(self, changes: Mapping[str, Any], tell: Tell) -> None:
        """What learners will see change was worked out anew."""
        with self._turn:
            if changes != self.now.changes:
                before = self.now
                self.now = replace(before, changes=changes, revision=before.revision + 1)
                tell(self.patch(before))

    def workspace(self) -> Workspace:
        """The project as it is shown."""
        with self._turn:
            return self._workspace

    @property
    def files(self) -> dict[str, Path]:
        """The project's own files by their names: the only ones that an editor is told to open."""
        if self.project.read_only:
            return {}
        own = {name: self.project.root / name for name in self._workspace.files.names}
        templates = self.project.templates
        if templates.is_relative_to(self.project.root):
            for path in templates.rglob("*"):
                if path.is_file() and not path.is_symlink():
                    own[path.relative_to(self.project.root).as_posix()] = path
        return own

    def state(self) -> Patch:
        """All that the page needs to begin with."""
        now = self.now
        return {
            **self._head(now),
            "notes": {key: self._brief(shown) for key, shown in now.notes.items()},
            "order": list(now.notes),
            "types": {kind: _type(each) for kind, each in now.types.items()},
            "stale": sorted(now.stale),
            "faults": list(now.faults),
            "changes": dict(now.changes),
        }

    def patch(self, before: Screen) -> Patch:
        """What is other than before; parts that are as they were are left out."""
        now = self.now
        fresh = {key: shown for key, shown in now.notes.items() if before.notes.get(key) != shown}
        told: Patch = {
            **self._head(now),
            "notes": {key: self._brief(shown) for key, shown in fresh.items()},
            "removed": [key for key in before.notes if key not in now.notes],
        }
        if len(fresh) <= MAX_AT_ONCE:
            told["whole"] = {key: self._whole(shown) for key, shown in fresh.items()}
        if list(now.notes) != list(before.notes):
            told["order"] = list(now.notes)
        told["types"] = {kind: _type(each) for kind, each in now.types.items() if before.types.get(kind) != each}
        return told | _said_anew(before, now)

    def whole(self, key: str) -> Patch | None:
        """One note with its cards, because somebody looks at it; None if there is no such note."""
        shown = self.now.notes.get(key)
        if shown is None:
            return None
        if key not in self._looked_at:
            self._looked_at.append(key)
        return self._whole(shown)

    def _brief(self, shown: Shown) -> Patch:
        """The shipped deck has no source that anybody could edit."""
        return shown.brief() | ({"path": ""} if self.project.read_only else {})

    def _whole(self, shown: Shown) -> Patch:
        return {**shown.whole(), "line": self._line(shown.place)}

    def _head(self, now: Screen) -> Patch:
        return {"revision": now.revision, "deck": now.deck, "edition": now.edition}

    def _take_another(self) -> frozenset[str]:
        """The project as it is now, and the source cards of it that are other than before."""
        before, after = self._workspace, self._workspace.again(self._touched)
        self._workspace = after
        self._touched.clear()
        return after.unlike(before)

    def _glance(self, changed: frozenset[str]) -> None:
        """The notes of the saved files, and those that are looked at, where nothing is wrong."""
        looked_at, workspace = set(self._looked_at), self._workspace

        def wanted(record: Record) -> bool:
            if record.document.file.name in changed:
                return True
            return any(subject.key in looked_at for subject in record.subjects())

        rendered, faults = workspace.rendering(wanted)  # before anything is linted: the saved card first
        if rendered is not None and rendered.notes and not errors([*workspace.faults, *workspace.guarded, *faults]):
            found = self._shown(rendered)
            notes = {key: found.get(key, shown) for key, shown in self.now.notes.items()}
            self._become(replace(self.now, notes=notes, types={**self.now.types, **rendered.note_types}))

    def _all(self) -> list[Diagnostic]:
        found = [each for each in self._workspace.findings if not each.known]
        before, rendered = self.now, self._workspace.rendered
        self._lock, _ = self._workspace.held()
        notes = self._shown(rendered) if rendered else {}
        stale: set[str] = set()
        if errors(found):
            sound = {key: shown for key, shown in notes.items() if not self._held(shown)}
            notes = _with_hidden(sound, before.notes, self._workspace.files.names)
            stale = notes.keys() - sound.keys()
        else:
            self._edited.clear()
        faults = tuple(self._fault(each, notes, stale) for each in found)
        after = replace(before, notes=notes, stale=frozenset(stale), faults=faults)
        if rendered:
            deck, types = rendered.deck, {**(before.types if stale else {}), **rendered.note_types}
            after = replace(after, deck=deck.name, edition=deck.edition, types=types)
        self._become(after)
        return found

    def _gone(self, found: Fault | OSError) -> None:
        """The project cannot be read now, as while git puts another state in its place: everything stays as it was."""
        said = (found.message, found.help) if isinstance(found, Fault) else (str(found), "it may be back in a moment")
        told = self._fault(Diagnostic(Location("cards"), "unreadable-project", *said), {}, set())
        self._touched.add(self.project.templates)
        self._become(replace(self.now, stale=frozenset(self.now.notes), faults=(told,)))

    def _held(self, shown: Shown) -> bool:
        """Whether a note is another only because of a fault elsewhere: a muscle that is left out is no antagonist."""
        was = self.now.notes.get(shown.key)
        edited = shown.place is None or shown.place[0] in self._edited
        return was is not None and was != shown and was.type == shown.type and not edited

    def _become(self, after: Screen) -> None:
        if after != self.now:
            self.now = replace(after, revision=self.now.revision + 1)

    def _shown(self, rendered: Rendered) -> dict[str, Shown]:
        places: dict[str, Place] = {}
        for record in self._workspace.library.records.values():
            document = record.document
            for subject in record.subjects():
                places[subject.key] = (document.file.name, document.document, document.item)
        deck, found = rendered.deck, {}
        for note in rendered.notes:
            kind = rendered.note_types[note.kind]
            entry = next((self._lock.notes[key] for key in (note.key, *note.formerly) if key in self._lock.notes), None)
            fields = kind.with_version(note.fields, entry.edition if entry else deck.edition)
            decks = tuple(f"{deck.name}::{deck.subdecks[id].name}" for id in note.decks)
            # The place in the order of teaching is nothing to see, and of some of the notes alone it is another.
            found[note.key] = Shown(replace(note, places=()), kind, fields, decks, places.get(note.key))
        return found

    def _fault(self, found: Diagnostic, notes: Mapping[str, Shown], stale: set[str]) -> dict[str, Any]:
        """A fault with the notes that it stands in. One in a template concerns every note of its kind."""
        path, line = found.location.path, found.location.line
        steps = Path(path).parts
        if "templates" in steps:
            return as_fault(found, [], _kinds_of(steps))
        own = {key: shown for key, shown in notes.items() if shown.place and shown.place[0] == path}
        place = self._place(path, line) if own else None
        if place is not None:
            keys = [key for key, shown in own.items() if shown.place == place]
        else:
            keys = [key for key in own if len(own) == 1 or key in stale]
        return as_fault(found, keys, [])

    def _place(self, path: str, line: int) -> Place | None:
        """The record in which a line of a file stands."""
        starts = [(each.locate().line, each) for each in self._workspace.files.of(path)]
        at = max((start for start in starts if start[0] <= line), default=None, key=lambda start: start[0])
        return None if at is None else (path, at[1].document, at[1].item)

    def _line(self, place: Place | None) -> int:
        """Where a record begins in its file, 0 where that is not known."""
        if place is None:
            return 0
        for document in self._workspace.files.of(place[0]):
            if (document.document, document.item) == place[1:]:
                return document.locate().line
        return 0


def _said_anew(before: Screen, now: Screen) -> Patch:
    """What is other than before of all that is said about the notes."""
    told: Patch = {}
    if now.stale != before.stale:
        told["stale"] = sorted(now.stale)
    if now.faults != before.faults:
        told["faults"] = list(now.faults)
    if now.changes != before.changes:
        told["changes"] = dict(now.changes)
    return told


def _kinds_of(steps: Sequence[str]) -> list[str]:
    """The kind whose template a path is of; `*` for all of them."""
    return ["*" if kind == "_shared" else kind for kind in steps[steps.index("templates") + 1 :][:1]]


def _with_hidden(notes: Mapping[str, Shown], before: Mapping[str, Shown], files: Collection[str]) -> dict[str, Shown]:
    """The notes, and those that faults hide as they were before, each after the one that it followed."""
    follow: dict[str, dict[str, Shown]] = {}
    last = ""
    for key, shown in before.items():
        if key in notes:
            last = key
        elif shown.place is None or shown.place[0] in files:
            follow.setdefault(last, {})[key] = shown
    found = dict(follow.get("", {}))
    for key, shown in notes.items():
        found |= {key: shown, **follow.get(key, {})}
    return found


def _type(kind: NoteType) -> dict[str, Any]:
    return {"name": kind.name, "css": kind.css}
