"""`deckbuilder schema`"""

from __future__ import annotations

import json
import sys

import click

from deckbuilder.cli import too_late
from deckbuilder.cli.common import count, project_option, show
from deckbuilder.core.project import Project
from deckbuilder.records.schema import schema


@click.command("schema")
@project_option
@click.option(
    "--vscode", is_flag=True, help="Write .vscode/ into the project: a schema with its own ids, and settings."
)
@click.option(
    "--check", "checking", is_flag=True, help="With --vscode: write nothing; fail if it is out of date (for CI)."
)
def command(project: Project, vscode: bool, checking: bool) -> None:
    """Print the JSON Schema of source cards, so that an editor completes keys and marks mistakes.

    With --vscode, the project gets a schema of its own in .vscode/: VS Code then completes the ids of its muscles,
    landmarks, nerves, actions and sources, too, and shows what they mean. Settings that are there already stay.

    \b
    Example:
      deckbuilder schema > cards.schema.json
      deckbuilder schema --vscode
      deckbuilder schema --vscode --check
    """
    if not vscode:
        if checking:
            raise click.UsageError("--check goes with --vscode")
        click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))
        return
    from deckbuilder.verbs.editors.vscode import update

    result = update(project, write=not checking, committing=too_late)
    show(result.faults)
    if result.faults:
        click.echo("While records cannot be read, the editor accepts every id.", err=True)
    if not result.stale:
        click.echo("Nothing changed: .vscode is up to date.")
        return
    files = ", ".join(result.stale)
    if checking:
        click.echo(f"Out of date: {files}. Run `deckbuilder schema --vscode` and commit .vscode.", err=True)
        sys.exit(1)
    click.echo(f"Written: {files}")
    click.echo(f"  {count(result.ids, 'id')}; run this again when there are new ones")
