"""A text in clauses: what is named in each, and whether it denies, doubts, or tells of somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from deckbuilder.core.frozen import dataclass
from deckbuilder.reading.english import english, pattern, signs
from deckbuilder.reading.lexicon import Lexicon, Mention
from deckbuilder.reading.tokens import words


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a text that says one thing; mentions are counted from where it begins.

    `aside`: it follows a word such as 'when', so that somebody else may be meant by it. `denied`: it says what is not so, or
    may be so, or is so of others. `against`: a name in it may be of something that the muscle works against. `points`: it
    says 'it', which is whoever was named before. `tells`: it has a word by which something may be said.
    """

    text: str
    start: int
    mentions: tuple[Mention, ...]
    aside: bool = False
    denied: bool = False
    against: bool = False
    points: bool = False
    tells: bool = False

    @property
    def opens_with_it(self) -> bool:
        """'It ends on the tibia'; not 'its tendon does'."""
        return self.text.lstrip()[:3].lower() == "it "

    def opens_with(self, id: str) -> bool:
        """Whether the name of this thing stands first, and alone: not 'soleus and plantaris'."""
        first = next((each for each in self.mentions if each.id == id), None)
        if first is None or self.text[: first.start].strip().lower() not in ("", "the"):
            return False
        return not self.text[first.end :].startswith((" and ", " or "))

    def named(self, *kinds: str) -> list[str]:
        """The ids of what it names, of these kinds, each once."""
        return list(dict.fromkeys(each.id for each in self.mentions if each.kind in kinds))


class Divider:
    """Divides texts into clauses by one deck's names, each text once."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._known: dict[str, tuple[Clause, ...]] = {}

    def clauses(self, text: str) -> tuple[Clause, ...]:
        """The clauses of a plain text, from left to right."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = tuple(self._divided(text))
        return found

    def whole(self, text: str) -> Clause:
        """A text that is one clause, whatever stands in it."""
        return self._clause(text, (0, len(text)), self._lexicon.mentions(text), False)

    def _divided(self, text: str) -> Iterator[Clause]:
        mentions = self._lexicon.mentions(text)
        for start, end, aside in stretches(text):
            if text[start:end].strip():
                yield self._clause(text, (start, end), mentions, aside)

    def _clause(self, text: str, at: tuple[int, int], mentions: tuple[Mention, ...], aside: bool) -> Clause:
        start, end = at
        inside = tuple(
            Mention(each.kind, each.id, each.start - start, each.end - start) if start else each
            for each in mentions
            if start <= each.start and each.end <= end
        )
        said = text[start:end]
        if _marking().isdisjoint(words(text)) and "’" not in text:
            return Clause(said, start, inside, aside)
        known, held = english(), frozenset(words(said.replace("’", "'")))
        flags = (not of.isdisjoint(held) for of in (known.denied, known.against, known.it, known.telling))
        return Clause(said, start, inside, aside, *flags)


@lru_cache(maxsize=1)
def _marking() -> frozenset[str]:
    """All words that say more of a clause than what it names."""
    return english().denied | english().against | english().it | english().telling


@lru_cache(maxsize=1)
def _dividing() -> frozenset[str]:
    """Words of which a text has one if a word divides it."""
    return signs(english().between)


@lru_cache(maxsize=256)
def _divides(present: frozenset[str]) -> re.Pattern[str]:
    """The marks that divide a text, and those of the words that have one of these in them."""
    words = [each for each in english().between if not present.isdisjoint(each.split())]
    either = rf"|\b(?:{pattern(words)})\b" if words else ""
    return re.compile(rf"[;:,?!()]|\.(?!\d){either}", re.IGNORECASE if words else 0)


def stretches(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where each clause begins and ends, and whether it stands aside. A list of verbs stays together."""
    at, aside = 0, False
    for each in _divides(_dividing().intersection(words(text))).finditer(text):
        if each[0] == "," and _joins_verbs(text, at, each):
            continue
        yield at, each.start(), aside
        at, aside = each.end(), each[0].lower() in english().aside or (aside and each[0] == ",")
    yield at, len(text), aside


def _joins_verbs(text: str, at: int, comma: re.Match[str]) -> bool:
    """'flexes, abducts and rotates the hip': a comma between two verbs."""
    motion = english().motion
    before = text[at : comma.start()].rpartition(" ")[2]
    return bool(motion.search(before) and motion.match(text, comma.end() + 1))
