"""Which tests are asked, of which Anki, and what they may do without."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeAlias

import hypothesis
import pytest

from support import judge

EVERY, FEW = 100, 35  # examples of a property, and how many of them `make test` tries
Sample: TypeAlias = "Callable[[Iterable[Any], int], list[Any]]"


def examples(every: int) -> int:
    """So many examples of a property, and in `make test` as large a share of them as of the usual hundred."""
    now = hypothesis.settings.default
    assert now
    return max(1, every * now.max_examples // EVERY)


def spread(count: int, few: int) -> list[int]:
    """Places from the first to the last of so many, evenly, and no more than a few."""
    few = min(few, count)
    return [at * (count - 1) // max(few - 1, 1) for at in range(few)]


def since(version: str, why: str) -> pytest.MarkDecorator:
    """Skips a test on an older Anki, and says why; `test_versions.py` tells what holds there instead."""
    older = tuple(int(part) for part in version.split(".")) > judge.VERSION
    return pytest.mark.skipif(older, reason=f"Anki before {version} {why}")


def lacking(request: pytest.FixtureRequest, what: str) -> NoReturn:
    """Something that a developer may do without, and `make test` may not."""
    if request.config.getoption("--complete"):
        pytest.fail(what)
    pytest.skip(what)
