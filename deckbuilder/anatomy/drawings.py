"""What `deckbuilder figures` drew: figures of muscles, and plates, which are bones with the names of their landmarks.

`cards/media/figures.json` lists them. It is made, not written, and may be a stranger's like any file of a project.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.records import Muscle
from deckbuilder.records.base import Model, Text
from deckbuilder.records.occlusion import Box

INDEX = "cards/media/figures.json"
ROLES = ("origin", "insertion")
Pixels = tuple[int, int]
_AGAIN = "make it again with `deckbuilder figures`, or restore it"
_ANY = "*"
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_AT = re.compile(r" at line (\d+) column (\d+)$")


class Mark(Model):
    """Where a marker stands, in fractions of the picture, and whether what it means lies behind bone."""

    landmark: Text
    role: Literal["origin", "insertion"]
    part: str = ""
    number: int | None = None
    hidden: bool = False
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
    box: Box
    at: tuple[float, float]


class Plate(Model):
    """A view of bones with the names of landmarks beside it."""

    file: Text
    seen: Text
    size: Pixels
    labels: tuple[Label, ...]

    def label(self, id: str, name: str) -> Label | None:
        """Where something is named, if it is; by its name if it has had another id when the plate was drawn."""
        by_id = next((each for each in self.labels if each.landmark == id), None)
        return by_id or next((each for each in self.labels if each.text == name), None)


def drawn_from(muscle: Muscle) -> dict[str, tuple[tuple[str, str], ...]]:
    """The facts of a record that its figure shows: landmark and part. A figure of others is out of date."""
    return {role: tuple((fact.id, fact.part) for fact in muscle.facts(role)) for role in ROLES}


@dataclass(frozen=True, slots=True)
class Drawings:
    """Figures by muscle and plates by id, the plates that cannot be used (`*`: none can be told), and why."""

    figures: dict[str, Figure] = field(default_factory=dict)
    plates: dict[str, Plate] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    faults: list[Diagnostic] = field(default_factory=list)


def listed(text: str | Diagnostic | None) -> Drawings:
    """Everything that was drawn, from the text of the index or why it cannot be had; nothing where there is none."""
    if text is None:
        return Drawings()
    if isinstance(text, Diagnostic):
        return Drawings(broken=frozenset([_ANY]), faults=[text])
    try:
        found = from_json(text)
    except ValueError as error:
        message, at = str(error), _AT.search(str(error))
        line, column = (int(at[1]), int(at[2])) if at else (0, 0)
        return _unread(Location(INDEX, line, column), f"this is not valid JSON: {_AT.sub('', message)}")
    if not isinstance(found, dict):
        return _unread(Location(INDEX, 1, 1), "the index of the figures is no JSON object")
    for key in ("figures", "plates"):
        if not isinstance(found.get(key, {}), dict):
            return _unread(Location(INDEX, 1, 1), f"{key}: this is no JSON object")
    faults: list[Diagnostic] = []
    figures = _each(Figure, "figures", found, faults)
    plates = _each(Plate, "plates", found, faults)
    return Drawings(figures, plates, frozenset(found.get("plates", {}).keys() - plates.keys()), faults)


Drawn = TypeVar("Drawn", Figure, Plate)


def _each(shape: type[Drawn], key: str, found: dict[str, Any], faults: list[Diagnostic]) -> dict[str, Drawn]:
    made: dict[str, Drawn] = {}
    for id, value in found.get(key, {}).items():
        one = _one(shape, f"{key}.{id[:80]}", value) if _ID.fullmatch(id) else _fault(f"{key}.{id[:80]}: this is no id")
        if isinstance(one, Diagnostic):
            faults.append(one)
        else:
            made[id] = one
    return made


def _one(shape: type[Drawn], name: str, value: object) -> Drawn | Diagnostic:
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        wrong: Any = error.errors(include_url=False)[0]
        path, message = ".".join([name, *(str(step)[:80] for step in wrong["loc"])]), wrong["msg"]
        return _fault(f"{path}: {message[:1].lower()}{message[1:]}")


def _fault(message: str) -> Diagnostic:
    return Diagnostic(Location(INDEX), "figures", message, _AGAIN)


def _unread(at: Location, message: str) -> Drawings:
    return Drawings(broken=frozenset([_ANY]), faults=[Diagnostic(at, "figures", message, _AGAIN)])
