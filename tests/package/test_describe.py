"""What learners read about a deck: eight lines above Anki's Study Now, true of the deck as it is, and the rest in a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.author import ROOT, Author, fill_starter
from support.called import deckbuilder
from support.judge import Anki

from deckbuilder import open as opened
from deckbuilder.anki import overview
from deckbuilder.package import describe
from deckbuilder.package.reader import read
from deckbuilder.records import Deck, Exam
from deckbuilder.verbs.plan.days import Costs, Course, Start, live
from deckbuilder.verbs.plan.memory import Memory
from deckbuilder.workspace import Workspace

DECK = "cards/deck.yaml"
NAMED = "Settings, updating and credits stand in "
# As Anki 25.9.4 and 26.9.3 broke them in a window of 900 x 700, in Noto Sans.
SEEN = (
    ("Full attachments, nerves and roots, small muscles, finer terms. For whoever wants more than the exams ask.", 2),
    ("What studies measured, and popular claims held against it. No exam asks for it; clients do.", 2),
    ("Questions in the style of the exams. Start when the core sits.", 1),
)


def described(author: Author, name: str = "Arm") -> str:
    """What the package that is built says of a deck."""
    package = author.build(allow_schema_change=True).path
    return next(each.description for each in read(package).decks if each.name == name)


@pytest.fixture
def several(author: Author) -> Author:
    """A project with two decks that have cards."""
    author.edit(DECK, "holds: [{kinds: question}]", "holds: [{cards: [Nerve, Insertion]}]")
    return author


# Its length


@pytest.mark.parametrize(("text", "seen"), SEEN)
def test_the_measure_is_no_narrower_than_what_was_seen_in_the_desktop(text: str, seen: int) -> None:
    assert seen <= overview.lines(text) <= seen + 1


@pytest.mark.parametrize("which", ["shipped", "starter", "example"])
def test_no_description_is_longer_than_eight_lines_nor_broken(which: str, tmp_path: Path) -> None:
    folder = {"shipped": ROOT, "example": ROOT / "tests" / "example", "starter": tmp_path / "starter"}[which]
    if which == "starter":
        fill_starter(folder)
    workspace = opened(folder)
    (deck,) = workspace.library.of(Deck)

    parts = ("", *(exam.name for exam in workspace.library.of(Exam)))
    for each in (spec for part in parts for spec in describe.decks(deck, deck.edition, workspace.notes, part).values()):
        assert overview.lines(each.description) <= overview.LINES, each.name
        paragraphs = each.description.split("\n\n")
        assert len(paragraphs) <= 2 and not any("\n" in paragraph for paragraph in paragraphs)


def test_whatever_decks_are_called_what_a_build_adds_is_five_lines_at_most(several: Author) -> None:
    several.edit(DECK, "name: 1 Facts", f"name: 1 {'Long name ' * 6}of facts")
    several.edit(DECK, "name: 2 Exam practice", f"name: 2 {'Long name ' * 9}of an exam")

    added = described(several).partition("\n\n")[2]

    assert "Leave the other deck for later." in added
    assert overview.lines(added) <= 5


@pytest.mark.parametrize(
    ("text", "unbroken"),
    [
        ("One\nsentence.\n\nAnother,  \nin two lines.\n", "One sentence.\n\nAnother, in two lines."),
        ("Inside:\n\n- one\n  thing\n- another\n", "Inside:\n\n- one thing\n- another"),
        ("Since\n1984.", "Since 1984."),
    ],
)
def test_lines_are_joined_and_items_stay_items(text: str, unbroken: str) -> None:
    assert overview.unbroken(text) == unbroken


def test_the_marks_of_markdown_take_no_room_and_wide_signs_twice() -> None:
    assert overview.lines("**a** " * 36) == overview.lines("a " * 36) == 1
    assert overview.lines(f"[here](https://example.org/{'a' * 200})") == 1
    assert overview.lines("上" * 36) == 1 and overview.lines("上" * 37) == 2


# What it says


def test_it_says_where_to_start_how_long_that_takes_and_what_to_leave(several: Author) -> None:
    text = described(several)
    count = sum(id == "facts" for note in Workspace(several.project).notes for id in note.decks)

    assert 10 < count <= 20
    assert f"Start with **1 Facts**, and study it alone: its {count} cards take 2 days at 10 new cards a day." in text
    assert "Leave 2 Exam practice for later." in text and "This is edition 2026-11, 26 cards under CC BY 4.0." in text


def test_where_one_deck_has_all_cards_there_is_nothing_to_leave(author: Author) -> None:
    assert "The 26 cards take 3 days at 10 new cards a day. This is" in described(author)


def test_what_nobody_learns_takes_no_time(several: Author) -> None:
    several.build()
    assert deckbuilder("retire", "muscle/triceps-brachii", "--why", "wrong", cwd=several.root).returncode == 0

    text = described(several)
    taught = [note for note in Workspace(several.project).notes if not note.retired]
    assert f"its {sum(id == 'facts' for note in taught for id in note.decks)} cards take" in text
    assert len(taught) < len(Workspace(several.project).notes)


@pytest.mark.parametrize("cards", [100, 176, 300, 500])
def test_ten_new_cards_a_day_take_as_long_as_it_says(cards: int) -> None:
    days = -(-cards // describe.NEW_A_DAY)
    course = Course(days, days, describe.NEW_A_DAY)
    lives = [live([Start()] * cards, course, Memory(), Costs(), seed) for seed in range(6)]

    mean = sum(day.seconds for life in lives for day in life.days) / 60 / days / len(lives)

    least, most = (int(part) for part in describe.MINUTES.split() if part.isdigit())
    assert cards >= describe.FROM and least - 0.5 <= mean <= most


def test_names_are_shown_as_they_are_written(several: Author, anki: Anki) -> None:
    several.edit(DECK, "name: 1 Facts", "name: 1 *Facts* of_the_arm <b>")

    text = described(several)

    assert anki.collection.render_markdown(text).count("<strong>1 *Facts* of_the_arm &lt;b&gt;</strong>") == 1


# The rest


def test_it_names_a_file_that_lies_beside_the_package_and_says_the_rest(author: Author) -> None:
    author.edit(DECK, "license: CC BY 4.0", "license: CC BY 4.0\nattribution: After *Gray*,\n  1918.")

    text = described(author)

    name = text.partition(NAMED)[2].split(",")[0]
    page = (author.dist / name).read_text("utf-8")
    assert name == "arm-2026-11-about.md"
    for said in (
        "26 cards from 8 notes",
        "New cards a day: 10.",
        "made anew",
        "styling",
        "CC BY 4.0",
        "After *Gray*, 1918.",
    ):
        assert said in page
    assert "Gray" not in text


def test_a_page_of_its_own_is_linked_instead(author: Author) -> None:
    author.edit(DECK, "license: CC BY 4.0", "license: CC BY 4.0\nhome_url: https://example.org/my-deck")

    text = described(author)

    assert "[This page](https://example.org/my-deck) tells of settings, updating and credits." in text
    assert NAMED not in text


def test_what_is_no_page_cannot_be_linked(author: Author) -> None:
    author.edit(DECK, "license: CC BY 4.0", "license: CC BY 4.0\nhome_url: mailto:me@example.org")

    (found,) = [each for each in author.check() if each.severity == "error"]

    assert found.location.path == DECK and "https://" in (found.help or "")


def test_a_part_says_which_it_is(several: Author) -> None:
    several.build()
    done = deckbuilder("build", "--select", "TA::Region::Arm", cwd=several.root)

    assert done.returncode == 0, done.stderr
    (part,) = (path for path in several.dist.glob("*.apkg") if path.name != "arm-2026-11.apkg")
    text = next(each.description for each in read(part).decks if each.name == "Arm")
    assert "This is edition 2026-11, the part for " in text and NAMED in text
