"""The ratchet: warnings that a deck has are known, and may only become fewer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.author import Author
from support.checked import QUESTIONS, check, question, quiet

from deckbuilder import rules
from deckbuilder.cli import cli
from deckbuilder.core.diagnostics import Diagnostic, Fault, Location
from deckbuilder.verbs import edits
from deckbuilder.verbs.preview.session import Session
from deckbuilder.workspace import Workspace, ratchet
from deckbuilder.workspace.ratchet import FILE, Ratchet
from deckbuilder.workspace.tighten import tighten

pytestmark = pytest.mark.linted


@pytest.fixture(scope="module", autouse=True)
def fast(compiles_each_template_once: None) -> Iterator[None]:
    yield


@pytest.fixture
def author(author: Author) -> Author:
    return quiet(author)


@pytest.fixture
def ratcheted(author: Author) -> Author:
    """Two warnings, and both known."""
    author.write(QUESTIONS, question("one") + question("two", "Is it an arm?"))
    assert check(author, "--ratchet").exit_code == 0
    return author


def build(author: Author) -> Result:
    return CliRunner().invoke(cli, ["build", "--project", str(author.root)], catch_exceptions=False)


def test_the_file_counts_the_warnings_by_rule_and_record(ratcheted: Author) -> None:
    text = ratcheted.read(FILE)

    assert json.loads(text) == {"yes-no": {"question/one": 1, "question/two": 1}}
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
    assert not list((ratcheted.root / "cards").glob("*.part"))


def test_known_warnings_are_counted_and_not_shown(ratcheted: Author) -> None:
    done = check(ratcheted)

    assert done.exit_code == 0
    assert "yes-no" not in done.output
    assert "no errors, 2 known warnings" in done.output


def test_known_warnings_are_shown_on_request(ratcheted: Author) -> None:
    done = check(ratcheted, "--all")

    assert done.output.count(": warning: yes-no: ") == 2
    assert done.exit_code == 0


@pytest.mark.parametrize("style", ["json", "sarif"])
def test_programs_are_told_what_is_known(ratcheted: Author, style: str) -> None:
    ratcheted.write(QUESTIONS, ratcheted.read(QUESTIONS) + question("three"))

    said = json.loads(check(ratcheted, "--format", style).stdout)

    if style == "json":
        assert sorted(each["known"] for each in said["diagnostics"]) == [False, True, True]
        assert said["counts"] == {"error": 0, "warning": 1, "info": 0, "known": 2}
        assert said["grown"] == [{"rule": "yes-no", "was": 2, "now": 3}]
    else:
        states = [each["baselineState"] for each in said["runs"][0]["results"]]
        assert sorted(states) == ["new", "unchanged", "unchanged"]


def test_annotations_leave_out_what_is_known(ratcheted: Author) -> None:
    assert check(ratcheted, "--format", "github").stdout == ""


def test_one_warning_more_is_shown_and_fails_with_both_ways_out(ratcheted: Author) -> None:
    ratcheted.write(QUESTIONS, ratcheted.read(QUESTIONS) + question("three"))

    done = check(ratcheted)

    assert done.exit_code == 1
    assert done.output.count(": warning: yes-no: ") == 1
    assert "the warnings of yes-no grew from 2 to 3: mend them, or add `lint: {yes-no: the reason}`" in done.output


def test_a_rule_that_is_not_in_the_file_may_not_warn_at_all(author: Author) -> None:
    assert check(author, "--ratchet").exit_code == 0
    author.write("cards/empty.yaml", "")

    done = check(author)

    assert done.exit_code == 1
    assert "the warnings of empty-file grew from 0 to 1" in done.output


def test_what_is_shown_does_not_change_whether_a_rule_grew(ratcheted: Author) -> None:
    ratcheted.write(QUESTIONS, ratcheted.read(QUESTIONS) + question("three"))

    assert check(ratcheted, "--ignore", "yes-no").exit_code == 1


def test_fewer_warnings_ask_to_be_written_down_and_cannot_come_back(ratcheted: Author) -> None:
    before = ratcheted.read(QUESTIONS)
    ratcheted.write(QUESTIONS, question("one"))

    asked = check(ratcheted)
    tightened = check(ratcheted, "--ratchet")
    ratcheted.write(QUESTIONS, before)

    assert asked.exit_code == 0
    assert "(yes-no 1 of 2): `deckbuilder check --ratchet` tightens it" in asked.output
    assert "yes-no: 2 -> 1" in tightened.output
    assert check(ratcheted).exit_code == 1


def test_the_ratchet_refuses_to_grow(ratcheted: Author) -> None:
    before = ratcheted.read(FILE)
    ratcheted.write(QUESTIONS, ratcheted.read(QUESTIONS) + question("three"))

    done = check(ratcheted, "--ratchet")

    assert done.exit_code == 1
    assert "grew from 2 to 3" in done.output
    assert ratcheted.read(FILE) == before


def test_the_ratchet_refuses_while_errors_hide_warnings(ratcheted: Author) -> None:
    before = ratcheted.read(FILE)
    ratcheted.write(QUESTIONS, ratcheted.read(QUESTIONS) + "- muscle: [")

    done = check(ratcheted, "--ratchet")

    assert done.exit_code == 1
    assert "errors hide warnings" in done.output
    assert ratcheted.read(FILE) == before
    assert "tightens" not in check(ratcheted).output


def test_warnings_that_move_between_records_are_shown_and_fail_nothing(ratcheted: Author) -> None:
    ratcheted.edit(QUESTIONS, "question: two", "question: other")

    done = check(ratcheted)

    assert done.exit_code == 0
    assert done.output.count(": warning: yes-no: ") == 1


def test_what_only_time_brings_fails_nothing() -> None:
    stale = Diagnostic(Location("cards/x.yaml", 1, 1), "stale-source", "it is old")
    known = Ratchet({}, made=True)

    assert [each.rule for each in known.grown([stale])] == ["stale-source"]
    assert known.grown([stale], {"stale-source"}) == []


def test_every_rule_that_goes_by_the_date_is_free_to_grow(ratcheted: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    dated = rules.RULES["yes-no"]
    monkeypatch.setitem(rules.RULES, "yes-no", rules.Rule(dated.name, dated.check, dated=True, scope="all"))
    ratcheted.write(QUESTIONS, ratcheted.read(QUESTIONS) + question("three"))

    report = Workspace(ratcheted.project).check(today=date(2026, 11, 22))

    assert len(report.diagnostics) == 3
    assert report.grown == ()


def test_a_build_and_the_preview_do_not_show_what_is_known(ratcheted: Author) -> None:
    session = Session(ratcheted.project)
    session.open()

    assert "yes-no" not in build(ratcheted).output
    assert list(session.now.faults) == []

    ratcheted.write(QUESTIONS, ratcheted.read(QUESTIONS) + question("three"))
    session.saved([ratcheted.root / QUESTIONS], lambda _: None)

    assert build(ratcheted).output.count("yes-no") == 1
    assert [fault["rule"] for fault in session.now.faults] == ["yes-no"]


def test_a_renamed_record_takes_its_warnings_along(ratcheted: Author) -> None:
    ratcheted.build()

    edits.rename(ratcheted.project, "question/two", "second")

    assert json.loads(ratcheted.read(FILE)) == {"yes-no": {"question/one": 1, "question/second": 1}}
    assert "yes-no" not in check(ratcheted).output


def test_a_dry_rename_leaves_the_file(ratcheted: Author) -> None:
    before = ratcheted.read(FILE)

    edits.rename(ratcheted.project, "question/two", "second", dry_run=True)

    assert ratcheted.read(FILE) == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"yes-no": 3}',
        '{"yes-no": {"question/one": 0}}',
        '{"yes-no": {"question/one": -1}}',
        '{"yes-no": {"question/one": true}}',
        '{"yes-no": {"question/one": 1e99}}',
        '{"yes-no": {"question/one": ' + "9" * 5_000 + "}}",
        '{"yes-no": {"question/one": NaN}}',
        '{"a\\u001b[31m": 1}',
        "[" * 100_000,
        b"\xff\xfe{}",
        b"\xffx",
        b"x" * (5 * 1024 * 1024),
    ],
)
def test_a_damaged_file_is_a_fault_at_its_place(author: Author, text: str | bytes) -> None:
    author.write(FILE, text)

    done = check(author)

    assert done.exit_code == 1
    assert done.output.startswith(FILE)
    assert "1 error" in done.output and "\x1b" not in done.output
    assert check(author, "--ratchet").exit_code == 1


def test_a_file_that_leads_elsewhere_is_not_read(author: Author, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    (author.root / FILE).symlink_to(tmp_path / "other.json")

    done = check(author)

    assert done.exit_code == 1
    assert "leads out of the project" in done.output


def test_the_shipped_deck_has_no_ratchet_to_write(author: Author) -> None:
    with pytest.raises(Fault, match="read only"):
        tighten(replace(author.project, read_only=True))


def test_no_more_warnings_are_known_than_the_file_says() -> None:
    one = Diagnostic(Location("cards/x.yaml", 1, 1), "yes-no", "a", record="question/x")
    other = Diagnostic(Location("cards/x.yaml", 2, 1), "yes-no", "b", record="question/x")
    wrong = Diagnostic(Location("cards/x.yaml", 3, 1), "yes-no", "c", "", "error", "question/x")

    marked = Ratchet({"yes-no": {"question/x": 1}}, made=True).mark([wrong, one, other])

    assert [each.known for each in marked] == [False, True, False]
    assert ratchet.text_of(marked) == '{\n  "yes-no": {\n    "question/x": 2\n  }\n}\n'
