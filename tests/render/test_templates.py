"""What own templates put out is looked at: what no package holds, what is not closed, and what Anki would read otherwise."""

from __future__ import annotations

import shutil
from collections.abc import Container
from dataclasses import replace
from pathlib import Path

import pytest
from support.author import ROOT, Author

from deckbuilder.core import css
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.project import find
from deckbuilder.render import markup
from deckbuilder.workspace import Workspace

pytestmark = pytest.mark.usefixtures("compiles_each_template_once")
CARD = "templates/muscle/cards/nerve.html.j2"
STYLE = "templates/_shared/style.css"
FIELDS = "templates/muscle/fields.html.j2"
OPENING = "[% block answer %]"


@pytest.fixture
def templates(author: Author) -> Author:
    author.take_templates()
    return author


def place(text: str, word: str) -> tuple[int, int]:
    """Line and column of a word, counted from 1."""
    at = text.index(word)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def told(author: Author, file: str) -> list[Diagnostic]:
    """The faults, all of which stand in one file."""
    faults = author.check()
    assert {fault.location.path for fault in faults} <= {file}, "\n".join(map(str, faults))
    assert all(fault.help for fault in faults)
    return faults


# Cards

LOADS = {
    "a sound": "[sound:x.mp3]",
    "a picture": '<img src="gone.png">',
    "a picture by its address": "<img src='HTTPS://example.org/a.png'>",
    "a picture of some server": "<img src=//example.org/a.png>",
    "a picture with backslashes": r"<img src='\\example.org\a.png'>",
    "a picture with a tab in its scheme": "<img src='ht\ttps://example.org/a.png'>",
    "an address that a field ends": '<img src="https://example.org/{{Nerve}}.png">',
    "pictures for all widths": '<img srcset="a.png 1x, https://example.org/b.png 2x" alt="">',
    "a style sheet": '<link rel=stylesheet href="https://example.org/a.css">',
    "a connection": "<link rel=preconnect href=https://example.org>",
    "a base": '<base href="https://example.org/">',
    "a script": '<script src="https://example.org/a.js"></script>',
    "a script of ours": '<script src="_a.js"></script>',
    "an object": '<object data="a.pdf"></object>',
    "an embed": '<embed src="a.pdf">',
    "a page": '<iframe src="https://example.org/"></iframe>',
    "a page written out": "<iframe srcdoc='<img src=a.png>'></iframe>",
    "a film": '<video poster="data:image/png;base64,AA"><source src="a.mp4"></video>',
    "a drawing's picture": '<svg><image xlink:href="https://example.org/a.png"/></svg>',
    "a form": '<form action="https://example.org/"><button>x</button></form>',
    "a ping": '<a href="https://example.org/" ping="https://example.org/seen">x</a>',
    "another place": '<meta http-equiv="Refresh" content="0; URL=https://example.org/">',
    "a style of one element": "<b style='background: \\75 rl(https://example.org/a.png)'>x</b>",
    "a style element": "<style>\n.x { color: red;\n  background: URL('gone.png') }</style>",
    "data that is a page": "<img src='data:text/html,x'>",
    "too much data": f"<img src='data:image/png;base64,{'A' * css.MAX_DATA}'>",
}


@pytest.mark.sampled(10)
@pytest.mark.parametrize("html", LOADS.values(), ids=LOADS)
def test_what_no_package_holds_is_told_at_its_line(templates: Author, html: str) -> None:
    templates.edit(CARD, OPENING, f"{OPENING}\n  {html}\n")

    faults = told(templates, CARD)

    assert {fault.rule for fault in faults} == {"template-media"}
    assert len(faults) == (2 if "1x" in html else 1)
    wanted = {
        "[sound": "[sound",
        "<video": "<source",
        "<svg": "<image",
        "<style": "URL('gone",
    }
    word = next((mark for start, mark in wanted.items() if html.startswith(start)), html[:8])
    assert {(fault.location.line, fault.location.column) for fault in faults} == {place(templates.read(CARD), word)}


