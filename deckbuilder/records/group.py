"""A group of muscles. Its members are the muscles that name it; here stands what tells them apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from deckbuilder.records.base import About, Id, Model, MuscleId, Reference, Said, Subject, Text, ids, said


class OddOneOut(Model):
    """Four muscles of which one does not belong, and why."""

    among: tuple[MuscleId, ...] = Field(min_length=3, max_length=5)
    odd: MuscleId
    because: Text


class Group(Subject):
    """A muscle group."""

    kind: ClassVar[str] = "group"
    id: Id = Field(validation_alias="group")
    name: Text
    region: Id
    tell_apart: dict[Id, Text] = {}
    mnemonic: Text = ""
    odd_one_out: OddOneOut | None = None

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
