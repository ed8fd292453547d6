"""An idea that explains movement: synergistic dominance, force couple, length-tension, two-joint muscle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from deckbuilder.records.base import (
    About,
    Asked,
    Flag,
    Id,
    Ids,
    MuscleIds,
    Of,
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
    """The id of the idea."""
    name: Text
    """The term."""
    topic: Topic
    """What it is about; exams ask by topic."""
    regions: Annotated[Ids, Of("region")]
    """The parts of the body that it is shown on."""
    definition: Text
    """What it is, short enough to be said aloud."""
    mechanism: Prose = ""
    """What happens first, and what then."""
    mechanism_question: Text = ""
    """Asks for the mechanism, on a card of its own."""
    case: Text = ""
    """A situation from the gym floor that does not name the term; asked as: what is this called?"""
    example: Prose = ""
    """Where it applies."""
    counter_example: Prose = ""
    """What looks like it and is not."""
    actions: Annotated[Ids, Of("action")] = ()
    """The movements it is about; needed for synergy, force couples and reciprocal inhibition."""
    muscles: Annotated[MuscleIds, Of("muscle")] = ()
    """The muscles it is about."""
    exam_model: Flag = False
    """True where it is taught for certification and the evidence is thin; the card says so."""
    curve: Annotated[Id | None, Of("curve")] = None
    """A chart for the back."""

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
