"""What must not reach the composer: files that are no text, aliases that multiply, nests that exhaust the stack."""

from __future__ import annotations

import codecs
import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.patterns import regex
from deckbuilder.source.broken import QUOTED, broken
from deckbuilder.source.conflict import conflict
from deckbuilder.source.document import File
from deckbuilder.source.parser import Parser

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 24
# libyaml's composer calls itself for each level: some ten thousand of them overflow the stack. Since 0.2.6 it refuses a
# thousand; with so few brackets neither can happen, whatever version reads them.
SAFE_NESTING = 400
# \x85 and the last two end a line to YAML and to no editor.
CONTROL = regex("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\u2028\u2029]")
# Names that no terminal, report or package can hold: bytes that are not UTF-8, and what a terminal obeys.
UNSPEAKABLE = regex("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# An anchor or an alias, if a value may begin where it stands.
_REPEATS = regex(r"[&*][^\s&*]")
# So many columns of indentation and dashes could open too many levels: the composer would exhaust the stack. A pattern
# that begins with a certain character is searched for six times as fast as one that begins with `^`.
_STEEP = regex(rf"\n[ \t?:-]{{{MAX_DEPTH}}}")
_OPENERS = regex(r"[\[{]")
_BRACKETS = regex(r"[\[{}\]]")
_QUOTED = regex(r"\"(?:\\.|[^\"\\])*\"|'[^']*'")
# No parser minds so few levels more than we allow.
_STEPS = 4
# Says YAML; and no version reads further ahead than this and the token behind it.
_LONGEST_KEY = 1_024 + 16


def text(path: Path, root: Path, name: str, most: int = MAX_BYTES) -> str | Diagnostic:
    """The text of a file, or why it cannot be had: what every verb reads of a project goes through here."""
    found = raw(path, root, name, most)
    return found if isinstance(found, Diagnostic) else conflict(found, name) or found


def there(root: Path, name: str) -> str | Diagnostic | None:
    """The text of a file that a project need not have; None where nothing of this name is."""
    path = root / name
    return text(path, root, name) if path.exists() or path.is_symlink() else None


def raw(path: Path, root: Path, name: str, most: int = MAX_BYTES) -> str | Diagnostic:
    """The text of a file, of an unfinished merge as well: for what looks into a file that is at fault."""
    data = read(path, root, name, most)
    return data if isinstance(data, Diagnostic) else _decoded(data, name)


def typed(text: str, name: str, most: int = MAX_BYTES) -> str | Diagnostic:
    """A text that is not saved yet, as it would be read of the file of this name, or why it would not be."""
    if UNSPEAKABLE.search(name):
        return _unspeakable(name)
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > most:
        return _too_large(name, most)
    found = _decoded(data, name)
    return found if isinstance(found, Diagnostic) else conflict(found, name) or found


def _decoded(data: bytes, name: str) -> str | Diagnostic:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:2]:
        return Diagnostic(Location(name, 1, 1), "encoding", "the file is saved as UTF-16", "save it as UTF-8")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        return Diagnostic(Location(name, line, column), "encoding", message, "save the file as UTF-8")


def read(path: Path, root: Path, name: str, most: int = MAX_BYTES) -> bytes | Diagnostic:
    """The bytes of an ordinary file within `root`, at most so many; nothing else is opened for longer than to see that."""

    def fault(rule: str, message: str, help: str) -> Diagnostic:
        return Diagnostic(Location(name), rule, message, help)

    if UNSPEAKABLE.search(name):
        return _unspeakable(name)
    try:
        if not path.resolve().is_relative_to(root.resolve()):
            return fault(
                "outside-project", "the file is a link that leads out of the project", "copy the file into the project"
            )
        with open(path, "rb", opener=_at_once) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return fault("unreadable", "this is no ordinary file", "remove it, or rename it")
            data = file.read(most + 1) if status.st_size <= most else b""
            if status.st_size > most or len(data) > most:
                return _too_large(name, most)
    except (OSError, RuntimeError) as error:
        if isinstance(error, RuntimeError) or error.errno == errno.ELOOP:  # Python before 3.13 raises the former
            return fault("unreadable", "this is a link that leads back to itself", "put the file in its place")
        if path.is_dir():  # which cannot be opened, on Windows not even to see what it is
            return fault("unreadable", "this is no ordinary file", "remove it, or rename it")
        return fault(
            "unreadable", f"the file cannot be read ({error.strerror or error})", "check its permissions, or remove it"
        )
    return data


