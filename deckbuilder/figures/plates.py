"""Plates: bones with the landmarks of the deck named beside them, to look at and to be asked from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from deckbuilder.anatomy.library import Library
from deckbuilder.core.diagnostics import Location
from deckbuilder.figures import canvas, labels
from deckbuilder.figures.canvas import Canvas
from deckbuilder.figures.curves import curve, open_
from deckbuilder.figures.labels import LEADING, PAD, SIZE, Label, Wanted
from deckbuilder.figures.landmarks import landmark, no_place, spot, unfound, why_not
from deckbuilder.figures.model import skeleton
from deckbuilder.figures.raster import MARGIN
from deckbuilder.figures.stated import named_on
from deckbuilder.figures.style import labeled
from deckbuilder.figures.surface import NotThere, no_bone
from deckbuilder.figures.view import Floats, Frame, View
from deckbuilder.records import Place, Plate, Structure
from deckbuilder.records.plate import Height
from deckbuilder.source import Path_

WIDTH = 700  # units, two to a pixel of a phone's page
TALL = 880  # units: the bones at most
EDGE, SPACE = 6, 26  # at the picture's border, and between bones and labels
_SOFT, _HARD = "y", "u"  # the styles of what runs between bones, and of a line on one
_SIGHT = 0.006  # meters: a place this deep behind a bone's edge is still seen


@dataclass(frozen=True, eq=False)
class _Shown:
    """What a plate names: where it lies, and where its leader ends instead, if anywhere.

    `path` is the style of its line, '' for what a point shows. A `sheet` is spanned over this, and lies behind the bones.
    """

    id: str
    text: str
    line: Floats
    path: str
    at: Floats | None
    sheet: Floats | None


def draw(library: Library, plate: Plate) -> tuple[str, dict[str, Any]]:
    """The text of its file, and what the index says of it. Nothing may be lacking; raises `NotThere` for what is not seen."""
    every = [_shown(library, plate, id, text) for id, text in named_on(library, plate).items()]
    frame = _frame(plate, View.named(plate.view, plate.turn, plate.tilt), {each.id: each.text for each in every})
    bones = canvas.draw(frame, plate.bones)
    wanted = [Wanted(each.id, each.text, _anchor(bones, each, plate.shares.get(each.id, 0.5))) for each in every]
    placed = _place(plate, wanted, frame)
    under = "".join(_sheet(bones, each.sheet) for each in every if each.sheet is not None)
    over = "".join(_shape(bones, each) for each in every if each.sheet is None)
    drawn = under + bones.svg + over + "".join(map(_leader, placed)) + "".join(map(_text, placed))
    size = (frame.width, frame.height)
    return labeled(*size, plate.seen, drawn), {
        "seen": plate.seen,
        "size": [size[0] // 2, size[1] // 2],
        "labels": [_entry(label, size) for label in placed],
    }


def lacking(library: Library, plate: Plate) -> Iterator[tuple[Location, NotThere]]:
    """What is named that the body or the places do not have."""
    bones: list[tuple[Path_, str]] = [(("bones", number), bone) for number, bone in enumerate(plate.bones)]
    bones += [((key, "mesh"), height.mesh) for key in ("bottom", "top") if (height := getattr(plate, key))]
    for path, bone in bones:
        if bone not in skeleton():
            yield plate.locate(*path), no_bone(bone)
    names = named_on(library, plate)
    for side in ("left", "right"):
        for number, id in enumerate(getattr(plate, side)):
            if id in names:
                yield from _without_shape(library, plate.locate(side, number), id)
    for id, one in plate.at.items():
        place = library.find(Place, id) if id in names else None
        if place and (why := why_not(place, one)):
            yield plate.locate("at", id), why


def _without_shape(library: Library, where: Location, id: str) -> Iterator[tuple[Location, NotThere]]:
    place = library.find(Place, id)
    if place is None:
        yield where, no_place(id)
        return
    yield from ((place.locate(*path), why) for path, why in unfound(place))
    if place.spans:
        yield from _without_shape(library, place.locate("spans"), place.spans)


def _shown(library: Library, plate: Plate, id: str, text: str) -> _Shown:
    place, soft = library.get(Place, id), library.find(Structure, id) is not None
    return _Shown(
        id,
        text,
        _line(library, id),
        _SOFT if soft else _HARD if place.line else "",
        spot(place, plate.at[id])[None] if id in plate.at else None,
        _line(library, place.spans) if place.spans else None,
    )


def _line(library: Library, id: str) -> Floats:
    found = landmark(library, id)
    if found is None:
        raise LookupError(id)
    return found.points


def _entry(label: Label, size: tuple[int, int]) -> dict[str, Any]:
    box = (label.left / size[0], label.top / size[1], label.width / size[0], label.height / size[1])
    return {
        "landmark": label.id,
        "text": " ".join(label.lines),
        "box": [round(each, 4) for each in box],
        "at": [round(label.at[0] / size[0], 4), round(label.at[1] / size[1], 4)],
    }


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


def _height(cut: Height) -> float:
    heights = skeleton()[cut.mesh].vertices[:, 2]
    return float(heights.min() + cut.up * (heights.max() - heights.min()))


def _place(plate: Plate, wanted: list[Wanted], frame: Frame) -> list[Label]:
    placed = []
    for names, on_left in ((plate.left, True), (plate.right, False)):
        side = [each for each in wanted if each.id in names]
        wide = EDGE + labels.room(side, plate.wrap)[0]
        span = (EDGE, frame.height - EDGE)
        placed += labels.column(side, wide if on_left else WIDTH - wide, plate.wrap, span, on_left=on_left)
    return placed


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


def _anchor(bones: Canvas, shown: _Shown, share: float) -> tuple[float, float]:
    """Where a leader ends: on what is seen of the landmark."""
    flat, seen = _seen(bones, _dense(shown.line if shown.at is None else shown.at))
    if not seen.any():
        raise NotThere(f"'{shown.id}' cannot be seen", "say in `at` where its leader ends, or name it on another plate")
    good = flat[seen]
    x, y = good[int(share * (len(good) - 1) + 0.5)]
    return float(x), float(y)


def _shape(bones: Canvas, shown: _Shown) -> str:
    """A line or a structure, as far as it is seen."""
    if not shown.path:
        return ""
    flat, seen = _seen(bones, _dense(curve(shown.line) if shown.path == _SOFT else shown.line))
    svg = ""
    for run in np.split(np.arange(len(flat)), np.flatnonzero(np.diff(seen.astype(int))) + 1):
        if len(run) > 3 and seen[run[0]]:
            svg += f'<path class="{shown.path}" d="{open_(flat[run], 1.0)}"/>'
    return svg


def _sheet(bones: Canvas, margin: Floats) -> str:
    corners = " ".join(f"{x:.0f} {y:.0f}" for x, y in bones.frame.place(margin))
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
