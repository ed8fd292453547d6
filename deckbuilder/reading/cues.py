"""What a text says of a muscle: where it starts and ends, what supplies it, what it moves, which group it is in.

Only plain statements are read: a relation word, and behind it, in the same clause, the name of something in the deck.
What is denied is no statement, and every word that was not understood is left over, so that a rule can keep silent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

from deckbuilder.anatomy.library import Library
from deckbuilder.core.patterns import regex
from deckbuilder.reading.clauses import Clause, Divider
from deckbuilder.reading.english import english, pattern, whole
from deckbuilder.reading.lexicon import Lexicon, Mention
from deckbuilder.reading.meant import Meant
from deckbuilder.reading.tokens import pieces

About = Literal["origin", "insertion", "attachment", "nerve", "actions", "leads", "opposes", "joint", "group"]
Span = tuple[int, int]

_NEXT_VERB = regex(r"(?:\b(?:and|or)|,) (?:also |then )?(?!the\b|its\b)\w+s (?:the|it|its|up|out|them)\b")
_WORD = regex(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SITES = ("landmark", "bone", "structure", "group")
_PLACES = ("landmark", "bone", "structure")
_MOST_BETWEEN = 6  # words between a verb and the joint that it moves


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing said of a muscle. Any of `ids` makes it true; `words` is how the text says it."""

    about: About
    ids: frozenset[str]
    name: str
    words: str
    start: int
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """The cues of a text, and all words that none of them was read from."""

    cues: tuple[Cue, ...]
    left: tuple[str, ...]


class Reader:
    """Reads texts by the names of one deck."""

    def __init__(self, library: Library, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.meant = Meant(library)
        self._divider = Divider(lexicon)

    def clauses(self, text: str) -> tuple[Clause, ...]:
        """A plain text in clauses."""
        return self._divider.clauses(text)

    def one_clause(self, text: str) -> Clause:
        """A text that is one clause, whatever stands in it."""
        return self._divider.whole(text)

    def says_nothing(self, text: str) -> bool:
        """Whether no clause of a plain text can say anything of a muscle: asked before it is divided."""
        return english().saying.isdisjoint(pieces(text)) and not self.lexicon.names_any(text, "nerve", "action")

    def read(self, text: str) -> Read:
        """The cues of every clause of a text, and the words that are left."""
        found: list[Cue] = []
        left: list[str] = []
        for clause in self.clauses(text):
            cues, spans = ([], []) if clause.aside else self._understood(clause)
            found += cues
            left += _outside(clause.text, spans)
        return Read(tuple(found), tuple(left))

    def cues(self, clause: Clause, *, describes: bool = False) -> list[Cue]:
        """What a clause says. `describes`: of one muscle throughout, so that a nerve alone, or a `to`, says something."""
        if not clause.tells:
            return list(self._described(clause)) if describes else []
        return self._understood(clause, describes)[0]

    def _understood(self, clause: Clause, describes: bool = False) -> tuple[list[Cue], list[Span]]:
        """The cues of a clause, and the stretches of it that they were read from."""
        found: list[Cue] = []
        spans: list[Span] = []
        relations = _relations(clause.text)
        for each, end in relations:
            named = [mention for mention in clause.mentions if each.end() <= mention.start < end]
            if got := list(self._told(clause, each, named, end)):
                found += got
                spans += [each.span(), *((mention.start, mention.end) for mention in named)]
        if describes and not relations:
            found += self._described(clause)
        for cue, span in self._moved(clause):
            found.append(cue)
            spans.append(span)
        return found, spans

    def _cue(self, clause: Clause, about: str, ids: frozenset[str], name: Span, start: int, end: int) -> Cue:
        """A cue whose name, and whose words from `start` to `end`, stand in the clause."""
        text = clause.text
        said, words = text[slice(*name)], text[start:end]
        return Cue(cast(About, about), ids, said, words, clause.start + start, clause.denied)

    def _described(self, clause: Clause) -> Iterator[Cue]:
        """'obturator nerve', 'a long cord to the tibia'."""
        to = _to().search(clause.text) if clause.mentions else None
        for each in clause.mentions:
            at = (each.start, each.end)
            if each.kind == "nerve":
                yield self._cue(clause, "nerve", self.meant.branches(each.id), at, *at)
            elif to and each.kind in _PLACES and _follows(clause.text, to.end(), each.start):
                yield self._cue(clause, "insertion", self.meant.inside(each.id), at, to.start(), each.end)

    def _told(self, clause: Clause, at: re.Match[str], named: list[Mention], end: int) -> Iterator[Cue]:
        """What a relation says of the names behind it, up to `end`."""
        about = str(at.lastgroup)
        if about in ("leads", "opposes"):
            for each in [each for each in named if each.kind == "action"][:1]:
                yield self._cue(clause, about, frozenset({each.id}), (each.start, each.end), at.start(), each.end)
        elif about in _TELLERS:
            yield from _TELLERS[about](self, clause, at, named, end)
        else:
            yield from self._attached(clause, at, named, end)

    def _attached(self, clause: Clause, at: re.Match[str], named: list[Mention], end: int) -> Iterator[Cue]:
        """Places behind 'starts at'; those behind a 'to' are where it ends. 'ends the group' says what it belongs to."""
        about = str(at.lastgroup)
        sites = [each for each in named if each.kind in _PLACES and not _tells_where(clause.text, each)]
        first, to = about, end
        if about in ("both", "origin"):
            first, to = "origin", next((each.start() for each in _to().finditer(clause.text, at.end(), end)), end)
        for alike in _by_place(sites):
            yield self._at(clause, first if alike[0].start < to else "insertion", alike, at.start())
        if about == "insertion":
            yield from self._joined(clause, at, named, end)

    def _at(self, clause: Clause, about: str, alike: list[Mention], start: int) -> Cue:
        """A place that the clause names, as what is said from `start` on."""
        ids = frozenset[str]().union(*(self.meant.inside(each.id) for each in alike))
        name, last = (alike[0].start, alike[0].end), max(each.end for each in alike)
        return self._cue(clause, about, ids, name, start, last)

    def _joined(self, clause: Clause, at: re.Match[str], named: list[Mention], end: int) -> Iterator[Cue]:
        for each in named:
            if each.kind == "group":
                yield self._cue(clause, "group", frozenset({each.id}), (each.start, each.end), at.start(), each.end)

    def _supplied(self, clause: Clause, at: re.Match[str], named: list[Mention], end: int) -> Iterator[Cue]:
        for each in [each for each in named if each.kind == "nerve"][:1]:
            yield self._cue(clause, "nerve", self.meant.branches(each.id), (each.start, each.end), at.start(), each.end)

    def _crossed(self, clause: Clause, at: re.Match[str], named: list[Mention], end: int) -> Iterator[Cue]:
        for joint in self.meant.joints(clause.text):
            if at.end() <= joint.start and joint.end <= end:
                name = clause.text[joint.start : joint.end].lower()
                start = clause.start + at.start()
                yield Cue("joint", frozenset({joint.id}), name, f"{at[0]} {name}", start, clause.denied)

    def _moved(self, clause: Clause) -> Iterator[tuple[Cue, Span]]:
        """'flexes the hip', and of 'flexes, abducts and rotates the hip outward' each."""
        text = clause.text
        for verb in english().motion.finditer(text):
            motion = english().motion_names[int(str(verb.lastgroup)[1:])]
            joint = next((each for each in self.meant.joints(text) if each.start >= verb.end()), None)
            if joint is None or not _is_object(text[verb.end() : joint.start]):
                continue
            action = self.meant.action(joint.id, motion)
            if action:
                turned = _turned().search(text, joint.end) if "rotation" in motion else None
                last = turned.end() if turned else joint.end
                start = clause.start + verb.start()
                cue = Cue("actions", frozenset({action}), action, text[verb.start() : last], start, clause.denied)
                yield cue, (verb.start(), last)

    def nerves(self, text: str) -> list[Cue]:
        """Every nerve that an answer names; 'femoral' alone is one."""
        found = self.lexicon.mentions(text, "nerve") or self.lexicon.mentions(f"{text} nerve", "nerve")
        return [Cue("nerve", frozenset({each.id}), text, text, 0) for each in found]

    def sites(self, text: str, about: str) -> list[Cue]:
        """Every site that an answer names, as what a muscle is said to have for its origin or insertion."""
        return [
            self._cue(self.one_clause(text), about, self.meant.inside(each.id), (each.start, each.end), *span)
            for each in self.lexicon.mentions(text, *_PLACES)
            for span in [(each.start, each.end)]
        ]


# Not kept by each reader, as its own methods: it would hold itself, and with it all names of a deck, for ever.
_TELLERS: dict[str, Callable[[Reader, Clause, re.Match[str], list[Mention], int], Iterator[Cue]]] = {
    "nerve": Reader._supplied,
    "joint": Reader._crossed,
    "group": Reader._joined,
}


@lru_cache(maxsize=1)
def _to() -> re.Pattern[str]:
    return whole(english().to)


@lru_cache(maxsize=1)
def _turned() -> re.Pattern[str]:
    return whole(each for name, phrases in english().turns.items() if name != "verbs" for each in phrases)


@lru_cache(maxsize=1)
def _beside() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern(english().beside)})(?: the)?$", re.IGNORECASE)


