"""What a learner sees of every kind of card: in a real Chromium, on narrow and wide screens, by day and by night.

The cards are those of each template that have most to show, of the shipped deck and of the example made hard: from right
to left, with words that do not end, four answers and six sources.
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import Card, Reviewer, Side
from conftest import ROOT
from looks import SIDES, chosen, learner

from deckbuilder.project import find

DAY, NIGHT = False, True
FINGER = 44  # px
# What of a phone of 390 x 844 is left to a card between its bars and Anki's.
FIRST_SCREEN = 664
# What says something without being text: whatever paints it must be seen.
GRAPHICS = [
    ("hr#answer", ""),
    (".strip .on", ""),
    (".pill", ""),
    (".answer ol.parts:not(.one) > li", "::before"),
    (".prof dt", ""),
    (".r:is(.a, .n, .i)", ""),
    (".see", ""),
    (":is(.yes, .no) h2", "::before"),
    (".choose li", "::before"),
    (".fill", ""),
    (".track i", ""),
    (".bands li", "::before"),
    (".curves .line", ""),
    (".options li", "::before"),
    (".letter span", ""),
    (".verdict span", ""),
    ("#typeans", ""),
]
# Forced: those of the system, for who sees little.
COLOURS = pytest.mark.parametrize("colours", ["none", "active"], ids=["own colours", "forced colours"])


@dataclass(frozen=True, slots=True)
class Faces:
    """The sides to look at, and the media that they show."""

    sides: list[tuple[Card, Side]]
    media: dict[str, bytes]


@pytest.fixture(scope="module")
def shipped() -> Faces:
    with learner(find(ROOT), typed="glutaeus") as (found, media):
        return Faces(most_to_show(found), media)


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Faces:
    root = tmp_path_factory.mktemp("hard")
    shutil.copytree(ROOT / "tests" / "example" / "cards", root / "cards")
    harden(root / "cards")
    with learner(find(root), typed="musculo") as (found, media):
        return Faces(most_to_show(found), media)


@pytest.fixture
def looked(reviewer: Reviewer, shipped: Faces, hard: Faces) -> Looked:
    """All of them; pictures are named by what they hold."""
    return Looked(reviewer, Faces(shipped.sides + hard.sides, shipped.media | hard.media))


class Looked:
    """Shows one side after the other, and keeps what is said against each."""

    def __init__(self, reviewer: Reviewer, faces: Faces) -> None:
        self.reviewer, self.faces = reviewer, faces
        reviewer.media = faces.media
        self.complaints: list[str] = []

    def at_all(self, *modes: bool, side: Side | None = None, unfolded: bool = True) -> Iterator[tuple[Card, Side]]:
        for night in modes:
            for card, each in self.faces.sides:
                if side in (None, each):
                    self.reviewer.show(card, each, night=night, unfolded=unfolded)
                    self._place = f"{card}, {each}{', night' * night}"
                    yield card, each

    def finds(self, complaints: list[str]) -> None:
        self.complaints += [f"{self._place}: {complaint}" for complaint in complaints]

    def has_nothing_to_say(self) -> None:
        assert not self.complaints, "\n".join([f"{len(self.complaints)} complaints", *self.complaints[:60]])


def most_to_show(found: list[Card]) -> list[tuple[Card, Side]]:
    """The longest front and the longest back of each template."""
    return [(card, side) for side in SIDES for card in chosen(found, most=side)]


def harden(cards: Path) -> None:
    """Edits to the example: names without an end, more answers and sources than are usual, read from right to left."""

    def edit(name: str, old: str, new: str) -> None:
        text = (cards / name).read_text("utf-8")
        assert re.search(old, text), f"{old!r} is not in {name}"
        (cards / name).write_text(re.sub(old, new, text), "utf-8")

    edit("deck.yaml", "language: en", "language: ar")
    for path in cards.glob("*.yaml"):
        if path.name != "deck.yaml" and "name: " in path.read_text("utf-8"):
            edit(path.name, r"\bname: ([\w-]+)", r"name: \1osternocleidomastoideobrachioradialis")
    four = "[supraglenoid-tubercle, infraglenoid-tubercle, lateral-epicondyle]"
    edit("muscle.yaml", "origin: supraglenoid-tubercle", f"origin: {four}")
    edit("muscle.yaml", r"latin: .*", "latin: العضلة ذات الرأسين العضدية")
    edit("muscle.yaml", "all: book", "all: [book, more-1, more-2, more-3, more-4]")
    source = "- {source: more-%d, title: A textbook, url: 'https://example.org/%d', read: section}\n"
    edit("vocabulary.yaml", r"\Z", "".join(source % (i, i) for i in range(1, 5)))


def test_every_template_is_looked_at_and_has_what_there_is_to_look_at(shipped: Faces, hard: Faces) -> None:
    made = {(card.notetype, card.template) for card, _ in shipped.sides}
    example = {(card.notetype[3:], card.template) for card, _ in hard.sides}
    html = "\n".join(getattr(card, side) for card, side in shipped.sides + hard.sides)

    assert {(kind[3:], template) for kind, template in made} == example
    for there in ("<details", "class=hint", "<img ", "input type=text id=typeans", "code id=typeans", 'dir="rtl"'):
        assert there in html, there


@pytest.mark.parametrize("width", [320, 390, 900, 1400])
def test_no_card_is_wider_than_the_screen_nor_cut_off(width: int, looked: Looked) -> None:
    looked.reviewer.size(width)

    for _ in looked.at_all(DAY):
        looked.finds(looked.reviewer.measure("layout"))

    looked.has_nothing_to_say()


@pytest.mark.parametrize(
    ("width", "style"),
    # By the size on which all others hang; by the zoom of Anki's window, which is one of its page.
    [(390, ".card.card { --size: 36px }"), (640, "body { zoom: 2 }")],
    ids=["size", "zoom"],
)
def test_text_of_twice_the_size_fits(width: int, style: str, looked: Looked) -> None:
    looked.reviewer.size(width)

    with looked.reviewer.styled(style):
        for _ in looked.at_all(DAY):
            looked.finds(looked.reviewer.measure("layout"))

    looked.has_nothing_to_say()


@COLOURS
def test_text_stands_out_by_seven_to_one(colours: str, looked: Looked) -> None:
    with looked.reviewer.emulating(forced_colors=colours):
        for _ in looked.at_all(DAY, NIGHT):
            looked.finds(looked.reviewer.measure("contrast", 7))

    looked.has_nothing_to_say()


@COLOURS
def test_what_is_no_text_stands_out_by_three_to_one(colours: str, looked: Looked) -> None:
    met = set()
    with looked.reviewer.emulating(forced_colors=colours):
        for _ in looked.at_all(DAY, NIGHT):
            measured = looked.reviewer.measure("graphics", GRAPHICS, 3)
            met.update(measured["met"])
            looked.finds(measured["found"])

    looked.has_nothing_to_say()
    assert met == {selector for selector, _ in GRAPHICS}, "one of them is on no card any more"


def test_axe_finds_no_fault(looked: Looked) -> None:
    """By the rules of WCAG 2 in all levels, and by what is good practice; experiments are left out."""
    tags = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    looked.reviewer.page.evaluate(Axe().axe_script)
    for _ in looked.at_all(DAY, NIGHT):
        looked.finds(looked.reviewer.measure("faults", tags))

    looked.has_nothing_to_say()


def test_what_can_be_pressed_is_large_enough_for_a_finger(looked: Looked) -> None:
    for _ in looked.at_all(DAY):
        looked.finds(looked.reviewer.measure("targets", FINGER))

    looked.has_nothing_to_say()


def test_the_focus_goes_everywhere_and_is_seen(looked: Looked) -> None:
    """By the Tab key, as for somebody without a mouse."""
    page = looked.reviewer.page
    for _ in looked.at_all(DAY):
        for expected in range(looked.reviewer.measure("focusable")):
            page.keyboard.press("Tab")
            looked.finds(looked.reviewer.measure("focus", expected, 3))

    looked.has_nothing_to_say()


def test_nothing_moves(looked: Looked) -> None:
    for _ in looked.at_all(DAY):
        looked.finds(looked.reviewer.measure("moving"))

    looked.has_nothing_to_say()


def test_the_answer_is_on_the_first_screen(reviewer: Reviewer, shipped: Faces) -> None:
    """And at least the head of a picture, without scrolling after the card was turned."""
    looked = Looked(reviewer, shipped)
    looked.reviewer.size(390, FIRST_SCREEN)
    for _ in looked.at_all(DAY, side="back", unfolded=False):
        looked.finds(looked.reviewer.measure("first", 100))

    looked.has_nothing_to_say()
