"""`deckbuilder diff`"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from deckbuilder import diff
from deckbuilder.cli import now
from deckbuilder.cli.common import as_json, cache_option, color, with_cache
from deckbuilder.core import scratch
from deckbuilder.core.project import Project, find
from deckbuilder.workspace import history


@click.command("diff")
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option(
    "--project",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder that holds `cards/`. Default: the project around the working folder.",
)
@cache_option
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option("--learners", is_flag=True, help="The words of CHANGES.md, for those who study the deck.")
def command(old: str | None, new: str | None, project: Path | None, form: str, learners: bool) -> None:
    """Show what learners will see change: notes field by field, cards, tags, looks, media; the gravest first.

    OLD and NEW are each a package, a released edition or a git revision. Without NEW: the source as it is now.
    Without both: against the last release. Nothing is written. Exit code 1 if Anki would refuse any of it.

    \b
    Example:
      deckbuilder diff
      deckbuilder diff 2026-11 HEAD --format markdown
      deckbuilder diff old.apkg new.apkg
    """
    with scratch.folder() as folder:
        here = _around(old, new, project)
        first = history.side(here, old, folder / "old") if old else history.last(_own(here), folder / "old")
        second = history.side(here, new, folder / "new") if new else history.current(_own(here), folder, now())
        found = history.between(first.path, second.path)
    if learners:
        said = diff.for_learners(found, first.caveat)
    elif form == "text":
        said = f"{first.name} -> {second.name}\n{_as_text(found)}"
    else:
        said = as_json(diff.as_value(found)) if form == "json" else diff.as_markdown(found)
    click.echo(said.rstrip("\n"))
    if first.caveat and not learners:
        click.echo(f"note: {first.name} was {first.caveat}", err=True)
    sys.exit(1 if found.effect == diff.Effect.BLOCKED else 0)


def _around(old: str | None, new: str | None, project: Path | None) -> Project | None:
    """The project in which the two are to be found; None where both are packages, which need none."""
    packages = old and new and Path(old).is_file() and Path(new).is_file()
    return None if project is None and packages else with_cache(find(project))


def _as_text(found: diff.Difference) -> str:
    return diff.as_text(found, _colored) if color(sys.stdout) else diff.as_text(found)


def _own(project: Project | None) -> Project:
    if project is None:
        raise click.UsageError("give two packages, or run this in a project")
    return project


def _colored(mark: str, words: str) -> str:
    return click.style(words, fg="red", strikethrough=True) if mark == "-" else click.style(words, fg="green")
