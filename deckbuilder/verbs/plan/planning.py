"""A plan: whether the cards fit into the days and minutes, what to leave out if they do not, and what else could be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from deckbuilder.records import Deck, Exam
from deckbuilder.records.deck import decks_in_order
from deckbuilder.verbs.plan import MOST_MINUTES
from deckbuilder.verbs.plan.days import Start
from deckbuilder.verbs.plan.forecast import FEW, Ability, Forecast, course, forecast
from deckbuilder.workspace.studycards import StudyCard

_LATER = 14
_NEAR = 6  # minutes


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants: an exam on a day, so many minutes a day at most, so many of all days kept.

    `exam` is None for all of the deck.
    """

    today: date
    day: date
    minutes: int | None = None
    attend: float = 0.8
    exam: Exam | None = None

    @property
    def days(self) -> int:
        return (self.day - self.today).days


@dataclass(frozen=True, slots=True)
class Learning:
    """A card that is to be learned, with where it stands on the first day."""

    card: StudyCard
    start: Start

    @property
    def is_new(self) -> bool:
        return self.start.known is None


@dataclass(frozen=True, slots=True)
class Step:
    """Some cards that can be left out before others. `search` finds them in Anki."""

    what: str
    search: str
    cards: tuple[Learning, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """What would come of another course."""

    what: str
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class Plan:
    """`forecast` is of the cards without those of the steps `left_out`; `whole` is of all of them.

    `fits`: whether it is done so. `needed`: how many minutes a day all of the cards take, if the given ones do not do.
    """

    wish: Wish
    deck: Deck
    cards: int
    fresh: int
    suspended: int
    whole: Forecast
    forecast: Forecast
    left_out: tuple[Step, ...]
    needed: int
    others: tuple[Other, ...]

    @property
    def fits(self) -> bool:
        return self.forecast.fits

    @property
    def closes(self) -> date:
        """The first day without new cards."""
        return self.wish.today + timedelta(self.forecast.course.closing)


def plan(wish: Wish, deck: Deck, learning: Sequence[Learning], suspended: int, ability: Ability) -> Plan:
    """The plan of a wish, for cards in the order of teaching. `suspended`: how many cards the learner took out already."""
    whole = _of(wish, learning, ability)
    found, left_out, needed = whole, [], 0
    if not whole.fits:
        needed = _needed(wish, learning, ability)
        left_out = _too_many(wish, deck, learning, ability)
        found = _of(wish, _without(learning, left_out), ability)
    return Plan(
        wish=wish,
        deck=deck,
        cards=len(learning),
        fresh=sum(each.is_new for each in learning),
        suspended=suspended,
        whole=whole,
        forecast=found,
        left_out=tuple(left_out),
        needed=needed,
        others=tuple(_others(wish, _without(learning, left_out), ability)),
    )


def _of(wish: Wish, learning: Sequence[Learning], ability: Ability, runs: int | None = None) -> Forecast:
    cards = [each.start for each in learning]
    fresh = sum(each.is_new for each in learning)
    wanted = course(wish.days, fresh, wish.minutes, wish.attend)
    return forecast(cards, wanted, ability) if runs is None else forecast(cards, wanted, ability, runs)


def _needed(wish: Wish, learning: Sequence[Learning], ability: Ability) -> int:
    """The fewest minutes a day in which all cards are seen; 0 where no day is long enough."""
    low, high = (wish.minutes or 0) + 1, MOST_MINUTES
    while low < high:  # a few lives say about where
        middle = (low + high) // 2
        if _of(replace(wish, minutes=middle), learning, ability, FEW).fits:
            high = middle
        else:
            low = middle + 1
    near = range(low, min(low + _NEAR, MOST_MINUTES + 1))
    return next((each for each in near if _of(replace(wish, minutes=each), learning, ability).fits), 0)


# What to leave out


def _too_many(wish: Wish, deck: Deck, learning: Sequence[Learning], ability: Ability) -> list[Step]:
    """The fewest steps without which the rest fits; all of them where that does not do either."""
    left_out: list[Step] = []
    for step in steps(wish, deck, learning):
        left_out.append(step)
        rest = _without(learning, left_out)
        if _of(wish, rest, ability, FEW).fits and _of(wish, rest, ability).fits:
            break
    return left_out


def _without(learning: Sequence[Learning], left_out: Sequence[Step]) -> list[Learning]:
    gone = {(each.card.guid, each.card.ordinal) for step in left_out for each in step.cards}
    return [each for each in learning if (each.card.guid, each.card.ordinal) not in gone]


def steps(wish: Wish, deck: Deck, learning: Sequence[Learning]) -> list[Step]:
    """New cards that can be left out, the least missed first, and each once: what is learned already costs little.

    First what the exam does not ask, then what is deep, then the decks behind the first as Anki lists them, then what is useful and not core.
    """
    left = [each for each in learning if each.is_new]
    found = []
    for what, search, chosen in _sorts(wish, deck, left):
        cards = tuple(each for each in left if each.card in chosen)
        if cards:
            found.append(Step(what, f"{search} is:new", cards))
            left = [each for each in left if each.card not in chosen]
    return found


def _sorts(wish: Wish, deck: Deck, learning: Sequence[Learning]) -> Iterator[tuple[str, str, set[StudyCard]]]:
    cards = [each.card for each in learning]
    if wish.exam:
        for type, names, chosen in _unasked(wish.exam, cards):
            kinds = " or ".join(f'card:"{name}"' for name in names)
            search = f'note:"{type}" ({kinds})' if len(names) > 1 else f'note:"{type}" {kinds}'
            yield f"what {wish.exam.name} does not ask of {type}: {', '.join(names)}", search, chosen
    root = deck.tag_root
    yield "the deep tier", f"tag:{root}::Tier::3_Deep", {card for card in cards if card.tier == "deep"}
    for id in decks_in_order(deck)[1:]:
        name = deck.subdecks[id].name
        yield f"the deck {name}", f'"deck:{deck.name}::{name}"', {card for card in cards if card.deck == id}
    yield "the useful tier", f"tag:{root}::Tier::2_Useful", {card for card in cards if card.tier == "useful"}


def _unasked(exam: Exam, cards: Sequence[StudyCard]) -> Iterator[tuple[str, list[str], set[StudyCard]]]:
    """Cards that come only with their notes: note type, names of cards of which the exam asks none, and all of these."""
    topics = {topic for _, _, objective in exam.objectives() for topic in objective.topics}
    asked = {(card.type, card.name) for card in cards if card.topic in topics}
    for type in dict.fromkeys(card.type for card in cards):
        found = [card for card in cards if card.type == type and (type, card.name) not in asked]
        if found:
            yield type, list(dict.fromkeys(card.name for card in found)), set(found)


# What else could be


def _others(wish: Wish, learning: Sequence[Learning], ability: Ability) -> Iterator[Other]:
    if wish.days >= 2 * _LATER:
        later = replace(wish, today=wish.today + timedelta(_LATER))
        waited = [replace(each, start=_later(each.start)) for each in learning]
        yield Other("Started two weeks later", _of(later, waited, ability))
    if wish.attend < 1:
        yield Other("Without a missed day", _of(replace(wish, attend=1.0), learning, ability))
    if wish.minutes and wish.minutes > 5:
        half = math.ceil(wish.minutes / 2)
        yield Other(f"With {half} minutes a day", _of(replace(wish, minutes=half), learning, ability))


def _later(start: Start) -> Start:
    return start if start.known is None else replace(start, last=start.last - _LATER, due=start.due - _LATER)
