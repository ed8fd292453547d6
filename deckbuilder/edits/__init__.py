"""Changes that a verb makes in the cards themselves: worked out in memory, read back, and only then written.

`cards` is what a project says before and after, `draft` the splices with what they should come to, `targets` finds what
an author means by an id; `rename` and `retire` are the two changes.
"""

from __future__ import annotations

from deckbuilder.edits.draft import Change, Edited
from deckbuilder.edits.rename import rename
from deckbuilder.edits.retire import retire

__all__ = ["Change", "Edited", "rename", "retire"]
