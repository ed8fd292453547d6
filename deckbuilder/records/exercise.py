"""An exercise: prime movers, planes and joints follow from its joint actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from pydantic import Field

from deckbuilder.records.base import (
    About,
    Asked,
    Id,
    Ids,
    Model,
    Names,
    Reference,
    Said,
    Sources,
    Subject,
    Text,
    details,
    ids,
    names,
    said,
)

Pattern = Literal["squat", "hinge", "lunge", "push", "pull", "carry", "rotation", "isolation"]


class Common(Model):
    """A common fault: what the trainer sees, and what is likely behind it."""

    see: Text
    cause: Text


class Exercise(Subject):
    """An exercise. Without `actions` it is only a name that studies refer to, and has no card."""

    kind: ClassVar[str] = "exercise"
    id: Id = Field(validation_alias="exercise")
    name: Text
    pattern: Pattern | None = None
    actions: Ids = ()
    stabilisers: Names = ()
    lift: Text = ""
    lower: Text = ""
    fault: Common | None = None
    cue: Text = ""
    sources: Sources = {}

    @property
    def topic_id(self) -> str:
        return "exercise"

    def subjects(self) -> tuple[Any, ...]:
        return (self,) if self.actions else ()

    def about(self) -> About:
        return About(moves=self.actions, planes=True, exercises=(self.id,))

    def texts(self) -> Iterator[Said]:
        yield from super().texts()
        yield from said("name", self, "name")
        yield from said("back", self, "lift", "lower", "cue")
        yield from details(self, "stabilisers")
        if self.fault:
            yield from said("front", self.fault, "see", before=("fault",))
            yield from said("answer", self.fault, "cause", before=("fault",))

    def asked(self) -> Iterator[Asked]:
        if self.fault:
            cause = tuple(said("answer", self.fault, "cause", before=("fault",)))
            for front in said("front", self.fault, "see", before=("fault",)):
                yield Asked(front, cause, (Said(("name",), self.name, "name"),))

    def refers(self) -> Iterator[Reference]:
        yield from super().refers()
        yield from ids("actions", ("action",), self.actions)
        yield from names("stabilisers", ("muscle", "group"), self.stabilisers)
