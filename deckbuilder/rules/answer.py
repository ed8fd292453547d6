"""What is answered: short, few, in the terms of the deck."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from deckbuilder.core.patterns import regex
from deckbuilder.reading.tokens import content, may_hold, plain, remembered, sentences, stem, words
from deckbuilder.records import Cloze, Group, Muscle
from deckbuilder.records.keys import Said
from deckbuilder.records.muscle import ASKED
from deckbuilder.rules import abbreviations, preferred
from deckbuilder.rules.phrasing import fact_name
from deckbuilder.rules.rule import Found, Seen, rule

_NEGATES = regex(
    r"(?:\b(?:not|no|nor|never|none|nobody|nothing|without|hardly|rarely|cannot|neither|few|little)\b|n['’]t\b)[^.;:!?]{0,40}$",
    re.IGNORECASE,
)
_QUOTED = regex(r"\"[^\"]*\"|“[^”]*”|‘[^’]*’(?!\w)|(?<!\w)'[^']*'(?!\w)")
# 'best seen from behind', 'at best': what is said is a place or a bound, no rank.
_NO_RANK = regex(
    r"(?:\b(?:at|known|next) best\b|\bbest (?:seen|felt|known|described|guess|evidence|available|interests?|remembered)\b|\bonly (?:a|an|one|two|about|if|when|part|in part|some|slightly|weakly)\b"
    r"|\b(?:every|each) (?:\w+ )?(?:day|week|session|set|repetition|rep|step|month|second|other|time|year|fact)\b|\boptimal (?:angle|length)\b|\bthe only one of\b"
    r"|\bnever (?:yet )?(?:been )?(?:shown|proven|found|tested|measured|studied|compared|seen)\b)",
    re.IGNORECASE,
)
_LIMITS = {
    "part": ("part-words", "part-words-grave"),
    "sentence": ("sentence-words", "sentence-words-grave"),
    "mechanism": ("mechanism-words", "mechanism-words-grave"),
}
_STRICT_KINDS = ("exercise", "study", "claim")
_ITEMS = regex(r"[,;]|\s(?:and|or)\s", re.IGNORECASE)
_GOES_ON = regex(r"(?:which|who|because|so|but|that|as|where|while|when|for|though|although|not)\b", re.IGNORECASE)
# What is longer is a clause, not a thing in a row.
_ITEM = 5
_SLASH = regex(r"[^\W\d_]{3,}\s?/\s?[^\W\d_]{3,}")


@rule()
def long_answer(seen: Seen) -> Iterator[Found]:
    """An answer of too many words for one part. Sentences that are graded (definitions, reasons, causes) have their own
    limit, mechanisms another: `part-words`, `sentence-words` and `mechanism-words`, each with a grave one.

    Why: short answers survive; of a long one some words are missed every time, and nobody knows how to grade that. In a
    public list of 215 muscles an attachment has five words, and nine of ten have ten or fewer.
    Source: P. Wozniak, Twenty rules of formulating knowledge, rule 4: minimum information.

    Bad:
        origin: {linea-aspera: from the lateral lip and along the whole of it down to where the line divides in two}

    Good:
        origin: {linea-aspera: lateral lip}
    """
    for record, each in seen.graded:
        count, sort = len(plain(each.text).split()), each.sort
        usual, most = (seen.limit(name) for name in _LIMITS[sort])
        if count > usual:
            message = f"{each.what} has {count} words, and {usual:g} are easily graded"
            help = (
                "keep what is graded, and put the rest into `why`"
                if sort != "part"
                else "keep the name, and say the rest in `why`"
            )
            yield Found(record, each.path, message, help, grave=count > most)


@rule(scope="facts")
def long_list(seen: Seen) -> Iterator[Found]:
    """An answer of many parts: four origins, insertions, actions or nerves on one card; grave from five on.

    Why: sets are the hardest items there are; one part that is missed fails the whole card. In a public list of 215
    muscles two have five origins or more.
    Source: P. Wozniak, Twenty rules of formulating knowledge, rules 9 and 10: avoid sets and enumerations.

    Bad:
        origin: [iliac-crest, thoracolumbar-fascia, lower-ribs, spines-of-lumbar-vertebrae, inferior-angle-of-scapula]

    Good:
        origin: {iliac-crest: by the thoracolumbar fascia}
        # and a cloze that goes through the others, two at a time
    """
    usual, most = seen.limit("list-parts"), seen.limit("list-parts-grave")
    for muscle in seen.library.muscles:
        for about in ASKED:
            count = len({fact.id for fact in muscle.facts(about)})
            if count >= usual:
                message = f"{muscle.name} has {count} answers to one question, {about}"
                help = "join what belongs together under one name, or give them to its heads and ask by cloze"
                yield Found(muscle, muscle.stated(about), message, help, key=True, grave=count >= most)


@rule(whole=True, scope="all")
def long_group(seen: Seen) -> Iterator[Found]:
    """A group of more members than a card asks for, and no cloze that names them all.

    Why: a card asks for four members at most; of a larger group nothing asks who belongs to it.
    Source: P. Wozniak, Twenty rules of formulating knowledge, rule 10: enumerations by overlapping cloze.

    Bad:
        group: deep-lateral-rotators              # six muscles, and no cloze of their order

    Good:
        cloze: deep-lateral-rotators-from-above-down
        text: "From above down: {1|piriformis}, superior gemellus, {2|obturator internus}, …"
    """
    large = list(_large_groups(seen))
    named = _named_by_clozes(seen) if large else []
    for group, members in large:
        if any(members <= each for each in named):
            continue
        near = max(named, key=lambda each: len(members & each), default=set())
        missing = sorted(members - near)
        message = f"{group.name} has {len(members)} members, and no card asks for all of them"
        help = "write a `cloze` that names them all, with gaps for two or three"
        if len(missing) < len(members):
            help += f"; the nearest one lacks {', '.join(missing)}"
        yield Found(group, ("name",), message, help)


def _large_groups(seen: Seen) -> Iterator[tuple[Group, set[str]]]:
    """Groups of more members than a card asks for, with the ids of these."""
    for each in seen.library.living.get("group", ()):
        members = {muscle.id for muscle in seen.library.members(each)} if isinstance(each, Group) else set()
        if isinstance(each, Group) and len(members) > seen.limit("group-members"):
            yield each, members


def _named_by_clozes(seen: Seen) -> list[set[str]]:
    """The muscles that each cloze names."""
    clozes = (each for each in seen.living if isinstance(each, Cloze))
    return [set(seen.lexicon.ids(f"{each.title} {each.extra}", "muscle")) for each in clozes]


@rule()
def hidden_list(seen: Seen) -> Iterator[Found]:
    """A list inside one answer: three things with commas, a pair with a slash, two sentences.

    Why: the same list that would be too long in parts, disguised: it is graded as one, and missed in one of three.
    Source: P. Wozniak, Twenty rules of formulating knowledge, rule 9: avoid sets.

    Bad:
        answer: Flexes, abducts and rotates the hip

    Good:
        answer: Flexes the hip
        why: It abducts and rotates it as well.
    """
    for record, each in seen.graded:
        if each.sort == "mechanism":
            continue
        text = plain(each.text)
        if len(sentences(text)) > 1:
            message, help = (
                f"{each.what} is {len(sentences(text))} sentences",
                "keep the one that is graded, and put the other into `why`",
            )
        elif each.sort == "sentence":
            continue
        elif slash := _SLASH.search(text):
            message, help = f"{each.what} is two: '{slash[0]}'", "keep one of the two"
        elif _is_list(text, small=each.what == "the detail"):
            message, help = f"{each.what} is a list: '{text}'", "keep one thing, or make a card of each"
        else:
            continue
        yield Found(record, each.path, message, help)


def _is_list(text: str, small: bool) -> bool:
    """'flexes, abducts and rotates'; not 'brakes the swing, which absorbs energy'. Small print may say a little more."""
    items = [each.strip() for each in _ITEMS.split(text) if each.strip()]
    if small:
        return len(re.findall(r"[,;]", text)) > 1
    if not re.search(r"[,;]", text) or any(_GOES_ON.match(each) for each in items):
        return False
    return len(items) > 2 and all(len(words(each)) <= _ITEM for each in items)


@rule()
def absolute_claim(seen: Seen) -> Iterator[Found]:
    """Always, never, best, proven: words that are hardly ever true of bodies. Grave in exercises, studies and claims, where
    evidence is told; what is denied or quoted is let through, and the claim itself, which quotes what people say.

    Why: one counter-example makes the card false, and exams use these words for what is wrong.

    Bad:
        because: The hip thrust is the best exercise for gluteus maximus.

    Good:
        because: In one study of 13 women the hip thrust had a higher mean EMG than the squat.
    """
    usual = seen.words("absolute")
    every = (*usual, *seen.words("absolute-of-evidence"))
    pattern, strict = _one_of(usual), _one_of(every)
    for record, said in seen.texts:
        if _says_what_others_say(said) or not may_hold(said.text, every):
            continue
        evidence = record.kind in _STRICT_KINDS
        word = _absolute(said.text, strict if evidence else pattern)
        if word:
            message = f"'{word}' leaves no exception"
            help = f"say how often, in whom or against what instead of '{word}'"
            yield Found(record, said.path, message, help, grave=evidence and word.lower() in usual, word=word)


def _says_what_others_say(said: Said) -> bool:
    """Whether a text is a name, a claim that is quoted, or an option, which may say what is wrong."""
    return said.role == "name" or said.path[-1] == "says" or (said.path[0] == "options" and said.role == "front")


def _absolute(text: str, pattern: re.Pattern[str]) -> str:
    """The first absolute word of a text that is neither quoted nor denied, nor says a place or a bound."""
    text = _QUOTED.sub(lambda quote: " " * len(quote[0]), text)
    text = _NO_RANK.sub(lambda rank: " " * len(rank[0]), text)
    return next((each[0] for each in pattern.finditer(text) if not _NEGATES.search(text[: each.start()])), "")


def _one_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(phrases, key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, longest)) + r")(?![\w-])", re.IGNORECASE)


@rule(whole=True, scope="all")
def undefined_abbreviation(seen: Seen) -> Iterator[Found]:
    """Capitals that no glossary entry explains: neither `short` of a `term`, nor an exam, nor spelled out in the same text.

    Why: who has forgotten what the letters stand for cannot work it out from the card.

    Bad:
        origin: {iliac-crest: between ASIS and PSIS}      # and no `term` with `short: PSIS`

    Good:
        - term: psis
          name: Posterior superior iliac spine
          short: PSIS
          means: The bony point at the back end of the iliac crest.
    """
    yield from abbreviations.undefined(seen)


@rule()
def not_preferred_term(seen: Seen) -> Iterator[Found]:
    """Another name for what the deck calls by one: `preferred` in a `rules` record says which. Left alone where the preferred
    name stands in the same text, in quotes, in what a claim says, in the glossary, and after 'also called'.

    Why: one name for a thing, so that what is learned on one card is recognized on the next. The names are those of
    Terminologia Anatomica in plain English.
    Fix: the preferred name, where the text is plain.

    Bad:
        nerve: {common-fibular: the peroneal nerve winds round the bone}

    Good:
        nerve: {common-fibular: the fibular nerve winds round the bone}
    """
    yield from preferred.others(seen)


@rule(scope="facts")
def name_tells_it(seen: Seen) -> Iterator[Found]:
    """A muscle whose name holds a word of its answer: adductor longus adducts. Told on request only.

    Why: an easy card. It may stay, for it teaches to read names; where time is short it is the first to go. In a public
    list of 215 muscles the action of 58 stands in their names.

    Bad:
        muscle: adductor-longus
        actions: hip-adduction

    Good:
        question: adductor-longus-plane
        ask: In which plane does adductor longus mainly work?
    """
    for muscle in seen.library.muscles:
        names = {stem(word): word for word in content(muscle.name) if len(word) >= 5}
        for about in ASKED if names else ():
            yield from islice(_told_by_name(seen, muscle, about, names), 1)


def _told_by_name(seen: Seen, muscle: Muscle, about: str, names: Mapping[str, str]) -> Iterator[Found]:
    """Each answer of which the muscle's name holds a word. `names`: its words by their stems."""
    for fact in muscle.facts(about):
        name = fact_name(seen.library, about, fact)
        word = next((names[each] for each in _long_stems(name) if each in names), "")
        if word:
            path = (*muscle.stated(about, fact.part), fact.id) if fact.part else (about, fact.id)
            message = f"'{word}' in its name tells '{name}'"
            yield Found(muscle, path, message, "leave it, or ask what the name does not tell", key=True)


@remembered
def _long_stems(name: str) -> tuple[str, ...]:
    """The stems of the longer words of a name; many muscles have an end, a movement or a nerve of one name."""
    return tuple(stem(each) for each in content(name) if len(each) >= 5)
