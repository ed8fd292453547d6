"""What the deck promises learners, with the real Anki as the judge.

1. No review is ever lost, whatever an author edits.  2. What we did not change, we do not touch.
3. Same source, same bytes.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from conftest import ROOT, START, Author, since
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from judge import Anki, SeenCard, SeenNote

from deckbuilder.package import reader
from deckbuilder.package.reader import NoteSeen

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
    "restyling": Edit(_restyles, lambda anki, author: ".new { top: 0 }" in anki.notetypes()["ARM Muscle"].css),
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


# All of it in random order


TORTURE = int(os.environ.get("DECKBUILDER_TORTURE", "0"))
# What a text may hold that HTML, YAML, Markdown, Jinja, Anki or a careless hash could stumble over.
WORDS = st.text("ab 7<>&{}[]()|:#!*_~^%$\\\"'`-./\u00e9\u0301\u2013\U0001f600", min_size=1, max_size=24)
PLACES = ("one.yaml", "two.yaml", "b/one.yaml", "b/c/three.yaml", "d/four.yml")
FIRST: dict[str, dict[str, Any]] = {
    "muscle": {
        "name": "A muscle",
        "region": "arm",
        "compartment": "anterior",
        "groups": ["bunch"],
        "origin": {"coracoid-process": "at its tip"},
        "insertion": ["radial-tuberosity"],
        "actions": ["flexion"],
        "nerve": ["musculocutaneous"],
    },
    "concept": {
        "name": "An idea",
        "topic": "synergy",
        "regions": ["arm"],
        "definition": "What it means.",
        "case": "When it happens.",
    },
    "claim": {
        "says": "It is so.",
        "verdict": "mixed",
        "because": "Nobody has looked.",
        "regions": ["arm"],
        "checked": "2026-11",
    },
    "question": {"ask": "What is it?", "answer": "That.", "topic": "anatomy", "regions": ["arm"]},
    "cloze": {"text": "From {1|here} to there.", "topic": "anatomy", "regions": ["arm"]},
}
NEEDED: list[dict[str, Any]] = [
    {"group": "bunch", "name": "A bunch", "region": "arm"},
    {"action": "flexion", "name": "Flexion", "joint": "elbow", "plane": "sagittal", "phrase": "flexes the elbow"}
    | {"prime_movers": ["muscle-1"]},
    {"muscle": "muscle-1"} | FIRST["muscle"],
    {"muscle": "muscle-2"} | FIRST["muscle"] | {"origin": ["shaft-of-humerus"], "insertion": ["olecranon"]},
    {"concept": "concept-1"} | FIRST["concept"],
    {"question": "question-1"} | FIRST["question"],
    {"cloze": "cloze-1"} | FIRST["cloze"],
]


@dataclass
class Card:
    """A record as its author thinks of it: where it stands, what it says, and a word by which to know that it arrived."""

    value: dict[str, Any]
    file: str = PLACES[0]
    mark: str = ""

    @property
    def kind(self) -> str:
        return next(iter(self.value))

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.value[self.kind]}"


@dataclass
class Source:
    """The whole project as its author thinks of it."""

    cards: list[Card] = field(default_factory=list)
    curriculum: list[str] = field(default_factory=list)
    edition: int = 1

    def save(self, author: Author) -> None:
        for path in [*author.root.glob("cards/**/*.yaml"), *author.root.glob("cards/**/*.yml")]:
            if path.parent.name != "vocabulary" and path.name != "deck.yaml":
                path.unlink()
        for file in {card.file for card in self.cards}:
            found = [card.value for card in self.cards if card.file == file]
            author.write(f"cards/{file}", json.dumps(found, ensure_ascii=False))
        head = author.read("cards/deck.yaml").split("curriculum:")[0].splitlines(keepends=True)
        lines = [f"edition: 2027-{self.edition}\n" if line.startswith("edition:") else line for line in head]
        tail = f"curriculum: {json.dumps(self.curriculum)}\nextra_tags: [One, Two, Set::Of_three]\n"
        author.write("cards/deck.yaml", "".join(lines) + tail)


class Updates(RuleBasedStateMachine):
    """An author and a learner, each doing what such people do, and an import after each edition.

    The learner's clock is ours: what is typed gets its time from here, since Anki has no clock to turn.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.author = Author(Path(self.folder.name) / "project")
        self.author.take_templates()
        self.anki = Anki(Path(self.folder.name) / "learner")
        self.source = Source([Card(dict(value) | {"sources": "openstax-ap2e-11-5"}) for value in NEEDED])
        self.made, self.left_behind = 10, list[str]()
        self.shipped: dict[str, NoteSeen] = {}
        self.notes: dict[str, SeenNote] = {}
        self.publish(None)

    def teardown(self) -> None:
        faults = [fault for fault in self.anki.faults() if not fault.endswith("the front is empty")]
        self.anki.close()
        self.folder.cleanup()
        assert not faults

    # The author

    @rule(at=st.integers(0), words=WORDS, meanwhile=st.booleans())
    def rewords(self, at: int, words: str, meanwhile: bool) -> None:
        self.made += 1
        card = self.one(at)
        card.mark = f"mark{self.made}"
        card.value["why"] = f"{words} {card.mark}"
        self.publish(card.key if meanwhile else None)

    @rule(at=st.integers(0), words=WORDS)
    def hints(self, at: int, words: str) -> None:
        """A hint, which fills the spare field once that has been taken into use, and so makes a card."""
        if not words.strip():
            return
        self.one(at).value["hint"] = words
        self.publish(None)

    @rule(at=st.integers(0), file=st.sampled_from(PLACES))
    def moves_to_another_file(self, at: int, file: str) -> None:
        card = self.one(at)
        if card.file == file:
            return
        card.file = file
        self.publish(None)

    @rule(seed=st.integers(0, 99))
    def splits_and_reorders_lists(self, seed: int) -> None:
        dice = random.Random(seed)
        dice.shuffle(self.source.cards)
        for card in self.source.cards:
            card.file = dice.choice(PLACES)
        self.publish(None)

    @rule(order=st.permutations(PLACES))
    def reorders_the_curriculum(self, order: list[str]) -> None:
        self.source.curriculum = order
        self.publish(None)

    @rule(at=st.integers(0))
    def renames(self, at: int) -> None:
        card = self.one(at)
        old = card.value[card.kind]
        self.made += 1
        new = f"{card.kind}-{self.made}"
        for each in self.source.cards:
            each.value = json.loads(json.dumps(each.value).replace(json.dumps(old), json.dumps(new)))
        card.value["formerly"] = [old]
        self.left_behind.append(f"{card.kind}/{old}")
        self.publish(None)

    @rule(
        at=st.integers(0),
        tags=st.sets(st.sampled_from(["One", "Two", "Set::Of_three"])),
        tier=st.sampled_from(["core", "deep"]),
    )
    def retags(self, at: int, tags: set[str], tier: str) -> None:
        self.one(at).value.update(tags=sorted(tags), tier=tier)
        self.publish(None)

    @rule(kind=st.sampled_from(sorted(FIRST)), reuse=st.booleans())
    def adds(self, kind: str, reuse: bool) -> None:
        self.made += 1
        id = f"{kind}-{self.made}"
        free = [key for key in self.left_behind if key.startswith(f"{kind}/")]
        if reuse and free:  # an id that a renamed card has left behind: the lock remembers which is which
            self.left_behind.remove(free[0])
            id = free[0].split("/")[1]
            for card in self.source.cards:
                if card.kind == kind and card.value.get("formerly") == [id]:
                    del card.value["formerly"]
        self.source.cards.append(Card({kind: id} | FIRST[kind] | {"sources": "openstax-ap2e-11-5"}))
        self.publish(None)

    @rule(at=st.integers(0), words=WORDS)
    def retires_or_brings_back(self, at: int, words: str) -> None:
        if not words.strip():
            return
        card = self.one(at)
        if card.value.pop("retired", None) is None:
            card.value["retired"] = words
        self.publish(None)

    @rule()
    def throws_retired_cards_away(self) -> None:
        kept = [
            card
            for card in self.source.cards
            if "retired" not in card.value or card.kind in ("muscle", "group", "action")
        ]
        if len(kept) == len(self.source.cards):
            return
        self.source.cards = kept
        self.publish(None)

    @rule(gaps=st.sets(st.integers(1, 4), min_size=1))
    def changes_the_gaps(self, gaps: set[int]) -> None:
        found = [card for card in self.source.cards if card.kind == "cloze"]
        if not found:
            return
        found[-1].value["text"] = "From " + " to ".join(f"{{{gap}|place {gap}}}" for gap in sorted(gaps))
        self.publish(None)

    @rule(case=st.booleans(), mechanism=st.booleans())
    def adds_and_empties_cards(self, case: bool, mechanism: bool) -> None:
        found = [card for card in self.source.cards if card.kind == "concept"]
        if not found:
            return
        for name, wanted in (("case", case), ("mechanism", mechanism), ("mechanism_question", mechanism)):
            found[-1].value.pop(name, None)
            found[-1].value |= {name: f"Some {name}."} if wanted else {}
        self.publish(None)

    @rule()
    def restyles(self) -> None:
        css = self.author.read("templates/_shared/style.css")
        self.author.write("templates/_shared/style.css", f"{css}\n.a{self.made} {{ top: 0 }}")
        self.publish(None)

    @rule()
    def changes_the_edition(self) -> None:
        self.source.edition += 1
        self.publish(None)

    @precondition(lambda self: "Spare 1" in self.author.read("templates/_shared/notetype.yaml"))
    @rule()
    def fills_a_spare_field_and_card(self) -> None:
        types = self.author.read("templates/_shared/notetype.yaml")
        self.author.write("templates/_shared/notetype.yaml", types.replace("Spare 1", "Second hint"))
        fields = self.author.read("templates/_shared/fields.html.j2")
        self.author.write(
            "templates/_shared/fields.html.j2", fields + "\n{% set Second_hint %}{{ record.hint }}{% endset %}\n"
        )
        self.publish(None)

    # The learner

    @rule(at=st.integers(0), ease=st.sampled_from([1, 2, 3, 4]))
    def reviews(self, at: int, ease: Any) -> None:
        card = self.any_card(at)
        if card.queue < 0:
            return
        self.anki.review(card.guid, card.ordinal, ease)

    @rule(at=st.integers(0), colour=st.integers(0, 7))
    def flags(self, at: int, colour: int) -> None:
        self.anki.flag(self.any_card(at).guid, self.any_card(at).ordinal, colour)

    @rule(at=st.integers(0))
    def suspends(self, at: int) -> None:
        self.anki.suspend(self.any_card(at).guid, self.any_card(at).ordinal)

    @rule(at=st.integers(0), deck=st.sampled_from(["Mine", "Arm::2 Exam practice", "Arm::1 Facts::Hard"]))
    def moves(self, at: int, deck: str) -> None:
        self.anki.move(self.any_card(at).guid, self.any_card(at).ordinal, deck)

    @rule(at=st.integers(0), place=st.sampled_from(["My notes", "Why"]))
    def types(self, at: int, place: str) -> None:
        self.types_into(self.any_card(at).guid, place)

    @rule(at=st.integers(0), tag=st.sampled_from(["mine", "marked", "TA::Mine"]))
    def tags(self, at: int, tag: str) -> None:
        guid = self.any_card(at).guid
        if tag in self.anki.note(guid).tags:
            return
        self.anki.tag(guid, tag)
        self.stamp(guid)

    def types_into(self, guid: str, place: str) -> None:
        self.made += 1
        self.anki.edit(guid, place, f"typed by the learner, {self.made}")
        self.stamp(guid)

    def stamp(self, guid: str) -> None:
        """The time of what the learner did last, by the clock of this test."""
        assert self.anki.collection.db is not None
        self.author.now += 30
        self.anki.collection.db.execute("update notes set mod = ? where guid = ?", self.author.now, guid)

    # An edition

    def publish(self, meanwhile: str | None) -> None:
        """Build and import, and hold everything that the import did against the promises.

        `meanwhile`: a note in which the learner types after the build, before the import.
        """
        self.source.save(self.author)
        report = self.author.attempt()
        if report.built is None:  # a group without members has no card: an author is told so, and puts it right
            assert {fault.rule for fault in report.diagnostics} == {"blank-card"}, report.diagnostics
            for card in self.source.cards:
                card.value.pop("retired", None)
            self.source.save(self.author)
            report = self.author.attempt()
        assert report.built is not None, report.diagnostics
        if meanwhile and self.author.guid(meanwhile) in self.notes:
            self.types_into(self.author.guid(meanwhile), "Why")
        package = reader.read(report.built.path)
        shipped = {note.guid: note for note in package.notes()}
        names = {each.id: each.fields for each in package.note_types}
        rows = {
            (note.guid, card.ordinal)
            for note in shipped.values()
            for card in package.cards()
            if card.note_id == note.id
        }
        schedule, notes = self.anki.schedule(), self.anki.notes()

        result = self.anki.imports(report.built.path)

        self.notes = self.anki.notes()
        after = self.anki.schedule()
        assert {place: after[place] for place in schedule} == schedule, "a review is lost"
        assert after.keys() == schedule.keys() | rows, "a card is missing, or there are too many"
        assert self.anki.collection.note_count() == len(self.notes) == len(notes.keys() | shipped.keys())
        assert not result.conflicting
        assert set(result.new) == shipped.keys() - notes.keys()
        for guid, note in shipped.items():
            seen, earlier, known = self.notes[guid], self.shipped.get(guid), notes.get(guid)
            if earlier is not None:
                changed = _content(note, names) != _content(earlier, names)
                assert note.mod > earlier.mod if changed else note.mod == earlier.mod
                assert note.id == earlier.id
                assert not changed or note.mod == self.clock_of_the_build(meanwhile)
            if known is None or note.mod > known.mod:
                assert tuple(seen.fields.values()) == note.fields and set(seen.tags) == set(note.tags)
            else:
                assert _said(seen) == _said(known), "a note was touched that did not change, or was newer"
        for guid in notes.keys() - shipped.keys():
            assert _said(self.notes[guid]) == _said(notes[guid])
        self.shipped |= shipped
        for card in self.source.cards:
            seen = self.notes[self.author.guid(card.key)]
            if card.mark and seen.mod == self.shipped[seen.guid].mod:
                assert card.mark in seen.fields["Why"], "an edit did not arrive"

    def clock_of_the_build(self, meanwhile: str | None) -> int:
        return self.author.now - (30 if meanwhile else 0)

    def one(self, at: int) -> Card:
        return self.source.cards[at % len(self.source.cards)]

    def any_card(self, at: int) -> SeenCard:
        cards = self.anki.cards()
        return cards[at % len(cards)]


def _said(note: SeenNote) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Text, tags and time of a learner's note; fields without their names, which may change under the text."""
    return tuple(note.fields.values()), note.tags, note.mod


def _content(note: NoteSeen, names: dict[int, tuple[str, ...]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What must not change unless the time does, and the other way round."""
    version = names[note.note_type_id].index("Version")
    return note.fields[:version] + note.fields[version + 1 :], note.tags


@since("23.12", "cannot take a renamed field")
def test_no_sequence_of_edits_and_studies_breaks_a_promise() -> None:
    # A sequence that fails is short, and shrinking it would take minutes.
    how_many = settings(
        max_examples=TORTURE or 12,
        stateful_step_count=30 if TORTURE else 10,
        deadline=None,
        database=None,
        derandomize=not TORTURE,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    run_state_machine_as_test(Updates, settings=how_many)
