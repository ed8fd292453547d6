"""The words that other records use: regions, bones, joints, nerves, terms, sources, exams. They have no cards."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from deckbuilder.records.base import (
    Id,
    Ids,
    Model,
    Prose,
    Record,
    Reference,
    Root,
    Said,
    Sources,
    Text,
    Topic,
    Whole,
    citations,
    ids,
    one_or_more,
    said,
)

Files = Annotated[
    tuple[Text, ...],
    BeforeValidator(one_or_more),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]


Side = Literal["medial", "lateral", "anterior", "posterior", "proximal", "distal"]
Sides = Annotated[tuple[Side, ...], BeforeValidator(one_or_more), Field(min_length=1, max_length=3)]


class Region(Record):
    """A part of the body; `part_of` gives the trail, compartments the muscle tags."""

    kind: ClassVar[str] = "region"
    id: Id = Field(validation_alias="region")
    name: Text
    part_of: Id | None = None
    compartments: dict[Id, Text] = {}

    def texts(self) -> Iterator[Said]:
        yield from said("name", self, "name", "compartments")

    def refers(self) -> Iterator[Reference]:
        if self.part_of:
            yield Reference(("region",), self.part_of, ("part_of",))


class Bone(Record):
    """A bone with the landmarks that muscles attach to. Landmark ids are unique over all bones.

    `moves_with`: the bone to which it is fixed, as far as the deck's joints go. `sides`: where on the bone a landmark
    lies, where that is beyond doubt.
    """

    kind: ClassVar[str] = "bone"
    id: Id = Field(validation_alias="bone")
    name: Text
    region: Id
    landmarks: dict[Id, Text] = {}
    moves_with: Id | None = None
    sides: dict[Id, Sides] = {}

    def texts(self) -> Iterator[Said]:
        yield from said("name", self, "name", "landmarks")

    def refers(self) -> Iterator[Reference]:
        yield Reference(("region",), self.region, ("region",))
        if self.moves_with:
            yield Reference(("bone",), self.moves_with, ("moves_with",))
        for landmark in self.sides:
            yield Reference(("landmark",), landmark, ("sides", landmark), named=True)


class Structure(Record):
    """A ligament, fascia or meniscus that a muscle attaches to, and the bones where its pull ends."""

    kind: ClassVar[str] = "structure"
    id: Id = Field(validation_alias="structure")
    name: Text
    region: Id
    bones: Ids = ()

    def texts(self) -> Iterator[Said]:
        yield from said("name", self, "name")

    def refers(self) -> Iterator[Reference]:
        yield Reference(("region",), self.region, ("region",))
        yield from ids("bones", ("bone",), self.bones)


class Joint(Record):
    """Where bones move on each other; its movements are the `action` records that name it."""

    kind: ClassVar[str] = "joint"
    id: Id = Field(validation_alias="joint")
    name: Text
    region: Id
    bones: Ids

    def texts(self) -> Iterator[Said]:
        yield from said("name", self, "name")

    def refers(self) -> Iterator[Reference]:
        yield Reference(("region",), self.region, ("region",))
        yield from ids("bones", ("bone",), self.bones)


class Nerve(Record):
    """A nerve and the spinal roots that it carries."""

    kind: ClassVar[str] = "nerve"
    id: Id = Field(validation_alias="nerve")
    name: Text
    roots: tuple[Root, ...] = Field(min_length=1)
    part_of: Id | None = None
    sources: Sources = {}

    def texts(self) -> Iterator[Said]:
        yield from said("name", self, "name")

    def refers(self) -> Iterator[Reference]:
        if self.part_of:
            yield Reference(("nerve",), self.part_of, ("part_of",))
        yield from citations(self.sources, self._document)


class Term(Record):
    """A glossary entry; every abbreviation on a card has one."""

    kind: ClassVar[str] = "term"
    id: Id = Field(validation_alias="term")
    name: Text
    short: Text = ""
    means: Prose

    def texts(self) -> Iterator[Said]:
        yield from said("name", self, "name")
        yield from said("back", self, "means")


class Source(Record):
    """A book, a paper or a page, and what of it was read where."""

    kind: ClassVar[str] = "source"
    id: Id = Field(validation_alias="source")
    authors: Text = ""
    title: Text
    within: Text = Field("", validation_alias="in")
    year: Whole | None = Field(None, ge=1500, le=2200)
    where: Text = ""
    publisher: Text = ""
    doi: str = Field("", pattern=r"^10\.\d{4,9}/\S+$|^$")
    url: str = Field("", pattern=r"^https?://\S+$|^$")
    licence: Text = ""
    read: Text
    read_at: Text = ""
    read_on: Text = ""


class Credit(Record):
    """Who made which pictures of `cards/media/`, under which licence, and after what."""

    kind: ClassVar[str] = "credit"
    id: Id = Field(validation_alias="credit")
    files: Files
    author: Text
    licence: Text
    after: Text = ""
    url: str = Field("", pattern=r"^https?://\S+$|^$")

    def covers(self, file: str) -> bool:
        """Whether it speaks of the file, named from `cards/media/` on, with `/`."""
        return any(fnmatchcase(file, pattern) for pattern in self.files)

    @property
    def line(self) -> str:
        """One sentence that may stand on a card."""
        after = f" {self.after.rstrip('.')}." if self.after else ""
        return f"Pictures: {self.author}, {self.licence}.{after}"


class Domain(Model):
    """A part of an exam and the topics that it asks."""

    name: Text
    topics: tuple[Topic, ...] = ()


class Exam(Record):
    """An exam's blueprint as of a date: data, because outlines change."""

    kind: ClassVar[str] = "exam"
    id: Id = Field(validation_alias="exam")
    name: Text
    as_of: Text = Field(pattern=r"^\d{4}-\d{2}$")
    domains: dict[Id, Domain]
    sources: Sources = {}

    def refers(self) -> Iterator[Reference]:
        yield from citations(self.sources, self._document)
