"""What stands alone: records that nothing names, words that nothing says, credits for no file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from deckbuilder.core.patterns import regex
from deckbuilder.records import (
    Bone,
    Credit,
    Curve,
    Exam,
    Exercise,
    Figure,
    Joint,
    Muscle,
    Nerve,
    Place,
    Plate,
    Record,
    Region,
    Source,
    Structure,
    Term,
)
from deckbuilder.rules.rule import Found, Seen, rule

_WORD = regex(r"[^\W_]+")
_NAME_IT = "name it where it belongs, or delete it"


@dataclass(frozen=True)
class _Uses:
    """What records name, by kind and id; the texts of the deck and their words; the files of cards/media/, if it is there."""

    seen: Seen
    named: set[tuple[str, str]]
    files: list[str] | None

    @cached_property
    def text(self) -> str:
        """All texts in one, in lower case; few decks have terms that are looked for in them."""
        return self._text.lower()

    @cached_property
    def attached(self) -> dict[str, set[str]]:
        """By landmark, bone or structure: the muscles that attach to it, and their heads or parts as `muscle/part`."""
        found: dict[str, set[str]] = {}
        for muscle in self.seen.library.of(Muscle):
            for role in ("origin", "insertion"):
                for part in ("", *muscle.divisions):
                    for fact in muscle.facts(role, part):
                        found.setdefault(fact.id, set()).update({muscle.id, f"{muscle.id}/{part or fact.part}"})
        return found

    @cached_property
    def words(self) -> set[str]:
        return set(_WORD.findall(self._text))

    @cached_property
    def _text(self) -> str:
        text = " ".join(said.text for record, said in self.seen.texts if not isinstance(record, Term))
        return text + " ".join(exam.name for exam in self.seen.library.of(Exam))


@rule(whole=True, scope="all")
def unreferenced(seen: Seen) -> Iterator[Found]:
    """Something that nothing names: a source, landmark, structure, joint, nerve, curve, term, picture credit, exercise, a figure of no muscle, or a place that none takes.

    Why: it was forgotten, or its last use was deleted. Nothing is wrong with a card, so this is told on request only; a
    source is told as a warning, since a fact may have lost it.

    Bad:
        source: gray-1918                   # and no record cites it

    Good:
        sources: gray-1918
    """
    uses = _uses(seen)
    for record in seen.records:
        look = _UNUSED.get(type(record))
        if look is not None:
            yield from look(record, uses)


def _uses(seen: Seen) -> _Uses:
    files = _files(seen.media) if seen.media is not None and seen.media.is_dir() else None
    return _Uses(seen, _named(seen), files)


def _named(seen: Seen) -> set[tuple[str, str]]:
    """Kind and id of all that records name, more than to say how it is drawn; with a part of a muscle, the muscle."""
    named = {(kind, id) for kinds, id in seen.library.used for kind in kinds}
    return named | {(kind, id.partition("/")[0]) for kind, id in named if kind == "muscle"}


def _files(media: Path) -> list[str]:
    return [path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file()]


def _unused(record: Record, message: str, help: str, grave: bool = False) -> Found:
    return Found(record, (record.kind,), message, help, key=True, grave=grave)


def _unnamed(record: Any, uses: _Uses, grave: bool = False) -> Iterator[Found]:
    if (record.kind, record.id) not in uses.named:
        yield _unused(record, f"no record names the {record.kind} '{record.id}'", _NAME_IT, grave)


def _idle_exercise(exercise: Exercise, uses: _Uses) -> Iterator[Found]:
    if not exercise.subjects() and (exercise.kind, exercise.id) not in uses.named and not exercise.retired:
        yield _unused(exercise, "it has no card, and no study measures it", "add `actions`, or delete it")


def _bare_bone(bone: Bone, uses: _Uses) -> Iterator[Found]:
    """A bone without a landmark that is named; of other bones, each landmark that is not."""
    idle = [id for id in bone.landmarks if ("landmark", id) not in uses.named]
    if len(idle) == len(bone.landmarks) and ("bone", bone.id) not in uses.named:
        yield _unused(bone, f"nothing names the bone '{bone.id}' or a landmark of it", "name it, or delete it")
        return
    for id in idle:
        yield Found(bone, ("landmarks", id), f"nothing attaches to '{id}'", _NAME_IT, key=True)


def _unsaid_term(term: Term, uses: _Uses) -> Iterator[Found]:
    short = _WORD.findall(term.short or term.name.lower())
    if not set(short) <= uses.words and term.name.lower() not in uses.text:
        yield _unused(term, f"no text says '{term.short or term.name}'", "delete it, or use it")


def _lonely_muscle(muscle: Muscle, uses: _Uses) -> Iterator[Found]:
    if not muscle.groups and ("muscle", muscle.id) not in uses.named and not muscle.retired:
        help = "name it in a group, a movement or a contrast"
        yield _unused(muscle, f"no other record names {muscle.name}", help)


def _figure_of_nobody(figure: Figure, uses: _Uses) -> Iterator[Found]:
    if uses.seen.library.find(Muscle, figure.id) is None and not figure.name:
        help = "name it, or give it a `name` and its `ends`: it is drawn before it has a record"
        yield _unused(figure, f"the deck has no muscle '{figure.id}' that could be drawn", help)


def _place_of_nothing(place: Place, uses: _Uses) -> Iterator[Found]:
    """Where no muscle attaches, and what a muscle takes that does not attach there."""
    if place.id not in uses.attached:
        yield _unused(place, f"no muscle attaches to '{place.id}', whose place this is", _NAME_IT)
        return
    for owner in place.taken:
        if owner not in uses.attached[place.id]:
            message = f"'{owner}' does not attach to '{place.id}'"
            yield Found(place, ("taken", owner), message, "name it in its record, or delete this", key=True)


def _pointless_leader(plate: Plate, uses: _Uses) -> Iterator[Found]:
    """Where the leader of something ends that the plate does not name."""
    for key in ("shares", "at"):
        for id in getattr(plate, key):
            if id not in plate.names:
                message = f"the plate does not name '{id}'"
                yield Found(plate, (key, id), message, "name it under `left` or `right`, or delete this", key=True)


def _empty_credit(credit: Credit, uses: _Uses) -> Iterator[Found]:
    if uses.files is not None and not any(map(credit.covers, uses.files)):
        yield _unused(credit, "it covers no file of cards/media/", "mend `files`, or delete it")


_UNUSED: dict[type[Record], Callable[[Any, _Uses], Iterator[Found]]] = {
    Source: partial(_unnamed, grave=True),  # a fact may have lost it
    Structure: _unnamed,
    Joint: _unnamed,
    Nerve: _unnamed,
    Curve: _unnamed,
    Region: _unnamed,
    Exercise: _idle_exercise,
    Figure: _figure_of_nobody,
    Place: _place_of_nothing,
    Plate: _pointless_leader,
    Bone: _bare_bone,
    Term: _unsaid_term,
    Muscle: _lonely_muscle,
    Credit: _empty_credit,
}
