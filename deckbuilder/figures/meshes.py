"""The meshes of one real body, read from a folder that the user names: nothing of them is in this repository.

The folder holds `inventory.csv`, which names each mesh and says what it is, and `mesh/`, in which each is a file of NumPy's:
`v`, vertices in hundredths of a millimeter, and `f`, triples of vertices. One body, one frame: x to the body's left, y up, z
to its front; in here, as everywhere in figures, it is x to the left, y to the back, z up, in meters.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from deckbuilder.core.diagnostics import Fault

Points: TypeAlias = "NDArray[np.float64]"
Faces: TypeAlias = "NDArray[np.int64]"

VARIABLE = "DECKBUILDER_MESHES"
INVENTORY, FOLDER = "inventory.csv", "mesh"
COLUMNS = ("kind", "fj", "name", "side")
# More than any bone or muscle has; a file that says so is none of these.
MOST_BYTES, MOST_VERTICES, MOST_ROWS = 16_000_000, 400_000, 20_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_ORDINALS = dict(
    zip(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
        ],
        range(1, 13),
        strict=True,
    )
)
_VERTEBRA = re.compile(rf"({'|'.join(_ORDINALS)}) (cervical|thoracic|lumbar) vertebra$")
HELP = (
    "name the folder with --meshes DIR or in DECKBUILDER_MESHES: BodyParts3D, packed as docs/figures.md says; "
    "the pictures that are there need none"
)


@dataclass(frozen=True, eq=False)
class Mesh:
    """A surface in the standing body: vertices in meters, and faces as triples of vertices."""

    name: str
    vertices: Points
    faces: Faces


@dataclass(frozen=True, slots=True)
class Entry:
    """What the inventory says of a mesh: `kind` is bone, muscle or soft; `side` right, left or ''."""

    id: str
    kind: str
    name: str
    side: str

    @property
    def slug(self) -> str:
        """What we call it: `femur`, `femur-left`, `lumbar-1`, `deltoid-acromial-part`."""
        return slug(self.name)


def slug(name: str) -> str:
    """The id of a mesh's name, the right one plain, the left one with its side behind it."""
    low = name.lower()
    vertebra = _VERTEBRA.match(low)
    if vertebra:
        return f"{vertebra[2]}-{_ORDINALS[vertebra[1]]}"
    left = re.search(r"\bleft\b", low) is not None
    bare = re.sub(r"\b(?:of (?=right|left)|right|left)\b", " ", low)
    return "-".join(re.findall(r"[a-z0-9]+", bare)) + ("-left" if left else "")


@dataclass(frozen=True, eq=False)
class Meshes:
    """The folder, and what its inventory lists. A mesh is read when it is asked for, and only once."""

    folder: Path
    entries: dict[str, Entry]

    def find(self, name: str) -> Entry | None:
        """An entry by its own id, or by what we call it."""
        return self.entries.get(name) or self._by_slug.get(name)

    @property
    def _by_slug(self) -> dict[str, Entry]:
        return _by_slug(self)

    @property
    def _alike(self) -> dict[tuple[str, str, str], list[Entry]]:
        return _alike(self)

    def of(self, kind: str) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.kind == kind]

    def read(self, name: str) -> Mesh:
        """A mesh by its id or by what we call it; of a name that several have, as two bellies do, all of them as one.

        Raises `Fault` where there is none, or its file is no mesh.
        """
        entry = self.find(name)
        if entry is None:
            raise Fault(f"{self.folder}: there is no mesh '{name}'", f"look it up in {INVENTORY}")
        named = [entry] if name == entry.id else self._alike[entry.kind, entry.slug, entry.side]
        return _joined(tuple(_read(self.folder / FOLDER / f"{each.id}.npz", each.slug) for each in named))


@cache
def _by_slug(meshes: Meshes) -> dict[str, Entry]:
    """The first of a name; the right one, where a name is that of both sides."""
    found: dict[str, Entry] = {}
    for entry in sorted(meshes.entries.values(), key=lambda each: each.side == "left"):
        found.setdefault(entry.slug, entry)
    return found


@cache
def _alike(meshes: Meshes) -> dict[tuple[str, str, str], list[Entry]]:
    found: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in meshes.entries.values():
        found.setdefault((entry.kind, entry.slug, entry.side), []).append(entry)
    return found


@cache
def _joined(meshes: tuple[Mesh, ...]) -> Mesh:
    if len(meshes) == 1:
        return meshes[0]
    starts = np.cumsum([0, *(len(each.vertices) for each in meshes)])
    faces = [each.faces + start for each, start in zip(meshes, starts, strict=False)]
    return Mesh(meshes[0].name, np.concatenate([each.vertices for each in meshes]), np.concatenate(faces))


_named: ContextVar[str | None] = ContextVar("meshes", default=None)


@contextmanager
def named(folder: str | os.PathLike[str] | None) -> Iterator[None]:
    """Within, the folder from which is drawn, in place of the one that the environment names."""
    token = _named.set(None if folder is None else os.fspath(folder))
    try:
        yield
    finally:
        _named.reset(token)


def opened() -> Meshes:
    """The meshes of the folder that was named, on the command line or in the environment.

    Raises `Fault` where none was, or it holds none.
    """
    folder = _named.get() or os.environ.get(VARIABLE)
    if not folder:
        raise Fault("drawing needs the meshes of a body", HELP)
    return _opened(Path(folder).resolve())


@cache
def _opened(path: Path) -> Meshes:
    inventory = path / INVENTORY
    try:
        with inventory.open(encoding="utf-8", newline="") as file:
            entries = dict(_entries(csv.DictReader(file), inventory))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Fault(f"{inventory}: {getattr(error, 'strerror', None) or error}", HELP) from error
    return Meshes(path, entries)


def _entries(rows: Iterable[dict[str, str | None]], inventory: Path) -> Iterable[tuple[str, Entry]]:
    for number, row in enumerate(rows, 2):
        kind, id, name, side = (row.get(column) or "" for column in COLUMNS)
        if not (kind and name and _ID.fullmatch(id)) or number > MOST_ROWS:
            raise Fault(
                f"{inventory}:{number}: this is no line of an inventory", f"its columns are {', '.join(COLUMNS)}"
            )
        yield id, Entry(id, kind, name, side)


@cache
def _read(path: Path, name: str) -> Mesh:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("larger than any bone")
        with np.load(path, allow_pickle=False) as file:
            raw, faces = np.asarray(file["v"], dtype=np.float64), np.asarray(file["f"], dtype=np.int64)
        if raw.ndim != 2 or raw.shape[1] != 3 or faces.ndim != 2 or faces.shape[1] != 3 or len(raw) > MOST_VERTICES:
            raise ValueError("no vertices and triangles")
        if not len(faces) or faces.min() < 0 or faces.max() >= len(raw) or not np.isfinite(raw).all():
            raise ValueError("triangles of vertices that are not there")
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise Fault(f"{path}: this is no mesh: {error}", "fetch the folder anew") from error
    raw *= 1e-5
    return Mesh(name, np.stack([raw[:, 0], -raw[:, 2], raw[:, 1]], axis=1), faces)
