"""A muscle's surface made fit to be drawn, and the course of its fibers over it.

The fibers need no drawing. On the surface a field is stretched that is 0 where the muscle starts and 1 where it ends, and
as smooth as can be in between (it is harmonic): fibers run along its slope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
import trimesh
from numpy.typing import NDArray
from scipy.sparse.linalg import splu, spsolve
from scipy.spatial import cKDTree

from deckbuilder.figures.meshes import Mesh
from deckbuilder.figures.view import Floats

EDGE = 0.0022  # meters: no triangle of a muscle is longer
NEAR = 0.0035  # meters: flesh this near to a bone holds on to it
_LEAST = 0.01  # of a muscle's vertices, which hold on to each end however far it is
_FAIR = 0.45  # of the length of the coarse triangles: bumps that small are no muscle's
_TIMES = 12
_SAMPLES = 30_000


@dataclass(frozen=True, eq=False)
class Fibers:
    """At each vertex how far along the muscle it is, from 0 to 1; at each triangle the slope of that, by meters."""

    along: Floats
    slope: Floats


def fine(mesh: Mesh) -> Mesh:
    """The same surface in small triangles, without the corners of large ones."""
    coarse = trimesh.Trimesh(mesh.vertices, mesh.faces, process=True)
    coarse.merge_vertices()
    length = float(np.median(coarse.edges_unique_length))
    vertices, faces = trimesh.remesh.subdivide_to_size(coarse.vertices, coarse.faces, EDGE, max_iter=_TIMES)
    split = trimesh.Trimesh(vertices, faces, process=True)
    split.merge_vertices()
    return Mesh(mesh.name, _fair(np.asarray(split.vertices), np.asarray(split.faces), _FAIR * length), split.faces)


def normals(mesh: Mesh) -> Floats:
    """Unit normals of the vertices, weighted by the areas around them."""
    corner = mesh.vertices[mesh.faces]
    area = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    total = np.zeros_like(mesh.vertices)
    for place in range(3):
        np.add.at(total, mesh.faces[:, place], area)
    found: Floats = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
    return found


def points(meshes: Sequence[Mesh]) -> Floats:
    """Points all over these surfaces, the same each time."""
    return np.concatenate(
        [
            trimesh.sample.sample_surface(trimesh.Trimesh(one.vertices, one.faces, process=False), _SAMPLES, seed=1)[0]
            for one in meshes
        ]
    )


def fibers(mesh: Mesh, start: Floats, end: Floats) -> Fibers:
    """The course of the fibers between points of where the muscle starts and of where it ends.

    An end without points is the tip that is far from the other end, as of a muscle that ends in skin.
    """
    start, end = _tip(mesh, start, end), _tip(mesh, end, start, first=False)
    from_start, from_end = cKDTree(start).query(mesh.vertices)[0], cKDTree(end).query(mesh.vertices)[0]
    starts = from_start < max(NEAR, float(np.quantile(from_start, _LEAST)))
    ends = from_end < max(NEAR, float(np.quantile(from_end, _LEAST)))
    nearer = from_end < from_start
    starts, ends = starts & ~(ends & nearer), ends & ~(starts & ~nearer)
    laplacian = _laplacian(mesh.vertices, mesh.faces)
    along = np.zeros(len(mesh.vertices))
    along[ends] = 1.0
    free = ~(starts | ends)
    if free.any() and starts.any() and ends.any():
        inner = laplacian[free][:, free] + 1e-10 * sparse.eye(int(free.sum()))
        along[free] = spsolve(inner.tocsc(), -(laplacian[free][:, ends] @ np.ones(int(ends.sum()))))
    return Fibers(along, _slope(mesh, along))


def _tip(mesh: Mesh, own: Floats, other: Floats, *, first: bool = True) -> Floats:
    """Its points where it has any, else those of the mesh that are far from the other's; without these the upper, or the lower."""
    if len(own):
        return own
    if len(other):
        far = np.linalg.norm(mesh.vertices - other.mean(axis=0), axis=1)
    else:
        far = mesh.vertices[:, 2] * (1 if first else -1)
    found: Floats = mesh.vertices[far >= np.quantile(far, 0.99)]
    return found


def _slope(mesh: Mesh, along: Floats) -> Floats:
    corner, value = mesh.vertices[mesh.faces], along[mesh.faces]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    twice = np.maximum((normal**2).sum(1), 1e-20)[:, None]
    total = np.zeros_like(normal)
    for place in range(3):
        edge = corner[:, (place + 2) % 3] - corner[:, (place + 1) % 3]
        total += value[:, place, None] * np.cross(normal, edge)
    found: Floats = total / twice
    return found


def _laplacian(vertices: Floats, faces: NDArray[np.int64]) -> sparse.csr_matrix:
    """Of a surface, by the cotangents of its corners; none of them below zero, so that no value leaves its bounds."""
    rows, columns, weights = [], [], []
    for place in range(3):
        i, j, k = faces[:, place], faces[:, (place + 1) % 3], faces[:, (place + 2) % 3]
        one, other = vertices[i] - vertices[k], vertices[j] - vertices[k]
        across = np.maximum(np.linalg.norm(np.cross(one, other), axis=1), 1e-14)
        weight = np.clip(np.einsum("ij,ij->i", one, other) / across, -5, 5) / 2
        rows += [i, j]
        columns += [j, i]
        weights += [weight, weight]
    size = len(vertices)
    entries = (np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns)))
    joined = sparse.coo_matrix(entries, shape=(size, size)).tocsr().maximum(0)
    return sparse.diags(np.asarray(joined.sum(1)).ravel() + 1e-12) - joined


def _fair(vertices: Floats, faces: NDArray[np.int64], length: float) -> Floats:
    """Smooth over a length, by one implicit step of diffusion; a second gives back what the first has shrunk."""
    corner = vertices[faces]
    area = np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1) / 2
    mass = np.zeros(len(vertices))
    for place in range(3):
        np.add.at(mass, faces[:, place], area / 3)
    masses = sparse.diags(np.maximum(mass, 1e-12))
    solver = splu((masses + length**2 * _laplacian(vertices, faces)).tocsc())
    once = solver.solve(np.asarray(masses @ vertices))
    found: Floats = once + solver.solve(np.asarray(masses @ (vertices - once)))
    return found
