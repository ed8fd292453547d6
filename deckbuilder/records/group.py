"""A group of muscles. Its members are the muscles that name it; here stands what tells them apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from deckbuilder.records.base import About, Id, Model, MuscleId, Of, Reference, Said, Subject, Text, ids, said


class OddOneOut(Model):
    """Four muscles of which one does not belong, and why."""

    among: Annotated[tuple[MuscleId, ...], Of("muscle")] = Field(min_length=3, max_length=5)
    """Three to five muscles, one of which does not belong."""
    odd: Annotated[MuscleId, Of("muscle")]
    """The one that does not belong."""
    because: Text
    """Why it does not."""


class Group(Subject):
    """A muscle group."""

    kind: ClassVar[str] = "group"
    id: Id = Field(validation_alias="group")
    """The id of the group; its members name it under groups."""
    name: Text
    """As learners read it."""
    region: Annotated[Id, Of("region")]
    """The part of the body that it is listed in."""
    tell_apart: Annotated[dict[Id, Text], Of("muscle")] = {}
    """A word or two for each member that no other member shares."""
    mnemonic: Text = ""
    """What helps to remember the members."""
    odd_one_out: OddOneOut | None = None
    """A card that asks which muscle does not belong."""

    def about(self) -> About:
        return About(groups=(self.id,), regions=(self.region,))

    def texts(self) -> Iterator[Said]:
        yield from super().texts()
        yield from said("name", self, "name")
        yield from said("back", self, "tell_apart", "mnemonic")
        if self.odd_one_out:
            yield from said("answer", self.odd_one_out, "because", before=("odd_one_out",))

    def refers(self) -> Iterator[Reference]:
        yield from super().refers()
        yield Reference(("region",), self.region, ("region",))
        for muscle in self.tell_apart:
            yield Reference(("muscle",), muscle, ("tell_apart", muscle), named=True)
        if self.odd_one_out:
            yield from ids("among", ("muscle",), self.odd_one_out.among, "odd_one_out")
            yield Reference(("muscle",), self.odd_one_out.odd, ("odd_one_out", "odd"))
