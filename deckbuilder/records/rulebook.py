"""`rules`: how strict the linter is with this deck, what it counts as too long, and which words it goes by."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema

from deckbuilder.core.findings import Strictness as Strictness
from deckbuilder.records.base import Id, Number, Record, Text, one_or_more
from deckbuilder.records.keys import Listed

_STRICTNESS = {"type": "string", "enum": ["error", "warning", "info", "off"]}
# What a rule says as a rule, and what it says of grave cases, if it knows them.
Severities = Annotated[
    tuple[Strictness, ...],
    BeforeValidator(one_or_more),
    Field(min_length=1, max_length=2),
    WithJsonSchema({"anyOf": [_STRICTNESS, {"type": "array", "items": _STRICTNESS, "minItems": 1, "maxItems": 2}]}),
]


class Rulebook(Record):
    """Severities by rule, limits, word lists, and terms with the ones that are preferred. What it leaves out is as usual."""

    kind: ClassVar[str] = "rules"
    id: Id = Field(validation_alias="rules")
    """The id of these settings."""
    severity: Annotated[dict[Id, Severities], Listed("rule")] = {}
    """How strict each rule is: error, warning, info or off; of two, the second is for grave cases."""
    limits: dict[Id, Number] = {}
    """What counts as too long or too many, by the name of the limit."""
    words: dict[Id, tuple[Text, ...]] = {}
    """Words that rules look for, by the name of the list."""
    preferred: dict[Text, Text] = {}
    """Terms, and the one to be written instead; the term itself takes it off the list."""
