"""A popular claim and what the evidence says. The reason is graded, not the verdict alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from deckbuilder.records.base import Id, Ids, Model, MuscleIds, Prose, Reference, Said, Subject, Text, ids, said

Verdict = Literal["supported", "mixed", "not-supported"]


class Finding(Model):
    """One piece of evidence, with its own source."""

    text: Prose
    source: Id


class Claim(Subject):
    """A claim with a verdict, the sentence that decides it, and when that was last checked."""

    kind: ClassVar[str] = "claim"
    id: Id = Field(validation_alias="claim")
    says: Text
    verdict: Verdict
    because: Text
    findings: tuple[Finding, ...] = ()
    regions: Ids
    muscles: MuscleIds = ()
    checked: str = Field(pattern=r"^\d{4}-\d{2}$")

    @property
    def topic_id(self) -> str:
        return "claim"

    def texts(self) -> Iterator[Said]:
        yield from super().texts()
        yield from said("front", self, "says")
        yield from said("answer", self, "because")
        for place, finding in enumerate(self.findings):
            yield from said("back", finding, "text", before=("findings", place))

    def refers(self) -> Iterator[Reference]:
        yield from super().refers()
        yield from ids("regions", ("region",), self.regions)
        yield from ids("muscles", ("muscle",), self.muscles)
        for place, finding in enumerate(self.findings):
            yield Reference(("source",), finding.source, ("findings", place, "source"))

    def cited(self, *facts: str) -> tuple[str, ...]:
        found = [*super().cited(*facts), *(finding.source for finding in self.findings)]
        return tuple(dict.fromkeys(found))