UNCLOSED = {
    "elements left open": ("<div><b>open", ["`<div>` is not closed", "`<b>` is not closed"]),
    "elements that cross": ("<b><i>x</b></i>", ["`<i>` is not closed before `</b>`", "`</i>` closes nothing"]),
    "an end of nothing": ("x</span>", ["`</span>` closes nothing"]),
    "an end of what has none": ("<img alt=''></img>", ["`</img>` closes nothing"]),
    "a slash that closes nothing": ("<em/>x", ["`<em>` is not closed"]),
    "a paragraph around a block": ("<p>x<div>y</div></p>", ["a paragraph ends where a block begins"]),
    "quotes left open": ('<a href="x>y</a><u class="z">q</u>', ["`href` goes on over other tags"]),
    "open where a field is empty": ("{{^Nerve}}<div>{{/Nerve}}", ["`<div>` is not closed"]),
    "open where a field is filled": ("{{#Nerve}}<div>{{/Nerve}}", ["`<div>` is not closed"]),
}


@pytest.mark.parametrize(("html", "messages"), UNCLOSED.values(), ids=UNCLOSED)
def test_what_is_not_closed_is_told_at_its_line(templates: Author, html: str, messages: list[str]) -> None:
    templates.edit(CARD, OPENING, f"{OPENING}\n{html}\n")

    faults = told(templates, CARD)

    assert {fault.rule for fault in faults} == {"template-html"}
    for message in messages:
        assert any(message in fault.message for fault in faults), faults
    assert min(fault.location.line for fault in faults) == place(templates.read(CARD), html)[0]


def test_a_tag_without_an_end_is_told(templates: Author) -> None:
    templates.edit(CARD, "{{Nerve}}[% endblock %]", "{{Nerve}}[% endblock %][% block panel %]<div[% endblock %]")
    templates.edit("templates/_shared/face.html.j2", "</footer>\n</div>\n</main>", "</footer>\n</div>\n<main")

    rules = {(fault.rule, fault.message) for fault in templates.check()}

    assert ("template-html", "a tag begins here and does not end") in rules


SOUND = {
    "what a field will hold": '<img src="{{Picture}}"><a href="{{text:Key}}">x</a>[sound:{{Key}}]',
    "a link to follow": '<a href="https://example.org/">x</a>',
    "a small picture": "<img alt='' src='data:image/png;base64,AAAA'>",
    "what ends by itself": "<ul><li>a<li>b</ul><dl><dt>a<dd>b</dl><br/><hr>",
    "a section that opens and closes": "{{#Nerve}}<div>{{/Nerve}}x{{#Nerve}}</div>{{/Nerve}}",
    "one way to open for each case": "{{#Nerve}}<div class=a>{{/Nerve}}{{^Nerve}}<div>{{/Nerve}}x</div>",
    "a drawing": "<svg viewBox='0 0 9 9'><defs><path id=p d='M0 0'/></defs><use href='#p'/></svg>",
    "a script": "<script>if (1 < 2) { const x = {a: {b: {}}}; document.title = '</b>'; }</script>",
    "a comment": "<!-- <div> <img src=gone.png> -->",
    "signs": "a < b & c > d",
}


@pytest.mark.parametrize("html", SOUND.values(), ids=SOUND)
def test_what_is_sound_is_left_alone(templates: Author, html: str) -> None:
    templates.edit(CARD, OPENING, f"{OPENING}{html}")

    assert templates.check() == []


def test_a_fault_of_the_layout_is_told_in_the_layout(templates: Author) -> None:
    layout = "templates/muscle/layout.html.j2"
    templates.edit(layout, '<dl class="prof">', '<dl class="prof"><img src="gone.png">')

    faults = told(templates, layout)

    assert {(fault.rule, fault.location.line) for fault in faults} == {
        ("template-media", place(templates.read(layout), '<img src="gone')[0])
    }


# What Anki would read otherwise


@pytest.mark.parametrize("tag", ["{{{Nerve}}}", "{{Nerve}}}", "{{{Nerve}}"])
def test_a_third_brace_is_told(templates: Author, tag: str) -> None:
    templates.edit(CARD, OPENING, f"{OPENING}{tag}")

    (fault,) = told(templates, CARD)

    assert fault.rule == "card-template"
    assert fault.help == "write `{{Nerve}}`"
    assert (fault.location.line, fault.location.column) == place(templates.read(CARD), tag)


