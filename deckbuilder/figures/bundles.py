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
    """A point of a landmark's line (0 its first, 1 its last), moved outwards, backwards and upwards by millimetres.

    `whole`: of the landmark itself, not of what the muscle takes of it.
    """

    landmark: str
    share: float = 0.5
    moved: tuple[float, float, float] = (0, 0, 0)
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of a landmark's line, in shares of its length."""

    landmark: str
    start: float = 0
    stop: float = 1
    whole: bool = False


# A line is joined of these: all of a landmark by its name, stretches, and single points.
Line: TypeAlias = "tuple[str | At | Cut, ...]"


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
    even: float = 0.9
    clear: float = 0
    pennate: bool = False
    relax: bool = True
    # Whether the picture must be large enough for it.
    framed: bool = True
    tone: int | None = None
    cover: float = 8

    @property
    def shape(self) -> Shape:
        width, thick, slim = self.width / 1000, self.thick / 1000, self.slim / 1000
        clear = self.clear / 1000
        return Shape(width, thick, self.flesh, self.peak, slim, self.even, clear, self.pennate, self.relax)


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
PELVIS = ("lumbar-5", "sacrum", "coccyx", "hip-bone")
HIP = (*PELVIS, "hip-bone-left", "femur")
KNEE = ("femur", "patella", "tibia", "fibula")
THIGH = (*HIP, "patella", "tibia", "fibula")
ONE_SIDE = (*PELVIS, *KNEE)
LEG = ("femur", "tibia", "fibula", "talus", "calcaneus", "foot", "toes")
TENDON = -1

# The base of the patella, where the quadriceps ends, and the ligament by which it reaches the tibia.
BASE: Line = (At("patella", 0, (15, 2, 2), whole=True), At("patella", 0, (-15, 2, 2), whole=True))
PATELLAR_LIGAMENT = Bundle(
    origin=(At("patella", 1, (11, -3, -2), whole=True), At("patella", 1, (-11, -3, -2), whole=True)),
    insertion=(At("tibial-tuberosity", 0.5, (8, -2, 0)), At("tibial-tuberosity", 0.5, (-8, -2, 0))),
    thick=2,
    relax=False,
    tone=TENDON,
    cover=25,
)
# The calcaneal tendon, from the sheet on the back of the calf.
CALCANEAL_TENDON = Bundle(
    origin=(
        At("posterior-surface-of-calcaneus", 0.3, (15, -22, 215), whole=True),
        At("posterior-surface-of-calcaneus", 0.3, (-15, -22, 215), whole=True),
    ),
    insertion=(
        At("posterior-surface-of-calcaneus", 0.3, (8, 0, 0), whole=True),
        At("posterior-surface-of-calcaneus", 0.3, (-8, 0, 0), whole=True),
    ),
    via=(
        (
            At("posterior-surface-of-calcaneus", 0.3, (6, -14, 60), whole=True),
            At("posterior-surface-of-calcaneus", 0.3, (-6, -14, 60), whole=True),
        ),
    ),
    thick=3,
    relax=False,
    tone=TENDON,
    cover=25,
)
# The notch below the ischial spine, round which obturator internus turns.
LESSER_NOTCH: Line = (At("ischial-spine", 0.5, (2, 4, -4)), At("ischial-spine", 0.5, (6, 2, -15)))
# Where iliopsoas leaves the pelvis, in front of the hip joint.
PUBIC_RAMUS: Line = (
    At("anterior-inferior-iliac-spine", 0.5, (-6, -8, -22)),
    At("anterior-inferior-iliac-spine", 0.5, (-22, -10, -30)),
)

