"""What the meshes of a real body say of attachments: a second witness, which knows nothing of any text."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from deckbuilder.anatomy.drawings import ROLES, Touch, mesh_names
from deckbuilder.anatomy.words import low
from deckbuilder.records import Bone, Muscle
from deckbuilder.rules.phrasing import read_and_mend
from deckbuilder.rules.rule import Found, Seen, rule
from deckbuilder.source import Path_


@rule(scope="facts")
def untouched_bone(seen: Seen) -> Iterator[Found]:
    """An attachment on a bone that the muscle's mesh does not touch, in the body from which figures are drawn.

    `deckbuilder figures --contacts` holds the meshes of each muscle, and of the tendons that its `figure` record names, against
    all bones. A muscle whose mesh is not there, and attachments to soft structures, are not looked at.

    Why: whoever wrote down the neighbor's bone is told by a witness that has read no text. It may be wrong itself: a tendon
    that is no part of the mesh, a body unlike others. What was looked at and is right says so under `lint`.

    Bad:
        muscle: popliteus
        origin: lateral-femoral-condyle
        insertion: head-of-fibula

    Good:
        insertion: posterior-surface-of-tibia
    """
    for muscle in seen.muscles:
        touches = seen.library.drawings.touches.get(muscle.id, {})
        attached = list(_attached(seen, muscle)) if touches else []
        named = ", ".join(dict.fromkeys(low(bone.name) for bone, _, _ in attached))
        for bone, role, path in attached:
            if not any(fnmatchcase(name, each) for each in mesh_names(bone.id) for name in touches):
                yield Found(
                    muscle,
                    path,
                    f"the mesh of {muscle.name} does not touch the {low(bone.name)}: it touches {_listed(touches)}, "
                    f"and the record names {named}",
                    read_and_mend(f"the {role}", "the meshes and tendons of its figure"),
                    key=True,
                )


def _attached(seen: Seen, muscle: Muscle) -> Iterator[tuple[Bone, str, Path_]]:
    """The bone, the role and the place of each of its attachments to bone."""
    for role in ROLES:
        for fact in muscle.facts(role):
            if bone := seen.library.bone_at(fact.id):
                yield bone, role, (*muscle.stated(role, fact.part), fact.id)


def _listed(touches: dict[str, Touch]) -> str:
    """The bones that are touched, those with the largest areas first."""
    names = sorted(touches, key=lambda name: (-touches[name].cm2, name))
    return ", ".join(f"{name.replace('-', ' ')} ({touches[name].cm2:g} cm²)" for name in names)
