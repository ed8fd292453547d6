"""Whom a figure is of: a muscle of the deck, or one of which there is nothing yet but how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TypeAlias

from deckbuilder.anatomy.drawings import ROLES, mesh_names
from deckbuilder.anatomy.library import Library
from deckbuilder.core.diagnostics import Location
from deckbuilder.core.patterns import regex
from deckbuilder.records import Figure, Muscle, Structure
from deckbuilder.records.muscle import Fact

# Bones of one row, and what all of them are called.
_ROW = regex(
    r"(?P<of>cervical|thoracic|lumbar)-\d+|[a-z]+-(?P<rib>rib)|(?:[a-z]+-)+(?P<kind>metacarpal|metatarsal)-bone"
)


@dataclass(frozen=True, slots=True)
class End:
    """Where a muscle starts or ends: its first bone, by the name of its mesh, and all of them where they are a row."""

    id: str
    part: str
    bones: tuple[str, ...]


@dataclass(frozen=True)
class Unwritten:
    """A muscle without a record of its own. It answers to what is asked of a muscle that is drawn."""

    figure: Figure
    divisions: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.figure.id

    @property
    def name(self) -> str:
        return self.figure.name

    @cached_property
    def _ends(self) -> dict[str, tuple[End, ...]]:
        return {role: tuple(_in_rows(getattr(self.figure.ends, role))) for role in ROLES}

    def facts(self, role: str, part: str = "") -> tuple[End, ...]:
        """What its ends are."""
        return self._ends[role]

    def stated(self, role: str, part: str = "") -> tuple[str, ...]:
        """The keys under which an end stands in the figure's record."""
        return "ends", role

    def locate(self, *path: str | int) -> Location:
        return self.figure.locate(*path)


Drawable: TypeAlias = "Muscle | Unwritten"


def all_of(library: Library) -> list[Drawable]:
    """The muscles that can have a figure, by id."""
    written: list[Drawable] = [each for each in library.records.values() if isinstance(each, Muscle)]
    known = {each.id for each in written}
    unwritten = [Unwritten(each) for each in library.of(Figure) if each.name and each.id not in known]
    return sorted((*written, *unwritten), key=lambda each: each.id)


def bones_of(library: Library, end: End | Fact) -> tuple[str, ...]:
    """The names, `*` for the rest of one, of the meshes of the bones on which a muscle starts or ends."""
    if isinstance(end, End):
        return end.bones
    structure, bone = library.find(Structure, end.id), library.bone_at(end.id)
    ids = structure.bones if structure else (bone.id,) if bone else ()
    return tuple(name for each in ids for name in mesh_names(each))


def _in_rows(names: tuple[str, ...]) -> list[End]:
    return [End(row[0], "", row) for row in (tuple(each) for _, each in groupby(names, _row))]


def _row(name: str) -> str:
    found = _ROW.fullmatch(name)
    return next(filter(None, found.groups())) if found else name
