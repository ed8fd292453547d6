"""The bones of the figures, and the places on them that the vocabulary names."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from itertools import pairwise

import pytest
from support.author import ROOT

from deckbuilder.anatomy.library import Library
from deckbuilder.core.project import find
from deckbuilder.records import Bone, Muscle, Place, Structure
from deckbuilder.workspace import Workspace

if not all(find_spec(name) for name in ("scipy", "trimesh")):
    pytest.skip("needs the extra `figures` (Python 3.11)", allow_module_level=True)
if not os.environ.get("DECKBUILDER_MESHES"):
    pytest.skip("needs the meshes of a body, in DECKBUILDER_MESHES", allow_module_level=True)

import numpy as np
import trimesh

from deckbuilder.figures import model
from deckbuilder.figures.landmarks import Landmark, landmark
from deckbuilder.figures.meshes import Points, opened
from deckbuilder.figures.model import skeleton
from deckbuilder.figures.muscles import meshes_of
from deckbuilder.figures.stated import record_of

# Directions of the body as an axis of the world and a sign.
DIRECTIONS = {
    "above": (2, 1),
    "below": (2, -1),
    "before": (1, -1),
    "behind": (1, 1),
    "medial of": (0, 1),
    "lateral of": (0, -1),
}
# What an anatomist takes for granted.
TRUTHS = [
    ("anterior-superior-iliac-spine", "above", "anterior-inferior-iliac-spine"),
    ("anterior-superior-iliac-spine", "before", "anterior-inferior-iliac-spine"),
    ("anterior-superior-iliac-spine", "lateral of", "anterior-inferior-iliac-spine"),
    ("anterior-inferior-iliac-spine", "above", "supra-acetabular-groove"),
    ("anterior-inferior-iliac-spine", "before", "supra-acetabular-groove"),
    ("iliac-crest", "above", "iliac-fossa"),
    ("iliac-fossa", "medial of", "gluteal-surface-of-ilium"),
    ("gluteal-surface-of-ilium", "above", "supra-acetabular-groove"),
    ("greater-sciatic-notch", "above", "ischial-spine"),
    ("ischial-spine", "above", "ischial-tuberosity"),
    ("ischial-tuberosity", "above", "ischial-ramus"),
    ("ischial-tuberosity", "behind", "ischial-ramus"),
    ("ischial-ramus", "behind", "inferior-pubic-ramus"),
    ("inferior-pubic-ramus", "lateral of", "body-of-pubis"),
    ("inferior-pubic-ramus", "below", "body-of-pubis"),
    ("pectineal-line-of-pubis", "above", "body-of-pubis"),
    ("pectineal-line-of-pubis", "lateral of", "body-of-pubis"),
    ("obturator-margin", "behind", "body-of-pubis"),
    ("dorsal-surface-of-sacrum", "behind", "pelvic-surface-of-sacrum"),
    ("ala-of-sacrum", "above", "dorsal-surface-of-sacrum"),
    ("dorsal-surface-of-sacrum", "above", "coccyx"),
    ("body-of-t12", "above", "bodies-of-lumbar-vertebrae"),
    ("bodies-of-lumbar-vertebrae", "before", "transverse-processes-of-lumbar-vertebrae"),
    ("transverse-processes-of-lumbar-vertebrae", "lateral of", "bodies-of-lumbar-vertebrae"),
    ("greater-trochanter", "above", "lesser-trochanter"),
    ("greater-trochanter", "lateral of", "lesser-trochanter"),
    ("lesser-trochanter", "behind", "intertrochanteric-line"),
    ("trochanteric-fossa", "medial of", "greater-trochanter"),
    ("lateral-facet-of-greater-trochanter", "lateral of", "trochanteric-fossa"),
    ("anterior-facet-of-greater-trochanter", "before", "lateral-facet-of-greater-trochanter"),
    ("quadrate-tubercle", "above", "lesser-trochanter"),
    ("quadrate-tubercle", "below", "trochanteric-fossa"),
    ("quadrate-tubercle", "behind", "intertrochanteric-line"),
    ("gluteal-tuberosity", "lateral of", "pectineal-line-of-femur"),
    ("gluteal-tuberosity", "below", "lesser-trochanter"),
    ("pectineal-line-of-femur", "below", "lesser-trochanter"),
    ("pectineal-line-of-femur", "above", "linea-aspera"),
    ("linea-aspera", "behind", "shaft-of-femur"),
    ("linea-aspera", "above", "medial-supracondylar-line"),
    ("medial-supracondylar-line", "medial of", "lateral-supracondylar-line"),
    ("medial-supracondylar-line", "above", "adductor-tubercle"),
    ("adductor-tubercle", "medial of", "medial-supracondylar-line"),
    ("adductor-tubercle", "above", "medial-femoral-condyle"),
    ("medial-femoral-condyle", "medial of", "lateral-femoral-condyle"),
    ("patella", "before", "medial-femoral-condyle"),
    ("tibial-tuberosity", "below", "medial-tibial-condyle"),
    ("tibial-tuberosity", "before", "pes-anserinus-area"),
    ("pes-anserinus-area", "medial of", "tibial-tuberosity"),
    ("pes-anserinus-area", "before", "soleal-line"),
    ("pes-anserinus-area", "below", "medial-tibial-condyle"),
    ("posterior-surface-of-tibia", "above", "soleal-line"),
    ("posterior-surface-of-tibia", "behind", "tibial-tuberosity"),
    ("head-of-fibula", "lateral of", "soleal-line"),
    ("head-of-fibula", "above", "tibial-tuberosity"),
    ("posterior-surface-of-calcaneus", "behind", "head-of-fibula"),
]  # fmt: skip
# Two muscles at one landmark, and where the first holds on to it.
SHARED = [
    ("gluteus-maximus", "behind", "gluteus-medius", "gluteal-surface-of-ilium"),
    ("gluteus-medius", "above", "gluteus-minimus", "gluteal-surface-of-ilium"),
    ("semimembranosus", "lateral of", "biceps-femoris/long-head", "ischial-tuberosity"),
    ("semimembranosus", "above", "semitendinosus", "ischial-tuberosity"),
    ("quadratus-femoris", "lateral of", "semimembranosus", "ischial-tuberosity"),
    ("adductor-magnus/hamstring-part", "below", "semitendinosus", "ischial-tuberosity"),
    ("adductor-longus", "above", "adductor-brevis", "body-of-pubis"),
    ("gracilis", "medial of", "adductor-brevis", "body-of-pubis"),
    ("obturator-internus", "medial of", "obturator-externus", "obturator-margin"),
    ("adductor-brevis", "above", "adductor-longus", "linea-aspera"),
    ("vastus-medialis", "medial of", "vastus-lateralis", "linea-aspera"),
    ("vastus-medialis", "medial of", "adductor-magnus/adductor-part", "linea-aspera"),
    ("vastus-lateralis", "above", "biceps-femoris/short-head", "linea-aspera"),
    ("vastus-lateralis", "above", "vastus-medialis", "intertrochanteric-line"),
    ("vastus-lateralis", "lateral of", "vastus-medialis", "patella"),
    ("rectus-femoris", "above", "vastus-medialis", "patella"),
    ("sartorius", "before", "gracilis", "pes-anserinus-area"),
    ("gracilis", "above", "semitendinosus", "pes-anserinus-area"),
    ("piriformis", "above", "obturator-internus", "greater-trochanter"),
    ("vastus-lateralis", "below", "piriformis", "greater-trochanter"),
    ("popliteus", "below", "gastrocnemius/lateral-head", "lateral-femoral-condyle"),
    ("plantaris", "medial of", "soleus", "posterior-surface-of-calcaneus"),
]


# Millimeters between an attachment and the muscle's mesh, or a tendon that its figure names.
NEAR = 8
# Attachments that lie further off, since the meshes do not have what holds on to them: the landmarks are those of anatomy.
NOT_IN_THE_MESHES = {
    # by tendons that have no mesh of their own
    ("semimembranosus", "ischial-tuberosity"),
    ("semitendinosus", "ischial-tuberosity"),
    ("biceps-femoris/long-head", "ischial-tuberosity"),
    ("adductor-magnus/hamstring-part", "ischial-tuberosity"),
    ("popliteus", "lateral-femoral-condyle"),
    # a slip, and a few fibers
    ("semimembranosus", "oblique-popliteal-ligament"),
    ("iliacus", "ala-of-sacrum"),
    ("piriformis", "greater-sciatic-notch"),
    # flesh on the outer side of a ramus whose lower edge is the landmark
    ("adductor-brevis", "inferior-pubic-ramus"),
    # flesh that ends on the inner side of the shaft, and does not reach the lines at its back
    ("pectineus", "pectineal-line-of-femur"),
    ("adductor-brevis", "pectineal-line-of-femur"),
    ("adductor-brevis", "linea-aspera"),
    ("adductor-longus", "linea-aspera"),
    ("vastus-medialis", "linea-aspera"),
    ("vastus-medialis", "medial-supracondylar-line"),
}


@cache
def shipped() -> Library:
    return Workspace(find(ROOT)).library


def held() -> Iterator[tuple[str, str, str]]:
    """Each muscle of the deck, its head or part, and what it holds on to."""
    for muscle in shipped().of(Muscle):
        for role in ("origin", "insertion"):
            for fact in muscle.facts(role):
                yield muscle.id, fact.part, fact.id


PLACES = {place.id: place for place in shipped().of(Place)}
TAKEN = [(owner, id) for id, place in PLACES.items() for owner in place.taken]
STRUCTURES = {each.id for each in shipped().of(Structure)} & PLACES.keys()
HELD = sorted(set(held()))
ON_BONE = [each for each in HELD if each[2] not in STRUCTURES]


def place(id: str, owner: str = "") -> Landmark:
    muscle, _, part = owner.partition("/")
    found = landmark(shipped(), id, muscle, part)
    assert found is not None, f"{id} has no shape"
    return found


def named_bones(id: str) -> list[str]:
    """The bones of the model that the vocabulary names for a landmark, a bone or a structure."""
    library = shipped()
    structure = library.find(Structure, id)
    if structure is not None:
        bones: tuple[str, ...] = structure.bones
    else:
        bones = (library.landmarks[id][0].id if id in library.landmarks else library.get(Bone, id).id,)
    stems = [bone.replace("-vertebrae", "-") for bone in bones]
    return [
        name for name in skeleton() for stem in stems if name == stem or (stem[-1] == "-" and name.startswith(stem))
    ]


def millimeters_off(points: Points, meshes: list[trimesh.Trimesh]) -> Points:
    """How far each point is from the nearest of the meshes, found by another's code than the landmarks were."""
    distances = [trimesh.proximity.closest_point_naive(mesh, points)[1] for mesh in meshes]
    return 1000 * np.min(distances, axis=0)


