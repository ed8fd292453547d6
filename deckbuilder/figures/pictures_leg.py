"""The pictures of the muscles of the leg that move the knee."""

from __future__ import annotations

from deckbuilder.figures.bundles import CALCANEAL_TENDON, KNEE, LEG, TENDON, At, Bundle, Cut, Portrait

LEG_PICTURES: dict[str, Portrait] = {
    "gastrocnemius": Portrait(
        "back",
        "Right leg from behind",
        LEG,
        (
            CALCANEAL_TENDON,
            Bundle(
                "lateral-head",
                insertion=(At("posterior-surface-of-calcaneus", 0.3, (13, -8, 196), whole=True),),
                width=22,
                thick=15,
                flesh=(0.02, 1),
                peak=0.55,
                slim=6,
                tone=1,
            ),
            Bundle(
                "medial-head",
                insertion=(At("posterior-surface-of-calcaneus", 0.3, (-14, -8, 178), whole=True),),
                width=25,
                thick=21,
                flesh=(0.02, 1),
                peak=0.55,
                slim=6,
                tone=0,
                nearer=7,
            ),
        ),
    ),
    "plantaris": Portrait(
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
    "popliteus": Portrait(
        "back",
        "Right knee from behind",
        KNEE,
        (Bundle(width=5, thick=6, flesh=(0.22, 1), relax=False, cover=30),),
    ),
    "soleus": Portrait(
        "back",
        "Right leg from behind",
        LEG,
        (
            CALCANEAL_TENDON,
            Bundle(
                origin=(Cut("head-of-fibula", 1, 0), "soleal-line"),
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
