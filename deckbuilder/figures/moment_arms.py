"""Moment arms of the hip extensors over the angle of the hip, from the model's own muscle paths: the shapes of a chart.

A moment arm is how much a muscle's length changes with the joint's angle. Only the shape is used: absolute values of
published models differ by a centimeter, and so does the angle at which one muscle overtakes another.
"""

from __future__ import annotations

import math
import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deckbuilder.core.diagnostics import Fault

ANGLES = range(0, 111, 10)
# Group, its muscles in the model, and whether the strong count for more.
GROUPS = {
    "Gluteus maximus": (("glmax1_r", "glmax2_r", "glmax3_r"), True),
    "Hamstrings": (("bflh_r", "semimem_r", "semiten_r"), True),
    "Adductor magnus": (("addmagProx_r", "addmagMid_r", "addmagDist_r", "addmagIsch_r"), False),
}
# The package has switched off four cylinders round which gluteus maximus wraps; without them it ends as a hip flexor.
_SWITCHED_OFF = re.compile(r'<!--\s*(<geom geom="Gmax[12]_at_pelvis_[rl]_wrap"[^>]*/>)\s*-->')


def shapes() -> dict[str, dict[int, float]]:
    """For each group, hip flexion in degrees to the moment arm as a share of the group's largest; the knee is straight."""
    model, data = _load()
    step = math.radians(0.02)
    found: dict[str, dict[int, float]] = {}
    for group, (muscles, weighted) in GROUPS.items():
        tendons = [model.tendon(f"{muscle}_tendon").id for muscle in muscles]
        forces = [_strength(model, tendon) if weighted else 1.0 for tendon in tendons]
        arms = {}
        for angle in ANGLES:
            longer, shorter = (_lengths(model, data, math.radians(angle) + each) for each in (step, -step))
            each_arm = ((longer[tendon] - shorter[tendon]) / (2 * step) for tendon in tendons)
            arms[angle] = sum(force * arm for force, arm in zip(forces, each_arm, strict=True)) / sum(forces)
        largest = max(arms.values())
        found[group] = {angle: arm / largest for angle, arm in arms.items()}
    return found


def _load() -> tuple[Any, Any]:
    spec = find_spec("musclemimic_models")
    try:
        import mujoco  # a physics engine: nothing else here needs it
    except ImportError:
        spec = None
    if spec is None or spec.origin is None:
        raise Fault("moment arms need the muscle model", 'pip install "anki-deckbuilder[figures]"')
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "model"
        shutil.copytree(Path(spec.origin).parent / "model", copy)
        legs = copy / "leg" / "assets" / "myolegs_tendon.xml"
        text, count = _SWITCHED_OFF.subn(r"\1", legs.read_text("utf-8"))
        if count != 4:
            raise Fault(
                "the muscle model is not the one that these shapes were made with", "install the pinned version"
            )
        legs.write_text(text, "utf-8")
        model = mujoco.MjModel.from_xml_path(str(copy / "body" / "myofullbody.xml"))
    return model, mujoco.MjData(model)


def _lengths(model: Any, data: Any, hip: float) -> Any:
    """The length of every tendon with the right hip bent so far."""
    import mujoco

    data.qpos[:] = model.qpos0
    data.qpos[model.jnt_qposadr[model.joint("hip_flexion_r").id]] = hip
    mujoco.mj_kinematics(model, data)
    mujoco.mj_comPos(model, data)
    mujoco.mj_tendon(model, data)
    return data.ten_length.copy()


def _strength(model: Any, tendon: int) -> float:
    """The largest force of the muscle that pulls on a tendon."""
    return float(next(model.actuator_gainprm[i][2] for i in range(model.nu) if model.actuator_trnid[i][0] == tendon))
