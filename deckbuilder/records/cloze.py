"""A sentence with numbered gaps, `{1|gap}` or `{1|gap|hint}`. A gap's number is its identity for ever."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from deckbuilder.core.patterns import regex
from deckbuilder.core.prose import MATH
from deckbuilder.records.base import Id, Ids, Prose, Subject, Text, Topic
from deckbuilder.records.keys import As, Gist, Graded, Of, Opening, Role, Said, Tagged
from deckbuilder.source import Path_

_GAP = regex(r"\{(\d{1,3})\|([^{}|]+)(?:\|([^{}|]+))?\}")
_OPENING = regex(r"\{\d{1,3}\|")
_DUMB = "\ufffd"
MAX_GAP = 499
# So much of what a gap hides is remembered: enough to know it again.
MAX_WORDS = 160


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap with its number, what fills it, and the hint in its place."""

    number: int
    text: str
    hint: str = ""


def gaps(text: str) -> Iterator[re.Match[str]]:
    """The gaps of a text, as matches of as long a text: a formula's own braces and bars are no part of a gap."""
    return _GAP.finditer(_without_formulas(text))


def _without_formulas(text: str) -> str:
    """The same, as long, with all of a formula made dumb but the gaps in it."""

    def dumb(found: re.Match[str]) -> str:
        made, last = "", 0
        for gap in _GAP.finditer(found[0]):
            made += _DUMB * (gap.start() - last) + gap[0]
            last = gap.end()
        made += _DUMB * (len(found[0]) - last)
        # A gap that has braces of its own is none of these: it is left to be told.
        return found[0] if _OPENING.search(_GAP.sub("", found[0])) else made

    return MATH.sub(dumb, text)


def _pieces(text: str) -> Iterator[str | Gap]:
    last = 0
    for found in gaps(text):
        yield text[last : found.start()]
        held = [text[slice(*found.span(group))].strip() if found[group] else "" for group in (2, 3)]
        yield Gap(int(found[1]), *held)
        last = found.end()
    yield text[last:]


def _read(text: str) -> Iterator[tuple[str, Role]]:
    """What learners read: the sentence with its gaps filled, and the hints in their places."""
    pieces = list(_pieces(text))
    yield "".join(piece if isinstance(piece, str) else piece.text for piece in pieces), "answer"
    for piece in pieces:
        if isinstance(piece, Gap) and piece.hint:
            yield piece.hint, "hint"


class Cloze(Subject):
    """One cloze note; Anki makes a card for each number."""

    kind: ClassVar[str] = "cloze"
    numbered: ClassVar[str] = "gap"
    asks_in_words: ClassVar[bool] = True
    id: Id = Field(validation_alias="cloze")
    """The id of the sentence."""
    text: Annotated[Prose, As("answer", reads=_read)]
    """The sentence with its gaps: {1|words} or {1|words|hint}, and formulas. A number is never given to another gap."""
    extra: Annotated[Prose, As("back")] = ""
    """More, for the back."""
    topic: Topic
    """What it is about; exams ask by topic."""
    regions: Annotated[Ids, Of("region"), Tagged("regions")] = ()
    """The parts of the body that it is about."""
    name: Text = ""
    """A title for lists; the sentence itself if left out."""

    @field_validator("text")
    @classmethod
    def _has_gaps(cls, text: str) -> str:
        numbers = [int(found[1]) for found in gaps(text)]
        if not numbers:
            raise PydanticCustomError("no-gap", "the text has no gap", {"help": "write a gap as {1|the hidden words}"})
        if not all(1 <= number <= MAX_GAP for number in numbers):
            raise PydanticCustomError("gap-number", "gaps are numbered from 1 to 499", {"help": "start with {1|…}"})
        rest = _GAP.sub("", _without_formulas(text))
        if "{" in rest or "}" in rest:
            raise PydanticCustomError(
                "broken-gap",
                "a brace stands outside a gap",
                {"help": "write a gap as {1|the hidden words} or {1|words|hint}, and a formula as \\( … \\)"},
            )
        return text

    def pieces(self) -> Iterator[str | Gap]:
        """Text and gaps in turn."""
        return _pieces(self.text)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Those of its cards."""
        return tuple(sorted({piece.number for piece in self.pieces() if not isinstance(piece, str)}))

    @property
    def asks(self) -> tuple[tuple[int, str], ...]:
        """The words behind each number: the lock remembers them, so that no number is given to something else."""
        found: dict[int, list[str]] = {}
        for piece in self.pieces():
            if isinstance(piece, Gap):
                found.setdefault(piece.number, []).append(" ".join(piece.text.split()))
        return tuple(sorted((number, " … ".join(words)[:MAX_WORDS].strip()) for number, words in found.items()))

    @staticmethod
    def where(number: int | None = None) -> Path_:
        """Where a number stands, or all of them."""
        return ("text",)

    @property
    def title(self) -> str:
        """For the browser's sort column: its name, or the text with its gaps filled."""
        return self.name or "".join(piece if isinstance(piece, str) else piece.text for piece in self.pieces())

    @property
    def topic_id(self) -> str:
        return self.topic

    def graded(self, said: Iterable[Said] | None = None) -> list[Graded]:
        gaps = (piece for piece in self.pieces() if isinstance(piece, Gap))
        return [Graded(("text",), gap.text, f"gap {gap.number}", "part") for gap in gaps]

    def openings(self) -> list[Opening]:
        filled, _ = next(_read(self.text))
        return [Opening(Said(("text",), filled, "front"), sort="cloze")]

    def gist(self) -> Gist:
        return Gist("text", next(_read(self.text))[0])
