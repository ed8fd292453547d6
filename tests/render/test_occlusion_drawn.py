"""Masks as a learner sees them: drawn by Anki's own reviewer, the oldest that can and the newest, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support import ankis
from support.asked import lacking
from support.author import ROOT, Author
from support.judge import Anki

browser = pytest.importorskip("support.browser")
# Halves of a square: what lies left is covered by mask 1, right by mask 2; the strip between them by none.
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300" viewBox="0 0 9 9"><path fill="#c63" d="M0 0h9v9H0z"/></svg>'
CARD = """\
occlusion: halves
name: Halves
picture: {{file: square.svg, alt: A square, credit: Us}}
mode: {mode}
masks:
  1: {{label: Left, box: [0, 0, 0.4, 1]}}
  2: {{label: Right, box: [0.6, 0, 0.4, 1]}}
regions: [arm]
sources: openstax-ap2e-11-5
"""
# The color of the canvas in the middle of each half and between them, and of the rim of each; '' where nothing is drawn.
COLORS = """() => {
  const canvas = document.getElementById("image-occlusion-canvas"), brush = canvas.getContext("2d");
  const at = (x, y) => {
    const [r, g, b, a] = brush.getImageData(x * canvas.width, y * canvas.height, 1, 1).data;
    return a ? `rgb(${r}, ${g}, ${b})` : "";
  };
  return {left: at(0.2, 0.5), between: at(0.5, 0.5), right: at(0.8, 0.5), rim: at(0.4, 0.5)};
}"""
COLOR = """name => {
  const made = document.querySelector(".db").appendChild(document.createElement("i"));
  made.style.color = `var(${name})`;
  const found = getComputedStyle(made).color;
  made.remove();
  return found;
}"""
PLACES = """() => ["img", "#image-occlusion-canvas"].map(each => {
  const box = document.querySelector(`#image-occlusion-container ${each}`).getBoundingClientRect();
  return [box.x, box.y, box.width, box.height].map(Math.round);
})"""
SHOWN = """() => ["image-occlusion-container", "toggle", "err"].filter(id => {
  const found = document.getElementById(id);
  return found && found.checkVisibility();
})"""


# The preview draws masks itself; whatever holds in Anki's reviewers must hold in it.
OURS = ROOT / "deckbuilder/verbs/preview/page/masks.js"


@pytest.fixture(params=[*ankis.DRAWING, "preview"])
def window(request: pytest.FixtureRequest, chromium: Any) -> Iterator[Any]:
    script = OURS if request.param == "preview" else ankis.reviewer(request.param)
    if not script.is_file():
        lacking(request, f"the reviewer of Anki {request.param} is not installed here: make ankis")
    made = browser.Reviewer(chromium, script=script)
    made.size(390)
    yield made
    assert (made.asked, made.said) == ([], [])
    made.page.close()


def cards(author: Author, anki: Anki, mode: str) -> list[Any]:
    author.write("cards/occlusion.yaml", CARD.format(mode=mode))
    author.write("cards/media/square.svg", SQUARE)
    anki.imports(author.build().path)
    return [card for card in browser.cards(anki) if card.key == "occlusion/halves"]


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("mode", ["hide-one", "hide-all"])
def test_what_is_asked_is_covered_and_the_rest_only_if_all_is_hidden(
    author: Author, anki: Anki, window: Any, mode: str, night: bool
) -> None:
    first, second = cards(author, anki, mode)
    window.media = anki.media()

    for card, here, there in ((first, "left", "right"), (second, "right", "left")):
        window.show(card, "front", night=night)
        drawn = window.page.evaluate(COLORS)
        asked, others = (window.page.evaluate(COLOR, name) for name in ("--k", "--raise"))

        assert drawn[here] == asked
        assert drawn[there] == (others if mode == "hide-all" else "")
        assert drawn["between"] == ""


def test_the_masks_lie_on_the_picture_on_every_screen(author: Author, anki: Anki, window: Any) -> None:
    first, _ = cards(author, anki, "hide-one")
    window.media = anki.media()

    for width, height in ((320, 568), (390, 844), (844, 390), (1400, 900)):
        window.size(width, height)
        for side in ("front", "back"):
            window.show(first, side)
            picture, canvas = window.page.evaluate(PLACES)

            assert picture == canvas
            assert abs(picture[2] - picture[3]) <= 1 and picture[2] > 200, "a square stays one, and can be seen"
            assert window.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_back_uncovers_what_was_asked_and_lifts_the_others_on_a_button(
    author: Author, anki: Anki, window: Any
) -> None:
    first, _ = cards(author, anki, "hide-all")
    window.media = anki.media()

    window.show(first, "back")

    assert window.page.inner_text(".answer .big") == "Left"
    drawn = window.page.evaluate(COLORS)
    assert (drawn["left"], drawn["between"]) == ("", "") and drawn["right"]
    assert window.page.evaluate(SHOWN) == ["image-occlusion-container", "toggle"]
    for covered in (False, True):
        window.page.click("#toggle")
        seen = window.page.is_visible("#image-occlusion-canvas") and window.page.evaluate(COLORS)["right"]
        assert bool(seen) == covered


def test_where_nothing_else_is_hidden_there_is_nothing_to_lift(author: Author, anki: Anki, window: Any) -> None:
    first, _ = cards(author, anki, "hide-one")
    window.media = anki.media()

    window.show(first, "back")

    assert window.page.evaluate(SHOWN) == ["image-occlusion-container"]
    assert not window.page.evaluate(COLORS)["left"] and not window.page.evaluate(COLORS)["right"]


@pytest.mark.parametrize("side", ["front", "back"])
def test_an_anki_that_cannot_draw_shows_no_picture_and_says_why(
    author: Author, anki: Anki, chromium: Any, side: Any
) -> None:
    """It would show the answer."""
    first, _ = cards(author, anki, "hide-all")
    window = browser.Reviewer(chromium)
    window.page.evaluate("() => { window.anki = {} }")
    window.media = anki.media()

    window.show(first, side)

    assert window.page.evaluate(SHOWN) == ["err"]
    assert "a newer Anki" in window.page.inner_text("#err")
    window.page.close()
