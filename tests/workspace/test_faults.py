"""Faults of disks, clocks, locks and branches cost nothing: all is as it was and a sentence says why, or all arrives."""

from __future__ import annotations

import copy
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock
from support.author import Author
from support.blueprint import BLUEPRINT
from support.branches import (
    BICEPS,
    BRACHIALIS,
    DECK,
    LOCK,
    TRICEPS,
    adds,
    branch_again_and_again,
    clone,
    reworded,
    rewords,
    run,
    settle,
    verb,
)
from support.judge import Anki
from support.machine import as_nobody, small_disk
from support.published import bytes_of, commit, published, refused, release
from support.repository import git

from deckbuilder.cli import cli
from deckbuilder.core.diagnostics import Fault, errors
from deckbuilder.verbs import release as releases
from deckbuilder.workspace import Workspace


@pytest.fixture
def kept(author: Author) -> Author:
    """A project in git, with an exam, built and committed."""
    author.write("cards/vocabulary/exams.yaml", BLUEPRINT)
    git(author, "init", "-q", "--template=", "-b", "main")
    commit(author)
    return author


def state(author: Author) -> dict[str, bytes]:
    lock = author.root / LOCK
    return {name: data for name, data in author.state().items() if name != LOCK or lock.is_file()} | {
        DECK: (author.root / DECK).read_bytes()
    }


# Disks


@pytest.mark.parametrize("where", ["project", "output"])
def test_a_disk_with_too_little_room_leaves_no_half_release(kept: Author, tmp_path: Path, where: str) -> None:
    """One page more at each try, until there is room for all of it."""
    with small_disk(tmp_path / "disk", 400) as disk:
        author, output = copy.copy(kept), kept.dist
        if where == "project":
            author.root = disk / "project"
            shutil.copytree(kept.root, author.root)
            output = author.dist
        else:
            output = disk / "out"
        (disk / "filler").write_bytes(b"x" * (shutil.disk_usage(disk).free - 4096 * 2))
        before, tries = state(author), 0
        while True:
            try:
                released = releases.release(author.project, output, "2026-12", author.now).released
                break
            except Fault as fault:
                assert "No space left on device" in fault.message or "disk is full" in fault.message
                assert fault.help
            assert state(author) == before
            assert not list(disk.rglob("*.part")) and not list(output.glob("arm-2026-12*"))
            os.truncate(disk / "filler", (disk / "filler").stat().st_size - 4096)
            tries += 1

        assert tries >= 5
        assert released is not None and len(bytes_of(released.folder)) == 7
        assert "2026-12" in author.lock.releases


@pytest.fixture
def open_kept(kept: Author, monkeypatch: pytest.MonkeyPatch) -> Iterator[Author]:
    """A kept project in a folder that everybody may enter; permissions are asked for whoever this process is."""
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: access(path, mode, effective_ids=True))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setenv("HOME", folder)
        author = copy.copy(kept)
        author.root = Path(folder, "project")
        shutil.copytree(kept.root, author.root)
        yield author


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another thing there")
def test_a_release_folder_that_may_not_be_written_is_fine_as_long_as_it_is_whole(open_kept: Author) -> None:
    folder = release(open_kept, "2026-11").folder
    sums = folder / "SHA256SUMS"
    before = state(open_kept)
    folder.chmod(0o555)
    with as_nobody(open_kept.root):
        again = release(open_kept, "2026-11")
    assert again.again
    assert state(open_kept) == before
    sums.write_text("of something else\n")

    with as_nobody(open_kept.root), pytest.raises(Fault, match="Permission denied") as fault:
        release(open_kept, "2026-11")

    folder.chmod(0o755)
    assert str(sums) in fault.value.help
    assert state(open_kept) == before | {"dist/arm-2026-11/SHA256SUMS": b"of something else\n"}


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another thing there")
@pytest.mark.parametrize("name", [DECK, LOCK, "dist"])
def test_what_may_not_be_written_stops_a_release_and_is_named(open_kept: Author, name: str) -> None:
    before = state(open_kept)
    locked = open_kept.root / name
    locked.chmod(0o555 if locked.is_dir() else 0o444)

    with as_nobody(open_kept.root), pytest.raises(Fault, match="Permission denied") as fault:
        release(open_kept, "2026-12")

    locked.chmod(0o755 if locked.is_dir() else 0o644)
    assert str(locked) in fault.value.message + fault.value.help
    assert state(open_kept) == before
    assert not list(open_kept.root.rglob("*.part"))


