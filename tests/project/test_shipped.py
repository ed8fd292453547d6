"""The deck that ships, as a learner's Anki has it after one import."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import get_args

import pytest
from support.author import ROOT, plain
from support.judge import Anki, ImportResult, SeenNote, Sides
from support.opened import rows

from deckbuilder.records.base import Topic

pytestmark = pytest.mark.linted

FACETS = [
    "Muscle",
    "Group",
    "Region",
    "Joint",
    "Action",
    "Plane",
    "Topic",
    "Exercise",
    "Exam",
    "Tier",
    "Evidence",
    "Source",
    "Status",
]
TOPICS = {topic.replace("-", "_").capitalize() for topic in get_args(Topic)}
# What the deck must at least hold of each note type, so that no kind is there for show.
LEAST = {
    "TA Muscle": 25,
    "TA Group": 5,
    "TA Joint action": 8,
    "TA Concept": 11,
    "TA Activation": 12,
    "TA Exercise": 8,
    "TA Claim": 20,
    "TA Question": 15,
    "TA Cloze": 4,
    "TA Occlusion": 6,
}


class Learner:
    """Somebody who has imported the deck once and studied nothing; asked often, so that answers are kept."""

    def __init__(self, anki: Anki, package: Path) -> None:
        self.anki = anki
        self.first: ImportResult = anki.imports(package)
        self.notes: dict[str, SeenNote] = anki.notes()
        self.sides: list[Sides] = list(anki.rendered())

    def of(self, kind: str) -> list[SeenNote]:
        return [note for note in self.notes.values() if note.notetype == kind]

    def key(self, guid: str) -> str:
        return self.notes[guid].fields["Key"]


@pytest.fixture(scope="module")
def learner(shipped_package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Learner]:
    with Anki(tmp_path_factory.mktemp("shipped") / "learner") as anki:
        yield Learner(anki, shipped_package)


def test_every_note_is_new_and_anki_has_nothing_to_remark(learner: Learner) -> None:
    assert set(learner.first.new) == learner.notes.keys()
    nothing = ImportResult(learner.first.new, (), (), (), 0, 0, 0, 0)
    assert learner.first == nothing


def test_there_are_two_hundred_cards_and_more_of_every_kind(learner: Learner) -> None:
    kinds = Counter(note.notetype for note in learner.notes.values())

    assert len(learner.sides) >= 200
    assert {name: kinds[name] for name in LEAST if kinds[name] < LEAST[name]} == {}
    assert kinds.keys() == LEAST.keys()


def test_a_question_asks_in_the_number_of_its_answers(learner: Learner) -> None:
    """'Which synergists help? One muscle.' asks for several where there is one."""
    several = re.compile(r"\b(?:What are its|Which \w+s (?:help|supply)|do the lifting)\b")
    one = re.compile(
        r"\b(?:What is its (?:main )?(?:prime mover|antagonist|action)|Which \w+ (?:helps|supplies)|does the lifting)\b"
    )
    more = re.compile(
        r"\b(?:Name \d+|two|three|four|\d+) (?:muscles|movements|nerves|joint actions)\b|\bfor each\b", re.IGNORECASE
    )

    fronts = {f"{learner.key(guid)}, {name}": plain(front) for guid, _, name, front, _ in learner.sides}

    assert [place for place, text in fronts.items() if several.search(text) and not more.search(text)] == []
    assert [place for place, text in fronts.items() if one.search(text) and more.search(text)] == []
    asked = [sum(bool(each.search(text)) for text in fronts.values()) for each in (several, one)]
    assert min(asked) > 10, "the questions are worded otherwise now"


def test_every_template_makes_some_card(learner: Learner) -> None:
    """One that never does was never looked at."""
    seen = {(learner.notes[guid].notetype, name) for guid, _, name, _, _ in learner.sides}
    made = {
        (kind, name)
        for kind in LEAST
        for name in learner.anki.notetypes()[kind].templates
        if not name.startswith("Spare ")
    }
    assert seen == made


def test_every_card_renders_without_error_and_every_picture_is_there(learner: Learner) -> None:
    assert learner.anki.faults() == []


def test_every_side_says_something_and_leaves_no_markup_open(learner: Learner) -> None:
    for guid, _, name, front, back in learner.sides:
        place = f"{learner.key(guid)}, {name}"
        assert len(plain(front)) > 10, place
        assert len(plain(back)) > len(plain(front)), place
        for side in (front, back):
            assert not re.search(r"\[\[(?!type:)|(?<!Typed)\]\]|\[%|\{%|%\}|None|undefined|&amp;(?:amp|lt|#)", side), (
                place
            )
            for tag in ("main", "section", "ol", "ul", "dl", "li", "div", "details", "b", "small", "span", "p"):
                assert len(re.findall(rf"<{tag}\b", side)) == side.count(f"</{tag}>"), f"{place}: <{tag}>"


def test_every_note_says_where_it_was_read(learner: Learner) -> None:
    for note in learner.notes.values():
        assert plain(note.fields["Source"]), note.fields["Key"]
        assert not any("::Source::" in tag for tag in note.tags), note.fields["Key"]
    for guid, _, name, _, back in learner.sides:
        assert plain(learner.notes[guid].fields["Source"]) in plain(back), f"{learner.key(guid)}, {name}"


@pytest.mark.parametrize("facet", ["Topic", "Tier", "Evidence"])
def test_every_note_has_one_tag_of_a_facet_that_sorts_the_deck(facet: str, learner: Learner) -> None:
    for note in learner.notes.values():
        assert sum(tag.startswith(f"TA::{facet}::") for tag in note.tags) == 1, note.fields["Key"]


def test_every_tag_is_of_the_vocabulary(learner: Learner) -> None:
    for note in learner.notes.values():
        for tag in note.tags:
            levels = tag.split("::")
            assert levels[0] == "TA" and levels[1] in FACETS, f"{note.fields['Key']}: {tag}"
            assert 3 <= len(levels) <= 5, f"{note.fields['Key']}: {tag}"
            assert all(re.fullmatch(r"[A-Za-z0-9_-]+", level) for level in levels), f"{note.fields['Key']}: {tag}"
            assert levels[1] != "Topic" or levels[2] in TOPICS


def test_no_front_gives_its_answer_away(learner: Learner) -> None:
    """The bold words of the answer are what is asked for."""
    asked = {"Origin": "Origin", "Insertion": "Insertion", "Nerve": "Nerve"}
    looked_at = 0
    for guid, _, name, front, _ in learner.sides:
        note = learner.notes[guid]
        if note.notetype != "TA Muscle" or name not in asked:
            continue
        for bold in re.findall(r"<b>(.*?)</b>", note.fields[asked[name]]):
            looked_at += 1
            assert plain(bold).casefold() not in plain(front).casefold(), f"{note.fields['Key']}, {name}: {bold}"
    assert looked_at > 60


def test_the_name_of_a_muscle_is_not_on_the_card_that_asks_for_it(learner: Learner) -> None:
    asked = [side for side in learner.sides if side[2] in ("Origin + insertion → name", "Picture → name")]

    for guid, _, _, front, back in asked:
        name = learner.notes[guid].fields["Name"]
        assert name.casefold() not in front.casefold() and name in plain(back), name
    assert len(asked) >= 40


def test_no_two_cards_ask_the_same(learner: Learner) -> None:
    shown = re.compile(r'<img [^>]*src="([^"]+)"|<div class="cloze" (data-[^>]+)>')  # a picture, and the mask on it
    fronts = Counter((plain(front), *shown.findall(front)) for guid, _, _, front, _ in learner.sides)

    assert [front for front, count in fronts.items() if count > 1] == []


def test_a_choice_shows_four_options_and_the_right_one_moves(learner: Learner) -> None:
    places: Counter[int] = Counter()
    for guid, _, name, front, back in learner.sides:
        if learner.notes[guid].notetype != "TA Question" or name != "Choice":
            continue
        options = re.findall(r"<li>(.*?)</li>", learner.notes[guid].fields["Options"])
        found = re.search(r'<p class="big letter"><span>([A-D])</span>(.*?)</p>', back)
        assert found, learner.key(guid)
        assert len(options) == len(set(options)) == 4 and all(f"<li>{option}</li>" in front for option in options)
        place = "ABCD".index(found[1])
        assert options[place] == found[2], learner.key(guid)
        assert len(re.findall(r"<dd>[^<]+</dd>", learner.notes[guid].fields["Reasons"])) == 3, learner.key(guid)
        places[place] += 1

    assert len(places) == 4 and max(places.values()) <= sum(places.values()) / 2, places


def test_every_measured_value_has_its_people_and_its_unit(learner: Learner) -> None:
    for note in learner.of("TA Activation"):
        people, key = plain(note.fields["Setting"]), note.fields["Key"]
        assert people and plain(note.fields["Caveat"]), key
        assert plain(note.fields["Difference"]) and plain(note.fields["Why"]), key
        numbers = plain(note.fields["Measured"] + note.fields["Bars"] + note.fields["Difference"])
        assert re.search(r"\d ?%|points|no statistical difference|similar gains", numbers), key


def test_importing_twice_changes_nothing(shipped_package: Path, learner: Learner) -> None:
    anki = learner.anki
    before = anki.notes(), anki.schedule(), anki.notetypes(), anki.decks(), anki.media(), anki.tags()

    result = anki.imports(shipped_package)

    assert (result.new, result.updated, result.conflicting) == ((), (), ())
    assert (anki.notes(), anki.schedule(), anki.notetypes(), anki.decks(), anki.media(), anki.tags()) == before


def test_each_of_the_29_claims_is_treated_by_cards_that_exist(learner: Learner) -> None:
    keys = {note.fields["Key"] for note in learner.notes.values()}
    treated: dict[int, list[str]] = {}
    for line in (ROOT / "docs" / "claims.md").read_text("utf-8").splitlines():
        if found := re.match(r"\| (\d+) \|", line):
            treated[int(found[1])] = re.findall(r"`([a-z]+/[^`]+)`", line)

    assert list(treated) == list(range(1, 30)) and all(treated.values())
    missing = {
        key
        for named in treated.values()
        for key in named
        if key not in keys and not any(each.startswith(f"{key}/") for each in keys)
    }
    assert missing == set()


def test_the_verdicts_in_the_table_of_claims_are_those_on_the_cards(learner: Learner) -> None:
    words = {
        note.fields["Key"]: plain(note.fields["Verdict"]).lower().lstrip("✓✕≈~ ") for note in learner.of("TA Claim")
    }
    looked_at = 0
    for line in (ROOT / "docs" / "claims.md").read_text("utf-8").splitlines():
        found = re.match(r"\| \d+ \|[^|]*\| (supported|mixed|not supported)\b[^|]*\|.*?`(claim/[^`]+)`", line)
        if found:
            looked_at += 1
            assert words[found[2]].startswith(found[1]), found[2]
    assert looked_at >= 20


def test_plain_columns_hold_plain_text(learner: Learner, shipped_package: Path) -> None:
    """The browser sorts and shows notes by this column; nothing in it is markup."""
    for (text,) in rows(shipped_package, "select sfld from notes"):
        assert text and "<" not in text and unescape(text).strip()
