"""Names that are nearly the same are found among many as among few, in time that grows with their number only."""

from __future__ import annotations

import random
import string

import pytest
from rapidfuzz.distance import DamerauLevenshtein

from deckbuilder import records, rules, source
from deckbuilder.anatomy.library import Library
from deckbuilder.rules import quantities
from deckbuilder.rules.alike import near
from deckbuilder.rules.rule import Found


def names(count: int) -> list[str]:
    pick = random.Random(1)
    return ["Flexor " + "".join(pick.choices(string.ascii_lowercase, k=9)) for _ in range(count)]


@pytest.mark.parametrize("count", [10, 400])
def test_a_pair_two_letters_apart_is_found_among_any_number(count: int) -> None:
    many = [*names(count), "Flexor hallucis", "Flexor halucus"]

    found = {frozenset(pair) for pair in near((name, name) for name in many)}

    assert found == {
        frozenset((one, other))
        for at, one in enumerate(many)
        for other in many[at + 1 :]
        if DamerauLevenshtein.distance(one, other) <= 2
    }
    assert frozenset(("Flexor hallucis", "Flexor halucus")) in found


def test_a_name_like_several_others_is_told_once() -> None:
    names = ("Flexor hallucis", "Flexor halucis", "Flexor hallucus")
    text = "".join(
        f"- {{muscle: {name.lower().replace(' ', '-')}, name: {name}, region: leg, sources: book}}\n" for name in names
    )
    documents, _ = source.parse(source.File("cards/x.yaml", text))
    found, faults = records.parse(documents)
    hits = list(rules.RULES["confusable"].check(rules.seen(Library(found))))

    assert faults == []
    assert [each.message for each in hits if isinstance(each, Found)] == [
        "'Flexor hallucis' and 'Flexor hallucus' are nearly the same name, and no card tells them apart",
        "'Flexor hallucis', 'Flexor hallucus' and 'Flexor halucis' are nearly the same name, and no card tells them apart",
    ]


@pytest.mark.parametrize("pair", [("Root 11", "Root 12"), ("Hip", "Lip"), ("Medial head", "Lateral head")])
def test_numbers_short_words_and_sides_are_no_misspellings(pair: tuple[str, str]) -> None:
    assert list(near((name, name) for name in pair)) == []


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ("2.4 times", True),
        ("2.3 times", False),
        ("about twice", True),
        ("over twice", True),
        ("over three times", False),
        ("136 % more", True),
        ("58 % less", True),
        ("36 % higher", False),
        ("2.4x", True),
        ("2-3x", True),
        ("two to three times", True),
        ("between 3 and 4 times", False),
    ],
)
def test_a_ratio_may_be_off_by_what_rounding_or_its_word_hides(said: str, fits: bool) -> None:
    [ratio] = quantities.ratios(f"The signal was {said} than in the squat.")

    assert ratio.fits(69.5, 29.4) is fits


@pytest.mark.parametrize(
    ("said", "true", "fits"),
    [
        ("about 1.5 times", 1.2, False),
        ("about 1.5 times", 1.6, True),
        ("2-3 times", 1.8, False),
        ("2-3 times", 2.0, True),
        ("2–3×", 3.0, True),
        ("2 to 3 times", 3.2, False),
        ("over 3 times", 3.0, False),
        ("over 3 times", 3.01, True),
        ("more than 3 times", 6.0, False),
        ("at least 3 times", 3.0, True),
        ("less than twice", 2.0, False),
        ("less than twice", 1.9, True),
        ("up to 2 times", 2.0, True),
        ("nearly twice", 1.9, True),
        ("almost twice", 2.1, False),
    ],
)
def test_a_range_and_a_bound_are_true_as_they_are_said(said: str, true: float, fits: bool) -> None:
    [ratio] = quantities.ratios(f"The signal was {said} that of the squat.")

    assert ratio.fits(true * 30, 30) is fits


@pytest.mark.parametrize("said", ["3 x 10 at 10RM", "5×10 repetitions", "2 or 3 times a week", "3 times per week"])
def test_sets_and_sessions_are_no_ratios(said: str) -> None:
    assert quantities.ratios(f"They trained {said}.") == []
