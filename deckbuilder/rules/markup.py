"""What is typed: words, and of Markdown what the field takes; nothing that would be shown as it is typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape

from deckbuilder.core.prose import MATH
from deckbuilder.reading.tokens import plain, words
from deckbuilder.records import Cloze, Record
from deckbuilder.records.base import MAX_PROSE, Model, Said
from deckbuilder.rules.rule import Fix, Found, Seen, rule
from deckbuilder.source import Path_

_SPECIAL = re.compile(r"[<&{}\[\\`*_~^!#$]|\]")
_TAGS = (
    "a|abbr|audio|b|big|blockquote|body|br|button|center|code|dd|div|dl|dt|em|embed|font|form|h[1-6]|head|hr|html|i|iframe|"
    "img|input|ins|del|kbd|li|link|mark|meta|object|ol|p|pre|q|s|script|small|span|strike|strong|style|sub|sup|svg|table|"
    "tbody|td|th|tr|tt|u|ul|video"
)
_HTML = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>|<!--", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,5});", re.IGNORECASE)
_ANKI = re.compile(r"\{\{[^}]*\}?\}?|\{%|\{#|\[sound:[^\]]*\]?|\[/?(?:latex|\$\$?)\]", re.IGNORECASE)
_REMOTE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_SCRIPT = re.compile(r"\]\(\s*(?:javascript|data|vbscript):[^)]*\)?", re.IGNORECASE)
# LaTeX between dollars, and no prices: what begins with a digit must hold a sign that no price has.
_DOLLARS = re.compile(
    r"\$\$[^$]{1,500}\$\$|(?<![\w$\\])\$(?:(?=[^$]*[\\^_])[^\s$]|(?=[^$]*[=+<>{}/*-])[^\s\d$]|(?=[A-Za-z]\$))"
    r"(?:[^$]{0,200}[^\s$])?\$(?![\w$])"
)
_FORMULA = r"write \( … \), or \[ … \] for a line of its own, in single quotes"
_NO_FORMULA = "write the formula in words, or move it to `why`"
_BRACES = re.compile(r"\\[\\{}]|[{}]")
_MARKDOWN = re.compile(
    r"\*\*[^*\s][^*]*\*\*|(?<![\w*])\*[^*\s](?:[^*]*[^*\s])?\*(?![\w*])|(?<!\w)__?[^_\s](?:[^_]*[^_\s])?__?(?!\w)|`[^`]+`|\[[^\]]+\]\([^)\s]+\)|(?<=\w)[\^~][^\s^~]+[\^~]"
)
_HEADING = re.compile(r"^#{1,6} \S|^\s*>\s|^\|.*\|", re.MULTILINE)
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
_DOUBLED = re.compile(r"\b([^\W\d_]+)(\s+)(\1)\b", re.IGNORECASE)
# Said twice on purpose: 'the fact that that muscle', 'it had had'.
_MAY_DOUBLE = frozenset(("that", "had", "her", "is", "do", "go", "so", "very", "no", "there", "bye", "knock"))
# Never right twice.
_SMALL = frozenset(words("the a an of to in and or for with at by from on as are was be its it than into if"))
_SPACES = (" ,", " .", " ;", "( ", " )", "  ")
_SPACED = re.compile(r"(?<=[^\W_]) (?=[,;.](?:\s|$))|(?<=\() +(?=\w)|(?<=\w) +(?=\))|(?<=\S) {2,}(?=\S)")


@rule()
def unsafe_markup(seen: Seen) -> Iterator[Found]:
    """HTML, Anki's braces, LaTeX, pictures from elsewhere: they are shown as they are typed. A warning for Markdown in a
    line that takes none.

    Why: fields are made harmless, so that a deck from a stranger can do nothing; what looks like a tag is then read by
    learners. Colours and sizes belong to the templates, or dark mode and phones break.

    Bad:
        why: It is <b>not</b> {{c1::a hamstring}}.

    Good:
        why: It is **not** a hamstring.
    """
    for record, said in seen.texts:
        if not _SPECIAL.search(said.text):
            continue
        prose = takes_markdown(record, said.path)
        found = _math(said.text, prose or (isinstance(record, Cloze) and said.path == ("text",))) or _markup(
            said, prose
        )
        if found:
            word, message, help, grave = found
            yield Found(record, said.path, message, help, grave=grave, word=word)


def _math(text: str, takes_math: bool) -> tuple[str, str, str, bool] | None:
    """A formula that no card would show as one."""
    formulas = list(MATH.finditer(text))
    if formulas and not takes_math:
        return formulas[0][0], f"'{formulas[0][0]}' would be shown as it is typed", _NO_FORMULA, True
    for each in formulas:
        if (entity := _ENTITY.search(each[0])) and (character := unescape(entity[0])) != entity[0]:
            message = f"'{entity[0]}' in a formula is no character to MathJax"
            return entity[0], message, f"write {'a blank' if character.isspace() else character}", True
        depth = 0
        for brace in _BRACES.findall(each[0]):
            depth += (brace == "{") - (brace == "}")
            if depth < 0:
                break
        if depth:
            message = f"the braces of the formula '{each[0]}' do not pair"
            return each[0], message, "close each `{` with a `}`; a brace that is to be seen is `\\{`", True
    rest = MATH.sub(lambda found: " " * len(found[0]), text)
    if found := _DOLLARS.search(rest):
        inside = found[0].strip("$").strip()
        instead = f"\\[{inside}\\]" if found[0].startswith("$$") else f"\\({inside}\\)"
        help = f"write '{instead}', in single quotes" if takes_math else _NO_FORMULA
        return found[0], f"'{found[0]}' would be shown as it is typed", help, True
    return None


def _markup(said: Said, prose: bool) -> tuple[str, str, str, bool] | None:
    """The markup, what is wrong with it, the next step, and whether it is surely wrong."""
    text = MATH.sub(lambda found: " " * len(found[0]), said.text)
    if found := _HTML.search(text):
        name = re.sub(r"[^a-z0-9].*", "", found[0].strip("</! ").lower())
        instead = _INSTEAD.get(name, "")
        inside = re.search(rf"<{name}\b[^>]*>([^<]{{1,60}})</", text, re.IGNORECASE) if name else None
        if inside and "…" in instead:
            instead = f"'{instead.replace('…', inside[1])}'"
        help = (
            f"write {instead}"
            if instead and prose
            else f"take out '{found[0]}': this line takes no markup, the templates style it"
        )
        return found[0], f"'{found[0]}' would be shown as it is typed", help, True
    if found := _ANKI.search(text):
        if found[0].startswith("{{c"):
            help = "gaps stand in `cloze` records: {1|the hidden words}"
        elif found[0].lower().startswith("[sound"):
            help = "a deck here has no sounds; write how it is said into `say`"
        elif found[0].startswith("["):
            help = _FORMULA if prose else "write the formula in words"
        else:
            help = "braces belong to templates; write the words that you mean"
        return found[0], f"'{found[0]}' would be shown as it is typed", help, True
    if found := _ENTITY.search(text):
        character = _CHARACTERS.get(found[0].strip("&;").lower(), "the character itself")
        return found[0], f"'{found[0]}' would be shown as it is typed", f"write {character}", True
    if found := _REMOTE.search(text):
        return found[0], "a picture in a text is not shown", "save it in cards/media/ and name it in `picture:`", True
    if found := _SCRIPT.search(text):
        return found[0], "a link may lead to a page, not run anything", "write https://…", True
    if not prose and (found := _MARKDOWN.search(text)):
        help = f"write it without the marks: '{plain(found[0])}'"
        return found[0], f"'{found[0]}' would be shown with its marks: this line takes no Markdown", help, False
    if prose and (found := _HEADING.search(text)):
        return (
            found[0].strip(),
            "headings, quotes and tables are not made of Markdown here",
            "write paragraphs or a list",
            False,
        )
    return None


def takes_markdown(record: Record, path: Path_) -> bool:
    """Whether the text at a path is prose: the limit of its field says so. Small print is not, nor a text with gaps."""
    if isinstance(record, Cloze) and path == ("text",):
        return False
    holder: object = record
    for step in path[:-1]:
        if isinstance(holder, dict):
            holder = holder.get(step)
        elif isinstance(holder, tuple):
            holder = holder[step] if isinstance(step, int) and step < len(holder) else None
        else:
            holder = getattr(holder, str(step), None)
    return isinstance(holder, Model) and str(path[-1]) in _prose(type(holder))


@lru_cache(maxsize=64)
def _prose(kind: type[Model]) -> frozenset[str]:
    """The fields of a model that may be as long as prose."""
    fields = kind.model_fields.items()
    return frozenset(
        name for name, field in fields if any(getattr(each, "max_length", 0) == MAX_PROSE for each in field.metadata)
    )


@rule()
def long_word(seen: Seen) -> Iterator[Found]:
    """A word too long for a line of a phone. Told on request only.

    Why: it runs out of the screen, or is broken where it should not be. The limit is `word-characters`.

    Bad:
        why: The musculo-tendo-ligamentous/capsulo-osseous unit.

    Good:
        why: The unit of muscle, tendon, ligament and bone.
    """
    most = int(seen.limit("word-characters"))
    pattern = re.compile(rf"\S{{{most + 1},}}")
    for record, said in seen.texts:
        if len(said.text) > most and (found := pattern.search(plain(said.text))) and "://" not in found[0]:
            message = f"'{found[0]}' has {len(found[0])} characters in a row"
            yield Found(record, said.path, message, "write it in several words", word=found[0])


@rule()
def doubled_word(seen: Seen) -> Iterator[Found]:
    """A word twice in a row, or a space too many: before a comma, inside a bracket, between words.

    Why: a slip of typing that nobody sees in his own text, and every reader does.
    Fix: the small words that are never right twice, and the spaces.

    Bad:
        why: It crosses the the knee .

    Good:
        why: It crosses the knee.
    """
    for record, said in seen.texts:
        if said.path[-1] in ("say", "mnemonic"):
            continue
        found = next(filter(_is_slip, _DOUBLED.finditer(said.text)), None)
        if found:
            once = said.text[: found.start()] + found[1] + said.text[found.end() :]
            fix = _fix(record, said, once) if found[1].lower() in _SMALL else None
            yield Found(
                record, said.path, f"'{found[1]}' stands twice", f"write '{found[1]}' once", word=found[0], fix=fix
            )
        elif any(each in said.text for each in _SPACES) and (space := _SPACED.search(said.text)):
            fix = _fix(record, said, _SPACED.sub(lambda each: " " if len(each[0]) > 1 else "", said.text))
            near = said.text[max(0, space.start() - 12) : space.end() + 12].strip()
            yield Found(record, said.path, f"a space too many in '{near}'", "take it out", word=near, fix=fix)


def _is_slip(twice: re.Match[str]) -> bool:
    return twice[1].lower() not in _MAY_DOUBLE


def _fix(record: Record, said: Said, better: str) -> Fix | None:
    """The better text, where the source holds the text as it is: a sentence with gaps or over several lines does not."""
    value = record.document.text(said.path)
    return Fix(said.path, better) if value == said.text else None
