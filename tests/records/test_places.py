"""Places and plates: what a record may say, and that a slip is told where it stands, long before anything is drawn."""

from __future__ import annotations

import pytest

from deckbuilder import source
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.records import Place, Record, parse

PLACE = """\
place: iliac-crest
mesh: hip-bone
points:
  - {furthest: [0, -1, 0], up: [0.55, 0.75]}
  - {lateral: [0.3, 0.8], moved: [-8, 0, 0]}
  - {between: [{near: [0, 0, 1]}, {mesh: sacrum, around: [0.5, 90]}], shares: [0, 1]}
taken:
  iliacus: [{medial: [0.15, 0.76]}]
  biceps-femoris/long-head: [{furthest: [0, 0, 1], back: 0.3, up: [0.6, 1]}]
"""
PLATE = """\
plate: knee-front
seen: Right knee from the front
view: front
bones: [femur, tibia]
bottom: {mesh: tibia, up: 0.74}
right: [patella, iliac-crest]
shares: {iliac-crest: 0.25}
at: {patella: {mesh: femur, front: [0.3, 0.05]}}
"""
FIGURE = """\
figure: soleus
tendon: [3, 4]
"""


def read(text: str) -> tuple[list[Record], list[Diagnostic]]:
    documents, unreadable = source.parse(source.File("cards/figures/a.yaml", text))
    assert not unreadable
    return parse(documents)


@pytest.mark.parametrize("text", [PLACE, PLATE, FIGURE])
def test_what_is_written_as_the_docs_say_is_read(text: str) -> None:
    found, faults = read(text)

    assert len(found) == 1 and faults == []


def test_what_a_muscle_takes_is_its_own_or_that_of_its_part_or_all_of_it() -> None:
    (place,), _ = read(PLACE)
    assert isinstance(place, Place)

    assert place.path_to("iliacus") == ("taken", "iliacus")
    assert place.path_to("iliacus", "upper-part") == ("taken", "iliacus")
    assert place.path_to("biceps-femoris", "long-head") == ("taken", "biceps-femoris/long-head")
    assert place.path_to("biceps-femoris") == place.path_to() == ("points",)
    assert place.taken_by("iliacus") == place.taken["iliacus"]
    assert place.taken_by("sartorius") == place.points
    assert [vars(each)["back"] for each in place.taken_by("biceps-femoris", "long-head")] == [(0.3,)]


@pytest.mark.parametrize(
    ("text", "old", "new", "told"),
    [
        (PLACE, "lateral: [0.3, 0.8]", "laterel: [0.3, 0.8]", "5:6: unknown-key: 'laterel' is not a key of 'points'"),
        (PLACE, "[0.3, 0.8]", "[0.3, 1.8]", "5:21: wrong-type: lateral: expected 1 or less, found the number 1.8"),
        (PLACE, "[0.3, 0.8]", "[0.3]", "5:15: wrong-type: lateral: expected two numbers, found 1"),
        (PLACE, "[0.3, 0.8]", "0.3", "5:15: wrong-type: lateral: expected a list, found the number 0.3"),
        (PLACE, "[0.3, 0.8]", "[0.3, high]", "5:21: wrong-type: lateral: expected a number, found 'high'"),
        (PLACE, "[-8, 0, 0]", "[-800, 0, 0]", "5:35: wrong-type: moved: expected -100 or more, found the number -800"),
        (
            PLACE,
            "near: [0, 0, 1]",
            "near: [0, 0, -1]",
            "6:30: wrong-type: near: expected 0 or more, found the number -1",
        ),
        (PLACE, "[0.5, 90]", "[0.5, 400]", "6:64: wrong-type: around: expected 360 or less, found the number 400"),
        (PLACE, "near: [0, 0, 1]", "mesh: ilium", "6:16: place-form: between: the point is found in no way"),
        (
            PLACE,
            "{lateral: [0.3, 0.8], moved",
            "{lateral: [0.3, 0.8], near: [0, 0, 0], moved",
            "5:5: place-form: points: the point is found in two ways, lateral and near",
        ),
        (PLACE, "lateral: [0.3, 0.8], moved: [-8, 0, 0]", "moved: [-8, 0, 0]", "5:5: place-form: points: the point is"),
        (PLACE, "moved: [-8, 0, 0]", "up: 0.3", "5:5: place-form: points: `up` says where `furthest` looks"),
        (PLACE, "[0, -1, 0]", "[0, 0, 0]", "4:5: place-form: points: the point is furthest towards nothing"),
        (PLACE, "[0.55, 0.75]", "[0.75, 0.55]", "4:5: place-form: points: `up` ends before it begins"),
        (PLACE, "up: [0.55, 0.75]", "up: 1.5", "4:32: wrong-type: up: expected 1 or less, found the number 1.5"),
        (PLACE, "up: [0.6, 1]", "up: 0.7", "9:30: place-form: biceps-femoris/long-head: there are sections along two"),
        (PLACE, "[{medial: [0.15, 0.76]}]", "[]", "8:12: wrong-type: iliacus: expected at least 1, found a list"),
        (PLACE, "iliacus:", "Iliacus:", "8:3: bad-id: Iliacus: 'Iliacus' is not an id"),
        (PLACE, "mesh: hip-bone\n", "", "1:1: missing-key: a place record has no 'mesh'"),
        (PLATE, "view: front", "view: frnt", "3:7: unknown-value: view: 'frnt' is not one of the values"),
        (PLATE, "up: 0.74", "up: 74", "5:27: wrong-type: up: expected 1 or less, found the number 74"),
        (PLATE, "{iliac-crest: 0.25}", "{iliac-crest: 25}", "7:23: wrong-type: iliac-crest: expected 1 or less"),
        (PLATE, "front: [0.3, 0.05]", "frnt: [0.3, 0.05]", "8:29: unknown-key: 'frnt' is not a key of 'at'"),
        (PLATE, "bones: [femur, tibia]", "bones: []", "4:8: wrong-type: bones: expected at least 1, found a list"),
        (FIGURE, "[3, 4]", "[3]", "2:9: wrong-type: tendon: expected two numbers, found 1"),
        (FIGURE, "[3, 4]", "[3, 4, 5]", "2:9: wrong-type: tendon: expected two numbers, found 3"),
    ],
)
def test_a_slip_is_told_where_it_stands(text: str, old: str, new: str, told: str) -> None:
    assert old in text

    found, faults = read(text.replace(old, new, 1))

    assert found == []
    assert [str(each) for each in faults if f"cards/figures/a.yaml:{told}" in str(each)], [*map(str, faults)]
    assert all(each.help for each in faults)
