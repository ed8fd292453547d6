"""The shapes of the moment arms on cards are those that the muscle model gives."""

from __future__ import annotations

import pytest
from support.author import ROOT

from deckbuilder import records, source
from deckbuilder.records import Curve


def test_the_curve_on_the_cards_is_computed_not_typed() -> None:
    pytest.importorskip("mujoco", reason="the extra `figures` is not installed")
    from deckbuilder.figures import moment_arms

    documents, _ = source.read([ROOT / "cards/vocabulary/curves.yaml"], ROOT)
    found, _ = records.parse(documents)
    (curve,) = (each for each in found if isinstance(each, Curve))

    computed = {
        group: [(float(angle), float(f"{share:.2g}")) for angle, share in shape.items()]
        for group, shape in moment_arms.shapes().items()
    }

    assert {line.name: [tuple(point) for point in line.shape] for line in curve.lines} == computed
