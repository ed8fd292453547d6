"""From where to where a muscle runs, in few words: they are few, and they say what origin and insertion say."""

from __future__ import annotations

from collections.abc import Iterator

from deckbuilder.anatomy.words import count
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


@rule(scope="facts")
def long_run(seen: Seen) -> Iterator[Found]:
    """A core muscle whose card asks from where to where it runs, with more sites at one end than anybody says in five seconds.
    Its `runs` puts them into few words; without it the card asks for all of them.

    Why: core cards are graded at a glance. The full attachments have cards of their own.

    Bad:
        origin: [gluteal-surface-of-ilium, dorsal-surface-of-sacrum, coccyx, sacrotuberous-ligament]
        tier: core

    Good:
        runs: {from: back of the ilium and sacrum, to: iliotibial tract and femur}
        origin: [gluteal-surface-of-ilium, dorsal-surface-of-sacrum, coccyx, sacrotuberous-ligament]
        tier: core
    """
    most = seen.limit("run-sites")
    for muscle in seen.library.muscles:
        for _, about in _ENDS if muscle.tier == "core" and muscle.runs is None else ():
            number = len(muscle.named(about))
            if number > most:
                message = f"{muscle.name} is core, and the card that asks where it runs has {count(number, 'site', 'sites')} for its {about}"
                yield Found(
                    muscle, muscle.stated(about), message, "say it in few words: `runs: {from: …, to: …}`", key=True
                )
