"""Names that are nearly the same, and words that mean the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rapidfuzz.distance import DamerauLevenshtein

from deckbuilder.anatomy.library import MAX_SHARING
from deckbuilder.reading.english import english
from deckbuilder.reading.tokens import words

T = TypeVar("T")
# One word for each side, whichever of its names the author took, and words that make no other fact.
SAME, IDLE = english().same, english().idle


def near(named: Iterable[tuple[str, T]]) -> Iterator[tuple[T, T]]:
    """What has names two letters or less apart, in one of their words.

    Names are put together by all their words but one, so that each is compared with few. A name of under eight letters
    may differ in one, a number is no spelling, and what many share tells nothing.
    """
    rest: dict[tuple[int, tuple[str, ...]], list[tuple[str, str, T]]] = {}
    for name, thing in named:
        of = words(name)
        for place, word in enumerate(of):
            if word.isalpha() and len(word) > 3:
                rest.setdefault((place, (*of[:place], "", *of[place + 1 :])), []).append((word, name, thing))
    for each in rest.values():
        for one, other in _near_words(each):
            limit = 2 if len(one[1]) > 7 else 1
            if one[0] == other[0] or (limit == 2 and len(one[0]) < 5):
                continue
            if DamerauLevenshtein.distance(one[0], other[0], score_cutoff=limit) <= limit:
                yield one[2], other[2]


def _near_words(found: list[tuple[str, str, T]]) -> Iterator[tuple[tuple[str, str, T], tuple[str, str, T]]]:
    """Pairs that may be near: all of few, of many those that are one when two letters are left out."""
    if len(found) <= MAX_SHARING:
        for place, one in enumerate(found):
            for other in found[place + 1 :]:
                yield one, other
        return
    by: dict[str, list[int]] = {}
    for place, (word, _, _) in enumerate(found):
        once = {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}
        for less in once | {each[:at] + each[at + 1 :] for each in once for at in range(len(each))}:
            by.setdefault(less, []).append(place)
    pairs = {
        (sharing[at], later)
        for sharing in by.values()
        if 1 < len(sharing) <= MAX_SHARING
        for at in range(len(sharing))
        for later in sharing[at + 1 :]
    }
    for one_at, other_at in sorted(pairs):
        yield found[one_at], found[other_at]


def bare(name: str) -> str:
    return " ".join(SAME.get(word, word) for word in words(name) if word not in ("the", "of", "musculus"))
