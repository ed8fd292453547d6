"""`deck.yaml`: the deck's name, its identity, and the order in which it is taught."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from deckbuilder.core import letters
from deckbuilder.records.base import Address, Id, Ids, Model, OrAlone, Prose, Record, Text, Texts, Tier, Topic, Whole
from deckbuilder.records.keys import As, Of

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


class Cards(OrAlone):
    """Some of the cards: those of which all is true that is said here. A text alone is a folder or file."""

    alone: ClassVar[str] = "files"

    kinds: Ids = ()
    """Kinds of record."""
    cards: Texts = ()
    """What the cards are called in Anki: Nerve, Origin."""
    regions: Annotated[Ids, Of("region")] = ()
    """Regions of the body, with all that is a part of them."""
    tiers: tuple[Tier, ...] = ()
    """Tiers."""
    topics: tuple[Topic, ...] = ()
    """Topics of exams."""
    files: Texts = ()
    """Folders and files below cards/."""


class Subdeck(Model):
    """A child deck and the cards that it holds."""

    name: Level
    """Its name in Anki, one level."""
    id: AnkiId
    """Its number in Anki; it never changes."""
    holds: tuple[Cards, ...] = ()
    """Which cards it holds; one subdeck says nothing here, and holds the rest. Of several the first that holds a card has it."""
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
    home_url: Address = Field("", pattern=r"^https?://[^\s\"'<>]+$|^$")
    """A page about the deck, with settings, updating and credits: the description leads there, or else to a file."""
    subdecks: dict[Id, Subdeck] = Field(min_length=1)
    """The decks inside it, by id."""
    note_types: NoteTypeIds
    """What learners know the note types by."""
    curriculum: tuple[Cards, ...] = ()
    """Steps in the order of teaching, each with the cards that it takes. A card belongs to the first step that takes it."""
    extra_tags: tuple[str, ...] = ()
    """The tags that records may name under tags."""

    @model_validator(mode="after")
    def _one_holds_the_rest(self) -> Deck:
        rests = [id for id, each in self.subdecks.items() if not each.holds]
        if len(rests) != 1:
            message = (
                "two subdecks hold the rest of the cards: {ids}" if rests else "no subdeck holds the rest of the cards"
            )
            help = "give each but one of them `holds`" if rests else "take `holds` out of one of them"
            raise PydanticCustomError("rest-of-cards", message, {"ids": ", ".join(rests), "help": help})
        return self


def decks_in_order(deck: Deck) -> list[str]:
    """The ids of the subdecks as Anki lists them, which is by name: what a learner meets first stands first."""
    return sorted(deck.subdecks, key=lambda id: deck.subdecks[id].name.casefold())
