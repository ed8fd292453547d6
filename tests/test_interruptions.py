"""Whatever cuts a build or a release short, Ctrl-C, a kill, a failing disk: what was there is whole, and the same command
again makes it good.
"""

from __future__ import annotations

import copy
import errno
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
from click.testing import CliRunner, Result
from conftest import START, Author
from test_diff import git

from deckbuilder import cli
from deckbuilder.core.diagnostics import Fault
from deckbuilder.package import reader
from deckbuilder.verbs import release as releases
from deckbuilder.workspace import building

EPOCH = START + 3_600
PACKAGE = "dist/arm-2026-11-next.apkg"
LOCK, DECK, CHANGES = "cards/deck.lock", "cards/deck.yaml", "dist/CHANGES.md"
FOLDER = "dist/arm-2026-12"
KILLS = 8  # of each verb; `make torture` asks for more
EXAM = """\
exam: any-cpt
name: ANY-CPT
as_of: 2026-11
domains: {1-science: {name: Science, topics: [joint-action]}}
"""

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
    found = Bench(author, ("build",), (LOCK, PACKAGE, CHANGES), state(author), {})
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
    assert len(whole.lock.notes) == 8
    for path in whole.dist.rglob("*.apkg"):
        assert 0 < reader.read(path).note_count <= 8
    assert bench.verb[0] == "build" or len(list((whole.root / FOLDER).iterdir())) == 6


@pytest.fixture(scope="module", params=["build", "release"])
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return prepared(request.param, tmp_path_factory.mktemp("bench"))


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


# A failing disk


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


def steps_of_packaging(bench: Bench, root: Path) -> int:
    with only_while_packaging(0, lambda: None):
        bench.run(bench.copy(root))
    return FUSE.count


@pytest.fixture
def some(request: pytest.FixtureRequest) -> Callable[[Sequence[int]], list[int]]:
    """Of many steps every twelfth, and each of the last ten, in which things are moved; `make torture` takes all."""

    def chosen(steps: Sequence[int]) -> list[int]:
        if request.config.getoption("--in-full"):
            return list(steps)
        return [*steps[:-10:12], *steps[-10:]]

    return chosen


@pytest.mark.sampled
def test_whichever_step_of_packaging_fails_everything_is_as_it_was(
    bench: Bench, some: Callable[[Sequence[int]], list[int]], tmp_path: Path
) -> None:
    steps = some(range(1, steps_of_packaging(bench, tmp_path / "counted") + 1))
    refused = folders = 0
    for step in steps:
        author = bench.copy(tmp_path / "failing")
        said = os.strerror(number := (errno.EIO, errno.ENOSPC)[step % 2])

        def fail(number: int = number, said: str = said) -> None:
            raise OSError(number, said)

        try:
            with only_while_packaging(step, fail):
                bench.run(author)
        except Fault as fault:
            refused += 1
            assert said in fault.message and fault.help
            assert state(author) == bench.old, f"step {step}"
        else:
            assert settled(author) == bench.new, f"step {step}: only clearing up may fail without a word"
        folders += FUSE.folder
        assert_made_good(bench, author)
        shutil.rmtree(author.root)
    # Links, and a look for the last release, have a stand-in; what is left clears up.
    assert refused >= (len(steps) - folders) * 3 // 4


def test_whatever_cannot_be_read_on_the_way_is_a_sentence(bench: Bench, tmp_path: Path) -> None:
    """Every ninth step of all that comes before packaging."""

    def command(author: Author) -> Result:
        arguments = [*bench.verb, "--project", str(author.root)]
        return CliRunner().invoke(cli.cli, arguments, env={"SOURCE_DATE_EPOCH": f"{EPOCH}"})

    def fail() -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    packaging = steps_of_packaging(bench, tmp_path / "counted")
    with FUSE.lit(0, lambda: None):
        command(bench.copy(tmp_path / "whole"))
    refused = 0
    for step in range(1, FUSE.count - packaging, 9):
        author = bench.copy(tmp_path / f"{step}")
        with FUSE.lit(step, fail):
            done = command(author)

        if done.exit_code == 0:
            assert settled(author) == bench.new
            continue
        refused += 1
        assert isinstance(done.exception, SystemExit), f"step {step}"
        assert (done.exit_code, state(author)) == (1, bench.old), f"step {step}"
        assert len(done.stderr.splitlines()) >= 2 and os.strerror(errno.EIO) in done.stderr
    assert refused >= 6


