"""A muscle's bundles as SVG: two reds and a light one, tendons, fibers; where bone hides them, a dashed ghost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deckbuilder.figures.bodies import Body
from deckbuilder.figures.canvas import TOLERANCE, Canvas, lit, tones
from deckbuilder.figures.curves import open_, outline, soft
from deckbuilder.figures.raster import MARGIN, DepthBuffer, look
from deckbuilder.figures.view import Floats

SHADE, SHINE = 0.60, 0.93
# Units of the picture between two fibers, and how much of a fiber must be seen for it to be drawn.
_GAP, _RUN = 11.0, 16
_TONES = ("m", "n", "q")
# Meters by which each bundle lies before the one listed before it, so that where they touch one of them is in front.
_BEFORE = 0.003


@dataclass(frozen=True, slots=True)
class Piece:
    """A body to be painted.

    In which red (0, 1, 2; -1 for tendon only), how deep in bone it is still seen, and how much nearer it is than it
    lies, so that where it touches another its edge is the border.
    """

    body: Body
    tone: int
    cover: float
    nearer: float = 0.0


def paint(canvas: Canvas, pieces: Sequence[Piece]) -> str:
    """The SVG of the bundles on this canvas."""
    away = canvas.frame.view.away
    moved = [_BEFORE * place + each.nearer for place, each in enumerate(pieces)]
    seen = look(canvas.frame, [each.body.surface(-near * away) for each, near in zip(pieces, moved, strict=True)])
    cover = (np.array([each.cover for each in pieces]) - moved)[np.maximum(seen.which, 0)]
    present = seen.which >= 0
    shown = present & (seen.depth < canvas.seen.depth + cover)
    hidden = ndimage.binary_opening(present & ~shown, iterations=2)
    svg = _ghost(hidden)
    which = _settled(seen, shown, len(pieces))
    far = [
        (-float(np.median(seen.depth[which == number])), number)
        for number in range(len(pieces))
        if (which == number).sum() > 40
    ]
    order = [number for _, number in sorted(far)]
    for place, number in enumerate(order):
        later = np.isin(which, order[place + 1 :])
        svg += _piece(canvas, replace(seen, depth=seen.depth + moved[number]), which == number, later, pieces[number])
    return svg


def _settled(seen: DepthBuffer, shown: NDArray[np.bool_], number: int) -> NDArray[np.int64]:
    """Which bundle is shown at each pixel, with smooth borders where two of them run into each other."""
    near = [ndimage.gaussian_filter((shown & (seen.which == each)).astype(float), 3.5) for each in range(number)]
    return np.where(shown, np.argmax(near, axis=0), -1)


def _ghost(hidden: NDArray[np.bool_]) -> str:
    path = outline(soft(hidden, 1.6), TOLERANCE, 250)
    return f'<path class="g" d="{path}"/>' if path else ""


def _piece(canvas: Canvas, seen: DepthBuffer, mask: NDArray[np.bool_], later: NDArray[np.bool_], piece: Piece) -> str:
    # Under a bundle that is painted later it goes on a little, so that no bone shows between the two.
    edge = soft(mask | (later & ndimage.binary_dilation(mask, iterations=3)), 1.5)
    whole = outline(edge, TOLERANCE, 30)
    if not whole:
        return ""
    if piece.tone < 0:
        dark, _ = tones(lit(seen.normal, mask, 2.5), soft(mask), 0.45, 2.0)
        return f'<path class="t" d="{whole}"/>' + (f'<path class="ts" d="{dark}"/>' if dark else "")
    kind = _TONES[piece.tone]
    flesh = _flesh(seen, mask, piece)
    svg = ""
    if flesh is None:
        red, inner = whole, soft(mask)
    else:
        red, inner = outline(np.minimum(edge, flesh), TOLERANCE, 40), np.minimum(soft(mask), flesh)
        svg += f'<path class="t" d="{whole}"/>'
    if not red:
        return svg
    dark, bright = tones(lit(seen.normal, mask, 3.0), inner, SHADE, SHINE)
    svg += f'<path class="{kind}" d="{red}"/>'
    svg += f'<path class="{kind}s" d="{dark}"/>' if dark else ""
    svg += f'<path class="{kind}l" d="{bright}"/>' if bright else ""
    lines = _fibers(canvas, seen, mask, piece)
    return svg + (f'<path class="f" d="{lines}"/>' if lines else "")


def _flesh(seen: DepthBuffer, mask: NDArray[np.bool_], piece: Piece) -> Floats | None:
    """A field that is above zero where the bundle is flesh, and below in its tendons; None where all is flesh."""
    start, end = piece.body.shape.flesh
    if start <= 0 and end >= 1:
        return None
    weight = np.maximum(ndimage.gaussian_filter(mask.astype(float), 2.0), 1e-6)
    s = ndimage.gaussian_filter(np.where(mask, seen.values[..., 0], 0), 2.0) / weight
    t = ndimage.gaussian_filter(np.where(mask, seen.values[..., 1], 0), 2.0) / weight
    # Flesh ends in a tongue: at its edges the tendon reaches further.
    bow = 0.05 * (2 * s - 1) ** 2
    first = t - start - bow if start > 0 else np.ones_like(t)
    last = end - bow - t if end < 1 else np.ones_like(t)
    field: Floats = np.minimum(first, last) * 40
    return field


def _fibers(canvas: Canvas, seen: DepthBuffer, mask: NDArray[np.bool_], piece: Piece) -> str:
    """White lines along the flesh, each a little longer or shorter than the next."""
    body, shape = piece.body, piece.body.shape
    start, end = max(shape.flesh[0], 0.0), min(shape.flesh[1], 1.0)
    if shape.pennate:
        return "".join(_line(canvas, seen, mask, body, s, t) for s, t in _feather(start, end))
    middle = canvas.frame.place(body.grid[:, body.grid.shape[1] // 2])
    wide = float(np.linalg.norm(np.diff(middle, axis=0), axis=1).sum())
    number = int(np.clip(round(wide / _GAP), 3, 13))
    found = ""
    for k in range(number):
        first, last = start + 0.02 + 0.10 * ((k * 0.618) % 1), end - 0.02 - 0.10 * ((k * 0.382 + 0.5) % 1)
        across = np.full(90, 0.06 + 0.88 * (k + 0.5) / number)
        found += _line(canvas, seen, mask, body, across, np.linspace(first, last, 90))
    return found


def _feather(start: float, end: float) -> Iterator[tuple[Floats, Floats]]:
    """A tendon in the middle of the flesh, and the fibers that come down to it from both edges."""
    yield np.full(80, 0.5), np.linspace(start + 0.04, end - 0.10, 80)
    u = np.linspace(0, 1, 40)
    for t in np.arange(start + 0.07, end + 0.02, 0.048):
        for side in (-1, 1):
            yield 0.5 + side * 0.44 * u, t + 0.10 * u**0.8 - 0.02


def _line(canvas: Canvas, seen: DepthBuffer, mask: NDArray[np.bool_], body: Body, s: Floats, t: Floats) -> str:
    """The seen runs of a line on a body's surface."""
    points = body.at(s, np.clip(t, 0, 1))
    flat, away = canvas.frame.place(points), canvas.frame.view.depth(points)
    column = np.clip(np.floor(flat[:, 0]).astype(int) + MARGIN, 0, mask.shape[1] - 1)
    row = np.clip(np.floor(flat[:, 1]).astype(int) + MARGIN, 0, mask.shape[0] - 1)
    visible = mask[row, column] & (away < seen.depth[row, column] + 0.003)
    visible &= (flat > -4).all(1) & (flat[:, 0] < canvas.frame.width + 4) & (flat[:, 1] < canvas.frame.height + 4)
    found = ""
    for run in np.split(np.arange(len(s)), np.flatnonzero(np.diff(visible.astype(int))) + 1):
        if visible[run[0]] and np.linalg.norm(np.diff(flat[run], axis=0), axis=1).sum() >= _RUN:
            found += open_(flat[run], 0.9)
    return found
