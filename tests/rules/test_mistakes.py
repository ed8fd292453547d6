"""What `check` says of realistic mistakes, made one at a time in a copy of the shipped cards.

A mistake is caught if a fault that the cards do not have without it points at what `look` says, and names what `cure` says.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from datetime import date

import pytest
from support.asked import Sample
from support.author import ROOT
from support.mistakes import HELD_OUT, Mistake, made, read

from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.project import Project
from deckbuilder.records import Record
from deckbuilder.workspace import Workspace, held
from deckbuilder.workspace.collector import without_collector

pytestmark = pytest.mark.linted

TODAY = date(2026, 12, 1)
LATEST: dict[Project, Workspace] = {}
MISTAKES = read(ROOT / "tests" / "mistakes")
# What nothing says a right word about, and why.
MISSED = {
    "upper-fibers-adduct": "no other text says what the upper fibers do; both parts then state the same",
    "gemelli-not-told-apart": "their attachments differ, so the cards still get a line each that tells them apart",
    "squat-value-without-a-scale": "a number alone may be anything; the sentence before it has the scale",
    "share-from-no-finding": "the claim has sources, and which of them holds the number is not written",
    "vastus-intermedius-from-behind": "the shaft of the femur lies on no side, and no other text says which surface",
    "magnus-nerves-the-other-way-round": "the parts are called so in a text alone, not in the record",
    "the-tailors-muscle": "the Latin root of a name is no word that the rules know",
}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("mistakes")
    shutil.copytree(ROOT / "cards", root / "cards")
    return Project(root, ROOT / "templates")


def faults(project: Project, edited: Collection[str] = ()) -> list[Diagnostic]:
    """As `check` finds them; files that did not change are not read again, and only notes of edited files are made."""

    def wanted(record: Record) -> bool:
        return record.document.file.name in edited

    with without_collector():
        now = LATEST[project] = LATEST[project].again() if project in LATEST else Workspace(project)
        found = [*now.faults, *now.guarded, *now.linted(today=TODAY)]
        rendered, broken = now.rendering(wanted)
        _, against = held.against(now.lock, project, now.library, now.lost, rendered, allowed=False)
    return [*found, *broken, *against]


@pytest.fixture(scope="module")
def usual(copied: Project) -> frozenset[str]:
    return frozenset(map(str, faults(copied)))


def caught(mistake: Mistake, project: Project, usual: frozenset[str]) -> bool:
    with made(mistake, project.root):
        return any(
            str(fault) not in usual
            and mistake.look.lower() in f"{fault} {line(project, fault)}".lower()
            and (mistake.cure or "").lower() in f"{fault.message} {fault.help}".lower()
            for fault in faults(project, {edit.file for edit in mistake.edits})
        )


def line(project: Project, fault: Diagnostic) -> str:
    """What stands where the fault points at."""
    path = project.root / fault.location.path
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return lines[fault.location.line - 1] if 0 < fault.location.line <= len(lines) else ""


@pytest.mark.sampled
@pytest.mark.parametrize("sort", list(dict.fromkeys(each.sort for each in MISTAKES)))
def test_a_mistake_is_told_by_a_message_that_names_its_cure(
    sort: str, copied: Project, usual: frozenset[str], sample: Sample
) -> None:
    made_here = sample([each for each in MISTAKES if each.sort == sort], 7)

    missed = {each.id for each in made_here if not caught(each, copied, usual)}

    assert missed == {each.id for each in made_here if each.id in MISSED}


def test_seventy_of_eighty_are_caught() -> None:
    seeded = [each for each in MISTAKES if each.sort != HELD_OUT]

    assert len(seeded) == 80
    assert sum(each.id not in MISSED for each in seeded) >= 70
    assert set(MISSED) <= {each.id for each in MISTAKES} and all(MISSED.values())
