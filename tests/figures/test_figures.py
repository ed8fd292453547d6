"""The muscles' figures: what is committed fits the cards, and drawing again gives the same bytes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from support.author import ROOT, Author

from deckbuilder import figures
from deckbuilder.anatomy import drawings
from deckbuilder.anatomy.library import Library
from deckbuilder.anatomy.words import Words
from deckbuilder.cli import cli
from deckbuilder.core.project import find
from deckbuilder.records import Muscle
from deckbuilder.workspace import Workspace

MEDIA = ROOT / "cards" / "media"
KINDS = ("plain", "origin", "insertion", "where")
SVG = "{http://www.w3.org/2000/svg}"
# A few that differ in kind: two parts, several landmarks in one role, a wrapped one. FIGURES=all draws every one.
SOME = ("biceps-femoris", "obturator-internus")
# Millimeters between a landmark's line and the end of a muscle's flesh or tendon.
NEAR = 8
# What lies on the way of the fibers, or is a part of what is drawn, and no end of its own.
BESIDE = {
    ("iliacus", "iliac-fossa"),
    ("obturator-externus", "obturator-membrane"),
    ("obturator-internus", "obturator-membrane"),
    ("piriformis", "greater-sciatic-notch"),
}

EXTRA = ("musclemimic_models", "numpy", "scipy", "skimage", "trimesh")
drawing = pytest.mark.skipif(
    not all(find_spec(name) for name in EXTRA), reason="drawing needs the extra `figures` (Python 3.11)"
)


EVERY = os.environ.get("FIGURES") == "all"


@cache
def library() -> Library:
    return Workspace(find(ROOT)).library


@cache
def index() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((MEDIA / figures.INDEX).read_text("utf-8"))["figures"]
    return found


def muscles() -> list[str]:
    return [muscle.id for muscle in figures.muscles_of(library())]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A project with the cards of the deck that ships."""
    shutil.copytree(ROOT / "cards", tmp_path / "project" / "cards")
    return tmp_path / "project"


def text(name: str) -> str:
    return (MEDIA / name).read_text("utf-8")


SHAPED = muscles() if EVERY else ["biceps-femoris", "iliacus", "psoas-major", "vastus-lateralis"]


