"""The figures of a project into `cards/media/`: all of them, or none; and what would change, without writing."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deckbuilder import figures
from deckbuilder.anatomy.library import Library
from deckbuilder.core.diagnostics import Diagnostic, Fault, errors
from deckbuilder.core.project import Project
from deckbuilder.core.transaction import writing
from deckbuilder.core.turn import alone
from deckbuilder.records import Muscle, nearest


@dataclass(frozen=True, slots=True)
class Result:
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
) -> Result:
    """Draws, compares with what is there, and writes what differs. `only`: muscles; the others stay as they are.

    Raises `Fault` where the project is not the author's to write, or nothing has the name.
    """
    if project.read_only and write:
        raise Fault(
            "the deck that ships with deckbuilder is read only",
            "make your own with `deckbuilder new DIR`, or name yours with --project",
        )
    for id in only:
        if library.find(Muscle, id) is None:
            near = nearest(id, (muscle.id for muscle in figures.muscles_of(library)))
            raise Fault(f"no muscle has the id '{id}'", near or "run `deckbuilder check` to see what is wrong with it")
    drawn = figures.draw(library, only, tick)
    before = _index(project)
    kept = {} if not only else {id: each for id, each in before["figures"].items() if id not in only}
    text = figures.index({**kept, **drawn.figures}, drawn.plates if not only else before["plates"])
    files = {**drawn.files, figures.INDEX: text}
    gone = tuple(sorted(_named(before) - _named(json.loads(text)) - set(files)))
    gone = tuple(name for name in gone if (project.media / name).is_file())
    new = tuple(sorted(name for name in files if not (project.media / name).is_file()))
    changed = tuple(sorted(name for name in files if name not in new and _differs(project.media / name, files[name])))
    result = Result(len(drawn.figures), new, changed, gone, drawn.diagnostics)
    if write and not errors(drawn.diagnostics) and result.stale:
        _write(project, {name: files[name] for name in (*new, *changed)}, gone, committing)
    return result


def _index(project: Project) -> dict[str, Any]:
    path = project.media / figures.INDEX
    if not path.is_file():
        return {"figures": {}, "plates": {}}
    try:
        found = json.loads(path.read_text("utf-8"))
        return {"figures": dict(found["figures"]), "plates": dict(found["plates"])}
    except (ValueError, KeyError, TypeError):
        raise Fault(f"{path} is no index of figures", "delete it, and run `deckbuilder figures`") from None


def _named(index: dict[str, Any]) -> set[str]:
    """The files that an index names; only those that lie where figures lie."""
    found = {each[kind] for each in index["figures"].values() for kind in ("marked", "plain", "where")}
    found |= {each["file"] for each in index["plates"].values()}
    return {name for name in found if Path(name).parent == Path(figures.FOLDER) and Path(name).suffix == ".svg"}


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
