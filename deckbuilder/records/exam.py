"""An exam: what it asks, objective by objective, where that was read, and how far to trust it.

Outlines change, and most are behind a login, so that a blueprint is data with a date. Cards answer to an objective by what they
are about: nobody types which cards belong to which exam.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema

from deckbuilder.records.base import Id, Model, Record, Sources, Text, Topic, one_or_more

# Who says so: the certifier's own page or document, a copy that names it, or somebody who names nothing.
Trust = Literal["official", "copy", "third-party"]
_TOPIC = {"type": "string", "enum": list(get_args(Topic))}
Topics = Annotated[
    tuple[Topic, ...],
    BeforeValidator(one_or_more),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [_TOPIC, {"type": "array", "items": _TOPIC, "minItems": 1, "uniqueItems": True}]}),
]
Names = Annotated[
    tuple[Text, ...],
    BeforeValidator(one_or_more),
    Field(max_length=200),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "uniqueItems": True}]}
    ),
]


class Objective(Model):
    """One thing that an exam asks of what this deck may teach."""

    asks: Text
    """What it asks, in your own words."""
    topics: Topics
    """What the cards are about that answer to it."""
    muscles: Names = ()
    """The muscles and groups that its source names, by their names: `coverage` tells of those that have no card."""
    trust: Trust
    """Who says so: official, the certifier itself; copy, somebody who names its document; third-party, anybody else."""
    sources: Sources = {}
    """Where it was read, if not where the whole blueprint was."""


class Domain(Model):
    """A part of an exam, with what it asks of the deck's subject."""

    name: Text
    """As the exam calls it."""
    objectives: dict[Id, Objective] = {}
    """What it asks, by id; none where it asks nothing of what the deck teaches."""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that it asks, each once."""
        return tuple(dict.fromkeys(topic for each in self.objectives.values() for topic in each.topics))


class Exam(Record):
    """An exam's blueprint as of a date: data, because outlines change."""

    kind: ClassVar[str] = "exam"
    id: Id = Field(validation_alias="exam")
    """The id of the exam."""
    name: Text
    """As the exam is called."""
    as_of: Text = Field(pattern=r"^\d{4}-\d{2}$")
    """The month in which the blueprint was read: 2026-11."""
    outline: Text = ""
    """Which outline that was, of when, and what could not be read."""
    domains: dict[Id, Domain]
    """The parts of the blueprint by id."""
    sources: Sources = {}
    """Where the blueprint was read."""

    def objectives(self) -> Iterator[tuple[str, str, Objective]]:
        """Each objective with the id of its domain and its own."""
        for domain, each in self.domains.items():
            for id, objective in each.objectives.items():
                yield domain, id, objective
