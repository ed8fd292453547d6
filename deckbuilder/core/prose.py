"""What an author typed, made harmless: plain text and the small Markdown to HTML for a field.

In a field, Anki reads more than HTML: `{{c1::…}}`, `[sound:…]`, `[$]…[/$]`, and MathJax in the browser. None of it can
be typed by accident. MathJax is let through where prose says `\\( … \\)` or, on a line of its own, `\\[ … \\]`: its braces
are written as entities, which a browser reads before MathJax does, and Anki's search for gaps does not see.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from deckbuilder.core.patterns import regex

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_TAGS = {"p", "em", "strong", "ul", "ol", "li", "a", "br", "sub", "sup", "code"}
# What a terminal obeys, or what would show text in another order than it is read.
OBEYED = regex("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SPECIAL = regex(r"[{}\[\]]|\\(?=[()\[\]])|::")
_UNSAFE = regex(r"[&<>\"'{}\[\]\\]|::")
_HARMLESS = {"{": "&#123;", "}": "&#125;", "[": "&#91;", "]": "&#93;", "\\": "&#92;&#8288;", "::": "&#58;&#58;"}
_MARKDOWN = regex(r"[*_`\[~^\\\n]|^(?:[-+]|\d+[.)])\s")
# A formula within a line, or on its own. None holds another's opening, so that no search goes on to the end of the text
# again and again; the `\\[` of a row's distance opens nothing.
MATH = regex(
    r"(?<!\\)\\(?:\((?P<within>(?:(?!(?<!\\)\\\().)+?)\\\)|\[(?P<apart>(?:(?!(?<!\\)\\\[).)+?)\\\])", re.DOTALL
)
# Where another sentence may begin, a paragraph or a list: 'approx. 5' and 'e.g. the' end none.
_SENTENCE_ENDS = regex(r"(?<=[.!?])[ \n]+(?=[A-Z\"“(*])|\n(?=\n|[-+*] |\d+[.)] )")
_KEPT = regex("\ue000([0-9]+)\ue001")
_IN_MATH = regex(r"[{}\[\]]|::")


def unobeyed(text: str, but: str = "") -> str:
    """Somebody's text for a terminal, a log or a diff: what they would obey is spelled out, `but` these characters."""
    return OBEYED.sub(lambda found: found[0] if found[0] in but else f"\\u{ord(found[0]):04x}", text)


@lru_cache(maxsize=65_536)
def plain(text: str) -> Markup:
    """One line of text as HTML in which nothing means anything to HTML, Anki or MathJax."""
    if not _UNSAFE.search(text):  # most text is words
        return Markup(text)
    return Markup(_SPECIAL.sub(lambda found: _HARMLESS[found[0]], str(escape(text))))


def formula(text: str) -> str:
    """A formula, or a part of one, as a field holds it: MathJax reads what was typed, and nothing else reads any of it."""
    marks = MATH.fullmatch(text)
    if marks is None:
        return _IN_MATH.sub(lambda found: _HARMLESS[found[0]], str(escape(text)))
    inside = marks["within"] or marks["apart"]
    return f"{text[:2]}{formula(inside)}{text[-2:]}"


def with_formulas(text: str) -> Markup:
    """Plain text in which formulas may stand."""
    made, last = [], 0
    for found in MATH.finditer(text):
        made += [str(plain(text[last : found.start()])), formula(found[0])]
        last = found.end()
    return Markup("".join([*made, str(plain(text[last:]))]))


def prose(text: str) -> Markup:
    """Small Markdown as sanitized HTML, in paragraphs. Empty for empty text."""
    if not text:
        return Markup("")
    if not _MARKDOWN.search(text):
        return Markup(f"<p>{plain(text)}</p>")
    return _markdown(text)


def lead(text: str) -> tuple[str, str]:
    """The first sentence of prose, and the rest of it."""
    end = _SENTENCE_ENDS.search(text)
    return (text[: end.start()], text[end.end() :]) if end else (text, "")


def inline(text: str) -> Markup:
    """Prose that stands in a line: the paragraph around a single one is taken off."""
    html = prose(text)
    if html.startswith("<p>") and html.count("<p>") == 1 and html.endswith("</p>"):
        return Markup(html[3:-4])
    return html


@lru_cache(maxsize=4096)
def _markdown(text: str) -> Markup:
    import nh3

    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(formula(found[0]))
        return f"\ue000{len(kept) - 1}\ue001"

    html = _renderer().render(MATH.sub(keep, text.replace("\ue000", "").replace("\ue001", "")))
    clean = nh3.clean(
        html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}, link_rel=None
    )
    safe = _SPECIAL.sub(lambda found: _HARMLESS[found[0]], clean.strip())
    return Markup(_KEPT.sub(lambda found: kept[int(found[1])], safe))


@lru_cache(maxsize=1)
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt  # a tenth of a short build's time, and most decks hold little Markdown
    from mdit_py_plugins.subscript import sub_plugin
    from mdit_py_plugins.superscript import superscript_plugin

    rules = MarkdownIt("zero", {"html": False, "linkify": False})
    rules.enable(["emphasis", "link", "list", "newline", "escape", "backticks", "balance_pairs", "fragments_join"])
    return rules.use(sub_plugin).use(superscript_plugin)
