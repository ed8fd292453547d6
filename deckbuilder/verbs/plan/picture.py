"""The load of a plan as an SVG: the minutes of each day, new cards above reviews, by day and by night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import escape

from deckbuilder.verbs.plan.forecast import Mean
from deckbuilder.verbs.plan.page import by_day
from deckbuilder.verbs.plan.planning import Plan

_WIDTH, _HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 12, 34, 28
_STEPS = (1, 2, 5, 10, 20, 30, 60, 120)
_STYLE = """
text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:#3d4450}
.head{font-weight:600;fill:#1c2128}.line{stroke:#d0d7de}.reviews{fill:#7f9bb8}.new{fill:#b5532d}.last{fill:#f3efe6}
@media(prefers-color-scheme:dark){text{fill:#b5bdc8}.head{fill:#e6edf3}.line{stroke:#39414c}
.reviews{fill:#6d8fb3}.new{fill:#e08a5f}.last{fill:#242830}}
"""


def as_svg(plan: Plan, new_seconds: float) -> str:
    """The picture. `new_seconds`: how long a new card takes, by which the minutes of a day part in two."""
    return "".join(_parts(plan, new_seconds)) + "\n"


def _parts(plan: Plan, new_seconds: float) -> Iterator[str]:
    every = list(by_day(plan))
    step = next((each for each in _STEPS if max(day.minutes for _, day in every) <= 4 * each), _STEPS[-1])
    top = step * max(1, -(-int(max(day.minutes for _, day in every) + 0.999) // step))
    wide = (_WIDTH - _LEFT - _RIGHT) / len(every)
    tall = (_HEIGHT - _TOP - _BOTTOM) / top
    title = f"{plan.deck.name}: minutes a day until the exam on {plan.wish.day.isoformat()}"
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" role="img">'
    yield f"<title>{escape(title)}</title><style>{_STYLE.strip()}</style>"
    yield from _last_days(plan, wide)
    yield from _scale(step, top, tall)
    for number, (_, day) in enumerate(every):
        yield from _bar(number, day, wide, tall, new_seconds)
    yield from _months([day for day, _ in every], plan.wish.day, wide)
    yield from _legend(plan)
    yield "</svg>"


def _last_days(plan: Plan, wide: float) -> Iterator[str]:
    """The ground behind the days without new cards."""
    first, last = plan.forecast.course.closing, plan.wish.days
    if first < last:
        x = _LEFT + first * wide
        yield f'<rect class="last" x="{x:.1f}" y="{_TOP}" width="{(last - first) * wide:.1f}" height="{_HEIGHT - _TOP - _BOTTOM}"/>'


def _scale(step: int, top: int, tall: float) -> Iterator[str]:
    for minutes in range(0, top + 1, step):
        y = _HEIGHT - _BOTTOM - minutes * tall
        yield f'<line class="line" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{minutes}</text>'


def _bar(number: int, day: Mean, wide: float, tall: float, new_seconds: float) -> Iterator[str]:
    new = min(day.new * new_seconds / 60, day.minutes)
    x, y = _LEFT + number * wide, float(_HEIGHT - _BOTTOM)
    gap = min(1.0, wide / 5)
    for name, minutes in (("reviews", day.minutes - new), ("new", new)):
        height = minutes * tall
        y -= height
        if height >= 0.05:
            yield f'<rect class="{name}" x="{x + gap / 2:.1f}" y="{y:.1f}" width="{wide - gap:.1f}" height="{height:.1f}"/>'


def _months(days: list[date], exam: date, wide: float) -> Iterator[str]:
    """The day of the exam, the first day, and the first of each month, as far as there is room."""
    y, free = _HEIGHT - 9, 0.0
    yield f'<text x="{_WIDTH - _RIGHT}" y="{y}" text-anchor="end">exam {exam:%b} {exam.day}</text>'
    for number, day in enumerate(days):
        x = _LEFT + number * wide
        if (day.day == 1 or number == 0) and x >= free and x < _WIDTH - 140:
            yield f'<text x="{x:.1f}" y="{y}">{day:%b} {day.day}</text>'
            free = x + 56


def _legend(plan: Plan) -> Iterator[str]:
    x = float(_LEFT)
    for name, said in (("new", "new cards"), ("reviews", "reviews")):
        yield f'<rect class="{name}" x="{x:.0f}" y="11" width="11" height="11"/><text x="{x + 17:.0f}" y="21">{said}</text>'
        x += 100
    yield f'<text class="head" x="{_WIDTH - _RIGHT}" y="21" text-anchor="end">minutes a day that is kept</text>'
