"""Tags, derived from what a note is about. Learners search and filter by these; nobody types them.

Every tag is `ROOT::Facet::Value`, at most five levels of letters of any script, digits, `_` and `-`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from sys import intern

from deckbuilder.anatomy.library import Library
from deckbuilder.core import letters
from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.records import Action, Deck, Exam, Exercise, Group, Joint, Muscle, Record, Region, nearest
from deckbuilder.records.base import Noted, Subject
from deckbuilder.records.keys import About

_NOT_OURS = frozenset({"marked", "leech"})
TIERS = {"core": "1_Core", "useful": "2_Useful", "deep": "3_Deep"}


def of(subject: Noted, library: Library, root: str) -> tuple[str, ...]:
    """Every tag of a note, sorted. A retired note keeps its tags and gains one."""
    found = {_below(root, tag) for tag in _derived(subject, library)}
    found |= {_below(root, letters.composed(tag)) for tag in subject.tags}
    return tuple(sorted(found))


@lru_cache(maxsize=65_536)
def _below(root: str, tag: str) -> str:
    return intern(f"{root}::{tag}")


@lru_cache(maxsize=16_384)
def level(name: str, id: str) -> str:
    """A name as one level of a tag: 'Biceps femoris' becomes 'Biceps_femoris'. A name of signs alone goes by the id."""
    return letters.level(name) or capital(id)


@lru_cache(maxsize=16_384)
def capital(id: str) -> str:
    """An id as a tag level: 'hip-extension' becomes 'Hip_extension'."""
    return letters.level(id.replace("-", "_").capitalize())


@dataclass(frozen=True, slots=True)
class Branch:
    """A level of the tree of tags, and the name in the cards that it was made of."""

    tag: str
    record: Record
    path: tuple[str | int, ...]

    @property
    def name(self) -> str:
        return str(self.record.document.at(self.path))

    @property
    def where(self) -> Location:
        return self.record.locate(*self.path)


def collisions(library: Library) -> Iterator[tuple[Branch, Branch]]:
    """Two names that Anki would take for one tag: learners who select one of the two get both."""
    first: dict[str, Branch] = {}
    for each in _levels(library):
        other = first.setdefault(letters.folded(each.tag), each)
        if (other.record, other.path) != (each.record, each.path):
            yield other, each


def _levels(library: Library) -> Iterator[Branch]:
    for deck in library.of(Deck):
        for place, tag in enumerate(deck.extra_tags):
            yield Branch(tag, deck, ("extra_tags", place))
    for region in library.of(Region):
        yield Branch(f"Region::{level(region.name, region.id)}", region, ("name",))
    for joint in library.of(Joint):
        yield Branch(f"Joint::{level(joint.name, joint.id)}", joint, ("name",))
    for exam in library.of(Exam):
        yield Branch(f"Exam::{level(exam.name, exam.id)}", exam, ("name",))
    for region in library.of(Region):
        for id, name in region.compartments.items():
            tag = f"Muscle::{level(region.name, region.id)}::{level(name, id)}"
            yield Branch(tag, region, ("compartments", id))
    for muscle in library.muscles:
        if library.find(Region, muscle.region):
            yield Branch(_muscle(muscle, library), muscle, ("name",))


def check(subject: Subject, allowed: frozenset[str] | None) -> Iterator[Diagnostic]:
    """What is wrong with the extra tags that an author typed. `allowed`: None where the vocabulary cannot be read."""
    for place, typed in enumerate(subject.tags):
        wrong = _wrong(letters.composed(typed), allowed)
        if wrong:
            yield Diagnostic(subject.locate("tags", place), "tag", *wrong)


@lru_cache(maxsize=4096)  # a deck has few tags, and many records that carry them
def _wrong(tag: str, allowed: frozenset[str] | None) -> tuple[str, str] | None:
    """Why a typed tag cannot stand, and what to do; None of one that can."""
    steps = tag.split("::")
    if " " in tag or "\u3000" in tag:
        return (
            f"the tag '{tag}' holds a space: Anki would make two tags of it",
            f"write '{tag.strip().replace(' ', '_')}'",
        )
    if not all(map(letters.is_level, steps)) or len(steps) > 4:
        return (
            f"the tag '{tag}' cannot be used",
            "use letters, digits, `_` and `-`, with `::` between at most four levels",
        )
    if tag.lower() in _NOT_OURS:
        return f"'{tag}' belongs to the learner", "leave it out"
    if allowed is None or tag in allowed:
        return None
    return f"the tag '{tag}' is not in the vocabulary", nearest(
        tag, allowed
    ) or "add it to `extra_tags` in cards/deck.yaml"


def _derived(subject: Noted, library: Library) -> Iterator[str]:
    about = subject.about()
    yield from _of_movements(about, library)
    yield from _of_things(about, library)
    for id in about.actions or _primary(subject, library):
        yield f"Action::{capital(id)}"
    topic = subject.topic_id
    yield f"Topic::{capital(topic)}"
    for asked in subject.topics:
        for exam, domain in library.exams.get(asked, ()):
            yield f"Exam::{level(exam.name, exam.id)}::{capital(domain)}"
    yield f"Tier::{TIERS[subject.tier]}"
    yield f"Evidence::{capital(subject.evidence)}"
    if subject.retired:
        yield "Status::Retired"


def _of_movements(about: About, library: Library) -> Iterator[str]:
    """Joints and planes; and the joints' regions, of what has none of its own."""
    for id in about.planes:
        action = library.find(Action, id)
        if action is not None:
            yield f"Plane::{action.plane.capitalize()}"
    actions = [action for id in about.moves if (action := library.find(Action, id))]
    for id in dict.fromkeys(action.joint for action in actions):
        joint = library.get(Joint, id)
        yield f"Joint::{level(joint.name, id)}"
        if not about.regions:
            yield _region(joint.region, library)


def _of_things(about: About, library: Library) -> Iterator[str]:
    """Regions, muscles, groups and exercises. What may be either of two is one of them."""
    for id in about.regions:
        yield _region(id, library)
    for id in about.muscles:
        muscle = library.find(Muscle, id.split("/")[0])
        if muscle is not None:
            yield _muscle(muscle, library)
    for id in about.groups:
        if library.find(Group, id):
            yield f"Group::{capital(id)}"
    for id in about.exercises:
        exercise = library.find(Exercise, id)
        if exercise is not None:
            yield f"Exercise::{(exercise.pattern or 'other').capitalize()}::{capital(id)}"


def _region(id: str, library: Library) -> str:
    return f"Region::{level(library.get(Region, id).name, id)}"


def _muscle(muscle: Muscle, library: Library) -> str:
    region = library.get(Region, muscle.region)
    steps = [level(region.name, region.id), level(muscle.name, muscle.id)]
    if compartment := region.compartments.get(muscle.compartment or "", ""):
        steps.insert(1, level(compartment, muscle.compartment or ""))
    return "Muscle::" + "::".join(steps)


def _primary(subject: Noted, library: Library) -> list[str]:
    """The movements in which a muscle is a prime mover."""
    return library.led_by(subject.id) if isinstance(subject, Muscle) else []
