"""The coverage of exams in words: for a terminal, as Markdown, and as plain values for JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from deckbuilder.verbs.coverage.count import Counted, CountedDomain, Covered

WIDTH = 110
_NUMBERS = 14  # what stands before an objective: two numbers
_NOTHING = "asks nothing of what the deck teaches, as far as could be read"


def as_text(covered: Sequence[Covered]) -> str:
    """Tables for a terminal, an exam after the other."""
    return "\n\n".join("\n".join(_exam_as_text(each)) for each in covered)


def as_markdown(covered: Sequence[Covered]) -> str:
    """A section with a table for each exam."""
    return "\n\n".join("\n".join(_exam_as_markdown(each)) for each in covered)


def as_values(covered: Sequence[Covered]) -> dict[str, Any]:
    """What programs are told, and what a floor is made of."""
    return {"exams": [_exam_as_values(each) for each in covered]}


def _exam_as_text(covered: Covered) -> Iterator[str]:
    yield from _wrapped(_head(covered))
    if covered.exam.outline:
        yield from _wrapped(covered.exam.outline, indent="  ")
    yield "   cards   core"
    for each in covered.domains:
        if not each.objectives:
            yield f"{each.domain.name}: {_NOTHING}"
            continue
        yield each.domain.name
        for objective in each.objectives:
            yield from _objective_as_text(objective)
    yield from _wrapped(_beside(covered))


def _objective_as_text(counted: Counted) -> Iterator[str]:
    numbers = "     gap      " if counted.is_gap else f"{counted.cards:8,}{counted.core:6,}"
    first, *more = _wrapped(f"{counted.objective.asks} ({counted.objective.trust})", width=WIDTH - _NUMBERS - 2)
    yield f"{numbers}  {first}"
    for line in [*more, *(line for lack in _lacks(counted) for line in _wrapped(lack, width=WIDTH - _NUMBERS - 2))]:
        yield f"{' ' * _NUMBERS}  {line}"


def _exam_as_markdown(covered: Covered) -> Iterator[str]:
    yield f"## {covered.exam.name}"
    yield ""
    yield _head(covered)
    if covered.exam.outline:
        yield ""
        yield covered.exam.outline
    yield ""
    yield "| objective | who says so | cards | core |"
    yield "|---|---|---:|---:|"
    for each in covered.domains:
        yield f"| **{_cell(each.domain.name)}**{'' if each.objectives else f': {_NOTHING}'} | | | |"
        for one in each.objectives:
            asks = ". ".join((one.objective.asks, *(lack.rstrip(".") for lack in _lacks(one))))
            numbers = "**gap** | " if one.is_gap else f"{one.cards:,} | {one.core:,}"
            yield f"| {_cell(asks)} | {one.objective.trust} | {numbers} |"
    yield ""
    yield _beside(covered)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _head(covered: Covered) -> str:
    exam, every = covered.exam, len(covered.objectives)
    have = every - len(covered.gaps)
    return (
        f"{exam.name}, as of {exam.as_of}: {have} of {every} objectives have cards; "
        f"{covered.cards:,} cards answer to them, {covered.core:,} of these core."
    )


def _lacks(counted: Counted) -> Iterator[str]:
    """What an objective with cards lacks all the same."""
    if counted.untaught and not counted.is_gap:
        yield f"No card is about {', '.join(counted.untaught)}."
    if counted.missing:
        every = len(counted.objective.muscles)
        yield f"Without a card are {len(counted.missing)} of its {every} muscles: {', '.join(counted.missing)}."


def _beside(covered: Covered) -> str:
    total = sum(covered.beside.values())
    if not total:
        return "Every card answers to an objective."
    topics = ", ".join(f"{topic} {number:,}" for topic, number in covered.beside.items())
    return f"No objective asks for {total:,} cards: {topics}."


def _wrapped(text: str, indent: str = "", width: int = WIDTH) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _exam_as_values(covered: Covered) -> dict[str, Any]:
    exam = covered.exam
    return {
        "id": exam.id,
        "name": exam.name,
        "as_of": exam.as_of,
        "outline": exam.outline,
        "cards": covered.cards,
        "core": covered.core,
        "objectives": len(covered.objectives),
        "gaps": [each.id for each in covered.gaps],
        "domains": [_domain_as_values(each) for each in covered.domains],
        "beside": covered.beside,
    }


def _domain_as_values(counted: CountedDomain) -> dict[str, Any]:
    objectives = [
        {
            "id": each.id,
            "asks": each.objective.asks,
            "topics": list(each.objective.topics),
            "trust": each.objective.trust,
            "cards": each.cards,
            "core": each.core,
            "untaught": list(each.untaught),
            "taught": each.taught,
            "missing": list(each.missing),
        }
        for each in counted.objectives
    ]
    return {"id": counted.id, "name": counted.domain.name, "objectives": objectives}
