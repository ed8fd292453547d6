"""Two texts of a field as a person compares them: words that went, words that came, and not a tag of HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from rapidfuzz.distance import LCSseq

from deckbuilder.core.patterns import regex
from deckbuilder.core.prose import OBEYED
from deckbuilder.diff.changes import Run

MAX_LENGTH = 100_000  # of a field in characters; past that nobody reads a comparison
MAX_WORDS = 2_000
CONTEXT = 4  # words that are kept on either side of a change
_CLOZE = regex(r"\{\{c\d+::(.*?)(?:::[^{}]*)?\}\}", re.DOTALL)
_MASK = regex(r"\{\{c(\d+)::image-occlusion:[^{}]*\}\}")
_SOUND = regex(r"\[(?:sound|anki):([^\[\]]*)\]")
_BREAKS = {"li": " · ", "br": " / ", "hr": " / "}
_TAG = regex(r"<(/?)([a-z0-9]+)([^<>]*)>", re.IGNORECASE)
_ALT = regex(r'\b(alt|src)="([^"]*)"')
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "cite", "code", "em", "i", "kbd", "mark", "q", "s", "strong", "sub", "sup", "u"}
)
_OTHERS = frozenset(
    {"p", "div", "span", "small", "img", "tr", "td", "dt", "dd", "summary", "h1", "h2", "h3", "section"}
)


class Budget:
    """Comparing words costs their product: a stranger's package gets so much of it, and no more."""

    def __init__(self, left: int = 400_000_000) -> None:
        self.left = left

    def spend(self, cost: int) -> bool:
        self.left -= cost
        return self.left >= 0


def plain(text: str) -> str:
    """What a learner reads of a field: no tags, pictures by their words, clozes without their numbers, masks by theirs."""
    import nh3

    if "<" in text:
        tags = {*_INLINE, *_OTHERS, *_BREAKS}
        clean = nh3.clean(text, tags=tags, attributes={"img": {"alt", "src"}}, link_rel=None)
        text = _TAG.sub(_replaced, clean)
    text = _MASK.sub(r"[mask \1]", html.unescape(text).replace("\xa0", " "))
    text = _CLOZE.sub(r"[\1]", text)
    return visible(" ".join(_SOUND.sub(r"[sound \1]", text).split())).strip("·/ ")


def visible(text: str) -> str:
    """Without control characters and marks that turn the direction: a stranger's text must not steer a terminal."""
    return OBEYED.sub("\N{REPLACEMENT CHARACTER}", text)


def compare(old: str, new: str, budget: Budget) -> tuple[Run, ...]:
    """Runs of words from one text to the other. None where the words are the same, or too many to compare."""
    if max(len(old), len(new)) > MAX_LENGTH:
        return ()
    before, after = plain(old).split(), plain(new).split()
    if before == after:
        return ()
    if not before or not after:
        return tuple((mark, " ".join(words)) for mark, words in (("-", before), ("+", after)) if words)
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    middle, other = before[head : len(before) - tail], after[head : len(after) - tail]
    if max(len(middle), len(other)) > MAX_WORDS or not budget.spend(len(middle) * len(other) + 1):
        return ()
    same = " ".join(before[:head]), " ".join(before[len(before) - tail :])
    runs = [("=", same[0]), *_runs(middle, other), ("=", same[1])]
    return _readable([run for run in runs if run[1]])


def _runs(before: list[str], after: list[str]) -> Iterator[Run]:
    """The runs from some words to others; some may be empty."""
    for step in LCSseq.opcodes(before, after):
        went = " ".join(before[step.src_start : step.src_end])
        if step.tag == "equal":
            yield "=", went
        else:
            yield "-", went
            yield "+", " ".join(after[step.dest_start : step.dest_end])


def shorten(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """The runs with long unchanged stretches cut out."""
    found: list[Run] = []
    for place, (mark, text) in enumerate(runs):
        words = text.split()
        first, last = place == 0, place == len(runs) - 1
        room = CONTEXT if first or last else 2 * CONTEXT
        if mark == "=" and len(words) > room + 2:
            head = [] if first else words[:CONTEXT]
            tail = [] if last else words[-CONTEXT:]
            text = " ".join([*head, "…", *tail])
        found.append((mark, text))
    return tuple(found)


def _replaced(found: re.Match[str]) -> str:
    closing, tag, attributes = found[1], found[2].lower(), found[3]
    if tag == "img":
        said = dict(_ALT.findall(attributes))
        return f" [picture: {said.get('alt') or said.get('src', '')}] "
    if closing:
        return "" if tag in _INLINE else " "
    return _BREAKS.get(tag, "" if tag in _INLINE else " ")


def _shared(one: list[str], two: list[str]) -> int:
    return next(
        (at for at, pair in enumerate(zip(one, two, strict=False)) if pair[0] != pair[1]), min(len(one), len(two))
    )


def _readable(runs: list[Run]) -> tuple[Run, ...]:
    """Single words that stayed between two changes join them: 'of the' is easier to read whole."""
    found: list[Run] = []
    for place, (mark, text) in enumerate(runs):
        between = 0 < place < len(runs) - 1 and mark == "=" and len(text.split()) == 1
        for sign in "-+" if between else mark:
            _join(found, sign, text)
    return tuple(found)


def _join(found: list[Run], mark: str, text: str) -> None:
    """To the change that is under way: what went stands before what came."""
    at = len(found)
    while at and found[at - 1][0] != "=" and mark != "=":
        at -= 1
        if found[at][0] == mark:
            found[at] = (mark, f"{found[at][1]} {text}")
            return
    if mark == "-" and found and found[-1][0] == "+":
        found.insert(len(found) - 1, (mark, text))
    else:
        found.append((mark, text))
