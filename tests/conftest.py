"""What every test is given: a project on disk that it edits, a learner's Anki that judges what it builds, a browser."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from support import asked, judge
from support.asked import Sample, lacking, spread
from support.author import ROOT, START, Author, note_types_stay, templates_stay_compiled
from support.judge import Anki

from deckbuilder import rules
from deckbuilder.core.project import find
from deckbuilder.workspace import building

if TYPE_CHECKING:  # most tests do without
    from playwright.sync_api import Browser
    from support.browser import Reviewer

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
    """Where all must be tested, tests of figures may not leave themselves out. No example has a time to be done by."""
    examples = asked.EVERY if config.getoption("--in-full") else asked.FEW
    hypothesis.settings.register_profile("unhurried", deadline=None, max_examples=examples)
    hypothesis.settings.load_profile("unhurried")
    if config.getoption("--complete") and sys.version_info >= (3, 11) and find_spec("skimage") is None:
        raise pytest.UsageError('the extra `figures` is not installed: pip install -e ".[test,figures]"')


@pytest.hookimpl(tryfirst=True)  # before `-m sampled` is asked
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first: at the end one worker would wait for the others. Of what is sampled, some; of examples, too."""
    items.sort(key=lambda item: item.path.name not in LONG)
    for item in items:
        if hypothesis.is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("sampled")
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


def pytest_report_header() -> str:
    return f"Anki {'.'.join(map(str, judge.VERSION))}"


@pytest.fixture
def sample(request: pytest.FixtureRequest) -> Sample:
    """A few of many, from the first to the last; all of them where `make torture` asks."""
    assert request.node.get_closest_marker("sampled"), "or nobody ever asks all of it"

    def chosen(every: Iterable[Any], few: int) -> list[Any]:
        found = list(every)
        return found if request.config.getoption("--in-full") else [found[at] for at in spread(len(found), few)]

    return chosen


@pytest.fixture(scope="session", autouse=True)
def note_types_of_ours_are_made_once() -> Iterator[None]:
    with note_types_stay():
        yield


@pytest.fixture(scope="module")
def compiles_each_template_once() -> Iterator[None]:
    """For a module of hundreds of builds."""
    with templates_stay_compiled():
        yield


@pytest.fixture(autouse=True)
def opinion(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever tests what becomes of cards writes cards that nobody would like: only tests marked `linted` ask the linter."""
    if request.node.get_closest_marker("linted") is None:
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
    from support import browser
    from support.chromium import found
    from support.chromium import lacking as without

    if found() is None:
        lacking(request, without())
    with browser.launched() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def reviewers_window(chromium: Browser) -> Iterator[Reviewer]:
    from support.browser import Reviewer

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
