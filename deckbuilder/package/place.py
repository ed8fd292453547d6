"""What a verb writes, into its places: all of it written aside first, then moved together, or all as it was."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from deckbuilder.diagnostics import Fault
from deckbuilder.project import Project

Move = tuple[Path, Path]


@contextmanager
def alone(project: Project, output: Path | None = None) -> Iterator[None]:
    """Two builds at once would each write a lock that lacks the other's times; an edit has no place between the two.

    `output`: where something is going to be written, besides the cards.
    """
    from filelock import FileLock, Timeout

    folder = output if output and project.read_only else project.cards
    try:
        if output:
            output.mkdir(parents=True, exist_ok=True)
            if not os.access(output, os.W_OK):
                raise PermissionError(13, "Permission denied", str(output))
        turn = FileLock(folder / ".building", timeout=0)
        turn.acquire()
    except Timeout:
        raise Fault("another build of this project is running", "wait until it ends, then run this again") from None
    except OSError as error:
        other = ", or choose another folder with --output" if output else ""
        message = f"{error.filename or folder} cannot be written ({error.strerror or error})"
        raise Fault(message, f"check its permissions{other}") from error
    try:
        yield
    finally:
        turn.release()


@contextmanager
def aside(*paths: Path, what: str = "the package", kept: str = "dist and lock are") -> Iterator[None]:
    """Room for what is written before it is moved: what a killed run left there is cleared, and cleared again at the end.

    The names must not hold an edition, or the next one would not find what this one left. Raises `Fault`, which says
    `what` could not be written, and what is `kept` as it was.
    """
    passing = [each for path in paths for each in (path, _before(path))]
    try:
        for leftover in passing:
            _clear(leftover)
        yield
    except OSError as error:
        raise Fault(
            f"{what} could not be written ({error.strerror or error})",
            f"check space and permissions at {error.filename2 or error.filename or paths[0].parent}; {kept} as they were",
        ) from error
    finally:
        for leftover in passing:
            with suppress(OSError):
                _clear(leftover)


def write_text(path: Path, text: str) -> None:
    """The text in UTF-8, with `\\n`, and on the disk."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
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
    committing()
    try:
        for path, target in moves:
            path.replace(target)
    except BaseException:
        if moves and moves[-1][0].exists():
            for path, target in reversed(moves):
                before = _before(path)
                if path.exists() and target.exists():
                    continue  # not its turn yet
                if before.exists():
                    before.replace(target)
                elif not path.exists():
                    _clear(target)
        raise


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
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
