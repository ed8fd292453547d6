"""Fronts that give their answer: in the question, a hint, the heading of a picture, the line above, a definition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from deckbuilder.anatomy.words import Words
from deckbuilder.reading.english import in_both_spellings
from deckbuilder.reading.tokens import bare, content, holds, plain, sentences, stem
from deckbuilder.records import Concept, Exercise, Occlusion, Question
from deckbuilder.records.base import Subject
from deckbuilder.records.keys import Said
from deckbuilder.rules.fronts import Given, above, asked_answers, hinted, mask_label
from deckbuilder.rules.rule import Found, Seen, rule

# A sentence shares words with its question; an answer of so many words names something.
_SHORT = 4


@rule()
def answer_in_question(seen: Seen) -> Iterator[Found]:
    """A front that gives its answer: in the question, its hint, the heading of a picture or the line above. Grave where
    the answer itself stands there, else where half of its words do in another form.

    Why: what can be read need not be retrieved. A hint may narrow the search, never end it; a term's case must do without
    the term, and a definition without the words that it defines.
    Source: A. Matuschak, How to write good prompts.

    Bad:
        muscle: semitendinosus
        hint: It starts at the ischial tuberosity.

    Good:
        muscle: semitendinosus
        hint: You sit on it.
    """
    words, kinds = Words(seen.library), frozenset().union(*in_both_spellings(seen.words("kinds-of-answer")))
    for record, asked in seen.asked:
        told = (_told(seen, words, kinds, record, asked.front, answer) for answer in asked_answers(asked))
        yield from filter(None, [next(filter(None, told), None)])
    for given in hinted(seen):
        told = (_hinted(given, what, answer, kinds) for what, answer in given.answers)
        yield from filter(None, [next(filter(None, told), None)])
    for record in seen.living:
        if isinstance(record, Occlusion):
            yield from _headed(seen, record)
        elif isinstance(record, Concept):
            yield from _circular(record)


def _told(seen: Seen, words: Words, kinds: frozenset[str], record: Subject, front: Said, answer: str) -> Found | None:
    """How a question gives this answer: by its words, by words like them, or by the regions above it."""
    word = _phrase(answer, front.text)
    if word and not _alternatives(front.text, word):
        message = f"the answer '{word}' stands in the question"
        return Found(record, front.path, message, f"ask without the word '{word}'", grave=True, word=word)
    if not word and not _offers(record, front) and (shared := _stems(answer, front.text, kinds)):
        message = f"'{shared[1]}' in the question gives away '{shared[0]}' in the answer"
        return Found(record, front.path, message, f"ask without '{shared[1]}'", word=shared[1])
    line = above(seen, words, record)
    if line and bare(answer) in {each.lower() for each in line.split(", ")} and front.role == "front":
        message = f"the answer '{bare(answer)}' stands above the question, as its region"
        return Found(record, front.path, message, "take this region out of `regions`", grave=True)
    return None


def _offers(record: Subject, front: Said) -> bool:
    """Whether a question offers its answer beside others; `choice-cue` compares all of them."""
    return (isinstance(record, Question) and bool(record.options)) or bool(re.search(r"\bor\b", front.text))


def _hinted(given: Given, what: str, answer: str, kinds: frozenset[str]) -> Found | None:
    """How a hint gives this answer."""
    word = _phrase(answer, given.text)
    shared = [] if word else _stems(answer, given.text, kinds)
    if not word and not shared:
        return None
    said = f"names {what}, '{word}'" if word else f"has '{shared[1]}', and {what} is '{answer}'"
    named = word or shared[1]
    help = f"hint at it without '{named}'"
    return Found(given.record, given.path, f"the hint {said}", help, grave=bool(word), word=named)


def _headed(seen: Seen, record: Occlusion) -> Iterator[Found]:
    """What a mask asks for, in the question or the name of its picture."""
    for key in ("question", "name"):
        for number, mask in record.masks.items():
            word = _phrase(mask_label(seen, mask.label, mask.landmark), getattr(record, key))
            if word:
                message = f"'{word}' stands on the front of mask {number}, which asks for it"
                yield Found(record, (key,), message, f"say it without '{word}'", grave=True, word=word)


def _circular(record: Concept) -> Iterator[Found]:
    """A definition that says the term again: all that it says, or the term itself."""
    term, said = (
        {stem(each) for each in content(bare(record.name))},
        {stem(each) for each in content(record.definition)},
    )
    if said <= term:
        message = f"the definition only says '{record.name}' again"
        yield Found(record, ("definition",), message, "say what it is in other words", grave=True)
    elif word := _phrase(record.name, record.definition):
        message = f"the definition uses the term '{word}' that it defines"
        yield Found(record, ("definition",), message, f"say it without '{word}'", word=word)


def _phrase(answer: str, text: str) -> str:
    """The answer as it stands in a text, '' if it does not."""
    core = bare(answer)
    if len(core) < 3 or not content(core) or core.isdigit():
        return ""
    return holds(text, core) if core in plain(text).lower() else ""


def _alternatives(text: str, word: str) -> bool:
    """Whether the question offers the answer beside others: 'gluteus medius or maximus?'"""
    sentence = next((each for each in sentences(text) if holds(each, word.lower())), "")
    return bool(re.search(r"\b(?:or|than|between|among)\b", sentence))


def _stems(answer: str, text: str, kinds: frozenset[str]) -> list[str]:
    """A word of the answer and its like in the text, where half of the answer's longer words have one."""
    said = content(bare(answer))
    if len(said) > _SHORT:
        return []
    long = [word for word in _longer(said) if word not in kinds]
    there = {stem(word): word for word in _longer(content(text))}
    pairs = [[word, there[stem(word)]] for word in long if len(stem(word)) >= 5 and stem(word) in there]
    return pairs[0] if pairs and 2 * len(pairs) >= len(long) else []


def _longer(words: Iterable[str]) -> list[str]:
    """The words that are long enough to have a stem."""
    return [word for word in words if len(word) >= 5]


@rule()
def cause_says_fault(seen: Seen) -> Iterator[Found]:
    """A fault of an exercise whose cause says little but the fault again: most of its words, in any form, stand in the
    fault. Who does it is not counted, nor what is done `instead of` something. The limit is `cause-share`.

    Why: a card that shows the fault has shown the answer, and learners who give it know no more than what they saw.

    Bad:
        fault: {see: Knees bend and the hips stay put., cause: The client lowers by bending the knees.}

    Good:
        fault: {see: The bar drifts away from the body., cause: It began too far in front of the midfoot.}
    """
    lifters, contrasts = set(seen.words("lifters")), seen.words("contrasts")
    for record in seen.living:
        if isinstance(record, Exercise) and record.fault:
            see, cause = record.fault.see, record.fault.cause
            turn = holds(cause, *contrasts)
            before = plain(cause).partition(turn)[0] if turn else cause
            said = {stem(word) for word in content(before) if word not in lifters}
            again = said & {stem(word) for word in content(see)}
            if 100 * len(again) > seen.limit("cause-share") * len(said):
                message = f"{len(again)} of {len(said)} words of the cause stand in the fault already"
                help = "read the source: write what is behind the fault and is not seen in it, or leave the fault out"
                yield Found(record, ("fault", "cause"), message, help)
