"""What a record cannot say about a muscle's picture: from where it is looked at, and how its bundles run and swell.

Where a bundle starts and ends comes from the record; it is stated here only where a muscle has several bundles, or
where a line must be joined in another order than the answers'. Millimetres, and shares of a bundle's length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from deckbuilder.figures.bodies import Shape


@dataclass(frozen=True, slots=True)
class At:
    """A point of a landmark's line (0 its first, 1 its last), moved outwards, backwards and upwards by millimetres."""

    landmark: str
    share: float = 0.5
    moved: tuple[float, float, float] = (0, 0, 0)


# A line is joined of these: all of a landmark by its name, or single points.
Line: TypeAlias = "tuple[str | At, ...]"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Fibres between two lines. Without lines, those of the record, or of the record's head or part."""

    part: str = ""
    origin: Line = ()
    insertion: Line = ()
    via: tuple[Line, ...] = ()
    width: float = 0
    thick: float = 6
    flesh: tuple[float, float] = (0, 1)
    peak: float = 0.5
    slim: float = 2.5
    pennate: bool = False
    relax: bool = True
    tone: int | None = None
    cover: float = 8

    @property
    def shape(self) -> Shape:
        return Shape(
            self.width / 1000, self.thick / 1000, self.flesh, self.peak, self.slim / 1000, self.pennate, self.relax
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """One muscle's picture. `dim`: bones that only help to find one's way; `more`: room beyond the muscle, in mm."""

    view: str
    seen: str
    bones: tuple[str, ...]
    bundles: tuple[Bundle, ...]
    turn: float = 0
    tilt: float = 0
    dim: tuple[str, ...] = ()
    # left, right, below, above, in the picture
    more: tuple[float, float, float, float] = (30, 30, 30, 30)
    where: str = ""


LEFT = ("hip-bone-left",)
PELVIS = ("lumbar-5", "sacrum", "coccyx", "hip-bone-left", "hip-bone")
HIP = (*PELVIS, "femur")
THIGH = (*HIP, "patella", "tibia", "fibula")
ONE_SIDE = ("lumbar-5", "sacrum", "coccyx", "hip-bone", "femur", "patella", "tibia", "fibula")
LEG = ("femur", "tibia", "fibula", "talus", "calcaneus", "foot", "toes")
TENDON = -1
LIGAMENT = Bundle("", ("patella",), ("tibial-tuberosity",), width=0, thick=2, slim=9, tone=TENDON)


def _patellar(**more: object) -> Bundle:
    """The patellar ligament, by which the quadriceps reaches the tibia."""
    return Bundle(
        "",
        (At("patella", 1, (12, 0, -14)), At("patella", 1, (-12, 0, -14))),
        (At("tibial-tuberosity", 0, (7, 0, 0)), At("tibial-tuberosity", 0, (-7, 0, 0))),
        thick=2,
        tone=TENDON,
        cover=15,
    )


BASE: Line = (At("patella", 0, (13, 0, 0)), At("patella", 0, (-13, 0, 0)))

PICTURES: dict[str, Picture] = {
    # Hip
    "gluteus-maximus": Picture(
        "back",
        "Right hip from behind",
        HIP,
        (
            Bundle(
                "upper-fibres",
                ("gluteal-surface-of-ilium", At("dorsal-surface-of-sacrum", 0), At("dorsal-surface-of-sacrum", 0.5)),
                (At("gluteal-tuberosity", 0, (38, -20, 40)), At("gluteal-tuberosity", 0.3, (30, -12, 0))),
                width=4,
                thick=16,
                flesh=(0, 0.86),
            ),
            Bundle(
                "lower-fibres",
                (At("dorsal-surface-of-sacrum", 0.5), At("dorsal-surface-of-sacrum", 1), "coccyx"),
                ("gluteal-tuberosity",),
                width=6,
                thick=16,
                tone=1,
            ),
        ),
        turn=12,
        dim=LEFT,
    ),
    "gluteus-medius": Picture(
        "side",
        "Right hip from the side",
        HIP,
        (
            Bundle("anterior-fibres", width=2, thick=10, flesh=(0, 0.86)),
            Bundle("posterior-fibres", width=2, thick=10, flesh=(0, 0.86)),
        ),
        turn=-8,
        dim=LEFT,
    ),
    "gluteus-minimus": Picture("side", "Right hip from the side", HIP, (Bundle(width=2, thick=8, flesh=(0, 0.85)),), turn=8, dim=LEFT),
    "iliacus": Picture(
        "front",
        "Right hip from the front",
        HIP,
        (Bundle(origin=("iliac-crest", "iliac-fossa"), width=4, thick=8, flesh=(0, 0.84), cover=25),),
        dim=LEFT,
    ),
    "inferior-gemellus": Picture("back", "Right hip from behind", HIP, (Bundle(width=7, thick=6, flesh=(0, 0.7), peak=0.4),), dim=LEFT, turn=15),
    "superior-gemellus": Picture("back", "Right hip from behind", HIP, (Bundle(width=6, thick=5, flesh=(0, 0.7), peak=0.4),), dim=LEFT, turn=15),
    "obturator-externus": Picture("front", "Right hip from the front", HIP, (Bundle(origin=("obturator-margin",), width=2, thick=6, flesh=(0, 0.62)),), dim=LEFT),
    "obturator-internus": Picture("back", "Right hip from behind", HIP, (Bundle(origin=("obturator-margin",), width=4, thick=6, flesh=(0, 0.66)),), dim=LEFT, turn=15),
    "piriformis": Picture("back", "Right hip from behind", HIP, (Bundle(origin=("pelvic-surface-of-sacrum",), width=5, thick=7, flesh=(0, 0.72), peak=0.35),), dim=LEFT, turn=10),
    "psoas-major": Picture(
        "front",
        "Right hip and lower back from the front",
        ("thoracic-12", "lumbar-1", "lumbar-2", "lumbar-3", "lumbar-4", *HIP),
        (Bundle(origin=("body-of-t12", "bodies-of-lumbar-vertebrae"), width=13, thick=14, flesh=(0, 0.8), peak=0.55, cover=30),),
        dim=LEFT,
    ),
    "quadratus-femoris": Picture("back", "Right hip from behind", HIP, (Bundle(width=9, thick=6, flesh=(0, 0.9)),), dim=LEFT, turn=10),
    "tensor-fasciae-latae": Picture(
        "side",
        "Right thigh from the side",
        ONE_SIDE,
        (Bundle(width=9, thick=10, flesh=(0.02, 0.9), peak=0.5),),
        turn=15,
    ),
    # Thigh
    "adductor-brevis": Picture("front", "Right thigh from the front", HIP, (Bundle(width=3, thick=8, flesh=(0, 0.9)),), dim=LEFT),
    "adductor-longus": Picture("front", "Right thigh from the front", HIP, (Bundle(width=4, thick=9, flesh=(0.08, 0.92)),), dim=LEFT),
    "adductor-magnus": Picture(
        "back",
        "Right thigh from behind",
        THIGH,
        (
            Bundle("adductor-part", width=3, thick=8, flesh=(0, 0.95)),
            Bundle("hamstring-part", width=9, thick=10, flesh=(0.04, 0.72), peak=0.4),
        ),
        dim=LEFT,
    ),
    "biceps-femoris": Picture(
        "back",
        "Right thigh from behind",
        THIGH,
        (
            Bundle("short-head", width=6, thick=9, flesh=(0, 0.86), tone=1),
            Bundle("long-head", width=15, thick=16, flesh=(0.12, 0.82), peak=0.5, tone=0),
        ),
        dim=LEFT,
        turn=12,
    ),
    "gracilis": Picture("front", "Right thigh from the front", THIGH, (Bundle(width=11, thick=8, flesh=(0.02, 0.66), peak=0.4),), dim=LEFT, turn=25),
    "pectineus": Picture("front", "Right hip from the front", HIP, (Bundle(width=3, thick=7, flesh=(0, 0.95)),), dim=LEFT),
    "rectus-femoris": Picture(
        "front",
        "Right thigh from the front",
        THIGH,
        (Bundle(insertion=BASE, width=20, thick=16, flesh=(0.1, 0.84), peak=0.45, pennate=True), _patellar()),
        dim=LEFT,
    ),
    "sartorius": Picture("front", "Right thigh from the front", THIGH, (Bundle(width=12, thick=8, flesh=(0.01, 0.88), via=((At("medial-femoral-condyle", 0.5, (-18, 0, 60)),),)),), dim=LEFT, turn=15),
    "semimembranosus": Picture("back", "Right thigh from behind", THIGH, (Bundle(insertion=("medial-tibial-condyle",), width=17, thick=13, flesh=(0.28, 0.88), peak=0.6),), dim=LEFT, turn=-10),
    "semitendinosus": Picture("back", "Right thigh from behind", THIGH, (Bundle(width=13, thick=13, flesh=(0.06, 0.62), peak=0.5),), dim=LEFT, turn=-20),
    "vastus-intermedius": Picture("front", "Right thigh from the front", THIGH, (Bundle(insertion=BASE, width=14, thick=10, flesh=(0, 0.85)), _patellar()), dim=LEFT),
    "vastus-lateralis": Picture(
        "front",
        "Right thigh from the front and the side",
        THIGH,
        (Bundle(origin=("greater-trochanter", "gluteal-tuberosity", "linea-aspera"), insertion=(At("patella", 0, (13, 0, 0)), At("patella", 0.5, (20, 4, 0))), width=4, thick=18, flesh=(0, 0.87)), _patellar()),
        dim=LEFT,
        turn=-40,
    ),
    "vastus-medialis": Picture(
        "front",
        "Right thigh from the front and the inner side",
        THIGH,
        (Bundle(origin=("intertrochanteric-line", "linea-aspera", "medial-supracondylar-line"), insertion=(At("patella", 0, (-13, 0, 0)), At("patella", 0.5, (-20, 4, 0))), width=4, thick=16, flesh=(0, 0.9)), _patellar()),
        dim=LEFT,
        turn=35,
    ),
    # Leg
    "gastrocnemius": Picture(
        "back",
        "Right leg from behind",
        LEG,
        (
            Bundle("medial-head", width=22, thick=18, flesh=(0.02, 0.56), peak=0.6, slim=6),
            Bundle("lateral-head", width=19, thick=17, flesh=(0.02, 0.52), peak=0.6, slim=6),
        ),
    ),
    "plantaris": Picture("back", "Right leg from behind", LEG, (Bundle(origin=("lateral-supracondylar-line",), width=6, thick=6, flesh=(0, 0.2)),)),
    "popliteus": Picture("back", "Right knee from behind", LEG, (Bundle(width=6, thick=6, flesh=(0.2, 1)),)),
    "soleus": Picture("back", "Right leg from behind", LEG, (Bundle(origin=("head-of-fibula", "soleal-line"), width=22, thick=12, flesh=(0, 0.66), peak=0.6, slim=6),)),
}
