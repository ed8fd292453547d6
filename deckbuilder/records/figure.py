"""How a muscle is drawn: from where it is looked at, what lies around it, and which meshes it is made of.

Nothing of it needs to be said: what a record leaves out follows from the muscle's name, its attachments and its shape.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from deckbuilder.records.base import Id, Model, Number, Record, Sources, Text, Texts, exactly, one_or_more
from deckbuilder.records.place import Points

View = Literal["front", "back", "side", "medial"]
_NAMES_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


def _by_part(value: object) -> object:
    return (
        {part: one_or_more(names) for part, names in value.items()}
        if isinstance(value, dict)
        else {"": one_or_more(value)}
    )


# The meshes of a muscle, or of each of its heads or parts.
ByPart = Annotated[
    dict[str, tuple[Text, ...]],
    BeforeValidator(_by_part),
    WithJsonSchema({"anyOf": [*_NAMES_SCHEMA["anyOf"], {"type": "object", "additionalProperties": _NAMES_SCHEMA}]}),
]


class Tendons(Model):
    """Meshes of tendons and sheets in which a muscle starts or ends, drawn with it."""

    origin: Texts = ()
    """In which it starts."""
    insertion: Texts = ()
    """In which it ends."""


class Sheet(Model):
    """A sheet, strap or fan of flesh between lines on the bones, for a muscle of which the body has no mesh."""

    lines: Annotated[tuple[Points, ...], Field(min_length=2, max_length=40)]
    """From its start to its end, at least two, all in the same direction across it; one of a single point is where fibers meet."""
    mesh: Id
    """The bone by the name of its mesh on which points lie that name no other."""
    thick: Number = Field(6, gt=0, le=60)
    """Millimeters, where it is thickest."""
    tendon: Annotated[tuple[Number, Number], exactly("two", "[at its start, at its end], in millimeters")] | None = None
    """Millimeters of tendon at its start and at its end, if others than the figure's."""


class Ends(Model):
    """The bones of the body on which a muscle starts and ends, where no record of a muscle says so yet."""

    origin: Texts = ()
    """Those on which it starts, as the inventory calls them, `*` for the rest of a name."""
    insertion: Texts = ()
    """Those on which it ends."""
    sources: Sources = {}
    """Where that was read."""


class Figure(Record):
    """The picture of a muscle, as far as it is not the usual one."""

    kind: ClassVar[str] = "figure"
    id: Id = Field(validation_alias="figure")
    """The id of the muscle, of which there may be no record yet."""
    name: Text = ""
    """The name of a muscle of which there is no record."""
    ends: Ends = Ends()
    """Its ends, while no record of the muscle states them."""
    meshes: ByPart = {}
    """The meshes that it is made of, by what the inventory calls them; or those of each of its heads or parts."""
    build: Annotated[tuple[Sheet, ...], Field(max_length=60)] = ()
    """What the muscle is built of, in place of meshes."""
    tendons: Tendons = Tendons()
    """Tendons that are meshes of their own."""
    view: View | None = None
    """From where it is looked at; the side that shows most of it if left out."""
    turn: Number = Field(0, ge=-180, le=180)
    """Degrees by which the view is turned: from behind towards the right side."""
    tilt: Number = Field(0, ge=-90, le=90)
    """Degrees by which it is looked at from above."""
    seen: Text = ""
    """What is seen, in words without the name: Right hip from behind."""
    bones: Texts = ()
    """The bones around it, `*` for the rest of a name; those that are near if left out."""
    ghosts: Texts = ()
    """Neighboring muscles, drawn pale."""
    tendon: Annotated[tuple[Number, Number], exactly("two", "[at its start, at its end], in millimeters")] = (6, 6)
    """Millimeters of tendon at its start and at its end."""
    room: Number = Field(30, ge=0, le=400)
    """Millimeters around it."""
    where: Literal["front", "back", "side"] | None = None
    """From where the small skeleton is looked at, if from elsewhere."""
