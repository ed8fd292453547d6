"""Bones as an atlas draws them: an outline and three tones of ivory, painted from the farthest to the nearest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deckbuilder.figures.curves import outline, soft
from deckbuilder.figures.model import skeleton
from deckbuilder.figures.raster import FAR, MARGIN, DepthBuffer, Surface, look
from deckbuilder.figures.view import Floats, Frame

# Light falls from the upper left, over the shoulder of whoever looks.
LIGHT = np.array([-0.34, 0.50, 0.80]) / np.linalg.norm([-0.34, 0.50, 0.80])
SHADE, SHINE = 0.56, 0.92
SMALL = 60  # pixels: less of a bone than this is not worth a path
TOLERANCE = 0.75
_SCRAP = 0.005  # of the picture
_FOLD = 0.003  # meters: from this step on, the nearer part has an outline
_SCRATCH = 0.012  # meters: a shorter outline looks like a scratch


@dataclass(frozen=True, slots=True)
class Canvas:
    """The bones of a picture: what is seen of them, and their SVG."""

    frame: Frame
    bones: tuple[str, ...]
    seen: DepthBuffer
    svg: str


def draw(frame: Frame, bones: Sequence[str], dimmed: Collection[str] = ()) -> Canvas:
    """These bones in this frame; those that are only there to find one's way are `dimmed`."""
    known = skeleton()
    seen = look(frame, [Surface(known[name].vertices, known[name].faces) for name in bones])
    layers = []
    for number, name in enumerate(bones):
        mask = seen.which == number
        if mask.sum() >= SMALL and not _scrap(mask):
            layers.append((-float(np.median(seen.depth[mask])), number, name))
    # Without the sacrum, a coccyx floats.
    if "sacrum" not in {name for _, _, name in layers}:
        layers = [layer for layer in layers if layer[2] != "coccyx"]
    parts = []
    for _, number, name in sorted(layers):
        parts.append(_bone(seen, number, frame.scale, name in dimmed))
    return Canvas(frame, tuple(bones), seen, "".join(parts))


def lit(normal: Floats, mask: NDArray[np.bool_], blur: float) -> Floats:
    """How brightly each pixel of the mask is lit, smoothed without what lies outside."""
    weight = ndimage.gaussian_filter(mask.astype(float), blur)
    light = ndimage.gaussian_filter(np.where(mask, normal @ LIGHT, 0.0), blur)
    found: Floats = light / np.maximum(weight, 1e-6)
    return found


def tones(light: Floats, edge: Floats, shade: float, shine: float) -> tuple[str, str]:
    """Paths of the shaded and of the shining areas inside `edge`, a field that is above zero in the whole."""
    inner = edge * 0.5 - 0.10
    dark = outline(np.minimum(shade - light, inner), TOLERANCE, 40)
    bright = outline(np.minimum(light - shine, inner), TOLERANCE, 60)
    return dark, bright


def _bone(seen: DepthBuffer, number: int, scale: float, dim: bool) -> str:
    mask = seen.which == number
    # Under its nearer neighbors the bone goes on a little, so that no ground shows between the two outlines.
    depth = np.where(mask, seen.depth, -np.inf)
    around = ndimage.maximum_filter(depth, 7)
    under = (seen.which >= 0) & ~mask & (seen.depth < around) & ndimage.binary_dilation(mask, iterations=3)
    edge = soft(mask | under)
    whole = outline(edge, TOLERANCE, 30)
    if not whole:
        return ""
    dark, bright = tones(lit(seen.normal, mask, 2.2), soft(mask), SHADE, SHINE)
    kind = "d" if dim else "b"
    svg = f'<path class="{kind}" d="{whole}"/>'
    if dark:
        svg += f'<path class="{kind}s" d="{dark}"/>'
    if bright and not dim:
        svg += f'<path class="{kind}l" d="{bright}"/>'
    ink = outline(_folds(seen.depth, mask, scale), 0.6, max(22, 2 * _SCRATCH * scale))
    if ink and not dim:
        svg += f'<path class="bk" d="{ink}"/>'
    return svg


def _folds(depth: Floats, mask: NDArray[np.bool_], scale: float) -> Floats:
    """A field that is above zero along the lines where a bone lies before a farther part of itself."""
    within = ndimage.binary_erosion(mask, iterations=2)
    rise = ndimage.maximum_filter(np.where(mask, depth, -FAR), 3) - depth
    slope = depth - ndimage.minimum_filter(np.where(mask, depth, FAR), 3)
    return soft(within & (rise - 1.5 * slope > max(_FOLD, 3 / scale)), 0.9) + 0.12


def _scrap(mask: NDArray[np.bool_]) -> bool:
    """Whether so little of a bone reaches into the picture that nobody could tell what it is."""
    inside = mask[MARGIN:-MARGIN, MARGIN:-MARGIN]
    edges = (inside[0], inside[-1], inside[:, 0], inside[:, -1])
    return bool(any(edge.any() for edge in edges) and inside.sum() < _SCRAP * inside.size)
