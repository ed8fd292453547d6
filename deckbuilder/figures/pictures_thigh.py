"""The pictures of the muscles of the thigh."""

from __future__ import annotations

from deckbuilder.figures.bundles import (
    BASE,
    HIP,
    LEFT,
    ONE_SIDE,
    PATELLAR_LIGAMENT,
    TENDON,
    THIGH,
    At,
    Bundle,
    Cut,
    Portrait,
)

THIGH_PICTURES: dict[str, Portrait] = {
    "adductor-brevis": Portrait(
        "front", "Right thigh from the front", HIP, (Bundle(width=3, thick=8, flesh=(0, 0.95)),), dim=LEFT
    ),
    "adductor-longus": Portrait(
        "front", "Right thigh from the front", HIP, (Bundle(width=7, thick=10, flesh=(0.06, 0.95), peak=0.6),), dim=LEFT
    ),
    "adductor-magnus": Portrait(
        "back",
        "Right thigh from behind",
        THIGH,
        (
            Bundle("adductor-part", width=3, thick=8),
            Bundle("hamstring-part", width=12, thick=12, flesh=(0, 0.76), peak=0.4),
        ),
        dim=LEFT,
        more=(30, 30, 30, 90),
    ),
    "biceps-femoris": Portrait(
        "back",
        "Right thigh from behind",
        THIGH,
        (
            Bundle(
                "short-head",
                # on the long head's tendon
                insertion=(At("head-of-fibula", 0.5, (-3, 1, 45)), At("head-of-fibula", 0.5, (-3, 1, 25))),
                width=6,
                thick=9,
                slim=2,
                tone=1,
            ),
            Bundle("long-head", width=19, thick=18, flesh=(0.1, 0.85), peak=0.5, even=0.8, slim=3, tone=0),
        ),
        turn=12,
        dim=LEFT,
    ),
    "gracilis": Portrait(
        "front",
        "Right thigh from the front and the inner side",
        THIGH,
        (
            Bundle(
                width=10,
                thick=8,
                flesh=(0.01, 0.72),
                peak=0.4,
                even=0.7,
                cover=30,
                via=(
                    (At("medial-femoral-condyle", 0.5, (-11, -5, 4), whole=True),),
                    (At("medial-tibial-condyle", 0.5, (-5, 3, -8), whole=True),),
                ),
            ),
        ),
        turn=20,
        dim=LEFT,
    ),
    "pectineus": Portrait(
        "front",
        "Right hip from the front",
        HIP,
        (Bundle(origin=(Cut("pectineal-line-of-pubis", 0.2, 1),), width=3, thick=7, clear=3, cover=9),),
        tilt=14,
        dim=LEFT,
    ),
    "rectus-femoris": Portrait(
        "front",
        "Right thigh from the front",
        THIGH,
        (
            Bundle(insertion=BASE, width=23, thick=18, flesh=(0.09, 0.86), peak=0.45, pennate=True, slim=4, cover=25),
            PATELLAR_LIGAMENT,
        ),
        dim=LEFT,
    ),
    "sartorius": Portrait(
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
                    (At("medial-femoral-condyle", 0.5, (-15, -8, 12), whole=True),),
                    (At("medial-tibial-condyle", 0.5, (-5, 0, -8), whole=True),),
                ),
            ),
        ),
        turn=12,
        dim=LEFT,
    ),
    "semimembranosus": Portrait(
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
    "semitendinosus": Portrait(
        "back",
        "Right thigh from behind and the inner side",
        THIGH,
        (
            Bundle(
                width=16,
                thick=14,
                flesh=(0.04, 0.64),
                peak=0.5,
                even=0.8,
                cover=34,
                via=(
                    (At("medial-femoral-condyle", 0.5, (-4, 10, -6), whole=True),),
                    (At("medial-tibial-condyle", 0.5, (-6, 8, -6), whole=True),),
                ),
            ),
        ),
        turn=-20,
        dim=LEFT,
    ),
    "vastus-intermedius": Portrait(
        "front",
        "Right thigh from the front",
        THIGH,
        (
            Bundle(
                # The front and the outer side of the shaft, from the inner border over the top to the outer one.
                origin=(
                    At("shaft-of-femur", 0.9, (-12, -1, 0), whole=True),
                    At("shaft-of-femur", 0.15, (-10, 0, 0), whole=True),
                    At("shaft-of-femur", 0, (0, 0, 0), whole=True),
                    At("shaft-of-femur", 0.15, (4, 6, 0), whole=True),
                    At("shaft-of-femur", 0.9, (5, 7, 0), whole=True),
                ),
                insertion=BASE,
                width=9,
                thick=12,
                flesh=(0, 0.88),
                peak=0.55,
                even=0.5,
                clear=4,
                slim=6,
                cover=25,
            ),
            PATELLAR_LIGAMENT,
        ),
        dim=LEFT,
        more=(30, 30, 30, 90),
    ),
    "vastus-lateralis": Portrait(
        "side",
        "Right thigh from the side and the front",
        ONE_SIDE,
        (
            Bundle(
                origin=("intertrochanteric-line", "greater-trochanter", "gluteal-tuberosity", "linea-aspera"),
                insertion=("patella",),
                via=(
                    (
                        At("shaft-of-femur", 0.75, (10, -14, 0), whole=True),
                        At("lateral-supracondylar-line", 0.35, (21, -16, 0), whole=True),
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
    "vastus-medialis": Portrait(
        "front",
        "Right thigh from the front and the inner side",
        ONE_SIDE,
        (
            Bundle(
                origin=("intertrochanteric-line", "linea-aspera", "medial-supracondylar-line"),
                insertion=("patella",),
                via=(
                    (
                        At("shaft-of-femur", 0.15, (-13, -2, 0), whole=True),
                        At("medial-supracondylar-line", 0.45, (-3, -4, 0), whole=True),
                    ),
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
}
