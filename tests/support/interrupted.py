"""Builds and releases that are hit at any of their steps, or at any moment."""

from __future__ import annotations

import copy
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import pytest

from deckbuilder import cli
from deckbuilder.core.diagnostics import Fault
from deckbuilder.package import reader
from deckbuilder.verbs import release as releases
from deckbuilder.workspace import building
from support.author import START, Author
from support.repository import git

EPOCH = START + 3_600


PACKAGE = "dist/arm-2026-11-next.apkg"


LOCK, DECK, CHANGES = "cards/deck.lock", "cards/deck.yaml", "dist/CHANGES.md"
ABOUT = "dist/arm-2026-11-next-about.md"


FOLDER = "dist/arm-2026-12"


EXAM = """\
exam: any-cpt
name: ANY-CPT
as_of: 2026-11
domains: {1-science: {name: Science, objectives: {movement: {asks: Movement, topics: joint-action, trust: copy}}}}
"""


# What a build asks of the system, as Python's own audit reports it.
STEPS = frozenset(
    {
        "open",
        "os.link",
        "os.rename",
        "os.remove",
        "os.mkdir",
        "os.rmdir",
        "os.scandir",
        "os.truncate",
        "shutil.copyfile",
        "shutil.rmtree",
        "sqlite3.connect",
        "tempfile.mkdtemp",
    }
)


class Fuse:
    """Counts the steps while it is armed, and at one of them does something."""

    def __init__(self) -> None:
        self.armed = False
        self.count = 0
        self.at = 0
        self.folder = False  # whether the step was only about a folder that is there: to sync it, or to be sure of it
        self.act: Callable[[], None] = lambda: None
        sys.addaudithook(self._hook)
        self._fsync = os.fsync

    def _hook(self, event: str, arguments: Any) -> None:
        if self.armed and event in STEPS:
            self.step(event in ("open", "os.mkdir") and Path(str(arguments[0])).is_dir())

    def step(self, folder: bool) -> None:
        self.count += 1
        if self.count == self.at:
            self.folder = folder
            self.act()

    @contextmanager
    def lit(self, at: int, act: Callable[[], None]) -> Iterator[None]:
        """Armed for the length of the block."""
        self.count, self.at, self.act = 0, at, act

        def fsync(fd: Any) -> None:
            self.step(stat.S_ISDIR(os.fstat(fd).st_mode))
            self._fsync(fd)

        os.fsync = fsync
        self.armed = True
        try:
            yield
        finally:
            self.armed = False
            os.fsync = self._fsync


FUSE = Fuse()


@dataclass(frozen=True)
class Bench:
    """A project in git, released, edited and edited again, and what an uninterrupted run of the verb would leave.

    `order`: what the verb puts in its place, the first thing first.
    """

    author: Author
    verb: tuple[str, ...]
    order: tuple[str, ...]
    old: dict[str, bytes]
    new: dict[str, bytes]
    mended: set[int] = field(default_factory=set)

    def copy(self, root: Path) -> Author:
        shutil.copytree(self.author.root, root)
        author = copy.copy(self.author)
        author.root = root
        return author

    def run(self, author: Author) -> None:
        """In this process."""
        if self.verb[0] == "build":
            build(author)
        else:
            release(author, self.verb[1])


def prepared(verb: str, folder: Path) -> Bench:
    """A bench for build or for release."""
    author = Author(folder / "project")
    author.write("cards/vocabulary/exam.yaml", EXAM)
    author.hush()
    git(author, "init", "-q", "--template=", "-b", "main")
    author.build()
    commit(author)
    release(author, "2026-11")
    commit(author)
    author.edit("cards/muscles/biceps-brachii.yaml", "palm faces up", "palm faces down")
    author.build()
    commit(author)
    author.edit("cards/muscles/biceps-brachii.yaml", "palm faces down", "palm faces sideways")
    more = author.read("cards/muscles/brachialis.yaml").replace("brachialis", "coracobrachialis")
    more = more.replace("Brachialis", "Coracobrachialis")
    author.write("cards/muscles/coracobrachialis.yaml", more)
    if verb == "release":
        author.build()
        commit(author)
    git(author, "gc", "-q")  # a few files to copy instead of a hundred
    whole = Bench(author, (verb, "2026-12") if verb == "release" else (verb,), (), {}, {}).copy(folder / "whole")
    found = Bench(author, ("build",), (LOCK, PACKAGE, ABOUT, CHANGES), state(author), {})
    if verb == "release":
        found = Bench(author, ("release", "2026-12"), (LOCK, DECK, FOLDER), state(author), {})
    found.run(whole)
    found.new.update(state(whole))
    assert_worth_interrupting(found, whole)
    return found


