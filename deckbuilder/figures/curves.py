"""Outlines of what a picture shows, as few smooth curves in SVG path data.

An area is where a field of numbers is above zero, so its edge runs between pixels; it is fitted with cubic curves
(Schneider 1990) that keep its corners, and written in whole numbers, each from the one before.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.interpolate import Akima1DInterpolator
from skimage import measure

from deckbuilder.figures.raster import MARGIN
from deckbuilder.figures.view import Floats

# A turn of more than this, over a few points, is a corner that no curve rounds off.
_CORNER = math.radians(62)
_REACH = 5


def soft(mask: NDArray[np.bool_], blur: float = 1.1) -> Floats:
    """A field that is above zero inside the mask, with an edge that shows no pixels."""
    found: Floats = ndimage.gaussian_filter(mask.astype(float), blur) - 0.5
    return found


def outline(field: Floats, tolerance: float = 0.7, least: float = 12.0) -> str:
    """Path data of the areas where the field is above zero; islands and holes of fewer than `least` pixels are left out."""
    padded = np.pad(field, 1, constant_values=-0.5)
    found = []
    for contour in measure.find_contours(padded, 0.0):
        points = contour[:, ::-1] - (1 + MARGIN) + 0.5
        if len(points) >= 8 and abs(_area(points)) >= least:
            found.append(points)
    return "".join(closed(points, tolerance) for points in found)


def closed(points: Floats, tolerance: float = 0.7) -> str:
    """Path data of a closed line."""
    if np.allclose(points[0], points[-1]):
        points = points[:-1]
    corners = _corners(points)
    if not len(corners):
        corners = np.array([int(np.argmin(points[:, 1]))])
        smooth = True
    else:
        smooth = False
    points = np.roll(points, -corners[0], axis=0)
    stops = [*(corners - corners[0]), len(points)]
    points = np.vstack([points, points[:1]])
    seam = _unit(points[2] - points[-3]) if smooth else None
    pieces: list[Floats] = []
    for start, stop in pairwise(stops):
        run = points[start : stop + 1]
        if len(run) > 1:
            first = seam if seam is not None else _towards(run)
            last = -seam if seam is not None else _towards(run[::-1])
            pieces += _fit(run, first, last, tolerance)
    return _data(pieces, shut=True)


def open_(points: Floats, tolerance: float = 0.7) -> str:
    """Path data of a line with two ends."""
    kept = np.r_[True, np.linalg.norm(np.diff(points, axis=0), axis=1) > 1e-6]
    points = points[kept]
    if len(points) < 2:
        return ""
    return _data(_fit(points, _towards(points), _towards(points[::-1]), tolerance), shut=False)


def _data(pieces: list[Floats], shut: bool) -> str:
    if not pieces:
        return ""
    at = _whole(pieces[0][0])
    out, last = [f"M{at[0]} {at[1]}"], "M"
    for piece in pieces:
        ends = [_whole(point) for point in piece]
        if ends[3] == at and ends[1] == at and ends[2] == at:
            continue
        straight = _straight(piece)
        if straight and ends[3] == at:
            continue
        command, wanted = ("l", ends[3:]) if straight else ("c", ends[1:])
        if command != last:
            out.append(command)
        for number, (x, y) in enumerate(wanted):
            text = f"{x - at[0]} {y - at[1]}".replace(" -", "-")
            lead = "" if (command != last and number == 0) or text[0] == "-" else " "
            out.append(lead + text)
        at, last = ends[3], command
    return "".join(out) + ("z" if shut else "")


def _whole(point: Floats) -> tuple[int, int]:
    return math.floor(point[0] + 0.5), math.floor(point[1] + 0.5)


def _straight(piece: Floats) -> bool:
    chord = piece[3] - piece[0]
    length = math.hypot(*chord)
    if length < 1.5:
        return True
    off = [abs(chord[0] * (p[1] - piece[0][1]) - chord[1] * (p[0] - piece[0][0])) / length for p in piece[1:3]]
    return bool(max(off) < 0.45)


def _area(points: Floats) -> float:
    x, y = points[:, 0], points[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def _corners(points: Floats) -> NDArray[np.int64]:
    """Where a closed line turns sharply, at least some points apart."""
    if len(points) < 4 * _REACH:
        return np.array([], dtype=np.int64)
    before = points - np.roll(points, _REACH, axis=0)
    after = np.roll(points, -_REACH, axis=0) - points
    turn = abs(np.arctan2(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0], (before * after).sum(1)))
    peak = turn >= ndimage.maximum_filter1d(turn, 2 * _REACH + 1, mode="wrap") - 1e-12
    found = np.flatnonzero(peak & (turn > _CORNER))
    apart = np.r_[True, np.diff(found) > _REACH] if len(found) else np.array([], dtype=bool)
    return found[apart]


def _towards(run: Floats) -> Floats:
    """The direction in which a run of points sets out."""
    return _unit(run[min(3, len(run) - 1)] - run[0])


def _unit(vector: Floats) -> Floats:
    return vector / max(math.hypot(*vector), 1e-12)


def _fit(points: Floats, first: Floats, last: Floats, tolerance: float) -> list[Floats]:
    """Cubic curves through a run of points that sets out along `first` and comes in against `last`."""
    if len(points) == 2:
        third = math.hypot(*(points[1] - points[0])) / 3
        return [np.stack([points[0], points[0] + first * third, points[1] + last * third, points[1]])]
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    u = np.r_[0.0, np.cumsum(steps)]
    u /= max(u[-1], 1e-12)
    worst, split = math.inf, len(points) // 2
    for _ in range(5):
        curve = _bezier(points, u, first, last)
        off = ((_at(curve, u) - points) ** 2).sum(1)
        split = int(off.argmax())
        worst = float(off[split])
        if worst <= tolerance**2:
            return [curve]
        if worst > (6 * tolerance) ** 2:
            break
        u = _newton(curve, points, u)
    split = min(max(split, 1), len(points) - 2)
    low, high = max(split - 2, 0), min(split + 2, len(points) - 1)
    middle = _unit(points[low] - points[high])
    return _fit(points[: split + 1], first, middle, tolerance) + _fit(points[split:], -middle, last, tolerance)


def _bezier(points: Floats, u: Floats, first: Floats, last: Floats) -> Floats:
    """The cubic with these ends and end directions that is nearest to the points, by least squares."""
    v = 1 - u
    b0, b1, b2, b3 = v**3, 3 * u * v**2, 3 * u**2 * v, u**3
    a1, a2 = first[None] * b1[:, None], last[None] * b2[:, None]
    c11, c12, c22 = (a1 * a1).sum(), (a1 * a2).sum(), (a2 * a2).sum()
    rest = points - points[0][None] * (b0 + b1)[:, None] - points[-1][None] * (b2 + b3)[:, None]
    x1, x2 = (a1 * rest).sum(), (a2 * rest).sum()
    det = c11 * c22 - c12 * c12
    length = math.hypot(*(points[-1] - points[0]))
    if abs(det) > 1e-12:
        alpha, beta = (x1 * c22 - x2 * c12) / det, (c11 * x2 - c12 * x1) / det
    else:
        alpha = beta = 0.0
    if not (1e-3 * length < alpha < 3 * length and 1e-3 * length < beta < 3 * length):
        alpha = beta = length / 3
    return np.stack([points[0], points[0] + first * alpha, points[-1] + last * beta, points[-1]])


def _at(curve: Floats, u: Floats) -> Floats:
    v = (1 - u)[:, None]
    w = u[:, None]
    found: Floats = v**3 * curve[0] + 3 * w * v**2 * curve[1] + 3 * w**2 * v * curve[2] + w**3 * curve[3]
    return found


def _newton(curve: Floats, points: Floats, u: Floats) -> Floats:
    """Parameters whose points on the curve are nearer to the points."""
    d1, d2 = 3 * np.diff(curve, axis=0), 6 * np.diff(curve, 2, axis=0)
    v, w = (1 - u)[:, None], u[:, None]
    off = _at(curve, u) - points
    slope = v**2 * d1[0] + 2 * w * v * d1[1] + w**2 * d1[2]
    bend = v * d2[0] + w * d2[1]
    below = (slope * slope).sum(1) + (off * bend).sum(1)
    step = np.where(abs(below) > 1e-9, (off * slope).sum(1) / np.where(abs(below) > 1e-9, below, 1), 0)
    return np.clip(u - step, 0, 1)


def curve(line: Floats) -> Floats:
    """A smooth line through the points, with many more of them."""
    line = np.asarray(line, dtype=float)
    along = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    keep = np.r_[True, np.diff(along) > 1e-6]
    if keep.sum() < 3:
        return line
    found: Floats = Akima1DInterpolator(along[keep], line[keep], method="makima")(np.linspace(0, along[-1], 61))
    return found
