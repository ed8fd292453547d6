"""What every kind of record shares: ids, references, sources, and the validated border.

Behind this border a record is frozen and typed. `Record.refers` lists what it names, so that one rule can
check every reference of every kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PrivateAttr,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError

from deckbuilder.core import addresses
from deckbuilder.core.diagnostics import Location
from deckbuilder.records.meanings import meanings
from deckbuilder.source import Document, Path_

ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_ID = re.compile(ID)
ROOT = re.compile(r"(?:C[1-8]|T(?:[1-9]|1[0-2])|L[1-5]|S[1-5]|Co1|CN (?:I{1,3}|I?V|VI{0,3}|I?X|XI{1,2}))")
MAX_TEXT = 2_000
MAX_PROSE = 8_000

# What a muscle attaches to.
SITE = ("landmark", "bone", "structure")

Tier = Literal["core", "useful", "deep"]
Evidence = Literal["textbook", "review", "single-study", "expert-opinion", "contested"]
Topic = Literal[
    "anatomy",
    "joint-action",
    "synergy",
    "force-couple",
    "reciprocal-inhibition",
    "activation",
    "exercise",
    "claim",
    "terminology",
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


# In a schema, next to a text that is an id: the kinds of record that may answer to it. Editors offer their ids.
NAMES_A = "x-names"


@dataclass(frozen=True, slots=True)
class Of:
    """That the ids in a field are those of records of these kinds: `Annotated[Ids, Of("region")]`.

    For schemas alone; what makes sure that the record is there is `Record.refers`.
    """

    kinds: tuple[str, ...]

    def __init__(self, *kinds: str) -> None:
        object.__setattr__(self, "kinds", kinds)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return self._marked(handler(core))

    def _marked(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The id itself is marked, each of a list, or the keys of a mapping."""
        found = dict(schema)
        for key in ("anyOf", "prefixItems"):
            if key in found:
                found[key] = [self._marked(each) for each in found[key]]
        if isinstance(found.get("items"), dict):
            found["items"] = self._marked(found["items"])
        if found.get("type") == "string":
            found[NAMES_A] = list(self.kinds)
        elif found.get("type") == "object":
            found["propertyNames"] = {NAMES_A: list(self.kinds)}
        return found


@dataclass(frozen=True, slots=True)
class Named:
    """Something that a record names, with a detail in small print: `{linea-aspera: lateral lip}`."""

    id: str
    detail: str = ""


def _named(value: object) -> object:
    if isinstance(value, str):
        pairs: list[tuple[object, object]] = [(value, None)]
    elif isinstance(value, list):
        pairs = [(each, None) for each in value]
    elif isinstance(value, dict):
        pairs = list(value.items())
    else:
        raise PydanticCustomError("bad-names", "expected an id, a list of ids, or a mapping of ids to details", {})
    found = []
    for name, detail in pairs:
        if not isinstance(name, str) or not (detail is None or isinstance(detail, str)):
            raise PydanticCustomError("bad-names", "expected an id, a list of ids, or a mapping of ids to details", {})
        _is_part_id(name)
        found.append(Named(name, " ".join((detail or "").split())))
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
MuscleIds = Annotated[tuple[MuscleId, ...], BeforeValidator(one_or_more), WithJsonSchema(_IDS_SCHEMA)]


def _sources(value: object) -> object:
    by_fact = value if isinstance(value, dict) else {"all": value}
    return {fact: (ids,) if isinstance(ids, str) else ids for fact, ids in by_fact.items()}


_CITED = {"type": "string", NAMES_A: ["source"]}
_CITED_SCHEMA = {"anyOf": [_CITED, {"type": "array", "items": _CITED, "uniqueItems": True}]}
_SOURCES_SCHEMA = {"anyOf": [*_CITED_SCHEMA["anyOf"], {"type": "object", "additionalProperties": _CITED_SCHEMA}]}
Sources = Annotated[dict[str, tuple[Id, ...]], BeforeValidator(_sources), WithJsonSchema(_SOURCES_SCHEMA)]


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

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """With what each key means."""
        found = handler(core)
        keys = handler.resolve_ref_schema(found)["properties"]
        for name, meaning in meanings(cls).items():
            keys[str(cls.model_fields[name].validation_alias or name)]["description"] = meaning
        return found


class Picture(Model):
    """A file in `cards/media/`, with the words that stand in for it."""

    file: Text
    """Its name in cards/media/."""
    alt: Text
    """What is to be seen, for those who cannot see it. It must not hold the answer."""
    caption: Text = ""
    """A line below the picture, on the back."""
    credit: Text = ""
    """Who made it, and under which licence."""


@dataclass(frozen=True, slots=True)
class Reference:
    """That a record names another: any of `kinds` may answer to `id`. `path` leads to the place in the source.

    `named`: the path ends in the id itself, which is the key of a mapping, or an item to be found by its name.
    """

    kinds: tuple[str, ...]
    id: str
    path: Path_
    named: bool = False


Role = Literal["name", "front", "hint", "answer", "back", "alt"]