@pytest.mark.parametrize("tag", ["{{cloze:Name}}", "{{type:cloze:Name}}", "{{cloze-only:Name}}"])
def test_gaps_in_a_note_type_without_gaps_are_told(templates: Author, tag: str) -> None:
    templates.edit(CARD, OPENING, f"{OPENING}{tag}")

    (fault,) = told(templates, CARD)

    assert (fault.rule, fault.location.line) == ("card-template", place(templates.read(CARD), tag)[0])
    assert "cloze: true" in fault.message


def test_a_note_type_with_gaps_shows_them_on_both_sides(templates: Author) -> None:
    """Anki's own window refuses such a template, and makes no cards of its notes."""
    templates.write(
        "cards/gap.yaml",
        "cloze: gap\ntext: The biceps brachii flexes the {1|elbow}.\ntopic: anatomy\nsources: openstax-ap2e-11-5\n",
    )
    assert templates.check() == []
    card = "templates/cloze/cards/cloze.html.j2"
    templates.edit(card, "{{cloze:Text}}", "{{text:Text}}")

    faults = told(templates, card)

    assert [fault.rule for fault in faults] == ["card-template", "card-template"]
    assert {fault.message.split()[1] for fault in faults} == {"front", "back"}


@pytest.mark.parametrize(
    ("tag", "rule"),
    [
        ("{{type:Nrve}}", "unknown-field"),
        ("{{hint:Nrve}}", "unknown-field"),
        ("{{tts en_US:Nrve}}", "unknown-field"),
        ("{{type:nc:Nrve}}", "unknown-field"),
        ("{{upper:Nerve}}", "unknown-filter"),
        ("{{#Nerve}}x", "card-template"),
        ("{{#Nerve}}{{#Name}}x{{/Nerve}}{{/Name}}", "card-template"),
    ],
)
def test_tags_of_anki_that_lead_nowhere_are_told(templates: Author, tag: str, rule: str) -> None:
    templates.edit(CARD, OPENING, f"{OPENING}{tag}")

    assert {fault.rule for fault in told(templates, CARD)} == {rule}


# Fields

FIELD = "{% set Nerve %}"
MADE = {
    "a picture that is not there": ('<img src="gone.png">', "template-media"),
    "a picture of the network": ('<img src="https://example.org/{{ record.id }}.png">', "template-media"),
    "a sound": ("[sound:{{ record.id }}.mp3]", "template-media"),
    "a style": ("<b style=\"background: image-set('https://example.org/a' 1x)\">x</b>", "template-media"),
    "an element that is not closed": ("<em>", "template-html"),
}


@pytest.mark.parametrize(("html", "rule"), MADE.values(), ids=MADE)
def test_what_a_field_is_made_of_is_looked_at(templates: Author, html: str, rule: str) -> None:
    templates.edit(FIELDS, FIELD, f"{FIELD}{html}")

    faults = templates.check()

    assert {fault.rule for fault in faults} == {rule}
    assert all("'Nerve'" in fault.message for fault in faults)
    if "record.id" not in html:
        assert {fault.location.path for fault in faults} == {FIELDS}
        assert {fault.location.line for fault in faults} == {place(templates.read(FIELDS), html)[0]}


def test_a_field_may_show_the_notes_own_picture(templates: Author) -> None:
    templates.write(
        "cards/media/red.svg",
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z" fill="red"/></svg>',
    )
    templates.edit(
        "cards/muscles/biceps-brachii.yaml",
        "sources:",
        "picture: {file: red.svg, alt: Red, credit: nobody}\nsources:",
    )
    templates.edit(FIELDS, FIELD, f"{FIELD}" + '{% if media %}<img src="{{ media.name }}">{% endif %}')

    assert templates.check() == []


# Styling

