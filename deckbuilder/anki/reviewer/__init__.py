"""A note's card as HTML, front and back, byte by byte as Anki renders it; and what its reviewer then shows of it.

Anki 26.9 is the measure: tests compare every shipped card, and templates that nobody would write, with the real one.
`filters` are those of `{{filter:Field}}`, `cloze` the gaps, `sounds` what is heard, `typed` the box for an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from deckbuilder.anki.cardtemplate import BadTemplate, Node, Put, is_blank, parse, shows
from deckbuilder.anki.reviewer import deletions, filters, sounds
from deckbuilder.core.patterns import regex

__all__ = ["BadTemplate", "Sides", "Where", "render"]

_CLOZE = regex(r"c\+?[0-9]+")
_MORE = "https://docs.ankiweb.net/templates/errors.html"
_BLANK = f"<div>The front of this card is blank.<br><a href='{_MORE}#front-of-card-is-blank'>More information</a></div>"
_NO_CLOZE = (
    "<div>No cloze \u2068{}\u2069 found on card.\nPlease either add a cloze deletion, or use the Empty Cards tool.<br>"
    f"<a href='{_MORE}#no-cloze-filter-on-cloze-note-type'>More information</a></div>"
)


@dataclass(frozen=True, slots=True)
class Sides:
    """Front and back of a card, without its style."""

    front: str
    back: str


@dataclass(frozen=True, slots=True)
class Where:
    """What a template may say of the card itself: `{{Deck}}`, `{{Tags}}` and their like."""

    note_type: str
    card: str
    deck: str
    tags: Sequence[str] = ()
    flag: int = 0
    id: int = 0

    @property
    def fields(self) -> dict[str, str]:
        return {
            "Tags": " ".join(self.tags),
            "Type": self.note_type,
            "Subdeck": self.deck.rsplit("::", 1)[-1],
            "Deck": self.deck,
            "CardFlag": f"flag{self.flag}",
            "Card": self.card,
            "CardID": str(self.id),
        }


@dataclass(slots=True)
class _Card:
    """One card while it is rendered. `front`: what its question side came to; None until then."""

    fields: Mapping[str, str]
    number: int
    filled: frozenset[str] = field(init=False)
    front: str | None = None

    def __post_init__(self) -> None:
        self.filled = frozenset(name for name, text in self.fields.items() if not is_blank(text))

    def put(self, nodes: Sequence[Node]) -> str:
        said: list[str] = []
        for node in nodes:
            if isinstance(node, str):
                said.append(node)
            elif isinstance(node, Put):
                said.append(self._field(node))
            else:
                inside = self.put(node.inside)  # what is not shown may be wrong all the same
                said.append(inside if self._holds(node.field) != node.negated else "")
        return "".join(said)

    def _field(self, node: Put) -> str:
        if node.field == "FrontSide":
            return self.front or ""
        if not node.field and node.filters:
            return ""
        if node.field not in self.fields:
            raise BadTemplate(f"there is no field '{node.field}'", node.field)
        text = self.fields[node.field]
        return filters.apply(text, node.filters, node.field, self.number, front=self.front is None)

    def _holds(self, name: str) -> bool:
        if name not in self.fields and not _CLOZE.fullmatch(name):
            raise BadTemplate(f"there is no field '{name}'", name)
        return name in self.filled


def render(
    front: str, back: str, fields: Mapping[str, str], where: Where, *, ordinal: int = 0, cloze_type: bool = False
) -> Sides:
    """Both sides of a card. `ordinal`: of its template, or its gap counted from 0.

    Raises `BadTemplate` where Anki would show a complaint instead. A card without a front says so, as Anki's does.
    """
    known = {f"c{ordinal + 1}": "1", **where.fields, **fields}
    card = _Card(known, ordinal + 1)
    nodes = parse(front)
    question = card.put(nodes)
    if cloze_type:
        missing = not any(ordinal + 1 in deletions.numbers(text) for text in known.values())
        blank = _NO_CLOZE.format(ordinal + 1) if missing else ""
    else:
        blank = "" if shows(nodes, card.filled) else _BLANK
    if blank:
        return Sides(sounds.marked(question + blank, "q"), blank)
    card.front = sounds.marked(question, "q")
    return Sides(card.front, sounds.marked(card.put(parse(back)), "a"))
