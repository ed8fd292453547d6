"""Text that is no YAML, explained where the author has to mend it: at the value, wherever YAML noticed."""

from __future__ import annotations

import re

from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.source.document import BREAK, File

QUOTED = "put the text in single quotes, '…', with '' for an apostrophe; or below a `|`, indented"
# Blanks that look like one to an author and like a letter to YAML.
BLANK = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff"
ODD = re.compile(rf"[{BLANK}]")
_BEFORE = r"[ \t]*(?:[-?][ \t]+)*"
# Where such a blank stands for the indentation, or behind the dash or colon that begins a value.
ODDLY = re.compile(rf"{_BEFORE}(?:(?P<at>[{BLANK}])|-(?P<dash>[{BLANK}])|[\w-]{{1,80}}:(?P<colon>[{BLANK}]))")
_VALUE = re.compile(rf"{_BEFORE}(?:[\w./-]{{1,200}}(?P<colon>:)[ \t]+)?(?=\S)")
_GLUED = re.compile(rf"{_BEFORE}[\w-]{{1,80}}:(?=[^\s:/])")
# YAML notices these where the text goes on, often lines below; the author has to mend the place where it began.
_UNFINISHED = (
    ("scanning a quoted scalar", "the quote that opens here is never closed", "close it at the end of the text"),
    (
        "parsing a flow mapping",
        "the `{` that opens here is not closed, or a comma is missing in it",
        "close it with `}`; if it is text, put it in single quotes",
    ),
    (
        "parsing a flow sequence",
        "the `[` that opens here is not closed, or a comma is missing in it",
        "close it with `]`; if it is text, put it in single quotes",
    ),
)
_SIGNS = {
    "scanning an alias": "*",
    "scanning an anchor": "&",
    "scanning a block scalar": "",  # one of two
    "scanning a tag": "!",
    "parsing a tag": "!",
}
_ENTRIES = {"block sequence entries are not allowed": "-", "mapping keys are not allowed": "?"}
_ESCAPES = ("found unknown escape character", "did not find expected hexdecimal number")


