"""An idea that explains movement: synergistic dominance, force couple, length-tension, two-joint muscle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from deckbuilder.records.base import (
    About,
    Asked,
    Flag,
    Id,
    Ids,
    MuscleIds,
    Prose,
    Reference,
    Said,
    Subject,
    Text,
    Topic,
    ids,
    said,
)


class Concept(Subject):
    """A term with its definition, and a case by which a trainer would recognise it."""

    kind: ClassVar[str] = "concept"
    id: Id = Field(validation_alias="concept")
    name: Text
    topic: Topic
    regions: Ids
    definition: Text
    mechanism: Prose = ""
    mechanism_question: Text = ""
    case: Text = ""
    example: Prose = ""
    counter_example: Prose = ""
    actions: Ids = ()
    muscles: MuscleIds = ()
    exam_model: Flag = False
    curve: Id | None = None

    def about(self) -> About:
        return About(muscles=self.muscles, regions=self.regions, actions=self.actions)

    @property
    def topic_id(self) -> str:
        return self.topic

    def texts(self) -> Iterator[Said]:
        yield from super().texts()
        yield from said("name", self, "name")
        yield from said("answer", self, "definition", "mechanism")
        yield from said("front", self, "mechanism_question", "case")
        yield from said("back", self, "example", "counter_example")

    def asked(self) -> Iterator[Asked]:
        name = Said(("name",), self.name, "name")
        for front in said("front", self, "case"):
            yield Asked(front, (name,))
        for front in said("front", self, "mechanism_question"):
            yield Asked(front, tuple(said("answer", self, "mechanism")), (name,))

    def refers(self) -> Iterator[Reference]:
        yield from super().refers()
        yield from ids("regions", ("region",), self.regions)
        yield from ids("actions", ("action",), self.actions)
        yield from ids("muscles", ("muscle",), self.muscles)
        if self.curve:
            yield Reference(("curve",), self.curve, ("curve",))
