"""The plates as a table: which bones, from which side, and which landmarks are named on the left and on the right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deckbuilder.figures.places import Shape, on
from deckbuilder.figures.surface import Edge, FirstMet, Near

# Landmarks that are lines; all others are shown by a point.
LINES = {
    "gluteal-tuberosity",
    "iliac-crest",
    "intertrochanteric-line",
    "lateral-supracondylar-line",
    "linea-aspera",
    "medial-supracondylar-line",
    "pectineal-line-of-femur",
    "pectineal-line-of-pubis",
    "soleal-line",
}
# A membrane is spanned over a margin, and lies behind the bones.
SHEETS = {"obturator-membrane": "obturator-margin"}


@dataclass(frozen=True, slots=True)
class Plate:
    """Some bones from one side, and what is named on the left and on the right of them.

    `bottom` and `top`: a bone, and a share of its height, where the picture ends. `at`: what a leader shows instead of
    the middle of what is seen of its landmark: another place of it, or a share of what is seen. `ink`: an edge that is
    too blunt to be drawn by itself.
    """

    seen: str
    view: str
    bones: tuple[str, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    turn: float = 0
    tilt: float = 0
    bottom: tuple[str, float] | None = None
    top: tuple[str, float] | None = None
    wrap: int = 250
    at: Mapping[str, float | Shape] = field(default_factory=dict)


PELVIS = ("lumbar-5", "sacrum", "coccyx", "hip-bone")
LEG = (
    "femur",
    "patella",
    "tibia",
    "fibula",
    "talus",
    "calcaneus",
    "cuboid-bone",
    "navicular-bone-foot",
    "medial-cuneiform-bone",
    "intermediate-cuneiform-bone",
    "lateral-cuneiform-bone",
    "first-metatarsal-bone",
    "second-metatarsal-bone",
    "third-metatarsal-bone",
    "fourth-metatarsal-bone",
    "fifth-metatarsal-bone",
)
LATERAL_CONDYLE_BEHIND = on("femur", FirstMet("back", (0.36, 0.045)))
PLATES: dict[str, Plate] = {
    "hip-bone-side": Plate(
        "Right hip bone from the side",
        "side",
        ("hip-bone",),
        (),
        (
            "iliac-crest",
            "gluteal-surface-of-ilium",
            "anterior-superior-iliac-spine",
            "anterior-inferior-iliac-spine",
            "supra-acetabular-groove",
            "greater-sciatic-notch",
            "ischial-spine",
            "ischial-tuberosity",
            "inferior-pubic-ramus",
            "obturator-margin",
            "body-of-pubis",
        ),
    ),
    "pelvis-front": Plate(
        "Right half of the pelvis from the front",
        "front",
        PELVIS,
        ("iliac-crest", "iliac-fossa", "anterior-superior-iliac-spine", "anterior-inferior-iliac-spine"),
        (
            "ala-of-sacrum",
            "pelvic-surface-of-sacrum",
            "pectineal-line-of-pubis",
            "body-of-pubis",
            "inferior-pubic-ramus",
            "obturator-membrane",
        ),
        tilt=12,
        wrap=150,
        at={
            "pelvic-surface-of-sacrum": on("sacrum", FirstMet("front", (0.6, 0.6))),
            "iliac-crest": 0.7,
            "body-of-pubis": on("hip-bone", FirstMet("front", (0.94, 0.22))),
        },
    ),
    "pelvis-back": Plate(
        "Right half of the pelvis from behind",
        "back",
        PELVIS,
        (),
        (
            "dorsal-surface-of-sacrum",
            "coccyx",
            "sacrotuberous-ligament",
            "gluteal-surface-of-ilium",
            "iliac-crest",
            "greater-sciatic-notch",
            "ischial-spine",
            "ischial-tuberosity",
            "ischial-ramus",
        ),
        at={
            "gluteal-surface-of-ilium": 0.75,
            "dorsal-surface-of-sacrum": on("sacrum", FirstMet("back", (0.36, 0.62))),
            "greater-sciatic-notch": on("hip-bone", Edge("up", 0.5, (0.5, 1, 0))),
        },
    ),
    "spine-front": Plate(
        "Lower spine from the front and the right",
        "front",
        ("thoracic-12", *(f"lumbar-{n}" for n in range(1, 6)), "sacrum", "coccyx"),
        ("body-of-t12", "transverse-processes-of-lumbar-vertebrae", "ala-of-sacrum"),
        ("bodies-of-lumbar-vertebrae", "pelvic-surface-of-sacrum"),
        turn=-25,
        wrap=190,
        at={"body-of-t12": on("thoracic-12", FirstMet("front", (0.45, 0.72)))},
    ),
    "femur-upper-front": Plate(
        "Upper end of the right femur from the front",
        "front",
        ("femur",),
        (
            "greater-trochanter",
            "lateral-facet-of-greater-trochanter",
            "anterior-facet-of-greater-trochanter",
        ),
        ("intertrochanteric-line", "shaft-of-femur"),
        turn=-20,
        wrap=190,
        bottom=("femur", 0.65),
        at={"greater-trochanter": on("femur", Near(0.15, 0.4, 0.97))},
    ),
    "femur-upper-back": Plate(
        "Upper end of the right femur from behind",
        "back",
        ("femur",),
        ("lesser-trochanter", "quadrate-tubercle", "pectineal-line-of-femur", "linea-aspera"),
        ("trochanteric-fossa", "greater-trochanter", "gluteal-tuberosity"),
        turn=-15,
        wrap=190,
        bottom=("femur", 0.62),
    ),
    "femur-back": Plate(
        "Right femur from behind",
        "back",
        ("femur",),
        (
            "lesser-trochanter",
            "pectineal-line-of-femur",
            "linea-aspera",
            "medial-supracondylar-line",
            "adductor-tubercle",
            "medial-femoral-condyle",
        ),
        ("greater-trochanter", "gluteal-tuberosity", "lateral-supracondylar-line", "lateral-femoral-condyle"),
        wrap=200,
        at={
            "lateral-femoral-condyle": LATERAL_CONDYLE_BEHIND,
            "adductor-tubercle": on("femur", FirstMet("back", (0.9, 0.1))),
        },
    ),
    "knee-front": Plate(
        "Right knee from the front",
        "front",
        ("femur", "patella", "tibia", "fibula"),
        (),
        (
            "patella",
            "adductor-tubercle",
            "medial-femoral-condyle",
            "lateral-femoral-condyle",
            "medial-tibial-condyle",
            "tibial-tuberosity",
            "pes-anserinus-area",
            "head-of-fibula",
            "iliotibial-tract",
        ),
        bottom=("tibia", 0.74),
        top=("femur", 0.24),
        at={
            "medial-femoral-condyle": on("femur", FirstMet("front", (0.86, 0.06))),
            "lateral-femoral-condyle": on("femur", FirstMet("front", (0.34, 0.045))),
            "head-of-fibula": on("fibula", Near(0.2, 0.2, 0.99)),
            "iliotibial-tract": 0.25,
        },
    ),
    "leg-back": Plate(
        "Right knee and leg from behind",
        "back",
        LEG,
        ("medial-femoral-condyle", "medial-tibial-condyle", "posterior-surface-of-tibia", "soleal-line"),
        (
            "lateral-femoral-condyle",
            "oblique-popliteal-ligament",
            "head-of-fibula",
            "posterior-surface-of-calcaneus",
        ),
        top=("femur", 0.2),
        wrap=200,
        at={
            "lateral-femoral-condyle": LATERAL_CONDYLE_BEHIND,
            "medial-tibial-condyle": on("tibia", Near(0.85, 0.95, 0.95)),
        },
    ),
}
