"""`deckbuilder retire`"""

from __future__ import annotations

import click

from deckbuilder.cli import too_late
from deckbuilder.cli.common import project_option
from deckbuilder.cli.rename_verb import dry_run_option, tell
from deckbuilder.core.project import Project
from deckbuilder.verbs.edits import retire


@click.command("retire")
@project_option
@dry_run_option
@click.option("--why", metavar="TEXT", required=True, help="The reason, which stands in the cards for other authors.")
@click.argument("id", metavar="ID")
def command(project: Project, dry_run: bool, why: str, id: str) -> None:
    """Take the note of a record out of teaching. Learners keep it, tagged as retired, with its reviews.

    ID is `kind/id`, or an id that only one record has. `study/id` retires every comparison of a study,
    `study/id/comparison` one of them. Nothing is derived from a retired record any more.

    \b
    Example:
      deckbuilder retire concept/muscle-confusion --why "no source stands behind it any more"
    """
    edited = retire(project, id, why, dry_run=dry_run, committing=too_late)
    tell(edited, f"retired: {edited.subject}", dry_run=dry_run)
