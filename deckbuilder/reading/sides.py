"""Words for sides: which side a word means, and the sides that a text or a name holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from deckbuilder.core.patterns import regex
from deckbuilder.reading.english import english, pattern
from deckbuilder.reading.tokens import remembered, words

_SIDES = english().sides
_SIDE_OF = {word: side for side, meant in _SIDES.items() for word in meant}
SIDE_WORDS = tuple(_SIDE_OF)
WORDS = "|".join(_SIDE_OF)
_NONE: Mapping[str, str] = MappingProxyType({})
_SIDE = regex(rf"\b({WORDS})\b", re.IGNORECASE)
_MUSCLES = regex(rf"\b(?:{pattern(english().sided_muscles)})\w* \w+(?=[,;.)]|$| and| or| of)", re.IGNORECASE)


def side_of(word: str) -> str:
    """'medial' for 'Inner', '' for a word that means no side."""
    return _SIDE_OF.get(word.lower().strip("*_(“"), "")


@remembered
def sides_in(text: str) -> Mapping[str, str]:
    """The sides that a text names, each with the word for it. *Internus* names a muscle, never a side of something else."""
    found = sides_named(text)
    return sides_named(_MUSCLES.sub("", text)) if found else found


def sides_named(name: str) -> Mapping[str, str]:
    """The sides that a name holds, a muscle's among them, each with the word for it."""
    return _NONE if _SIDE_OF.keys().isdisjoint(words(name)) else _named(name)


@remembered
def _named(name: str) -> Mapping[str, str]:
    return MappingProxyType({_SIDE_OF[each[0].lower()]: each[0] for each in _SIDE.finditer(name)})
