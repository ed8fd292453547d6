"""Gaps in sentences: with enough around them, few, and not told by the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from deckbuilder.anatomy.linkage import OPPOSITE
from deckbuilder.anatomy.words import Words
from deckbuilder.core.patterns import regex
from deckbuilder.reading.english import english, spelled_out
from deckbuilder.reading.tokens import bare, content, holds, plain, stem, words
from deckbuilder.records import Cloze, Gap
from deckbuilder.rules.fronts import above
from deckbuilder.rules.rule import Found, Seen, rule

# What is wrong, the next step, whether it is grave, and the word that tells.
_Leak = tuple[str, str, bool, str]
_ARTICLE = regex(r"\b(an) $", re.IGNORECASE)


def _clozes(seen: Seen) -> Iterator[tuple[Cloze, list[str | Gap]]]:
    for record in seen.living:
        if isinstance(record, Cloze):
            yield record, list(record.pieces())


@rule(whole=True)
def no_context(seen: Seen) -> Iterator[Found]:
    """A sentence that is nearly all gap: too few words that carry meaning around the gaps, and none that names a thing of the
    deck; or most of it hidden.

    Why: with nothing to go by, the answer is anything. The limits are `context-words` and `gap-share`.

    Bad:
        text: "{1|Sartorius} {2|flexes the hip}"

    Good:
        text: "{1|Sartorius} crosses the front of the hip and the inner side of the knee."
    """
    help = "say more around the gap: which muscle, which side, which movement; or gap less of it"
    for record, pieces in _clozes(seen):
        around = "".join(each for each in pieces if isinstance(each, str))
        message = _too_few_words(seen, around) or _too_much_hidden(seen, pieces, around)
        if message:
            yield Found(record, ("text",), message, help)


def _too_few_words(seen: Seen, around: str) -> str:
    """That too few words of meaning stand around the gaps."""
    count, least = len(content(around)), seen.limit("context-words")
    named = count > 1 and seen.lexicon.mentions(around)  # 'Gracilis is supplied by the …' asks enough
    if count >= least or named:
        return ""
    said = "no word" if not count else "one word" if count == 1 else f"{count} words"
    return f"{said} of meaning outside the gaps, and it takes {least:g} to know what is asked"


def _too_much_hidden(seen: Seen, pieces: list[str | Gap], around: str) -> str:
    """That the gaps hide most of the text."""
    hidden = sum(len(each.text) for each in pieces if isinstance(each, Gap))
    share = round(100 * hidden / max(1, hidden + len(" ".join(around.split()))))
    return f"the gaps hide {share}% of the text" if share > seen.limit("gap-share") else ""


@rule()
def over_clozed(seen: Seen) -> Iterator[Found]:
    """A sentence with too many gaps, or a gap that hides only a small word. Grave over `gaps-grave` numbers.

    Why: each number is a card; with every noun gapped, the pattern of the sentence is learned and not the fact.
    Source: A. Matuschak, his note on cloze prompts.

    Bad:
        text: "The {1|long} head of {2|biceps femoris} {3|starts} {4|at} the {5|ischial tuberosity}."

    Good:
        text: "The long head of biceps femoris starts at the {1|ischial tuberosity}."
    """
    usual, most = seen.limit("gaps"), seen.limit("gaps-grave")
    for record, pieces in _clozes(seen):
        count = len(record.numbers)
        if count > usual:
            message = f"{count} gaps make {count} cards of one sentence, and {usual:g} are enough"
            help = "keep the gaps that are worth knowing, or make two sentences of it"
            yield Found(record, ("text",), message, help, grave=count > most)
        for gap in pieces:
            if isinstance(gap, Gap) and not content(gap.text) and not any(letter.isdigit() for letter in gap.text):
                message = f"gap {gap.number} hides only '{gap.text}'"
                word = f"{{{gap.number}|{gap.text}"
                yield Found(record, ("text",), message, "gap the word that carries the fact", word=word)


@rule()
def cloze_leak(seen: Seen) -> Iterator[Found]:
    """A gap whose text can be read elsewhere on its card: in the sentence, another gap, a hint, the line above. A warning
    where only a like word, the article or the opposite side tells it: gaps of two opposites belong under one number.

    Why: what can be read need not be retrieved.

    Bad:
        text: "The {1|deltoid} abducts the arm; the front of the deltoid also flexes it."

    Good:
        text: "The {1|deltoid} abducts the arm; its front part also flexes it."
    """
    in_words = Words(seen.library)
    for record, pieces in _clozes(seen):
        line = above(seen, in_words, record).lower()
        told: set[int] = set()
        for place, gap in enumerate(pieces):
            if not isinstance(gap, Gap) or gap.number in told:
                continue
            rest = " ".join(_seen_beside(each, gap) for each in pieces)
            found = _leak(record, gap, rest, line) or _article(pieces, place, gap) or _opposite(gap, rest)
            if found:
                told |= {gap.number, *_numbers_with(pieces, found[3])}
                message, help, grave, word = found
                yield Found(record, ("text",), message, help, grave=grave, word=word)


def _seen_beside(piece: str | Gap, gap: Gap) -> str:
    """What of a piece is read while a gap is closed: nothing of the gaps that close with it but their hints."""
    if isinstance(piece, str):
        return piece
    return piece.text if piece.number != gap.number else "" if piece is gap else piece.hint


def _leak(record: Cloze, gap: Gap, rest: str, line: str) -> _Leak | None:
    """How a gap's text can be read elsewhere on its card."""
    core = bare(gap.text)
    if len(core) < 3 or not content(core):
        return None
    return _stands_elsewhere(record, gap, core, rest) or _stands_above(gap, core, line) or _like_word(gap, core, rest)


