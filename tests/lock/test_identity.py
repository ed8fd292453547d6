"""What learners' collections know by number, id or name never becomes something else without a word."""

from __future__ import annotations

import json

import pytest
from support.author import Author
from support.judge import Anki

from deckbuilder import lock as locks
from deckbuilder.lock import LOCK, DeckEntry, Lock, file

pytestmark = pytest.mark.usefixtures("compiles_each_template_once")
GAPS, GAPS_KEY = "cards/gaps.yaml", "cloze/rotator-cuff"
TEXT = "The {1|supraspinatus} abducts, the {2|infraspinatus} turns outward, the {3|subscapularis} turns inward."
BICEPS, BRACHIALIS = "cards/muscles/biceps-brachii.yaml", "cards/muscles/brachialis.yaml"


def write(author: Author, text: str = TEXT) -> None:
    author.write(
        GAPS,
        f"cloze: rotator-cuff\nname: Rotator cuff\ntext: '{text}'\ntopic: anatomy\nregions: [arm]\n"
        "sources: openstax-ap2e-11-5\n",
    )


def told(author: Author, text: str) -> list[tuple[str, str]]:
    """Rule and message of what is said of the gaps when the text is this."""
    write(author, text)
    found = author.check()
    assert all(each.help and each.location.path == GAPS and each.location.line == 3 for each in found)
    return [(each.rule, each.message) for each in found]


@pytest.fixture
def gaps(author: Author) -> Author:
    write(author)
    author.build()
    return author


# Gaps


def test_the_lock_remembers_what_each_gap_hides(gaps: Author) -> None:
    entry = gaps.lock.notes[GAPS_KEY]

    assert entry.asks == ((1, "supraspinatus"), (2, "infraspinatus"), (3, "subscapularis"))
    assert locks.load(locks.dump(gaps.lock), LOCK) == gaps.lock


def test_gaps_that_exchanged_their_numbers_are_refused(gaps: Author) -> None:
    before = gaps.state()

    found = told(gaps, TEXT.replace("{1|", "{9|").replace("{2|", "{1|").replace("{9|", "{2|"))

    reviews = "and their reviews stay with that number; here it has"
    assert found == [
        ("moved-number", f"'infraspinatus' has the number 2 with learners, {reviews} 1"),
        ("moved-number", f"'supraspinatus' has the number 1 with learners, {reviews} 2"),
    ]
    assert gaps.attempt().built is None and gaps.state() == before


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (
            "The {1|deltoid} and the {2|supraspinatus} abduct, the {3|infraspinatus} and {4|subscapularis} turn.",
            ["moved-number"] * 3,
        ),
        ("The {1|infraspinatus} turns outward, the {2|subscapularis} inward.", ["card-gone"] + ["moved-number"] * 2),
        (
            "The {1|*Supraspinatus*} abducts, {2|subscapularis muscles} and {3|infraspinatus muscles} turn.",
            ["moved-number"] * 2,
        ),
    ],
    ids=["one put before them", "the first taken out", "reworded as well"],
)
def test_gaps_that_were_numbered_anew_are_refused(gaps: Author, text: str, rules: list[str]) -> None:
    assert [rule for rule, _ in told(gaps, text)] == rules


@pytest.mark.parametrize(
    "text",
    [
        "The {2|infraspinatus} turns outward, while {3|subscapularis} turns inward and {1|supraspinatus} abducts.",
        "The {1|Supraspinatus muscle} abducts, the {2|*infraspinatus*} turns outward, the {3|subscapularis} inward.",
        "The {1|muscle above the spine} abducts, the {2|one below it} turns outward, the {3|one in front} inward.",
        TEXT.replace("infraspinatus", "teres minor"),
        TEXT.replace("infraspinatus", "subscapularis"),
        TEXT.replace("turns inward.", "turns inward, all of the {4|scapula}."),
    ],
    ids=["another order", "other spelling", "other words", "a correction", "twice the same", "one more"],
)
def test_rewording_gaps_is_free(gaps: Author, text: str) -> None:
    assert told(gaps, text) == []
    gaps.build()


