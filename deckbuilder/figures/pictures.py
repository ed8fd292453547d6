"""The picture of each muscle, by its id."""

from __future__ import annotations

from deckbuilder.figures.bundles import Portrait
from deckbuilder.figures.pictures_hip import HIP_PICTURES
from deckbuilder.figures.pictures_leg import LEG_PICTURES
from deckbuilder.figures.pictures_thigh import THIGH_PICTURES

PICTURES: dict[str, Portrait] = {**HIP_PICTURES, **THIGH_PICTURES, **LEG_PICTURES}
