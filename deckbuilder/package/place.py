"""A package and its lock into place: written aside, read back, then both moved, or both as they were."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deckbuilder.diagnostics import Fault
from deckbuilder.lock import Lock
from deckbuilder.project import Project
from deckbuilder.render import Rendered

if TYPE_CHECKING:
    from deckbuilder.package.writer import DeckSpec, Written


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a package lies, and what was written."""

    path: Path
    written: Written
    sha256: str


@contextmanager
def alone(project: Project, output: Path) -> Iterator[None]:
    """Two builds at once would each write a lock that lacks the other's times; one beside an edit reads half of it."""
    from filelock import FileLock, Timeout

    folder = output if project.read_only else project.cards
    try:
        output.mkdir(parents=True, exist_ok=True)
        if not os.access(output, os.W_OK):
            raise PermissionError(13, "Permission denied", str(output))
        turn = FileLock(folder / ".building", timeout=0)
        turn.acquire()
    except Timeout:
        raise Fault("another build of this project is running", "wait until it ends, then build again") from None
    except OSError as error:
        raise Fault(
            f"{error.filename or folder} cannot be written ({error.strerror or error})",
            "check its permissions, or choose another folder with --output",
        ) from error
    try:
        yield
    finally:
        turn.release()


@contextmanager
def editing(project: Project) -> Iterator[None]:
    """The same turn as a build's, for what edits the cards."""
    from filelock import FileLock, Timeout

    try:
        turn = FileLock(project.cards / ".building", timeout=0)
        turn.acquire()
    except Timeout:
        raise Fault("a build of this project is running", "wait until it ends, then run this again") from None
    except OSError as error:
        raise Fault(
            f"{project.cards} cannot be written ({error.strerror or error})", "check its permissions"
        ) from error
    try:
        yield
    finally:
        turn.release()


def put(
    project: Project,
    output: Path,
    rendered: Rendered,
    decks: dict[str, DeckSpec],
    lock: Lock,
    text: str,
    *,
    stale: bool,
    committing: Callable[[], None],
) -> Placed:
    """Written aside, read back, then moved into place together. `text`: the lock's; `stale`: it is not what lies there.

    `committing` is called when all is written and only has to be moved.
    """
    from deckbuilder.package import writer  # genanki takes long to import: a build that faults stop does without

    deck = rendered.deck
    target = output / f"{deck.id}-{deck.edition}.apkg"
    # Without the edition: the next build clears what a killed one left, whatever it is called by then.
    aside = output / f"{deck.id}.apkg.part"
    lock_aside, lock_before = (project.lock.with_suffix(f".lock{end}") for end in (".part", ".before.part"))
    passing = (aside, lock_aside, lock_before)
    try:
        for leftover in passing:
            leftover.unlink(missing_ok=True)
        about = {"deck": deck.id, "edition": deck.edition, "lock": hashlib.sha256(text.encode()).hexdigest()}
        written = writer.write(aside, rendered.notes, rendered.note_types, lock, decks, about)
        digest = _sha256(aside)
        if stale:
            with lock_aside.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if project.lock.exists():
                shutil.copyfile(project.lock, lock_before)
        committing()
        _move(aside, target, lock_aside if stale else None, project.lock, lock_before)
    except OSError as error:
        raise Fault(
            f"the package could not be written ({error.strerror or error})",
            f"check space and permissions at {error.filename or output}; dist and lock are as they were",
        ) from error
    finally:
        for leftover in passing:
            with suppress(OSError):
                leftover.unlink(missing_ok=True)
    return Placed(target, written, digest)


def _move(package: Path, target: Path, lock: Path | None, lock_target: Path, lock_before: Path) -> None:
    """Both into place, or neither. The lock first: a package without its lock is the one order that could ship two
    different texts under one time. A build that is killed in between is finished by the next one."""
    try:
        if lock is not None:
            lock.replace(lock_target)
        package.replace(target)
    except BaseException:
        if lock is not None and package.exists() and not lock.exists():
            if lock_before.exists():
                lock_before.replace(lock_target)
            else:
                lock_target.unlink()
        raise


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return (
            hashlib.file_digest(file, "sha256").hexdigest()
            if hasattr(hashlib, "file_digest")
            else hashlib.sha256(file.read()).hexdigest()
        )
