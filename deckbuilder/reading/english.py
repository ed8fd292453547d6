"""The words of `en.yaml` and the patterns made of them: what the reader knows of English.

Texts in another language are read by the same words; they then say nothing, and no rule that reads finds anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from deckbuilder import source
from deckbuilder.anatomy.linkage import OPPOSITE

_WORDS = Path(__file__).with_name("en.yaml")
# Letters, and the notation that `pattern` knows.
_Phrase = Annotated[str, StringConstraints(pattern=r"^[a-z0-9 '()|*…-]+$")]
_Phrases = tuple[_Phrase, ...]
_PlainWords = frozenset[Annotated[str, StringConstraints(pattern=r"^[a-z']+$")]]
_BETWEEN = r" (?:[\w-]+ ){1,7}?"


def pattern(phrases: Iterable[str]) -> str:
    """A pattern for any of the phrases, the longest first: `(s)` may be there, of `(a|b)` one is, `*` ends a word."""
    return "|".join(_one(each) for each in sorted(phrases, key=len, reverse=True))


def _one(phrase: str) -> str:
    found = re.sub(r"\(([^()|]*)\)", r"(?:\1)?", phrase)
    return re.sub(r"\((?!\?:)", "(?:", found).replace("*", r"\w*").replace(" … ", _BETWEEN)


def signs(phrases: Iterable[str]) -> frozenset[str]:
    """Words of which a text has at least one if any of the phrases stands in it: of each phrase the longest."""
    found = (re.findall(r"[^\W_]+", each) for phrase in phrases for each in spelled_out(phrase))
    return frozenset(max(words, key=len) for words in found)


def spelled_out(phrase: str) -> list[str]:
    """Every form of a phrase: 'flex' and 'flexes' of 'flex(es)'."""
    bracket = re.search(r"\(([^()]*)\)", phrase)
    if bracket is None:
        return [phrase]
    either = bracket[1].split("|") if "|" in bracket[1] else ["", bracket[1]]
    before, after = phrase[: bracket.start()], phrase[bracket.end() :]
    return [form for each in either for form in spelled_out(before + each + after)]


def whole(phrases: Iterable[str]) -> re.Pattern[str]:
    """Any of the phrases as whole words, in upper or lower case."""
    return re.compile(rf"\b(?:{pattern(phrases)})\b", re.IGNORECASE)


class _Words(BaseModel):
    """What a mapping of `en.yaml` may hold: the keys that are named here, and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Relation(_Words):
    """How a text says that a muscle has something: verbs with what may follow them, and phrases that are whole."""

    verbs: _Phrases = ()
    then: _Phrases = ()
    phrases: _Phrases = ()
    before_nerve: _Phrases = ()

    @property
    def signs(self) -> frozenset[str]:
        """Words of which a text has one where the relation stands in it."""
        return signs((*self.verbs, *self.phrases, *self.before_nerve))

    @property
    def pattern(self) -> str:
        """All of it in one pattern. 'has the' is a relation only where 'nerve' follows."""
        found = [pattern(self.phrases)] if self.phrases else []
        found += [rf"(?:{pattern(self.verbs)})(?: (?:{pattern(self.then)}))?"] if self.verbs else []
        found += [rf"(?:{pattern(self.before_nerve)})(?= (?:[\w-]+ ){{1,4}}nerve)"] if self.before_nerve else []
        return "|".join(found)


class Sharing(_Words):
    """How a text says that two muscles have something in common, or have not."""

    same: _Phrases
    other: _Phrases
    facts: _Phrases


