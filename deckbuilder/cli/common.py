"""What verbs share: the project option, how faults and progress are shown, how a verb ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from deckbuilder.diagnostics import Diagnostic, Fault, errors
from deckbuilder.project import Project, find

MAX_SHOWN = 200


def project_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--project DIR`, handed on as a `Project`."""

    def located(context: click.Context, parameter: click.Parameter, value: Path | None) -> Project:
        try:
            return find(value)
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


def fail(fault: Fault) -> NoReturn:
    """One sentence and the next step, exit code 1."""
    click.echo(f"{click.style('error', fg='red')}: {fault.message}", err=True, color=colour(sys.stderr))
    if fault.help:
        click.echo(f"    {fault.help}", err=True)
    sys.exit(1)


def show(found: Sequence[Diagnostic]) -> None:
    """Every fault on standard error; past many, only their number."""
    for each in found[:MAX_SHOWN]:
        text = str(each)
        tint = "red" if each.severity == "error" else "yellow"
        click.echo(
            text.replace(f" {each.rule}: ", f" {click.style(each.rule, fg=tint)}: ", 1),
            err=True,
            color=colour(sys.stderr),
        )
    if len(found) > MAX_SHOWN:
        click.echo(f"… and {len(found) - MAX_SHOWN} more", err=True)


def tally(found: Sequence[Diagnostic]) -> str:
    """'2 errors, 1 warning'."""
    wrong = len(errors(found))
    return f"{count(wrong, 'error')}, {count(len(found) - wrong, 'warning')}"


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def relative(path: Path) -> Path:
    """As a person in the working folder would write it."""
    return Path(os.path.relpath(path)) if path.is_relative_to(Path.cwd()) else path


def colour(stream: Any) -> bool:
    """Colour only where a person watches, and never where NO_COLOR is set."""
    return bool(stream.isatty()) and not os.environ.get("NO_COLOR")


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A line on the terminal that says what is being done; silent in pipes, and on short work."""
    start = time.monotonic()
    shown = False

    def tick(stage: str, done: int, of: int) -> None:
        nonlocal shown
        if sys.stderr.isatty() and time.monotonic() - start > 1.0:
            share = f" {100 * done // of} %" if of > 1 else ""
            sys.stderr.write(f"\r\x1b[K{stage}{share}")
            sys.stderr.flush()
            shown = True

    try:
        yield tick
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
