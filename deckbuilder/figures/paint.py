"""The picture: light on bone, on quiet neighbors and on flesh with its fibers and tendons, and a line where things meet.

The ground is left out, so that one picture does for day and night.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from deckbuilder.figures.fibers import smeared
from deckbuilder.figures.flesh import Fibers
from deckbuilder.figures.scene import FINER, Seen, Shape
from deckbuilder.figures.view import Floats, Frame

Color = tuple[float, float, float]
# Linear red, green, blue.
BONE: Color = (0.80, 0.72, 0.58)
QUIET: Color = (0.62, 0.55, 0.545)  # a neighbor that is there to be told apart
FLESH: Color = (0.46, 0.058, 0.048)
TENDON: Color = (0.74, 0.62, 0.50)
# Parts of a muscle that a card tells apart.
PARTS: tuple[Color, ...] = (FLESH, (0.50, 0.12, 0.05), (0.40, 0.045, 0.075))
FOLD = 0.008  # meters: from this step on, the nearer part of a thing has an outline
_LINE = 0.45  # how dark a line is
_STRIPES, _RELIEF = 0.17, 0.28


@dataclass(frozen=True, slots=True)
class Flesh:
    """What makes a shape a muscle: its fibers, and how far the tendons reach at its start and at its end, in meters."""

    fibers: Fibers
    tendons: tuple[float, float]


def paint(frame: Frame, seen: Seen, shapes: Sequence[Shape], flesh: Sequence[Flesh | None]) -> Image.Image:
    """The picture in the size of its frame, with a see-through ground."""
    hit = seen.which >= 0
    color = np.zeros((*seen.which.shape, 3))
    for number, (shape, own) in enumerate(zip(shapes, flesh, strict=True)):
        mask = seen.which == number
        if mask.any():
            light = _light(seen, mask, shape)
            color[mask] = (light * (_flesh(frame, seen, mask, shape, own) if own else np.asarray(shape.color)))[mask]
    color *= 1 - _LINE * _lines(seen)[..., None]
    alpha = hit.astype(float)[..., None]
    fine = np.concatenate([_to_srgb(np.clip(color, 0, 1)) * alpha, alpha], axis=-1)
    rows, columns = frame.height, frame.width
    small = fine.reshape(rows, FINER, columns, FINER, 4).mean((1, 3))
    small[..., :3] /= np.maximum(small[..., 3:], 1e-6)
    return Image.fromarray((np.clip(small, 0, 1) * 255 + 0.5).astype(np.uint8), "RGBA")


def _light(seen: Seen, mask: NDArray[np.bool_], shape: Shape) -> Floats:
    """What falls on a shape, without its color and without the grain of the path tracer."""
    fallen = seen.light / np.asarray(shape.color)
    return _blurred(fallen.mean(-1, keepdims=True) * 0.75 + fallen * 0.25, mask, 1.6)


def _flesh(frame: Frame, seen: Seen, mask: NDArray[np.bool_], shape: Shape, flesh: Flesh) -> Floats:
    """The color of a muscle at each pixel: stripes along the fibers, lit across them; paler where it is tendon."""
    faces = shape.mesh.faces
    triangle = np.clip(seen.triangle, 0, len(faces) - 1)
    along = _blurred(flesh.fibers.along[faces].mean(1)[triangle], mask, 2.0)
    slope = flesh.fibers.slope[triangle]
    steep = np.linalg.norm(slope, axis=-1)
    towards = slope / np.maximum(steep, 1e-9)[..., None]
    right = _blurred(towards @ frame.view.right, mask, 5.0)
    down = _blurred(-(towards @ frame.view.up), mask, 5.0)
    flat = np.hypot(right, down)
    right, down = right / np.maximum(flat, 1e-6), down / np.maximum(flat, 1e-6)
    thin, thick = (smeared(right, down, mask, *how) for how in ((60, 1.3, 1), (110, 3.2, 2)))
    stripes = np.clip((0.6 * thin + 0.6 * thick) * np.clip(flat * 1.6, 0, 1), -2, 2)
    by_row, by_column = np.gradient(ndimage.gaussian_filter(stripes, 1.0))
    relief = np.clip(-(by_column + by_row) * 0.77, -0.6, 0.6)[..., None]
    lines = stripes[..., None]
    red = np.asarray(shape.color) * (1 + _STRIPES * lines) * (1 + _RELIEF * relief)
    red = red + np.array([0.0, 0.012, 0.010]) * np.clip(lines, 0, 2)
    pale = np.asarray(TENDON) * (1 + 0.10 * lines) * (1 + 0.2 * relief)
    steep = np.maximum(_blurred(steep, mask, 4.0), 1e-6)
    share = np.zeros(mask.shape)
    for far, reach in zip((along / steep, (1 - along) / steep), flesh.tendons, strict=True):
        if reach > 0:
            edge = reach * np.maximum(1 + 0.22 * thick + 0.18 * thin, 0.7)
            share = np.maximum(share, np.clip((edge - far) / (reach * 0.9) + 0.3, 0, 1))
    share = ndimage.gaussian_filter(share, 1.8)[..., None]
    found: Floats = red * (1 - share) + pale * share
    return found


def _lines(seen: Seen) -> Floats:
    """Where one thing ends before another, or before a farther part of itself."""
    found = np.zeros(seen.which.shape)
    for rows, columns in ((0, 1), (1, 0)):
        height, width = seen.which.shape
        here = (slice(0, height - rows), slice(0, width - columns))
        there = (slice(rows, height), slice(columns, width))
        step = np.abs(seen.depth[here] - seen.depth[there]) > FOLD
        both = (seen.which[here] >= 0) & (seen.which[there] >= 0)
        edge = (seen.which[here] != seen.which[there]) | (step & both)
        found[here] = np.maximum(found[here], edge)
        found[there] = np.maximum(found[there], edge)
    return np.clip(ndimage.gaussian_filter(found, 0.9) * 1.5, 0, 1)


def _blurred(values: Floats, mask: NDArray[np.bool_], by: float) -> Floats:
    """Smoothed without what lies outside of the mask."""
    weight = np.maximum(ndimage.gaussian_filter(mask.astype(float), by), 1e-6)
    if values.ndim == 2:
        flat: Floats = ndimage.gaussian_filter(values * mask, by) / weight
        return flat
    return np.stack([_blurred(values[..., each], mask, by) for each in range(values.shape[-1])], axis=-1)


def _to_srgb(linear: Floats) -> Floats:
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)
