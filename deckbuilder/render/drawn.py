"""What `deckbuilder figures` drew, as cards show it: found by its muscle or by the id of a plate. Nothing is drawn here.

The paths in the index may be a stranger's: they go through the same gate as those that authors write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deckbuilder.anatomy.drawings import INDEX, ROLES, DrawnFigure, drawn_from
from deckbuilder.anatomy.library import Library
from deckbuilder.anki.notes import Media
from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.records import Muscle
from deckbuilder.render.media import Pictures

Which = Literal["plain", "origin", "insertion", "where", "plate"]


@dataclass(frozen=True, slots=True)
class DrawnPicture:
    """A picture as a template puts it: its name in the package, its size, what is seen, and whether one of its markers lies behind bone."""

    media: Media
    width: int
    height: int
    seen: str
    hidden: bool = False

    @property
    def name(self) -> str:
        return self.media.name


class Figures:
    """The drawings of one project, each read once, with all that is wrong with them."""

    def __init__(self, pictures: Pictures, library: Library) -> None:
        self.faults: list[Diagnostic] = []
        self._pictures, self._library = pictures, library
        self._found: dict[tuple[str, Which], DrawnPicture | None] = {}

    def of(self, id: str, which: Which) -> DrawnPicture | None:
        """A picture of the muscle, or the plate, of this id; None where nothing was drawn."""
        key = (id, which)
        if key not in self._found:
            self._found[key] = self._plate(id) if which == "plate" else self._look(id, which)
        return self._found[key]

    def _plate(self, id: str) -> DrawnPicture | None:
        plate = self._library.drawings.plates.get(id)
        found = self._file(plate.file) if plate else None
        return DrawnPicture(found, *plate.size, plate.seen) if plate and found else None

    def _file(self, name: str) -> Media | None:
        found = self._pictures.read(name, Location(INDEX))
        if isinstance(found, Diagnostic):
            self.faults.append(found)
            return None
        return found

    def _look(self, id: str, which: Which) -> DrawnPicture | None:
        muscle = self._library.find(Muscle, id)
        names = (id, *(muscle.formerly if muscle else ()))  # drawn before the muscle was renamed
        figure = next(
            (self._library.drawings.figures[name] for name in names if name in self._library.drawings.figures), None
        )
        if figure is None:
            return None
        found = self._file(getattr(figure, which))
        if found is None:
            return None
        if which in ROLES and muscle is not None:
            self._compare(muscle, figure, which)
        width, height = figure.where_size if which == "where" else figure.size
        hidden = any(mark.hidden and mark.role == which for mark in figure.marks)
        return DrawnPicture(found, width, height, figure.seen, hidden)

    def _compare(self, muscle: Muscle, figure: DrawnFigure, role: str) -> None:
        """A figure that shows other attachments than the card names would teach one thing and say another."""
        now, then = drawn_from(muscle)[role], figure.drawn_from.get(role, ())
        if now == then:
            return
        was = [f"{id} ({part})" if part else id for id, part in then if (id, part) not in now]
        path = next(((each.part, each.id) for each in muscle.facts(role) if (each.id, each.part) not in then), None)
        own = muscle.stated(role, path[0] if path and muscle.divisions else "")
        self.faults.append(
            Diagnostic(
                muscle.locate(*(own or muscle.stated(role)), *([path[1]] if path else [])),
                "stale-figure",
                f"the figure of {muscle.id} was drawn from another {role}{': ' if was else ''}{', '.join(was)}",
                f"put that back, or draw it again: `deckbuilder figures {muscle.id}`",
                record=muscle.key,
            )
        )
