"""What every kind of record shares: ids, texts, sources, and the validated border.

Behind this border a record is frozen and typed. What it names, says and is about follows from what its keys declare
(`keys`), so that one rule can check every reference of every kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Protocol

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError

from deckbuilder.core import addresses
from deckbuilder.core.diagnostics import Location
from deckbuilder.core.patterns import regex
from deckbuilder.records import walker
from deckbuilder.records.glosses import glosses
from deckbuilder.records.keys import (
    MAX_PROSE,
    NAMES_A,
    About,
    As,
    Asked,
    Cited,
    Gist,
    Graded,
    Listed,
    Named,
    Of,
    Opening,
    Reference,
    Said,
)
from deckbuilder.source import Document, Path_

ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_ID = regex(ID)
ROOT = regex(r"(?:C[1-8]|T(?:[1-9]|1[0-2])|L[1-5]|S[1-5]|Co1|CN (?:I{1,3}|I?V|VI{0,3}|I?X|XI{1,2}))")
MAX_TEXT = 2_000

# What a muscle attaches to.
SITE = ("landmark", "bone", "structure")

Tier = Literal["core", "useful", "deep"]
Evidence = Literal["textbook", "review", "single-study", "expert-opinion", "contested"]
# What a card is about; exams ask by topic. docs/source-cards.md says what each means.
Topic = Literal[
    "terminology",
    "planes",
    "joints",
    "bones",
    "anatomy",
    "attachments",
    "innervation",
    "joint-action",
    "muscle-roles",
    "synergy",
    "force-couple",
    "reciprocal-inhibition",
    "two-joint-muscles",
    "stabilization",
    "muscle-tissue",
    "fiber-types",
    "motor-units",
    "proprioceptors",
    "contraction",
    "length-tension",
    "force-velocity",
    "levers",
    "torque",
    "mechanics",
    "balance",
    "kinetic-chain",
    "posture",
    "movement-assessment",
    "exercise",
    "activation",
    "claim",
]


def _is_id(value: object) -> object:
    if isinstance(value, str) and not _ID.fullmatch(value):
        raise PydanticCustomError("bad-id", "'{value}' is not an id", {"value": value, "help": suggest_id(value)})
    return value


def _is_part_id(value: object) -> object:
    if isinstance(value, str):
        for step in value.split("/", 1):
            _is_id(step)
    return value


def near_id(value: str) -> str:
    """The id that a person will have meant, '' if there is none."""
    return re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")


def suggest_id(value: str) -> str:
    """The next step for an author whose id cannot be one."""
    near = near_id(value)
    rule = "ids are lower-case letters, digits and single hyphens"
    return f"{rule}; write '{near}'" if near else rule


def _text(value: object) -> object:
    if isinstance(value, str):
        if not value.strip():
            raise PydanticCustomError("empty-text", "the text is empty", {"help": "write it, or leave the key out"})
        return " ".join(value.split())
    return value


def _prose(value: object) -> object:
    if isinstance(value, str):
        if not value.strip():
            raise PydanticCustomError("empty-text", "the text is empty", {"help": "write it, or leave the key out"})
        return value.strip()
    return value


def _spinal_root(value: object) -> object:
    if isinstance(value, str) and not ROOT.fullmatch(value):
        raise PydanticCustomError(
            "bad-root",
            "'{value}' is neither a spinal root nor a cranial nerve",
            {"value": value, "help": "write C1-C8, T1-T12, L1-L5 or S1-S5; CN I to CN XII for a cranial nerve"},
        )
    return value


def _address(value: str) -> str:
    if value:
        try:
            addresses.link(value)
        except addresses.Unsound as error:
            message, help = "'{value}' leads nowhere: {why}", "write all of it, as a browser shows it"
            raise PydanticCustomError(
                "wrong-form", message, {"value": value, "why": str(error), "help": help}
            ) from None
    return value


Address = Annotated[str, AfterValidator(_address)]
Id = Annotated[str, BeforeValidator(_is_id), WithJsonSchema({"type": "string", "pattern": f"^{ID}$"})]
MuscleId = Annotated[
    str, BeforeValidator(_is_part_id), WithJsonSchema({"type": "string", "pattern": f"^{ID}(/{ID})?$"})
]
Text = Annotated[str, BeforeValidator(_text), Field(max_length=MAX_TEXT)]
Prose = Annotated[str, BeforeValidator(_prose), Field(max_length=MAX_PROSE)]
Root = Annotated[str, BeforeValidator(_spinal_root)]
# Never a guess: `true` is no number, and `"yes"` no flag.
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]


_COUNTS = {"two": 2, "three": 3, "four": 4}


def exactly(count: Literal["two", "three", "four"], form: str, of: str = "numbers") -> BeforeValidator:
    """That a list holds so many values, and in which form they are written."""

    def checked(value: object) -> object:
        if isinstance(value, list | tuple) and len(value) != _COUNTS[count]:
            told = {"count": count, "of": of, "found": len(value), "help": f"write {form}"}
            raise PydanticCustomError("wrong-type", "expected {count} {of}, found {found}", told)
        return value

    return BeforeValidator(checked)


def _bad_names() -> PydanticCustomError:
    return PydanticCustomError("bad-names", "expected an id, a list of ids, or a mapping of ids to details", {})


def _pairs(value: object) -> Iterable[tuple[object, object]]:
    """What is named, each with its detail, None where there is none."""
    if isinstance(value, dict):
        return value.items()
    if not isinstance(value, str | list):
        raise _bad_names()
    return [(each, None) for each in ([value] if isinstance(value, str) else value)]


def _one_named(name: object, detail: object) -> Named:
    if not isinstance(name, str) or not isinstance(detail, str | None):
        raise _bad_names()
    _is_part_id(name)
    return Named(name, " ".join((detail or "").split()))


def _named(value: object) -> object:
    found = [_one_named(name, detail) for name, detail in _pairs(value)]
    if not found:
        raise PydanticCustomError("empty-list", "the list is empty", {"help": "name something, or leave the key out"})
    if len({each.id for each in found}) < len(found):
        twice = next(each.id for each in found if sum(other.id == each.id for other in found) > 1)
        raise PydanticCustomError("named-twice", "'{id}' is named twice", {"id": twice, "help": "name it once"})
    return tuple(found)


_NAMES_SCHEMA = {
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
        {"type": "object", "additionalProperties": {"type": ["string", "null"]}, "minProperties": 1},
    ]
}
Names = Annotated[tuple[Named, ...], BeforeValidator(_named), WithJsonSchema(_NAMES_SCHEMA)]


def one_or_more(value: object) -> object:
    """A single text where a list may stand."""
    return (value,) if isinstance(value, str) else value


_IDS_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "uniqueItems": True}]}
Ids = Annotated[tuple[Id, ...], BeforeValidator(one_or_more), WithJsonSchema(_IDS_SCHEMA)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(one_or_more), WithJsonSchema(_IDS_SCHEMA)]
MuscleIds = Annotated[tuple[MuscleId, ...], BeforeValidator(one_or_more), WithJsonSchema(_IDS_SCHEMA)]


def _sources(value: object) -> object:
    by_fact = value if isinstance(value, dict) else {"all": value}
    return {fact: (ids,) if isinstance(ids, str) else ids for fact, ids in by_fact.items()}


_CITED = {"type": "string", NAMES_A: ["source"]}
_CITED_SCHEMA = {"anyOf": [_CITED, {"type": "array", "items": _CITED, "uniqueItems": True}]}
_SOURCES_SCHEMA = {"anyOf": [*_CITED_SCHEMA["anyOf"], {"type": "object", "additionalProperties": _CITED_SCHEMA}]}
Sources = Annotated[dict[str, tuple[Id, ...]], BeforeValidator(_sources), WithJsonSchema(_SOURCES_SCHEMA), Cited()]


class Model(BaseModel):
    """Strict and frozen: an unknown key or a number where text belongs is a fault, never a guess."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=False,
        str_strip_whitespace=False,
        coerce_numbers_to_str=False,
        defer_build=True,
    )
    # The key that is meant where a text stands alone, if the mapping around it may be left out (`OrAlone`).
    alone: ClassVar[str] = ""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """With what each key means."""
        found = handler(core)
        keys = handler.resolve_ref_schema(found)["properties"]
        for name, meaning in glosses(cls).items():
            keys[walker.key_of(cls, name)]["description"] = meaning
        return found


