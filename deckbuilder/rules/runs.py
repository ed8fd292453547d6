"""From where to where a muscle runs, in few words: they are few, and they say what origin and insertion say."""

from __future__ import annotations

from collections.abc import Iterator

from deckbuilder.records import Muscle
from deckbuilder.rules.phrasing import read_and_mend
from deckbuilder.rules.rule import Found, Seen, rule

_ENDS = (("from", "origin"), ("to", "insertion"))
_SITES = ("landmark", "bone", "structure")


@rule()
def runs_elsewhere(seen: Seen) -> Iterator[Found]:
    """A bone, a landmark or a structure in `runs` that is not among the muscle's attachments at that end.

    Why: the short card and the full ones would teach two things about one muscle.

    Bad:
        muscle: rectus-femoris
        runs: {from: anterior superior iliac spine, to: patella}
        origin: anterior-inferior-iliac-spine

    Good:
        runs: {from: anterior inferior iliac spine, to: patella}
    """
    for muscle in seen.muscles:
        for end, about in _ENDS if muscle.runs else ():
            own = _own(seen, muscle, about)
            for each in seen.lexicon.mentions(_text(muscle, end), *_SITES):
                if own and each.id not in own:
                    name = (
                        seen.library.name(each.id, *_SITES)
                        if each.kind != "landmark"
                        else seen.library.site_short(each.id)
                    )
                    message = (
                        f"`runs` names the {seen.library.low(name)}, which is not among the {about}s of {muscle.name}"
                    )
                    yield Found(muscle, ("runs", end), message, read_and_mend("`runs`", f"the {about}"))


def _text(muscle: Muscle, end: str) -> str:
    assert muscle.runs is not None
    return muscle.runs.start if end == "from" else muscle.runs.to


def _own(seen: Seen, muscle: Muscle, about: str) -> set[str]:
    """The attachments at one end, the landmarks of which they are parts, and the bones that both lie on."""
    library = seen.library
    sites = {each for id in muscle.named(about) for each in (id, library.whole(id))}
    return sites | {library.landmarks[id][0].id for id in sites if id in library.landmarks}
