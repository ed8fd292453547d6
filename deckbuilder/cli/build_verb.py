"""`deckbuilder build`"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from deckbuilder.cli import clock, now, too_late
from deckbuilder.cli.common import cache_option, count, output_option, progress, project_option, relative, show, tally
from deckbuilder.core.project import Project
from deckbuilder.workspace.building import CHANGES, Built, build, by_exam, by_tags

MAX_LISTED = 12


@click.command("build")
@project_option
@cache_option
@output_option
@click.option("--exam", metavar="NAME", help="Only what an exam's blueprint asks for, such as NASM-CPT.")
@click.option(
    "--select", metavar="TAGS", help="Only notes with these tags: 'TA::Region::Hip and not TA::Tier::3_Deep'."
)
@click.option(
    "--locked", is_flag=True, help="Fail if cards/deck.lock is not up to date, instead of writing it (for CI)."
)
@click.option(
    "--allow-schema-change",
    is_flag=True,
    help="Change a note type's fields, cards or kind, or what learners know the deck by, all the same; the price is printed.",
)
def command(
    project: Project,
    output: Path | None,
    exam: str | None,
    select: str | None,
    locked: bool,
    allow_schema_change: bool,
) -> None:
    """Package the cards as an .apkg for Anki.

    Learners import it over the last one and keep every review. The package is reproducible: the same cards and
    lock give the same bytes. Beside it are a file about the deck, with settings and credits, which its description
    names, and CHANGES.md: what changed since the last release.

    --exam and --select make a package of a part of the deck. Its notes are those of the whole: learners may import
    parts in any order, and the whole later, and have every note once.

    \b
    Example:
      deckbuilder build
      deckbuilder build --locked --output release
      deckbuilder build --exam NASM-CPT
    """
    if exam is not None and select is not None:
        raise click.UsageError("give --exam or --select, not both")
    start = time.monotonic()
    folder = output or (Path.cwd() if project.read_only else project.root) / "dist"
    at = now()
    with progress() as tick:
        report = build(
            project,
            folder,
            at,
            choose=by_exam(exam) if exam is not None else by_tags(select) if select is not None else None,
            locked=locked,
            allow_schema_change=allow_schema_change,
            tick=tick,
            committing=too_late,
        )
    # Before what the build found: whoever sees it first may still know what day it is.
    show([*(clock.doubts(project) if report.built else []), *report.diagnostics])
    if report.built is None:
        click.echo(f"Nothing was built: {tally(report.diagnostics)}. dist and lock are as they were.", err=True)
        sys.exit(1)
    tell(report.built, time.monotonic() - start, at)


def tell(built: Built, seconds: float, at: int) -> None:
    """What was built, and what learners will notice. `at`: the time by which it was dated, for people to compare."""
    written = built.written
    click.echo(f"{relative(built.path)}  {written.bytes / 1024:,.0f} KiB, {seconds:.1f} s")
    kinds = ", ".join(
        f"{number} {name}" for name, number in sorted(built.kinds.items(), key=lambda each: (-each[1], each[0]))
    )
    click.echo(
        f"  edition {built.edition}: {count(written.cards, 'card')} from {count(written.notes, 'note')} ({kinds}), "
        f"{count(written.media, 'media file')}"
    )
    click.echo(f"  sha256 {built.sha256}")
    if built.since:
        click.echo(f"  {relative(built.path.with_name(CHANGES))}: what changed since edition {built.since}")
    if built.first:
        click.echo(
            f"  first build, dated {clock.day(at)}: cards/deck.lock was made. Commit it; learners' reviews hang on it."
        )
        return
    _tell_changes(built, at)


def _tell_changes(built: Built, at: int) -> None:
    """What is not as the lock remembered it."""
    changes = built.changes
    lines = [
        ("new", changes.new),
        ("changed", changes.changed),
        ("retired", changes.retired),
        ("renamed", [f"{old} -> {new}" for old, new in changes.renamed]),
        ("restyled", changes.types),
        ("renamed fields, which Anki before 23.12 takes badly", changes.field_names if built.released else ()),
    ]
    if not any(found for _, found in lines):
        click.echo(
            "  for learners: nothing changed since the lock" if built.released else "  nothing changed since the lock"
        )
        return
    dated = f"since the lock, dated {clock.day(at)}"
    click.echo(f"  for learners, {dated}:" if built.released else f"  {dated} (no edition is released yet):")
    for name, found in lines:
        if found:
            more = f" and {len(found) - MAX_LISTED} more" if len(found) > MAX_LISTED else ""
            click.echo(f"    {len(found)} {name}: {', '.join(found[:MAX_LISTED])}{more}")
    _tell_cards(built)


def _tell_cards(built: Built) -> None:
    """How many cards come, and how many that learners have go blank."""
    changes = built.changes
    if changes.new_cards:
        click.echo(
            f"    {count(changes.new_cards, 'new card')}{'; reviews of all others are kept' if built.released else ''}"
        )
    if changes.blank_cards and built.released:  # before that nobody has a card that could
        click.echo(
            f"    {count(changes.blank_cards, 'card')} that they may have go blank: `deckbuilder diff HEAD` names them"
        )