def drawn(*ids: str, seed: str = "0", project: Path = ROOT) -> dict[str, str]:
    """What another process draws, by file name."""
    code = (
        "import json, sys\nfrom pathlib import Path\nfrom deckbuilder import figures\nfrom deckbuilder.workspace import Workspace\n"
        "from deckbuilder.core.project import find\n"
        "drawn = figures.draw(Workspace(find(Path(sys.argv[1]))).library, sys.argv[2:])\n"
        "assert not drawn.diagnostics, drawn.diagnostics\njson.dump(drawn.files, sys.stdout)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(project), *ids],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


# What is committed


def test_every_muscle_of_the_deck_has_its_pictures_and_an_entry() -> None:
    assert sorted(index()) == muscles()
    for id, entry in index().items():
        assert [entry[kind] for kind in KINDS] == [f"figures/{id}-{kind}.svg" for kind in KINDS]
        assert all((MEDIA / entry[kind]).is_file() for kind in KINDS)


def test_no_picture_is_left_over() -> None:
    whole = json.loads(text(figures.INDEX))
    named = {entry[kind] for entry in whole["figures"].values() for kind in KINDS}
    named |= {plate["file"] for plate in whole["plates"].values()}

    there = {path.relative_to(MEDIA).as_posix() for path in (MEDIA / figures.FOLDER).iterdir()}

    assert there == named


@pytest.mark.parametrize("id", muscles())
def test_a_figure_is_drawn_from_what_its_record_says_today(id: str) -> None:
    muscle = library().get(Muscle, id)

    assert drawings.DrawnFigure.model_validate(index()[id]).drawn_from == drawings.drawn_from(muscle)


@pytest.mark.parametrize("id", muscles())
def test_markers_carry_the_numbers_of_the_cards_answers(id: str) -> None:
    muscle = library().get(Muscle, id)
    said = Words(library()).muscle(muscle)

    for role in drawings.ROLES:
        marks = [mark for mark in index()[id]["marks"] if mark["role"] == role]
        names = [library().site_short(library().whole(mark["landmark"])) for mark in marks]
        assert names == [answer.name for answer in said[role].answers]
        numbers = list(range(1, len(names) + 1)) if len(names) > 1 else [None]
        assert [mark["number"] for mark in marks] == numbers


@pytest.mark.parametrize("id", muscles())
def test_markers_stand_inside_the_picture_and_apart(id: str) -> None:
    entry = index()[id]
    width, height = entry["size"]
    places = [(mark["x"] * width, mark["y"] * height) for mark in entry["marks"]]

    assert all(4 <= x <= width - 4 and 4 <= y <= height - 4 for x, y in places)
    for number, (x, y) in enumerate(places):
        for other_x, other_y in places[:number]:
            assert ((x - other_x) ** 2 + (y - other_y) ** 2) ** 0.5 >= 11


@pytest.mark.parametrize("id", muscles())
@pytest.mark.parametrize("role", drawings.ROLES)
def test_the_markers_of_an_end_are_each_of_its_marks_with_its_number_and_no_other(role: str, id: str) -> None:
    entry = index()[id]
    width, height = (2 * each for each in entry["size"])
    root = ElementTree.fromstring(text(entry[role]))

    circles = [(float(e.get("cx", "")), float(e.get("cy", ""))) for e in root.iter(f"{SVG}circle")]
    squares = [
        (float(e.get("x", "")) + float(e.get("width", "")) / 2, float(e.get("y", "")) + float(e.get("height", "")) / 2)
        for e in root.iter(f"{SVG}rect")
    ]

    shown, others = (circles, squares) if role == "origin" else (squares, circles)
    marks = [mark for mark in entry["marks"] if mark["role"] == role]
    assert len(shown) == len(marks) and not others
    for (x, y), mark in zip(shown, marks, strict=True):
        assert abs(x - mark["x"] * width) < 2 and abs(y - mark["y"] * height) < 2
    numbers = [str(mark["number"]) for mark in marks if mark["number"] is not None]
    assert [e.text for e in root.iter(f"{SVG}text")] == numbers


@pytest.mark.parametrize("id", muscles())
def test_the_plain_picture_has_no_marks_and_gives_nothing_away(id: str) -> None:
    plain = re.sub("<style>.*?</style>", "", text(index()[id]["plain"]))

    assert not re.search("<(circle|rect|text)", plain)
    name = library().get(Muscle, id).name
    assert name.lower() not in plain.lower() and id not in plain


def test_pictures_are_small() -> None:
    size = {kind: [len(text(entry[kind]).encode()) for entry in index().values()] for kind in KINDS}

    assert median(size["plain"]) <= 10_000
    assert max(size["plain"]) <= 15_000
    assert max(size["origin"] + size["insertion"]) <= 6_144
    assert max(size["where"]) <= 6_144


@pytest.mark.parametrize("id", muscles())
@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_needs_nothing_but_itself(id: str, kind: str) -> None:
    entry = index()[id]
    written = text(entry[kind])
    root = ElementTree.fromstring(written)

    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    names = {name for element in root.iter() for name in element.attrib}

    assert tags <= {"svg", "title", "style", "path", "circle", "rect", "text"}
    assert not {name for name in names if name == "id" or name.endswith("href") or name.startswith("on")}
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg\")", written)
    assert "@media(prefers-color-scheme:dark)" in written
    size = entry["where_size" if kind == "where" else "size"]
    assert [root.get("width"), root.get("height")] == [str(each) for each in size]
    assert root.get("viewBox", "").startswith("0 0 ")


# Drawing


@drawing
def test_drawing_again_in_another_process_gives_the_committed_bytes() -> None:
    chosen = muscles() if EVERY else SOME

    files = drawn(*chosen, seed="1")

    assert len(files) == len(KINDS) * len(chosen)
    assert [name for name in files if files[name] != text(name)] == []


@drawing
def test_a_landmark_without_a_shape_is_named_where_the_record_names_it(copied: Path) -> None:
    bones, muscle = copied / "cards/vocabulary/bones-limb.yaml", copied / "cards/muscles/hip/quadratus-femoris.yaml"
    bones.write_text(bones.read_text("utf-8").replace("quadrate-tubercle:", "quadrate-hill:"), "utf-8")
    muscle.write_text(muscle.read_text("utf-8").replace("quadrate-tubercle:", "quadrate-hill:"), "utf-8")

    found = figures.draw(Workspace(find(copied)).library, ["quadratus-femoris"])

    assert not found.files
    (said,) = found.diagnostics
    assert (said.rule, said.severity) == ("no-shape", "warning")
    assert said.location.path == "cards/muscles/hip/quadratus-femoris.yaml" and said.location.line > 1
    assert "'quadrate-hill' has no shape" in said.message
    assert "deckbuilder/figures/places.py" in said.help


@drawing
def test_a_muscle_that_nobody_looked_at_yet_is_told(author: Author) -> None:
    found = figures.draw(Workspace(author.project).library, ["brachialis"])

    assert not found.files
    assert [(each.rule, each.severity) for each in found.diagnostics] == [("no-figure", "warning")]


