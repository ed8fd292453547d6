"""Which bones a muscle touches: a witness of its origins and insertions that knows nothing of any text.

A muscle also touches what it only lies on, and a tendon may be a mesh of its own: a bone that is named and not touched is
worth a look, a bone that is touched and not named is a hint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import trimesh
from scipy.spatial import cKDTree

from deckbuilder.figures import flesh
from deckbuilder.figures.meshes import Mesh, Meshes
from deckbuilder.figures.model import bones_of
from deckbuilder.figures.view import Floats

NEAR = 0.0035  # meters between the surfaces of what touches
_REACH = 0.03  # meters from the box around a muscle, within which its nearest point of a bone is looked for
LEAST = 0.1  # square centimeters: less is where two surfaces pass each other


@dataclass(frozen=True, slots=True)
class Contact:
    """How a muscle touches a bone: the area in square centimeters, and how far along the muscle its middle lies, from 0 at the
    lower end to 1 at the upper."""

    area: float
    along: float


def contacts(surfaces: Sequence[Mesh], body: Meshes) -> dict[str, Contact]:
    """The bones of the body that these surfaces touch, by name."""
    points = flesh.points(surfaces)
    tree, (low, high) = cKDTree(points), (points.min(axis=0) - NEAR, points.max(axis=0) + NEAR)
    axis, start, length = _axis(points)
    found = {}
    for name, bone in bones_of(body).items():
        if (bone.vertices.max(axis=0) < low).any() or (bone.vertices.min(axis=0) > high).any():
            continue
        surface, area = _sampled(bone)
        close = surface[((surface > low) & (surface < high)).all(axis=1)]
        if not len(close):
            continue
        touched = close[tree.query(close, distance_upper_bound=NEAR)[0] < NEAR]
        share = len(touched) / len(surface)
        if share * area >= LEAST:
            along = float((touched.mean(axis=0) @ axis - start) / length)
            found[name] = Contact(share * area, along)
    return found


@cache
def _sampled(bone: Mesh) -> tuple[Floats, float]:
    """Points all over a bone's surface, and its area in square centimeters."""
    return flesh.points([bone]), 1e4 * float(trimesh.Trimesh(bone.vertices, bone.faces, process=False).area)


def _axis(points: Floats) -> tuple[Floats, float, float]:
    """The direction in which points extend furthest, upward, where they begin on it, and how long they are."""
    _, _, directions = np.linalg.svd(points[::10] - points.mean(axis=0), full_matrices=False)
    axis: Floats = directions[0] * (1.0 if directions[0][2] >= 0 else -1.0)
    places = points @ axis
    return axis, float(places.min()), float(np.ptp(places))


def far_end(points: Floats, other: Floats) -> Floats:
    """Of points of a bone the quarter that lies furthest from the muscle's other end, which is where its fibers begin: it may
    lie on the bone for most of its length."""
    away = np.linalg.norm(points - other, axis=1)
    found: Floats = points[away >= np.quantile(away, 0.75)]
    return found


class Surface:
    """A muscle by points all over its surface, of which bones ask how far away they are."""

    def __init__(self, meshes: Sequence[Mesh]) -> None:
        points = flesh.points(meshes)
        self._tree, self._low, self._high = cKDTree(points), points.min(axis=0), points.max(axis=0)

    def place_on(self, bone: Mesh) -> Floats:
        """Where on a bone it is at home: the middle of where it touches the bone, or where it comes nearest to it."""
        touched = self.touched(bone)
        found: Floats = touched[int(np.argmin(np.linalg.norm(touched - touched.mean(axis=0), axis=1)))]
        return found

    def touched(self, bone: Mesh) -> Floats:
        """The points of a bone that it touches, or the one to which it comes nearest."""
        surface, _ = _sampled(bone)
        beside = np.linalg.norm(surface - np.clip(surface, self._low, self._high), axis=1)  # of the box around it
        likely = surface[beside <= beside.min() + _REACH]
        away = self._tree.query(likely)[0]
        return likely[away < NEAR] if (away < NEAR).any() else likely[[int(np.argmin(away))]]
