"""What would cost learners reviews: it is found before anything is built."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial, reduce
from typing import TYPE_CHECKING

from deckbuilder.anki.notes import NoteType
from deckbuilder.core.diagnostics import Diagnostic, Location, Severity
from deckbuilder.lock.entry import Entry, Lock, TypeEntry, later, type_entry

if TYPE_CHECKING:  # who compares two packages does without the records
    from deckbuilder.records.base import Noted


def settle(lock: Lock, subjects: Sequence[Noted], lost: Callable[[str, str], bool]) -> tuple[Lock, list[Diagnostic]]:
    """One entry for each guid: a branch that renamed a card and one that did not have each left a line of it.

    It belongs to the one card that has, or had, one of these ids; where nobody has, what is retired stays so.
    """
    if len({entry.guid for entry in lock.notes.values()}) == len(lock.notes):
        return lock, []
    notes, found = dict(lock.notes), []
    for entries in _twins(lock):
        keys = {entry.key for entry in entries}
        owners = _owners(subjects, keys)
        if len(owners) != 1 and any(lost(*key.split("/", 1)) for key in keys):
            continue  # what could not be read may be the one
        if len(owners) > 1:
            found.append(_one_note(lock, keys))
            continue
        one = _settled(entries, owners[0] if owners else None)
        notes = {key: entry for key, entry in notes.items() if key not in keys} | {one.key: one}
    return replace(lock, notes=notes), found


def _twins(lock: Lock) -> list[list[Entry]]:
    """The entries of each guid that several have."""
    twins: dict[str, list[Entry]] = {}
    for entry in lock.notes.values():
        twins.setdefault(entry.guid, []).append(entry)
    return [each for each in twins.values() if len(each) > 1]


def _owners(subjects: Sequence[Noted], keys: set[str]) -> list[str]:
    """The ids among these that cards have, or had: one for each card."""
    found = (next((key for key in _ids(each) if key in keys), None) for each in subjects)
    return [key for key in found if key is not None]


def _settled(entries: Sequence[Entry], key: str | None) -> Entry:
    """The one entry of a note: the latest, under the key of its card; where no card has it, what is retired stays so."""
    if key is not None:
        return replace(reduce(later, entries), key=key)
    return max(entries, key=lambda each: (bool(each.retired), each.mod))


def _ids(subject: Noted) -> list[str]:
    return [subject.key, *(f"{subject.kind}/{id}" for id in subject.formerly)]


def _one_note(lock: Lock, keys: set[str]) -> Diagnostic:
    *others, last = sorted(keys, key=lambda key: lock.places[key])
    names = ", ".join(f"'{key}'" for key in others)
    return Diagnostic(
        lock.places[last],
        "renamed-twice",
        f"{names} and '{last}' are one note to learners, renamed on one branch, and more than one card has these ids",
        "keep one of the cards, with the other ids under `formerly`; a card that is to be a note of its own needs a new id",
    )


def check_ids(lock: Lock, subjects: Sequence[Noted], lost: Callable[[str, str], bool]) -> Iterator[Diagnostic]:
    """What would cost learners the reviews of a note: its id vanished, or two records claim it.

    `lost(kind, id)`: whether a record that could not be read may have this id.
    """
    living = {subject.key for subject in subjects}
    claimed: dict[str, str] = {}
    for subject in subjects:
        known = lock.notes.get(subject.key)
        if known and known.retired and not known.cards and not subject.retired:
            yield Diagnostic(
                subject.place(),
                "reused-id",
                f"'{subject.key}' was retired ({known.retired}), and its card would take over the reviews of that one",
                "give the new card another id; if it is the old one come back, build it once with `retired: why` first",
            )
        for place, id in enumerate(subject.formerly):
            old = f"{subject.kind}/{id}"
            wrong = _claim(lock, subject.key, old, living, claimed, partial(subject.place, "formerly", place))
            if wrong:
                yield wrong
    yield from _vanished(lock, living | claimed.keys(), lost)


def _vanished(lock: Lock, known: set[str], lost: Callable[[str, str], bool]) -> Iterator[Diagnostic]:
    """Notes that learners have, and of which no card knows any more."""
    for key, entry in lock.notes.items():
        if key not in known and not entry.retired and not lost(*key.split("/", 1)):
            yield Diagnostic(
                lock.places.get(key, Location("")),
                "vanished-id",
                f"learners have '{key}', and no card has this id any more",
                f"if it was renamed, add `formerly: {key.rsplit('/', 1)[1]}` to it; if not, bring it back "
                "and give it `retired: why`",
            )


def _claim(
    lock: Lock, key: str, old: str, living: set[str], claimed: dict[str, str], at: Callable[[], Location]
) -> Diagnostic | None:
    """What is wrong with a note that says which id it had, `at` the place where it says so."""
    if old in living:
        message = f"{key} says that it was '{old}', but that id is in use"
        return Diagnostic(at(), "formerly-living", message, "remove it from `formerly`, or rename the other card")
    if claimed.setdefault(old, key) != key:
        message = f"{key} and {claimed[old]} both say that they were '{old}'"
        return Diagnostic(at(), "formerly-twice", message, "keep it on the one that has its reviews")
    if key in lock.notes and old in lock.notes and not lock.notes[old].retired:
        message = f"{key} was shipped before it claimed to be '{old}'"
        return Diagnostic(at(), "formerly-too-late", message, "learners have both: retire one instead")
    return None


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
        new = type_entry(note_type, old, old.mod)
        count = sum(entry.key.startswith(f"{kind}/") for entry in lock.notes.values())
        for what, change in _schema_changes(old, new):
            yield Diagnostic(
                place(kind, what),
                "schema-change",
                f"{note_type.name}: {change}; Anki would refuse every update of its {count} notes, and new notes "
                f"would land in a second note type '{note_type.name}+'",
                "fill a spare field or card instead; if learners must pay this price, build with --allow-schema-change",
                severity,
            )


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
