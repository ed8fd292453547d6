"""`deckbuilder coverage`"""

from __future__ import annotations

import sys

import click

from deckbuilder.cli import now
from deckbuilder.cli.common import as_json, cache_option, count, harmless, progress, project_option, show, tally
from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.project import Project
from deckbuilder.verbs.coverage import count as counting
from deckbuilder.verbs.coverage import table
from deckbuilder.verbs.coverage.floor import below, floor
from deckbuilder.workspace import Workspace, selection
from deckbuilder.workspace.studycards import study_cards


@click.command("coverage")
@project_option
@cache_option
@click.option("--exam", metavar="NAME", help="One exam, such as NASM-CPT. Default: all of them.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option(
    "--floor",
    "wanted",
    metavar="N|FILE",
    help="Fail where an objective has fewer than N cards, or fewer than in a FILE that --format json wrote (for CI).",
)
def command(project: Project, exam: str | None, form: str, wanted: str | None) -> None:
    """Tell which objectives of an exam have cards, and which have none.

    Cards answer to an objective by what they are about. Core cards are those of the deck that Anki lists first. What an exam asks, who
    says so and when it was read stands in its record; look at the certifier's own page before an exam.

    \b
    Example:
      deckbuilder coverage --exam NASM-CPT
      deckbuilder coverage --format json > coverage.json
      deckbuilder coverage --floor coverage.json
    """
    limit = floor(wanted) if wanted is not None else None
    with progress() as tick:
        workspace = Workspace(project, tick=tick)
        ready, found = workspace.ready(now(), lint=False)
    if ready is None:
        show(found, project)
        click.echo(f"Nothing was counted: {tally(found)}.", err=True)
        sys.exit(1)
    exams = [selection.named(exam, ready.exams)] if exam is not None else sorted(ready.exams, key=lambda each: each.id)
    if not exams:
        raise Fault("the project has no exam", "write an `exam` record: docs/source-cards.md says how")
    covered = counting.coverage(exams, study_cards(workspace, ready), workspace.library)
    if form == "json":
        click.echo(as_json(table.as_values(covered)))
    else:
        for line in (table.as_text if form == "text" else table.as_markdown)(covered).split("\n"):
            click.echo(harmless(line))
    if limit is not None and (fewer := below(covered, limit)):
        show(fewer, project)
        click.echo(f"Below the floor: {count(len(fewer), 'objective')}.", err=True)
        sys.exit(1)
