"""The muscles' figures: what is committed fits the cards, and drawing again gives the same bytes."""

from __future__ import annotations

import json
import re
import shutil
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml
from click.testing import CliRunner, Result
from PIL import Image
from support.author import ROOT, Author
from support.body import body

from deckbuilder import figures
from deckbuilder.anatomy import drawings
from deckbuilder.anatomy.library import Library
from deckbuilder.anatomy.words import Words
from deckbuilder.cli import cli
from deckbuilder.core.project import find
from deckbuilder.figures.subjects import all_of
from deckbuilder.records import Muscle
from deckbuilder.workspace import Workspace

MEDIA = ROOT / "cards" / "media"
KINDS = ("plain", "origin", "insertion", "where")
SVG = "{http://www.w3.org/2000/svg}"

EXTRA = ("mitsuba", "numpy", "PIL", "scipy", "skimage", "trimesh")
drawing = pytest.mark.skipif(
    not all(find_spec(name) for name in EXTRA), reason="drawing needs the extra `figures` (Python 3.11)"
)


@cache
def library() -> Library:
    return Workspace(find(ROOT)).library


@cache
def index() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((MEDIA / figures.INDEX).read_text("utf-8"))["figures"]
    return found


def muscles() -> list[str]:
    """Those of the deck."""
    return sorted(muscle.id for muscle in library().of(Muscle))


