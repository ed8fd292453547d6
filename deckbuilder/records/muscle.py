"""A muscle: where it comes from, where it goes, what it does, what drives it; as a whole or by heads and parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from deckbuilder.records import walker
from deckbuilder.records.base import SITE, Id, Ids, Model, MuscleId, Names, Root, Subject, Text, Texts
from deckbuilder.records.keys import About, As, Holds, Listed, Named, Of, Tagged
from deckbuilder.source import Path_

ASKED = ("origin", "insertion", "actions", "nerve")

_DETAIL = As("answer", graded="part", called="the detail")
Sites = Annotated[Names, Of(*SITE), _DETAIL]
Movements = Annotated[Names, Of("action"), _DETAIL]
Nerves = Annotated[Names, Of("nerve"), _DETAIL]


class Part(Model):
    """A head or a part. What it does not state, it takes from its muscle."""

    name: Annotated[Text, As("name")] = ""
    """Its name, where it cannot be read from the id: Upper fibers."""
    origin: Sites = ()
    """Where this part comes from."""
    insertion: Sites = ()
    """Where this part goes to; that of the muscle if left out."""
    actions: Movements = ()
    """What this part does; as the muscle if left out."""
    nerve: Nerves = ()
    """What drives this part; as the muscle if left out."""
    roots: tuple[Root, ...] = ()
    """The spinal roots of this part, where they are not all of its nerve."""


class Runs(Model):
    """From where to where a muscle runs, in the few words that suffice: '{from: outer side of the ilium, to: greater trochanter}'."""

    start: Annotated[Text, As("answer", graded="part", called="where it comes from")] = Field(validation_alias="from")
    """Where it comes from, at the level of bones: outer side of the ilium."""
    to: Annotated[Text, As("answer", graded="part", called="where it goes to")]
    """Where it goes to, at the level of bones: greater trochanter."""


class RightOfMuscle(Model):
    """What else is right on the cards of a muscle."""

    name: Annotated[Texts, As("back")] = ()
    """Other names of the muscle: peroneus longus for fibularis longus."""
    runs: Annotated[Texts, As("back")] = ()
    """Beside from where to where it runs."""
    origin: Annotated[Texts, As("back")] = ()
    """Beside its origin."""
    insertion: Annotated[Texts, As("back")] = ()
    """Beside its insertion."""
    actions: Annotated[Texts, As("back")] = ()
    """Beside its actions, such as weak ones on which sources differ."""
    nerve: Annotated[Texts, As("back")] = ()
    """Beside its nerve, such as roots that other books give."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One answer part: what is named, the small print, and the head or part it is true of ('' for the whole)."""

    id: str
    detail: str
    part: str = ""


