"""Gaps in sentences: with enough around them, few, and not told by the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deckbuilder.anatomy.words import Words
from deckbuilder.reading.tokens import bare, content, holds, plain, stem
from deckbuilder.records import Cloze, Gap
from deckbuilder.rules.fronts import above
from deckbuilder.rules.rule import Found, Seen, rule

_ARTICLE = re.compile(r"\b(an) $", re.IGNORECASE)


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
    least, most = seen.limit("context-words"), seen.limit("gap-share")
    for record, pieces in _clozes(seen):
        around = "".join(each for each in pieces if isinstance(each, str))
        hidden = sum(len(each.text) for each in pieces if isinstance(each, Gap))
        share = round(100 * hidden / max(1, hidden + len(" ".join(around.split()))))
        count = len(content(around))
        named = count > 1 and seen.lexicon.mentions(around)  # 'Gracilis is supplied by the …' asks enough
        if count < least and not named:
            said = "no word" if not count else "one word" if count == 1 else f"{count} words"
            message = f"{said} of meaning outside the gaps, and it takes {least:g} to know what is asked"
        elif share > most:
            message = f"the gaps hide {share} % of the text"
        else:
            continue
        help = "say more around the gap: which muscle, which side, which movement; or gap less of it"
        yield Found(record, ("text",), message, help)


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
    where only a like word or the article tells it.

    Why: what can be read need not be retrieved.

    Bad:
        text: "The {1|deltoid} abducts the arm; the front of the deltoid also flexes it."

    Good:
        text: "The {1|deltoid} abducts the arm; its front part also flexes it."
    """
    words = Words(seen.library)
    for record, pieces in _clozes(seen):
        line = above(seen, words, record).lower()
        told: set[int] = set()
        for place, gap in enumerate(pieces):
            if not isinstance(gap, Gap) or gap.number in told:
                continue
            rest = " ".join(_seen_beside(each, gap) for each in pieces)
            found = _leak(record, gap, rest, line) or _article(pieces, place, gap)
            if found:
                told.add(gap.number)
                message, help, grave, word = found
                yield Found(record, ("text",), message, help, grave=grave, word=word)


def _seen_beside(piece: str | Gap, gap: Gap) -> str:
    """What of a piece is read while a gap is closed: nothing of the gaps that close with it but their hints."""
    if isinstance(piece, str):
        return piece
    return piece.text if piece.number != gap.number else "" if piece is gap else piece.hint


def _leak(record: Cloze, gap: Gap, rest: str, line: str) -> tuple[str, str, bool, str] | None:
    """Message, help, whether it is grave, and the word that tells it."""
    core = bare(gap.text)
    if len(core) < 3 or not content(core):
        return None
    for text, where in (
        (rest, "in the rest of the text"),
        (gap.hint, "in its own hint"),
        (record.hint, "in the record's hint"),
    ):
        if core in plain(text).lower() and (word := holds(text, core)):
            # 'hip' may stand there twice and mean a bone, a joint and a region.
            grave = len(core) > 4
            return (
                f"gap {gap.number}, '{gap.text}', can be read {where}",
                f"write the other '{word}' in other words",
                grave,
                word,
            )
    if core in line.split(", "):
        return (
            f"gap {gap.number}, '{gap.text}', stands above the text as its region",
            "take it out of `regions`, or gap another word",
            True,
            "",
        )
    said = content(core)
    stems = {stem(word): word for word in content(rest) if len(word) >= 5}
    if len(said) == 1 and len(core) >= 5 and len(stem(core)) >= 5 and stem(core) in stems:
        word = stems[stem(core)]
        return (
            f"'{word}' in the text gives away gap {gap.number}, '{gap.text}'",
            f"write '{word}' in other words",
            False,
            word,
        )
    return None


def _article(pieces: list[str | Gap], place: int, gap: Gap) -> tuple[str, str, bool, str] | None:
    """'an {1|extensor}': the article tells how the answer begins. Nearly every word takes 'a', which tells nothing."""
    before = pieces[place - 1] if place else ""
    found = _ARTICLE.search(before) if isinstance(before, str) else None
    if not found:
        return None
    message = f"'{found[1]}' before gap {gap.number} tells how '{gap.text}' begins"
    return message, f"take the article into the gap: {{{gap.number}|{found[1]} {gap.text}}}", False, f"{found[1]} {{"
