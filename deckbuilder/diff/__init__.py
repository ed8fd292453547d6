"""What changed between two packages: `compare` finds it, `tell` says it to authors, `learners` to those who study."""

from deckbuilder.diff.changes import Difference, Effect, FieldChange, NoteChange, PackageChange
from deckbuilder.diff.compare import differences
from deckbuilder.diff.learners import for_learners
from deckbuilder.diff.tell import as_markdown, as_text, as_value

__all__ = [
    "Difference",
    "Effect",
    "FieldChange",
    "NoteChange",
    "PackageChange",
    "as_markdown",
    "as_text",
    "as_value",
    "differences",
    "for_learners",
]
