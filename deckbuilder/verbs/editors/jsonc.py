"""JSON with comments, as VS Code keeps its settings: one value is put in, and every other byte stays as it was written.

Comments of both kinds and a comma after the last item are read; what VS Code itself would call a fault is one here, too.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from deckbuilder.core.patterns import regex

MAX_DEPTH = 100
_GAP = regex(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = regex(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_WORD = regex(r"true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_INDENT = regex(r"\n([ \t]+)\S")


class NotJsonc(ValueError):
    """The text is no JSON with comments. `line` counts from 1."""

    def __init__(self, text: str, at: int, message: str) -> None:
        super().__init__(message)
        self.line = text.count("\n", 0, at) + 1


@dataclass(slots=True)
class _Node:
    """A value and where it stands. Of an object or a list: its values, and whether a comma follows the last."""

    start: int
    end: int
    value: Any
    members: dict[str, _Node] = field(default_factory=dict)
    last: int = 0
    comma: bool = False


def read(text: str) -> Any:
    """What the text says. Raises `NotJsonc`."""
    return _parse(text).value


def put(text: str, path: tuple[str, ...], value: Any) -> str:
    """The text with `value` under these keys, in objects that are made where they are missing.

    Raises `NotJsonc`, also where something else than an object stands in the way.
    """
    at = _parse(text)
    for depth, key in enumerate(path):
        if not isinstance(at.value, dict):
            raise NotJsonc(text, at.start, f"'{path[depth - 1]}' is not an object" if depth else "it is not an object")
        if key not in at.members:
            for outer in reversed(path[depth + 1 :]):
                value = {outer: value}
            return _added(text, at, f"{json.dumps(key)}: ", value, len(path[:depth]) + 1)
        at = at.members[key]
    return text if at.value == value else text[: at.start] + _written(text, value, len(path)) + text[at.end :]


def add(text: str, path: tuple[str, ...], item: Any) -> str:
    """The text with `item` in the list under these keys, if it is not in it yet. Raises `NotJsonc`."""
    at: _Node | None = _parse(text)
    for key in path:
        at = at.members.get(key) if at else None
    if at is None:
        return put(text, path, [item])
    if not isinstance(at.value, list):
        raise NotJsonc(text, at.start, f"'{path[-1]}' is not a list")
    return text if item in at.value else _added(text, at, "", item, len(path) + 1)


def _added(text: str, holder: _Node, key: str, value: Any, depth: int) -> str:
    """At the end of the object or list, in lines of its own unless the whole stands in one line."""
    new = key + _written(text, value, depth)
    close = holder.end - 1
    if holder.last and not holder.comma:
        text = f"{text[: holder.last]},{text[holder.last :]}"
        close += 1
    inside = text[holder.start + 1 : close]
    if "\n" not in inside and (inside.strip() or depth > 1):
        return f"{text[:close].rstrip()}{' ' if inside.strip() else ''}{new}{text[close:]}"
    newline, step = _style(text)
    kept = text[:close].rstrip()
    return f"{kept}{newline}{step * depth}{new}{newline}{step * (depth - 1)}{text[close:]}"


def _written(text: str, value: Any, depth: int) -> str:
    newline, step = _style(text)
    return json.dumps(value, ensure_ascii=False, indent=step).replace("\n", newline + step * depth)


def _style(text: str) -> tuple[str, str]:
    """How the file ends its lines, and how far it indents."""
    indent = _INDENT.search(text)
    return "\r\n" if "\r\n" in text else "\n", indent[1] if indent else "  "


def _parse(text: str) -> _Node:
    found = _value(text, _skip(text, 0), 0)
    rest = _skip(text, found.end)
    if rest < len(text):
        raise NotJsonc(text, rest, "something follows the end")
    return found


def _value(text: str, at: int, depth: int) -> _Node:
    if depth > MAX_DEPTH:
        raise NotJsonc(text, at, "it is nested too deeply")
    if text.startswith(("{", "["), at):
        return _several(text, at, depth)
    match = _STRING.match(text, at) or _WORD.match(text, at)
    if match is None:
        raise NotJsonc(text, at, "a value is missing" if at >= len(text) else f"'{text[at]}' is no value")
    return _Node(at, match.end(), _loaded(text, match))


def _several(text: str, start: int, depth: int) -> _Node:
    """Reads an object or a list."""
    node = _Node(start, start, {} if text[start] == "{" else [])
    end = "}" if text[start] == "{" else "]"
    at = _skip(text, start + 1)
    while not text.startswith(end, at):
        if node.last and not node.comma:
            raise NotJsonc(text, at, f"a comma or '{end}' is missing")
        name = ""
        if end == "}":
            key = _STRING.match(text, at)
            colon = _skip(text, key.end()) if key else at
            if key is None or not text.startswith(":", colon):
                raise NotJsonc(text, colon, "a key in quotes and a colon are missing")
            name, at = str(_loaded(text, key)), _skip(text, colon + 1)
        item = _value(text, at, depth + 1)
        if end == "}":
            node.value[name] = item.value
            node.members[name] = item  # of two equal keys VS Code takes the last, too
        else:
            node.value.append(item.value)
        node.last = item.end
        at = _skip(text, item.end)
        node.comma = text.startswith(",", at)
        if node.comma:
            at = _skip(text, at + 1)
    node.end = at + 1
    return node


def _loaded(text: str, match: re.Match[str]) -> Any:
    try:
        return json.loads(match[0])
    except ValueError:
        raise NotJsonc(text, match.start(), f"{match[0][:40]} is no value") from None


def _skip(text: str, at: int) -> int:
    """The place past spaces and comments."""
    found = _GAP.match(text, at)
    return found.end() if found else at
