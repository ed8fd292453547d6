"""What git leaves in a file where a merge was not finished: both sides, between lines of seven or more marks."""

from __future__ import annotations

import re

from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.patterns import regex

MARKER = regex(r"(?:<{7,}|\|{7,}|>{7,})(?:[ \t].*)?|={7,}")
# A line of `=` alone may be a line under a heading; one of these two stands in every conflict.
_CERTAIN = regex(r"^(?:<{7,}|>{7,})(?:[ \t]|\r?$)", re.MULTILINE)
KEEP = "keep what is right of the two sides, take out the lines with the marks, and run this again"


def conflict(text: str, name: str, help: str = KEEP) -> Diagnostic | None:
    """All conflicts of a file as one fault, None if there is none."""
    if not ("<<<<<<<" in text or ">>>>>>>" in text) or not _CERTAIN.search(text):
        return None
    found = _spans(text)
    lines = [str(first) if first == last else f"{first}-{last}" for first, last in found]
    shown = lines[:20] + ([f"{len(lines) - 20} more"] if len(lines) > 20 else [])
    which = " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
    word = "line" if len(found) == 1 and found[0][0] == found[0][1] else "lines"
    message = f"a merge was not finished here: the file holds conflict markers, in {word} {which}"
    return Diagnostic(Location(name, found[0][0], 1), "merge-conflict", message, help)


def _spans(text: str) -> list[tuple[int, int]]:
    """The first and the last line of each conflict."""
    found: list[tuple[int, int]] = []
    begun = 0
    for number, line in enumerate(text.split("\n"), 1):
        if not MARKER.fullmatch(line.rstrip("\r")):
            continue
        if line[0] == "<":
            found += [(begun, number - 1)] if begun else []  # its end was taken out already
            begun = number
        elif line[0] == ">":
            found.append((begun or number, number))
            begun = 0
    return [*found, (begun, begun)] if begun else found