def test_short_gaps_that_are_alike_are_not_taken_for_each_other(author: Author) -> None:
    write(author, "From {1|30°} to {2|90°}; roots {3|L2} to {4|L4}, at {5|30 degrees} and {6|90 degrees}.")
    author.build()

    text = "From {1|45°} to {2|95°}; roots {3|L3} to {4|L5}, at {5|45 degrees} and {6|95 degrees}."
    assert told(author, text) == []


def test_answers_that_were_the_wrong_way_round_are_mended_in_two_builds(gaps: Author, anki: Anki) -> None:
    anki.imports(gaps.dist / "arm-2026-11.apkg")
    for text in (TEXT.replace("infraspinatus", "subscapularis"),):
        assert told(gaps, text) == []
        gaps.build()

    swapped = "The {1|supraspinatus} abducts, the {2|subscapularis} turns outward, the {3|infraspinatus} turns inward."
    assert told(gaps, swapped) == []
    anki.imports(gaps.build().path)

    assert "{{c3::infraspinatus}}" in anki.note(gaps.guid(GAPS_KEY)).fields["Text"]


def test_the_number_of_a_gap_that_is_gone_is_given_to_nothing_else(gaps: Author) -> None:
    without = "The {1|supraspinatus} abducts, the {2|infraspinatus} turns outward."
    assert told(gaps, without) == [
        (
            "card-gone",
            "the gap 3, 'subscapularis', is gone: learners keep its card, and Anki shows that it asks nothing any more",
        )
    ]
    gaps.build()
    assert told(gaps, without) == []

    assert told(gaps, f"{without} Nerve: {{3|suprascapular nerve}}.") == [
        (
            "reused-number",
            "the number 3 was that of 'subscapularis', which is gone, "
            "and its reviews would become those of 'suprascapular nerve'",
        )
    ]
    assert gaps.attempt().built is None
    assert told(gaps, f"{without} Nerve: {{4|suprascapular nerve}}.") == []
    assert told(gaps, f"{without} The {{3|subscapularis muscle}} turns inward.") == []


# Ids of records


def exchange(author: Author) -> None:
    one, two = author.read(BICEPS), author.read(BRACHIALIS)
    author.write(BICEPS, one.replace("muscle: biceps-brachii", "muscle: brachialis", 1))
    author.write(BRACHIALIS, two.replace("muscle: brachialis", "muscle: biceps-brachii", 1))


def test_ids_that_were_exchanged_by_hand_are_refused(author: Author) -> None:
    author.build()
    before = author.state()

    exchange(author)

    found = [(each.location.path, each.rule, each.message) for each in author.check() if each.rule == "exchanged-id"]
    assert found == [
        (
            BICEPS,
            "exchanged-id",
            "'muscle/brachialis' is 'Biceps brachii' now, which 'muscle/biceps-brachii' was, and would take over the reviews "
            "of 'Brachialis'",
        ),
        (
            BRACHIALIS,
            "exchanged-id",
            "'muscle/biceps-brachii' is 'Brachialis' now, which 'muscle/brachialis' was, and would take over the reviews of "
            "'Biceps brachii'",
        ),
    ]
    assert author.attempt().built is None and author.state() == before


QUESTION = "- question: {}\n  ask: {}\n  answer: The elbow.\n  topic: anatomy\n  regions: [arm]\n  sources: openstax-ap2e-11-5\n"
ASKED = "Which joint does the brachialis cross on its way?", "At which joint does the short head work least of all?"


