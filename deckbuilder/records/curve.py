"""How something changes over a joint angle, as shapes: each line against its own largest value.

Models agree on the shape of a moment arm and disagree on its centimeters, so no value of one line may be read against
another's, and none can be: the record holds shares, and the chart gives each line a panel of its own.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from deckbuilder.records.base import Id, Model, Number, Record, Sources, Text, exactly
from deckbuilder.records.keys import As


class Line(Model):
    """One curve: what it is of, what it says in words, and points [angle in degrees, share of the largest value]."""

    name: Annotated[Text, As("back")]
    """What the line is of."""
    says: Annotated[Text, As("back")]
    """The same in words."""
    shape: tuple[Annotated[tuple[Number, Number], exactly("two", "[angle, share]")], ...] = Field(min_length=3)
    """Points, each [angle in degrees, share of the largest value]."""

    @model_validator(mode="after")
    def _in_order(self) -> Line:
        angles, shares = [angle for angle, _ in self.shape], [share for _, share in self.shape]
        if any(late <= early for early, late in pairwise(angles)):
            raise PydanticCustomError(
                "curve-angles", "the angles do not rise from point to point", {"help": "sort them"}
            )
        if min(shares) < 0 or max(shares) != 1:
            raise PydanticCustomError(
                "curve-shares",
                "the shares do not lie between 0 and 1, with 1 for the largest",
                {"help": "divide each value by the largest one"},
            )
        return self


class Curve(Record):
    """Several lines over one joint angle. Other records show it by its id."""

    kind: ClassVar[str] = "curve"
    id: Id = Field(validation_alias="curve")
    """The id of the chart."""
    name: Annotated[Text, As("name")]
    """Its title."""
    over: Annotated[Text, As("back")]
    """The movement whose angle it is drawn over."""
    lines: tuple[Line, ...] = Field(min_length=1, max_length=4)
    """One panel each; heights are never compared."""
    caveat: Annotated[Text, As("back")]
    """What the chart does not show."""
    sources: Sources
    """Where the shapes were read."""

    @model_validator(mode="after")
    def _one_frame(self) -> Curve:
        if len({(line.shape[0][0], line.shape[-1][0]) for line in self.lines}) > 1:
            raise PydanticCustomError(
                "curve-frame",
                "the lines do not cover the same angles",
                {"help": "begin and end each at the same angle"},
            )
        return self

    @property
    def angles(self) -> tuple[float, float]:
        """The first and the last angle, in degrees."""
        return self.lines[0].shape[0][0], self.lines[0].shape[-1][0]