def assert_worth_interrupting(bench: Bench, whole: Author) -> None:
    """The verb changes all that it is said to change, and keeps every guid; what it leaves can be read."""
    changed = {name for name, data in bench.new.items() if bench.old.get(name) != data}
    assert changed == {name for name in bench.new if name.startswith(bench.order)}
    assert bench.old.keys() <= bench.new.keys()
    for guids in ({key: entry.guid for key, entry in author.lock.notes.items()} for author in (bench.author, whole)):
        assert guids.items() <= {key: entry.guid for key, entry in whole.lock.notes.items()}.items()
    assert len(whole.lock.notes) == 9
    for path in whole.dist.rglob("*.apkg"):
        assert 0 < reader.read(path).note_count <= 9
    assert bench.verb[0] == "build" or len(list((whole.root / FOLDER).iterdir())) == 7


def commit(author: Author) -> None:
    git(author, "add", "-A")
    git(author, "commit", "-q", "--allow-empty", "-m", "kept")


def build(author: Author) -> building.Built:
    report = building.build(author.project, author.dist, EPOCH)
    assert report.built is not None, report.diagnostics
    assert report.diagnostics == []
    return report.built


def release(author: Author, edition: str) -> None:
    report = releases.release(author.project, author.dist, edition, EPOCH)
    assert report.released is not None, report.diagnostics
    assert report.diagnostics == []


def parts(author: Author) -> list[str]:
    return [path.name for path in author.root.rglob("*.part")]


def state(author: Author) -> dict[str, bytes]:
    """Everything that a verb may change, with what it left lying."""
    return author.state() | {DECK: (author.root / DECK).read_bytes()}


def everything(author: Author) -> dict[str, bytes]:
    """All files but git's, whose commits are as they were."""
    files = [path for folder in ("cards", "dist") for path in (author.root / folder).rglob("*") if path.is_file()]
    return {path.relative_to(author.root).as_posix(): path.read_bytes() for path in files if path.name != ".building"}


def settled(author: Author) -> dict[str, bytes]:
    """What is in its place."""
    return {name: data for name, data in state(author).items() if ".part" not in name}


def assert_whole(bench: Bench, author: Author) -> None:
    """Everything is as it was or as it is to be; a new thing never without what comes before it, the lock first of all."""
    found = settled(author)
    assert bench.old.keys() <= found.keys() <= bench.new.keys()
    assert all(data in (bench.old.get(name), bench.new[name]) for name, data in found.items())
    done = [
        {found.get(name) == data for name, data in bench.new.items() if name.startswith(each)} for each in bench.order
    ]
    assert all(len(each) == 1 for each in done), "a folder is there whole, or not at all"
    assert done == sorted(done, key=lambda each: each != {True})
    assert author.lock.notes.keys() >= bench.author.lock.notes.keys()


def assert_made_good(bench: Bench, author: Author) -> None:
    """The same command again leaves what an uninterrupted one would have left, and nothing else.

    From what was left to the byte once before, it is not tried again.
    """
    found = hash(tuple(sorted(everything(author).items())))
    if found in bench.mended:
        return
    bench.run(author)

    assert state(author) == bench.new
    assert parts(author) == []
    bench.mended.add(found)


@contextmanager
def only_while_packaging(at: int, act: Callable[[], None]) -> Iterator[None]:
    def watched(packages: Callable[..., Any]) -> Callable[..., Any]:
        def lit(*arguments: Any, **options: Any) -> Any:
            with FUSE.lit(at, act):
                return packages(*arguments, **options)

        return lit

    with pytest.MonkeyPatch.context() as patch:
        places: list[tuple[ModuleType, str]] = [(building, "_package"), (releases, "_release")]
        for module, name in places:
            patch.setattr(module, name, watched(getattr(module, name)))
        yield


