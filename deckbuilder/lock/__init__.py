"""Identity: what learners' collections know of our notes, kept in `cards/deck.lock`.

Anki replaces a note only if ours is newer, and knows it only by its guid. So a guid is derived once, from the
namespace and the key, and kept; a note's time moves only when its content does, always forward, never ahead of the clock.
"""

from __future__ import annotations

from deckbuilder.lock.advancing import Changes, advance
from deckbuilder.lock.costs import check_ids, check_types, settle
from deckbuilder.lock.editions import compare_editions, dated, label, release, state
from deckbuilder.lock.entry import (
    DeckEntry,
    Entry,
    Lock,
    Release,
    TypeEntry,
    content_hash,
    guid,
    type_hash,
)
from deckbuilder.lock.exchanged import called, check_exchanged
from deckbuilder.lock.file import LOCK, RESTORE, Damaged, dump, load, read
from deckbuilder.lock.identity import check_deck, check_numbers_of_deck, deck_entry
from deckbuilder.lock.numbers import check_numbers
from deckbuilder.lock.order import GAP

__all__ = [
    "GAP",
    "LOCK",
    "RESTORE",
    "Changes",
    "Damaged",
    "DeckEntry",
    "Entry",
    "Lock",
    "Release",
    "TypeEntry",
    "advance",
    "called",
    "check_deck",
    "check_exchanged",
    "check_ids",
    "check_numbers",
    "check_numbers_of_deck",
    "check_types",
    "compare_editions",
    "content_hash",
    "dated",
    "deck_entry",
    "dump",
    "guid",
    "label",
    "load",
    "read",
    "release",
    "settle",
    "state",
    "type_hash",
]