class OrAlone(Model):
    """A mapping in whose place the text of one of its keys may stand, that which `alone` names."""

    @model_validator(mode="before")
    @classmethod
    def _text_alone(cls, value: object) -> object:
        return {cls.alone: value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        mapping = super().__get_pydantic_json_schema__(core, handler)
        text_or_other = handler.resolve_ref_schema(mapping)["properties"][cls.alone]
        return {"anyOf": [text_or_other["anyOf"][0], mapping]}


class Picture(Model):
    """A file in `cards/media/`, with the words that stand in for it."""

    file: Text
    """Its name in cards/media/."""
    alt: Annotated[Text, As("alt")]
    """What is to be seen, for those who cannot see it. It must not hold the answer."""
    caption: Annotated[Text, As("back")] = ""
    """A line below the picture, on the back."""
    credit: Text = ""
    """Who made it, and under which license."""


class Complete(Model):
    """That a list of muscles is all there is: how many muscles the sources list, each of which is in this deck."""

    muscles: Annotated[Whole, Field(ge=1, le=1_000)]
    """How many muscles the sources list in all, prime movers among them; a muscle of which only a part does it counts as one."""
    sources: Annotated[Ids, Of("source"), Field(min_length=1)]
    """The sources that list all of them."""


# What a card may need to be taught before: kind and id, of a concept or of a landmark.
Lesson = tuple[str, str]


class Record(Model):
    """Anything with a kind and an id. Equal records are interchangeable; `document` remembers where one stands."""

    kind: ClassVar[str]
    _document: Document = PrivateAttr()

    id: Id
    lint: Annotated[dict[Id, Text], Listed("rule")] = {}
    """Exceptions from rules of the linter, each with its reason."""

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.id}"

    @property
    def document(self) -> Document:
        # As `self._document` it is ten times as slow, and it is asked for at every turn.
        found: Document = (self.__pydantic_private__ or {})["_document"]
        return found

    def locate(self, *path: str | int, key: bool = False) -> Location:
        """Where the value at `path` stands in the source."""
        return self.document.locate(path, key=key)

    def refers(self) -> list[Reference]:
        """Everything that this record names."""
        return walker.refers(self, self)

    def holds(self) -> list[tuple[str, str, Path_]]:
        """What has an id of its own within this record, as landmarks do: kind, id, and where the id stands."""
        return walker.holds(self)

    def subjects(self) -> tuple[Noted, ...]:
        """What this record makes a note of: nothing for vocabulary, itself for most, each comparison of a study."""
        return ()

    def texts(self) -> list[Said]:
        """Every text of it that learners read."""
        return walker.texts(self)


