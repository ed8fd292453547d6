"""YAML nodes to plain values, by the core schema of YAML 1.2: `12:30` and `L5` are text."""

from __future__ import annotations

from sys import intern
from typing import Any

import yaml

from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.findings import severity
from deckbuilder.core.patterns import regex
from deckbuilder.source.broken import QUOTED
from deckbuilder.source.document import File, Value
from deckbuilder.source.guard import CONTROL, MAX_DEPTH
from deckbuilder.source.lost import Losses
from deckbuilder.source.parser import IMPLICIT

# What is shorter is an id or a name as a rule, of which a large deck holds each a hundred times.
_WORDS = 48
_NUMBER = regex(r"[-+]?(?:[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)")
_FLOAT = regex(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
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


class Reading:
    """Nodes to plain values, collecting what is wrong on the way."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.faults: list[Diagnostic] = []
        self._losses = Losses(file)
        self._watchful = self._losses.possible

    def fault(self, node: Any, rule: str, message: str, help: str, slight: bool = False, shift: int = 0) -> None:
        mark = node.start_mark
        place = Location(self.file.name, mark.line + 1, mark.column + 1 + shift)
        self.faults.append(Diagnostic(place, rule, message, help, severity(rule, second=slight)))

    def loses(self, node: Any) -> bool:
        """Whether something of the node's text is surely lost; all that may be is told."""
        lost = self._losses.of(node) if self._watchful else ()
        for each in lost:
            self.fault(node, *each)
        return bool(lost) and not all(each.slight for each in lost)

    def value(self, node: Any, depth: int) -> Value:
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        if depth > MAX_DEPTH:
            self.fault(node, "too-deep", f"nested more than {MAX_DEPTH} levels deep", "no card needs this")
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, depth + 1)
        if node.tag is not IMPLICIT:
            self.tagged(node)
        elif self._watchful:
            self.loses(node)
        return [self.value(each, depth + 1) for each in node.value]

    def mapping(self, node: Any, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        if node.tag is not IMPLICIT:
            self.tagged(node)
        elif self._watchful:
            self.loses(node)
        for name, value in node.value:
            if name.__class__ is not yaml.ScalarNode:
                self.fault(name, "bad-key", "a key must be a word", f"if it is text, {QUOTED}")
                continue
            key = intern(name.value)
            if self._watchful and self.loses(name):
                pass
            elif name.style and CONTROL.search(key):
                self.hidden(name)
            if key in found:
                self.fault(name, "duplicate-key", f"the key '{key}' stands here twice", "keep one of the two")
            found[key] = self.scalar(value) if value.__class__ is yaml.ScalarNode else self.value(value, depth)
        return found

    def scalar(self, node: Any) -> Value:
        text: str = node.value
        if node.tag is not IMPLICIT:
            self.tagged(node)
        if self._watchful and self.loses(node):
            return text
        if node.style:  # plain scalars have the empty one
            if CONTROL.search(text):
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
        return intern(text) if len(text) < _WORDS else text

    def hidden(self, node: Any) -> None:
        self.fault(
            node,
            "control-character",
            "the text holds an invisible control character",
            "delete it; Anki uses these characters itself",
        )

    def tagged(self, node: Any) -> None:
        self.fault(
            node, "yaml-tag", f"the YAML tag '{node.tag}' has no meaning here", f"remove it; if it is text, {QUOTED}"
        )


def _integer(text: str) -> int | str:
    digits = text.lstrip("+-")
    if len(digits) > 18:  # no number on a card is this long: an id pasted without quotes
        return text
    return int(text, 0 if digits[:2] in ("0o", "0x") else 10)
