"""Notices when a card or a template is saved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
from watchfiles import Change, awatch

from deckbuilder.project import Project

# A save is told when nothing followed it for so long; editors write a file in several steps.
SETTLED = 15  # milliseconds
AT_MOST = 120
_PARTS = (".part", ".tmp", ".swp", ".swx", ".bak", "~")


async def saves(project: Project, stop: anyio.Event) -> AsyncIterator[set[Path]]:
    """The files that changed, save by save."""
    folders = [folder for folder in (project.cards, project.templates) if folder.is_dir()]
    async for changes in awatch(*folders, watch_filter=_counts, debounce=AT_MOST, step=SETTLED, stop_event=stop):
        yield {Path(path) for _, path in changes}


def _counts(change: Change, path: str) -> bool:
    """Not what editors and builds leave lying around for a moment."""
    name = Path(path).name
    return not name.startswith((".", "#")) and not name.endswith(_PARTS) and name != "4913"
