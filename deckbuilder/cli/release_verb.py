"""`deckbuilder release`"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from deckbuilder.cli import clock, now, too_late
from deckbuilder.cli.common import cache_option, count, output_option, progress, project_option, relative, show, tally
from deckbuilder.core.project import Project
from deckbuilder.verbs.release import Released, release


@click.command("release")
@click.argument("edition")
@project_option
@cache_option
@output_option
@click.option(
    "--allow-schema-change",
    is_flag=True,
    help="Release what Anki will partly refuse; CHANGES.md says so.",
)
def command(edition: str, project: Project, output: Path | None, allow_schema_change: bool) -> None:
    """Make everything that learners get of an edition, and write it down in the lock.

    The package and a part of it for each exam, a file for learners who write in the notes, one about the deck with
    settings and credits, CHANGES.md, UPDATING.md and SHA256SUMS, in one folder. The source must be committed and the
    lock up to date. The same edition again gives the same bytes.

    \b
    Example:
      deckbuilder release 2026-12
    """
    with progress() as tick:
        report = release(
            project,
            output or project.root / "dist",
            edition,
            now(),
            allow_schema_change=allow_schema_change,
            tick=tick,
            committing=too_late,
        )
    show([*(clock.doubts(project) if report.released else []), *report.diagnostics])
    if report.released is None:
        click.echo(f"Nothing was released: {tally(report.diagnostics)}. dist and lock are as they were.", err=True)
        sys.exit(1)
    _tell(report.released)


def _tell(released: Released) -> None:
    click.echo(f"{relative(released.folder)}{'  the same as it went out' if released.again else ''}")
    for file in released.files:
        inside = f"  {count(file.cards, 'card')} from {count(file.notes, 'note')}" if file.notes else ""
        click.echo(f"  {file.sha256[:12]}  {file.bytes / 1024:7,.0f} KiB  {file.name}{inside}")
    if not released.again:
        click.echo(f"  next: commit cards/, tag it {released.edition}, publish the folder")
