"""What the records state of a picture, as plain values: by these it is known to be out of date, for which no mesh is needed."""

from __future__ import annotations

from typing import Any

from deckbuilder.anatomy import drawings
from deckbuilder.anatomy.library import Library
from deckbuilder.figures.subjects import Drawable
from deckbuilder.records import Figure, Muscle, Place, Plate, Structure

LEAST = 3  # a plate of fewer labels is not worth it


def record_of(library: Library, muscle: Drawable) -> Figure:
    """How a muscle is drawn: as its record says, or as usual."""
    return library.find(Figure, muscle.id) or Figure.model_validate({"figure": muscle.id})


def of_muscle(library: Library, muscle: Drawable) -> list[Any]:
    """How the muscle is drawn, what it holds on to, and the shapes of that."""
    choices = record_of(library, muscle).model_dump(mode="json", exclude={"id", "lint"}, exclude_defaults=True)
    shapes = [
        [role, fact.part or part, fact.id, _shape(library, fact.id, muscle.id, fact.part or part)]
        for role in drawings.ROLES
        for part in ("", *muscle.divisions)
        for fact in muscle.facts(role, part)
    ]
    return [choices, drawings.drawn_from(muscle), shapes]


def plates_of(library: Library) -> list[Plate]:
    """The plates that are worth drawing in this deck, by id."""
    return [plate for plate in library.of(Plate) if len(named_on(library, plate)) >= LEAST]


def named_on(library: Library, plate: Plate) -> dict[str, str]:
    """What a plate names, by id: only what a muscle of the deck attaches to."""
    used = {fact.id for muscle in library.of(Muscle) for role in drawings.ROLES for fact in muscle.facts(role)}
    return {id: library.site_short(id) for id in plate.names if id in used}


def of_plate(library: Library, plate: Plate) -> list[Any]:
    """How the plate is drawn, and what it names, in which words and shapes."""
    choices = plate.model_dump(mode="json", exclude={"id", "lint", "left", "right"}, exclude_defaults=True)
    names = named_on(library, plate)
    sides = [[id for id in side if id in names] for side in (plate.left, plate.right)]
    return [choices, sides, [[id, text, *_looks(library, id)] for id, text in names.items()]]


def _looks(library: Library, id: str) -> list[Any]:
    place = library.find(Place, id)
    over = _shape(library, place.spans) if place and place.spans else None
    return [bool(library.find(Structure, id)), bool(place and place.line), _shape(library, id), over]


def _shape(library: Library, id: str, muscle: str = "", part: str = "") -> list[Any] | None:
    place = library.find(Place, id)
    if place is None:
        return None
    points = [each.model_dump(mode="json", exclude_defaults=True) for each in place.taken_by(muscle, part)]
    return [place.mesh, points, place.spans]
