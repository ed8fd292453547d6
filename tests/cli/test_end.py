"""At the end of a verb: what it says of what it did, whose turn it is, and what it leaves behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock
from support.author import START, Author
from support.machine import as_nobody

from deckbuilder.core import scratch, turn
from deckbuilder.core.diagnostics import Fault
from deckbuilder.verbs.edits import rename
from deckbuilder.workspace import building

posix = pytest.mark.skipif(sys.platform == "win32", reason="files, signals and permissions are another thing there")
LOCK = "cards/deck.lock"
BICEPS = "cards/muscles/biceps-brachii.yaml"


def start(author: Author, *arguments: str, **options: object) -> subprocess.Popen[str]:
    author.now += 60
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(author.now)}
    command = [sys.executable, "-m", "deckbuilder", *arguments]
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(command, cwd=author.root, env=environment, text=True, **given)  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def built(author: Author) -> Author:
    author.hush()
    author.build()
    return author


# --- what it says ----------------------------------------------------------------------------------------------------


# Each verb that writes, and a file that only it can have written.
WRITING: dict[tuple[str, ...], str] = {
    ("build",): "dist/*.apkg",
    ("release", "2027-01"): "dist/*2027-01/SHA256SUMS",
    ("rename", "biceps-brachii", "biceps"): BICEPS,
    ("retire", "biceps-brachii", "--why", "x"): BICEPS,
    ("check", "--ratchet"): "cards/warnings.json",
    ("schema", "--vscode"): ".vscode/cards.schema.json",
    ("new", "another"): "another/cards/deck.yaml",
    ("preview", "--export", "site"): "site/index.html",
}


def state(author: Author, pattern: str) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in author.root.glob(pattern)}


@posix
@pytest.mark.parametrize("arguments", WRITING, ids=lambda each: each[0])
def test_what_was_done_is_done_though_nobody_could_be_told(built: Author, arguments: tuple[str, ...]) -> None:
    if arguments[0] == "build":
        shutil.rmtree(built.dist)
    if arguments[0] == "schema":
        shutil.rmtree(built.root / ".vscode")
    before = state(built, WRITING[arguments])

    with Path("/dev/full").open("w") as full:
        running = start(built, *arguments, stdout=full)
        _, said = running.communicate(timeout=120)

    assert running.returncode == 1
    assert state(built, WRITING[arguments]) not in ({}, before)
    assert said.splitlines()[-2:] == [
        "error: what this did cannot be told: the output takes no more (No space left on device)",
        "    all of it is done all the same, and whole: nothing was taken back",
    ]
    assert "as they were" not in said and "Traceback" not in said and "Exception ignored" not in said


@posix
def test_what_check_mends_is_mended_though_nobody_could_be_told(author: Author) -> None:
    author.edit(BICEPS, "region: arm", "region: Arm")
    with Path("/dev/full").open("w") as full:
        running = start(author, "check", "--fix", stdout=full)
        _, said = running.communicate(timeout=120)

    done = "region: arm" in author.read(BICEPS)
    assert running.returncode == 1
    assert ("all of it is done all the same" in said) == done
    assert ("nothing was written" in said) == (not done)


@posix
def test_a_closed_pipe_is_told_of_what_was_done(built: Author) -> None:
    shutil.rmtree(built.dist)
    reads, writes = os.pipe()
    os.close(reads)
    running = start(built, "build", stdout=writes)
    os.close(writes)
    _, said = running.communicate(timeout=120)

    assert running.returncode == 1
    assert list(built.dist.glob("*.apkg"))
    assert "all of it is done all the same" in said


@posix
@pytest.mark.parametrize("arguments", [("check",), ("rename", "biceps-brachii", "biceps", "--dry-run"), ("schema",)])
def test_a_reader_who_has_enough_of_what_wrote_nothing_hears_no_more(built: Author, arguments: tuple[str, ...]) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    running = start(built, *arguments, stdout=writes)
    os.close(writes)

    assert running.communicate(timeout=120)[1] == ""
    assert running.returncode == 1


@posix
def test_a_check_that_cannot_be_told_has_written_nothing(built: Author) -> None:
    with Path("/dev/full").open("w") as full:
        running = start(built, "check", stdout=full)
        _, said = running.communicate(timeout=120)

    assert running.returncode == 1
    assert said.splitlines() == [
        "error: what was found cannot be told: the output takes no more (No space left on device)",
        "    nothing was written",
    ]


@posix
@pytest.mark.parametrize("arguments", [("build",), ("check",), ("build", "--nonsense"), ("rename", "nothing", "x")])
def test_where_even_the_error_cannot_be_told_the_exit_code_tells(built: Author, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        running = start(built, *arguments, stdout=full, stderr=full)

        assert running.wait(timeout=120) == 1


# --- on the disk -----------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("verb", ["build", "rename"])
def test_what_is_moved_is_on_the_disk_before_what_comes_after_it(
    built: Author, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut between the two must not keep the package and lose the lock: the folder of each is written out."""
    steps: list[tuple[str, Path]] = []
    replace, fsync = Path.replace, os.fsync

    def replaced(path: Path, target: Path) -> Path:
        steps.append(("moved", target.parent))
        return replace(path, target)

    def synced(handle: int) -> None:
        path = next(
            (
                folder
                for folder in (built.root / "cards", built.dist, built.root / BICEPS, (built.root / BICEPS).parent)
                if folder.is_dir() and os.path.samestat(folder.stat(), os.fstat(handle))
            ),
            None,
        )
        if path:
            steps.append(("synced", path))
        fsync(handle)

    monkeypatch.setattr(Path, "replace", replaced)
    monkeypatch.setattr(os, "fsync", synced)
    if verb == "build":
        built.edit(BICEPS, "palm", "hand")
        built.build()
        cards, dist = built.root / "cards", built.dist
        package = [("moved", dist), ("moved", dist), ("synced", dist)]  # and what tells about it
        assert steps == [("moved", cards), ("synced", cards), *package]
    else:
        rename(built.project, "biceps-brachii", "biceps")
        assert ("moved", (built.root / BICEPS).parent) in steps
        folders = [folder for what, folder in steps if what == "moved"]
        runs = [folder for at, folder in enumerate(folders) if folders[at + 1 : at + 2] != [folder]]
        assert [folder for what, folder in steps if what == "synced"] == runs


