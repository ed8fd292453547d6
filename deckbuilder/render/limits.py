"""How much a project's own templates may take. They may be a stranger's, so each number is a bound and not a target.

What bounds one rendering is fixed; what bounds a whole run grows with the deck, so that none is refused because it is large.
The shipped templates take a third of a millisecond and some 5,000 characters for a note.
"""

from __future__ import annotations

from jinja2.exceptions import SecurityError

from deckbuilder.core.frozen import dataclass

# What one text or list inside a template may hold, and the largest number that may be handed to a filter or a method.
MAX_LENGTH = 2_000_000
# How large a whole number may become, in bits: nothing that is counted on a card has forty digits.
MAX_BITS = 512
# The width or the decimals in a format such as '%5.2f'.
MAX_WIDTH = 1_000
# A template that somebody wrote is shorter; the longest shipped one has 8,000.
MAX_TEMPLATE = 1024 * 1024
# One message of the process that renders: the fields of a few notes. What is longer is not read.
MAX_MESSAGE = 32_000_000
# How deep expressions and blocks may stand in each other. Jinja and Python follow them by calling themselves.
MAX_DEPTH = 100
DEEP = "this is nested deeper than Jinja can follow"


class OffLimits(SecurityError):
    """Something that a template may not have. The message is for its author."""


class TooMuch(OffLimits):
    """More than a template may take."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, bytes and characters. `each` is for one note or one card, the others for a run, with a share a note."""

    each: float = 10.0
    """Of work, as long as nobody waits for: a thousandth of it is much, and a slow machine has the rest."""
    idle: float = 30.0
    """What each may wait beside its work, on a machine that does other things as well."""
    whole: float = 60.0
    whole_a_note: float = 0.05
    start: float = 30.0
    """Until the process has started and read the records; a virus scanner may look at all of Python first."""
    memory: int = 512 * 1024**2
    """Beyond what the process took before: Python's own texts and lists, the filled pages of a thousand notes."""
    memory_a_note: int = 64 * 1024
    text: int = 64 * 1024**2
    """All fields together; of a hundred thousand notes of the shipped kind a share of 5,000 characters."""
    text_a_note: int = 32 * 1024

    def seconds(self, notes: int) -> float:
        """For a run over so many notes."""
        return self.whole + notes * self.whole_a_note

    def bytes(self, notes: int) -> int:
        """The memory for a run over so many notes."""
        return self.memory + notes * self.memory_a_note

    def characters(self, notes: int) -> int:
        """The fields of so many notes."""
        return self.text + notes * self.text_a_note


LIMITS = Limits()
