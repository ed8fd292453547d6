"""What a project's own templates put out, looked at before it travels: styling, and the HTML of cards and fields.

The shipped templates are ours, and tests look at all that they put out; a build of them does not pay for it again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from deckbuilder.anki import cardtemplate
from deckbuilder.core import css
from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.patterns import regex
from deckbuilder.core.project import Project
from deckbuilder.render import markup
from deckbuilder.render.explained import shown, where

_TAGS = regex(r"<[^>]*>|\[sound:")
_AROUND = 40  # characters before and after a mistake that tell which of many equal tags is meant


def check_style(project: Project, name: str, text: str) -> Iterator[Diagnostic]:
    """A style sheet that loads what is not there, breaks out of its element, or is not closed."""
    if not project.shipped_templates:
        for each in css.mistakes(text):
            yield Diagnostic(Location(shown(project, name), each.line, each.column), "css", each.message, each.help)


def check_side(project: Project, name: str, text: str) -> Iterator[Diagnostic]:
    """The HTML of one side of a card, with all fields filled and with none."""
    if project.shipped_templates or not _is_sound(text):
        return
    met = set()
    for html in markup.worlds(text):
        for each in markup.mistakes(html):
            if (each.start, each.message) not in met:
                met.add((each.start, each.message))
                yield _told(each, _where(project, name, text, each))


def _is_sound(text: str) -> bool:
    """Where sections are broken, nobody knows what is within what."""
    try:
        cardtemplate.parse(text)
    except cardtemplate.BadTemplate:
        return False
    return True


class FieldChecks:
    """The HTML of fields, note by note. Most look alike: what is made of the same tags is read once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._trusted = project.shipped_templates
        self._met: set[tuple[str, ...]] = set()

    def check(
        self, kind: str, values: Mapping[str, str], held: Collection[str], record: Callable[[], Location]
    ) -> Iterator[Diagnostic]:
        """What is wrong with the fields of one note. `held`: the files that travel with it; `record`: where it is."""
        if self._trusted:
            return
        for field, value in values.items():
            found = _TAGS.findall(value)
            tags = (kind, field, *held, *found)
            if not found or tags in self._met:
                continue
            self._met.add(tags)
            for each in markup.mistakes(value, held):
                at = _where(self._project, f"{kind}/fields.html.j2", value, each, record())
                yield _told(each, at, f" (in the field '{field}')")


def _told(mistake: markup.Mistake, at: Location, where: str = "") -> Diagnostic:
    return Diagnostic(
        at, "template-media" if mistake.loads else "template-html", f"{mistake.message}{where}", mistake.help
    )


def _where(
    project: Project, name: str, text: str, mistake: markup.Mistake, otherwise: Location | None = None
) -> Location:
    """The line of a template that put it out, as well as that can be known: by its words, and those around it."""
    kind = name.split("/")[0]
    known = [name, f"{kind}/layout.html.j2", "_shared/face.html.j2"]
    for folder in (kind, "_shared"):
        paths = sorted((project.templates / folder).rglob("*.j2"))
        known += [path.relative_to(project.templates).as_posix() for path in paths]
    said = text[mistake.start : mistake.end]
    before = _loosely(text[max(mistake.start - _AROUND, 0) : mistake.start].rpartition("\n")[2])
    after = _loosely(text[mistake.end : mistake.end + _AROUND].partition("\n")[0])
    tag = re.match(r"</?[a-zA-Z][^\s>/]*", said)
    said = f"({_loosely(said)})"
    patterns = [f"{before}{said}{after}"] if before and after else []
    patterns += [f"{before}{said}"] if before else []
    patterns += [f"{said}{after}"] if after else []
    patterns.append(said)
    patterns += [rf"({re.escape(tag[0])})\b"] if tag else []
    found = where(project, dict.fromkeys(known), *patterns)
    if otherwise is not None and (found.line, found.column) == (1, 1):
        return otherwise
    return found


def _loosely(text: str) -> str:
    """These words, with any blanks between and around them."""
    words = r"\s+".join(map(re.escape, text.split()))
    return (r"\s*" if text[:1].isspace() else "") + words + (r"\s*" if text[-1:].isspace() else "") if words else ""
