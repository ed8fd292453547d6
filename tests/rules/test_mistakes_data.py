"""The seeded mistakes are what they say: each a small edit that the shipped cards, as they are now, allow."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from support import mistakes
from support.author import ROOT
from support.mistakes import Edit, Mistake

ALL = mistakes.read(ROOT / "tests" / "mistakes")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "cards", root / "cards", ignore=shutil.ignore_patterns("media"))
    return root


def texts(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in root.rglob("*.yaml")}


def test_there_are_eighty_and_fifteen_held_out_each_under_its_own_id() -> None:
    ids = Counter(one.id for one in ALL)

    assert [id for id, count in ids.items() if count > 1] == []
    assert Counter(one.held_out for one in ALL) == {False: 80, True: 15}


@pytest.mark.parametrize("mistake", ALL, ids=lambda one: one.id)
def test_a_mistake_changes_the_files_it_names_and_can_be_taken_back(mistake: Mistake, copy: Path) -> None:
    before = texts(copy)

    with mistakes.made(mistake, copy):
        during = texts(copy)

    changed = {name for name in before.keys() | during.keys() if before.get(name) != during.get(name)}
    assert changed == {edit.file for edit in mistake.edits}
    assert all(name.startswith("cards/") for name in changed)
    assert texts(copy) == before


@pytest.mark.parametrize("mistake", ALL, ids=lambda one: one.id)
def test_a_mistake_is_one_small_edit(mistake: Mistake) -> None:
    assert mistake.slip
    assert mistake.look
    assert mistake.cure != ""
    assert 1 <= len(mistake.edits) <= 2
    assert all(len(edit.replace) < 400 for edit in mistake.edits)


@pytest.mark.parametrize("text", ["tier: gone", "muscle"], ids=["nowhere", "twice"])
def test_an_edit_that_no_longer_fits_says_whose_it_is_and_changes_nothing(text: str, tmp_path: Path) -> None:
    card = tmp_path / "cards" / "a.yaml"
    card.parent.mkdir()
    card.write_text("muscle: a\nname: the muscle a\n", encoding="utf-8")
    edits = (Edit("cards/a.yaml", "name", "names"), Edit("cards/a.yaml", text, "x"))
    mistake = Mistake("no-longer-there", "names", "a slip", None, "x", edits)

    with pytest.raises(AssertionError, match="no-longer-there"):
        mistakes.apply(mistake, tmp_path)

    assert card.read_text(encoding="utf-8") == "muscle: a\nname: the muscle a\n"


def test_without_a_text_to_find_a_file_grows_or_is_made(tmp_path: Path) -> None:
    old = tmp_path / "cards" / "old.yaml"
    old.parent.mkdir()
    old.write_text("- term: a\n", encoding="utf-8")
    edits = (Edit("cards/old.yaml", None, "- term: b\n"), Edit("cards/new/one.yaml", None, "term: c\n"))
    mistake = Mistake("a-pasted-record", "structure", "a slip", None, "x", edits)

    mistakes.apply(mistake, tmp_path)

    assert old.read_text(encoding="utf-8") == "- term: a\n- term: b\n"
    assert (tmp_path / "cards" / "new" / "one.yaml").read_text(encoding="utf-8") == "term: c\n"
