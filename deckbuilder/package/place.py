"""What a verb writes, into its places: all of it written aside first, then moved together, or all as it was."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.project import Project

if TYPE_CHECKING:
    from filelock import FileLock

Move = tuple[Path, Path]


# How long somebody else may be at work, in seconds: no build takes a quarter of it.
PATIENCE = 900.0
_BUSY = ".building"
_WHO = ".building.part"
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
_waiting: list[Callable[[str], None]] = []


class Torn(OSError):
    """What was begun could not be taken back: `left` is where the old files lie."""

    def __init__(self, error: OSError, left: Sequence[Path]) -> None:
        super().__init__(error.errno, error.strerror or str(error), error.filename)
        self.left = left


def on_wait(listener: Callable[[str], None]) -> None:
    """Whoever shows things to a person is told, once for each wait, who is waited for."""
    _waiting[:] = [listener]


@contextmanager
def alone(project: Project, output: Path | None = None, *, locked: bool = False) -> Iterator[None]:
    """Two builds at once would each write a lock that lacks the other's times; an edit has no place between the two.

    Whoever comes second waits. A run that was killed keeps nobody waiting: its turn ends with it. `output`: where something is
    going to be written, besides the cards; `locked`: nothing but that, so that the cards may be read-only.
    """
    folder = output if output and project.read_only else project.cards
    try:
        if output:
            output.mkdir(parents=True, exist_ok=True)
            if not os.access(output, os.W_OK):
                raise PermissionError(errno.EACCES, "Permission denied", str(output))
        try:
            turn = _turn(folder)
        except OSError as error:
            if not (locked and output) or error.errno not in _CLOSED:
                raise
            folder = output
            turn = _turn(folder)
    except OSError as error:
        other = ", or choose another folder with --output" if output else ""
        message = f"{error.filename or folder} cannot be written ({error.strerror or error})"
        raise Fault(message, f"check its permissions{other}") from error
    try:
        with suppress(OSError):
            _sign(folder)
        yield
    finally:
        with suppress(OSError):
            (folder / _WHO).unlink(missing_ok=True)
        turn.release()


def _turn(folder: Path) -> FileLock:
    """The turn in this folder, taken; waited for, if it is somebody else's."""
    from filelock import FileLock, Timeout

    path = folder / _BUSY
    if os.path.lexists(path):
        found = path.lstat()
        if (
            not stat.S_ISREG(found.st_mode) or found.st_nlink > 1
        ):  # it is opened for writing, and some versions empty it
            raise Fault(f"{path} is a link, or no plain file", "delete it: deckbuilder makes its own")
    turn = FileLock(path)
    try:
        turn.acquire(timeout=0)
    except Timeout:
        who = _signed(folder)
        for tell in _waiting:
            tell(f"waiting for {who}, which is at work on this project (Ctrl-C ends the waiting)")
        try:
            turn.acquire(timeout=PATIENCE, poll_interval=0.05)
        except Timeout:
            raise Fault(
                f"{who} is at work on this project, and did not end within {PATIENCE / 60:g} minutes",
                "wait until it ends, or end it, then run this again",
            ) from None
    return turn


def _sign(folder: Path) -> None:
    """Says who has the turn."""
    path = folder / _WHO
    _clear(path)
    with path.open("x", encoding="ascii") as file:  # never through a link
        file.write(str(os.getpid()))


def _signed(folder: Path) -> str:
    path = folder / _WHO
    with suppress(OSError, ValueError):
        if stat.S_ISREG(path.lstat().st_mode):
            with path.open("rb") as file:
                return f"another deckbuilder (process {int(file.read(20))})"
    return "another deckbuilder"


@contextmanager
def aside(*paths: Path, what: str = "the package", kept: str = "dist and lock are as they were") -> Iterator[None]:
    """Room for what is written before it is moved: what a killed run left there is cleared, and cleared again at the end.

    The names must not hold an edition, or the next one would not find what this one left. Raises `Fault`, which says
    `what` could not be written, and what is `kept`.
    """
    passing = [each for path in paths for each in (path, _before(path))]
    torn = False
    try:
        for leftover in passing:
            _clear(leftover)
        yield
    except OSError as error:
        torn = isinstance(error, Torn)
        end = kept
        if isinstance(error, Torn):
            end = f"not all could be taken back: move the old files to their places by hand, {_listed(error.left)}"
        raise Fault(
            f"{what} could not be written ({error.strerror or error})",
            f"check space and permissions at {error.filename2 or error.filename or paths[0].parent}; {end}",
        ) from error
    finally:
        for leftover in passing if not torn else ():
            with suppress(OSError):
                _clear(leftover)


def _listed(left: Sequence[Path]) -> str:
    return ", ".join(map(str, left))


def write_text(path: Path, text: str) -> None:
    """The text in UTF-8, with `\\n`, and on the disk."""
    write(path, text.encode())


def write(path: Path, data: bytes) -> None:
    """The bytes, on the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def move(moves: Sequence[Move], committing: Callable[[], None]) -> None:
    """Every file, or folder that is new, from aside to its target, in this order, or none.

    `committing` is called when all is ready. The order matters to a kill, after which nobody can take anything back: the
    next run finishes what was begun. A file that is replaced keeps its permissions; one that may not be written stops all.
    """
    for path, target in moves:
        if target.is_file():
            if not os.access(target, os.W_OK):
                raise PermissionError(13, "Permission denied", str(target))
            path.chmod(stat.S_IMODE(target.stat().st_mode))
            _copy(target, _before(path))
        elif path.is_dir():
            _sync(path)
    committing()
    try:
        for number, (path, target) in enumerate(moves):
            path.replace(target)
            if number + 1 == len(moves) or moves[number + 1][1].parent != target.parent:
                _sync(target.parent)  # or a power cut may bring the package and lose the lock that went first
    except BaseException as error:
        if moves and moves[-1][0].exists():
            _take_back(moves, error)
        raise


def _take_back(moves: Sequence[Move], error: BaseException) -> None:
    """Every target as it was. Raises `Torn` where that cannot be."""
    left: list[Path] = []
    for path, target in reversed(moves):
        before = _before(path)
        try:
            if path.exists() and target.exists():
                continue  # not its turn yet
            if before.exists():
                before.replace(target)
            elif not path.exists():
                _clear(target)
        except OSError as again:
            left.append(before)
            failed = again
    for folder in {target.parent for _, target in moves}:
        _sync(folder)
    if left:
        raise Torn(failed, left) from error


def _sync(folder: Path) -> None:
    """What was moved into a folder is there after a power cut, too. Windows has no such thing, and some disks refuse it."""
    if sys.platform != "win32":
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def sha256(path: Path) -> str:
    """The checksum that a learner can compare."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _before(path: Path) -> Path:
    """Where the target's old self waits until all is done: beside `x.part`, in `x.before.part`."""
    return path.with_name(f"{path.name.removesuffix('.part')}.before.part")


def _copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a disk without hard links
        shutil.copy(source, target)


def _clear(path: Path) -> None:
    if not os.path.lexists(path):
        return  # on a disk that is read-only, even this would be refused
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