def _stands_elsewhere(record: Cloze, gap: Gap, core: str, rest: str) -> _Leak | None:
    """The gap's very words in the rest of the text or in a hint."""
    places = (rest, "in the rest of the text"), (gap.hint, "in its own hint"), (record.hint, "in the record's hint")
    for text, where in places:
        if core in plain(text).lower() and (word := holds(text, core)):
            message = f"gap {gap.number}, '{gap.text}', can be read {where}"
            # 'hip' may stand there twice and mean a bone, a joint and a region.
            return message, f"write the other '{word}' in other words", len(core) > 4, word
    return None


def _stands_above(gap: Gap, core: str, line: str) -> _Leak | None:
    """The gap's words as a region in the line above."""
    if core not in line.split(", "):
        return None
    message = f"gap {gap.number}, '{gap.text}', stands above the text as its region"
    return message, "take it out of `regions`, or gap another word", True, ""


def _like_word(gap: Gap, core: str, rest: str) -> _Leak | None:
    """A word of the text that is the gap's one word in another form."""
    if len(content(core)) != 1 or len(core) < 5 or len(stem(core)) < 5:
        return None
    word = next((each for each in reversed(content(rest)) if len(each) >= 5 and stem(each) == stem(core)), "")
    message = f"'{word}' in the text gives away gap {gap.number}, '{gap.text}'"
    return (message, f"write '{word}' in other words", False, word) if word else None


def _article(pieces: list[str | Gap], place: int, gap: Gap) -> _Leak | None:
    """'an {1|extensor}': the article tells how the answer begins. Nearly every word takes 'a', which tells nothing."""
    before = pieces[place - 1] if place else ""
    found = _ARTICLE.search(before) if isinstance(before, str) else None
    if not found:
        return None
    message = f"'{found[1]}' before gap {gap.number} tells how '{gap.text}' begins"
    return message, f"take the article into the gap: {{{gap.number}|{found[1]} {gap.text}}}", False, f"{found[1]} {{"


def _opposite(gap: Gap, rest: str) -> _Leak | None:
    """'{1|inward}' where 'outward' can be read: there are only the two."""
    over = OPPOSITE.get(_sides().get(bare(gap.text), ""), "")
    word = next((each for each in words(plain(rest)) if over and _sides().get(each) == over), "")
    if not word:
        return None
    message = f"'{word}' in the text tells gap {gap.number}, '{gap.text}': there are only the two"
    return message, "give both the same number, so that they close together, or say only one of them", False, word


@lru_cache(maxsize=1)
def _sides() -> dict[str, str]:
    """Words for sides and directions, each with its side."""
    known = english()
    return {
        word: side
        for side in known.sides
        for phrase in (*known.sides[side], *known.sideways.get(side, ()))
        for word in spelled_out(phrase)
    }


def _numbers_with(pieces: list[str | Gap], word: str) -> set[int]:
    """The gaps that hold what was told of: one of two is enough."""
    return {each.number for each in pieces if isinstance(each, Gap) and word and holds(each.text, word)}


@rule()
def telling_hint(seen: Seen) -> Iterator[Found]:
    """A gap's hint that does more than say of which sort the answer is: it names something of the deck, has more than
    `hint-words` words, or says what stands beside the gap anyhow.

    Why: the hint in a gap is always seen. A hint with a fact in it asks for the fact's owner, and the sentence is not read.

    Bad:
        text: "The {1|deltoid|starts on the acromion} abducts the arm."

    Good:
        text: "The {1|deltoid|muscle} abducts the arm."
    """
    help = "say of which sort the answer is, 'muscle' or 'landmark', or leave the hint out"
    for record, pieces in _clozes(seen):
        for place, gap in enumerate(pieces):
            if isinstance(gap, Gap) and gap.hint and (message := _tells(seen, pieces, place, gap)):
                yield Found(record, ("text",), f"the hint of gap {gap.number} {message}", help, word=gap.hint)


def _tells(seen: Seen, pieces: list[str | Gap], place: int, gap: Gap) -> str:
    """What a hint says beyond the sort of its answer."""
    named = seen.lexicon.mentions(gap.hint)
    if named:
        return f"names '{gap.hint[named[0].start : named[0].end]}'"
    if gap.hint.lower() in _beside(pieces, place):
        return f"says '{gap.hint}', which stands beside the gap"
    count, most = len(words(gap.hint)), seen.limit("hint-words")
    return f"has {count} words, and {most:g} say of which sort the answer is" if count > most else ""


def _beside(pieces: list[str | Gap], place: int) -> set[str]:
    """The last word before a gap, and the first behind it."""
    before, after = (_said(pieces[at]) if 0 <= at < len(pieces) else () for at in (place - 1, place + 1))
    return {*before[-1:], *after[:1]}


def _said(piece: str | Gap) -> tuple[str, ...]:
    return words(piece if isinstance(piece, str) else piece.text)
