"""A project on disk that tests edit, and a learner's Anki that judges what it builds."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NoReturn

import jinja2
import judge
import pytest
from judge import Anki

from deckbuilder import lock as locks
from deckbuilder import rules
from deckbuilder.cli.new_verb import _fill
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.project import Project, find
from deckbuilder.lock import Lock
from deckbuilder.records import NOTE_KINDS
from deckbuilder.workspace import Workspace, building
from deckbuilder.workspace.building import Attempt, Built

if TYPE_CHECKING:  # most tests do without
    from browser import Reviewer
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
# Some minutes ago: Anki compares whole seconds with its own clock, and refuses ids from the future.
START = 1_790_000_000
# Tests in these last longer than any others.
LONG = ("test_code.py", "test_matrix.py", "test_wheel.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="rewrite the golden pages; read the diff afterwards")
    parser.addoption(
        "--complete", action="store_true", help="what is not installed is a failure: an older Anki, Chromium"
    )

    parser.addoption("--in-full", action="store_true", help="all cases of tests that are marked `sampled`, not some")
    parser.addoption("--share", metavar="K/N", help="of each file every Nth test, from the Kth on")
    parser.addoption("--whole", metavar="FILE", action="append", default=[], help="a file that --share takes whole")


def pytest_configure(config: pytest.Config) -> None:
    """Where all must be tested, tests of figures may not leave themselves out."""
    if config.getoption("--complete") and sys.version_info >= (3, 11) and find_spec("skimage") is None:
        raise pytest.UsageError('the extra `figures` is not installed: pip install -e ".[test,figures]"')


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first: at the end one worker would wait for the others. Of what is sampled, some."""
    items.sort(key=lambda item: item.path.name not in LONG)
    if not config.getoption("--in-full"):
        left = _left_out(items)
        config.hook.pytest_deselected(items=[item for item in items if item in left])
        items[:] = [item for item in items if item not in left]
    if config.getoption("--share"):
        kept = _share(items, config.getoption("--share"), config.getoption("--whole"))
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = [item for item in items if item in kept]


def _share(items: list[pytest.Item], share: str, whole: list[str]) -> set[pytest.Item]:
    """Every Nth test of a file, whatever the other files hold."""
    first, of = map(int, share.split("/"))
    kept: set[pytest.Item] = set()
    for path in {item.path for item in items}:
        own = [item for item in items if item.path == path]
        kept.update(own if path.name in whole else own[first::of])
    return kept


def _left_out(items: list[pytest.Item]) -> set[pytest.Item]:
    """The cases of sampled tests that `make torture` runs and `make test` does not: always the same."""
    cases: dict[tuple[str, int], list[pytest.Item]] = {}
    for item in items:
        mark = item.get_closest_marker("sampled")
        if mark and mark.args:
            cases.setdefault((item.nodeid.partition("[")[0], mark.args[0]), []).append(item)
    kept = {group[at] for (_, few), group in cases.items() for at in spread(len(group), few)}
    return {item for group in cases.values() for item in group} - kept


def spread(count: int, few: int) -> list[int]:
    """Places from the first to the last of so many, evenly, and no more than a few."""
    few = min(few, count)
    return [at * (count - 1) // max(few - 1, 1) for at in range(few)]


def pytest_report_header() -> str:
    return f"Anki {'.'.join(map(str, judge.VERSION))}"


def since(version: str, why: str) -> pytest.MarkDecorator:
    """Skips a test on an older Anki, and says why; `test_versions.py` tells what holds there instead."""
    older = tuple(int(part) for part in version.split(".")) > judge.VERSION
    return pytest.mark.skipif(older, reason=f"Anki before {version} {why}")


class Author:
    """Somebody who edits a project and builds it again, each time a minute later."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = START
        fill_starter(root)

    @property
    def project(self) -> Project:
        return find(self.root)

    @property
    def dist(self) -> Path:
        return self.root / "dist"

    def write(self, name: str, text: str | bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def read(self, name: str) -> str:
        return (self.root / name).read_text("utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = self.read(name)
        assert old in text, f"{old!r} is not in {name}"
        self.write(name, text.replace(old, new, 1))

    def hush(self) -> None:
        """For cards that nobody is to like: every rule of the linter is off in this project, for other processes as well."""
        off = "".join(f'  {name}: "off"\n' for name, rule in rules.RULES.items() if not rule.guard)
        self.write("cards/hushed.yaml", f"rules: hushed\nseverity:\n{off}")

    def take_templates(self) -> None:
        """A copy of the templates as the project's own, free to be changed."""
        if not (self.root / "templates").exists():
            shutil.copytree(ROOT / "templates", self.root / "templates")

    def waits(self) -> None:
        """Until after everything that a learner did so far: the next build is newer than that."""
        self.now = max(self.now, int(time.time()))

    def check(self) -> list[Diagnostic]:
        return Workspace(self.project).check().diagnostics

    def attempt(self, *, locked: bool = False, allow_schema_change: bool = False) -> Attempt:
        self.now += 60
        return building.build(self.project, self.dist, self.now, locked=locked, allow_schema_change=allow_schema_change)

    def build(self, *, locked: bool = False, allow_schema_change: bool = False) -> Built:
        """A build that must succeed."""
        report = self.attempt(locked=locked, allow_schema_change=allow_schema_change)
        assert report.built is not None, "\n".join(map(str, report.diagnostics))
        return report.built

    @property
    def lock(self) -> Lock:
        return locks.load(self.read("cards/deck.lock"), "deck.lock")

    def guid(self, key: str) -> str:
        return self.lock.notes[key].guid

    def state(self) -> dict[str, bytes]:
        """The bytes of everything that a failed build must leave alone."""
        paths = [*self.dist.glob("**/*"), self.root / "cards" / "deck.lock"]
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in paths if path.is_file()}


