"""Where the eye is: a direction of view, and the part of the body that the picture shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
# Degrees round the body, from straight behind towards its right side, and degrees from above.
ANGLES: dict[str, tuple[float, float]] = {
    "back": (0.0, 0.0),
    "side": (90.0, 0.0),
    "front": (180.0, 0.0),
    "medial": (-90.0, 0.0),
}


@dataclass(frozen=True, slots=True)
class View:
    """An orthographic view of the right side of the body: unit vectors to the right, upward and away from the eye."""

    right: Floats
    up: Floats
    away: Floats

    @classmethod
    def named(cls, name: str, turn: float = 0.0, tilt: float = 0.0) -> View:
        """A view by its name, turned by degrees towards the next one: behind, right side, front, left side."""
        round_, above = ANGLES[name]
        a, e = math.radians(round_ + turn), math.radians(above + tilt)
        away = np.array([math.sin(a) * math.cos(e), -math.cos(a) * math.cos(e), -math.sin(e)])
        right = np.cross(away, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        return cls(right, np.cross(right, away), away)

    def flat(self, points: Floats) -> Floats:
        """Points of the body as (right, up) in meters."""
        return np.stack([points @ self.right, points @ self.up], axis=-1)

    def depth(self, points: Floats) -> Floats:
        """Meters away from the eye, from an arbitrary plane."""
        return points @ self.away


@dataclass(frozen=True, slots=True)
class Frame:
    """A window of a view: its corner in meters, and its size in units of the picture."""

    view: View
    left: float
    top: float
    scale: float
    width: int
    height: int

    @classmethod
    def around(cls, view: View, box: tuple[float, float, float, float], width: float, height: float) -> Frame:
        """The window on `box` (left, right, bottom, top in meters), as large as fits into `width` and `height` units."""
        left, right, bottom, top = box
        scale = min(width / (right - left), height / (top - bottom))
        return cls(view, left, top, scale, round((right - left) * scale), round((top - bottom) * scale))

    def place(self, points: Floats) -> Floats:
        """Points of the body in units of the picture, from its upper left corner."""
        flat = self.view.flat(points)
        return np.stack([(flat[..., 0] - self.left) * self.scale, (self.top - flat[..., 1]) * self.scale], axis=-1)
