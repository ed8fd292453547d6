"""Temporary folders: gone at the end of the block, and those of a run that was killed by the next run that makes one.

Each holds a file that is locked as long as its run lives, so that none of a living run is ever taken for a leftover. What
has no such file was not made here.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deckbuilder.core.patterns import regex

MARK = ".deckbuilder-in-use"
GRACE = 60.0  # seconds, between the making of a folder and the locking of its mark
_PREFIX = "deckbuilder-"
_NAME = regex(rf"{_PREFIX}[a-z0-9_]{{8}}")
_swept: set[str] = set()


@contextmanager
def folder() -> Iterator[Path]:
    """A new folder for the length of the block."""
    from filelock import FileLock

    path = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        hold = FileLock(path / MARK, thread_local=False)
        try:
            hold.acquire(timeout=0)
        except NotImplementedError:  # a disk that knows no locks: without its mark nobody will sweep it
            (path / MARK).unlink(missing_ok=True)
        try:
            _sweep(path)
            yield path
        finally:
            hold.release()
    finally:
        shutil.rmtree(path)


def _sweep(beside: Path) -> None:
    """The leftovers beside a folder that was made right now, once a run: only of its owner, and no link is followed."""
    if str(beside.parent) in _swept:
        return
    _swept.add(str(beside.parent))
    with suppress(OSError):
        ours = beside.lstat()
        for each in os.scandir(beside.parent):
            if _NAME.fullmatch(each.name) and each.name != beside.name:
                with suppress(OSError):
                    found = os.lstat(each.path)
                    old = ours.st_mtime - found.st_mtime > GRACE
                    if stat.S_ISDIR(found.st_mode) and found.st_uid == ours.st_uid and old and _left(Path(each.path)):
                        shutil.rmtree(each.path, ignore_errors=True)


def _left(path: Path) -> bool:
    """Whether the run that made this folder is over."""
    from filelock import FileLock, Timeout

    mark = path / MARK
    found = mark.lstat()
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1 or found.st_size:
        return False
    try:
        with FileLock(mark, timeout=0):
            return True
    except (Timeout, NotImplementedError):
        return False
