"""What is asked: one thing, in words that stand alone, and not its own answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deckbuilder.rules.rule import Found, Seen, rule
from deckbuilder.rules.wording import plain

_CHOOSES = re.compile(r"(?:is|are|was|were|does|do|did|can|could|has|have|will|should)\b", re.IGNORECASE)
_YES_OR_NO = re.compile(r"(?:yes|no|true|false)\b", re.IGNORECASE)


@rule()
def yes_no(seen: Seen) -> Iterator[Found]:
    """A question that is answered with yes or no.

    Why: a guess is right half of the time, and nothing is retrieved. Claims are exempt: their reason is graded.
    Source: M. Nielsen, Augmenting long-term memory.

    Bad:
        ask: Does the long head of biceps femoris cross the hip?
        answer: Yes

    Good:
        ask: Which joints does the long head of biceps femoris cross?
        answer: Hip and knee
    """
    for record, asked in seen.asked:
        if _CHOOSES.match(plain(asked.front.text)) and any(_YES_OR_NO.match(each.text) for each in asked.answers):
            message = "the answer is yes or no, and a guess is right half of the time"
            yield Found(record, asked.front.path, message, "ask which, where or what instead")
