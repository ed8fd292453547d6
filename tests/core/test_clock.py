"""A clock that is wrong is told by the build that goes by it, as far as this computer can know."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.author import Author

from deckbuilder.cli import cli, clock
from deckbuilder.cli.clock import DAY

pytestmark = pytest.mark.usefixtures("compiles_each_template_once")
FILE = "cards/muscles/biceps-brachii.yaml"


def said(author: Author, verb: str = "build", **environment: str) -> str:
    done = CliRunner().invoke(cli, [verb, "--project", str(author.root)], env=environment)
    assert done.exit_code == 0, done.output
    return done.output


def doubted(author: Author, tmp_path: Path, hardware: float | str) -> list[str]:
    file = tmp_path / "since_epoch"
    file.write_text(str(hardware if isinstance(hardware, str) else int(hardware)) + "\n", "ascii")
    return [each.message for each in clock.doubts(author.project, hardware=file)]


def test_a_build_says_by_which_day_it_is_dated(author: Author) -> None:
    today = clock.day(time.time())[:10]

    assert f"first build, dated {today}" in said(author)

    author.edit(FILE, "It flexes the elbow", "It bends the elbow")
    output = said(author)
    assert f"  since the lock, dated {today}" in output and "clock" not in output


def test_a_time_that_is_given_and_lies_ahead_is_told_at_once(author: Author) -> None:
    output = said(author, SOURCE_DATE_EPOCH=str(int(time.time()) + 5 * DAY))

    assert "SOURCE_DATE_EPOCH: warning: clock: it is " in output and "and by this computer's clock it is" in output


def test_a_time_that_is_given_and_lies_back_is_how_a_build_is_repeated(author: Author) -> None:
    assert "warning: clock" not in said(author, SOURCE_DATE_EPOCH=str(int(time.time()) - 300 * DAY))


def test_a_clock_that_is_behind_the_files_is_told(author: Author) -> None:
    future = time.time() + 3 * DAY
    os.utime(author.root / FILE, (future, future))

    output = said(author)

    assert f"{FILE}: warning: clock: it was saved on {clock.day(future)}" in output
    soon = time.time() + DAY / 2  # out of an archive that does not know the time zone
    os.utime(author.root / FILE, (soon, soon))
    assert "warning: clock" not in said(author)


def test_a_clock_that_is_ahead_of_the_computers_other_one_is_told(author: Author, tmp_path: Path) -> None:
    edited = time.time() - 10 * DAY
    for path in author.root.rglob("*.yaml"):
        os.utime(path, (edited, edited))

    (message,) = doubted(author, tmp_path, time.time() - 6 * DAY)

    assert "and its hardware clock" in message
    assert doubted(author, tmp_path, time.time()) == []
    assert doubted(author, tmp_path, time.time() - 14 * 3_600) == []  # it keeps the time of some place
    assert doubted(author, tmp_path, 978_307_200) == []  # its battery was empty
    assert doubted(author, tmp_path, "no number") == []
    assert clock.doubts(author.project, hardware=tmp_path / "none") == []


def test_times_ahead_in_the_lock_are_counted_and_the_way_back_is_told(author: Author) -> None:
    author.build()
    author.now += 10 * DAY
    author.edit(FILE, "It flexes the elbow", "It bends the elbow")
    author.build()
    author.now -= 9 * DAY

    (fault,) = author.attempt().diagnostics
    assert f"of 1 of {len(author.lock.notes)} notes" in fault.message and "git log" in fault.help
