"""The kinds of record, and the border at which YAML becomes one of them.

`KINDS` is the table of contents. A new kind is a module here, a line below, and a folder of templates.
"""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from deckbuilder.diagnostics import Diagnostic
from deckbuilder.records.action import Action
from deckbuilder.records.base import Record, Reference, Subject
from deckbuilder.records.claim import Claim
from deckbuilder.records.cloze import Cloze, Gap
from deckbuilder.records.concept import Concept
from deckbuilder.records.curve import Curve
from deckbuilder.records.deck import Deck
from deckbuilder.records.exercise import Exercise
from deckbuilder.records.group import Group
from deckbuilder.records.muscle import Muscle
from deckbuilder.records.occlusion import Occlusion
from deckbuilder.records.question import Question
from deckbuilder.records.rulebook import Rulebook
from deckbuilder.records.study import Compared, Study
from deckbuilder.records.vocabulary import Bone, Credit, Exam, Joint, Nerve, Region, Source, Structure, Term
from deckbuilder.source import Document
from deckbuilder.source.broken import QUOTED

__all__ = [
    "KINDS",
    "NOTE_KINDS",
    "Action",
    "Bone",
    "Claim",
    "Cloze",
    "Compared",
    "Concept",
    "Credit",
    "Curve",
    "Deck",
    "Exam",
    "Exercise",
    "Gap",
    "Group",
    "Joint",
    "Muscle",
    "Nerve",
    "Occlusion",
    "Question",
    "Record",
    "Reference",
    "Region",
    "Rulebook",
    "Source",
    "Structure",
    "Study",
    "Subject",
    "Term",
    "nearest",
    "parse",
]

KINDS: dict[str, type[Record]] = {
    each.kind: each
    for each in (
        Deck,
        Rulebook,
        Region,
        Bone,
        Structure,
        Joint,
        Nerve,
        Term,
        Source,
        Credit,
        Curve,
        Exam,
        Muscle,
        Action,
        Group,
        Concept,
        Study,
        Exercise,
        Claim,
        Question,
        Cloze,
        Occlusion,
    )
}
NOTE_KINDS: dict[str, type[Subject]] = {kind: each for kind, each in KINDS.items() if issubclass(each, Subject)}


def parse(documents: Iterable[Document]) -> tuple[list[Record], list[Diagnostic]]:
    """Validated records, and every fault of the others. A faulty record leaves its neighbours alone."""
    found: list[Record] = []
    faults: list[Diagnostic] = []
    for document in documents:
        if document.faulty:
            continue
        kind = next(iter(document.value), "")
        cls = KINDS.get(kind)
        if cls is None:
            faults.append(_unknown_kind(document, kind))
            continue
        try:
            record = cls.model_validate(document.value)
        except ValidationError as error:
            faults += [_explain(document, cls, each) for each in error.errors(include_url=False) if not _echo(each)]
        else:
            record._document = document
            found.append(record)
    return found, faults


def nearest(word: str, known: Iterable[str]) -> str:
    """The 'did you mean' sentence for a misspelt word, or '' where nothing is near."""
    if len(word) > 200:  # nobody misspelt this, and comparing takes the product of both lengths
        return ""
    limit = 2 if len(word) < 8 else 3
    near = process.extract(word, list(known), scorer=DamerauLevenshtein.distance, score_cutoff=limit, limit=3)
    names = [f"'{name}'" for name, distance, _ in near if distance <= near[0][1] + 1]
    return f"did you mean {' or '.join(names)}?" if names else ""


def _unknown_kind(document: Document, kind: str) -> Diagnostic:
    later = next((key for key in document.value if key in KINDS), None)
    if later:
        help = f"move the line `{later}: {document.value[later]}` to the top"
    else:
        help = nearest(kind, KINDS) or f"begin with one of: {', '.join(sorted(KINDS))}"
    return Diagnostic(
        document.locate((kind,), key=True) if kind else document.locate(),
        "unknown-kind",
        f"a record opens with its kind and id, and '{kind}' is no kind",
        help,
    )


