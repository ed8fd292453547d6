"""Formulas reach MathJax as they were typed, through Markdown, HTML and Anki's gaps; what no card would show as one is told."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from support import ankis
from support.asked import lacking
from support.author import Author
from support.judge import Anki

from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.prose import prose
from deckbuilder.records.cloze import Cloze, Gap
from deckbuilder.workspace import Workspace

if TYPE_CHECKING:  # most tests do without
    from playwright.sync_api import Browser, Route

WHY, EXTRA = "cards/muscles/brachialis.yaml", "cards/cloze.yaml"
FORMULAS = [
    r"\(\frac{{F}_{1}}{{F}_{2}}\)",
    r"\[\frac{{F}_{1}}{{F}_{2}}\]",
    r"\(a_1 * b_2 * c_{3}\)",
    r"\(a < b > c \text{ & } d\)",
    r"\(\sqrt{\frac{a}{b}}\)",
    r"\({{{x}}}\)",
    r"\(F = [1, 2] :: 3\)",
    r"\(x^2~y^3 `z` [a](b)\)",
    r"\(\{a\} \\ b\)",
    r"\(\left|x\right|\)",
]


def typed(shown: str) -> str:
    """What MathJax is given: the text of a page, without tags."""
    return html.unescape(re.sub(r"<[^<>]*>", "", shown))


def cloze(text: str, extra: str = "") -> str:
    quoted = text.replace("'", "''")
    more = f"  extra: '{extra}'\n" if extra else ""
    return (
        f"- cloze: one\n  text: '{quoted}'\n{more}  topic: anatomy\n  regions: [arm]\n  sources: openstax-ap2e-11-5\n"
    )


def linted(author: Author, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    """What the linter says of markup; the tests of other modules do without it."""
    monkeypatch.undo()
    return [each for each in Workspace(author.project).check().diagnostics if each.rule == "unsafe-markup"]


def pieces(text: str) -> list[str | tuple[int, str, str]]:
    found = Cloze.model_validate({"cloze": "a", "text": text, "topic": "anatomy", "sources": "x"}).pieces()
    return [(each.number, each.text, each.hint) if isinstance(each, Gap) else each for each in found if each]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_in_prose_is_no_markdown_and_no_html(formula: str) -> None:
    for text in (f"So *it* is {formula} then.", f"- one\n- {formula}\n"):
        shown = str(prose(text))

        assert formula in typed(shown)
        assert not re.search(r"\{|\}|::|(?<!\\)[\[\]]", shown)
        assert "<" not in shown[shown.index("\\") : shown.rindex("\\")]


def test_every_formula_reaches_the_learner_as_it_was_typed(author: Author, anki: Anki) -> None:
    """In prose, in a cloze, in a gap, as a hint, and with a gap within it: in real Anki, on both sides."""
    text = " and ".join(FORMULAS)
    within = r"\(W = {4|\,F\,}d_{1}\)"
    author.edit(WHY, "region: arm", f"region: arm\nwhy: '{text}'")
    author.write(EXTRA, cloze(f"Here {text} then {{1|{text}|{FORMULAS[0]}}}, {{2|{FORMULAS[4]}}} of {within}", text))
    assert author.check() == []

    anki.imports(author.build().path)

    assert text in typed(anki.note(author.guid("muscle/brachialis")).fields["Why"])
    sides = [(typed(question), typed(answer)) for _, _, _, question, answer in anki.rendered()]
    faces = [(question, answer) for question, answer in sides if " then " in question]
    assert len(faces) == 3, "a card for each gap"
    for question, answer in faces:
        assert f"Here {text} then" in question and f"Here {text} then" in answer
        assert f"{text}, {FORMULAS[4]} of " in answer
        assert answer.endswith(text) or text in answer.split(" of ")[-1]
        assert "{{" not in question.replace("{{F}", "").replace("{{{x", "")
    assert any(f"then [{FORMULAS[0]}]" in question for question, _ in faces), "the hint"
    assert any(f"{text}, [...] of " in question for question, _ in faces)
    assert any(r"\(W = [...]d_{1}\)" in question for question, _ in faces), "the gap within a formula"
    assert all(r"\(W = \,F\,d_{1}\)" in answer for _, answer in faces)


PAGE = """<!doctype html><meta charset="utf-8"><div id="qa"></div>
<script src="/_anki/js/mathjax.js"></script><script src="/_anki/js/vendor/mathjax/tex-chtml{full}.js"></script>"""
TYPESET = """async html => {
    document.getElementById("qa").innerHTML = html
    await MathJax.startup.promise
    await MathJax.typesetPromise([document.getElementById("qa")])
    const all = query => document.querySelectorAll(query).length
    const rest = document.getElementById("qa").cloneNode(true)
    rest.querySelectorAll("mjx-container").forEach(each => each.remove())
    return [all("mjx-container"), all('mjx-container[display="true"]'), all("mjx-merror, [data-mjx-error]"), rest.textContent]
}"""


@pytest.mark.parametrize("version", ankis.DRAWING)
def test_mathjax_shows_every_formula_in_ankis_window(
    request: pytest.FixtureRequest, author: Author, anki: Anki, chromium: Browser, version: str
) -> None:
    folder = ankis.reviewer(version).parent
    if not (folder / "mathjax.js").is_file():
        lacking(request, f"Anki's window of {version} is not installed here: make ankis")
    author.write(
        EXTRA, cloze(f"Here {' and '.join(FORMULAS)} is {{1|{FORMULAS[0]}|{FORMULAS[4]}}}", " or ".join(FORMULAS))
    )
    anki.imports(author.build().path)
    (sides,) = [each[3:] for each in anki.rendered() if "Here" in each[3]]
    full = "-full" if (folder / "vendor/mathjax/tex-chtml-full.js").is_file() else ""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/":
            route.fulfill(body=PAGE.replace("{full}", full), content_type="text/html")
        elif (file := folder / path.removeprefix("/_anki/js/")).is_file():
            route.fulfill(path=file)
        else:
            route.abort()

    page = chromium.new_page()
    page.route("**/*", answer)
    page.goto("http://localhost/")
    seen = [page.evaluate(TYPESET, re.sub(r"<script.*?</script>", "", side, flags=re.DOTALL)) for side in sides]
    page.close()

    apart = sum(each.startswith(r"\[") for each in FORMULAS)
    # On the front the hint, on the back what was hidden, and all of them again below.
    assert [each[:3] for each in seen] == [[len(FORMULAS) + 1, apart, 0], [2 * len(FORMULAS) + 1, 2 * apart, 0]]
    assert all("\\" not in each[3] for each in seen)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"The root is {1|\(\sqrt{x}\)} of it", ["The root is ", (1, r"\(\sqrt{x}\)", ""), " of it"]),
        (r"The work is {1|force}, \(W = F^{1}d\).", ["The work is ", (1, "force", ""), r", \(W = F^{1}d\)."]),
        (r"It is {2|\(|x|\)|a size} of x", ["It is ", (2, r"\(|x|\)", "a size"), " of x"]),
        (r"It is {1|x|\({a}\)} now", ["It is ", (1, "x", r"\({a}\)"), " now"]),
        (r"So \[E = {1|m}c^{2}\] is", [r"So \[E = ", (1, "m", ""), r"c^{2}\] is"]),
        (r"{1|\[{{a}}\]}{2|\(b\)}", [(1, r"\[{{a}}\]", ""), (2, r"\(b\)", "")]),
    ],
)
def test_a_formulas_own_braces_are_no_gap(text: str, found: list[object]) -> None:
    assert pieces(text) == found


@pytest.mark.parametrize(
    "text",
    [r"A {1|gap} and {x}", r"A {1|gap} in \(a\) {b", r"A {1|g{a}p}", r"A {1|a} and \(\sqrt{1|\frac{a}{b}}\)"],
)
def test_a_brace_outside_gaps_and_formulas_is_told(author: Author, text: str) -> None:
    author.write(EXTRA, cloze(text))

    assert [each.rule for each in author.check()] == ["broken-gap"] or "no-gap" in {e.rule for e in author.check()}


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("the torque $r F$ of it", None),
        ("the angle $x$ of it", r"write '\(x\)', in single quotes"),
        ("the ratio $F_1 / F_2$ of it", r"write '\(F_1 / F_2\)', in single quotes"),
        (r"so $$\frac{a}{b}$$ it is", r"write '\[\frac{a}{b}\]', in single quotes"),
        ("so $$a$$ it is", r"write '\[a\]', in single quotes"),
        ("so $a = b$, it is", r"write '\(a = b\)', in single quotes"),
        ("[latex]x[/latex] it is", r"write \( … \), or \[ … \] for a line of its own, in single quotes"),
        ("it costs $5 and $10", None),
        ("it costs $5-$10, or 7$ = 8$", None),
        ("between US$5 and AU$7, $5 + $10, $3/set and $4/set", None),
        ("a $ alone", None),
        (r"a formula \(a $ b\) with a \(c $ d\)", None),
    ],
)
def test_latex_between_dollars_is_told_and_prices_are_not(
    author: Author, monkeypatch: pytest.MonkeyPatch, text: str, help: str | None
) -> None:
    author.edit(WHY, "region: arm", f"region: arm\nwhy: '{text}'")

    assert [each.help for each in linted(author, monkeypatch)] == ([help] if help else [])


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("where", ["why", "a cloze"])
def test_a_sound_formula_is_no_fault(author: Author, monkeypatch: pytest.MonkeyPatch, formula: str, where: str) -> None:
    if where == "why":
        author.edit(WHY, "region: arm", f"region: arm\nwhy: '{formula}'")
    else:
        author.write(EXTRA, cloze(f"The moment of the {{1|{formula}}} arm is {formula} here", formula))

    assert linted(author, monkeypatch) == []
    assert not {"no-gap", "broken-gap"} & {each.rule for each in author.check()}


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (r"\(\frac{a}{b\)", "the braces of the formula '\\(\\frac{a}{b\\)' do not pair"),
        (r"\(a}{b\)", "do not pair"),
        (r"\(a &lt; b\)", "'&lt;' in a formula is no character to MathJax"),
    ],
)
def test_a_formula_that_mathjax_would_not_show_is_told(
    author: Author, monkeypatch: pytest.MonkeyPatch, formula: str, said: str
) -> None:
    author.edit(WHY, "region: arm", f"region: arm\nwhy: '{formula}'")

    (found,) = linted(author, monkeypatch)

    assert said in found.message and found.severity == "error"


@pytest.mark.parametrize("formula", [r"\({{a}}\)", r"\[a\]", "$x^2$"])
def test_a_line_that_takes_no_formula_says_so_of_every_form(
    author: Author, monkeypatch: pytest.MonkeyPatch, formula: str
) -> None:
    author.edit(WHY, "latin: Musculus brachialis", f"latin: 'Musculus {formula}'")

    (found,) = linted(author, monkeypatch)

    assert found.help == "write the formula in words, or move it to `why`"
    assert found.message == f"'{formula}' would be shown as it is typed"
