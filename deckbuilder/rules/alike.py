"""Names that are nearly the same, and words that mean the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
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


def near(named: Iterable[tuple[str, T]], most: int | None = None) -> Iterator[tuple[T, T]]:
    """What has names two letters or less apart, in one of their words: the earlier thing, and the later.

    Names are put together by all their words but one, so that each is compared with few. A name of under eight letters
    may differ in one, a number is no spelling, and what many share tells nothing. `most`: with so many before it a name
    is enough told of; in a deck of ever more names, each has ever more that are near.
    """
    rest: dict[tuple[int, tuple[str, ...]], list[tuple[str, str, T]]] = {}
    for name, thing in named:
        of = words(name)
        for place, word in enumerate(of):
            if word.isalpha() and len(word) > 3:
                rest.setdefault((place, (*of[:place], "", *of[place + 1 :])), []).append((word, name, thing))
    for sharing in rest.values():
        if len(sharing) > 1:
            yield from _near_words(sharing, most)


def _near_words(found: list[tuple[str, str, T]], most: int | None) -> Iterator[tuple[T, T]]:
    """The pairs among names that differ in one word: all of few are compared, of many those that may be near."""
    if len(found) <= MAX_SHARING:
        before: Mapping[int, Iterable[int]] = {later: range(later) for later in range(1, len(found))}
    else:
        before = _may_be_near(tuple(word for word, _, _ in found))
    for later, places in before.items():
        word, _, thing = found[later]
        earlier = (found[place] for place in places)
        near_ones = (first for other, name, first in earlier if other != word and _is_near(other, word, len(name)))
        yield from ((first, thing) for first in islice(near_ones, most))


def _is_near(one: str, other: str, letters: int) -> bool:
    """Whether a word of a name of so many letters may be taken for another word."""
    limit = _LETTERS if letters >= _LONG else 1
    if abs(len(one) - len(other)) > limit or (limit > 1 and len(one) < _LEAST):
        return False
    return DamerauLevenshtein.distance(one, other, score_cutoff=limit) <= limit


@lru_cache(maxsize=8)
def _may_be_near(found: tuple[str, ...]) -> dict[int, list[int]]:
    """Of each word the places of those before it that become one with it when up to two letters are left out of each.

    The landmarks of many bones, 'crest of the …' and 'spine of the …', bring the same words again and again.
    """
    first: dict[str, int] = {}
    several: dict[str, list[int]] = {}
    for place, word in enumerate(found):
        for less in _shortened(word):
            before = first.setdefault(less, place)
            if before != place:
                several.setdefault(less, [before]).append(place)
    earlier: dict[int, set[int]] = {}
    for places in several.values():
        for at in range(1, len(places)) if len(places) <= MAX_SHARING else ():
            earlier.setdefault(places[at], set()).update(places[:at])
    return {later: sorted(earlier[later]) for later in sorted(earlier)}


def _shortened(word: str) -> frozenset[str]:
    """A word, and what is left of it without one or two of its letters."""
    once = [word[:at] + word[at + 1 :] for at in range(len(word))]
    # The second letter stands behind the first: before it, the same two were left out already.
    without_two = [less[:at] + less[at + 1 :] for first, less in enumerate(once) for at in range(first, len(less))]
    return frozenset((word, *once, *without_two))


def bare(name: str) -> str:
    return " ".join(SAME.get(word, word) for word in words(name) if word not in ("the", "of", "musculus"))
