"""What `deckbuilder figures` drew: figures of muscles, and plates, which are bones with the names of their landmarks.

`cards/media/figures.json` lists them. It is made, not written, and may be a stranger's like any file of a project.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from pydantic import RootModel, ValidationError

from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.patterns import regex
from deckbuilder.records.base import Model, Text
from deckbuilder.records.occlusion import Box
from deckbuilder.source.indexfile import IndexFile

INDEX = "cards/media/figures.json"
ROLES = ("origin", "insertion")
KEYS = ("figures", "plates", "contacts")
Pixels = tuple[int, int]
_FILE = IndexFile(INDEX, "figures", "make it again with `deckbuilder figures`, or restore it")
_ANY = "*"
_ID = regex(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class DrawnMark(Model):
    """Where a marker stands, in fractions of the picture, and whether what it means lies behind bone."""

    landmark: Text
    role: Literal["origin", "insertion"]
    part: str = ""
    number: int | None = None
    hidden: bool = False
    x: float
    y: float


class DrawnFigure(Model):
    """The pictures of a muscle: without markers, the markers of each end to be laid over it, and where it lies in the whole body."""

    plain: Text
    origin: Text
    insertion: Text
    where: Text
    view: Text
    seen: Text
    size: Pixels
    where_size: Pixels
    drawn_from: dict[Text, tuple[tuple[str, str], ...]]
    made_of: Text = ""
    marks: tuple[DrawnMark, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        return self.plain, self.origin, self.insertion, self.where


class Touch(Model):
    """How a muscle touches a bone: square centimeters, and how far along the muscle, from 0 at its lower end to 1 at its upper."""

    cm2: float
    along: float


Touches = RootModel[dict[Text, Touch]]


class DrawnLabel(Model):
    """A name beside a bone: its box is what a mask hides."""

    landmark: Text
    text: Text
    box: Box
    at: tuple[float, float]


class DrawnPlate(Model):
    """A view of bones with the names of landmarks beside it."""

    file: Text
    seen: Text
    size: Pixels
    labels: tuple[DrawnLabel, ...]
    made_of: Text = ""

    @property
    def files(self) -> tuple[str, ...]:
        return (self.file,)

    def label(self, id: str, name: str) -> DrawnLabel | None:
        """Where something is named, if it is; by its name if it has had another id when the plate was drawn."""
        by_id = next((each for each in self.labels if each.landmark == id), None)
        return by_id or next((each for each in self.labels if each.text == name), None)


class Attached(Protocol):
    """What has facts about its ends: a muscle."""

    def facts(self, about: str, /) -> Sequence[Any]: ...


def drawn_from(muscle: Attached) -> dict[str, tuple[tuple[str, str], ...]]:
    """The facts of a record that its figure shows: landmark and part. A figure of others is out of date."""
    return {role: tuple((fact.id, fact.part) for fact in muscle.facts(role)) for role in ROLES}


def mesh_names(bone: str) -> tuple[str, ...]:
    """What the meshes of a bone of the vocabulary may be called, `*` for the rest of a name: `lumbar-vertebrae` are `lumbar-*`,
    `ribs` are `*-rib`."""
    if bone.endswith("-vertebrae"):
        return (f"{bone.removesuffix('-vertebrae')}-*",)
    return (bone, f"*-{bone.removesuffix('s')}") if bone.endswith("s") else (bone,)


@dataclass(frozen=True, slots=True)
class Drawings:
    """Figures by muscle and plates by id, the bones that each muscle of the body touches, the plates that cannot be used
    (`*`: none can be told), and why."""

    figures: dict[str, DrawnFigure] = field(default_factory=dict)
    plates: dict[str, DrawnPlate] = field(default_factory=dict)
    touches: dict[str, dict[str, Touch]] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    faults: list[Diagnostic] = field(default_factory=list)


def listed(text: str | Diagnostic | None) -> Drawings:
    """Everything that was drawn, from the text of the index or why it cannot be had; nothing where there is none."""
    found = index(text)
    if isinstance(found, Diagnostic):
        return Drawings(broken=frozenset([_ANY]), faults=[found])
    faults: list[Diagnostic] = []
    figures = _each(DrawnFigure, "figures", found, faults)
    plates = _each(DrawnPlate, "plates", found, faults)
    touches = {id: each.root for id, each in _each(Touches, "contacts", found, faults).items()}
    return Drawings(figures, plates, touches, frozenset(found["plates"].keys() - plates.keys()), faults)


def index(text: str | Diagnostic | None) -> dict[str, dict[str, Any]] | Diagnostic:
    """What the text of the index holds under `figures`, `plates` and `contacts`, as it stands there, or why it cannot be used."""
    found = {} if text is None else _FILE.value(text) if isinstance(text, str) else text
    if isinstance(found, Diagnostic):
        return found
    if not isinstance(found, dict):
        return _FILE.fault("the index of the figures is no JSON object")
    held = {key: found.get(key, {}) for key in KEYS}
    wrong = next((key for key, value in held.items() if not isinstance(value, dict)), None)
    return _FILE.fault(f"{wrong}: this is no JSON object") if wrong else held


Drawn = TypeVar("Drawn", DrawnFigure, DrawnPlate, Touches)


def _each(shape: type[Drawn], key: str, found: dict[str, Any], faults: list[Diagnostic]) -> dict[str, Drawn]:
    made: dict[str, Drawn] = {}
    for id, value in found[key].items():
        name = f"{key}.{id[:80]}"
        one = _one(shape, name, value) if _ID.fullmatch(id) else _FILE.fault(f"{name}: this is no id")
        if isinstance(one, Diagnostic):
            faults.append(one)
        else:
            made[id] = one
    return made


def _one(shape: type[Drawn], name: str, value: object) -> Drawn | Diagnostic:
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        return _FILE.misfit(error, name)
