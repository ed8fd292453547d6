"""What was found for programs: as JSON, and as annotations of a GitHub workflow."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import Any

from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.prose import unobeyed
from deckbuilder.verbs.reports.excerpt import Excerpts
from deckbuilder.workspace import Checked

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def as_data(report: Checked, shown: Sequence[Diagnostic], excerpts: Excerpts) -> dict[str, Any]:
    """Every fault with its place, and how many of which kind there are in the whole project.

    Paths are from the project's root; lines and columns count from 1, and 0 means the file as a whole. The end column is
    the one behind the last character.
    """
    return {
        "diagnostics": [_object(each, excerpts) for each in shown],
        "counts": counts(report.diagnostics),
        "grown": [{"rule": each.rule, "was": each.was, "now": each.now} for each in report.grown],
    }


def counts(found: Iterable[Diagnostic]) -> dict[str, int]:
    """Errors, warnings that are new, infos, and known warnings."""
    number = Counter("known" if each.known else each.severity for each in found)
    return {name: number[name] for name in ("error", "warning", "info", "known")}


def github(shown: Iterable[Diagnostic], root: Path, excerpts: Excerpts) -> str:
    """A workflow command for each fault, errors first: GitHub shows no more than ten errors and ten warnings of a step.

    Paths are from the working directory, which in a workflow is the repository's root.
    """
    order = list(_LEVELS)
    lines = []
    for each in sorted(shown, key=lambda one: order.index(one.severity)):
        at, width = excerpts.span(each)
        properties = {"file": from_here(root, at.path), "title": each.rule}
        if at.line:
            properties |= {"line": str(at.line), "col": str(at.column)}
            properties |= {"endLine": str(at.line), "endColumn": str(at.column + width)} if width else {}
        said = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
        message = f"{each.message}\n{each.help}" if each.help else each.message
        lines.append(f"::{_LEVELS[each.severity]} {said}::{_data(message)}\n")
    return "".join(lines)


def from_here(root: Path, path: str) -> str:
    """A path of the project as seen from the working directory, with slashes."""
    try:
        return PurePath(os.path.relpath(root / path)).as_posix()
    except ValueError:  # another drive
        return path


def _object(each: Diagnostic, excerpts: Excerpts) -> dict[str, Any]:
    at, width = excerpts.span(each)
    return {
        "path": at.path,
        "line": at.line,
        "column": at.column,
        "end_column": at.column + width,
        "rule": each.rule,
        "severity": each.severity,
        "message": each.message,
        "help": each.help,
        "record": each.record,
        "known": each.known,
        "fixable": each.fix is not None,
    }


def _data(text: str) -> str:
    """Text of a workflow command: a line break or an escape in it would end it, or begin another."""
    return unobeyed(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
