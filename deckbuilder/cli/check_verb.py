"""`deckbuilder check`"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from deckbuilder.cli import now, too_late
from deckbuilder.cli.common import (
    as_json,
    beside,
    cache_option,
    columns,
    count,
    harmless,
    progress,
    project_option,
    show,
    tally,
)
from deckbuilder.core.diagnostics import Diagnostic, Fault, errors
from deckbuilder.core.project import Project
from deckbuilder.workspace import Checked, Workspace
from deckbuilder.workspace.ratchet import FILE, Step
from deckbuilder.workspace.tighten import tighten

LIST = "*"
FORMATS = ("text", "json", "github", "sarif")


@click.command("check")
@project_option
@cache_option
@click.argument("paths", metavar="[PATHS]...", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--explain",
    metavar="[RULE]",
    is_flag=False,
    flag_value=LIST,
    help="Show the manual of a rule, or list all of them, and check nothing.",
)
@click.option("--select", metavar="RULES", multiple=True, help="Show only these rules or groups, with commas between.")
@click.option("--ignore", metavar="RULES", multiple=True, help="Do not show these rules or groups.")
@click.option("--all", "every", is_flag=True, help="Show infos and known warnings, too.")
@click.option("--statistics", is_flag=True, help="Count the faults by rule instead of showing them, infos too.")
@click.option(
    "--format", "style", type=click.Choice(FORMATS), default="text", show_default=True, help="How to tell it."
)
@click.option("--ratchet", "ratchets", is_flag=True, help=f"Write the warnings that there are into {FILE}.")
@click.option("--fix", "fixes", is_flag=True, help="Mend what can be mended in one way only.")
@click.option("--dry-run", "--diff", "dry_run", is_flag=True, help="With --fix: show the changes, and write nothing.")
def command(
    project: Project,
    paths: tuple[Path, ...],
    explain: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    every: bool,
    statistics: bool,
    style: str,
    ratchets: bool,
    fixes: bool,
    dry_run: bool,
) -> None:
    """Find every fault in the cards, with its place and the next step. Nothing is written without --fix or --ratchet.

    PATHS are files or folders; everything is read all the same, and only faults in these are shown. They, --select
    and --ignore choose what is shown: an error that is not shown still ends in exit code 1, for it still stops a build.

    Warnings that stand in cards/warnings.json are known and not shown; where a rule has more of them than there, the
    exit code is 1.

    \b
    Example:
      deckbuilder check
      deckbuilder check --explain unknown-reference
      deckbuilder check --select question,uncited cards/claims
      deckbuilder check --fix --dry-run
      deckbuilder check --format sarif > deckbuilder.sarif
    """
    if explain is not None:
        _explain(project, explain)
        return
    _check_options(statistics, ratchets, fixes, dry_run, style)
    chosen = _chosen(project, paths, select, ignore, every)
    today = datetime.fromtimestamp(now(), timezone.utc).date()
    if ratchets:
        _tighten(project, today)
        return
    if fixes and _mended(project, chosen, today, dry_run):
        return
    with progress() as tick:
        workspace = Workspace(project, tick=tick)
        report = workspace.check(today=today, infos=chosen.infos or statistics)
    if statistics:
        _statistics([each for each in report.diagnostics if chosen.wants(each)])
    elif style == "text":
        _tell(project, report, chosen)
    else:
        _hand_over(workspace, report, chosen, style)
    _end(report)


def _check_options(statistics: bool, ratchets: bool, fixes: bool, dry_run: bool, style: str) -> None:
    if dry_run and not fixes:
        raise click.UsageError("--dry-run goes with --fix")
    if sum([statistics, ratchets, fixes, style != "text"]) > 1:
        raise click.UsageError("give one of --statistics, --ratchet, --fix and --format")


def _chosen(
    project: Project, paths: tuple[Path, ...], select: tuple[str, ...], ignore: tuple[str, ...], every: bool
) -> Any:
    from deckbuilder.verbs.reports import chosen

    try:
        only = chosen.rules_of(select) if select else None
        return chosen.Chosen(only, chosen.rules_of(ignore), chosen.below(project, paths), every)
    except Fault as fault:
        raise _misuse(fault) from None


def _misuse(fault: Fault) -> click.UsageError:
    return click.UsageError(f"{fault.message}\n    {fault.help}" if fault.help else fault.message)


def _explain(project: Project, name: str) -> None:
    from deckbuilder.core.findings import FINDINGS
    from deckbuilder.rules import manual
    from deckbuilder.verbs.reports import chosen

    settings, width = Workspace(project).settings, min(columns(sys.stdout), 100)
    if name != LIST and name not in FINDINGS:
        raise _misuse(chosen.unknown(name))
    text = manual.listed(settings, width) if name == LIST else manual.terminal(name, settings, width)
    for line in text.split("\n"):
        click.echo(harmless(line, len(line)))


def _tell(project: Project, report: Checked, chosen: Any) -> None:
    """The faults one by one, and how many there are."""
    found = [each for each in report.diagnostics if chosen.wants(each)]
    show(chosen.shown(found), project, known=chosen.every)
    if mendable := sum(each.fix is not None and not each.known for each in found):
        click.echo(f"{mendable:,} of these can be mended by `deckbuilder check --fix`", err=True)
    hidden = len(errors(report.diagnostics)) - len(errors(found))
    aside = f"; {count(hidden, 'error')} not shown" if hidden else ""
    if errors(found) or hidden:
        click.echo(tally(found) + aside, err=True)
        return
    click.echo(
        f"{count(report.records, 'record')}: {count(report.cards, 'card')} from {count(report.notes, 'note')}, "
        f"no errors{_warned(found)}{beside(found)}"
    )


def _warned(found: Sequence[Diagnostic]) -> str:
    warnings = sum(each.severity == "warning" and not each.known for each in found)
    return f", {count(warnings, 'warning')}" if warnings else ""


def _statistics(found: list[Diagnostic]) -> None:
    """How many of each rule, the most frequent first."""
    from collections import Counter

    number = Counter((each.rule, "known" if each.known else each.severity) for each in found)
    for (rule, severity), times in sorted(number.items(), key=lambda each: (-each[1], each[0])):
        click.echo(f"{times:6,}  {severity:7}  {rule}")
    click.echo(tally(found))


def _hand_over(workspace: Workspace, report: Checked, chosen: Any, style: str) -> None:
    """The faults for programs, on standard output. JSON and SARIF hold what is known, too, and say so."""
    from deckbuilder.verbs.reports import machines, sarif
    from deckbuilder.verbs.reports.excerpt import Excerpts

    root = workspace.project.root
    excerpts = Excerpts(root)
    wanted = [each for each in report.diagnostics if chosen.wants(each)]
    if style == "github":
        click.echo(machines.github(chosen.shown(wanted), root, excerpts), nl=False)
    elif style == "json":
        click.echo(as_json(machines.as_data(report, wanted, excerpts)))
    else:
        settings = workspace.settings
        click.echo(as_json(sarif.as_data(wanted, settings, root, excerpts, ratcheted=report.ratcheted)))


def _end(report: Checked) -> None:
    """What the ratchet says, and the exit code."""
    for each in report.grown:
        click.echo(f"{_grew(each)}: mend them, or add `lint: {{{each.rule}: the reason}}` to the record", err=True)
    if report.shrunk:
        rules = ", ".join(f"{each.rule} {each.now} of {each.was}" for each in report.shrunk)
        click.echo(f"fewer warnings than {FILE} allows ({rules}): `deckbuilder check --ratchet` tightens it", err=True)
    if report.grown or errors(report.diagnostics):
        sys.exit(1)


def _grew(step: Step) -> str:
    return f"the warnings of {step.rule} grew from {step.was} to {step.now}"


def _tighten(project: Project, today: Any) -> None:
    report, before = tighten(project, today=today, committing=too_late)
    if errors(report.diagnostics):
        show(errors(report.diagnostics), project)
        click.echo(f"{FILE} is as it was: errors hide warnings; mend them first", err=True)
        sys.exit(1)
    if report.grown:
        show([each for each in report.diagnostics if each.rule in {step.rule for step in report.grown}], project)
        _end(report)
    known = count(sum(each.severity == "warning" for each in report.diagnostics), "known warning")
    tightened = "".join(f"\n  {each.rule}: {each.was} -> {each.now}" for each in report.shrunk)
    click.echo(
        f"{FILE}: {known}{tightened}" if before.made else f"{FILE}: {known}. Commit it; their number may only go down."
    )


def _mended(project: Project, chosen: Any, today: Any, dry_run: bool) -> bool:
    """Mends what can be, and says what; whether that is all that was to be done."""
    from deckbuilder.verbs.edits import mend

    mended = mend(project, chosen.wants, today, dry_run=dry_run, committing=too_late)
    if dry_run:
        click.echo(mended.diff(), nl=False)
        if not mended.changes:
            click.echo("Nothing can be mended without a person.")
            return True
        click.echo(f"Would be mended: {count(len(mended.changes), 'fault')}. Nothing was written.", err=True)
        sys.exit(1)
    for change in mended.changes:
        click.echo(harmless(change))
    for each in mended.left:
        click.echo(f"not mended: {harmless(each.message)}; {harmless(each.help)}", err=True)
    click.echo(f"Mended: {count(len(mended.changes), 'fault')} in {count(mended.files, 'file')}.")
    return False
