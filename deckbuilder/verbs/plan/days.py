"""The days until an exam, lived through by somebody who studies as planned, forgets by FSRS, and misses a day now and then.

What happens is decided by a number, so that the same plan is the same each time; several numbers tell how much is chance.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import accumulate

from deckbuilder.verbs.plan.memory import AGAIN, GOOD, Known, Memory

# How a new card is answered at first: again, hard, good, easy; the averages that Anki's own simulator begins with.
_FIRST = (0.24, 0.094, 0.495, 0.171)
# Below this, a card is worth a look in the last days.
WEAK = 0.95


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds that a card takes: when it is new, with all that is asked of it that day, when it is recalled, when it is not.

    What stands here is what Anki's own simulator takes for a learner of whom it knows nothing.
    """

    new: float = 38.0
    recalled: float = 13.0
    forgotten: float = 47.0


@dataclass(frozen=True, slots=True)
class Start:
    """A card on the first day. `known`: None of one that is new; `last` and `due` in days from then."""

    known: Known | None = None
    last: int = 0
    due: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """What somebody means to do. Days count from 0, and the exam is on day `days`.

    `pace`: new cards a day, until the day `closing`; from then on, the time that is left goes to the weakest cards.
    `minutes`: how long on a day at most, None without a limit. `attend`: how many of all days are kept.
    """

    days: int
    closing: int
    pace: int
    minutes: int | None = None
    attend: float = 1.0


@dataclass(slots=True)
class Day:
    """What was done on a day; all 0 on one that was missed."""

    kept: bool = False
    new: int = 0
    reviews: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Life:
    """What became of it: day by day, how many cards were seen, and which share of all is recalled on the day of the exam."""

    days: list[Day]
    seen: int
    recall: float


def live(cards: Sequence[Start], course: Course, memory: Memory, costs: Costs, seed: int) -> Life:
    """One life through the days. New cards come in the order in which they are given."""
    return _Living(list(cards), course, memory, costs, random.Random(seed)).life()


@dataclass
class _Living:
    cards: list[Start]
    course: Course
    memory: Memory
    costs: Costs
    dice: random.Random
    waiting: list[tuple[int, int]] = field(default_factory=list)  # due, and which card
    fresh: list[int] = field(default_factory=list)
    first: list[float] = field(default_factory=lambda: list(accumulate(_FIRST)))

    def life(self) -> Life:
        self.fresh = [place for place, card in enumerate(self.cards) if card.known is None][::-1]
        self.waiting = [(card.due, place) for place, card in enumerate(self.cards) if card.known is not None]
        heapify(self.waiting)
        days: list[Day] = []
        count = self.course.days
        kept = {*self.dice.sample(range(count), min(max(round(count * self.course.attend), 1), count))}
        for number in range(count):
            day = Day(kept=number in kept)
            if day.kept:
                self._study(number, day, self._budget(number, days))
            days.append(day)
        return Life(days, len(self.cards) - len(self.fresh), self._recall())

    def _budget(self, number: int, before: list[Day]) -> tuple[float, float]:
        """The seconds of a day for what is due and new, and those for what is weak, none before the last days.

        Without a limit a last day is as long as the days before it were.
        """
        closing = number >= self.course.closing
        if self.course.minutes is not None:
            limit = 60.0 * self.course.minutes
            return limit, limit if closing else 0.0
        kept = [day.seconds for day in before[: self.course.closing] if day.kept]
        return float("inf"), sum(kept) / len(kept) if closing and kept else 0.0

    def _study(self, number: int, day: Day, budget: tuple[float, float]) -> None:
        limit, for_the_weak = budget
        while self.waiting and self.waiting[0][0] <= number and day.seconds < limit:
            _, place = heappop(self.waiting)
            self._review(place, number, day)
        if number < self.course.closing:
            while self.fresh and day.new < self.course.pace and day.seconds + self.costs.new <= limit:
                self._learn(self.fresh.pop(), number, day)
        elif day.seconds < for_the_weak:
            self._look_again(number, day, for_the_weak)

    def _review(self, place: int, number: int, day: Day) -> None:
        card = self.cards[place]
        assert card.known is not None
        elapsed = number - card.last
        recalled = self.dice.random() < self.memory.recall(card.known, elapsed)
        known, interval = self.memory.after(card.known, elapsed, GOOD if recalled else AGAIN)
        day.reviews += 1
        day.seconds += self.costs.recalled if recalled else self.costs.forgotten
        self._keep(place, Start(known, number, number + interval))

    def _learn(self, place: int, number: int, day: Day) -> None:
        drawn = self.dice.random()
        rating = 1 + sum(drawn >= upto for upto in self.first[:-1])
        known, interval = self.memory.after(None, 0, rating)
        day.new += 1
        day.seconds += self.costs.new
        self._keep(place, Start(known, number, number + interval))

    def _look_again(self, number: int, day: Day, limit: float) -> None:
        """Cards that are not due, the weakest first."""
        weak = sorted(
            (recall, place)
            for place, card in enumerate(self.cards)
            if card.known is not None
            and card.last < number
            and (recall := self.memory.recall(card.known, number - card.last)) < WEAK
        )
        for _, place in weak:
            if day.seconds >= limit:
                break
            self._review(place, number, day)

    def _keep(self, place: int, card: Start) -> None:
        self.cards[place] = card
        heappush(self.waiting, (card.due, place))

    def _recall(self) -> float:
        """The share of all cards that is recalled on the day of the exam; what was never seen is not."""
        known = [(card.known, self.course.days - card.last) for card in self.cards if card.known is not None]
        return sum(self.memory.recall(each, days) for each, days in known) / max(len(self.cards), 1)
