"""What cards are about, by which exams ask for them: said once in the records, once for each card, and once in the docs."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from support.author import ROOT, Author

from deckbuilder.core.project import find
from deckbuilder.records import NOTE_KINDS, Exam
from deckbuilder.records.base import Subject, Topic
from deckbuilder.workspace import Workspace


def test_the_docs_say_what_each_topic_means() -> None:
    page = (ROOT / "docs" / "source-cards.md").read_text("utf-8")
    table = page.partition("| topic | what a card of it is about |")[2].partition("\n\n")[0]

    assert re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE) == list(get_args(Topic))


@pytest.mark.parametrize("kind", NOTE_KINDS)
def test_a_kind_names_the_topics_of_all_its_cards(kind: str) -> None:
    """Else a card would answer to an objective, and its note not belong to the exam."""
    workspace = Workspace(find(ROOT / "tests" / "example"))
    topics = {each.topic for each in workspace.note_types[kind].templates} - {""}

    record = next(each for each in workspace.records if each.kind == kind and isinstance(each, Subject))

    for subject in record.subjects():
        assert topics <= {*subject.topics}
        assert {*subject.topics} == topics | {subject.topic_id}


def test_a_note_belongs_to_an_exam_that_asks_for_one_of_its_cards_alone(author: Author) -> None:
    objective = "nerves: {asks: Nerves, topics: innervation, trust: official}"
    text = f"exam: any-cpt\nname: ANY-CPT\nas_of: 2026-11\ndomains: {{1-nerves: {{name: Nerves, objectives: {{{objective}}}}}}}\n"
    author.write("cards/vocabulary/exam.yaml", text)

    notes = Workspace(author.project).notes

    assert {note.kind for note in notes if "TA::Exam::ANY-CPT::1_nerves" in note.tags} == {"muscle"}


def test_objectives_cite_sources_that_are_there_and_say_who_says_so() -> None:
    """Each of the five exams that a trainer may sit for asks something of the deck's subject."""
    workspace = Workspace(find(ROOT))
    exams = {each.id: each for each in workspace.records if isinstance(each, Exam)}

    assert {"nasm-cpt", "ace-cpt", "acsm-cpt", "nsca-cpt", "cscs"} <= exams.keys()
    for exam in exams.values():
        found = list(exam.objectives())
        assert found, exam.id
        assert all(objective.sources or exam.sources for _, _, objective in found)
        assert len({id for _, id, _ in found}) == len(found), "two objectives of one id"
