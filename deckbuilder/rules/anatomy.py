"""What the vocabulary knows of bones, joints and nerves, against what muscles are said to do."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

from deckbuilder.anatomy.linkage import OPPOSITE
from deckbuilder.anatomy.words import low
from deckbuilder.records import Action, Joint, Muscle, Nerve
from deckbuilder.records.keys import Named
from deckbuilder.rules.phrasing import read_and_mend
from deckbuilder.rules.rule import Found, Seen, rule
from deckbuilder.source import Path_


@rule(scope="facts")
def joint_not_crossed(seen: Seen) -> Iterator[Found]:
    """An action at a joint that the muscle does not cross: origin and insertion lie on the same side of it.

    The bones of the attachments are held against the bones of the joint. A structure counts as the bones where its pull
    ends, and bones with `moves_with` as the bone that they move with.

    Why: a muscle moves what lies between its ends. It is the commonest slip with muscles of two joints of which one head
    crosses only one.

    Bad:
        muscle: biceps-femoris
        heads:
          short-head: {origin: linea-aspera, actions: [hip-extension, knee-flexion]}
        insertion: head-of-fibula

    Good:
        heads:
          short-head: {origin: linea-aspera, actions: [knee-flexion]}
    """
    for muscle in seen.library.muscles:
        for part in ("", *muscle.divisions):
            crossed = _crossed(seen, muscle, part)
            for each in _stated(muscle, part) if crossed is not None else ():
                action = seen.library.get(Action, each.id)
                if crossed is not None and action.joint not in crossed and action.joint in seen.skeleton.beyond:
                    spans = " and ".join(_joint(seen, id) for id in crossed) or "no joint"
                    yield Found(
                        muscle,
                        (*muscle.stated("actions", part), each.id),
                        f"{_who(muscle, part)} does not cross the {_joint(seen, action.joint)}: from origin to insertion "
                        f"it spans {spans}",
                        read_and_mend("the action", "the origin", "the insertion"),
                        key=True,
                    )


def _crossed(seen: Seen, muscle: Muscle, part: str) -> list[str] | None:
    """The joints between the ends of a part, or of a whole muscle with its parts; None where an end is not known."""
    reach = [seen.skeleton.crossed(muscle, each) for each in (part, *(() if part else muscle.divisions))]
    if len(reach) == 1:
        return reach[0]
    return None if None in reach else list(dict.fromkeys(id for joints in reach for id in joints or ()))


def _stated(muscle: Muscle, part: str) -> tuple[Named, ...]:
    """The actions that stand in the record of a muscle, or of a part of it."""
    return muscle.divisions[part].actions if part else muscle.actions


def _joint(seen: Seen, id: str) -> str:
    """The name of a joint within a sentence."""
    return low(seen.library.get(Joint, id).name)


@rule(scope="facts")
def joint_without_action(seen: Seen) -> Iterator[Found]:
    """A joint that the muscle crosses from bone to bone, and at which it has no action.

    Why: in a muscle of two joints the second one is easily forgotten, and with it every antagonist and synergist that
    follows. Where the muscle truly does nothing there, say why under `lint`.

    Bad:
        muscle: gastrocnemius
        origin: [medial-femoral-condyle, lateral-femoral-condyle]
        insertion: posterior-surface-of-calcaneus
        actions: [ankle-plantar-flexion]

    Good:
        actions: [ankle-plantar-flexion, knee-flexion]
    """
    moved = {action.joint for action in seen.library.of(Action)}
    for muscle in seen.library.muscles:
        for part in muscle.divisions or ("",):
            for id in _idle(seen, muscle, part, moved):
                yield Found(
                    muscle,
                    muscle.stated("actions", part) or ("actions",),
                    f"{_who(muscle, part)} crosses the {_joint(seen, id)}, and has no action there",
                    "read the source, then name what it does there under `actions`, or say in `lint` why nothing",
                    key=True,
                )


def _idle(seen: Seen, muscle: Muscle, part: str, moved: Container[str]) -> Iterator[str]:
    """The joints that are crossed from bone to bone, have movements, and are moved in none of them.

    Of a muscle without any action there are none: that is told as a gap.
    """
    if not muscle.named("actions"):
        return
    acts = {seen.library.get(Action, fact.id).joint for fact in muscle.facts("actions", part)}
    for id in seen.skeleton.crossed(muscle, part, structures=False) or ():
        if id in moved and id not in acts:
            yield id


@rule(scope="facts")
def wrong_side_action(seen: Seen) -> Iterator[Found]:
    """An action that muscles of the other side of the joint have: the muscle lies in front, and is said to pull from behind.

    The joint action says on which `side` its muscles lie; the muscle's compartment says where it lies, and where that has
    no side, the `sides` of its landmarks do.

    Why: the direction of a movement follows from the side on which a muscle passes the joint, so an opposite is easily
    typed and easily seen. A tendon that changes sides on its way, like that of sartorius, is an exception with a reason.

    Bad:
        muscle: semitendinosus
        compartment: posterior
        actions: [hip-flexion, knee-flexion]

    Good:
        actions: [hip-extension, knee-flexion]
    """
    for muscle in seen.library.muscles:
        for part in ("", *muscle.divisions):
            for each in _stated(muscle, part):
                action = seen.library.get(Action, each.id)
                if _wrong_side(seen, muscle, action, part):
                    lies = OPPOSITE[str(action.side)]
                    yield Found(
                        muscle,
                        (*muscle.stated("actions", part), each.id),
                        f"'{each.id}' is done from the {action.side} side of the {_joint(seen, action.joint)}, and "
                        f"{_who(muscle, part)} lies on the {lies} one",
                        read_and_mend("the action", "the compartment", "the attachments"),
                        key=True,
                    )


_PLANES = (
    ("lateral flexion", "frontal"),
    ("horizontal", "transverse"),
    ("rotation", "transverse"),
    ("pronation", "transverse"),
    ("supination", "transverse"),
    ("abduction", "frontal"),
    ("adduction", "frontal"),
    ("deviation", "frontal"),
    ("flexion", "sagittal"),
    ("dorsiflexion", "sagittal"),
    ("extension", "sagittal"),
)


@rule(scope="facts")
def plane_of_movement(seen: Seen) -> Iterator[Found]:
    """A movement in another plane than its name says: flexion and extension are sagittal, abduction and adduction frontal,
    rotation transverse.

    By the name; *horizontal abduction* is transverse, *lateral flexion* frontal, and upward rotation of the scapula, which
    is frontal, is left alone.

    Why: the plane is asked on a card of its own, and the record is often copied from another movement.

    Bad:
        name: Knee internal rotation
        plane: sagittal

    Good:
        name: Knee internal rotation
        plane: transverse
    """
    for action in seen.library.of(Action):
        name = action.name.lower()
        plane = next((plane for word, plane in _PLANES if re.search(rf"\b{word}\b", name)), action.plane)
        if plane != action.plane and not re.search(r"\b(?:upward|downward)\b", name):
            message = f"{low(action.name)} happens in the {plane} plane, and '{action.plane}' stands here"
            yield Found(action, ("plane",), message, "look it up, then mend the plane, or the name")


@rule(scope="facts")
def foreign_root(seen: Seen) -> Iterator[Found]:
    """A spinal root of a muscle that none of its nerves carries, or of a branch that its trunk does not carry.

    Why: either the root is wrong or the nerve is. Both are on one card.

    Bad:
        nerve: femoral                      # L2, L3, L4
        roots: [L2, L3, L5]

    Good:
        nerve: femoral
        roots: [L2, L3, L4]
    """
    for muscle in seen.library.muscles:
        for part in ("", *muscle.divisions):
            yield from _roots_of_no_nerve(seen, muscle, part)
    for nerve in seen.library.of(Nerve):
        trunk = seen.library.find(Nerve, nerve.part_of) if nerve.part_of else None
        for place, root in enumerate(nerve.roots if trunk else ()):
            if trunk and root not in trunk.roots:
                message = (
                    f"the {low(trunk.name)}, of which it is a part, does not carry {root}: {_carries(trunk.roots)}"
                )
                help = read_and_mend("the root", "`part_of`", f"the `roots` of '{trunk.id}'")
                yield Found(nerve, ("roots", place), message, help)


def _roots_of_no_nerve(seen: Seen, muscle: Muscle, part: str) -> Iterator[Found]:
    """Roots of a muscle, or of a part, that none of its nerves carries."""
    roots = muscle.divisions[part].roots if part else muscle.roots
    nerves = _nerves(seen, muscle, part) if roots else []
    carried = {root for nerve in nerves for root in nerve.roots}
    for place, root in enumerate(roots if nerves else ()):
        if root not in carried:
            which = " and the ".join(low(nerve.name) for nerve in nerves)
            message = f"the {which} does not carry {root}: {_carries(sorted(carried))}"
            help = read_and_mend("the root", "the nerve", f"the `roots` of '{nerves[0].id}'")
            yield Found(muscle, (*_roots_at(muscle, part), place), message, help)


def _roots_at(muscle: Muscle, part: str) -> Path_:
    return ("heads" if muscle.heads else "parts", part, "roots") if part else ("roots",)


def _nerves(seen: Seen, muscle: Muscle, part: str) -> list[Nerve]:
    """The nerves of a muscle, or of a part of it, each once."""
    return [seen.library.get(Nerve, id) for id in dict.fromkeys(fact.id for fact in muscle.facts("nerve", part))]


def _carries(roots: Sequence[str]) -> str:
    """'it carries L2, L3': the roots by which the deck knows a nerve."""
    return f"it carries {', '.join(roots) or 'none'}"


@rule(scope="facts")
def joint_order(seen: Seen) -> Iterator[Found]:
    """A bone that lies beyond two joints of one chain: the bones of one of them are in the wrong order.

    A joint names the bone nearer to the trunk first. Two bones of one limb side by side, like the forearm's, have joints
    with each other and share the one above, which is no fault.

    Why: on which side of a joint an attachment lies, and so which joints a muscle crosses, follows from this order.

    Bad:
        - {joint: hip, bones: [hip-bone, femur]}
        - {joint: knee, bones: [tibia, femur]}

    Good:
        - {joint: hip, bones: [hip-bone, femur]}
        - {joint: knee, bones: [femur, tibia]}
    """
    far: dict[str, Joint] = {}
    joints = [joint for joint in seen.library.of(Joint) if len(joint.bones) == 2]
    for joint in sorted(joints, key=lambda each: each.bones[1]):
        near, bone = joint.bones
        other = far.setdefault(bone, joint)
        if other is joint or any({*each.bones} == {other.bones[0], near} for each in joints):
            continue
        for one, its in ((other, joint), (joint, other)):
            if _hangs(one, joints):
                message = f"the {low(one.name)} has '{bone}' on its far side, and so has the {low(its.name)}"
                help = (
                    f"the bone nearer to the trunk stands first: look it up, then mend the order here or in '{its.id}'"
                )
                yield Found(one, ("bones",), message, help)
                break


def _hangs(joint: Joint, joints: list[Joint]) -> bool:
    """Whether a joint's near bone hangs in the air: the far bone of no joint, though it has another one below it."""
    near = joint.bones[0]
    if any(each.bones[1] == near for each in joints):
        return False
    return any(each is not joint and each.bones[0] == near for each in joints)


def _wrong_side(seen: Seen, muscle: Muscle, action: Action, part: str) -> bool:
    return bool(action.side) and seen.skeleton.side_at(muscle, action, part) == {OPPOSITE[str(action.side)]}


def _who(muscle: Muscle, part: str) -> str:
    """'the long head of biceps femoris' or 'soleus'"""
    return f"the {muscle.part_name(part).lower()} of {low(muscle.name)}" if part else low(muscle.name)
