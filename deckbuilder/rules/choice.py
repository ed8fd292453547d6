"""Four options: each could be right, and none looks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import median

from deckbuilder.core.patterns import regex
from deckbuilder.reading.tokens import content, holds, plain, stem, words
from deckbuilder.records import Question
from deckbuilder.rules.rule import Found, Seen, rule

_ALL_OR_NONE = regex(
    r"(?:all|none|both|any|neither|some|two|three) of (?:the )?(?:above|these|those|them|other options|others?|options)(?: (?:is|are) (?:right|correct|true))?"
    r"|(?:both )?[a-d1-4]\)?(?:,? (?:and|&|or|nor) [a-d1-4]\)?)+(?: only)?|(?:options? )?[a-d] (?:and|or) [a-d]|neither [a-d] nor [a-d]|all the above|none",
    re.IGNORECASE,
)
_KINDS = {
    "bone": "a bone",
    "landmark": "a landmark",
    "action": "a movement",
    "muscle": "a muscle",
    "nerve": "a nerve",
    "joint": "a joint",
    "group": "a muscle group",
    "structure": "a ligament or fascia",
    "exercise": "an exercise",
}
# A place on a bone is as good an answer as the bone, and a head of a muscle, or a group, as a muscle.
_ALIKE = {"landmark": "bone", "structure": "bone", "group": "muscle"}
_LONGER = 12


def _choices(seen: Seen) -> Iterator[Question]:
    for record in seen.living:
        if isinstance(record, Question) and record.options:
            yield record


@rule(whole=True)
def choice_structure(seen: Seen) -> Iterator[Found]:
    """Options that are no fair choice: 'all of the above', 'both A and B', one of another sort than the other three, one thing
    under two names.

    Why: whoever knows two of three knows 'all of the above'; the odd sort and the twin are out before anatomy is thought of,
    and the deck shows options in another order than the author's, so that 'A and B' names nothing.
    Source: Little and Bjork: options that compete teach what the wrong ones are, too.

    Bad:
        options:
          - {text: Gluteus medius}
          - {text: Gluteus maximus, because: It extends.}
          - {text: Superior gluteal nerve, because: A nerve.}
          - {text: All of the above, because: No.}

    Good:
        options:
          - {text: Gluteus medius}
          - {text: Gluteus maximus, because: It extends.}
          - {text: Piriformis, because: It rotates.}
          - {text: Adductor longus, because: It adducts.}
    """
    for record in _choices(seen):
        named: list[frozenset[tuple[str, str]]] = []
        for place, option in enumerate(record.options):
            path = ("options", place, "text")
            text = plain(option.text).strip(" .")
            if _ALL_OR_NONE.fullmatch(text):
                message = f"'{option.text}' is no option of its own"
                yield Found(record, path, message, "write a fourth answer that could be right, with its reason")
            named.append(_whole(seen, text))
        yield from _odd_sort(record, named)
        for place, each in enumerate(named):
            twin = next((other for other in range(place) if each and named[other] == each), None)
            if twin is not None:
                message = f"'{record.options[place].text}' and '{record.options[twin].text}' are one thing"
                yield Found(record, ("options", place, "text"), message, "put another answer in its place")


def _whole(seen: Seen, text: str) -> frozenset[tuple[str, str]]:
    """What an option names, where it is a name and nothing else."""
    said = re.sub(r"^(?:the|an?|musculus|m\.)\s+|\s+muscle$", "", text, flags=re.IGNORECASE)
    mentions = seen.lexicon.mentions(said)
    return frozenset((each.kind, each.id) for each in mentions if each.start == 0 and each.end == len(said))


def _odd_sort(record: Question, named: list[frozenset[tuple[str, str]]]) -> Iterator[Found]:
    sorts = [{_ALIKE.get(kind, kind) for kind, _ in each} for each in named]
    for place, sort in enumerate(sorts):
        others = [each for at, each in enumerate(sorts) if at != place]
        common = set.intersection(*others)
        if sort and common and not sort & common:
            kind, what = next(iter(named[place]))[0], min(common)
            message = f"'{record.options[place].text}' is {_KINDS.get(kind, kind)}, and the others are each {_KINDS.get(what, what)}"
            yield Found(record, ("options", place, "text"), message, f"write {_KINDS.get(what, what)} in its place")


@rule()
def choice_cue(seen: Seen) -> Iterator[Found]:
    """A right option that shows: much longer than the others, alone hedged or alone without 'always', alone with a number or
    brackets, alone with a word of the question.

    Why: it can be picked without knowing anything; test-wiseness is rehearsed.

    Bad:
        ask: Which muscle rotates the knee inward?
        options:
          - {text: "Popliteus, the small rotator at the back of the knee joint"}
          - {text: Soleus, because: It does not reach the knee.}

    Good:
        ask: Which muscle rotates the knee inward?
        options:
          - {text: Popliteus}
          - {text: Soleus, because: It does not reach the knee.}
    """
    for record in _choices(seen):
        right, *wrong = (plain(option.text) for option in record.options)
        found = (
            _longer(seen, right, wrong)
            or _hedged(seen, right, wrong)
            or _alone_not_absolute(seen, right, wrong)
            or _marked(right, wrong)
            or _echoes(record, right, wrong)
        )
        if found:
            yield Found(record, ("options", 0, "text"), *found)


# Each of these: what shows the right option, and the next step; None where it does not.
_Cue = tuple[str, str] | None


def _longer(seen: Seen, right: str, wrong: list[str]) -> _Cue:
    longest = max(map(len, wrong))
    usual = median([len(right), *map(len, wrong)])
    if len(right) <= seen.limit("right-option") * usual or len(right) - longest < _LONGER:
        return None
    message = f"the right option has {len(right)} characters, the next longest {longest}"
    return message, "cut it to its core, or make the others as exact"


def _hedged(seen: Seen, right: str, wrong: list[str]) -> _Cue:
    hedges = seen.words("hedges")
    word = holds(right, *hedges)
    if not word or any(holds(each, *hedges) for each in wrong):
        return None
    return f"only the right option is hedged, with '{word}'", f"leave out '{word}', or hedge another one too"


def _alone_not_absolute(seen: Seen, right: str, wrong: list[str]) -> _Cue:
    absolutes = (*seen.words("absolute"), *seen.words("absolute-of-evidence"))
    if holds(right, *absolutes) or not all(holds(each, *absolutes) for each in wrong):
        return None
    return "every wrong option has a word like 'always', and the right one has none", "take these words out"


def _marked(right: str, wrong: list[str]) -> _Cue:
    mark = _mark(right)
    if not mark or any(_mark(each) == mark for each in wrong):
        return None
    return f"only the right option has {mark}", "give the others one, or take it out"


def _echoes(record: Question, right: str, wrong: list[str]) -> _Cue:
    word = _echo(record, right, wrong)
    if not word:
        return None
    return f"only the right option shares '{word}' with the question", f"say it without '{word}', here or there"


def _mark(text: str) -> str:
    return "brackets" if "(" in text else "a number" if re.search(r"\d", text) else ""


def _echo(record: Question, right: str, wrong: list[str]) -> str:
    """A word of the right option whose like stands in the question and in no other option."""
    asked = {stem(word) for word in content(record.ask) if len(word) >= 5}
    others = {stem(word) for each in wrong for word in words(each)}
    return next(
        (word for word in content(right) if len(word) >= 5 and stem(word) in asked and stem(word) not in others), ""
    )
