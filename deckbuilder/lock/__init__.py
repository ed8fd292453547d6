"""Identity: what learners' collections know of our notes, kept in `cards/deck.lock`.

Anki replaces a note only if ours is newer, and knows it only by its guid. So a guid is derived once, from the
namespace and the key, and kept; a note's time moves only when its content does, always forward, never ahead of the clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from deckbuilder.anki.notes import Note, NoteType
from deckbuilder.lock import order
from deckbuilder.lock.costs import check_ids, check_types, settle
from deckbuilder.lock.editions import NEXT, compare_editions, dated, label, release, state
from deckbuilder.lock.entry import (
    DeckEntry,
    Entry,
    Lock,
    Release,
    TypeEntry,
    content_hash,
    guid,
    remembered,
    type_entry,
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


@dataclass(frozen=True)
class Changes:
    """What a build does to learners, by note key."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    new_cards: int = 0
    blank_cards: int = 0
    types: tuple[str, ...] = ()
    field_names: tuple[str, ...] = ()


def advance(
    lock: Lock, namespace: str, notes: Sequence[Note], types: Mapping[str, NoteType], edition: str, now: int
) -> tuple[Lock, Changes]:
    """The lock after this build. Equal content gives an equal lock, whatever the time."""
    if lock.last:  # whatever the clock says: what changes after a release is newer than all of it
        now = max(now, lock.last.time + 1)
    before = {note.key: _entry(lock, note) for note in notes}
    positions = order.positions([known.position if (known := before[note.key]) else None for note in notes])
    # Two branches may have given one id to two notes; the guid is what learners' collections go by.
    owners: dict[int, str] = {}
    for known in lock.notes.values():
        owners.setdefault(known.note, known.key)
    strays = {entry.key for entry in before.values() if entry and owners[entry.note] != entry.key}
    ids = order.fresh_ids(owners, now, len(strays) + sum(entry is None for entry in before.values()))
    taken = {entry.guid for entry in lock.notes.values()}
    after: dict[str, Entry] = {}
    new: list[str] = []
    changed: list[str] = []
    retired: list[str] = []
    renamed: list[tuple[str, str]] = []
    cards = blank = 0
    for note, position in zip(notes, positions, strict=True):
        digest = content_hash(note, types[note.kind])
        old = before[note.key]
        if old is None:
            origin = note.formerly[0] if note.formerly else note.key
            after[note.key] = Entry(
                note.key,
                _fresh_guid(namespace, origin, taken),
                digest,
                now,
                next(ids),
                position,
                edition,
                note.ordinals,
                note.retired,
                note.asks,
                called(note, types[note.kind]),
            )
            new.append(note.key)
            cards += len(note.ordinals)
            continue
        entry = replace(
            old,
            key=note.key,
            position=position,
            cards=note.ordinals,
            retired=note.retired,
            asks=remembered(old.asks, note.asks),
            name=called(note, types[note.kind]),
        )
        if old.key in strays:
            entry = replace(entry, note=next(ids))
        if old.hash != digest or (lock.last and old.mod <= lock.last.time and old.edition.endswith(NEXT)):
            # The second: another branch released meanwhile, and what this one changed came out with no edition yet.
            entry = replace(entry, hash=digest, mod=max(now, old.mod + 1), edition=edition)
            cards += len(set(note.ordinals) - set(old.cards))
            blank += len(set(old.cards) - set(note.ordinals))
            (retired if note.retired and not old.retired else changed).append(note.key)
        if old.key != note.key:
            renamed.append((old.key, note.key))
        after[note.key] = entry
    gone = {entry.key for entry in before.values() if entry}
    for key, entry in lock.notes.items():
        if key not in after and key not in gone:
            after[key] = replace(entry, cards=()) if entry.retired else entry
    type_entries = dict(lock.types)
    restyled: list[str] = []
    renames: list[str] = []
    for kind, each in types.items():
        type_entries[kind] = type_entry(each, lock.types.get(kind), now)
        if kind in lock.types and type_entries[kind] != lock.types[kind]:
            restyled.append(each.name)
            renames += [
                f"{each.name}: '{old}' is now '{name}'"
                for (_, old), name in zip(lock.types[kind].fields, each.names, strict=False)
                if old != name
            ]
    changes = Changes(
        tuple(new), tuple(changed), tuple(retired), tuple(renamed), cards, blank, tuple(restyled), tuple(renames)
    )
    return Lock(after, type_entries, lock.releases, deck=lock.deck), changes


def _entry(lock: Lock, note: Note) -> Entry | None:
    """The note's own entry, or that of the id it had before."""
    return next((lock.notes[key] for key in (note.key, *note.formerly) if key in lock.notes), None)


def _fresh_guid(namespace: str, key: str, taken: set[str]) -> str:
    """The guid of a new note. Where a renamed note has kept the one of this key, another."""
    found, turn = guid(namespace, key), 1
    while found in taken:
        turn += 1
        found = guid(namespace, f"{key}\0{turn}")
    taken.add(found)
    return found
