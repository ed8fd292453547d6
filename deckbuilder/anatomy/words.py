"""How facts read: names in a sentence, counts, the small print of an answer. Plain text; templates lay it out.

Everything here is asked for every note, so what depends on a record alone is worked out once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from deckbuilder.anatomy.library import Library, Player
from deckbuilder.core.patterns import regex
from deckbuilder.records import Action, Group, Joint, Muscle, Nerve, Region, Source
from deckbuilder.records.base import Noted, Subject
from deckbuilder.records.keys import About
from deckbuilder.records.muscle import Fact

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ASKED = (
    ("origin", "site", "sites"),
    ("insertion", "site", "sites"),
    ("actions", "movement", "movements"),
    ("nerve", "nerve", "nerves"),
)
MAX_STEPS = 4
Low = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Answer:
    """One part of an answer: what is graded, the bone it is on, and the lines of small print below."""

    name: str
    bone: str = ""
    small: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """What a muscle's cards ask about one thing: the answer parts, how many are expected, and all in one line."""

    answers: tuple[Answer, ...]
    expect: str
    short: str


def cap(text: str) -> str:
    """With a capital at the beginning."""
    return text[:1].upper() + text[1:]


def low(text: str) -> str:
    """A name inside a sentence; 'T12 vertebra' and 'TFL' keep their capitals."""
    second = text[1:2]
    return text if second.isupper() or second.isdigit() else text[:1].lower() + text[1:]


@lru_cache(maxsize=16_384)
def _spelled(id: str) -> str:
    """An id in words: 'motor-control' becomes 'Motor control'."""
    return cap(id.replace("-", " "))


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    return cap(text) + ("" if text[-1:] in ".!?…" else ".")


# What printers set, and what keyboards type for it.
_KEYS = str.maketrans({**dict.fromkeys("’‘‛ʼ′", "'"), **dict.fromkeys("“”„″", '"'), **dict.fromkeys("‐‑‒–—−", "-")})
_ACCENT = regex(r"(?<=[A-Za-z])[\u0300-\u036f]+")


def typeable(text: str, accents: bool = True) -> str:
    """A text as it is typed: with the quotes, hyphens and blanks of a keyboard; without `accents`, as who has none types it."""
    plain = " ".join(text.translate(_KEYS).split())
    return plain if accents else unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFD", plain)))


def count(number: int, one: str, many: str) -> str:
    """'two heads', 'one site', '12 muscles'"""
    return f"{_NUMBERS[number] if number < len(_NUMBERS) else number} {one if number == 1 else many}"


def who(players: Iterable[Player], low: Low = low) -> str:
    """'Biceps femoris (long head), semitendinosus'; `low`: how names stand inside a sentence."""
    found = [
        f"{low(player.muscle.name)} ({low(player.muscle.part_name(player.part))})"
        if player.part
        else low(player.muscle.name)
        for player in players
    ]
    return cap(", ".join(found))


def listed(names: Sequence[str], joint: str = ", ", low: Low = low) -> str:
    """Names in a row, the first with its capital."""
    return joint.join([*names[:1], *(low(name) for name in names[1:])])


