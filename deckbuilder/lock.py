"""Identity: what learners' collections know of our notes, kept in `cards/deck.lock`.

Anki replaces a note only if ours is newer, and knows it only by its guid. So a guid is derived once, from the
namespace and the key, and kept; a note's time moves only when its content does, always forward, never ahead of the clock.
One entry a line, sorted by key, so that two branches merge line by line.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from deckbuilder.diagnostics import Diagnostic, Location, Severity
from deckbuilder.notes import VERSION, Note, NoteType

FORMAT = 1
# Ids are milliseconds, as Anki's are. A note owns the second behind its id, so card ids are note id + ordinal.
STRIDE = 1_000
# Teaching positions leave room between neighbours, so that a card added later does not move the others.
GAP = 10
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_GUID_LENGTH = 16
_GUID = re.compile("[0-9A-Za-z]+")
RESTORE = "restore it from version control (git checkout -- cards/deck.lock); never delete or edit it"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a learner's collection knows of one note. `mod` in seconds, `note` (its id) in milliseconds."""

    key: str
    guid: str
    hash: str
    mod: int
    note: int
    position: int
    edition: str
    cards: tuple[int, ...]
    retired: str = ""


@dataclass(frozen=True, slots=True)
class TypeEntry:
    """What a learner's collection knows of one note type. The schema may not change, the rest may."""

    kind: str
    id: int
    hash: str
    mod: int
    cloze: bool
    sort_field: int
    fields: tuple[tuple[int, str], ...]
    templates: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Lock:
    """Everything that was ever shipped, by key and by kind. `places`: the lines that were read."""

    notes: Mapping[str, Entry] = field(default_factory=dict)
    types: Mapping[str, TypeEntry] = field(default_factory=dict)
    places: Mapping[str, Location] = field(default_factory=dict, compare=False, repr=False)


class Damaged(Exception):
    """A lock that cannot be read, as a fault at its line."""

    def __init__(self, at: Location, message: str, help: str) -> None:
        super().__init__(f"{at}: {message}")
        self.diagnostic = Diagnostic(at, "damaged-lock", message, help)