def drawn() -> list[str]:
    """Those of the deck, and those that have no record yet."""
    return sorted(index())


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A project with the cards of the deck that ships."""
    shutil.copytree(ROOT / "cards", tmp_path / "project" / "cards")
    return tmp_path / "project"


def text(name: str) -> str:
    return (MEDIA / name).read_text("utf-8")


# What is committed


def test_every_muscle_of_the_deck_has_its_pictures_and_an_entry() -> None:
    assert set(muscles()) <= set(index()) <= {muscle.id for muscle in all_of(library())}
    for id, entry in index().items():
        assert [entry[kind] for kind in KINDS] == [
            f"figures/{id}-{kind}.{'webp' if kind == 'plain' else 'svg'}" for kind in KINDS
        ]
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


@pytest.mark.sampled(10)
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


@pytest.mark.sampled(10)
@pytest.mark.parametrize("id", drawn())
def test_markers_stand_inside_the_picture_and_apart(id: str) -> None:
    entry = index()[id]
    width, height = entry["size"]
    places = [(mark["x"] * width, mark["y"] * height) for mark in entry["marks"]]

    assert all(4 <= x <= width - 4 and 4 <= y <= height - 4 for x, y in places)
    for number, (x, y) in enumerate(places):
        for other_x, other_y in places[:number]:
            assert ((x - other_x) ** 2 + (y - other_y) ** 2) ** 0.5 >= 11


@pytest.mark.sampled(12)
@pytest.mark.parametrize("id", drawn())
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


@pytest.mark.sampled(10)
@pytest.mark.parametrize("id", drawn())
def test_the_plain_picture_has_the_size_that_is_said_and_a_see_through_ground(id: str) -> None:
    entry = index()[id]
    with Image.open(MEDIA / entry["plain"]) as picture:
        assert picture.format == "WEBP"
        assert all(abs(drawn - 2 * shown) <= 1 for drawn, shown in zip(picture.size, entry["size"], strict=True))
        alpha = picture.convert("RGBA").getchannel("A")
    assert alpha.getextrema() == (0, 255)
    assert not {str(name).lower() for name in picture.info} & {"exif", "xmp"}


def test_pictures_are_small() -> None:
    size = {kind: [(MEDIA / entry[kind]).stat().st_size for entry in index().values()] for kind in KINDS}

    assert median(size["plain"]) <= 40_000
    assert max(size["plain"]) <= 100_000
    assert max(size["origin"] + size["insertion"]) <= 6_144
    assert max(size["where"]) <= 7_168


@pytest.mark.sampled(20)
@pytest.mark.parametrize("id", drawn())
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "plain"])
def test_a_drawing_needs_nothing_but_itself(id: str, kind: str) -> None:
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


# What is out of date


def shipped() -> Workspace:
    return Workspace(find(ROOT))


def test_what_is_committed_is_up_to_date_and_nobody_needs_a_mesh_to_know() -> None:
    done = CliRunner().invoke(cli, ["figures", "--project", str(ROOT), "--check"], env={"DECKBUILDER_MESHES": ""})

    assert done.exit_code == 0 and done.output.endswith("The figures are up to date.\n")


def test_a_figure_of_other_choices_is_out_of_date(copied: Path) -> None:
    path = copied / "cards/figures/hip.yaml"
    path.write_text(path.read_text("utf-8").replace("turn: -12", "turn: -13"), "utf-8")

    done = CliRunner().invoke(cli, ["figures", "--project", str(copied), "--check"])

    assert done.exit_code == 1
    assert "gluteus-medius: drawn from other records" in done.output and done.output.count(": drawn from") == 1


@pytest.mark.parametrize(
    ("file", "old", "new", "stale"),
    [
        (
            "places/femur",
            "{near: [0.97, 0.45, 0.1]}",
            "{near: [1, 0.4, 0.1]}",
            ["adductor-magnus", "femur-back", "knee-front"],
        ),
        (
            "places/hip-bone",
            "gluteus-minimus: [{lateral: [0.2",
            "gluteus-minimus: [{lateral: [0.21",
            ["gluteus-minimus"],
        ),
        ("plates", "view: front\n  tilt: 12", "view: front\n  tilt: 13", ["pelvis-front"]),
        ("plates", "shares: {iliac-crest: 0.7}", "shares: {iliac-crest: 0.6}", ["pelvis-front"]),
    ],
)
def test_a_place_makes_stale_what_shows_it_and_a_plate_itself(
    file: str, old: str, new: str, stale: list[str], copied: Path
) -> None:
    path = copied / f"cards/figures/{file}.yaml"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")

    done = CliRunner().invoke(cli, ["figures", "--project", str(copied), "--check"])

    assert done.exit_code == 1
    assert re.findall(r"^  (\S+): drawn from other records", done.output, re.MULTILINE) == stale


def test_a_head_that_a_muscle_does_not_have_is_told_before_anything_is_drawn(copied: Path) -> None:
    path = copied / "cards/figures/thigh.yaml"
    path.write_text(path.read_text("utf-8").replace("{long-head: long-head", "{lang-head: long-head"), "utf-8")

    for verb in (["check"], ["figures", "--check"]):
        done = CliRunner().invoke(cli, [*verb, "--project", str(copied)])

        assert done.exit_code == 1
        assert "unknown-reference: Biceps femoris has no head or part 'lang-head'" in done.output
        assert "did you mean 'long-head'?" in done.output


def test_a_picture_that_is_gone_and_one_that_is_left_over_are_told(copied: Path) -> None:
    folder = copied / "cards/media/figures"
    (folder / "popliteus-plain.webp").rename(folder / "of-nobody.webp")

    done = CliRunner().invoke(cli, ["figures", "--project", str(copied), "--check"])

    assert done.exit_code == 1
    assert "popliteus: figures/popliteus-plain.webp is gone" in done.output
    assert "1 left over: figures/of-nobody.webp" in done.output


def test_a_picture_that_is_too_heavy_and_one_that_nobody_is_credited_for_are_told(copied: Path) -> None:
    heavy = copied / "cards/media/figures/popliteus-plain.webp"
    heavy.write_bytes(heavy.read_bytes() + bytes(200 * 1024))
    credits = copied / "cards/vocabulary/credits.yaml"
    credits.write_text(credits.read_text("utf-8").replace("figures/*.svg", "figures/*-plain.svg"), "utf-8")

    done = CliRunner().invoke(cli, ["figures", "--project", str(copied), "--check"])

    assert done.exit_code == 1
    assert "figures/popliteus-plain.webp: it has 2" in done.output and "150 are the most for a card" in done.output
    assert "figures/soleus-where.svg: no `credit` record says who made it, and under which license" in done.output
    assert "soleus-plain.webp" not in done.output
    assert done.output.endswith("Some figures are not fit to be shown.\n")


# Drawing, a body of boxes and spindles


@pytest.fixture
def meshes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small body, of which pictures are small and coarse."""
    from deckbuilder.figures import muscles, scene

    monkeypatch.setattr(muscles, "WIDTH", 120)
    monkeypatch.setattr(muscles, "HEIGHT", 138)
    monkeypatch.setattr(scene, "SAMPLES", 2)
    monkeypatch.setattr("deckbuilder.figures.flesh.EDGE", 0.006)
    monkeypatch.delenv("DECKBUILDER_MESHES", raising=False)
    return body(tmp_path / "body")


