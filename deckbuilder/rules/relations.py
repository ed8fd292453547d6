"""Who does what in a movement: parts that exclude each other, and parts without the movement they are played in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial

from deckbuilder.reading.english import english, pattern, whole
from deckbuilder.reading.tokens import holds, sentences
from deckbuilder.records import Action, Concept, Exercise, Muscle, Trains
from deckbuilder.records.keys import Named
from deckbuilder.rules.rule import Found, Seen, rule

_IN_ONE_MOVEMENT = frozenset({"synergy", "reciprocal-inhibition", "force-couple"})


@rule()
def two_roles(seen: Seen) -> Iterator[Found]:
    """A muscle with a movement and its opposite, or that leads both, or that an exercise names twice.
    A head or part for each of the two, or a detail that says when, makes sense of it. A stabilizer that is also prime
    mover of the exercise is an error where no detail says what it holds, and else a warning, unless the detail names
    another side or another end than the one that moves. A synergist that is also prime mover is an error.

    Why: the muscle would be prime mover and antagonist of one movement, and both cards would name it.

    Bad:
        actions: [hip-flexion, hip-extension]

    Good:
        actions: {hip-flexion: from the straight hip, hip-extension: from the bent hip}
    """
    library = seen.library
    opposite = {action.id: against.id for action in library.of(Action) if (against := library.opposite(action))}
    for muscle in seen.muscles:
        for part in ("", *muscle.divisions):
            if not part or muscle.divisions[part].actions:  # else taken over from the muscle, where it is told
                yield from _back_and_forth(seen, muscle, part, opposite)
    for action in library.of(Action):
        against = library.opposite(action)
        if against and action.id < against.id:
            yield from _leading_both(action, against)
    yield from _in_exercises(seen)


def _back_and_forth(seen: Seen, muscle: Muscle, part: str, opposite: Mapping[str, str]) -> Iterator[Found]:
    """Movements that a muscle has with their opposite, and without a word that says when."""
    details = {fact.id: fact.detail for fact in muscle.facts("actions", part) if fact.part == part}
    for id, detail in details.items():
        back = opposite.get(id, "")
        if back in details and id < back and not detail and not details[back]:
            one, other = (seen.library.get(Action, each).name.lower() for each in (id, back))
            message = f"{muscle.name} has both {one} and {other}, so it would be its own antagonist"
            help = f"delete one, give each to a head or part, or say when: `{{{id}: …, {back}: …}}`"
            yield Found(muscle, (*muscle.stated("actions", part), back), message, help, key=True, grave=True)


def _leading_both(action: Action, against: Action) -> Iterator[Found]:
    """Prime movers of a movement and of its opposite."""
    for id in sorted(set(action.prime_movers) & set(against.prime_movers)):
        message = f"'{id}' is prime mover of '{against.id}' too, the opposite"
        help = f"take it out of one of the two, or name the head or part: `{id.split('/')[0]}/…`"
        yield Found(action, ("prime_movers", action.prime_movers.index(id)), message, help, grave=True)


def _in_exercises(seen: Seen) -> Iterator[Found]:
    """Prime movers of an exercise that are said to help, or to hold still, in it too."""
    for exercise in seen.library.of(Exercise):
        for role, (called, help) in _BESIDE.items() if exercise.trains else ():
            for each in getattr(exercise.trains, role):
                if twice := _twice(seen, exercise.trains, each, elsewhere=role == "stabilizers"):
                    message = f"'{twice}' is one of the prime movers, and {called} here as '{each.id}'"
                    grave = role != "stabilizers" or not each.detail
                    path = ("trains", role, each.id)
                    yield Found(exercise, path, message, help.format(id=each.id), key=True, grave=grave)


_BESIDE = {
    "also_right": ("also right", "take it out of one of the two"),
    "synergists": ("a synergist", "take it out of one of the two"),
    "stabilizers": ("a stabilizer", "take it out of one of the two, or say what it holds meanwhile: `{id}: …`"),
}


def _twice(seen: Seen, trains: Trains | None, other: Named, *, elsewhere: bool) -> str:
    """The prime mover that is named a second time, '' if none is, or, with `elsewhere`, if it works in another place."""
    if elsewhere and holds(other.detail, *seen.words("elsewhere")):
        return ""
    others = {muscle.id for muscle in seen.library.behind(other.id)}
    for each in trains.prime_movers if trains else ():
        parts = {each.id.partition("/")[2], other.id.partition("/")[2]}
        if (len(parts) == 1 or "" in parts) and any(muscle.id in others for muscle in seen.library.behind(each.id)):
            return each.id
    return ""


@rule(scope="facts")
def trains_against_actions(seen: Seen) -> Iterator[Found]:
    """An exercise and what it is said to train disagree: a prime mover or synergist that has none of its joint actions, or
    a joint action that none of them has.

    Why: a muscle can move only a joint that moves, and every joint that moves has a muscle that moves it. One of the three
    is wrong or not complete: what the exercise trains, its joint actions, or the actions of the muscle.

    Bad:
        exercise: leg-extension
        actions: knee-extension
        trains: {prime_movers: hamstrings}

    Good:
        exercise: leg-extension
        actions: knee-extension
        trains: {prime_movers: quadriceps}
    """
    for exercise in seen.library.of(Exercise):
        if exercise.trains and exercise.actions:
            yield from _idle(seen, exercise, exercise.trains)


def _idle(seen: Seen, exercise: Exercise, trains: Trains) -> Iterator[Found]:
    """Who has none of the joint actions, and which joint action nobody has."""
    library = seen.library
    moved = ", ".join(action.name.lower() for action in library.moved_by(exercise))
    done: set[str] = set()
    for role in ("prime_movers", "also_right", "synergists"):
        for each in getattr(trains, role):
            share = library.its_share(each.id, exercise)
            done.update(action.id for action in share)
            if not share:
                name = library.name(each.id, "muscle", "group")
                message = f"{name} has none of the exercise's joint actions ({moved}); it has {_has(seen, each.id)}"
                yield Found(exercise, ("trains", role, each.id), message, _WHERE_TO_LOOK, key=True)
    for place, action in enumerate(library.moved_by(exercise)):
        if action.id not in done:
            names = ", ".join(library.name(each.id, "muscle", "group").lower() for each in trains.movers)
            message = f"nobody who is said to work here ({names}) has {action.name.lower()}"
            yield Found(exercise, ("actions", place), message, _WHERE_TO_LOOK)


_WHERE_TO_LOOK = "read the sources of both: what the exercise trains, its `actions`, and the muscles' own"


def _has(seen: Seen, id: str) -> str:
    """The joint actions of a muscle, of a part, or of the muscles of a group, in words."""
    facts = (fact for muscle in seen.library.behind(id) for fact in muscle.facts("actions", id.partition("/")[2]))
    names = dict.fromkeys(seen.library.get(Action, fact.id).name.lower() for fact in facts)
    return ", ".join(names) or "none"


@rule()
def relation_without_context(seen: Seen) -> Iterator[Found]:
    """Synergist or antagonist without the movement: an error in a concept about such parts, a warning in a sentence.

    Why: agonist, synergist and antagonist are parts played in one movement, and true only for it: the hamstrings help
    gluteus maximus in hip extension and lead in knee flexion.

    Bad:
        why: The hamstrings are synergists of gluteus maximus.

    Good:
        why: The hamstrings are synergists of gluteus maximus in hip extension.
    """
    for concept in seen.library.of(Concept):
        if concept.topic in _IN_ONE_MOVEMENT and concept.muscles and not concept.actions and not concept.retired:
            message = f"the concept names muscles and no movement, and '{concept.topic}' is about one movement"
            yield Found(concept, ("topic",), message, "name the movement that is meant under `actions`", grave=True)
    yield from _in_sentences(seen)


def _in_sentences(seen: Seen) -> Iterator[Found]:
    """Parts played that a sentence tells without their movement."""
    for record, said in seen.holding("agonist", "ynergist"):
        if said.role in ("back", "answer") and re.search("agonist|ynergist", said.text):
            for words in _parts_played(seen, said.text):
                message = f"'{words}' is true for one movement only, and the sentence names none"
                yield Found(record, said.path, message, "say in which movement", word=words.split()[0])


def _parts_played(seen: Seen, text: str) -> Iterator[str]:
    """'synergists of gluteus maximus', in sentences that name no movement."""
    for sentence in sentences(text):
        for found in _part_played().finditer(sentence):
            if seen.lexicon.ids(found[1], "muscle", "group") and not _moves().search(sentence):
                yield found[0].strip()


@lru_cache(maxsize=1)
def _part_played() -> re.Pattern[str]:
    played = pattern(english().parts_played)
    return re.compile(rf"\b(?:{played}) (?:of|to|for)(?: the)? (\w+ ?\w*)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _moves() -> re.Pattern[str]:
    return whole(english().movement)


@rule(scope="facts")
def leads_nothing(seen: Seen) -> Iterator[Found]:
    """A muscle of tier core that is prime mover of no movement; an error: a movement whose prime movers are all retired.

    Why: what a beginner learns first should lead somewhere; often only the movement forgot it. A movement without a
    living prime mover has a card with an empty answer.

    Bad:
        muscle: gluteus-maximus
        tier: core
        actions: hip-extension              # and no movement names it under `prime_movers`

    Good:
        action: hip-extension
        prime_movers: gluteus-maximus
    """
    library = seen.library
    for action in library.of(Action):
        if not action.retired and not library.prime_movers(action):
            help = "name a muscle that is still taught, or retire the movement too"
            yield Found(action, ("prime_movers",), "its prime movers are all retired", help, grave=True)
    for muscle in library.muscles:
        if muscle.tier != "core" or library.led_by(muscle.id) or not muscle.named("actions"):
            continue
        found = partial(Found, muscle, ("tier",))
        message = f"{muscle.name} is core, and prime mover of no movement"
        yield found(message, "read the source: name it under `prime_movers` of what it leads, or lower its `tier`")
