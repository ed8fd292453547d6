"""A group of muscles. Its members are the muscles that name it; here stands what tells them apart."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from deckbuilder.records.base import Complete, Id, Model, MuscleId, Roster, Text, Texts
from deckbuilder.records.keys import As, Of, Tagged
from deckbuilder.source import Path_


class OddOneOut(Model):
    """Four muscles of which one does not belong, and why."""

    among: Annotated[tuple[MuscleId, ...], Of("muscle")] = Field(min_length=3, max_length=5)
    """Three to five muscles, one of which does not belong."""
    odd: Annotated[MuscleId, Of("muscle")]
    """The one that does not belong."""
    because: Annotated[Text, As("answer", graded="sentence", called="the reason")]
    """Why it does not."""


class RightOfGroup(Model):
    """What else is right on the cards of a group."""

    name: Annotated[Texts, As("back")] = ()
    """Other names of the group."""
    members: Annotated[Texts, As("back")] = ()
    """Muscles that some sources count with it."""
    shared: Annotated[Texts, As("back")] = ()
    """What its members have in common as well."""


class Group(Roster):
    """A muscle group."""

    kind: ClassVar[str] = "group"
    id: Annotated[Id, Tagged("groups")] = Field(validation_alias="group")
    """The id of the group; its members name it under groups."""
    name: Annotated[Text, As("name")]
    """As learners read it."""
    region: Annotated[Id, Of("region"), Tagged("regions")]
    """The part of the body that it is listed in."""
    complete: Complete
    """How many muscles belong to it, by which sources: all of its cards ask for what follows from the whole."""
    tell_apart: Annotated[dict[Id, Text], Of("muscle"), As("back")] = {}
    """A word or two for each member that no other member shares."""
    mnemonic: Annotated[Text, As("back")] = ""
    """What helps to remember the members."""
    also_right: RightOfGroup | None = None
    """What else is right, by what is asked: the back says so."""
    odd_one_out: OddOneOut | None = None
    """A card that asks which muscle does not belong."""

    def tells_apart(self) -> list[tuple[Path_, str, str]]:
        odd = self.odd_one_out
        last: list[tuple[Path_, str, str]] = [(("odd_one_out", "because"), odd.odd, odd.because)] if odd else []
        return [*((("tell_apart", id), id, text) for id, text in self.tell_apart.items()), *last]