MORE = """\
figure: short-head-biceps-femoris
name: Short head of biceps femoris
ends: {origin: femur, insertion: fibula, sources: gray-1918-p258}
view: back
"""


def only_what_is_drawn(project: Path) -> None:
    """Without the muscles that have neither a picture nor a record: a whole run would draw them."""
    for path in (project / "cards/figures").glob("*.yaml"):
        every = yaml.safe_load(path.read_text("utf-8"))
        kept = [each for each in every if each.get("figure", "soleus") in drawn()]
        if not kept:
            path.unlink()
        elif len(kept) < len(every):
            path.write_text(yaml.safe_dump(kept, sort_keys=False), "utf-8")


def draws(project: Path, meshes: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["figures", "--project", str(project), "--meshes", str(meshes), *arguments])


@drawing
def test_a_muscle_is_drawn_once_and_again_when_its_record_changes(copied: Path, meshes: Path) -> None:
    media, records = copied / "cards/media", copied / "cards/figures/hip.yaml"
    index = media / "figures.json"
    was = (media / "figures/gluteus-medius-plain.webp").read_bytes()

    first = draws(copied, meshes, "gluteus-medius", "--all")
    picture = (media / "figures/gluteus-medius-plain.webp").read_bytes()
    again = draws(copied, meshes, "gluteus-medius")
    records.write_text(records.read_text("utf-8").replace("turn: -12", "turn: -40"), "utf-8")
    turned = draws(copied, meshes, "gluteus-medius")

    assert first.exit_code == 0, first.output
    assert "1 muscle drawn" in first.output and picture != was
    assert "0 muscles drawn into cards/media/figures, 1 figure up to date." in again.output
    assert "1 muscle drawn" in turned.output
    assert (media / "figures/gluteus-medius-plain.webp").read_bytes() != picture
    entry = json.loads(index.read_text("utf-8"))["figures"]["gluteus-medius"]
    with Image.open(media / entry["plain"]) as seen:
        assert all(abs(drawn - 2 * shown) <= 1 for drawn, shown in zip(seen.size, entry["size"], strict=True))
        pixels = np.asarray(seen.convert("RGBA")).astype(int)
    red = (pixels[..., 3] == 255) & (pixels[..., 0] > 2 * pixels[..., 2])
    assert red.sum() > 100  # flesh is seen, and not bone alone


@drawing
def test_drawing_again_gives_the_same_bytes(copied: Path, meshes: Path) -> None:
    folder = copied / "cards/media/figures"
    draws(copied, meshes, "biceps-femoris", "--all")
    first = {path.name: path.read_bytes() for path in folder.glob("biceps-femoris-*")}

    draws(copied, meshes, "biceps-femoris", "--all")

    assert {path.name: path.read_bytes() for path in folder.glob("biceps-femoris-*")} == first and len(first) == 4