SHEETS = {
    "an import": ("@IMPORT 'a.css';", "@IMPORT"),
    "an import with an escape": ("@\\69mport url(https://example.org/a.css);", "url("),
    "an address": (".x { background: URL(https://example.org/a.png) }", "URL("),
    "an address with an escape": (".x { background: \\75 rl(https://example.org/a.png) }", "\\75 rl"),
    "an address in quotes": (".x { background: url('//example.org/a.png') }", "url("),
    "an address with an escape in it": (".x { background: url('h\\74tps://example.org/a.png') }", "url("),
    "a set of pictures": ('.x { background: image-set("https://example.org/a.png" 1x) }', "image-set"),
    "an old set of pictures": ('.x { background: -webkit-image-set("a.png" 1x) }', "-webkit-image-set"),
    "a source": (".x { background: src('https://example.org/a.png') }", "src("),
    "a source that only the browser knows": (".x { --a: 'https://example.org'; background: src(var(--a)) }", "src("),
    "a font": ("@font-face { font-family: x; src: url(https://example.org/a.woff2) }", "url("),
    "a font that is not there": ("@font-face { font-family: x; src: url(_a.woff2) }", "url("),
    "a value of one's own": (":root { --a: url(https://example.org/a.png) }", "url("),
    "within a rule within a rule": ("@media print { @supports (top: 0) { .x { cursor: url(a.cur), auto } } }", "url("),
    "the end of the element": (".x::after { content: '</STYLE><img src=x>' }", "</STYLE"),
    "the end of the element in a comment": ("/* </style > */", "</style"),
    "a block without an end": ("@media print { .x { top: 0 }", "{ .x"),
    "a comment without an end": (".x { top: 0 }\n/* and so on", "/*"),
    "a text without an end": (".x::after { content: 'a\n }", "'a"),
    "an end of nothing": (".x { top: 0 } }", " }\n\n"),
    "an address that is none": (".x { background: url(a b) }", "url("),
}


@pytest.mark.sampled(10)
@pytest.mark.parametrize(("sheet", "word"), SHEETS.values(), ids=SHEETS)
def test_styling_that_loads_or_breaks_out_is_told_at_its_line(templates: Author, sheet: str, word: str) -> None:
    before = (
        templates.read("templates/muscle/style.css") if (templates.root / "templates/muscle/style.css").exists() else ""
    )
    templates.write("templates/muscle/style.css", f"{before}\n{sheet}\n\n")

    faults = told(templates, "templates/muscle/style.css")

    assert {fault.rule for fault in faults} == {"css"}
    places = {(fault.location.line, fault.location.column) for fault in faults}
    line, column = place(f"\n{sheet}\n\n", word)
    line += before.count("\n")
    assert (line, column + 1 if word.startswith(" }") else column) in places


def test_styling_may_hold_small_pictures_and_name_what_is_on_the_page(templates: Author) -> None:
    templates.write(
        "templates/muscle/style.css",
        "@namespace svg url(http://www.w3.org/2000/svg);\n"
        ".x { background: url(data:image/png;base64,AAAA); filter: url(#blur); mask: url('#m') }\n"
        "@font-face { font-family: x; src: local('x'), url(data:font/woff2;base64,AAAA) }\n",
    )

    assert templates.check() == []


def test_too_much_data_is_told_by_its_size() -> None:
    (found,) = css.mistakes(f".x {{ background: url(data:image/png;base64,{'A' * css.MAX_DATA}) }}")

    assert str(css.MAX_DATA) in found.help


def test_what_a_drawing_loads_is_found_by_the_same_reading() -> None:
    found = css.references(".a { fill: url(#x) } @import 'b.css'; .c { fill: \\75 rl(https://example.org/) }")

    assert [each.address for each in found] == ["#x", "b.css", "https://example.org/"]


@pytest.mark.parametrize("sheet", ["(" * 20_000, "{" * 20_000, "\\" * 999, "url(" * 5_000, "\0", "a" * 50_000])
def test_no_styling_is_too_odd_to_be_read(sheet: str) -> None:
    list(css.mistakes(sheet))


@pytest.mark.parametrize(
    "html", ["<b>" * 5_000, "<" * 9_000, "<a b=" * 3_000, "{{#A}}" * 90 + "{{/A}}" * 90, "<!--" * 999]
)
def test_no_html_is_too_odd_to_be_read(html: str) -> None:
    for world in markup.worlds(html):
        markup.mistakes(world)


def test_all_that_the_shipped_templates_put_out_is_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build of them is not looked at, since this test does: the same templates, as if they were somebody's own."""
    looked: list[int] = []
    read = markup.mistakes

    def counted(html: str, held: Container[str] = ()) -> list[markup.Mistake]:
        looked.append(len(html))
        return read(html, held)

    monkeypatch.setattr(markup, "mistakes", counted)
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    own = replace(find(ROOT), templates=tmp_path / "templates")

    found = [fault for fault in Workspace(own).check().diagnostics if fault.severity == "error"]

    assert found == []
    assert len(looked) > 500
    assert sum(looked) > 100_000