def bones_of(names: Iterable[str]) -> list[trimesh.Trimesh]:
    bones = [skeleton()[name] for name in names]
    return [trimesh.Trimesh(bone.vertices, bone.faces, process=False) for bone in bones]


def further(direction: str, one: Landmark, other: Landmark) -> float:
    """Millimeters by which one landmark lies further in a direction than another, where they are nearest to each other.

    Each point of the one is held against the nearest of the other's line: their middles may be those of unlike extents.
    """
    axis, sign = DIRECTIONS[direction]
    line = dense(other.points)
    nearest = line[np.linalg.norm(one.points[:, None] - line[None], axis=2).argmin(axis=1)]
    return float(1000 * sign * (one.points - nearest)[:, axis].mean())


def dense(points: Points) -> Points:
    """A line with many points between its own."""
    return np.concatenate([points, *(np.linspace(a, b, 50) for a, b in pairwise(points))])


@pytest.mark.parametrize(("muscle", "part", "id"), ON_BONE, ids=["-".join(filter(None, each)) for each in ON_BONE])
def test_what_a_muscle_holds_on_to_lies_on_the_bone_that_the_vocabulary_names(muscle: str, part: str, id: str) -> None:
    found = place(id, f"{muscle}/{part}")

    off = millimeters_off(found.points, bones_of(named_bones(id)))

    assert off.max() < 2


