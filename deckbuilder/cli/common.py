"""What verbs share: the project option, how faults and progress are shown, how a verb ends."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import click

from deckbuilder.core.cache import Cache
from deckbuilder.core.diagnostics import Diagnostic, Fault, errors
from deckbuilder.core.project import Project, find
from deckbuilder.core.prose import unobeyed

MAX_SHOWN = 200
PIPED = 120
_CACHE = "deckbuilder.cache"


def project_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--project DIR`, handed on as a `Project`."""

    def located(context: click.Context, parameter: click.Parameter, value: Path | None) -> Project:
        try:
            return with_cache(find(value))
        except Fault as fault:
            fail(fault)

    return click.option(
        "--project",
        metavar="DIR",
        type=click.Path(path_type=Path, file_okay=False),
        callback=located,
        help="The folder that holds `cards/`. Default: the project around the working folder, or the "
        "deck that ships with deckbuilder.",
    )(command)


def cache_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--no-cache`. Only a verb that has it takes anything from the user's cache folder."""

    def chosen(context: click.Context, parameter: click.Parameter, without: bool) -> None:
        if not without:
            from platformdirs import user_cache_path

            context.meta[_CACHE] = Cache(user_cache_path("deckbuilder", appauthor=False))

    return click.option(
        "--no-cache",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=chosen,
        help="Make everything anew, and keep nothing for the next run.",
    )(command)


def with_cache(project: Project) -> Project:
    """The project with the cache that this run of a verb may use."""
    return replace(project, cache=click.get_current_context().meta.get(_CACHE, project.cache))


def harmless(text: object, most: int = 2_000) -> str:
    """Text that a stranger may have written, as one line for a terminal: no escape in it works, and it has an end."""
    said = str(text)
    said = said if len(said) <= most else f"{said[:most]}…"
    return unobeyed(said)


def as_json(value: object) -> str:
    """For programs, and as harmless to a terminal as `harmless` makes a line."""
    return unobeyed(json.dumps(value, indent=2, ensure_ascii=False), but="\n")


output_option = click.option(
    "--output",
    "-o",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder for what is made. Default: `dist` in the project.",
)


def fail(fault: Fault) -> NoReturn:
    """One sentence and the next step, exit code 1."""
    message = harmless(fault.message)
    click.echo(f"{click.style('error', fg='red')}: {message}", err=True, color=color(sys.stderr))
    if fault.help:
        click.echo(f"    {harmless(fault.help)}", err=True)
    sys.exit(1)


def show(found: Sequence[Diagnostic], project: Project | None = None, *, known: bool = False) -> None:
    """Every fault on standard error, with its line if the project is given; past many, only their number.

    Warnings that are known already stay silent, unless `known`.
    """
    found = [each for each in found if known or not each.known]
    if not found:
        return
    from deckbuilder.verbs.reports.excerpt import Excerpts

    excerpts = Excerpts(project.root) if project else None
    for each in found[:MAX_SHOWN]:
        place = replace(each.location, path=harmless(each.location.path))
        text = str(replace(each, location=place, message=harmless(each.message), help=harmless(each.help)))
        tint = "red" if each.severity == "error" else "yellow"
        click.echo(
            text.replace(f" {each.rule}: ", f" {click.style(each.rule, fg=tint)}: ", 1),
            err=True,
            color=color(sys.stderr),
        )
        if excerpts and (excerpt := excerpts.show(each, columns(sys.stderr))):
            click.echo(excerpt, err=True)
    if len(found) > MAX_SHOWN:
        click.echo(f"… and {len(found) - MAX_SHOWN} more", err=True)


def tally(found: Sequence[Diagnostic]) -> str:
    """'2 errors, 1 warning', and what is known or only told on request, if there is any."""
    warned = count(sum(each.severity == "warning" and not each.known for each in found), "warning")
    return f"{count(len(errors(found)), 'error')}, {warned}{beside(found)}"


def beside(found: Sequence[Diagnostic]) -> str:
    """', 14 known warnings, 3 infos': what needs nobody's work now."""
    known, infos = sum(each.known for each in found), sum(each.severity == "info" for each in found)
    return (f", {count(known, 'known warning')}" if known else "") + (f", {count(infos, 'info')}" if infos else "")


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def relative(path: Path) -> Path:
    """The path as a person in the working folder would write it."""
    return Path(os.path.relpath(path)) if path.is_relative_to(Path.cwd()) else path


def columns(stream: Any) -> int:
    """How wide a terminal is; what is piped is cut where most editors still show it whole."""
    return shutil.get_terminal_size().columns if stream.isatty() else PIPED


def color(stream: Any) -> bool:
    """Color only where a person watches, and never where NO_COLOR is set."""
    return bool(stream.isatty()) and not os.environ.get("NO_COLOR")


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A line on the terminal that says what is being done; silent in pipes, and on short work."""
    start = time.monotonic()
    shown = False

    def tick(stage: str, done: int, of: int) -> None:
        nonlocal shown
        if sys.stderr.isatty() and time.monotonic() - start > 1.0:
            share = f" {100 * done // of}%" if of > 1 else ""
            sys.stderr.write(f"\r\x1b[K{stage}{share}")
            sys.stderr.flush()
            shown = True

    try:
        yield tick
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
