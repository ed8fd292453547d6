"""Names that are nearly the same, and words that mean the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import combinations
from typing import TypeVar

from rapidfuzz.distance import DamerauLevenshtein

from deckbuilder.anatomy.library import MAX_SHARING
from deckbuilder.reading.english import english
from deckbuilder.reading.tokens import words

T = TypeVar("T")
# So many letters apart are two long names that may be taken for each other; of a shorter one, or a short word in it, one.
_LETTERS = 2
_LONG = 8
_LEAST = 5
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
    for sharing in rest.values():
        if len(sharing) > 1:
            yield from _near_words(sharing)


def _near_words(found: list[tuple[str, str, T]]) -> Iterator[tuple[T, T]]:
    """The pairs among names that differ in one word: all of few are compared, of many those that may be near."""
    pairs = (
        combinations(range(len(found)), 2)
        if len(found) <= MAX_SHARING
        else _may_be_near(tuple(word for word, _, _ in found))
    )
    for one, other in pairs:
        (word, name, first), (second_word, _, second) = found[one], found[other]
        if word != second_word and _is_near(word, second_word, _LETTERS if len(name) >= _LONG else 1):
            yield first, second


def _is_near(one: str, other: str, limit: int) -> bool:
    if limit > 1 and len(one) < _LEAST:
        return False
    return DamerauLevenshtein.distance(one, other, score_cutoff=limit) <= limit


@lru_cache(maxsize=8)
def _may_be_near(found: tuple[str, ...]) -> list[tuple[int, int]]:
    """The places of all words that become one when up to two letters are left out of each.

    The landmarks of many bones, 'crest of the …' and 'spine of the …', bring the same words again and again.
    """
    first: dict[str, int] = {}
    several: dict[str, list[int]] = {}
    for place, word in enumerate(found):
        for less in _shortened(word):
            before = first.setdefault(less, place)
            if before != place:
                several.setdefault(less, [before]).append(place)
    pairs = {pair for places in several.values() if len(places) <= MAX_SHARING for pair in combinations(places, 2)}
    return sorted(pairs)


def _shortened(word: str) -> frozenset[str]:
    """A word, and what is left of it without one or two of its letters."""
    once = [word[:at] + word[at + 1 :] for at in range(len(word))]
    # The second letter stands behind the first: before it, the same two were left out already.
    without_two = [less[:at] + less[at + 1 :] for first, less in enumerate(once) for at in range(first, len(less))]
    return frozenset((word, *once, *without_two))


def bare(name: str) -> str:
    return " ".join(SAME.get(word, word) for word in words(name) if word not in ("the", "of", "musculus"))
