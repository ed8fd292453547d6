"""Whose turn it is: one run after the other writes a project, and whoever comes second waits and is told for whom."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.project import Project

if TYPE_CHECKING:
    from filelock import FileLock

# How long somebody else may be at work, in seconds: no build takes a quarter of it.
PATIENCE = 900.0
_BUSY = ".building"
_WHO = ".building.part"
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
_waiting: list[Callable[[str], None]] = []


def on_wait(listener: Callable[[str], None]) -> None:
    """Whoever shows things to a person is told, once for each wait, who is waited for."""
    _waiting[:] = [listener]


@contextmanager
def alone(project: Project, output: Path | None = None, *, locked: bool = False) -> Iterator[None]:
    """Two builds at once would each write a lock that lacks the other's times; an edit has no place between the two.

    Whoever comes second waits. A run that was killed keeps nobody waiting: its turn ends with it. `output`: where something is
    going to be written, besides the cards; `locked`: nothing but that, so that the cards may be read-only.
    """
    try:
        if output:
            _make(output)
        folder, turn = _taken(project, output, locked=locked)
    except OSError as error:
        closed = error.filename or (output if output and project.read_only else project.cards)
        other = ", or choose another folder with --output" if output else ""
        message = f"{closed} cannot be written ({error.strerror or error})"
        raise Fault(message, f"check its permissions{other}") from error
    try:
        with suppress(OSError):
            _sign(folder)
        yield
    finally:
        with suppress(OSError):
            (folder / _WHO).unlink(missing_ok=True)
        turn.release()


def _make(output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    if not os.access(output, os.W_OK):
        raise PermissionError(errno.EACCES, "Permission denied", str(output))


def _taken(project: Project, output: Path | None, *, locked: bool) -> tuple[Path, FileLock]:
    """The turn, and the folder that it is the turn in: the cards, or the output where the cards are not to be written."""
    if output and project.read_only:
        return output, _turn(output)
    try:
        return project.cards, _turn(project.cards)
    except OSError as error:
        if not (locked and output) or error.errno not in _CLOSED:
            raise
        return output, _turn(output)


def _turn(folder: Path) -> FileLock:
    """The turn in this folder, taken; waited for, if it is somebody else's."""
    from filelock import FileLock, Timeout

    path = folder / _BUSY
    if os.path.lexists(path):
        found = path.lstat()
        # It is opened for writing, and some versions of filelock empty it.
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            raise Fault(f"{path} is a link, or no plain file", "delete it: deckbuilder makes its own")
    turn = FileLock(path)
    try:
        turn.acquire(timeout=0)
    except Timeout:
        _wait(turn, _signed(folder))
    return turn


def _wait(turn: FileLock, who: str) -> None:
    from filelock import Timeout

    for tell in _waiting:
        tell(f"waiting for {who}, which is at work on this project (Ctrl-C ends the waiting)")
    try:
        turn.acquire(timeout=PATIENCE, poll_interval=0.05)
    except Timeout:
        raise Fault(
            f"{who} is at work on this project, and did not end within {PATIENCE / 60:g} minutes",
            "wait until it ends, or end it, then run this again",
        ) from None


def _sign(folder: Path) -> None:
    """Says who has the turn."""
    path = folder / _WHO
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
    with path.open("x", encoding="ascii") as file:  # never through a link
        file.write(str(os.getpid()))


def _signed(folder: Path) -> str:
    """Who has the turn, as far as it can be told."""
    path = folder / _WHO
    with suppress(OSError, ValueError):
        if stat.S_ISREG(path.lstat().st_mode):
            with path.open("rb") as file:
                return f"another deckbuilder (process {int(file.read(20))})"
    return "another deckbuilder"
