"""`deck.yaml`: the deck's name, its identity, and the order in which it is taught."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from deckbuilder.records.base import Id, Model, Prose, Record, Reference, Said, Text, Whole, said

EDITION = r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}"
MAX_ID = 2**53 - 1  # Anki keeps 64 bits; JSON readers on phones keep 53


def _level(name: str) -> str:
    if "::" in name or name != name.strip() or '"' in name:
        raise PydanticCustomError(
            "deck-name",
            "'{name}' cannot name one deck level",
            {"name": name, "help": "leave out `::`, quotes and outer spaces"},
        )
    return name


def _tag_level(name: str) -> str:
    if not name.isascii() or not name.replace("_", "").replace("-", "").isalnum():
        raise PydanticCustomError(
            "tag", "'{name}' cannot be a tag", {"name": name, "help": "use letters, digits, `_` and `-`"}
        )
    return name


Level = Annotated[Text, AfterValidator(_level)]
TagLevel = Annotated[Text, AfterValidator(_tag_level)]
AnkiId = Annotated[Whole, Field(ge=10**9, le=MAX_ID)]


class Subdeck(Model):
    """A child deck and the kinds of note that it holds."""

    name: Level
    id: AnkiId
    kinds: tuple[str, ...] = Field(min_length=1)
    about: Text = ""


class NoteTypes(Model):
    """The names and fixed ids of the note types. Learners' collections know them: they never change."""

    prefix: TagLevel
    ids: dict[str, AnkiId]


class Deck(Record):
    """The project as a whole."""

    kind: ClassVar[str] = "deck"
    id: Id = Field(validation_alias="deck")
    name: Level
    anki_id: AnkiId
    edition: Text = Field(pattern=f"^{EDITION}$")
    namespace: Id
    tag_root: TagLevel
    language: Text = "en"
    about: Prose
    licence: Text
    attribution: Prose = ""
    report_url: str = Field("", pattern=r"^https?://[^\s\"'<>]+$|^mailto:[^\s\"'<>]+$|^$")
    subdecks: dict[Id, Subdeck] = Field(min_length=1)
    note_types: NoteTypes
    curriculum: tuple[Text, ...] = ()
    extra_tags: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_deck_a_kind(self) -> Deck:
        kinds = [kind for each in self.subdecks.values() for kind in each.kinds]
        twice = next((kind for kind in kinds if kinds.count(kind) > 1), None)
        if twice:
            raise PydanticCustomError(
                "kind-twice",
                "notes of the kind '{kind}' are in two decks",
                {"kind": twice, "help": "list each kind under one subdeck"},
            )
        return self

    def deck_of(self, kind: str) -> str:
        """The id of the subdeck that holds notes of this kind; the first one if none names it."""
        return next((id for id, each in self.subdecks.items() if kind in each.kinds), next(iter(self.subdecks)))

    def texts(self) -> Iterator[Said]:
        yield from said("back", self, "about", "attribution")

    def refers(self) -> Iterator[Reference]:
        return iter(())
