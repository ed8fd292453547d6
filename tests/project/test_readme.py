"""Every command that the documents show is run, and says what they say it says."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from datetime import datetime
from importlib import metadata
from pathlib import Path

import pictures
import pytest
from looks import MODES, learner
from support.author import ROOT
from support.browser import cards

from deckbuilder.core.project import find
from tasks import constraints

_SHIPPED = "<!-- of the shipped deck -->\n"
_BLOCK = re.compile(rf"(?<!{_SHIPPED})^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
_OF_SHIPPED = re.compile(rf"{_SHIPPED}```console\n\$ (.*?)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PAGES = ("README.md", "docs/source-cards.md", "docs/studying.md")
_PLANNED = "2026-12-01T12:00:00+00:00"  # when the plans that are shown were made


def blocks() -> list[tuple[str, str]]:
    found = []
    for name in _PAGES:
        found += [(name, block) for block in _BLOCK.findall((ROOT / name).read_text("utf-8"))]
    return found


def test_the_readme_shows_commands() -> None:
    assert len(blocks()) >= 3


@pytest.mark.parametrize(("name", "block"), blocks(), ids=lambda value: value.split("\n")[0][:40])
def test_shown_commands_say_what_is_shown(name: str, block: str, tmp_path: Path) -> None:
    """`$ command` lines, then what they print; `…` stands for anything. `cd` and `sed -i` are done for real."""
    here = tmp_path
    if "deckbuilder new" not in block:  # it goes on in the starter project
        run("deckbuilder new shoulder-deck", tmp_path)
        here = tmp_path / "shoulder-deck"
        run("deckbuilder build", here)
    for command, expected in steps(block):
        if command.startswith("cd "):
            here = here / command[3:]
            continue
        said = run(command, here)
        pattern = "[^\n]*".join(re.escape(piece) for piece in expected.strip().split("…"))
        assert re.fullmatch(pattern, said.strip()), f"{name}: $ {command}\n{said}"


def test_what_is_shown_of_the_shipped_deck_is_what_it_says_now(request: pytest.FixtureRequest) -> None:
    """Coverage and plans, which change with the cards: `pytest tests/project/test_readme.py --rewrite`, then read the diff."""
    _sure_of_numbers()
    stale = []
    for name in _PAGES:
        page = (ROOT / name).read_text("utf-8")
        now = _OF_SHIPPED.sub(lambda found: f"{_SHIPPED}```console\n$ {found[1]}\n{_said(found[1])}```", page)
        if now != page and request.config.getoption("--rewrite"):
            (ROOT / name).write_text(now, "utf-8", newline="\n")
        elif now != page:
            stale.append(name)

    assert stale == [], "the deck has changed: pytest tests/project/test_readme.py --rewrite"
    assert sum(len(_OF_SHIPPED.findall((ROOT / name).read_text("utf-8"))) for name in _PAGES) >= 3


def test_the_picture_of_the_load_is_of_the_plan_that_is_shown(request: pytest.FixtureRequest) -> None:
    _sure_of_numbers()
    (shown,) = {
        command for command, _ in _OF_SHIPPED.findall((ROOT / "README.md").read_text("utf-8")) if " plan " in command
    }
    picture = ROOT / "docs" / "pictures" / "plan.svg"
    now = _said(f"{shown} --format svg")
    if request.config.getoption("--rewrite"):
        picture.write_text(now, "utf-8", newline="\n")

    assert picture.read_text("utf-8") == now, "the deck has changed: pytest tests/project/test_readme.py --rewrite"
    assert 'src="docs/pictures/plan.svg"' in (ROOT / "README.md").read_text("utf-8")


def _said(command: str) -> str:
    """What a command says of the shipped deck, on the day of which the pages speak."""
    at = str(int(datetime.fromisoformat(_PLANNED).timestamp()))
    return run(command, ROOT, SOURCE_DATE_EPOCH=at, TZ="UTC")


def _sure_of_numbers() -> None:
    """Another FSRS has other parameters, and another processor may round otherwise: what is shown is of one of each."""
    path = constraints.file(f"{sys.version_info[0]}.{sys.version_info[1]}")
    pinned = path is not None and f"fsrs=={metadata.version('fsrs')}\n" in path.read_text("utf-8")
    if sys.platform != "linux" or not pinned:
        pytest.skip("the numbers are of Linux, and of the version of fsrs in constraints/")


def test_the_source_card_in_the_readme_is_the_beginning_of_its_file() -> None:
    shown = re.findall(
        r"^```yaml\n# (cards/\S+)\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )

    assert shown
    for name, text in shown:
        assert (ROOT / name).read_text("utf-8").startswith(text), name


def test_the_pictures_in_the_readme_are_of_the_cards_as_they_are() -> None:
    """By what they were made of: pixels are not the same everywhere."""
    with learner(find(ROOT)) as anki:
        now = pictures.digests(cards(anki), anki.media())

    assert json.loads(pictures.INDEX.read_text("utf-8")) == now, (
        "a card has changed: make pictures, look at them, commit them"
    )


def test_each_picture_is_shown_by_day_and_by_night_and_is_small() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    made = {path.name for path in pictures.FOLDER.glob("*.webp")}

    assert made == {f"{name}-{mode}.webp" for name in pictures.SHOWN for mode in MODES}
    for name in made:
        assert f'="docs/pictures/{name}"' in readme
        assert (pictures.FOLDER / name).stat().st_size < 150 * 1024, name


def steps(block: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        else:
            command, expected = found.pop()
            found.append((command, f"{expected}{line}\n"))
    return found


def run(command: str, here: Path, **environment: str) -> str:
    words = shlex.split(command)
    if words[0] == "deckbuilder":
        words = [sys.executable, "-m", "deckbuilder", *words[1:]]
    person = {f"GIT_{role}_{part}": "an-author" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    env = os.environ | {"NO_COLOR": "1"} | person | environment
    done = subprocess.run(words, cwd=here, env=env, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
