"""What a learner sees of every kind of card: in a real Chromium, on narrow and wide screens, by day and by night.

The cards are those of each template that have most to show, of the shipped deck and of the example made hard: from right
to left, with words that do not end, four answers and six sources.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from looks import SIDES, chosen, learner
from support.asked import spread
from support.author import ROOT, Author
from support.browser import Card, Reviewer, Side, cards
from support.judge import Anki, SeenNoteType

from deckbuilder.core.project import find
from deckbuilder.render.notetypes import compact

DAY, NIGHT = False, True
FINGER = 44  # px
SOME_CARDS = 150
KB = 1024
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
# One measure after the other of a side that is shown once, with what each is given.
AS_IT_COMES: dict[str, tuple[Any, ...]] = {
    "layout": (),
    "contrast": (7,),
    "links": (),
    "targets": (FINGER,),
    "moving": (),
}
Known = dict[bool, dict[str, list[str]]]
AXE = {
    "tag": ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rule": ["color-contrast", "color-contrast-enhanced", "link-in-text-block"],
}


@dataclass(frozen=True, slots=True)
class Faces:
    """All cards, the sides of them to look at, the media that they show, and how they are made."""

    cards: list[Card]
    sides: list[tuple[Card, Side]]
    media: dict[str, bytes]
    kinds: list[SeenNoteType]


@pytest.fixture(scope="module")
def shipped() -> Faces:
    with learner(find(ROOT)) as anki:
        return most_to_show(anki)


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Faces:
    root = tmp_path_factory.mktemp("hard")
    shutil.copytree(ROOT / "tests" / "example" / "cards", root / "cards")
    harden(root / "cards")
    with learner(find(root)) as anki:
        return most_to_show(anki)


@pytest.fixture
def some(reviewer: Reviewer, hard: Faces) -> Looked:
    """Enough where the keyboard takes its time: of each template one card with all that it can have."""
    return Looked(reviewer, hard.sides, hard.media)


@pytest.fixture
def looked(reviewer: Reviewer, shipped: Faces, hard: Faces) -> Looked:
    """All of them; pictures are named by what they hold."""
    return Looked(reviewer, shipped.sides + hard.sides, shipped.media | hard.media)


@pytest.fixture
def enough(request: pytest.FixtureRequest, some: Looked, looked: Looked) -> Looked:
    """For the further ways to look at cards that are looked at as they come: in full, all of them."""
    return looked if request.config.getoption("--in-full") else some


@pytest.fixture(scope="module")
def known() -> Known:
    """What was found in each way to look, by its name."""
    return {}


class Looked:
    """Shows one side after the other, and keeps what is said against each."""

    def __init__(self, reviewer: Reviewer, sides: list[tuple[Card, Side]], media: dict[str, bytes]) -> None:
        self.reviewer, self.sides = reviewer, sides
        reviewer.media = media
        self.complaints: list[str] = []
        self.opened = 0

    def at_all(self, *modes: bool, side: Side | None = None, unfolded: bool = True) -> Iterator[tuple[Card, Side]]:
        for night in modes:
            for card, each in self.sides:
                if side in (None, each):
                    self.reviewer.show(card, each, night=night, unfolded=unfolded)
                    self._place = f"{card}, {each}{', night' * night}"
                    yield card, each

    def notices(self, what: str, known: Known, *modes: bool) -> None:
        """What is said against all sides by one measure, of all that are taken when a side is shown as it comes."""
        for night in modes:
            if night not in known:
                known[night] = self._measured(night)
            self.complaints += known[night][what]

    def _measured(self, night: bool) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {what: [] for what in AS_IT_COMES}
        for _ in self.at_all(night):
            for what, complaints in self.reviewer.measures(AS_IT_COMES).items():
                found[what] += self._placed(complaints)
        return found

    def finds(self, complaints: list[str]) -> None:
        self.complaints += self._placed(complaints)

    def _placed(self, complaints: list[str]) -> list[str]:
        return [f"{self._place}: {complaint}" for complaint in complaints]

    def has_nothing_to_say(self) -> None:
        assert not self.complaints, "\n".join([f"{len(self.complaints)} complaints", *self.complaints[:60]])


def most_to_show(anki: Anki) -> Faces:
    """The longest front and the longest back of each template."""
    found = cards(anki, typed="musculo")
    names = {card.notetype for card in found}
    kinds = [kind for name, kind in anki.notetypes().items() if name in names]
    return Faces(found, [(card, side) for side in SIDES for card in chosen(found, most=side)], anki.media(), kinds)


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


def test_there_is_something_to_look_at(looked: Looked) -> None:
    html = "\n".join(getattr(card, side) for card, side in looked.sides)

    for there in ("<details", "class=hint", "<img ", "input type=text id=typeans", "code id=typeans", 'dir="rtl"'):
        assert there in html, there


def test_no_card_is_wider_than_the_screen_nor_cut_off(looked: Looked, known: Known) -> None:
    looked.notices("layout", known, DAY)

    looked.has_nothing_to_say()


@pytest.mark.sampled
@pytest.mark.parametrize("width", [320, 900, 1400])
def test_on_narrow_and_wide_screens_no_card_is_wider_nor_cut_off(width: int, enough: Looked) -> None:
    enough.reviewer.size(width)

    for _ in enough.at_all(DAY):
        enough.finds(enough.reviewer.measure("layout"))

    enough.has_nothing_to_say()


@pytest.mark.sampled
def test_every_card_fits_a_small_phone_and_asks_for_nothing_but_its_own_pictures(
    reviewer: Reviewer, shipped: Faces, request: pytest.FixtureRequest
) -> None:
    """Not only those with most to show: the backs, which repeat the question. The fixture finds who asks.

    Of all that ship, so many that a larger deck takes no longer.
    """
    every = len(shipped.cards)
    seen = range(every) if request.config.getoption("--in-full") else spread(every, SOME_CARDS)
    looked = Looked(reviewer, [(shipped.cards[at], "back") for at in seen], shipped.media)
    reviewer.size(320)

    for _ in looked.at_all(DAY):
        looked.finds(reviewer.measure("layout"))

    looked.has_nothing_to_say()


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("width", "style"),
    # By the size on which all others hang; by the zoom of Anki's window, which is one of its page.
    [(390, ".card.card { --size: 36px }"), (640, "body { zoom: 2 }")],
    ids=["size", "zoom"],
)
def test_text_of_twice_the_size_fits(width: int, style: str, enough: Looked) -> None:
    enough.reviewer.size(width)

    with enough.reviewer.styled(style):
        for _ in enough.at_all(DAY):
            enough.finds(enough.reviewer.measure("layout"))

    enough.has_nothing_to_say()


def test_text_stands_out_by_seven_to_one(looked: Looked, known: Known) -> None:
    looked.notices("contrast", known, DAY, NIGHT)

    looked.has_nothing_to_say()


@pytest.mark.sampled
def test_text_stands_out_by_seven_to_one_in_colours_that_a_system_forces(enough: Looked) -> None:
    """Those of the system, for who sees little."""
    with enough.reviewer.forcing("active"):
        for _ in enough.at_all(DAY, NIGHT):
            enough.finds(enough.reviewer.measure("contrast", 7))

    enough.has_nothing_to_say()


@pytest.mark.sampled
@pytest.mark.parametrize("colors", ["none", "active"], ids=["own colors", "forced colors"])
def test_what_is_no_text_stands_out_by_three_to_one(colors: Literal["none", "active"], enough: Looked) -> None:
    met = set()
    with enough.reviewer.forcing(colors):
        for _ in enough.at_all(DAY, NIGHT):
            measured = enough.reviewer.measure("graphics", GRAPHICS, 3)
            met.update(measured["met"])
            enough.finds(measured["found"])

    enough.has_nothing_to_say()
    assert met == {selector for selector, _ in GRAPHICS}, "one of them is on no card any more"


@pytest.mark.sampled
@pytest.mark.parametrize(("night", "rules"), [(DAY, "tag"), (NIGHT, "rule")], ids=["day", "night"])
def test_axe_finds_no_fault(night: bool, rules: str, enough: Looked) -> None:
    """By the rules of WCAG 2 in all levels, and by what is good practice; at night by those that go by colors."""
    enough.reviewer.page.evaluate(Axe().axe_script)
    for _ in enough.at_all(night):
        enough.finds(enough.reviewer.measure("faults", rules, AXE[rules]))

    enough.has_nothing_to_say()


def test_what_can_be_pressed_shows_it_and_is_large_enough_for_a_finger(looked: Looked, known: Known) -> None:
    looked.notices("links", known, DAY)
    looked.notices("targets", known, DAY)

    looked.has_nothing_to_say()


@pytest.mark.parametrize("how", ["click", "Enter", "Space"])
def test_what_is_folded_opens_and_closes(how: str, some: Looked) -> None:
    page = some.reviewer.page
    for _ in some.at_all(DAY, side="back", unfolded=False):
        for summary in page.locator("summary:visible").all():
            details = summary.locator("..")
            for was in (None, ""):  # the attribute `open`, first not there
                assert details.get_attribute("open") == was
                summary.click() if how == "click" else summary.press(how)
            some.opened += details.get_attribute("open") is None

    assert some.opened > 10


@pytest.mark.parametrize("how", ["click", "Enter"])
def test_a_hint_is_hidden_until_it_is_asked_for(how: str, some: Looked) -> None:
    page = some.reviewer.page
    for _ in some.at_all(DAY, side="front", unfolded=False):
        for button in page.locator("a.hint").all():
            hint = page.locator("div.hint")
            assert hint.is_hidden() and button.is_visible()
            button.click() if how == "click" else button.press(how)
            assert hint.is_visible() and button.is_hidden()
            some.opened += 1

    assert some.opened > 5


def test_the_focus_goes_everywhere_and_is_seen(some: Looked) -> None:
    """By the Tab key, as for somebody without a mouse."""
    page = some.reviewer.page
    for _ in some.at_all(DAY):
        for expected in range(some.reviewer.measure("focusable")):
            page.keyboard.press("Tab")
            some.finds(some.reviewer.measure("focus", expected, 3))

    some.has_nothing_to_say()


def test_a_template_is_small_and_does_without_scripts_and_the_network(shipped: Faces) -> None:
    """In bytes, both sides of a card together; all of its style. Only a choice may shuffle its options, and Anki draw masks."""
    for kind in shipped.kinds:
        assert len(kind.css.encode()) < 10 * KB, kind.templates
        assert "url(" not in kind.css, "fonts and pictures of a style are files that nobody counts"
        for name, sides in zip(kind.templates, kind.sides, strict=True):
            html = "".join(sides)
            assert len(html.encode()) < 3 * KB, name
            assert not re.search(r"\bsrc=|<link|<iframe|https?:|\bon\w+=|@import|url\(", html), name
            scripts = re.findall(r"<script\b[^>]*>(.*?)</script>", html, re.DOTALL)
            assert name == "Choice" or all("anki.imageOcclusion.setup()" in each for each in scripts), name


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates").rglob("*.css")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_shortened_styling_says_the_same(path: Path, reviewer: Reviewer) -> None:
    """As Chromium reads it, which leaves out what it cannot read."""
    rules = """css => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      return [...sheet.cssRules].map(each => each.cssText.replace(/, +/g, ","));
    }"""
    css = path.read_text("utf-8")
    text = """.a::before { content: "a ; { /* b */ }  c : d\\"  ,"; background: url(data:a,b;  c) } /* not closed"""

    written = reviewer.page.evaluate(rules, css + text)
    shortened = reviewer.page.evaluate(rules, compact(css + text))

    assert shortened == written != []


def test_nothing_moves(looked: Looked, known: Known) -> None:
    looked.notices("moving", known, DAY)

    looked.has_nothing_to_say()


def test_the_answer_is_on_the_first_screen(reviewer: Reviewer, shipped: Faces) -> None:
    """Of a list at least four parts, and the head of a picture, without scrolling after the card was turned."""
    looked = Looked(reviewer, shipped.sides, shipped.media)
    looked.reviewer.size(390, FIRST_SCREEN)
    for _ in looked.at_all(DAY, side="back", unfolded=False):
        looked.finds(looked.reviewer.measure("first", 4, 100))

    looked.has_nothing_to_say()


def test_answer_picture_and_why_are_on_the_first_screen_of_four_cards_in_five(
    request: pytest.FixtureRequest, reviewer: Reviewer, shipped: Faces
) -> None:
    """Between the bars of AnkiDroid or AnkiMobile on a phone of 390 by 844."""
    asked = shipped.cards if request.config.getoption("--in-full") else shipped.cards[:: len(shipped.cards) // 100]
    reviewer.media = shipped.media
    reviewer.size(390, FIRST_SCREEN)
    low = []
    for card in asked:
        reviewer.show(card, "back")
        reach = reviewer.measure("reach")
        low += [f"{card}: {reach:.0f} px"] if reach > FIRST_SCREEN else []

    assert len(low) <= len(asked) / 5, "\n".join([f"{len(low)} of {len(asked)} cards go on below", *low])


def test_a_picture_that_is_asked_about_stays_where_it_is_when_the_card_is_turned(
    reviewer: Reviewer, shipped: Faces
) -> None:
    looked = Looked(reviewer, [], shipped.media)
    turned = [card for card in shipped.cards if card.template in ("Mask", "Picture → name")][::7]
    assert {card.template for card in turned} == {"Mask", "Picture → name"}
    for card in turned:
        places = []
        for side in SIDES:
            reviewer.show(card, side)
            box = reviewer.page.evaluate(
                "() => { const at = document.querySelector('#image-occlusion-container img, #qa .ask .main').getBoundingClientRect();"
                " return [at.left, at.top + scrollY, at.width, at.height].map(Math.round); }"
            )
            places.append(box)
        looked.finds([] if places[0] == places[1] else [f"{card}: {places[0]} in front, {places[1]} behind"])

    looked.has_nothing_to_say()


# Which markers the back of a muscle's card shows: those that it asks for.
MARKERS = {
    "Action": [],
    "Origin": ["mo"],
    "Insertion": ["mi"],
    "Nerve": [],
    "Origin + insertion → name": ["mo", "mi"],
    "Picture → name": [],
    "Where it runs": ["mo", "mi"],
}


def test_only_the_markers_that_are_asked_for_are_shown_where_they_belong(reviewer: Reviewer, shipped: Faces) -> None:
    reviewer.media = shipped.media
    muscles = [card for card in shipped.cards if card.key.startswith("muscle/")]
    assert {card.template for card in muscles} == set(MARKERS)
    for card in muscles[::5]:
        reviewer.show(card, "back")
        seen = reviewer.page.evaluate(
            """() => {
              const seen = [...document.querySelectorAll("#qa .fig .main img")].filter(img => img.checkVisibility());
              const box = img => { const at = img.getBoundingClientRect(); return [at.x, at.y, at.width, at.height]; };
              const keys = [...document.querySelectorAll("#qa .key:is(.mo, .mi) :is(.o, .i)")].filter(key => key.checkVisibility());
              return {
                markers: seen.slice(1).map(img => img.classList[1]), keys: keys.map(key => "m" + key.className),
                apart: seen.some(img => box(img).some((each, n) => Math.abs(each - box(seen[0])[n]) > 0.5)), empty: seen.some(img => !img.naturalWidth),
              };
            }"""
        )
        keys = [] if card.template == "Picture → name" else MARKERS[card.template]  # its picture stands in the question
        assert seen == {"markers": MARKERS[card.template], "keys": keys, "apart": False, "empty": False}, str(card)


def test_a_short_question_stays_where_it_is_when_the_card_is_turned(reviewer: Reviewer, shipped: Faces) -> None:
    """Anki scrolls to the answer, and the name of what is asked about would go."""
    stayed = 0
    looked = Looked(reviewer, shipped.sides, shipped.media)
    for _ in looked.at_all(DAY, side="back", unfolded=False):
        scrolled, answer = reviewer.page.evaluate("() => [scrollY, document.getElementById('answer').offsetTop]")
        stayed += answer < 190
        looked.finds([f"scrolled by {scrolled} px"] if scrolled and answer < 190 else [])

    looked.has_nothing_to_say()
    assert stayed > 10


def test_styling_from_a_file_of_the_learners_own_is_shown(author: Author, anki: Anki, reviewer: Reviewer) -> None:
    """`@import` works from the media folder, as docs/updating.md tells learners."""
    anki.imports(author.build().path)
    kind: Any = anki.collection.models.by_name("ARM Muscle")
    kind["css"] = f'@import url("_mine.css");\n{kind["css"]}'
    anki.collection.models.update_dict(kind)
    anki.collection.media.write_data("_mine.css", b".card { letter-spacing: 3px !important }")
    reviewer.media = anki.media()

    card = next(card for card in cards(anki) if card.notetype == "ARM Muscle")
    reviewer.show(card, "front")

    shown = "getComputedStyle(document.querySelector('.card')).letterSpacing === '3px'"
    reviewer.page.wait_for_function(shown, timeout=10_000)
