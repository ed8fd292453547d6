"""Places on a bone's surface, found by rule: an extreme, what is seen from a side, a direction around a shaft.

A rule speaks in shares of the bone's own box, so that a place moves with its bone: `across` runs from 0 at the outer
edge of a right bone to 1 at its inner edge, `back` from 0 in front to 1 behind, `up` from 0 below to 1 above. On a bone
of the mid plane `across` is 0 at its right edge and 0.5 in the middle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from deckbuilder.figures.meshes import Mesh, Points
from deckbuilder.records.place import AXES, Axis, Side

SIDES: dict[Side, tuple[int, int]] = {
    "lateral": (0, -1),
    "medial": (0, 1),
    "front": (1, -1),
    "behind": (1, 1),
    "below": (2, -1),
    "above": (2, 1),
}
Span: TypeAlias = tuple[float, float]
ALL: Span = (0.0, 1.0)


class NotThere(Exception):
    """Something is not to be found on the body: the finding that tells it, what it is, and the next step for who wrote it."""

    def __init__(self, what: str, help: str, rule: Literal["no-shape", "no-mesh"] = "no-shape") -> None:
        super().__init__(what)
        self.help, self.rule = help, rule


def no_bone(name: str) -> NotThere:
    return NotThere(f"the body has no bone '{name}'", "name it as the inventory of the meshes does", "no-mesh")


_NUMBERS = "mend the numbers: they are shares of the bone's own box"


@dataclass(frozen=True, slots=True)
class Extreme:
    """The point that lies furthest towards (across, back, up), within a box of the bone."""

    towards: tuple[float, float, float]
    across: Span = ALL
    back: Span = ALL
    up: Span = ALL

    def on(self, bone: Mesh) -> Points:
        low, size = _box(bone)
        return _furthest(self, bone, bone.vertices, (bone.vertices - low) / size)


@dataclass(frozen=True, slots=True)
class Edge:
    """As `Extreme`, on a section through the bone: for points of a crest or a border, however coarse the mesh."""

    section: Axis
    at: float
    towards: tuple[float, float, float]
    across: Span = ALL
    back: Span = ALL
    up: Span = ALL

    def on(self, bone: Mesh) -> Points:
        low, size = _box(bone)
        axis = AXES.index(self.section)
        corners = bone.vertices[bone.faces]
        one, other = corners.reshape(-1, 3), np.roll(corners, -1, axis=1).reshape(-1, 3)
        start, step = one[:, axis], other[:, axis] - one[:, axis]
        plane = low[axis] + self.at * size[axis]
        cut = (start - plane) * (start + step - plane) < 0
        one, other, share = one[cut], other[cut], (plane - start[cut]) / step[cut]
        outline = one + (other - one) * share[:, None]
        return _furthest(self, bone, outline, (outline - low) / size)


@dataclass(frozen=True, slots=True)
class FirstMet:
    """What is met first, coming from a side; `at` holds the two other shares in the order across, back, up."""

    side: Side
    at: tuple[float, float]

    def on(self, bone: Mesh) -> Points:
        axis, sign = SIDES[self.side]
        low, size = _box(bone)
        start = low + size * np.insert(np.array(self.at), axis, 0.5)
        towards = np.zeros(3)
        towards[axis] = -sign
        start[axis] += sign * 2 * size[axis]
        return _first_hit(bone, start, towards)


@dataclass(frozen=True, slots=True)
class Around:
    """The surface of a shaft at a height, in a direction: 0 is front, 90 lateral, 180 back, 270 medial."""

    up: float
    angle: float

    def on(self, bone: Mesh) -> Points:
        low, size = _box(bone)
        z = low[2] + self.up * size[2]
        band = bone.vertices[np.abs(bone.vertices[:, 2] - z) < 0.02 * size[2]]
        middle = (band.min(axis=0) + band.max(axis=0)) / 2
        turn = math.radians(self.angle)
        towards = np.array([-math.sin(turn), -math.cos(turn), 0.0])
        start = np.array([middle[0], middle[1], z]) + towards * size.max()
        return _first_hit(bone, start, -towards)


@dataclass(frozen=True, slots=True)
class Near:
    """The point of the surface that is nearest to a place of the bone's box."""

    across: float
    back: float
    up: float

    def on(self, bone: Mesh) -> Points:
        low, size = _box(bone)
        return nearest(bone, low + size * (self.across, self.back, self.up))


Mask: TypeAlias = "NDArray[np.bool_]"
Rule: TypeAlias = "Extreme | Edge | FirstMet | Around | Near"


def nearest(bone: Mesh, point: Points) -> Points:
    """The point of a bone's surface that is nearest to a point of the world."""
    a, b, c = (bone.vertices[bone.faces[:, k]] for k in range(3))
    found = np.array([_nearest_of_triangles(a, b, c, point)])
    return found[0]


def _nearest_of_triangles(a: Points, b: Points, c: Points, point: Points) -> Points:
    """Inside each triangle where the foot of the perpendicular falls there, else on its edges; then the best."""
    normal = np.cross(b - a, c - a)
    area = np.einsum("ij,ij->i", normal, normal)
    foot = point - normal * (np.einsum("ij,ij->i", point - a, normal) / area)[:, None]
    inside: Mask = np.ones(len(a), dtype=bool)
    candidates = []
    for p, q in ((a, b), (b, c), (c, a)):
        inside &= np.einsum("ij,ij->i", np.cross(q - p, foot - p), normal) >= 0
        edge = q - p
        along = np.einsum("ij,ij->i", point - p, edge) / np.einsum("ij,ij->i", edge, edge)
        candidates.append(p + edge * np.clip(along, 0, 1)[:, None])
    candidates.append(np.where(inside[:, None], foot, candidates[0]))
    every = np.concatenate(candidates)
    return every[np.argmin(np.linalg.norm(every - point, axis=1))]


def _furthest(rule: Extreme | Edge, bone: Mesh, found: Points, shares: Points) -> Points:
    """The point of those in the rule's box that lies furthest its way; `shares` are places in the bone's own box."""
    spans = np.array([rule.across, rule.back, rule.up])
    inside = ((shares >= spans[:, 0]) & (shares <= spans[:, 1])).all(axis=1)
    if not inside.any():
        raise NotThere(f"nothing of {bone.name} lies in that part of its box", _NUMBERS)
    return found[inside][np.argmax(found[inside] @ np.asarray(rule.towards, dtype=float))]


def _box(bone: Mesh) -> tuple[Points, Points]:
    low = bone.vertices.min(axis=0)
    return low, bone.vertices.max(axis=0) - low


def _first_hit(bone: Mesh, start: Points, towards: Points) -> Points:
    """Where a ray meets the surface first (Möller and Trumbore)."""
    a, b, c = (bone.vertices[bone.faces[:, k]] for k in range(3))
    one, two, away = b - a, c - a, start - a
    p, q = np.cross(towards, two), np.cross(away, one)
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1 / np.einsum("ij,ij->i", one, p)
        u = np.einsum("ij,ij->i", away, p) * inverse
        v = q @ towards * inverse
        distance = np.einsum("ij,ij->i", two, q) * inverse
        hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (distance > 0) & np.isfinite(distance)
    if not hit.any():
        raise NotThere(f"nothing of {bone.name} lies that way", _NUMBERS)
    return start + towards * distance[hit].min()
