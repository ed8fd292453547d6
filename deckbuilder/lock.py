"""Identity: what learners' collections know of our notes, kept in `cards/deck.lock`.

Anki replaces a note only if ours is newer, and knows it only by its guid. So a guid is derived once, from the
namespace and the key, and kept; a note's time moves only when its content does, always forward, never ahead of the clock.
One entry a line, sorted by key, so that two branches merge line by line.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from deckbuilder.diagnostics import Diagnostic, Fault, Location, Severity
from deckbuilder.notes import VERSION, Note, NoteType

FORMAT = 1
# Ids are milliseconds, as Anki's are. A note owns the second behind its id, so card ids are note id + ordinal.
STRIDE = 1_000
# Teaching positions leave room between neighbours, so that a card added later does not move the others.
GAP = 10
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_GUID_LENGTH = 16


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
    """Everything that was ever shipped, by key and by kind."""

    notes: Mapping[str, Entry] = field(default_factory=dict)
    types: Mapping[str, TypeEntry] = field(default_factory=dict)


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


def check(
    lock: Lock, notes: Sequence[Note], types: Mapping[str, NoteType], *, allow_schema_change: bool, lost: Location
) -> list[Diagnostic]:
    """What would cost learners their reviews: vanished or doubled ids, and note types of another shape.

    `lost`: the place to name for what stands nowhere any more.
    """
    return [*_ids(lock, notes, lost), *_schemas(lock, types, lost, "warning" if allow_schema_change else "error")]


def advance(
    lock: Lock, namespace: str, notes: Sequence[Note], types: Mapping[str, NoteType], edition: str, now: int
) -> tuple[Lock, Changes]:
    """The lock after this build. Equal content gives an equal lock, whatever the time."""
    before = {note.key: _entry(lock, note) for note in notes}
    positions = _positions([before[note.key].position if before[note.key] else None for note in notes])  # type: ignore[union-attr]
    ids = _Ids((entry.note for entry in lock.notes.values()), now, sum(entry is None for entry in before.values()))
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
                guid(namespace, origin),
                digest,
                now,
                ids.next(),
                position,
                edition,
                note.ordinals,
                note.retired,
            )
            new.append(note.key)
            cards += len(note.ordinals)
            continue
        entry = replace(old, key=note.key, position=position, cards=note.ordinals, retired=note.retired)
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
    """The lock from its text. Raises `Fault` where it is damaged, newer, or edited by hand.

    A line for the same note on both sides of a merge is settled: the guid must agree, the later time wins.
    """
    notes: dict[str, Entry] = {}
    types: dict[str, TypeEntry] = {}
    lines = text.splitlines()
    if not lines:
        raise Fault(f"{name} is empty", _RESTORE)
    for number, line in enumerate(lines, 1):
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
            raise Fault(
                f"{name}:{number}: the lock holds conflict markers of a merge",
                "keep the lines of both sides and delete the marker lines, then build again",
            )
        try:
            value = json.loads(line)
        except ValueError:
            raise Fault(f"{name}:{number}: the line is cut off or was edited", _RESTORE) from None
        if number == 1:
            _check_head(value, name)
            continue
        if not isinstance(value, dict) or value.pop("seal", None) != _seal(value):
            raise Fault(f"{name}:{number}: the line was edited by hand", _RESTORE)
        if "type" in value:
            type_entry = _read_type(value, f"{name}:{number}")
            known = types.get(type_entry.kind)
            types[type_entry.kind] = type_entry if known is None or known.mod <= type_entry.mod else known
        else:
            entry = _read_entry(value, f"{name}:{number}")
            other = notes.get(entry.key)
            if other is not None and other.guid != entry.guid:
                raise Fault(
                    f"{name}:{number}: '{entry.key}' has two guids", "keep the line that was released; delete the other"
                )
            notes[entry.key] = entry if other is None else max(entry, other, key=lambda each: (each.mod, each.hash))
    if not text.endswith("\n"):
        raise Fault(f"{name} is cut off at its end", _RESTORE)
    guids: dict[str, str] = {}
    for entry in notes.values():
        if guids.setdefault(entry.guid, entry.key) != entry.key:
            raise Fault(f"{name}: '{entry.key}' and '{guids[entry.guid]}' have the same guid", _RESTORE)
    return Lock(notes, types)


_RESTORE = "restore it from version control (git checkout -- cards/deck.lock); never delete or edit it"


def _entry(lock: Lock, note: Note) -> Entry | None:
    """The note's own entry, or that of the id it had before."""
    return next((lock.notes[key] for key in (note.key, *note.formerly) if key in lock.notes), None)


