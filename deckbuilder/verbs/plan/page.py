"""A plan in words: for a terminal, as Markdown, and as plain values for JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from deckbuilder.verbs.plan.days import WEAK
from deckbuilder.verbs.plan.forecast import Forecast
from deckbuilder.verbs.plan.planning import Plan

WIDTH = 110
_LABEL = 13
_MODEL = "A model and no promise: FSRS, lived through a dozen times; the range is what chance made of it."


class Said(NamedTuple):
    """A line of a plan. `search` is to be pasted into Anki's browser."""

    label: str
    text: str
    search: str = ""


def as_text(plan: Plan, notes: Sequence[str]) -> str:
    """Lines for a terminal."""
    lines = textwrap.wrap(_head(plan), WIDTH, break_on_hyphens=False)
    for label, text, search in _parts(plan):
        wrapped = textwrap.wrap(f"{text}:" if search else text, WIDTH - _LABEL, break_on_hyphens=False)
        for first, line in enumerate([*wrapped, *([search] if search else [])]):
            lines.append(f"{'' if first else label:<{_LABEL}}{line}")
    lines += textwrap.wrap(" ".join([_MODEL, *notes]), WIDTH, break_on_hyphens=False)
    return "\n".join(lines)


def as_markdown(plan: Plan, notes: Sequence[str]) -> str:
    """The same as a list, and what a day asks for week by week."""
    lines = [f"# {plan.deck.name}: a plan", "", _head(plan), ""]
    for label, text, search in _parts(plan):
        lines.append(f"- **{label}**: {text}{f': `{search}`' if search else ''}")
    lines += ["", "| week from | new cards a day | reviews a day | minutes a day |", "|---|---:|---:|---:|"]
    for first, new, reviews, minutes in _weeks(plan):
        lines.append(f"| {_day(first)} | {new:.0f} | {reviews:.0f} | {minutes:.0f} |")
    return "\n".join([*lines, "", " ".join([_MODEL, *notes])])


def as_values(plan: Plan, notes: Sequence[str]) -> dict[str, Any]:
    """All of it, for programs."""
    wish = plan.wish
    return {
        "deck": plan.deck.name,
        "exam": wish.exam.name if wish.exam else None,
        "today": wish.today.isoformat(),
        "exam_date": wish.day.isoformat(),
        "minutes": wish.minutes,
        "attend": wish.attend,
        "cards": plan.cards,
        "new_cards": plan.fresh,
        "suspended": plan.suspended,
        "fits": plan.fits,
        "needed_minutes": plan.needed or None,
        "without_limits_left_out": _forecast(plan.whole),
        "plan": _forecast(plan.forecast) | {"closes": plan.closes.isoformat()},
        "left_out": [{"what": each.what, "search": each.search, "cards": len(each.cards)} for each in plan.left_out],
        "others": [{"what": each.what} | _forecast(each.forecast) for each in plan.others],
        "days": [
            {
                "date": day.isoformat(),
                "new": round(mean.new, 1),
                "reviews": round(mean.reviews, 1),
                "minutes": round(mean.minutes, 1),
            }
            for day, mean in by_day(plan)
        ],
        "notes": list(notes),
    }


def by_day(plan: Plan) -> Iterator[tuple[date, Any]]:
    """Each day of the plan with what it asks for, if it is kept."""
    return ((plan.wish.today + timedelta(number), mean) for number, mean in enumerate(plan.forecast.days))


def _head(plan: Plan) -> str:
    wish = plan.wish
    exam = f" for {wish.exam.name}" if wish.exam else ""
    known = f", {plan.cards - plan.fresh:,} of them begun" if plan.fresh < plan.cards else ""
    out = f"; {plan.suspended:,} more are suspended" if plan.suspended else ""
    days = "1 day" if wish.days == 1 else f"{wish.days:,} days"
    kept = "" if wish.attend >= 1 else f", of which you keep {wish.attend:.0%}"
    return f"{plan.deck.name}{exam}, exam on {_day(wish.day)}: {plan.cards:,} cards{known}, {days}{kept}{out}."


def _parts(plan: Plan) -> Iterator[Said]:
    yield from _lacking(plan)
    forecast, course = plan.forecast, plan.forecast.course
    if course.pace:
        yield Said("New cards", f"{course.pace:,} a day, until {_day(plan.closes - timedelta(1))}")
    yield Said("Time", f"{forecast.minutes:.0f} minutes on a day that you keep, {forecast.busiest:.0f} on the busiest")
    yield Said("Exam day", f"{_recall(forecast)} of {forecast.cards:,} cards recalled")
    if course.closing < course.days:
        yield Said(
            f"Last {course.days - course.closing} days",
            "no new cards; first what is due, then the weakest",
            f'deck:"{plan.deck.name}" prop:r<{WEAK} -is:new',
        )
    for other in plan.others:
        yield Said("Or", f"{other.what[0].lower()}{other.what[1:]}: {_other(other.forecast)}")
    if plan.wish.exam:
        tag = f"{plan.deck.tag_root}::Exam::{plan.wish.exam.name}"
        build = f"`deckbuilder build --exam {plan.wish.exam.name}`"
        yield Said("The part", f"{build}, or suspend the rest of the deck", f'deck:"{plan.deck.name}" -tag:{tag}')


def _lacking(plan: Plan) -> Iterator[Said]:
    """What does not fit, and what is left out for that."""
    if plan.whole.fits:
        return
    unseen = plan.cards - plan.whole.seen
    within = f"into {plan.wish.minutes} minutes a day" if plan.wish.minutes else "into these days"
    needed = f" All of them take about {plan.needed} minutes a day." if plan.needed else ""
    yield Said(
        "Too much",
        f"{plan.cards:,} cards do not fit {within}: {unseen:,.0f} would not be seen, {_recall(plan.whole)} recalled.{needed}",
    )
    for step in plan.left_out:
        yield Said("Leave out", f"{step.what}, {len(step.cards):,} cards; suspend them", step.search)
    if plan.left_out and not plan.fits:
        left, every = plan.forecast.cards - plan.forecast.seen, plan.forecast.cards
        yield Said("Even so", f"{left:,.0f} of the other {every:,} cards would not be seen")


def _other(forecast: Forecast) -> str:
    seen = "" if forecast.fits else f", {forecast.cards - forecast.seen:,.0f} cards never seen"
    pace = f"{forecast.course.pace:,} new cards a day, " if forecast.course.pace else ""
    return f"{pace}{forecast.minutes:.0f} minutes, {_recall(forecast)}{seen}"


def _recall(forecast: Forecast) -> str:
    low, high = f"{forecast.low:.0%}", f"{forecast.high:.0%}"
    around = f" ({low.rstrip('%')} to {high})" if low != high else ""
    return f"{forecast.recall:.0%}{around}"


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _weeks(plan: Plan) -> Iterator[tuple[date, float, float, float]]:
    every = list(by_day(plan))
    for first in range(0, len(every), 7):
        week = every[first : first + 7]
        new, reviews, minutes = (
            sum(getattr(mean, name) for _, mean in week) / len(week) for name in ("new", "reviews", "minutes")
        )
        yield week[0][0], new, reviews, minutes


def _forecast(forecast: Forecast) -> dict[str, Any]:
    return {
        "cards": forecast.cards,
        "pace": forecast.course.pace,
        "minutes": round(forecast.minutes, 1),
        "busiest": round(forecast.busiest, 1),
        "seen": round(forecast.seen, 1),
        "recall": round(forecast.recall, 3),
        "low": round(forecast.low, 3),
        "high": round(forecast.high, 3),
    }
