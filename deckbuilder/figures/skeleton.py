"""The whole skeleton, small, with one muscle in red where it lies: for a glance, not for study."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deckbuilder.figures.canvas import lit
from deckbuilder.figures.curves import outline, soft
from deckbuilder.figures.meshes import Meshes, opened
from deckbuilder.figures.model import bones_of
from deckbuilder.figures.raster import Surface, look
from deckbuilder.figures.style import css, wrapped
from deckbuilder.figures.view import Floats, Frame, View

# Units to a pixel of the page, and the picture's height in pixels.
SCALE, HEIGHT = 2, 250
_ROOM = 0.02
_SKULL = 0
_EYE = np.hypot(*np.mgrid[-7:8, -7:8]) <= 7
_DEEP = 0.006  # meters behind what is around
_DAY = {
    ".a": "fill:#e6dcc5;stroke:#9c9079;stroke-width:1.3",
    ".c": "fill:#c9bb9b",
    ".m": "fill:#d3372b;stroke:#fbfaf7;stroke-width:3;paint-order:stroke",
}
_NIGHT = {
    ".a": "fill:#8f8a7c;stroke:#4d4a43",
    ".c": "fill:#6d6859",
    ".m": "fill:#ff6a55;stroke:#14181d",
}
_GIRDLES = ("hip-bone", "scapula", "clavicle")
# Bones that are painted together, in this order: few paths, and no outline in between. `*` is the rest of a name.
_TOGETHER: tuple[tuple[str, ...], ...] = (
    (
        *("ethmoid", "frontal-*", "mandible", "occipital-*", "*-nasal-concha*", "lacrimal-*", "maxilla*", "nasal-*"),
        *("palatine-*", "parietal-*", "temporal-*", "zygomatic-*", "sphenoid-*", "vomer", "hyoid-*"),
    ),
    ("atlas", "axis", "cervical-*", "thoracic-*", "lumbar-*", "sacrum", "coccyx"),
    ("*-rib", "*-rib-left", "manubrium", "*sternum", "xiphoid-*"),
    tuple(f"{each}*" for each in _GIRDLES),
    (
        "femur*",
        "patella*",
        "tibia*",
        "fibula*",
        "talus*",
        "calcaneus*",
        "cuboid*",
        "navicular*",
        "*cuneiform*",
        "*metatarsal*",
        "*toe*",
    ),
    ("humerus*", "radius*", "ulna*"),
)


def draw(view: str, surfaces: Sequence[Surface], title: str) -> tuple[str, tuple[int, int]]:
    """The picture and its size in pixels. `surfaces`: the muscle's."""
    frame, bones = _bones(opened(), view)
    seen = look(frame, surfaces)
    mask = ndimage.binary_closing(seen.which >= 0, iterations=4)
    # A little larger than it is, or a small muscle would be lost.
    blob = ndimage.binary_dilation(mask, iterations=2 if mask.sum() > 500 else 4)
    red = outline(soft(blob, 2.5), 1.0, 10)
    size = (round(frame.width / SCALE), round(frame.height / SCALE))
    drawn = f'{bones}<path class="m" d="{red}"/>'
    return wrapped(frame.width, frame.height, size, title, css(_DAY, _NIGHT), drawn), size


@cache
def _bones(body: Meshes, view: str) -> tuple[Frame, str]:
    known = bones_of(body)
    eye = View.named(view)
    flat = eye.flat(np.vstack([bone.vertices for bone in known.values()]))
    (left, low), (right, high) = flat.min(0) - _ROOM, flat.max(0) + _ROOM
    high_units = HEIGHT * SCALE
    frame = Frame.around(eye, (float(left), float(right), float(low), float(high)), 10 * high_units, high_units)
    names = list(known)
    seen = look(frame, [Surface(bone.vertices, bone.faces) for bone in known.values()])
    group = np.full(len(names) + 1, len(_TOGETHER))
    for place, starts in enumerate(_TOGETHER):
        for number, name in enumerate(names):
            if any(fnmatchcase(name, start) for start in starts):
                group[number] = place
    group[-1] = -1
    which = group[seen.which]
    svg = ""
    for place in range(len(_TOGETHER) + 1):
        mask = which == place
        path = outline(soft(mask, 1.2), 1.0, 30)
        if not path:
            continue
        light = lit(seen.normal, mask, 3.0)
        hollow = _hollow(seen.depth, mask) if place == _SKULL else np.full_like(light, -1.0)
        shade = outline(np.minimum(np.maximum(0.45 - light, hollow), soft(mask) * 0.5 - 0.15), 1.1, 20)
        # From behind only one of the two wings would be dark, as if it were marked.
        flat = view == "back" and _TOGETHER[place : place + 1] == (tuple(f"{each}*" for each in _GIRDLES),)
        svg += f'<path class="a" d="{path}"/>' + (f'<path class="c" d="{shade}"/>' if shade and not flat else "")
    return frame, svg


def _hollow(depth: Floats, mask: NDArray[np.bool_]) -> Floats:
    """A field that is above zero in pits no wider than an eye, by which a skull is known."""
    pit = depth - ndimage.grey_opening(depth, footprint=_EYE)
    found: Floats = ndimage.gaussian_filter(np.where(mask, np.clip(pit, 0, 0.03), 0.0), 0.8) - _DEEP
    return found * 60
