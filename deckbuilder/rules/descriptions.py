"""What learners read of a deck in Anki, above *Study Now* on every day: short enough to leave that button in sight."""

from __future__ import annotations

from collections.abc import Iterator

from deckbuilder.anki import overview
from deckbuilder.records import Deck
from deckbuilder.rules.rule import Found, Seen, rule


@rule()
def long_about(seen: Seen) -> Iterator[Found]:
    """What a deck is about, in more than three lines of Anki's window; of a subdeck, in more than eight.

    Why: Anki shows it above *Study Now* on every day. With what a build adds to it (where to start, how long that takes, what
    to leave for later, where the rest stands) three lines make eight; more pushes the button down and is not read. A line is
    72 letters: as many as a window of 900 pixels has room for in a wide font.

    Bad:
        deck: arm
        about: >-
          This deck is about the arm. It has been made over many years, for students, for trainers, and for whoever wants to
          know which muscles there are, where each of them begins, where it ends, what it does, and by which nerve it is told to.

    Good:
        deck: arm
        about: "The arm for trainers: each muscle with its attachments, actions and nerve."
    """
    for deck in seen.within(seen.library.of(Deck)):
        most = seen.limit("about-lines")
        if (lines := overview.lines(deck.about)) > most:
            yield Found(deck, ("about",), _message(lines, most), "say what is inside, and for whom")
        most = seen.limit("subdeck-lines")
        for id, subdeck in deck.subdecks.items():
            if (lines := overview.lines(subdeck.about)) > most:
                path = ("subdecks", id, "about")
                yield Found(deck, path, _message(lines, most), "say what its cards ask, and when to study it")


def _message(lines: int, most: float) -> str:
    return f"{lines} lines, where {most:g} leave Anki's Study Now in sight"