@drawing
def test_a_run_that_was_stopped_goes_on_where_it_was(
    copied: Path, meshes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copied / "cards/media/figures.json"
    found = json.loads(path.read_text("utf-8"))
    for id in ("gluteus-medius", "biceps-femoris"):
        found["figures"][id]["made_of"] = "before"
    path.write_text(json.dumps(found), "utf-8")
    drawn: list[str] = []
    draw = figures.draw

    def stopped(library: Library, muscle: Muscle, *rest: Any) -> figures.Drawn:
        drawn.append(muscle.id)
        if muscle.id == "gluteus-medius" and len(drawn) == 2:
            raise KeyboardInterrupt
        return draw(library, muscle, *rest)

    monkeypatch.setattr(figures, "draw", stopped)
    draws(copied, meshes, "gluteus-medius", "biceps-femoris")
    draws(copied, meshes, "gluteus-medius", "biceps-femoris")

    assert drawn == ["biceps-femoris", "gluteus-medius", "gluteus-medius"]


@drawing
def test_a_plate_is_drawn_when_its_record_changed_and_goes_with_it(copied: Path, meshes: Path) -> None:
    records, media = copied / "cards/figures/plates.yaml", copied / "cards/media"
    only_what_is_drawn(copied)
    text, plate = records.read_text("utf-8"), media / "figures/femur-upper-front.svg"
    others = {path: path.read_bytes() for path in (media / "figures").iterdir() if path != plate}
    was = plate.read_bytes()
    records.write_text(text.replace("turn: -20", "turn: -19"), "utf-8")

    first, after = draws(copied, meshes), plate.read_bytes()
    again = draws(copied, meshes)
    start = text.index("- plate: femur-upper-front")
    records.write_text(text[:start] + text[text.index("- plate:", start + 1) :], "utf-8")
    for path in (copied / "cards/occlusions").iterdir():
        path.unlink()  # they ask from this plate
    checked = CliRunner().invoke(cli, ["figures", "--project", str(copied), "--check"])
    last = draws(copied, meshes)

    assert (
        f"0 muscles and 1 plate drawn into cards/media/figures, {len(drawn())} figures up to date." in first.output
    ), first.output
    assert after != was
    assert "0 muscles drawn" in again.output and "changed" not in again.output
    assert "1 left over: figures/femur-upper-front.svg" in checked.output
    assert "1 gone: figures/femur-upper-front.svg" in last.output
    index = json.loads((media / figures.INDEX).read_text("utf-8"))
    assert "femur-upper-front" not in index["plates"] and len(index["plates"]) > 5
    assert {path: path.read_bytes() for path in (media / "figures").iterdir()} == others


@drawing
def test_a_number_of_a_place_moves_its_landmark(copied: Path, meshes: Path) -> None:
    from deckbuilder.figures import meshes as folder
    from deckbuilder.figures.landmarks import landmark

    path = copied / "cards/figures/places/femur.yaml"
    before = Workspace(find(copied)).library
    path.write_text(path.read_text("utf-8").replace("{behind: [0.31, 0.885]}", "{behind: [0.31, 0.785]}"), "utf-8")
    after = Workspace(find(copied)).library

    with folder.named(meshes):
        was, now = landmark(before, "quadrate-tubercle"), landmark(after, "quadrate-tubercle")

    assert was is not None and now is not None
    assert (now.points - was.points)[0] == pytest.approx([0, 0, -0.1 * 0.47], abs=1e-3)  # the box is 47 cm high


@drawing
def test_a_mesh_that_the_body_lacks_is_told_with_the_record_that_can_name_it(copied: Path, meshes: Path) -> None:
    done = draws(copied, meshes, "popliteus", "--all")

    assert "no-mesh: the body has no mesh 'popliteus', so Popliteus is not drawn" in done.output
    assert "figure: popliteus" in done.output and "0 muscles drawn" in done.output


@drawing
@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("places/leg", "{near: [0, 0.65, 0.98]}", "{mesh: fibla, near: [0, 0.65, 0.98]}", "no bone 'fibla', so Biceps"),
        (
            "places/leg",
            "{near: [0, 0.65, 0.98]}",
            "{furthest: [0, 0, 1], across: [0.4, 0.42], back: [0.4, 0.42], up: [0.4, 0.42]}",
            "nothing of fibula lies in that part of its box, so Biceps femoris is not drawn",
        ),
        ("thigh", "{long-head: long-head", "{long-head: lang-head", "the body has no mesh 'lang-head-biceps-femoris'"),
        ("thigh", "coccyx, hip-bone, hip-bone-left, femur, patella, tibia, fibula]", "femmur]", "no bone 'femmur'"),
    ],
)
def test_a_slip_in_a_figures_record_is_told_where_it_stands(
    file: str, old: str, new: str, said: str, copied: Path, meshes: Path
) -> None:
    path = copied / f"cards/figures/{file}.yaml"
    text = path.read_text("utf-8")
    at = text.index(old, text.index("biceps-femoris"))
    path.write_text(text[:at] + new + text[at + len(old) :], "utf-8")
    line = text[:at].count("\n") + 1

    done = draws(copied, meshes, "biceps-femoris", "--all")

    assert f"cards/figures/{file}.yaml:{line}:" in done.output and said in done.output, done.output
    assert "0 muscles drawn" in done.output and "Traceback" not in done.output


