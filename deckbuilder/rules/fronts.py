"""What stands on the fronts of cards, and what is asked there: in authors' words, and in those of the templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deckbuilder.anatomy.words import Words
from deckbuilder.records import Action, Cloze, Concept, Exercise, Group, Muscle, Occlusion, Study
from deckbuilder.records.base import Asked, Said, Subject
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
        if isinstance(record, Occlusion) and record.question:
            yield Alone(record, Said(("question",), record.question, "front"), named=True)
        elif isinstance(record, Cloze):
            filled = "".join(each if isinstance(each, str) else each.text for each in record.pieces())
            yield Alone(record, Said(("text",), filled, "front"), sort="cloze")
        elif record.kind == "claim":
            yield from (Alone(record, said, sort="claim") for said in record.texts() if said.role == "front")


def above(seen: Seen, words: Words, record: Subject) -> str:
    """The line above the question: regions, for a joint action its joint."""
    if isinstance(record, Action):
        return str(seen.library.name(record.joint, "joint"))
    regions = (record.region,) if isinstance(record, Muscle | Group) else getattr(record, "regions", ())
    return ", ".join(words.path(regions))


def hinted(seen: Seen) -> Iterator[Given]:
    """Every hint, with the names that are asked where it stands."""
    for record in seen.living:
        if record.hint and not isinstance(record, Study | Cloze):  # `cloze-leak` looks at what a gap's card shows
            yield Given(record, ("hint",), record.hint, "the hint", tuple(dict.fromkeys(names_asked(seen, record))))


def names_asked(seen: Seen, record: Subject) -> Iterator[tuple[str, str]]:
    """What the cards of a record ask for by name: 'its origin', 'Ischial tuberosity'."""
    library = seen.library
    if isinstance(record, Muscle):
        for about, what in (("origin", "its origin"), ("insertion", "its insertion")):
            yield from ((what, library.site_short(fact.id)) for fact in record.facts(about))
        for fact in record.facts("actions"):
            action = library.get(Action, fact.id)
            yield from (("its action", name) for name in (action.name, action.phrase))
        yield from (("its nerve", library.name(fact.id, "nerve")) for fact in record.facts("nerve"))
        if record.id in library.drawings.figures or library.only_one(record):
            yield "its name", record.name
    elif isinstance(record, Action):
        back = library.opposite(record)
        yield from (("its prime mover", each.muscle.name) for each in library.prime_movers(record))
        yield from (("its antagonist", each.muscle.name) for each in (library.prime_movers(back) if back else ()))
        yield from (("its synergist", each.muscle.name) for each in library.synergists(record))
        yield "its plane", record.plane
    elif isinstance(record, Group):
        yield "its name", record.name
        yield from (("its member", muscle.name) for muscle in library.members(record))
        if record.odd_one_out:
            yield "the odd one out", library.name(record.odd_one_out.odd, "muscle")
    elif isinstance(record, Concept):
        if record.case:
            yield from (("its name", name) for name in term_names(record.name))
    elif isinstance(record, Exercise):
        for action, players in library.moved_by(record):
            yield "its joint action", action.name
            yield from (("its prime mover", each.muscle.name) for each in players)
    elif isinstance(record, Occlusion):
        for mask in record.masks.values():
            yield "a label", mask_label(seen, mask.label, mask.landmark)
    else:
        for asked in record.asked():
            yield from (("the answer", answer.text) for answer in asked.answers)


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
