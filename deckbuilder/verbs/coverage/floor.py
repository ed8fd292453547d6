"""A floor under the coverage, for CI: as many cards for each objective, or as many as `coverage --format json` counted before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deckbuilder.core.diagnostics import Diagnostic, Fault
from deckbuilder.verbs.coverage.count import Counted, Covered

MAX_NUMBER = 100_000
MAX_SIZE = 4 << 20
_RULE = "below-floor"
_MADE_BY = "`deckbuilder coverage --format json > FILE` makes one"
# What is compared of an objective, by its key in the JSON, and what a message calls it.
_COMPARED = {"cards": "card", "core": "core card", "taught": "of the muscles that it names"}


@dataclass(frozen=True, slots=True)
class Floor:
    """How many cards an objective must have: any of them, or one by its exam and id. `source` says where that stands."""

    each: int = 0
    by_objective: Mapping[tuple[str, str], Mapping[str, int]] | None = None
    source: str = ""


def floor(given: str) -> Floor:
    """The floor that a person asks for: a number, or the path of a JSON that `coverage` printed. Raises `Fault` for neither."""
    if given.isascii() and given.isdigit():
        if len(given) > 6 or int(given) > MAX_NUMBER:
            raise Fault(f"a floor of {given[:20]} cards is beyond any deck", f"give a number up to {MAX_NUMBER:,}")
        return Floor(each=int(given))
    return Floor(by_objective=_read(Path(given)), source=given)


def below(covered: Sequence[Covered], floor: Floor) -> list[Diagnostic]:
    """Where the cards are fewer than the floor, each at its objective, and what the floor knows and no exam has any more."""
    found = [each for exam in covered for each in _of_exam(exam, floor)]
    return sorted(found)


def _of_exam(covered: Covered, floor: Floor) -> Iterator[Diagnostic]:
    exam = covered.exam
    known = floor.by_objective or {}
    for domain in covered.domains:
        for each in domain.objectives:
            wanted = {"cards": floor.each} if floor.by_objective is None else known.get((exam.id, each.id), {})
            place = exam.locate("domains", domain.id, "objectives", each.id, key=True)
            for key, number in wanted.items():
                if (has := _numbers(each)[key]) < number:
                    what = _COMPARED[key] if has == 1 or key == "taught" else f"{_COMPARED[key]}s"
                    message = f"'{each.id}' of {exam.name} has {has} {what}, and the floor is {number}"
                    yield Diagnostic(place, _RULE, message, _help(each, floor), record=exam.key)
    ids = {each.id for each in covered.objectives}
    for of, id in known:
        if of == exam.id and id not in ids:
            message = f"{exam.name} has no objective '{id}', which {floor.source} counts"
            yield Diagnostic(
                exam.locate("domains", key=True), _RULE, message, f"if it was renamed or taken out: {_MADE_BY}"
            )


def _help(counted: Counted, floor: Floor) -> str:
    topics = " or ".join(counted.objective.topics)
    again = f"; if fewer are meant: {_MADE_BY}" if floor.by_objective is not None else ""
    return f"write cards that are about {topics}{again}"


def _numbers(counted: Counted) -> dict[str, int]:
    return {"cards": counted.cards, "core": counted.core, "taught": counted.taught}


def _read(path: Path) -> dict[tuple[str, str], dict[str, int]]:
    """The numbers of each objective by its exam and id. Raises `Fault` where the file is none that `coverage` printed."""
    if not path.is_file():
        raise Fault(f"{path} is neither a number nor a file", f"give a number of cards, or such a file: {_MADE_BY}")
    if path.stat().st_size > MAX_SIZE:
        raise Fault(f"{path} is larger than any coverage", _MADE_BY)
    try:
        told = json.loads(path.read_text("utf-8"))
        return {
            (_text(exam, "id"), _text(each, "id")): _whole(each)
            for exam in told["exams"]
            for domain in exam["domains"]
            for each in domain["objectives"]
        }
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Fault(f"{path} is not a coverage as JSON", _MADE_BY) from None


def _text(value: Any, key: str) -> str:
    if not isinstance(value[key], str):
        raise ValueError
    return str(value[key])


def _whole(value: Any) -> dict[str, int]:
    found = {key: value.get(key, 0) for key in _COMPARED}
    if not all(type(number) is int and 0 <= number <= MAX_NUMBER for number in found.values()):
        raise ValueError
    return found
