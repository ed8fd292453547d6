"""Our HTML of a card is Anki's, byte by byte: for every shipped card, and for templates that nobody would write.

Anki 26.9 is the measure. Older ones number hints and gaps in other ways, so that these tests are not among those of
`test_matrix.py`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.asked import examples, since
from support.author import ROOT
from support.browser import cards as as_the_reviewer_shows_them
from support.judge import Anki

from deckbuilder.anki.reviewer import BadTemplate, Sides, Where, deletions, filters, render, typed
from deckbuilder.core.project import find
from deckbuilder.verbs.preview.session import Session
from deckbuilder.verbs.preview.shown import Shown, still

pytestmark = since("26.9", "numbers gaps and hints in other ways")

FIELDS = ("A", "B", "Text")
BROKEN = Sides("broken", "broken")
# What Anki says in place of a card whose template it cannot read.
COMPLAINT = " template has a problem:<br>"
_TAGS = ("x", "\n", " ", "<!-- {{A}} -->", "<!--", "-->", "{", "}", "{{", "}}", "{{}}", "{{#}}", "{{ }}", "{{nope}}")
_FIELDS = (
    "{{A}}",
    "{{B}}",
    "{{Text}}",
    "{{{A}}}",
    "{{ A }}",
    "{{ A}}",
    "{{A:}}",
    "{{:A}}",
    "{{FrontSide}}",
    "{{text:FrontSide}}",
)
_SECTIONS = (
    *("{{#A}}", "{{^A}}", "{{/A}}", "{{#B}}", "{{^B}}", "{{/B}}", "{{ #A }}", "{{/ A}}", "{{#Tags}}", "{{/Tags}}"),
    *("{{#c1}}", "{{/c1}}", "{{^c2}}", "{{/c2}}", "{{#nope}}", "{{/nope}}"),
)
_FILTERS = (
    *(
        "{{text:A}}",
        "{{hint:A}}",
        "{{hint:text:B}}",
        "{{type:A}}",
        "{{type:nc:B}}",
        "{{type:cloze:Text}}",
        "{{text:type:A}}",
    ),
    *(
        "{{foo:A}}",
        "{{text:foo:A}}",
        "{{foo:text:A}}",
        "{{text :A}}",
        "{{text::A}}",
        "{{cloze:Text}}",
        "{{cloze-only:Text}}",
    ),
    *("{{furigana:A}}", "{{kana:B}}", "{{kanji:A}}", "{{tts en_US:A}}", "{{tts en_US voices=x,y:B}}", "{{tts:A}}"),
)
_SPECIAL = ("{{Tags}}", "{{Type}}", "{{Deck}}", "{{Subdeck}}", "{{Card}}", "{{CardFlag}}", "[sound:a.mp3]")
_TEXTS = (
    *("", "a", " ", "<br>", "<div> </div>", "&nbsp;", "a &amp; b", "&x;", "&#233;", "<b>q</b>", "<!-- c -->", "x[y]"),
    *(
        "\u00a0",
        "[sound:b.mp3]",
        "[anki:tts lang=en]z[/anki:tts]",
        "[anki:foo a=b]z[/anki:foo]",
        "[anki:tts]z[/anki:tts]",
        "{{A}}",
    ),
)
_GAPS = (
    *(
        "{{c1::",
        "{{c2::",
        "{{c1,2::",
        "{{c2,1::",
        "{{c0::",
        "{{c01::",
        "{{c,1::",
        "{{c,::",
        "{{c70000::",
        "{{C1::",
        "}}",
        "::",
    ),
    *(
        "a",
        "b<i>",
        ":",
        "{",
        "\\(",
        "\\)",
        "&lt;",
        '\u00e4 "q"',
        "image-occlusion:",
        "rect:left=.1:top=.2",
        "ellipse:rx=.1:ry=0",
    ),
    *(
        "polygon:points=1,2 3,4 5",
        "text:text=h\u00e4 x:scale=1.2:fs=.1",
        ":width=0",
        ":height=.3",
        ":oi=1",
        ":fill=#fff",
        ":angle=0",
        "=",
        "\\:",
        "\\",
    ),
)


def pieces(*kinds: Sequence[str], most: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from([each for kind in kinds for each in kind]), max_size=most).map("".join)


templates = pieces(_TAGS, _FIELDS, _SECTIONS, _FILTERS, _SPECIAL, most=6)
texts = pieces(_TEXTS, most=3)
gaps = pieces(_GAPS, most=9)


class Workshop:
    """A note type of each sort in a real Anki, to try templates on without keeping them."""

    def __init__(self, anki: Anki) -> None:
        self._models = anki.collection.models
        self._collection = anki.collection
        self._types = {False: self._made("Basic", "{{A}}"), True: self._made("Cloze", "{{cloze:Text}}")}

    def render(
        self,
        front: str,
        back: str,
        fields: Sequence[str],
        ordinal: int = 0,
        *,
        cloze_type: bool = False,
        tags: Sequence[str] = (),
    ) -> Sides:
        """As Anki renders it; `BROKEN` where it complains of the template."""
        tried = copy.deepcopy(self._types[cloze_type])
        tried["tmpls"][0] |= {"qfmt": front, "afmt": back}
        note = self._collection.new_note(self._types[cloze_type])
        note.fields, note.tags = list(fields), list(tags)
        card = note.ephemeral_card(ordinal, custom_note_type=tried, custom_template=tried["tmpls"][0])
        output = card.render_output()
        return BROKEN if COMPLAINT in output.question_text else Sides(output.question_text, output.answer_text)

    def _made(self, like: str, template: str) -> Any:
        known = self._models.by_name(like)
        assert known is not None
        made = copy.deepcopy(known) | {
            "id": 0,
            "name": f"Odd {like}",
            "flds": [self._models.new_field(name) for name in FIELDS],
        }
        made["tmpls"][0] |= {"name": "Card 1", "qfmt": template, "afmt": template}
        self._models.add_dict(made)
        found = self._models.by_name(f"Odd {like}")
        assert found is not None
        return found


def ours(
    front: str,
    back: str,
    fields: Sequence[str],
    ordinal: int = 0,
    *,
    cloze_type: bool = False,
    tags: Sequence[str] = (),
) -> Sides:
    where = Where(f"Odd {'Cloze' if cloze_type else 'Basic'}", "Card 1", "(Deck)", tags)
    named = dict(zip(FIELDS, fields, strict=True))
    try:
        return render(front, back, named, where, ordinal=ordinal, cloze_type=cloze_type)
    except BadTemplate:
        return BROKEN


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with Anki(tmp_path_factory.mktemp("workshop")) as anki:
        yield Workshop(anki)


@pytest.fixture(scope="module")
def shipped_learner(tmp_path_factory: pytest.TempPathFactory, shipped_package: Path) -> Iterator[Anki]:
    with Anki(tmp_path_factory.mktemp("learner")) as anki:
        anki.imports(shipped_package)
        yield anki


@pytest.fixture(scope="module")
def shown() -> dict[str, Shown]:
    session = Session(find(ROOT))
    session.open()
    return dict(session.now.notes)


def test_every_shipped_card_is_as_anki_renders_it(shipped_learner: Anki, shown: dict[str, Shown]) -> None:
    keys = {guid: note.fields["Key"] for guid, note in shipped_learner.notes().items()}
    ids = {(card.guid, card.ordinal): card.id for card in shipped_learner.cards()}
    theirs = {}
    for guid, ordinal, _, question, answer in shipped_learner.rendered():
        theirs[keys[guid], ordinal] = Sides(question, answer)

    mine = {(key, ordinal): note.sides(ordinal, name) for key, note in shown.items() for ordinal, name in note.cards}

    assert len(theirs) == len(ids) > 400
    assert mine.keys() == theirs.keys()
    for card in theirs:
        assert mine[card] == theirs[card], card


def test_the_reviewers_window_shows_the_same_of_every_shipped_card(
    shipped_learner: Anki, shown: dict[str, Shown]
) -> None:
    """With the box to type into, and the right answer in its place."""
    boxes = 0
    for card in as_the_reviewer_shows_them(shipped_learner):
        mine = shown[card.key].whole()["cards"][str(card.ordinal)]
        for side, theirs in (("front", card.front), ("back", card.back)):
            assert plainly(mine[side]) == plainly(still(theirs.split("</style>", 1)[1])), f"{card}, {side}"
        boxes += "id=typeans" in mine["front"]

    assert boxes > 0


def plainly(html: str) -> str:
    """Its window puts line breaks around the box, which nobody sees."""
    return "".join(html.split())


@settings(max_examples=examples(600), deadline=None)
@given(front=templates, back=templates, a=texts, b=texts, tags=st.sampled_from([(), ("t1", "t2")]))
def test_odd_templates_come_out_as_anki_puts_them(
    workshop: Workshop, front: str, back: str, a: str, b: str, tags: tuple[str, ...]
) -> None:
    fields = (a, b, "{{c1::gap}}")

    assert ours(front, back, fields, tags=tags) == workshop.render(front, back, fields, tags=tags)


@settings(max_examples=examples(600), deadline=None)
@given(text=gaps, end=st.sampled_from(["", "{{c1::k}}"]), other=texts, ordinal=st.sampled_from([0, 1]))
def test_odd_gaps_come_out_as_anki_puts_them(workshop: Workshop, text: str, end: str, other: str, ordinal: int) -> None:
    front, back = (
        "{{cloze:Text}}|{{cloze-only:Text}}|{{A}}",
        "{{text:cloze:Text}}|{{cloze:Text}}|{{hint:cloze:Text}}{{type:cloze:Text}}",
    )
    fields = (other, "", text + end)

    mine = ours(front, back, fields, ordinal, cloze_type=True)

    assert mine == workshop.render(front, back, fields, ordinal, cloze_type=True)


@pytest.mark.parametrize(
    ("front", "back", "fields"),
    [
        ("{{#A}}{{^B}}{{#Text}}x{{A}}{{/Text}}{{/B}}{{/A}}", "{{FrontSide}}<hr id=answer>{{B}}", ("a", "", "t")),
        ("{{hint:A}}{{hint:B}}", "{{FrontSide}}", ("x" * 3000, "ä" * 700, "")),
        ("{{=<% %>=}}<%A%>{{A}}<%#B%>b<%/B%>", "<%A%>", ("a", "b", "")),
        ("{{A}}<!-- {{nope}} -->", "<!-- {{#A}} -->{{text:A}}", ("<style>s</style>k &notin;", "", "")),
        ("{{text:A}}{{B}}", "{{cloze:Text}}", (f"&#{'9' * 5000};", "&#x" + "f" * 5000, f"{{{{c{'1' * 5000}::a}}}}")),
        ("static", "back", ("a", "", "")),
        ("{{A}}", "{{#A}}never closed", ("a", "", "")),
        ("{{A}}{{^A}}{{nope}}{{/A}}", "back", ("a", "", "")),
        ("{{A}}\\(x^2\\)", '\\[y\\]<img src="_a b.svg">', ("a", "", "")),
        ("[sound:a&amp;b.mp3]{{tts en_US voices=x:A}}", "{{FrontSide}}[sound:c.mp3]", ("a", "", "")),
    ],
    ids=[
        "nested",
        "long hints",
        "old braces",
        "comments",
        "numbers without end",
        "blank",
        "unclosed",
        "wrong where it is not shown",
        "mathjax",
        "sounds",
    ],
)
def test_templates_to_be_met_come_out_as_anki_puts_them(
    workshop: Workshop, front: str, back: str, fields: tuple[str, str, str]
) -> None:
    assert ours(front, back, fields) == workshop.render(front, back, fields)


def test_a_mask_says_where_it_lies(workshop: Workshop) -> None:
    text = "{{c1::image-occlusion:rect:left=.1:top=.2:width=.3:height=.4:oi=1}}{{c2::image-occlusion:ellipse:left=.5:rx=.1:ry=.2}}"

    found = ours("{{cloze:Text}}", "{{cloze:Text}}", ("", "", text), cloze_type=True)

    assert found == workshop.render("{{cloze:Text}}", "{{cloze:Text}}", ("", "", text), cloze_type=True)
    assert '<div class="cloze" data-ordinal="1" data-shape="rect" data-left=".1"' in found.front
    assert 'class="cloze-highlight" data-ordinal="1"' in found.back


@pytest.mark.parametrize(
    "said",
    [
        "image-occlusion:rect:left=.1:top=.2",
        "rect:left=.1:oi:top=.2:width=.3",
        "rect::left=.1:top=.2",
        "rect:left=:top=.2",
        "rect:left=.1=.3:top=.2",
        r"text:text=a\:b:left=.1",
        r"text:text=a\\:left=.1",
        r"text:left=.1:text=a\b:top=.2",
    ],
    ids=[
        "a shape for a name",
        "a name without a value",
        "an empty name",
        "an empty value",
        "two values",
        "an escaped colon",
        "an escaped backslash",
        "a bare backslash",
    ],
)
def test_an_odd_mask_is_read_as_anki_reads_it(workshop: Workshop, said: str) -> None:
    """A property's name runs past colons to the next `=`, and nothing is read behind a fault; 2.1.66 split at colons."""
    fields = ("", "", f"{{{{c1::image-occlusion:{said}}}}}")

    found = ours("{{cloze:Text}}", "{{cloze:Text}}", fields, cloze_type=True)

    assert found == workshop.render("{{cloze:Text}}", "{{cloze:Text}}", fields, cloze_type=True)


@given(st.text(alphabet="ab <>&;é\n/br", max_size=30))
@settings(max_examples=examples(100), deadline=None)
def test_the_right_answer_is_shown_as_anki_shows_it(workshop: Workshop, text: str) -> None:
    assert typed.compared(text) == workshop._collection.compare_answer(text, "", False)


@given(
    st.lists(st.sampled_from(["{{c1::a}}", "{{c1::b}}", "{{c2::c}}", " x "]), max_size=5).map("".join),
    st.integers(1, 3),
)
@settings(max_examples=examples(60), deadline=None)
def test_what_is_to_be_typed_in_a_gap_is_what_anki_wants(workshop: Workshop, text: str, number: int) -> None:
    found = deletions.only(text, number, front=False)
    mine = found[0] if len(set(found)) == 1 else ", ".join(found)

    assert mine == workshop._collection.extract_cloze_for_typing(text, number)


def test_hints_are_named_as_in_ankis_own_tests() -> None:
    assert 'id="hint83fe48607f0f3a66"' in filters._hint("foo", "field")
