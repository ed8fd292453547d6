"""Cases from the gym floor: one that fits another idea as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deckbuilder.reading.english import english
from deckbuilder.reading.tokens import content, stem
from deckbuilder.records import Concept
from deckbuilder.rules.phrasing import listed
from deckbuilder.rules.rule import Found, Seen, at, rule

# Shorter words tell little: 'hip', 'low', 'two'.
_LETTERS = 4
# A word that more ideas use tells none of them, in however large a deck.
_USERS = 20


@rule(scope="all")
def case_fits_two(seen: Seen) -> Iterator[Found]:
    """A case that has more of its telling words in common with another idea than with its own. Telling are words that at
    most a quarter of the deck's ideas use. The limit is `case-words`.

    Why: a learner who names the other idea is right, and is graded wrong.

    Bad:
        concept: length-tension-relationship
        case: A client curls more weight seated with the hips bent than lying with the hips straight.

    Good:
        concept: length-tension-relationship
        case: In a laboratory, a muscle fiber pulls hardest at middle length, and less when stretched or slack.
    """
    ideas = [each for each in seen.living if isinstance(each, Concept)]
    said = {idea.id: _telling(idea.name, *_told(idea)) for idea in ideas}
    users: dict[str, list[Concept]] = {}
    for idea in ideas:
        for word in said[idea.id]:
            users.setdefault(word, []).append(idea)
    few = max(2, min(_USERS, len(ideas) // 4))
    for idea in ideas:
        words = {each: word for each, word in _telling(idea.case).items() if len(users.get(each, ())) <= few}
        own = len(words.keys() & said[idea.id].keys())
        shared = Counter(other.id for each in words for other in users.get(each, ()))
        for id, count in shared.items():
            if count > own and count >= seen.limit("case-words"):
                other = seen.library.get(Concept, id)
                names = listed(sorted(f"'{word}'" for each, word in words.items() if each in said[other.id]))
                message = f"{names} are said of '{other.name}' too, at {at(other)}"
                help = f"say what only '{idea.name}' explains, or give the case to the other"
                yield Found(idea, ("case",), message, help)


def _told(idea: Concept) -> tuple[str, ...]:
    return idea.definition, idea.mechanism, idea.mechanism_question, idea.example, idea.counter_example


def _telling(*texts: str) -> dict[str, str]:
    """The longer words of texts by their stems, without clients and coaches."""
    idle = english().denied
    return {stem(word): word for text in texts for word in content(text) if len(word) >= _LETTERS and word not in idle}
