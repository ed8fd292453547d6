"""An exercise: what it trains is stated with its source; planes and joints follow from its joint actions."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from deckbuilder.records.base import Id, Ids, Model, Names, Sources, Subject, Text
from deckbuilder.records.keys import As, Named, Of, Tagged

Pattern = Literal["squat", "hinge", "lunge", "push", "pull", "carry", "rotation", "isolation"]


class Common(Model):
    """A common fault: what the trainer sees, and what is likely behind it."""

    see: Annotated[Text, As("front", asks=("cause",), beside=("name",))]
    """What the trainer sees."""
    cause: Annotated[Text, As("answer", graded="sentence", called="the cause")]
    """What is likely behind it."""


class Trains(Model):
    """What an exercise trains, as a source states it. A rule holds it against the joint actions."""

    prime_movers: Annotated[Names, Of("muscle", "group"), As("answer")]
    """The muscles, or groups, that do most of the work: what the card asks for. Each may have a detail."""
    also_right: Annotated[Names, Of("muscle", "group"), As("answer")] = ()
    """Those that other sources count among the prime movers: not asked for, and right if named."""
    synergists: Annotated[Names, Of("muscle", "group"), As("back")] = ()
    """Those that help with a joint action of the exercise."""
    stabilizers: Annotated[Names, Of("muscle", "group"), As("back")] = ()
    """Those that hold still what must not move, each with what it holds."""

    @property
    def movers(self) -> tuple[Named, ...]:
        """All that are said to move a joint."""
        return (*self.prime_movers, *self.also_right, *self.synergists)


class Exercise(Subject):
    """An exercise. Without `actions` it is only a name that studies refer to, and has no card."""

    kind: ClassVar[str] = "exercise"
    id: Annotated[Id, Tagged("exercises")] = Field(validation_alias="exercise")
    """The id of the exercise."""
    name: Annotated[Text, As("name")]
    """As learners read it."""
    pattern: Pattern | None = None
    """The kind of movement."""
    actions: Annotated[Ids, Of("action"), Tagged("moves", "planes")] = ()
    """The joint actions that do most of the work: they are asked. Without them it has no card."""
    trains: Trains | None = None
    """Who does the work, with its own source under `sources`. Without it no card asks for the prime movers."""
    lift: Annotated[Text, As("back")] = ""
    """What happens on the way up."""
    lower: Annotated[Text, As("back")] = ""
    """What happens on the way down."""
    fault: Common | None = None
    """A common fault, one card."""
    cue: Annotated[Text, As("back")] = ""
    """What to say to the one who lifts."""
    sources: Sources = {}
    """Where the facts were read; needed as soon as it has a card."""

    @property
    def topic_id(self) -> str:
        return "exercise"

    def subjects(self) -> tuple[Exercise, ...]:
        return (self,) if self.actions else ()
