"""Parts of a deck: their notes are those of the whole, whatever is imported first."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from anki.decks import DEFAULT_DECK_ID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.asked import examples
from support.author import Author
from support.blueprint import BLUEPRINT
from support.called import deckbuilder
from support.edits import BICEPS, BICEPS_FILE
from support.judge import Anki

from deckbuilder.anki.notes import Note
from deckbuilder.core.diagnostics import Fault
from deckbuilder.package.reader import read
from deckbuilder.workspace import building, selection

MUSCLES, ARM, EXAM = "TA::Muscle", "TA::Region::Arm", "TA::Topic::Joint_action or TA::Topic::Anatomy"


def part(author: Author, text: str, name: str) -> Path:
    author.now += 60
    report = building.build(author.project, author.dist, author.now, choose=building.by_tags(text))
    assert report.built is not None, report.diagnostics
    return report.built.path.rename(author.dist / name)


@pytest.mark.parametrize("order", list(permutations(("muscles", "ideas", "whole"))), ids=" then ".join)
def test_parts_and_the_whole_in_any_order_are_each_note_once(
    order: tuple[str, ...], author: Author, anki: Anki
) -> None:
    packages = {
        "muscles": part(author, MUSCLES, "muscles.apkg"),
        "ideas": part(author, f"not {MUSCLES} or TA::Tier::1_Core", "ideas.apkg"),
    }
    packages["whole"] = author.build().path

    anki.imports(packages[order[0]])
    for card in anki.cards():
        anki.review(card.guid, card.ordinal)
    before = anki.schedule()
    results = [anki.imports(packages[name]) for name in order[1:]]

    after = anki.schedule()
    assert {place: after[place] for place in before} == before
    assert all(not result.updated and not result.conflicting for result in results)
    assert anki.collection.note_count() == len(author.lock.notes)
    assert {guid for guid, _ in after} == {entry.guid for entry in author.lock.notes.values()}
    assert anki.faults() == []


def test_an_edit_reaches_learners_of_a_part_by_the_whole_and_the_other_way_round(author: Author, anki: Anki) -> None:
    first = part(author, MUSCLES, "first.apkg")
    author.edit(BICEPS_FILE, "It flexes", "It bends")
    whole = author.build().path
    author.edit(BICEPS_FILE, "It bends", "It folds")
    third = part(author, MUSCLES, "third.apkg")

    said = []
    for package in (first, whole, third, whole):
        anki.imports(package)
        said.append(anki.note(author.guid(BICEPS)).fields["Why"].split()[1])

    assert [each.removeprefix("<p>") for each in said] == ["flexes", "bends", "folds", "folds"]


def test_a_part_leaves_the_lock_of_the_whole(author: Author) -> None:
    whole = author.build().path
    lock = author.read("cards/deck.lock")
    notes = {note.guid: note for note in read(whole).notes()}

    chosen = read(part(author, MUSCLES, "muscles.apkg"))

    assert author.read("cards/deck.lock") == lock
    assert 0 < chosen.note_count < len(notes)
    assert all(notes[note.guid] == note for note in chosen.notes())
    assert [kind.name for kind in chosen.note_types] == ["ARM Muscle"]
    assert chosen.manifest is not None and chosen.manifest["variant"] == MUSCLES


def test_a_first_build_of_a_part_writes_down_every_note(author: Author) -> None:
    part(author, MUSCLES, "muscles.apkg")

    keys = set(author.lock.notes)
    author.build()
    assert set(author.lock.notes) == keys and len(keys) > 3


def test_an_exam_chooses_by_its_blueprint(author: Author) -> None:
    author.write("cards/vocabulary/exams.yaml", BLUEPRINT)

    built = deckbuilder("build", "--exam", "any-cpt", cwd=author.root)
    (package,) = author.dist.glob("*-any-cpt.apkg")

    assert built.returncode == 0, built.stderr
    assert {tag for note in read(package).notes() for tag in note.tags if "Exam" in tag} == {
        "TA::Exam::ANY-CPT::1_science"
    }
    assert all(any("Exam" in tag for tag in note.tags) for note in read(package).notes())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--exam", "no-cpt"], "no note belongs to NO-CPT"),
        (["--exam", "anny-cpt"], "did you mean 'any-cpt'"),
        (["--exam", "any-cpt", "--select", "TA"], "not both"),
        (["--select", "TA::Regionn"], "no note has the tag 'TA::Regionn'"),
        (["--select", "TA::Region and"], "cannot be read"),
        (["--select", "TA &&& TA"], "cannot be read"),
        (["--select", "(TA" * 900], "longer than"),
        (["--select", "(" * 900 + "TA" + ")" * 900], ""),
        (["--select", ""], "cannot be read"),
        (["--select", "not TA"], "chooses no note"),
    ],
)
def test_what_cannot_be_chosen_is_a_sentence_and_nothing_is_built(
    author: Author, arguments: list[str], said: str
) -> None:
    author.write("cards/vocabulary/exams.yaml", BLUEPRINT)

    done = deckbuilder("build", *arguments, cwd=author.root)

    assert said in done.stderr and "Traceback" not in done.stderr
    assert done.returncode in ((0, 1) if not said else (1, 2))
    assert said == "" or not list(author.dist.glob("*.apkg"))


TAGS = ("A", "A::B", "A::B::C", "A::Bc", "D-e", "D_e::F")


def expressions() -> st.SearchStrategy[str]:
    words = st.sampled_from([*TAGS, "a::b", "D_E"])
    return st.recursive(
        words,
        lambda inner: st.one_of(
            st.builds("({} and {})".format, inner, inner),
            st.builds("({} or {})".format, inner, inner),
            st.builds("not {}".format, inner),
        ),
        max_leaves=5,
    )


def as_a_search(text: str) -> str:
    """The same in Anki's own words."""
    words = text.replace("(", "( ").replace(")", " )").split()
    named = [word if word in ("(", ")", "and", "or") else f'"tag:{word}"' for word in words]
    return " ".join(named).replace('"tag:not" ', "-").replace("_", r"\_")


@settings(deadline=None, max_examples=examples(40), suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(st.sets(st.sampled_from(TAGS)), min_size=1, max_size=6), expressions())
def test_a_selection_chooses_what_ankis_own_search_finds(anki: Anki, noted: list[set[str]], text: str) -> None:
    anki.collection.remove_notes(list(anki.collection.find_notes("")))
    kind = anki.collection.models.by_name("Basic")
    assert kind is not None
    notes = []
    for place, tags in enumerate(noted):
        made = anki.collection.new_note(kind)
        made["Front"], made.tags = f"{place}", sorted(tags)
        anki.collection.add_note(made, DEFAULT_DECK_ID)
        notes.append(Note(f"k/{place}", "k", (), tuple(sorted(tags)), (0,)))
    known = [*TAGS, "D_e"]

    chosen = selection.parse(text, known).of(notes)

    found = {anki.collection.get_note(id)["Front"] for id in anki.collection.find_notes(as_a_search(text))}
    assert {note.key.removeprefix("k/") for note in chosen} == found


def test_a_selection_names_tags_that_exist() -> None:
    with pytest.raises(Fault, match="no note has the tag 'A::Bx'") as fault:
        selection.parse("A and not A::Bx", TAGS)
    assert "did you mean" in fault.value.help
