"""What Anki is given: decks, notes, note types, card templates. Plain values, named in Anki's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from deckbuilder.anki import cardtemplate

# Filled from the lock when the package is written: the edition in which the note last changed. It is no content.
VERSION = "Version"


@dataclass(frozen=True, slots=True)
class DeckSpec:
    """A deck as Anki shows it: the whole name with `::`, and a description in Markdown."""

    id: int
    name: str
    description: str


# Anki's number for its own note type "Image Occlusion", and those by which that finds its fields: they are their places too.
IMAGE_OCCLUSION = 6
OCCLUSION_FIELDS = {"masks": 0, "image": 1, "header": 2, "extra": 3, "comments": 4}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a note type. `id` never changes, so that a field can be renamed. `tag`: Anki's own use of it."""

    id: int
    name: str
    description: str = ""
    collapsed: bool = False
    plain_text: bool = False
    tag: int | None = None


@dataclass(frozen=True, slots=True)
class CardTemplate:
    """One card of a note type. `asks`: the keys of a record that hold its answer; `needs`: the ids of concepts that it takes
    as known; `topic`: what it is about, '' where that is what its note is about. Anki knows nothing of these.
    """

    id: int
    name: str
    front: str
    back: str
    asks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    topic: str = ""


@dataclass(frozen=True)
class NoteType:
    """A note type as Anki stores it."""

    kind: str
    id: int
    name: str
    cloze: bool
    css: str
    sort_field: str
    fields: tuple[Field, ...]
    templates: tuple[CardTemplate, ...]
    stock: int = 0  # Anki's note type that its windows take this one for

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @cached_property
    def _fronts(self) -> tuple[tuple[cardtemplate.Node, ...], ...]:
        return tuple(cardtemplate.parse(template.front) for template in self.templates)

    @cached_property
    def _decisive(self) -> tuple[int, ...]:
        """The places of the fields by which it is decided which cards there are."""
        named = {field for front in self._fronts for field, _ in cardtemplate.fields(front)}
        return tuple(place for place, name in enumerate(self.names) if name in named)

    @cached_property
    def _known_ordinals(self) -> dict[tuple[bool, ...], tuple[int, ...]]:
        """By which of those fields are filled: most notes of a kind are alike in that."""
        return {}

    def with_version(self, values: tuple[str, ...], edition: str) -> tuple[str, ...]:
        """The fields, with the edition in which the note last changed: a learner who reports an error says which one."""
        if VERSION not in self.names:
            return values
        place = self.names.index(VERSION)
        return (*values[:place], edition, *values[place + 1 :])

    def ordinals(self, values: Sequence[str]) -> tuple[int, ...]:
        """The cards that Anki makes of a normal note with these field values, one for each of its fields."""
        if len(values) != len(self.names):
            raise ValueError(f"{len(values)} values for the {len(self.names)} fields of '{self.name}'")
        filled = tuple([not cardtemplate.is_blank(values[place]) for place in self._decisive])
        found = self._known_ordinals.get(filled)
        if found is None:
            found = self._known_ordinals[filled] = self._worked_out(filled)
        return found

    def _worked_out(self, filled: Sequence[bool]) -> tuple[int, ...]:
        named = {self.names[place] for place, is_filled in zip(self._decisive, filled, strict=True) if is_filled}
        return tuple(place for place, front in enumerate(self._fronts) if cardtemplate.shows(front, named))


@dataclass(frozen=True, slots=True)
class Media:
    """A file to ship: its name in the package, which holds a hash of its bytes, where it is now, and whose it is."""

    name: str
    path: Path
    digest: str
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """One note: its key is its identity, everything else is content.

    `ordinals`: its cards. `decks` and `places`: for each of them the id of its deck, and its place among all cards in the order
    of teaching; empty while nobody has arranged the cards: they then lie in the parent of all decks, note after note.
    """

    key: str
    kind: str
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    ordinals: tuple[int, ...]
    media: tuple[Media, ...] = ()
    formerly: tuple[str, ...] = ()
    retired: str = ""
    asks: tuple[tuple[int, str], ...] = ()  # what each number asks for, where a number is an identity
    decks: tuple[str, ...] = ()
    places: tuple[int, ...] = ()
