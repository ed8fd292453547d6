"""Whatever cuts a build or a release short, Ctrl-C, a kill, a failing disk: what was there is whole, and the same command
again makes it good.
"""

from __future__ import annotations

import copy
import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.asked import Sample
from support.author import ROOT, Author
from support.interrupted import (
    DECK,
    EPOCH,
    FUSE,
    LOCK,
    Bench,
    assert_made_good,
    assert_whole,
    build,
    commit,
    hits,
    only_while_packaging,
    parts,
    prepared,
    release,
    settled,
    state,
)

from deckbuilder import cli
from deckbuilder.core.diagnostics import Fault
from deckbuilder.workspace import building

KILLS = 4  # of each verb; `make torture` asks for more

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and forks are another thing there")


@pytest.fixture(scope="module", params=["build", "release"])
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return prepared(request.param, tmp_path_factory.mktemp("bench"))


# A failing disk


def steps_of_packaging(bench: Bench, root: Path) -> int:
    with only_while_packaging(0, lambda: None):
        bench.run(bench.copy(root))
    return FUSE.count


@pytest.fixture
def some(request: pytest.FixtureRequest) -> Callable[[Sequence[int]], list[int]]:
    """Of many steps every fortieth, and each of the last ten, in which things are moved; `make torture` takes all."""

    def chosen(steps: Sequence[int]) -> list[int]:
        if request.config.getoption("--in-full"):
            return list(steps)
        return [*steps[:-10:40], *steps[-10:]]

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
    # Links, of each file that is moved, and a look for the last release have a stand-in; what is left clears up.
    assert refused >= (len(steps) - folders) // 2


@pytest.mark.sampled
def test_whatever_cannot_be_read_on_the_way_is_a_sentence(
    bench: Bench, sample: Sample, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Every ninth step of all that comes before packaging, or some of these."""

    def command(author: Author) -> Result:
        arguments = [*bench.verb, "--project", str(author.root)]
        return CliRunner().invoke(cli.cli, arguments, env={"SOURCE_DATE_EPOCH": f"{EPOCH}"})

    def fail() -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    packaging = steps_of_packaging(bench, tmp_path / "counted")
    with FUSE.lit(0, lambda: None):
        command(bench.copy(tmp_path / "whole"))
    refused = 0
    steps = sample(range(1, FUSE.count - packaging, 9), 8)
    for step in steps:
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
    # Most of what is read on the way has a stand-in; of all steps six at least have none.
    assert refused >= (6 if request.config.getoption("--in-full") else 1)


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


def forked(bench: Bench, folder: Path, kind: str, steps: Sequence[int]) -> list[Author]:
    bench.copy(folder / "first")
    bench.copy(folder / "second")
    authors = [bench.copy(folder / str(step)) for step in steps]
    script = f"import sys; sys.path.insert(0, {str(ROOT / 'tests')!r}); import support.interrupted as t; "
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
