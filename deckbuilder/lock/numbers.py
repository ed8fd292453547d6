"""Numbers that are identities: learners' reviews hang on the number of a mask, whatever the mask now asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from deckbuilder.diagnostics import Diagnostic
from deckbuilder.lock.entry import Entry, Lock


def check_numbers(lock: Lock, subjects: Sequence[Any]) -> Iterator[Diagnostic]:
    """Where a number would hand the reviews of one question to another, or leaves learners with a card without one."""
    for subject in subjects:
        keys = (subject.key, *(f"{subject.kind}/{id}" for id in subject.formerly))
        entry = next((lock.notes[key] for key in keys if key in lock.notes), None)
        if entry is not None and entry.asks:
            yield from _moved(subject, entry)
            yield from _gone(subject, entry)


def _moved(subject: Any, entry: Entry) -> Iterator[Diagnostic]:
    known, asks = dict(entry.asks), dict(subject.asks)
    had = {what: number for number, what in entry.asks}
    free = max([*known, *asks]) + 1
    for number, what in subject.asks:
        at = subject.place("masks", str(number))
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
            yield Diagnostic(
                at,
                "reused-number",
                f"the number {number} was that of '{before}', which is gone, and its reviews would become those of '{what}'",
                f"give it a number that was never used, from {free} on",
            )
        else:
            yield Diagnostic(
                at,
                "other-question",
                f"the number {number} asked for '{before}', and now asks for '{what}': its reviews stay with the number",
                f"if this is another name for the same, build; if not, bring '{before}' back, or give this the number {free}",
                "warning",
            )


def _gone(subject: Any, entry: Entry) -> Iterator[Diagnostic]:
    asks = dict(subject.asks)
    for number, what in entry.asks:
        if number not in asks and number - 1 in entry.cards:
            yield Diagnostic(
                subject.place("masks"),
                "card-gone",
                f"the mask {number}, '{what}', is gone: learners keep its card, and Anki shows that it asks nothing any more",
                f"bring it back, or build; the number {number} is then never used again",
                "warning",
            )
