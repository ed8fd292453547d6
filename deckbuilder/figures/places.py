"""Where the landmarks of the vocabulary lie on the bones of the model: the table, as rules.

A line runs from above to below, or where it lies level from front to back; an area is a line through its middle.
`PLACES` has each landmark as a whole; `PARTS` has what one muscle takes of it, as its record's small print says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deckbuilder.figures.surface import Around, Extreme, Near, Rule, Seen


@dataclass(frozen=True, slots=True)
class Place:
    """A line of rules on one bone."""

    bone: str
    rules: tuple[Rule, ...]


def _on(bone: str, *rules: Rule) -> Place:
    return Place(bone, rules)


def _lowest(*backs: float) -> tuple[Rule, ...]:
    """The lower edge of the hip bone's ramus, from front to back."""
    return tuple(Extreme((0, 0, -1), back=(at - 0.03, at + 0.03), up=(0, 0.2)) for at in backs)


def _shaft(bone: str, angle: float, *heights: float) -> Place:
    return Place(bone, tuple(Around(up, angle) for up in heights))


CREST = tuple(Extreme((0, 0, 1), back=(at - 0.03, at + 0.03), up=(0.6, 1)) for at in (0.15, 0.3, 0.45, 0.6, 0.75, 0.88))
ASIS = Extreme((0, -1, 0), up=(0.55, 0.75))
PSIS = Extreme((0, 1, 0), up=(0.65, 0.8))

PLACES: dict[str, Sequence[Place]] = {
    # hip bone
    "anterior-superior-iliac-spine": [_on("hip-bone", ASIS)],
    "anterior-inferior-iliac-spine": [_on("hip-bone", Extreme((0, -1, 0), up=(0.46, 0.51)))],
    "supra-acetabular-groove": [_on("hip-bone", Seen("lateral", (0.36, 0.42)), Seen("lateral", (0.44, 0.42)))],
    "iliac-crest": [_on("hip-bone", ASIS, *CREST, PSIS)],
    "gluteal-surface-of-ilium": [
        _on("hip-bone", Seen("lateral", (0.25, 0.72)), Seen("lateral", (0.5, 0.78)), Seen("lateral", (0.75, 0.75)))
    ],
    "iliac-fossa": [_on("hip-bone", *(Seen("medial", at) for at in ((0.2, 0.68), (0.4, 0.8), (0.6, 0.85))))],
    "greater-sciatic-notch": [_on("hip-bone", Near(0.62, 0.63, 0.55), Near(0.62, 0.7, 0.555))],
    "ischial-spine": [_on("hip-bone", Extreme((0, 1, 0), up=(0.31, 0.34)))],
    "ischial-tuberosity": [
        _on("hip-bone", *(Extreme((0, 1, -0.3), up=(at - 0.02, at + 0.02)) for at in (0.19, 0.13, 0.07)))
    ],
    "ischial-ramus": [_on("hip-bone", *_lowest(0.42, 0.5, 0.56))],
    "inferior-pubic-ramus": [_on("hip-bone", *_lowest(0.12, 0.22, 0.34))],
    "body-of-pubis": [_on("hip-bone", Seen("front", (0.9, 0.22)), Seen("front", (0.96, 0.16)))],
    "pectineal-line-of-pubis": [
        _on(
            "hip-bone",
            *(
                Extreme((0, 0.3, 1), across=(at - 0.02, at + 0.02), up=(0, 0.35), back=(0, 0.4))
                for at in (0.7, 0.78, 0.88)
            ),
        )
    ],
    "obturator-margin": [
        _on("hip-bone", Near(0.7, 0.22, 0.2), Near(0.8, 0.25, 0.12), Near(0.7, 0.45, 0.06), Near(0.65, 0.58, 0.1))
    ],
    # sacrum, coccyx, vertebrae
    "dorsal-surface-of-sacrum": [_on("sacrum", *(Seen("back", at) for at in ((0.2, 0.55), (0.25, 0.38), (0.33, 0.2))))],
    "pelvic-surface-of-sacrum": [_on("sacrum", *(Seen("front", at) for at in ((0.3, 0.6), (0.3, 0.45), (0.32, 0.3))))],
    "ala-of-sacrum": [_on("sacrum", Seen("above", (0.1, 0.5)))],
    "coccyx": [_on("coccyx", Seen("back", (0.35, 0.7)))],
    "body-of-t12": [_on("thoracic-12", Seen("lateral", (0.25, 0.5)))],
    "bodies-of-lumbar-vertebrae": [_on(f"lumbar-{n}", Seen("lateral", (0.2, 0.5))) for n in range(1, 6)],
    "transverse-processes-of-lumbar-vertebrae": [_on(f"lumbar-{n}", Extreme((-1, 0, 0))) for n in range(1, 6)],
    # femur
    "greater-trochanter": [_on("femur", Extreme((0, 0, 1), across=(0, 0.25)))],
    "lateral-facet-of-greater-trochanter": [_on("femur", Seen("lateral", (0.75, 0.94)), Seen("lateral", (0.62, 0.91)))],
    "anterior-facet-of-greater-trochanter": [_on("femur", Seen("front", (0.12, 0.92)))],
    "lesser-trochanter": [_on("femur", Extreme((1, 0.6, 0), up=(0.79, 0.86)))],
    "trochanteric-fossa": [_on("femur", Near(0.27, 0.75, 0.925))],
    "quadrate-tubercle": [_on("femur", Extreme((0, 1, 0), across=(0.2, 0.45), up=(0.87, 0.89)))],
    "intertrochanteric-line": [_on("femur", *(Seen("front", at) for at in ((0.22, 0.93), (0.33, 0.89), (0.42, 0.84))))],
    "gluteal-tuberosity": [_shaft("femur", 155, 0.8, 0.76, 0.71)],
    "linea-aspera": [_shaft("femur", 180, 0.72, 0.62, 0.52, 0.42, 0.32)],
    "pectineal-line-of-femur": [_shaft("femur", 205, 0.81, 0.77, 0.73)],
    "medial-supracondylar-line": [_on("femur", Around(0.32, 190), Around(0.22, 205), Around(0.12, 225))],
    "lateral-supracondylar-line": [_on("femur", Around(0.32, 170), Around(0.22, 155), Around(0.12, 140))],
    "adductor-tubercle": [_on("femur", Extreme((1, 0.3, 0.3), up=(0.085, 0.12)))],
    "shaft-of-femur": [_shaft("femur", 20, 0.78, 0.65, 0.5, 0.38)],
    "medial-femoral-condyle": [_on("femur", Seen("back", (0.82, 0.1)))],
    "lateral-femoral-condyle": [_on("femur", Seen("lateral", (0.6, 0.07)))],
    # knee and leg
    "patella": [_on("patella", Seen("front", (0.5, 0.92)), Seen("front", (0.5, 0.5)))],
    "tibial-tuberosity": [_on("tibia", Extreme((0, -1, 0), up=(0.85, 0.93)))],
    "medial-tibial-condyle": [_on("tibia", Near(0.85, 0.85, 0.955))],
    "pes-anserinus-area": [_shaft("tibia", 310, 0.88, 0.86, 0.83)],
    "posterior-surface-of-tibia": [_on("tibia", Around(0.9, 190), Around(0.84, 200))],
    "soleal-line": [_on("tibia", Around(0.87, 160), Around(0.82, 185), Around(0.74, 220))],
    "head-of-fibula": [_on("fibula", Extreme((-0.5, 0, 1)))],
    "posterior-surface-of-calcaneus": [_on("calcaneus", Seen("back", (0.4, 0.6)), Seen("back", (0.4, 0.4)))],
}