def _follows(text: str, end: int, start: int) -> bool:
    """Whether a name belongs to the 'to' before it: an article and a word may stand between."""
    return start > end and len(text[end:start].split()) < 3


def _outside(clause: str, spans: list[Span]) -> Iterator[str]:
    """The words outside these stretches, in lower case."""
    for each in _WORD.finditer(clause):
        if not any(start <= each.start() < end for start, end in spans):
            yield each[0].lower()


def _is_object(between: str) -> bool:
    """Whether a joint so far behind a verb is what the verb moves."""
    return len(between.split()) <= _MOST_BETWEEN and not english().relation.search(between)


def _relations(text: str) -> list[tuple[re.Match[str], int]]:
    """Each relation in a clause, and where what it says ends: at the next one, or where another verb begins."""
    found = list(english().relation.finditer(text))
    limits = [*(each.start() for each in found[1:]), len(text)]
    verbs = (_NEXT_VERB.search(text, each.end(), limit) for each, limit in zip(found, limits, strict=False))
    return [(each, verb.start() if verb else limit) for each, limit, verb in zip(found, limits, verbs, strict=False)]


def _tells_where(text: str, each: Mention) -> bool:
    """'nerve to piriformis', 'lateral to the femur': a name that only tells where something else is."""
    return bool(_beside().search(text[: each.start].rstrip()))


def _by_place(mentions: list[Mention]) -> list[list[Mention]]:
    """Mentions that stand at one place are one thing with two meanings."""
    found: dict[int, list[Mention]] = {}
    for each in mentions:
        found.setdefault(each.start, []).append(each)
    return list(found.values())
