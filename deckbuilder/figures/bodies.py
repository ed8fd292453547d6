"""The flesh of a muscle: fibers from the line of its origin to the line of its insertion, taut over the bones between.

The fibers are strings that shrink and slide off bone, so that a muscle wraps round what lies in its way without being
told. What is spanned between them is a sheet; it swells across and towards the eye, and its ends may be tendon.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import ndimage
from scipy.interpolate import Akima1DInterpolator
from scipy.spatial import cKDTree

from deckbuilder.figures.model import BoneMesh
from deckbuilder.figures.raster import Surface
from deckbuilder.figures.view import Floats, View

STRINGS, BEADS = 15, 49  # across and along
_CLEAR = 0.0015  # meters that a fiber keeps from bone
_NEAR = 0.030  # bone farther off than this pushes nothing


@dataclass(frozen=True, slots=True)
class BodyShape:
    """How a bundle of fibers swells. Meters, and shares of its length.

    `flesh`: where flesh begins and ends, with tendon before and after it. `width`: how far it swells to each side, most
    at `peak`, and the more evenly the smaller `even` is. `thick`: towards the eye. `slim`: half the width of its
    tendons, at least. `clear`: how far its middle lies off the bone, over deeper muscles. `pennate`: fibers run to a tendon in the middle instead of along. `relax`: whether they slide.
    """

    width: float = 0.0
    thick: float = 0.006
    flesh: tuple[float, float] = (0.0, 1.0)
    peak: float = 0.5
    slim: float = 0.0025
    even: float = 0.9
    clear: float = 0.0
    pennate: bool = False
    relax: bool = True


@dataclass(frozen=True, slots=True)
class Body:
    """A bundle in space: its surface towards the eye, a grid of strings by beads."""

    grid: Floats
    shape: BodyShape

    def surface(self, moved: Floats | float = 0.0) -> Surface:
        """Its triangles, moved; the values of a vertex are its place across (0-1) and along (0-1)."""
        across, along = self.grid.shape[:2]
        s: Floats = np.repeat(np.linspace(0, 1, across), along)
        t = np.tile(np.linspace(0, 1, along), across)
        number = np.arange(across * along).reshape(across, along)
        a, b, c, d = (each.ravel() for each in (number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]))
        faces = np.vstack([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
        return Surface(self.grid.reshape(-1, 3) + moved, faces, np.stack([s, t], axis=1))

    def at(self, s: Floats, t: Floats) -> Floats:
        """Points of the surface at these places across and along."""
        where = np.stack([s * (self.grid.shape[0] - 1), t * (self.grid.shape[1] - 1)])
        return np.stack([ndimage.map_coordinates(self.grid[..., k], where, order=1) for k in range(3)], axis=-1)


class Ground:
    """The bones that fibers slide on."""

    def __init__(self, bones: Sequence[BoneMesh]) -> None:
        self._points = np.vstack([bone.vertices for bone in bones])
        self._normals = np.vstack([Surface(bone.vertices, bone.faces).normals() for bone in bones])
        self._tree = cKDTree(self._points)

    def pushed(self, points: Floats, clear: float | Floats) -> Floats:
        """The points, each moved out of the bone to at least this distance from it."""
        flat = points.reshape(-1, 3)
        far, nearest = self._tree.query(flat, k=4)
        share = 1 / np.maximum(far, 1e-5)
        share /= share.sum(1, keepdims=True)
        normal = (self._normals[nearest] * share[..., None]).sum(1)
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
        away = ((flat - (self._points[nearest] * share[..., None]).sum(1)) * normal).sum(1)
        wanted = np.broadcast_to(np.asarray(clear, dtype=float), points.shape[:-1]).ravel()
        push = np.where(far[:, 0] < _NEAR + wanted, np.clip(wanted - away, 0, 0.03), 0)
        return points + (normal * push[:, None]).reshape(points.shape)


def curve(line: Floats) -> Floats:
    """A smooth line through the points, with many more of them."""
    line = np.asarray(line, dtype=float)
    along = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    keep = np.r_[True, np.diff(along) > 1e-6]
    if keep.sum() < 3:
        return line
    found: Floats = Akima1DInterpolator(along[keep], line[keep], method="makima")(np.linspace(0, along[-1], 61))
    return found


def spread(line: Floats, number: int) -> Floats:
    """So many points at equal distances along a line; a single point repeats."""
    line = np.asarray(line, dtype=float)
    along = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    if along[-1] < 1e-9:
        return np.repeat(line[:1], number, axis=0)
    keep = np.r_[True, np.diff(along) > 1e-9]
    places = np.linspace(0, along[-1], number)
    return np.stack([np.interp(places, along[keep], line[keep, k]) for k in range(3)], axis=1)


def body(
    origin: Floats, insertion: Floats, via: Sequence[Floats], ground: Ground, shape: BodyShape, view: View
) -> Body:
    """The bundle between two lines. `via`: lines that it runs through on its way, in order."""
    lines = [spread(each, STRINGS) for each in (origin, *via, insertion)]
    for before, after in pairwise(lines):
        if np.linalg.norm(before - after[::-1], axis=1).sum() < np.linalg.norm(before - after, axis=1).sum() - 1e-9:
            after[:] = after[::-1].copy()
    strings, fixed = _strung(lines, 13)
    for beads in (13, 25, BEADS):
        if strings.shape[1] != beads:
            strings, fixed = _finer(strings, beads), _refixed(fixed, strings.shape[1], beads)
        if shape.relax:
            strings = _taut(strings, fixed, ground)
    strings = _smoothed(strings)
    if shape.relax:
        strings = ground.pushed(strings, _CLEAR * _arch(BEADS)[None, :])
    if shape.clear:
        lifted = ground.pushed(strings, (shape.clear * swell(shape, np.linspace(0, 1, BEADS)))[None, :])
        strings = strings + ndimage.gaussian_filter(lifted - strings, (1.5, 2.0, 0), mode="nearest")
    return Body(_swollen(strings, shape, view, ground), shape)


def _strung(lines: Sequence[Floats], beads: int) -> tuple[Floats, list[int]]:
    """Strings through the lines, and the beads that stay where they are."""
    knots = np.stack(lines, axis=1)
    length = np.linalg.norm(np.diff(knots, axis=1), axis=2).mean(0)
    places = np.r_[0, np.cumsum(length)] / max(float(length.sum()), 1e-9)
    fixed = [round(float(place) * (beads - 1)) for place in places]
    for number in range(1, len(fixed) - 1):
        fixed[number] = min(max(fixed[number], fixed[number - 1] + 1), beads - len(fixed) + number)
    at = np.arange(beads)
    strings = np.stack(
        [np.stack([np.interp(at, fixed, knots[n, :, k]) for k in range(3)], axis=1) for n in range(len(knots))]
    )
    return strings, fixed


def _finer(strings: Floats, beads: int) -> Floats:
    old, new = np.linspace(0, 1, strings.shape[1]), np.linspace(0, 1, beads)
    return np.stack([np.stack([np.interp(new, old, one[:, k]) for k in range(3)], axis=1) for one in strings])


def _refixed(fixed: list[int], old: int, new: int) -> list[int]:
    return [round(place * (new - 1) / (old - 1)) for place in fixed]


def _taut(strings: Floats, fixed: list[int], ground: Ground) -> Floats:
    """The strings after they shrank as far as bones let them."""
    held = strings[:, fixed].copy()
    for _ in range(60):
        middle = (strings[:, :-2] + strings[:, 2:]) / 2
        strings = strings.copy()
        strings[:, 1:-1] += 0.9 * (middle - strings[:, 1:-1])
        strings[1:-1] += 0.2 * ((strings[:-2] + strings[2:]) / 2 - strings[1:-1])
        strings[:, 1:-1] = ground.pushed(strings[:, 1:-1], _CLEAR)
        strings[:, fixed] = held
    return strings


def _smoothed(strings: Floats) -> Floats:
    """Without the kinks where strings pass what they are led through; the ends stay."""
    ends = strings[:, [0, -1]].copy()
    ramp = np.linspace(0, 1, strings.shape[1])[None, :, None]
    straight = ends[:, :1] * (1 - ramp) + ends[:, 1:] * ramp
    off = np.concatenate([-(strings - straight)[:, ::-1], strings - straight, -(strings - straight)[:, ::-1]], axis=1)
    smooth = ndimage.gaussian_filter1d(off, 1.6, axis=1)[:, BEADS : 2 * BEADS]
    smooth[:, [0, -1]] = 0
    return straight + smooth


def _arch(number: int) -> Floats:
    found: Floats = np.minimum(1, 6 * np.sin(np.pi * np.linspace(0, 1, number)))
    return found


def swell(shape: BodyShape, t: Floats) -> Floats:
    """How much of its full size a bundle has along its length: 0 in its tendons, 1 at its peak."""
    start, end = shape.flesh
    u = np.clip((t - start) / max(end - start, 1e-6), 0, 1)
    power = np.log(0.5) / np.log(min(max(shape.peak, 0.05), 0.95))
    found: Floats = np.maximum(0, np.sin(np.pi * u**power)) ** shape.even
    return found


def _swollen(strings: Floats, shape: BodyShape, view: View, ground: Ground) -> Floats:
    """The surface of the bundle towards the eye."""
    across, along = strings.shape[:2]
    s, t = np.linspace(-1, 1, across), np.linspace(0, 1, along)
    full = swell(shape, t)
    center = strings.mean(0)
    tangent = np.gradient(ndimage.gaussian_filter1d(center, 1.5, axis=0), axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    side = np.cross(tangent, -view.away)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    half = (strings[-1] - strings[0]) / 2
    if (half * side).sum() < 0:
        side = -side
    # Where a narrow bundle is twisted, it is as wide as its tendon, and not torn.
    wide = (half * side).sum(1)
    missing = np.maximum(0, np.minimum(shape.slim - wide, 3 * shape.slim + wide))
    strings = strings + s[:, None, None] * (side * (shape.width * full + missing)[:, None])[None]
    du, dv = np.gradient(strings, axis=0), np.gradient(strings, axis=1)
    normal = np.cross(du, dv)
    normal /= np.maximum(np.linalg.norm(normal, axis=2, keepdims=True), 1e-9)
    if (normal @ -view.away).sum() < 0:
        normal = -normal
    normal = ndimage.gaussian_filter(normal, (1.0, 1.0, 0))
    height = (shape.thick * full + 0.0012)[None, :] * np.sqrt(np.maximum(0, 1 - s**2))[:, None]
    swollen: Floats = strings + normal * height[..., None]
    if not shape.relax:
        return swollen
    pushed = ground.pushed(swollen, height * 0.6) - swollen
    return swollen + ndimage.gaussian_filter(pushed, (1.0, 2.0, 0), mode="nearest")
