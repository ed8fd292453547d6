"""The shape of a landmark in the world: points on the bones of `model`, in the order of its line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from deckbuilder.figures.meshes import Meshes, Points, opened
from deckbuilder.figures.model import skeleton
from deckbuilder.figures.parts import PARTS
from deckbuilder.figures.places import PLACES, Across, On, Shape


@dataclass(frozen=True, eq=False)
class Landmark:
    """A place (one point), a line, or the middle of an area; `bones` are keys of `skeleton()`.

    A landmark's points lie on its bones. A structure is soft: it may leave them in between.
    """

    id: str
    bones: tuple[str, ...]
    points: Points


def landmark(id: str, muscle: str = "", part: str = "") -> Landmark | None:
    """A landmark, bone or structure, or what a muscle (its head, its part) takes of it; None where it has no shape."""
    return _landmark(opened(), id, muscle, part)


@cache
def _landmark(body: Meshes, id: str, muscle: str, part: str) -> Landmark | None:
    owners = (f"{muscle}/{part}", muscle)
    shape = next((PARTS[owner, id] for owner in owners if (owner, id) in PARTS), PLACES.get(id))
    if shape is None:
        return None
    bones = [bone for one in shape for bone in _bones(one)]
    return Landmark(id, tuple(dict.fromkeys(bones)), points(shape))


def points(shape: Shape) -> Points:
    """The points of a shape, in its order."""
    return np.concatenate([_points(one) for one in shape])


def _bones(one: On | Across) -> tuple[str, ...]:
    return (one.bone,) if isinstance(one, On) else (one.start[0], one.end[0])


def _points(one: On | Across) -> Points:
    bones = skeleton()
    if isinstance(one, On):
        return np.array([rule.on(bones[one.bone]) for rule in one.rules]) + one.off
    start, end = (rule.on(bones[bone]) for bone, rule in (one.start, one.end))
    return np.array([start + (end - start) * share for share in one.shares]) + one.off
