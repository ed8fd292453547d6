"""What must not reach the composer: files that are no text, aliases that multiply, nests that exhaust the stack."""

from __future__ import annotations

import codecs
import re
import stat
from bisect import bisect_left
from pathlib import Path
from typing import Any

import yaml

from deckbuilder.diagnostics import Diagnostic, Location
from deckbuilder.source.broken import broken
from deckbuilder.source.document import File
from deckbuilder.source.parser import Parser

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 24
# libyaml's composer calls itself for each level: some ten thousand of them overflow the stack. Since 0.2.6 it refuses a
# thousand; with so few brackets neither can happen, whatever version reads them.
SAFE_NESTING = 400
# \x85 and the last two end a line to YAML and to no editor.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\u2028\u2029]")
# Where a value may begin with an anchor or an alias; text between such places may hold & and *.
_REPEATS = re.compile(r"(?:^[ \t\r]*|[-:?,\[{][ \t\r]+|[\[{,])[&*][^\s&*]", re.MULTILINE)
# So many columns of indentation and dashes could open too many levels: the composer would exhaust the stack.
_STEEP = re.compile(rf"^[ \t?:-]{{{MAX_DEPTH}}}", re.MULTILINE)
_OPENERS = re.compile(r"[\[{]")
# Says YAML; and no version reads further ahead than this and the token behind it.
_LONGEST_KEY = 1_024 + 16


def text(path: Path, root: Path, name: str) -> str | Diagnostic:
    """The text of a file, or why it cannot be had."""

    def fault(rule: str, message: str, help: str, line: int = 0, column: int = 0) -> Diagnostic:
        return Diagnostic(Location(name, line, column), rule, message, help)

    try:
        if not path.resolve().is_relative_to(root.resolve()):
            return fault(
                "outside-project", "the file is a link that leads out of the project", "copy the file into the project"
            )
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for without end
            return fault("unreadable", "this is no ordinary file", "remove it, or rename it")
        if status.st_size > MAX_BYTES:
            return fault("too-large", f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB", "split it")
        data = path.read_bytes()
    except OSError as error:
        return fault(
            "unreadable", f"the file cannot be read ({error.strerror or error})", "check its permissions, or remove it"
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:2]:
        return fault("encoding", "the file is saved as UTF-16", "save it as UTF-8", 1, 1)
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return fault(
            "encoding", f"the byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8", line, column
        )


def refuse(file: File) -> list[Diagnostic]:
    """The first thing in a file that would harm: aliases multiply, and one deep nest can exhaust the stack."""
    text = file.text
    control = CONTROL.search(text)
    if control:
        return [
            Diagnostic(
                _place(file, control.start()),
                "control-character",
                f"the file holds the control character U+{ord(control.group()):04X}",
                "delete it",
            )
        ]
    repeats = ("&" in text or "*" in text) and _REPEATS.search(text)
    if text.count("[") + text.count("{") < SAFE_NESTING and not repeats and not _STEEP.search(text):
        return []
    try:
        return _forbidden(file.text, file.name)
    except (yaml.YAMLError, ValueError) as error:
        return [too_deep(file, error) or broken(file, error)]


def too_deep(file: File, error: Exception) -> Diagnostic | None:
    """The first level too deep, where the parser objected to something only behind it.

    On a line of brackets each may still turn out to be a key, so that the parser reads ahead before it tells of the first,
    and may meet a limit of its own there. A text that is cut off after some brackets shows what it had read.
    """
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return None
    openers = [found.start() for found in _OPENERS.finditer(file.text, 0, mark.index + 1)]
    # Before these, the parser told of every level by itself; it reads no further ahead than a key may be long.
    first = bisect_left(openers, mark.index - _LONGEST_KEY)
    ahead = MAX_DEPTH
    while first < len(openers):
        ahead *= 2
        cut = openers[min(first + ahead, len(openers)) - 1] + 1
        try:
            found = _forbidden(file.text[:cut], file.name)
        except (yaml.YAMLError, ValueError):
            found = []
        if found:
            return found[0] if found[0].rule == "too-deep" else None
        if first + ahead >= len(openers):
            break
    return None


def _forbidden(text: str, name: str) -> list[Diagnostic]:
    """The first anchor, alias, or level too deep, met without building anything."""
    depth = 0
    parser = Parser(text)
    while parser.check_event():
        event: Any = parser.get_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            rule, message = "yaml-alias", "anchors (&) and aliases (*) are not used in source cards"
            help = "write the value out, or quote text that starts with & or *"
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth <= MAX_DEPTH + 2:  # the record itself, and the list that it may stand in
                continue
            rule, message, help = "too-deep", f"nested more than {MAX_DEPTH} levels deep", "no card needs this"
        else:
            depth -= isinstance(event, yaml.CollectionEndEvent)
            continue
        mark: Any = event.start_mark
        return [Diagnostic(Location(name, mark.line + 1, mark.column + 1), rule, message, help)]
    return []


def _place(file: File, offset: int) -> Location:
    return Location(
        file.name, file.text.count("\n", 0, offset) + 1, offset - (file.text.rfind("\n", 0, offset) + 1) + 1
    )
