"""Names in any script keep their letters, in tags, decks and files; what Anki takes for one is told."""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import pytest
from support.author import Author
from support.judge import Anki

from deckbuilder.anatomy import tags
from deckbuilder.core import letters
from deckbuilder.core.diagnostics import Diagnostic, Fault
from deckbuilder.workspace import selection

BODY, DECK = "cards/vocabulary/body.yaml", "cards/deck.yaml"
NAMES = ["大腿", "上腕", "Hüfte", "Häfte", "Бедро", "عضلة الفخذ", "मांसपेशी", "กล้ามเนื้อ", "가슴", "Ἀχιλλεύς", "C² (x)"]


def concept(id: str, region: str) -> str:
    return f"""\
- concept: {id}
  name: Idea of {id}
  topic: anatomy
  regions: [{region}]
  definition: Something that is true of {id} only.
  sources: openstax-ap2e-11-5
"""


def with_regions(author: Author, names: list[str]) -> None:
    for place, name in enumerate(names):
        author.write(
            f"cards/vocabulary/r{place}.yaml", f"region: r{place}\nname: {json.dumps(name, ensure_ascii=False)}\n"
        )
        author.write(f"cards/c{place}.yaml", concept(f"c{place}", f"r{place}"))


def same_names(author: Author) -> list[Diagnostic]:
    return [each for each in author.check() if each.rule == "same-name"]


def test_a_name_in_any_script_is_a_tag_by_which_anki_finds_its_notes(author: Author, anki: Anki) -> None:
    with_regions(author, [*NAMES, unicodedata.normalize("NFD", "Rücken"), "!!!"])

    anki.imports(author.build().path)

    for place, name in enumerate([*NAMES, "Rücken", "R12"]):
        tag = f"TA::Region::{tags.level(name, f'r{place}')}"
        assert anki.collection.tags.all().count(tag) == 1
        found = anki.collection.find_notes(f"tag:{tag}")
        guids = {anki.collection.get_note(each).guid for each in found}
        assert guids == {author.guid(f"concept/c{place}")}, tag


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hüfte", "HÜFTE"), ("Straße", "Strasse"), ("Arm a", "Arm (a)"), ("x!", "x?"), ("Hüfte", unicodedata.normalize("NFD", "Hüfte"))],
)  # fmt: skip
def test_two_names_that_are_one_tag_to_anki_are_told_with_both_places(
    author: Author, anki: Anki, one: str, other: str
) -> None:
    with_regions(author, [one, other])

    (told,) = same_names(author)

    assert str(told.location) == "cards/vocabulary/r1.yaml:2:7"
    assert "cards/vocabulary/r0.yaml:2:7" in told.help
    for name in (one, other):  # and Anki does take them for one
        note = anki.collection.newNote()
        note["Front"], note.tags = name, [f"TA::{letters.level(name)}"]
        anki.collection.add_note(note, 1)  # type: ignore[arg-type]
    assert len([tag for tag in anki.collection.tags.all() if tag.startswith("TA::")]) == 1


def test_tags_of_joints_exams_muscles_and_subdecks_may_not_meet_either(author: Author) -> None:
    author.edit(DECK, "name: 2 Exam practice", "name: 1 FACTS")
    author.edit(DECK, "curriculum:", "extra_tags: [Look_at, look_AT]\ncurriculum:")
    author.edit("cards/muscles/brachialis.yaml", "name: Brachialis", "name: anterior")
    author.edit("cards/muscles/brachialis.yaml", "compartment: anterior\n", "")
    author.write(
        "cards/more.yaml",
        "- {joint: other-elbow, name: ELBOW, region: arm, bones: [humerus, radius]}\n"
        "- {exam: one, name: Öx, as_of: 2026-11, domains: {}}\n- {exam: two, name: öX, as_of: 2026-11, domains: {}}\n",
    )

    told = {(each.location.path, each.location.line) for each in same_names(author)}

    assert {("cards/more.yaml", 1), ("cards/more.yaml", 3), ("cards/muscles/brachialis.yaml", 2)} <= told
    assert len([each for each in told if each[0] == DECK]) == 2


