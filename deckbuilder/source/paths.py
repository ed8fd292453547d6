"""Paths of keys: the way down from a record to one of its values, by the names of keys and the numbers of items.

Two things are as authors write them: a single text stands for a list of one, and an item of a list of ids may be named by its id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Path_ = tuple[str | int, ...]


def at(value: Any, path: Path_) -> Any:
    """The plain value at a path, None where there is none."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(str(step))
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif not (isinstance(value, str) and step == 0):
            return None
    return value


def changed(value: Any, path: Path_, change: Callable[[Any], Any]) -> Any:
    """The same value with what is at a path changed. Nothing of the old value is touched."""
    if not path or not isinstance(value, dict | list):
        return change(value)
    step, rest = path[0], path[1:]
    if isinstance(value, list):
        place = step if isinstance(step, int) else value.index(step)
        return [changed(each, rest, change) if at == place else each for at, each in enumerate(value)]
    return {key: changed(each, rest, change) if key == step else each for key, each in value.items()}


def renamed(value: Any, path: Path_, name: str) -> Any:
    """The same value with another name for what is at a path: its key, or the id that is an item of a list."""

    def rename(held: Any) -> Any:
        if isinstance(held, dict):
            return {name if key == path[-1] else key: each for key, each in held.items()}
        return changed(held, path[-1:], lambda _: name)

    return changed(value, path[:-1], rename)