@drawing
@pytest.mark.parametrize("id", SHAPED)
def test_a_muscle_starts_and_ends_where_its_record_says(id: str) -> None:
    import numpy as np

    from deckbuilder.figures import muscles

    muscle = library().get(Muscle, id)
    ends = np.vstack([np.vstack([body.grid[:, 0], body.grid[:, -1]]) for body in muscles.shaped(muscle)])

    far = {
        each.landmark: 1000 * np.linalg.norm(ends[:, None] - each.line[None], axis=2).min()
        for each in muscles.attachments(muscle)
        if (id, each.landmark) not in BESIDE
    }

    assert {name: distance for name, distance in far.items() if distance > NEAR} == {}


@drawing
def test_the_verb_writes_what_differs_and_check_tells_without_writing(copied: Path) -> None:
    root = copied
    picture = root / "cards" / "media" / "figures" / "popliteus-plain.svg"
    picture.write_text("<svg/>", "utf-8")

    checked = CliRunner().invoke(cli, ["figures", "--project", str(root), "--check", "popliteus"])
    kept = picture.read_text("utf-8")
    written = CliRunner().invoke(cli, ["figures", "--project", str(root), "popliteus"])
    again = CliRunner().invoke(cli, ["figures", "--project", str(root), "--check", "popliteus"])

    assert checked.exit_code == 1 and "1 changed: figures/popliteus-plain.svg" in checked.output
    assert kept == "<svg/>"
    assert written.exit_code == 0 and picture.read_text("utf-8") == text("figures/popliteus-plain.svg")
    assert again.exit_code == 0 and "nothing changed" in again.output
    assert (root / "cards/media/figures.json").read_bytes() == (MEDIA / "figures.json").read_bytes()


@drawing
def test_pictures_that_are_gone_are_drawn_again_though_the_cards_miss_them(copied: Path) -> None:
    media = copied / "cards" / "media"
    for name in ("popliteus-plain.svg", "popliteus-origin.svg"):
        (media / "figures" / name).unlink()

    done = CliRunner().invoke(cli, ["figures", "--project", str(copied), "popliteus"])

    assert done.exit_code == 0 and "2 new: figures/popliteus-origin.svg, figures/popliteus-plain.svg" in done.output
    for name in ("figures/popliteus-plain.svg", "figures/popliteus-origin.svg"):
        assert (media / name).read_text("utf-8") == text(name)


@drawing
def test_an_entry_that_cannot_be_used_is_drawn_again_as_its_message_says(copied: Path) -> None:
    index = copied / "cards/media/figures.json"
    index.write_text(
        index.read_text("utf-8").replace('"plain": "figures/popliteus-', '"side": "figures/popliteus-'), "utf-8"
    )

    told = CliRunner().invoke(cli, ["check", "--project", str(copied)])
    done = CliRunner().invoke(cli, ["figures", "--project", str(copied), "popliteus"])

    assert "figures.popliteus.plain: field required" in told.output and "deckbuilder figures" in told.output
    assert done.exit_code == 0 and index.read_bytes() == (MEDIA / "figures.json").read_bytes()


# What stands in the way


@drawing
def test_a_folder_that_cannot_be_made_is_told_and_nothing_is_written(copied: Path) -> None:
    media = copied / "cards" / "media"
    shutil.rmtree(media / "figures")
    (media / "figures").write_text("in the way", "utf-8")
    before = (media / "figures.json").read_bytes()

    done = CliRunner().invoke(cli, ["figures", "--project", str(copied), "popliteus"])

    assert done.exit_code == 1 and "the figures could not be written" in done.output
    assert "all of them are as they were" in done.output and "Traceback" not in done.output
    assert (media / "figures.json").read_bytes() == before
    assert (media / "figures").read_text("utf-8") == "in the way"


def test_without_the_extra_the_verb_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("deckbuilder.figures.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "trimesh", None)

    done = CliRunner().invoke(cli, ["figures", "--project", str(ROOT), "popliteus"])

    assert done.exit_code == 1
    assert 'pip install "anki-deckbuilder[figures]"' in done.output


def test_a_muscle_that_is_not_there_is_one_sentence(author: Author) -> None:
    done = CliRunner().invoke(cli, ["figures", "--project", str(author.root), "brachiali"])

    assert done.exit_code == 1
    assert "no muscle has the id 'brachiali'" in done.output
    assert "did you mean 'brachialis'?" in done.output


def test_the_shipped_deck_is_not_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    done = CliRunner().invoke(cli, ["figures", "popliteus"])

    assert done.exit_code == 1
    assert "read only" in done.output
