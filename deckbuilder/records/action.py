"""A movement at a joint, and who starts it. Who assists and who opposes follows from what muscles do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from deckbuilder.records.base import About, Id, MuscleIds, Reference, Said, Subject, Text, ids, said
from deckbuilder.records.vocabulary import Side

Plane = Literal["sagittal", "frontal", "transverse"]


class Action(Subject):
    """A joint action. `opposite` is stated on one of the two; prime movers are parts played here, not properties.

    `side`: on which side of the joint the muscles lie that do it.
    """

    kind: ClassVar[str] = "action"
    id: Id = Field(validation_alias="action")
    name: Text
    joint: Id
    plane: Plane
    side: Side | None = None
    opposite: Id | None = None
    phrase: Text
    prime_movers: MuscleIds
    range: Text = ""
    example: Text = ""
    curve: Id | None = None

    @property
    def topic_id(self) -> str:
        return "joint-action"

    def about(self) -> About:
        return About(moves=(self.id,), planes=True, actions=(self.id,))

    def texts(self) -> Iterator[Said]:
        yield from super().texts()
        yield from said("name", self, "name")
        yield from said("back", self, "phrase", "range", "example")

    def refers(self) -> Iterator[Reference]:
        yield from super().refers()
        yield Reference(("joint",), self.joint, ("joint",))
        if self.opposite:
            yield Reference(("action",), self.opposite, ("opposite",))
        yield from ids("prime_movers", ("muscle",), self.prime_movers)
        if self.curve:
            yield Reference(("curve",), self.curve, ("curve",))
