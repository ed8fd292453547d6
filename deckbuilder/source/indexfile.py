"""Files in JSON that deckbuilder makes and reads again, such as the index of the figures.

They are made, not written, and may be a stranger's like any file of a project: `guard` reads them, and what is wrong with one
is told at its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.patterns import regex

if TYPE_CHECKING:
    from pydantic import ValidationError

_AT = regex(r" at line (\d+) column (\d+)$")


@dataclass(frozen=True, slots=True)
class IndexFile:
    """A file by its path from the project's root. `rule`: what a fault in it is called. `again`: how to get it back."""

    name: str
    rule: str
    again: str

    def value(self, text: str) -> Any:
        """The plain value that a text holds, or as a `Diagnostic` why it holds none."""
        from pydantic_core import from_json

        try:
            return from_json(text, allow_inf_nan=False)
        except ValueError as error:
            message, at = str(error), _AT.search(str(error))
            line, column = (int(at[1]), max(1, int(at[2]))) if at else (1, 1)
            return self.fault(f"this is not valid JSON: {_AT.sub('', message)}", Location(self.name, line, column))

    def fault(self, message: str, at: Location | None = None) -> Diagnostic:
        """What is wrong with the file."""
        return Diagnostic(at or Location(self.name, 1, 1), self.rule, message, self.again)

    def misfit(self, error: ValidationError, *within: str) -> Diagnostic:
        """The first value that is not what it should be, by its keys. `within`: those above what was looked at."""
        wrong = error.errors(include_url=False)[0]
        keys = [*within, *(str(step)[:80] for step in wrong["loc"] if step != "[key]")]
        message = wrong["msg"][:1].lower() + wrong["msg"][1:]
        return self.fault(f"{'.'.join(keys)}: {message}" if keys else message)
