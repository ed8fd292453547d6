"""A body of boxes and spindles, where figures want the meshes of a real one: a bone is a box, a muscle a spindle in between."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
# Kind, name, and the corners of the box or the ends of the spindle, in meters: x to the left, y up, z to the front.
BONES = {
    "Right hip bone": ((-0.14, 0.82, -0.06), (-0.01, 1.04, 0.09)),
    "Left hip bone": ((0.01, 0.82, -0.06), (0.14, 1.04, 0.09)),
    "Sacrum": ((-0.05, 0.85, -0.10), (0.05, 0.99, -0.05)),
    "Fifth lumbar vertebra": ((-0.03, 1.0, -0.06), (0.03, 1.04, 0.0)),
    "Right femur": ((-0.15, 0.46, -0.02), (-0.07, 0.93, 0.05)),
    "Right patella": ((-0.13, 0.47, 0.06), (-0.09, 0.51, 0.08)),
    "Right tibia": ((-0.14, 0.07, -0.02), (-0.08, 0.45, 0.04)),
    "Right fibula": ((-0.17, 0.07, -0.03), (-0.15, 0.43, -0.01)),
}
MUSCLES = {
    "Right gluteus medius": ((-0.13, 1.01, 0.0), (-0.155, 0.91, 0.0)),
    "Left gluteus medius": ((0.13, 1.01, 0.0), (0.155, 0.91, 0.0)),
    "Right long head biceps femoris": ((-0.06, 0.83, -0.06), (-0.16, 0.43, -0.035)),
    "Right short head biceps femoris": ((-0.11, 0.68, -0.03), (-0.16, 0.43, -0.035)),
}


def body(folder: Path) -> Path:
    """The folder of such a body, as figures read one."""
    (folder / "mesh").mkdir(parents=True)
    rows = []
    for number, (name, ends) in enumerate([*BONES.items(), *MUSCLES.items()]):
        id, kind = f"FJ{number:04}", "bone" if name in BONES else "muscle"
        side = next((each for each in ("right", "left") if each in name.lower()), "")
        vertices, faces = _box(*map(np.array, ends)) if kind == "bone" else _spindle(*map(np.array, ends))
        np.savez(folder / "mesh" / f"{id}.npz", v=np.rint(vertices * 1e5).astype(np.int32), f=faces.astype(np.int32))
        rows.append({"kind": kind, "fj": id, "name": name, "side": side})
    with (folder / "inventory.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["kind", "fj", "name", "side"])
        writer.writeheader()
        writer.writerows(rows)
    return folder


def _box(low: Floats, high: Floats, parts: int = 6) -> tuple[Floats, NDArray[np.int64]]:
    """A box of small squares, each of two triangles, with its outside outward."""
    vertices: list[Floats] = []
    faces: list[tuple[int, int, int]] = []
    for axis in range(3):
        one, other = (axis + 1) % 3, (axis + 2) % 3
        for end in (0, 1):
            first = len(vertices)
            for i in range(parts + 1):
                for j in range(parts + 1):
                    share = np.zeros(3)
                    share[axis], share[one], share[other] = end, i / parts, j / parts
                    vertices.append(low + (high - low) * share)
            for i in range(parts):
                for j in range(parts):
                    a, b = first + i * (parts + 1) + j, first + (i + 1) * (parts + 1) + j
                    square = [(a, b, b + 1), (a, b + 1, a + 1)]
                    faces += square if end else [tuple(reversed(each)) for each in square]  # type: ignore[misc]
    return np.array(vertices), np.array(faces)


def _spindle(start: Floats, end: Floats, rings: int = 9, corners: int = 10) -> tuple[Floats, NDArray[np.int64]]:
    """Thick in the middle, closed at both ends."""
    along = end - start
    one = np.cross(along, [0.3, 0.1, 1.0])
    one /= np.linalg.norm(one)
    other = np.cross(along / np.linalg.norm(along), one)
    vertices = [start]
    for ring in range(1, rings):
        share = ring / rings
        radius = 0.018 * np.sin(np.pi * share) + 0.002
        for corner in range(corners):
            turn = 2 * np.pi * corner / corners
            vertices.append(start + along * share + radius * (np.cos(turn) * one + np.sin(turn) * other))
    vertices.append(end)
    faces = []
    for corner in range(corners):
        after = (corner + 1) % corners
        faces.append((0, 1 + after, 1 + corner))
        for ring in range(rings - 2):
            a, b = 1 + ring * corners + corner, 1 + ring * corners + after
            faces += [(a, b, a + corners), (b, b + corners, a + corners)]
        last = len(vertices) - 1
        faces.append((last, last - corners + corner, last - corners + after))
    return np.array(vertices), np.array(faces)
