"""The text of a template, as Jinja asks for it: through the guard that all files of a project go through."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import jinja2
from jinja2.loaders import split_template_path

from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.render.limits import MAX_TEMPLATE
from deckbuilder.source import guard

# Of what kinds the faults are that the guard finds.
RULES = ("control-character", "encoding", "file-name", "merge-conflict", "outside-project", "too-large", "unreadable")


class Unreadable(Exception):
    """Why the text of the template `name` cannot be had, for its author; `line` 0 where that is of the whole file."""

    def __init__(self, name: str, line: int, rule: str, message: str, help: str) -> None:
        super().__init__(message)
        self.name, self.line, self.rule, self.message, self.help = name, line, rule, message, help


def read(folder: Path, name: str) -> str | None:
    """The text of a template by its name, None if there is none. Raises `Unreadable`; waits for no pipe."""
    try:
        path = folder.joinpath(*split_template_path(name))
        if not os.path.lexists(path):
            return None
    except (jinja2.TemplateNotFound, ValueError):  # `..`, a null byte
        return None
    text = guard.text(path, folder, name, MAX_TEMPLATE)
    found = text if isinstance(text, Diagnostic) else guard.hidden(text, name)
    if found is not None:
        raise Unreadable(name, found.location.line, found.rule, found.message, found.help)
    return str(text).replace("\r\n", "\n")


class Loader(jinja2.BaseLoader):
    """Templates by what `text` says of their names; `file` is what Python calls each in a traceback."""

    def __init__(self, text: Callable[[str], str | None], file: Callable[[str], str]) -> None:
        self._text, self._file = text, file

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        text = self._text(template)
        if text is None:
            raise jinja2.TemplateNotFound(template)
        return text, self._file(template), lambda: True


def of_folder(folder: Path) -> Loader:
    """Those of a folder."""
    return Loader(lambda name: read(folder, name), lambda name: str(folder / name))
