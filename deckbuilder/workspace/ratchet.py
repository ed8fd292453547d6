"""The warnings that a deck has already, by rule and record: `cards/warnings.json`. Their number may only go down.

The file is made, not written, and may be a stranger's like any file of a project. What a rule finds in all counts against
it, so that renaming a record costs nothing; the records only decide which warnings are shown as new.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.frozen import dataclass
from deckbuilder.source import File
from deckbuilder.source.indexfile import IndexFile

FILE = "cards/warnings.json"
RULE = "warnings-file"
_FILE = IndexFile(FILE, RULE, "restore it, or delete it and make it again with `deckbuilder check --ratchet`")
_COUNTS = TypeAdapter(dict[str, dict[str, Annotated[int, Field(strict=True, ge=1, le=1_000_000)]]])


@dataclass(frozen=True, slots=True)
class Step:
    """A rule whose warnings are not as many as before."""

    rule: str
    was: int
    now: int


@dataclass(frozen=True, slots=True)
class Ratchet:
    """Warnings that are known, by rule and by record (or by file, where no record is to blame).

    `made`: there is a file, so that what is not in it is new. `fault`: why it cannot be used.
    """

    counts: dict[str, dict[str, int]]
    made: bool = False
    fault: Diagnostic | None = None
    text: str = ""

    def mark(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The same, the warnings that were there before marked as known; and what is wrong with the file."""
        left = {(rule, where): number for rule, each in self.counts.items() for where, number in each.items()}
        marked = [] if self.fault is None else [self.fault]
        for each in found:
            place = (each.rule, _where(each))
            known = each.severity == "warning" and left.get(place, 0) > 0
            if known:
                left[place] -= 1
            marked.append(replace(each, known=True) if known else each)
        return marked

    def grown(self, found: Iterable[Diagnostic], free: Collection[str] = ()) -> list[Step]:
        """Rules with more warnings than are known. `free`: rules that grow by themselves, such as by the date."""
        return [each for each in self._steps(found) if each.now > each.was and each.rule not in free]

    def shrunk(self, found: Iterable[Diagnostic]) -> list[Step]:
        """Rules with fewer."""
        return [each for each in self._steps(found) if each.now < each.was]

    def _steps(self, found: Iterable[Diagnostic]) -> list[Step]:
        if not self.made or self.fault is not None:
            return []
        now = Counter(each.rule for each in found if each.severity == "warning")
        rules = sorted({*now, *self.counts})
        return [Step(rule, sum(self.counts.get(rule, {}).values()), now[rule]) for rule in rules]


def known(text: str | Diagnostic | None) -> Ratchet:
    """What is known, from the text of the file or why it cannot be had; nothing where there is none."""
    if text is None:
        return Ratchet({})
    found = text if isinstance(text, Diagnostic) else _FILE.value(text)
    if isinstance(found, Diagnostic):
        return Ratchet({}, made=True, fault=found)
    try:
        return Ratchet(_COUNTS.validate_python(found), made=True, text=str(text))
    except ValidationError as error:
        return Ratchet({}, made=True, fault=_FILE.misfit(error))


def text_of(found: Iterable[Diagnostic]) -> str:
    """The file that knows all of these warnings, and no more."""
    counts: dict[str, dict[str, int]] = {}
    for each in found:
        if each.severity == "warning":
            of = counts.setdefault(each.rule, {})
            of[_where(each)] = of.get(_where(each), 0) + 1
    return _written(counts)


def renamed(ratchet: Ratchet, old: str, new: str) -> Sequence[tuple[File, str]]:
    """The file with a record under its new key, if it is in there."""
    if not any(old in each for each in ratchet.counts.values()):
        return ()
    counts: dict[str, dict[str, int]] = {}
    for rule, each in ratchet.counts.items():
        of = counts.setdefault(rule, {})
        for where, number in each.items():
            key = new if where == old else where
            of[key] = of.get(key, 0) + number
    return ((File(FILE, ratchet.text), _written(counts)),)


def _written(counts: dict[str, dict[str, int]]) -> str:
    return json.dumps(counts, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _where(found: Diagnostic) -> str:
    return found.record or found.location.path
