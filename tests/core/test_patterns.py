"""Regular expressions are compiled when they are first used, and are then as any others."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import Any

import pytest

import deckbuilder
from deckbuilder.core import patterns
from deckbuilder.core.patterns import regex


def test_an_expression_is_compiled_once_and_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[tuple[Any, ...]] = []
    monkeypatch.setattr(patterns.re, "compile", lambda *made_of: compiled.append(made_of) or COMPILE(*made_of))  # type: ignore[attr-defined, func-returns-value]

    found = regex(r"(\w)\d+", re.IGNORECASE)
    assert compiled == []
    assert [found.findall("a1 b22"), found.sub("-", "a1 b22"), found.findall("c3")] == [["a", "b"], "- -", ["c"]]
    assert (found.pattern, found.groups) == (r"(\w)\d+", 1)
    assert compiled == [(r"(\w)\d+", re.IGNORECASE)]


def test_bytes_have_expressions_too() -> None:
    found = regex(rb"\d+").search(b"a12")

    assert found is not None
    assert found[0] == b"12"


def test_every_expression_can_be_compiled() -> None:
    """Nobody would notice on import."""
    apart = ("deckbuilder.__main__", "deckbuilder.figures")
    modules = [each.name for each in pkgutil.walk_packages(deckbuilder.__path__, "deckbuilder.")]
    found = [
        value
        for name in modules
        if not name.startswith(apart)
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, patterns._Later)
    ]

    assert len(found) > 150
    for each in found:
        assert isinstance(each._pattern, re.Pattern)


COMPILE = re.compile