PICTURES: dict[str, Picture] = {
    # Hip
    "gluteus-maximus": Picture(
        "back",
        "Right hip from behind",
        HIP,
        (
            Bundle(
                origin=(Cut("iliotibial-tract", 0.2, 1),),
                insertion=(
                    At("iliotibial-tract", 0.62, whole=True),
                    At("iliotibial-tract", 0.62, (0, 20, 0), whole=True),
                ),
                thick=2,
                tone=TENDON,
                framed=False,
            ),
            Bundle(
                origin=(At("sacrotuberous-ligament", 0),),
                insertion=(At("sacrotuberous-ligament", 1),),
                slim=7,
                thick=3,
                tone=TENDON,
            ),
            Bundle(
                "lower-fibres",
                (Cut("dorsal-surface-of-sacrum", 0.4, 1), "coccyx", At("sacrotuberous-ligament", 0.75)),
                ("gluteal-tuberosity",),
                width=9,
                thick=16,
                tone=1,
            ),
            Bundle(
                "upper-fibres",
                ("gluteal-surface-of-ilium", Cut("dorsal-surface-of-sacrum", 0, 0.7)),
                ("iliotibial-tract",),
                width=5,
                thick=18,
                tone=0,
                cover=18,
            ),
        ),
        turn=14,
        dim=LEFT,
    ),
    "gluteus-medius": Picture(
        "side",
        "Right hip from the side",
        (*PELVIS, "femur"),
        (
            Bundle(
                "anterior-fibres",
                (Cut("gluteal-surface-of-ilium", 0, 0.47),),
                (Cut("lateral-facet-of-greater-trochanter", 0.45, 1),),
                thick=10,
                flesh=(0, 0.88),
                slim=7,
            ),
            Bundle(
                "posterior-fibres",
                (Cut("gluteal-surface-of-ilium", 0.47, 1),),
                (Cut("lateral-facet-of-greater-trochanter", 0, 0.55),),
                thick=10,
                flesh=(0, 0.88),
                slim=7,
            ),
        ),
        turn=-12,
    ),
    "gluteus-minimus": Picture(
        "side",
        "Right hip from the side",
        (*PELVIS, "femur"),
        (Bundle(width=2, thick=8, flesh=(0, 0.86), slim=6),),
        turn=8,
    ),
    "iliacus": Picture(
        "front",
        "Right hip from the front",
        HIP,
        (
            Bundle(
                origin=("iliac-crest", "ala-of-sacrum"),
                via=(PUBIC_RAMUS,),
                width=3,
                thick=8,
                flesh=(0, 0.86),
                slim=5,
                cover=60,
            ),
        ),
        dim=LEFT,
    ),
    "inferior-gemellus": Picture(
        "back",
        "Right hip from behind",
        HIP,
        (Bundle(width=6, thick=6, flesh=(0, 0.74), peak=0.35, cover=14),),
        turn=15,
        dim=LEFT,
    ),
    "superior-gemellus": Picture(
        "back",
        "Right hip from behind",
        HIP,
        (Bundle(width=5, thick=5, flesh=(0, 0.74), peak=0.35, cover=14),),
        turn=15,
        dim=LEFT,
    ),
    "obturator-externus": Picture(
        "front",
        "Right hip from the front",
        HIP,
        (Bundle(origin=("obturator-margin",), width=2, thick=6, flesh=(0, 0.62)),),
        dim=LEFT,
    ),
    "obturator-internus": Picture(
        "back",
        "Right hip from behind",
        HIP,
        (
            Bundle(
                origin=("obturator-margin",),
                via=(LESSER_NOTCH,),
                width=3,
                thick=6,
                flesh=(0, 0.8),
                slim=3,
            ),
        ),
        turn=15,
        dim=LEFT,
    ),
    "piriformis": Picture(
        "back",
        "Right hip from behind",
        HIP,
        (Bundle(origin=("pelvic-surface-of-sacrum",), width=5, thick=7, flesh=(0, 0.78), peak=0.35),),
        turn=10,
        dim=LEFT,
    ),
    "psoas-major": Picture(
        "front",
        "Right hip and lower back from the front",
        ("thoracic-12", "lumbar-1", "lumbar-2", "lumbar-3", "lumbar-4", *HIP),
        (
            Bundle(
                origin=("transverse-processes-of-lumbar-vertebrae",),
                via=(PUBIC_RAMUS,),
                width=10,
                thick=8,
                flesh=(0, 0.84),
                peak=0.5,
                slim=5,
                cover=80,
            ),
            Bundle(
                origin=("body-of-t12", "bodies-of-lumbar-vertebrae"),
                via=(PUBIC_RAMUS,),
                width=13,
                thick=14,
                flesh=(0, 0.84),
                peak=0.55,
                slim=5,
                cover=80,
            ),
        ),
        dim=LEFT,
    ),
    "quadratus-femoris": Picture(
        "back", "Right hip from behind", HIP, (Bundle(width=3, thick=6, slim=11, cover=14),), turn=10, dim=LEFT
    ),
    "tensor-fasciae-latae": Picture(
        "side",
        "Right hip and thigh from the side",
        ONE_SIDE,
        (
            Bundle(
                origin=(At("iliotibial-tract", 0.5, (0, -3, 15)), At("iliotibial-tract", 0.5, (0, 8, 15))),
                insertion=(
                    At("iliotibial-tract", 1, (0, -5, 0), whole=True),
                    At("iliotibial-tract", 1, (0, 5, 0), whole=True),
                ),
                thick=2,
                tone=TENDON,
                cover=25,
                framed=False,
            ),
            Bundle(width=11, thick=10, flesh=(0.02, 1), peak=0.5, slim=8, cover=25),
        ),
        turn=20,
        more=(30, 30, 90, 20),
    ),
    # Thigh
    "adductor-brevis": Picture(
        "front", "Right thigh from the front", HIP, (Bundle(width=3, thick=8, flesh=(0, 0.95)),), dim=LEFT
    ),
    "adductor-longus": Picture(
        "front", "Right thigh from the front", HIP, (Bundle(width=7, thick=10, flesh=(0.06, 0.95), peak=0.6),), dim=LEFT
    ),
    "adductor-magnus": Picture(
        "back",
        "Right thigh from behind",
        THIGH,
        (
            Bundle("adductor-part", width=3, thick=8),
            Bundle("hamstring-part", width=12, thick=12, flesh=(0.03, 0.76), peak=0.4),
        ),
        dim=LEFT,
    ),
    "biceps-femoris": Picture(
        "back",
        "Right thigh from behind",
        THIGH,
        (
            Bundle("short-head", width=7, thick=9, flesh=(0, 0.9), tone=1),
            Bundle("long-head", width=19, thick=18, flesh=(0.1, 0.85), peak=0.5, even=0.8, slim=3, tone=0),
        ),
        turn=12,
        dim=LEFT,
    ),
    "gracilis": Picture(
        "front",
        "Right thigh from the front",
        THIGH,
        (Bundle(width=10, thick=8, flesh=(0.01, 0.72), peak=0.4, even=0.7, cover=30),),
        turn=20,
        dim=LEFT,
    ),
    "pectineus": Picture(
        "front", "Right hip from the front", HIP, (Bundle(width=3, thick=7, cover=19),), tilt=14, dim=LEFT
    ),
    "rectus-femoris": Picture(
        "front",
        "Right thigh from the front",
        THIGH,
        (
            Bundle(insertion=BASE, width=23, thick=18, flesh=(0.09, 0.86), peak=0.45, pennate=True, slim=4, cover=25),
            PATELLAR_LIGAMENT,
        ),
        dim=LEFT,
    ),
    "sartorius": Picture(
        "front",
        "Right thigh from the front",
        THIGH,
        (
            Bundle(
                width=11,
                thick=8,
                flesh=(0.01, 0.9),
                even=0.4,
                cover=30,
                via=(
                    (At("linea-aspera", 0.5, (-42, -28, 0), whole=True),),
                    (At("medial-femoral-condyle", 0.5, (-16, -24, 16), whole=True),),
                ),
            ),
        ),
        turn=12,
        dim=LEFT,
    ),
    "semimembranosus": Picture(
        "back",
        "Right thigh from behind",
        THIGH,
        (
            Bundle(
                origin=(At("oblique-popliteal-ligament", 0),),
                insertion=(At("oblique-popliteal-ligament", 1),),
                slim=5,
                thick=2,
                tone=TENDON,
            ),
            Bundle(
                insertion=("medial-tibial-condyle",), width=21, thick=14, flesh=(0.3, 0.92), peak=0.6, even=0.75, slim=3
            ),
        ),
        turn=-8,
        dim=LEFT,
    ),
    "semitendinosus": Picture(
        "back",
        "Right thigh from behind",
        THIGH,
        (Bundle(width=16, thick=14, flesh=(0.04, 0.64), peak=0.5, even=0.8, cover=34),),
        turn=-34,
        dim=LEFT,
    ),
    "vastus-intermedius": Picture(
        "front",
        "Right thigh from the front",
        THIGH,
        (Bundle(insertion=BASE, width=17, thick=12, flesh=(0, 0.88), clear=4, slim=6, cover=25), PATELLAR_LIGAMENT),
        dim=LEFT,
    ),
    "vastus-lateralis": Picture(
        "side",
        "Right thigh from the side and the front",
        ONE_SIDE,
        (
            Bundle(
                origin=("intertrochanteric-line", "greater-trochanter", "gluteal-tuberosity", "linea-aspera"),
                insertion=("patella",),
                via=(
                    (
                        At("shaft-of-femur", 0.75, (14, -4, 0), whole=True),
                        At("lateral-supracondylar-line", 0.35, (20, -16, 0), whole=True),
                    ),
                ),
                width=5,
                thick=16,
                flesh=(0, 0.92),
                clear=12,
                slim=6,
                cover=30,
            ),
            PATELLAR_LIGAMENT,
        ),
        turn=38,
        more=(45, 30, 30, 30),
    ),
    "vastus-medialis": Picture(
        "front",
        "Right thigh from the front and the inner side",
        ONE_SIDE,
        (
            Bundle(
                origin=("intertrochanteric-line", "linea-aspera", "medial-supracondylar-line"),
                insertion=("patella",),
                via=(
                    (
                        At("shaft-of-femur", 0.85, (-26, -2, 0), whole=True),
                        At("adductor-tubercle", 0.5, (2, -22, 26)),
                    ),
                ),
                width=4,
                thick=18,
                flesh=(0, 0.96),
                peak=0.6,
                clear=12,
                slim=6,
                cover=30,
            ),
            PATELLAR_LIGAMENT,
        ),
        turn=40,
        more=(30, 45, 30, 30),
    ),
    # Leg
    "gastrocnemius": Picture(
        "back",
        "Right leg from behind",
        LEG,
        (
            CALCANEAL_TENDON,
            Bundle(
                "medial-head",
                insertion=(At("posterior-surface-of-calcaneus", 0.3, (-14, -8, 178), whole=True),),
                width=25,
                thick=20,
                flesh=(0.02, 1),
                peak=0.55,
                slim=6,
                tone=0,
            ),
            Bundle(
                "lateral-head",
                insertion=(At("posterior-surface-of-calcaneus", 0.3, (13, -8, 196), whole=True),),
                width=22,
                thick=20,
                flesh=(0.02, 1),
                peak=0.55,
                slim=6,
                tone=1,
            ),
        ),
    ),
    "plantaris": Picture(
        "back",
        "Right leg from behind",
        LEG,
        (
            Bundle(
                origin=(At("oblique-popliteal-ligament", 0),),
                insertion=(At("oblique-popliteal-ligament", 1),),
                slim=5,
                thick=2,
                tone=TENDON,
            ),
            Bundle(origin=("lateral-supracondylar-line",), width=8, thick=8, flesh=(0, 0.24)),
        ),
    ),
    "popliteus": Picture(
        "back",
        "Right knee from behind",
        KNEE,
        (Bundle(width=5, thick=6, flesh=(0.22, 1), relax=False, cover=30),),
    ),
    "soleus": Picture(
        "back",
        "Right leg from behind",
        LEG,
        (
            CALCANEAL_TENDON,
            Bundle(
                origin=("head-of-fibula", "soleal-line"),
                insertion=(
                    At("posterior-surface-of-calcaneus", 0.3, (10, -10, 110), whole=True),
                    At("posterior-surface-of-calcaneus", 0.3, (-10, -10, 110), whole=True),
                ),
                width=17,
                thick=14,
                peak=0.5,
                slim=6,
                tone=0,
            ),
        ),
    ),
}
