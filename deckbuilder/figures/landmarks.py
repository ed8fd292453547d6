"""The shape of a landmark in the world: points on the bones of `model`, in the order of its line, by the rules of its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from deckbuilder.anatomy.library import Library
from deckbuilder.figures.meshes import Meshes, Points, opened
from deckbuilder.figures.model import bones_of
from deckbuilder.figures.surface import Around, Edge, Extreme, FirstMet, Near, NotThere, Rule, no_bone
from deckbuilder.records import Place
from deckbuilder.records.figure import Sheet
from deckbuilder.records.place import AXES, SIDES, Point, Spot
from deckbuilder.source import Path_


@dataclass(frozen=True, eq=False)
class Landmark:
    """A place (one point), a line, or the middle of an area; `bones` are keys of `skeleton()`.

    A landmark's points lie on its bones. A structure is soft: it may leave them in between. `sheet`: it is spanned over a
    gap, and has no line that could be marked.
    """

    id: str
    bones: tuple[str, ...]
    points: Points
    sheet: bool = False


def landmark(library: Library, id: str, muscle: str = "", part: str = "") -> Landmark | None:
    """A landmark, bone or structure, or what a muscle (its head, its part) takes of it; None where it has no shape."""
    place = library.find(Place, id)
    if place is None:
        return None
    taken = place.taken_by(muscle, part)
    bones = dict.fromkeys(each.mesh or place.mesh for point in taken for each in (point.between or (point,)))
    return Landmark(id, tuple(bones), line(place, taken), bool(place.spans))


def spot(place: Place | Sheet, one: Spot) -> Points:
    """A point on a bone: on that of the place, if it names no other. Raises `NotThere`."""
    return _found(opened(), one.mesh or place.mesh, rule_of(one))


def line(of: Place | Sheet, points: Sequence[Point]) -> Points:
    """The points of a line. Raises `NotThere`."""
    return np.concatenate([_points(of, each) for each in points])


def no_place(id: str) -> NotThere:
    return NotThere(f"the landmark '{id}' has no shape", f"write a record `place: {id}`")


def unfound(place: Place, muscle: str = "", part: str = "") -> Iterator[tuple[Path_, NotThere]]:
    """The points of a place, or of what a muscle takes of it, that are not to be found: where they stand, and why."""
    path = place.path_to(muscle, part)
    for number, point in enumerate(place.taken_by(muscle, part)):
        if why := why_not(place, point):
            yield (*path, number), why


def why_not(place: Place | Sheet, one: Spot) -> NotThere | None:
    """Why a point is not to be found, None if it is."""
    try:
        _ = _points(place, one) if isinstance(one, Point) else spot(place, one)
    except NotThere as why:
        return why
    return None


@cache
def rule_of(one: Spot) -> Rule:
    """How a point is found."""
    side = next((side for side in SIDES if getattr(one, side)), None)
    if side is not None:
        return FirstMet(side, getattr(one, side))
    if one.around:
        return Around(*one.around)
    if one.near:
        return Near(*one.near)
    assert one.furthest is not None, "its record was read"
    return _furthest(one, one.furthest)


def _furthest(one: Spot, towards: tuple[float, float, float]) -> Rule:
    """On a section through the bone where one number says where that is, else in a part of its box."""
    within = {axis: shares for axis in AXES if len(shares := getattr(one, axis)) == 2}
    section = next((axis for axis in AXES if len(getattr(one, axis)) == 1), None)
    return Edge(section, getattr(one, section)[0], towards, **within) if section else Extreme(towards, **within)


def _points(place: Place | Sheet, point: Point) -> Points:
    moved = np.array(point.moved) / 1000
    if point.between is None:
        return np.array([spot(place, point)]) + moved
    start, end = (spot(place, each) for each in point.between)
    return np.array([start + (end - start) * share for share in point.shares]) + moved


@cache
def _found(body: Meshes, bone: str, rule: Rule) -> Points:
    known = bones_of(body)
    if bone not in known:
        raise no_bone(bone)
    return rule.on(known[bone])
