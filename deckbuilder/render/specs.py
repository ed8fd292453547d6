"""The files of `templates/` as they are written: what `notetype.yaml` may say, with a place for each value."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field as Key
from pydantic import ValidationError

from deckbuilder import source
from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.project import Project
from deckbuilder.records.base import Model, Topic
from deckbuilder.render.explained import shown
from deckbuilder.source import guard


class FieldSpec(Model):
    id: int
    name: str
    description: str = ""
    collapsed: bool = False
    plain_text: bool = False


class Card(Model):
    """One card. `asks`: the keys of the record that hold its answer; `needs`: the ids of concepts that it takes as known;
    `topic`: what this card is about, if not what its note is.
    """

    id: int
    name: str
    file: str
    asks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    topic: Topic | Literal[""] = ""


class Spare(Model):
    id: int
    name: str
    field: str


class Used(Model):
    """Spare fields and cards that one kind has taken into use, each under the id that it had as a spare."""

    fields: tuple[FieldSpec, ...] = ()
    cards: tuple[Card, ...] = ()


class OcclusionSpec(Model):
    """The fields that Anki's mask editor opens, by name; they are the first ones, in this order."""

    masks: str
    image: str
    header: str
    extra: str
    comments: str


class NoteTypeSpec(Model):
    name: str
    cloze: bool = False
    occlusion: OcclusionSpec | None = None
    styles: tuple[Annotated[str, Key(pattern=r"^[a-z][a-z-]*$")], ...] = ()
    sort_field: str
    fields: tuple[FieldSpec, ...]
    cards: tuple[Card, ...] = Key(min_length=1)
    spares: Used = Used()


class Shared(Model):
    fields: tuple[FieldSpec, ...]
    spare_cards: tuple[Spare, ...]


class Specs:
    """The files of a project, read as they are asked for, with all that is wrong with them."""

    def __init__(self, project: Project) -> None:
        self.faults: list[Diagnostic] = []
        self._project = project
        self._documents: dict[str, source.Document] = {}

    def load(self, shape: type[Any], name: str) -> Any:
        """The file as one of the shapes above, or None where it is at fault."""
        path = self._project.templates / name
        if not path.exists() and not path.is_symlink():
            self.faults.append(
                Diagnostic(
                    Location(self._shown(name)),
                    "missing-template",
                    "the file is missing",
                    "every note type needs its folder in templates/",
                )
            )
            return None
        documents, faults = source.read([path], self._project.templates)
        self.faults += [
            Diagnostic(
                Location(self._shown(each.location.path), each.location.line, each.location.column),
                each.rule,
                each.message,
                each.help,
            )
            for each in faults
        ]
        if len(documents) != 1:
            if not faults:
                self.fault(Location(self._shown(name), 1, 1), "note-type", "the file holds several", "keep one")
            return None
        self._documents[name] = documents[0]
        if documents[0].faulty:
            return None
        try:
            return shape.model_validate(documents[0].value)
        except ValidationError as error:
            for each in error.errors(include_url=False):
                message = f"{'.'.join(map(str, each['loc']))}: {each['msg']}"
                self.fault(self.at(name, *each["loc"]), "note-type", message, "see CONTRIBUTING.md, Note types")
            return None

    def read(self, name: str) -> str:
        """The text of a file, empty where it cannot be read."""
        text = guard.text(self._project.templates / name, self._project.templates, self._shown(name))
        if isinstance(text, Diagnostic):
            self.faults.append(text)
            return ""
        if control := guard.hidden(text, self._shown(name)):
            self.faults.append(control)
        return text

    def at(self, name: str, *path: str | int) -> Location:
        """Where a value of a note type's file stands."""
        place = self._documents[name].locate(path)
        return Location(self._shown(name), place.line, place.column)

    def fault(self, at: Location, rule: str, message: str, help: str) -> None:
        """One more fault."""
        self.faults.append(Diagnostic(at, rule, message, help))

    def _shown(self, name: str) -> str:
        return shown(self._project, name)
