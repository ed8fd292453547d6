"""Who does what in a movement: parts that exclude each other, and parts without the movement they are played in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial

from deckbuilder.reading.english import english, pattern, whole
from deckbuilder.reading.tokens import holds, sentences
from deckbuilder.records import Action, Concept, Exercise, Muscle
from deckbuilder.rules.rule import Found, Seen, rule

_IN_ONE_MOVEMENT = frozenset({"synergy", "reciprocal-inhibition", "force-couple"})


@rule()
def two_roles(seen: Seen) -> Iterator[Found]:
    """A muscle with a movement and its opposite, or that leads both, or that holds still what it moves.
    A head or part for each of the two, or a detail that says when, makes sense of it. A stabilizer that is also prime
    mover of the exercise is an error where no detail says what it holds, and else a warning, unless the detail names
    another side or another end than the one that moves.

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
    yield from _stabilizers(seen)


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


def _stabilizers(seen: Seen) -> Iterator[Found]:
    for exercise in seen.library.of(Exercise):
        leads = {player.id: action for action, players in seen.library.moved_by(exercise) for player in players}
        for held in exercise.stabilizers:
            action = leads.get(held.id)
            if action is None or holds(held.detail, *seen.words("elsewhere")):
                continue
            message = f"'{held.id}' is a stabilizer here and prime mover of '{action.id}', which the exercise trains"
            help = f"delete it, or say what it holds meanwhile: `{held.id}: …`"
            yield Found(exercise, ("stabilizers", held.id), message, help, key=True, grave=not held.detail)


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
