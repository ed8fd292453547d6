"""What is wrong with a record that did not pass the border, in words of its author: where, what, and the next step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from deckbuilder.core import letters
from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.records import hints, walker
from deckbuilder.records.base import Record, suggest_id
from deckbuilder.records.hints import Called, nearest
from deckbuilder.records.keys import Listed
from deckbuilder.source import Document, Path_
from deckbuilder.source.broken import QUOTED


def faults_of(document: Document, cls: type[Record], error: ValidationError, called: Called) -> Iterator[Diagnostic]:
    """Each fault of one record, and none that only follows from another."""
    wrong = [each for each in error.errors(include_url=False) if not _echo(each)]
    for each in _without_echoes(cls, wrong):
        it = _Wrong(document, cls, each, called)
        yield _TOLD.get(it.sort, _with_help if "help" in it.context else _wrong_type)(it)


def _echo(error: Any) -> bool:
    """Whether a list only counts as too short because what is in it is at fault, which is told already."""
    return bool(error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"])


def _without_echoes(cls: type[Record], wrong: list[Any]) -> list[Any]:
    """Without the keys that are missing only because they are misspelled: that is told at the misspelling."""
    meant = set()
    for each in wrong:
        if each["type"] == "extra_forbidden":
            path = each["loc"][:-1]
            meant.add((*path, hints.key(str(each["loc"][-1]), _keys(cls, path))[1]))
    return [each for each in wrong if each["type"] != "missing" or each["loc"] not in meant]


@dataclass(frozen=True, slots=True)
class _Wrong:
    """One error of pydantic's, and what it takes to tell it."""

    document: Document
    cls: type[Record]
    error: Any
    called: Called

    @property
    def sort(self) -> str:
        return str(self.error["type"])

    @property
    def path(self) -> Path_:
        return tuple(step for step in self.error["loc"] if step != "[key]")

    @property
    def name(self) -> str:
        """The key that it is about. An item of a list goes by the list's name: nobody counts from 0."""
        return next((step for step in reversed(self.path) if isinstance(step, str)), self.cls.kind)

    @property
    def found(self) -> object:
        return self.error["input"]

    @property
    def context(self) -> dict[str, Any]:
        found: dict[str, Any] = self.error.get("ctx", {})
        return found

    @property
    def place(self) -> Location:
        return self.document.locate(self.path, key="[key]" in self.error["loc"])

    def told(self, message: str) -> str:
        """The message behind the key that it is about; of a record as a whole, alone."""
        return f"{self.name}: {message}" if self.path else message


def _missing_key(it: _Wrong) -> Diagnostic:
    place, message = it.document.locate(it.path[:-1], key=True), f"{_what(it.cls, it.path)} has no '{it.name}'"
    return Diagnostic(place, "missing-key", message, f"add `{it.name}: {_form(it.cls, it.path)}`")


def _form(cls: type[BaseModel], path: Path_) -> str:
    """What stands behind a key: of a mapping the keys that it must have."""
    model, _ = _at(cls, path)
    needed = [name for name, field in model.model_fields.items() if field.is_required()] if model else []
    return f"{{{', '.join(f'{walker.key_of(model, name)}: …' for name in needed)}}}" if model and needed else "…"


def _unknown_key(it: _Wrong) -> Diagnostic:
    help, _ = hints.key(it.name, _keys(it.cls, it.path[:-1]))
    place, message = it.document.locate(it.path, key=True), f"'{it.name}' is not a key of {_what(it.cls, it.path)}"
    return Diagnostic(place, "unknown-key", message, help)


def _bad_id(it: _Wrong) -> Diagnostic:
    help = _id_help(it.cls, it.path, str(it.context["value"]), it.called)
    return Diagnostic(it.place, "bad-id", it.told(it.error["msg"]), help)


def _bad_names(it: _Wrong) -> Diagnostic:
    message = it.told(f"{it.error['msg']}, found {_shown(it.found)}")
    return Diagnostic(it.place, "bad-names", message, "write an id from the vocabulary")


def _with_help(it: _Wrong) -> Diagnostic:
    """What a record found out about itself: it knows the next step, too."""
    return Diagnostic(it.place, it.sort, it.told(it.error["msg"]), str(it.context["help"]))


