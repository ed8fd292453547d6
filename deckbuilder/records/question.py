"""An exam-practice question: open, a choice of four, or typed."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from deckbuilder.records.base import Flag, Id, Ids, Model, Prose, Subject, Text, Texts, Topic
from deckbuilder.records.keys import As, Gist, Of, Tagged


class Option(Model):
    """One of four; the first is right, every other says why it is wrong."""

    text: Annotated[Text, As("front", first=As("answer", graded="part", called="the right option"))]
    """What is offered."""
    because: Annotated[Text, As("back")] = ""
    """Why it is wrong; the first option, which is right, may say why it is."""


class Question(Subject):
    """One question, answered in the form that its keys say."""

    kind: ClassVar[str] = "question"
    id: Id = Field(validation_alias="question")
    """The id of the question."""
    ask: Annotated[Prose, As("front", asks=("answer", "options"))]
    """The question."""
    answer: Annotated[Text, As("answer", graded="part", called="the answer")] = ""
    """The answer, of a question without options."""
    also_right: Annotated[Texts, As("answer")] = ()
    """Other answers that are right, another name or spelling: the back says so."""
    typed: Flag = False
    """True if the answer, a word or a name, is typed in."""
    options: tuple[Option, ...] = ()
    """Four to choose from: the right one first, the card shuffles them."""
    topic: Topic
    """What it is about; exams ask by topic."""
    regions: Annotated[Ids, Of("region"), Tagged("regions")] = ()
    """The parts of the body that it is about."""

    @model_validator(mode="after")
    def _one_form(self) -> Question:
        def fault(message: str, help: str) -> PydanticCustomError:
            return PydanticCustomError("question-form", message, {"help": help})

        if bool(self.answer) == bool(self.options):
            raise fault("a question has an answer or four options, one of the two", "keep `answer` or `options`")
        if self.typed and not self.answer:
            raise fault("a typed question needs its answer", "write `answer`, and leave out `options`")
        if self.also_right and not self.answer:
            raise fault("a choice has one right option", "leave out `also_right`")
        if self.options:
            if len(self.options) != 4:
                raise fault("a choice has four options", "write four: the right one first")
            if len({option.text.casefold() for option in self.options}) < 4:
                raise fault("two options are equal", "write four different ones")
            if not all(option.because for option in self.options[1:]):
                raise fault("a wrong option has no reason", "give each option but the first a `because`")
        return self

    @property
    def topic_id(self) -> str:
        return self.topic

    def gist(self) -> Gist:
        return Gist("ask", self.ask, self.options[0].text if self.options else self.answer)
