"""The line that a fault stands in, with a caret under what is meant."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

from rich.cells import cell_len

from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.patterns import regex
from deckbuilder.core.prose import unobeyed
from deckbuilder.source import File, guard
from deckbuilder.source.document import BREAK, stretches

TAB = 4
_TOKEN = regex(r"[\w-]+")
_MORE = "…"
_MAX_CARET = 400


class Excerpts:
    """Lines of a project's files, each file read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lines = lru_cache(maxsize=64)(self._read)

    def span(self, found: Diagnostic) -> tuple[Location, int]:
        """Where exactly a fault is, and over how many characters of its line it goes: 0 where the file cannot be read."""
        at = found.place or found.location
        line = self.line(at)
        if line is None:
            return at, 0
        width = found.width if found.place else self._stretches(at.path).get((at.line, at.column), 0)
        if not width:
            token = _TOKEN.match(line, at.column - 1)
            width = len(token[0]) if token else 1
        return at, max(1, min(width, len(line) - at.column + 1))

    def line(self, at: Location) -> str | None:
        """The text of a line, None if there is none."""
        lines = self._lines(at.path)[1] if at.line and at.column else ()
        return lines[at.line - 1] if 0 < at.line <= len(lines) and at.column <= len(lines[at.line - 1]) + 1 else None

    def show(self, found: Diagnostic, columns: int) -> str:
        """The line behind its number, cut to so many columns around the caret below it; '' where there is none to show."""
        at, width = self.span(found)
        line = self.line(at)
        if line is None:
            return ""
        gutter = f" {at.line} | "
        shown, start, end = _cut(line, at.column - 1, at.column - 1 + width, max(columns - len(gutter), 20))
        before, meant = _shown(shown[:start]), _shown(shown[start:end])
        caret = "^" + "~" * (min(cell_len(meant), _MAX_CARET) - 1)
        blank = " " * (len(gutter) - 2) + "| "
        return f"{gutter}{_shown(shown)}\n{blank}{' ' * cell_len(before)}{caret}".rstrip()

    def _stretches(self, path: str) -> dict[tuple[int, int], int]:
        file, _ = self._lines(path)
        return stretches(file) if file and path.endswith((".yaml", ".yml")) and not guard.refuse(file) else {}

    def _read(self, path: str) -> tuple[File | None, list[str]]:
        whole = self._root / path
        if not path or not whole.is_file():
            return None, []
        text = guard.raw(whole, self._root, path)
        return (None, []) if isinstance(text, Diagnostic) else (File(path, text), BREAK.split(text))


def _cut(line: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """A line that fits, and where in it the part from `start` to `end` stands then."""
    if len(line) <= 4 * room and cell_len(_shown(line)) <= room:
        return line, start, end
    first = _first(line, start, min(end, start + room), room)
    last = start
    while last < len(line) and last - start < 4 * room and cell_len(_shown(line[first : last + 1])) <= room - 2:
        last += 1
    head, tail = _MORE if first else "", _MORE if last < len(line) else ""
    shift = len(head) - first
    return f"{head}{line[first:last]}{tail}", start + shift, min(end, last) + shift


def _first(line: str, start: int, end: int, room: int) -> int:
    """Where what is shown of a line begins, so that the part from `start` to `end` stands about in the middle."""
    most = 4 * room  # characters without a width could go on for ever
    if start <= most and cell_len(_shown(line[:start])) <= room // 2:
        return 0
    first = start
    while first > 0 and start - first < most and cell_len(_shown(line[first - 1 : end])) < room // 2:
        first -= 1
    return first


def _shown(text: str) -> str:
    """The text as a terminal may be given it: tabs as spaces, and nothing that a terminal obeys."""
    return "".join(map(_character, text))


@lru_cache(maxsize=4_096)
def _character(one: str) -> str:
    if one == "\t":
        return " " * TAB
    return f"\\u{ord(one):04x}" if unicodedata.category(one) == "Cf" else unobeyed(one)
