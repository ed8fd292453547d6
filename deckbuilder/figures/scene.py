"""Surfaces in soft light: what a path tracer makes of them, and what is seen at each pixel.

Space is turned so that the eye looks along -z with x to the right and y up; so the light is the same in every picture: it
falls from the upper left, over the shoulder of whoever looks, with a weak one from the right and a little from all around.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deckbuilder.core.diagnostics import Fault
from deckbuilder.figures.meshes import Mesh
from deckbuilder.figures.view import Floats, Frame

try:
    import mitsuba as mi
except ImportError as missing:
    raise Fault("figures need more than the cards do", 'pip install "anki-deckbuilder[figures]"') from missing

# Each pixel of the picture is four of the scene: edges come out smooth, and what is painted over it does, too.
FINER = 2
SAMPLES = 12
# Three times as fast, where somebody names an LLVM for it; one that is found by chance may be too old, and bring all down.
_VARIANT = "llvm_ad_rgb" if os.environ.get("DRJIT_LIBLLVM_PATH") else "scalar_rgb"
SEED = 1
_BOUNCES = 4
_KEY, _FILL = (-0.55, 0.75, 0.55), (0.8, 0.1, 0.6)
_AMBIENT, _FROM_ABOVE = 0.30, 0.10


@dataclass(frozen=True, slots=True)
class Shape:
    """A surface and its color, linear red, green and blue."""

    mesh: Mesh
    normals: Floats
    color: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Seen:
    """By pixel of the scene: the light that comes from there (linear, by color), which shape is there (-1 for none), which of
    its triangles, and how far it is away in meters."""

    light: Floats
    which: NDArray[np.int64]
    triangle: NDArray[np.int64]
    depth: Floats


def look(frame: Frame, shapes: Sequence[Shape], samples: int = SAMPLES) -> Seen:
    """The picture of a frame, `FINER` times as fine."""
    if mi.variant() != _VARIANT:
        mi.set_variant(_VARIANT)
    width, height = frame.width * FINER, frame.height * FINER
    models = {f"shape{number:04}": _model(frame, shape) for number, shape in enumerate(shapes)}
    path = {"type": "path", "max_depth": _BOUNCES, "hide_emitters": True}
    traced = _render(path, {**models, "sky": _sky()}, frame, (width, height), samples)
    plain = {"type": "direct", "hide_emitters": True}
    about = {"type": "aov", "aovs": "depth:depth,which:shape_index,triangle:prim_index", "image": plain}
    found = _render(about, {**models, "sky": {"type": "constant"}}, frame, (width, height), 1)
    depth = found[..., -3]
    hit = depth > 0
    return Seen(
        traced[..., :3] / np.maximum(traced[..., 3:4], 1e-3),
        np.where(hit, np.rint(found[..., -2]).astype(np.int64) - 1, -1),
        np.where(hit, np.rint(found[..., -1]).astype(np.int64), 0),
        depth,
    )


def turned(frame: Frame, points: Floats) -> Floats:
    """Points of the body as the scene has them: right, up, towards the eye."""
    view = frame.view
    return np.stack([points @ view.right, points @ view.up, -(points @ view.away)], axis=-1)


def _model(frame: Frame, shape: Shape) -> Any:
    surface = mi.Properties()
    plastic = {
        "type": "principled",
        "base_color": {"type": "rgb", "value": list(shape.color)},
        "roughness": 0.5,
        "specular": 0.35,
    }
    surface["bsdf"] = mi.load_dict({"type": "twosided", "inner": plastic})
    vertices, faces = shape.mesh.vertices, shape.mesh.faces
    made = mi.Mesh(shape.mesh.name, len(vertices), len(faces), has_vertex_normals=True, props=surface)
    values = mi.traverse(made)
    values["vertex_positions"] = np.ravel(turned(frame, vertices)).astype(np.float32)
    values["vertex_normals"] = np.ravel(turned(frame, shape.normals)).astype(np.float32)
    values["faces"] = np.ravel(faces).astype(np.uint32)
    values.update()
    return made


def _render(how: dict[str, Any], what: dict[str, Any], frame: Frame, size: tuple[int, int], samples: int) -> Floats:
    width, height = size
    half = frame.height / frame.scale / 2
    center = (frame.left + frame.width / frame.scale / 2, frame.top - half)
    place = mi.ScalarTransform4f()
    eye = place.look_at(origin=[*center, 5.0], target=[*center, 0.0], up=[0, 1, 0])
    once = samples == 1
    film = {
        "type": "hdrfilm",
        "width": width,
        "height": height,
        "pixel_format": "rgba",
        "rfilter": {"type": "box" if once else "gaussian"},
    }
    sampler = {"type": "independent" if once else "multijitter", "sample_count": samples, "seed": SEED}
    scene = {
        "type": "scene",
        "integrator": how,
        "sensor": {
            "type": "orthographic",
            "to_world": eye @ place.scale([half * width / height, half * width / height, 1.0]),
            "film": film,
            "sampler": sampler,
        },
        **what,
    }
    found: Floats = np.array(mi.render(mi.load_dict(scene)), dtype=np.float64)
    return found


def _sky() -> Any:
    """The light from every direction, as an environment around the scene."""
    high, wide = 64, 128
    polar: Floats = np.repeat((np.arange(high) + 0.5)[:, None] / high * np.pi, wide, axis=1)
    round_: Floats = np.repeat((np.arange(wide) + 0.5)[None] / wide * 2 * np.pi, high, axis=0)
    towards = np.stack([np.sin(round_) * np.sin(polar), np.cos(polar), -np.cos(round_) * np.sin(polar)], axis=-1)
    light = _AMBIENT + _FROM_ABOVE * towards[..., 1]
    for direction, strength, narrow in ((_KEY, 9.5, 22.0), (_FILL, 1.0, 6.0)):
        one = np.asarray(direction) / np.linalg.norm(direction)
        light = light + strength * np.exp(narrow * (towards @ one - 1))
    bitmap = mi.Bitmap(np.repeat(light[..., None], 3, axis=-1).astype(np.float32))
    return mi.load_dict({"type": "envmap", "bitmap": bitmap})
