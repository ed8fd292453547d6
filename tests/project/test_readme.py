"""Every command that the documents show is run, and says what they say it says."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pictures
import pytest
from looks import MODES, learner
from support.author import ROOT
from support.browser import cards

from deckbuilder.core.project import find

_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str]]:
    found = []
    for name in ("README.md", "docs/source-cards.md"):
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


def run(command: str, here: Path) -> str:
    words = shlex.split(command)
    if words[0] == "deckbuilder":
        words = [sys.executable, "-m", "deckbuilder", *words[1:]]
    person = {f"GIT_{role}_{part}": "an-author" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    env = os.environ | {"NO_COLOR": "1"} | person
    done = subprocess.run(words, cwd=here, env=env, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