class English(_Words):
    """Everything in `en.yaml`, key by key, and the patterns that several modules ask for."""

    british: dict[_Phrase, _Phrase]
    sides: dict[str, _Phrases]
    sided_muscles: _Phrases
    sideways: dict[str, _Phrases]
    side_of_something_else: _Phrases
    lies: dict[_Phrase, tuple[str, str]]
    beside: _Phrases
    motions: dict[str, _Phrases]
    turns: dict[str, _Phrases]
    limbs: dict[str, str]
    not_a_joint: _Phrases
    relations: dict[str, Relation]
    to: _Phrases
    ends: dict[str, _Phrases]
    ending: _Phrases
    supplies: _Phrases
    sharing: Sharing
    alone: _Phrases
    parts_played: _Phrases
    movement: _Phrases
    compartment: _Phrases
    which: _Phrases
    asks: dict[str, _Phrases]
    between: _Phrases
    aside: frozenset[_Phrase]
    it: _PlainWords
    denied: _PlainWords
    against: _PlainWords
    same: dict[_Phrase, str]
    idle: _PlainWords
    empty: _PlainWords
    endings: _Phrases

    @model_validator(mode="after")
    def _fits_together(self) -> English:
        """Every side that bones know has words; what stands aside divides clauses; what is asked for is a relation."""
        if self.sides.keys() != OPPOSITE.keys():
            raise ValueError(f"`sides` are not those of the bones: {sorted(self.sides.keys() ^ OPPOSITE.keys())}")
        if not self.aside <= {*self.between}:
            raise ValueError(f"`aside` holds what `between` does not: {sorted(self.aside - {*self.between})}")
        if not self.asks.keys() | self.ends.keys() <= self.relations.keys():
            raise ValueError("`asks` and `ends` may only name what `relations` has")
        return self

    @cached_property
    def in_britain(self) -> dict[str, str]:
        """American words to British ones."""
        return {american: british for british, american in self.british.items()}

    @cached_property
    def motion(self) -> re.Pattern[str]:
        """A verb that says what moves; the group that matched has the place of its motion in `motion_names`."""
        verbs = pattern(self.turns["verbs"])
        turning = (pattern(self.turns[name]) for name in self.motion_names[len(self.motions) :])
        either = [pattern(phrases) for phrases in self.motions.values()]
        either += [rf"(?:{verbs})(?= (?:\w+ ){{1,5}}?(?:{direction})\b)" for direction in turning]
        groups = (rf"\b(?P<m{place}>{verb})\b" for place, verb in enumerate(either))
        return re.compile("|".join(groups), re.IGNORECASE)

    @cached_property
    def motion_names(self) -> tuple[str, ...]:
        """The motion of each group of `motion`: those with a verb of their own, then those told by a direction."""
        return (*self.motions, *(name for name in self.turns if name != "verbs"))

    @cached_property
    def telling(self) -> frozenset[str]:
        """Words of which a text has one where it says anything by a relation or a motion."""
        verbs = [phrase for phrases in self.motions.values() for phrase in phrases]
        return signs((*verbs, *self.turns["verbs"])).union(*(each.signs for each in self.relations.values()))

    @cached_property
    def saying(self) -> frozenset[str]:
        """Words of which a text has one where it says anything of a muscle, but for nerves and movements by their names."""
        sides = [word for words in self.sides.values() for word in words]
        ends = [phrase for phrases in self.ends.values() for phrase in phrases]
        return self.telling | signs((*sides, *ends, *self.to, "compartment"))

    @cached_property
    def relation(self) -> re.Pattern[str]:
        """Any relation, in a group of its name."""
        groups = (f"(?P<{name}>{each.pattern})" for name, each in self.relations.items())
        return re.compile(rf"\b(?:{'|'.join(groups)})\b", re.IGNORECASE)


def in_both_spellings(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Words as they stand, and as a British author writes them where that is another way."""
    british = tuple(english().in_britain.get(word, word) for word in words)
    return list(dict.fromkeys((tuple(words), british)))


@lru_cache(maxsize=1)
def english() -> English:
    """The words, read when the first text is."""
    documents, faults = source.parse(source.File(_WORDS.name, _WORDS.read_text("utf-8")))
    assert not faults and len(documents) == 1, f"{_WORDS}: {faults}"
    return English.model_validate(documents[0].value)
