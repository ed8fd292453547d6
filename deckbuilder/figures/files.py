"""The figures of a project in `cards/media/`: which of them are out of date, and the drawing of those.

The pictures of a muscle, or of a plate, and its entry in the index are written together, so that a run which was stopped goes on
where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
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
from deckbuilder.figures import stated
from deckbuilder.figures.subjects import Drawable, Unwritten, all_of
from deckbuilder.records import Credit, Plate, nearest
from deckbuilder.source import guard

MOST_BYTES = 150 * 1024  # of a picture: what a phone loads while a learner waits
_ENDINGS = (".svg", ".webp")
_DRAWN = ("figures", "plates")  # the keys of the index below which something was drawn
Index = dict[str, dict[str, Any]]


@dataclass(slots=True)
class State:
    """Muscles and plates whose pictures are out of date, and why each is; what has left the cards, by the key of the index that
    has it, and the files that nothing else names; muscles of which there is neither a picture yet nor a record, so that no
    card misses it; and pictures that are as drawn, but not fit to be shown, each with its reason."""

    stale: dict[str, str] = field(default_factory=dict)
    plates: dict[str, str] = field(default_factory=dict)
    gone: dict[str, list[str]] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    undrawn: tuple[str, ...] = ()
    unfit: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Redrawn:
    """How many muscles and plates were drawn and how many muscles were up to date; the files that are new, changed or gone,
    and what stood in the way."""

    drawn: int = 0
    plates: int = 0
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
    chosen = _chosen(library, only)
    undrawn = tuple(each.id for each in chosen if isinstance(each, Unwritten) and each.id not in index["figures"])
    missed = [each for each in chosen if each.id not in undrawn]
    stale = _stale(project, library, missed, listed.figures, index["figures"])
    if only:
        return State(stale, undrawn=undrawn)
    plates = _stale(project, library, stated.plates_of(library), listed.plates, index["plates"])
    gone = _gone(library, index)
    names = [name for entries in (listed.figures, listed.plates) for each in entries.values() for name in each.files]
    return State(stale, plates, gone, _left(project, index, gone), undrawn, _unfit(project, library, names))


def _unfit(project: Project, library: Library, names: Iterable[str]) -> dict[str, str]:
    """Pictures that are too heavy for a card, and those of which no record says whose they are."""
    credits, found = list(library.of(Credit)), {}
    for name in names:
        path = project.media / name
        size = path.stat().st_size if path.is_file() else 0
        if size > MOST_BYTES:
            found[name] = f"it has {size // 1024} KB, and {MOST_BYTES // 1024} are the most for a card"
        elif not any(each.covers(name) for each in credits):
            found[name] = "no `credit` record says who made it, and under which license"
    return found


def _stale(
    project: Project,
    library: Library,
    wanted: Iterable[Drawable | Plate],
    listed: Mapping[str, drawings.DrawnFigure | drawings.DrawnPlate],
    index: Collection[str],
) -> dict[str, str]:
    found = {}
    for each in wanted:
        entry = listed.get(each.id)
        if entry is None:
            found[each.id] = "its entry cannot be used" if each.id in index else "never drawn"
        elif missing := [name for name in entry.files if not (project.media / name).is_file()]:
            found[each.id] = f"{missing[0]} is gone"
        elif entry.made_of != figures.made_of(library, each):
            found[each.id] = "drawn from other records, or by an older deckbuilder"
    return found


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

    wanted = {*found.stale, *found.undrawn}
    chosen: list[Drawable | Plate] = [each for each in _chosen(library, only) if anew or each.id in wanted]
    result = Redrawn(kept=len(_chosen(library, only)) - len(chosen))
    if not only:
        chosen += [each for each in stated.plates_of(library) if anew or each.id in found.plates]
    with folder.named(meshes):
        body = folder.opened()
        for done, each in enumerate(chosen):
            tick("drawing", done, len(chosen))
            drawn = figures.draw_plate(library, each) if isinstance(each, Plate) else figures.draw(library, each, body)
            result.diagnostics += drawn.diagnostics
            if drawn.files:
                _keep(project, drawn, State(), result, committing)
                result.drawn += len(drawn.figures)
                result.plates += len(drawn.plates)
    if not only:
        _keep(project, figures.Drawn(), found, result, committing)
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


def _left(project: Project, index: Index, gone: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Files in the folder of the figures that nothing names but what is gone from the cards."""
    folder = project.media / figures.FOLDER
    named = {name for key in gone for id, entry in index[key].items() if id not in gone[key] for name in _names(entry)}
    there = sorted(path for path in folder.iterdir() if path.suffix in _ENDINGS) if folder.is_dir() else []
    return tuple(f"{figures.FOLDER}/{path.name}" for path in there if f"{figures.FOLDER}/{path.name}" not in named)


def _gone(library: Library, index: Index) -> dict[str, list[str]]:
    """The entries of the index that no record of the cards is drawn for any more."""
    living = {
        "figures": {muscle.id for muscle in all_of(library)},
        "plates": {plate.id for plate in stated.plates_of(library)},
    }
    return {key: [id for id in index[key] if id not in ids] for key, ids in living.items()}


def _names(entry: object) -> set[str]:
    """The files that an entry names; only those that lie where figures lie."""
    held = entry if isinstance(entry, dict) else {}
    named = {held[key] for key in ("plain", "origin", "insertion", "where", "file") if isinstance(held.get(key), str)}
    return {name for name in named if Path(name).parent == Path(figures.FOLDER) and Path(name).suffix in _ENDINGS}


def _keep(
    project: Project, drawn: figures.Drawn, ended: State, result: Redrawn, committing: Callable[[], None]
) -> None:
    """What was drawn, and the index with it. The index comes last: as long as it is the old one, the next run draws again.

    `ended`: what the run found at its start, once all is drawn: what is gone from the cards then leaves the index.
    """
    with alone(project):  # another run may have added to the index meanwhile
        _put(project, drawn, ended, result, committing)


def _put(project: Project, drawn: figures.Drawn, ended: State, result: Redrawn, committing: Callable[[], None]) -> None:
    index = _index(project)
    before: set[str] = set()
    for key in _DRAWN:
        entries: dict[str, Any] = getattr(drawn, key)
        before |= {name for id in entries for name in _names(index[key].get(id))}
        index[key] = {id: each for id, each in index[key].items() if id not in ended.gone.get(key, ())} | entries
    before |= set(ended.left) - {name for key in _DRAWN for entry in index[key].values() for name in _names(entry)}
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
