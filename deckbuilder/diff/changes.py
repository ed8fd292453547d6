"""What changed between two packages, and what it means for a learner who imports the newer over the older."""

from __future__ import annotations

from enum import IntEnum

from deckbuilder.core.frozen import dataclass


class Effect(IntEnum):
    """What a learner meets, gravest first."""

    BLOCKED = 0  # Anki refuses or skips the update
    FULL_SYNC = 1
    BLANK_CARD = 2
    LEFT = 3  # stays in learners' collections, and is never updated again
    RETIRED = 4
    NEW_CARD = 5
    TEXT = 6  # the note takes our text and tags
    NOTHING = 7

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Effect.BLOCKED: "blocked: it will not arrive",
    Effect.FULL_SYNC: "forces a full sync",
    Effect.BLANK_CARD: "a card they have goes blank",
    Effect.LEFT: "left behind: it stays as they have it",
    Effect.RETIRED: "retired: they find it by its tag",
    Effect.NEW_CARD: "new cards",
    Effect.TEXT: "the text updates; the learner's own tags and text in it are replaced",
    Effect.NOTHING: "nothing to do",
}

# A run of words: as it was ('='), taken out ('-') or put in ('+').
Run = tuple[str, str]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, in words. No runs: only its markup changed, or there is too much of it to tell."""

    name: str
    runs: tuple[Run, ...] = ()
    hidden: bool = False  # for the builder's eyes: a key, a gate, a version


@dataclass(frozen=True, slots=True)
class NoteChange:
    """One note that is new, gone, or not what it was. `cards` are names of card templates."""

    guid: str
    key: str
    name: str
    note_type: str
    effect: Effect
    said: str  # added, reworded, retagged, renamed, retired, revived, moved, restamped, dropped
    why_blocked: str = ""
    fields: tuple[FieldChange, ...] = ()
    tags_added: tuple[str, ...] = ()
    tags_removed: tuple[str, ...] = ()
    cards_added: tuple[str, ...] = ()
    cards_blank: tuple[str, ...] = ()
    moved: tuple[str, str] | None = None  # from deck to deck
    renamed: tuple[str, str] | None = None  # from key to key


@dataclass(frozen=True, slots=True)
class PackageChange:
    """A note type, a deck or a media file that changed: all that is no note."""

    what: str  # 'note type', 'deck', 'media'
    name: str
    effect: Effect
    said: tuple[str, ...]
    notes: int = 0  # that this concerns


@dataclass(frozen=True, slots=True)
class Difference:
    """Two packages side by side. Changes by risk, then as they are taught."""

    deck: str
    old: str  # editions, '' where the package does not say
    new: str
    notes: tuple[NoteChange, ...] = ()
    package: tuple[PackageChange, ...] = ()
    same: int = 0
    reordered: int = 0
    total_notes: int = 0
    total_cards: int = 0
    retired: str = ""  # the tag by which a learner finds retired notes, if there are any
    abridged: bool = False

    @property
    def every(self) -> list[NoteChange | PackageChange]:
        """All changes, the gravest first."""
        return sorted([*self.package, *self.notes], key=lambda each: each.effect)

    @property
    def effect(self) -> Effect:
        """The gravest effect of all."""
        return min((each.effect for each in self.every), default=Effect.NOTHING)

    def said(self, *wanted: str) -> list[NoteChange]:
        return [note for note in self.notes if note.said in wanted]