def _unknown_value(it: _Wrong) -> Diagnostic:
    values = [value.strip("'") for value in str(it.context["expected"]).replace(" or ", ", ").split(", ")]
    message = f"{it.name}: {_shown(it.found)} is not one of the values"
    help = nearest(str(it.found), values) or f"write one of: {', '.join(values)}"
    return Diagnostic(it.place, "unknown-value", message, help)


def _no_text(it: _Wrong) -> Diagnostic:
    help = "write text here"
    if isinstance(it.found, int | float):
        help = "put it in quotes"
    elif isinstance(it.found, list | dict):
        help = f"if it is text, {QUOTED}"  # it began with `[` or `{`
    return Diagnostic(it.place, "wrong-type", f"{it.name}: expected text, found {_shown(it.found)}", help)


def _wrong_form(it: _Wrong) -> Diagnostic:
    message = f"{it.name}: {_shown(it.found)} has not the form that is asked for"
    return Diagnostic(it.place, "wrong-form", message, _FORMS.get(it.name, f"it must match {it.context['pattern']}"))


def _wrong_type(it: _Wrong) -> Diagnostic:
    expected, help = _EXPECTED.get(it.sort, ("{msg}", "see docs/source-cards.md"))
    unit, msg = " characters" if isinstance(it.found, str) else "", it.error["msg"]
    limits = {name: f"{each:.15g}" if isinstance(each, float) else each for name, each in it.context.items()}
    message = expected.format(msg=msg[0].lower() + msg[1:], unit=unit, **limits)
    return Diagnostic(it.place, "wrong-type", f"{it.name}: {message}, found {_shown(it.found)}", help)


# By pydantic's name of an error, and by those of ours that take more than their own words.
_TOLD: dict[str, Callable[[_Wrong], Diagnostic]] = {
    "missing": _missing_key,
    "extra_forbidden": _unknown_key,
    "bad-id": _bad_id,
    "bad-names": _bad_names,
    "literal_error": _unknown_value,
    "string_type": _no_text,
    "string_pattern_mismatch": _wrong_form,
}
# What a form is, for people who read no patterns.
_FORMS = {
    "doi": "a DOI begins with '10.', such as 10.1519/JSC.0000000000001469, without https://doi.org/",
    "url": "write all of it, from https:// on, without spaces",
    "report_url": "write all of it, from https:// or mailto: on, without spaces or quotes",
    "home_url": "write all of it, from https:// on, without spaces or quotes",
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


def _what(cls: type[Record], path: Path_) -> str:
    if len(path) < 2:
        return f"{letters.an(cls.kind)} record"
    return f"'{path[0]}'"


def _keys(cls: type[BaseModel], path: Path_) -> list[str]:
    model, _ = _at(cls, path)
    return [walker.key_of(model, name) for name in model.model_fields] if model else []


def _at(cls: type[BaseModel], path: Path_) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """The model that holds what lies at the path, and the last field on the way to it.

    Behind a field that holds several stands an item of its list, or a key of its mapping, which may be called as a field is.
    """
    model: type[BaseModel] | None = cls
    last: FieldInfo | None = None
    within = False
    for step in path:
        fields = model.model_fields if model and not within else {}
        found = next((field for name, field in fields.items() if step in (name, field.validation_alias)), None)
        within = False
        if found is not None:
            held = walker.shape(found.annotation)
            last, model, within = found, held.model, held.form != "one"
    return model, last


def _kinds(cls: type[BaseModel], path: Path_) -> list[str]:
    """The kinds of record whose ids belong at a path; none where an id is made."""
    _, field = _at(cls, path)
    return [kind for each in (field.metadata if field else ()) if isinstance(each, Listed) for kind in each.kinds]


def _id_help(cls: type[Record], path: Path_, value: str, called: Called) -> str:
    """The next step where something else stands than an id: the id of what is called so, or for a new one its spelling."""
    kinds = _kinds(cls, path)
    if not kinds:
        return suggest_id(value)
    ids = [f"'{id}'" for id in called.ids(value, kinds)[:3]]
    if ids:
        return f"did you mean {' or '.join(ids)}?" if len(ids) > 1 else f"write its id, {ids[0]}"
    what = " or ".join(letters.an("joint action" if kind == "action" else kind) for kind in kinds)
    return f"an id belongs here, and nothing is called '{value[:60]}': write the id of {what}"
