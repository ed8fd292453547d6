"""Where the landmarks of the vocabulary lie on the bones of the model: a table of rules, for an anatomist to read.

A line runs from above to below or, where it lies level, from front to back; an area is a line through its middle.
`PLACES` has each landmark or structure as a whole; `parts` has what one muscle takes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from deckbuilder.figures.surface import Around, Edge, Extreme, FirstMet, Near, Rule


@dataclass(frozen=True, slots=True)
class On:
    """A line on one bone, moved off its surface by `off` (meters: left, back, up) where soft parts lie between."""

    bone: str
    rules: tuple[Rule, ...]
    off: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Across:
    """A straight line from one bone to another, or over a gap of one; `shares` are the points along it."""

    start: tuple[str, Rule]
    end: tuple[str, Rule]
    shares: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
    off: tuple[float, float, float] = (0.0, 0.0, 0.0)


Shape: TypeAlias = "tuple[On | Across, ...]"


def on(bone: str, *rules: Rule) -> Shape:
    return (On(bone, rules),)


def shaft(bone: str, *places: tuple[float, float]) -> Shape:
    """Points around a long bone: height and direction (0 front, 90 lateral, 180 back, 270 medial)."""
    return on(bone, *(Around(up, angle) for up, angle in places))


def outer(*at: tuple[float, float]) -> Shape:
    """Points of the hip bone seen from the outer side: back and up."""
    return on("hip-bone", *(FirstMet("lateral", one) for one in at))


def inner(*at: tuple[float, float]) -> Shape:
    """Points of the hip bone seen from the inner side: back and up."""
    return on("hip-bone", *(FirstMet("medial", one) for one in at))


def lower_edge(*backs: float) -> Shape:
    """The lower edge of the hip bone's two rami, from front to back."""
    return on("hip-bone", *(Edge("back", at, (0, 0, -1), up=(0, 0.25)) for at in backs))


ASIS = Extreme((0, -1, 0), up=(0.55, 0.75))
PSIS = Extreme((0, 1, 0), up=(0.65, 0.8))
CREST = tuple(
    Edge("back", at, (-0.3, 0, 1), up=(0.6, 1))
    for at in (0.08, 0.15, 0.22, 0.3, 0.38, 0.46, 0.54, 0.62, 0.7, 0.78, 0.85, 0.91, 0.96)
)
GERDY = Near(0.2, 0.2, 0.965)
FORAMEN = ((0.2, 0.19), (0.25, 0.11), (0.38, 0.055), (0.52, 0.045), (0.61, 0.09), (0.61, 0.17))

HIP_BONE: dict[str, Shape] = {
    "anterior-superior-iliac-spine": on("hip-bone", ASIS),
    "anterior-inferior-iliac-spine": on("hip-bone", Extreme((0, -1, 0), up=(0.46, 0.51))),
    "supra-acetabular-groove": outer((0.36, 0.41), (0.47, 0.405)),
    "iliac-crest": on("hip-bone", ASIS, *CREST, PSIS),
    "gluteal-surface-of-ilium": outer((0.2, 0.68), (0.4, 0.76), (0.6, 0.76), (0.8, 0.73)),
    "iliac-fossa": inner((0.2, 0.68), (0.38, 0.78), (0.56, 0.84)),
    "greater-sciatic-notch": outer((0.63, 0.55), (0.7, 0.57)),
    "ischial-spine": on("hip-bone", Extreme((0, 1, 0), up=(0.3, 0.33))),
    "ischial-tuberosity": on(
        "hip-bone",
        *(Extreme((0, 1, -0.5), up=(at - 0.02, at + 0.02)) for at in (0.2, 0.13, 0.07)),
        Near(0.6, 0.73, 0.03),
    ),
    "ischial-ramus": lower_edge(0.42, 0.5, 0.56),
    "inferior-pubic-ramus": lower_edge(0.14, 0.24, 0.35),
    "body-of-pubis": on("hip-bone", FirstMet("front", (0.92, 0.22)), FirstMet("front", (0.95, 0.16))),
    "pectineal-line-of-pubis": on(
        "hip-bone",
        *(Edge("across", at, (0, -0.3, 1), back=(0, 0.4), up=(0, 0.35)) for at in (0.7, 0.78, 0.88)),
    ),
    "obturator-margin": outer(*FORAMEN),
}

SPINE: dict[str, Shape] = {
    "dorsal-surface-of-sacrum": on("sacrum", *(FirstMet("back", at) for at in ((0.2, 0.6), (0.25, 0.45), (0.35, 0.3)))),
    "pelvic-surface-of-sacrum": on("sacrum", *(FirstMet("front", at) for at in ((0.3, 0.6), (0.3, 0.45), (0.34, 0.3)))),
    "ala-of-sacrum": on("sacrum", FirstMet("above", (0.14, 0.3))),
    "coccyx": on("coccyx", Near(0.2, 0.9, 0.7), Near(0.3, 0.9, 0.4)),
    "body-of-t12": on("thoracic-12", FirstMet("lateral", (0.28, 0.62))),
    "bodies-of-lumbar-vertebrae": tuple(On(f"lumbar-{n}", (FirstMet("lateral", (0.2, 0.58)),)) for n in range(1, 6)),
    "transverse-processes-of-lumbar-vertebrae": tuple(On(f"lumbar-{n}", (Extreme((-1, 0, 0)),)) for n in range(1, 6)),
}

