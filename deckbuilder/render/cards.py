"""Card templates: Jinja with `[[ ]]` and `[% %]`, so that Anki's `{{Field}}` stays Anki's. Ours in place, others apart."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import jinja2

from deckbuilder.core.project import Project
from deckbuilder.render import fields
from deckbuilder.render.compiled import Compiled
from deckbuilder.render.explained import Wrong, explain
from deckbuilder.render.fields import CARDS, filled
from deckbuilder.render.jail import UNSOUND, Stopped, jail
from deckbuilder.render.limits import LIMITS
from deckbuilder.render.loader import of_folder
from deckbuilder.render.wire import Cards

SIDES = ("front", "back")
_COMPILED = Compiled(fields.__file__, "cards")


def sides(project: Project, name: str, values: tuple[dict[str, str], ...]) -> tuple[list[str], Wrong | None]:
    """A card's template filled once for each of the values, or what is wrong with it."""
    if not project.shipped_templates:
        return _apart(project, name, values)
    try:
        return [filled(_environment(project.templates).get_template(name), each) for each in values], None
    except Exception as error:  # a template may raise anything; its line is what helps
        return [], explain(error, name)


def _apart(project: Project, name: str, values: tuple[dict[str, str], ...]) -> tuple[list[str], Wrong | None]:
    with jail() as process:
        try:
            told = list(process.ask(Cards(LIMITS, name, values), project.templates, name, lambda *_: None))
            try:
                found = [str(each["text"]) for each in told if "wrong" not in each]
                wrong = next((process.wrong(each["wrong"][0]) for each in told if "wrong" in each), None)
            except UNSOUND as error:
                raise process.unsound() from error
            if wrong is None and len(found) < len(values):
                raise process.unsound()
        except Stopped as stopped:
            return [], stopped.wrong
    return found, wrong


@lru_cache(maxsize=1)
def _environment(folder: Path) -> jinja2.Environment:
    """For the shipped templates, which are there once."""
    return jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, loader=of_folder(folder), bytecode_cache=_COMPILED, **CARDS
    )
