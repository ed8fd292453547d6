"""Whatever cuts a build short, Ctrl-C, a kill, a failing disk: what was there is whole, and the next build makes it good."""

from __future__ import annotations

import copy
import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import START, Author

from deckbuilder import cli, pipeline
from deckbuilder import lock as locks
from deckbuilder.diagnostics import Fault
from deckbuilder.package import reader

EPOCH = START + 3_600
PACKAGE = "dist/arm-2026-11.apkg"
LOCK = "cards/deck.lock"
KILLS = 25

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and forks are another thing there")

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
        self.act: Callable[[], None] = lambda: None
        sys.addaudithook(self._hook)
        self._fsync = os.fsync

    def _hook(self, event: str, arguments: Any) -> None:
        if self.armed and event in STEPS:
            self.step()

    def step(self) -> None:
        self.count += 1
        if self.count == self.at:
            self.act()

    @contextmanager
    def lit(self, at: int, act: Callable[[], None]) -> Iterator[None]:
        """Armed for the length of the block."""
        self.count, self.at, self.act = 0, at, act

        def fsync(fd: Any) -> None:
            self.step()
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
    """A project that was built and then edited, and what an uninterrupted build of it would leave."""

    author: Author
    old: dict[str, bytes]
    new: dict[str, bytes]

    def copy(self, root: Path) -> Author:
        shutil.copytree(self.author.root, root)
        author = copy.copy(self.author)
        author.root = root
        return author


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    author = Author(tmp_path_factory.mktemp("bench") / "project")
    author.build()
    author.edit("cards/muscles/biceps-brachii.yaml", "palm faces up", "palm faces down")
    more = author.read("cards/muscles/brachialis.yaml").replace("brachialis", "coracobrachialis")
    author.write("cards/muscles/coracobrachialis.yaml", more)
    found = Bench(author, author.state(), {})
    whole = found.copy(tmp_path_factory.mktemp("whole") / "project")
    build(whole)
    found.new.update(whole.state())
    assert found.new.keys() == found.old.keys() == {PACKAGE, LOCK}
    assert all(found.new[name] != found.old[name] for name in found.new)
    return found


def build(author: Author) -> pipeline.Built:
    report = pipeline.build(author.project, author.dist, EPOCH)
    assert report.built is not None, report.diagnostics
    return report.built


def parts(author: Author) -> list[str]:
    return [path.name for path in author.root.rglob("*.part")]


def settled(author: Author) -> dict[str, bytes]:
    """What is in its place."""
    return {name: data for name, data in author.state().items() if not name.endswith(".part")}


def assert_whole(bench: Bench, author: Author) -> None:
    """The package is one of the two and can be read; the lock is one of the two, and never behind its package."""
    state = settled(author)
    assert state.keys() == bench.old.keys()
    assert all(state[name] in (bench.old[name], bench.new[name]) for name in state)
    assert state[LOCK] == bench.new[LOCK] or state[PACKAGE] == bench.old[PACKAGE]
    assert reader.read(author.root / PACKAGE).note_count in (7, 8)
    assert len(locks.load(author.read(LOCK), LOCK).notes) in (7, 8)


def assert_made_good(bench: Bench, author: Author) -> None:
    """The next build leaves what an uninterrupted one would have left, and nothing else."""
    build(author)

    assert author.state() == bench.new
    assert parts(author) == []


# A failing disk


@contextmanager
def only_while_packaging(at: int, act: Callable[[], None]) -> Iterator[None]:
    package = pipeline._package

    def watched(*arguments: Any, **options: Any) -> pipeline.Built:
        with FUSE.lit(at, act):
            return package(*arguments, **options)

    pipeline._package = watched
    try:
        yield
    finally:
        pipeline._package = package


def steps_of_packaging(bench: Bench, root: Path) -> int:
    with only_while_packaging(0, lambda: None):
        build(bench.copy(root))
    return FUSE.count