def strike(root: Path, verb: Sequence[str], kind: str, step: int) -> None:
    """In a fork: a verb that is hit at one step. What it said, and its exit code unless it was killed, stay behind."""
    said = os.open(root / "stderr", os.O_CREAT | os.O_WRONLY)
    os.dup2(said, 1)
    os.dup2(said, 2)
    hit = signal.SIGKILL if kind == "kill" else signal.SIGINT
    fuse = only_while_packaging if kind == "kill" else FUSE.lit
    code: object = 0
    try:
        with fuse(step, lambda: os.kill(os.getpid(), hit)):
            cli.main([*verb, "--project", str(root)])
    except SystemExit as leave:
        code = leave.code
    (root / "code").write_text(f"{code}")


def fork_at_steps(folder: str, verb: Sequence[str], kind: str) -> None:
    """In a fresh process: for each copy of the project, named after a step, a fork that is hit there.

    Steps below 1 count from the end: 0 is the last of a whole run.
    """
    os.environ["SOURCE_DATE_EPOCH"] = str(EPOCH)
    for name in ("first", "second"):  # the first imports what is needed, the second has the steps of every fork
        with FUSE.lit(0, lambda: None):
            cli.main([*verb, "--project", str(Path(folder, name))])
    last = FUSE.count
    for root in Path(folder).iterdir():
        if root.name in ("first", "second"):
            continue
        if os.fork() == 0:
            try:
                step = int(root.name)
                strike(root, verb, kind, step if step > 0 else last + step)
            finally:
                os._exit(0)
        os.wait()


def process(bench: Bench, author: Author) -> subprocess.Popen[str]:
    (author.root / "cards" / ".building").unlink(missing_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "deckbuilder", *bench.verb],
        cwd=author.root,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def begun(author: Author, running: subprocess.Popen[str]) -> None:
    """Wait until the run has taken its turn."""
    turn = author.root / "cards" / ".building"
    while not turn.exists() and running.poll() is None:
        time.sleep(0.001)


def lasting(bench: Bench, root: Path) -> float:
    """The seconds of a whole run from when it has taken its turn."""
    author = bench.copy(root)
    running = process(bench, author)
    begun(author, running)
    start = time.monotonic()
    running.communicate()
    return time.monotonic() - start


def hit(bench: Bench, root: Path, number: signal.Signals, delay: float) -> tuple[Author, int, str]:
    """A run that is hit so long after it took its turn; before that if the time is negative."""
    author = bench.copy(root)
    running = process(bench, author)
    if delay >= 0:
        begun(author, running)
    time.sleep(abs(delay))
    running.send_signal(number)
    _, said = running.communicate()
    return author, running.returncode, said


def hits(
    bench: Bench, folder: Path, number: signal.Signals, count: int, seed: int, early: float = 0
) -> Iterator[tuple[Author, int, str]]:
    """`early`: the share of those that are hit while the process still starts."""
    moments = random.Random(seed)
    longest = lasting(bench, folder / "measured")
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(hit, bench, folder / str(place), number, moments.uniform(-early * longest, longest))
            for place in range(count)
        ]
        for run in runs:
            yield run.result()


def run(kills: int, seed: int) -> tuple[str, list[str]]:
    """For `make torture`: so many kills of a build and so many of a release; the figures, and what was lost."""
    figures, losses = [], []
    for verb in ("build", "release"):
        with TemporaryDirectory() as folder:
            bench = prepared(verb, Path(folder))
            killed = left = torn = 0
            for author, code, _ in hits(bench, Path(folder), signal.SIGKILL, kills, seed, early=0.4):
                killed += code == -signal.SIGKILL
                left += bool(parts(author))
                torn += settled(author) not in (bench.old, bench.new)
                try:
                    assert_whole(bench, author)
                    assert_made_good(bench, author)
                except (AssertionError, Fault) as loss:
                    losses.append(f"{verb}, run {author.root.name} of seed {seed}: {loss!r}")
                shutil.rmtree(author.root)
        figures.append(f"{verb}: {killed} of {kills} killed, {left} left parts lying, {torn} between two moves")
    return "; ".join(figures), losses
