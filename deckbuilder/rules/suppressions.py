"""Exceptions: `lint: {rule: the reason}` in a record, and a project's own `rules` record."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from deckbuilder.records import Record, nearest
from deckbuilder.records.rulebook import Rulebook
from deckbuilder.rules.rule import Fix, Found, Seen, rule

_ALL = "`deckbuilder check --explain` lists them"


@rule(scope="facts")
def unknown_rule(seen: Seen) -> Iterator[Found]:
    """A rule, a limit or a list of words that there is not, or a suppressed rule that cannot be suppressed.

    Why: a misspelled exception excepts nothing. What the cards cannot be made without stays an error: an id that names
    nothing, two records of one id.

    Bad:
        lint: {long-anwser: three words fewer would not be the definition}

    Good:
        lint: {long-answer: three words fewer would not be the definition}
    """
    for record in seen.records:
        for name in record.lint:
            if name in seen.guards:
                message = f"the rule '{name}' cannot be suppressed: the cards cannot be made without it"
                yield Found(record, ("lint", name), message, "mend what it finds, and delete the line", key=True)
            elif name not in seen.usual.severity:
                yield _no(record, ("lint", name), "rule", name, seen.usual.severity)
    for book in seen.library.of(Rulebook):
        for key in ("severity", "limits", "words"):
            for name in getattr(book, key):
                if name not in getattr(seen.usual, key):
                    yield _no(book, (key, name), "rule" if key == "severity" else key, name, getattr(seen.usual, key))


@rule(whole=True, scope="all")
def unused_suppression(seen: Seen) -> Iterator[Found]:
    """A reason for an exception where the rule finds nothing (any more).

    Why: the reason outlived the case, and would hide the next one.

    Bad:
        why: Short now.
        lint: {long-answer: there is no shorter name}

    Good:
        why: Short now.

    Fix: the line is deleted.
    """
    for record in seen.records:
        for name in record.lint:
            if name in seen.asked_rules and (record.key, name) not in seen.used:
                yield Found(
                    record,
                    ("lint", name),
                    f"the rule '{name}' finds nothing here",
                    "delete the line",
                    key=True,
                    fix=Fix(("lint", name), None),
                )


def _no(record: Record, path: tuple[str, ...], what: str, name: str, known: Collection[str]) -> Found:
    message = f"no {what} has the name '{name}'" if what == "rule" else f"no rule has {what} of the name '{name}'"
    return Found(record, path, message, nearest(name, known) or _ALL, key=True)
