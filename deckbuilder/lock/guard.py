"""The guard: what would cost learners reviews is found before anything is built."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from deckbuilder.diagnostics import Diagnostic, Location, Severity
from deckbuilder.lock.entry import Lock, TypeEntry, type_entry
from deckbuilder.notes import NoteType


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
        new = type_entry(note_type, old, old.mod)
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