def _unspeakable(name: str) -> Diagnostic:
    return Diagnostic(
        Location(name), "file-name", "the name of the file holds characters that are no text", "rename it"
    )


def _too_large(name: str, most: int) -> Diagnostic:
    return Diagnostic(Location(name), "too-large", f"the file is larger than {most // 1024 // 1024} MiB", "split it")


def _at_once(path: str, flags: int) -> int:
    """Opens without waiting: a pipe would be waited for without end."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def refuse(file: File) -> list[Diagnostic]:
    """The first thing in a file that would harm: aliases multiply, and one deep nest can exhaust the stack."""
    text = file.text
    if found := hidden(text, file.name):
        return [found]
    if text.count("[") + text.count("{") < SAFE_NESTING and not _may_repeat(text) and not _STEEP.search(f"\n{text}"):
        return []
    try:
        return _forbidden(file.text, file.name)
    except (yaml.YAMLError, ValueError) as error:
        return [too_deep(file, error) or broken(file, error)]


def _may_repeat(text: str) -> bool:
    """Whether a value may begin with an anchor or an alias; text between such places may hold & and *."""
    for found in _REPEATS.finditer(text) if "&" in text or "*" in text else ():
        start = at = found.start()
        while at and text[at - 1] in " \t\r":
            at -= 1
        if text[at - 1 : at] in ("\n-:?,[{" if at < start else "\n,[{"):  # nothing, where the file begins, is in either
            return True
    return False


def hidden(text: str, name: str) -> Diagnostic | None:
    """The first control character of a text, if there is one."""
    control = CONTROL.search(text)
    if control is None:
        return None
    message = f"the file holds the control character U+{ord(control[0]):04X}"
    return Diagnostic(_place(text, name, control.start()), "control-character", message, "delete it")


def too_deep(file: File, error: Exception) -> Diagnostic | None:
    """The first level too deep, where the parser objected to something only behind it.

    On a line of brackets each may still turn out to be a key, so that the parser reads ahead before it tells of the first,
    and may meet a limit of its own there. A text that is cut off after some brackets shows what it had read.
    """
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return None
    # Before this, the parser told of every level by itself; it reads no further ahead than a key may be long.
    start = max(0, mark.index - _LONGEST_KEY)
    ahead = file.text[start : mark.index + 1]
    if max(_rise(ahead), _rise(_QUOTED.sub("", ahead))) < _STEPS:
        return None
    openers = [start + found.start() for found in _OPENERS.finditer(ahead)]
    for count in (2 * MAX_DEPTH, SAFE_NESTING):  # in quotes they open nothing
        cut = openers[min(count, len(openers)) - 1] + 1
        with suppress(yaml.YAMLError, ValueError):
            if found := _forbidden(file.text[:cut], file.name):
                return found[0] if found[0].rule == "too-deep" else None
        if count >= len(openers):
            break
    return None


def _rise(text: str) -> int:
    """By how many levels the brackets of a text climb at most."""
    level = lowest = most = 0
    for bracket in _BRACKETS.findall(text):
        level += 1 if bracket in "[{" else -1
        lowest = min(lowest, level)
        most = max(most, level - lowest)
    return most


def _forbidden(text: str, name: str) -> list[Diagnostic]:
    """The first anchor, alias, or level too deep, met without building anything."""
    depth = 0
    parser = Parser(text)
    while parser.check_event():
        event: Any = parser.get_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            rule, message = "yaml-alias", "anchors (&) and aliases (*) are not used in source cards"
            help = f"write the value out; if it is text, {QUOTED}"
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


def _place(text: str, name: str, offset: int) -> Location:
    return Location(name, text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1)
