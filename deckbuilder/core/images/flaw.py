"""What is wrong with a picture's file."""

from __future__ import annotations

from deckbuilder.core.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """The message goes on after the file's name: 'is cut off'. `help` is the next step."""

    message: str
    help: str
