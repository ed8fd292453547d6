"""A card prints the number itself and which answers count as right; neither may say otherwise than the values."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deckbuilder.records import sizes
from deckbuilder.records.sizes import TIMES_FROM, WHOLE_FROM, Size

# Every place where the wording changes, or a band once began, and both sides of it.
LIMITS = (1.0, 1.005, 1.01, 1.1, 1.2, 1.25, TIMES_FROM, 1.75, 2.0, 3.0, WHOLE_FROM, 100.0)
NEAR = sorted({limit + step for limit in LIMITS for step in (-0.051, -0.001, -1e-9, 0.0, 1e-9, 0.001, 0.049)} - {1.0})


def told(size: Size) -> float:
    """The ratio that a size says."""
    number = re.search(r"\d+(?:\.\d+)?", size.said)
    assert number, size
    value = float(number[0])
    return 1 + value / 100 if "%" in size.said else value


def ends(size: Size) -> tuple[float, float]:
    """The ratios from which and to which an answer counts as right."""
    found = [float(each) for each in re.findall(r"\d+(?:\.\d+)?", size.accepted)]
    low, high = found if len(found) == 2 else (0.0, found[0])
    return (1 + low / 100, 1 + high / 100) if "%" in size.accepted else (low, high)


def is_honest(ratio: float, size: Size) -> None:
    if "less than" in size.said:
        assert ratio < 1.01
    else:
        # No further off than half of what stands in the last place.
        step = 0.01 if "%" in size.said else 0.1 if ratio < WHOLE_FROM else 1
        assert abs(told(size) - ratio) <= step / 2 + 1e-6, (ratio, size)
    low, high = ends(size)
    assert low <= ratio + 1e-9 and ratio - 1e-9 <= high, (ratio, size)
    if "less than" not in size.said:
        assert low <= told(size) <= high, (ratio, size)
    assert low >= 1, "what is not more is never right"
    # An answer that is twice the difference, or a third of it, is wrong.
    if ratio - 1 > 0.1:
        assert high < 1 + 2 * (ratio - 1) and low > 1 + (ratio - 1) / 3, (ratio, size)


@pytest.mark.parametrize("ratio", [each for each in NEAR if each > 1])
def test_no_size_misstates_its_ratio_near_a_limit(ratio: float) -> None:
    size = sizes.of_values(ratio, 1)

    assert size is not None
    is_honest(ratio, size)


@given(st.floats(0.1, 400), st.floats(0.1, 400))
def test_no_size_misstates_its_ratio(one: float, other: float) -> None:
    low, high = sorted((one, other))
    size = sizes.of_values(high, low)

    assert (size is None) == (high <= low)
    if size:
        is_honest(high / low, size)


@given(st.floats(-90, 400).map(lambda each: round(each, 1)).filter(lambda each: abs(each) >= 1))
def test_no_size_misstates_a_percentage(percent: float) -> None:
    size = sizes.of_percent(percent)

    assert size is not None and ("less in the other" in size.said) == (percent < 0)
    is_honest(1 + abs(percent) / 100, size)


@pytest.mark.parametrize(
    ("higher", "lower", "said", "accepted"),
    [
        (69.5, 29.4, "2.4 times", "1.6 to 3.1 times"),
        (1.2, 1.0, "20% more", "10 to 30%"),
        (1.8, 1.0, "1.8 times", "1.4 to 2.2 times"),
        (3.0, 1.0, "3 times", "2 to 4 times"),
        (51.52, 46.88, "10% more", "4 to 15%"),
        (1.005, 1.0, "less than 1% more", "up to 1%"),
        (80, 5, "16 times", "8 to 24 times"),
    ],
)
def test_a_size_is_the_number_and_what_counts_as_right(higher: float, lower: float, said: str, accepted: str) -> None:
    assert sizes.of_values(higher, lower) == Size(said, accepted)


@pytest.mark.parametrize(("higher", "lower"), [(5, 5), (4, 5), (5, 0), (5, -1)])
def test_between_values_that_have_no_ratio_there_is_no_size(higher: float, lower: float) -> None:
    assert sizes.of_values(higher, lower) is None


def test_a_difference_that_the_source_gives_stays_as_it_is() -> None:
    assert sizes.of_percent(16) == Size("16% more", "8 to 24%")
    assert sizes.of_percent(-58.5) == Size("58.5% less in the other", "29 to 88%")
    assert sizes.of_percent(0) is None
