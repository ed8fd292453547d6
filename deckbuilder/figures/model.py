"""The skeleton in the neutral standing pose: every bone's surface, under the deck's own names.

World axes, in meters: x to the body's left, y to its back, z up. The mid plane is x = 0, the floor z = 0. So the right
side, which the figures show, has negative x.

The meshes are the bone geometry of the OpenSim project (CC BY 3.0) as musclemimic-models ships it. Where each stands is
read from the model's own XML: in the neutral pose a bone is moved by the places of the bodies that carry it, and by
those joints that the model holds away from zero (the patella's).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias
from xml.etree import ElementTree

from deckbuilder.core.diagnostics import Fault

try:
    import numpy as np
    import trimesh
    from numpy.typing import NDArray
    from scipy.spatial.transform import Rotation
except ImportError as missing:
    raise Fault("figures need more than the cards do", 'pip install "anki-deckbuilder[figures]"') from missing

Points: TypeAlias = "NDArray[np.float64]"
Faces: TypeAlias = "NDArray[np.int64]"

COARSE, FINE = 500, 2000  # a mesh of fewer faces is subdivided twice, once; a finer one is drawn as it is
# Mesh of the right side or the middle, and its bone. What is not listed, is not drawn.
BONES = {
    "hat_skull": "skull",
    "hat_jaw": "mandible",
    "hat_cervical": "cervical-vertebrae",
    "torso_geom_13_ribcage_s": "ribs",
    "sacrum_geom_1_sacrum": "sacrum",
    **{f"torso_geom_{13 - n}_thoracic{n}_s": f"thoracic-{n}" for n in range(1, 13)},
    **{f"lumbar{n}_geom_1_lumbar{n}": f"lumbar-{n}" for n in range(1, 6)},
    "clavicle_r": "clavicle",
    "scapula_r": "scapula",
    "humerus_r": "humerus",
    "radius_r": "radius",
    "ulna_r": "ulna",
    "scaphoid_r": "scaphoid",
    "lunate_r": "lunate",
    "triquetrum_r": "triquetrum",
    "pisiform_r": "pisiform",
    "trapezium_r": "trapezium",
    "trapezoid_r": "trapezoid",
    "capitate_r": "capitate",
    "hamate_r": "hamate",
    **{f"{n}mc_r": f"metacarpal-{n}" for n in range(1, 6)},
    "thumbprox_r": "proximal-phalanx-1",
    "thumbdist_r": "distal-phalanx-1",
    **{
        f"{n}{row}ph_r": f"{name}-phalanx-{n}"
        for n in range(2, 6)
        for row, name in (("prox", "proximal"), ("mid", "middle"), ("dist", "distal"))
    },
    "r_pelvis": "hip-bone",
    "r_femur": "femur",
    "r_patella": "patella",
    "r_tibia": "tibia",
    "r_fibula": "fibula",
    "r_talus": "talus",
    "r_foot": "foot",
    "r_bofoot": "toes",
}
# The lowest part of the sacrum's mesh, as a share of its height, is the coccyx.
COCCYX = 0.18


@dataclass(frozen=True, eq=False)
class BoneMesh:
    """A bone's surface in the neutral pose: vertices in meters, and faces as triples of vertices."""

    name: str
    vertices: Points
    faces: Faces


@cache
def skeleton() -> Mapping[str, BoneMesh]:
    """Every bone by its id: the right one plain, `femur`, the left one `femur-left`, vertebrae `lumbar-1` to `-5`."""
    found = {}
    for name, mesh in _meshes():
        if name.startswith("foot"):
            parts = sorted(_pieces(mesh), key=lambda part: float(part.vertices[:, 1].max()))
            found[name.replace("foot", "calcaneus")] = parts[-1]
            mesh = trimesh.util.concatenate(parts[:-1])
        found[name] = mesh
    found |= _sacrum_and_coccyx(found["sacrum"])
    right, left = found["hip-bone"].vertices, found["hip-bone-left"].vertices
    origin = [(right[:, 0].max() + left[:, 0].min()) / 2, 0, min(one.vertices[:, 2].min() for one in found.values())]
    return MappingProxyType(
        {
            name: BoneMesh(name, np.asarray(mesh.vertices) - origin, np.asarray(mesh.faces))
            for name, mesh in found.items()
        }
    )


def _meshes() -> Iterator[tuple[str, trimesh.Trimesh]]:
    """Each known bone where it stands, smooth."""
    spec = find_spec("musclemimic_models")
    if spec is None or spec.origin is None:
        raise Fault("the bones are not installed", 'pip install "anki-deckbuilder[figures]"')
    # Found, not imported: the package would load a physics engine that nothing here needs.
    folder = Path(spec.origin).parent / "model"
    root = _read(folder / "body" / "myofullbody.xml")
    files = {one.get("name"): one for one in root.iter("mesh")}
    held = {one.get("joint1"): _numbers(one, "polycoef", "0")[0] for one in root.findall("equality/joint")}
    world = [body for part in root.findall("worldbody") for body in part]
    for mesh, rotation, place in _placed(world, Rotation.identity(), np.zeros(3), held):
        name = BONES.get(re.sub(r"^l_", "r_", re.sub(r"_l$", "_r", mesh)))
        if name is None:
            continue
        asset = files[mesh]
        one = _smooth(trimesh.load_mesh(folder / asset.get("file", "")))
        scale = _numbers(asset, "scale", "1 1 1")
        one.vertices = rotation.apply(one.vertices * scale) + place
        if scale.prod() < 0:
            one.invert()
        yield (name + "-left" if re.search(r"^l_|_l$", mesh) else name), one


def _read(path: Path) -> ElementTree.Element:
    """The model's XML with its includes in their places; what includes include is relative to their own file."""
    root = ElementTree.parse(path).getroot()
    for parent in list(root.iter()):
        for at, child in reversed(list(enumerate(parent))):
            if child.tag == "include":
                parent[at : at + 1] = list(_read(path.parent / child.get("file", "")))
    return root


def _placed(
    bodies: Iterable[ElementTree.Element], rotation: Rotation, place: Points, held: Mapping[str | None, float]
) -> Iterator[tuple[str, Rotation, Points]]:
    """Each mesh of these bodies and of those that hang on them, with its rotation and place in the world."""
    for child in bodies:
        if child.tag != "body" and child.get("mesh") is None:
            continue
        its = rotation * _turn(child)
        at = place + rotation.apply(_numbers(child, "pos", "0 0 0"))
        if child.tag == "geom":
            yield child.get("mesh", ""), its, at
            continue
        for joint in child.findall("joint"):
            axis = its.apply(_numbers(joint, "axis", "0 0 1")) * held.get(joint.get("name"), 0.0)
            if joint.get("type") == "slide":
                at = at + axis
            else:
                its = Rotation.from_rotvec(axis) * its
        yield from _placed(child, its, at, held)


def _turn(element: ElementTree.Element) -> Rotation:
    if element.get("quat"):
        return Rotation.from_quat(_numbers(element, "quat", ""), scalar_first=True)
    return Rotation.from_euler("XYZ", _numbers(element, "euler", "0 0 0"))


def _numbers(element: ElementTree.Element, key: str, default: str) -> Points:
    return np.array([float(one) for one in element.get(key, default).split()])


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
