"""Numbers that are identities: learners' reviews hang on the number of a mask or a gap, whatever it now asks for.

What a mask asks for is an id or a label, and stays the same to the letter. The words in a gap may be put better: they are
compared with what each number asked for before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rapidfuzz.distance import Indel

from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.patterns import regex
from deckbuilder.lock.entry import Entry, Lock

if TYPE_CHECKING:
    from deckbuilder.records.base import Noted

# Words that are as near as this to another number's are that number's, if they are farther from their own by a margin. What
# comes back under a number that was given up must share half of its words with what that asked for.
SAME, MARGIN, _BACK = 0.6, 0.3, 0.5
_WORD = regex(r"[^\W_]+")


def check_numbers(lock: Lock, subjects: Sequence[Noted]) -> Iterator[Diagnostic]:
    """Where a number would hand the reviews of one question to another, or leaves learners with a card without one."""
    for subject in subjects:
        keys = (subject.key, *(f"{subject.kind}/{id}" for id in subject.formerly))
        entry = next((lock.notes[key] for key in keys if key in lock.notes), None)
        if entry is not None and entry.asks:
            yield from _reworded(subject, entry) if subject.asks_in_words else _moved(subject, entry)
            yield from _gone(subject, entry)


def _moved(subject: Noted, entry: Entry) -> Iterator[Diagnostic]:
    known, asks = dict(entry.asks), dict(subject.asks)
    had = {what: number for number, what in entry.asks}
    free = max([*known, *asks]) + 1
    for number, what in subject.asks:
        at = subject.place(*subject.where(number))
        before = known.get(number)
        if before == what or (before is None and what not in had):
            continue
        if what in had:
            yield Diagnostic(
                at,
                "moved-number",
                f"'{what}' has the number {had[what]} with learners, and their reviews stay with that number",
                f"give it back the number {had[what]}, and others a number of their own from {free} on",
            )
        elif number - 1 not in entry.cards:
            yield _reused(subject, number, str(before), what, free)
        else:
            yield Diagnostic(
                at,
                "other-question",
                f"the number {number} asked for '{before}', and now asks for '{what}': its reviews stay with the number",
                f"if this is another name for the same, build; if not, bring '{before}' back, or give this the number {free}",
            )


def _reworded(subject: Noted, entry: Entry) -> Iterator[Diagnostic]:
    known, asks = dict(entry.asks), dict(subject.asks)
    free = max([*known, *asks]) + 1
    for number, what in subject.asks:
        before = known.get(number)
        own = like(what, before) if before is not None else 0.0
        whose = _whose(number, what, own, known, asks)
        if whose is not None:
            yield Diagnostic(
                subject.place(*subject.where(number)),
                "moved-number",
                f"'{what}' has the number {whose} with learners, and their reviews stay with that number; here it has {number}",
                f"give it back the number {whose}, and others a number of their own from {free} on; if the numbers are right "
                "and the words were wrong, mend one gap, build, then the other",
            )
        elif before is not None and number - 1 not in entry.cards and own < _BACK:
            yield _reused(subject, number, before, what, free)


def _whose(number: int, what: str, own: float, known: Mapping[int, str], asks: Mapping[int, str]) -> int | None:
    """The number whose words these were: another one, which has them no more."""
    best: tuple[float, int] | None = None
    for other, words in known.items():
        near = like(what, words)
        kept = other in asks and like(asks[other], words) >= near
        if other != number and not kept and nearer(near, own):
            best = max(best or (near, other), (near, other))
    return best[1] if best else None


def nearer(near: float, own: float) -> bool:
    """Whether words that are so near to another's, and so near to their own of before, are the other's."""
    return own < 1 and (near == 1 or (near >= SAME and near >= own + MARGIN))


def like(one: str, other: str) -> float:
    """How much of one is in the other, 0 to 1: of whole words in order, since those of anatomy are alike in their letters."""
    if _plain(one) == _plain(other):
        return 1.0
    return min(Indel.normalized_similarity(_words(one), _words(other)), 0.99)


def _plain(text: str) -> str:
    """Without case, blanks and the marks of Markdown."""
    return " ".join(re.sub(r"[*_`]", "", text).casefold().split())


def _words(text: str) -> list[str]:
    """Each without an s for many; signs count only where there is nothing else."""
    words = _WORD.findall(text.casefold()) or [text]
    return [word[:-1] if len(word) > 4 and word.endswith("s") else word for word in words]


def _reused(subject: Noted, number: int, before: str, what: str, free: int) -> Diagnostic:
    return Diagnostic(
        subject.place(*subject.where(number)),
        "reused-number",
        f"the number {number} was that of '{before}', which is gone, and its reviews would become those of '{what}'",
        f"give it a number that was never used, from {free} on",
    )


def _gone(subject: Noted, entry: Entry) -> Iterator[Diagnostic]:
    asks = dict(subject.asks)
    for number, what in entry.asks:
        if number not in asks and number - 1 in entry.cards:
            yield Diagnostic(
                subject.place(*subject.where()),
                "card-gone",
                f"the {subject.numbered} {number}, '{what}', is gone: learners keep its card, and Anki shows that it asks "
                "nothing any more",
                f"bring it back, or build; the number {number} is then never used again",
            )
