"""What the deck promises learners, with the real Anki as the judge.

1. No review is ever lost, whatever an author edits.  2. What we did not change, we do not touch.
3. Same source, same bytes. `test_histories.py` has all edits in random order, over many editions.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, START, Author
from judge import Anki, SeenCard

BICEPS, TRICEPS, FLEXION, IDEA = (
    "muscle/biceps-brachii",
    "muscle/triceps-brachii",
    "action/elbow-flexion",
    "concept/reciprocal-inhibition",
)
BICEPS_FILE, TRICEPS_FILE = "cards/muscles/biceps-brachii.yaml", "cards/muscles/triceps-brachii.yaml"
ANCONEUS = """\
muscle: anconeus
name: Anconeus
region: arm
compartment: posterior
origin: shaft-of-humerus
insertion: olecranon
actions: [elbow-extension]
nerve: radial
sources: openstax-ap2e-11-5
"""
Schedule = dict[tuple[str, int], tuple[SeenCard, list[Any]]]
pytestmark = pytest.mark.usefixtures("compiles_each_template_once")


# 1. No review is ever lost


@dataclass(frozen=True)
class Edit:
    """Something an author does, and how a learner can tell that it arrived."""

    does: Callable[[Author], None]
    arrived: Callable[[Anki, Author], object]


def _why(anki: Anki, author: Author, key: str) -> str:
    return anki.note(author.guid(key)).fields["Why"]


def _rewords(author: Author) -> None:
    author.edit(BICEPS_FILE, "It flexes the elbow", "It bends the elbow")


def _moves_a_file(author: Author) -> None:
    (author.root / "cards/elsewhere").mkdir()
    (author.root / BICEPS_FILE).rename(author.root / "cards/elsewhere/any-name.yaml")
    author.edit("cards/elsewhere/any-name.yaml", "It flexes the elbow", "From its new file, it flexes the elbow")


def _splits_a_list(author: Author) -> None:
    whole = author.read("cards/actions.yaml")
    second = whole.index("- action: elbow-extension")
    author.write("cards/actions.yaml", whole[:second])
    author.write("cards/more/extension.yaml", whole[second:].replace("the way up in a push-up", "the end of a push-up"))


def _renames_an_id(author: Author, old: str = "biceps-brachii", new: str = "biceps-of-the-arm") -> None:
    for path in author.root.glob("cards/**/*.yaml"):
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    author.edit(BICEPS_FILE, f"muscle: {new}", f"muscle: {new}\nformerly: {old}")


def _reorders(author: Author) -> None:
    author.edit("cards/deck.yaml", "  - groups.yaml\n", "")
    author.edit("cards/deck.yaml", "  - concepts.yaml\n", "  - concepts.yaml\n  - groups.yaml\n")


def _retags(author: Author) -> None:
    author.edit(BICEPS_FILE, "tier: core", "tier: deep\ntags: [Edition::Second]")
    author.write("cards/deck.yaml", author.read("cards/deck.yaml") + "extra_tags: [Edition::Second]\n")


def _restyles(author: Author) -> None:
    author.take_templates()
    author.write("templates/_shared/style.css", author.read("templates/_shared/style.css") + "\n.new { top: 0 }\n")


def _changes_a_template(author: Author) -> None:
    author.take_templates()
    author.edit("templates/muscle/cards/origin.html.j2", "{{Origin}}", "Here it starts: {{Origin}}")


def _adds(author: Author) -> None:
    author.write("cards/muscles/anconeus.yaml", ANCONEUS)


def _adds_a_card(author: Author) -> None:
    author.edit(
        "cards/concepts.yaml",
        "  case:",
        "  mechanism: The spinal cord passes the signal on.\n"
        "  mechanism_question: What does the spinal cord do?\n  case:",
    )


def _empties_a_card(author: Author) -> None:
    case = next(line for line in author.read("cards/concepts.yaml").splitlines(keepends=True) if "case:" in line)
    author.edit("cards/concepts.yaml", case, "")


def _retires(author: Author) -> None:
    author.edit(TRICEPS_FILE, "tier: core", "tier: core\nretired: It is treated elsewhere now")
    author.edit("cards/actions.yaml", "prime_movers: triceps-brachii", "prime_movers: anconeus")
    _adds(author)


def _changes_the_edition(author: Author) -> None:
    author.edit("cards/deck.yaml", "edition: 2026-11", "edition: 2027-02")


EDITS = {
    "rewording": Edit(_rewords, lambda anki, author: "It bends" in _why(anki, author, BICEPS)),
    "moving a file": Edit(_moves_a_file, lambda anki, author: "From its new file" in _why(anki, author, BICEPS)),
    "splitting a list": Edit(
        _splits_a_list,
        lambda anki, author: (
            "end of a push-up" in "".join(anki.note(author.guid("action/elbow-extension")).fields.values())
        ),
    ),
    "renaming an id": Edit(
        _renames_an_id,
        lambda anki, author: (
            anki.note(author.guid("muscle/biceps-of-the-arm")).fields["Key"] == "muscle/biceps-of-the-arm"
        ),
    ),
    "reordering the curriculum": Edit(
        _reorders,
        lambda anki, author: author.lock.notes["group/elbow-flexors"].position > author.lock.notes[IDEA].position,
    ),
    "retagging": Edit(
        _retags,
        lambda anki, author: {"TA::Tier::3_Deep", "TA::Edition::Second"} <= set(anki.note(author.guid(BICEPS)).tags),
    ),
    "restyling": Edit(_restyles, lambda anki, author: ".new{top:0}" in anki.notetypes()["ARM Muscle"].css),
    "changing a template": Edit(
        _changes_a_template,
        lambda anki, author: any(
            "Here it starts:" in back
            for guid, _, name, _, back in anki.rendered()
            if (guid, name) == (author.guid(BICEPS), "Origin")
        ),
    ),
    "adding a note": Edit(_adds, lambda anki, author: anki.note(author.guid("muscle/anconeus")).cards),
    "adding a card": Edit(_adds_a_card, lambda anki, author: (author.guid(IDEA), 2) in anki.schedule()),
    "emptying a card": Edit(_empties_a_card, lambda anki, author: anki.note(author.guid(IDEA)).fields["Case"] == ""),
    "retiring a note": Edit(
        _retires,
        lambda anki, author: (
            "TA::Status::Retired" in anki.note(author.guid(TRICEPS)).tags
            and "treated elsewhere" in _why(anki, author, TRICEPS)
        ),
    ),
    "changing the edition": Edit(
        _changes_the_edition, lambda anki, author: "**Edition 2027-02**" in anki.decks()["Arm"][0]
    ),
}


def _studies(anki: Anki, author: Author) -> Schedule:
    """A learner who has done to the first edition all that one can do to cards."""
    anki.imports(author.build().path)
    for key in author.lock.notes:
        anki.review(author.guid(key))
    anki.review(author.guid(BICEPS), 1, ease=1)
    anki.review(author.guid(BICEPS), 2, ease=4)
    anki.review(author.guid(TRICEPS), 0, ease=2)
    anki.flag(author.guid(BICEPS), 1, 3)
    anki.suspend(author.guid(TRICEPS), 2)
    anki.move(author.guid(FLEXION), 1, "My own::Deck")
    return anki.schedule()


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


def test_neither_hash_seed_nor_time_zone_nor_language_moves_a_byte(tmp_path: Path) -> None:
    """Of the shipped deck, because its relations are many: a set that is walked in any order would show."""
    sums = set()
    for place, seed in enumerate(("0", "1", "77")):
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
