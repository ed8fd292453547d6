"""Where a muscle starts and ends: a circle for each origin, a square for each insertion, numbered as the card's answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deckbuilder.figures.canvas import Canvas
from deckbuilder.figures.curves import open_
from deckbuilder.figures.raster import MARGIN
from deckbuilder.figures.view import Floats

LARGE, SMALL = 16.0, 11.0  # half a marker's width in units, with and without a number
_SIGHT = 0.008  # meters: a place this deep behind a bone's edge is still seen
_LEAST = 12.0  # units: shorter attachments are a marker only
_GAP = 4.0


@dataclass(frozen=True, slots=True)
class Attachment:
    """One answer: its role, landmark and part, its number where there are several, and its line in space.

    `sheet`: it is spanned over a gap, and has no line to be marked.
    """

    role: str
    landmark: str
    part: str
    number: int | None
    line: Floats
    sheet: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the marker of an attachment stands, in units of the picture.

    `anchor` is the place that it means, `hidden` whether that lies behind bone.
    """

    attachment: Attachment
    x: float
    y: float
    anchor: tuple[float, float]
    hidden: bool = False


def stand(canvas: Canvas, attachments: Sequence[Attachment]) -> list[Mark]:
    """A place for each marker on the seen part of its attachment, none over another, all inside the picture."""
    if not attachments:  # of a muscle that starts and ends in other muscles, no bone can be marked
        return []
    found = [_anchor(canvas, each) for each in attachments]
    anchors = np.array([anchor for anchor, _ in found])
    size = np.array([_half(each) for each in attachments])
    places = anchors.copy()
    frame = np.array([canvas.frame.width, canvas.frame.height], dtype=float)
    for _ in range(200):
        moved = False
        for a in range(len(places)):
            for b in range(a):
                apart, least = places[a] - places[b], size[a] + size[b] + _GAP
                distance = float(np.hypot(*apart))
                if distance >= least - 1e-6:
                    continue
                away = apart / distance if distance > 1e-6 else np.array([0.0, 1.0])
                push = away * (least - distance) / 2
                places[a], places[b], moved = places[a] + push, places[b] - push, True
        inside = np.clip(places, size[:, None] + 3, frame - size[:, None] - 3)
        moved |= bool(abs(inside - places).max(initial=0) > 1e-6)
        places = inside
        if not moved:
            break
    return [
        Mark(each, float(x), float(y), (float(anchor[0]), float(anchor[1])), hidden)
        for each, (x, y), (anchor, hidden) in zip(attachments, places, found, strict=True)
    ]


def draw(canvas: Canvas, marks: Sequence[Mark]) -> str:
    """The SVG of attachments and markers."""
    lines, leaders, signs = "", "", ""
    for mark in marks:
        kind = "o" if mark.attachment.role == "origin" else "i"
        lines += _line(canvas, mark.attachment, kind)
        away = np.hypot(mark.x - mark.anchor[0], mark.y - mark.anchor[1])
        if away > _half(mark.attachment) * 0.8:
            leaders += (
                f'<path class="w" d="M{mark.x:.0f} {mark.y:.0f}L{mark.anchor[0]:.0f} {mark.anchor[1]:.0f}"/>'
                f'<path class="{kind}e" d="M{mark.x:.0f} {mark.y:.0f}L{mark.anchor[0]:.0f} {mark.anchor[1]:.0f}"/>'
            )
        signs += _sign(mark, kind)
    return lines + leaders + signs


def _half(attachment: Attachment) -> float:
    return SMALL if attachment.number is None else LARGE


def _sign(mark: Mark, kind: str) -> str:
    half = _half(mark.attachment)
    look = f"{kind}v" if mark.hidden else kind
    if kind == "o":
        svg = f'<circle class="{look}" cx="{mark.x:.0f}" cy="{mark.y:.0f}" r="{half:.0f}"/>'
    else:
        side = half * 0.92
        svg = (
            f'<rect class="{look}" x="{mark.x - side:.0f}" y="{mark.y - side:.0f}" width="{2 * side:.0f}" '
            f'height="{2 * side:.0f}" rx="3"/>'
        )
    if mark.attachment.number is not None:
        dark = f' class="{look}t"' if mark.hidden else ""
        svg += f'<text{dark} x="{mark.x:.0f}" y="{mark.y + 8:.0f}">{mark.attachment.number}</text>'
    return svg


def _visible(canvas: Canvas, points: Floats) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    flat, away = canvas.frame.place(points), canvas.frame.view.depth(points)
    depth = canvas.seen.depth
    column = np.clip(np.floor(flat[:, 0]).astype(int) + MARGIN, 0, depth.shape[1] - 1)
    row = np.clip(np.floor(flat[:, 1]).astype(int) + MARGIN, 0, depth.shape[0] - 1)
    return flat, away < depth[row, column] + _SIGHT


def _dense(line: Floats) -> Floats:
    if len(line) < 2:
        return line
    u = np.linspace(0, len(line) - 1, max(48, len(line)))
    return np.stack([np.interp(u, np.arange(len(line)), line[:, k]) for k in range(3)], axis=1)


def _anchor(canvas: Canvas, attachment: Attachment) -> tuple[Floats, bool]:
    """The middle of what is seen of an attachment, or of all of it where it is hidden."""
    flat, seen = _visible(canvas, _dense(attachment.line))
    good = flat[seen] if seen.any() else flat
    return good[len(good) // 2], not seen.any()


def _line(canvas: Canvas, attachment: Attachment, kind: str) -> str:
    if attachment.sheet:
        return ""
    flat, seen = _visible(canvas, _dense(attachment.line))
    svg = ""
    for run in np.split(np.arange(len(flat)), np.flatnonzero(np.diff(seen.astype(int))) + 1):
        path = flat[run]
        if len(path) < 2 or np.linalg.norm(np.diff(path, axis=0), axis=1).sum() < _LEAST:
            continue
        data = open_(path, 1.0)
        if seen[run[0]]:
            svg += f'<path class="w" d="{data}"/><path class="{kind}l" d="{data}"/>'
        else:
            svg += f'<path class="w hw" d="{data}"/><path class="{kind}h" d="{data}"/>'
    return svg
