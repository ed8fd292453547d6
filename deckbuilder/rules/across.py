"""Questions with two answers, and two records that say other things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from deckbuilder.anatomy.words import low
from deckbuilder.reading.cues import Cue
from deckbuilder.reading.english import english, pattern
from deckbuilder.reading.subjects import Asks
from deckbuilder.reading.tokens import plain, stem, words
from deckbuilder.reading.truth import facts_of
from deckbuilder.records import Action, Group, Muscle, Record
from deckbuilder.records.base import Subject
from deckbuilder.records.keys import Asked, Said
from deckbuilder.rules.against import instead, mended_under, sentences_against
from deckbuilder.rules.phrasing import fact_name, listed, read_and_mend
from deckbuilder.rules.rule import Found, Seen, rule

_SITES = ("origin", "insertion", "nerve", "actions")
_SAYS = {"origin": "starts at", "insertion": "ends at", "nerve": "is supplied by", "actions": "has the action"}


@rule()
def ambiguous_reverse(seen: Seen) -> Iterator[Found]:
    """A question with several right answers: more than one muscle of the deck fits all that it says.
    Attachments, nerves, movements, joints and groups that the question names are looked up in the deck. Silent where it
    says anything that was not understood. Also told: two groups with the same members, since both cards ask for them.

    Why: in one public list of 215 muscles, 154 share their nerve with another, 48 their action and 31 their whole
    origin, while origin and insertion together belong to one muscle alone in 213.

    Bad:
        ask: Which muscle originates from the ischial tuberosity?
        answer: Semitendinosus

    Good:
        ask: Which muscle runs from the ischial tuberosity to the head of the fibula?
        answer: Biceps femoris
    """
    yield from _fitting_several(seen)
    for record, said, muscle, _, about, true in _asked_of_muscles(seen):
        if true and said.role == "front":
            message = f"'{said.text}' is right too: it is among the {about} of {muscle.name}"
            yield Found(record, said.path, message, "write a wrong option, or ask about one head or part")
    yield from _same_members(seen)


def _fitting_several(seen: Seen) -> Iterator[Found]:
    """Questions that were understood word for word, and that more muscles than the answer fit."""
    bearers = _bearers(seen) if seen.asks else {}
    for asks in seen.asks:
        cues, groups = _asked_fully(seen, asks)
        fitting = _also_fitting(seen, bearers, asks, cues, groups) if cues or (groups and asks.others) else []
        if fitting:
            names = listed([each.name for each in fitting])
            message = f"{names} {'fits' if len(fitting) == 1 else 'fit'} too, so the question has several right answers"
            help = _apart(seen, asks.muscle, fitting)
            yield Found(asks.record, asks.path, message, help, word=cues[0].words if cues else "")


def _also_fitting(
    seen: Seen, bearers: dict[tuple[str, str], list[Muscle]], asks: Asks, cues: list[Cue], groups: set[str]
) -> list[Muscle]:
    """The muscles beside the answer that fit; none where the answer does not, which is a contradiction."""
    if not all(seen.truth.fits(asks.muscle, cue, asks.part) for cue in cues):
        return []
    others = asks.others if asks.others is not None else _candidates(seen, bearers, cues)
    return [each for each in others if each.id != asks.muscle.id and _fits(seen, each, cues, groups)]


def _asked_fully(seen: Seen, asks: Asks) -> tuple[list[Cue], set[str]]:
    """The cues and groups by which a question asks; nothing where a word of it was not understood, or is denied."""
    read, groups = seen.reader.read(asks.text), seen.subjects.groups_asked(asks.text)
    understood = {stem(word) for id in groups for word in words(seen.library.get(Group, id).name)}
    left = (word for word in read.left if word not in seen.words("cue-fillers"))
    if any(stem(word) not in understood for word in left) or any(each.denied for each in read.cues):
        return [], set()
    return list(read.cues), groups


def _fits(seen: Seen, muscle: Muscle, cues: list[Cue], groups: set[str]) -> bool:
    """Whether the muscle, or one of its heads or parts, has all that is asked for."""
    parts = list(muscle.divisions) or [""]
    return groups <= set(muscle.groups) and any(
        all(seen.truth.fits(muscle, cue, part) for cue in cues) for part in parts
    )


def _same_members(seen: Seen) -> Iterator[Found]:
    members: dict[frozenset[str], Group] = {}
    for group in seen.library.of(Group):
        key = frozenset(each.id for each in seen.library.members(group))
        first = members.setdefault(key, group)
        if first is not group and len(key) > 1 and not group.retired and not first.retired:
            message = f"the group '{first.id}' has the same members, so their names alone do not tell which is asked"
            yield Found(group, ("group",), message, "delete one of the two, or mend the muscles' `groups`", key=True)


@rule()
def contradiction(seen: Seen) -> Iterator[Found]:
    """A text that says other than the muscle's record: a question whose answer does not fit is an error.
    A warning in the words that describe a muscle: `confuse_with`, `tell_apart`, the reason of a wrong option, and every
    clause that names one muscle. What is denied, doubted or compared is not read.

    Why: one of the two cards is wrong, and learners who meet both trust neither.

    Bad:
        ask: Which muscle runs from the ischial tuberosity to the head of the fibula?
        answer: Semitendinosus

    Good:
        ask: Which muscle runs from the ischial tuberosity to the head of the fibula?
        answer: Biceps femoris
    """
    answers = [*_answers_against(seen), *_facts_against(seen)]
    wrong = {each.record.key for each in answers}
    sentences = [each for each in sentences_against(seen) if each.record.key not in wrong]
    yield from sentences
    yield from answers


def _answers_against(seen: Seen) -> Iterator[Found]:
    """Answers that do not fit what is asked."""
    for asks in seen.asks:
        cues = seen.reader.read(asks.text).cues
        for cue in cues:
            fits = seen.truth.fits(asks.muscle, cue, asks.part) or seen.truth.near(asks.muscle, cue)
            if not cue.denied and not fits:
                message = f"{asks.muscle.name} is the answer, and '{cue.words}' is not what the deck says of it"
                message += instead(seen, asks.muscle, asks.part, cue) + _fitting(seen, asks)
                help = read_and_mend("the question", "its answer", mended_under(asks.muscle, cue))
                yield Found(asks.record, asks.path, message, help, word=cue.words, grave=True)
        told = {id for cue in cues if cue.about == "group" for id in cue.ids}
        for group in sorted(seen.subjects.groups_asked(asks.text) - set(asks.muscle.groups) - told):
            name = seen.library.get(Group, group).name
            message = f"{asks.muscle.name} is the answer, and does not belong to the {name.lower()}"
            help = read_and_mend("the question", "its answer", f"the `groups` of '{asks.muscle.id}'")
            yield Found(asks.record, asks.path, message, help, grave=True)


def _facts_against(seen: Seen) -> Iterator[Found]:
    """'Which nerve supplies gracilis?', with an answer that is not in its record."""
    for record, said, muscle, part, about, true in _asked_of_muscles(seen):
        if not true and said.role == "answer":
            facts = (fact_name(seen.library, about, fact) for fact in muscle.facts(about, part))
            names = listed(list(dict.fromkeys(facts)))
            message = f"'{said.text}' is the answer, and the record of {muscle.name} has another {about}: {names}"
            help = read_and_mend("this answer", f"the `{about}` of '{muscle.id}'")
            yield Found(record, said.path, message, help, grave=True)


@lru_cache(maxsize=1)
def _asks_for() -> re.Pattern[str]:
    groups = (f"(?P<{about}>{pattern(phrases)})" for about, phrases in english().asks.items())
    return re.compile(rf"\b(?:{'|'.join(groups)})\b", re.IGNORECASE)


def _asked_of_muscles(seen: Seen) -> Iterator[tuple[Record, Said, Muscle, str, str, bool]]:
    """'Which nerve supplies gracilis?', 'Where does it insert?': each answer that names something, and whether it is true.

    With the muscle and part that are asked about, and what is asked of them.
    """
    for record, asked in seen.asked:
        front = plain(asked.front.text)
        found = _asks_for().search(front)
        muscles = seen.lexicon.ids(front, "muscle") if found else []
        if found is not None and len(muscles) == 1:
            id, _, part = muscles[0].partition("/")
            muscle, about = seen.library.get(Muscle, id), str(found.lastgroup)
            for said in _options(record, asked) if muscle.facts(about, part) else ():
                true = _is_true(seen, said, muscle, part, about)
                if true is not None:
                    yield record, said, muscle, part, about, true


def _is_true(seen: Seen, said: Said, muscle: Muscle, part: str, about: str) -> bool | None:
    """Whether an answer names what the muscle's record has; None where it names nothing."""
    cues = seen.reader.nerves(said.text) if about == "nerve" else seen.reader.sites(said.text, about)
    fits = (seen.truth.fits(muscle, cue, part) or seen.truth.near(muscle, cue) for cue in cues)
    return any(fits) if cues else None


