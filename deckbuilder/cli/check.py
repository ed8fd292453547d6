"""`deckbuilder check`"""

from __future__ import annotations

import sys

import click

from deckbuilder.cli.common import count, progress, project_option, show, tally
from deckbuilder.diagnostics import errors
from deckbuilder.pipeline import check
from deckbuilder.project import Project


@click.command("check")
@project_option
def command(project: Project) -> None:
    """Find every fault in the cards, with its place and the next step. Nothing is written.

    \b
    Example:
      deckbuilder check
      deckbuilder check --project ../my-deck
    """
    with progress() as tick:
        report = check(project, tick)
    show(report.diagnostics)
    if errors(report.diagnostics):
        click.echo(tally(report.diagnostics), err=True)
        sys.exit(1)
    warned = f", {count(len(report.diagnostics), 'warning')}" if report.diagnostics else ""
    click.echo(
        f"{count(report.records, 'record')}: {count(report.cards, 'card')} from {count(report.notes, 'note')}, "
        f"no errors{warned}"
    )
