"""`deckbuilder rename`: an id changes everywhere it is named, nothing else does, and learners keep their reviews."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.asked import Sample, examples
from support.author import ROOT, Author
from support.judge import Anki
from support.layouts import Layout

from deckbuilder import source
from deckbuilder.cli import cli
from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.project import Project, find
from deckbuilder.records import walker
from deckbuilder.verbs import edits
from deckbuilder.verbs.edits import editable as edited_cards
from deckbuilder.verbs.edits import targets
from deckbuilder.verbs.edits.editable import Editable
from deckbuilder.verbs.edits.rename import draft_of

BICEPS = "cards/muscles/biceps-brachii.yaml"
BRACHIALIS = "cards/muscles/brachialis.yaml"
ACTIONS, CONCEPTS, BODY = "cards/actions.yaml", "cards/concepts.yaml", "cards/vocabulary/body.yaml"
EXAMPLE = find(ROOT / "tests" / "example")


def cards(author: Author) -> dict[str, bytes]:
    """The bytes of every source file."""
    found = sorted((author.root / "cards").rglob("*.yaml"))
    return {path.relative_to(author.root).as_posix(): path.read_bytes() for path in found}


def rename(author: Author, old: str, new: str) -> edits.Edited:
    return edits.rename(author.project, old, new)


def run(author: Author, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [arguments[0], "--project", str(author.root), *arguments[1:]])


def refusal(author: Author, old: str, new: str) -> str:
    """What a rename that must fail says, having left every file alone."""
    before = cards(author)

    with pytest.raises(Fault) as raised:
        rename(author, old, new)

    assert cards(author) == before
    assert not (author.root / "cards" / ".editing.part").exists()
    return f"{raised.value.message} | {raised.value.help}"


# Learners


def test_a_renamed_muscle_keeps_its_guid_and_its_reviews(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    guid = author.guid("muscle/biceps-brachii")
    anki.review(guid)
    before = anki.schedule()

    rename(author, "biceps-brachii", "biceps-of-the-arm")
    author.waits()
    result = anki.imports(author.build().path)

    assert not result.new and not result.conflicting
    assert author.guid("muscle/biceps-of-the-arm") == guid
    assert anki.schedule() == before
    assert anki.note(guid).fields["Key"] == "muscle/biceps-of-the-arm"


@pytest.mark.parametrize("builds_between", [True, False])
def test_renaming_there_and_back_keeps_the_guid(author: Author, anki: Anki, builds_between: bool) -> None:
    anki.imports(author.build().path)
    guid = author.guid("muscle/biceps-brachii")

    rename(author, "biceps-brachii", "biceps-of-the-arm")
    if builds_between:
        anki.imports(author.build().path)
    rename(author, "biceps-of-the-arm", "biceps-brachii")
    result = anki.imports(author.build().path)

    assert not result.new
    assert author.guid("muscle/biceps-brachii") == guid
    assert ("\nformerly:" in author.read(BICEPS)) == builds_between


def test_there_and_back_without_a_build_leaves_every_byte_as_it_was(author: Author) -> None:
    author.build()
    before = cards(author)

    rename(author, "elbow-flexion", "bending-of-the-elbow")
    assert cards(author) != before
    rename(author, "bending-of-the-elbow", "elbow-flexion")

    assert cards(author) == before


def test_a_study_and_its_comparison_renamed_before_one_build_keep_the_guid(author: Author) -> None:
    take_example(author)
    author.build()
    guid = author.guid("study/curls-2020/biceps-in-both")

    rename(author, "study/curls-2020", "curls-2021")
    rename(author, "study/curls-2021/biceps-in-both", "both")
    rename(author, "study/curls-2021", "curls-2022")
    author.build()

    assert author.guid("study/curls-2022/both") == guid
    assert not [key for key in author.lock.notes if "curls-2020" in key or "curls-2021" in key]


# What follows, and what stays


def take_example(author: Author) -> None:
    """The example of the tests, which has every kind, instead of the starter."""
    shutil.rmtree(author.root / "cards")
    shutil.copytree(EXAMPLE.cards, author.root / "cards")


EXAMPLE_CARDS = edited_cards.read(EXAMPLE)
NAMED = [each.key for each in targets.every(EXAMPLE_CARDS)]


def leading(found: Editable, kind: str, id: str) -> int:
    """How many references lead to this id, or to a part of it."""
    references = [each for record in found.records for each in record.refers()]
    return sum(each.id.split("/")[0] == id and found.leads(each) == kind for each in references)


@pytest.mark.sampled(18)
@pytest.mark.parametrize("key", NAMED)
def test_every_reference_follows_whatever_is_renamed(key: str) -> None:
    target = targets.find(EXAMPLE_CARDS, key)
    before = 0 if target.within else leading(EXAMPLE_CARDS, target.kind, target.id)

    after = EXAMPLE_CARDS.with_texts(draft_of(EXAMPLE_CARDS, target, "quite-another-id").texts())

    assert targets.find(after, target.key_of("quite-another-id")).subjects is not None
    assert target.key not in {each.key for each in targets.every(after)}
    assert (0 if target.within else leading(after, target.kind, "quite-another-id")) == before
    assert after.diagnostics == []


def test_the_example_has_every_kind_and_most_are_named() -> None:
    kinds = Counter(key.split("/")[0] for key in NAMED)
    own = {record.kind for record in EXAMPLE_CARDS.records if not walker.borrows_its_id(type(record))}
    assert kinds.keys() >= {"landmark", *own}
    assert sum(leading(EXAMPLE_CARDS, *key.split("/")[:2]) > 0 for key in NAMED) > 15


@pytest.mark.sampled
def test_every_muscle_of_the_shipped_deck_can_be_renamed(sample: Sample) -> None:
    shipped = edited_cards.read(find(ROOT))
    muscles = [each for each in targets.every(shipped) if each.kind == "muscle"]

    for muscle in sample(muscles, 6):
        after = shipped.with_texts(draft_of(shipped, muscle, f"{muscle.id}-2").texts())

        assert after.diagnostics == shipped.diagnostics == []
        assert leading(after, "muscle", muscle.id) == 0
        assert leading(after, "muscle", f"{muscle.id}-2") == leading(shipped, "muscle", muscle.id)
    assert len(muscles) > 25


def test_only_the_id_changes_and_a_line_is_added(author: Author) -> None:
    before = cards(author)

    edited = rename(author, "biceps-brachii", "biceps-of-the-arm")

    after = cards(author)
    own = after.pop(BICEPS).decode()
    expected = before.pop(BICEPS).decode().replace("muscle: biceps-brachii", "muscle: biceps-of-the-arm")
    assert own == expected.replace("of-the-arm\n", "of-the-arm\nformerly: biceps-brachii\n")
    assert after == {name: text.replace(b"biceps-brachii", b"biceps-of-the-arm") for name, text in before.items()}
    assert [str(each) for each in edited.changes] == [
        "cards/actions.yaml:9: biceps-brachii -> biceps-of-the-arm",
        "cards/muscles/biceps-brachii.yaml:2: biceps-brachii -> biceps-of-the-arm",
        "cards/muscles/biceps-brachii.yaml:3: + formerly: biceps-brachii",
        "cards/muscles/brachialis.yaml:12: biceps-brachii -> biceps-of-the-arm",
    ]


def test_a_part_stays_a_part(author: Author) -> None:
    author.edit(ACTIONS, "prime_movers: biceps-brachii", "prime_movers: [biceps-brachii/long-head, 'brachialis']")

    rename(author, "biceps-brachii", "biceps-of-the-arm")

    assert "prime_movers: [biceps-of-the-arm/long-head, 'brachialis']" in author.read(ACTIONS)
    assert author.check() == []


def test_a_reference_goes_to_the_first_kind_that_has_the_id(author: Author) -> None:
    author.edit(BODY, "- bone: radius", "- bone: olecranon")  # a landmark has this id too, and attachments mean that
    before = author.read("cards/muscles/triceps-brachii.yaml")

    rename(author, "bone/olecranon", "elbow-bone")

    assert author.read("cards/muscles/triceps-brachii.yaml") == before
    assert "- bone: elbow-bone" in author.read(BODY)


def test_a_place_and_what_is_taken_of_it_follow_and_have_no_id_of_their_own(author: Author) -> None:
    take_example(author)
    vocabulary = "cards/vocabulary.yaml"

    rename(author, "radial-tuberosity", "tuberosity-of-radius")
    rename(author, "muscle/biceps-brachii", "biceps")

    text = author.read(vocabulary)
    assert "- place: tuberosity-of-radius\n" in text
    assert "taken: {biceps: [{medial: [0.6, 0.82]}]}" in text
    assert "right: [tuberosity-of-radius, ulnar-tuberosity, coracoid-process]" in text
    assert "shares: {tuberosity-of-radius: 0.2}" in text
    assert "no record has the id 'place/tuberosity-of-radius'" in refusal(author, "place/tuberosity-of-radius", "other")


def test_a_study_goes_on_citing_the_source_that_it_had(author: Author) -> None:
    take_example(author)
    author.edit("cards/study.yaml", "\nsources: [curls-2020, book]", "")

    rename(author, "study/curls-2020", "curls")
    assert author.read("cards/study.yaml").startswith(
        "study: curls\nsources: curls-2020\nformerly: curls-2020\npeople:"
    )
    rename(author, "study/curls", "curls-2020")
    author.edit("cards/study.yaml", "\nsources: curls-2020", "")
    rename(author, "source/curls-2020", "curls")

    assert author.read("cards/study.yaml").startswith("study: curls-2020\nsources: curls\npeople:")
    assert author.check() == []


def test_a_fact_of_the_same_name_as_a_source_is_no_reference(author: Author) -> None:
    author.edit(
        BODY,
        "- source: openstax-ap2e-11-5",
        "- source: origin\n  title: Another\n  read: all\n- source: openstax-ap2e-11-5",
    )
    author.edit(BRACHIALIS, "sources: openstax-ap2e-11-5", "sources: {origin: origin, all: [openstax-ap2e-11-5]}")

    rename(author, "source/origin", "another")

    assert "sources: {origin: another, all: [openstax-ap2e-11-5]}" in author.read(BRACHIALIS)


def test_the_sources_of_a_nerve_follow_in_every_shape(author: Author) -> None:
    shapes = ["openstax-ap2e-11-5", "[openstax-ap2e-11-5]", "{all: openstax-ap2e-11-5}", "{all: [openstax-ap2e-11-5]}"]
    for place, shape in enumerate(shapes):
        author.write(f"cards/n{place}.yaml", f"nerve: n{place}\nname: Some nerve\nroots: [C5]\nsources: {shape}\n")

    rename(author, "openstax-ap2e-11-5", "open")

    for place, shape in enumerate(shapes):
        assert author.read(f"cards/n{place}.yaml").endswith(f"sources: {shape.replace('openstax-ap2e-11-5', 'open')}\n")


# Layout


OTHERS = [document.value for document in EXAMPLE_CARDS.documents if next(iter(document.value)) != "deck"]
DECK = next(document.value for document in EXAMPLE_CARDS.documents if next(iter(document.value)) == "deck")


def alone(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9-]){word}(?![a-z0-9-])")


def told_apart() -> Iterator[targets.Target]:
    """Those whose id stands nowhere in the example but where it names them: for these, replacing words is right."""
    said = json.dumps([*OTHERS, DECK])
    for each in targets.every(EXAMPLE_CARDS):
        named = 0 if each.within else leading(EXAMPLE_CARDS, each.kind, each.id)
        if each.kind != "deck" and len(alone(each.id).findall(said)) == named + 1:
            yield each


TOLD_APART = list(told_apart())


def laid_out(root: Path, chance: random.Random) -> Project:
    """The example in files of any layout."""
    files: dict[str, list[dict[str, Any]]] = {}
    for record in chance.sample(OTHERS, len(OTHERS)):
        files.setdefault(f"{chance.randrange(4)}.yaml", []).append(record)
    shutil.rmtree(root, ignore_errors=True)
    (root / "cards").mkdir(parents=True)
    (root / "cards" / "deck.yaml").write_bytes(Layout(chance).file([DECK]))
    for name, records in files.items():
        (root / "cards" / name).write_bytes(Layout(chance).file(records))
    return find(root)


def everything(project: Project) -> list[str]:
    found, faults = source.read(project.sources(), project.root)
    assert faults == []
    return sorted(json.dumps(document.value) for document in found)


def texts(project: Project) -> dict[str, str]:
    return {path.name: path.read_bytes().decode() for path in sorted(project.cards.glob("*.yaml"))}


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), data=st.data())
def test_in_any_layout_only_the_id_changes(tmp_path: Path, seed: int, data: st.DataObject) -> None:
    project = laid_out(tmp_path / "any", random.Random(seed))
    target = data.draw(st.sampled_from(TOLD_APART))
    records, before = everything(project), texts(project)
    assert records == sorted(json.dumps(value) for value in [*OTHERS, DECK])

    edited = edits.rename(project, target.key, "quite-another-id")

    after = {name: alone("quite-another-id").sub(target.id, text) for name, text in texts(project).items()}
    added = rf"(\r\n|\r|\n) *formerly: {target.id}(?=[\r\n]|$)|, formerly: {target.id}|(?<=[\r\n]) *formerly: {target.id}(\r\n|\r|\n)"
    differing = [name for name in before if after[name] != before[name]]
    assert len(differing) == bool(target.subjects)
    for name in differing:
        spans = [found.span() for found in re.finditer(added, after[name])]
        assert before[name] in [after[name][:start] + after[name][end:] for start, end in spans]
    for change in edited.changes:
        line = re.split(r"\r\n|\r|\n", texts(project)[Path(change.location.path).name])[change.location.line - 1]
        assert change.new.split(": ")[-1] in line


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32),
    data=st.data(),
    id=st.sampled_from(["no", "null", "12", "1e5", "0x1f", "on", "true", "a-1"]),
)
def test_in_any_layout_any_id_goes_there_and_back(tmp_path: Path, seed: int, data: st.DataObject, id: str) -> None:
    project = laid_out(tmp_path / "any", random.Random(seed))
    target = data.draw(st.sampled_from([each for each in targets.every(EXAMPLE_CARDS) if each.kind != "deck"]))
    records = everything(project)

    edits.rename(project, target.key, id)
    assert everything(project) != records
    edits.rename(project, target.key_of(id), target.id)

    assert everything(project) == records


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_line_endings_and_the_byte_order_mark_stay(author: Author, newline: bytes, mark: bytes) -> None:
    text = (author.root / BICEPS).read_bytes().replace(b"\n", newline)
    author.write(BICEPS, mark + text)

    rename(author, "biceps-brachii", "biceps")

    old, new = b"muscle: biceps-brachii", b"muscle: biceps" + newline + b"formerly: biceps-brachii"
    assert (author.root / BICEPS).read_bytes() == mark + text.replace(old, new)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "formerly: biceps-brachii\n"),
        ("formerly: biceps\n", "formerly: [biceps, biceps-brachii]\n"),
        ("formerly: 'biceps'  # long ago\n", "formerly: ['biceps', biceps-brachii]  # long ago\n"),
        ("formerly: [biceps, two-heads]\n", "formerly: [biceps, two-heads, biceps-brachii]\n"),
        ("formerly: [biceps,]\n", "formerly: [biceps, biceps-brachii,]\n"),
        ("formerly: []\n", "formerly: [biceps-brachii]\n"),
        (
            "formerly:\n  -  biceps  # a\n  -  two-heads  # b\n# c\n",
            "formerly:\n  -  biceps  # a\n  -  two-heads  # b\n  -  biceps-brachii\n# c\n",
        ),
        ("formerly:\n- biceps\n", "formerly:\n- biceps\n- biceps-brachii\n"),
        ("formerly:\n-\n  biceps\n", "formerly:\n-\n  biceps\n- biceps-brachii\n"),
    ],
)
def test_the_ids_that_it_had_are_listed_oldest_first(author: Author, before: str, after: str) -> None:
    author.edit(BICEPS, "muscle: biceps-brachii\n", f"muscle: biceps-brachii\n{before}")
    whole = author.read(BICEPS)

    rename(author, "biceps-brachii", "arm-bender")

    own = "muscle: arm-bender\n"
    assert author.read(BICEPS) == whole.replace(f"muscle: biceps-brachii\n{before}", own + after)


@pytest.mark.parametrize(
    ("before", "known", "unknown"),
    [
        ("formerly: biceps\n", "formerly: biceps-brachii\n", ""),
        ("formerly: [biceps]\n", "formerly: [biceps-brachii]\n", ""),
        ("formerly:\n  - biceps\n", "formerly:\n  - biceps-brachii\n", ""),
        ("formerly: [biceps, two]\n", "formerly: [two, biceps-brachii]\n", "formerly: [two]\n"),
        ("formerly: [two, biceps]\n", "formerly: [two, biceps-brachii]\n", "formerly: [two]\n"),
        (
            "formerly:\n  - two # a\n  - biceps # b\n",
            "formerly:\n  - two # a\n  - biceps-brachii # b\n",
            "formerly:\n  - two # a\n",
        ),
        ("formerly:\n- biceps\n- two\n", "formerly:\n- two\n- biceps-brachii\n", "formerly:\n- two\n"),
    ],
)
def test_an_id_that_it_has_again_is_no_former_one(author: Author, before: str, known: str, unknown: str) -> None:
    """Nor is one that was never built: `unknown` is what stays where the lock does not have it."""
    author.edit(BICEPS, "muscle: biceps-brachii\n", f"muscle: biceps-brachii\n{before}")
    start = author.read(BICEPS)

    rename(author, "biceps-brachii", "biceps")
    assert author.read(BICEPS) == start.replace(f"muscle: biceps-brachii\n{before}", f"muscle: biceps\n{unknown}")

    author.write(BICEPS, start)
    author.edit(ACTIONS, "prime_movers: biceps\n", "prime_movers: biceps-brachii\n")
    author.edit(BRACHIALIS, "{biceps:", "{biceps-brachii:")
    author.build()
    rename(author, "biceps-brachii", "biceps")
    assert author.read(BICEPS) == start.replace(f"muscle: biceps-brachii\n{before}", f"muscle: biceps\n{known}")
    assert author.check() == []


def test_the_comparison_of_a_study_has_its_own_former_ids(author: Author) -> None:
    take_example(author)
    before = author.read("cards/study.yaml")

    rename(author, "biceps-in-both", "both")

    assert author.read("cards/study.yaml") == before.replace(
        "  - id: biceps-in-both\n", "  - id: both\n    formerly: biceps-in-both\n"
    )


def test_an_id_that_is_not_the_first_key_of_its_comparison_is_found(author: Author) -> None:
    take_example(author)
    author.edit("cards/study.yaml", "  - id: biceps-in-both\n    compare:", "  - compare:")
    author.edit(
        "cards/study.yaml", "    of: biceps-brachii\n", "    of: biceps-brachii\n    id: biceps-in-both # the id\n"
    )

    rename(author, "biceps-in-both", "both")

    assert "    id: both # the id\n    formerly: biceps-in-both\n    statistic" in author.read("cards/study.yaml")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another thing there")
def test_files_keep_their_permissions(author: Author) -> None:
    (author.root / BICEPS).chmod(0o640)

    rename(author, "biceps-brachii", "biceps")

    assert stat.S_IMODE((author.root / BICEPS).stat().st_mode) == 0o640


# Refusals


REFUSED: dict[str, tuple[str, str, str]] = {
    "an unknown id": ("biceps-brachi", "x", "no record has the id 'biceps-brachi' | did you mean 'biceps-brachii'?"),
    "an unknown key": ("muscle/brachiali", "x", "did you mean 'muscle/brachialis'?"),
    "nothing like it": ("qqqqqqqqqq", "x", "write it as kind/id"),
    "an id of two": ("reciprocal-inhibition", "x", "2 records have the id"),
    "a part": ("biceps-brachii/long-head", "x", "'long-head' is a part of the muscle 'biceps-brachii'"),
    "another kind": ("brachialis", "group/x", "muscle/brachialis cannot become a record of the kind 'group'"),
    "no kind at all": ("brachialis", "musle/x", "'musle/x' is not an id for muscle/brachialis"),
    "no id": ("brachialis", "The Brachialis", "write 'the-brachialis'"),
    "its own id": ("brachialis", "brachialis", "has this id already"),
    "a taken id": ("brachialis", "triceps-brachii", "the id 'triceps-brachii' is taken, at cards/muscles/triceps"),
    "a taken landmark": ("olecranon", "coracoid-process", "is taken, at cards/vocabulary/body.yaml"),
    "an ambiguous reference": ("olecranon", "humerus", "bone/humerus exists, and cards/muscles/triceps"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_renamed_is_refused_with_the_reason(author: Author, what: str) -> None:
    author.write("cards/terms.yaml", "term: reciprocal-inhibition\nname: RI\nmeans: It.\n")
    old, new, said = REFUSED[what]

    assert said in refusal(author, old, new)


def test_an_id_that_a_retired_note_had_is_never_used_again(author: Author) -> None:
    author.build()
    edits.retire(author.project, "reciprocal-inhibition", "gone")
    author.build()
    author.write(CONCEPTS, author.read(CONCEPTS).replace("concept: reciprocal-inhibition", "concept: another"))
    author.edit(CONCEPTS, "  retired: gone\n", "")
    author.build()

    assert "learners have another note, retired, with the id 'concept/reciprocal-inhibition'" in refusal(
        author, "another", "reciprocal-inhibition"
    )


def test_an_id_that_learners_have_and_no_card_is_not_taken_over(author: Author) -> None:
    author.build()
    author.edit(CONCEPTS, "concept: reciprocal-inhibition", "concept: another")

    said = refusal(author, "another", "reciprocal-inhibition")

    assert "no card has this id any more" in said and "add `formerly: reciprocal-inhibition`" in said


def test_an_id_that_another_card_had_is_refused_as_check_would(author: Author) -> None:
    author.edit(BRACHIALIS, "muscle: brachialis\n", "muscle: brachialis\nformerly: under-biceps\n")

    assert "a new fault: cards/muscles/brachialis.yaml:2:11: muscle/brachialis says" in refusal(
        author, "triceps-brachii", "under-biceps"
    )


def test_an_id_that_stands_twice_is_not_guessed_at(author: Author) -> None:
    author.write("cards/again.yaml", author.read(BRACHIALIS))

    assert "stands twice, at cards/again.yaml:1:9 and cards/muscles" in refusal(author, "brachialis", "x")


@pytest.mark.parametrize(
    "text",
    ["muscle: [\n", b"\xff\xfe", "a: &x 1\n", "- only\n- words\n"],
    ids=["broken", "UTF-16", "an alias", "no record"],
)
def test_a_file_that_cannot_be_read_is_named(author: Author, text: str | bytes) -> None:
    author.write("cards/more.yaml", text)

    assert "may stand where the cards cannot be read: cards/more.yaml" in refusal(author, "brachialis", "x")


def test_a_faulty_record_that_names_it_is_to_be_mended_first(author: Author) -> None:
    author.edit(ACTIONS, "plane: sagittal", "plane: sagital")

    assert "'biceps-brachii' stands in a record at fault: cards/actions.yaml:5:10: plane:" in refusal(
        author, "biceps-brachii", "x"
    )


def test_the_faulty_record_itself_is_to_be_mended_first(author: Author) -> None:
    author.edit(BRACHIALIS, "latin:", "lattin:")

    assert "'brachialis' may stand in a record at fault: cards/muscles/brachialis.yaml:3:1" in refusal(
        author, "brachialis", "x"
    )


def test_other_faults_do_not_hinder_and_stay_as_they_are(author: Author) -> None:
    author.edit(ACTIONS, "plane: sagittal", "plane: sagital")
    author.edit(BRACHIALIS, "nerve: musculocutaneous", "nerve: musculocutanous")
    author.edit(BRACHIALIS, "confuse_with: {biceps-brachii:", "confuse_with: {biceps-brachi:")
    before = [str(each) for each in author.check()]

    rename(author, "brachialis", "deep-flexor")

    after = [re.sub(r":(\d+)", lambda line: f":{int(line[1]) - 1}", str(each), count=1) for each in author.check()]
    assert len(before) == 3
    assert [each.split(": ", 1)[1] for each in after] == [each.split(": ", 1)[1] for each in before]
    assert author.read(BRACHIALIS).startswith("muscle: deep-flexor\nformerly: brachialis\n")


def test_a_half_way_rename_by_hand_can_be_finished(author: Author) -> None:
    author.edit(ACTIONS, "prime_movers: biceps-brachii", "prime_movers: biceps")
    assert author.check() != []

    rename(author, "biceps-brachii", "biceps")

    assert author.check() == []


def test_a_damaged_lock_is_named(author: Author) -> None:
    author.build()
    author.edit("cards/deck.lock", '"mod": ', '"mod": 1')

    assert "cards/deck.lock:" in refusal(author, "brachialis", "x")


def test_a_link_is_not_replaced_by_a_file(author: Author) -> None:
    (author.root / BICEPS).rename(author.root / "biceps.yaml")
    (author.root / BICEPS).symlink_to(author.root / "biceps.yaml")

    assert f"{BICEPS} is a link" in refusal(author, "biceps-brachii", "biceps")


def test_beside_a_build_nothing_is_renamed(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deckbuilder.core.turn.PATIENCE", 0.3)

    with FileLock(author.root / "cards" / ".building"):
        assert "another deckbuilder is at work on this project" in refusal(author, "brachialis", "x")


def test_the_shipped_deck_is_read_only() -> None:
    with pytest.raises(Fault, match="the deck that ships with deckbuilder is read only"):
        edits.rename(replace(find(ROOT), read_only=True), "brachialis", "x")


# Interruptions


def at_the(turn: int, act: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """`act` instead of moving the file of this turn into place; the turns that were taken."""
    turns: list[int] = []
    moves = Path.replace

    def move(self: Path, target: Path) -> Path:
        if self.suffix == ".new":
            turns.append(len(turns))
            if len(turns) == turn:
                act()
        return moves(self, target)

    monkeypatch.setattr(Path, "replace", move)
    return turns


def raises(error: BaseException) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act


@pytest.mark.parametrize("turn", [1, 2, 3])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["disk", "ctrl-c"])
def test_all_files_are_written_or_none(
    author: Author, monkeypatch: pytest.MonkeyPatch, turn: int, error: BaseException
) -> None:
    before = cards(author)
    turns = at_the(turn, raises(error), monkeypatch)

    with pytest.raises(Fault if isinstance(error, OSError) else KeyboardInterrupt):
        rename(author, "biceps-brachii", "biceps")

    assert len(turns) == turn
    assert cards(author) == before
    assert not (author.root / source_aside()).exists()


def source_aside() -> str:
    from deckbuilder.verbs.edits.save import ASIDE

    return ASIDE


@pytest.mark.skipif(sys.platform == "win32", reason="forks are another thing there")
@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_rename_that_was_killed_is_finished_by_the_next(
    author: Author, monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    # Its own file names it too, and others come before and after.
    author.write(BICEPS, author.read(BICEPS) + "---\n" + author.read(BRACHIALIS))
    (author.root / BRACHIALIS).unlink()
    author.write(
        "cards/zygomatic.yaml", author.read(BICEPS).split("---\n")[1].replace("muscle: brachialis", "muscle: other")
    )
    author.build()
    guid = author.guid("muscle/biceps-brachii")
    child = os.fork()
    if child == 0:
        at_the(turn, lambda: os._exit(9), monkeypatch)
        rename(author, "biceps-brachii", "biceps")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9

    rename(author, "biceps-brachii", "biceps")
    author.build()

    assert author.guid("muscle/biceps") == guid
    assert sum(text.count(b"biceps-brachii") for text in cards(author).values()) == 1
    assert not (author.root / source_aside()).exists()


def test_a_file_that_changes_meanwhile_is_not_overwritten(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    project, texts_of = author.project, edits.draft.Draft.texts

    def somebody_saves(self: Any) -> dict[str, str]:
        author.write(BRACHIALIS, author.read(BRACHIALIS).replace("front of", "the front of"))
        return texts_of(self)

    monkeypatch.setattr(edits.draft.Draft, "texts", somebody_saves)
    with pytest.raises(Fault, match="was changed by somebody else"):
        edits.rename(project, "biceps-brachii", "biceps")

    assert "the front of" in author.read(BRACHIALIS)
    assert "biceps-brachii" in author.read(BICEPS)


# The verb


def test_the_verb_says_what_changed_and_what_is_next(author: Author) -> None:
    done = run(author, "rename", "olecranon", "elbow-tip")

    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "cards/muscles/triceps-brachii.yaml:9: olecranon -> elbow-tip",
        "cards/vocabulary/body.yaml:23: olecranon -> elbow-tip",
        "Renamed to landmark/elbow-tip: 2 changes in 2 files. Next: run `deckbuilder build`",
    ]


def test_a_dry_run_says_the_same_and_writes_nothing(author: Author) -> None:
    before = {path: path.stat().st_mtime_ns for path in author.root.rglob("*")}

    dry = run(author, "rename", "--dry-run", "brachialis", "deep-flexor")
    after = {path: path.stat().st_mtime_ns for path in author.root.rglob("*")}
    wet = run(author, "rename", "brachialis", "deep-flexor")

    assert after == before
    assert dry.stdout.splitlines()[:-1] == wet.stdout.splitlines()[:-1] != []
    assert (
        dry.stdout.splitlines()[-1]
        == "Would be renamed to muscle/deep-flexor: 2 changes in 1 file. Nothing was written."
    )


def test_the_same_rename_again_says_that_it_is_done(author: Author) -> None:
    run(author, "rename", "muscle/brachialis", "deep-flexor")
    before = cards(author)

    done = run(author, "rename", "muscle/brachialis", "deep-flexor")

    assert (done.exit_code, done.stdout) == (
        0,
        "Nothing to do: muscle/deep-flexor was renamed from 'muscle/brachialis' already.\n",
    )
    assert cards(author) == before


def test_a_refusal_is_one_sentence_and_the_next_step(author: Author) -> None:
    done = run(author, "rename", "brachialis", "triceps-brachii")

    assert done.exit_code == 1 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 2 and done.stderr.startswith("error: the id 'triceps-brachii' is taken")


def test_one_value_of_a_file_can_be_set_in_place(author: Author) -> None:
    """What other verbs use: the edition, for one."""
    (deck,), _ = source.parse(source.File("cards/deck.yaml", author.read("cards/deck.yaml")))

    for typed, new, expected in [
        ("edition: 2026-11", "2027-01", "edition: 2027-01"),
        ("edition: '2026-11'  # spring", "2027-01", "edition: '2027-01'  # spring"),
        ("edition: 2026-11", "2027", 'edition: "2027"'),
    ]:
        text = deck.file.text.replace("edition: 2026-11", typed)
        (before,), _ = source.parse(source.File("cards/deck.yaml", text))
        made = source.edit.edited(text, [source.edit.set_scalar(before, ("edition",), new)])
        (after,), _ = source.parse(source.File("cards/deck.yaml", made))
        assert made == text.replace(typed, expected)
        assert after.value == {**deck.value, "edition": new}
