"""The figures of a project into `cards/media/`: all of them, or none; and what would change, without writing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from deckbuilder import figures
from deckbuilder.anatomy import drawings
from deckbuilder.anatomy.library import Library
from deckbuilder.core.diagnostics import Diagnostic, Fault, errors
from deckbuilder.core.project import Project
from deckbuilder.core.transaction import writing
from deckbuilder.core.turn import alone
from deckbuilder.records import Muscle, nearest
from deckbuilder.source import guard


@dataclass(frozen=True, slots=True)
class Redrawn:
    """What was drawn, and which files of `cards/media/` are (or would be) new, changed or gone."""

    drawn: int
    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    diagnostics: list[Diagnostic]

    @property
    def stale(self) -> bool:
        return bool(self.new or self.changed or self.gone)


def update(
    project: Project,
    library: Library,
    only: Collection[str] = (),
    *,
    write: bool = True,
    tick: Callable[[str, int, int], None] = lambda *_: None,
    committing: Callable[[], None] = lambda: None,
) -> Redrawn:
    """Draws, compares with what is there, and writes what differs. `only`: muscles; the others stay as they are.

    Raises `Fault` where the project is not the author's to write, or nothing has the name.
    """
    _may_draw(project, library, only, write=write)
    drawn = figures.draw(library, only, tick)
    was, now = _indexes(project, drawn, only)
    files = {**drawn.files, figures.INDEX: now}
    result = _compared(project, drawn, files, _named(was) - _named(now))
    if write and not errors(drawn.diagnostics) and result.stale:
        _write(project, {name: files[name] for name in (*result.new, *result.changed)}, result.gone, committing)
    return result


def _may_draw(project: Project, library: Library, only: Collection[str], *, write: bool) -> None:
    if project.read_only and write:
        raise Fault(
            "the deck that ships with deckbuilder is read only",
            "make your own with `deckbuilder new DIR`, or name yours with --project",
        )
    for id in only:
        if library.find(Muscle, id) is None:
            near = nearest(id, (muscle.id for muscle in figures.muscles_of(library)))
            raise Fault(f"no muscle has the id '{id}'", near or "run `deckbuilder check` to see what is wrong with it")


def _indexes(project: Project, drawn: figures.Drawn, only: Collection[str]) -> tuple[str, str]:
    """The text of the index as it is, and as it is to be. One that cannot be used is never overwritten unseen."""
    text = guard.there(project.root, drawings.INDEX)
    was = drawings.index(text)
    if isinstance(was, Diagnostic):
        raise Fault(f"{was.location}: {was.message}", "delete it, and run `deckbuilder figures`")
    if not only:
        return str(text or "{}"), figures.index(drawn.figures, drawn.plates)
    kept = {id: each for id, each in was["figures"].items() if id not in only}
    return str(text or "{}"), figures.index({**kept, **drawn.figures}, was["plates"])


def _named(index: str) -> set[str]:
    """The files that an index names; only those that lie where figures lie."""
    listed = drawings.listed(index)
    found = {name for each in listed.figures.values() for name in each.files}
    found |= {each.file for each in listed.plates.values()}
    return {name for name in found if Path(name).parent == Path(figures.FOLDER) and Path(name).suffix == ".svg"}


def _compared(project: Project, drawn: figures.Drawn, files: dict[str, str], unnamed: set[str]) -> Redrawn:
    """What was drawn, against what is there. `unnamed`: files that the index does not name any more."""
    there = {name for name in {*files, *unnamed} if (project.media / name).is_file()}
    return Redrawn(
        len(drawn.figures),
        tuple(sorted(files.keys() - there)),
        tuple(sorted(name for name in files.keys() & there if _differs(project.media / name, files[name]))),
        tuple(sorted((unnamed & there) - files.keys())),
        drawn.diagnostics,
    )


def _differs(path: Path, text: str) -> bool:
    return path.read_bytes() != text.encode()


def _write(project: Project, files: dict[str, str], gone: tuple[str, ...], committing: Callable[[], None]) -> None:
    """The index comes last: as long as it is the old one, the next run knows what this one had to change."""
    with alone(project), writing("the figures", kept="all of them are as they were") as transaction:
        (project.media / figures.FOLDER).mkdir(parents=True, exist_ok=True)
        room = transaction.room(project.cards / ".drawing.part")
        index = files.pop(figures.INDEX, None)
        for number, (name, text) in enumerate(files.items()):
            transaction.text(project.media / name, text, at=room / f"{number}.part")
        for number, name in enumerate(gone):
            transaction.remove(project.media / name, at=room / f"gone-{number}.part")
        if index is not None:
            transaction.text(project.media / figures.INDEX, index, at=room / "index.part")
        transaction.commit(committing)
