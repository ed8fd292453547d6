"""`deck.yaml`: the deck's name, its identity, and the order in which it is taught."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from deckbuilder.core import letters
from deckbuilder.records.base import Address, Id, Model, Prose, Record, Text, Whole
from deckbuilder.records.keys import As

EDITION = r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}"
_PREFIX = "write it with A to Z, a to z, digits, `_` and `-`; pictures' file names begin with it"
MAX_ID = 2**53 - 1  # Anki keeps 64 bits; JSON readers on phones keep 53


def _level(name: str) -> str:
    if "::" in name or name != name.strip() or '"' in name:
        raise PydanticCustomError(
            "deck-name",
            "'{name}' cannot name one deck level",
            {"name": name, "help": "leave out `::`, quotes and outer spaces"},
        )
    return letters.composed(name)


def _tag_level(name: str) -> str:
    level = letters.composed(name)
    if not letters.is_level(level):
        raise PydanticCustomError(
            "tag", "'{name}' cannot be a tag", {"name": name, "help": "use letters, digits, `_` and `-`"}
        )
    return level


def _prefix(name: str) -> str:
    if not name.isascii():  # it stands in the names of pictures, which phones and servers keep as well
        raise PydanticCustomError("prefix", "'{name}' holds other letters than A to Z", {"name": name, "help": _PREFIX})
    return _tag_level(name)


Level = Annotated[Text, AfterValidator(_level)]
TagLevel = Annotated[Text, AfterValidator(_tag_level)]
Prefix = Annotated[Text, AfterValidator(_prefix)]
AnkiId = Annotated[Whole, Field(ge=10**9, le=MAX_ID)]


class Subdeck(Model):
    """A child deck and the kinds of note that it holds."""

    name: Level
    """Its name in Anki, one level."""
    id: AnkiId
    """Its number in Anki; it never changes."""
    kinds: tuple[str, ...] = Field(min_length=1)
    """The kinds of record whose notes it holds."""
    about: Text = ""
    """What learners read about it."""


class NoteTypeIds(Model):
    """The names and fixed ids of the note types. Learners' collections know them: they never change."""

    prefix: Prefix
    """Stands before the names of the note types, so that no learner has one of that name already."""
    ids: dict[str, AnkiId]
    """The number of each note type; they never change."""


class Deck(Record):
    """The project as a whole."""

    kind: ClassVar[str] = "deck"
    id: Id = Field(validation_alias="deck")
    """The id of the deck; packages are named after it."""
    name: Level
    """Its name in Anki, one level."""
    anki_id: AnkiId
    """Its number in Anki; it never changes."""
    edition: Text = Field(pattern=f"^{EDITION}$")
    """The edition that is being written: 2026-11."""
    namespace: Id
    """What the identity of notes is made of; it never changes."""
    tag_root: TagLevel
    """The first level of every tag."""
    language: Text = "en"
    """The language of the cards, as in HTML: en, de, pt-BR. Names stand in English sentences with small letters, in others as written."""
    about: Annotated[Prose, As("back")]
    """What learners read about the deck."""
    license: Text
    """The license of the cards."""
    attribution: Annotated[Prose, As("back")] = ""
    """Whom they are to name."""
    report_url: Address = Field("", pattern=r"^https?://[^\s\"'<>]+$|^mailto:[^\s\"'<>]+$|^$")
    """Where learners report a mistake: a page, the form of an issue tracker, or mailto:. The link names the card."""
    subdecks: dict[Id, Subdeck] = Field(min_length=1)
    """The decks inside it, by id."""
    note_types: NoteTypeIds
    """What learners know the note types by."""
    curriculum: tuple[Text, ...] = ()
    """Folders and files below cards/, in the order of teaching."""
    extra_tags: tuple[str, ...] = ()
    """The tags that records may name under tags."""

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
