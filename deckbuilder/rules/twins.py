"""Two of what should be one, and two that look like one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

from deckbuilder.reading.english import english, pattern, whole
from deckbuilder.reading.tokens import plain, stem, words
from deckbuilder.records import (
    Action,
    Bone,
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
from deckbuilder.records.keys import Gist, Said
from deckbuilder.rules.alike import IDLE, SAME, bare, near
from deckbuilder.rules.phrasing import listed, read_and_mend
from deckbuilder.rules.rule import Found, Seen, is_retired, rule
from deckbuilder.source import Path_

_IDLE_WORDS = ("a", "by", "from", "its", "of", "the", "to")
# So many names are told that are nearly another one.
_SHOWN = 3


@rule(scope="facts")
def site_twice(seen: Seen) -> Iterator[Found]:
    """A bone and a landmark on it that say the same under one key: a femur at its shaft, and the shaft of the femur.

    Why: the card counts two sites, and whoever names the one place is told that one is missing.

    Bad:
        origin: {femur: shaft, shaft-of-femur: null}

    Good:
        origin: shaft-of-femur
    """
    for muscle in seen.library.muscles:
        for part in ("", *muscle.divisions):
            where = (("heads" if muscle.heads else "parts"), part) if part else ()
            for about in ("origin", "insertion"):
                sites = getattr(muscle.divisions[part] if part else muscle, about)
                named = {each.id: each.detail for each in sites} if len(sites) > 1 else {}
                for id, bone in _on_a_named_bone(seen, named):
                    message = f"'{id}' lies on '{bone}', which is named as well"
                    help = f"name '{id}' alone, or say with '{bone}' which other part of the bone it is"
                    yield Found(muscle, (*where, about, bone), message, help, key=True)


def _on_a_named_bone(seen: Seen, named: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The landmarks of which the bone is named beside them, with nothing that says otherwise, and the bone."""
    for id in named:
        bone, name = seen.library.landmarks.get(id, (None, ""))
        if bone is not None and bone.id in named and bone.id != id:
            of, detail = {*words(bone.name), *_IDLE_WORDS}, named[bone.id]
            if not detail or {*words(detail)} - of == {*words(name)} - of:
                yield id, bone.id


@rule(scope="all")
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
    yield from _said_twice(seen)


def _said_twice(seen: Seen) -> Iterator[Found]:
    """Claims, questions, sentences with gaps and definitions in the same words; equal fronts are a matter of their own."""
    said: dict[tuple[str, frozenset[str]], tuple[Subject, Gist]] = {}
    for record in seen.living:
        gist = record.gist()
        if gist is None or len(kept := _kept_words(gist.text)) <= 2:
            continue
        first, its = said.setdefault((record.kind, kept), (record, gist))
        if first is not record and not _one_front(first, its, gist):
            other = its.answer.casefold() != gist.answer.casefold()
            message = f"'{first.id}' {'asks' if record.kind == 'question' else 'says'} the same"
            message += ", and answers otherwise" if other else ""
            help = f"delete one of '{first.id}' and '{record.id}'"
            help = "mend the wrong one, and delete the other" if other else help
            yield Found(record, (gist.key,), message, help, grave=other)


def _kept_words(text: str) -> frozenset[str]:
    """What two texts share that say the same: their words by stem, and one word for like ones."""
    return frozenset(stem(SAME.get(word, word)) for word in words(plain(text)) if word not in IDLE)


def _one_front(record: Subject, one: Gist, other: Gist) -> bool:
    """Whether two questions are the same, letter by letter."""
    return isinstance(record, Question) and plain(one.text).casefold() == plain(other.text).casefold()


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
        keys = [] if is_retired(record) else _names(record)
        twins = ((key, names.setdefault((record.kind, key, name), record)) for key, name in keys)
        found = next(((key, first) for key, first in twins if first is not record), None)
        if found:
            yield _same(record, *found)
    for bone in seen.library.of(Bone):
        yield from _landmarks_alike(bone)


def _names(record: Record) -> list[tuple[str, str]]:
    """What no other record of the kind may be called as well: under which key, and the name."""
    if isinstance(record, Source):
        title = " ".join(map(bare, (record.title, record.within, record.where, str(record.year or ""))))
        return [*([("doi", record.doi.casefold())] if record.doi else []), ("title", title)]
    if isinstance(record, Term):
        return [("short", record.short)] if record.short else [("name", bare(record.name))]
    if isinstance(record, Muscle):
        return [("name", bare(record.name)), *([("latin", bare(record.latin))] if record.latin else [])]
    if isinstance(record, Bone | Structure | Joint | Nerve | Region | Exercise | Group | Concept | Action):
        return [("name", bare(record.name))]
    return []


def _same(record: Record, key: str, first: Record) -> Found:
    """That another record has the same name."""
    other = _facts(first) != _facts(record)
    message = f"'{first.id}' has the same {key}" + (", and says otherwise" if other else "")
    help = "mend the wrong one of the two" if other else f"keep one, and name it wherever '{record.id}' is named"
    return Found(record, (key,), message, help, grave=other)


def _landmarks_alike(bone: Bone) -> Iterator[Found]:
    """Landmarks of one bone under one name."""
    of: dict[str, str] = {}
    for id, name in bone.landmarks.items():
        first = of.setdefault(bare(name), id)
        if first != id:
            message = f"the landmark '{first}' has the same name"
            help = f"mend the wrong name; if they are one, keep one, and name it wherever '{id}' is named"
            yield Found(bone, ("landmarks", id), message, help)


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


