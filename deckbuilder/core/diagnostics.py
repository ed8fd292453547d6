"""What an author can put right: a place, a rule, what is wrong, and what to do next.

Stages return diagnostics, they never raise them; `cli` alone prints them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from pathlib import PurePath
from typing import cast

from deckbuilder.core import findings
from deckbuilder.core.findings import Severity as Severity
from deckbuilder.core.frozen import dataclass

_AS_USUAL = cast("Severity", "")


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file. Lines and columns count from 1; 0 means the file as a whole."""

    path: str
    line: int = 0
    column: int = 0

    @classmethod
    def of(cls, path: PurePath) -> Location:
        return cls(path.as_posix())

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Fix:
    """One edit that cannot be wrong: the value at `path` of the record is replaced, or taken out (None).

    `word`: only these words in the text at the path are replaced, wherever they stand in it.
    """

    path: tuple[str | int, ...]
    value: str | None
    word: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One fault in one place. `rule`: its name in `core/findings`, which also says how grave it usually is.

    `help` is the next step, a sentence without a full stop. `record`: its key, if it is known.
    `place` and `width`: the very words that are meant, where they are only a part of what stands at the location.
    `known`: a warning that was there before, and that the project counts in `cards/warnings.json`.
    """

    location: Location
    rule: str
    message: str
    help: str = ""
    severity: Severity = field(default=_AS_USUAL, compare=False)
    record: str = field(default="", compare=False)
    place: Location | None = field(default=None, compare=False)
    width: int = field(default=0, compare=False)
    known: bool = field(default=False, compare=False)
    fix: Fix | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.severity == _AS_USUAL:
            object.__setattr__(self, "severity", findings.severity(self.rule))

    def __str__(self) -> str:
        mark = "" if self.severity == "error" else f"{self.severity}: "
        head = f"{self.location}: {mark}{self.rule}: {self.message}"
        return f"{head}\n    {self.help}" if self.help else head


class Fault(Exception):
    """What editing a card cannot cure (a full disk, a damaged lock): one sentence, and the next step."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help


def errors(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The faults that stop a build."""
    return [one for one in diagnostics if one.severity == "error"]


def distinct(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by place, each once: two stages may meet the same fault."""
    return sorted(set(diagnostics))
