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


def documents_of(case: Path) -> list[Document]:
    """Those of the case, and those of the small deck that the case does not replace."""
    paths = sorted((case / "cards").rglob("*.yaml"))
    own, faults = source.read(paths, case)
    assert not faults, faults
    files = {path.relative_to(case).as_posix() for path in paths}
    ids = {next(iter(each.value.items())) for each in own}
    kept = [each for each in base() if each.file.name not in files and next(iter(each.value.items())) not in ids]
    return [*own, *kept]
