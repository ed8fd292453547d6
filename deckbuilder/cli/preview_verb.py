"""`deckbuilder preview`"""

from __future__ import annotations

import gc
import os
import sys
import threading
import webbrowser
from pathlib import Path

import click

from deckbuilder.cli import now, too_late
from deckbuilder.cli.common import cache_option, count, project_option, relative, show, tally
from deckbuilder.core.project import Project

FIRST_PORT = 4747


@click.command("preview")
@project_option
@cache_option
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(1024, 65_535),
    default=FIRST_PORT,
    show_default=True,
    help="Where to listen; the next one that is free if it is taken.",
)
@click.option("--open/--no-open", "opens", default=True, help="Open the browser, or do not.")
@click.option(
    "--export",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write a static site of all cards into DIR instead, to be opened from the disk or published.",
)
def command(project: Project, port: int, opens: bool, export: Path | None) -> None:
    """Show the cards in the browser as Anki shows them, and again whenever a card or a template is saved.

    Front and back, light and dark, on a phone, tablet or desktop, with the faults of each card, a click from the line
    that they stand in, and what learners will see change. Only this computer is answered. Ctrl-C ends it.

    \b
    Example:
      deckbuilder preview
      deckbuilder preview --port 8000 --no-open
      deckbuilder preview --export site
    """
    gc.enable()  # it goes on for hours, unlike other verbs
    if export is not None:
        _export(project, export)
        return
    from deckbuilder.verbs.preview import server
    from deckbuilder.verbs.preview.session import Session

    try:
        session = Session(project)
        session.open()
        listening = server.listen(port)
        address = f"http://{server.HOST}:{listening.getsockname()[1]}/"

        def started() -> None:
            click.echo(f"Preview: {address}  (Ctrl-C ends it)")
            if opens:
                threading.Timer(0.3, webbrowser.open, (address,)).start()

        server.serve(session, listening, os.environ.get("VISUAL") or os.environ.get("EDITOR") or "", now, started)
    except KeyboardInterrupt:
        pass
    click.echo("Preview ended.")


def _export(project: Project, folder: Path) -> None:
    from deckbuilder.verbs.preview.export import export

    report = export(project, folder)
    show(report.diagnostics)
    if report.cards == 0:
        click.echo(f"Nothing was written: {tally(report.diagnostics)}. {relative(folder)} is as it was.", err=True)
        sys.exit(1)
    too_late()
    click.echo(f"{relative(folder / 'index.html')}  {count(report.cards, 'card')}, {report.bytes / 1024:,.0f} KiB")
