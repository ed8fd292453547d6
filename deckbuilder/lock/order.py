"""Numbers that Anki sorts by: the ids of new notes, and places in teaching order that move as few notes as can be."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

# Ids are milliseconds, as Anki's are. A note owns the second behind its id, so card ids are note id + ordinal.
STRIDE = 1_000
# Teaching positions leave room between neighbors, so that cards added later do not move the others.
GAP = 100


def positions(known: Sequence[int | None]) -> list[int]:
    """Places in teaching order. The longest run that is in order already stays; the rest goes between its neighbors."""
    keep = longest_run([(place, value) for place, value in enumerate(known) if value is not None])
    places: list[int] = []
    anchors = [(place, known[place]) for place in range(len(known)) if place in keep]
    anchors.append((len(known), None))
    below, at = 0, 0
    for anchor, value in anchors:
        count = anchor - at
        top = value if value is not None else below + GAP * (count + 1)
        top = max(top, below + count + 1)  # where the gap is full, the rest moves on: equal places would have no order
        places += [below + (top - below) * (step + 1) // (count + 1) for step in range(count)]
        if value is not None:
            places.append(top)
            below = top
        at = anchor + 1
    return places


def fresh_ids(taken: Iterable[int], now: int, wanted: int) -> Iterator[int]:
    """New note ids: rising, apart by a stride, behind the clock, and none that is taken."""
    seconds = {id // STRIDE for id in taken}
    free = (second for second in range(now - 1, 0, -1) if second not in seconds)
    return (second * STRIDE for second in reversed(list(islice(free, wanted))))


def longest_run(pairs: Sequence[tuple[int, int]]) -> set[int]:
    """The places of a longest strictly rising subsequence of values."""
    tails: list[int] = []
    ends: list[int] = []
    link: dict[int, int | None] = {}
    for index, (_, value) in enumerate(pairs):
        at = bisect_left(tails, value)
        if at == len(tails):
            tails.append(value)
            ends.append(index)
        else:
            tails[at] = value
            ends[at] = index
        link[index] = ends[at - 1] if at else None
    found: set[int] = set()
    step = ends[-1] if ends else None
    while step is not None:
        found.add(pairs[step][0])
        step = link[step]
    return found
