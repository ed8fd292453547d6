"""What the process that renders a project's own templates is asked, as bytes. What it answers is never read like this."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from deckbuilder.anatomy.drawings import Drawings
from deckbuilder.core.frozen import dataclass
from deckbuilder.records import Deck, Record
from deckbuilder.render.limits import Limits


@dataclass(frozen=True, slots=True)
class Notes:
    """The fields of notes: each by the places of its record and of its subject in that, with a picture or None.

    `kinds`: those whose templates are only looked at.
    """

    limits: Limits
    records: list[Record]
    drawings: Drawings
    deck: Deck
    subjects: list[tuple[int, int, tuple[str, str, str] | None]]
    kinds: tuple[str, ...]

    @property
    def size(self) -> int:
        return len(self.subjects)


@dataclass(frozen=True, slots=True)
class Cards:
    """One card's template, with the values for each side."""

    limits: Limits
    name: str
    sides: tuple[dict[str, str], ...]

    @property
    def size(self) -> int:
        return 0


def frame(value: object) -> bytes:
    """A value as it is sent. Records go without the files that they were read from."""
    file = io.BytesIO()
    _Pickler(file, pickle.HIGHEST_PROTOCOL).dump(value)
    data = file.getvalue()
    return len(data).to_bytes(8, "big") + data


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, BaseModel):
            cls, values = type(obj), obj.__dict__
            return _model, (cls, {name: values[name] for name in cls.model_fields})
        return NotImplemented


def _model(cls: type[BaseModel], values: dict[str, Any]) -> BaseModel:
    """As it was: what passed the border once is not checked again."""
    made = cls.__new__(cls)
    put: Callable[..., None] = object.__setattr__
    put(made, "__dict__", values)
    put(made, "__pydantic_fields_set__", set(values))
    put(made, "__pydantic_extra__", None)
    put(made, "__pydantic_private__", None)
    return made