@pytest.mark.parametrize("id", sorted(STRUCTURES))
def test_a_soft_structure_ends_on_a_bone_that_it_lists(id: str) -> None:
    ends = place(id).points[[0, -1]]

    off = millimeters_off(ends, bones_of(named_bones(id)))

    assert off.min() < 2


@pytest.mark.parametrize(("owner", "id"), [each for each in TAKEN if each[1] == "iliotibial-tract"], ids="-".join)
def test_a_muscle_that_ends_in_a_tract_ends_on_it(owner: str, id: str) -> None:
    points = place(id, owner).points

    assert millimeters_to([id], points).max() < NEAR


@pytest.mark.parametrize("id", [muscle.id for muscle in shipped().of(Muscle)])
def test_a_muscle_reaches_what_it_holds_on_to(id: str) -> None:
    """Its mesh, or a tendon that its figure names, comes near each of its attachments, if the meshes have what holds on."""
    muscle = shipped().get(Muscle, id)
    record = record_of(shipped(), muscle)
    meshes = meshes_of(muscle, record)
    far = set()
    for role in ("origin", "insertion"):
        for fact in muscle.facts(role):
            owner = f"{id}/{fact.part}" if fact.part else id
            names = meshes.get(fact.part) or [name for each in meshes.values() for name in each]
            points = place(fact.id, owner).points
            if millimeters_to([*names, *getattr(record.tendons, role)], points).min() > NEAR:
                far.add((owner, fact.id))

    assert far == {each for each in NOT_IN_THE_MESHES if each[0].split("/")[0] == id}


