"""`deckbuilder retire`: a note is taught no longer, and learners keep it with its reviews."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.asked import examples
from support.author import ROOT, Author
from support.judge import Anki
from support.layouts import Layout

from deckbuilder import source
from deckbuilder.cli import cli
from deckbuilder.core.diagnostics import Fault
from deckbuilder.source import edit
from deckbuilder.verbs import edits

CONCEPTS, STUDY = "cards/concepts.yaml", "cards/study.yaml"
CONCEPT = "concept/reciprocal-inhibition"


@pytest.fixture
def built(author: Author) -> Author:
    author.build()
    return author


@pytest.fixture
def example(author: Author) -> Author:
    """The example of the tests, which has every kind, built, with a second comparison in its study."""
    shutil.rmtree(author.root / "cards")
    shutil.copytree(ROOT / "tests" / "example" / "cards", author.root / "cards")
    author.edit(STUDY, "why: It compares", f"{SECOND}why: It compares")
    author.build()
    return author


SECOND = """  - {id: biceps-again, compare: [chin-up, barbell-curl], of: biceps-brachii, difference: found, stated: p < 0.05, caveat: The same.}
"""


def run(author: Author, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["retire", "--project", str(author.root), *arguments])


def refusal(author: Author, name: str, why: str = "gone") -> str:
    before = {path: path.read_bytes() for path in (author.root / "cards").rglob("*.yaml")}

    with pytest.raises(Fault) as raised:
        edits.retire(author.project, name, why)

    assert {path: path.read_bytes() for path in (author.root / "cards").rglob("*.yaml")} == before
    return f"{raised.value.message} | {raised.value.help}"


def test_a_retired_note_is_tagged_at_learners_and_keeps_its_reviews(built: Author, anki: Anki) -> None:
    anki.imports(built.build().path)
    guid = built.guid(CONCEPT)
    anki.review(guid)
    before = anki.schedule()

    edits.retire(built.project, CONCEPT, "no source stands behind it")
    built.waits()
    result = anki.imports(built.build().path)

    assert guid in result.updated and not result.new
    assert "TA::Status::Retired" in anki.note(guid).tags
    assert anki.schedule() == before
    assert built.lock.notes[CONCEPT].retired == "no source stands behind it"


def test_one_line_is_added_behind_the_id(built: Author) -> None:
    before = built.read(CONCEPTS)

    edits.retire(built.project, "reciprocal-inhibition", "no source")

    line = "- concept: reciprocal-inhibition\n"
    assert built.read(CONCEPTS) == before.replace(line, f"{line}  retired: no source\n")


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    ("why", "typed"),
    [
        ("no source", "no source"),
        ("yes", '"yes"'),
        ("null", '"null"'),
        ("12", '"12"'),
        ("1.5e3", '"1.5e3"'),
        ("2026-11", "2026-11"),
        ("wrong: see Smith", '"wrong: see Smith"'),
        ("see #4", '"see #4"'),
        ("it's gone", '"it\'s gone"'),
        ('the "core" myth', "'the \"core\" myth'"),
        ('it\'s a "myth"', "'it''s a \"myth\"'"),
        ("a\\b", "'a\\b'"),
        ("- gone", '"- gone"'),
        ("{gone}", '"{gone}"'),
        ("  two\n lines\t here ", "two lines here"),
        ("überholt – siehe 肌", '"überholt – siehe 肌"'),
        ("überholt", "überholt"),
    ],
)
def test_the_reason_is_quoted_as_it_must_be(built: Author, why: str, typed: str) -> None:
    edits.retire(built.project, CONCEPT, why)

    assert f"  retired: {typed}\n" in built.read(CONCEPTS)
    assert built.check() == []


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1).map(lambda text: " ".join(text.split()))
)
def test_any_text_reads_back_as_itself(text: str) -> None:
    for written in (f"key: {edit.scalar(text)}\n", f"{{key: {edit.scalar(text)}, other: [{edit.scalar(text)}]}}\n"):
        documents, faults = source.parse(source.File("cards/x.yaml", written))

        if not faults:
            assert documents[0].value["key"] == text
        assert all(fault.rule == "control-character" for fault in faults)


@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), why=st.sampled_from(["no source", "yes", 'it\'s: a "myth" # 1']))
def test_in_any_layout_only_the_reason_is_added(example: Author, seed: int, why: str) -> None:
    typed = (
        (ROOT / "tests" / "example" / STUDY).read_text("utf-8").replace("why: It compares", f"{SECOND}why: It compares")
    )
    (document,), _ = source.parse(source.File(STUDY, typed))
    study = document.value
    example.write(STUDY, Layout(random.Random(seed)).file([study]))
    comparisons = study["comparisons"]
    assert isinstance(comparisons, list) and isinstance(comparisons[1], dict)

    for name, value in (("study/curls-2020/biceps-again", comparisons[1]), ("study/curls-2020", study)):
        before = (example.root / STUDY).read_bytes()
        edits.retire(example.project, name, why)
        after = (example.root / STUDY).read_bytes()

        added = next(
            place for place in range(len(after)) if before[:place] + after[place + len(after) - len(before) :] == before
        )
        assert b"retired: " in after[added : added + len(after) - len(before)]
        value["retired"] = why
        (read,), faults = source.read([example.root / STUDY], example.root)
        assert faults == [] and read.value == study


def test_a_study_is_retired_as_a_whole_or_by_comparison(example: Author) -> None:
    edits.retire(example.project, "biceps-again", "one of two")
    example.build()
    assert [key for key, entry in example.lock.notes.items() if entry.retired] == ["study/curls-2020/biceps-again"]

    edits.retire(example.project, "study/curls-2020", "all of it")
    example.build()

    found = {key: entry.retired for key, entry in example.lock.notes.items() if entry.retired}
    assert found == {"study/curls-2020/biceps-again": "one of two", "study/curls-2020/biceps-in-both": "all of it"}
    assert "study/curls-2020 is retired already" in refusal(example, "study/curls-2020")


def test_every_kind_of_note_can_be_retired(example: Author) -> None:
    keys = list(example.lock.notes)

    for key in keys:
        edits.retire(example.project, key, "gone")

    example.build()
    assert [key for key, entry in example.lock.notes.items() if not entry.retired] == []
    assert len({key.split("/")[0] for key in keys}) == 10


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("reciprocal-inhibitio", "did you mean 'reciprocal-inhibition'?"),
        ("bone/humerus", "bone/humerus makes no note"),
        ("olecranon", "landmark/olecranon makes no note"),
        ("muscle/new-one", "is not in cards/deck.lock: it was never built, and nobody has it | delete it instead"),
    ],
)
def test_what_cannot_be_retired_is_refused_with_the_reason(built: Author, name: str, said: str) -> None:
    text = built.read("cards/muscles/brachialis.yaml")
    built.write("cards/new.yaml", text.replace("muscle: brachialis", "muscle: new-one"))

    assert said in refusal(built, name)


def test_before_the_first_build_nobody_has_anything(author: Author) -> None:
    assert "never built" in refusal(author, CONCEPT)


def test_a_card_that_was_renamed_since_the_last_build_is_known_by_its_former_id(built: Author) -> None:
    edits.rename(built.project, CONCEPT, "inhibition")

    edits.retire(built.project, "inhibition", "gone")

    built.build()
    assert built.lock.notes["concept/inhibition"].retired == "gone"


def test_retiring_twice_names_the_reason(built: Author) -> None:
    edits.retire(built.project, CONCEPT, "no source")

    assert "is retired already: no source" in refusal(built, CONCEPT)


def test_an_empty_reason_is_none(built: Author) -> None:
    assert "the reason is empty" in refusal(built, CONCEPT, " \n")


def test_a_reason_that_no_file_can_hold_is_refused(built: Author) -> None:
    for why in ("a \x00 b", "a \ufffe b", "a \udc80 b", "word " * 500):
        assert refusal(built, CONCEPT, why)


def test_faults_elsewhere_do_not_hinder(built: Author, tmp_path: Path) -> None:
    built.write("cards/broken.yaml", "muscle: [\n")
    built.edit("cards/muscles/brachialis.yaml", "latin:", "lattin:")

    edits.retire(built.project, CONCEPT, "gone")

    assert "retired: gone" in built.read(CONCEPTS)


def test_the_verb_wants_a_reason(built: Author) -> None:
    assert run(built, CONCEPT).exit_code == 2


def test_the_verb_says_what_changed_and_a_dry_run_writes_nothing(built: Author) -> None:
    before = built.read(CONCEPTS)

    dry = run(built, "--dry-run", "reciprocal-inhibition", "--why", "no source")
    unchanged = built.read(CONCEPTS)
    wet = run(built, "reciprocal-inhibition", "--why", "no source")

    assert unchanged == before
    assert dry.stdout.splitlines() == [
        "cards/concepts.yaml:2: + retired: no source",
        f"Would be retired: {CONCEPT}: 1 change in 1 file. Nothing was written.",
    ]
    assert wet.stdout.splitlines() == [
        "cards/concepts.yaml:2: + retired: no source",
        f"Retired: {CONCEPT}: 1 change in 1 file. Next: run `deckbuilder build`",
    ]
