"""The templates of a project as Jinja asks for them: through the guard that all files of a project go through."""

from __future__ import annotations

from collections.abc import Callable

import jinja2
from jinja2.loaders import split_template_path

from deckbuilder.diagnostics import Diagnostic
from deckbuilder.project import Project
from deckbuilder.render.places import shown
from deckbuilder.source import guard


class Unread(jinja2.TemplateError):
    """A template whose text cannot be had, and why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class Texts(jinja2.BaseLoader):
    """Finds as Jinja's own loader of files does; raises `Unread` for what is no text, and waits for no pipe."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        path = self._project.templates.joinpath(*split_template_path(template))
        if not path.exists() and not path.is_symlink():
            raise jinja2.TemplateNotFound(template)
        name = shown(self._project, template)
        text = guard.text(path, self._project.templates, name)
        if isinstance(text, Diagnostic):
            raise Unread(text)
        if control := guard.hidden(text, name):
            raise Unread(control)
        return text.replace("\r\n", "\n"), str(path), lambda: True
