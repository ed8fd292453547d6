"""How much more one value is than another, as a learner says it, and from where to where an answer is right.

What is printed is the number itself, never a band: '2.4 times', '16% more'. Nobody remembers it to the decimal, so an
answer counts from half the difference to one and a half times it, and the card prints both ends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# From here on a ratio is told in times, below it in per cent: '1.1 times' tells nobody much.
TIMES_FROM = 1.5
# From here on decimals of a ratio are no knowledge.
WHOLE_FROM = 10.0


@dataclass(frozen=True, slots=True)
class Size:
    """A difference in words, and the answers that count as right."""

    said: str
    accepted: str


def of_values(higher: float, lower: float) -> Size | None:
    """How much more `higher` is than `lower`; None where they are equal, or where a ratio means nothing."""
    if lower <= 0 or higher <= lower:
        return None
    ratio = higher / lower
    return _in_times(ratio) if round(ratio, 3) >= TIMES_FROM else _in_percent((ratio - 1) * 100)


def of_percent(percent: float) -> Size | None:
    """A difference as the source gives it in per cent; below 0 for how much less the other one is."""
    much, word = abs(percent), "less in the other" if percent < 0 else "more"
    return Size(f"{much:g}% {word}", _accepted(much)) if much else None


def _in_times(ratio: float) -> Size:
    digits = 0 if ratio >= WHOLE_FROM else 1
    low, high = 1 + (ratio - 1) / 2, 1 + (ratio - 1) * 1.5
    return Size(f"{_number(ratio, digits)} times", f"{_down(low, digits)} to {_up(high, digits)} times")


def _in_percent(percent: float) -> Size:
    return Size(f"{_number(percent, 0)}% more" if percent >= 1 else "less than 1% more", _accepted(percent))


def _accepted(percent: float) -> str:
    low, high = _down(percent / 2, 0), _up(percent * 1.5, 0)
    return f"{low} to {high}%" if percent >= 1 else f"up to {high}%"


def _down(value: float, digits: int) -> str:
    return _number(math.floor(_whole(value * 10**digits)) / 10**digits, digits)


def _up(value: float, digits: int) -> str:
    return _number(math.ceil(_whole(value * 10**digits)) / 10**digits, digits)


def _whole(value: float) -> float:
    """The value without the noise of binary fractions: 17.000000000000004 is 17."""
    return round(value, 6)


def _number(value: float, digits: int) -> str:
    """With as many decimals as asked for, without a useless '.0'."""
    return f"{value:.{digits}f}".removesuffix(".0")
