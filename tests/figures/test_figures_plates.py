"""Plates: bones with their landmarks named, in boxes that image occlusion can cover."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from importlib.util import find_spec
from itertools import combinations, pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.author import ROOT

from deckbuilder.anatomy.library import Library
from deckbuilder.core.project import find
from deckbuilder.records import Muscle, Plate
from deckbuilder.workspace import Workspace

if not all(find_spec(name) for name in ("scipy", "skimage", "trimesh")):
    pytest.skip("needs the extra `figures` (Python 3.11)", allow_module_level=True)

from deckbuilder.figures import labels, plates, stated
from deckbuilder.figures.labels import Label, Wanted

PHONE = 350  # pixels that a picture gets on a phone of 390
WORDS = st.text("abcdefghij", min_size=1, max_size=12)
PLACES = st.tuples(st.integers(0, 400), st.integers(0, 800))


@cache
def shipped() -> Library:
    return Workspace(find(ROOT)).library


NAMES = [plate.id for plate in shipped().of(Plate)]
MEDIA = ROOT / "cards" / "media"


@cache
def drawn() -> tuple[dict[str, str], dict[str, Any]]:
    """What is committed: the files by name, and the index."""
    index: dict[str, Any] = json.loads((MEDIA / "figures.json").read_text("utf-8"))["plates"]
    return {each["file"]: (MEDIA / each["file"]).read_text("utf-8") for each in index.values()}, index


def svg(name: str) -> str:
    return drawn()[0][f"figures/{name}.svg"]


def entry(name: str) -> dict[str, Any]:
    found: dict[str, Any] = drawn()[1][name]
    return found


def test_every_landmark_of_the_deck_is_on_a_plate() -> None:
    library = shipped()
    held = {
        fact.id for muscle in library.of(Muscle) for about in ("origin", "insertion") for fact in muscle.facts(about)
    }

    named = {label["landmark"] for name in drawn()[1] for label in entry(name)["labels"]}

    assert named == held


@pytest.mark.parametrize("name", NAMES)
def test_a_plate_names_a_dozen_landmarks_at_most_in_the_vocabularys_words(name: str) -> None:
    found = entry(name)["labels"]

    assert stated.LEAST <= len(found) <= 12
    assert [label["text"] for label in found] == [shipped().site_short(label["landmark"]) for label in found]


@pytest.mark.parametrize("name", NAMES)
def test_labels_lie_inside_the_picture_and_none_over_another(name: str) -> None:
    boxes = [label["box"] for label in entry(name)["labels"]]

    for x, y, w, h in boxes:
        assert x >= 0 and y >= 0 and x + w <= 1 and y + h <= 1
    for (ax, ay, aw, ah), (bx, by, bw, bh) in combinations(boxes, 2):
        assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay


@pytest.mark.parametrize("name", NAMES)
def test_what_a_leader_shows_is_covered_by_no_label(name: str) -> None:
    found = entry(name)["labels"]

    for shown in found:
        x, y = shown["at"]
        assert 0 < x < 1 and 0 < y < 1
        assert not any(
            left <= x <= left + w and top <= y <= top + h for left, top, w, h in (each["box"] for each in found)
        )


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_what_the_index_says_of_it(name: str) -> None:
    root = ElementTree.fromstring(svg(name))

    texts = [" ".join(span.text or "" for span in text) for text in root.iter("{http://www.w3.org/2000/svg}text")]

    assert [int(root.attrib[side]) for side in ("width", "height")] == entry(name)["size"]
    assert texts == [label["text"] for label in entry(name)["labels"]]
    assert entry(name)["file"] == f"figures/{name}.svg"


@pytest.mark.parametrize("name", NAMES)
def test_a_plate_is_small_and_asks_for_nothing(name: str) -> None:
    assert len(svg(name)) < 16_000
    assert "prefers-color-scheme:dark" in svg(name)
    assert not re.search(r"<script|href|url\(|@import|http(?!://www\.w3\.org/2000/svg\")", svg(name))


def test_text_is_legible_on_a_phone() -> None:
    for name in NAMES:
        units = float(ElementTree.fromstring(svg(name)).attrib["viewBox"].split()[2])

        size = re.search(r"text\{[^}]*font:(\d+)px", svg(name))

        assert size is not None
        assert int(size[1]) * PHONE / units >= 12
        assert int(size[1]) == labels.SIZE


@pytest.mark.parametrize("name", NAMES)
def test_no_two_leaders_cross(name: str) -> None:
    wide, high = (2 * side for side in entry(name)["size"])
    found = []
    for each in entry(name)["labels"]:
        (left, top, w, h), (x, y) = each["box"], each["at"]
        box = (left * wide, top * high, w * wide, h * high)
        found.append(
            Label(each["landmark"], (), *box, (x * wide, y * high), each["landmark"] in shipped().get(Plate, name).left)
        )

    assert not [(a.id, b.id) for a, b in combinations(found, 2) if labels.crossing(a, b)]


@pytest.mark.skipif(not os.environ.get("DECKBUILDER_MESHES"), reason="needs the meshes of a body")
def test_a_plate_is_the_same_each_time() -> None:
    again, _ = plates.draw(shipped(), shipped().get(Plate, "femur-upper-back"))

    assert again == svg("femur-upper-back")


def test_a_deck_without_muscles_gets_no_plate() -> None:
    empty = Library(record for record in shipped().records.values() if not isinstance(record, Muscle))

    assert stated.plates_of(empty) == []


@given(
    st.lists(st.tuples(st.lists(WORDS, min_size=1, max_size=4), PLACES), max_size=10, unique_by=lambda each: each[1])
)
def test_a_column_keeps_its_labels_apart_and_their_leaders_uncrossed(
    made: list[tuple[list[str], tuple[int, int]]],
) -> None:
    wanted = [Wanted(str(number), " ".join(words), at) for number, (words, at) in enumerate(made)]
    _, high = labels.room(wanted, 200)

    placed = labels.column(wanted, 450, 200, (0, max(high, 800)), on_left=False)

    assert {label.id for label in placed} == {each.id for each in wanted}
    assert all(a.top + a.height <= b.top + 1e-6 for a, b in pairwise(placed))
    assert all(label.top >= 0 and label.top + label.height <= max(high, 800) for label in placed)
    assert not [(a, b) for a, b in combinations(placed, 2) if labels.crossing(a, b)]


@given(st.lists(WORDS, min_size=1, max_size=5), st.integers(50, 400))
def test_a_name_is_wrapped_into_the_fewest_lines_that_fit(words: list[str], most: int) -> None:
    text = " ".join(words)

    lines = labels.wrap(text, most)

    assert " ".join(lines) == text
    if max(map(labels.width, lines)) > most:
        assert len(lines) == len(words)
    if labels.width(text) <= most:
        assert lines == (text,)


def test_a_label_stands_beside_its_point_where_it_can() -> None:
    (label,) = labels.column([Wanted("a", "femur", (10, 300))], 100, 200, (0, 600), on_left=True)

    assert isinstance(label, Label)
    assert label.top + label.height / 2 == pytest.approx(300)
    assert label.left + label.width == 100