def test_whichever_step_of_packaging_fails_everything_is_as_it_was(bench: Bench, tmp_path: Path) -> None:
    def fail() -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    steps = steps_of_packaging(bench, tmp_path / "counted")
    refused = 0
    for step in range(1, steps + 1):
        author = bench.copy(tmp_path / str(step))
        try:
            with only_while_packaging(step, fail):
                build(author)
        except Fault as fault:
            refused += 1
            assert os.strerror(errno.EIO) in fault.message and fault.help
            assert author.state() == bench.old, f"step {step}"
        else:
            assert settled(author) == bench.new, f"step {step}: only clearing up may fail without a word"
        assert_made_good(bench, author)
    assert refused >= 10
    assert refused >= steps - 8  # two links have a stand-in; what is left only clears up


@pytest.mark.parametrize("first", [True, False], ids=["first build", "later build"])
def test_the_lock_goes_back_if_the_package_cannot_follow(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    author = bench.copy(tmp_path / "project")
    if first:
        (author.root / LOCK).unlink()
        (author.root / PACKAGE).unlink()
    before = author.state()
    replace = Path.replace

    def locked_by_anki(self: Path, target: Path) -> Path:
        if target.suffix == ".apkg":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", locked_by_anki)
    with pytest.raises(Fault, match="Permission denied") as fault:
        build(author)

    assert author.state() == before
    assert parts(author) == []
    assert str(author.root / PACKAGE) in fault.value.help


def test_an_interruption_while_moving_into_place_takes_both_back_or_neither(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace
    for moment in ("before", "after"):
        for suffix in (".lock", ".apkg"):
            author = bench.copy(tmp_path / f"{moment}{suffix}")

            def interrupted(self: Path, target: Path, moment: str = moment, suffix: str = suffix) -> Path:
                if target.suffix != suffix or ".before" in self.name:
                    return replace(self, target)
                if moment == "after":
                    replace(self, target)
                raise KeyboardInterrupt

            with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
                patch.setattr(Path, "replace", interrupted)
                build(author)

            assert author.state() == (bench.new if (moment, suffix) == ("after", ".apkg") else bench.old)
            assert parts(author) == []


# Ctrl-C and kill -9 at every step, in processes of their own


def strike(root: Path, kind: str, step: int) -> None:
    """In a fork: a build that is hit at one step. What it said, and its exit code unless it was killed, stay behind."""
    said = os.open(root / "stderr", os.O_CREAT | os.O_WRONLY)
    os.dup2(said, 1)
    os.dup2(said, 2)
    hit = signal.SIGKILL if kind == "kill" else signal.SIGINT
    fuse = only_while_packaging if kind == "kill" else FUSE.lit
    code: object = 0
    try:
        with fuse(step, lambda: os.kill(os.getpid(), hit)):
            cli.main(["build", "--project", str(root)])
    except SystemExit as leave:
        code = leave.code
    (root / "code").write_text(f"{code}")


def fork_at_steps(folder: str, kind: str) -> None:
    """In a fresh process: for each copy of the project, named after a step, a fork that is hit there.

    Steps below 1 count from the end: 0 is the last of a whole build.
    """
    os.environ["SOURCE_DATE_EPOCH"] = str(EPOCH)
    for name in ("first", "second"):  # the first imports what is needed, the second has the steps of every fork
        with FUSE.lit(0, lambda: None):
            cli.main(["build", "--project", str(Path(folder, name))])
    last = FUSE.count
    for root in Path(folder).iterdir():
        if root.name in ("first", "second"):
            continue
        if os.fork() == 0:
            try:
                step = int(root.name)
                strike(root, kind, step if step > 0 else last + step)
            finally:
                os._exit(0)
        os.wait()


def forked(bench: Bench, folder: Path, kind: str, steps: Sequence[int]) -> list[Author]:
    bench.copy(folder / "first")
    bench.copy(folder / "second")
    authors = [bench.copy(folder / str(step)) for step in steps]
    script = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import test_interruptions as t; "
    script += f"t.fork_at_steps({str(folder)!r}, {kind!r})"
    subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.DEVNULL)
    return authors


def outcome(author: Author) -> tuple[str, list[str]]:
    code, said = author.root / "code", author.root / "stderr"
    found = code.read_text() if code.exists() else "killed", said.read_text().strip().splitlines()
    code.unlink(missing_ok=True)
    said.unlink()
    return found


def test_ctrl_c_at_any_step_leaves_everything_as_it_was_and_says_so_in_one_line(bench: Bench, tmp_path: Path) -> None:
    packaging = steps_of_packaging(bench, tmp_path / "counted")
    interrupted = finished = 0
    for author in forked(bench, tmp_path / "forks", "interrupt", [*range(1, 50, 7), *range(-packaging, 1)]):
        code, said = outcome(author)

        assert parts(author) == []
        if code == "1":
            interrupted += 1
            assert said == ["Interrupted. Nothing was changed; run the same command again."]
            assert author.state() == bench.old
        else:
            finished += 1
            assert code == "0", said
            assert author.state() == bench.new, "too late to stop: then it is done whole"
        assert_made_good(bench, author)
    assert interrupted >= 20
    assert finished >= 3


def test_a_kill_at_any_step_of_packaging_leaves_all_whole_and_the_next_build_makes_it_good(
    bench: Bench, tmp_path: Path
) -> None:
    steps = steps_of_packaging(bench, tmp_path / "counted")
    left = 0
    for author in forked(bench, tmp_path / "forks", "kill", range(1, steps + 1)):
        assert outcome(author) == ("killed", [])

        assert_whole(bench, author)
        if parts(author):
            left += 1
            another = Bench(author, {}, {}).copy(tmp_path / f"another{left}")
            another.edit("cards/deck.yaml", "edition: 2026-11", "edition: 2026-12")
            assert build(another).path.name == "arm-2026-12.apkg"
            assert parts(another) == [], "what a killed build left is cleared even by one of another edition"
        assert_made_good(bench, author)
    assert left >= 3


# Real processes, at random moments


def process(author: Author) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "deckbuilder", "build"],
        cwd=author.root,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def begun(author: Author, running: subprocess.Popen[str]) -> None:
    """Wait until the build has taken its turn."""
    turn = author.root / "cards" / ".building"
    while not turn.exists() and running.poll() is None:
        time.sleep(0.001)


