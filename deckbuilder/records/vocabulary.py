"""The words that other records use: regions, bones, joints, nerves, terms, sources. They have no cards."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema

from deckbuilder.core import addresses, letters
from deckbuilder.records.base import (
    Address,
    Complete,
    Id,
    Ids,
    Model,
    Prose,
    Record,
    Root,
    Sources,
    Text,
    Whole,
    one_or_more,
)
from deckbuilder.records.keys import As, Holds, Of

Files = Annotated[
    tuple[Text, ...],
    BeforeValidator(one_or_more),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]


# A page is any other: a blog, a shop, a dictionary, an atlas on the web, students' flashcards.
SourceType = Literal["book", "paper", "course", "exam", "page"]
Side = Literal["medial", "lateral", "anterior", "posterior", "proximal", "distal"]
_SIDE = {"type": "string", "enum": list(get_args(Side))}
Sides = Annotated[
    tuple[Side, ...],
    BeforeValidator(one_or_more),
    Field(min_length=1, max_length=3),
    WithJsonSchema({"anyOf": [_SIDE, {"type": "array", "items": _SIDE, "minItems": 1, "maxItems": 3}]}),
]


class Region(Record):
    """A part of the body; `part_of` gives the trail, compartments the muscle tags."""

    kind: ClassVar[str] = "region"
    id: Id = Field(validation_alias="region")
    """The id of the part of the body."""
    name: Annotated[Text, As("name")]
    """As learners read it."""
    part_of: Annotated[Id | None, Of("region")] = None
    """The larger part of the body that it belongs to."""
    compartments: Annotated[dict[Id, Text], Holds("compartment", within=True), As("name")] = {}
    """Its compartments, id and name; muscles name them."""
    complete: Complete | None = None
    """That all of its muscles, those of its parts among them, are in this deck: what belongs to one of them alone can be asked."""


class Enough(Model):
    """Landmarks that are parts of another one, which suffices where they are asked for."""

    whole: Annotated[Id, Of("landmark")]
    """The landmark that suffices as an answer: greater-trochanter."""
    parts: Annotated[Ids, Of("landmark"), Field(min_length=1)]
    """Its parts: lateral-facet-of-greater-trochanter."""


class Bone(Record):
    """A bone with the landmarks that muscles attach to. Landmark ids are unique over all bones.

    `moves_with`: the bone to which it is fixed, as far as the deck's joints go. `sides`: where on the bone a landmark
    lies, where that is beyond doubt.
    """

    kind: ClassVar[str] = "bone"
    id: Id = Field(validation_alias="bone")
    """The id of the bone."""
    name: Annotated[Text, As("name")]
    """As learners read it."""
    region: Annotated[Id, Of("region")]
    """The part of the body that it is listed in."""
    landmarks: Annotated[dict[Id, Text], Holds("landmark"), As("name")] = {}
    """What muscles attach to, id and name. An id belongs to one bone only."""
    moves_with: Annotated[Id | None, Of("bone")] = None
    """The bone to which it is fixed, as far as the joints of the deck go."""
    sides: Annotated[dict[Id, Sides], Of("landmark")] = {}
    """Where on the bone a landmark lies, where that is beyond doubt."""
    enough: tuple[Enough, ...] = ()
    """Landmarks that are parts of another one: who names the whole is right, and the part stands below in small print."""


class Structure(Record):
    """A ligament, fascia or meniscus that a muscle attaches to, and the bones where its pull ends."""

    kind: ClassVar[str] = "structure"
    id: Id = Field(validation_alias="structure")
    """The id of the ligament, fascia or meniscus."""
    name: Annotated[Text, As("name")]
    """As learners read it."""
    region: Annotated[Id, Of("region")]
    """The part of the body that it is listed in."""
    bones: Annotated[Ids, Of("bone")] = ()
    """The bones where a pull on it ends."""


class Joint(Record):
    """Where bones move on each other; its movements are the `action` records that name it."""

    kind: ClassVar[str] = "joint"
    id: Id = Field(validation_alias="joint")
    """The id of the joint."""
    name: Annotated[Text, As("name")]
    """As learners read it."""
    region: Annotated[Id, Of("region")]
    """The part of the body that it is listed in."""
    bones: Annotated[Ids, Of("bone")]
    """The bones that it joins, the proximal one first."""


class Nerve(Record):
    """A nerve and the spinal roots that it carries; a cranial nerve carries itself, and roots as well where they join it."""

    kind: ClassVar[str] = "nerve"
    id: Id = Field(validation_alias="nerve")
    """The id of the nerve."""
    name: Annotated[Text, As("name")]
    """As learners read it."""
    roots: tuple[Root, ...] = Field(min_length=1)
    """The spinal roots that it carries: [L5, S1, S2]; for a cranial nerve its number: [CN VII], or [CN XI, C1, C2]."""
    part_of: Annotated[Id | None, Of("nerve")] = None
    """The nerve that it branches from."""
    sources: Sources = {}
    """Where its roots were read."""


class Term(Record):
    """A glossary entry; every abbreviation on a card has one."""

    kind: ClassVar[str] = "term"
    id: Id = Field(validation_alias="term")
    """The id of the glossary entry."""
    name: Annotated[Text, As("name")]
    """The term in full."""
    short: Text = ""
    """The abbreviation, as cards use it."""
    means: Annotated[Prose, As("back")]
    """What it means."""


class Source(Record):
    """A book, a paper or a page, and what of it was read where."""

    kind: ClassVar[str] = "source"
    id: Id = Field(validation_alias="source")
    """The id by which records cite it."""
    authors: Text = ""
    """Who wrote it: Contreras B, Vigotsky AD."""
    title: Text
    """Its title."""
    type: SourceType | None = None
    """What it is: a book, a paper, a course of a university, what a certifier or a school for its exam wrote, or any other page."""
    within: Text = Field("", validation_alias="in")
    """The journal or the book that it stands in."""
    year: Whole | None = Field(None, ge=1500, le=2200)
    """The year in which it came out."""
    where: Text = ""
    """Volume and pages, or the section."""
    publisher: Text = ""
    """Who published it."""
    doi: str = Field("", pattern=r"^10\.\d{4,9}/\S+$|^$")
    """Its DOI, only if it was seen."""
    url: Address = Field("", pattern=r"^https?://\S+$|^$")
    """Its address, only if it was seen."""
    license: Text = ""
    """The license it stands under."""
    read: Text
    """What of it was read: abstract, full text, section, table."""
    read_at: Text = ""
    """Where it was read."""
    read_on: Text = ""
    """The day on which it was read."""

    @property
    def link(self) -> str:
        """Where it is found, '' if nothing says so: the DOI, which stays, before the address."""
        return addresses.of_doi(self.doi) if self.doi else addresses.link(self.url) if self.url else ""


class Credit(Record):
    """Who made which pictures of `cards/media/`, under which license, and after what."""

    kind: ClassVar[str] = "credit"
    id: Id = Field(validation_alias="credit")
    """The id of the credit."""
    files: Files
    """Names or patterns of files, from cards/media/ on."""
    author: Text
    """Who made them."""
    license: Text
    """The license they stand under."""
    after: Text = ""
    """What they were made after, with its license."""
    url: Address = Field("", pattern=r"^https?://\S+$|^$")
    """Where that is found."""

    def covers(self, file: str) -> bool:
        """Whether it speaks of the file, named from `cards/media/` on, with `/`, in NFC."""
        return any(fnmatchcase(file, letters.composed(pattern)) for pattern in self.files)

    @property
    def line(self) -> str:
        """One sentence that may stand on a card."""
        after = f" {self.after.rstrip('.')}." if self.after else ""
        return f"Pictures: {self.author}, {self.license}.{after}"
