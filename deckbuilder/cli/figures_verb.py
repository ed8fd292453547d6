"""`deckbuilder figures`"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deckbuilder.cli import too_late
from deckbuilder.cli.common import count, progress, project_option, show, tally
from deckbuilder.core.diagnostics import distinct, errors
from deckbuilder.core.project import Project
from deckbuilder.workspace import Workspace

if TYPE_CHECKING:
    from deckbuilder.figures.files import State

MAX_LISTED = 12


@click.command("figures")
@project_option
@click.option(
    "--meshes",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder of the meshes of a body. Default: DECKBUILDER_MESHES.",
)
@click.option("--all", "anew", is_flag=True, help="Draw all of them, not only those that are out of date.")
@click.option(
    "--check",
    "checking",
    is_flag=True,
    help="Draw nothing, for which no mesh is needed; fail if a figure is out of date, missing, left over, too heavy or uncredited (for CI).",
)
@click.option(
    "--contacts",
    "comparing",
    is_flag=True,
    help="Draw nothing, but note which bones each muscle touches, for the rule `untouched-bone`.",
)
@click.argument("muscles", metavar="[MUSCLE]...", nargs=-1)
def command(
    project: Project, meshes: Path | None, anew: bool, checking: bool, comparing: bool, muscles: tuple[str, ...]
) -> None:
    """Draw the muscles on the bones of a real body, into cards/media/figures.

    Each muscle gets four pictures: the muscle on its bones, the marks of its origins and those of its insertions, which
    cards lay over it, and where it lies on the skeleton. What is up to date is not drawn again, so that a run which was
    stopped goes on where it was. cards/media/figures.json says what each shows. Needs the extra `figures`, Python 3.11 and
    the meshes; building a deck needs none of these.

    \b
    Example:
      deckbuilder figures --meshes ~/bodyparts3d
      deckbuilder figures gluteus-maximus --all
      deckbuilder figures --check
      deckbuilder figures --contacts
    """
    from deckbuilder.figures import files

    workspace = Workspace(project)
    # A picture that is missing is about to be drawn, and an entry of the index that cannot be used about to be made anew.
    found = distinct(each for each in (*workspace.faults, *workspace.guarded) if each.rule != "figures")
    if errors(found):
        show(found)
        click.echo(f"Nothing was drawn: {tally(found)}.", err=True)
        sys.exit(1)
    if checking:
        _check(files.state(project, workspace.library, muscles))
        return
    if comparing:
        with progress() as tick:
            number = files.compare(project, workspace.library, meshes=meshes, tick=tick, committing=too_late)
        click.echo(f"The bones that {count(number, 'muscle')} touch were noted in cards/media/figures.json.")
        return
    with progress() as tick:
        result = files.update(
            project, workspace.library, muscles, meshes=meshes, anew=anew, tick=tick, committing=too_late
        )
    show(result.diagnostics)
    kept = f", {count(result.kept, 'figure')} up to date" if result.kept else ""
    plates = f" and {count(result.plates, 'plate')}" if result.plates else ""
    click.echo(f"{count(result.drawn, 'muscle')}{plates} drawn into cards/media/figures{kept}.")
    for what, names in (("new", result.new), ("changed", result.changed), ("gone", result.gone)):
        _list(what, names)
    if errors(result.diagnostics):
        click.echo(f"Some were not drawn: {tally(result.diagnostics)}.", err=True)
        sys.exit(1)


def _check(state: State) -> None:
    for id, why in [*state.stale.items(), *state.plates.items()]:
        click.echo(f"  {id}: {why}")
    _list("left over", state.left)
    _list("without a record not drawn yet", state.undrawn)
    for name, why in state.unfit.items():
        click.echo(f"  {name}: {why}")
    if state.stale or state.plates or state.left:
        click.echo("The figures are out of date. Run `deckbuilder figures` and commit cards/media.", err=True)
        sys.exit(1)
    if state.unfit:
        click.echo("Some figures are not fit to be shown.", err=True)
        sys.exit(1)
    click.echo("The figures are up to date.")


def _list(what: str, names: list[str] | tuple[str, ...]) -> None:
    if names:
        more = f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
        click.echo(f"  {len(names)} {what}: {', '.join(names[:MAX_LISTED])}{more}")
