"""A popular claim and what the evidence says. The reason is graded, not the verdict alone."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from deckbuilder.records.base import Id, Ids, Model, MuscleIds, Prose, Subject, Text
from deckbuilder.records.keys import As, Gist, Of, Opening, Said, Tagged

Verdict = Literal["supported", "mixed", "not-supported"]


class Finding(Model):
    """One piece of evidence, with its own source."""

    text: Annotated[Prose, As("back")]
    """What was found."""
    source: Annotated[Id, Of("source")]
    """Where that was read."""


class Claim(Subject):
    """A claim with a verdict, the sentence that decides it, and when that was last checked."""

    kind: ClassVar[str] = "claim"
    id: Id = Field(validation_alias="claim")
    """The id of the claim."""
    says: Annotated[Text, As("front")]
    """The claim, as people say it."""
    verdict: Verdict
    """What the evidence says of it."""
    because: Annotated[Text, As("answer", graded="sentence", called="the reason")]
    """The one sentence that decides it; learners are graded on it."""
    findings: tuple[Finding, ...] = ()
    """The evidence piece by piece, each with its source."""
    regions: Annotated[Ids, Of("region"), Tagged("regions")]
    """The parts of the body that it is about."""
    muscles: Annotated[MuscleIds, Of("muscle"), Tagged("muscles")] = ()
    """The muscles that it is about."""
    checked: str = Field(pattern=r"^\d{4}-\d{2}$")
    """The month in which the evidence was last looked at: 2026-11."""

    @property
    def topic_id(self) -> str:
        return "claim"

    def cited(self, *facts: str) -> tuple[str, ...]:
        found = [*super().cited(*facts), *(finding.source for finding in self.findings)]
        return tuple(dict.fromkeys(found))

    def openings(self) -> list[Opening]:
        return [Opening(Said(("says",), self.says, "front"), sort="claim")]

    def gist(self) -> Gist:
        return Gist("says", self.says, self.verdict)