def _ids(lock: Lock, notes: Sequence[Note], lost: Location) -> Iterator[Diagnostic]:
    living = {note.key: note for note in notes}
    claimed: dict[str, str] = {}
    for note in notes:
        for old in note.formerly:
            if old in living:
                yield Diagnostic(
                    note.location,
                    "formerly-living",
                    f"{note.key} says that it was '{old}', but that id is in use",
                    "remove it from `formerly`, or rename the other card",
                )
            elif claimed.setdefault(old, note.key) != note.key:
                yield Diagnostic(
                    note.location,
                    "formerly-twice",
                    f"{note.key} and {claimed[old]} both say that they were '{old}'",
                    "keep it on the one that has its reviews",
                )
            elif note.key in lock.notes and old in lock.notes and not lock.notes[old].retired:
                yield Diagnostic(
                    note.location,
                    "formerly-too-late",
                    f"{note.key} was shipped before it claimed to be '{old}'",
                    "learners have both: retire one instead",
                )
    for key, entry in lock.notes.items():
        if key not in living and key not in claimed and not entry.retired:
            yield Diagnostic(
                lost,
                "vanished-id",
                f"learners have '{key}', and no card has this id any more",
                f"if it was renamed, add `formerly: {key.split('/', 1)[1]}` to it; if not, bring it back "
                "and give it `retired: why`",
            )


def _schemas(lock: Lock, types: Mapping[str, NoteType], lost: Location, severity: Severity) -> Iterator[Diagnostic]:
    for kind, note_type in types.items():
        old = lock.types.get(kind)
        if old is None:
            continue
        new = _type_entry(note_type, old, old.mod)
        count = sum(entry.key.startswith(f"{kind}/") for entry in lock.notes.values())
        for what in _schema_changes(old, new):
            yield Diagnostic(
                lost,
                "schema-change",
                f"{note_type.name}: {what}; Anki would refuse every update of its {count} notes, and new notes "
                f"would land in a second note type '{note_type.name}+'",
                "rename and fill a spare field or card instead; if learners must pay this price, "
                "build with --allow-schema-change",
                severity,
            )


def _schema_changes(old: TypeEntry, new: TypeEntry) -> Iterator[str]:
    if old.id != new.id:
        yield f"its id changed from {old.id} to {new.id}"
    if old.cloze != new.cloze:
        yield "it changed between normal and cloze"
    if old.sort_field != new.sort_field:
        yield "its sort field changed, which also forces every learner to a full sync"
    for label, before, after in (("fields", old.fields, new.fields), ("cards", old.templates, new.templates)):
        if [id for id, _ in before] != [id for id, _ in after]:
            yield f"its {label} were added, removed or reordered ({len(before)} before, {len(after)} now)"


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


class _Ids:
    """Fresh note ids: in order, apart by a stride, behind the clock, and none that is taken."""

    def __init__(self, taken: Iterable[int], now: int, wanted: int) -> None:
        self._taken = {id // STRIDE for id in taken}
        self._next = now - wanted

    def next(self) -> int:
        """A free id. Where the seconds just behind the clock are taken, older ones are used."""
        while self._next in self._taken:
            self._next += 1
        self._taken.add(self._next)
        self._next += 1
        return (self._next - 1) * STRIDE


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
        assert top is not None
        places += [below + (top - below) * (step + 1) // (count + 1) for step in range(count)]
        if value is not None:
            places.append(value)
            below = value
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


def _check_head(value: Any, name: str) -> None:
    version = value.get("deckbuilder lock") if isinstance(value, dict) else None
    if not isinstance(version, int):
        raise Fault(f"{name}:1: this is not a deckbuilder lock", _RESTORE)
    if version > FORMAT:
        raise Fault(
            f"{name} was written by a newer deckbuilder (format {version}, this one reads {FORMAT})",
            "upgrade deckbuilder: pipx upgrade anki-deckbuilder",
        )


def _read_entry(value: Any, where: str) -> Entry:
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
        raise Fault(f"{where}: this is no entry of a lock", _RESTORE) from None
    texts = (entry.key, entry.guid, entry.hash, entry.edition, entry.retired)
    numbers = (entry.mod, entry.note, entry.position, *entry.cards)
    sound = (
        all(isinstance(each, str) for each in texts)
        and all(type(each) is int and each >= 0 for each in numbers)
        and entry.guid.isalnum()
        and "/" in entry.key
    )
    if not sound:
        raise Fault(f"{where}: this entry was edited by hand and makes no sense", _RESTORE)
    return entry


def _read_type(value: Any, where: str) -> TypeEntry:
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
        raise Fault(f"{where}: this note type's entry was edited by hand and makes no sense", _RESTORE) from None
