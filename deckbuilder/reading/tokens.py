"""Texts as rules read them: without Markdown, in sentences, in words and their stems; each text is taken apart once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from sys import intern
from typing import Any, TypeVar

from deckbuilder.core.patterns import regex
from deckbuilder.reading.english import english

T = TypeVar("T")
# More texts than any deck has; a preview that goes on for days meets ever new ones.
MOST = 1 << 20
_STORES: list[Any] = []
_LINK = regex(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = regex(r"[*_`~^]")
_SENTENCE = regex(r"(?<=[.!?])[\"'’”)]*\s+(?=[A-Z\"'“(*])")
_WORD = regex(r"[^\W_]+(?:['’][^\W_]+)*")
_PIECE = regex(r"[^\W_]+")
# ASCII in lower case, and a blank for all that is in no word.
_LOW_LETTERS = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128))
_STEM = 4  # letters that a stem keeps


def remembered(read: Callable[[str], T]) -> Callable[[str], T]:
    """What is read from a text, until somebody forgets it.

    Rules come one after another over all texts of a deck: a store that held fewer than the deck has would forget each text
    before the next rule asks for it, and one that knows which was asked for last takes twice as long to ask.
    """
    store = cache(read)
    _STORES.append(store)
    return store


def forget(most: int = 0) -> None:
    """What was read from texts, wherever it was from more than so many."""
    for store in _STORES:
        if store.cache_info().currsize > most:
            store.cache_clear()


@remembered
def plain(text: str) -> str:
    """The text as it is read: emphasis and the targets of links taken off, white space closed up."""
    if _is_marked(text):
        text = _MARKS.sub("", _LINK.sub(r"\1", text))
    closed = text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " "
    return text if closed else " ".join(text.split())


def _is_marked(text: str) -> bool:
    """Whether a mark or a link may stand in a text; one by one, since most texts of a deck have none of them."""
    return "*" in text or "_" in text or "`" in text or "~" in text or "^" in text or "[" in text


@remembered
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a plain text. 'e.g. the hip' may come in two: rules count, they do not quote."""
    return tuple(each for each in _SENTENCE.split(plain(text)) if each)


@remembered
def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, as a person counts them: "don't" is one."""
    # Most texts are plain; what the pattern finds in them is found by splitting in half the time. A deck says few words a
    # thousand times each: not held once, they would be a third of what the rules remember.
    plain_letters = text.isascii() and "'" not in text
    found = text.translate(_LOW_LETTERS).split() if plain_letters else _WORD.findall(text.lower())
    return tuple(map(intern, found))


def pieces(text: str) -> Sequence[str]:
    """The words of a text in lower case, as names are found in it: what an apostrophe or a hyphen joins comes apart."""
    return _PIECE.findall(text.lower()) if "'" in text or "’" in text else words(text)


def spots(text: str) -> list[tuple[int, int]]:
    """Where each piece of a text begins and ends."""
    low = text.lower()
    if len(low) != len(text):  # a letter that becomes two: nothing stands where it stood
        return [each.span() for each in _PIECE.finditer(text)]
    found: list[tuple[int, int]] = []
    end = 0
    for piece in pieces(text):
        start = low.index(piece, end)  # nothing but signs lies between two pieces
        end = start + len(piece)
        found.append((start, end))
    return found


@remembered
def stem(word: str) -> str:
    """What 'rotation', 'rotator' and 'rotates' share; short words stay whole. Rough: for warnings, never for facts."""
    for ending in english().endings:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word


def holds(text: str, *phrases: str) -> str:
    """The first of the phrases that stands in the text as whole words, '' if none does. Phrases are in lower case."""
    found = _any(phrases).search(plain(text)) if may_hold(text, phrases) else None
    return found[0] if found else ""


def may_hold(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether any of the phrases can stand in the text, by its words: asked before a slower search."""
    needed = _needed(phrases)
    return bool(phrases) and (not needed or not needed.isdisjoint(pieces(plain(text))))


@lru_cache(maxsize=256)
def _needed(phrases: tuple[str, ...]) -> frozenset[str]:
    """Words of which a text has one if any of the phrases stands in it; none where a phrase has no word."""
    longest = [max(pieces(each), key=len, default="") for each in phrases]
    return frozenset(longest) if all(longest) else frozenset()


@lru_cache(maxsize=256)
def _any(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(phrases, key=len, reverse=True)
    either = "|".join(re.escape(each).replace(r"\ ", r"\s+") for each in longest)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)


@remembered
def content(text: str) -> tuple[str, ...]:
    """The words of a text that carry a meaning, in lower case."""
    empty = english().empty
    return tuple(word for word in words(plain(text)) if word not in empty)


@remembered
def bare(text: str) -> str:
    """What an answer names: without its article, what stands in brackets, and the full stop."""
    core = re.sub(r"\s*\([^)]*\)", "", plain(text)).strip(" .;:,!?\"'").lower()
    return re.sub(r"^(?:an?|the)\s+", "", core)
