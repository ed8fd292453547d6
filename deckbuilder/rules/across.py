"""Questions with two answers, and two records that say other things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from deckbuilder.anatomy.library import Library
from deckbuilder.records import (
    Action,
    Group,
    Muscle,
    Record,
)
from deckbuilder.records.base import Said
from deckbuilder.rules.against import sentences_against
from deckbuilder.rules.alike import SAME
from deckbuilder.rules.cues import Cue, Reader
from deckbuilder.rules.lexicon import Lexicon
from deckbuilder.rules.rule import Found, Seen, rule
from deckbuilder.rules.subjects import (
    Asks,
    asked_for_muscles,
    by_id,
    fact_name,
    groups_asked,
    listed,
    low,
    told_of_muscles,
)
from deckbuilder.rules.wording import plain, stem, words

_SITES = ("origin", "insertion", "nerve", "actions")
_SAYS = {"origin": "starts at", "insertion": "ends at", "nerve": "is supplied by", "actions": "has the action"}
_COMPARTMENT = re.compile(r"\b(anterior|medial|posterior|lateral|front|back|inner|outer) compartment\b", re.I)
_ASKS_FOR = re.compile(
    r"\b(?:(?P<nerve>(?:which|what) nerve (?:supplies|innervates|drives|serves)|by (?:which|what) nerve)"
    r"|where (?:do(?:es)?) (?:[\w-]+ ){1,7}?(?:(?P<insertion>insert|end|attach last)|(?P<origin>originate|start|arise|come from))"
    r"|(?:what|which) is the (?:(?P<insertion_>insertion)|(?P<origin_>origin)|(?P<nerve_>nerve(?: supply)?)) of)\b",
    re.I,
)
_NOT = re.compile(r"\b(?:not|no|never|nor|neither|sometimes|rarely|may)\b", re.I)
_SHARES = re.compile(
    r"\b(?:(?:shares? (?:its|the)|(?:the )?same|also shares (?:its|the)) (?P<what>nerve|insertion|origin|tendon of origin)"
    r"|(?P<other>another|a different|its own) (?P<what2>nerve|insertion|origin))\b",
    re.I,
)


def _reader(seen: Seen) -> Reader:
    return _reader_of(seen.library, seen.lexicon, seen.words("cue-fillers"))


@lru_cache(maxsize=1)
def _reader_of(library: Library, lexicon: Lexicon, fillers: tuple[str, ...]) -> Reader:
    return Reader(library, lexicon, fillers)


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
    reader = _reader(seen)
    bearers = _bearers(seen)
    for asks in asked_for_muscles(seen):
        read = reader.read(asks.text, whole=True)
        groups = groups_asked(seen, asks.text)
        idle = {stem(word) for id in groups for word in words(seen.library.get(Group, id).name)}
        cues = [each for each in read.cues if not each.denied]
        left = [word for word in read.left if stem(word) not in idle]
        if left or len(cues) < len(read.cues) or not (cues or (groups and asks.others)):
            continue
        if not all(reader.fits(asks.muscle, cue, asks.part) for cue in cues):
            continue  # told as a contradiction
        fitting = [
            other
            for other in (asks.others if asks.others is not None else _candidates(seen, bearers, cues))
            if other.id != asks.muscle.id
            and groups <= set(other.groups)
            and any(all(reader.fits(other, cue, part) for cue in cues) for part in other.divisions or ("",))
        ]
        if fitting:
            names = listed([each.name for each in fitting])
            message = f"{names} {'fits' if len(fitting) == 1 else 'fit'} too, so the question has several right answers"
            yield Found(
                asks.record, asks.path, message, _apart(seen, asks.muscle, fitting), word=cues[0].words if cues else ""
            )
    for record, said, muscle, _, about, true in _asked_of_muscles(seen, reader):
        if true and said.role == "front":
            message = f"'{said.text}' is right too: it is among the {about} of {muscle.name}"
            yield Found(record, said.path, message, "write a wrong option, or ask about one head or part")
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
    answers = list(_answers_against(seen))
    wrong = {each.record.key for each in answers if each.grave}
    sentences = [each for each in sentences_against(seen) if each.record.key not in wrong]
    told = {(each.record.key, each.path) for each in sentences}
    yield from sentences  # where both read one sentence, this one says what to write
    yield from (each for each in answers if (each.record.key, each.path) not in told)


def _answers_against(seen: Seen) -> Iterator[Found]:
    """Answers that do not fit what is asked, and words that describe a muscle by what it shares or where it lies."""
    reader = _reader(seen)
    for asks in asked_for_muscles(seen):
        for cue in reader.read(asks.text).cues:
            if cue.denied or reader.fits(asks.muscle, cue, asks.part) or reader.near(asks.muscle, cue):
                continue
            message = f"{asks.muscle.name} is the answer, and '{cue.words}' is not what the deck says of it"
            help = _fitting(seen, reader, asks) + _instead(seen, asks.muscle, asks.part, cue)
            yield Found(asks.record, asks.path, message, help, word=cue.words, grave=True)
        told = {id for cue in reader.read(asks.text).cues if cue.about == "group" for id in cue.ids}
        for group in sorted(groups_asked(seen, asks.text) - set(asks.muscle.groups) - told):
            name = seen.library.get(Group, group).name
            message = f"{asks.muscle.name} is the answer, and does not belong to the {name.lower()}"
            help = f"name another muscle, or add '{group}' to the `groups` of '{asks.muscle.id}'"
            yield Found(asks.record, asks.path, message, help, grave=True)
    for record, said, muscle, part, about, true in _asked_of_muscles(seen, reader):
        if not true and said.role == "answer":
            names = listed(list(dict.fromkeys(fact_name(seen, about, fact) for fact in muscle.facts(about, part))))
            message = f"the record of {muscle.name} has another {about}: {names}"
            yield Found(record, said.path, message, f"write '{names}', or mend the muscle's `{about}`", grave=True)
    yield from _shared(seen)
    yield from _supplied(seen)
    for record, said, muscle, part, text, describes in told_of_muscles(seen):
        lies = _COMPARTMENT.search(text) if describes else None
        side = SAME.get(lies[1].lower(), lies[1].lower()) if lies else ""
        if lies and muscle.compartment and muscle.compartment != side:
            message = f"{muscle.name} is said to be of the {side} compartment, its record says {muscle.compartment}"
            yield Found(
                record,
                said.path,
                message,
                f"write '{muscle.compartment} compartment', or mend the muscle",
                word=lies[0],
            )
        for cue in reader.read(text, describes=describes).cues:
            if (
                cue.denied
                or cue.about in ("joint", "opposes")
                or reader.fits(muscle, cue, part)
                or reader.near(muscle, cue)
            ):
                continue
            message = f"'{cue.words}' is not what the deck says of {muscle.name}"
            yield Found(
                record,
                said.path,
                message,
                _instead(seen, muscle, part, cue),
                word=text[cue.start : cue.start + len(cue.words)],
            )


def _supplied(seen: Seen) -> Iterator[Found]:
    """'The femoral nerve supplies gracilis', in any text that tells facts."""
    for record, said in seen.texts:
        if said.role not in ("back", "answer") or not ("supplies" in said.text or "innervates" in said.text):
            continue
        for clause in re.split(r"[;:,.]", plain(said.text)):
            verb = re.search(r"\b(?:supplies|innervates)\b", clause)
            named = seen.lexicon.mentions(clause, "nerve", "muscle") if verb and not _NOT.search(clause) else []
            nerves = [each for each in named if verb and each.kind == "nerve" and each.end <= verb.start()]
            muscles = [each for each in named if verb and each.kind == "muscle" and each.start >= verb.end()]
            found = by_id(seen, muscles[0].id) if len(nerves) == 1 and muscles else None
            own = {fact.id for fact in found[0].facts("nerve", found[1])} if found else set()
            if found and own and not own & _reader(seen).branches(nerves[0].id):
                words = clause[nerves[0].start : muscles[0].end]
                message = f"'{words}' is not what the deck says of {found[0].name}"
                names = listed([seen.library.name(id, "nerve") for id in sorted(own)])
                help = f"its nerve: {names}; mend this text, or the muscle's `nerve`"
                yield Found(record, said.path, message, help, word=words)


def _shared(seen: Seen) -> Iterator[Found]:
    """'shares its nerve', 'same insertion', 'has another nerve' between the two muscles of a contrast."""
    for muscle in seen.library.muscles:
        for id, text in muscle.confuse_with.items():
            found = by_id(seen, id)
            for each in _SHARES.finditer(text) if found else ():
                other, part = found  # type: ignore[misc]
                about = str(each["what"] or each["what2"]).replace("tendon of origin", "origin").lower()
                ours, theirs = muscle.named(about), {fact.id for fact in other.facts(about, part)}
                if ours and theirs and bool(ours & theirs) == bool(each["other"]):
                    message = f"'{each[0]}' is said of {other.name}, but the two "
                    message += f"share the {about}" if each["other"] else f"have no {about} in common"
                    names = " and ".join(fact_name(seen, about, fact) for fact in other.facts(about, part)[:2])
                    help = f"mend the text, or one of the records: the {about} of {other.name} is {names}"
                    yield Found(muscle, ("confuse_with", id), message, help, word=each[0])


def _asked_of_muscles(seen: Seen, reader: Reader) -> Iterator[tuple[Record, Said, Muscle, str, str, bool]]:
    """'Which nerve supplies gracilis?', 'Where does it insert?': each answer that names something, and whether it is true.

    With the muscle and part that are asked about, and what is asked of them.
    """
    for record, asked in seen.asked:
        front = plain(asked.front.text)
        found = _ASKS_FOR.search(front)
        muscles = seen.lexicon.ids(front, "muscle") if found else []
        if found is None or len(muscles) != 1:
            continue
        id, _, part = muscles[0].partition("/")
        muscle, about = seen.library.get(Muscle, id), str(found.lastgroup).strip("_")
        lures = [each for each in record.texts() if each.role == "front" and each.path[0] == "options"]
        for said in (*asked.answers, *lures):
            cues = reader.nerves(said.text) if about == "nerve" else reader.sites(said.text, about)
            if cues and muscle.facts(about, part):
                true = any(reader.fits(muscle, cue, part) or reader.near(muscle, cue) for cue in cues)
                yield record, said, muscle, part, about, true


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
        about = _SITES[:2] if cue.about == "attachment" else (cue.about,)
        if any((of, id) in bearers for of in about for id in cue.ids):
            found = {each.id: each for of in about for id in cue.ids for each in bearers.get((of, id), ())}
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
                return f"add what sets {muscle.name} apart: it {_SAYS[about]} the {low(fact_name(seen, about, fact))}{part}"
    if library.only_one(muscle):
        return "ask by origin and insertion together, which belong to it alone"
    return f"ask for all of them, or say what sets {muscle.name} apart"


def _fitting(seen: Seen, reader: Reader, asks: Asks) -> str:
    """'Pectineus fits; ': who does what is asked, if they are few."""
    cues, groups = [each for each in reader.read(asks.text).cues if not each.denied], groups_asked(seen, asks.text)
    names = [
        muscle.name
        for muscle in seen.library.muscles
        if groups <= {*muscle.groups} and all(reader.fits(muscle, cue) for cue in cues)
    ]
    return f"{listed(names)} {'fits' if len(names) == 1 else 'fit'}; " if 0 < len(names) <= 3 else ""


def _instead(seen: Seen, muscle: Muscle, part: str, cue: Cue) -> str:
    about = {"attachment": "origin", "leads": "actions", "opposes": "actions", "joint": "actions"}.get(
        cue.about, cue.about
    )
    if about == "group":
        return f"name another muscle, or mend the `groups` of '{muscle.id}'"
    names = dict.fromkeys(fact_name(seen, about, fact) for fact in muscle.facts(about, part))
    return f"its {about}: {listed(list(names)) or 'none'}; mend this text, or the muscle's `{about}`"
