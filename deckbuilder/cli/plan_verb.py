"""`deckbuilder plan`"""

from __future__ import annotations

import re
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deckbuilder.cli import now
from deckbuilder.cli.common import as_json, cache_option, fail, harmless, progress, project_option, show, tally
from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.project import Project
from deckbuilder.verbs.plan import MOST_DAYS, MOST_MINUTES

if TYPE_CHECKING:
    from deckbuilder.verbs.plan.wishes import Planned

_FORMATS = ("text", "markdown", "json", "csv", "ics", "svg")


def _date(context: click.Context, parameter: click.Parameter, value: str) -> date:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"'{value}' is no day: write it as 2027-02-01") from None


def _share(context: click.Context, parameter: click.Parameter, value: str) -> float:
    found = re.fullmatch(r"(\d{1,3})\s*%?", value, re.ASCII)
    if not found or not 10 <= int(found[1]) <= 100:
        raise click.BadParameter(f"'{value}' is no share of all days: write 10% to 100%")
    return int(found[1]) / 100


def _exam(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise click.BadParameter(f"'{value}' is a day: give it as --exam-date, and the name of the exam here")
    return value


@click.command("plan")
@project_option
@cache_option
@click.option(
    "--exam-date", "day", metavar="DATE", required=True, callback=_date, help="The day of the exam: 2027-02-01."
)
@click.option("--exam", metavar="NAME", callback=_exam, help="The exam, such as NASM-CPT. Default: all of the deck.")
@click.option(
    "--minutes",
    metavar="N",
    type=click.IntRange(1, MOST_MINUTES),
    help="How long on a day at most. Default: as it takes.",
)
@click.option(
    "--attend",
    metavar="SHARE",
    default="80%",
    show_default=True,
    callback=_share,
    help="How many of all days you will keep.",
)
@click.option(
    "--collection",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Your own collection.anki2, or a .colpkg: what you know already, your FSRS parameters. Only a copy is opened.",
)
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True)
def command(
    project: Project,
    day: date,
    exam: str | None,
    minutes: int | None,
    attend: float,
    collection: Path | None,
    form: str,
) -> None:
    """Plan the way to an exam: new cards a day, minutes, and how much will be recalled on the day.

    What does not fit into the minutes is told, with what to leave out. It is a model: FSRS, with the parameters that Anki starts
    with, or your own. The same question on the same day has the same answer. Needs the extra `plan`.

    \b
    Example:
      deckbuilder plan --exam-date 2027-02-01 --exam NASM-CPT --minutes 20
      deckbuilder plan --exam-date 2027-02-01 --collection me.colpkg
      deckbuilder plan --exam-date 2027-02-01 --format ics > plan.ics
    """
    at = now()
    today = datetime.fromtimestamp(at).astimezone().date()
    if day <= today:
        raise click.UsageError(f"--exam-date {day} is not to come: today is {today}")
    if (day - today).days > MOST_DAYS:
        raise click.UsageError(f"--exam-date {day} is more than three years off: plan for an earlier day")
    from deckbuilder.package.database import UnreadablePackage
    from deckbuilder.verbs.plan import wishes
    from deckbuilder.workspace import Workspace

    with progress() as tick:
        workspace = Workspace(project, tick=tick)
        ready, found = workspace.ready(at, lint=False)
        if ready is not None:
            wanted = wishes.Asked(today, day, at, exam, minutes, attend, collection)
            try:
                planned = wishes.planned(workspace, ready, wanted)
            except UnreadablePackage as unreadable:
                fail(Fault(str(unreadable)))
    if ready is None:
        show(found, project)
        click.echo(f"Nothing was planned: {tally(found)}.", err=True)
        sys.exit(1)
    _tell(planned, form, at)


def _tell(planned: Planned, form: str, at: int) -> None:
    from deckbuilder.verbs.plan import calendar, page, picture

    if form == "json":
        click.echo(as_json(page.as_values(planned.plan, planned.notes)))
    elif form == "csv":
        click.echo(calendar.as_csv(planned.plan), nl=False)
    elif form == "ics":
        click.echo(calendar.as_calendar(planned.plan, at).encode(), nl=False)
    elif form == "svg":
        click.echo(picture.as_svg(planned.plan, planned.new_seconds), nl=False)
    else:
        text = (
            page.as_text(planned.plan, planned.notes)
            if form == "text"
            else page.as_markdown(planned.plan, planned.notes)
        )
        for line in text.split("\n"):
            click.echo(harmless(line))
