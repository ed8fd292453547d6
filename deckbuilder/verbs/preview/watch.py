"""Notices when a card or a template is saved."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import anyio
from watchfiles import Change, awatch

from deckbuilder.core.project import Project

# A save is told when nothing followed it for so long; editors write a file in several steps.
SETTLED = 15  # milliseconds
AT_MOST = 120
# How often it is looked whether the folders are still the same.
LOOK = 400
_PARTS = (".part", ".tmp", ".swp", ".swx", ".bak", "~")


async def saves(project: Project, stop: anyio.Event) -> AsyncIterator[set[Path]]:
    """The files that changed, save by save; and a folder itself where another one stands in its place, or none."""
    wanted = (project.cards, project.templates)
    known, anew = _which(wanted), set[Path]()
    while not stop.is_set():
        folders = [folder for folder in wanted if folder.is_dir()]
        if not folders:
            await anyio.sleep(LOOK / 1_000)
            continue
        try:
            async for changes in awatch(
                *folders,
                watch_filter=_counts,
                debounce=AT_MOST,
                step=SETTLED,
                stop_event=stop,
                rust_timeout=LOOK,
                yield_on_timeout=True,
            ):
                now = _which(wanted)
                moved = {folder for folder in wanted if now[folder] != known[folder]}
                # Whatever was saved before the folder was watched again is told with it, once.
                told = {Path(path) for _, path in changes} | moved | anew
                known, anew = now, moved
                if told:
                    yield told
                if moved:
                    break  # who watches a folder does not see the one that takes its name
        except (OSError, RuntimeError):  # gone at the very moment; the latter is what watchfiles makes of it
            await anyio.sleep(LOOK / 1_000)


def _which(folders: Iterable[Path]) -> dict[Path, tuple[int, int] | None]:
    """Which folder it is that stands under each name."""
    return {folder: _identity(folder) for folder in folders}


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _counts(change: Change, path: str) -> bool:
    """Not what editors and builds leave lying around for a moment."""
    name = Path(path).name
    return not name.startswith((".", "#")) and not name.endswith(_PARTS) and name != "4913"
