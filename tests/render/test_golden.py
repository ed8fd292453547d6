"""What a learner sees, page by page: one record of each kind with every key, rendered by Anki.

A page that differs is read by a person: `pytest tests/render/test_golden.py --rewrite`, then `git diff tests/golden`.
"""

from __future__ import annotations

import difflib
import re
import shutil
from collections.abc import Iterator

import pytest
from support.author import ROOT, START
from support.judge import Anki

from deckbuilder.core.project import find
from deckbuilder.records import NOTE_KINDS
from deckbuilder.workspace import Workspace, building

EXAMPLE, GOLDEN = ROOT / "tests" / "example", ROOT / "tests" / "golden"
KEYS = {
    "muscle/biceps-brachii",
    "action/elbow-flexion",
    "group/elbow-flexors",
    "concept/reciprocal-inhibition",
    "study/curls-2020/biceps-in-both",
    "exercise/barbell-curl",
    "claim/curls-make-you-slow",
    "question/open",
    "question/choice",
    "question/typed",
    "cloze/elbow-in-a-sentence",
    "occlusion/arm-from-the-front",
}


@pytest.fixture(scope="module")
def learner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Anki]:
    """A learner who has imported the example and nothing else."""
    root = tmp_path_factory.mktemp("example")
    shutil.copytree(EXAMPLE / "cards", root / "cards")
    report = building.build(find(root), root / "dist", START)
    assert report.built is not None, "\n".join(map(str, report.diagnostics))
    assert report.diagnostics == []
    with Anki(root / "learner") as anki:
        anki.imports(report.built.path)
        yield anki


@pytest.fixture(scope="module")
def pages(learner: Anki) -> dict[str, str]:
    """File name to page, for every card of the records shown."""
    found = {}
    notes = learner.notes()
    for guid, ordinal, template, front, back in learner.rendered():
        key = notes[guid].fields["Key"]
        if key in KEYS:
            card = re.sub(r"[^a-z0-9]+", "-", template.lower()).strip("-")
            if key.startswith(("cloze/", "occlusion/")):
                card = f"{card}-{ordinal + 1}" if key[0] == "o" else f"gap-{ordinal + 1}"
            for side, text in (("front", front), ("back", back)):
                found[f"{key.split('/')[0]}-{card}-{side}.html"] = text.rstrip() + "\n"
    return found


def test_the_pages_are_as_they_were_last_read(pages: dict[str, str], request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--rewrite"):
        shutil.rmtree(GOLDEN, ignore_errors=True)
        GOLDEN.mkdir()
        for name, text in pages.items():
            (GOLDEN / name).write_text(text, "utf-8", newline="\n")
    golden = {path.name: path.read_text("utf-8") for path in GOLDEN.glob("*.html")}

    assert sorted(golden) == sorted(pages), "a card came or went: rewrite the pages and read them"
    differences = [
        line
        for name, text in pages.items()
        for line in difflib.unified_diff(golden[name].splitlines(), text.splitlines(), name, "now", lineterm="", n=1)
    ]
    assert not differences, "\n".join(differences)


def test_every_kind_and_every_card_has_a_page(pages: dict[str, str], learner: Anki) -> None:
    """A new kind, or a new card of one, asks for its example."""
    assert {name.split("-")[0] for name in pages} == set(NOTE_KINDS)
    shown = {(card.guid, card.template) for card in learner.cards()}
    notes = learner.notes()
    for kind, seen in learner.notetypes().items():
        if kind.startswith("EX "):
            made = {
                template
                for guid, template in shown
                if notes[guid].notetype == kind and notes[guid].fields["Key"] in KEYS
            }
            assert made == {template for template in seen.templates if not template.startswith("Spare ")}, kind


def test_the_example_uses_every_key_of_every_kind() -> None:
    workspace = Workspace(find(EXAMPLE))
    assert workspace.findings == ()
    for kind, cls in NOTE_KINDS.items():
        known = {str(each.validation_alias or name) for name, each in cls.model_fields.items()}
        used = {key for record in workspace.library.of(cls) for key in record.document.value}
        left = known - used - {"formerly", "retired", "lint"}
        assert left <= ({"parts"} if kind == "muscle" else {"origin"}), f"{kind}: {left}"


def test_the_example_is_clean_in_anki(learner: Anki) -> None:
    assert learner.faults() == []


def test_every_field_of_a_note_type_is_filled_by_some_example(learner: Anki) -> None:
    """A field that nobody can fill is a misspelled variable in a template."""
    filled: dict[str, set[str]] = {}
    for note in learner.notes().values():
        filled.setdefault(note.notetype, set()).update(name for name, text in note.fields.items() if text)
    for kind, seen in learner.notetypes().items():
        if kind.startswith("EX "):
            ours = {name for name in seen.fields if not name.startswith("Spare ") and name != "My notes"}
            # An occlusion's picture is in Image; Comments is there because Anki's own note type has it.
            free = {"Confuse"} | ({"Picture", "Comments"} if kind == "EX Occlusion" else set())
            assert ours - filled[kind] <= free, kind
