"""What a name in a text may mean in a record: a bone its landmarks, a trochanter its facets, a nerve its branches."""

from __future__ import annotations

from functools import cached_property

from deckbuilder.anatomy.library import Library
from deckbuilder.reading.english import english
from deckbuilder.reading.lexicon import Lexicon, Mention
from deckbuilder.records import Action, Bone, Joint, Nerve


class Meant:
    """The ids of one deck that a word may stand for."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._inside: dict[str, frozenset[str]] = {}

    def inside(self, site: str) -> frozenset[str]:
        """What a muscle may have in its record where a text names this site."""
        found = self._inside.get(site)
        if found is None:
            found = self._inside[site] = frozenset((site, *self._within(site)))
        return found

    def _within(self, site: str) -> list[str]:
        if bone := self._library.find(Bone, site):
            return list(bone.landmarks)
        bone, name = self._library.landmarks.get(site, (None, ""))
        return [id for id, longer in bone.landmarks.items() if name.lower() in longer.lower()] if bone else []

    def branches(self, nerve: str) -> frozenset[str]:
        """The nerve, its branches and its trunk: a muscle of the tibial nerve is one of the sciatic nerve."""
        record = self._library.find(Nerve, nerve)
        trunk = [record.part_of] if record and record.part_of else []
        return frozenset({nerve, *self._branches.get(nerve, ()), *trunk})

    @cached_property
    def _branches(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for nerve in self._library.of(Nerve):
            found.setdefault(nerve.part_of or "", []).append(nerve.id)
        return found

    def joints(self, text: str) -> list[Mention]:
        """The joints that a text names, also by the limb that they move; 'the hip flexors' and 'the hip bone' are none."""
        return [each for each in self._joints.mentions(text) if not _is_part_of_name(text, each.end)]

    @cached_property
    def _joints(self) -> Lexicon:
        ids = {joint.name.lower(): joint.id for joint in self._library.of(Joint)}
        known = {*ids.values()}
        ids |= {limb: joint for limb, joint in english().limbs.items() if joint in known}
        return Lexicon(("joint", id, name) for name, id in ids.items())

    def action(self, joint: str, motion: str) -> str | None:
        """The id of the movement that 'external rotation' is at this joint."""
        return self._actions.get((joint, motion))

    @cached_property
    def _actions(self) -> dict[tuple[str, str], str]:
        found = {}
        for action in self._library.of(Action):
            joint = self._library.find(Joint, action.joint)
            motion = action.name.lower().removeprefix(joint.name.lower()).strip() if joint else ""
            motion = motion.replace("medial ", "internal ").replace("lateral ", "external ")
            found[action.joint, motion] = action.id
        return found


def _is_part_of_name(text: str, end: int) -> bool:
    return text[end:].lower().startswith(tuple(f" {word}" for word in english().not_a_joint))
