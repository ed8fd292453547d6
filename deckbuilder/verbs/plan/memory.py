"""How well a card is remembered after so many days, and what an answer makes of that: FSRS, by the library of that name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from deckbuilder.core.diagnostics import Fault

try:
    from fsrs import Card, Rating, Scheduler, State
    from fsrs.scheduler import DEFAULT_PARAMETERS
except ImportError as missing:  # pragma: no cover
    raise Fault(
        "a plan needs the package fsrs, which is not installed",
        'pip install "anki-deckbuilder[plan]"; in a checkout: pip install -e ".[plan]"',
    ) from missing

AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4
RETENTION = 0.9
LONGEST = 36_500
_DAWN = datetime(2020, 1, 1, tzinfo=timezone.utc)  # any day: FSRS goes by how many lie between two answers
_SOON = timedelta(minutes=10)


class Known(NamedTuple):
    """What is known of a card's memory: FSRS' stability in days, and its difficulty from 1 to 10."""

    stability: float
    difficulty: float


class Memory:
    """FSRS with these parameters, which asks again when recall has sunk to `retention`. `longest`: the longest interval in days.

    What came of an answer is remembered: many cards have had the same answers on the same days.
    """

    def __init__(
        self, parameters: Sequence[float] = DEFAULT_PARAMETERS, retention: float = RETENTION, longest: int = LONGEST
    ) -> None:
        self._scheduler = Scheduler(parameters, retention, (), (), longest, enable_fuzzing=False)
        self._after: dict[tuple[Known | None, int, int], tuple[Known, int]] = {}
        self._recall: dict[tuple[float, int], float] = {}

    def recall(self, known: Known, days: int) -> float:
        """How likely it is that a card is recalled, so many days after the last answer."""
        key = known.stability, days
        found = self._recall.get(key)
        if found is None:
            found = self._recall[key] = self._scheduler.get_card_retrievability(_card(known), _DAWN + timedelta(days))
        return found

    def after(self, known: Known | None, days: int, rating: int) -> tuple[Known, int]:
        """What an answer makes of a card, and in how many days it is asked again. `known`: None of one that is new.

        A card that was forgotten is asked again on the same day, and then recalled.
        """
        key = known, days, rating
        found = self._after.get(key)
        if found is None:
            found = self._after[key] = self._answered(known, days, rating)
        return found

    def replayed(self, answers: Sequence[tuple[float, int]]) -> Known | None:
        """What a history of answers comes to: each with its time in seconds, and its rating."""
        card = Card(card_id=1, due=_DAWN)
        for seconds, rating in answers:
            at = datetime.fromtimestamp(seconds, timezone.utc)
            card, _ = self._scheduler.review_card(card, Rating(rating), at)
        return _known(card) if answers else None

    def _answered(self, known: Known | None, days: int, rating: int) -> tuple[Known, int]:
        at = _DAWN + timedelta(days)
        card = Card(card_id=1, due=at) if known is None else _card(known)
        card, _ = self._scheduler.review_card(card, Rating(rating), at)
        if rating == AGAIN:
            card, _ = self._scheduler.review_card(card, Rating.Good, at + _SOON)
        return _known(card), max((card.due - at).days, 1)


def _card(known: Known) -> Card:
    return Card(1, State.Review, None, known.stability, known.difficulty, _DAWN, _DAWN)


def _known(card: Card) -> Known:
    assert card.stability is not None and card.difficulty is not None
    return Known(card.stability, card.difficulty)