def test_ids_that_were_exchanged_are_found_in_other_words_too(author: Author) -> None:
    author.write("cards/questions.yaml", QUESTION.format("one", ASKED[0]) + QUESTION.format("two", ASKED[1]))
    author.build()

    better = [text.replace("?", ", then?") for text in ASKED]
    author.write("cards/questions.yaml", QUESTION.format("one", better[1]) + QUESTION.format("two", better[0]))
    assert [each.rule for each in author.check()] == ["exchanged-id"] * 2

    author.write("cards/questions.yaml", QUESTION.format("one", better[0]) + QUESTION.format("two", better[1]))
    assert author.check() == []


def test_a_name_that_is_put_better_or_given_on_in_two_builds_is_no_exchange(author: Author) -> None:
    author.build()
    author.edit(BICEPS, "name: Biceps brachii", "name: Biceps of the arm")
    assert [each.rule for each in author.check()] == []
    author.build()

    author.edit(BRACHIALIS, "name: Brachialis", "name: Biceps brachii")

    assert [each.rule for each in author.check()] == []


def test_a_renamed_record_is_no_exchange(author: Author) -> None:
    author.build()
    author.edit(BICEPS, "muscle: biceps-brachii", "muscle: biceps-of-the-arm\nformerly: biceps-brachii")

    assert "exchanged-id" not in [each.rule for each in author.check()]


# The deck


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("namespace: arm", "namespace: leg", "`namespace` was arm with learners and is leg now"),
        ("anki_id: 1700000000000", "anki_id: 1700000000050", "`anki_id` was 1700000000000 with learners"),
        ('name: "Arm"', 'name: "Upper limb"', "`name` was Arm with learners and is Upper limb now: learners keep"),
        ("tag_root: TA", "tag_root: ARM", "`tag_root` was TA with learners and is ARM now: every note is changed"),
        ("prefix: ARM", "prefix: UPPER", "`prefix` was ARM with learners and is UPPER now: every note type"),
        ("name: 1 Facts", "name: 1 All facts", "the subdeck '1 Facts' is called '1 All facts' now"),
        ("id: 1700000000001", "id: 1700000000051", "the subdeck '1 Facts' had the id 1700000000001 with learners"),
    ],
    ids=["namespace", "anki_id", "name", "tag_root", "prefix", "subdeck name", "subdeck id"],
)
def test_what_learners_know_the_deck_by_changes_only_on_purpose(author: Author, old: str, new: str, said: str) -> None:
    author.build()
    before = author.state()
    assert author.lock.deck is not None

    author.edit("cards/deck.yaml", old, new)

    (fault,) = author.check()
    assert (fault.rule, fault.severity) == ("deck-change", "error")
    assert said in fault.message and "--allow-schema-change" in str(fault.help)
    line = author.read("cards/deck.yaml").split("\n")[fault.location.line - 1]
    assert new.split(": ")[1] in line
    assert author.attempt().built is None and author.state() == before

    report = author.attempt(allow_schema_change=True)
    assert report.built and [(each.rule, each.severity) for each in report.diagnostics] == [("deck-change", "warning")]
    assert author.check() == []


def test_a_subdeck_that_is_gone_is_told_and_one_that_came_is_free(author: Author) -> None:
    author.edit(
        "cards/deck.yaml",
        "subdecks:\n",
        "subdecks:\n  more: {name: 3 More, id: 1700000000009, holds: [{kinds: claim}]}\n",
    )
    author.build()
    author.edit("cards/deck.yaml", "{name: 3 More, id: 1700000000009", "{name: 3 More, id: 1700000000009, about: Soon")
    author.edit(
        "cards/deck.yaml",
        "subdecks:\n",
        "subdecks:\n  new: {name: 4 New, id: 1700000000008, holds: [{kinds: group}]}\n",
    )
    assert author.check() == []
    author.build()

    author.edit(
        "cards/deck.yaml", "  more: {name: 3 More, id: 1700000000009, about: Soon, holds: [{kinds: claim}]}\n", ""
    )

    (fault,) = author.check()
    assert fault.message.startswith("the subdeck '3 More' is gone: learners keep it with their cards")
    assert fault.help.startswith("bring it back with the id 1700000000009;")


