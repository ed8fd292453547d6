"""What the deck promises learners, with the real Anki as the judge.

1. No review is ever lost, whatever an author edits.  2. What we did not change, we do not touch.
3. Same source, same bytes. `test_histories.py` has all edits in random order, over many editions.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support.asked import Sample
from support.author import ROOT, START, Author
from support.edits import (
    ANCONEUS,
    BICEPS,
    BICEPS_FILE,
    EDITS,
    IDEA,
    TRICEPS,
    TRICEPS_FILE,
    _changes_the_edition,
    _empties_a_card,
    _renames_an_id,
    _reorders,
    _retires,
    _rewords,
    _studies,
    _why,
)
from support.judge import Anki

pytestmark = pytest.mark.usefixtures("compiles_each_template_once")


# 1. No review is ever lost


@pytest.mark.parametrize("name", EDITS)
def test_no_edit_costs_a_review(name: str, author: Author, anki: Anki) -> None:
    before = _studies(anki, author)

    EDITS[name].does(author)
    author.waits()
    result = anki.imports(author.build().path)

    after = anki.schedule()
    assert {place: after[place] for place in before} == before
    assert not result.conflicting
    assert EDITS[name].arrived(anki, author)
    assert len(anki.notes()) == len(author.lock.notes) == anki.collection.note_count()


def test_all_edits_together_cost_no_review(author: Author, anki: Anki) -> None:
    before = _studies(anki, author)

    for name in ("retiring a note", "moving a file", "splitting a list", "reordering the curriculum", "adding a card"):
        EDITS[name].does(author)
    for name in ("restyling", "changing the edition"):
        EDITS[name].does(author)
    author.waits()
    result = anki.imports(author.build().path)

    after = anki.schedule()
    assert {place: after[place] for place in before} == before
    assert not result.conflicting and anki.collection.note_count() == len(author.lock.notes)


def test_renaming_back_and_forth_keeps_the_guid(author: Author, anki: Anki) -> None:
    before = _studies(anki, author)
    guid = author.guid(BICEPS)

    _renames_an_id(author)
    author.build()
    author.edit(BICEPS_FILE, "\nformerly: biceps-brachii", "")
    _renames_an_id(author, "biceps-of-the-arm", "biceps-brachii")
    anki.imports(author.build().path)

    after = anki.schedule()
    assert author.guid(BICEPS) == guid
    assert {place: after[place] for place in before} == before


def test_a_new_card_under_an_id_that_was_renamed_away_is_a_note_of_its_own(author: Author, anki: Anki) -> None:
    before = _studies(anki, author)
    _renames_an_id(author)
    author.build()
    author.edit(BICEPS_FILE, "\nformerly: biceps-brachii", "")  # the lock remembers
    author.build()

    author.write("cards/muscles/other.yaml", ANCONEUS.replace("muscle: anconeus", "muscle: biceps-brachii"))
    author.waits()
    result = anki.imports(author.build().path)

    after = anki.schedule()
    assert result.new == (author.guid(BICEPS),)
    assert author.guid(BICEPS) != author.guid("muscle/biceps-of-the-arm")
    assert {place: after[place] for place in before} == before


def test_a_retired_note_that_comes_back_has_its_reviews(author: Author, anki: Anki) -> None:
    before = _studies(anki, author)
    _retires(author)
    author.build()
    (author.root / TRICEPS_FILE).rename(author.root / "triceps.txt")  # a retired record may be deleted in the end
    author.build()

    (author.root / "triceps.txt").rename(author.root / TRICEPS_FILE)
    author.build()  # as it left; a living card of its id would be refused, since it may be another one
    author.edit(TRICEPS_FILE, "\nretired: It is treated elsewhere now", "")
    author.waits()
    anki.imports(author.build().path)

    after = anki.schedule()
    assert {place: after[place] for place in before} == before
    assert "TA::Status::Retired" not in anki.note(author.guid(TRICEPS)).tags


def test_a_card_that_was_emptied_comes_back_with_its_reviews(author: Author, anki: Anki) -> None:
    before = _studies(anki, author)
    text = author.read("cards/concepts.yaml")
    _empties_a_card(author)
    anki.imports(author.build().path)

    author.write("cards/concepts.yaml", text)
    author.waits()
    anki.imports(author.build().path)

    after = anki.schedule()
    assert {place: after[place] for place in before} == before
    assert anki.note(author.guid(IDEA)).fields["Case"]


# 2. What we did not change, we do not touch


def test_a_note_that_we_did_not_change_keeps_the_learners_text_and_tags(author: Author, anki: Anki) -> None:
    _studies(anki, author)
    triceps = author.guid(TRICEPS)
    anki.edit(triceps, "My notes", "my own mnemonic")
    anki.edit(triceps, "Why", "my own reason")
    anki.tag(triceps, "mine")
    before = anki.note(triceps)

    _rewords(author)
    _changes_the_edition(author)
    _reorders(author)
    author.waits()
    anki.imports(author.build().path)

    assert anki.note(triceps) == before
    assert EDITS["rewording"].arrived(anki, author)


def test_editing_one_card_changes_that_card_alone(author: Author, anki: Anki) -> None:
    schedule = _studies(anki, author)
    before = anki.notes()

    _rewords(author)
    author.waits()
    result = anki.imports(author.build().path)

    biceps = author.guid(BICEPS)
    assert (result.new, result.updated, result.conflicting) == ((), (biceps,), ())
    assert {guid: note for guid, note in anki.notes().items() if guid != biceps} == {
        guid: note for guid, note in before.items() if guid != biceps
    }
    changed = {name for name, text in anki.note(biceps).fields.items() if before[biceps].fields[name] != text}
    assert changed == {"Why"}
    assert anki.schedule() == schedule


@pytest.mark.parametrize(
    "name", ["restyling", "changing a template", "changing the edition", "reordering the curriculum"]
)
def test_what_is_no_content_updates_no_note(name: str, author: Author, anki: Anki) -> None:
    _studies(anki, author)
    before = anki.notes()

    EDITS[name].does(author)
    author.waits()
    result = anki.imports(author.build().path)

    assert (result.new, result.updated, result.conflicting) == ((), (), ())
    assert anki.notes() == before


def test_moving_a_file_alone_changes_no_byte_of_a_note(author: Author, anki: Anki) -> None:
    _studies(anki, author)
    before = anki.notes()

    (author.root / BICEPS_FILE).rename(author.root / "cards/muscles/renamed.yaml")
    author.waits()
    result = anki.imports(author.build().path)

    assert result.updated == ()
    assert anki.notes() == before


def test_importing_twice_changes_nothing(author: Author, anki: Anki) -> None:
    schedule = _studies(anki, author)
    notes, types, media = anki.notes(), anki.notetypes(), anki.media()

    result = anki.imports(author.build().path)

    assert (result.new, result.updated, result.conflicting) == ((), (), ())
    assert len(result.duplicate) == len(notes)
    assert (anki.schedule(), anki.notes(), anki.notetypes(), anki.media()) == (schedule, notes, types, media)


def test_an_edit_that_the_learner_made_after_our_build_stays(author: Author, anki: Anki) -> None:
    _studies(anki, author)
    _rewords(author)
    package = author.build().path
    anki.edit(author.guid(BICEPS), "Why", "my own reason")

    result = anki.imports(package)

    assert result.updated == ()
    assert _why(anki, author, BICEPS) == "my own reason"


# 3. Same source, same bytes


def test_the_same_source_gives_the_same_bytes_anywhere_and_any_time(author: Author, tmp_path: Path) -> None:
    first = author.build()
    for name in ("another place", "and yet another"):
        other = Author(tmp_path / name)
        shutil.rmtree(other.root / "cards")
        shutil.copytree(author.root / "cards", other.root / "cards", copy_function=shutil.copyfile)
        other.now = author.now + 86_400
        built = other.build(locked=True)
        assert (built.sha256, built.written.digest) == (first.sha256, first.written.digest)
        assert built.path.read_bytes() == first.path.read_bytes()


def test_building_again_later_changes_neither_package_nor_lock(author: Author) -> None:
    author.build()
    before = author.state()

    author.now += 86_400
    author.build()

    assert author.state() == before


def test_an_edit_taken_back_leaves_text_as_it_was_under_a_newer_time(author: Author) -> None:
    author.build()
    before = author.lock.notes[BICEPS]
    text = author.read(BICEPS_FILE)
    _rewords(author)
    author.build()

    author.write(BICEPS_FILE, text)
    author.build()

    after = author.lock.notes[BICEPS]
    assert after.hash == before.hash and after.mod > before.mod
    assert replace(after, mod=before.mod) == before


@pytest.mark.sampled
def test_neither_hash_seed_nor_time_zone_nor_language_moves_a_byte(sample: Sample, tmp_path: Path) -> None:
    """Of the shipped deck, because its relations are many: a set that is walked in any order would show."""
    sums = set()
    for place, seed in sample(enumerate(("0", "1", "77")), 2):
        project = tmp_path / f"project-{place}"
        for folder in ("cards", "templates"):
            shutil.copytree(ROOT / folder, project / folder)
        (project / "cards/deck.lock").unlink(missing_ok=True)
        surroundings = {
            "PYTHONHASHSEED": seed,
            "TZ": ("UTC", "Pacific/Kiritimati", "America/St_Johns")[place],
            "LC_ALL": ("C", "C.UTF-8", "POSIX")[place],
            "SOURCE_DATE_EPOCH": str(START),
        }
        command = [sys.executable, "-m", "deckbuilder", "build"]
        ran = subprocess.run(command, cwd=project, env=os.environ | surroundings, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        sums.add(tuple(path.read_bytes() for path in sorted(project.glob("dist/*.apkg"))))

    assert len(sums) == 1 and all(sums)
