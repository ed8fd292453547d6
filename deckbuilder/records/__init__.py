"""The kinds of record, and the border at which YAML becomes one of them.

`KINDS` is the table of contents. A new kind is a module here, a line below, and a folder of templates.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from deckbuilder.core import letters
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.records import hints, walker
from deckbuilder.records.action import Action
from deckbuilder.records.base import Record, Subject, suggest_id
from deckbuilder.records.claim import Claim
from deckbuilder.records.cloze import Cloze, Gap
from deckbuilder.records.concept import Concept
from deckbuilder.records.curve import Curve
from deckbuilder.records.deck import Deck
from deckbuilder.records.exercise import Exercise
from deckbuilder.records.group import Group
from deckbuilder.records.hints import Called, nearest
from deckbuilder.records.keys import Listed, Reference
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


def parse(
    documents: Iterable[Document], known: Mapping[int, Record] = types.MappingProxyType({})
) -> tuple[list[Record], list[Diagnostic]]:
    """Validated records, and every fault of the others. A faulty record leaves its neighbours alone.

    `known`: the records of documents that were parsed before, by `id(document)`.
    """
    found: list[Record] = []
    faults: list[Diagnostic] = []
    every = list(documents)
    called: Called | None = None  # only a fault asks who is called how
    for document in every:
        if document.faulty:
            continue
        if id(document) in known:
            found.append(known[id(document)])
            continue
        kind = next(iter(document.value), "")
        cls = KINDS.get(kind)
        if cls is None:
            faults.append(_unknown_kind(document, kind))
            continue
        try:
            record = cls.model_validate(document.value)
        except ValidationError as error:
            called = called or Called(every, _held())
            wrong = [each for each in error.errors(include_url=False) if not _echo(each)]
            faults += [_explain(document, cls, each, called) for each in _without_echoes(cls, wrong)]
        else:
            record._document = document
            found.append(record)
    return found, faults


def _held() -> dict[str, str]:
    """The keys under which records hold what has an id of its own: `landmarks` and its like, each with the kind of that."""
    return {key: mark.kind for cls in KINDS.values() for _, key, mark in walker.held_by(cls)}


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


def _without_echoes(cls: type[Record], wrong: list[Any]) -> list[Any]:
    """Without the keys that are missing only because they are misspelt: that is told at the misspelling."""
    meant = set()
    for each in wrong:
        if each["type"] == "extra_forbidden":
            path = each["loc"][:-1]
            meant.add((*path, hints.key(str(each["loc"][-1]), _keys(cls, path))[1]))
    return [each for each in wrong if each["type"] != "missing" or each["loc"] not in meant]


def _explain(document: Document, cls: type[Record], error: Any, called: Called) -> Diagnostic:
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
        help, _ = hints.key(name, _keys(cls, path[:-1]))
        return Diagnostic(
            document.locate(path, key=True), "unknown-key", f"'{name}' is not a key of {_what(cls, path)}", help
        )
    place = document.locate(path, key="[key]" in error["loc"])
    if sort == "bad-id":
        help = _id_help(cls, path, str(context["value"]), called)
        return Diagnostic(place, sort, f"{name}: {error['msg']}" if path else error["msg"], help)
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
        return f"{letters.an(cls.kind)} record"
    return f"'{path[0]}'"


def _keys(cls: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    model, _ = _at(cls, path)
    return [str(field.validation_alias or name) for name, field in model.model_fields.items()] if model else []


def _at(cls: type[BaseModel], path: tuple[str | int, ...]) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """The model that holds what lies at the path, and the last field on the way to it.

    A step that is no field is an item of a list, or a key of a mapping, whose model it is in already.
    """
    model: Any = cls
    last: FieldInfo | None = None
    for step in path:
        fields = model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}
        found = next((field for name, field in fields.items() if step in (name, field.validation_alias)), None)
        if found is not None:
            last, model = found, _inner(found.annotation)
    return (model if isinstance(model, type) and issubclass(model, BaseModel) else None), last


def _id_help(cls: type[Record], path: tuple[str | int, ...], value: str, called: Called) -> str:
    """The next step where something else stands than an id: the id of what is called so, or for a new one its spelling."""
    _, field = _at(cls, path)
    kinds = [kind for each in (field.metadata if field else ()) if isinstance(each, Listed) for kind in each.kinds]
    if not kinds:  # it is the id itself that is made here
        return suggest_id(value)
    ids = called.ids(value, kinds)
    if ids:
        quoted = [f"'{id}'" for id in ids[:3]]
        return f"did you mean {' or '.join(quoted)}?" if len(ids) > 1 else f"write its id, {quoted[0]}"
    what = " or ".join(letters.an("joint action" if kind == "action" else kind) for kind in kinds)
    return f"an id belongs here, and nothing is called '{value[:60]}': write the id of {what}"


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
