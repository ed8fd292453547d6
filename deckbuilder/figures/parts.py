"""What one muscle takes of a landmark, as the small print of its record says; the rest of the table is in `places`.

The key is the muscle, or its head or part as `muscle/part`, and the landmark or structure.
"""

from __future__ import annotations

from deckbuilder.figures.places import ASIS, FORAMEN, Across, Shape, inner, lower_edge, on, outer, shaft
from deckbuilder.figures.surface import Around, Extreme, FirstMet, Near

MEDIAL_FACE_OF_TROCHANTER = on("femur", Near(0.27, 0.7, 0.95))

PARTS: dict[tuple[str, str], Shape] = {
    # behind the posterior gluteal line, between it and the anterior one, between that and the inferior one
    ("gluteus-maximus", "gluteal-surface-of-ilium"): outer((0.86, 0.86), (0.92, 0.78), (0.95, 0.69)),
    ("gluteus-maximus", "dorsal-surface-of-sacrum"): on(
        "sacrum", FirstMet("back", (0.17, 0.52)), FirstMet("back", (0.24, 0.5)), FirstMet("back", (0.35, 0.3))
    ),
    ("gluteus-medius", "gluteal-surface-of-ilium"): outer(
        (0.18, 0.76), (0.3, 0.86), (0.46, 0.93), (0.64, 0.91), (0.75, 0.78), (0.72, 0.64)
    ),
    ("gluteus-minimus", "gluteal-surface-of-ilium"): outer((0.2, 0.64), (0.36, 0.7), (0.52, 0.67), (0.6, 0.56)),
    ("gluteus-maximus", "iliotibial-tract"): (
        Across(
            ("femur", FirstMet("lateral", (0.8, 0.88))),
            ("femur", FirstMet("lateral", (0.35, 0.07))),
            shares=(0.02, 0.13, 0.25),
            off=(-0.008, 0, 0),
        ),
    ),
    ("iliacus", "iliac-crest"): inner((0.15, 0.76), (0.3, 0.86), (0.45, 0.93), (0.6, 0.96)),
    ("iliacus", "lesser-trochanter"): on("femur", Extreme((1, 0.6, 0), up=(0.79, 0.86)), Around(0.785, 290)),
    ("tensor-fasciae-latae", "iliac-crest"): outer((0.08, 0.7), (0.15, 0.76)),
    ("tensor-fasciae-latae", "anterior-superior-iliac-spine"): outer((0.05, 0.64)),
    ("tensor-fasciae-latae", "iliotibial-tract"): (
        Across(
            ("femur", FirstMet("lateral", (0.6, 0.88))),
            ("femur", FirstMet("lateral", (0.3, 0.07))),
            shares=(0.33,),
            off=(-0.008, -0.014, 0),
        ),
    ),
    ("sartorius", "anterior-superior-iliac-spine"): on("hip-bone", ASIS, Extreme((0, -1, 0), up=(0.57, 0.6))),
    # the obturator muscles: one without, one within
    ("obturator-externus", "obturator-margin"): outer(*FORAMEN[:5]),
    ("obturator-internus", "obturator-margin"): inner(
        (0.2, 0.19), (0.25, 0.1), (0.38, 0.05), (0.52, 0.04), (0.63, 0.1), (0.63, 0.2)
    ),
    ("obturator-internus", "greater-trochanter"): MEDIAL_FACE_OF_TROCHANTER,
    ("superior-gemellus", "greater-trochanter"): MEDIAL_FACE_OF_TROCHANTER,
    ("inferior-gemellus", "greater-trochanter"): MEDIAL_FACE_OF_TROCHANTER,
    ("piriformis", "greater-trochanter"): on("femur", Extreme((0, 0, 1), across=(0, 0.25))),
    ("vastus-lateralis", "greater-trochanter"): on(
        "femur", FirstMet("front", (0.1, 0.9)), FirstMet("lateral", (0.6, 0.86))
    ),
    # the ischial tuberosity, from its upper edge to its lowest point
    ("inferior-gemellus", "ischial-tuberosity"): on("hip-bone", Near(0.63, 0.8, 0.22)),
    ("quadratus-femoris", "ischial-tuberosity"): on("hip-bone", Near(0.5, 0.75, 0.17), Near(0.5, 0.75, 0.1)),
    ("semimembranosus", "ischial-tuberosity"): on("hip-bone", Near(0.54, 0.85, 0.19)),
    ("biceps-femoris/long-head", "ischial-tuberosity"): on("hip-bone", Near(0.6, 0.85, 0.14)),
    ("semitendinosus", "ischial-tuberosity"): on("hip-bone", Near(0.6, 0.85, 0.12)),
    ("adductor-magnus/hamstring-part", "ischial-tuberosity"): on("hip-bone", Near(0.6, 0.72, 0.03)),
    # the pubis
    ("adductor-longus", "body-of-pubis"): on("hip-bone", FirstMet("front", (0.93, 0.21))),
    ("adductor-brevis", "body-of-pubis"): on("hip-bone", FirstMet("front", (0.94, 0.185))),
    ("adductor-brevis", "inferior-pubic-ramus"): lower_edge(0.18, 0.26),
    ("adductor-magnus/adductor-part", "inferior-pubic-ramus"): lower_edge(0.3, 0.38),
    ("gracilis", "body-of-pubis"): on("hip-bone", FirstMet("front", (0.97, 0.15))),
    # linea aspera: adductors between its lips, vasti on the lips, short head of biceps on the lateral one
    ("vastus-lateralis", "intertrochanteric-line"): on(
        "femur", FirstMet("front", (0.27, 0.93)), FirstMet("front", (0.35, 0.9))
    ),
    ("vastus-medialis", "intertrochanteric-line"): on(
        "femur", FirstMet("front", (0.43, 0.855)), FirstMet("front", (0.38, 0.81))
    ),
    ("adductor-brevis", "pectineal-line-of-femur"): shaft("femur", (0.78, 208), (0.74, 192)),
    ("adductor-brevis", "linea-aspera"): shaft("femur", (0.72, 186), (0.66, 186), (0.6, 186)),
    ("adductor-longus", "linea-aspera"): shaft("femur", (0.58, 188), (0.52, 188), (0.46, 188)),
    ("adductor-magnus/adductor-part", "gluteal-tuberosity"): shaft("femur", (0.79, 165), (0.74, 172)),
    ("adductor-magnus/adductor-part", "linea-aspera"): shaft(
        "femur", *((up, 181) for up in (0.72, 0.62, 0.52, 0.42, 0.32))
    ),
    ("vastus-medialis", "linea-aspera"): shaft("femur", *((up, 200) for up in (0.72, 0.62, 0.52, 0.42, 0.32))),
    ("vastus-medialis", "medial-supracondylar-line"): on(
        "femur", FirstMet("back", (0.47, 0.32)), FirstMet("back", (0.6, 0.22))
    ),
    ("vastus-lateralis", "gluteal-tuberosity"): shaft("femur", (0.8, 135), (0.72, 150)),
    ("vastus-lateralis", "linea-aspera"): shaft("femur", (0.72, 163), (0.62, 163), (0.53, 163)),
    ("biceps-femoris/short-head", "linea-aspera"): shaft("femur", (0.6, 172), (0.5, 172), (0.4, 172), (0.32, 172)),
    ("biceps-femoris/short-head", "lateral-supracondylar-line"): on(
        "femur", FirstMet("back", (0.44, 0.32)), FirstMet("back", (0.46, 0.2))
    ),
    ("plantaris", "lateral-supracondylar-line"): on(
        "femur", FirstMet("back", (0.45, 0.16)), FirstMet("back", (0.42, 0.11))
    ),
    # about the knee
    ("rectus-femoris", "patella"): on("patella", Near(0.5, 0.3, 1)),
    ("vastus-intermedius", "patella"): on("patella", Near(0.5, 0.5, 1)),
    ("vastus-lateralis", "patella"): on("patella", Near(0.1, 0.5, 0.85), Near(0, 0.5, 0.65)),
    ("vastus-medialis", "patella"): on("patella", Near(0.9, 0.5, 0.85), Near(1, 0.5, 0.6)),
    ("gastrocnemius/medial-head", "medial-femoral-condyle"): on("femur", FirstMet("back", (0.82, 0.095))),
    ("gastrocnemius/lateral-head", "lateral-femoral-condyle"): on("femur", Near(0.28, 0.55, 0.1)),
    ("popliteus", "lateral-femoral-condyle"): on("femur", FirstMet("lateral", (0.45, 0.045))),
    ("biceps-femoris", "head-of-fibula"): on("fibula", Near(0, 0.65, 0.98)),
    ("soleus", "head-of-fibula"): on("fibula", Around(0.96, 180), Around(0.82, 180), Around(0.68, 180)),
    ("soleus", "soleal-line"): shaft("tibia", (0.89, 150), (0.82, 180), (0.74, 215), (0.67, 240), (0.52, 255)),
    ("semimembranosus", "medial-tibial-condyle"): on("tibia", Near(0.88, 0.85, 0.955)),
    ("sartorius", "pes-anserinus-area"): shaft("tibia", (0.88, 325), (0.84, 325)),
    ("gracilis", "pes-anserinus-area"): shaft("tibia", (0.875, 310), (0.85, 310)),
    ("semitendinosus", "pes-anserinus-area"): shaft("tibia", (0.85, 308), (0.82, 308)),
    ("plantaris", "posterior-surface-of-calcaneus"): on("calcaneus", FirstMet("back", (0.72, 0.48))),
}