@pytest.mark.parametrize("first", [True, False], ids=["first build", "later build"])
def test_the_lock_goes_back_if_the_package_cannot_follow(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    author = bench.copy(tmp_path / "project")
    if first:
        shutil.rmtree(author.root / ".git")
        shutil.rmtree(author.dist)
        (author.root / LOCK).unlink()
    before = state(author)
    replace = Path.replace

    def locked_by_anki(self: Path, target: Path) -> Path:
        if target.suffix == ".apkg" and ".before" not in self.name:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", locked_by_anki)
    with pytest.raises(Fault, match="Permission denied") as fault:
        build(author)

    assert state(author) == before
    assert parts(author) == []
    assert str(author.dist / "arm-2026-1") in fault.value.help


def test_an_interruption_while_moving_into_place_takes_all_back_or_nothing(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace
    for moment in ("before", "after"):
        for name in bench.order:
            author = bench.copy(tmp_path / f"{moment}{Path(name).name}")

            def interrupted(self: Path, target: Path, moment: str = moment, name: str = name) -> Path:
                if not target.as_posix().endswith(name) or ".before" in self.name:
                    return replace(self, target)
                if moment == "after":
                    replace(self, target)
                raise KeyboardInterrupt

            with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
                patch.setattr(Path, "replace", interrupted)
                bench.run(author)

            assert state(author) == (bench.new if (moment, name) == ("after", bench.order[-1]) else bench.old)
            assert parts(author) == []


# Ctrl-C and kill -9 at every step, in processes of their own


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


def forked(bench: Bench, folder: Path, kind: str, steps: Sequence[int]) -> list[Author]:
    bench.copy(folder / "first")
    bench.copy(folder / "second")
    authors = [bench.copy(folder / str(step)) for step in steps]
    script = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import test_interruptions as t; "
    script += f"t.fork_at_steps({str(folder)!r}, {bench.verb!r}, {kind!r})"
    subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.DEVNULL)
    return authors


def outcome(author: Author) -> tuple[str, list[str]]:
    code, said = author.root / "code", author.root / "stderr"
    found = code.read_text() if code.exists() else "killed", said.read_text().strip().splitlines()
    code.unlink(missing_ok=True)
    said.unlink()
    return found


@pytest.mark.sampled
def test_ctrl_c_at_any_step_leaves_everything_as_it_was_and_says_so_in_one_line(
    bench: Bench, some: Callable[[Sequence[int]], list[int]], tmp_path: Path
) -> None:
    packaging = steps_of_packaging(bench, tmp_path / "counted")
    interrupted = finished = 0
    steps = [*range(1, 50, 7), *some(range(-packaging, 1))]
    for author in forked(bench, tmp_path / "forks", "interrupt", steps):
        code, said = outcome(author)

        assert parts(author) == []
        if code == "1":
            interrupted += 1
            assert said == ["Interrupted. Nothing was changed; run the same command again."]
            assert state(author) == bench.old
        else:
            finished += 1
            assert code == "0", said
            assert state(author) == bench.new, "too late to stop: then it is done whole"
        assert_made_good(bench, author)
    assert interrupted >= min(20, len(steps) // 2)
    assert finished >= 3


@pytest.mark.sampled
def test_a_kill_at_any_step_of_packaging_leaves_all_whole_and_the_same_command_makes_it_good(
    bench: Bench, some: Callable[[Sequence[int]], list[int]], tmp_path: Path
) -> None:
    steps = steps_of_packaging(bench, tmp_path / "counted")
    left = 0
    for author in forked(bench, tmp_path / "forks", "kill", some(range(1, steps + 1))):
        assert outcome(author) == ("killed", [])

        assert_whole(bench, author)
        if parts(author):
            left += 1
            if left % 5 == 0:
                assert_cleared_by_another_edition(bench, author, tmp_path / f"another{left}")
        assert_made_good(bench, author)
    assert left >= 3


def assert_cleared_by_another_edition(bench: Bench, author: Author, root: Path) -> None:
    shutil.copytree(author.root, root)
    another = copy.copy(author)
    another.root = root
    if bench.verb[0] == "build":
        another.edit(DECK, "edition: 2026-11", "edition: 2027-01")
        assert build(another).path.name == "arm-2027-01.apkg"
    else:
        report = building.build(another.project, another.dist, EPOCH)
        # A release that was killed when its lock had gone first left an edition whose package nobody has.
        assert report.built and {each.rule for each in report.diagnostics} <= {"no-release"}
        commit(another)
        release(another, "2027-01")
    assert parts(another) == []


# Real processes, at random moments


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


def test_kill_at_random_moments_leaves_all_whole_and_the_same_command_makes_it_good(
    bench: Bench, tmp_path: Path
) -> None:
    found = list(hits(bench, tmp_path, signal.SIGKILL, KILLS, seed=9))

    assert sum(code == -signal.SIGKILL for _, code, _ in found) >= KILLS // 3
    for author, _, _ in found:
        assert_whole(bench, author)
        assert_made_good(bench, author)


def test_ctrl_c_at_random_moments_is_one_line_and_no_traceback(bench: Bench, tmp_path: Path) -> None:
    found = list(hits(bench, tmp_path, signal.SIGINT, 3, seed=2))

    assert any(code == 1 for _, code, _ in found)
    for author, code, said in found:
        assert (code, state(author)) in [(1, bench.old), (0, bench.new)]
        assert "Traceback" not in said
        assert code == 0 or said.strip() == "Interrupted. Nothing was changed; run the same command again."
        assert parts(author) == []


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
