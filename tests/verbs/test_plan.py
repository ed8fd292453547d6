"""A plan for an exam: held against Anki's own simulator, against learners' own collections, and against what people mistype."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import anki.collection
import pytest
from anki import scheduler_pb2
from fsrs.scheduler import DEFAULT_PARAMETERS
from support.author import START, Author
from support.blueprint import BLUEPRINT
from support.called import deckbuilder
from support.judge import Anki

from deckbuilder.package.collection import Answer, Learner, Preset, Studied
from deckbuilder.records import Deck
from deckbuilder.records.deck import decks_in_order
from deckbuilder.verbs.plan.days import Costs, Course, Start, live
from deckbuilder.verbs.plan.forecast import Ability, course, forecast
from deckbuilder.verbs.plan.memory import AGAIN, EASY, GOOD, HARD, Known, Memory
from deckbuilder.verbs.plan.mine import filled, mine
from deckbuilder.verbs.plan.planning import Learning, Plan, Wish, plan, steps
from deckbuilder.workspace import Workspace
from deckbuilder.workspace.studycards import StudyCard, study_cards

NOW = 1_796_126_400  # noon, UTC, on December 1, 2026
DAY = 86_400
TODAY = date(2026, 12, 1)


def said(author: Author, *arguments: str, now: int = NOW, date: str = "2027-02-01") -> subprocess.CompletedProcess[str]:
    command = ["plan", "--exam-date", date, *arguments]
    return deckbuilder(*command, cwd=author.root, SOURCE_DATE_EPOCH=str(now))


def values(author: Author, *arguments: str, now: int = NOW) -> dict[str, Any]:
    done = said(author, "--format", "json", *arguments, now=now)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# Memory


def test_recall_sinks_to_the_goal_by_the_day_on_which_a_card_is_asked_again() -> None:
    memory = Memory(retention=0.9)
    known, interval = memory.after(None, 0, GOOD)
    for _ in range(4):
        assert memory.recall(known, interval) == pytest.approx(0.9, abs=0.03)
        known, interval = memory.after(known, interval, GOOD)
    assert interval > 30


def test_answers_move_memory_as_they_should() -> None:
    memory = Memory()
    known = Known(10.0, 5.0)
    after = {rating: memory.after(known, 10, rating) for rating in (AGAIN, HARD, GOOD, EASY)}

    stabilities = [after[rating][0].stability for rating in (AGAIN, HARD, GOOD, EASY)]
    assert stabilities == sorted(stabilities)
    assert stabilities[0] < known.stability < stabilities[1]
    assert after[AGAIN][1] >= 1
    assert memory.recall(known, 0) == 1.0


def test_a_history_of_answers_comes_to_what_the_answers_come_to() -> None:
    memory = Memory()
    known, _ = memory.after(None, 0, GOOD)
    known, _ = memory.after(known, 3, GOOD)

    replayed = memory.replayed([(NOW, GOOD), (NOW + 3 * DAY, GOOD)])

    assert replayed is not None
    assert replayed.stability == pytest.approx(known.stability)
    assert memory.replayed([]) is None


# Days


@pytest.mark.parametrize(("cards", "days", "pace"), [(600, 92, 8), (1_500, 92, 18), (200, 30, 10)])
def test_ankis_own_simulator_comes_to_the_same(cards: int, days: int, pace: int, tmp_path: Path) -> None:
    """It counts each answer of the first day as a review, so that only recall and time are compared."""
    collection = anki.collection.Collection(str(tmp_path / "collection.anki2"))
    told = collection._backend.simulate_fsrs_review(
        scheduler_pb2.SimulateFsrsReviewRequest(
            params=DEFAULT_PARAMETERS, desired_retention=0.9, deck_size=cards, days_to_simulate=days, new_limit=pace,
            review_limit=9_999, max_interval=36_500, search="deck:*", learning_step_count=2, relearning_step_count=1,
        )
    )  # fmt: skip
    collection.close()

    life = live([Start()] * cards, Course(days, days, pace), Memory(), Costs(), seed=1)

    assert life.recall * cards == pytest.approx(told.accumulated_knowledge_acquisition[-1], rel=0.03)
    seconds = sum(day.seconds for day in life.days)
    assert seconds == pytest.approx(sum(told.daily_time_cost), rel=0.2)


def test_a_day_is_never_longer_than_the_limit_allows() -> None:
    life = live([Start()] * 400, Course(60, 53, 20, minutes=8, attend=0.8), Memory(), Costs(), seed=3)

    assert max(day.seconds for day in life.days) <= 8 * 60 + Costs().forgotten
    assert any(not day.kept for day in life.days)
    assert all(day.new == 0 for day in life.days[53:])


def test_the_last_days_raise_recall() -> None:
    with_them = live([Start()] * 300, Course(60, 53, 6, minutes=15), Memory(), Costs(), seed=1)
    without = live([Start()] * 300, Course(60, 60, 6, minutes=15), Memory(), Costs(), seed=1)

    assert with_them.recall > without.recall + 0.02


def test_new_cards_come_in_the_order_of_teaching() -> None:
    cards = [Start(Known(50.0, 5.0), -1, 49), *[Start()] * 10]

    life = live(cards, Course(2, 2, 3), Memory(), Costs(), seed=1)

    assert life.seen == 7
    assert cards[1:] == [Start()] * 10, "what was given is as it was"


def test_what_is_overdue_is_asked_at_once() -> None:
    life = live([Start(Known(5.0, 5.0), -30, -25)] * 4, Course(3, 3, 1), Memory(), Costs(), seed=1)

    assert life.days[0].reviews == 4


@pytest.mark.parametrize(("days", "closing"), [(1, 1), (3, 3), (4, 3), (20, 15), (28, 21), (92, 85), (1_000, 993)])
def test_the_last_days_are_a_week_or_a_quarter(days: int, closing: int) -> None:
    assert course(days, 100, None, 1.0).closing == closing


def test_the_pace_has_room_for_missed_days() -> None:
    assert course(92, 600, None, 1.0).pace == 8
    assert course(92, 600, None, 0.8).pace == 9
    found = forecast([Start()] * 600, course(92, 600, None, 0.8), Ability(Memory(), Costs()))
    assert found.fits
    assert found.low <= found.recall <= found.high


def test_the_same_plan_is_the_same_each_time() -> None:
    wanted = course(40, 200, 12, 0.7)
    first, second = (forecast([Start()] * 200, wanted, Ability(Memory(), Costs())) for _ in range(2))

    assert first == second


# What to leave out


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> tuple[Deck, list[StudyCard]]:
    author = Author(tmp_path_factory.mktemp("cards") / "project")
    author.write("cards/vocabulary/exams.yaml", BLUEPRINT)
    workspace = Workspace(author.project)
    ready, found = workspace.ready(START, lint=False)
    assert ready is not None, found
    return ready.rendered.deck, study_cards(workspace, ready)


def planned(deck: Deck, cards: list[StudyCard], **wish: Any) -> Plan:
    learning = [Learning(card, Start()) for card in cards]
    return plan(Wish(TODAY, **wish), deck, learning, 0, Ability(Memory(), Costs()))


def test_what_fits_leaves_nothing_out(cards: tuple[Deck, list[StudyCard]]) -> None:
    found = planned(*cards, day=TODAY + timedelta(60), minutes=10)

    assert found.fits and found.whole.fits
    assert (found.left_out, found.needed) == ((), 0)


def test_what_does_not_fit_is_left_out_until_the_rest_does(cards: tuple[Deck, list[StudyCard]]) -> None:
    deck, few = cards
    many = [
        replace(card, guid=f"{card.guid}{number}", tier=("core", "useful", "deep")[number % 3])
        for number in range(9)
        for card in few
    ]

    found = planned(deck, many, day=TODAY + timedelta(30), minutes=10)

    assert not found.whole.fits
    assert found.fits
    assert [step.what for step in found.left_out] == ["the deep tier", "the useful tier"][: len(found.left_out)]
    assert found.forecast.cards == len(many) - sum(len(step.cards) for step in found.left_out)
    assert found.needed > 10
    enough = planned(deck, many, day=TODAY + timedelta(30), minutes=found.needed)
    assert enough.whole.fits


def test_steps_hold_each_new_card_once_and_no_other(cards: tuple[Deck, list[StudyCard]]) -> None:
    deck, few = cards
    begun = Learning(few[0], Start(Known(5.0, 5.0), -1, 4))
    mixed = [begun, *(Learning(replace(card, tier="deep"), Start()) for card in few[1:])]
    last = decks_in_order(deck)[-1]
    mixed += [Learning(replace(few[1], guid="exam", tier="core", deck=last, core=False), Start())]

    found = steps(Wish(TODAY, TODAY + timedelta(9)), deck, mixed)

    assert [step.what for step in found] == ["the deep tier", f"the deck {deck.subdecks[last].name}"]
    held = [each for step in found for each in step.cards]
    assert len(held) == len(mixed) - 1 == len({each.card for each in held})
    assert begun not in held
    assert [step.search for step in found] == [
        "tag:TA::Tier::3_Deep is:new",
        f'"deck:Arm::{deck.subdecks[last].name}" is:new',
    ]


def test_searches_find_in_anki_what_they_name(author: Author, anki: Anki) -> None:
    author.write("cards/vocabulary/exams.yaml", BLUEPRINT)
    anki.imports(author.build().path)
    workspace = Workspace(author.project)
    ready, _ = workspace.ready(START, lint=False)
    assert ready is not None
    exam = next(each for each in ready.exams if each.id == "any-cpt")
    every = study_cards(workspace, ready)
    places = {card.id: (card.guid, card.ordinal) for card in anki.cards()}

    found = steps(
        Wish(TODAY, TODAY + timedelta(9), exam=exam), ready.rendered.deck, [Learning(card, Start()) for card in every]
    )

    assert any(each.what.startswith("what ANY-CPT does not ask of ARM Muscle: ") for each in found)
    taken: set[tuple[str, int]] = set()
    for step in found:
        hits = {places[id] for id in anki.collection.find_cards(step.search)}
        wanted = {(each.card.guid, each.card.ordinal) for each in step.cards}
        assert wanted <= hits and not (hits - wanted - taken), step.search
        taken |= wanted


# A learner's own


def learner(cards: list[StudyCard], **known: Any) -> Learner:
    studied = Studied(is_new=False, suspended=False, due=3, last=-2, stability=20.0, difficulty=4.0)
    found = {(card.guid, card.ordinal): studied for card in cards[:3]}
    found[cards[3].guid, cards[3].ordinal] = Studied(is_new=True, suspended=True)
    return replace(Learner(found, Preset(tuple(DEFAULT_PARAMETERS), 0.85, 365), True), **known)


def test_what_a_learner_knows_is_not_new_and_what_they_suspended_is_no_card(
    cards: tuple[Deck, list[StudyCard]],
) -> None:
    _, every = cards
    found = mine(every, learner(every))

    assert (found.suspended, found.studied, len(found.learning)) == (1, 3, len(every) - 1)
    assert found.learning[0].start == Start(Known(20.0, 4.0), -2, 3)
    assert found.learning[4].is_new
    assert any("own FSRS parameters, for a desired retention of 85%" in note for note in found.notes)


def test_without_fsrs_its_defaults_stand_in_and_that_is_said(cards: tuple[Deck, list[StudyCard]]) -> None:
    found = mine(cards[1], learner(cards[1], fsrs=False))

    assert any("FSRS is off" in note for note in found.notes)


@pytest.mark.parametrize("parameters", [(), (1.0,) * 5, (float("nan"),) * 21, (1e9,) * 21, (0.5,) * 34])
def test_parameters_that_cannot_be_used_are_told(
    parameters: tuple[float, ...], cards: tuple[Deck, list[StudyCard]]
) -> None:
    found = mine(cards[1], learner(cards[1], preset=Preset(parameters, 9.0, -4)))

    assert any("default parameters" in note for note in found.notes)
    assert found.ability.memory.recall(Known(10.0, 5.0), 10) == pytest.approx(0.9)


def test_earlier_parameters_are_filled_up_as_anki_does(tmp_path: Path) -> None:
    """Anki itself tells what becomes of them: its simulator takes each version."""
    fourth = (0.4, 0.6, 2.4, 5.8, 4.93, 0.94, 0.86, 0.01, 1.49, 0.14, 0.94, 2.18, 0.05, 0.34, 1.26, 0.29, 2.61)
    fifth = (0.4, 1.2, 3.2, 15.7, 7.2, 0.5, 1.5, 0.005, 1.5, 0.12, 1.0, 1.9, 0.11, 0.3, 2.3, 0.2, 3.0, 0.5, 0.6)
    collection = anki.collection.Collection(str(tmp_path / "collection.anki2"))

    def told(parameters: tuple[float, ...]) -> list[float]:
        request = scheduler_pb2.SimulateFsrsReviewRequest(
            params=parameters, desired_retention=0.9, deck_size=100, days_to_simulate=40, new_limit=10,
            review_limit=9_999, max_interval=36_500, search="deck:*",
        )  # fmt: skip
        return list(collection._backend.simulate_fsrs_review(request).accumulated_knowledge_acquisition)

    for before in (fourth, fifth):
        after = filled(before)
        assert after is not None and len(after) == 21
        assert told(after) == pytest.approx(told(before), rel=1e-3)
    collection.close()


def test_a_learners_own_times_count_once_there_are_enough(cards: tuple[Deck, list[StudyCard]]) -> None:
    def answered(number: int) -> Studied:
        answers = [Answer(NOW - DAY + at, GOOD, 5.0, "review") for at in range(number)]
        answers += [Answer(NOW, AGAIN, 9.0, "review"), Answer(NOW + 1, GOOD, 3.0, "relearning")]
        return Studied(False, False, 3, -1, 9.0, 5.0, (Answer(NOW - 2 * DAY, GOOD, 20.0, "learning"), *answers))

    _, every = cards
    place = every[0].guid, every[0].ordinal
    few = mine(every, Learner({place: answered(20)}, Preset(), True))
    many = mine(every, Learner({place: answered(120)}, Preset(), True))

    assert few.ability.costs == Costs()
    assert many.ability.costs == Costs(new=20.0, recalled=5.0, forgotten=12.0)
    assert any("takes this learner 5 seconds, the mean of 120 answers" in note for note in many.notes)


def test_a_plan_from_a_real_collection_counts_what_was_learned(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    anki.collection.set_config("fsrs", True)
    for card in anki.cards()[:6]:
        anki.review(card.guid, card.ordinal, 4)
    anki.suspend(anki.cards()[7].guid, anki.cards()[7].ordinal)
    now = int(time.time())
    day = (datetime.fromtimestamp(now).astimezone().date() + timedelta(40)).isoformat()
    arguments = ("--collection", str(anki.path), "--format", "json")

    fresh = said(author, "--format", "json", now=now, date=day)
    done = said(author, *arguments, now=now, date=day)

    assert done.returncode == 0, done.stderr
    found, without = json.loads(done.stdout), json.loads(fresh.stdout)
    assert (found["cards"], found["suspended"]) == (without["cards"] - 1, 1)
    assert found["new_cards"] == without["cards"] - 7
    assert any("FSRS" in note for note in found["notes"])
    assert said(author, *arguments, now=now, date=day).stdout == done.stdout


def test_a_collection_without_this_deck_says_so(author: Author, anki: Anki) -> None:
    done = said(author, "--collection", str(anki.path))

    assert done.returncode == 1
    assert "holds no card of this deck" in done.stderr
    assert "import the package into Anki first" in done.stderr


def test_all_cards_suspended_leaves_nothing_to_plan(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    for card in anki.cards():
        anki.suspend(card.guid, card.ordinal)

    done = said(author, "--collection", str(anki.path))

    assert done.returncode == 1
    assert "all cards are suspended" in done.stderr


@pytest.mark.parametrize("name", ["none.anki2", "text.anki2", "."])
def test_what_is_no_collection_is_one_sentence(name: str, author: Author) -> None:
    author.write("text.anki2", "Dear reader\n")

    done = said(author, "--collection", name)

    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert "collection.anki2 of your profile" in done.stderr or "No such file" in done.stderr


# What is printed


def test_text_tells_pace_minutes_and_recall(author: Author) -> None:
    author.write("cards/vocabulary/exams.yaml", BLUEPRINT)

    done = said(author, "--minutes", "20", "--exam", "ANY-CPT")

    assert done.returncode == 0, done.stderr
    for part in ("for ANY-CPT, exam on February 1, 2027:", "New cards    1 a day, until January 24, 2027",
                 "minutes on a day that you keep", "of 22 cards recalled", "Last 7 days",
                 'deck:"Arm" prop:r<0.95 -is:new', "Or           started two weeks later",
                 'deck:"Arm" -tag:TA::Exam::ANY-CPT', "A model and no promise"):  # fmt: skip
        assert part in done.stdout, part
    assert max(map(len, done.stdout.splitlines())) <= 120


def test_it_is_the_same_each_time_and_writes_nothing(author: Author) -> None:
    author.build()
    before = {path: path.read_bytes() for path in author.root.rglob("*") if path.is_file()}

    first, second = (said(author, "--minutes", "9", "--format", form) for form in ("text", "text"))

    assert first.stdout == second.stdout
    assert {path: path.read_bytes() for path in author.root.rglob("*") if path.is_file()} == before


def test_markdown_has_a_line_for_each_week(author: Author) -> None:
    done = said(author, "--format", "markdown")

    assert done.stdout.startswith("# Arm: a plan\n")
    assert len([line for line in done.stdout.splitlines() if line.startswith("| December ")]) == 5


def test_csv_has_a_line_for_each_day(author: Author) -> None:
    rows = list(csv.DictReader(io.StringIO(said(author, "--format", "csv").stdout)))

    assert (len(rows), rows[0]["date"], rows[-1]["date"]) == (62, "2026-12-01", "2027-01-31")
    assert sum(float(row["new cards"]) for row in rows[55:]) == 0


def test_json_and_csv_agree(author: Author) -> None:
    rows = list(csv.DictReader(io.StringIO(said(author, "--format", "csv").stdout)))

    assert [str(day["minutes"]) for day in values(author)["days"]] == [row["minutes"] for row in rows]


def test_a_calendar_is_as_the_standard_has_it(author: Author) -> None:
    author.edit(
        "cards/deck.yaml",
        'name: "Arm"',
        "name: 'Arm, leg; and a rather long name with ümläuts in it, so that a line must be folded'",
    )

    done = said(author, "--format", "ics")

    raw = done.stdout.encode()
    assert done.returncode == 0, done.stderr
    lines = done.stdout.replace("\r\n", "\n").splitlines()
    assert max(len(line.encode()) for line in lines) <= 75
    whole = "\n".join(lines).replace("\n ", "")
    assert whole.count("BEGIN:VEVENT") == whole.count("END:VEVENT") == 3
    assert "RRULE:FREQ=DAILY;COUNT=55" in whole and "DTSTART;VALUE=DATE:20270201" in whole
    assert "SUMMARY:Exam: Arm\\, leg\\; and a rather long name" in whole
    assert f"DTSTAMP:{datetime.fromtimestamp(NOW, timezone.utc):%Y%m%dT%H%M%SZ}" in whole
    assert raw


def test_a_picture_is_an_svg_that_stands_alone(author: Author) -> None:
    picture = said(author, "--format", "svg").stdout

    root = ET.fromstring(picture)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    bars = [each for each in root.iter("{http://www.w3.org/2000/svg}rect") if each.get("class") in ("new", "reviews")]
    assert len(bars) > 60
    for each in root.iter("{http://www.w3.org/2000/svg}rect"):
        left, width = float(each.get("x", 0)), float(each.get("width", 0))
        assert left >= 0 and left + width <= 720 and float(each.get("height", 0)) >= 0
    assert "prefers-color-scheme:dark" in picture
    assert "href" not in picture and "<script" not in picture


# Misuse


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--exam-date", "2026-12-01"], "2026-12-01 is not to come: today is 2026-12-01"),
        (["--exam-date", "1999-01-01"], "is not to come"),
        (["--exam-date", "2031-01-01"], "more than three years off"),
        (["--exam-date", "9999-12-31"], "more than three years off"),
        (["--exam-date", "tomorrow"], "'tomorrow' is no day: write it as 2027-02-01"),
        (["--exam-date", "2027-02-30"], "'2027-02-30' is no day"),
        (["--exam-date", "01/02/2027"], "is no day"),
        (["--exam-date", "٢٠٢٧-٠٢-٠١"], "is no day"),
        (["--exam-date", "2027-02-01", "--minutes", "0"], "1<=x<=600"),
        (["--exam-date", "2027-02-01", "--minutes", "-5"], "1<=x<=600"),
        (["--exam-date", "2027-02-01", "--minutes", "1441"], "1<=x<=600"),
        (["--exam-date", "2027-02-01", "--minutes", "many"], "not a valid integer"),
        (["--exam-date", "2027-02-01", "--attend", "0%"], "'0%' is no share of all days"),
        (["--exam-date", "2027-02-01", "--attend", "101"], "is no share of all days"),
        (["--exam-date", "2027-02-01", "--attend", "often"], "is no share of all days"),
        (["--exam-date", "2027-02-01", "--exam", "2027-02-01"], "is a day: give it as --exam-date"),
        ([], "Missing option '--exam-date'"),
    ],
)  # fmt: skip
def test_misuse_is_told_in_a_sentence(arguments: list[str], says: str, author: Author) -> None:
    done = deckbuilder("plan", *arguments, cwd=author.root, SOURCE_DATE_EPOCH=str(NOW), TZ="UTC")

    assert done.returncode == 2
    assert says in " ".join(done.stderr.split()), done.stderr


def test_an_unknown_exam_is_told(author: Author) -> None:
    author.write("cards/vocabulary/exams.yaml", BLUEPRINT)

    done = said(author, "--exam", "ANY-CPR")

    assert done.returncode == 1
    assert "did you mean 'ANY-CPT'" in done.stderr


def test_nothing_is_planned_while_cards_are_at_fault(author: Author) -> None:
    author.edit("cards/muscles/brachialis.yaml", "nerve: musculocutaneous", "nerve: musculocutanous")

    done = said(author)

    assert done.returncode == 1
    assert "Nothing was planned: 1 error" in done.stderr


@pytest.mark.parametrize("day", ["2026-12-02", "2026-12-03", "2026-12-05", "2029-11-30"])
def test_any_day_to_come_has_a_plan(day: str, author: Author) -> None:
    done = said(author, "--minutes", "1", date=day)

    assert done.returncode == 0, done.stderr
    assert "Exam day" in done.stdout


def test_who_lacks_fsrs_is_told_what_to_install(author: Author) -> None:
    code = (
        "import sys; sys.modules['fsrs'] = None\n"
        "from deckbuilder import cli\n"
        "cli.main(['plan', '--exam-date', '2999-01-01'][:1] + ['--exam-date', '2027-02-01'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=author.root, capture_output=True, text=True, check=False,
        env={**_environment(), "SOURCE_DATE_EPOCH": str(NOW)},
    )  # fmt: skip

    assert done.returncode == 1
    assert "a plan needs the package fsrs, which is not installed" in done.stderr
    assert 'pip install "anki-deckbuilder[plan]"' in done.stderr


def _environment() -> dict[str, str]:
    import os

    return dict(os.environ)
