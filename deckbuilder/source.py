"""YAML files to documents, with a position for every value.

Only what YAML 1.2 calls the core schema is read: `12:30` and `L5` are text. PyYAML's C parser does the reading;
positions are worked out when a fault needs them, by reading the kept text once more, so that a clean build
pays nothing for them.
"""

from __future__ import annotations

import codecs
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from deckbuilder.diagnostics import Diagnostic, Location

try:
    from yaml._yaml import CParser
except ImportError as missing:  # pragma: no cover - every wheel on PyPI has it
    raise ImportError("PyYAML was installed without libyaml; install its wheel from PyPI") from missing

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 24
# libyaml's composer calls itself for each level: some ten thousand of them overflow the stack.
SAFE_NESTING = 2_000

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]
Path_ = tuple[str | int, ...]

_IMPLICIT = "implicit"
_NUMBER = re.compile(r"[-+]?(?:[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_CONSTANTS: dict[str, Value] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_AMBIGUOUS = frozenset(
    word for base in ("yes", "no", "on", "off", "y", "n") for word in (base, base.upper(), base.capitalize())
)
# The last three end a line to YAML and to no editor.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\x85\u2028\u2029]")
# So many columns of indentation and dashes could open too many levels: the composer would exhaust the stack.
# Where a value may begin with an anchor or an alias; text between such places may hold & and *.
_REPEATS = re.compile(r"(?:^\s*|[-:?,\[{]\s+|[\[{,])[&*][^\s&*]", re.MULTILINE)
_STEEP = re.compile(rf"^[ \t?:-]{{{MAX_DEPTH}}}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class File:
    """A source file as it was read; `name` is its path from the project's root, with slashes."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """One record as plain values, and the way back to where each of them stands.

    `faulty`: its values are not to be trusted; it only tells which record is at fault.
    """

    file: File
    document: int
    item: int | None
    value: dict[str, Value]
    faulty: bool = False

    @property
    def near(self) -> Location:
        """The file; cheap, for notes that will hardly ever need more."""
        return Location(self.file.name)

    def locate(self, path: Path_ = (), *, key: bool = False) -> Location:
        """Where the value at `path` stands, or, with `key`, the key that names it. As near as there is one."""
        node = _compose(self.file)[self.document]
        if self.item is not None:
            node = node.value[self.item]
        mark: Any = node.start_mark
        for step in path:
            entry = _child(node, step)
            if entry is None:
                break
            name, node = entry
            mark = name.start_mark if key else node.start_mark
        return Location(self.file.name, mark.line + 1, mark.column + 1)


def read(paths: Iterable[Path], root: Path) -> tuple[list[Document], list[Diagnostic]]:
    """Every record in the files, in the order given, and what could not be read."""
    documents: list[Document] = []
    faults: list[Diagnostic] = []
    for path in paths:
        name = path.relative_to(root).as_posix()
        text = _text(path, root, name)
        if isinstance(text, Diagnostic):
            faults.append(text)
        else:
            found, wrong = parse(File(name, text))
            documents += found
            faults += wrong
    return documents, faults


def parse(file: File) -> tuple[list[Document], list[Diagnostic]]:
    """The records of one file, faulty ones too. A fault in one leaves the others readable, unless the YAML is broken."""
    refused = _refuse_before_parsing(file)
    if refused:
        return [], refused
    try:
        parser = _Parser(file.text)
        nodes = []
        while parser.check_node():
            nodes.append(parser.get_node())
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return [], [_broken(file, error)]
    reading = _Reading(file)
    documents = list(_documents(reading, nodes))
    if not documents and not reading.faults:
        empty = Diagnostic(
            Location(file.name),
            "empty-file",
            "the file holds no record",
            "write a record in it, or delete it",
            "warning",
        )
        return [], [empty]
    return documents, reading.faults


def _documents(reading: _Reading, nodes: list[Any]) -> Iterator[Document]:
    for number, node in enumerate(nodes):
        if isinstance(node, yaml.SequenceNode):
            items: list[tuple[int | None, Any]] = list(enumerate(node.value))
        elif isinstance(node, yaml.ScalarNode) and not node.value and not node.style:
            continue
        else:
            items = [(None, node)]
        for item, each in items:
            if not isinstance(each, yaml.MappingNode):
                reading.fault(
                    each,
                    "not-a-record",
                    "a record is a list of `key: value` lines",
                    "begin it with its kind and id, such as `muscle: biceps-femoris`",
                )
                continue
            before = len(reading.faults)
            value = reading.mapping(each, 1)
            yield Document(reading.file, number, item, value, faulty=len(reading.faults) > before)


class _Parser(CParser):
    """The C parser without PyYAML's YAML 1.1 resolver: what is implicit stays marked as such."""

    def resolve(self, kind: type, value: str, implicit: object) -> str:
        return _IMPLICIT

    def descend_resolver(self, *_: object) -> None: ...

    def ascend_resolver(self) -> None: ...


class _Reading:
    """Nodes to plain values, collecting what is wrong on the way."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.faults: list[Diagnostic] = []

    def fault(self, node: Any, rule: str, message: str, help: str) -> None:
        mark = node.start_mark
        place = Location(self.file.name, mark.line + 1, mark.column + 1)
        self.faults.append(Diagnostic(place, rule, message, help))

    def value(self, node: Any, depth: int) -> Value:
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        if depth > MAX_DEPTH:
            self.fault(node, "too-deep", f"nested more than {MAX_DEPTH} levels deep", "no card needs this")
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, depth + 1)
        if node.tag is not _IMPLICIT:
            self.tagged(node)
        return [self.value(each, depth + 1) for each in node.value]

    def mapping(self, node: Any, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        if node.tag is not _IMPLICIT:
            self.tagged(node)
        for name, value in node.value:
            if name.__class__ is not yaml.ScalarNode:
                self.fault(name, "bad-key", "a key must be a word", "quote text that starts with `{` or `[`")
                continue
            key = name.value
            if name.style and _CONTROL.search(key):
                self.hidden(name)
            if key in found:
                self.fault(name, "duplicate-key", f"the key '{key}' stands here twice", "keep one of the two")
            found[key] = self.scalar(value) if value.__class__ is yaml.ScalarNode else self.value(value, depth)
        return found

    def scalar(self, node: Any) -> Value:
        text: str = node.value
        if node.tag is not _IMPLICIT:
            self.tagged(node)
        if node.style:  # plain scalars have the empty one
            if _CONTROL.search(text):
                self.hidden(node)
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        first = text[0]
        if first in "0123456789+-.":
            if _NUMBER.fullmatch(text):
                return _integer(text)
            if _FLOAT.fullmatch(text):
                return float(text)
        elif len(text) <= 3 and text in _AMBIGUOUS:
            self.fault(
                node,
                "ambiguous-word",
                f"a bare `{text}` means true or false to some editors and a word to others",
                f'write "{text}" in quotes if the word is meant, or true / false',
            )
        return text

    def hidden(self, node: Any) -> None:
        self.fault(
            node,
            "control-character",
            "the text holds an invisible control character",
            "delete it; Anki uses these characters itself",
        )

    def tagged(self, node: Any) -> None:
        self.fault(node, "yaml-tag", f"the YAML tag '{node.tag}' has no meaning here", "remove it")


def _integer(text: str) -> int | str:
    digits = text.lstrip("+-")
    if digits[:2] in ("0o", "0x"):
        return int(text, 0)
    if len(digits) > 18:  # no number on a card is this long: an id pasted without quotes
        return text
    return int(text)


def _text(path: Path, root: Path, name: str) -> str | Diagnostic:
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


def _refuse_before_parsing(file: File) -> list[Diagnostic]:
    """What must not reach the composer: aliases multiply, and one deep nest can exhaust the stack."""
    text = file.text
    control = _CONTROL.search(text)
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
        return _forbidden(file)
    except (yaml.YAMLError, ValueError) as error:
        return [_broken(file, error)]


def _forbidden(file: File) -> list[Diagnostic]:
    """The first anchor, alias, or level too deep, met without building anything."""
    depth = 0
    parser = _Parser(file.text)
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
        return [Diagnostic(Location(file.name, mark.line + 1, mark.column + 1), rule, message, help)]
    return []


def _place(file: File, offset: int) -> Location:
    return Location(
        file.name, file.text.count("\n", 0, offset) + 1, offset - (file.text.rfind("\n", 0, offset) + 1) + 1
    )


# YAML notices these where the text goes on, often lines below; the author has to mend the place where it began.
_UNFINISHED = (
    ("scanning a quoted scalar", "the quote that opens here is never closed", "close it at the end of the text"),
    ("scanning a simple key", "this line has no `:` after its key", "write it as `key: value`, or indent it"),
    (
        "parsing a flow mapping",
        "the `{` that opens here is not closed, or a comma is missing in it",
        "close it with `}`",
    ),
    (
        "parsing a flow sequence",
        "the `[` that opens here is not closed, or a comma is missing in it",
        "close it with `]`",
    ),
)


def _broken(file: File, error: Exception) -> Diagnostic:
    mark, opened = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    place = Location(file.name, mark.line + 1, mark.column + 1) if mark else Location(file.name)
    problem, context = str(getattr(error, "problem", None) or error), str(getattr(error, "context", None))
    lines = file.text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if "\t" in line[: mark.column + 1 if mark else 0] and (
        "token" in problem or "indent" in problem or "tab" in problem
    ):
        return Diagnostic(place, "tab", "YAML does not allow tabs for indentation", "use spaces")
    for known, message, help in _UNFINISHED:
        if opened and known in context:
            return Diagnostic(Location(file.name, opened.line + 1, opened.column + 1), "broken-yaml", message, help)
    if "mapping values are not allowed" in problem:
        return Diagnostic(
            place, "broken-yaml", "a colon followed by a space starts a value here", "put the whole text in quotes"
        )
    return Diagnostic(
        place,
        "broken-yaml",
        f"this is not valid YAML: {problem}",
        "check quotes, brackets and indentation around this line",
    )


@lru_cache(maxsize=4)
def _compose(file: File) -> list[Any]:
    parser = _Parser(file.text)
    nodes = []
    while parser.check_node():
        nodes.append(parser.get_node())
    return nodes


def _child(node: Any, step: str | int) -> tuple[Any, Any] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((name, value) for name, value in node.value if name.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    # An id is found by its name, whichever of the shapes that `Names` allows it stands in.
    listed = node.value if isinstance(node, yaml.SequenceNode) else [node]
    return next(((each, each) for each in listed if each.value == step), None)
