"""Text that is no YAML, explained where the author has to mend it."""

from __future__ import annotations

from deckbuilder.diagnostics import Diagnostic, Location
from deckbuilder.source.document import File

# YAML notices these where the text goes on, often lines below; the author has to mend the place where it began.
_UNFINISHED = (
    ("scanning a quoted scalar", "the quote that opens here is never closed", "close it at the end of the text"),
    ("scanning a simple key", "this line has no `:` after its key", "write it as `key: value`, or indent it"),
    (
        "parsing a flow mapping",
        "the `{` that opens here is not closed, or a comma is missing in it",
        "close it with `}`",
    ),
    (
        "parsing a flow sequence",
        "the `[` that opens here is not closed, or a comma is missing in it",
        "close it with `]`",
    ),
)


def broken(file: File, error: Exception) -> Diagnostic:
    """What PyYAML raised, as a fault."""
    mark, opened = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    place = Location(file.name, mark.line + 1, mark.column + 1) if mark else Location(file.name)
    problem, context = str(getattr(error, "problem", None) or error), str(getattr(error, "context", None))
    lines = file.text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if "\t" in line[: mark.column + 1 if mark else 0] and (
        "token" in problem or "indent" in problem or "tab" in problem
    ):
        return Diagnostic(place, "tab", "YAML does not allow tabs for indentation", "use spaces")
    for known, message, help in _UNFINISHED:
        if opened and known in context:
            return Diagnostic(Location(file.name, opened.line + 1, opened.column + 1), "broken-yaml", message, help)
    if "mapping values are not allowed" in problem:
        return Diagnostic(
            place, "broken-yaml", "a colon followed by a space starts a value here", "put the whole text in quotes"
        )
    return Diagnostic(
        place,
        "broken-yaml",
        f"this is not valid YAML: {problem}",
        "check quotes, brackets and indentation around this line",
    )
