"""What trainers see on the gym floor: a case that fits another idea, a cause that only says the fault again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deckbuilder.reading.english import english
from deckbuilder.reading.tokens import content, holds, stem
from deckbuilder.records import Concept, Exercise
from deckbuilder.records.exercise import Common
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


@rule()
def cause_says_it_again(seen: Seen) -> Iterator[Found]:
    """A fault whose cause only says that what is seen should be otherwise: it denies something in the words of what is
    seen, and names no muscle.

    Why: whoever has read the fault has read the answer, and nobody knows what to change.

    Bad:
        see: The knees bend and the hips stay put.
        cause: The client bends the knees instead of moving the hips.

    Good:
        see: One side of the pelvis drops.
        cause: The gluteals of the standing leg do not hold it.
    """
    help = "say what brings it about: a muscle, the set-up, the load; or leave the fault out"
    for record in seen.living:
        if isinstance(record, Exercise) and record.fault and (again := _again(seen, record.fault)):
            message = f"the cause only says that {listed(again)} should be otherwise"
            yield Found(record, ("fault", "cause"), message, help)


def _again(seen: Seen, fault: Common) -> list[str]:
    """What the cause denies in the words of what is seen."""
    denies = holds(fault.cause, *seen.words("turned-round"))
    if not denies or seen.lexicon.names_any(fault.cause, "muscle", "group"):
        return []
    there = {stem(word) for word in content(fault.see)}
    return list(dict.fromkeys(f"'{word}'" for word in content(fault.cause) if stem(word) in there))
