"""The lock after a build, note by note and type by type, and what the build does to learners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from deckbuilder.anki.notes import Note, NoteType
from deckbuilder.lock import order
from deckbuilder.lock.editions import NEXT
from deckbuilder.lock.entry import Entry, Lock, TypeEntry, content_hash, guid, remembered, type_entry
from deckbuilder.lock.exchanged import called


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
    before = [_known(lock, note) for note in notes]
    positions = _positions(notes, before)
    strays, ids = _numbers(lock, before, now)
    build = _Build(lock, namespace, types, edition, now, strays, ids)
    after: dict[str, Entry] = {}
    for note, places, known in zip(notes, positions, before, strict=True):
        after[note.key] = build.changed(note, places, known) if known else build.new(note, places)
    after |= _kept(lock, after.keys() | {entry.key for entry in before if entry})
    type_entries, changes = _of_types(lock, types, now, build.tally.changes)
    return Lock(after, {**lock.types, **type_entries}, lock.releases, deck=lock.deck), changes


def _positions(notes: Sequence[Note], before: Sequence[Entry | None]) -> list[tuple[int, ...]]:
    """The position of each card among all new cards; those that are in order already keep theirs."""
    known = [dict(zip(each.cards, each.positions, strict=True)) if each else {} for each in before]
    cards = [(place, at, card) for at, note in enumerate(notes) for card, place in enumerate(_places(note, at))]
    cards.sort()
    found = order.positions([known[at].get(notes[at].ordinals[card]) for _, at, card in cards])
    positions = [[0] * len(note.ordinals) for note in notes]
    for (_, at, card), position in zip(cards, found, strict=True):
        positions[at][card] = position
    return [tuple(each) for each in positions]


def _places(note: Note, at: int) -> Sequence[int]:
    """The places of a note's cards in the order of teaching; of notes that nobody arranged those of the notes."""
    return note.places or [at] * len(note.ordinals)


@dataclass(slots=True)
class _Tally:
    """What a build did so far."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    new_cards: int = 0
    blank_cards: int = 0

    @property
    def changes(self) -> Changes:
        lists = tuple(self.new), tuple(self.changed), tuple(self.retired), tuple(self.renamed)
        return Changes(*lists, self.new_cards, self.blank_cards)


@dataclass(frozen=True, slots=True)
class _Build:
    """One build, on its way through the notes. `strays`: keys whose number belongs to another note; `ids`: fresh numbers."""

    lock: Lock
    namespace: str
    types: Mapping[str, NoteType]
    edition: str
    now: int
    strays: set[str]
    ids: Iterator[int]
    taken: set[str] = field(default_factory=set)
    tally: _Tally = field(default_factory=_Tally)

    def __post_init__(self) -> None:
        self.taken.update(entry.guid for entry in self.lock.notes.values())

    def new(self, note: Note, positions: tuple[int, ...]) -> Entry:
        """The entry of a note that learners do not have."""
        self.tally.new.append(note.key)
        self.tally.new_cards += len(note.ordinals)
        note_type = self.types[note.kind]
        return Entry(
            note.key,
            _fresh_guid(self.namespace, note.formerly[0] if note.formerly else note.key, self.taken),
            content_hash(note, note_type),
            self.now,
            next(self.ids),
            positions,
            self.edition,
            note.ordinals,
            note.retired,
            note.asks,
            called(note, note_type),
        )

    def changed(self, note: Note, positions: tuple[int, ...], old: Entry) -> Entry:
        """The entry of a note that learners may have. Its time moves only if its content did."""
        entry = replace(
            old,
            key=note.key,
            positions=positions,
            cards=note.ordinals,
            retired=note.retired,
            asks=remembered(old.asks, note.asks),
            name=called(note, self.types[note.kind]),
        )
        if old.key in self.strays:
            entry = replace(entry, note=next(self.ids))
        digest = content_hash(note, self.types[note.kind])
        if old.hash != digest or self._nameless(old):
            entry = replace(entry, hash=digest, mod=max(self.now, old.mod + 1), edition=self.edition)
            self._count(note, old)
        if old.key != note.key:
            self.tally.renamed.append((old.key, note.key))
        return entry

    def _nameless(self, old: Entry) -> bool:
        """Whether another branch released meanwhile, and what this one changed came out with no edition yet."""
        last = self.lock.last
        return last is not None and old.mod <= last.time and old.edition.endswith(NEXT)

    def _count(self, note: Note, old: Entry) -> None:
        self.tally.new_cards += len(set(note.ordinals) - set(old.cards))
        self.tally.blank_cards += len(set(old.cards) - set(note.ordinals))
        (self.tally.retired if note.retired and not old.retired else self.tally.changed).append(note.key)


def _known(lock: Lock, note: Note) -> Entry | None:
    """The note's own entry, or that of the id it had before."""
    return next((lock.notes[key] for key in (note.key, *note.formerly) if key in lock.notes), None)


def _numbers(lock: Lock, before: Sequence[Entry | None], now: int) -> tuple[set[str], Iterator[int]]:
    """The keys of notes that need another number, and fresh numbers for them and for new notes.

    Two branches may have given one number to two notes; the guid is what learners' collections go by.
    """
    owners: dict[int, str] = {}
    for known in lock.notes.values():
        owners.setdefault(known.note, known.key)
    strays = {entry.key for entry in before if entry and owners[entry.note] != entry.key}
    return strays, order.fresh_ids(owners, now, len(strays) + sum(entry is None for entry in before))


def _kept(lock: Lock, living: set[str]) -> dict[str, Entry]:
    """The entries of notes that are no more. What is retired and gone has no cards."""
    gone = {key: entry for key, entry in lock.notes.items() if key not in living}
    return {key: replace(entry, cards=(), positions=()) if entry.retired else entry for key, entry in gone.items()}


def _of_types(
    lock: Lock, types: Mapping[str, NoteType], now: int, changes: Changes
) -> tuple[dict[str, TypeEntry], Changes]:
    """The entries of the note types, and the changes with what changed about these."""
    entries = {kind: type_entry(each, lock.types.get(kind), now) for kind, each in types.items()}
    restyled = tuple(types[kind].name for kind, entry in entries.items() if lock.types.get(kind, entry) != entry)
    return entries, replace(changes, types=restyled, field_names=tuple(_field_names(lock, types, entries)))


def _field_names(lock: Lock, types: Mapping[str, NoteType], after: Mapping[str, TypeEntry]) -> Iterator[str]:
    """The fields that have another name now, in words."""
    for kind, each in types.items():
        known = lock.types.get(kind)
        if known is not None and known != after[kind]:
            for (_, old), name in zip(known.fields, each.names, strict=False):
                if old != name:
                    yield f"{each.name}: '{old}' is now '{name}'"


def _fresh_guid(namespace: str, key: str, taken: set[str]) -> str:
    """The guid of a new note. Where a renamed note has kept the one of this key, another."""
    found, turn = guid(namespace, key), 1
    while found in taken:
        turn += 1
        found = guid(namespace, f"{key}\0{turn}")
    taken.add(found)
    return found