@dataclass(frozen=True)
class Changes:
    """What a build does to learners, by note key."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    new_cards: int = 0
    types: tuple[str, ...] = ()
    field_names: tuple[str, ...] = ()


def guid(namespace: str, key: str) -> str:
    """Letters and digits only, the same everywhere and for ever: a spreadsheet cannot mangle it."""
    number = int.from_bytes(hashlib.sha256(f"{namespace}\0{key}".encode()).digest()[:16], "big")
    digits = []
    for _ in range(_GUID_LENGTH):
        number, digit = divmod(number, 62)
        digits.append(_ALPHABET[digit])
    return "".join(digits)


def content_hash(note: Note, note_type: NoteType) -> str:
    """Fields, tags, the bytes of its media and its set of cards: whatever must reach a learner when it moves."""
    version = note_type.names.index(VERSION) if VERSION in note_type.names else -1
    said = [text for place, text in enumerate(note.fields) if place != version]
    parts = [
        "\x1f".join(said),
        " ".join(note.tags),
        ",".join(map(str, note.ordinals)),
        ",".join(sorted(media.digest for media in note.media)),
    ]
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()[:20]


def type_hash(note_type: NoteType) -> str:
    """Styling, templates, names and ids."""
    said: list[Any] = [note_type.name, note_type.css, note_type.cloze, note_type.sort_field]
    said += [[each.id, each.name, each.description, each.collapsed, each.plain_text] for each in note_type.fields]
    said += [[each.id, each.name, each.front, each.back] for each in note_type.templates]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:20]


def check_ids(lock: Lock, subjects: Sequence[Any], lost: Callable[[str, str], bool]) -> Iterator[Diagnostic]:
    """What would cost learners the reviews of a note: its id vanished, or two records claim it.

    `lost(kind, id)`: whether a record that could not be read may have this id.
    """
    living = {subject.key for subject in subjects}
    claimed: dict[str, str] = {}
    for subject in subjects:
        key = subject.key
        for place, id in enumerate(subject.formerly):
            old = f"{subject.kind}/{id}"
            where = subject.place("formerly", place)
            if old in living:
                yield Diagnostic(
                    where,
                    "formerly-living",
                    f"{key} says that it was '{old}', but that id is in use",
                    "remove it from `formerly`, or rename the other card",
                )
            elif claimed.setdefault(old, key) != key:
                yield Diagnostic(
                    where,
                    "formerly-twice",
                    f"{key} and {claimed[old]} both say that they were '{old}'",
                    "keep it on the one that has its reviews",
                )
            elif key in lock.notes and old in lock.notes and not lock.notes[old].retired:
                yield Diagnostic(
                    where,
                    "formerly-too-late",
                    f"{key} was shipped before it claimed to be '{old}'",
                    "learners have both: retire one instead",
                )
    for key, entry in lock.notes.items():
        if key not in living and key not in claimed and not entry.retired and not lost(*key.split("/", 1)):
            yield Diagnostic(
                lock.places.get(key, Location("")),
                "vanished-id",
                f"learners have '{key}', and no card has this id any more",
                f"if it was renamed, add `formerly: {key.rsplit('/', 1)[1]}` to it; if not, bring it back "
                "and give it `retired: why`",
            )


def check_types(
    lock: Lock, types: Mapping[str, NoteType], place: Callable[[str, str], Location], severity: Severity
) -> Iterator[Diagnostic]:
    """What would cost learners the reviews of every note of a type: a change of its shape.

    `place(kind, what)`: where its 'id', 'cloze', 'sort_field', 'fields' or 'cards' stand.
    """
    for kind, note_type in types.items():
        old = lock.types.get(kind)
        if old is None:
            continue
        new = _type_entry(note_type, old, old.mod)
        count = sum(entry.key.startswith(f"{kind}/") for entry in lock.notes.values())
        for what, change in _schema_changes(old, new):
            yield Diagnostic(
                place(kind, what),
                "schema-change",
                f"{note_type.name}: {change}; Anki would refuse every update of its {count} notes, and new notes "
                f"would land in a second note type '{note_type.name}+'",
                "rename and fill a spare field or card instead; if learners must pay this price, "
                "build with --allow-schema-change",
                severity,
            )


def advance(
    lock: Lock, namespace: str, notes: Sequence[Note], types: Mapping[str, NoteType], edition: str, now: int
) -> tuple[Lock, Changes]:
    """The lock after this build. Equal content gives an equal lock, whatever the time."""
    before = {note.key: _entry(lock, note) for note in notes}
    positions = _positions([before[note.key].position if before[note.key] else None for note in notes])  # type: ignore[union-attr]
    # Two branches may have given one id to two notes; the guid is what learners' collections go by.
    owners: dict[int, str] = {}
    for known in lock.notes.values():
        owners.setdefault(known.note, known.key)
    strays = {entry.key for entry in before.values() if entry and owners[entry.note] != entry.key}
    ids = _fresh_ids(owners, now, len(strays) + sum(entry is None for entry in before.values()))
    taken = {entry.guid for entry in lock.notes.values()}
    after: dict[str, Entry] = {}
    new: list[str] = []
    changed: list[str] = []
    retired: list[str] = []
    renamed: list[tuple[str, str]] = []
    cards = 0
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
            )
            new.append(note.key)
            cards += len(note.ordinals)
            continue
        entry = replace(old, key=note.key, position=position, cards=note.ordinals, retired=note.retired)
        if old.key in strays:
            entry = replace(entry, note=next(ids))
        if old.hash != digest:
            entry = replace(entry, hash=digest, mod=max(now, old.mod + 1), edition=edition)
            cards += len(set(note.ordinals) - set(old.cards))
            (retired if note.retired and not old.retired else changed).append(note.key)
        if old.key != note.key:
            renamed.append((old.key, note.key))
        after[note.key] = entry
    gone = {entry.key for entry in before.values() if entry}
    after |= {key: entry for key, entry in lock.notes.items() if key not in after and key not in gone}
    type_entries = dict(lock.types)
    restyled: list[str] = []
    renames: list[str] = []
    for kind, each in types.items():
        type_entries[kind] = _type_entry(each, lock.types.get(kind), now)
        if kind in lock.types and type_entries[kind] != lock.types[kind]:
            restyled.append(each.name)
            renames += [
                f"{each.name}: '{old}' is now '{name}'"
                for (_, old), name in zip(lock.types[kind].fields, each.names, strict=False)
                if old != name
            ]
    changes = Changes(
        tuple(new), tuple(changed), tuple(retired), tuple(renamed), cards, tuple(restyled), tuple(renames)
    )
    return Lock(after, type_entries), changes


def dump(lock: Lock) -> str:
    """The lock as text: a line for the format, one for each note type, one for each note."""
    head = json.dumps(
        {"deckbuilder lock": FORMAT, "note": "Learners' reviews hang on this file. Commit it; never edit it."}
    )
    types = (
        _sealed(
            {
                "type": each.kind,
                "id": each.id,
                "hash": each.hash,
                "mod": each.mod,
                "cloze": each.cloze,
                "sort_field": each.sort_field,
                "fields": each.fields,
                "templates": each.templates,
            }
        )
        for _, each in sorted(lock.types.items())
    )
    notes = (_line(entry) for _, entry in sorted(lock.notes.items()))
    return "\n".join([head, *types, *notes]) + "\n"


def load(text: str, name: str) -> Lock:
    """The lock from its text. Raises `Damaged` where it is cut off, newer, or edited by hand.

    A line for the same note on both sides of a merge is settled: the guid must agree, the later time wins.
    """
    notes: dict[str, Entry] = {}
    types: dict[str, TypeEntry] = {}
    places: dict[str, Location] = {}
    guids: dict[str, str] = {}
    if not text:
        raise Damaged(Location(name), "the lock is empty", RESTORE)
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        at = Location(name, number, 1)
        if number == len(lines):
            if line:
                raise Damaged(at, "the lock is cut off here", RESTORE)
            break
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
            raise Damaged(
                at,
                "the lock holds the conflict markers of a merge",
                "keep the lines of both sides and delete the marker lines, then build again",
            )
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            raise Damaged(at, "the line is cut off or was edited", RESTORE) from None
        if number == 1:
            _check_head(value, at)
            continue
        if not isinstance(value, dict) or value.pop("seal", None) != _seal(value):
            raise Damaged(at, "the line was edited by hand", RESTORE)
        if "type" in value:
            type_entry = _read_type(value, at)
            known = types.get(type_entry.kind)
            types[type_entry.kind] = type_entry if known is None or known.mod <= type_entry.mod else known
            continue
        entry = _read_entry(value, at)
        other = notes.get(entry.key)
        if other is not None and other.guid != entry.guid:
            raise Damaged(
                at,
                f"'{entry.key}' has another guid than in line {places[entry.key].line}",
                "keep the line that was released; delete the other",
            )
        same = guids.setdefault(entry.guid, entry.key)
        if same != entry.key:
            raise Damaged(
                at,
                f"'{entry.key}' has the guid of '{same}' in line {places[same].line}: one branch renamed the card",
                "keep the line with the id that the card has now; delete the other",
            )
        notes[entry.key] = entry if other is None else max(entry, other, key=lambda each: (each.mod, each.hash))
        places[entry.key] = at
    return Lock(notes, types, places)


def _entry(lock: Lock, note: Note) -> Entry | None:
    """The note's own entry, or that of the id it had before."""
    return next((lock.notes[key] for key in (note.key, *note.formerly) if key in lock.notes), None)


