"""What is missing, and who is unlike the others: a muscle without a nerve, a group of one, an exam without cards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from deckbuilder.anatomy.library import Library
from deckbuilder.anatomy.words import low
from deckbuilder.records import (
    Action,
    Exam,
    Group,
    Muscle,
)
from deckbuilder.records.muscle import ASKED
from deckbuilder.rules.phrasing import listed
from deckbuilder.rules.rule import Found, Seen, rule


@rule()
def unlike_its_compartment(seen: Seen) -> Iterator[Found]:
    """A muscle with another nerve than most of its compartment, and no text that says so.

    Why: the muscles of a compartment mostly share its nerve. The exceptions are what exams ask, so a card should say
    them; and an exception that nobody mentions is often the neighbor's nerve.

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
    for (_, compartment), muscles in _by_compartment(muscle for muscle in library.muscles if muscle.named("nerve")):
        nerve = _usual([muscle.named("nerve") for muscle in muscles])
        for muscle in muscles if nerve else ():
            own = [library.name(id, "nerve") for id in sorted(muscle.named("nerve"))]
            if nerve not in muscle.named("nerve") and not _is_said(seen, muscle, own):
                usual = low(library.name(nerve, "nerve"))
                message = f"{muscle.name} has the {low(listed(own))}, most of the {compartment} compartment the {usual}"
                help = "read the source, then mend it; if it is the exception, say so in `why` or a contrast"
                yield Found(muscle, muscle.stated("nerve"), message, help)


def _is_said(seen: Seen, muscle: Muscle, names: list[str]) -> bool:
    """Whether some text about a muscle says one of these names."""
    return any(low(name) in _about(seen).get(muscle.id, "") for name in names)


def _by_compartment(muscles: Iterable[Muscle]) -> Iterable[tuple[tuple[str, str], list[Muscle]]]:
    """The muscles by region and compartment, those without one left out."""
    together: dict[tuple[str, str], list[Muscle]] = {}
    for muscle in muscles:
        if muscle.compartment:
            together.setdefault((muscle.region, muscle.compartment), []).append(muscle)
    return together.items()


def _usual(nerves: Sequence[Collection[str]]) -> str:
    """The nerve of two muscles at least, and of more than half of them all; '' where there is none."""
    nerve, bearers = Counter(id for each in nerves for id in each).most_common(1)[0]
    return nerve if bearers > 1 and 2 * bearers > len(nerves) else ""


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


@rule(whole=True, scope="facts")
def empty_exam(seen: Seen) -> Iterator[Found]:
    """An exam that no card belongs to. Which of its objectives have none, `deckbuilder coverage` tells.

    Why: `build --exam` makes no package of it, and learners who look for its tag find nothing.

    Bad:
        domains: {2-assessment: {name: Assessment}}      # an exam without objectives, or with topics that no card has

    Good:
        domains:
          2-assessment:
            name: Assessment
            objectives:
              movement: {asks: Movement at the joints, topics: joint-action, trust: official}
    """
    taught = {topic for record in seen.living for subject in record.subjects() for topic in subject.topics}
    for exam in seen.library.of(Exam):
        if not any(taught & {*domain.topics} for domain in exam.domains.values()):
            message = f"no card belongs to {exam.name}: `build --exam` can make nothing of it"
            yield Found(exam, ("domains",), message, "give its domains the objectives that they have", key=True)


@rule(whole=True, scope="facts")
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
    for muscle in seen.library.muscles:
        yield from _holes(muscle)
    yield from _ungrouped(seen.library)
    yield from _small_groups(seen.library)
    yield from _ways_back(seen.library)


def _holes(muscle: Muscle) -> Iterator[Found]:
    """Facts that a muscle lacks, and those that only one of its heads or parts lacks."""
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


def _ungrouped(library: Library) -> Iterator[Found]:
    """Muscles in no group, where most of their compartment are in one."""
    for (region, compartment), muscles in _by_compartment(library.muscles):
        others = [each for each in muscles if each.groups]
        for muscle in muscles if 2 * len(others) > len(muscles) else ():
            if not muscle.groups:
                help = "name its group under `groups`, or say in `lint` why it has none"
                message = f"{muscle.name} is in no group, unlike the others of the compartment '{compartment}' of the {region}"
                yield Found(muscle, ("muscle",), message, help, key=True)


def _small_groups(library: Library) -> Iterator[Found]:
    """Groups of one muscle, or of none."""
    for group in library.of(Group):
        members = library.members(group)
        if len(members) < 2 and not group.retired:
            message = f"the group has {'only ' + members[0].name if members else 'no member'}"
            yield Found(group, ("group",), message, f"add `groups: {group.id}` to its muscles, or delete it", key=True)


def _ways_back(library: Library) -> Iterator[Found]:
    """Movements at one joint in one plane that do not say which is the opposite of which."""
    alone: dict[tuple[str, str], list[Action]] = {}
    for action in library.of(Action):
        if not action.retired and library.opposite(action) is None:
            alone.setdefault((action.joint, action.plane), []).append(action)
    for first, *others in alone.values():
        for action in others:
            message = f"neither '{action.id}' nor '{first.id}' says that it is the other's opposite"
            help = "look up which movement is the way back, and name it under `opposite`"
            yield Found(action, ("action",), message, help, key=True)
