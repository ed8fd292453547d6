"""What only shows across notes: two answers to one question, names that are mixed up, holes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path

from deckbuilder.library import Library
from deckbuilder.records import (
    Action,
    Bone,
    Claim,
    Cloze,
    Concept,
    Credit,
    Curve,
    Exam,
    Exercise,
    Group,
    Joint,
    Muscle,
    Nerve,
    Question,
    Record,
    Region,
    Source,
    Structure,
    Study,
    Term,
)
from deckbuilder.records.base import Said, Subject
from deckbuilder.records.muscle import ASKED
from deckbuilder.rules.against import sentences_against
from deckbuilder.rules.alike import IDLE, SAME, bare, near
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
from deckbuilder.source import Path_

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
_SIDES = {
    "behind": ("depth of the body", "back"),
    "in front of": ("depth of the body", "front"),
    "above": ("height", "upper"),
    "below": ("height", "lower"),
    "under": ("layer", "deep"),
    "beneath": ("layer", "deep"),
    "deep to": ("layer", "deep"),
    "on top of": ("layer", "top"),
    "covers": ("layer", "top"),
    "medial to": ("side", "medial"),
    "lateral to": ("side", "lateral"),
}
_LIES = re.compile(
    r"^(?:lies |just |right |directly )*(?P<side>" + "|".join(map(re.escape, _SIDES)) + r")(?: only)? it\b", re.I
)
_MEDIAL = re.compile(
    r"\b(?:(?P<medial>medial|medially|inner|inwards?)|(?P<lateral>lateral|laterally|outer|outwards?))\b", re.I
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


@rule()
def duplicate_note(seen: Seen) -> Iterator[Found]:
    """Two records, or two measurements, that state the same thing: an error where they disagree, else a warning.
    Muscles, movements, nerves, bones, terms and the like of one name; a muscle's Latin name; a DOI; landmarks of one bone;
    measurements of one study, or of two records of one study; claims and questions in the same words.

    Why: one wrong fact spoils trust, and two right ones are learned twice and corrected once.

    Bad:
        - {exercise: squat, of: gluteus-maximus, value: 29.4}
        - {exercise: squat, of: gluteus-maximus, value: 24.9}

    Good:
        - {exercise: squat, of: gluteus-maximus, statistic: mean, value: 29.4}
        - {exercise: squat, of: gluteus-maximus, statistic: peak, value: 84.9}
    """
    yield from _measured_twice(seen)
    yield from _named_alike(seen)
    said: dict[tuple[str, frozenset[str]], Subject] = {}
    for record in seen.living:
        text = _says(record)
        key = (record.kind, frozenset(stem(SAME.get(word, word)) for word in words(plain(text)) if word not in IDLE))
        if len(key[1]) < 3:
            continue
        first = said.setdefault(key, record)
        if first is record or (
            isinstance(record, Question) and plain(_says(first)).casefold() == plain(text).casefold()
        ):
            continue  # equal fronts are a question of their own
        other = _answer(first) != _answer(record)
        message = f"'{first.id}' {'asks' if record.kind == 'question' else 'says'} the same"
        message += ", and answers otherwise" if other else ""
        help = "mend the wrong one, and delete the other" if other else f"delete one of '{first.id}' and '{record.id}'"
        yield Found(record, (_SAYS_UNDER[record.kind],), message, help, grave=other)


_SAYS_UNDER = {"claim": "says", "question": "ask", "cloze": "text", "concept": "definition"}


def _says(record: Subject) -> str:
    if isinstance(record, Cloze):
        return "".join(piece if isinstance(piece, str) else piece.text for piece in record.pieces())
    return str(getattr(record, _SAYS_UNDER.get(record.kind, ""), ""))


def _answer(record: Subject) -> str:
    if isinstance(record, Question):
        return (record.options[0].text if record.options else record.answer).casefold()
    if isinstance(record, Claim):
        return record.verdict
    return record.name.casefold() if isinstance(record, Concept) else ""


def _measured_twice(seen: Seen) -> Iterator[Found]:
    found: dict[tuple[str, ...], tuple[Study, int]] = {}
    for study in seen.library.of(Study):
        if study.retired:
            continue
        for place, each in enumerate(study.measurements):
            key = (
                *study.cited()[:1],
                each.exercise,
                each.of,
                each.statistic,
                each.measure,
                each.load,
                study.unit(each),
            )
            before, at = found.setdefault(key, (study, place))
            if (before, at) == (study, place):
                continue
            value = before.measurements[at].value
            where = "here" if before is study else f"in '{before.id}'"
            message = f"measured twice: {each.value:g} here, and {value:g} as measurement {at + 1} {where}"
            if value == each.value:
                yield Found(study, ("measurements", place, "value"), message, "delete one of the two")
            else:
                help = "delete the wrong one, or say which `statistic`, `measure` or `load` sets them apart"
                yield Found(study, ("measurements", place, "value"), message, help, grave=True)


def _named_alike(seen: Seen) -> Iterator[Found]:
    """Records of one kind under one name, and sources under one DOI."""
    names: dict[tuple[str, str, str], Record] = {}
    for record in seen.records:
        if getattr(record, "retired", ""):
            continue
        keys: list[tuple[str, str]] = []
        if isinstance(record, Source):
            keys = [("doi", record.doi.casefold())] if record.doi else []
            keys += [
                ("title", " ".join(map(bare, (record.title, record.within, record.where, str(record.year or "")))))
            ]
        elif isinstance(record, Term):
            keys = [("short", record.short)] if record.short else [("name", bare(record.name))]
        elif isinstance(record, Muscle):
            keys = [("name", bare(record.name))]
            keys += [("latin", bare(record.latin))] if record.latin else []
        elif isinstance(record, Bone | Structure | Joint | Nerve | Region | Exercise | Group | Concept | Action):
            keys = [("name", bare(record.name))]
        for key, name in keys:
            first = names.setdefault((record.kind, key, name), record)
            if first is record:
                continue
            other = _facts(first) != _facts(record)
            message = f"'{first.id}' has the same {key}" + (", and says otherwise" if other else "")
            help = (
                "mend the wrong one of the two" if other else f"keep one, and name it wherever '{record.id}' is named"
            )
            yield Found(record, (key,), message, help, grave=other)
            break
    for bone in seen.library.of(Bone):
        of: dict[str, str] = {}
        for id, name in bone.landmarks.items():
            first_id = of.setdefault(bare(name), id)
            if first_id != id:
                message = f"the landmark '{first_id}' has the same name"
                yield Found(bone, ("landmarks", id), message, f"keep one, and name it wherever '{id}' is named")


def _facts(record: Record) -> object:
    """What two records of one name have to agree in."""
    keys = {
        "muscle": ("origin", "insertion", "actions", "nerve", "roots", "heads", "parts"),
        "action": ("joint", "plane", "prime_movers"),
        "nerve": ("roots", "part_of"),
        "term": ("name", "means"),
        "source": ("title", "year"),
        "joint": ("bones",),
        "structure": ("bones",),
        "bone": ("landmarks",),
        "concept": ("definition",),
    }.get(record.kind, ())
    return tuple(str(getattr(record, key)) for key in keys)


@rule()
def confusable(seen: Seen) -> Iterator[Found]:
    """Names that are two letters or less apart, or two muscles with the same attachments, and no word on any card about it.
    A muscle's cards tell it apart from what shares an attachment with it; only what they leave out is told here.

    Why: look-alikes interfere with each other, and a contrast is what keeps them apart.
    Source: P. Wozniak, Twenty rules of formulating knowledge, rule 11: combat interference.

    Bad:
        muscle: teres-major                 # and nothing about teres minor

    Good:
        muscle: teres-major
        confuse_with: {teres-minor: "ends on the greater tubercle, and rotates the arm outward"}
    """
    library = seen.library
    told: set[tuple[str, str]] = set()
    for one, other in near([(each.name, each) for each in library.muscles]):
        first, second = sorted((one, other), key=lambda each: each.id)
        told.add((first.id, second.id))
        if not _contrasted(seen, first, second):
            message = f"'{first.name}' and '{second.name}' are nearly the same name, and no card tells them apart"
            yield Found(second, ("name",), message, f"add `confuse_with: {{{first.id}: what differs}}`")
    attached: dict[tuple[frozenset[str], frozenset[str]], list[Muscle]] = {}
    for muscle in library.muscles:
        if muscle.named("origin") and muscle.named("insertion"):
            attached.setdefault((muscle.named("origin"), muscle.named("insertion")), []).append(muscle)
    for sharing in attached.values():
        for one, other in pairwise(sharing):
            if (one.id, other.id) not in told and not _contrasted(seen, one, other):
                message = f"'{one.id}' has the same origin and insertion, and no card tells them apart"
                yield Found(other, ("muscle",), message, f"add `confuse_with: {{{one.id}: what differs}}`")
    things: list[tuple[str, tuple[Record, Path_]]] = []
    things += [(nerve.name, (nerve, ("name",))) for nerve in library.of(Nerve)]
    things += [(structure.name, (structure, ("name",))) for structure in library.of(Structure)]
    things += [(joint.name, (joint, ("name",))) for joint in library.of(Joint)]
    for bone in library.of(Bone):
        things += [(name, (bone, ("landmarks", id))) for id, name in bone.landmarks.items()]
    for first_thing, (record, path) in near(things):
        name = _name_at(first_thing)
        if set(words(name)) ^ set(words(_name_at((record, path)))) == {"internal", "external"}:
            continue  # near in letters, and a pair that anatomy is built of
        message = f"'{name}' and '{_name_at((record, path))}' are nearly the same name"
        yield Found(record, path, message, "mend the one that is misspelt; if both are right, say so in `lint`")


def _name_at(at: tuple[Record, Path_]) -> str:
    record, path = at
    return (
        record.landmarks[str(path[1])]
        if isinstance(record, Bone) and len(path) > 1
        else str(getattr(record, "name", ""))
    )


def _contrasted(seen: Seen, one: Muscle, other: Muscle) -> bool:
    pairs = ((one, other), (other, one))
    return any(to.id == each.muscle.id for of, to in pairs for each in seen.library.lookalikes(of))


@rule()
def same_fact_two_ways(seen: Seen) -> Iterator[Found]:
    """One piece of small print in two wordings, or two texts about a muscle that disagree about its side.
    'outer lip' and 'lateral lip' of one landmark; A is said to lie behind B and B behind A; a muscle is lateral in one
    text and medial in another.

    Why: learners look for a difference where there is none; and where there is one, a card is wrong.

    Bad:
        origin: {linea-aspera: outer lip}   # and another muscle: {linea-aspera: lateral lip}

    Good:
        origin: {linea-aspera: lateral lip}
    """
    usual: dict[tuple[str, frozenset[str]], Counter[str]] = {}
    stated: list[tuple[Muscle, Path_, str, str]] = []
    for muscle in seen.library.muscles:
        stated += [
            (muscle, said.path, str(said.path[-1]), said.text)
            for said in muscle.texts()
            if said.role == "answer" and said.path[-2] in ("origin", "insertion", "nerve")
        ]
    keys = [
        (site, frozenset(SAME.get(word, word) for word in words(text) if word not in IDLE))
        for _, _, site, text in stated
    ]
    for (_, _, _, text), key in zip(stated, keys, strict=True):
        usual.setdefault(key, Counter())[" ".join(words(text))] += 1
    for (muscle, path, _, text), key in zip(stated, keys, strict=True):
        if len(usual[key]) > 1 and key[1]:
            first = max(usual[key].items(), key=lambda each: (each[1], each[0]))[0]
            if " ".join(words(text)) != first:
                message = f"elsewhere the same is called '{first}'"
                yield Found(muscle, path, message, f"write '{first}' here too, or this in both places", word=text)
    yield from _sides(seen)


def _sides(seen: Seen) -> Iterator[Found]:
    told: dict[str, list[tuple[str, Record, Path_]]] = {}
    for record, said in seen.texts:
        if said.path[0] not in ("confuse_with", "tell_apart"):
            continue
        id = str(said.path[1])
        sides = {str(each.lastgroup) for each in _MEDIAL.finditer(re.split(r"[;,]", plain(said.text))[0])}
        if len(sides) == 1 and not re.search(r"\b(?:starts?|arises?|turns?|rotates?|head|lip|condyle|to)\b", said.text):
            told.setdefault(id, []).append((sides.pop(), record, said.path))
        other = seen.library.find(Muscle, id.partition("/")[0])
        if isinstance(record, Muscle) and other is not None and record.id < other.id:
            here, there = _LIES.search(said.text), _LIES.search(other.confuse_with.get(record.id, ""))
            if here and there and _SIDES[here["side"].lower()] == _SIDES[there["side"].lower()]:
                message = (
                    f"{other.name} {here[0]} {record.name}, and {record.name} {there[0]} {other.name}: both cannot be"
                )
                yield Found(
                    record, said.path, message, f"mend one of the two: the other stands in '{other.id}'", word=here[0]
                )
    for id, found in told.items():
        for side, record, path in found[1:]:
            if side != found[0][0]:
                name = seen.library.name(id, "muscle")
                message = f"{name} is called {side} here, and {found[0][0]} in {found[0][1].key}"
                yield Found(record, path, message, f"write '{found[0][0]}' here, or '{side}' there")


@rule(whole=True)
def unreferenced(seen: Seen) -> Iterator[Found]:
    """Something that nothing names: a source, landmark, structure, joint, nerve, curve, term, picture credit, exercise.

    Why: it was forgotten, or its last use was deleted. Nothing is wrong with a card, so this is told on request only; a
    source is told as a warning, since a fact may have lost it.

    Bad:
        source: gray-1918                   # and no record cites it

    Good:
        sources: gray-1918
    """
    named = {(kind, each.id) for record in seen.records for each in record.refers() for kind in each.kinds}
    named |= {(kind, id.partition("/")[0]) for kind, id in named if kind == "muscle"}
    text = " ".join(said.text for record, said in seen.texts if not isinstance(record, Term))
    text += " ".join(exam.name for exam in seen.library.of(Exam))
    files = _files(seen.media) if seen.media is not None and seen.media.is_dir() else None
    tokens, lower = set(re.findall(r"[^\W_]+", text)), text.lower()
    for record in seen.records:
        found = partial(Found, record, (record.kind,), key=True)
        if isinstance(record, Source | Structure | Joint | Nerve | Curve | Region):
            if (record.kind, record.id) not in named:
                message, cited = f"no record names the {record.kind} '{record.id}'", isinstance(record, Source)
                yield found(message, "name it where it belongs, or delete it", grave=cited)
        elif isinstance(record, Exercise):
            if not record.subjects() and (record.kind, record.id) not in named and not record.retired:
                yield found("it has no card, and no study measures it", "add `actions`, or delete it")
        elif isinstance(record, Bone):
            used = [id for id in record.landmarks if ("landmark", id) in named]
            if not used and ("bone", record.id) not in named:
                yield found(f"nothing names the bone '{record.id}' or a landmark of it", "name it, or delete it")
                continue
            for id in record.landmarks:
                if id not in used:
                    message = f"nothing attaches to '{id}'"
                    yield Found(record, ("landmarks", id), message, "name it where it belongs, or delete it", key=True)
        elif isinstance(record, Term):
            short = re.findall(r"[^\W_]+", record.short or record.name.lower())
            if not set(short) <= tokens and record.name.lower() not in lower:
                yield found(f"no text says '{record.short or record.name}'", "delete it, or use it")
        elif isinstance(record, Muscle):
            if not record.groups and ("muscle", record.id) not in named and not record.retired:
                yield found(f"no other record names {record.name}", "name it in a group, a movement or a contrast")
        elif isinstance(record, Credit) and files is not None and not any(map(record.covers, files)):
            yield found("it covers no file of cards/media/", "mend `files`, or delete it")


def _files(media: Path) -> list[str]:
    return [path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file()]


@rule()
def unlike_its_compartment(seen: Seen) -> Iterator[Found]:
    """A muscle with another nerve than most of its compartment, and no text that says so.

    Why: the muscles of a compartment mostly share its nerve. The exceptions are what exams ask, so a card should say
    them; and an exception that nobody mentions is often the neighbour's nerve.

    Bad:
        muscle: vastus-lateralis
        compartment: anterior
        nerve: obturator

    Good:
        muscle: vastus-lateralis
        compartment: anterior
        nerve: femoral
    """
    library = seen.library
    together: dict[tuple[str, str], list[Muscle]] = {}
    for muscle in library.muscles:
        if muscle.compartment and muscle.named("nerve"):
            together.setdefault((muscle.region, muscle.compartment), []).append(muscle)
    for (_, compartment), muscles in together.items():
        count = Counter(nerve for muscle in muscles for nerve in muscle.named("nerve"))
        nerve, bearers = count.most_common(1)[0]
        if bearers < 2 or 2 * bearers <= len(muscles):
            continue
        usual = library.name(nerve, "nerve")
        for muscle in muscles:
            own = [library.name(id, "nerve") for id in sorted(muscle.named("nerve"))]
            if nerve in muscle.named("nerve") or any(low(name) in _about(seen).get(muscle.id, "") for name in own):
                continue
            message = (
                f"{muscle.name} has the {low(listed(own))}, most of the {compartment} compartment the {low(usual)}"
            )
            help = f"write `nerve: {nerve}`, or say in `why` or a contrast that it is the exception"
            yield Found(muscle, muscle.stated("nerve"), message, help)


def _about(seen: Seen) -> dict[str, str]:
    """What texts say about each muscle, in lower case."""
    return _about_of(seen.library)


@lru_cache(maxsize=1)
def _about_of(library: Library) -> dict[str, str]:
    found: dict[str, str] = {muscle.id: muscle.why for muscle in library.muscles}
    told = [*(group.tell_apart for group in library.of(Group)), *(muscle.confuse_with for muscle in library.muscles)]
    for texts in told:
        for id, text in texts.items():
            muscle = id.partition("/")[0]
            found[muscle] = f"{found.get(muscle, '')}\n{text}"
    return {id: text.lower() for id, text in found.items()}


@rule(whole=True)
def coverage_gap(seen: Seen) -> Iterator[Found]:
    """A hole: a muscle, head or part without origin, insertion, action or nerve; a group of one; a movement without its opposite.
    Also a muscle that is in no group while the others of its compartment are. A reason in `lint` is the exception.

    Why: the author knows what is missing by heart, so nobody sees it.

    Bad:
        muscle: plantaris
        origin: lateral-supracondylar-line
        insertion: calcaneus
        actions: ankle-plantar-flexion

    Good:
        muscle: plantaris
        origin: lateral-supracondylar-line
        insertion: calcaneus
        actions: ankle-plantar-flexion
        nerve: tibial
    """
    library = seen.library
    grouped: dict[tuple[str, str], list[Muscle]] = {}
    for muscle in library.muscles:
        if muscle.compartment:
            grouped.setdefault((muscle.region, muscle.compartment), []).append(muscle)
        missing = [about for about in ASKED if not muscle.facts(about)]
        if missing:
            message = f"{muscle.name} has no {' and no '.join(missing)}"
            help = f"add `{missing[0]}: …`, or `lint: {{coverage-gap: the reason}}`"
            yield Found(muscle, ("muscle",), message, help, key=True)
        for part in muscle.divisions:
            holes = [about for about in ASKED if about not in missing and not muscle.facts(about, part)]
            if holes:
                label = "heads" if muscle.heads else "parts"
                message = f"the {muscle.part_name(part).lower()} of {muscle.name} has no {' and no '.join(holes)}"
                help = f"add `{holes[0]}: …` to it, or to the whole muscle"
                yield Found(muscle, (label, part), message, help, key=True)
    for (region, compartment), muscles in grouped.items():
        others = [each for each in muscles if each.groups]
        for muscle in muscles:
            if not muscle.groups and 2 * len(others) > len(muscles):
                usual = Counter(group for each in others for group in each.groups).most_common(1)[0][0]
                message = f"{muscle.name} is in no group, unlike the others of the compartment '{compartment}' of the {region}"
                yield Found(
                    muscle, ("muscle",), message, f"add `groups: [{usual}]`, or say in `lint` why not", key=True
                )
    for group in library.of(Group):
        members = library.members(group)
        if len(members) < 2 and not group.retired:
            message = f"the group has {'only ' + members[0].name if members else 'no member'}"
            yield Found(group, ("group",), message, f"add `groups: {group.id}` to its muscles, or delete it", key=True)
    alone: dict[tuple[str, str], list[Action]] = {}
    for action in library.of(Action):
        if not action.retired and library.opposite(action) is None:
            alone.setdefault((action.joint, action.plane), []).append(action)
    for actions in alone.values():
        for action in actions[1:]:
            message = f"neither '{action.id}' nor '{actions[0].id}' says that it is the other's opposite"
            yield Found(action, ("action",), message, f"add `opposite: {actions[0].id}`", key=True)
