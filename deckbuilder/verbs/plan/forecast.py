"""What a course comes to, as the mean of several lives: pace, minutes, and how much is recalled on the day of the exam."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from deckbuilder.verbs.plan.days import Costs, Course, Day, Life, Start, live
from deckbuilder.verbs.plan.memory import Memory

RUNS = 12  # as `tell` says
FEW = 3  # runs, where it only has to be known whether something fits
_SEEN = 0.99  # of all cards, on average: a plan that shows fewer does not fit
_SLACK = 4  # how many more new cards a day are tried, because days are missed by chance
_LAST = 7


@dataclass(frozen=True, slots=True)
class Mean:
    """What a day asks for, if it is kept."""

    new: float
    reviews: float
    minutes: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """`seen` cards, of as many as there are, and the share of these that is `recall`ed, with the lowest and the highest life's."""

    course: Course
    cards: int
    seen: float
    recall: float
    low: float
    high: float
    days: tuple[Mean, ...]
    minutes: float
    busiest: float

    @property
    def fits(self) -> bool:
        """Whether all cards are seen before the exam, but for what chance may cost."""
        return self.seen >= _SEEN * self.cards


@dataclass(frozen=True, slots=True)
class Ability:
    """How somebody remembers, and how long a card takes. `tick` is called now and then, since this takes a while."""

    memory: Memory
    costs: Costs
    tick: Callable[[], None] = field(default=lambda: None, compare=False)


def course(days: int, fresh: int, minutes: int | None, attend: float) -> Course:
    """The slowest course that shows as many new cards before the last days. The last week is a quarter of a short time."""
    closing = days - min(_LAST, days // 4)
    pace = math.ceil(fresh / max(closing * attend, 1.0))
    return Course(days, closing, pace, minutes, attend)


def forecast(cards: Sequence[Start], wanted: Course, ability: Ability, runs: int = RUNS) -> Forecast:
    """What comes of this course, or of one with some more new cards a day where that shows more of them."""
    found = _lived(cards, wanted, ability, runs)
    for more in range(1, _SLACK + 1):
        if found.fits or not wanted.pace:
            break
        faster = _lived(cards, replace(wanted, pace=wanted.pace + more), ability, runs)
        if faster.seen <= found.seen:
            break  # there is no time for more
        found = faster
    return found


def _lived(cards: Sequence[Start], wanted: Course, ability: Ability, runs: int) -> Forecast:
    ability.tick()
    lives = [live(cards, wanted, ability.memory, ability.costs, seed) for seed in range(runs)]
    recalls = [life.recall for life in lives]
    kept = [day for life in lives for day in life.days if day.kept]
    return Forecast(
        course=wanted,
        cards=len(cards),
        seen=_mean([life.seen for life in lives]),
        recall=_mean(recalls),
        low=min(recalls),
        high=max(recalls),
        days=tuple(_mean_day([life.days[number] for life in lives]) for number in range(wanted.days)),
        minutes=_mean([day.seconds for day in kept]) / 60,
        busiest=_mean([_busiest(life) for life in lives]) / 60,
    )


def _mean_day(days: Sequence[Day]) -> Mean:
    kept = [day for day in days if day.kept]
    return Mean(
        _mean([day.new for day in kept]),
        _mean([day.reviews for day in kept]),
        _mean([day.seconds for day in kept]) / 60,
    )


def _busiest(life: Life) -> float:
    return max((day.seconds for day in life.days), default=0.0)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