def _once(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """What several heads have is named once, with what is said of each below it."""
    listed = tuple(answers)
    if len(listed) == 1 and len(listed[0].small) < 2:  # nothing is said a second time
        return listed
    found: dict[tuple[str, str], dict[str, None]] = {}
    for each in listed:
        found.setdefault((each.name, each.bone), {}).update(dict.fromkeys(each.small))
    return tuple([_answer(*key, tuple(small)) for key, small in found.items()])


# The same few hundred answers are given by thousands of notes.
_answer = lru_cache(maxsize=65_536)(Answer)


@lru_cache(maxsize=65_536)
def _divisions(number: int, heads: bool) -> str:
    return cap(count(number, "head", "heads") if heads else count(number, "part", "parts"))


class Words:
    """The words for the records of one library."""

    def __init__(self, library: Library) -> None:
        self._library, self._low = library, library.low

    # Muscles

    def muscle(self, muscle: Muscle) -> dict[str, Answers]:
        """Everything that is asked about a muscle, by 'origin', 'insertion', 'actions' and 'nerve'."""
        return {
            about: Answers(
                self._answers(muscle, about), self._expect(muscle, about, one, many), self.short(muscle, about)
            )
            for about, one, many in _ASKED
        }

    def _answers(self, muscle: Muscle, about: str) -> tuple[Answer, ...]:
        facts = muscle.facts(about)
        if about in ("origin", "insertion"):
            return _once([self._site(muscle, fact) for fact in facts])
        if about == "actions":
            return _once(
                [
                    _answer(cap(self._library.get(Action, fact.id).phrase), "", self._small(muscle, fact))
                    for fact in facts
                ]
            )
        return _once([self._nerve(muscle, fact, several=len(facts) > 1) for fact in facts])

    def _site(self, muscle: Muscle, fact: Fact) -> Answer:
        """An attachment; of a part of a landmark the whole, with the part in small print."""
        whole, small = self._library.whole(fact.id), self._small(muscle, fact)
        exact = () if whole == fact.id else (self._low(self._library.site_short(fact.id)),)
        return _answer(*self._library.site_apart(whole), (*exact, *small))

    def _expect(self, muscle: Muscle, about: str, one: str, many: str) -> str:
        """How many answers there are and of which sort: never which."""
        facts, parts = muscle.facts(about), len(muscle.divisions)
        stating = len({fact.part for fact in facts if fact.part})
        number = len({self._library.whole(fact.id) for fact in facts})  # what two heads share is one thing to name
        if number < 2:
            return f"One {one}." if facts else ""
        if not stating:
            return f"Name {number} {many}."
        if stating == parts == len(facts) == number:
            return f"{_divisions(stating, bool(muscle.heads))}. Name one {one} for each."
        if about == "actions":
            return f"Name {number} {many}. Not every {'head' if muscle.heads else 'part'} does all of them."
        return f"{_divisions(parts, bool(muscle.heads))}. Name {number} {many} in all."

    def short(self, muscle: Muscle, about: str, parts: bool = True) -> str:
        """One line: 'Ischial tuberosity (long head); linea aspera (short head)'"""
        if not muscle.divisions:
            return cap(", ".join([self._low(self._name(about, fact.id)) for fact in muscle.facts(about)]))
        found = []
        for names, of in self._by_names(muscle, about).items():
            named = [each for each in of if each] if parts else []
            found.append(", ".join(names) + (f" ({', '.join(named)})" if named else ""))
        return cap("; ".join(found))

    def _by_names(self, muscle: Muscle, about: str) -> dict[tuple[str, ...], list[str]]:
        """What is stated of the whole or of parts, and the parts of which it is; '' for the whole."""
        by_part: dict[str, list[str]] = {}
        for fact in muscle.facts(about):
            by_part.setdefault(fact.part, []).append(self._low(self._name(about, fact.id)))
        alike: dict[tuple[str, ...], list[str]] = {}
        for part in ("", *muscle.divisions):
            if part in by_part:
                alike.setdefault(tuple(by_part[part]), []).append(self._low(muscle.part_name(part)) if part else "")
        return alike

    def _name(self, about: str, id: str) -> str:
        if about == "actions":
            return self._library.get(Action, id).phrase
        return self._library.get(Nerve, id).name if about == "nerve" else self._library.site_apart(id)[0]

    def _small(self, muscle: Muscle, fact: Fact, *more: str) -> tuple[str, ...]:
        if not fact.part and not more:
            return (fact.detail,) if fact.detail else ()
        part = self._low(muscle.part_name(fact.part)) if fact.part else ""
        line = ", ".join(each for each in (part, fact.detail, *more) if each)
        return (line,) if line else ()

    def _nerve(self, muscle: Muscle, fact: Fact, several: bool) -> Answer:
        nerve = self._library.get(Nerve, fact.id)
        own = muscle.divisions[fact.part].roots if fact.part else ()
        roots = own or (() if muscle.roots and several else muscle.roots or nerve.roots)
        trunk = f"part of the {self._low(self._library.name(nerve.part_of, 'nerve'))}" if nerve.part_of else ""
        lines = self._small(muscle, fact, trunk)
        return _answer(nerve.name, "", (*lines, ", ".join(roots)) if roots else lines)

    # Where a note belongs

    def path(self, regions: Sequence[str]) -> tuple[str, ...]:
        """'Lower limb', 'Thigh' for one region; several stand side by side."""
        if len(regions) == 1:
            return tuple(self._library.trail(regions[0]))
        return (listed([self._library.get(Region, id).name for id in regions], low=self._low),) if regions else ()

    def trail(self, subject: Noted) -> list[str]:
        """'Muscle › Thigh › Posterior', 'Joint › Hip, knee': the tags as a learner reads them."""
        about, library = subject.about(), self._library
        found = [self._among(subject)] if isinstance(subject, Muscle) else self._muscles(about)
        groups = filter(None, (library.find(Group, id) for id in about.groups))
        found += self._step("Group", [group.name for group in groups])
        actions = filter(None, (library.find(Action, id) for id in about.moves or about.actions))
        found += self._step("Joint", [library.get(Joint, action.joint).name for action in actions])
        found.append(f"Topic › {_spelled(subject.topic_id)}")
        exams = dict.fromkeys(exam.name for topic in subject.topics for exam, _ in library.exams.get(topic, ()))
        found += [f"Exam › {', '.join(exams)}"] if exams else []
        return found

    def _among(self, muscle: Muscle) -> str:
        """Where a muscle itself belongs: its region and its compartment."""
        region = self._library.get(Region, muscle.region)
        compartment = region.compartments.get(muscle.compartment or "", "")
        return " › ".join(filter(None, ("Muscle", region.name, compartment)))

    def _muscles(self, about: About) -> list[str]:
        muscles = (self._library.find(Muscle, id.split("/")[0]) for id in about.muscles)
        return self._step("Muscle", [muscle.name for muscle in muscles if muscle])

    def sources(self, subject: Subject) -> list[Source]:
        """What its facts were read in, in the order cited."""
        return self._library.sources(subject.cited())

    def _step(self, facet: str, names: Iterable[str]) -> list[str]:
        found = list(dict.fromkeys(names))
        if not found:
            return []
        more = " …" if len(found) > MAX_STEPS else ""
        return [f"{facet} › {listed(found[:MAX_STEPS], low=self._low)}{more}"]
