"""Labels beside a picture: their lines, their boxes, and leaders that never cross.

Sizes are in units of the picture, two to a pixel of a page 350 pixels wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.optimize import isotonic_regression

SIZE, LEADING = 26, 31  # the text: 13 pixels on a phone
PAD = 7  # a label's box around its text
GAP = 8  # between two boxes
REACH = 10  # from the box to the start of its leader
# Shares of the text's size, wider than in any common system font; what is not listed is a small letter.
_WIDTHS = {
    **dict.fromkeys("fijlrt.,' ", 0.42),
    **dict.fromkeys("mwMW", 0.98),
    **dict.fromkeys("ABCDEFGHKLNOPQRSTUVXYZ", 0.76),
}
_LETTER = 0.6


@dataclass(frozen=True, slots=True)
class Label:
    """A label where it stands: its lines, its box, and the point that its leader shows."""

    id: str
    lines: tuple[str, ...]
    left: float
    top: float
    width: float
    height: float
    at: tuple[float, float]
    on_left: bool

    @property
    def start(self) -> tuple[float, float]:
        """Where its leader begins, beside the middle of its box."""
        return (self.left + self.width + REACH if self.on_left else self.left - REACH, self.top + self.height / 2)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name, and the point of the picture that it belongs to."""

    id: str
    text: str
    at: tuple[float, float]


def width(text: str) -> float:
    """No less than the text takes."""
    return SIZE * sum(_WIDTHS.get(letter, _LETTER) for letter in text)


def wrap(text: str, most: float) -> tuple[str, ...]:
    """The fewest lines that fit, and of these the most even; a word that is wider than `most` stands alone."""
    words = text.split()
    for count in range(1, len(words) + 1):
        found = [
            tuple(" ".join(words[a:b]) for a, b in zip((0, *cuts), (*cuts, len(words)), strict=True))
            for cuts in combinations(range(1, len(words)), count - 1)
        ]
        best = min(found, key=lambda lines: (max(map(width, lines)), lines))
        if max(map(width, best)) <= most or count == len(words):
            return best
    return ()


def column(
    wanted: Sequence[Wanted], edge: float, most: float, span: tuple[float, float], *, on_left: bool
) -> list[Label]:
    """Labels below each other at the picture's left or right edge, each as near to its point as its neighbors let it.

    `edge` is the side of the column that is turned to the picture, `span` its upper and lower end.
    """
    lines = {each.id: wrap(each.text, most) for each in wanted}
    order = sorted(wanted, key=lambda each: (each.at[1], each.at[0], each.id))
    placed = _pack(order, lines, edge, span, on_left)
    for _ in range(len(order) ** 2):
        crossed = next((pair for pair in combinations(range(len(placed)), 2) if _cross(placed, *pair)), None)
        if crossed is None:
            break
        one, other = crossed
        order[one], order[other] = order[other], order[one]
        placed = _pack(order, lines, edge, span, on_left)
    return placed


def room(wanted: Sequence[Wanted], most: float) -> tuple[float, float]:
    """The width and height that a column of these labels needs."""
    every = [wrap(each.text, most) for each in wanted]
    wide = max((width(line) for lines in every for line in lines), default=0.0)
    return wide + 2 * PAD, sum(len(lines) * LEADING + 2 * PAD + GAP for lines in every)


def _pack(
    order: Sequence[Wanted], lines: dict[str, tuple[str, ...]], edge: float, span: tuple[float, float], on_left: bool
) -> list[Label]:
    """Boxes in this order, none over another, with the least sum of squares away from where they would like to be."""
    if not order:
        return []
    heights = np.array([len(lines[each.id]) * LEADING + 2 * PAD for each in order])
    before = np.concatenate([[0], np.cumsum(heights + GAP)[:-1]])
    liked = np.array([each.at[1] for each in order]) - heights / 2 - before
    slack = span[1] - before[-1] - heights[-1]
    tops = np.clip(isotonic_regression(liked).x, span[0], max(slack, span[0])) + before
    placed = []
    for each, top, high in zip(order, tops, heights, strict=True):
        wide = max(map(width, lines[each.id])) + 2 * PAD
        left = edge - wide if on_left else edge
        placed.append(Label(each.id, lines[each.id], left, float(top), wide, float(high), each.at, on_left))
    return placed


def _cross(labels: Sequence[Label], one: int, other: int) -> bool:
    return crossing(labels[one], labels[other])


def crossing(one: Label, other: Label) -> bool:
    """Whether two leaders cross."""
    a, b, c, d = one.start, one.at, other.start, other.at
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
