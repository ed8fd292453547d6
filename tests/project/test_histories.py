"""Long histories: whatever an author does over twenty editions, and however a learner imports them, nothing is lost.

`make torture` does the same for hundreds of them, in every Anki.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import histories, learner
from support.asked import since
from support.author import ROOT
from support.judge import Anki, ImportResult
from support.opened import broken, media

PLAIN, RENAMING = 2, 1
Publish = Callable[[int], Path]


@pytest.fixture(scope="module")
def publish(tmp_path_factory: pytest.TempPathFactory, compiles_each_template_once: None) -> Publish:
    """Makes the history of a seed, once."""
    folder = tmp_path_factory.mktemp("histories")
    return lambda seed: folder / str(seed) if (folder / str(seed)).exists() else histories.make(folder, seed)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("number", range(len(learner.TEMPERS)))
@pytest.mark.parametrize("seed", [PLAIN, pytest.param(RENAMING, marks=since("23.12", "cannot take a renamed field"))])
def test_no_learner_loses_anything_in_twenty_editions(seed: int, number: int, publish: Publish, tmp_path: Path) -> None:
    tally = learner.lives(publish(seed), number, tmp_path)

    assert tally.imports >= 2 and tally.new >= 7 and tally.updated and tally.acts


BREAKAGES: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "a card left out": ("cards:", lambda package: broken(package, "delete from cards where ord = 1")),
    "another guid": ("cards:", lambda package: broken(package, "update notes set guid = guid || 'x'")),
    "an edit under its old time": ("updated:", lambda package: broken(package, "update notes set mod = 1")),
    "a newer time without an edit": (
        "updated:",
        lambda package: broken(package, "update notes set mod = (select max(mod) from notes)"),
    ),
    "other tags": ("did not arrive: tags", lambda package: broken(package, "update notes set tags = ' other '")),
    "another text": ("did not arrive: .* is .*lost", lambda package: broken(package, "update notes set flds = replace(flds, 'mark', 'lost')")),
    "another picture": ("is missing, or another", lambda package: broken(package, media=dict.fromkeys(media(package), b"<svg/>"))),
    "another schema": ("refused", lambda package: broken(package, "update notes set flds = flds || char(31)", _one_more_field)),
    "an older style": ("css", lambda package: broken(package, note_type=lambda each: each.update(mod=1))),
}  # fmt: skip


def _one_more_field(each: dict[str, Any]) -> None:
    each["flds"].append(each["flds"][-1] | {"name": "More", "id": 4711, "ord": len(each["flds"])})


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_learner_notices(name: str, publish: Publish, tmp_path: Path) -> None:
    """What the promise above is worth: every package but the first has this fault."""
    lost, breaks = BREAKAGES[name]
    history = shutil.copytree(publish(PLAIN), tmp_path / str(PLAIN))
    for package in sorted(history.glob("*.apkg"))[1:]:
        breaks(package).replace(package)

    with pytest.raises(AssertionError, match=rf"(?s){lost}.*history 2, learner 0, edition.*--first 2 "):
        learner.lives(history, 0, tmp_path / "learner")


def test_a_learner_notices_a_schedule_that_moved(
    publish: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports = Anki.imports

    def careless(anki: Anki, *package: Any, **options: Any) -> ImportResult:
        result = imports(anki, *package, **options)
        if not result.new:
            anki.suspend(anki.cards()[0].guid, anki.cards()[0].ordinal)
        return result

    monkeypatch.setattr(Anki, "imports", careless)
    with pytest.raises(AssertionError, match="the schedule moved"):
        learner.lives(publish(PLAIN), 0, tmp_path)


def test_a_storm_tells_its_figures(tmp_path: Path) -> None:
    sizes = ["--histories", "1", "--editions", "3", "--learners", "1", "--anki", "newest", "--part", "histories"]

    ran = subprocess.run([sys.executable, ROOT / "tests/torture.py", *sizes], capture_output=True, text=True)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.fullmatch(r"histories: 1 of 3 editions, 1 learners in Anki newest, .* 0 losses; \d+ s\n", ran.stdout)
