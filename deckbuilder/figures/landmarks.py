"""The shape of a landmark in the world: points on the bones of `model`, in the order of its line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from deckbuilder.figures.model import Points, skeleton
from deckbuilder.figures.places import PARTS, PLACES


@dataclass(frozen=True, eq=False)
class Landmark:
    """A place, a line (in order) or the middle of an area; `bones` are keys of `skeleton()`."""

    id: str
    bones: tuple[str, ...]
    points: Points


@cache
def landmark(id: str, muscle: str = "", part: str = "") -> Landmark | None:
    """A landmark or structure, or what a muscle (or its head or part) takes of it; None where there is no shape."""
    owners = (f"{muscle}/{part}", muscle)
    places = next((PARTS[owner, id] for owner in owners if (owner, id) in PARTS), PLACES.get(id))
    if places is None:
        return None
    points = [rule.on(skeleton()[place.bone]) for place in places for rule in place.rules]
    return Landmark(id, tuple(dict.fromkeys(place.bone for place in places)), np.array(points))