@drawing
@pytest.mark.parametrize("spoilt", ["inventory", "mesh", "nothing"])
def test_meshes_that_cannot_be_read_are_one_sentence(spoilt: str, copied: Path, meshes: Path, tmp_path: Path) -> None:
    if spoilt == "inventory":
        (meshes / "inventory.csv").write_text("kind,fj\nbone,../../x\n", "utf-8")
    elif spoilt == "mesh":
        for path in (meshes / "mesh").iterdir():
            path.write_bytes(b"PK no mesh")
    else:
        meshes = tmp_path / "nowhere"

    done = draws(copied, meshes, "gluteus-medius", "--all")

    assert done.exit_code == 1 and str(meshes) in done.output
    assert "Traceback" not in done.output


@drawing
def test_without_meshes_the_verb_says_what_it_needs(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DECKBUILDER_MESHES", raising=False)

    done = CliRunner().invoke(cli, ["figures", "--project", str(copied), "popliteus", "--all"])

    assert done.exit_code == 1
    assert "drawing needs the meshes of a body" in done.output and "--meshes DIR" in done.output


@drawing
def test_a_landmark_without_a_shape_is_marked_where_the_muscle_meets_its_bone(copied: Path, meshes: Path) -> None:
    from deckbuilder.figures import contacts, muscles
    from deckbuilder.figures import meshes as folder

    for name in ("vocabulary/bones-limb.yaml", "muscles/hip/gluteus-medius.yaml"):
        path = copied / "cards" / name
        path.write_text(
            path.read_text("utf-8").replace("lateral-facet-of-greater-trochanter", "hill-of-femur"), "utf-8"
        )
    changed = Workspace(find(copied)).library
    muscle = changed.get(Muscle, "gluteus-medius")

    with folder.named(meshes):
        body = folder.opened()
        surface = contacts.Surface([body.read("gluteus-medius")])
        (end,) = [each for each in muscles.attachments(changed, muscle, surface) if each.role == "insertion"]
        assert figures.lacking(changed, muscle, body) == []

    assert end.landmark == "hill-of-femur"
    assert abs(end.line - [-0.15, 0.0, 0.91]).max() < 0.02, "near the lower end of its spindle, on the box of the femur"


@drawing
def test_a_muscle_without_a_record_is_drawn_between_the_bones_that_its_figure_names(copied: Path, meshes: Path) -> None:
    (copied / "cards/figures/more.yaml").write_text(MORE, "utf-8")

    checked = CliRunner().invoke(cli, ["figures", "--project", str(copied), "--check", "short-head-biceps-femoris"])
    done = draws(copied, meshes, "short-head-biceps-femoris")

    assert checked.exit_code == 0 and "short-head-biceps-femoris" in checked.output, "no card misses it"
    assert done.exit_code == 0 and "1 muscle drawn" in done.output, done.output
    found = json.loads((copied / "cards/media/figures.json").read_text("utf-8"))["figures"]["short-head-biceps-femoris"]
    assert [(mark["role"], mark["landmark"], mark["number"]) for mark in found["marks"]] == [
        ("origin", "femur", None),
        ("insertion", "fibula", None),
    ]
    assert (copied / "cards/media/figures/short-head-biceps-femoris-plain.webp").is_file()
    assert Workspace(find(copied)).check().diagnostics == Workspace(find(ROOT)).check().diagnostics


@pytest.mark.linted
def test_a_figure_of_a_muscle_that_is_nobody_is_told(copied: Path) -> None:
    (copied / "cards/figures/more.yaml").write_text("figure: nobody\nview: back\n", "utf-8")

    found = Workspace(find(copied)).linted(today=None, infos=True)

    told = [each for each in found if each.location.path == "cards/figures/more.yaml"]
    assert [(each.rule, each.location.line) for each in told] == [("unreferenced", 1)]


@drawing
@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Right femur", "femur"),
        ("Left hip bone", "hip-bone-left"),
        ("First lumbar vertebra", "lumbar-1"),
        ("Navicular bone of right foot", "navicular-bone-foot"),
        ("Clavicular part of left pectoralis major", "clavicular-part-pectoralis-major-left"),
    ],
)
def test_a_mesh_is_called_by_its_name_the_right_one_plain(name: str, called: str) -> None:
    from deckbuilder.figures.meshes import slug

    assert slug(name) == called


