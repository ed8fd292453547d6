"""Two authors who gave their decks the same name, and a learner who takes both: neither deck is refused, hidden or mixed up."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from support.author import START
from support.judge import Anki

from deckbuilder.cli import cli
from deckbuilder.core.project import Project, find
from deckbuilder.workspace import building

pytestmark = pytest.mark.usefixtures("compiles_each_template_once")


def made(folder: Path, author: str, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A starter of the same name for each of them, begun in the very same instant."""
    folder = folder / author / "anatomy"
    folder.parent.mkdir()
    monkeypatch.setattr("time.time", lambda: float(START))
    done = CliRunner().invoke(cli, ["new", str(folder)])
    assert done.exit_code == 0, done.output
    monkeypatch.undo()
    return find(folder)


def built(project: Project, now: int) -> Path:
    report = building.build(project, project.root / "dist", now)
    assert report.built is not None, "\n".join(map(str, report.diagnostics))
    return report.built.path


def reword(project: Project, word: str) -> None:
    path = project.root / "cards/muscles/biceps-brachii.yaml"
    text = path.read_text("utf-8")
    assert "It flexes the elbow" in text
    path.write_text(text.replace("It flexes the elbow", f"It {word} the elbow"), "utf-8")


def test_every_note_and_every_edit_of_two_decks_of_one_name_arrives(
    tmp_path: Path, anki: Anki, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (made(tmp_path, author, monkeypatch) for author in ("one", "two"))
    packages = [built(project, START + 60) for project in (one, two)]
    monkeypatch.undo()

    results = [anki.imports(package) for package in packages]

    assert len(results[0].new) == len(results[1].new) > 3
    assert not any(result.conflicting or result.duplicate or result.updated for result in results)
    assert len(anki.notes()) == 2 * len(results[0].new)
    kinds = [name for name in anki.notetypes() if name.endswith(" Muscle")]
    assert len(kinds) == 2 and not any(name.endswith("+") for name in anki.notetypes())
    assert anki.faults() == []
    for guid, ordinal in list(anki.schedule()):
        anki.review(guid, ordinal)
    before = anki.schedule()

    reword(one, "bends")
    reword(two, "folds")
    updates = [anki.imports(built(project, START + 120)) for project in (one, two)]

    assert [len(update.updated) for update in updates] == [1, 1]
    assert {*updates[0].updated} <= {*results[0].new} and {*updates[1].updated} <= {*results[1].new}
    said = [anki.note(update.updated[0]).fields["Why"] for update in updates]
    assert "bends" in said[0] and "folds" in said[1]
    assert anki.schedule() == before
    assert anki.faults() == []