def test_what_is_replaced_keeps_its_permissions(kept: Author) -> None:
    for name, mode in ((DECK, 0o640), (LOCK, 0o600)):
        (kept.root / name).chmod(mode)

    release(kept, "2026-12")

    assert [stat.S_IMODE((kept.root / name).stat().st_mode) for name in (DECK, LOCK)] == [0o640, 0o600]


def test_what_others_put_into_the_folder_of_a_release_stays_and_is_named(kept: Author) -> None:
    folder = kept.dist / "arm-2026-12"
    (folder / "mine").mkdir(parents=True)
    (folder / "mine" / "notes.txt").write_text("mine")
    (folder / "CHANGES.md").write_text("of something else")

    done = run(kept, "release", "2026-12")

    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        "dist/arm-2026-12: warning: foreign-file: mine in it: not of this release, left as it was",
        "    move it away before you publish the folder, unless learners are to have it",
    ]
    assert (folder / "mine" / "notes.txt").read_text() == "mine"
    assert "The first edition" in (folder / "CHANGES.md").read_text()
    assert len(list(folder.iterdir())) == 8


def test_a_file_in_the_place_of_the_folder_is_named(kept: Author) -> None:
    (kept.dist / "arm-2026-12").write_text("mine")

    fault = refused(kept, "2026-12")

    assert fault.message == f"{kept.dist / 'arm-2026-12'} is a file, and the release needs a folder of that name"


def test_a_folder_in_the_place_of_a_package_is_never_deleted(author: Author) -> None:
    path = author.build().path
    path.unlink()
    path.mkdir()
    (path / "mine").write_text("mine")
    before = state(author)
    reworded(author, "It turns the palm.")

    with pytest.raises(Fault, match="could not be written") as fault:
        author.build()

    assert str(path) in fault.value.help
    assert state(author) == before
    assert not list(author.root.rglob("*.part"))


def test_a_linked_dist_stays_a_link(kept: Author, tmp_path: Path) -> None:
    shutil.move(kept.dist, tmp_path / "elsewhere")
    kept.dist.symlink_to(tmp_path / "elsewhere")

    folder = release(kept, "2026-12").folder
    release(kept, "2026-12")

    assert kept.dist.is_symlink()
    assert len(bytes_of(tmp_path / "elsewhere" / folder.name)) == 7


def test_a_dist_that_leads_nowhere_is_named(kept: Author, tmp_path: Path) -> None:
    shutil.rmtree(kept.dist)
    kept.dist.symlink_to(tmp_path / "nowhere")

    fault = refused(kept, "2026-12")

    assert fault.message.startswith(f"{kept.dist} cannot be written")


def test_git_need_not_ignore_what_runs_leave(kept: Author) -> None:
    """A release asks whether all is committed, with its own mark in the cards."""
    (kept.root / ".gitignore").write_text("dist/\n")
    commit(kept)
    git(kept, "rm", "-q", "--cached", "cards/.building")
    git(kept, "commit", "-qm", "not that")
    (kept.root / LOCK).with_suffix(".lock.part").write_text("left by a kill")

    release(kept, "2026-12")

    assert git(kept, "status", "--porcelain").split() == ["M", LOCK, "M", DECK, "??", "cards/.building"]


# Clocks