@drawing
def test_the_bones_that_a_muscle_touches_are_noted_and_nothing_else_changes(copied: Path, meshes: Path) -> None:
    media = copied / "cards/media"
    before = json.loads((media / "figures.json").read_text("utf-8"))

    done = draws(copied, meshes, "--contacts")

    after = json.loads((media / "figures.json").read_text("utf-8"))
    assert done.exit_code == 0 and "2 muscles touch were noted" in done.output
    assert set(after["contacts"]) == {"biceps-femoris", "gluteus-medius"}, "of the others the small body has no mesh"
    touched = after["contacts"]["gluteus-medius"]
    assert set(touched) == {"hip-bone", "femur"}
    assert touched["femur"]["along"] + 0.3 < touched["hip-bone"]["along"], "from its lower end to its upper"
    assert all(0 < each["cm2"] < 60 for each in touched.values())
    assert {key: after[key] for key in ("figures", "plates")} == {key: before[key] for key in ("figures", "plates")}
    assert Workspace(find(copied)).library.drawings.touches["gluteus-medius"]["femur"].along < 0.3


def test_the_index_tells_which_entry_of_contacts_is_none(copied: Path) -> None:
    index = copied / "cards/media/figures.json"
    index.write_text(
        '{"contacts": {"soleus": {"tibia": {"cm2": "much", "along": 1}}}, "figures": {}, "plates": {}}', "utf-8"
    )

    (fault,) = Workspace(find(copied)).drawings.faults

    assert fault.location.path == "cards/media/figures.json"
    assert fault.message.startswith("contacts.soleus.tibia.cm2: ")


# What stands in the way


@drawing
def test_a_folder_that_cannot_be_made_is_told_and_nothing_is_written(copied: Path, meshes: Path) -> None:
    media = copied / "cards" / "media"
    shutil.rmtree(media / "figures")
    (media / "figures").write_text("in the way", "utf-8")
    before = (media / "figures.json").read_bytes()

    done = draws(copied, meshes, "gluteus-medius")

    assert done.exit_code == 1 and "the figures could not be written" in done.output
    assert "all of them are as they were" in done.output and "Traceback" not in done.output
    assert (media / "figures.json").read_bytes() == before
    assert (media / "figures").read_text("utf-8") == "in the way"


def test_without_the_extra_the_verb_says_what_to_install(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("deckbuilder.figures.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "trimesh", None)

    done = CliRunner().invoke(cli, ["figures", "--project", str(copied), "popliteus", "--all"])

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
