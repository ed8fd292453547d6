"""The small deck over which the cases of rules lie."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from deckbuilder import source
from deckbuilder.core.project import Project
from deckbuilder.source import Document

HERE = Path(__file__).parents[1]


CASES = HERE / "rules"


BASE = CASES / "_base"


PROJECT = Project(BASE, HERE.parent / "templates")


@lru_cache(maxsize=1)
def base() -> tuple[Document, ...]:
    documents, faults = source.read(PROJECT.sources(), BASE)
    assert not faults
    return tuple(documents)
