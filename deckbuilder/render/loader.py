"""The text of a template, read within `templates/` and within bounds: a project's own may be a stranger's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jinja2
from jinja2.loaders import split_template_path

from deckbuilder.render.limits import MAX_TEMPLATE


class Unreadable(Exception):
    """Why a template's text cannot be had, for its author."""


def read(folder: Path, name: str) -> str | None:
    """The text of a template by its name, None if there is none. Raises `Unreadable`."""
    try:
        path = folder.joinpath(*split_template_path(name))
        if not path.resolve().is_relative_to(folder.resolve()):
            raise Unreadable("the file lies outside templates/, or is a link that leads out")
        if not path.is_file():
            return None
        if path.stat().st_size > MAX_TEMPLATE:
            raise Unreadable(f"the template is larger than {MAX_TEMPLATE:,} bytes")
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("the template is not UTF-8") from error
    except (jinja2.TemplateNotFound, ValueError, RuntimeError):  # `..`, a null byte, a loop of links
        return None
    except OSError as error:
        raise Unreadable(f"the template cannot be read ({error.strerror or error})") from error


class Loader(jinja2.BaseLoader):
    """Templates by what `text` says of their names; `file` is what Python calls each in a traceback."""

    def __init__(self, text: Callable[[str], str | None], file: Callable[[str], str]) -> None:
        self._text, self._file = text, file

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        try:
            text = self._text(template)
        except Unreadable as why:
            raise jinja2.TemplateSyntaxError(str(why), 1, template) from why
        if text is None:
            raise jinja2.TemplateNotFound(template)
        return text, self._file(template), lambda: True


def of_folder(folder: Path) -> Loader:
    """Those of a folder."""
    return Loader(lambda name: read(folder, name), lambda name: str(folder / name))
