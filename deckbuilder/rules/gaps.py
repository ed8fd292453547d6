"""What is missing, and what stands alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path

from deckbuilder.anatomy.library import Library
from deckbuilder.anatomy.words import low
from deckbuilder.records import (
    Action,
    Bone,
    Credit,
    Curve,
    Exam,
    Exercise,
    Group,
    Joint,
    Muscle,
    Nerve,
    Region,
    Source,
    Structure,
    Term,
)
from deckbuilder.records.muscle import ASKED
from deckbuilder.rules.phrasing import listed
from deckbuilder.rules.rule import Found, Seen, rule


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
            help = f"is it '{nerve}' by its source? If it is the exception, say so in `why` or a contrast"
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
def empty_exam(seen: Seen) -> Iterator[Found]:
    """A domain of an exam whose topics no card has, or an exam that no card belongs to.

    Why: `build --exam` makes no package of it, and learners who look for the domain's tag find nothing.

    Bad:
        domains: {2-assessment: {name: Assessment, topics: [claim]}}      # and no record is of this topic

    Good:
        domains: {2-assessment: {name: Assessment, topics: []}}           # what this deck does not teach
    """
    taught = {subject.topic_id for record in seen.living for subject in record.subjects()}
    for exam in seen.library.of(Exam):
        if not any(taught & {*domain.topics} for domain in exam.domains.values()):
            message = f"no card belongs to {exam.name}: `build --exam` can make nothing of it"
            yield Found(exam, ("domains",), message, "give its domains the topics that they ask", key=True)
            continue
        for id, domain in exam.domains.items():
            if domain.topics and not taught & {*domain.topics}:
                message = (
                    f"no card belongs to the domain '{domain.name}': none is of the topic {listed([*domain.topics])}"
                )
                yield Found(exam, ("domains", id, "topics"), message, "write such cards, or leave the topics out")


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
                help = f"add `groups: [{usual}]`, or say in `lint` why not"
                if not _belongs(library, muscle, usual):  # others may be on the card of the group for what they share
                    help = "name its group under `groups`, or say in `lint` why it has none"
                message = f"{muscle.name} is in no group, unlike the others of the compartment '{compartment}' of the {region}"
                yield Found(muscle, ("muscle",), message, help, key=True)
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
            help = f"add `opposite: {actions[0].id}`"
            if len(actions) > 2:
                help = f"which is the way back: {', '.join(each.id for each in actions if each is not action)}? Name it"
            yield Found(action, ("action",), message, help, key=True)


def _belongs(library: Library, muscle: Muscle, group: str) -> bool:
    """Whether a muscle has whatever all members of a group share, and they share something."""
    found = library.find(Group, group)
    shared = [(about, id) for about in ("actions", "nerve") for id, _ in library.shared(found, about)] if found else []
    return bool(shared) and all(id in muscle.named(about) for about, id in shared)
