"""Plates: bones with the landmarks of the deck named beside them, to look at and to be asked from."""

from __future__ import annotations

import math
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from deckbuilder.anatomy.library import Library
from deckbuilder.figures import canvas, labels
from deckbuilder.figures.atlas import LINES, PLATES, SHEETS, Plate
from deckbuilder.figures.canvas import Canvas
from deckbuilder.figures.curves import curve, open_
from deckbuilder.figures.labels import LEADING, PAD, SIZE, Label, Wanted
from deckbuilder.figures.landmarks import points
from deckbuilder.figures.model import skeleton
from deckbuilder.figures.places import PLACES, STRUCTURES, Shape
from deckbuilder.figures.raster import MARGIN
from deckbuilder.figures.style import labeled
from deckbuilder.figures.view import Floats, Frame, View
from deckbuilder.records import Muscle

WIDTH = 700  # units, two to a pixel of a phone's page
TALL = 880  # units: the bones at most
EDGE, SPACE = 6, 26  # at the picture's border, and between bones and labels
LEAST = 3  # a plate of fewer labels is not worth it
_SIGHT = 0.006  # meters: a place this deep behind a bone's edge is still seen


def draw(library: Library) -> tuple[dict[str, str], dict[str, Any]]:
    """The files of all plates by name, and what the index says of each; only landmarks that a muscle of the deck names."""
    used = {fact.id for muscle in library.of(Muscle) for role in ("origin", "insertion") for fact in muscle.facts(role)}
    files, index = {}, {}
    for id, plate in PLATES.items():
        names = [name for name in (*plate.left, *plate.right) if name in used]
        if len(names) < LEAST:
            continue
        file = f"figures/{id}.svg"
        files[file], size, placed = _draw(plate, {name: library.site_short(name) for name in names})
        index[id] = {
            "file": file,
            "seen": plate.seen,
            "size": [size[0] // 2, size[1] // 2],
            "labels": [_entry(label, size) for label in placed],
        }
    return files, index


def _entry(label: Label, size: tuple[int, int]) -> dict[str, Any]:
    box = (label.left / size[0], label.top / size[1], label.width / size[0], label.height / size[1])
    return {
        "landmark": label.id,
        "text": " ".join(label.lines),
        "box": [round(each, 4) for each in box],
        "at": [round(label.at[0] / size[0], 4), round(label.at[1] / size[1], 4)],
    }


def _draw(plate: Plate, names: dict[str, str]) -> tuple[str, tuple[int, int], list[Label]]:
    view = View.named(plate.view, plate.turn, plate.tilt)
    frame = _frame(plate, view, names)
    bones = canvas.draw(frame, plate.bones)
    wanted = [Wanted(name, text, _anchor(bones, name, plate.at.get(name, 0.5))) for name, text in names.items()]
    placed = _place(plate, wanted, frame)
    under = "".join(_sheet(bones, name) for name in names if name in SHEETS)
    over = "".join(_shape(bones, name) for name in names if name not in SHEETS)
    drawn = under + bones.svg + over + "".join(map(_leader, placed)) + "".join(map(_text, placed))
    size = (frame.width, frame.height)
    return labeled(*size, plate.seen, drawn), size, placed


def _frame(plate: Plate, view: View, names: dict[str, str]) -> Frame:
    """The whole picture, with the bones beside or between the labels."""
    low = _height(plate.bottom) if plate.bottom else -np.inf
    high = _height(plate.top) if plate.top else np.inf
    points = np.vstack([skeleton()[name].vertices for name in plate.bones])
    flat = view.flat(points[(points[:, 2] > low) & (points[:, 2] < high)])
    (left, bottom), (right, top) = flat.min(0), flat.max(0)
    rooms = [
        labels.room([Wanted(name, names[name], (0, 0)) for name in side if name in names], plate.wrap)
        for side in (plate.left, plate.right)
    ]
    start, end = (EDGE + (wide + SPACE if wide else 0) for wide, _ in rooms)
    scale = float(min((WIDTH - start - end) / (right - left), TALL / (top - bottom)))
    height = 2 * math.ceil(max((top - bottom) * scale, *(high for _, high in rooms)) / 2 + EDGE)
    x = start + (WIDTH - start - end - (right - left) * scale) / 2
    y = (height - (top - bottom) * scale) / 2
    return Frame(view, float(left - x / scale), float(top + y / scale), scale, WIDTH, height)


def _height(cut: tuple[str, float]) -> float:
    heights = skeleton()[cut[0]].vertices[:, 2]
    return float(heights.min() + cut[1] * (heights.max() - heights.min()))


def _place(plate: Plate, wanted: list[Wanted], frame: Frame) -> list[Label]:
    placed = []
    for names, on_left in ((plate.left, True), (plate.right, False)):
        side = [each for each in wanted if each.id in names]
        wide = EDGE + labels.room(side, plate.wrap)[0]
        span = (EDGE, frame.height - EDGE)
        placed += labels.column(side, wide if on_left else WIDTH - wide, plate.wrap, span, on_left=on_left)
    return placed


def _line(name: str) -> Floats:
    return points(PLACES[name])


def _dense(line: Floats) -> Floats:
    if len(line) < 2:
        return line
    share = np.linspace(0, len(line) - 1, 24 * (len(line) - 1) + 1)
    return np.stack([np.interp(share, np.arange(len(line)), line[:, axis]) for axis in range(3)], axis=1)


def _seen(bones: Canvas, points: Floats) -> tuple[Floats, Floats]:
    """Points in the picture, and which of them no bone hides and no edge cuts off."""
    frame, depth = bones.frame, bones.seen.depth
    flat, away = frame.place(points), frame.view.depth(points)
    inside = ((flat >= 0) & (flat < (frame.width, frame.height))).all(axis=1)
    column = np.clip(np.floor(flat[:, 0]).astype(int) + MARGIN, 0, depth.shape[1] - 1)
    row = np.clip(np.floor(flat[:, 1]).astype(int) + MARGIN, 0, depth.shape[0] - 1)
    return flat, inside & (away < depth[row, column] + _SIGHT)


def _anchor(bones: Canvas, name: str, at: float | Shape) -> tuple[float, float]:
    """Where a leader ends: on what is seen of the landmark."""
    share = at if isinstance(at, float) else 0.5
    flat, seen = _seen(bones, _dense(_line(name) if isinstance(at, float) else points(at)))
    if not seen.any():
        raise ValueError(f"{name} cannot be seen")
    good = flat[seen]
    x, y = good[int(share * (len(good) - 1) + 0.5)]
    return float(x), float(y)


def _shape(bones: Canvas, name: str) -> str:
    """A line or a structure, as far as it is seen."""
    if name not in LINES and name not in STRUCTURES:
        return ""
    flat, seen = _seen(bones, _dense(curve(_line(name)) if name in STRUCTURES else _line(name)))
    svg = ""
    for run in np.split(np.arange(len(flat)), np.flatnonzero(np.diff(seen.astype(int))) + 1):
        if len(run) > 3 and seen[run[0]]:
            data = open_(flat[run], 1.0)
            svg += f'<path class="y" d="{data}"/>' if name in STRUCTURES else f'<path class="u" d="{data}"/>'
    return svg


def _sheet(bones: Canvas, name: str) -> str:
    corners = " ".join(f"{x:.0f} {y:.0f}" for x, y in bones.frame.place(_line(SHEETS[name])))
    return f'<path class="z" d="M{corners}z"/>'


def _leader(label: Label) -> str:
    (x, y), (tx, ty) = label.start, label.at
    data = f"M{x:.0f} {y:.0f}L{tx:.0f} {ty:.0f}"
    return (
        f'<path class="h" d="{data}"/><path class="e" d="{data}"/><circle class="p" cx="{tx:.0f}" cy="{ty:.0f}" r="6"/>'
    )


def _text(label: Label) -> str:
    x = label.left + (label.width - PAD if label.on_left else PAD)
    anchor = ' text-anchor="end"' if label.on_left else ""
    first = label.top + PAD + SIZE * 0.86
    lines = "".join(
        f'<tspan x="{x:.0f}" y="{first + LEADING * number:.0f}">{escape(line)}</tspan>'
        for number, line in enumerate(label.lines)
    )
    return f"<text{anchor}>{lines}</text>"
