"""Muscles that are built of sheets between lines: what surface that is, how its fibers run, and what is told of a bad one."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.author import ROOT
from support.body import body

from deckbuilder.cli import cli

if not all(find_spec(name) for name in ("mitsuba", "scipy", "trimesh")):
    pytest.skip("needs the extra `figures` (Python 3.11)", allow_module_level=True)

import numpy as np
import trimesh

from deckbuilder.figures import flesh, sheets
from deckbuilder.figures.meshes import Mesh
from deckbuilder.figures.view import Floats

THICK = 0.01
# A strap of three lines, 60 mm wide and 200 mm long, that bends in its middle.
LINES: list[Floats] = [
    np.array([[0.0, 0.0, 0.0], [0.03, 0.0, 0.0], [0.06, 0.0, 0.0]]),
    np.array([[0.0, 0.02, 0.1], [0.06, 0.02, 0.1]]),
    np.array([[0.0, 0.0, 0.2], [0.06, 0.0, 0.2]]),
]
BUILT = """\
figure: psoas-quartus
name: Psoas quartus
ends: {origin: lumbar-5, insertion: femur, sources: gray-1918-p467}
view: front
build:
  - mesh: femur
    thick: 8
    lines:
      - [{mesh: lumbar-5, front: [0.2, 0.2]}, {mesh: lumbar-5, front: [0.2, 0.8]}]
      - [{front: [0.4, 0.9], moved: [0, -20, 60]}, {front: [0.6, 0.9], moved: [0, -20, 60]}]
      - [{front: [0.5, 0.9]}]
"""


def solid(mesh: Mesh) -> trimesh.Trimesh:
    return trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)


def thickness(mesh: Mesh) -> Floats:
    """From the upper to the lower side, by row and column."""
    upper, lower = np.split(mesh.vertices, 2)
    found: Floats = np.linalg.norm(upper - lower, axis=1).reshape(sheets.ROWS + 1, sheets.COLUMNS + 1)
    return found


def test_a_sheet_is_closed_and_its_outside_is_outward() -> None:
    found = solid(sheets.sheet("strap", LINES, THICK))

    assert found.is_watertight and found.is_winding_consistent
    assert abs(found.volume) == pytest.approx(0.06 * 0.2 * THICK * 0.7, rel=0.25)


def test_a_sheet_runs_through_the_points_of_its_lines() -> None:
    upper, lower = np.split(sheets.sheet("strap", LINES, THICK).vertices, 2)
    middle = (upper + lower) / 2

    for point in np.concatenate(LINES):
        assert np.linalg.norm(middle - point, axis=1).min() < 0.0025


def test_a_sheet_is_thickest_in_its_middle_and_thin_at_ends_and_edges() -> None:
    found = thickness(sheets.sheet("strap", LINES, THICK))

    assert found.max() == pytest.approx(THICK, rel=0.02) == found[sheets.ROWS // 2, sheets.COLUMNS // 2]
    for rim in (found[0], found[-1], found[:, 0], found[:, -1]):
        assert rim.max() < 0.2 * THICK


def test_a_sheet_is_no_thicker_than_it_is_wide() -> None:
    narrow = [line * [0.05, 1, 1] for line in LINES]  # 3 mm wide

    assert thickness(sheets.sheet("tendon", narrow, THICK)).max() <= 0.003


@pytest.mark.parametrize("first", [True, False])
def test_fibers_may_meet_in_a_point(first: bool) -> None:
    lines = [LINES[0], LINES[1], np.array([[0.03, 0.0, 0.2]])]
    found = sheets.sheet("fan", lines[::-1] if first else lines, THICK)

    row = slice(0, sheets.COLUMNS + 1) if first else slice(-sheets.COLUMNS - 1, None)
    assert np.isfinite(found.vertices).all() and np.isfinite(flesh.normals(found)).all()
    assert np.linalg.norm(found.vertices[row] - [0.03, 0.0, 0.2], axis=1).max() < 0.001
    assert solid(found).volume != 0


@pytest.mark.parametrize("aside", [0.0, 0.1])
def test_fibers_run_from_the_first_line_to_the_last_however_slanting_that_is(aside: float) -> None:
    mesh = sheets.sheet("strap", [LINES[0], LINES[2] + [aside, 0, 0]], THICK)
    found = sheets.fibers(mesh)
    towards = np.array([aside, 0, 0.2])

    assert mesh.vertices[found.along == 0][:, 2].max() < 0.001 and mesh.vertices[found.along == 1][:, 2].min() > 0.199
    sides = found.slope[: 2 * sheets.ROWS * sheets.COLUMNS]
    assert np.median(sides, axis=0) == pytest.approx(towards / (towards @ towards), abs=0.02)


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("", "", 0, "1 muscle drawn"),
        ("- mesh: femur", "- mesh: thigh-bone", 10, "the body has no bone 'thigh-bone'"),
        ("{mesh: lumbar-5, front: [0.2, 0.8]}", "{mesh: lumbar-9, front: [0.2, 0.8]}", 9, "no bone 'lumbar-9'"),
        ("moved: [0, -20, 60]", "moved: [0, -200, 60]", 10, "moved: expected -100 or more, found the number -200"),
        ("thick: 8", "thick: 0", 7, "thick: input should be greater than 0"),
        ("[{front: [0.5, 0.9]}]", "[{front: [0.5, 0.9], near: [0, 0, 0]}]", 11, "found in two ways, front and near"),
    ],
)
def test_a_bad_build_is_told_at_its_line(
    old: str, new: str, line: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deckbuilder.figures import muscles, scene

    monkeypatch.setattr(muscles, "WIDTH", 120)
    monkeypatch.setattr(muscles, "HEIGHT", 138)
    monkeypatch.setattr(scene, "SAMPLES", 2)
    monkeypatch.delenv("DECKBUILDER_MESHES", raising=False)
    shutil.copytree(ROOT / "cards", tmp_path / "project" / "cards")
    (tmp_path / "project/cards/figures/more.yaml").write_text(BUILT.replace(old, new, 1) if old else BUILT, "utf-8")

    wanted = ["figures", "--project", str(tmp_path / "project"), "--meshes", str(body(tmp_path / "body"))]
    done = CliRunner().invoke(cli, [*wanted, "psoas-quartus"])

    assert told in done.output
    assert ("1 muscle drawn" in done.output) is (line == 0)
    assert not line or f"cards/figures/more.yaml:{line}:" in done.output