class Noted(Protocol):
    """What one note is made of: a record itself, or a part of it that has a note of its own.

    `path` leads to it within its record. `formerly` are the ids that the note had before, as `note_id` is written.
    """

    kind: ClassVar[str]
    numbered: ClassVar[str]
    asks_in_words: ClassVar[bool]

    @property
    def record(self) -> Subject: ...
    @property
    def path(self) -> Path_: ...
    @property
    def key(self) -> str: ...
    @property
    def note_id(self) -> str: ...
    @property
    def topic_id(self) -> str: ...
    @property
    def topics(self) -> tuple[str, ...]: ...
    @property
    def tier(self) -> str: ...
    @property
    def evidence(self) -> str: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def formerly(self) -> tuple[str, ...]: ...
    @property
    def retired(self) -> str: ...
    @property
    def numbers(self) -> tuple[int, ...]: ...
    @property
    def asks(self) -> tuple[tuple[int, str], ...]: ...

    def place(self, *path: str | int) -> Location: ...
    def where(self, number: int | None = None) -> Path_: ...
    def about(self) -> About: ...
    def cited(self, *facts: str) -> tuple[str, ...]: ...


class Subject(Record):
    """A record that learners see: it has sources, a tier, and a note.

    `numbered`: what the number of a card stands for, if cards go by numbers; `asks_in_words`: if what a number asks for
    is words, which may be put better, and no id.
    """

    numbered: ClassVar[str] = ""
    asks_in_words: ClassVar[bool] = False

    sources: Sources
    """Where the facts were read: one source, a list of them, or sources by fact: {all: …, nerve: …}."""
    evidence: Evidence = "textbook"
    """How good the support is."""
    tier: Tier = "useful"
    """How early a trainer needs it."""
    why: Annotated[Prose, As("back")] = ""
    """Why it matters, for the back."""
    hint: Annotated[Text, As("hint")] = ""
    """On the front, behind a button. It must not hold the answer."""
    picture: Picture | None = None
    """A picture of your own. A muscle without one shows the figure that `deckbuilder figures` drew."""
    tags: Annotated[tuple[str, ...], Listed("tag")] = ()
    """Further tags, without the root; each stands in deck.yaml under extra_tags."""
    formerly: Ids = ()
    """The ids that it had before, the oldest first: they keep the reviews. `deckbuilder rename` writes them."""
    retired: Text = ""
    """Why it is no longer taught. Learners keep the cards. `deckbuilder retire` writes it."""

    @property
    def topic_id(self) -> str:
        """The one topic that its tags name; a kind overrides it."""
        return "anatomy"

    @property
    def topics(self) -> tuple[str, ...]:
        """All that its cards are about, as the note type says of each: an exam that asks one of these asks for the note."""
        return (self.topic_id,)

    @property
    def note_id(self) -> str:
        return self.id

    @property
    def record(self) -> Subject:
        return self

    @property
    def path(self) -> Path_:
        return ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """Those of its cards, of a kind whose cards go by numbers."""
        return ()

    @property
    def asks(self) -> tuple[tuple[int, str], ...]:
        """What each number asks for: the lock remembers it, so that no number is given to something else."""
        return ()

    def where(self, number: int | None = None) -> Path_:
        """Where a number stands, or all of them."""
        return ()

    def place(self, *path: str | int) -> Location:
        """Where a value of this note stands in the source."""
        return self.locate(*path)

    def subjects(self) -> tuple[Noted, ...]:
        return (self,)

    def asked(self) -> list[Asked]:
        """The questions that its author put into words."""
        return walker.asked(self)

    def openings(self) -> list[Opening]:
        """How its cards open in its author's own words, beside what it asks."""
        return []

    def gist(self) -> Gist | None:
        """What it says or asks as a whole, of a kind that is one sentence of its author's."""
        return None

    def teaches(self) -> Iterator[tuple[int | None, Lesson]]:
        """What its cards teach that others may ask for: by the number of the card, None for its first one."""
        yield from ()

    def tells_apart(self) -> list[tuple[Path_, str, str]]:
        """What it says of one muscle that is not its own subject: where, the id of the muscle (or of a part), the words."""
        return []

    def graded(self, said: Iterable[Said] | None = None) -> list[Graded]:
        """What learners grade themselves on, where it is in its author's own words. `said`: its texts, if they are known."""
        return walker.graded(self.texts() if said is None else said)

    @cached_property
    def tagged_with(self) -> About:
        """What `about` tells, which tags, cards and rules ask for."""
        return walker.about(self)

    def about(self) -> About:
        """What its tags are derived from."""
        return self.tagged_with

    def cited(self, *facts: str) -> tuple[str, ...]:
        """The ids of the sources for these facts, those for all of them first, each once."""
        found = [id for fact in ("all", *(facts or self.sources)) for id in self.sources.get(fact, ())]
        return tuple(dict.fromkeys(found))


class Roster(Subject):
    """A record from which a list of muscles follows. Nobody is asked for the list unless it is known to be complete."""

    complete: Complete | None = None
    """That all muscles of its list are in this deck, by which sources. Without it no card asks for the list."""

    def cited(self, *facts: str) -> tuple[str, ...]:
        """Those that list the muscles as well."""
        listing = self.complete.sources if self.complete and not facts else ()
        return tuple(dict.fromkeys((*super().cited(*facts), *listing)))
