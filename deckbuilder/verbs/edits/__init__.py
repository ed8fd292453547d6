"""Changes that a verb makes in the cards themselves: worked out in memory, read back, and only then written.

`cards` is what a project says before and after, `draft` the splices with what they should come to, `targets` finds what
an author means by an id; `rename`, `retire` and `mend` are the changes, the last with
`border` for records that could not be read.
"""

from __future__ import annotations

from deckbuilder.verbs.edits.draft import Change, Edited
from deckbuilder.verbs.edits.mend import Mended, mend
from deckbuilder.verbs.edits.rename import rename
from deckbuilder.verbs.edits.retire import retire

__all__ = ["Change", "Edited", "Mended", "mend", "rename", "retire"]
