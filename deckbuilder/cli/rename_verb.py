"""`deckbuilder rename`"""

from __future__ import annotations

import click

from deckbuilder.cli import too_late
from deckbuilder.cli.common import count, project_option
from deckbuilder.core.project import Project
from deckbuilder.verbs.edits import Edited, rename

dry_run_option = click.option("--dry-run", is_flag=True, help="Show the changes, and write nothing.")


@click.command("rename")
@project_option
@dry_run_option
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
def command(project: Project, dry_run: bool, old: str, new: str) -> None:
    """Give the record OLD the id NEW, and change every reference to it, in all files or in none.

    OLD is `kind/id`, `study/id/comparison`, `landmark/id`, or an id that only one record has. The record says
    `formerly: OLD` from then on, by which learners keep their reviews. Comments and layout stay.

    \b
    Example:
      deckbuilder rename --dry-run muscle/biceps-brachii biceps-of-the-arm
      deckbuilder rename biceps-brachii biceps-of-the-arm
    """
    edited = rename(project, old, new, dry_run=dry_run, committing=too_late)
    tell(edited, f"renamed to {edited.subject}", dry_run=dry_run)


def tell(edited: Edited, what: str, *, dry_run: bool) -> None:
    """What was changed, and the next step."""
    for change in edited.changes:
        click.echo(str(change))
    if edited.done:
        click.echo(f"Nothing to do: {edited.done}.")
        return
    changes = f"{count(len(edited.changes), 'change')} in {count(edited.files, 'file')}"
    if dry_run:
        click.echo(f"Would be {what}: {changes}. Nothing was written.")
    else:
        click.echo(f"{what.capitalize()}: {changes}. Next: run `deckbuilder build`")
