"""The skeleton of the standing body: every bone's surface, under the deck's own names.

World axes, in meters: x to the body's left, y to its back, z up. The mid plane is x = 0. So the right side, which the
figures show, has negative x.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from deckbuilder.core.diagnostics import Fault
from deckbuilder.figures import meshes
from deckbuilder.figures.meshes import Mesh, Meshes

try:
    import numpy as np
    import trimesh
except ImportError as missing:
    raise Fault("figures need more than the cards do", 'pip install "anki-deckbuilder[figures]"') from missing

COARSE, FINE = 500, 2000  # a mesh of fewer faces is subdivided twice, once; a finer one is drawn as it is
# The lowest part of the sacrum's mesh, as a share of its height, is the coccyx.
COCCYX = 0.18


def skeleton() -> Mapping[str, Mesh]:
    """Every bone by its id: the right one plain, `femur`, the left one `femur-left`, vertebrae `lumbar-1` to `-5`."""
    return bones_of(meshes.opened())


@cache
def bones_of(body: Meshes) -> Mapping[str, Mesh]:
    """The same of a body."""
    found = {}
    for entry in body.of("bone"):
        mesh = body.read(entry.id)
        found[entry.slug] = _smooth(trimesh.Trimesh(mesh.vertices, mesh.faces, process=True))
    found |= _sacrum_and_coccyx(found["sacrum"])
    return MappingProxyType(
        {name: Mesh(name, np.asarray(mesh.vertices), np.asarray(mesh.faces)) for name, mesh in found.items()}
    )


def _smooth(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    """Corners that STL repeats are merged, stray triangles dropped, coarse parts subdivided by Loop's scheme."""
    mesh.merge_vertices(merge_norm=True, merge_tex=True, digits_vertex=4)
    mesh.update_faces(mesh.nondegenerate_faces())
    mesh.update_faces(mesh.unique_faces())
    mesh.remove_unreferenced_vertices()
    if len(mesh.faces) >= FINE:
        return mesh
    times = 2 if len(mesh.faces) < COARSE else 1
    return trimesh.util.concatenate([_subdivided(part, times) for part in _pieces(mesh)])


def _pieces(mesh: trimesh.Trimesh) -> list[trimesh.Trimesh]:
    return [part for part in mesh.split(only_watertight=False) if len(part.faces) >= 8]


def _subdivided(part: trimesh.Trimesh, times: int) -> trimesh.Trimesh:
    fine = part.subdivide_loop(times)
    # Loop's scheme throws spikes where a mesh is torn: what leaves the coarse part's box is refused.
    spiked = (fine.bounds[0] < part.bounds[0] - 0.004).any() or (fine.bounds[1] > part.bounds[1] + 0.004).any()
    return part if spiked else fine


def _sacrum_and_coccyx(mesh: trimesh.Trimesh) -> dict[str, trimesh.Trimesh]:
    """The model has both in one mesh; cut where the coccyx begins."""
    z = mesh.triangles_center[:, 2]
    low = z < z.min() + COCCYX * (z.max() - z.min())
    return {"sacrum": mesh.submesh([~low], append=True), "coccyx": mesh.submesh([low], append=True)}
