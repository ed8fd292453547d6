"""Where in `templates/` a thing stands, and what a Jinja error means there."""

from __future__ import annotations

import re
from collections.abc import Iterable

import jinja2
from jinja2.compiler import CodeGenerator
from jinja2.nodes import Node
from jinja2.parser import Parser

from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.frozen import dataclass
from deckbuilder.core.project import Project
from deckbuilder.render import loader
from deckbuilder.render.limits import DEEP, OffLimits, TooMuch
from deckbuilder.render.loader import Unreadable
from deckbuilder.source import guard

MANUAL = "docs/templates.md lists what a template may see and do"
BUDGET = "look for a loop that hardly ends, or a text that doubles"
MAX_WORDS = 500
RULES = ("template-syntax", "template-error", "template-limit", "missing-template", "unknown-variable", *loader.RULES)


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


@dataclass(frozen=True, slots=True)
class Wrong:
    """A fault in a template, by the template's name: known before anybody asks where the project lies.

    `missing`: the name of a template that is not there, which stands somewhere in `name`. `last`: it had to be stopped,
    and what comes after it was not looked at.
    """

    name: str
    line: int
    rule: str
    message: str
    help: str = "mend the name, or give it a value"
    missing: str | None = None
    last: bool = False

    def diagnostic(self, project: Project) -> Diagnostic:
        """As the author is told."""
        if self.missing is not None:
            at = where(project, (self.name,), rf"[\"']({re.escape(self.missing)})[\"']")
        else:
            at = Location(shown(project, self.name), self.line, 1) if self.line else Location(shown(project, self.name))
        return Diagnostic(at, self.rule, self.message, self.help)


def explain(error: BaseException, name: str) -> Wrong:
    """An error in a template, or in one that it uses, as a fault at its line."""
    at, line = name, 0
    trace = error.__traceback__
    while trace is not None:
        names, found = trace.tb_frame.f_locals, trace.tb_frame.f_globals.get("__jinja_template__")
        parser, node = names.get("self"), names.get("node")
        if isinstance(found, jinja2.Template):
            at, line = found.name or name, found.get_corresponding_lineno(trace.tb_lineno)
        elif isinstance(parser, Parser):
            at, line = parser.name or at, parser.stream.current.lineno
        elif isinstance(parser, CodeGenerator) and isinstance(node, Node):
            at, line = parser.name or at, node.lineno
        elif isinstance(parser, jinja2.Environment) and isinstance(names.get("source"), str):
            # `Environment.compile` with what it made for Python; the error's line is one of that
            at, line = names.get("name") or at, _in_source(names["source"], getattr(error, "lineno", 0) or 0)
        trace = trace.tb_next
    if isinstance(error, RecursionError | SyntaxError) or str(getattr(error, "message", "")) == DEEP:
        line = error.lineno if isinstance(error, jinja2.TemplateSyntaxError) else line
        return Wrong(at, line, "template-limit", DEEP, "take it apart; look for what uses itself")
    if isinstance(error, jinja2.TemplateSyntaxError):
        message, help = error.message or "syntax error", "mend the template's Jinja here"
        return Wrong(error.name or name, error.lineno, "template-syntax", message, help)
    if isinstance(error, Unreadable):
        return Wrong(error.name, error.line, error.rule, error.message, error.help)
    if isinstance(error, jinja2.TemplateNotFound):
        missing = str(error.name or "")
        message, help = f"the template '{missing}' is missing", "restore the file, or mend the name"
        return Wrong(at, line, "missing-template", message, help, missing)
    if isinstance(error, MemoryError):
        message, help = "this takes more memory than a template may have", BUDGET
        return Wrong(at, line, "template-limit", message, help)
    message = _words(error)[:MAX_WORDS] or type(error).__name__
    if isinstance(error, TooMuch | OverflowError):
        return Wrong(at, line, "template-limit", message, MANUAL)
    if isinstance(error, OffLimits):
        return Wrong(at, line, "template-error", message, MANUAL)
    if isinstance(error, jinja2.UndefinedError):
        return Wrong(
            at,
            line,
            "unknown-variable",
            message,
            MANUAL if " may see " in message else "mend the name, or give it a value",
        )
    return Wrong(at, line, "template-error", message)


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # a message may hold a value that refuses to be text
        return ""


def _in_source(source: str, line: int) -> int:
    """The template's line for a line of what Jinja made for Python, by the table at its end."""
    found = re.search(r"^debug_info = '([\d=&]*)'$", source, re.MULTILINE)
    pairs = [each.split("=") for each in found[1].split("&") if "=" in each] if found else []
    return max((int(own) for own, made in pairs if int(made) <= line), default=0)
