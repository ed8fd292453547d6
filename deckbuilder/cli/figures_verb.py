"""`deckbuilder figures`"""

from __future__ import annotations

import sys

import click

from deckbuilder.cli import too_late
from deckbuilder.cli.common import count, progress, project_option, show, tally
from deckbuilder.core.diagnostics import distinct, errors
from deckbuilder.core.project import Project
from deckbuilder.workspace import Workspace

MAX_LISTED = 12


@click.command("figures")
@project_option
@click.option(
    "--check", "checking", is_flag=True, help="Write nothing; fail if the figures are not up to date (for CI)."
)
@click.argument("muscles", metavar="[MUSCLE]...", nargs=-1)
def command(project: Project, checking: bool, muscles: tuple[str, ...]) -> None:
    """Draw the muscles' figures, from their records, into cards/media/figures.

    Each muscle gets four pictures: the muscle on its bones, the marks of its origins and those of its insertions, which
    cards lay over it, and where it lies on the skeleton. cards/media/figures.json says what they show. The same cards give the same bytes. Needs the extra
    `figures` and Python 3.11; building a deck needs neither.

    \b
    Example:
      deckbuilder figures
      deckbuilder figures gluteus-maximus
      deckbuilder figures --check
    """
    from deckbuilder.figures import files

    workspace = Workspace(project)
    # A picture that is missing is about to be drawn, and an entry of the index that cannot be used about to be made anew.
    found = distinct(each for each in (*workspace.faults, *workspace.guarded) if each.rule != "figures")
    if errors(found):
        show(found)
        click.echo(f"Nothing was drawn: {tally(found)}.", err=True)
        sys.exit(1)
    with progress() as tick:
        result = files.update(project, workspace.library, muscles, write=not checking, tick=tick, committing=too_late)
    show(result.diagnostics)
    if errors(result.diagnostics):
        click.echo(f"Nothing was written: {tally(result.diagnostics)}.", err=True)
        sys.exit(1)
    drawn = f"{count(result.drawn, 'muscle')} drawn"
    if not result.stale:
        click.echo(f"{drawn}: nothing changed.")
        return
    for what, names in (("new", result.new), ("changed", result.changed), ("gone", result.gone)):
        if names:
            more = f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
            click.echo(f"  {len(names)} {what}: {', '.join(names[:MAX_LISTED])}{more}")
    if checking:
        click.echo(f"{drawn}: the figures are out of date. Run `deckbuilder figures` and commit cards/media.", err=True)
        sys.exit(1)
    click.echo(f"{drawn} into cards/media/figures.")
