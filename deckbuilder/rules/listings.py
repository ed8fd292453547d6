"""What Anki and learners sort a deck by: tags, names, lists in which nothing stands twice, patterns, the order of teaching."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from deckbuilder.anatomy import tags
from deckbuilder.core import letters
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.records import Exercise, Muscle
from deckbuilder.records.base import Subject
from deckbuilder.rules.rule import Fix, Found, Seen, at, rule
from deckbuilder.source import Path_


@rule(scope="facts")
def tag(seen: Seen) -> Iterator[Diagnostic]:
    """An extra tag that is not in the vocabulary of `deck.yaml`, or that Anki would not keep whole.

    Why: learners' filtered decks go by tags, and a tag that is spelled in two ways is two tags.

    Bad:
        tags: [exam week]

    Good:
        tags: [Exam_week]                   # and `extra_tags: [Exam_week]` in cards/deck.yaml
    """
    allowed = frozenset(map(letters.composed, seen.library.deck.extra_tags)) if seen.library.deck else None
    for record in seen.library.records.values():
        if isinstance(record, Subject):
            yield from tags.check(record, allowed)


@rule(scope="facts")
def same_name(seen: Seen) -> Iterator[Found]:
    """Two names of which Anki makes one tag, or one deck: alike but for case, signs, or the way an accent is typed.

    Why: learners who search for one of the two get both, and nothing tells them apart any more.

    Bad:
        - {region: arm, name: Arm}
        - {region: upper-arm, name: ARM}

    Good:
        - {region: arm, name: Arm}
        - {region: upper-arm, name: Upper arm}
    """
    for one, other in tags.collisions(seen.library):
        if isinstance(other.record, Muscle) and isinstance(one.record, Muscle) and one.name == other.name:
            continue  # of two muscles of one name all that they ask is told by rules of their own
        both = f"'{one.name}' and '{other.name}'" if one.name != other.name else f"two things called '{other.name}'"
        message = f"{both} are one tag to Anki: {other.tag}"
        help = f"the other one is at {one.where}; let their letters or digits differ"
        yield Found(other.record, other.path, message, help)
    deck = seen.library.deck
    first: dict[str, str] = {}
    for id, each in deck.subdecks.items() if deck else ():
        one_id = first.setdefault(letters.folded(each.name), id)
        if deck and one_id != id:
            message = f"'{each.name}' and '{deck.subdecks[one_id].name}' are one deck to Anki"
            help = f"the other one is at {at(deck, 'subdecks', one_id, 'name')}; rename one of the two"
            yield Found(deck, ("subdecks", id, "name"), message, help)


@rule(scope="facts")
def listed_twice(seen: Seen) -> Iterator[Found]:
    """An id or a text that stands twice in one list: groups, roots, prime movers, sources, tags, topics, whatever it is.

    Why: it is counted, asked or shown twice, or something else was meant that is missing now.
    Fix: the second is taken out.

    Bad:
        groups: [hamstrings, hamstrings]

    Good:
        groups: [hamstrings]
    """
    for record in seen.library.records.values():
        typed = record.document.value
        for path, text, first in _doubled(typed) if _has_doubled(typed) else ():
            if path[-2:-1] == ("compare",):
                yield Found(record, path, f"'{text}' is compared with itself", "name the other one")
                continue
            place = at(record, *path[:-1], first)
            message, help = f"'{text}' stands twice in this list", f"the first is at {place}; name it once, or mend one"
            yield Found(record, path, message, help, fix=Fix(path, None))


def _has_doubled(value: object) -> bool:
    """Whether a text stands twice in some list: asked before it is asked where, since in nearly no record one does."""
    left = [value]
    for each in left:  # it grows on the way
        if isinstance(each, list):
            if len(each) > 1 and _repeats(each):
                return True
            left += [inner for inner in each if not isinstance(inner, str)]
        elif isinstance(each, dict):
            left += [inner for inner in each.values() if not isinstance(inner, str)]
    return False


def _repeats(items: list[object]) -> bool:
    texts = [_as_compared(each) for each in items if isinstance(each, str)]
    return len(set(texts)) < len(texts)


@lru_cache(maxsize=4096)  # mostly ids and tags, the same in many records
def _as_compared(text: str) -> str:
    return " ".join(letters.composed(text).split())


def _doubled(value: object, path: Path_ = ()) -> Iterator[tuple[Path_, str, int]]:
    """Texts that a list has already: the path to the second, the text, and where the first is."""
    if isinstance(value, list):
        yield from _doubled_texts(value, path)
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in steps:
        if isinstance(each, dict | list):
            yield from _doubled(each, (*path, step))


def _doubled_texts(value: list[object], path: Path_) -> Iterator[tuple[Path_, str, int]]:
    first: dict[str, int] = {}
    for place, each in enumerate(value) if len(value) > 1 else ():
        if isinstance(each, str):
            text = _as_compared(each)
            if first.setdefault(text, place) < place:
                yield (*path, place), text, first[text]


@rule(scope="facts")
def missing_pattern(seen: Seen) -> Iterator[Found]:
    """An exercise with a card that belongs to no pattern of movement.

    Why: the pattern is on its card, and in its tag.

    Bad:
        exercise: hip-thrust
        actions: [hip-extension]

    Good:
        exercise: hip-thrust
        pattern: hinge
        actions: [hip-extension]
    """
    for exercise in seen.library.of(Exercise):
        if exercise.subjects() and exercise.pattern is None:
            yield Found(
                exercise,
                (),
                "an exercise with a card has no 'pattern'",
                "add `pattern: hinge`, or squat, lunge, push, pull, carry, rotation, isolation",
            )
