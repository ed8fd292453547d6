"""Lists of muscles that follow from the deck, held against how many there are by the sources."""

from __future__ import annotations

from collections.abc import Iterator

from deckbuilder.anatomy.words import count
from deckbuilder.records import Action, Group, Muscle, Region
from deckbuilder.rules.phrasing import read_and_mend
from deckbuilder.rules.rule import Found, Seen, is_retired, rule

# Of each kind: what one muscle does, what several do, and where that stands.
_SAYS = {
    "action": ("does it", "do it", "the `actions` of the muscles"),
    "group": ("names it", "name it", "the `groups` of the muscles"),
    "region": ("lies in it", "lie in it", "the `region` of the muscles"),
}


@rule(whole=True, scope="facts")
def miscounted(seen: Seen) -> Iterator[Found]:
    """A movement, a group or a region whose `complete` says another number of muscles than follows from the deck.
    A muscle counts once, also where only a head or part does it; retired ones do not count.

    Why: who helps in a movement, who belongs to a group, and which muscle alone runs from here to there follow from the
    muscles that the deck happens to have. "Which synergists help? One muscle: plantaris" is graded against a list that
    others know to be longer. A muscle that comes or goes later must be told where somebody has counted.

    Bad:
        action: hip-extension
        complete: {muscles: 4, sources: book}      # and five muscles of the deck have the action

    Good:
        complete: {muscles: 5, sources: book}
    """
    library = seen.library
    records: list[Action | Group | Region] = [*library.of(Action), *library.of(Group), *library.of(Region)]
    for record in records:
        muscles, stated = library.counted(record), record.complete
        if stated is None or is_retired(record) or stated.muscles == len(muscles):
            continue
        one, many, where = _SAYS[record.kind]
        number = count(len(muscles), f"muscle {one}", f"muscles {many}")
        names = f" ({_named(muscles)})" if muscles else ""
        message = f"{number} here{names}, and `complete` says {stated.muscles}"
        yield Found(record, ("complete", "muscles"), message, read_and_mend("`complete`", where))


def _named(muscles: list[Muscle]) -> str:
    """All of them, of a whole region the first."""
    names = [each.name for each in muscles]
    return ", ".join([*names[:12], *(["…"] if len(names) > 12 else [])])