def test_the_price_of_another_deck_name_is_the_one_that_is_told(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    decks = {card.guid: card.deck for card in anki.cards()}
    author.edit("cards/deck.yaml", 'name: "Arm"', 'name: "Upper limb"')
    write(author)

    anki.imports(author.build(allow_schema_change=True).path)

    now = {card.guid: card.deck for card in anki.cards()}
    assert {guid: now[guid] for guid in decks} == decks
    assert {now[guid] for guid in now.keys() - decks.keys()} == {"Upper limb::1 Facts"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: 1700000000002", "id: 1700000000001", "subdeck 'facts' and subdeck 'exam' have the id 1700000000001"),
        ("id: 1700000000002", "id: 1700000000000", "the deck and subdeck 'exam' have the id 1700000000000"),
        ("group: 1700000000102", "group: 1700000000100", "and 'group' have the id 1700000000100"),
    ],
    ids=["two subdecks", "deck and subdeck", "two note types"],
)
def test_a_number_stands_for_one_thing_from_the_first_build_on(author: Author, old: str, new: str, said: str) -> None:
    author.edit("cards/deck.yaml", old, new)

    (fault,) = author.check()

    assert fault.rule == "same-id" and said in fault.message and fault.location.path == "cards/deck.yaml"
    assert new in author.read("cards/deck.yaml").split("\n")[fault.location.line - 1]
    assert author.attempt().built is None


# The file


def test_a_lock_of_before_it_knew_the_deck_is_read_and_completed(author: Author) -> None:
    write(author)
    author.build()
    whole = author.read(LOCK)
    plain = Lock(
        {key: _without(entry) for key, entry in author.lock.notes.items()}, author.lock.types, author.lock.releases
    )
    author.write(LOCK, locks.dump(plain).replace('"deckbuilder lock": 3', '"deckbuilder lock": 2'))
    assert author.lock.deck is None

    author.build()

    after = author.lock
    assert after.deck is not None
    known = locks.load(whole, LOCK)
    assert after.notes == known.notes
    assert (after.deck.name, after.deck.subdecks) == (
        "Arm",
        ((1700000000001, "1 Facts"), (1700000000002, "2 Exam practice")),
    )


def _without(entry: locks.Entry) -> locks.Entry:
    values = {name: getattr(entry, name) for name in locks.Entry.__slots__}
    return locks.Entry(**values | {"name": "", "asks": ()})


def test_branches_that_changed_the_deck_merge_line_by_line(author: Author) -> None:
    author.build()
    lock = author.lock
    assert lock.deck is not None
    line = next(line for line in author.read(LOCK).split("\n") if line.startswith('{"deck":'))
    one, two = (
        file._deck_line(DeckEntry("arm", 1700000000000, name, "TA", "ARM", lock.deck.subdecks, mod))
        for name, mod in (("One", lock.deck.mod + 5), ("Two", lock.deck.mod + 5))
    )
    texts = [author.read(LOCK).replace(line, "\n".join(lines)) for lines in ([line, one, two], [two, line, one])]

    found = [locks.load(text, LOCK).deck for text in texts]

    assert found[0] == found[1] and found[0] is not None and found[0].mod == lock.deck.mod + 5


@pytest.mark.parametrize("edit", [{"anki_id": -1}, {"anki_id": True}, {"subdecks": [[1]]}, {"mod": "x"}, {"prefix": 1}])
def test_a_line_of_the_deck_that_makes_no_sense_is_refused(author: Author, edit: dict[str, object]) -> None:
    author.build()
    line = next(line for line in author.read(LOCK).split("\n") if line.startswith('{"deck":'))
    value = json.loads(line) | edit
    del value["seal"]
    author.write(LOCK, author.read(LOCK).replace(line, file.sealed(value)))

    assert [each.rule for each in author.check()] == ["damaged-lock"]
