"""What the linter says reaches whoever writes cards, and stops nobody who only looks."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from support.author import Author
from support.judge import Anki
from support.repository import git

from deckbuilder.cli import cli
from deckbuilder.verbs.preview.session import Session

pytestmark = pytest.mark.linted

QUESTION = "cards/questions/arm.yaml"
VAGUE = """question: arm
ask: It flexes the elbow. Which muscle is it, and where does it start?
answer: Biceps brachii
topic: anatomy
regions: [arm]
sources: openstax-ap2e-11-5
"""


def test_an_error_of_the_linter_stops_a_build_and_writes_nothing(author: Author) -> None:
    author.build()
    before = author.state()
    author.write(QUESTION, VAGUE)

    report = author.attempt()

    assert report.built is None and {"two-questions"} <= {each.rule for each in report.diagnostics}
    assert author.state() == before


def test_a_reason_lets_it_through(author: Author) -> None:
    author.write(
        QUESTION, f"{VAGUE}lint: {{two-questions: the exam asks it so, dangling-opening: the case says what it is}}\n"
    )

    assert author.check() == []
    assert author.build().written.notes == 9


def test_the_preview_shows_a_card_that_the_linter_refuses_with_what_it_says(author: Author) -> None:
    author.write(QUESTION, VAGUE)
    session = Session(author.project)

    session.open()

    faults = [fault for fault in session.state()["faults"] if fault["rule"] == "two-questions"]
    assert "question/arm" in session.state()["notes"]
    assert [fault["keys"] for fault in faults] == [["question/arm"]]


def test_an_old_revision_that_the_linter_would_refuse_today_can_still_be_compared(author: Author) -> None:
    author.write(QUESTION, VAGUE)
    git(author, "init", "-q", "--template=", "-b", "main")
    git(author, "add", "-A")
    git(author, "commit", "-qm", "vague")
    author.write(
        QUESTION,
        VAGUE.replace(
            "It flexes the elbow. Which muscle is it, and where does it start?", "Which muscle lies over brachialis?"
        ),
    )
    author.build()

    done = CliRunner().invoke(cli, ["diff", "--project", str(author.root), "HEAD"])

    assert done.exit_code in (0, 1) and "Which muscle lies over brachialis?" in done.output, done.output


def test_a_warning_arrives_in_anki_all_the_same(author: Author, anki: Anki) -> None:
    author.write(
        QUESTION,
        VAGUE.replace(
            "It flexes the elbow. Which muscle is it, and where does it start?", "Describe the muscle over brachialis."
        ),
    )

    built = author.build()
    anki.imports(built.path)

    assert any(note.fields.get("Key") == "question/arm" for note in anki.notes().values())
