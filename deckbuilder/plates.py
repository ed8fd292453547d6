"""The plates that `deckbuilder figures` drew: bones with the names of their landmarks, and where each name stands.

`cards/media/figures.json` lists them. It is made, not written: what is wrong with it is mended by making it again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from deckbuilder.diagnostics import Diagnostic, Location
from deckbuilder.project import Project
from deckbuilder.records.base import Id, Text
from deckbuilder.records.occlusion import Box
from deckbuilder.source import guard

INDEX = "cards/media/figures.json"
_AGAIN = "make it again with `deckbuilder figures`, or restore it from version control"
_ANY = "*"


class _Drawn(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Label(_Drawn):
    """A landmark's name on a plate, and the box around it in fractions of the picture."""

    landmark: Id
    box: Box


class Plate(_Drawn):
    """A picture in `cards/media/`, and what one sees on it."""

    file: Text
    seen: Text
    labels: tuple[Label, ...]

    def label(self, landmark: str) -> Label | None:
        """Where the name of a landmark stands, if it does."""
        return next((each for each in self.labels if each.landmark == landmark), None)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The plates by id, the ids of those that cannot be used (`*`: none can be told), and why."""

    plates: dict[str, Plate] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    faults: list[Diagnostic] = field(default_factory=list)


def read(project: Project) -> Drawn:
    """Every plate of a project; none where none was drawn."""
    path = project.root / INDEX
    if not path.exists() and not path.is_symlink():
        return Drawn()
    text = guard.text(path, project.root, INDEX)
    if isinstance(text, Diagnostic):
        return Drawn(broken=frozenset([_ANY]), faults=[text])
    try:
        found = json.loads(text)
        listed = found.get("plates", {}) if isinstance(found, dict) else None
    except json.JSONDecodeError as error:
        return _unread(Location(INDEX, error.lineno, error.colno), f"this is not valid JSON ({error.msg})")
    except (ValueError, RecursionError):
        return _unread(Location(INDEX), "this is not valid JSON")
    if not isinstance(listed, dict):
        return _unread(Location(INDEX, 1, 1), "the index of the figures is not laid out as one")
    each = {id: _plate(id, value) for id, value in listed.items()}
    plates = {id: found for id, found in each.items() if isinstance(found, Plate)}
    faults = [found for found in each.values() if isinstance(found, Diagnostic)]
    return Drawn(plates, frozenset(listed.keys() - plates.keys()), faults)


def _plate(id: str, value: object) -> Plate | Diagnostic:
    try:
        return Plate.model_validate(value)
    except ValidationError as error:
        return _explain(id, error.errors(include_url=False)[0])


def _unread(at: Location, message: str) -> Drawn:
    return Drawn(broken=frozenset([_ANY]), faults=[Diagnostic(at, "figures", message, _AGAIN)])


def _explain(id: str, error: Any) -> Diagnostic:
    path = ".".join(str(step)[:80] for step in ("plates", id, *error["loc"]))
    message = error["msg"][:1].lower() + error["msg"][1:]
    return Diagnostic(Location(INDEX), "figures", f"{path}: {message}", _AGAIN)