def fill_starter(root: Path) -> None:
    """The starter project with fixed ids, file by file as `deckbuilder new` writes it."""
    for name, content in _starter().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@cache
def _starter() -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        _new(root)
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _new(root: Path) -> None:
    ids = "\n".join(f"    {kind}: {1_700_000_000_100 + place}" for place, kind in enumerate(NOTE_KINDS))
    values = {
        "slug": "arm",
        "namespace": "arm",
        "title": '"Arm"',
        "heading": "Arm",
        "root": "TA",
        "prefix": "ARM",
        "edition": "2026-11",
        "month": "2026-11",
        "deck_id": "1700000000000",
        "facts_id": "1700000000001",
        "exam_id": "1700000000002",
        "ids": ids,
        "kinds": ", ".join(kind for kind in NOTE_KINDS if kind != "question"),
    }
    _fill(root, values)


@contextmanager
def templates_stay_compiled() -> Iterator[None]:
    """Most of a small build is compiling templates; the builds within share theirs."""
    compile, known = jinja2.Environment.compile, dict[Any, Any]()

    def remembered(self: jinja2.Environment, source: str, name: str, filename: str) -> Any:
        key = (self.variable_start_string, name, source)
        if key not in known:
            known[key] = compile(self, source, name, filename)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", remembered)
        yield


@pytest.fixture(scope="module")
def compiles_each_template_once() -> Iterator[None]:
    """For a module of hundreds of builds."""
    with templates_stay_compiled():
        yield


# Whoever tests what becomes of cards writes cards that nobody would like. Only these ask the linter for its opinion.
LINTED = frozenset(
    f"test_{name}"
    for name in (
        "cache",
        "check",
        "editors",
        "fix",
        "integrations",
        "linted",
        "manual",
        "mistakes",
        "ratchet",
        "rules",
        "shipped",
    )
)


@pytest.fixture(autouse=True)
def opinion(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.module.__name__ not in LINTED:
        monkeypatch.setattr(rules, "lint", lambda *_, **__: [])


@pytest.fixture(scope="session", autouse=True)
def unhurried_disk() -> Iterator[None]:
    """Nobody pulls the plug here, so that no test waits until a disk has all that was written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: None)
        yield


@pytest.fixture
def author(tmp_path: Path) -> Author:
    return Author(tmp_path / "project")


@pytest.fixture
def anki(tmp_path: Path) -> Iterator[Anki]:
    with Anki(tmp_path / "learner") as learner:
        yield learner


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """The system's Chromium without a window, with a context of its own for whoever asks one of it."""
    import browser
    from chromium import found
    from chromium import lacking as without

    if found() is None:
        lacking(request, without())
    with browser.launched() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def reviewers_window(chromium: Browser) -> Iterator[Reviewer]:
    from browser import Reviewer

    window = Reviewer(chromium)
    yield window
    window.page.close()


@pytest.fixture
def reviewer(reviewers_window: Reviewer) -> Iterator[Reviewer]:
    """Anki's reviewer on a phone; the card of a test may ask for nothing but its own media."""
    window = reviewers_window
    window.size(390, 844)
    yield window
    asked, said = window.asked[:], window.said[:]
    window.asked.clear()
    window.said.clear()
    assert asked == [], "asked of the network, or not in the media folder"
    assert said == [], "complaints of the page"


def lacking(request: pytest.FixtureRequest, what: str) -> NoReturn:
    """Something that a developer may do without, and `make test` may not."""
    if request.config.getoption("--complete"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def shipped_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped deck, built once for every test that only looks at it.

    Until the cards have a lock, a first build in another place stands in.
    """
    output = tmp_path_factory.mktemp("shipped")
    # Read only, as when installed: the workers of pytest-xdist build it at the same time, each for itself.
    project = replace(find(ROOT), read_only=True)
    if not project.lock.exists():
        for folder in ("cards", "templates"):
            shutil.copytree(ROOT / folder, output / folder)
        project = find(output)
    report = building.build(project, output / "dist", START, locked=project.lock.exists())
    assert report.built is not None, "\n".join(map(str, report.diagnostics))
    return report.built.path


def plain(html: str) -> str:
    """Text without tags, for comparing what a learner reads."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