def _schema_changes(old: TypeEntry, new: TypeEntry) -> Iterator[tuple[str, str]]:
    if old.id != new.id:
        yield "id", f"its id changed from {old.id} to {new.id}"
    if old.cloze != new.cloze:
        yield "cloze", "it changed between normal and cloze"
    if old.sort_field != new.sort_field:
        yield "sort_field", "its sort field changed, which also forces every learner to a full sync"
    for label, before, after in (("fields", old.fields, new.fields), ("cards", old.templates, new.templates)):
        if [id for id, _ in before] != [id for id, _ in after]:
            yield label, f"its {label} were added, removed or reordered ({len(before)} before, {len(after)} now)"


def _type_entry(note_type: NoteType, old: TypeEntry | None, now: int) -> TypeEntry:
    digest = type_hash(note_type)
    mod = now if old is None else old.mod if old.hash == digest else max(now, old.mod + 1)
    return TypeEntry(
        note_type.kind,
        note_type.id,
        digest,
        mod,
        note_type.cloze,
        note_type.names.index(note_type.sort_field),
        tuple((each.id, each.name) for each in note_type.fields),
        tuple((each.id, each.name) for each in note_type.templates),
    )


def _fresh_guid(namespace: str, key: str, taken: set[str]) -> str:
    """The guid of a new note. Where a renamed note has kept the one of this key, another."""
    found, turn = guid(namespace, key), 1
    while found in taken:
        turn += 1
        found = guid(namespace, f"{key}\0{turn}")
    taken.add(found)
    return found


