"""A plan for a calendar (iCalendar), and as a table of days (CSV)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

from deckbuilder.core import letters
from deckbuilder.verbs.plan.page import by_day
from deckbuilder.verbs.plan.planning import Plan

_LINE = 75  # bytes; a longer line goes on behind a blank in the next one


def as_csv(plan: Plan) -> str:
    """A line a day: what it asks for, if it is kept."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["date", "new cards", "reviews", "minutes"])
    for day, mean in by_day(plan):
        table.writerow([day.isoformat(), f"{mean.new:.1f}", f"{mean.reviews:.1f}", f"{mean.minutes:.1f}"])
    return out.getvalue()


def as_calendar(plan: Plan, now: int) -> str:
    """Three entries: study with new cards, day by day; the last days without; and the exam. `now` is when it was made."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//deckbuilder//plan//EN", "CALSCALE:GREGORIAN"]
    stamp = datetime.fromtimestamp(now, timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    for name, first, days, said in _entries(plan):
        lines += _event(f"{plan.deck.id}-{plan.wish.day:%Y%m%d}-{name}@deckbuilder", stamp, first, days, said)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _entries(plan: Plan) -> Iterator[tuple[str, date, int, str]]:
    """Name, first day, for how many days, and what it says."""
    wish, forecast, name = plan.wish, plan.forecast, plan.deck.name
    pace = f"{forecast.course.pace} new cards, " if forecast.course.pace else ""
    if forecast.course.closing:
        yield "study", wish.today, forecast.course.closing, f"{name}: {pace}about {forecast.minutes:.0f} minutes"
    left = wish.days - forecast.course.closing
    if left:
        yield "last-days", plan.closes, left, f"{name}: no new cards; what is due, then the weakest"
    yield "exam", wish.day, 1, f"Exam: {wish.exam.name}" if wish.exam else f"Exam: {name}"


def _event(uid: str, stamp: str, first: date, days: int, said: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}"
    yield f"DTSTAMP:{stamp}"
    yield f"DTSTART;VALUE=DATE:{first:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{first + timedelta(1):%Y%m%d}"
    if days > 1:
        yield f"RRULE:FREQ=DAILY;COUNT={days}"
    yield f"SUMMARY:{_escaped(said)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    plain = letters.composed(text).replace("\\", "\\\\")
    return plain.replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """The line in parts of so many bytes, none of which cuts a letter."""
    part = ""
    for letter in line:
        if len(f"{part}{letter}".encode()) > _LINE:
            yield part
            part = " "
        part += letter
    yield part
