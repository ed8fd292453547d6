"""How a muscle is drawn: from where it is looked at, what lies around it, and which meshes it is made of.

Nothing of it needs to be said: what a record leaves out follows from the muscle's name, its attachments and its shape.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from deckbuilder.records.base import Id, Model, Number, Record, Text, Texts, exactly, one_or_more

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


class Figure(Record):
    """The picture of a muscle, as far as it is not the usual one."""

    kind: ClassVar[str] = "figure"
    id: Id = Field(validation_alias="figure")
    """The id of the muscle."""
    meshes: ByPart = {}
    """The meshes that it is made of, by what the inventory calls them; or those of each of its heads or parts."""
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
