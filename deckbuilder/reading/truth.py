"""What is true of a muscle by the deck, against what a text says of it."""

from __future__ import annotations

from deckbuilder.anatomy.library import Library
from deckbuilder.reading.cues import About, Cue
from deckbuilder.records import Action, Muscle, Nerve, Structure

_ENDS = ("origin", "insertion")


class Truth:
    """Holds cues against the records of one deck."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def fits(self, muscle: Muscle, cue: Cue, part: str = "") -> bool:
        """Whether it is true of the muscle, or of one of its heads or parts, by the deck."""
        if cue.about == "group":
            return bool(cue.ids & set(muscle.groups))
        if cue.about == "joint":
            moved = {self._library.get(Action, fact.id).joint for fact in muscle.facts("actions", part)}
            return bool(cue.ids & moved)
        if cue.about in ("leads", "opposes"):
            return self._plays(muscle, cue, part)
        return any(fact.id in cue.ids for of in facts_of(cue.about) for fact in muscle.facts(of, part))

    def _plays(self, muscle: Muscle, cue: Cue, part: str) -> bool:
        action = self._library.get(Action, next(iter(cue.ids)))
        players = self._library.prime_movers(action) if cue.about == "leads" else self._library.antagonists(action)
        return any(each.muscle.id == muscle.id and part in ("", each.part) for each in players)

    def near(self, muscle: Muscle, cue: Cue) -> bool:
        """Whether the deck says it less exactly: the bone of the landmark, the whole of which it is a part."""
        if cue.about not in (*_ENDS, "attachment"):
            return False
        own = {fact.id for of in facts_of(cue.about) for fact in muscle.facts(of)}
        landmarks = self._library.landmarks
        bones = {landmarks[id][0].id for id in cue.ids if id in landmarks}
        return bool(own & bones) or any(self._is_part(cue, id) for id in own)

    def _is_part(self, cue: Cue, site: str) -> bool:
        """Whether a cue names a part of this site, or a bone on which this structure ends."""
        name = self._library.site_short(site).lower()
        structure = self._library.find(Structure, site)
        ends = set(structure.bones) if structure else set[str]()
        return bool(ends & cue.ids) or any(name in self._library.site_short(id).lower() for id in cue.ids)

    def same_trunk(self, one: str, other: str) -> bool:
        """Whether one nerve is the other, or a part of it: 'sciatic' of a muscle of the tibial nerve is not wrong."""
        return one in self._trunks(other) or other in self._trunks(one)

    def _trunks(self, nerve: str) -> list[str]:
        """The nerve, and what it is a part of."""
        chain = [nerve]
        while (record := self._library.find(Nerve, chain[-1])) and record.part_of and record.part_of not in chain:
            chain.append(record.part_of)
        return chain


def facts_of(about: About) -> tuple[str, ...]:
    """The keys of a muscle that a cue is about: an attachment is one of two."""
    return _ENDS if about == "attachment" else (about,)