def broken(file: File, error: Exception) -> Diagnostic:
    """What PyYAML raised, as a fault."""
    mark, opened = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    problem, context = str(getattr(error, "problem", None) or error), str(getattr(error, "context", None))
    lines = BREAK.split(file.text)

    def fault(at: tuple[int, int], message: str, help: str, rule: str = "broken-yaml") -> Diagnostic:
        return Diagnostic(Location(file.name, at[0] + 1, at[1] + 1), rule, message, help)

    if mark is None:
        message, help = f"this is not valid YAML: {problem}", "check quotes, brackets and indentation in this file"
        return Diagnostic(Location(file.name), "broken-yaml", message, help)
    place = (mark.line, mark.column)
    begun = (opened.line, opened.column) if opened else place
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line[: mark.column + 1] and ("token" in problem or "indent" in problem or "tab" in problem):
        return fault(place, "YAML does not allow tabs for indentation", "use spaces", "tab")
    for number in dict.fromkeys((mark.line, begun[0], mark.line - 1)):
        if 0 <= number < len(lines) and (column := oddly(lines[number])) is not None:
            return fault((number, column), *odd_blank(lines[number][column]))
    sign = file.text[mark.index : mark.index + 1]
    if problem in _ESCAPES:
        wrong = re.match(r"\\.", line[max(0, line.rfind("\\", 0, mark.column + 1)) :])
        shown = f"`{wrong[0]}`" if wrong else "a `\\`"
        message = f"{shown} means nothing in double quotes, where a `\\` begins a character"
        return fault(begun, message, QUOTED)
    if "cannot start any token" in problem:
        return fault(place, f"no text begins with `{sign}`, which YAML keeps for itself", QUOTED)
    for known, character in _SIGNS.items():
        if opened and known in context:
            found = character or file.text[opened.index : opened.index + 1]
            return fault(begun, f"text that begins with `{found}` means something else to YAML", QUOTED)
    for known, character in _ENTRIES.items():
        if known in problem:
            more = "; a list begins on a line of its own" if character == "-" else ""
            return fault(place, f"text that begins with `{character} ` means something else to YAML", QUOTED + more)
    value = _value(lines, mark.line, mark.column)
    first = lines[value[0]][value[1] : value[1] + 1]
    before = file.text[mark.index - 1 : mark.index]
    if before and before in "'\"" and sign.isalnum() and "did not find expected" in problem:
        start = line.rfind(before, 0, mark.column - 1)
        at = value if first == before or start < 0 else (mark.line, start)
        if before == "'":
            return fault(at, "an apostrophe in it ends the text that is quoted here", "write the apostrophe twice: ''")
        return fault(at, 'a `"` in it ends the text that is quoted here', QUOTED)
    for known, message, help in _UNFINISHED:
        if opened and known in context:
            return fault(begun, message, help)
    if "scanning a simple key" in context:
        if (glued := _GLUED.match(lines[begun[0]])) and begun[1] < glued.end():
            return fault((begun[0], glued.end() - 1), "a blank is missing after the colon", "write it as `key: value`")
        return fault(begun, "this line has no `:` after its key", "write it as `key: value`, or indent it")
    if first and first in "[{" and value < place and not _closed(lines[value[0]][value[1] :]):
        return fault(value, f"text that begins with `{first}` means something else to YAML", QUOTED)
    if first and first in "'\"" and value < place and "did not find expected" in problem:
        return fault(value, "the text goes on behind its closing quote", "quote all of it: " + QUOTED)
    if "mapping values are not allowed" in problem:
        return fault(value, "a colon followed by a space starts a value, and this is one already", QUOTED)
    above = next((number for number in range(mark.line - 1, -1, -1) if lines[number].strip()), None)
    if above is not None and (cut := re.search(r"\S[ \t]+#", lines[above])) and "expected key" in problem:
        at = (above, lines[above].index("#", cut.start()))
        return fault(at, "what follows ` #` is a comment, and the text does not go on below it", QUOTED)
    help = "check quotes, brackets and indentation around this line"
    return fault(place, f"this is not valid YAML: {problem}", help)


def _closed(text: str) -> bool:
    """Whether a list or mapping in brackets is all of a line: then the fault lies behind it."""
    text = text.partition(" #")[0].rstrip()
    return text[-1:] in ("]", "}") and text.count("[") == text.count("]") and text.count("{") == text.count("}")


def oddly(line: str) -> int | None:
    """The column of a blank that YAML takes for a letter, where a line begins or its value does."""
    found = ODDLY.match(line)
    return found.start(found.lastgroup) if found and found.lastgroup else None


def odd_blank(character: str) -> tuple[str, str]:
    """What is wrong with such a blank, and the next step."""
    name = "a no-break space" if character == "\u00a0" else "a blank of another kind"
    message = f"{name} (U+{ord(character):04X}) stands where YAML knows only ordinary ones"
    return message, "delete it, and write an ordinary space in its place"


def _value(lines: list[str], number: int, column: int) -> tuple[int, int]:
    """Where the value begins in which a place lies: on its line, or above where the text only goes on there."""
    line = lines[number] if number < len(lines) else ""
    found = _VALUE.match(line)
    own = found.start("colon") if found and found["colon"] else -1
    if found is None or (own < column and (own >= 0 or line[:1] not in (" ", "\t"))):
        return (number, found.end()) if found else (min(number, len(lines) - 1), 0)
    indent = len(line) - len(line.lstrip())
    for above in range(number - 1, -1, -1):
        other = _VALUE.match(lines[above])
        if (
            other
            and len(lines[above]) - len(lines[above].lstrip()) < indent
            and (other["colon"] or other.end() > indent - 1)
        ):
            return above, other.end()
    return number, found.end()