# What a muscle takes of a landmark, where it is not the whole of it: keyed by muscle, or muscle/part, and landmark.
PARTS: dict[tuple[str, str], Sequence[Place]] = {
    ("gluteus-maximus", "gluteal-surface-of-ilium"): [
        _on("hip-bone", Seen("lateral", (0.88, 0.82)), Seen("lateral", (0.93, 0.72)))
    ],
    ("gluteus-medius", "gluteal-surface-of-ilium"): [
        _on("hip-bone", *(Seen("lateral", at) for at in ((0.2, 0.75), (0.45, 0.9), (0.7, 0.88), (0.82, 0.72))))
    ],
    ("gluteus-minimus", "gluteal-surface-of-ilium"): [
        _on("hip-bone", *(Seen("lateral", at) for at in ((0.2, 0.65), (0.42, 0.72), (0.64, 0.62))))
    ],
    ("adductor-brevis", "linea-aspera"): [_shaft("femur", 186, 0.72, 0.66, 0.6)],
    ("adductor-longus", "linea-aspera"): [_shaft("femur", 186, 0.58, 0.52, 0.46)],
    ("adductor-magnus/adductor-part", "linea-aspera"): [_shaft("femur", 183, 0.72, 0.62, 0.52, 0.42, 0.32)],
    ("vastus-medialis", "linea-aspera"): [_shaft("femur", 200, 0.72, 0.62, 0.52, 0.42, 0.32)],
    ("vastus-lateralis", "linea-aspera"): [_shaft("femur", 165, 0.72, 0.65, 0.55)],
    ("biceps-femoris/short-head", "linea-aspera"): [_shaft("femur", 174, 0.6, 0.5, 0.4, 0.32)],
}
