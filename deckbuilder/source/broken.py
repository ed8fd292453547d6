"""Text that is no YAML, explained where the author has to mend it: at the value, wherever YAML noticed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.patterns import regex
from deckbuilder.source.document import BREAK, File

QUOTED = "put the text in single quotes, '…', with '' for an apostrophe; or below a `|`, indented"
# Blanks that look like one to an author and like a letter to YAML.
BLANK = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff"
ODD = regex(rf"[{BLANK}]")
_BEFORE = r"[ \t]*(?:[-?][ \t]+)*"
# Where such a blank stands for the indentation, or behind the dash or colon that begins a value.
ODDLY = regex(rf"{_BEFORE}(?:(?P<at>[{BLANK}])|-(?P<dash>[{BLANK}])|[\w-]{{1,80}}:(?P<colon>[{BLANK}]))")
_VALUE = regex(rf"{_BEFORE}(?:[\w./-]{{1,200}}(?P<colon>:)[ \t]+)?(?=\S)")
_GLUED = regex(rf"{_BEFORE}[\w-]{{1,80}}:(?=[^\s:/])")
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
Rule = Literal["broken-yaml", "tab", "odd-blank"]
_UNEXPECTED = "did not find expected"
_ESCAPES = ("found unknown escape character", "did not find expected hexdecimal number")


def broken(file: File, error: Exception) -> Diagnostic:
    """Explains what PyYAML raised, as a fault."""
    mark, opened = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    problem, context = str(getattr(error, "problem", None) or error), str(getattr(error, "context", None))
    if mark is None:
        message, help = f"this is not valid YAML: {problem}", "check quotes, brackets and indentation in this file"
        return Diagnostic(Location(file.name), "broken-yaml", message, help)
    noticed = _Noticed(file, BREAK.split(file.text), problem, context, mark, opened)
    for explain in _EXPLANATIONS:
        found = explain(noticed)
        if found is not None:
            return found
    help = "check quotes, brackets and indentation around this line"
    return noticed.fault(noticed.place, f"this is not valid YAML: {problem}", help)


@dataclass(frozen=True)
class _Noticed:
    """What YAML noticed, and where: `mark`, and `opened` where that began of which it is a part."""

    file: File
    lines: list[str]
    problem: str
    context: str
    mark: Any
    opened: Any

    @property
    def place(self) -> tuple[int, int]:
        return self.mark.line, self.mark.column

    @property
    def begun(self) -> tuple[int, int]:
        return (self.opened.line, self.opened.column) if self.opened else self.place

    @property
    def line(self) -> str:
        return self.lines[self.mark.line] if self.mark.line < len(self.lines) else ""

    @property
    def sign(self) -> str:
        """The character at which YAML stopped."""
        return self.file.text[self.mark.index : self.mark.index + 1]

    @cached_property
    def value(self) -> tuple[int, int]:
        """Where the value begins in which it stopped."""
        return _value(self.lines, self.mark.line, self.mark.column)

    @property
    def first(self) -> str:
        """The character with which that value begins."""
        return self.lines[self.value[0]][self.value[1] : self.value[1] + 1]

    def opens(self, signs: str) -> bool:
        """Whether the value begins with one of these, above or before the place where YAML stopped."""
        return bool(self.first) and self.first in signs and self.value < self.place

    def fault(self, at: tuple[int, int], message: str, help: str, rule: Rule = "broken-yaml") -> Diagnostic:
        return Diagnostic(Location(self.file.name, at[0] + 1, at[1] + 1), rule, message, help)


def _tab(noticed: _Noticed) -> Diagnostic | None:
    problem = noticed.problem
    if "\t" not in noticed.line[: noticed.mark.column + 1] or not re.search("token|indent|tab", problem):
        return None
    return noticed.fault(noticed.place, "YAML does not allow tabs for indentation", "use spaces", "tab")


def _other_blank(noticed: _Noticed) -> Diagnostic | None:
    lines = noticed.lines
    for number in dict.fromkeys((noticed.mark.line, noticed.begun[0], noticed.mark.line - 1)):
        if 0 <= number < len(lines) and (column := oddly(lines[number])) is not None:
            return noticed.fault((number, column), *odd_blank(lines[number][column]))
    return None


def _escape(noticed: _Noticed) -> Diagnostic | None:
    if noticed.problem not in _ESCAPES:
        return None
    line = noticed.line
    wrong = re.match(r"\\.", line[max(0, line.rfind("\\", 0, noticed.mark.column + 1)) :])
    shown = f"`{wrong[0]}`" if wrong else "a `\\`"
    message = f"{shown} means nothing in double quotes, where a `\\` begins a character"
    return noticed.fault(noticed.begun, message, QUOTED)


def _reserved(noticed: _Noticed) -> Diagnostic | None:
    if "cannot start any token" not in noticed.problem:
        return None
    return noticed.fault(noticed.place, f"no text begins with `{noticed.sign}`, which YAML keeps for itself", QUOTED)


def _sign(noticed: _Noticed) -> Diagnostic | None:
    for known, character in _SIGNS.items():
        if noticed.opened and known in noticed.context:
            found = character or noticed.file.text[noticed.opened.index : noticed.opened.index + 1]
            return noticed.fault(noticed.begun, f"text that begins with `{found}` means something else to YAML", QUOTED)
    return None


def _entry(noticed: _Noticed) -> Diagnostic | None:
    for known, character in _ENTRIES.items():
        if known in noticed.problem:
            more = "; a list begins on a line of its own" if character == "-" else ""
            message = f"text that begins with `{character} ` means something else to YAML"
            return noticed.fault(noticed.place, message, QUOTED + more)
    return None


def _quote_within(noticed: _Noticed) -> Diagnostic | None:
    """A quote in the middle of a text in quotes, behind which a letter follows."""
    before = noticed.file.text[noticed.mark.index - 1 : noticed.mark.index]
    if not before or before not in "'\"" or not noticed.sign.isalnum() or _UNEXPECTED not in noticed.problem:
        return None
    start = noticed.line.rfind(before, 0, noticed.mark.column - 1)
    at = noticed.value if noticed.first == before or start < 0 else (noticed.mark.line, start)
    if before == "'":
        message = "an apostrophe in it ends the text that is quoted here"
        return noticed.fault(at, message, "write the apostrophe twice: ''")
    return noticed.fault(at, 'a `"` in it ends the text that is quoted here', QUOTED)


def _unfinished(noticed: _Noticed) -> Diagnostic | None:
    for known, message, help in _UNFINISHED:
        if noticed.opened and known in noticed.context:
            return noticed.fault(noticed.begun, message, help)
    return None


def _key(noticed: _Noticed) -> Diagnostic | None:
    """A key without its colon, or without the blank behind it."""
    if "scanning a simple key" not in noticed.context:
        return None
    line, column = noticed.begun
    if (glued := _GLUED.match(noticed.lines[line])) and column < glued.end():
        message = "a blank is missing after the colon"
        return noticed.fault((line, glued.end() - 1), message, "write it as `key: value`")
    message = "this line has no `:` after its key"
    return noticed.fault((line, column), message, "write it as `key: value`, or indent it")


def _brackets(noticed: _Noticed) -> Diagnostic | None:
    line, column = noticed.value
    if not noticed.opens("[{") or _closed(noticed.lines[line][column:]):
        return None
    message = f"text that begins with `{noticed.first}` means something else to YAML"
    return noticed.fault(noticed.value, message, QUOTED)


def _behind_quotes(noticed: _Noticed) -> Diagnostic | None:
    if not noticed.opens("'\"") or _UNEXPECTED not in noticed.problem:
        return None
    return noticed.fault(noticed.value, "the text goes on behind its closing quote", "quote all of it: " + QUOTED)


def _colon(noticed: _Noticed) -> Diagnostic | None:
    if "mapping values are not allowed" not in noticed.problem:
        return None
    message = "a colon followed by a space starts a value, and this is one already"
    return noticed.fault(noticed.value, message, QUOTED)


def _comment(noticed: _Noticed) -> Diagnostic | None:
    """A `#` in a text that was to go on on the next line."""
    lines = noticed.lines
    above = next((number for number in range(noticed.mark.line - 1, -1, -1) if lines[number].strip()), None)
    cut = re.search(r"\S[ \t]+#", lines[above]) if above is not None else None
    if above is None or cut is None or "expected key" not in noticed.problem:
        return None
    at = (above, lines[above].index("#", cut.start()))
    return noticed.fault(at, "what follows ` #` is a comment, and the text does not go on below it", QUOTED)


# In this order: what comes first is surer of itself.
_EXPLANATIONS: tuple[Callable[[_Noticed], Diagnostic | None], ...] = (
    _tab,
    _other_blank,
    _escape,
    _reserved,
    _sign,
    _entry,
    _quote_within,
    _unfinished,
    _key,
    _brackets,
    _behind_quotes,
    _colon,
    _comment,
)


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
    if found is None:
        return min(number, len(lines) - 1), 0
    own = found.start("colon") if found["colon"] else -1
    if own < column and (own >= 0 or line[:1] not in (" ", "\t")):
        return number, found.end()
    indent = len(line) - len(line.lstrip())
    for above in range(number - 1, -1, -1):
        begin = _goes_on(lines[above], indent)
        if begin is not None:
            return above, begin
    return number, found.end()


def _goes_on(line: str, indent: int) -> int | None:
    """Where the value of a line begins that may go on in lines with this indentation below it."""
    found = _VALUE.match(line)
    if found is None or len(line) - len(line.lstrip()) >= indent:
        return None
    return found.end() if found["colon"] or found.end() > indent - 1 else None
