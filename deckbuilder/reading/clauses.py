"""A text in clauses: what is named in each, and whether it denies, doubts, or tells of somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from deckbuilder.reading.english import english, pattern
from deckbuilder.reading.lexicon import Lexicon, Mention
from deckbuilder.reading.tokens import words


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a text that says one thing; mentions are counted from where it begins.

    `aside`: it follows a word such as 'when', so that somebody else may be meant by it.
    """

    text: str
    start: int
    mentions: tuple[Mention, ...]
    aside: bool = False

    @property
    def denied(self) -> bool:
        """Whether it says what is not so, or may be so, or is so of others."""
        return _holds_any(self.text, english().denied)

    @property
    def against(self) -> bool:
        """Whether a name in it may be of something that the muscle works against."""
        return _holds_any(self.text, english().against)

    @property
    def points(self) -> bool:
        """Whether it says 'it', which is whoever was named before."""
        return _holds_any(self.text, english().it)

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


def _holds_any(text: str, of: frozenset[str]) -> bool:
    return not of.isdisjoint(words(text.replace("’", "'")))


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
        return Clause(text, 0, self._lexicon.mentions(text))

    def _divided(self, text: str) -> Iterator[Clause]:
        mentions = self._lexicon.mentions(text)
        for start, end, aside in stretches(text):
            if not text[start:end].strip():
                continue
            inside = (each for each in mentions if start <= each.start and each.end <= end)
            moved = tuple(Mention(each.kind, each.id, each.start - start, each.end - start) for each in inside)
            yield Clause(text[start:end], start, moved, aside)


@lru_cache(maxsize=1)
def _divides() -> re.Pattern[str]:
    return re.compile(rf"[;:,?!()]|\.(?!\d)|\b(?:{pattern(english().between)})\b", re.IGNORECASE)


def stretches(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where each clause begins and ends, and whether it stands aside. A list of verbs stays together."""
    at, aside = 0, False
    for each in _divides().finditer(text):
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
