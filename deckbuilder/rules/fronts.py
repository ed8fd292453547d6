"""What stands on the fronts of cards, and what is asked there: in authors' words, and in those of the templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from deckbuilder.anatomy.words import Words
from deckbuilder.records import Action, Cloze, Concept, Exercise, Group, Muscle, Occlusion, Study
from deckbuilder.records.base import Subject
from deckbuilder.records.keys import Asked, Said
from deckbuilder.rules.rule import Seen
from deckbuilder.source import Path_


@dataclass(frozen=True, slots=True)
class Given:
    """A text that stands on a front, and names that are asked for on that front: what it is, and what names it."""

    record: Subject
    path: Path_
    text: str
    where: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Alone:
    """A text that opens a card. `named`: the card is headed by a name, to which 'it' may point."""

    record: Subject
    said: Said
    named: bool = False
    sort: str = "question"


def openings(seen: Seen) -> Iterator[Alone]:
    """Every text of an author's that a front begins with, or asks."""
    for record, asked in seen.asked:
        yield Alone(record, asked.front, named=bool(asked.also))
    for record in seen.living:
        yield from (Alone(record, each.said, each.named, each.sort) for each in record.openings())


def above(seen: Seen, words: Words, record: Subject) -> str:
    """The line above the question: regions, for a joint action its joint."""
    if isinstance(record, Action):
        return str(seen.library.name(record.joint, "joint"))
    return ", ".join(words.path(record.about().regions))


def hinted(seen: Seen) -> Iterator[Given]:
    """Every hint, with the names that are asked where it stands."""
    for record in seen.living:
        if record.hint and not isinstance(record, Study | Cloze):  # `cloze-leak` looks at what a gap's card shows
            yield Given(record, ("hint",), record.hint, "the hint", tuple(dict.fromkeys(names_asked(seen, record))))


def names_asked(seen: Seen, record: Subject) -> Iterator[tuple[str, str]]:
    """What the cards of a record ask for by name: 'its origin', 'Ischial tuberosity'."""
    return _ASKED_OF.get(type(record), _of_any)(seen, record)


def _of_muscle(seen: Seen, muscle: Muscle) -> Iterator[tuple[str, str]]:
    library = seen.library
    for about, what in (("origin", "its origin"), ("insertion", "its insertion")):
        yield from ((what, library.site_short(fact.id)) for fact in muscle.facts(about))
    for fact in muscle.facts("actions"):
        action = library.get(Action, fact.id)
        yield from (("its action", name) for name in (action.name, action.phrase))
    yield from (("its nerve", library.name(fact.id, "nerve")) for fact in muscle.facts("nerve"))
    if muscle.id in library.drawings.figures or library.only_one(muscle):
        yield "its name", muscle.name


def _of_action(seen: Seen, action: Action) -> Iterator[tuple[str, str]]:
    library = seen.library
    back = library.opposite(action)
    yield from (("its prime mover", each.muscle.name) for each in library.prime_movers(action))
    yield from (("its antagonist", each.muscle.name) for each in (library.prime_movers(back) if back else ()))
    yield from (("its synergist", each.muscle.name) for each in library.synergists(action))
    yield "its plane", action.plane


def _of_group(seen: Seen, group: Group) -> Iterator[tuple[str, str]]:
    yield "its name", group.name
    yield from (("its member", muscle.name) for muscle in seen.library.members(group))
    if group.odd_one_out:
        yield "the odd one out", seen.library.name(group.odd_one_out.odd, "muscle")


def _of_concept(seen: Seen, concept: Concept) -> Iterator[tuple[str, str]]:
    if concept.case:
        yield from (("its name", name) for name in term_names(concept.name))


def _of_exercise(seen: Seen, exercise: Exercise) -> Iterator[tuple[str, str]]:
    yield from (("its joint action", action.name) for action in seen.library.moved_by(exercise))
    for each in exercise.trains.prime_movers if exercise.trains else ():
        yield "its prime mover", seen.library.name(each.id, "muscle", "group")


def _of_occlusion(seen: Seen, occlusion: Occlusion) -> Iterator[tuple[str, str]]:
    yield from (("a label", mask_label(seen, mask.label, mask.landmark)) for mask in occlusion.masks.values())


def _of_any(seen: Seen, record: Subject) -> Iterator[tuple[str, str]]:
    for asked in record.asked():
        yield from (("the answer", answer.text) for answer in asked.answers)


_ASKED_OF: dict[type[Subject], Callable[[Seen, Any], Iterator[tuple[str, str]]]] = {
    Muscle: _of_muscle,
    Action: _of_action,
    Group: _of_group,
    Concept: _of_concept,
    Exercise: _of_exercise,
    Occlusion: _of_occlusion,
}


def mask_label(seen: Seen, label: str, landmark: str | None) -> str:
    """What a mask covers, in words."""
    return label or (seen.library.site_short(landmark) if landmark else "")


def term_names(name: str) -> tuple[str, ...]:
    """'Electromyography' and 'EMG' for 'Electromyography (EMG)'."""
    before, _, within = name.partition("(")
    short = within.rstrip(") ").strip()
    return (before.strip(), short) if short.isupper() else (before.strip(),)


def asked_answers(asked: Asked) -> tuple[str, ...]:
    """The texts that make an answer right, a term by each of its names."""
    return tuple(
        name
        for answer in asked.answers
        for name in (term_names(answer.text) if answer.role == "name" else (answer.text,))
    )
