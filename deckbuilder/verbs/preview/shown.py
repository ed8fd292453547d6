"""A note as the page shows it: what its list needs at once, and its cards, which are rendered when they are asked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from deckbuilder.anki.cardtemplate import BadTemplate
from deckbuilder.anki.notes import Media, Note, NoteType
from deckbuilder.anki.reviewer import Sides, Where, filters, render, sounds, typed
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.patterns import regex

MAX_SEARCHED = 4_000  # characters of a note's text
# Where a record stands: its file, the document in it, and the item of a list.
Place = tuple[str, int, int | None]
_SPACE = regex(r"\s+")
# The handlers of Anki's own hints and sounds. In the page's frames nothing of a card runs: the frame does what they do.
_UNFOLDS = regex(
    r"onclick=\"this\.style\.display='none';\s*document\.getElementById\('(hint[0-9a-f]+)'\)\.style\.display='block';"
    r"\s*return false;\""
)
_STAYS = ' onclick="return false;"'


@dataclass(frozen=True, slots=True)
class Shown:
    """A note with all that its cards are made of. Equal ones look equal, but for the style of their type."""

    note: Note
    type: NoteType = field(compare=False)
    fields: tuple[str, ...]
    decks: tuple[str, ...]
    place: Place | None
    digest: str = field(init=False)  # of all that the page may have kept of it

    def __post_init__(self) -> None:
        said = [*self.fields, *self.note.tags, *self.decks, self.type.kind, *map(str, self.note.ordinals)]
        said += [part for each in self.type.templates for part in (each.name, each.front, each.back)]
        digest = hashlib.blake2b("\x1f".join(said).encode(), digest_size=10).hexdigest()
        object.__setattr__(self, "digest", digest)

    @property
    def key(self) -> str:
        return self.note.key

    @property
    def media(self) -> tuple[Media, ...]:
        return self.note.media

    @property
    def name(self) -> str:
        """The name by which Anki's browser sorts the note."""
        return plain(self.fields[self.type.names.index(self.type.sort_field)]) or self.key

    @property
    def cards(self) -> list[tuple[int, str]]:
        """The number of each card, counted from 0, and what it is called."""
        if self.type.cloze:
            what = "Mask" if self.type.stock else "Gap"
            return [(ordinal, f"{what} {ordinal + 1}") for ordinal in self.note.ordinals]
        return [(ordinal, self.type.templates[ordinal].name) for ordinal in self.note.ordinals]

    def brief(self) -> dict[str, Any]:
        """What the list, the tags and the search need."""
        text = " ".join(plain(text) for text in self.fields if text)
        return {
            "key": self.key,
            "kind": self.type.kind,
            "name": self.name,
            "cards": [list(card) for card in self.cards],
            "decks": dict(zip(map(str, self.note.ordinals), self.decks, strict=True)),
            "tags": list(self.note.tags),
            "text": text[:MAX_SEARCHED].lower(),
            "path": self.place[0] if self.place else "",
            "retired": bool(self.note.retired),
            "digest": self.digest,
        }

    def whole(self) -> dict[str, Any]:
        """The note with its cards and fields."""
        return {
            "key": self.key,
            "digest": self.digest,
            "cards": {str(ordinal): self._card(ordinal, name) for ordinal, name in self.cards},
            "fields": [[name, text] for name, text in zip(self.type.names, self.fields, strict=True) if text],
        }

    def sides(self, ordinal: int, name: str) -> Sides:
        """Front and back as Anki's backend gives them."""
        template = self.type.templates[0 if self.type.cloze else ordinal]
        deck = self.decks[self.note.ordinals.index(ordinal)]
        where = Where(self.type.name, template.name if self.type.cloze else name, deck, self.note.tags)
        fields = dict(zip(self.type.names, self.fields, strict=True))
        return render(template.front, template.back, fields, where, ordinal=ordinal, cloze_type=self.type.cloze)

    def _card(self, ordinal: int, name: str) -> dict[str, str]:
        """Front and back as Anki's reviewer shows them; a broken template says what is wrong with it."""
        try:
            sides = self.sides(ordinal, name)
        except BadTemplate as bad:
            said = f"<p>Anki cannot show this card: {filters.strip(str(bad))}</p>"
            return {"front": said, "back": said}
        fields = dict(zip(self.type.names, self.fields, strict=True))
        return {
            "front": still(sounds.with_buttons(typed.asked(sides.front, fields, ordinal + 1))),
            "back": still(sounds.with_buttons(typed.answered(sides.back, fields, ordinal + 1))),
        }


def plain(html: str) -> str:
    """What a person reads of a field."""
    return _SPACE.sub(" ", filters.strip(html.replace("<", " <"))).strip() if html else ""


def still(html: str) -> str:
    """A card without what acts by itself: Anki's own hints and sounds, which our frame opens and plays instead."""
    return _UNFOLDS.sub(r'data-unfolds="\1"', html).replace(_STAYS, "")


def as_fault(found: Diagnostic, keys: list[str], kinds: list[str]) -> dict[str, Any]:
    """A fault, the notes that it concerns, and the kinds of which it concerns every note."""
    return {
        "path": found.location.path,
        "line": found.location.line,
        "column": found.location.column,
        "rule": found.rule,
        "message": found.message,
        "help": found.help,
        "severity": found.severity,
        "keys": keys,
        "kinds": kinds,
    }
