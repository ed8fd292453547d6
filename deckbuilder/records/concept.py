"""An idea that explains movement: synergistic dominance, force couple, length-tension, two-joint muscle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from deckbuilder.records.base import Flag, Id, Ids, Lesson, MuscleIds, Prose, Subject, Text, Texts, Topic
from deckbuilder.records.keys import As, Gist, Of, Tagged


class Concept(Subject):
    """A term with its definition, and a case by which a trainer would recognize it."""

    kind: ClassVar[str] = "concept"
    id: Id = Field(validation_alias="concept")
    """The id of the idea."""
    name: Annotated[Text, As("name")]
    """The term."""
    also_right: Annotated[Texts, As("answer")] = ()
    """Other names that are right: the card that asks for the term says so."""
    topic: Topic
    """What it is about; exams ask by topic."""
    regions: Annotated[Ids, Of("region"), Tagged("regions")]
    """The parts of the body that it is shown on."""
    definition: Annotated[Text, As("answer", graded="sentence", called="the definition")]
    """What it is, short enough to be said aloud."""
    mechanism: Annotated[Prose, As("answer", graded="mechanism", called="the mechanism")] = ""
    """What happens first, and what then."""
    mechanism_question: Annotated[Text, As("front", asks=("mechanism",), beside=("name",))] = ""
    """Asks for the mechanism, on a card of its own."""
    case: Annotated[Text, As("front", asks=("name",))] = ""
    """A situation from the gym floor that does not name the term. Its last sentence may be the question; else it is asked what it is called."""
    example: Annotated[Prose, As("back")] = ""
    """Where it applies."""
    counter_example: Annotated[Prose, As("back")] = ""
    """What looks like it and is not."""
    actions: Annotated[Ids, Of("action"), Tagged("actions")] = ()
    """The movements it is about; needed for synergy, force couples and reciprocal inhibition."""
    muscles: Annotated[MuscleIds, Of("muscle"), Tagged("muscles")] = ()
    """The muscles it is about."""
    exam_model: Flag = False
    """True where it is taught for certification and the evidence is thin; the card says so."""
    curve: Annotated[Id | None, Of("curve")] = None
    """A chart for the back."""

    @property
    def topic_id(self) -> str:
        return self.topic

    def gist(self) -> Gist:
        return Gist("definition", self.definition, self.name)

    def teaches(self) -> Iterator[tuple[int | None, Lesson]]:
        """Its term."""
        yield None, (self.kind, self.id)