class Muscle(Subject):
    """One muscle, one note, a card for each question about it."""

    kind: ClassVar[str] = "muscle"
    id: Annotated[Id, Tagged("muscles")] = Field(validation_alias="muscle")
    """The id of the muscle; it never changes but by `deckbuilder rename`."""
    name: Annotated[Text, As("name")]
    """As learners read it."""
    latin: Annotated[Text, As("name")] = ""
    """The Latin name in full: Musculus biceps femoris."""
    say: Annotated[Text, As("name")] = ""
    """How it is said, respelled: BY-seps FEM-or-iss."""
    region: Annotated[Id, Of("region"), Tagged("regions")]
    """The part of the body that it is listed in."""
    compartment: Annotated[Id | None, Listed("compartment")] = None
    """One of the compartments of its region."""
    groups: Annotated[Ids, Of("group"), Tagged("groups")] = ()
    """The groups that it is a member of."""
    origin: Sites = ()
    """Where it comes from: landmarks, bones or structures, each with a detail if one is needed."""
    insertion: Sites = ()
    """Where it goes to: landmarks, bones or structures, each with a detail if one is needed."""
    runs: Runs | None = None
    """From where to where it runs, in the words that suffice on a card of its own; without them there is none."""
    actions: Movements = ()
    """The movements that it produces, each at a joint that it crosses."""
    nerve: Nerves = ()
    """The nerve, or nerves, that drive it."""
    roots: tuple[Root, ...] = ()
    """Its spinal roots, where they are not all of its nerve; the number of a cranial nerve: CN XI."""
    heads: Annotated[dict[Id, Part], Holds("muscle", within=True)] = {}
    """Its heads by id. What a head does not state, it takes from the muscle."""
    parts: Annotated[dict[Id, Part], Holds("muscle", within=True)] = {}
    """Its parts by id, if they are not called heads. What a part does not state, it takes from the muscle."""
    also_right: RightOfMuscle | None = None
    """What else is right, by what is asked: the back says so."""
    confuse_with: Annotated[dict[MuscleId, Text], Of("muscle"), As("back")] = {}
    """The muscles that it is easily taken for, and what tells them apart."""

    @cached_property
    def worked_out(self) -> dict[tuple[str, str], tuple[Fact, ...]]:
        """What `facts` found before; asked dozens of times for every note."""
        return {}

    @cached_property
    def names_in(self) -> dict[str, frozenset[str]]:
        """What `named` found before."""
        return {}

    @model_validator(mode="after")
    def _heads_or_parts(self) -> Muscle:
        if self.heads and self.parts:
            raise PydanticCustomError(
                "heads-and-parts",
                "a muscle has heads or parts, not both",
                {"help": "put them under one of the two keys"},
            )
        return self

    @property
    def divisions(self) -> dict[str, Part]:
        """Its heads or parts by id; empty for a muscle that is one whole."""
        return self.heads or self.parts

    def part_name(self, part: str) -> str:
        """'Long head' for `long-head`, or the name that the part gives itself."""
        return self.divisions[part].name or part.replace("-", " ").capitalize()

    def stated(self, about: str, part: str = "") -> tuple[str, ...]:
        """The path in the source to what is stated about a part, or by the first that states it if the whole does not."""
        own = part or (
            ""
            if getattr(self, about)
            else next((id for id, each in self.divisions.items() if getattr(each, about)), "")
        )
        if own:
            return ("heads" if self.heads else "parts", own, about)
        return (about,) if getattr(self, about) else ()

    def facts(self, about: str, part: str = "") -> tuple[Fact, ...]:
        """The answer parts about 'origin', 'insertion', 'actions' or 'nerve'.

        For the whole muscle, facts that all divisions share carry no part; with `part`, only what is true of it.
        """
        key = (about, part)
        found = self.worked_out.get(key)
        if found is None:
            found = self.worked_out[key] = self._work_out(about, part)
        return found

    def _work_out(self, about: str, part: str) -> tuple[Fact, ...]:
        if part:
            own: tuple[Named, ...] = getattr(self.divisions[part], about) or getattr(self, about)
            return tuple(Fact(each.id, each.detail, part) for each in own)
        if not self.divisions:  # nearly every muscle
            return tuple(Fact(each.id, each.detail) for each in getattr(self, about))
        return tuple(self._of_the_whole(about))

    def _of_the_whole(self, about: str) -> list[Fact]:
        found = [Fact(each.id, each.detail) for each in getattr(self, about)]
        shared = self._shared(about)
        for name, division in self.divisions.items():
            for each in getattr(division, about):
                if each.detail or each.id not in shared:
                    found.append(Fact(each.id, each.detail, name))
                elif all(fact.id != each.id for fact in found):
                    found.append(Fact(each.id, ""))
        return found

    def _shared(self, about: str) -> frozenset[str]:
        """What every division states, and with it the muscle as a whole."""
        stated = [frozenset(each.id for each in getattr(division, about)) for division in self.divisions.values()]
        return frozenset.intersection(*stated) if stated else frozenset()

    def named(self, about: str) -> frozenset[str]:
        """The ids named anywhere in the muscle about 'origin', 'insertion', 'actions' or 'nerve'."""
        found = self.names_in.get(about)
        if found is None:
            found = self.names_in[about] = frozenset(fact.id for fact in self.facts(about))
        return found

    @property
    def topics(self) -> tuple[str, ...]:
        return ("anatomy", "attachments", "joint-action", "innervation")

    @cached_property
    def tagged_with(self) -> About:
        """With the movements of its parts."""
        return walker.about(self, moves=tuple(sorted(self.named("actions"))))

    def tells_apart(self) -> list[tuple[Path_, str, str]]:
        return [(("confuse_with", id), id, text) for id, text in self.confuse_with.items()]