def _echo(error: Any) -> bool:
    """Whether a list only counts as too short because what is in it is at fault, which is told already."""
    return bool(error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"])


def _explain(document: Document, cls: type[Record], error: Any) -> Diagnostic:
    path = tuple(step for step in error["loc"] if step != "[key]")
    sort, found, context = error["type"], error["input"], error.get("ctx", {})
    # An item of a list goes by the list's name: nobody counts from 0.
    name = next((step for step in reversed(path) if isinstance(step, str)), cls.kind)
    if sort == "missing":
        return Diagnostic(
            document.locate(path[:-1], key=True),
            "missing-key",
            f"{_what(cls, path)} has no '{name}'",
            f"add `{name}: …`",
        )
    if sort == "extra_forbidden":
        known = _keys(cls, path[:-1])
        help = nearest(name, known) or f"the keys are: {', '.join(sorted(known))}"
        return Diagnostic(
            document.locate(path, key=True), "unknown-key", f"'{name}' is not a key of {_what(cls, path)}", help
        )
    place = document.locate(path, key="[key]" in error["loc"])
    if "help" in context or sort in ("bad-names",):
        message = error["msg"] + (f", found {_shown(found)}" if sort == "bad-names" else "")
        return Diagnostic(
            place,
            sort,
            f"{name}: {message}" if path else message,
            str(context.get("help", "write an id from the vocabulary")),
        )
    if sort == "literal_error":
        values = [value.strip("'") for value in str(context["expected"]).replace(" or ", ", ").split(", ")]
        return Diagnostic(
            place,
            "unknown-value",
            f"{name}: {_shown(found)} is not one of the values",
            nearest(str(found), values) or f"write one of: {', '.join(values)}",
        )
    if sort == "string_type":
        return Diagnostic(
            place,
            "wrong-type",
            f"{name}: expected text, found {_shown(found)}",
            "put it in quotes"
            if isinstance(found, int | float)
            else f"if it is text, {QUOTED}"  # it began with `[` or `{`
            if isinstance(found, list | dict)
            else "write text here",
        )
    if sort == "string_pattern_mismatch":
        return Diagnostic(
            place,
            "wrong-form",
            f"{name}: {_shown(found)} has not the form that is asked for",
            _FORMS.get(name, f"it must match {context['pattern']}"),
        )
    expected, help = _EXPECTED.get(sort, ("{msg}", "see docs/source-cards.md"))
    unit = " characters" if isinstance(found, str) else ""
    message = expected.format(msg=error["msg"][0].lower() + error["msg"][1:], unit=unit, **context)
    return Diagnostic(place, "wrong-type", f"{name}: {message}, found {_shown(found)}", help)


# What a form is, for people who read no patterns.
_FORMS = {
    "doi": "a DOI begins with '10.', such as 10.1519/JSC.0000000000001469, without https://doi.org/",
    "url": "write all of it, from https:// on, without spaces",
    "report_url": "write all of it, from https:// or mailto: on, without spaces or quotes",
    "as_of": "write year and month: 2026-11",
    "checked": "write year and month: 2026-11",
    "tier": "write one of: core, useful, deep",
    "edition": "letters, digits, `.`, `_` and `-`, such as 2026-11",
}
# Pydantic's words for people who do not program.
_EXPECTED = {
    "tuple_type": ("expected a list", "write a list: [one, two]"),
    "dict_type": ("expected a mapping", "write a mapping: {key: value}"),
    "model_type": ("expected a mapping", "write a mapping: {key: value}"),
    "model_attributes_type": ("expected a mapping", "write a mapping: {key: value}"),
    "bool_type": ("expected true or false", "write true or false"),
    "float_type": ("expected a number", "write a number, without quotes"),
    "finite_number": ("expected a number", "write a number that can have been measured"),
    "int_type": ("expected a whole number", "write a whole number, without quotes"),
    "greater_than_equal": ("expected {ge} or more", "mend the number"),
    "less_than_equal": ("expected {le} or less", "mend the number"),
    "too_long": ("expected no more than {max_length}{unit}", "shorten it; a card is read on a phone"),
    "too_short": ("expected at least {min_length}", "add what is missing"),
}


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the value {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"'{value[:40]}…'" if len(value) > 41 else f"'{value}'"
    return "a list" if isinstance(value, list | tuple) else "a mapping"


def _what(cls: type[Record], path: tuple[str | int, ...]) -> str:
    if len(path) < 2:
        return f"{'an' if cls.kind[0] in 'aeiou' else 'a'} {cls.kind} record"
    return f"'{path[0]}'"


def _keys(cls: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    at: Any = cls
    for step in path:
        if isinstance(at, type) and issubclass(at, BaseModel):
            at = next(
                (field.annotation for name, field in at.model_fields.items() if step in (name, field.validation_alias)),
                None,
            )
            at = _inner(at)
    if isinstance(at, type) and issubclass(at, BaseModel):
        return [str(field.validation_alias or name) for name, field in at.model_fields.items()]
    return []


def _inner(annotation: Any) -> Any:
    """The model inside `Model | None`, `tuple[Model, ...]` or `dict[str, Model]`."""
    if get_origin(annotation) in (Union, types.UnionType, tuple, dict, list):
        return next(
            (
                inner
                for arg in get_args(annotation)
                if isinstance(inner := _inner(arg), type) and issubclass(inner, BaseModel)
            ),
            None,
        )
    return annotation