@rule(scope="facts")
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
    for one, other in near([(each.name, each) for each in seen.library.muscles], _SHOWN):
        first, second = (one, other) if one.id < other.id else (other, one)
        told.add((first.id, second.id))
        if not _contrasted(seen, first, second):
            before.setdefault(second.id, []).append(first)
    for id, others in before.items():
        second = seen.library.get(Muscle, id)
        names = listed([f"'{each.name}'" for each in (*others[:_SHOWN], second)])
        message = f"{names} are nearly the same name, and no card tells them apart"
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
    for first, (record, path) in near(things, _SHOWN):
        name, other = _name_at(first), _name_at((record, path))
        # 'Internal' and 'external' are near in letters, and a pair that anatomy is built of.
        if set(words(name)) ^ set(words(other)) != {"internal", "external"}:
            before.setdefault(((record.kind, record.id), path), []).append(name)
    for (key, path), names in before.items():
        record = library.records[key]
        alike = listed([f"'{each}'" for each in (*names[:_SHOWN], _name_at((record, path)))])
        message = f"{alike} are nearly the same name"
        yield Found(record, path, message, "mend the one that is misspelled; if both are right, say so in `lint`")


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
    if not one.named("origin").isdisjoint(other.named("origin")):
        return True
    if not one.named("insertion").isdisjoint(other.named("insertion")) or not set(one.groups).isdisjoint(other.groups):
        return True
    if not one.confuse_with and not other.confuse_with:
        return False
    named = {id.partition("/")[0] for each in (one, other) for id in each.confuse_with}
    return not named.isdisjoint((one.id, other.id))


@rule(scope="facts")
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
    yield from _small_print(seen)
    yield from _sides(seen)


def _small_print(seen: Seen) -> Iterator[Found]:
    """Small print of one place in other words than usual."""
    texts = ((record, said) for record, said in seen.texts if isinstance(record, Muscle) and _is_small_print(said))
    stated = [(muscle, said, _place_and_words(said), " ".join(words(said.text))) for muscle, said in texts]
    counts: dict[tuple[str, frozenset[str]], Counter[str]] = {}
    for _, _, key, line in stated:
        counts.setdefault(key, Counter())[line] += 1
    usual = {key: max(of.items(), key=lambda each: (each[1], each[0]))[0] for key, of in counts.items()}
    for muscle, said, key, line in stated:
        first = usual[key]
        if key[1] and line != first:
            message = f"elsewhere the same is called '{first}'"
            yield Found(muscle, said.path, message, "use the same words in both places", word=said.text)


def _is_small_print(said: Said) -> bool:
    return said.role == "answer" and len(said.path) > 1 and said.path[-2] in ("origin", "insertion", "nerve")


def _place_and_words(said: Said) -> tuple[str, frozenset[str]]:
    """What two pieces of small print share that say the same: the place, and their words with one for like ones."""
    return str(said.path[-1]), _telling_words(said.text)


@lru_cache(maxsize=4096)
def _telling_words(text: str) -> frozenset[str]:
    return frozenset(SAME.get(word, word) for word in words(text) if word not in IDLE)


def _sides(seen: Seen) -> Iterator[Found]:
    told: dict[str, list[tuple[str, Record, Path_]]] = {}
    for record, said in seen.texts:
        if said.path[0] not in ("confuse_with", "tell_apart"):
            continue
        side = _side(said.text)
        if side:
            told.setdefault(str(said.path[1]), []).append((side, record, said.path))
        if isinstance(record, Muscle):
            yield from _behind_each_other(seen, record, said)
    for id, ((usual, first, _), *others) in told.items():
        for side, record, path in others:
            if side != usual:
                name = seen.library.name(id, "muscle")
                message = f"{name} is called {side} here, and {usual} in {first.key}"
                yield Found(record, path, message, read_and_mend("this text", f"that of {first.key}"))


@lru_cache(maxsize=1)
def _sideways() -> re.Pattern[str]:
    groups = (f"(?P<{side}>{pattern(phrases)})" for side, phrases in english().sideways.items())
    return re.compile(rf"\b(?:{'|'.join(groups)})\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _of_something_else() -> re.Pattern[str]:
    return whole(english().side_of_something_else)


@lru_cache(maxsize=1)
def _lies() -> re.Pattern[str]:
    lies = pattern(english().lies)
    return re.compile(rf"^(?:lies |just |right |directly )*(?P<side>{lies})(?: only)? it\b", re.IGNORECASE)


def _side(text: str) -> str:
    """'medial' or 'lateral', where a contrast says that the other muscle is, and '' where it says more than that."""
    sides = {str(each.lastgroup) for each in _sideways().finditer(re.split(r"[;,]", plain(text))[0])}
    return sides.pop() if len(sides) == 1 and not _of_something_else().search(text) else ""


def _behind_each_other(seen: Seen, muscle: Muscle, said: Said) -> Iterator[Found]:
    """Two muscles of which each is said to lie on the same side of the other."""
    other = seen.library.find(Muscle, str(said.path[1]).partition("/")[0])
    if other is None or muscle.id >= other.id:
        return
    here, there = _lies().search(said.text), _lies().search(other.confuse_with.get(muscle.id, ""))
    where = english().lies
    if here and there and where[here["side"].lower()] == where[there["side"].lower()]:
        message = f"{other.name} {here[0]} {muscle.name}, and {muscle.name} {there[0]} {other.name}: both cannot be"
        yield Found(muscle, said.path, message, f"mend one of the two: the other stands in '{other.id}'", word=here[0])
