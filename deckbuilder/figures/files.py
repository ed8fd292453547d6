"""The figures of a project in `cards/media/`: which of them are out of date, and the drawing of those.

Each muscle's pictures and its entry in the index are written together, so that a run which was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from deckbuilder import figures
from deckbuilder.anatomy import drawings
from deckbuilder.anatomy.library import Library
from deckbuilder.core.diagnostics import Diagnostic, Fault
from deckbuilder.core.project import Project
from deckbuilder.core.transaction import writing
from deckbuilder.core.turn import alone
from deckbuilder.figures.subjects import Drawable, Unwritten, all_of
from deckbuilder.records import nearest
from deckbuilder.source import guard

_ENDINGS = (".svg", ".webp")
Index = dict[str, dict[str, Any]]


@dataclass(slots=True)
class State:
    """Muscles whose pictures are out of date, and why each is; files that no entry names any more; muscles of which there is
    neither a picture yet nor a record, so that no card misses it."""

    stale: dict[str, str] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    undrawn: tuple[str, ...] = ()


@dataclass(slots=True)
class Redrawn:
    """How many muscles were drawn and how many were up to date, the files that are new, changed or gone, and what stood in the way."""

    drawn: int = 0
    kept: int = 0
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def state(project: Project, library: Library, only: Collection[str] = ()) -> State:
    """What is out of date, by the records and the files alone: no mesh is needed for that.

    Raises `Fault` where nothing has a name in `only`, or the index cannot be used.
    """
    _known(library, only)
    index = _index(project)
    listed = drawings.listed(_text(project))
    stale, undrawn = {}, []
    for muscle in _chosen(library, only):
        entry = listed.figures.get(muscle.id)
        if isinstance(muscle, Unwritten) and muscle.id not in index["figures"]:
            undrawn.append(muscle.id)
        elif entry is None:
            stale[muscle.id] = "never drawn" if muscle.id not in index["figures"] else "its entry cannot be used"
        elif missing := [name for name in entry.files if not (project.media / name).is_file()]:
            stale[muscle.id] = f"{missing[0]} is gone"
        elif entry.made_of != figures.made_of(library, muscle):
            stale[muscle.id] = "drawn from other records, or by an older deckbuilder"
    return State(stale, () if only else _left(project, library, index), tuple(undrawn))


def update(
    project: Project,
    library: Library,
    only: Collection[str] = (),
    *,
    meshes: str | PathLike[str] | None = None,
    anew: bool = False,
    tick: figures.Tick = lambda *_: None,
    committing: Callable[[], None] = lambda: None,
) -> Redrawn:
    """Draws what is out of date, or all of it `anew`. `only`: muscles; the others and the plates stay as they are.

    Raises `Fault` where the project is not the author's to write, nothing has the name, or the meshes are not there.
    """
    _own(project)
    found = state(project, library, only)
    figures.needs()
    from deckbuilder.figures import meshes as folder

    chosen = [muscle for muscle in _chosen(library, only) if anew or muscle.id in {*found.stale, *found.undrawn}]
    result = Redrawn(kept=len(_chosen(library, only)) - len(chosen))
    with folder.named(meshes):
        body = folder.opened()
        for done, muscle in enumerate(chosen):
            tick("drawing", done, len(chosen))
            drawn = figures.draw(library, muscle, body)
            result.diagnostics += drawn.diagnostics
            if drawn.files:
                _keep(project, drawn, (), result, committing)
                result.drawn += 1
        if not only:
            _keep(project, figures.draw_plates(library), found.left, result, committing)
    return result


def compare(
    project: Project,
    library: Library,
    *,
    meshes: str | PathLike[str] | None = None,
    tick: figures.Tick = lambda *_: None,
    committing: Callable[[], None] = lambda: None,
) -> int:
    """Writes into the index which bones each muscle touches, and returns of how many that could be told.

    Raises `Fault` as `update` does.
    """
    _own(project)
    figures.needs()
    from deckbuilder.figures import meshes as folder

    with folder.named(meshes):
        found = figures.touches(library, folder.opened(), tick)
    with alone(project):
        index = _index(project) | {"contacts": found}
        _write(project, {figures.INDEX: figures.index(index).encode()}, (), committing)
    return len(found)


def _own(project: Project) -> None:
    if project.read_only:
        raise Fault(
            "the deck that ships with deckbuilder is read only",
            "make your own with `deckbuilder new DIR`, or name yours with --project",
        )


def _known(library: Library, only: Collection[str]) -> None:
    for id in only:
        if all(each.id != id for each in all_of(library)):
            near = nearest(id, (muscle.id for muscle in all_of(library)))
            raise Fault(f"no muscle has the id '{id}'", near or "run `deckbuilder check` to see what is wrong with it")


def _chosen(library: Library, only: Collection[str]) -> list[Drawable]:
    return [muscle for muscle in all_of(library) if not only or muscle.id in only]


def _text(project: Project) -> str | Diagnostic | None:
    return guard.there(project.root, drawings.INDEX)


def _index(project: Project) -> Index:
    """What the index holds. One that cannot be used is never overwritten unseen."""
    found = drawings.index(_text(project))
    if isinstance(found, Diagnostic):
        raise Fault(f"{found.location}: {found.message}", "delete it, and run `deckbuilder figures`")
    return found


def _left(project: Project, library: Library, index: Index) -> tuple[str, ...]:
    """Files in the folder of the figures that nothing will name once all is drawn."""
    folder = project.media / figures.FOLDER
    living = {muscle.id for muscle in all_of(library)}
    named = {name for id, entry in index["figures"].items() if id in living for name in _names(entry)}
    named |= {name for entry in index["plates"].values() for name in _names(entry)}
    there = sorted(path for path in folder.iterdir() if path.suffix in _ENDINGS) if folder.is_dir() else []
    return tuple(f"{figures.FOLDER}/{path.name}" for path in there if f"{figures.FOLDER}/{path.name}" not in named)


def _names(entry: Mapping[str, Any]) -> set[str]:
    """The files that an entry names; only those that lie where figures lie."""
    named = {entry[key] for key in ("plain", "origin", "insertion", "where", "file") if isinstance(entry.get(key), str)}
    return {name for name in named if Path(name).parent == Path(figures.FOLDER) and Path(name).suffix in _ENDINGS}


def _keep(
    project: Project, drawn: figures.Drawn, left: tuple[str, ...], result: Redrawn, committing: Callable[[], None]
) -> None:
    """What was drawn, and the index with it. The index comes last: as long as it is the old one, the next run draws again."""
    with alone(project):  # another run may have added to the index meanwhile
        _put(project, drawn, left, result, committing)


def _put(
    project: Project, drawn: figures.Drawn, left: tuple[str, ...], result: Redrawn, committing: Callable[[], None]
) -> None:
    index = _index(project)
    before = {name for id in drawn.figures for name in _names(index["figures"].get(id, {}))}
    if drawn.plates:
        before |= {name for entry in index["plates"].values() for name in _names(entry)}
        index["plates"] = drawn.plates
    index["figures"] |= drawn.figures
    if not drawn.figures:  # the plates end a whole run: who has left the deck has left the index
        living = {path for entry in index["figures"].values() for path in _names(entry)}
        before |= set(left) - living
    files = {**drawn.files, figures.INDEX: figures.index(index).encode()}
    there = {name: path.read_bytes() for name in files if (path := project.media / name).is_file()}
    new = sorted(files.keys() - there.keys())
    changed = sorted(name for name in there if there[name] != files[name])
    gone = sorted(name for name in before - files.keys() if (project.media / name).is_file())
    if new or changed or gone:
        _write(project, {name: files[name] for name in (*new, *changed)}, gone, committing)
    result.new += new
    result.changed += changed
    result.gone += gone


def _write(project: Project, files: dict[str, bytes], gone: Collection[str], committing: Callable[[], None]) -> None:
    with writing("the figures", kept="all of them are as they were") as transaction:
        (project.media / figures.FOLDER).mkdir(parents=True, exist_ok=True)
        room = transaction.room(project.cards / ".drawing.part")
        index = files.pop(figures.INDEX, None)
        for number, (name, data) in enumerate(files.items()):
            transaction.write(project.media / name, data, at=room / f"{number}.part")
        for number, name in enumerate(gone):
            transaction.remove(project.media / name, at=room / f"gone-{number}.part")
        if index is not None:
            transaction.write(project.media / figures.INDEX, index, at=room / "index.part")
        transaction.commit(committing)
