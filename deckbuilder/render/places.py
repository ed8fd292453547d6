"""Where in `templates/` a thing stands, and what a Jinja error means there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import jinja2

from deckbuilder.diagnostics import Diagnostic, Location
from deckbuilder.project import Project
from deckbuilder.source import guard


def shown(project: Project, name: str) -> str:
    """A template's path as an author sees it, from the project's root where it lies in it."""
    path = project.templates / name
    return path.relative_to(project.root).as_posix() if path.is_relative_to(project.root) else path.as_posix()


def where(project: Project, names: Iterable[str], *patterns: str) -> Location:
    """The first match of the first pattern that any of the templates holds, by its group; else the first template."""
    read = {name: guard.raw(project.templates / name, project.templates, name) for name in names}
    texts = {name: text for name, text in read.items() if isinstance(text, str)}
    for pattern in patterns:
        for name, text in texts.items():
            found = re.search(pattern, text)
            if found:
                line, column = (
                    text.count("\n", 0, found.start(1)) + 1,
                    found.start(1) - text.rfind("\n", 0, found.start(1)),
                )
                return Location(shown(project, name), line, column)
    return Location(shown(project, next(iter(texts), "_shared")), 1, 1)


def in_template(project: Project, name: str, *patterns: str) -> Location:
    """The place in the template, or in one that it extends, where the text at fault stands."""
    kind = name.split("/")[0]
    return where(project, (name, f"{kind}/layout.html.j2", "_shared/face.html.j2"), *patterns)


def stated(project: Project, kind: str, what: str) -> Location:
    """Where a note type's file states its 'cloze', 'sort_field', 'fields' or 'cards'."""
    return where(project, (f"{kind}/notetype.yaml",), rf"(?m)^({what}):")


def explain(error: Exception, project: Project, name: str) -> Diagnostic:
    """A Jinja error as a fault at the template's line. Undefined names are found through the traceback."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        at = Location(shown(project, error.name or name), error.lineno, 1)
        return Diagnostic(at, "template-syntax", error.message or "syntax error", "mend the template's Jinja here")
    if isinstance(error, jinja2.TemplateNotFound):
        return Diagnostic(
            where(project, (name,), rf"[\"']({re.escape(str(error.name or ''))})[\"']"),
            "missing-template",
            f"the template '{error.name}' is missing",
            "restore the file, or mend the name",
        )
    found = getattr(error, "diagnostic", None)
    if isinstance(found, Diagnostic):  # its text could not be read
        return found
    place = Location(shown(project, name))
    trace = error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(project.templates):
            place = Location(shown(project, file.relative_to(project.templates).as_posix()), trace.tb_lineno, 1)
        trace = trace.tb_next
    rule = "unknown-variable" if isinstance(error, jinja2.UndefinedError) else "template-error"
    return Diagnostic(place, rule, str(error) or type(error).__name__, "mend the name, or give it a value")
