"""Words for sides: which side a word means, what its opposite is, and the word of the same sort for that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

OPPOSITE = {
    "medial": "lateral",
    "lateral": "medial",
    "anterior": "posterior",
    "posterior": "anterior",
    "proximal": "distal",
    "distal": "proximal",
}
_SIDES = {
    "medial": ("medial", "inner", "medialis", "internus"),
    "lateral": ("lateral", "outer", "lateralis", "externus"),
    "anterior": ("anterior", "front"),
    "posterior": ("posterior", "back"),
    "proximal": ("proximal", "upper"),
    "distal": ("distal", "lower"),
}
_SIDE_OF = {word: side for side, words in _SIDES.items() for word in words}
WORDS = "|".join(_SIDE_OF)
_NONE: Mapping[str, str] = MappingProxyType({})
_SIDE = re.compile(rf"\b({WORDS})\b", re.IGNORECASE)
_MUSCLES = re.compile(
    r"\b(?:obturator|vastus|pterygoid|oblique|intercostal)\w* \w+(?=[,;.)]|$| and| or| of)", re.IGNORECASE
)


def side_of(word: str) -> str:
    """'medial' for 'Inner', '' for a word that means no side."""
    return _SIDE_OF.get(word.lower().strip("*_(“"), "")


@lru_cache(maxsize=65_536)
def sides_in(text: str) -> Mapping[str, str]:
    """The sides that a text names, each with the word for it. *Internus* names a muscle, never a side of something else."""
    found = sides_named(text)
    return sides_named(_MUSCLES.sub("", text)) if found else found


@lru_cache(maxsize=65_536)
def sides_named(name: str) -> Mapping[str, str]:
    """The sides that a name holds, a muscle's among them, each with the word for it."""
    found = {_SIDE_OF[each[0].lower()]: each[0] for each in _SIDE.finditer(name)}
    return MappingProxyType(found) if found else _NONE


def other(word: str) -> str:
    """The same sort of word for the opposite side: 'outer' for 'inner'."""
    side = _SIDE_OF[word.lower()]
    words = _SIDES[OPPOSITE[side]]
    found = words[min(_SIDES[side].index(word.lower()), len(words) - 1)]
    return found.capitalize() if word[:1].isupper() else found


def swapped(text: str) -> str:
    """The text with every side turned into its opposite."""
    return _SIDE.sub(lambda found: other(found[0]), text)