def millimeters_to(names: list[str], points: Points) -> Points:
    """How far each point is from the nearest of these meshes."""
    meshes = [opened().read(name) for name in names]
    return millimeters_off(points, [trimesh.Trimesh(each.vertices, each.faces, process=False) for each in meshes])


@pytest.mark.parametrize("id", sorted(PLACES))
def test_landmarks_lie_on_the_right_side(id: str) -> None:
    points = place(id).points

    assert points[:, 0].max() < 0


@pytest.mark.parametrize(("one", "direction", "other"), TRUTHS, ids=[" ".join(each) for each in TRUTHS])
def test_landmarks_lie_as_anatomy_has_them(one: str, direction: str, other: str) -> None:
    assert further(direction, place(one), place(other)) > 1


@pytest.mark.parametrize(("one", "direction", "other", "id"), SHARED, ids=[" ".join(each) for each in SHARED])
def test_muscles_share_a_landmark_as_anatomy_has_them(one: str, direction: str, other: str, id: str) -> None:
    assert further(direction, place(id, one), place(id, other)) > 1


def test_the_linea_aspera_is_shared_from_its_medial_to_its_lateral_lip() -> None:
    """At one height, as on a cross-section of the thigh."""
    order = ["vastus-medialis", "adductor-longus", "adductor-magnus/adductor-part", "biceps-femoris/short-head"]
    order.append("vastus-lateralis")
    heights = skeleton()["femur"].vertices[:, 2]
    middle = heights.min() + 0.55 * (heights.max() - heights.min())

    lines = [place("linea-aspera", owner).points[::-1] for owner in order]
    across = [float(np.interp(middle, line[:, 2], line[:, 0])) for line in lines]

    assert all(line[0, 2] < middle < line[-1, 2] for line in lines)
    assert across == sorted(across, reverse=True)