def _fresh_ids(taken: Iterable[int], now: int, wanted: int) -> Iterator[int]:
    """New note ids: rising, apart by a stride, behind the clock, and none that is taken."""
    seconds = {id // STRIDE for id in taken}
    free = (second for second in range(now - 1, 0, -1) if second not in seconds)
    return (second * STRIDE for second in reversed(list(islice(free, wanted))))


def _positions(known: Sequence[int | None]) -> list[int]:
    """Places in teaching order. The longest run that is in order already stays; the rest goes between its neighbours."""
    keep = _longest_run([(place, value) for place, value in enumerate(known) if value is not None])
    places: list[int] = []
    anchors = [(place, known[place]) for place in range(len(known)) if place in keep]
    anchors.append((len(known), None))
    below, at = 0, 0
    for anchor, value in anchors:
        count = anchor - at
        top = value if value is not None else below + GAP * (count + 1)
        top = max(top, below + count + 1)  # where the gap is full, the rest moves on: equal places would have no order
        places += [below + (top - below) * (step + 1) // (count + 1) for step in range(count)]
        if value is not None:
            places.append(top)
            below = top
        at = anchor + 1
    return places


def _longest_run(pairs: Sequence[tuple[int, int]]) -> set[int]:
    """The places of a longest strictly rising subsequence of values."""
    tails: list[int] = []
    ends: list[int] = []
    link: dict[int, int | None] = {}
    for index, (_, value) in enumerate(pairs):
        at = bisect_left(tails, value)
        if at == len(tails):
            tails.append(value)
            ends.append(index)
        else:
            tails[at] = value
            ends[at] = index
        link[index] = ends[at - 1] if at else None
    found: set[int] = set()
    step = ends[-1] if ends else None
    while step is not None:
        found.add(pairs[step][0])
        step = link[step]
    return found


def _line(entry: Entry) -> str:
    value: dict[str, Any] = {
        "key": entry.key,
        "guid": entry.guid,
        "hash": entry.hash,
        "mod": entry.mod,
        "note": entry.note,
        "position": entry.position,
        "edition": entry.edition,
        "cards": entry.cards,
    }
    if entry.retired:
        value["retired"] = entry.retired
    return _sealed(value)


def _sealed(value: dict[str, Any]) -> str:
    """One line of the lock. Its seal tells an edit by hand from a merge, which moves whole lines."""
    return json.dumps({**value, "seal": _seal(value)}, ensure_ascii=False)


def _seal(value: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]


def _check_head(value: Any, at: Location) -> None:
    version = value.get("deckbuilder lock") if isinstance(value, dict) else None
    if type(version) is not int:
        raise Damaged(at, "this is not a deckbuilder lock", RESTORE)
    if version > FORMAT:
        raise Damaged(
            at,
            f"the lock was written by a newer deckbuilder (format {version}, this one reads {FORMAT})",
            "upgrade deckbuilder: pipx upgrade anki-deckbuilder",
        )


def _read_entry(value: Any, at: Location) -> Entry:
    try:
        entry = Entry(
            value["key"],
            value["guid"],
            value["hash"],
            value["mod"],
            value["note"],
            value["position"],
            value["edition"],
            tuple(value["cards"]),
            value.get("retired", ""),
        )
    except (KeyError, TypeError, AttributeError):
        raise Damaged(at, "this is no entry of a lock", RESTORE) from None
    texts = (entry.key, entry.guid, entry.hash, entry.edition, entry.retired)
    numbers = (entry.mod, entry.note, entry.position, *entry.cards)
    sound = (
        all(isinstance(each, str) for each in texts)
        and all(type(each) is int and each >= 0 for each in numbers)
        and _GUID.fullmatch(entry.guid)
        and "/" in entry.key
    )
    if not sound:
        raise Damaged(at, "this entry was edited by hand and makes no sense", RESTORE)
    return entry


def _read_type(value: Any, at: Location) -> TypeEntry:
    try:
        return TypeEntry(
            value["type"],
            int(value["id"]),
            value["hash"],
            int(value["mod"]),
            bool(value["cloze"]),
            int(value["sort_field"]),
            tuple((int(id), str(name)) for id, name in value["fields"]),
            tuple((int(id), str(name)) for id, name in value["templates"]),
        )
    except (KeyError, TypeError, ValueError):
        raise Damaged(at, "this note type's entry was edited by hand and makes no sense", RESTORE) from None
