"""What a record cannot say about a muscle's picture: from where it is looked at, and how its bundles run and swell.

Where a bundle starts and ends comes from the record; it is stated here only where a muscle has several bundles, or
where a line must be joined in another order than the answers'. Millimeters, and shares of a bundle's length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from deckbuilder.figures.bodies import BodyShape


@dataclass(frozen=True, slots=True)
class At:
    """A point of a landmark's line (0 its first, 1 its last), moved outward, backward and upward by millimeters.

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
    """Fibers between two lines. Without lines, those of the record, or of the record's head or part."""

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
    nearer: float = 0

    @property
    def shape(self) -> BodyShape:
        width, thick, slim = self.width / 1000, self.thick / 1000, self.slim / 1000
        clear = self.clear / 1000
        return BodyShape(width, thick, self.flesh, self.peak, slim, self.even, clear, self.pennate, self.relax)


@dataclass(frozen=True, slots=True)
class Portrait:
    """One muscle's picture.

    `dim`: bones that only help to find one's way; `more`: room beyond the muscle, in mm. `shows`: landmarks that the
    picture is framed by instead of the muscle, so that neighbors can be compared.
    """

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
    shows: tuple[str, ...] = ()


LEFT = ("hip-bone-left",)
PELVIS = ("lumbar-5", "sacrum", "coccyx", "hip-bone")
HIP = (*PELVIS, "hip-bone-left", "femur")
KNEE = ("femur", "patella", "tibia", "fibula")
THIGH = (*HIP, "patella", "tibia", "fibula")
ONE_SIDE = (*PELVIS, *KNEE)
LEG = ("femur", "tibia", "fibula", "talus", "calcaneus", "foot", "toes")
TENDON = -1
# What the deep muscles of the hip have around them.
DEEP = ("pelvic-surface-of-sacrum", "ischial-tuberosity", "greater-trochanter", "lesser-trochanter")
DEEP_ROOM = (10.0, 10.0, 25.0, 10.0)

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
