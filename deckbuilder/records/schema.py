"""The records as JSON Schema: what editors need to complete keys and to mark mistakes while typing."""

from __future__ import annotations

from functools import cache
from typing import Any

from deckbuilder.records import KINDS, walker
from deckbuilder.records.keys import NAMES_A


def schema() -> dict[str, Any]:
    """One schema for every file below `cards/`: a record, or a list of records."""
    plain: dict[str, Any] = _unmarked(marked())
    return plain


@cache
def marked() -> dict[str, Any]:
    """The same, where each text that is an id says in `NAMES_A` which kinds of record may answer to it. Not to be changed."""
    definitions: dict[str, Any] = {}
    for kind, cls in KINDS.items():
        made = cls.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
        definitions |= made.pop("$defs", {})
        made["description"] = (cls.__doc__ or "").strip().splitlines()[0]
        made["title"] = kind
        definitions[f"record-{kind}"] = made
    anyone = {
        "type": "object",
        "allOf": [
            {"if": {"required": [kind], **_opens(kind)}, "then": {"$ref": f"#/$defs/record-{kind}"}} for kind in KINDS
        ],
        "anyOf": [{"required": [kind]} for kind in KINDS],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "deckbuilder source cards",
        "anyOf": [{"$ref": "#/$defs/record"}, {"type": "array", "items": {"$ref": "#/$defs/record"}}],
        "$defs": {**definitions, "record": anyone},
    }


def _unmarked(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_unmarked(each) for each in schema]
    if isinstance(schema, dict):
        found = {key: _unmarked(value) for key, value in schema.items() if key != NAMES_A}
        return {key: value for key, value in found.items() if (key, value) != ("propertyNames", {})}
    return schema


def _opens(kind: str) -> dict[str, Any]:
    """A schema sees no order of keys: `nerve` and `exercise` are also keys inside other kinds, so those are ruled out."""
    others = [other for other in KINDS if other != kind and kind in _keys(other)]
    return {"not": {"anyOf": [{"required": [other]} for other in others]}} if others else {}


def _keys(kind: str) -> set[str]:
    return {walker.key_of(KINDS[kind], name) for name in KINDS[kind].model_fields}
