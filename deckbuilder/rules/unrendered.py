"""What would be shown as it is typed: formulas that no card sets, HTML, Anki's braces, Markdown where a line takes none."""

from __future__ import annotations

import re
from html import unescape

from deckbuilder.core.patterns import regex
from deckbuilder.core.prose import MATH
from deckbuilder.reading.tokens import plain

# The words, what is wrong with them, the next step, and whether they are surely wrong.
Slip = tuple[str, str, str, bool]

_TAGS = (
    "a|abbr|audio|b|big|blockquote|body|br|button|center|code|dd|div|dl|dt|em|embed|font|form|h[1-6]|head|hr|html|i|iframe|"
    "img|input|ins|del|kbd|li|link|mark|meta|object|ol|p|pre|q|s|script|small|span|strike|strong|style|sub|sup|svg|table|"
    "tbody|td|th|tr|tt|u|ul|video"
)
_HTML = regex(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>|<!--", re.IGNORECASE)
_ENTITY = regex(r"&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,5});", re.IGNORECASE)
_ANKI = regex(r"\{\{[^}]*\}?\}?|\{%|\{#|\[sound:[^\]]*\]?|\[/?(?:latex|\$\$?)\]", re.IGNORECASE)
_REMOTE = regex(r"!\[[^\]]*\]\([^)]*\)")
_SCRIPT = regex(r"\]\(\s*(?:javascript|data|vbscript):[^)]*\)?", re.IGNORECASE)
# LaTeX between dollars, and no prices: what begins with a digit must hold a sign that no price has.
_DOLLARS = regex(
    r"\$\$[^$]{1,500}\$\$|(?<![\w$\\])\$(?:(?=[^$]*[\\^_])[^\s$]|(?=[^$]*[=+<>{}/*-])[^\s\d$]|(?=[A-Za-z]\$))"
    r"(?:[^$]{0,200}[^\s$])?\$(?![\w$])"
)
_FORMULA = r"write \( … \), or \[ … \] for a line of its own, in single quotes"
_NO_FORMULA = "write the formula in words, or move it to `why`"
_BRACES = regex(r"\\[\\{}]|[{}]")
_MARKDOWN = regex(
    r"\*\*[^*\s][^*]*\*\*|(?<![\w*])\*[^*\s](?:[^*]*[^*\s])?\*(?![\w*])|(?<!\w)__?[^_\s](?:[^_]*[^_\s])?__?(?!\w)|`[^`]+`|\[[^\]]+\]\([^)\s]+\)|(?<=\w)[\^~][^\s^~]+[\^~]"
)
_HEADING = regex(r"^#{1,6} \S|^\s*>\s|^\|.*\|", re.MULTILINE)
_INSTEAD = {
    "b": "**…**",
    "strong": "**…**",
    "i": "*…*",
    "em": "*…*",
    "u": "*…*",
    "sub": "~…~",
    "sup": "^…^",
    "br": "a new paragraph",
    "p": "a blank line",
    "li": "a line that begins with '- '",
    "ul": "lines that begin with '- '",
    "ol": "lines that begin with '1. '",
    "a": "[words](https://…)",
    "code": "`…`",
}
_CHARACTERS = {
    "nbsp": "a space",
    "amp": "&",
    "lt": "<",
    "gt": ">",
    "deg": "°",
    "times": "×",
    "ndash": "–",
    "mdash": "—",
    "quot": '"',
    "plusmn": "±",
    "micro": "µ",
}


def formula_slip(text: str, takes_math: bool) -> Slip | None:
    """A formula that no card would show as one."""
    formulas = [each[0] for each in MATH.finditer(text)]
    if formulas and not takes_math:
        return formulas[0], _as_typed(formulas[0]), _NO_FORMULA, True
    for each in formulas:
        if wrong := _entity_in(each) or _unpaired(each):
            return wrong
    return _dollars(_without_formulas(text), takes_math)


def _entity_in(formula: str) -> Slip | None:
    """A character reference, which MathJax does not read."""
    entity = _ENTITY.search(formula)
    if not entity or unescape(entity[0]) == entity[0]:
        return None
    character = unescape(entity[0])
    message = f"'{entity[0]}' in a formula is no character to MathJax"
    return entity[0], message, f"write {'a blank' if character.isspace() else character}", True


def _unpaired(formula: str) -> Slip | None:
    """Braces that do not pair."""
    depth = 0
    for brace in _BRACES.findall(formula):
        depth += (brace == "{") - (brace == "}")
        if depth < 0:
            break
    if not depth:
        return None
    message = f"the braces of the formula '{formula}' do not pair"
    return formula, message, "close each `{` with a `}`; a brace that is to be seen is `\\{`", True


def _dollars(text: str, takes_math: bool) -> Slip | None:
    """A formula between dollars."""
    found = _DOLLARS.search(text)
    if not found:
        return None
    inside = found[0].strip("$").strip()
    instead = f"\\[{inside}\\]" if found[0].startswith("$$") else f"\\({inside}\\)"
    return found[0], _as_typed(found[0]), f"write '{instead}', in single quotes" if takes_math else _NO_FORMULA, True


def markup_slip(text: str, prose: bool) -> Slip | None:
    """Markup that no card would show as such. `prose`: the line takes Markdown."""
    text = _without_formulas(text)
    return _html(text, prose) or _ankis(text, prose) or _reference(text) or _elsewhere(text) or _markdown(text, prose)


def _html(text: str, prose: bool) -> Slip | None:
    """A tag of HTML, or a comment."""
    found = _HTML.search(text)
    if not found:
        return None
    name = re.sub(r"[^a-z0-9].*", "", found[0].strip("</! ").lower())
    instead = _INSTEAD.get(name, "")
    inside = re.search(rf"<{name}\b[^>]*>([^<]{{1,60}})</", text, re.IGNORECASE) if name else None
    if inside and "…" in instead:
        instead = f"'{instead.replace('…', inside[1])}'"
    out = f"take out '{found[0]}': this line takes no markup, the templates style it"
    return found[0], _as_typed(found[0]), f"write {instead}" if instead and prose else out, True


def _ankis(text: str, prose: bool) -> Slip | None:
    """What means something in Anki's editor or in a template: braces, sounds, LaTeX."""
    found = _ANKI.search(text)
    if not found:
        return None
    if found[0].startswith("{{c"):
        help = "gaps stand in `cloze` records: {1|the hidden words}"
    elif found[0].lower().startswith("[sound"):
        help = "a deck here has no sounds; write how it is said into `say`"
    elif found[0].startswith("["):
        help = _FORMULA if prose else "write the formula in words"
    else:
        help = "braces belong to templates; write the words that you mean"
    return found[0], _as_typed(found[0]), help, True


def _reference(text: str) -> Slip | None:
    """A character that is written as HTML writes it."""
    found = _ENTITY.search(text)
    if not found:
        return None
    character = _CHARACTERS.get(found[0].strip("&;").lower(), "the character itself")
    return found[0], _as_typed(found[0]), f"write {character}", True


def _elsewhere(text: str) -> Slip | None:
    """A picture in the text, or a link that runs something."""
    if found := _REMOTE.search(text):
        return found[0], "a picture in a text is not shown", "save it in cards/media/ and name it in `picture:`", True
    if found := _SCRIPT.search(text):
        return found[0], "a link may lead to a page, not run anything", "write https://…", True
    return None


def _markdown(text: str, prose: bool) -> Slip | None:
    """Markdown in a line that takes none, and of Markdown what no card takes."""
    found = (_HEADING if prose else _MARKDOWN).search(text)
    if not found:
        return None
    if prose:
        message = "headings, quotes and tables are not made of Markdown here"
        return found[0].strip(), message, "write paragraphs or a list", False
    message = f"'{found[0]}' would be shown with its marks: this line takes no Markdown"
    return found[0], message, f"write it without the marks: '{plain(found[0])}'", False


def _as_typed(words: str) -> str:
    return f"'{words}' would be shown as it is typed"


def _without_formulas(text: str) -> str:
    """The text with blanks in the place of its formulas."""
    return MATH.sub(lambda found: " " * len(found[0]), text)