FEMUR: dict[str, Shape] = {
    "greater-trochanter": on("femur", Near(0.08, 0.8, 0.945)),
    "lateral-facet-of-greater-trochanter": on(
        "femur", FirstMet("lateral", (0.78, 0.94)), FirstMet("lateral", (0.62, 0.9))
    ),
    "anterior-facet-of-greater-trochanter": on("femur", FirstMet("front", (0.1, 0.925))),
    "lesser-trochanter": on("femur", Extreme((1, 0.6, 0), up=(0.79, 0.86))),
    "trochanteric-fossa": on("femur", Near(0.27, 0.75, 0.925)),
    "quadrate-tubercle": on("femur", FirstMet("back", (0.31, 0.885))),
    "intertrochanteric-line": on(
        "femur", *(FirstMet("front", at) for at in ((0.27, 0.93), (0.37, 0.89), (0.44, 0.85), (0.38, 0.81)))
    ),
    "gluteal-tuberosity": shaft("femur", (0.8, 128), (0.76, 145), (0.71, 160)),
    "linea-aspera": shaft("femur", (0.72, 180), (0.62, 180), (0.52, 180), (0.42, 180), (0.32, 180)),
    "pectineal-line-of-femur": shaft("femur", (0.8, 222), (0.765, 210), (0.73, 195)),
    "medial-supracondylar-line": on(
        "femur", *(FirstMet("back", at) for at in ((0.47, 0.32), (0.6, 0.22), (0.71, 0.12)))
    ),
    "lateral-supracondylar-line": on(
        "femur", *(FirstMet("back", at) for at in ((0.44, 0.32), (0.46, 0.22), (0.43, 0.12)))
    ),
    "adductor-tubercle": on("femur", Near(0.97, 0.45, 0.1)),
    "shaft-of-femur": shaft("femur", (0.78, 30), (0.65, 30), (0.5, 30), (0.38, 30)),
    "medial-femoral-condyle": on("femur", FirstMet("back", (0.87, 0.05))),
    "lateral-femoral-condyle": on("femur", FirstMet("lateral", (0.45, 0.065))),
}

LEG: dict[str, Shape] = {
    "patella": on("patella", FirstMet("front", (0.5, 0.93)), FirstMet("front", (0.5, 0.5))),
    "tibial-tuberosity": on("tibia", Extreme((0, -1, 0), up=(0.85, 0.93))),
    "medial-tibial-condyle": on("tibia", FirstMet("medial", (0.5, 0.955))),
    "pes-anserinus-area": shaft("tibia", (0.88, 315), (0.855, 312), (0.83, 310)),
    "posterior-surface-of-tibia": shaft("tibia", (0.91, 205), (0.86, 212), (0.8, 225)),
    "soleal-line": shaft("tibia", (0.89, 150), (0.82, 180), (0.74, 215), (0.67, 240)),
    "head-of-fibula": on("fibula", Near(0.3, 0.75, 0.99)),
    "posterior-surface-of-calcaneus": on(
        "calcaneus", Extreme((0, 1, 0), up=(0.46, 0.54)), Extreme((0, 1, 0), up=(0.34, 0.4))
    ),
}

STRUCTURES: dict[str, Shape] = {
    "iliotibial-tract": (
        On("hip-bone", (Extreme((0, 0, 1), back=(0.25, 0.31), up=(0.6, 1)),), off=(-0.01, 0, 0)),
        Across(
            ("femur", FirstMet("lateral", (0.65, 0.88))),
            ("femur", FirstMet("lateral", (0.3, 0.07))),
            shares=(0, 0.25, 0.5, 0.75, 0.86),
            off=(-0.008, 0, 0),
        ),
        On("tibia", (GERDY,)),
    ),
    "sacrotuberous-ligament": (Across(("sacrum", Near(0.22, 0.95, 0.35)), ("hip-bone", Near(0.65, 0.8, 0.12))),),
    "obturator-membrane": (
        Across(("hip-bone", FirstMet("lateral", (0.21, 0.17))), ("hip-bone", Near(0.65, 0.6, 0.12))),
    ),
    "oblique-popliteal-ligament": (
        Across(("tibia", Near(0.85, 0.95, 0.96)), ("femur", FirstMet("back", (0.35, 0.075)))),
    ),
}

PLACES: dict[str, Shape] = {**HIP_BONE, **SPINE, **FEMUR, **LEG, **STRUCTURES}
