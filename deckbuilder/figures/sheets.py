"""Muscles of which the body has no mesh, built as sheets, straps and fans between lines on its bones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from deckbuilder.figures.flesh import Fibers
from deckbuilder.figures.meshes import Mesh
from deckbuilder.figures.view import Floats

ROWS, COLUMNS = 72, 40  # of small squares along a sheet and across it
_THIN = 0.15  # of its thickness, at its ends and its edges
_ROUND = 0.7  # of its width: no sheet is thicker, so that it gets thin where it gets narrow


def sheet(name: str, lines: Sequence[Floats], thick: float) -> Mesh:
    """A closed surface that runs through the lines, from the first to the last.

    `lines`: at least two, each of one or more points in meters, all in the same direction across the sheet; one of a single
    point is where fibers meet. `thick`: meters, where it is thickest.
    """
    across = np.array([_resampled(line, COLUMNS + 1) for line in lines])
    middle = _resampled_along(across, ROWS + 1)
    normal = _normals(middle)
    along, over = np.linspace(0, 1, ROWS + 1)[:, None], np.linspace(-1, 1, COLUMNS + 1)[None]
    swell = np.sin(np.pi * along) ** 0.6 * np.sqrt(np.clip(1 - over**4, 0, 1))
    width = np.linalg.norm(np.diff(middle, axis=1), axis=2).sum(axis=1)[:, None]
    half = (np.minimum(thick, _ROUND * width) / 2 * (_THIN + (1 - _THIN) * swell))[..., None]
    vertices = np.concatenate([(middle + normal * half).reshape(-1, 3), (middle - normal * half).reshape(-1, 3)])
    return Mesh(name, vertices, _faces(ROWS + 1, COLUMNS + 1))


def fibers(mesh: Mesh) -> Fibers:
    """The course of the fibers of such a surface: from each point of the first line to the one at the same share of the last,
    however slanting that is."""
    along = np.tile(np.repeat(np.linspace(0, 1, ROWS + 1), COLUMNS + 1), 2)
    way = np.gradient(mesh.vertices.reshape(2, ROWS + 1, COLUMNS + 1, 3), 1 / ROWS, axis=1).reshape(-1, 3)
    slope = way / np.maximum((way**2).sum(axis=1, keepdims=True), 1e-12)
    return Fibers(along, slope[mesh.faces].mean(axis=1))


def _resampled(line: Floats, count: int) -> Floats:
    """So many points at even distances along a smooth curve through those of a line."""
    line = np.atleast_2d(np.asarray(line, dtype=float))
    if len(line) == 1:
        return np.repeat(line, count, axis=0)
    way = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    fine: Floats = PchipInterpolator(way, line)(np.linspace(0, way[-1], 400))
    way = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(fine, axis=0), axis=1))]
    even = np.linspace(0, way[-1], count)
    return np.stack([np.interp(even, way, fine[:, axis]) for axis in range(3)], axis=1)


def _resampled_along(across: Floats, count: int) -> Floats:
    """The lines, and smooth ones between them: an array of rows, points across and coordinates."""
    steps = np.linalg.norm(np.diff(across, axis=0), axis=2).mean(axis=1)
    way = np.r_[0.0, np.cumsum(np.maximum(steps, 1e-6))]
    found: Floats = PchipInterpolator(way, across, axis=0)(np.linspace(0, way[-1], count))
    return found


def _normals(middle: Floats) -> Floats:
    along, over = np.gradient(middle, axis=0), np.gradient(middle, axis=1)
    normal = np.cross(along, over)
    length = np.linalg.norm(normal, axis=2, keepdims=True)
    # Where fibers meet in a point a sheet has no width: the normal of its neighbors stands in.
    mean = normal.sum(axis=(0, 1)) / max(float(np.linalg.norm(normal.sum(axis=(0, 1)))), 1e-12)
    found: Floats = np.where(length > 1e-12, normal / np.maximum(length, 1e-12), mean)
    return found


def _faces(rows: int, columns: int) -> NDArray[np.int64]:
    """Triangles of the upper and the lower side, and of the four edges between them."""
    number = np.arange(rows * columns).reshape(rows, columns)
    lower: NDArray[np.int64] = number + rows * columns
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
    up = [np.stack([a, c, b], -1), np.stack([b, c, d], -1)]
    e, f, g, h = lower[:-1, :-1], lower[:-1, 1:], lower[1:, :-1], lower[1:, 1:]
    down = [np.stack([e, f, g], -1), np.stack([f, h, g], -1)]
    rim = np.concatenate([number[0, :-1], number[:-1, -1], number[-1, :0:-1], number[:0:-1, 0]])
    after, under = np.roll(rim, -1), rim + rows * columns
    edge = [np.stack([rim, after, under], -1), np.stack([after, np.roll(under, -1), under], -1)]
    found: NDArray[np.int64] = np.concatenate([each.reshape(-1, 3) for each in (*up, *down, *edge)])
    return found
