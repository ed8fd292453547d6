"""Some bones from one side, with the names of their landmarks beside them: to look at, and to be asked from."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from deckbuilder.records.base import SITE, Id, Ids, Model, Number, Record, Text, Whole
from deckbuilder.records.figure import View
from deckbuilder.records.keys import Of
from deckbuilder.records.place import Share, Spot


class Height(Model):
    """A height, by a bone."""

    mesh: Id
    """The bone by the name of its mesh."""
    up: Share
    """A share of its height: 0 is its lower end, 1 its upper one."""


class Plate(Record):
    """Bones from one side, and which landmarks are named on the left and on the right of them."""

    kind: ClassVar[str] = "plate"
    id: Id = Field(validation_alias="plate")
    """The id of the plate, and the name of its file."""
    seen: Text
    """What is seen, in words: Right knee from the front."""
    view: View
    """From where it is looked at."""
    turn: Number = Field(0, ge=-180, le=180)
    """Degrees by which the view is turned: from behind towards the right side."""
    tilt: Number = Field(0, ge=-90, le=90)
    """Degrees by which it is looked at from above."""
    bones: Annotated[Ids, Field(min_length=1)]
    """The bones by the names of their meshes."""
    bottom: Height | None = None
    """Where the picture ends below."""
    top: Height | None = None
    """Where the picture ends above."""
    left: Annotated[Ids, Of(*SITE)] = ()
    """The landmarks, bones and structures that are named on the left; those that no muscle attaches to are left out."""
    right: Annotated[Ids, Of(*SITE)] = ()
    """Those that are named on the right."""
    wrap: Whole = Field(250, ge=60, le=600)
    """How wide a name may become until it is broken into lines, of the 700 units that the picture is wide."""
    shares: Annotated[dict[Id, Share], Of(*SITE)] = {}
    """At which share of what is seen of a landmark its leader ends, if not in the middle."""
    at: Annotated[dict[Id, Spot], Of(*SITE)] = {}
    """Where the leader of a landmark ends instead."""

    @property
    def names(self) -> tuple[str, ...]:
        """What it names, the left side first."""
        return (*self.left, *self.right)