def test_lines_run_from_above_to_below() -> None:
    for id in (
        "linea-aspera",
        "gluteal-tuberosity",
        "intertrochanteric-line",
        "pectineal-line-of-femur",
        "soleal-line",
    ):
        heights = place(id).points[:, 2]

        assert (np.diff(heights) < 0).all(), id


def test_whatever_a_muscle_holds_on_to_has_a_place() -> None:
    """That no place is left over tells `unreferenced`."""
    assert PLACES.keys() == {id for _, _, id in HELD}


def test_nothing_else_has_a_shape() -> None:
    assert landmark(shipped(), "deltoid-tuberosity") is None


def test_the_skeleton_stands_on_its_soles_and_is_the_same_on_both_sides() -> None:
    """The body's zero is where its makers put it: a floor is wherever nothing reaches below heel and toes."""
    bones = skeleton()

    floor = min(bone.vertices[:, 2].min() for bone in bones.values())
    assert bones["calcaneus"].vertices[:, 2].min() - floor < 0.005
    assert bones["distal-phalanx-big-toe"].vertices[:, 2].min() - floor < 0.005
    for name in ("hip-bone", "femur", "tibia", "humerus", "calcaneus"):
        right, left = bones[name].vertices, bones[f"{name}-left"].vertices
        assert right[:, 0].max() < 0 < left[:, 0].min()
        assert right.max(axis=0)[1:] == pytest.approx(left.max(axis=0)[1:], abs=0.02)
        assert -right[:, 0].min() == pytest.approx(left[:, 0].max(), abs=0.02)


def test_every_bone_of_the_vocabulary_is_in_the_skeleton() -> None:
    for bone in shipped().of(Bone):
        assert named_bones(bone.id), bone.id


def test_the_skeleton_is_the_same_each_time() -> None:
    again = model.bones_of.__wrapped__(opened())

    assert list(again) == list(skeleton())
    for name, bone in skeleton().items():
        assert np.array_equal(bone.vertices, again[name].vertices)
        assert np.array_equal(bone.faces, again[name].faces)


def test_without_the_extra_one_is_told_what_to_install() -> None:
    code = "import sys; sys.modules['trimesh'] = None; import deckbuilder.figures.model"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert "Fault: figures need more than the cards do" in done.stderr


# The sides of the vocabulary, by which the linter goes

SIDES = {
    "proximal": (2, 1),
    "distal": (2, -1),
    "anterior": (1, -1),
    "posterior": (1, 1),
    "medial": (0, 1),
    "lateral": (0, -1),
}
STATED = [
    (id, side) for bone in shipped().of(Bone) for id, sides in bone.sides.items() for side in sides if id in PLACES
]


@pytest.mark.parametrize(("id", "side"), STATED, ids=lambda each: each)
def test_a_landmark_lies_on_the_side_that_the_vocabulary_says(id: str, side: str) -> None:
    """Along the bone against its middle, across it, point by point, against the middle of its section at that height."""
    place = landmark(shipped(), id)
    assert place is not None
    axis, sign = SIDES[side]
    bones = bones_of(place.bones)

    apart = [(point - middle(bones, point if axis < 2 else None))[axis] for point in place.points]

    assert 1000 * sign * np.mean(apart) > 1, "millimeters to the side that is stated"


def middle(bones: list[trimesh.Trimesh], at: Points | None) -> Points:
    """The middle of what bones reach, or of what they reach at the height of a point."""
    sections = [bone if at is None else bone.section((0, 0, 1), at) for bone in bones]
    vertices = np.concatenate([each.vertices for each in sections if each is not None])
    return (vertices.min(axis=0) + vertices.max(axis=0)) / 2


def test_every_side_that_is_stated_was_measured() -> None:
    assert len(STATED) == sum(len(sides) for bone in shipped().of(Bone) for sides in bone.sides.values())