DAY = 86_400
QUESTION = """\
question: {id}
ask: What is {id}?
answer: That.
topic: anatomy
regions: [arm]
sources: openstax-ap2e-11-5
"""
CLOCKS: dict[str, Callable[[int], int]] = {
    "an hour back": lambda now: now - 3_600,
    "in 2021": lambda now: 1_610_000_000,
    "a year ahead": lambda now: now + 365 * DAY,
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("set", CLOCKS.values(), ids=CLOCKS)
@pytest.mark.parametrize("wrong", [0, 1], ids=["at the first release", "at the second"])
def test_whatever_the_clock_says_every_edit_arrives(
    kept: Author, anki: Anki, set: Callable[[int], int], wrong: int
) -> None:
    right, mods = kept.now, dict[str, int]()
    for turn, edition in enumerate(("2026-12", "2027-01", "2027-02")):
        kept.now = set(right) if turn == wrong else right + 3_600 * turn
        reworded(kept, f"It was built at turn {turn}.")
        kept.write(f"cards/new-{turn}.yaml", QUESTION.format(id=f"new-{turn}"))
        anki.imports(kept.build().path)
        before = anki.schedule()
        reworded(kept, f"It was released at turn {turn}.")
        reworded(kept, f"Extends at turn {turn}.", TRICEPS)

        found = anki.imports(published(kept, edition).folder / f"arm-{edition}.apkg")

        assert {kept.guid("muscle/biceps-brachii"), kept.guid("muscle/triceps-brachii")} <= {*found.updated}
        assert (found.new, found.conflicting) == ((), ())
        assert f"turn {turn}" in str(anki.note(kept.guid("muscle/triceps-brachii")).fields)
        assert "It was released" in str(anki.note(kept.guid("muscle/biceps-brachii")).fields)
        assert len(anki.notes()) == len(kept.lock.notes)
        assert anki.schedule().items() >= before.items()
        assert all(
            kept.lock.notes[key].mod > mods.get(key, 0) for key in ("muscle/biceps-brachii", f"question/new-{turn}")
        )
        mods = {key: entry.mod for key, entry in kept.lock.notes.items()}
        anki.review(kept.guid(f"question/new-{turn}"))
    assert anki.faults() == []


@pytest.mark.parametrize(
    ("epoch", "code", "said"),
    [
        ("0", 1, "error: the clock says that it is before 2020"),
        ("4102444800", 1, "error: the clock says that it is after 2099"),
        ("999999999999999", 1, "error: the clock says that it is after 2099"),
        ("9" * 5_000, 2, "must be a number of seconds"),
        ("²", 2, "must be a number of seconds"),
    ],
)
@pytest.mark.parametrize("verb", ["build", "release"])
def test_a_time_that_cannot_be_is_a_sentence(kept: Author, epoch: str, code: int, said: str, verb: str) -> None:
    reworded(kept, "It turns the palm.")
    before = state(kept)

    done = run(kept, verb, *(["2026-12"] if verb == "release" else []), epoch=epoch)

    assert isinstance(done.exception, SystemExit)
    assert done.exit_code == code
    assert said in done.stderr
    assert state(kept) == before


# The lock


def test_a_lock_lost_for_good_after_a_release_doubles_nothing_and_every_edit_arrives(
    author: Author, anki: Anki
) -> None:
    """Without git nothing can bring it back: the guids are derived again, the times are of now."""
    author.build()
    anki.imports(release(author, "2026-11").folder / "arm-2026-11.apkg")
    anki.review(author.guid("muscle/brachialis"))
    before = anki.schedule()
    guids = {key: entry.guid for key, entry in author.lock.notes.items()}
    (author.root / LOCK).unlink()
    reworded(author, "It turns the palm.")

    found = anki.imports(author.build().path)

    assert {key: entry.guid for key, entry in author.lock.notes.items()} == guids
    assert (found.new, found.conflicting) == ((), ())
    assert "turns the palm" in str(anki.note(author.guid("muscle/biceps-brachii")).fields)
    assert anki.schedule() == before


VERBS = {
    "build": ["build"],
    "build --locked": ["build", "--locked"],
    "check": ["check"],
    "release": ["release", "2026-12"],
    "rename": ["rename", "brachialis", "brachialis-muscle"],
    "retire": ["retire", "brachialis", "--why", "gone"],
    "diff": ["diff"],
    "diff of a revision": ["diff", "HEAD"],
}


@pytest.mark.parametrize("arguments", VERBS.values(), ids=VERBS)
def test_a_lock_that_is_gone_and_that_git_has_is_named_with_the_command_that_restores_it(
    kept: Author, arguments: list[str]
) -> None:
    published(kept, "2026-11")
    (kept.root / LOCK).unlink()
    before = kept.state(), kept.read(BRACHIALIS)

    done = run(kept, *arguments)

    assert isinstance(done.exception, SystemExit) and done.exit_code == 1
    assert "cards/deck.lock: " in done.stderr
    assert "the lock is missing, and the last commit has it" in done.stderr
    assert (kept.state(), kept.read(BRACHIALIS)) == before
    command = next(line for line in done.stderr.splitlines() if "restore it: " in line).split("restore it: ")[1]
    subprocess.run(command.split(";")[0].split(), cwd=kept.root, check=True, capture_output=True)
    assert run(kept, *arguments).exit_code == 0


def test_a_missing_lock_hides_no_other_fault(kept: Author) -> None:
    (kept.root / LOCK).unlink()
    kept.edit(BICEPS, "nerve: musculocutaneous", "nerv: musculocutaneous")

    found = kept.attempt().diagnostics

    assert [each.rule for each in found] == ["missing-lock", "unknown-key"]


@pytest.mark.parametrize("has", ["nothing", "no commit", "no lock", "a lock that was deleted on purpose"])
def test_a_first_build_misses_no_lock(author: Author, has: str) -> None:
    if has != "nothing":
        git(author, "init", "-q", "--template=")
        git(author, "add", "-A")
    if has in ("no lock", "a lock that was deleted on purpose"):
        git(author, "commit", "-qm", "cards")
    if has == "a lock that was deleted on purpose":
        commit(author)
        (author.root / LOCK).unlink()
        git(author, "commit", "-qam", "another deck, from here on")

    assert author.build().first


def test_a_lock_cut_at_any_line_or_byte_or_with_a_byte_changed_is_noticed_or_says_the_same(kept: Author) -> None:
    published(kept, "2026-11")
    whole, before = (kept.root / LOCK).read_bytes(), kept.lock
    moments = random.Random(4)
    ends = [place + 1 for place, byte in enumerate(whole) if byte == ord("\n")][:-1]
    spoilt = [whole[:place] for place in (0, *ends, *moments.sample(range(len(whole)), 25))]
    for _ in range(25):
        place = moments.randrange(len(whole))
        spoilt.append(whole[:place] + bytes([moments.randrange(256)]) + whole[place + 1 :])
    noticed = 0
    for data in spoilt:
        kept.write(LOCK, data)

        wrong = errors(Workspace(kept.project).check().diagnostics)

        noticed += bool(wrong)
        assert all(each.location.path == LOCK and each.help for each in wrong)
        assert wrong or kept.lock == before
    assert noticed >= len(spoilt) - 5
    kept.write(LOCK, spoilt[3])
    assert run(kept, "release", "2026-12").exit_code == 1
    assert (kept.root / LOCK).read_bytes() == spoilt[3]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another thing there")
def test_a_lock_that_is_a_folder_or_cannot_be_read_is_named_and_left(open_kept: Author) -> None:
    lock = open_kept.root / LOCK
    reworded(open_kept, "It turns the palm.")
    before = state(open_kept)
    lock.chmod(0)
    with as_nobody(open_kept.root):
        unreadable = run(open_kept, "build")
    lock.chmod(0o644)
    assert state(open_kept) == before
    lock.unlink()
    lock.mkdir()

    folder = run(open_kept, "build")

    assert (unreadable.exit_code, folder.exit_code) == (1, 1)
    assert "cards/deck.lock: damaged-lock: the lock cannot be read (Permission denied)" in unreadable.stderr
    assert "cards/deck.lock: damaged-lock: the lock cannot be read (this is no ordinary file)" in folder.stderr
    assert lock.is_dir()


def test_a_lock_with_the_line_endings_of_windows_is_the_same_lock(kept: Author) -> None:
    package = kept.build().path.read_bytes()
    kept.write(LOCK, kept.read(LOCK).replace("\n", "\r\n"))

    same = kept.build(locked=True).path.read_bytes()
    reworded(kept, "It turns the palm.")
    other = kept.build()

    assert same == package
    assert other.changes.changed == ("muscle/biceps-brachii",)
    assert b"\r" not in (kept.root / LOCK).read_bytes()


# Two branches


def restyles(old: str, new: str) -> Callable[[Author], None]:
    return lambda author: author.edit("templates/_shared/style.css", old, new)


def publishes(author: Author) -> None:
    author.build()
    commit(author)
    release(author, "2026-12")


def nothing(author: Author) -> None:
    pass


RENAMES = verb("rename", "brachialis", "brachialis-muscle")
SIDES: dict[str, tuple[list[Callable[[Author], None]], list[Callable[[Author], None]]]] = {
    "adds / adds": ([adds("aa"), adds("zz")], [adds("ab"), adds("zy"), adds("zzz")]),
    "adds the same / adds the same": ([adds("zz")], [adds("zz"), adds("zy")]),
    "adds / rewords": ([adds("brachioradialis")], [rewords(BICEPS, "one"), rewords(TRICEPS, "two")]),
    "rewords / rewords what is next to it": ([rewords(BICEPS, "one")], [rewords(BRACHIALIS, "two")]),
    "renames / rewords it": ([RENAMES], [rewords(BRACHIALIS, "two")]),
    "renames / rewords what is next to it": ([RENAMES], [rewords(TRICEPS, "two"), adds("brachialis-two")]),
    "renames / renames": ([RENAMES], [verb("rename", "triceps-brachii", "triceps")]),
    "renames twice / rewords it": ([RENAMES, verb("rename", "brachialis-muscle", "zz")], [rewords(BRACHIALIS, "two")]),
    "renames and retires / rewords what is next to it": (
        [verb("rename", "triceps-brachii", "triceps"), verb("retire", "triceps", "--why", "gone")],
        [rewords(BRACHIALIS, "two"), adds("tt")],
    ),
    "retires / adds": ([verb("retire", "triceps-brachii", "--why", "gone")], [adds("zz"), adds("tt")]),
    "restyles / restyles": (
        [restyles("--size: 18px", "--size: 19px")],
        [restyles("max-width: 42em", "max-width: 43em")],
    ),
    "releases / rewords": ([rewords(BICEPS, "one"), publishes], [rewords(TRICEPS, "two"), adds("zz")]),
    "releases / renames": ([rewords(BICEPS, "one"), adds("aa"), publishes], [RENAMES, adds("zz")]),
    "rewords / renames and releases": ([rewords(BRACHIALIS, "one")], [RENAMES, adds("zz"), publishes]),
}


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", SIDES)
def test_two_branches_merge_without_a_person_and_learners_of_both_have_all(
    name: str, kept: Author, anki: Anki, tmp_path: Path
) -> None:
    if "style" in name:
        kept.take_templates()
    anki.imports(published(kept, "2026-11").folder / "arm-2026-11.apkg")
    theirs = clone(kept, tmp_path / "theirs")
    for author, edits in zip((kept, theirs), SIDES[name], strict=True):
        for edit in edits:
            edit(author)

    settle(kept, theirs, anki, tmp_path)


def test_branches_at_random_merge_again_and_again(kept: Author, anki: Anki, tmp_path: Path) -> None:
    branch_again_and_again(kept, anki, tmp_path, random.Random(2), turns=2)


def test_a_new_project_tells_git_how_to_merge_its_lock_and_what_to_leave_out(tmp_path: Path) -> None:
    root = tmp_path / "deck"
    assert CliRunner().invoke(cli, ["new", str(root)]).exit_code == 0
    author = copy.copy(Author(tmp_path / "other"))
    author.root = root

    git(author, "init", "-q")
    author.build()

    assert git(author, "check-attr", "merge", "text", "--", LOCK).splitlines() == [
        f"{LOCK}: merge: union",
        f"{LOCK}: text: unset",
    ]
    left_out = git(author, "status", "--porcelain", "--ignored").splitlines()
    assert {line for line in left_out if line.startswith("!!")} == {"!! cards/.building", "!! dist/"}


# Two at once


# A verb that stands still when it has its turn and begins to read.
STANDING_STILL = """
import os, signal, sys
from deckbuilder import cli, source

def parse(*arguments):
    source.parse = whole
    os.kill(os.getpid(), signal.SIGSTOP)
    return whole(*arguments)

whole, source.parse = source.parse, parse
cli.main(sys.argv[1:])
"""


@contextmanager
def halted(author: Author, arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A verb in a process of its own that stands still for the length of the block, and then goes on to its end."""
    running = subprocess.Popen(
        [sys.executable, "-c", STANDING_STILL, *arguments],
        cwd=author.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _, status = os.waitpid(running.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    try:
        yield running
    finally:
        running.send_signal(signal.SIGCONT)
        running.communicate()


PAIRS = [("build", "build"), ("build", "release"), ("release", "build"), ("rename", "build"), ("build", "rename")]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_of_two_at_once_the_second_waits_and_the_first_is_not_disturbed(
    kept: Author, first: str, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deckbuilder.core.turn.PATIENCE", 0.3)
    published(kept, "2026-11")
    if first != "release":
        reworded(kept, "It turns the palm.")
    before = state(kept), kept.read(BRACHIALIS)

    with halted(kept, VERBS[first]) as running:
        done = run(kept, *VERBS[second])
        between = state(kept), kept.read(BRACHIALIS)

    assert done.exit_code == 1
    who = f"another deckbuilder (process {running.pid})"
    assert done.stderr.splitlines() == [
        f"waiting for {who}, which is at work on this project (Ctrl-C ends the waiting)",
        f"error: {who} is at work on this project, and did not end within 0.005 minutes",
        "    wait until it ends, or end it, then run this again",
    ]
    assert between == before
    assert running.returncode == 0
    assert (state(kept), kept.read(BRACHIALIS)) != before
    assert run(kept, "build").exit_code == 0


@pytest.mark.parametrize(
    "arguments", [VERBS["release"], VERBS["rename"], VERBS["retire"]], ids=["release", "rename", "retire"]
)
def test_whatever_writes_waits_for_its_turn(
    kept: Author, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deckbuilder.core.turn.PATIENCE", 0.3)
    with FileLock(kept.root / "cards" / ".building"):
        done = run(kept, *arguments)

    assert done.exit_code == 1
    assert "another deckbuilder is at work on this project" in done.stderr
