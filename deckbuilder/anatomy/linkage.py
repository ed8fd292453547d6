"""The bones as the joints connect them: which joints a muscle crosses, and on which side of them it lies."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from deckbuilder.anatomy.library import Library
from deckbuilder.records import Action, Bone, Joint, Muscle, Structure

# The sides that landmarks lie on, each to the one over against it.
OPPOSITE = {
    "medial": "lateral",
    "lateral": "medial",
    "anterior": "posterior",
    "posterior": "anterior",
    "proximal": "distal",
    "distal": "proximal",
}


class Skeleton:
    """Joints, and what lies beyond each of them. Bones that move with each other count as one."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: dict[tuple[frozenset[str], frozenset[str]], list[str]] = {}  # many muscles lie between two bones

    @cached_property
    def _fixed(self) -> dict[str, str]:
        """Bone to the bone that stands for all those that move with it."""
        to = {bone.id: bone.moves_with for bone in self._library.of(Bone) if bone.moves_with}
        found = {}
        for bone in self._library.of(Bone):
            at, seen = bone.id, {bone.id}
            while at in to and to[at] not in seen:
                at = str(to[at])
                seen.add(at)
            found[bone.id] = at
        return found

    @cached_property
    def beyond(self) -> dict[str, frozenset[str]]:
        """Joint to the bones on its far side: all that moves when it moves, seen from the trunk."""
        near = {joint.id: self._fixed[joint.bones[0]] for joint in self._joints}
        found = {}
        for joint in self._joints:
            reached = {self._fixed[bone] for bone in joint.bones[1:]} - {near[joint.id]}
            queue = list(reached)
            while queue:
                at = queue.pop()
                for other in self._joints_at.get(at, ()):
                    for bone in () if other is joint else map(self._fixed.__getitem__, other.bones):
                        if bone not in reached:
                            reached.add(bone)
                            queue.append(bone)
            found[joint.id] = frozenset(reached)
        return found

    @cached_property
    def _joints(self) -> list[Joint]:
        return [joint for joint in self._library.of(Joint) if len(joint.bones) > 1]

    @cached_property
    def _joints_at(self) -> dict[str, list[Joint]]:
        found: dict[str, list[Joint]] = {}
        for joint in self._joints:
            for bone in joint.bones:
                found.setdefault(self._fixed[bone], []).append(joint)
        return found

    @cached_property
    def bones_of(self) -> dict[str, frozenset[str]]:
        """Landmark, bone or structure to the bones where its pull ends; empty where nobody knows."""
        found = {bone.id: frozenset([self._fixed[bone.id]]) for bone in self._library.of(Bone)}
        found |= {each.id: frozenset(self._fixed[bone] for bone in each.bones) for each in self._library.of(Structure)}
        found |= {id: frozenset([self._fixed[bone.id]]) for id, (bone, _) in self._library.landmarks.items()}
        return found

    def crossed(self, muscle: Muscle, part: str = "", *, structures: bool = True) -> list[str] | None:
        """The joints between origin and insertion, None where one of the two is not known. `structures`: through them too."""
        origin, insertion = (self._end(muscle, about, part, structures) for about in ("origin", "insertion"))
        if not origin or not insertion:
            return None
        found = self._known.get((origin, insertion))
        if found is None:
            found = self._known[origin, insertion] = self._between(origin, insertion)
        return list(found)

    def _end(self, muscle: Muscle, about: str, part: str, structures: bool) -> frozenset[str]:
        """The bones where one end of a muscle pulls; none where that is not known of each of its sites."""
        left_out = () if structures else self._structures
        bones = [self.bones_of[fact.id] for fact in muscle.facts(about, part) if fact.id not in left_out]
        if len(bones) == 1:
            return bones[0]
        return frozenset[str]().union(*bones) if all(bones) else frozenset()

    @cached_property
    def _structures(self) -> frozenset[str]:
        return frozenset(each.id for each in self._library.of(Structure))

    def _between(self, origin: frozenset[str], insertion: frozenset[str]) -> list[str]:
        """The joints that have a bone of one end beyond them, and one of the other end not."""
        found = []
        for id in sorted({id for bone in origin | insertion for id in self._before.get(bone, ())}):
            far = self.beyond[id]
            if (origin & far and insertion - far) or (insertion & far and origin - far):
                found.append(id)
        return found

    @cached_property
    def _before(self) -> dict[str, list[str]]:
        """Bone to the joints that it lies beyond."""
        found: dict[str, list[str]] = {}
        for id, far in self.beyond.items():
            for bone in far:
                found.setdefault(bone, []).append(id)
        return found

    @cached_property
    def sides(self) -> dict[str, tuple[str, ...]]:
        """Landmark to the sides on which it lies."""
        return {id: sides for bone in self._library.of(Bone) for id, sides in bone.sides.items()}

    def _sides_of(self, sites: Iterable[str]) -> set[str]:
        """The sides on which any of these landmarks lies."""
        return {side for site in sites for side in self.sides.get(site, ())}

    def side_at(self, muscle: Muscle, action: Action, part: str = "") -> set[str]:
        """On which sides of the joint the muscle lies, of the two that the action asks about; empty: nothing says so.

        A compartment that is named after a side decides, else the landmarks of its origin on the joint's bones, else those
        of its insertion. A rotation goes by the insertion alone.
        """
        asked = {str(action.side), OPPOSITE[str(action.side)]}
        turning = action.plane == "transverse"
        if not turning and muscle.compartment in asked:
            return {muscle.compartment}
        joint = self._library.get(Joint, action.joint)
        bones = self.beyond.get(joint.id, frozenset()) | {self._fixed[bone] for bone in joint.bones}
        for about in ("insertion",) if turning else ("origin", "insertion"):
            ends = [fact.id for fact in muscle.facts(about, part) if self.bones_of[fact.id] <= bones]
            found = asked & self._sides_of(ends)
            if found:
                return found
        return set()
