"""`check --fix`: what can be wrong in one way only is mended in place, and nothing else moves."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.asked import examples
from support.author import Author
from support.checked import QUESTIONS, TYPO, check, question, quiet
from support.layouts import Layout

from deckbuilder import rules, source
from deckbuilder.core.diagnostics import Fault
from deckbuilder.rules.rule import Fix, Found, Rule, Seen
from deckbuilder.verbs import edits

pytestmark = pytest.mark.linted

BICEPS, BODY, DECK = (f"cards/{name}.yaml" for name in ("muscles/biceps-brachii", "vocabulary/body", "deck"))
UNUSED = "lint: {yes-no: nobody asks anything here}\n"


@pytest.fixture(scope="module", autouse=True)
def fast(compiles_each_template_once: None) -> Iterator[None]:
    yield


@pytest.fixture
def author(author: Author) -> Author:
    return quiet(author)


def files(author: Author) -> dict[str, bytes]:
    return {path.relative_to(author.root).as_posix(): path.read_bytes() for path in author.root.rglob("*.yaml")}


def records(author: Author) -> list[Any]:
    return [document.value for document in source.read(author.project.sources(), author.root)[0]]


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        (BICEPS, "insertion: radial-tuberosity", "insertion: Radial_Tuberosity"),
        (BICEPS, "actions: [elbow-flexion]", "actions: [Elbow Flexion]"),
        (BICEPS, "actions: [elbow-flexion]", "actions: ['Elbow Flexion']  # the one"),
        (BICEPS, "groups: [elbow-flexors]", "groups: Elbow-Flexors"),
        (BICEPS, "origin: {coracoid-process: at its tip}", 'origin: {"Coracoid Process": at its tip}'),
        (BICEPS, "nerve: musculocutaneous", "nerve:   MUSCULOCUTANEOUS   # C5 to C7"),
        (BICEPS, "region: arm", "region: Arm"),
        (BICEPS, "sources: openstax-ap2e-11-5", "sources: OpenStax-AP2e 11-5"),
        (BICEPS, "sources: openstax-ap2e-11-5", "sources: {all: [OpenStax AP2e 11-5]}"),
        (BODY, "roots: [C5, C6, C7]", "roots: [C5, c6, C7]"),
        (BODY, "roots: [C5, C6, C7]", "roots:\n    - c5\n    - C6   # the middle one\n    - c7"),
    ],
)
def test_what_is_the_same_but_for_its_spelling_is_mended(author: Author, file: str, right: str, wrong: str) -> None:
    before = records(author)
    author.edit(file, right, wrong)
    typed = author.read(file)

    done = check(author, "--fix")

    assert done.exit_code == 0, done.output
    assert "Mended: " in done.output
    after = author.read(file)
    assert len(after) == len(typed) and after.lower().replace(" ", "-").replace("_", "-") == typed.lower().replace(
        " ", "-"
    ).replace("_", "-")
    if "all:" not in wrong and "groups: E" not in wrong:
        assert records(author) == before


def test_a_tag_is_written_as_the_vocabulary_has_it(author: Author) -> None:
    author.write(DECK, author.read(DECK) + "extra_tags: [Course::Week_1, Old]\n")
    author.write(BICEPS, author.read(BICEPS) + "tags: [course::week_1, Old]\n")

    done = check(author, "--fix")

    assert done.exit_code == 0, done.output
    assert author.read(BICEPS).endswith("tags: [Course::Week_1, Old]\n")


def test_an_exception_that_excepts_nothing_is_deleted(author: Author) -> None:
    before = author.read(BICEPS)
    author.write(BICEPS, before + UNUSED)

    assert check(author, "--fix").exit_code == 0
    assert author.read(BICEPS) == before


def test_what_a_rule_would_mend_is_said_where_it_is_told(author: Author) -> None:
    author.write(BICEPS, author.read(BICEPS) + UNUSED)

    assert "1 of these can be mended by `deckbuilder check --fix`" in check(author).output


def test_of_several_keys_the_first_can_be_deleted_with_its_lines(
    author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_fix(monkeypatch, Fix(("heads", "long-head"), None))

    check(author, "--fix")

    assert "heads:\n  short-head:\n    origin: {coracoid-process: at its tip}\n" in author.read(BICEPS)


def test_an_exception_is_not_called_unused_while_a_fault_elsewhere_hides_what_it_is_for(author: Author) -> None:
    author.write(BICEPS, author.read(BICEPS) + UNUSED)
    author.write("cards/broken.yaml", "muscle: [")
    before = files(author)

    check(author, "--fix")

    assert files(author) == before


@pytest.mark.parametrize(
    ("wrong", "mended"),
    [
        ("groups: [elbow-flexors, elbow-flexors]", "groups: [elbow-flexors]"),
        ("insertion: [radial-tuberosity, radial-tuberosity]", "insertion: [radial-tuberosity]"),
        (
            "insertion:\n- radial-tuberosity  # first\n- coracoid-process\n- radial-tuberosity\n",
            "insertion:\n- radial-tuberosity  # first\n- coracoid-process\n",
        ),
        (
            "insertion: [radial-tuberosity, Radial_Tuberosity]",
            "insertion: [radial-tuberosity, Radial_Tuberosity]",  # a person says which was meant to be another
        ),
    ],
)
def test_of_an_id_that_stands_twice_in_a_list_the_first_stays(author: Author, wrong: str, mended: str) -> None:
    right = "groups: [elbow-flexors]" if wrong.startswith("groups") else "insertion: radial-tuberosity"
    author.edit(BICEPS, right, wrong)
    expected = author.read(BICEPS).replace(wrong, mended)

    check(author, "--fix")

    assert author.read(BICEPS) == expected


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        (BICEPS, "insertion: radial-tuberosity", f"insertion: {TYPO}"),
        (BICEPS, "insertion: radial-tuberosity", "insertion: Radial_Tuberosty"),
        (BICEPS, "muscle: biceps-brachii", "muscle: Biceps_Brachii"),
        (BODY, "roots: [C5, C6, C7]", "roots: [C5, C9, C7]"),
        (BODY, "roots: [C5, C6, C7]", "roots: [C5, C6-7]"),
        (BODY, "radial-tuberosity: Radial", "Radial_Tuberosity: Radial"),
    ],
)
def test_what_could_mean_something_else_is_left_to_a_person(author: Author, file: str, right: str, wrong: str) -> None:
    author.edit(file, right, wrong)
    before = files(author)

    done = check(author, "--fix")

    assert done.exit_code == 1
    assert "Mended: 0 faults" in done.output
    assert files(author) == before


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        (BODY, "roots: [C5, C6, C7]\n", "roots: [C5, C6, C7, C6]\n"),
        (DECK, "  - muscles\n", "  - muscles\n  - muscles\n"),
    ],
)
def test_an_entry_that_stands_twice_in_any_list_is_taken_out(author: Author, file: str, right: str, wrong: str) -> None:
    expected = author.read(file)
    author.edit(file, right, wrong)
    (told,) = [each for each in author.check() if each.rule == "listed-twice"]
    assert told.severity == "error" and f"{file}:" in told.help

    check(author, "--fix")

    assert author.read(file) == expected


def test_a_second_run_changes_nothing(author: Author) -> None:
    spoilt(author)
    check(author, "--fix")
    once = files(author)

    done = check(author, "--fix")

    assert "Mended: 0 faults" in done.output
    assert files(author) == once


def spoilt(author: Author) -> None:
    author.edit(BICEPS, "actions: [elbow-flexion]", "actions: [Elbow Flexion]")
    author.edit(BICEPS, "groups: [elbow-flexors]", "groups: [Elbow_Flexors]  # both")
    author.write(BICEPS, author.read(BICEPS) + UNUSED)
    author.edit(BODY, "roots: [C5, C6, C7]", "roots: [c5, c6, C7]")


def test_all_that_can_be_mended_is_mended_in_one_run_and_what_is_left_is_told(author: Author) -> None:
    spoilt(author)
    author.write(QUESTIONS, question("one"))

    done = check(author, "--fix")

    assert "Mended: 5 faults in 2 files." in done.output
    assert f"{BICEPS}:7: Elbow_Flexors -> elbow-flexors" in done.output
    assert "no errors, 1 warning" in done.output
    assert "yes-no" in done.output


@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
def test_a_dry_run_shows_the_changes_and_writes_nothing(author: Author, option: str) -> None:
    spoilt(author)
    before = files(author)

    done = check(author, "--fix", option)

    assert done.exit_code == 1
    assert files(author) == before
    assert f"--- a/{BICEPS}\n+++ b/{BICEPS}\n" in done.stdout
    assert "\n-groups: [Elbow_Flexors]  # both\n" in done.stdout
    assert "\n+groups: [elbow-flexors]  # both\n" in done.stdout
    assert "Would be mended: 5 faults. Nothing was written." in done.output


def test_a_dry_run_with_nothing_to_mend_is_well(author: Author) -> None:
    done = check(author, "--fix", "--dry-run")

    assert done.exit_code == 0
    assert done.stdout == "Nothing can be mended without a person.\n"


def test_only_what_is_chosen_is_mended(author: Author) -> None:
    spoilt(author)
    before = author.read(BICEPS)

    check(author, "--fix", str(author.root / BODY))
    by_path = author.read(BICEPS) == before and "c5" not in author.read(BODY)
    check(author, "--fix", "--select", "unused-suppression")

    assert by_path
    assert "Elbow_Flexors" in author.read(BICEPS)


def test_the_shipped_deck_is_not_mended(author: Author) -> None:
    with pytest.raises(Fault, match="read only"):
        edits.mend(replace(author.project, read_only=True), lambda _: True, date(2026, 11, 22))


def test_if_one_file_cannot_be_written_none_is(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    spoilt(author)
    before = files(author)
    replaced = Path.replace

    def fails(self: Any, target: Any) -> Any:
        if str(target).endswith("body.yaml") and str(self).endswith(".new"):
            raise OSError(28, "No space left on device")
        return replaced(self, target)

    monkeypatch.setattr(Path, "replace", fails)

    done = check(author, "--fix")

    assert done.exit_code == 1
    assert "No space left on device" in done.output
    assert files(author) == before


# Fixes of rules


def with_fix(monkeypatch: pytest.MonkeyPatch, fix: Fix) -> None:
    """A rule that finds what the fix is for, as long as it is there, in the biceps."""

    def found(seen: Seen) -> Iterator[Found]:
        record = seen.library.records["muscle", "biceps-brachii"]
        value: Any = record.document.value
        for step in fix.path:
            value = value.get(step) if isinstance(value, dict) else value[step] if value else None
        if value is not None and value != fix.value and (not fix.word or fix.word in value):
            yield Found(record, fix.path, "it is wrong", "mend it", word=fix.word, fix=fix)

    monkeypatch.setitem(rules.RULES, "yes-no", Rule("yes-no", found, scope="all"))


@pytest.mark.parametrize(
    ("typed", "fix", "mended"),
    [
        ("why: One thing.  # said", Fix(("why",), "Another: thing."), 'why: "Another: thing."  # said'),
        ("why: 'It''s the one'", Fix(("why",), "other", "the one"), "why: 'It''s other'"),
        ("why: >\n  Long head,\n  the long\n  head.", Fix(("why",), "short part", "long head"), None),
        (
            "why: >-\n  In the\n  long run the\n  long run.",
            Fix(("why",), "end", "long run"),
            "why: >-\n  In the\n  end the\n  end.",
        ),
        (
            "why: >\n  The agonist is\n  an agonist of the prime\n  agonist.\n",
            Fix(("why",), "The agonist is an agonist of the first mover.\n"),
            "why: >\n  The agonist is\n  an agonist of the first mover.\n",
        ),
        (
            "why: The agonist is\n  an agonist of the prime\n  agonist.  # said",
            Fix(("why",), "The agonist is a prime mover of the prime agonist."),
            "why: The agonist is\n  a prime mover of the prime\n  agonist.  # said",
        ),
        (
            "why: 'The agonist is\n  an agonist.'",
            Fix(("why",), "The agonist isn't one."),
            "why: 'The agonist isn''t one.'",
        ),
        ("why: One thing.", Fix(("why",), None), ""),
        ("groups: [elbow-flexors]\nwhy: One.", Fix(("groups", 0), None), "why: One."),
    ],
)
def test_a_rule_can_replace_a_text_a_word_in_it_or_take_it_out(
    author: Author, monkeypatch: pytest.MonkeyPatch, typed: str, fix: Fix, mended: str | None
) -> None:
    kept = author.read(BICEPS).split("why: ")[0].replace("groups: [elbow-flexors]\n", "")
    author.write(BICEPS, f"{kept}{typed}\nsources: openstax-ap2e-11-5\n")
    with_fix(monkeypatch, fix)

    check(author, "--fix", "--select", "yes-no")

    end = f"{mended}\n" if mended else ""
    if mended is None:  # 'Long head' is not 'long head', which stands over two lines
        end = "why: >\n  Long head,\n  the short part.\n"
    assert author.read(BICEPS) == f"{kept}{end}sources: openstax-ap2e-11-5\n"


def test_what_cannot_be_mended_in_place_is_told_and_left(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    author.edit(BICEPS, "why: It flexes", 'why: "\\u0049t flexes')
    author.edit(BICEPS, "palm faces up.", 'palm faces up."')
    before = files(author)
    with_fix(monkeypatch, Fix(("why",), 'a " quote', "flexes"))

    done = check(author, "--fix")

    assert files(author) == before
    assert "not mended: " in done.output and "by hand" in done.output


def value_of(text: str) -> Any:
    return [document.value for document in source.parse(source.File("x.yaml", text))[0]]


@settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), spoils=st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True))
def test_however_cards_are_laid_out_only_what_is_mended_changes(author: Author, seed: int, spoils: list[int]) -> None:
    chance = random.Random(seed)
    biceps: dict[str, Any] = dict(yaml.safe_load(SOUND))
    expected = json.loads(json.dumps(biceps))
    for each in spoils:
        if each == 0:
            biceps["actions"] = ["Elbow_Flexion"]
        elif each == 1:
            biceps["groups"] = ["Elbow Flexors"]
        elif each == 2:
            biceps["lint"] = {"yes-no": "nobody asks: really"}
        elif each == 3:
            biceps["insertion"] = ["radial-tuberosity", "coracoid-process", "radial-tuberosity"]
        elif each == 4:
            biceps["heads"]["short-head"]["origin"] = {"Coracoid_Process": "at its tip"}
        else:
            biceps["nerve"] = "Musculocutaneous"
    author.write(BICEPS, Layout(chance).file([biceps]))
    others = {name: data for name, data in files(author).items() if name != BICEPS}

    done = check(author, "--fix")

    left = "not mended" in done.output
    after = value_of(author.read(BICEPS))
    assert {name: data for name, data in files(author).items() if name != BICEPS} == others
    if left:  # a layout that cannot be edited in place
        assert len(after) == 1
    else:
        assert after == [expected], done.output


SOUND = """
muscle: biceps-brachii
name: Biceps brachii
latin: Musculus biceps brachii
region: arm
compartment: anterior
groups: [elbow-flexors]
heads:
  long-head: {origin: supraglenoid-tubercle}
  short-head: {origin: {coracoid-process: at its tip}}
insertion: [radial-tuberosity, coracoid-process]
actions: [elbow-flexion]
nerve: musculocutaneous
why: "It flexes: the elbow # with most leverage"
tier: core
sources: openstax-ap2e-11-5
"""
