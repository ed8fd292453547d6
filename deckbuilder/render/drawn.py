"""Figures that `deckbuilder figures` drew, found by the muscle they show. Nothing is drawn here.

Their index is a file of the project like any other, and may be a stranger's: its paths go through the same gate as
those that authors write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from deckbuilder.diagnostics import Diagnostic, Location
from deckbuilder.library import Library
from deckbuilder.notes import Media
from deckbuilder.project import Project
from deckbuilder.records import Muscle
from deckbuilder.records.base import Id, Model, Text
from deckbuilder.render.media import MAX_BYTES, Pictures

INDEX = "figures.json"
Which = Literal["marked", "plain", "where"]
Pixels = tuple[int, int]


class Mark(Model):
    """Where a marker stands, in fractions of the picture."""

    landmark: Text
    role: Literal["origin", "insertion"]
    part: str = ""
    number: int | None = None
    x: float
    y: float


class Figure(Model):
    """The three pictures of a muscle: with markers, without them, and where it lies in the whole body."""

    marked: Text
    plain: Text
    where: Text
    view: Text
    seen: Text
    size: Pixels
    where_size: Pixels
    drawn_from: dict[Text, tuple[tuple[str, str], ...]]
    marks: tuple[Mark, ...] = ()


class Label(Model):
    """A name beside a bone: its box is what a mask hides."""

    landmark: Text
    text: Text
    box: tuple[float, float, float, float]
    at: tuple[float, float]


class Plate(Model):
    """A view of bones with the names of landmarks beside it."""

    file: Text
    seen: Text
    size: Pixels
    labels: tuple[Label, ...]


class Index(Model):
    """What stands in `cards/media/figures.json`."""

    figures: dict[Id, Figure] = {}
    plates: dict[Id, Plate] = {}


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a template puts it: its name in the package, its size, and what is seen."""

    media: Media
    width: int
    height: int
    seen: str

    @property
    def name(self) -> str:
        return self.media.name


class Figures:
    """The figures of one project, each read once, with all that is wrong with them."""

    def __init__(self, project: Project, pictures: Pictures, library: Library) -> None:
        self.faults: list[Diagnostic] = []
        self._pictures, self._library = pictures, library
        self._index = _read(project, self.faults)
        self._found: dict[tuple[str, Which], Shown | None] = {}

    def of(self, muscle: str, which: Which) -> Shown | None:
        """A picture of the muscle, None where nothing was drawn."""
        key = (muscle, which)
        if key not in self._found:
            self._found[key] = self._look(muscle, which)
        return self._found[key]

    def _look(self, id: str, which: Which) -> Shown | None:
        muscle = self._library.find(Muscle, id)
        names = (id, *(muscle.formerly if muscle else ()))  # drawn before the muscle was renamed
        figure = next((self._index.figures[name] for name in names if name in self._index.figures), None)
        if figure is None:
            return None
        found = self._pictures.read(getattr(figure, which), Location(f"cards/media/{INDEX}"))
        if isinstance(found, Diagnostic):
            self.faults.append(found)
            return None
        if which == "marked" and muscle is not None:
            self._compare(muscle, figure)
        width, height = figure.where_size if which == "where" else figure.size
        return Shown(found, width, height, figure.seen)

    def _compare(self, muscle: Muscle, figure: Figure) -> None:
        """A figure that shows other attachments than the card names would teach one thing and say another."""
        for about in ("origin", "insertion"):
            now = tuple((fact.id, fact.part) for fact in muscle.facts(about))
            if now != figure.drawn_from.get(about, ()):
                self.faults.append(
                    Diagnostic(
                        muscle.locate(*([about] if getattr(muscle, about) else [])),
                        "stale-figure",
                        f"the figure of {muscle.id} was drawn from another {about}",
                        f"draw it again: `deckbuilder figures {muscle.id}`",
                        "warning",
                    )
                )


def _read(project: Project, faults: list[Diagnostic]) -> Index:
    path = project.media / INDEX
    shown = f"cards/media/{INDEX}"
    again = "make it again with `deckbuilder figures`, or restore it"
    try:
        if not path.is_file():
            return Index()
        if path.stat().st_size > MAX_BYTES:
            faults.append(Diagnostic(Location(shown), "figures", "the index is larger than any that is made", again))
            return Index()
        return Index.model_validate_json(path.read_bytes())
    except OSError as error:
        faults.append(Diagnostic(Location(shown), "figures", f"the index cannot be read ({error.strerror})", again))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        faults.append(
            Diagnostic(Location(shown), "figures", f"{where}: {first['msg']}" if where else first["msg"], again)
        )
    return Index()
