"""Texts as rules read them: without Markdown, in sentences, in words and their stems."""

from __future__ import annotations

import re
from functools import lru_cache

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[*_`~^]")
_SENTENCE = re.compile(r"(?<=[.!?])[\"'’”)]*\s+(?=[A-Z\"'“(*])")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ENDINGS = (
    "ations",
    "ation",
    "ings",
    "ing",
    "ions",
    "ion",
    "ors",
    "or",
    "ed",
    "es",
    "s",
    "e",
    "al",
    "us",
    "is",
    "ae",
    "i",
)


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """The text as it is read: emphasis and the targets of links taken off, white space closed up."""
    return " ".join(_MARKS.sub("", _LINK.sub(r"\1", text)).split())


def sentences(text: str) -> list[str]:
    """The sentences of a plain text. 'e.g. the hip' may come in two: rules count, they do not quote."""
    return list(_sentences(text))


@lru_cache(maxsize=65_536)
def _sentences(text: str) -> tuple[str, ...]:
    return tuple(each for each in _SENTENCE.split(plain(text)) if each)


def words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return _WORD.findall(text.lower())


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """What 'rotation', 'rotator' and 'rotates' share; short words stay whole. Rough: for warnings, never for facts."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def holds(text: str, *phrases: str) -> str:
    """The first of the phrases that stands in the text as whole words, '' if none does. Phrases are in lower case."""
    found = re.search(_any(phrases), plain(text), re.IGNORECASE) if phrases else None
    return found[0] if found else ""


@lru_cache(maxsize=256)
def _any(phrases: tuple[str, ...]) -> str:
    longest = sorted(phrases, key=len, reverse=True)
    return r"(?<!\w)(?:" + "|".join(re.escape(each).replace(r"\ ", r"\s+") for each in longest) + r")(?!\w)"


# Words that carry no meaning of their own.
_EMPTY = frozenset(
    words(
        """a about after again all also although an and another any are as at be because been before being between both but
    by can could did do does during each else few for from had has have how however if in into is it its least less
    many may might more most much must no nor not of off often on one only onto or other others over per same she should
    so some such than that the their them then there these they this those though through to too toward towards two
    under until up upon was we were what when where whether which while who whom whose why will with within without
    would yet you your"""
    )
)


@lru_cache(maxsize=65_536)
def content(text: str) -> tuple[str, ...]:
    """The words of a text that carry a meaning, in lower case."""
    return tuple(word for word in words(plain(text)) if word not in _EMPTY)


def bare(text: str) -> str:
    """What an answer names: without its article, what stands in brackets, and the full stop."""
    core = re.sub(r"\s*\([^)]*\)", "", plain(text)).strip(" .;:,!?\"'").lower()
    return re.sub(r"^(?:an?|the)\s+", "", core)