def _options(record: Subject, asked: Asked) -> list[Said]:
    """The right answers, and the wrong options beside them."""
    lures = (each for each in record.texts() if each.role == "front" and each.path[0] == "options")
    return [*asked.answers, *lures]


def _bearers(seen: Seen) -> dict[tuple[str, str], list[Muscle]]:
    found: dict[tuple[str, str], list[Muscle]] = {}
    for muscle in seen.library.muscles:
        for about in _SITES:
            for id in muscle.named(about):
                found.setdefault((about, id), []).append(muscle)
        for group in muscle.groups:
            found.setdefault(("group", group), []).append(muscle)
    return found


def _candidates(seen: Seen, bearers: dict[tuple[str, str], list[Muscle]], cues: list[Cue]) -> list[Muscle]:
    """The muscles with which the first telling cue fits."""
    for cue in cues:
        facts = ((of, id) for of in facts_of(cue.about) for id in cue.ids)
        found = {each.id: each for fact in facts for each in bearers.get(fact, ())}
        if found:
            return [found[id] for id in sorted(found)]
        if cue.about == "leads":
            return [each.muscle for each in seen.library.prime_movers(seen.library.get(Action, next(iter(cue.ids))))]
    return []


def _apart(seen: Seen, muscle: Muscle, others: list[Muscle]) -> str:
    """A fact that the muscle has and the others have not."""
    library = seen.library
    for about in ("insertion", "origin", "nerve", "actions"):
        for fact in muscle.facts(about):
            if not any(fact.id in other.named(about) for other in others):
                part = f" ({muscle.part_name(fact.part).lower()})" if fact.part else ""
                return f"add what sets {muscle.name} apart: it {_SAYS[about]} the {low(fact_name(seen.library, about, fact))}{part}"
    if library.only_one(muscle):
        return "ask by origin and insertion together, which belong to it alone"
    return f"ask for all of them, or say what sets {muscle.name} apart"


def _fitting(seen: Seen, asks: Asks) -> str:
    """'; Pectineus fits': who does what is asked, if they are few."""
    cues = [each for each in seen.reader.read(asks.text).cues if not each.denied]
    groups = seen.subjects.groups_asked(asks.text)
    names = [
        muscle.name
        for muscle in seen.library.muscles
        if groups <= {*muscle.groups} and all(seen.truth.fits(muscle, cue) for cue in cues)
    ]
    return f"; {listed(names)} {'fits' if len(names) == 1 else 'fit'}" if 0 < len(names) <= 3 else ""
