"""What a card asks of a comparison follows from what was measured and from what the source says of the difference."""

from __future__ import annotations

import pytest
from support.author import Author, plain

from deckbuilder.package.reader import read

STUDY = """\
- exercise: curl
  name: Curl
- exercise: row
  name: Row
- study: smith-2020
  people: {n: 12, who: adults}
  normalized_to: MVIC
  measurements:
    - {exercise: curl, of: biceps-brachii, value: %s}
    - {exercise: row, of: biceps-brachii, value: %s}
  comparisons:
    - {id: curl-against-row, compare: [curl, row], of: biceps-brachii, %s, caveat: Amplitude is not growth.}
  regions: [arm]
  sources: openstax-ap2e-11-5
"""


def study(first: str, second: str, said: str) -> str:
    """A study with two values, or none where they are empty."""
    text = STUDY % (first, second, said)
    return (
        text
        if first
        else "".join(line for line in text.splitlines(True) if "value: }" not in line and "measurements" not in line)
    )


def fields(
    author: Author, first: str, second: str, said: str = "difference: found, stated: p < 0.05"
) -> dict[str, str]:
    author.write("cards/study.yaml", study(first, second, said))
    contents = read(author.build().path)
    names = {each.id: each.names for each in contents.note_types}
    (note,) = (note for note in contents.notes() if note.guid == author.guid("study/smith-2020/curl-against-row"))
    return {name: plain(text) for name, text in zip(names[note.note_type_id], note.fields, strict=True)}


@pytest.mark.parametrize(
    ("first", "second", "answer", "measured"),
    [
        ("50", "45", "Curl, 11% more", "50 against 45% MVIC; 5 to 17% counts as right"),
        ("50", "60", "Row, 20% more", "60 against 50% MVIC; 10 to 30% counts as right"),
        ("69.5", "29.4", "Curl, 2.4 times", "69.5 against 29.4% MVIC; 1.6 to 3.1 times counts as right"),
        ("10", "30", "Row, 3 times", "30 against 10% MVIC; 2 to 4 times counts as right"),
        ("10", "80", "Row, 8 times", "80 against 10% MVIC; 4.5 to 11.5 times counts as right"),
        ("5", "0", "Curl", "5 against 0% MVIC"),
        ("-1", "8.8", "Row", "8.8 against −1% MVIC"),
    ],
)
def test_the_answer_follows_from_the_two_values(
    author: Author, first: str, second: str, answer: str, measured: str
) -> None:
    card = fields(author, first, second)

    assert (card["Answer"], card["Measured"]) == (answer, measured)


FOUND = "difference: found, stated: p < 0.05"
NONE = "No difference found"


@pytest.mark.parametrize(
    ("said", "choice", "answer", "difference"),
    [
        ("difference: found, stated: p = 0.03", NONE, "Curl, 2 times", "Difference found: p = 0.03."),
        ("difference: not-found, stated: p = 0.4", NONE, NONE, "Tested: p = 0.4."),
        ("difference: not-tested, stated: descriptive", NONE, "Curl, 2 times", "Difference not tested: descriptive."),
        ("difference: not-read", NONE, "Curl, 2 times", "Whether the study found a difference was not read."),
    ],
)
def test_that_none_was_found_may_be_chosen_everywhere_and_is_the_answer_where_it_was_tested(
    author: Author, said: str, choice: str, answer: str, difference: str
) -> None:
    card = fields(author, "50", "25", said)

    assert (card["Choice C"], card["Answer"], card["Difference"]) == (choice, answer, difference)


def test_the_front_is_the_same_whether_a_difference_was_found_or_not(author: Author) -> None:
    front = ("Heading", "Question", "Setting", "Choice A", "Choice B", "Choice C", "Task")
    found, none = (fields(author, "50", "45", said) for said in (FOUND, "difference: not-found, stated: p = 0.4"))

    assert [found[each] for each in front] == [none[each] for each in front]
    assert found["Task"] == "Say which, and about how many percent more."


@pytest.mark.parametrize(
    ("said", "answer", "task", "measured"),
    [
        (
            f"higher_by_percent: 16, {FOUND}",
            "Curl, 16% more",
            "Say which, and about how many percent more.",
            "8 to 24% counts as right",
        ),
        (
            f"higher_by_percent: -15, {FOUND}",
            "Row, 15% less in the other",
            "Say which, and about how many percent more.",
            "7 to 23% counts as right",
        ),
        (f"higher: row, {FOUND}", "Row", "Say which.", ""),
        ("difference: not-found, stated: p = 0.4", NONE, "Say which.", ""),
    ],
)
def test_a_source_without_values_is_told_as_far_as_it_goes(
    author: Author, said: str, answer: str, task: str, measured: str
) -> None:
    card = fields(author, "", "", f"measure: strength, {said}")

    assert (card["Answer"], card["Task"], card["Measured"]) == (answer, task, measured)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("difference: found", "difference-stated"),
        ("difference: not-read, stated: p < 0.05", "difference-stated"),
        ("stated: p < 0.05", "missing-key"),
        ('difference: "yes", stated: p < 0.05', "unknown-value"),
        (f"higher: lunge, {FOUND}", "comparison-higher"),
        (f"higher: curl, higher_by_percent: 16, {FOUND}", "comparison-higher"),
        ("higher: curl, difference: not-found, stated: p = 0.4", "comparison-higher"),
    ],
)
def test_what_a_comparison_says_of_the_difference_goes_together(author: Author, said: str, told: str) -> None:
    author.write("cards/study.yaml", study("50", "45", said))

    assert told in {each.rule for each in author.check()}


def test_a_study_without_comparisons_makes_no_card(author: Author) -> None:
    text = study("50", "45", FOUND)
    author.write(
        "cards/study.yaml", text[: text.index("  comparisons:")] + "  regions: [arm]\n  sources: openstax-ap2e-11-5\n"
    )

    contents = read(author.build().path)

    assert not [each.name for each in contents.note_types if each.name.endswith("Activation")]


@pytest.mark.parametrize(
    ("spread", "shown", "named"),
    [("sd: 17", "± 17", "one standard deviation"), ("se: 3.8", "± 3.8", "one standard error")],
)
def test_a_spread_is_shown_with_its_name(author: Author, spread: str, shown: str, named: str) -> None:
    card = fields(author, f"50, {spread}", f"45, {spread}")

    assert shown in card["Bars"]
    assert named in card["Study"]
