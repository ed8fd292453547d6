"""Where a landmark, a bone or a structure lies on the skeleton that figures are drawn on: rules that find its points.

A rule speaks in shares of a bone's own box, so that a place moves with its bone: `across` runs from 0 at the outer edge of a
right bone to 1 at its inner edge, `back` from 0 in front to 1 behind, `up` from 0 below to 1 above.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from deckbuilder.records.base import SITE, Flag, Id, Model, MuscleId, Number, Record, exactly
from deckbuilder.records.keys import Of
from deckbuilder.source import Path_

Share = Annotated[Number, Field(ge=0, le=1)]
Part = Annotated[Number, Field(ge=-1, le=1)]
Angle = Annotated[Number, Field(ge=0, le=360)]
Millimeters = Annotated[Number, Field(ge=-100, le=100)]

# What is met first from a side, at the two other shares in the order across, back, up.
_Lateral = Annotated[tuple[Share, Share] | None, exactly("two", "[back, up], as shares of the bone's box")]
_Front = Annotated[tuple[Share, Share] | None, exactly("two", "[across, up], as shares of the bone's box")]
_Above = Annotated[tuple[Share, Share] | None, exactly("two", "[across, back], as shares of the bone's box")]
# A part of the box, or a section through the bone: (from, to), or (there,).
_Within = Annotated[
    tuple[Share, ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, int | float) else value),
    Field(min_length=1, max_length=2),
    WithJsonSchema(
        {"anyOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}]}
    ),
]
Axis = Literal["across", "back", "up"]
AXES: tuple[Axis, ...] = get_args(Axis)
Side = Literal["lateral", "medial", "front", "behind", "below", "above"]
SIDES: tuple[Side, ...] = get_args(Side)
WAYS = (*SIDES, "around", "near", "furthest")


def _fault(message: str, help: str) -> PydanticCustomError:
    return PydanticCustomError("place-form", "{said}", {"said": message, "help": help})


class Spot(Model):
    """A point on the surface of a bone, and the one way in which it is found."""

    ways: ClassVar[tuple[str, ...]] = WAYS

    mesh: Id | None = None
    """The bone by the name of its mesh, if it is another one than the place's."""
    lateral: _Lateral = None
    """What is met first from the lateral side, at [back, up]."""
    medial: _Lateral = None
    """What is met first from the medial side, at [back, up]."""
    front: _Front = None
    """What is met first from the front, at [across, up]."""
    behind: _Front = None
    """What is met first from behind, at [across, up]."""
    below: _Above = None
    """What is met first from below, at [across, back]."""
    above: _Above = None
    """What is met first from above, at [across, back]."""
    around: Annotated[tuple[Share, Angle] | None, exactly("two", "[up, degrees]")] = None
    """The surface of a shaft, at [up, degrees]: 0 is front, 90 lateral, 180 back, 270 medial."""
    near: Annotated[tuple[Share, Share, Share] | None, exactly("three", "[across, back, up]")] = None
    """What lies nearest to [across, back, up] of the bone's box."""
    furthest: Annotated[tuple[Part, Part, Part] | None, exactly("three", "[across, back, up], from -1 to 1")] = None
    """What lies furthest towards [across, back, up]: [0, -1, 0] is the foremost."""
    across: _Within = ()
    """Where `furthest` looks, from the outer to the inner edge: [from, to], or one number for a section there."""
    back: _Within = ()
    """Where `furthest` looks, from front to back: [from, to], or one number for a section there."""
    up: _Within = ()
    """Where `furthest` looks, from below to above: [from, to], or one number for a section there."""

    @model_validator(mode="after")
    def _one_way(self) -> Spot:
        found = [way for way in self.ways if getattr(self, way) is not None]
        if len(found) != 1:
            what = f"in two ways, {found[0]} and {found[1]}" if found else "in no way"
            raise _fault(f"the point is found {what}", f"write one of: {', '.join(self.ways)}")
        within = {axis: shares for axis in AXES if (shares := getattr(self, axis))}
        if within and not self.furthest:
            raise _fault(f"`{next(iter(within))}` says where `furthest` looks, which is missing", "leave it out")
        if self.furthest and not any(self.furthest):
            raise _fault("the point is furthest towards nothing", "write a direction: [0, -1, 0] is the foremost")
        if wrong := next((axis for axis, shares in within.items() if shares[0] > shares[-1]), None):
            raise _fault(f"`{wrong}` ends before it begins", "write the smaller number first")
        if sum(len(shares) == 1 for shares in within.values()) > 1:
            raise _fault(
                "there are sections along two axes", "write one number for one axis, [from, to] for the others"
            )
        return self


class Point(Spot):
    """A point of a line, or some on the straight way from one bone to another, as a ligament or a tract goes."""

    ways: ClassVar[tuple[str, ...]] = (*WAYS, "between")

    between: Annotated[tuple[Spot, Spot] | None, exactly("two", "[{…}, {…}], the two ends", of="points")] = None
    """A straight line from one point to another, each found as any."""
    shares: Annotated[tuple[Share, ...], Field(min_length=1)] = (0, 0.25, 0.5, 0.75, 1)
    """Which points of that line are taken, from 0 at its start to 1 at its end."""
    moved: Annotated[
        tuple[Millimeters, Millimeters, Millimeters], exactly("three", "[left, back, up], in millimeters")
    ] = (0, 0, 0)
    """Millimeters to the body's [left, back, up] off the bone, where soft parts lie between."""


Points = Annotated[tuple[Point, ...], Field(min_length=1, max_length=60)]


class Place(Record):
    """The shape of a landmark, a bone or a structure on the skeleton, in the order of its line, and what muscles take of it."""

    kind: ClassVar[str] = "place"
    id: Annotated[Id, Of(*SITE)] = Field(validation_alias="place")
    """The id of the landmark, bone or structure."""
    mesh: Id
    """The bone by the name of its mesh: `femur`, `lumbar-1`. A point may name another one."""
    points: Points
    """From above to below or, where it lies level, from front to back; of an area a line through its middle."""
    line: Flag = False
    """That plates draw it as a line; else they show a point of it."""
    spans: Annotated[Id | None, Of(*SITE)] = None
    """The place over which it is spanned as a sheet: the margin of a membrane."""
    taken: Annotated[dict[MuscleId, Points], Of("muscle")] = {}
    """What one muscle takes of it, or one head or part (`muscle/part`), where that is not all."""

    def taken_by(self, muscle: str = "", part: str = "") -> tuple[Point, ...]:
        """What a muscle, or its head or part, takes of it: all of it where nothing is said."""
        return self.taken.get(self._owner(muscle, part), self.points)

    def path_to(self, muscle: str = "", part: str = "") -> Path_:
        """Where that stands in the source."""
        owner = self._owner(muscle, part)
        return ("taken", owner) if owner else ("points",)

    def _owner(self, muscle: str, part: str) -> str:
        return next((owner for owner in (f"{muscle}/{part}", muscle) if owner in self.taken), "")