@dataclass(frozen=True, slots=True)
class Said:
    """A text that learners read, where it stands in the source, and what it is on a card.

    `answer`: what is graded, `back`: what stands beside it, `alt`: what stands in for a picture.
    """

    path: Path_
    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in an author's own words, and the answers that make it right. What templates ask is not here.

    `also`: what stands on the front beside it.
    """

    front: Said
    answers: tuple[Said, ...]
    also: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class About:
    """What a note is about, by id: its tags follow from this. Joints and planes follow from `moves`."""

    muscles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()
    planes: bool = False
    actions: tuple[str, ...] = ()
    exercises: tuple[str, ...] = ()


class Record(Model):
    """Anything with a kind and an id. Equal records are interchangeable; `document` remembers where one stands."""

    kind: ClassVar[str]
    _document: Document = PrivateAttr()

    id: Id
    lint: Annotated[dict[Id, Text], Of("rule")] = {}
    """Exceptions from rules of the linter, each with its reason."""

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.id}"

    @property
    def document(self) -> Document:
        return self._document

    def locate(self, *path: str | int, key: bool = False) -> Location:
        """Where the value at `path` stands in the source."""
        return self._document.locate(path, key=key)

    def refers(self) -> Iterator[Reference]:
        """Everything that this record names."""
        return iter(())

    def subjects(self) -> tuple[Any, ...]:
        """What this record makes a note of: nothing for vocabulary, itself for most, each comparison of a study."""
        return ()

    def texts(self) -> Iterator[Said]:
        """Every text of it that learners read."""
        return iter(())


class Subject(Record):
    """A record that learners see: it has sources, a tier, and a note."""

    sources: Sources
    """Where the facts were read: one source, a list of them, or sources by fact: {all: …, nerve: …}."""
    evidence: Evidence = "textbook"
    """How good the support is."""
    tier: Tier = "useful"
    """How early a trainer needs it."""
    why: Prose = ""
    """Why it matters, for the back."""
    hint: Text = ""
    """On the front, behind a button. It must not hold the answer."""
    picture: Picture | None = None
    """A picture of your own. A muscle without one shows the figure that `deckbuilder figures` drew."""
    tags: Annotated[tuple[str, ...], Of("tag")] = ()
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
    def note_id(self) -> str:
        return self.id

    @property
    def record(self) -> Record:
        return self

    def place(self, *path: str | int) -> Location:
        """Where a value of this note stands in the source."""
        return self.locate(*path)

    def refers(self) -> Iterator[Reference]:
        yield from citations(self.sources, self._document)

    def texts(self) -> Iterator[Said]:
        yield from said("back", self, "why")
        yield from said("hint", self, "hint")
        if self.picture:
            yield from said("alt", self.picture, "alt", before=("picture",))
            yield from said("back", self.picture, "caption", before=("picture",))

    def asked(self) -> Iterator[Asked]:
        """The questions that its author put into words."""
        return iter(())

    def subjects(self) -> tuple[Any, ...]:
        return (self,)

    def about(self) -> About:
        """What its tags are derived from."""
        return About(regions=getattr(self, "regions", ()), muscles=getattr(self, "muscles", ()))

    def cited(self, *facts: str) -> tuple[str, ...]:
        """The ids of the sources for these facts, those for all of them first, each once."""
        found = [id for fact in ("all", *(facts or self.sources)) for id in self.sources.get(fact, ())]
        return tuple(dict.fromkeys(found))


def said(role: Role, holder: Any, *keys: str, before: Path_ = ()) -> Iterator[Said]:
    """The texts under these keys that are not empty. A mapping of ids to texts has one a key."""
    for key in keys:
        value = getattr(holder, key)
        if isinstance(value, dict):
            for id, text in value.items():
                yield Said((*before, key, id), text, role)
        elif value:
            yield Said((*before, key), value, role)


def details(holder: Any, *keys: str, before: Path_ = ()) -> Iterator[Said]:
    """The small print behind what is named under these keys."""
    for key in keys:
        for each in getattr(holder, key):
            if each.detail:
                yield Said((*before, key, each.id), each.detail, "answer")


def citations(sources: dict[str, tuple[str, ...]], document: Document) -> Iterator[Reference]:
    """The references of a `sources` value, in whichever of its shapes it is written."""
    for fact, found in sources.items():
        for place, id in enumerate(found):
            yield Reference(("source",), id, _source_path(document.value, fact, place))


def _source_path(value: dict[str, Any], fact: str, place: int) -> Path_:
    typed = value.get("sources")
    if isinstance(typed, dict):
        return ("sources", fact, place) if isinstance(typed.get(fact), list) else ("sources", fact)
    return ("sources", place) if isinstance(typed, list) else ("sources",)


def names(path: str, kinds: tuple[str, ...], named: tuple[Named, ...], *before: str | int) -> Iterator[Reference]:
    """The references of a `Names` value: in a mapping, in a list or alone, each is found by the id itself."""
    for each in named:
        yield Reference(kinds, each.id, (*before, path, each.id), named=True)


def ids(path: str, kinds: tuple[str, ...], found: tuple[str, ...], *before: str | int) -> Iterator[Reference]:
    """The references of a list of ids, or of a single one."""
    for place, id in enumerate(found):
        yield Reference(kinds, id, (*before, path, place))
