"""A source file, its records as plain values, and the way back from a value to its place.

Places are worked out when a fault needs them, by reading the kept text once more: a clean build pays nothing for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml

from deckbuilder.core.diagnostics import Location
from deckbuilder.core.patterns import regex
from deckbuilder.source import paths
from deckbuilder.source.parser import nodes_of
from deckbuilder.source.paths import Path_

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]
# Line and column, from 0, and the characters from where to where.
Span = tuple[int, int, int, int]
BREAK = regex(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class File:
    """A source file as it was read; `name` is its path from the project's root, with slashes."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """One record as plain values, and the way back to where each of them stands.

    `faulty`: its values are not to be trusted; it only tells which record is at fault. `span`: where the record stands in
    its file, if that is known. `digest`: of the values, where something that is kept hangs on them.
    """

    file: File
    document: int
    item: int | None
    value: dict[str, Value]
    faulty: bool = False
    span: Span | None = field(default=None, compare=False)
    digest: str = field(default="", compare=False)

    def at(self, path: Path_) -> Any:
        """The plain value at a path, None where there is none."""
        return paths.at(self.value, path)

    def text(self, path: Path_) -> str | None:
        """The text at a path, None where something else stands, or nothing."""
        value = self.at(path)
        return value if isinstance(value, str) else None

    @property
    def near(self) -> Location:
        """The file; cheap, for notes that will hardly ever need more."""
        return Location(self.file.name)

    def locate(self, path: Path_ = (), *, key: bool = False) -> Location:
        """Where the value at `path` stands, or, with `key`, the key that names it. As near as there is one."""
        if not path and self.span:
            return Location(self.file.name, self.span[0] + 1, self.span[1] + 1)
        node, lines, _ = self._node(path, key)
        return Location(self.file.name, node.start_mark.line + lines + 1, node.start_mark.column + 1)

    def find(self, path: Path_, word: str, *, key: bool = False) -> tuple[Location | None, int]:
        """Where the words stand within the value at `path`, and how far on their first line; (None, 0) if they do not."""
        node, above, ahead = self._node(path, key)
        text, start, end = self.file.text, node.start_mark.index + ahead, node.end_mark.index + ahead
        # What a reader takes for one space may be a line break and its indentation.
        words = r"\s+".join(re.escape(each) for each in word.split())
        found = re.compile(rf"(?<!\w){words}(?!\w)").search(text, start, end) or re.compile(words).search(
            text, start, end
        )
        if not words or found is None:
            return None, 0
        before = text[start : found.start()]
        lines, mark = BREAK.split(before), node.start_mark
        column = len(lines[-1]) + (mark.column if len(lines) == 1 else 0)
        return Location(self.file.name, mark.line + above + len(lines), column + 1), len(BREAK.split(found[0])[0])

    @property
    def node(self) -> Any:
        """The whole record as a node, which knows its marks."""
        node = compose(self.file)[self.document]
        return node if self.item is None else node.value[self.item]

    def _node(self, path: Path_, key: bool) -> tuple[Any, int, int]:
        """What stands at a path, or the key that names it; as near as there is one.

        And how many lines and characters of the file stand before what its marks count from.
        """
        meant, lines, ahead = self._whole()
        for name, node in down(meant, path):
            meant = name if key else node
        return meant, lines, ahead

    def _whole(self) -> tuple[Any, int, int]:
        """The record as a node. Of a large file no more is parsed than the lines of this record."""
        if self.span:
            line, column, start, _ = self.span
            node = _alone(self.file, self.span)
            if node is not None:
                return node, line, start - column
        return self.node, 0, 0


@lru_cache(maxsize=64)
def _alone(file: File, span: Span) -> Any:
    """One record as a node, None where it is not to be read without what stands around it."""
    _, column, start, end = span
    try:
        nodes = nodes_of(" " * column + file.text[start:end])
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    mark = nodes[0].start_mark if len(nodes) == 1 else None
    return nodes[0] if mark is not None and (mark.line, mark.column) == (0, column) else None


@lru_cache(maxsize=4)
def stretches(file: File) -> dict[tuple[int, int], int]:
    """How far every key and value goes on the line where it begins, by its line and column. Empty if it is no YAML."""
    found: dict[tuple[int, int], int] = {}
    try:
        left = list(compose(file))
    except (yaml.YAMLError, RecursionError, ValueError):
        return found
    while left:
        node = left.pop()
        if isinstance(node, yaml.ScalarNode) or node.flow_style:
            start = node.start_mark
            found[start.line + 1, start.column + 1] = _stretch(file.text, node)
        if not isinstance(node, yaml.ScalarNode):
            for each in node.value:
                left += each if isinstance(each, tuple) else (each,)
    return found


def _stretch(text: str, node: Any) -> int:
    """How far a text, or a list or mapping in brackets, goes on its first line; 0 for brackets over several lines."""
    start, end = node.start_mark, node.end_mark
    if end.line == start.line:
        return int(end.index - start.index)
    if isinstance(node, yaml.ScalarNode):
        return len(BREAK.split(text[start.index : end.index])[0].rstrip())
    return 0


@lru_cache(maxsize=4)
def compose(file: File) -> list[Any]:
    """The documents of a file as nodes, which know their marks."""
    return nodes_of(file.text)


def down(node: Any, path: Path_) -> Iterator[tuple[Any, Any]]:
    """The steps of a path, as far as there are any: for each the node that names what is there, and what is there."""
    for step in path:
        entry = child(node, step)
        if entry is None and step == 0 and isinstance(node, yaml.ScalarNode):
            entry = node, node  # a single id stands for a list of one
        if entry is None:
            return
        yield entry
        node = entry[1]


def child(node: Any, step: str | int) -> tuple[Any, Any] | None:
    """One step down a path: the node that names what is there, and what is there."""
    if isinstance(node, yaml.MappingNode):
        return _named(node).get(str(step))
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    # An id is found by its name, whichever of the shapes that `Names` allows it stands in.
    return _named(node).get(step) if isinstance(step, str) else None


def _named(node: Any) -> dict[str, tuple[Any, Any]]:
    """What stands in a node, by name. Kept with it, since a thousand faults in one record ask a thousand times."""
    found: dict[str, tuple[Any, Any]] | None = getattr(node, "named", None)
    if found is None:
        if isinstance(node, yaml.MappingNode):
            pairs = node.value
        else:
            pairs = [(each, each) for each in (node.value if isinstance(node, yaml.SequenceNode) else [node])]
        # Of two equal names the first is meant.
        found = node.named = {
            name.value: (name, value) for name, value in reversed(pairs) if isinstance(name, yaml.ScalarNode)
        }
    return found
