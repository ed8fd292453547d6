"""What learners will see change: against the last release, or, before the first one, against the last build."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from deckbuilder.core import scratch
from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.project import Project
from deckbuilder.diff import Difference, NoteChange
from deckbuilder.lock import Changes, Release
from deckbuilder.workspace import Workspace, history
from deckbuilder.workspace.history import ComparedPackage
from deckbuilder.workspace.ready import Ready

THE_LAST_BUILD = "the last build"


class Since:
    """Compares again and again; the released package is found, or made again, once.

    `workspace`: the project as it is shown.
    """

    def __init__(self, workspace: Callable[[], Workspace], now: Callable[[], int]) -> None:
        self._workspace, self._now = workspace, now
        self._stack = ExitStack()
        self._folder = self._stack.enter_context(scratch.folder())
        self._side: tuple[Release, ComparedPackage | None] | None = None

    def close(self) -> None:
        self._stack.close()

    def changes(self) -> Mapping[str, Any] | None:
        """The changes of each note by its key, and of the rest. None while faults stand in the way."""
        try:
            workspace = self._workspace()
            ready, _ = workspace.ready(self._now(), allow_schema_change=True, lint=False)
            if ready is None:
                return None
            last = ready.before.last
            if last is None:
                return _since_build(ready.changes) if ready.before.notes else {}
            return self._since_release(workspace.project, ready, last)
        except (Fault, OSError) as found:
            return {"since": "", "caveat": str(found), "notes": {}, "rest": []}

    def _since_release(self, project: Project, ready: Ready, last: Release) -> Mapping[str, Any]:
        folder = self._folder
        if self._side is None or self._side[0] != last:
            self._side = (last, history.released(project, project.root / "dist", last, folder / "old"))
        side = self._side[1]
        if side is None:
            return {"since": "", "caveat": history.gone(last.edition), "notes": {}, "rest": []}
        package = folder / "now.apkg"
        ready.write(package)
        return _told(history.between(side.path, package), f"edition {last.edition}", side.caveat)


def _since_build(changes: Changes) -> Mapping[str, Any]:
    notes: dict[str, dict[str, Any]] = {}
    for said, keys in (("new", changes.new), ("reworded", changes.changed), ("retired", changes.retired)):
        notes |= {key: {"said": said} for key in keys}
    for old, key in changes.renamed:
        notes.setdefault(key, {"said": "renamed"})["renamed"] = old
    rest = [f"{name}: new look" for name in changes.types]
    return {"since": THE_LAST_BUILD, "caveat": "", "notes": notes, "rest": rest}


def _told(found: Difference, since: str, caveat: str) -> Mapping[str, Any]:
    notes = {note.key: _note(note) for note in found.notes if note.said not in ("dropped", "restamped")}
    rest = [f"{each.what} {each.name}: {', '.join(each.said)}" for each in found.package]
    rest += [f"{note.key}: no longer in the deck; learners keep it" for note in found.said("dropped")]
    return {"since": since, "caveat": caveat, "notes": notes, "rest": rest}


def _note(note: NoteChange) -> dict[str, Any]:
    told: dict[str, Any] = {
        "said": "new" if note.said == "added" else note.said,
        "effect": note.effect.words,
        "blocked": note.why_blocked,
        "fields": [[field.name, [list(run) for run in field.runs]] for field in note.fields if not field.hidden],
        "tags": [_each("+{}", note.tags_added), _each("-{}", note.tags_removed)],
        "cards": [*_each("{}: new", note.cards_added), *_each("{}: blank", note.cards_blank)],
        "moved": list(note.moved or ()),
        "renamed": note.renamed[0] if note.renamed else "",
    }
    return {name: value for name, value in told.items() if value and value != [[], []]}


def _each(form: str, words: Sequence[str]) -> list[str]:
    return [form.format(word) for word in words]