def test_extra_tags_and_the_root_may_have_letters_of_any_script(author: Author, anki: Anki) -> None:
    author.edit(DECK, "tag_root: TA", f"tag_root: {unicodedata.normalize('NFD', 'Änatomie')}")
    author.edit(DECK, "curriculum:", "extra_tags: [Prüfung_1]\ncurriculum:")
    decomposed = unicodedata.normalize("NFD", "Prüfung_1")
    author.edit("cards/muscles/brachialis.yaml", "sources:", f"tags: [{decomposed}]\nsources:")

    anki.imports(author.build().path)

    assert anki.collection.find_notes("tag:Änatomie::Prüfung_1")
    assert {tag.split("::")[0] for tag in anki.collection.tags.all()} == {"Änatomie"}


def test_a_prefix_stays_in_the_letters_that_every_file_system_knows(author: Author) -> None:
    author.edit(DECK, "prefix: ARM", "prefix: Ärm")

    (told,) = author.check()

    assert told.rule == "prefix" and "A to Z" in told.help


@pytest.mark.parametrize(
    "typed", ["TA::Region::मांसपेशी", "ta::region::HÜFTE", unicodedata.normalize("NFD", "TA::Region::Hüfte")]
)
def test_a_part_is_chosen_by_a_tag_in_any_script(typed: str) -> None:
    known = {"TA::Region::मांसपेशी", "TA::Region::Hüfte", "TA::Region::Häfte"}

    found = selection.parse(f"{typed} and not TA::Region::Häfte", known)

    assert [tag for tag in sorted(known) if found.test([letters.folded(tag)])] == [
        tag for tag in sorted(known) if letters.folded(tag) == letters.folded(typed)
    ]
    assert len(found.name.encode()) <= 80


def test_what_a_selection_may_look_like_is_told_with_the_projects_own_root() -> None:
    with pytest.raises(Fault) as fault:
        selection.parse("(", {"Schulter::Region::Arm"})

    assert "'Schulter::Region::Hip" in fault.value.help


def test_a_file_named_after_a_selection_is_no_longer_than_file_systems_take(author: Author, tmp_path: Path) -> None:
    found = selection.parse(" or ".join(["TA::大腿"] * 30), {"TA::大腿"})

    (tmp_path / f"{'x' * 100}-{found.name}.apkg").write_text("")

    assert found.name.startswith("ta-大腿-or")


@pytest.mark.parametrize(("language", "kept"), [("de", True), ("pt-BR", True), ("en", False), ("en-GB", False)])
def test_names_stand_in_small_letters_in_english_sentences_only(author: Author, language: str, kept: bool) -> None:
    author.edit(DECK, "tag_root: TA", f"tag_root: TA\nlanguage: {language}")
    author.edit(BODY, "name: Scapula", "name: Schulterblatt")
    author.edit("cards/muscles/triceps-brachii.yaml", "name: Triceps brachii", "name: Trizeps")
    author.edit("cards/muscles/biceps-brachii.yaml", "name: Biceps brachii", "name: Bizeps")

    with ZipFile(author.build().path) as package:
        said = inspect(package)

    assert ("Schulterblatt" in said) is kept and ("schulterblatt" in said) is not kept


def inspect(package: ZipFile) -> str:
    """Every field of every note."""
    with TemporaryDirectory() as folder, closing(sqlite3.connect(package.extract("collection.anki2", folder))) as rows:
        return "\n".join(fields for (fields,) in rows.execute("select flds from notes"))


@pytest.mark.parametrize("text", ["".join(map(chr, range(128))), "a _ b", "-- a  (b)_", "_-_", "", "Biceps femoris"])
def test_of_a_name_in_ascii_is_left_what_a_tag_keeps(text: str) -> None:
    one_by_one = "".join(char if letters.kept(char) else " " for char in text)

    assert letters.level(text) == re.sub(" +", "_", one_by_one).strip("_")
    assert letters.is_level(text) == (all(map(letters.kept, text)) and any(char not in "_-" for char in text))
    assert [char for char in map(chr, range(128)) if letters.is_level(f"a{char}")] == [
        char for char in map(chr, range(128)) if letters.kept(char)
    ]
