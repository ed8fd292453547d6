"""Two of what should be one, and two that look like one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from deckbuilder.reading.tokens import plain, stem, words
from deckbuilder.records import (
    Action,
    Bone,
    Claim,
    Cloze,
    Concept,
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
from deckbuilder.records.base import Subject
from deckbuilder.rules.alike import IDLE, SAME, bare, near
from deckbuilder.rules.phrasing import listed
from deckbuilder.rules.rule import Found, Seen, rule
from deckbuilder.source import Path_

_IDLE_WORDS = ("a", "by", "from", "its", "of", "the", "to")
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


@rule()
def site_twice(seen: Seen) -> Iterator[Found]:
    """A bone and a landmark on it that say the same under one key: a femur at its shaft, and the shaft of the femur.

    Why: the card counts two sites, and whoever names the one place is told that one is missing.

    Bad:
        origin: {femur: shaft, shaft-of-femur: null}

    Good:
        origin: shaft-of-femur
    """
    landmarks = seen.library.landmarks
    for muscle in seen.library.muscles:
        for part in ("", *muscle.divisions):
            holder = muscle.divisions[part] if part else muscle
            for about in ("origin", "insertion"):
                named = {each.id: each.detail for each in getattr(holder, about)}
                for id in named:
                    bone, name = landmarks.get(id, (None, ""))
                    if bone is None or bone.id not in named or bone.id == id:
                        continue
                    of, detail = {*words(bone.name), *_IDLE_WORDS}, named[bone.id]
                    if not detail or {*words(detail)} - of == {*words(name)} - of:
                        where = (("heads" if muscle.heads else "parts"), part) if part else ()
                        message = f"'{id}' lies on '{bone.id}', which is named as well"
                        help = f"name '{id}' alone, or say with '{bone.id}' which other part of the bone it is"
                        yield Found(muscle, (*where, about, bone.id), message, help, key=True)


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
    told: set[tuple[str, str]] = set()
    yield from _near_muscles(seen, told)
    yield from _same_ends(seen, told)
    yield from _near_things(seen)


def _near_muscles(seen: Seen, told: set[tuple[str, str]]) -> Iterator[Found]:
    """Each muscle once, with all before it that are nearly called so. `told`: their pairs are put into it."""
    before: dict[str, list[Muscle]] = {}
    for one, other in near([(each.name, each) for each in seen.library.muscles]):
        first, second = sorted((one, other), key=lambda each: each.id)
        told.add((first.id, second.id))
        if not _contrasted(seen, first, second):
            before.setdefault(second.id, []).append(first)
    for id, others in before.items():
        second = seen.library.get(Muscle, id)
        names = listed([f"'{each.name}'" for each in others])
        message = f"{names} and '{second.name}' are nearly the same name, and no card tells them apart"
        yield Found(second, ("name",), message, f"add `confuse_with: {{{others[0].id}: what differs}}`")


def _same_ends(seen: Seen, told: set[tuple[str, str]]) -> Iterator[Found]:
    """Muscles of one origin and one insertion, each against the one before it."""
    attached: dict[tuple[frozenset[str], frozenset[str]], list[Muscle]] = {}
    for muscle in seen.library.muscles:
        ends = (muscle.named("origin"), muscle.named("insertion"))
        if all(ends):
            attached.setdefault(ends, []).append(muscle)
    for sharing in attached.values():
        for one, other in pairwise(sharing):
            if (one.id, other.id) not in told and not _contrasted(seen, one, other):
                message = f"'{one.id}' has the same origin and insertion, and no card tells them apart"
                yield Found(other, ("muscle",), message, f"add `confuse_with: {{{one.id}: what differs}}`")


def _near_things(seen: Seen) -> Iterator[Found]:
    """Nerves, structures, joints and landmarks, each once, with all before it that are nearly called so."""
    library = seen.library
    things: list[tuple[str, tuple[Record, Path_]]] = []
    things += [(nerve.name, (nerve, ("name",))) for nerve in library.of(Nerve)]
    things += [(structure.name, (structure, ("name",))) for structure in library.of(Structure)]
    things += [(joint.name, (joint, ("name",))) for joint in library.of(Joint)]
    for bone in library.of(Bone):
        things += [(name, (bone, ("landmarks", id))) for id, name in bone.landmarks.items()]
    before: dict[tuple[tuple[str, str], Path_], list[str]] = {}
    for first, (record, path) in near(things):
        name, other = _name_at(first), _name_at((record, path))
        # 'Internal' and 'external' are near in letters, and a pair that anatomy is built of.
        if set(words(name)) ^ set(words(other)) != {"internal", "external"}:
            before.setdefault(((record.kind, record.id), path), []).append(name)
    for (key, path), names in before.items():
        record = library.records[key]
        others = listed([f"'{each}'" for each in names])
        message = f"{others} and '{_name_at((record, path))}' are nearly the same name"
        yield Found(record, path, message, "mend the one that is misspelt; if both are right, say so in `lint`")


def _name_at(at: tuple[Record, Path_]) -> str:
    record, path = at
    if isinstance(record, Bone) and len(path) > 1:
        return record.landmarks[str(path[1])]
    return str(getattr(record, "name", ""))


def _contrasted(seen: Seen, one: Muscle, other: Muscle) -> bool:
    """Whether the cards of one of them tell it apart from the other. What shares nothing is no look-alike of anybody."""
    pairs = ((one, other), (other, one))
    return _related(one, other) and any(
        to.id == each.muscle.id for of, to in pairs for each in seen.library.lookalikes(of)
    )


def _related(one: Muscle, other: Muscle) -> bool:
    """Whether they share an attachment or a group, or one of them is held against the other by its author."""
    named = {id.partition("/")[0] for each in (one, other) for id in each.confuse_with}
    return (
        not named.isdisjoint((one.id, other.id))
        or not set(one.groups).isdisjoint(other.groups)
        or any(not one.named(about).isdisjoint(other.named(about)) for about in ("origin", "insertion"))
    )


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