def lasting(bench: Bench, root: Path) -> float:
    """The seconds of a whole build from when it has taken its turn."""
    author = bench.copy(root)
    (author.root / "cards" / ".building").unlink(missing_ok=True)
    running = process(author)
    begun(author, running)
    start = time.monotonic()
    running.communicate()
    return time.monotonic() - start


def hit(bench: Bench, root: Path, number: signal.Signals, delay: float) -> tuple[Author, int, str]:
    author = bench.copy(root)
    (author.root / "cards" / ".building").unlink(missing_ok=True)
    running = process(author)
    begun(author, running)
    time.sleep(delay)
    running.send_signal(number)
    _, said = running.communicate()
    return author, running.returncode, said


def hits(bench: Bench, folder: Path, number: signal.Signals, count: int) -> list[tuple[Author, int, str]]:
    moments = random.Random(number)
    longest = lasting(bench, folder / "measured")
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(hit, bench, folder / str(place), number, moments.uniform(0, longest)) for place in range(count)
        ]
        return [run.result() for run in runs]


def test_kill_at_random_moments_leaves_all_whole_and_the_next_build_makes_it_good(bench: Bench, tmp_path: Path) -> None:
    found = hits(bench, tmp_path, signal.SIGKILL, KILLS)

    assert sum(code == -signal.SIGKILL for _, code, _ in found) >= KILLS // 3
    for author, _, _ in found:
        assert_whole(bench, author)
        assert_made_good(bench, author)


def test_ctrl_c_at_random_moments_is_one_line_and_no_traceback(bench: Bench, tmp_path: Path) -> None:
    found = hits(bench, tmp_path, signal.SIGINT, 4)

    assert any(code == 1 for _, code, _ in found)
    for author, code, said in found:
        assert (code, author.state()) in [(1, bench.old), (0, bench.new)]
        assert "Traceback" not in said
        assert code == 0 or said.strip() == "Interrupted. Nothing was changed; run the same command again."
        assert parts(author) == []