def test_what_cannot_be_taken_back_is_not_thrown_away(built: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fails in the middle of a move, and again when all is to be as it was."""
    built.edit(BICEPS, "palm", "hand")
    before, replace = built.read(LOCK), Path.replace

    def failing(path: Path, target: Path) -> Path:
        if target.suffix == ".apkg" or "before" in path.name:
            raise OSError(5, "Input/output error", str(path))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(Fault) as fault:
        built.attempt()

    (left,) = (built.root / "cards").glob("deck.lock.before.part")
    assert left.read_text("utf-8") == before
    assert str(left) in fault.value.help
    assert "as they were" not in fault.value.help


# --- whose turn it is ------------------------------------------------------------------------------------------------


@contextmanager
def taken(author: Author) -> Iterator[None]:
    with FileLock(author.root / "cards" / ".building"):
        yield


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(turn, "_waiting", [said.append])
    return said


def edit(author: Author) -> None:
    rename(author.project, "biceps-brachii", "biceps")


@pytest.mark.parametrize("verb", [Author.build, edit], ids=["build", "rename"])
def test_who_waits_too_long_is_told_once_and_then_refused(
    built: Author, told: list[str], verb: Callable[[Author], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "PATIENCE", 0.3)

    with taken(built), pytest.raises(Fault, match=r"did not end within 0\.005 minutes"):
        verb(built)

    assert told == ["waiting for another deckbuilder, which is at work on this project (Ctrl-C ends the waiting)"]
    verb(built)


def test_who_has_the_turn_at_once_hears_nothing(built: Author, told: list[str]) -> None:
    built.build()

    assert told == []
    assert not list((built.root / "cards").glob("*.part"))


@posix
def test_eight_builds_at_once_all_end_well_and_wait_for_each_other(built: Author) -> None:
    built.edit(BICEPS, "palm", "hand")
    with taken(built):
        running = [start(built, "build") for _ in range(8)]
        heard = [each.stderr.readline() for each in running if each.stderr]
    done = [(each.communicate(timeout=240), each.returncode) for each in running]

    assert [code for _, code in done] == [0] * 8
    assert all(line.startswith("waiting for another deckbuilder") for line in heard)
    assert all("waiting" not in said for (_, said), _ in done)
    assert not list(built.root.rglob("*.part"))
    assert built.build(locked=True)


@posix
def test_who_is_waited_for_is_named(built: Author, told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "PATIENCE", 0.1)
    with turn.alone(built.project), pytest.raises(Fault):
        built.build()

    assert f"(process {os.getpid()})" in told[0]


@posix
def test_ctrl_c_ends_the_waiting(built: Author) -> None:
    before = built.state()
    with taken(built):
        running = start(built, "build")
        assert running.stderr is not None
        assert running.stderr.readline().startswith("waiting for")
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=30)

    assert running.returncode == 1
    assert said.strip() == "Interrupted. Nothing was changed; run the same command again."
    assert built.state() == before


@posix
def test_a_run_that_was_killed_keeps_nobody_waiting(built: Author, told: list[str]) -> None:
    held = "import sys, time; from pathlib import Path; from deckbuilder.core import turn; "
    held += "from deckbuilder.core.project import find\nwith turn.alone(find(Path('.'))): print('held', flush=True); time.sleep(60)"
    running = subprocess.Popen([sys.executable, "-c", held], cwd=built.root, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None and running.stdout.readline() == "held\n"
    assert (built.root / "cards/.building.part").read_text() == str(running.pid)
    running.kill()
    running.communicate()

    built.build()

    assert told == []
    assert not list((built.root / "cards").glob("*.part"))


@posix
@pytest.mark.parametrize("kind", ["link", "hard link", "folder", "pipe"])
@pytest.mark.parametrize("name", [".building", ".building.part"])
def test_the_file_that_says_whose_turn_it_is_leads_nowhere(built: Author, tmp_path: Path, kind: str, name: str) -> None:
    """It is opened for writing, and filelock 3.12.0 empties what it leads to."""
    precious, path = tmp_path / "precious", built.root / "cards" / name
    precious.write_text("all that I have")
    path.unlink(missing_ok=True)
    if kind == "link":
        path.symlink_to(precious)
    elif kind == "hard link":
        path.hardlink_to(precious)
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)

    if name == ".building":
        with pytest.raises(Fault, match="is a link, or no plain file"):
            built.build()
    else:
        built.build()

    assert precious.read_text() == "all that I have"


# --- a checkout that is read-only ------------------------------------------------------------------------------------


@posix
def test_a_locked_build_elsewhere_writes_nothing_into_a_checkout(open_built: Author, tmp_path: Path) -> None:
    root, output = open_built.root, open_built.root.parent / "out"
    output.mkdir()
    output.chmod(0o777)
    shutil.rmtree(open_built.dist)
    (root / "cards/.building").unlink(missing_ok=True)
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    before = sorted(root.rglob("*"))
    for folder in folders:
        folder.chmod(0o555)

    with as_nobody(output):
        report = building.build(open_built.project, output, open_built.now, locked=True)

    for folder in folders:
        folder.chmod(0o755)
    assert report.built is not None and report.built.path.is_file()
    assert sorted(root.rglob("*")) == before


@posix
def test_only_a_locked_build_does_without_the_turn_in_the_cards(open_built: Author) -> None:
    (open_built.root / "cards/.building").unlink(missing_ok=True)
    (open_built.root / "cards").chmod(0o555)

    with as_nobody(open_built.root), pytest.raises(Fault, match="cannot be written"):
        building.build(open_built.project, open_built.dist, open_built.now)

    (open_built.root / "cards").chmod(0o755)


@pytest.fixture
def open_built() -> Iterator[Author]:
    """Where another user may come, built once by this one."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        author = Author(Path(folder) / "project")
        author.hush()
        author.build()
        yield author


# --- what is left behind ---------------------------------------------------------------------------------------------


@pytest.fixture
def temporary(built: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for such things, which no run has swept yet."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(scratch, "_swept", set())
    return folder


def aged(path: Path) -> None:
    os.utime(path, (START - 86_400, START - 86_400), follow_symlinks=False)


KEEPING = """
import sys, tempfile, time
from deckbuilder.core import scratch
tempfile.tempdir = sys.argv[1]
with scratch.folder() as path:
    (path / "collection").write_text("x")
    print(path, flush=True)
    time.sleep(60)
"""


@contextmanager
def keeping(temporary: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    command = [sys.executable, "-c", KEEPING, str(temporary)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    try:
        path = Path(running.stdout.readline().strip())
        aged(path)
        yield path, running
    finally:
        running.kill()
        running.communicate()


def test_what_a_killed_run_left_is_swept_by_a_later_one(temporary: Path, built: Author) -> None:
    with keeping(temporary) as (path, running):
        running.kill()
        running.wait()
        assert path.is_dir()

        built.build()

    assert list(temporary.iterdir()) == []


def test_what_a_living_run_needs_is_never_swept(temporary: Path, built: Author) -> None:
    with keeping(temporary) as (path, _):
        built.build()

        assert (path / "collection").read_text() == "x"


@posix
def test_what_is_not_ours_is_never_swept(temporary: Path, tmp_path: Path, built: Author) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / scratch.MARK).write_text("")
    (temporary / "deckbuilder-a_link_1").symlink_to(precious)
    mine = temporary / "deckbuilder-workshop"
    mine.mkdir()
    marked = temporary / "deckbuilder-mark_is_"
    marked.mkdir()
    (marked / scratch.MARK).symlink_to(precious / scratch.MARK)
    young = temporary / "deckbuilder-young_01"
    young.mkdir()
    (young / scratch.MARK).write_text("")
    kept = [temporary / "deckbuilder-a_link_1", mine, marked, young]
    if os.getuid() == 0:
        other = temporary / "deckbuilder-another_"
        other.mkdir()
        (other / scratch.MARK).write_text("")
        os.chown(other, 65534, 65534)
        aged(other)
        kept.append(other)
    for path in (mine, marked, precious, temporary / "deckbuilder-a_link_1"):
        aged(path)

    built.build()

    assert sorted(temporary.iterdir()) == sorted(kept)
    assert (precious / scratch.MARK).exists()


@posix
def test_a_link_within_a_leftover_leads_nowhere(temporary: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("x")
    left = temporary / "deckbuilder-leftover"
    left.mkdir()
    (left / scratch.MARK).write_text("")
    (left / "out").symlink_to(precious)
    aged(left)

    with scratch.folder():
        assert not left.exists()

    assert (precious / "file").read_text() == "x"


def test_a_disk_that_knows_no_locks_is_used_all_the_same(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(self: FileLock, *arguments: object, **options: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(FileLock, "acquire", unknown)

    with scratch.folder() as path:
        assert path.is_dir()
    assert list(temporary.iterdir()) == []
