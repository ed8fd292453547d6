"""What a key of a record declares beside its type, and what is told of a record because of it.

    region: Annotated[Id, Of("region"), Tagged("regions")]
    because: Annotated[Text, As("answer", graded="sentence", called="the reason")]

Each key says once whose ids it holds, what it is on a card, whether learners grade themselves on it, and which tags follow
from it. `walker` reads these, so that references, texts, questions, tags, schemas and renames are of one mind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Any, Literal, NamedTuple

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from deckbuilder.core.frozen import dataclass
from deckbuilder.source import Path_

# In a schema, next to a text that is an id: the kinds of record that may answer to it. Editors offer their ids.
NAMES_A = "x-names"
# How many characters a text of whole sentences may have; a line has fewer.
MAX_PROSE = 8_000

Role = Literal["name", "front", "hint", "answer", "back", "alt"]
# What is graded: one part of an answer, a sentence, or the steps of a mechanism. Each has a length of its own.
Grade = Literal["part", "sentence", "mechanism"]
Facet = Literal["muscles", "groups", "regions", "moves", "planes", "actions", "exercises"]


@dataclass(frozen=True, slots=True, init=False)
class Listed:
    """That the ids in a key are of a list that holds no records: `Annotated[Id, Listed("compartment")]`.

    Editors offer what is on the list. Whether it is there, a rule of its own says.
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


@dataclass(frozen=True, slots=True, init=False)
class Of(Listed):
    """That the ids in a key are those of records of these kinds: `Annotated[Ids, Of("region")]`.

    `among`: which of the kinds it can be in one record, where another key of the same mapping decides that.
    """

    among: Callable[[Any], tuple[str, ...]] | None

    def __init__(self, *kinds: str, among: Callable[[Any], tuple[str, ...]] | None = None) -> None:
        object.__setattr__(self, "kinds", kinds)
        object.__setattr__(self, "among", among)


class Cited:
    """That a key says where facts were read, in any of the shapes that `sources` has."""


@dataclass(frozen=True, slots=True)
class As:
    """What the text of a key is on a card; of ids with details, what the details are.

    `graded`: that learners grade themselves on it, and as what; `called`: what messages call it then. `asks`: the keys that
    hold what makes an answer right, if the text is a question of the author's own, and `beside` those that stand on the
    front with it. `first`: what it is instead in the first of a list. `reads`: what learners read of the text, each with its
    role, where that is not the text itself.
    """

    role: Role
    graded: Grade | None = None
    called: str = ""
    asks: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    first: As | None = None
    reads: Callable[[str], Iterator[tuple[str, Role]]] | None = None


@dataclass(frozen=True, slots=True, init=False)
class Tagged:
    """That a note is about what this key names, or, of its own id, about itself: `Annotated[Ids, Tagged("regions")]`."""

    facets: tuple[Facet, ...]

    def __init__(self, *facets: Facet) -> None:
        object.__setattr__(self, "facets", facets)


@dataclass(frozen=True, slots=True)
class Holds:
    """That the keys of a mapping are new ids, which others may name: `Annotated[dict[Id, Text], Holds("landmark")]`.

    `within`: that they mean nothing but beside the id of their record, as the parts of a muscle do.
    """

    kind: str
    within: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """Something that a record names, with a detail in small print: `{linea-aspera: lateral lip}`."""

    id: str
    detail: str = ""


class Reference(NamedTuple):  # of all that records say there are most of these: a data class takes three times as long
    """That a record names another: any of `kinds` may answer to `id`. `path` leads to the place in the source.

    `named`: the path ends in the id itself, which is the key of a mapping, or an item to be found by its name.
    """

    kinds: tuple[str, ...]
    id: str
    path: Path_
    named: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A text that learners read, where it stands in the source, and what it is on a card.

    `answer`: what is graded, `back`: what stands beside it, `alt`: what stands in for a picture. `declared`: all that its
    key says of it, None of a text that no key holds as it is.
    """

    path: Path_
    text: str
    role: Role
    declared: As | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in an author's own words, and the answers that make it right. What templates ask is not here.

    `also`: what stands on the front beside it.
    """

    front: Said
    answers: tuple[Said, ...]
    also: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """A text that opens a card. `named`: the card is headed by a name, to which 'it' may point."""

    said: Said
    named: bool = False
    sort: Literal["question", "claim", "cloze"] = "question"


@dataclass(frozen=True, slots=True)
class Gist:
    """What a record says or asks as a whole, under which key, and what it answers: two of one kind may not be alike."""

    key: str
    text: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Graded:
    """One text that learners grade themselves on; `sort` says which limit it has, `what` what it is in a message."""

    path: Path_
    text: str
    what: str
    sort: Grade


@dataclass(frozen=True, slots=True)
class About:
    """What a note is about, by id: its tags follow from this. Joints follow from `moves`, planes from `planes`."""

    muscles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()
    planes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    exercises: tuple[str, ...] = ()
