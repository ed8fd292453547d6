"""An exercise: prime movers, planes and joints follow from its joint actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from deckbuilder.records.base import (
    About,
    Asked,
    Id,
    Ids,
    Model,
    Names,
    Of,
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
    """What the trainer sees."""
    cause: Text
    """What is likely behind it."""


class Exercise(Subject):
    """An exercise. Without `actions` it is only a name that studies refer to, and has no card."""

    kind: ClassVar[str] = "exercise"
    id: Id = Field(validation_alias="exercise")
    """The id of the exercise."""
    name: Text
    """As learners read it."""
    pattern: Pattern | None = None
    """The kind of movement."""
    actions: Annotated[Ids, Of("action")] = ()
    """The joint actions of the lifting phase. Without them it is only a name for studies, and has no card."""
    stabilisers: Annotated[Names, Of("muscle", "group")] = ()
    """Muscles or groups that hold still what must not move, each with what it holds."""
    lift: Text = ""
    """What happens on the way up."""
    lower: Text = ""
    """What happens on the way down."""
    fault: Common | None = None
    """A common fault, one card."""
    cue: Text = ""
    """What to say to the one who lifts."""
    sources: Sources = {}
    """Where the facts were read; needed as soon as it has a card."""

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
