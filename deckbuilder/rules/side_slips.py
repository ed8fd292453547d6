"""Where things lie, in words: against the sides of the landmarks, and against names that hold a side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from deckbuilder.anatomy.linkage import OPPOSITE
from deckbuilder.anatomy.words import low
from deckbuilder.core.patterns import regex
from deckbuilder.reading.english import english
from deckbuilder.reading.english import whole as wholly
from deckbuilder.reading.sides import SIDE_WORDS, WORDS, side_of, sides_in, sides_named
from deckbuilder.reading.statements import Statement
from deckbuilder.records import Muscle, Record
from deckbuilder.records.keys import Named, Said
from deckbuilder.records.muscle import Part
from deckbuilder.rules.phrasing import read_and_mend
from deckbuilder.rules.rule import Found, Seen, at, rule
from deckbuilder.source import Path_

ACROSS = ("medial", "lateral", "anterior", "posterior")
# 'medial surface of the greater trochanter': a part of what lies lateral may well be medial.
_PART_OF = regex(
    rf"\b(?:{WORDS})(?: and \w+)? (?:surface|lip|border|part|half|margin|edge|face|aspect|wall|third|facet|end|rim|fib(?:er|re)s)"
)
_OF_MUSCLE = regex(r" (?:side|aspect|part)\b|$|,| of the (?:knee|shin|leg|tibia|thigh)\b")
_ACROSS_LIMBS = ("medial", "lateral")


@rule()
def side_slip(seen: Seen) -> Iterator[Found]:
    """A side in words that is the opposite of where the landmark, or the muscle, lies.

    Held against the id: a name. Held against the bones' `sides`: the small print of a landmark, the word before a
    landmark's name in a text, and what sentences say of where a muscle lies or ends. Held against a muscle's or head's
    name that has a side in it (vastus *lateralis*): the small print of its attachments.

    Why: medial and lateral, anterior and posterior are swapped in typing more often than anything else in anatomy, and the
    sentence reads as well as before.

    Bad:
        insertion: {head-of-fibula: medial side}
        confuse_with: {semitendinosus: ends on the lateral side of the knee}

    Good:
        insertion: {head-of-fibula: lateral side}
        confuse_with: {semitendinosus: ends on the medial side of the knee}
    """
    yield from _of_names(seen)
    yield from _small_print(seen)
    yield from _before_landmarks(seen)
    yield from _of_muscles(seen)


def _of_names(seen: Seen) -> Iterator[Found]:
    """Ids stay when names are typed again: an id that says another side tells of the slip."""
    for record, texts in seen.said:
        for said in texts:
            if said.role == "name" and sides_named(said.text):
                yield from _against_id(record, said)


def _against_id(record: Record, said: Said) -> Iterator[Found]:
    id = said.path[-1] if len(said.path) > 1 and said.path[-1] != "name" else record.id
    by_id, by_name = sides_named(str(id).replace("-", " ")), sides_named(said.text)
    for side, word in by_name.items():
        if OPPOSITE[side] in by_id and side not in by_id and OPPOSITE[side] not in by_name:
            message = f"the id says {OPPOSITE[side]}, the name {side}"
            help = "look it up, then mend the name, or give it another id with `deckbuilder rename`"
            yield Found(record, said.path, message, help, word=word)


def _small_print(seen: Seen) -> Iterator[Found]:
    """Sides in the small print of attachments, and heads that start at a landmark of the other side than their name."""
    for muscle in seen.muscles:
        label = "heads" if muscle.heads else "parts"
        yield from _of_holder(seen, muscle, muscle, muscle.name, ())
        for part, holder in muscle.divisions.items():
            name = f"{muscle.part_name(part)} {muscle.name}"
            yield from _of_holder(seen, muscle, holder, name, (label, part))
            yield from _starts(seen, muscle, part, name)


def _of_holder(seen: Seen, muscle: Muscle, holder: Muscle | Part, name: str, before: Path_) -> Iterator[Found]:
    for about in ("origin", "insertion"):
        for each in getattr(holder, about):
            if sides_in(each.detail):
                for clause in re.split(r"[;,]", each.detail):
                    yield from _clause(seen, muscle, (*before, about, each.id), each, clause, name)


def _starts(seen: Seen, muscle: Muscle, part: str, name: str) -> Iterator[Found]:
    """A lateral head that starts at a medial landmark."""
    named = sides_named(name)
    for each in muscle.divisions[part].origin if named else ():
        for side in seen.skeleton.sides.get(each.id, ()):
            if OPPOSITE[side] in named and side not in named:
                path = ("heads" if muscle.heads else "parts", part, "origin", each.id)
                message = f"the {muscle.part_name(part).lower()} starts at a landmark that lies {side}"
                yield Found(muscle, path, message, read_and_mend("the landmark", "the head"), key=True)


def _clause(seen: Seen, muscle: Muscle, path: Path_, site: Named, clause: str, name: str) -> Iterator[Found]:
    """The small print of a landmark against where that lies, and against the name of the muscle or head."""
    lies, said, named = seen.skeleton.sides.get(site.id, ()), sides_in(clause), sides_named(name)
    for side, word in said.items():
        if OPPOSITE[side] in said or side not in ACROSS:
            continue
        if OPPOSITE[side] in lies and not _PART_OF.search(clause):
            message = f"the {low(seen.library.site_short(site.id))} lies {OPPOSITE[side]}, not {side}"
            help = read_and_mend("the side", "the landmark", "the `sides` of its bone")
            yield Found(muscle, path, message, help, word=word)
        elif OPPOSITE[side] in named and side not in named and not {side, OPPOSITE[side]} & {*lies}:
            help = "read the source, and mend it if it is a slip"
            yield Found(muscle, path, f"'{word}' stands against the name, {name}", help, word=word)


def _before_landmarks(seen: Seen) -> Iterator[Found]:
    for record, said in seen.holding(*SIDE_WORDS):
        if said.role == "name" or not sides_in(said.text):
            continue
        mentions = [each for each in seen.lexicon.mentions(said.text) if each.kind == "landmark"]
        for each in mentions:
            lies = seen.skeleton.sides.get(each.id, ())
            word = said.text[: each.start].split()[-1:] or [""]
            side = side_of(word[0])
            if side and OPPOSITE[side] in lies:
                name = said.text[each.start : each.end]
                message = f"'{word[0]} {name}': the {name.lower()} lies {OPPOSITE[side]}"
                help = read_and_mend("the side", "the landmark", "the `sides` of its bone")
                yield Found(record, said.path, message, help, word=word[0])


def _of_muscles(seen: Seen) -> Iterator[Found]:
    """'The medial of the two', 'ends on the lateral side': against the sides of its compartment and attachments."""
    for each in (*seen.answered, *seen.statements):
        if sides_in(each.clause.text):
            yield from _stated(seen, each)


def _stated(seen: Seen, each: Statement) -> Iterator[Found]:
    ends, whole = _sides_of(seen, each.muscle, each.part)
    for clause in each.clause.text.strip().split(" and "):
        said = sides_in(clause)
        ending = bool(_ending().search(clause))
        lies = ends if ending else whole
        for side, word in said.items():
            if side not in _ACROSS_LIMBS or not _is_its_own(clause, word, ending):
                continue
            if side not in lies and OPPOSITE[side] in lies and OPPOSITE[side] not in said:
                where = "ends" if ending else "lies"
                message = f"by its record, {low(each.muscle.name)} {where} on the {OPPOSITE[side]} side, not on the {side} one"
                help = read_and_mend("this text", f"the record at {at(each.muscle)}")
                yield Found(each.record, each.path, message, help, word=word)


def _sides_of(seen: Seen, muscle: Muscle, part: str) -> tuple[set[str], set[str]]:
    """The sides on which a muscle ends, and all on which it lies."""
    sides = seen.skeleton.sides
    ends = {side for fact in muscle.facts("insertion", part) for side in sides.get(fact.id, ())}
    whole = ends | {side for fact in muscle.facts("origin") for side in sides.get(fact.id, ())}
    return ends, whole | ({muscle.compartment} if muscle.compartment in OPPOSITE else set())


def _is_its_own(clause: str, word: str, ending: bool) -> bool:
    """Whether a side is the muscle's: 'the lateral condyle' is of the bone."""
    whose = _OF_MUSCLE.match(clause, clause.index(word) + len(word))
    return bool(ending and whose) or clause.split()[:1] == [word]


@lru_cache(maxsize=1)
def _ending() -> re.Pattern[str]:
    return wholly(english().ending)
