"""Tags, derived from what a note is about. Learners search and filter by these; nobody types them.

Every tag is `ROOT::Facet::Value`, at most five levels of letters, digits, `_` and `-`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from deckbuilder.diagnostics import Diagnostic
from deckbuilder.library import Library
from deckbuilder.records import Action, Exercise, Group, Joint, Muscle, Region, nearest
from deckbuilder.records.base import About, Subject

_TAG = re.compile(r"[A-Za-z0-9_-]+(?:::[A-Za-z0-9_-]+)*")
_NOT_OURS = frozenset({"marked", "leech"})
TIERS = {"core": "1_Core", "useful": "2_Useful", "deep": "3_Deep"}


def of(subject: Any, library: Library, root: str) -> tuple[str, ...]:
    """Every tag of a note, sorted. A retired note keeps its tags and gains one."""
    found = {f"{root}::{tag}" for tag in _derived(subject, library)}
    found |= {f"{root}::{tag}" for tag in subject.tags}
    return tuple(sorted(found))


@lru_cache(maxsize=16_384)
def level(name: str) -> str:
    """A name as one level of a tag: 'Biceps femoris' becomes 'Biceps_femoris'."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or "Other"


def capital(id: str) -> str:
    """An id as a tag level: 'hip-extension' becomes 'Hip_extension'."""
    return level(id.replace("-", "_").capitalize())


def check(subject: Subject, allowed: frozenset[str] | None) -> Iterator[Diagnostic]:
    """What is wrong with the extra tags that an author typed. `allowed`: None where the vocabulary cannot be read."""
    for place, tag in enumerate(subject.tags):
        sound = _TAG.fullmatch(tag) and tag.count("::") <= 3 and tag.lower() not in _NOT_OURS
        if sound and (allowed is None or tag in allowed):
            continue
        if " " in tag or "\u3000" in tag:
            message = f"the tag '{tag}' holds a space: Anki would make two tags of it"
            help = f"write '{tag.strip().replace(' ', '_')}'"
        elif not _TAG.fullmatch(tag) or tag.count("::") > 3:
            message = f"the tag '{tag}' cannot be used"
            help = "use letters, digits, `_` and `-`, with `::` between at most four levels"
        elif tag.lower() in _NOT_OURS:
            message, help = f"'{tag}' belongs to the learner", "leave it out"
        else:
            message = f"the tag '{tag}' is not in the vocabulary"
            help = nearest(tag, allowed or ()) or "add it to `extra_tags` in cards/deck.yaml"
        yield Diagnostic(subject.locate("tags", place), "tag", message, help)


def _derived(subject: Any, library: Library) -> Iterator[str]:
    about: About = subject.about()
    joints: list[str] = []
    for id in about.moves:
        action = library.find(Action, id)
        if action is not None:
            joints.append(action.joint)
            if about.planes:
                yield f"Plane::{action.plane.capitalize()}"
    for id in dict.fromkeys(joints):
        joint = library.get(Joint, id)
        yield f"Joint::{level(joint.name)}"
        if not about.regions:
            yield f"Region::{level(library.get(Region, joint.region).name)}"
    for id in about.regions:
        yield f"Region::{level(library.get(Region, id).name)}"
    for id in about.muscles:
        muscle = library.find(Muscle, id.split("/")[0])
        if muscle is not None:
            yield _muscle(muscle, library)
    for id in about.groups:
        if library.find(Group, id):
            yield f"Group::{capital(id)}"
    for id in about.actions or _primary(subject, library):
        yield f"Action::{capital(id)}"
    for id in about.exercises:
        exercise = library.find(Exercise, id)
        if exercise is not None:
            yield f"Exercise::{(exercise.pattern or 'other').capitalize()}::{capital(id)}"
    topic = subject.topic_id
    yield f"Topic::{capital(topic)}"
    for exam, domain in library.exams.get(topic, ()):
        yield f"Exam::{level(exam.name)}::{capital(domain)}"
    yield f"Tier::{TIERS[subject.tier]}"
    yield f"Evidence::{capital(subject.evidence)}"
    for source in subject.cited():
        yield f"Source::{level(source)}"
    if subject.retired:
        yield "Status::Retired"


def _muscle(muscle: Muscle, library: Library) -> str:
    region = library.get(Region, muscle.region)
    compartment = region.compartments.get(muscle.compartment or "", "")
    steps = [region.name, compartment, muscle.name] if compartment else [region.name, muscle.name]
    return "Muscle::" + "::".join(level(step) for step in steps)


def _primary(subject: Any, library: Library) -> list[str]:
    """The movements in which a muscle is a prime mover."""
    return library.led_by(subject.id) if isinstance(subject, Muscle) else []
