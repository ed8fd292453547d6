"""A depth buffer in numpy: which surface is seen at each point of a picture, how far away it is, and how it lies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deckbuilder.core.frozen import dataclass
from deckbuilder.figures.view import Floats, Frame

FAR = 1e9
# Triangles are drawn together with others that cover about as many pixels.
_SPANS = (4, 8, 16, 32, 64, 128, 4096)
_AT_ONCE = 2_000_000
# The margin drawn around the picture, so that what is cut off at its edge has no outline there.
MARGIN = 12


@dataclass(frozen=True, slots=True)
class Surface:
    """Triangles in space; `values` are more numbers of each vertex, to be read where it is seen."""

    vertices: Floats
    faces: NDArray[np.int64]
    values: Floats | None = None

    def normals(self) -> Floats:
        """Unit normals of the vertices, weighted by the areas around them."""
        corner = self.vertices[self.faces]
        area = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        total = np.zeros_like(self.vertices)
        for place in range(3):
            np.add.at(total, self.faces[:, place], area)
        return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)


@dataclass(frozen=True, slots=True)
class DepthBuffer:
    """For each pixel: the depth, the number of the surface (-1 for none), its normal towards the eye, its values."""

    depth: Floats
    which: NDArray[np.int64]
    normal: Floats
    values: Floats


def look(frame: Frame, surfaces: Sequence[Surface]) -> DepthBuffer:
    """What is seen of the surfaces, with `MARGIN` pixels more on each side than the frame has."""
    wide, high = frame.width + 2 * MARGIN, frame.height + 2 * MARGIN
    more = max((each.values.shape[1] for each in surfaces if each.values is not None), default=0)
    depth, which = np.full(wide * high, FAR), np.full(wide * high, -1)
    values = np.zeros((wide * high, 3 + more))
    axes = np.stack([frame.view.right, frame.view.up, -frame.view.away])
    for number, surface in enumerate(surfaces):
        carried = np.zeros((len(surface.vertices), 3 + more))
        carried[:, :3] = surface.normals() @ axes.T
        if surface.values is not None:
            carried[:, 3 : 3 + surface.values.shape[1]] = surface.values
        flat = frame.place(surface.vertices) + MARGIN
        away = frame.view.depth(surface.vertices)
        _draw(flat, away, carried, surface.faces, number, (wide, high), depth, which, values)
    normal = values[:, :3]
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    normal[normal[:, 2] < 0] *= -1  # the inside of an open shell is lit as its outside
    return DepthBuffer(
        depth.reshape(high, wide),
        which.reshape(high, wide),
        normal.reshape(high, wide, 3),
        values[:, 3:].reshape(high, wide, more),
    )


def _draw(
    flat: Floats,
    away: Floats,
    carried: Floats,
    faces: NDArray[np.int64],
    number: int,
    size: tuple[int, int],
    depth: Floats,
    which: NDArray[np.int64],
    values: Floats,
) -> None:
    """One surface into the buffers, wherever it is nearer than what is there."""
    wide, high = size
    x, y, z = flat[faces, 0], flat[faces, 1], away[faces]
    left, top = np.floor(x.min(1)).astype(int), np.floor(y.min(1)).astype(int)
    span = np.maximum(np.ceil(x.max(1)).astype(int) - left, np.ceil(y.max(1)).astype(int) - top) + 1
    area = (y[:, 1] - y[:, 2]) * (x[:, 0] - x[:, 2]) + (x[:, 2] - x[:, 1]) * (y[:, 0] - y[:, 2])
    drawn = (abs(area) > 1e-9) & (left < wide) & (top < high) & (x.max(1) > 0) & (y.max(1) > 0)
    least = 0
    for most in _SPANS:
        chosen = np.flatnonzero(drawn & (span > least) & (span <= most))
        least = most
        if not len(chosen):
            continue
        side = np.arange(int(span[chosen].max()))
        step = max(1, _AT_ONCE // len(side) ** 2)
        for start in range(0, len(chosen), step):
            t = chosen[start : start + step]
            px = left[t][:, None, None] + side[None, None, :]
            py = top[t][:, None, None] + side[None, :, None]
            gx, gy = px + 0.5, py + 0.5
            cx, cy, cover = x[t][:, :, None, None], y[t][:, :, None, None], area[t][:, None, None]
            a = ((cy[:, 1] - cy[:, 2]) * (gx - cx[:, 2]) + (cx[:, 2] - cx[:, 1]) * (gy - cy[:, 2])) / cover
            b = ((cy[:, 2] - cy[:, 0]) * (gx - cx[:, 2]) + (cx[:, 0] - cx[:, 2]) * (gy - cy[:, 2])) / cover
            c = 1 - a - b
            inside = (a >= -1e-6) & (b >= -1e-6) & (c >= -1e-6) & (px >= 0) & (px < wide) & (py >= 0) & (py < high)
            if not inside.any():
                continue
            shares = np.stack([a[inside], b[inside], c[inside]], axis=1)
            triangle = t[np.nonzero(inside)[0]]
            at = np.broadcast_to(py, inside.shape)[inside] * wide + np.broadcast_to(px, inside.shape)[inside]
            near = (shares * z[triangle]).sum(1)
            order = np.lexsort((triangle, near, at))
            at, near, triangle, shares = at[order], near[order], triangle[order], shares[order]
            first = np.r_[True, at[1:] != at[:-1]] & (near < depth[at])
            at, near, triangle, shares = at[first], near[first], triangle[first], shares[first]
            depth[at], which[at] = near, number
            values[at] = (carried[faces[triangle]] * shares[:, :, None]).sum(1)
