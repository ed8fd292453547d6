"""Names and lists as messages say them."""

from __future__ import annotations

from deckbuilder.anatomy.library import Library
from deckbuilder.records.muscle import Fact


def fact_name(library: Library, about: str, fact: Fact) -> str:
    """'Ischial tuberosity', 'Hip flexion', 'Tibial nerve'."""
    if about in ("origin", "insertion"):
        return library.site_short(fact.id)
    return library.name(fact.id, "action" if about == "actions" else "nerve")


def read_and_mend(*places: str) -> str:
    """The next step where two things disagree and either may be right: where to look, and no value to be written."""
    return f"read the source, then mend {', '.join(places[:-1])} or {places[-1]}"


def listed(names: list[str]) -> str:
    """'one, two and three'; of more than four the first three."""
    shown = [*names[:3], f"{len(names) - 3} others"] if len(names) > 4 else names
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
