"""What a verb writes, into its places: written aside and read back first, then moved together, or all as it was.

    with writing("the cards", kept="every file is as it was") as transaction:
        transaction.text(path, text)
        transaction.commit(committing)

Whose turn it is to write at all, `turn` says.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.frozen import dataclass


class Torn(OSError):
    """What was begun could not be taken back: `left` is where the old files lie."""

    def __init__(self, error: OSError, left: Sequence[Path]) -> None:
        super().__init__(error.errno, error.strerror or str(error), error.filename)
        self.left = left


@dataclass(frozen=True, slots=True)
class Move:
    """A target, and where its new self waits for its turn. `removes`: there is no new self, and the target goes."""

    target: Path
    aside: Path
    removes: bool = False

    @property
    def before(self) -> Path:
        """Where the target's old self waits until all is done: beside `x.part`, in `x.before.part`."""
        return self.aside.with_name(f"{self.aside.name.removesuffix('.part')}.before.part")

    @property
    def done(self) -> bool:
        return not (self.target if self.removes else self.aside).exists()

    @property
    def wanted(self) -> bool:
        """Whether there is anything to do: room was asked for in good time, and perhaps for nothing."""
        return self.removes or self.aside.exists()

    def prepare(self) -> None:
        """Keeps the old self of a file, and its permissions. A file that may not be written stops all."""
        if self.target.is_file():
            if not os.access(self.target, os.W_OK):
                raise PermissionError(errno.EACCES, "Permission denied", str(self.target))
            if not self.removes:
                self.aside.chmod(stat.S_IMODE(self.target.stat().st_mode))
            _copy(self.target, self.before)
        elif self.aside.is_dir():
            _sync(self.aside)

    def take(self) -> None:
        """Puts the new self of the target in its place."""
        if self.removes:
            self.target.unlink()
            return
        if self.aside.is_dir() and self.target.is_dir():
            self.target.replace(self.before)
        self.aside.replace(self.target)

    def take_back(self) -> None:
        """Puts the old self of the target in its place again."""
        if not self.done and self.target.exists():
            return  # not its turn yet
        if self.before.exists():
            if self.before.is_dir():
                _clear(self.target)
            self.before.replace(self.target)
        elif self.done:
            _clear(self.target)


class Transaction:
    """Files and folders on their way to their places, in the order in which room for them was asked for."""

    def __init__(self) -> None:
        self.passing: list[Path] = []
        self._steps: list[Move] = []

    def aside(self, target: Path, at: Path | None = None) -> Path:
        """Where the new self of a target is to be written: beside it, or `at`. What is not written is not moved.

        The name must not hold an edition, or the next run would not find what a killed one left.
        """
        step = Move(target, at or target.with_name(f"{target.name}.part"))
        self._add(step, step.aside)
        return step.aside

    def room(self, path: Path) -> Path:
        """A folder for what is written aside: empty, and gone at the end."""
        self._passes(path)
        path.mkdir()
        return path

    def write(self, target: Path, data: bytes, at: Path | None = None) -> None:
        """The target is to hold these bytes."""
        write(self.aside(target, at), data)

    def text(self, target: Path, text: str, at: Path | None = None) -> None:
        """The target is to hold this text, in UTF-8, with `\\n`."""
        write_text(self.aside(target, at), text)

    def move(self, path: Path, target: Path) -> None:
        """A file in a room, or the room itself, is to be at the target."""
        self._add(Move(target, path))

    def remove(self, target: Path, at: Path) -> None:
        """The target is to be there no longer; its old self waits beside `at`."""
        self._add(Move(target, at, removes=True))

    def commit(self, committing: Callable[[], None] = lambda: None) -> None:
        """Every file, and every folder, from aside to its target, in the order in which they were named, or none.

        `committing` is called when all is ready. The order matters to a kill, after which nobody can take anything back: the
        next run finishes what was begun.
        """
        steps = [step for step in self._steps if step.wanted]
        for step in steps:
            step.prepare()
        committing()
        try:
            for number, step in enumerate(steps):
                step.take()
                if number + 1 == len(steps) or steps[number + 1].target.parent != step.target.parent:
                    _sync(step.target.parent)  # or a power cut may bring the package and lose the lock that went first
        except BaseException as error:
            if steps and not steps[-1].done:
                _take_back(steps, error)
            raise

    def _add(self, step: Move, *passing: Path) -> None:
        if step.before.is_dir() and not step.target.exists():
            step.before.replace(step.target)  # a kill came between the two moves of a folder
        self._steps.append(step)
        self._passes(*passing, step.before)

    def _passes(self, *paths: Path) -> None:
        for path in paths:
            self.passing.append(path)
            _clear(path)


@contextmanager
def writing(what: str, kept: str) -> Iterator[Transaction]:
    """A transaction: what a killed run left aside is cleared when room is asked for, and cleared again at the end.

    Raises `Fault`, which says `what` could not be written, and what is `kept`.
    """
    transaction = Transaction()
    torn = False
    try:
        yield transaction
    except OSError as error:
        torn = isinstance(error, Torn)
        raise _fault(error, what, kept, transaction.passing) from error
    finally:
        for leftover in transaction.passing if not torn else ():
            with suppress(OSError):
                _clear(leftover)


def _fault(error: OSError, what: str, kept: str, passing: Sequence[Path]) -> Fault:
    if isinstance(error, Torn):
        left = ", ".join(map(str, error.left))
        kept = f"not all could be taken back: move the old files to their places by hand, {left}"
    where = error.filename2 or error.filename or next((path.parent for path in passing), "the disk")
    return Fault(
        f"{what} could not be written ({error.strerror or error})", f"check space and permissions at {where}; {kept}"
    )


def write_text(path: Path, text: str) -> None:
    """The text in UTF-8, with `\\n`, on the disk, and read back."""
    write(path, text.encode())


def write(path: Path, data: bytes) -> None:
    """The bytes, on the disk, and read back. Raises `OSError` where the disk did not keep them."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if path.read_bytes() != data:
        raise OSError(errno.EIO, "what was read back is not what was written", str(path))


def _take_back(steps: Sequence[Move], error: BaseException) -> None:
    """Every target as it was. Raises `Torn` where that cannot be."""
    left: list[Path] = []
    for step in reversed(steps):
        try:
            step.take_back()
        except OSError as again:  # noqa: PERF203 - what else can be taken back is
            left.append(step.before)
            failed = again
    for folder in {step.target.parent for step in steps}:
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
