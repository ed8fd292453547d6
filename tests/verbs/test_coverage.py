"""What exams ask and a deck teaches: counted by what cards are about, with the gaps, and a floor that holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.author import ROOT, Author
from support.called import deckbuilder

from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.project import find
from deckbuilder.records.deck import decks_in_order
from deckbuilder.verbs.coverage.count import Covered, coverage
from deckbuilder.verbs.coverage.floor import Floor, below, floor
from deckbuilder.workspace import Workspace
from deckbuilder.workspace.studycards import StudyCard, study_cards

EXAM = """\
exam: any-cpt
name: ANY-CPT
as_of: 2026-11
outline: Of a year long gone.
domains:
  1-science:
    name: Science | and more
    objectives:
      nerves: {asks: What a nerve drives, topics: innervation, trust: official}
      movement: {asks: Movement, topics: [joint-action, planes, levers], trust: copy}
      muscles:
        {asks: Muscles, topics: anatomy, muscles: [biceps BRACHII, Elbow flexors, Trapezius], trust: third-party}
      law-of-levers: {asks: The law of levers, topics: levers, trust: copy}
  2-law: {name: Law}
"""
NOW = 1_790_000_000


@pytest.fixture
def asked(author: Author) -> Author:
    author.write("cards/vocabulary/exams.yaml", EXAM)
    return author


def cards_of(author: Author) -> list[StudyCard]:
    workspace = Workspace(author.project)
    ready, found = workspace.ready(NOW, lint=False)
    assert ready is not None, found
    return study_cards(workspace, ready)


def counted(author: Author) -> Covered:
    workspace = Workspace(author.project)
    ready, found = workspace.ready(NOW, lint=False)
    assert ready is not None, found
    (covered,) = coverage(ready.exams, study_cards(workspace, ready), workspace.library)
    return covered


def values(author: Author, *arguments: str) -> dict[str, Any]:
    done = deckbuilder("coverage", "--format", "json", *arguments, cwd=author.root)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_card_answers_by_what_it_asks_and_not_by_what_its_note_is_called(asked: Author) -> None:
    covered = counted(asked)
    nerves, movement, muscles, levers = covered.objectives

    muscle_notes = {card.note for card in cards_of(asked) if card.note.startswith("muscle/")}
    assert nerves.cards == len(muscle_notes) == 4
    assert movement.cards == len([card for card in cards_of(asked) if card.topic in ("joint-action", "planes")])
    assert movement.untaught == ("levers",)
    assert muscles.missing == ("Trapezius",)
    assert muscles.taught == 2
    assert levers.is_gap
    assert covered.gaps == [levers]


def test_what_no_objective_asks_for_is_counted_too(asked: Author) -> None:
    covered = counted(asked)

    assert covered.cards + sum(covered.beside.values()) == len(cards_of(asked))
    assert covered.beside["attachments"] > 0
    assert "innervation" not in covered.beside


def test_a_retired_note_answers_to_nothing(asked: Author) -> None:
    before = counted(asked).objectives[0]
    asked.edit("cards/muscles/triceps-brachii.yaml", "name: Triceps", "retired: Too much.\nname: Triceps")

    assert counted(asked).objectives[0].cards == before.cards - 1


def test_core_cards_are_those_of_the_first_deck(asked: Author) -> None:
    assert {card.core for card in cards_of(asked)} == {True}
    question = "question: q\nask: Which nerve?\nanswer: The radial nerve.\ntopic: innervation\nregions: [arm]\n"
    asked.write("cards/question.yaml", f"{question}sources: openstax-ap2e-11-5\n")

    nerves = counted(asked).objectives[0]

    assert (nerves.cards, nerves.core) == (5, 4)


def test_decks_are_in_the_order_in_which_anki_lists_them(asked: Author) -> None:
    asked.edit("cards/deck.yaml", "name: 2 Exam practice", "name: 0 Exam practice")
    deck = Workspace(asked.project).library.deck

    assert deck is not None
    assert [deck.subdecks[id].name for id in decks_in_order(deck)] == ["0 Exam practice", "1 Facts"]
    assert {card.core for card in cards_of(asked)} == {False}


def test_text_tells_gaps_and_what_is_missing(asked: Author) -> None:
    done = deckbuilder("coverage", cwd=asked.root)

    assert done.returncode == 0
    assert "ANY-CPT, as of 2026-11: 3 of 4 objectives have cards" in done.stdout
    assert "Of a year long gone." in done.stdout
    assert "gap        The law of levers (copy)" in done.stdout
    assert "No card is about levers." in done.stdout
    assert "Without a card are 1 of its 3 muscles: Trapezius." in done.stdout
    assert "Law: asks nothing of what the deck teaches" in done.stdout


def test_markdown_is_a_table_whatever_a_name_holds(asked: Author) -> None:
    done = deckbuilder("coverage", "--format", "markdown", cwd=asked.root)

    rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert any("Science \\| and more" in row for row in rows)
    assert {row.replace("\\|", "").count("|") for row in rows} == {5}
    assert "| The law of levers | copy | **gap** |" in done.stdout


def test_json_holds_all_that_is_told_and_is_the_same_each_time(asked: Author) -> None:
    first = values(asked, "--exam", "any-cpt")

    assert values(asked) == first
    (exam,) = first["exams"]
    assert exam["gaps"] == ["law-of-levers"]
    assert [each["id"] for each in exam["domains"]] == ["1-science", "2-law"]
    assert exam["domains"][0]["objectives"][2]["missing"] == ["Trapezius"]


def test_nothing_is_written(asked: Author) -> None:
    asked.build()
    before = {path: path.read_bytes() for path in asked.root.rglob("*") if path.is_file()}

    assert deckbuilder("coverage", "--floor", "0", cwd=asked.root).returncode == 0

    assert {path: path.read_bytes() for path in asked.root.rglob("*") if path.is_file()} == before


# The floor


def test_a_number_is_a_floor_under_each_objective(asked: Author) -> None:
    done = deckbuilder("coverage", "--floor", "1", cwd=asked.root)

    assert done.returncode == 1
    assert (
        "cards/vocabulary/exams.yaml:13:7: below-floor: 'law-of-levers' of ANY-CPT has 0 cards, and the floor is 1"
        in (done.stderr)
    )
    assert "write cards that are about levers" in done.stderr
    assert "Below the floor: 1 objective." in done.stderr


def test_what_was_counted_is_a_floor_for_what_comes_later(asked: Author) -> None:
    path = asked.root / "coverage.json"
    path.write_text(json.dumps(values(asked)), "utf-8")
    assert deckbuilder("coverage", "--floor", "coverage.json", cwd=asked.root).returncode == 0
    asked.edit("cards/muscles/triceps-brachii.yaml", "name: Triceps", "retired: Too much.\nname: Triceps")

    done = deckbuilder("coverage", "--floor", "coverage.json", cwd=asked.root)

    assert done.returncode == 1
    assert "'nerves' of ANY-CPT has 3 cards, and the floor is 4" in done.stderr
    assert "'nerves' of ANY-CPT has 3 core cards, and the floor is 4" in done.stderr
    assert "`deckbuilder coverage --format json > FILE` makes one" in done.stderr


def test_a_muscle_that_is_no_longer_taught_falls_below_the_floor(asked: Author) -> None:
    wanted = Floor(by_objective={("any-cpt", "muscles"): {"taught": 3}}, source="x.json")

    (found,) = below([counted(asked)], wanted)

    assert found.message == "'muscles' of ANY-CPT has 2 of the muscles that it names, and the floor is 3"


def test_an_objective_that_is_gone_is_told(asked: Author) -> None:
    path = asked.root / "coverage.json"
    path.write_text(json.dumps(values(asked)), "utf-8")
    asked.edit("cards/vocabulary/exams.yaml", "law-of-levers:", "levers:")

    done = deckbuilder("coverage", "--floor", "coverage.json", cwd=asked.root)

    assert done.returncode == 1
    assert "ANY-CPT has no objective 'law-of-levers', which coverage.json counts" in done.stderr


def test_a_floor_for_other_exams_says_nothing_of_this_one(asked: Author) -> None:
    wanted = Floor(by_objective={("other-cpt", "nerves"): {"cards": 900}}, source="x.json")

    assert below([counted(asked)], wanted) == []


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '{"exams": 1}', '{"exams": [{"id": "a"}]}', "\x00", "[" * 100_000, '{"exams": [[]]}',
     '{"exams": [{"id": "a", "domains": [{"objectives": [{"id": "b", "cards": -1}]}]}]}',
     '{"exams": [{"id": "a", "domains": [{"objectives": [{"id": "b", "cards": 1e9}]}]}]}',
     '{"exams": [{"id": "a", "domains": [{"objectives": [{"id": 3, "cards": 1}]}]}]}',
     '{"exams": [{"id": "a", "domains": [{"objectives": [{"id": "b", "cards": true}]}]}]}'],
)  # fmt: skip
def test_a_floor_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "floor.json"
    path.write_text(text, "utf-8")

    with pytest.raises(Fault, match="not a coverage as JSON"):
        floor(str(path))


@pytest.mark.parametrize(
    ("given", "says"),
    [("-1", "neither a number nor a file"), ("many", "neither a number nor a file"), ("9999999", "beyond any deck"),
     ("9" * 5000, "beyond any deck"), (".", "neither a number nor a file"), ("", "neither a number nor a file")],
)  # fmt: skip
def test_a_floor_must_be_a_number_of_cards_or_a_file(given: str, says: str) -> None:
    with pytest.raises(Fault, match=says):
        floor(given)


def test_a_huge_file_is_no_floor(tmp_path: Path) -> None:
    path = tmp_path / "floor.json"
    with path.open("wb") as file:
        file.truncate(5 << 20)

    with pytest.raises(Fault, match="larger than any coverage"):
        floor(str(path))


# Misuse


def test_an_unknown_exam_is_told_with_those_that_there_are(asked: Author) -> None:
    done = deckbuilder("coverage", "--exam", "ANY-CPR", cwd=asked.root)

    assert done.returncode == 1
    assert "there is no exam 'ANY-CPR'" in done.stderr
    assert "did you mean 'ANY-CPT'" in done.stderr


def test_a_project_without_an_exam_is_told_what_to_write(author: Author) -> None:
    done = deckbuilder("coverage", cwd=author.root)

    assert done.returncode == 1
    assert "the project has no exam" in done.stderr


def test_nothing_is_counted_while_cards_are_at_fault(asked: Author) -> None:
    asked.edit("cards/muscles/brachialis.yaml", "nerve: musculocutaneous", "nerve: musculocutanous")

    done = deckbuilder("coverage", cwd=asked.root)

    assert done.returncode == 1
    assert "brachialis.yaml:10:" in done.stderr
    assert "Nothing was counted: 1 error" in done.stderr
    assert done.stdout == ""


# The shipped deck


@pytest.mark.parametrize("exam", ["nasm-cpt", "ace-cpt", "acsm-cpt", "nsca-cpt", "cscs"])
def test_the_shipped_deck_answers_to_half_of_what_each_exam_asks(exam: str) -> None:
    """Its gaps are known, and become fewer."""
    workspace = Workspace(find(ROOT))
    ready, found = workspace.ready(NOW, lint=False)
    assert ready is not None, found
    (covered,) = coverage(
        [each for each in ready.exams if each.id == exam], study_cards(workspace, ready), workspace.library
    )

    assert covered.core > 100
    assert 2 * len(covered.gaps) < len(covered.objectives)
