"""Ids that were exchanged by hand: each note then has the reviews of another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import TYPE_CHECKING

from deckbuilder.anki.notes import Note, NoteType
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.patterns import regex
from deckbuilder.lock.entry import Entry, Lock
from deckbuilder.lock.numbers import like, nearer

if TYPE_CHECKING:
    from deckbuilder.records.base import Noted

MAX_NAME = 100
# Beyond so many changed names, only those that are equal are looked for: likeness costs the square.
_MANY = 400
_LIKE = 0.8
_MARKUP = regex(r"<[^>]*>")


def called(note: Note, note_type: NoteType) -> str:
    """What a note is called in Anki's list: the text of its sort field, cut to what the lock keeps."""
    text = note.fields[note_type.names.index(note_type.sort_field)]
    return " ".join(unescape(_MARKUP.sub("", text)).split())[:MAX_NAME].strip()


def check_exchanged(lock: Lock, subjects: Sequence[Noted], names: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Where a note has the name that another had, which has it no more: the ids were exchanged, or moved on by one.

    `names` of the notes as they are now, by key. A name that changed to a new one is a correction, and none of this.
    """
    moved = {
        key: (subject, entry)
        for key, subject, entry in _owned(lock, subjects)
        if subject.key in names and entry.name and _plain(entry.name) != _plain(names[subject.key])
    }
    had: dict[tuple[str, str], list[str]] = {}
    for key, (_, entry) in moved.items():
        had.setdefault((key.split("/", 1)[0], _plain(entry.name)), []).append(key)
    for key, (subject, entry) in moved.items():
        kind, name = key.split("/", 1)[0], names[subject.key]
        found = had.get((kind, _plain(name))) or _alike(name, entry, kind, moved)
        if found:
            yield Diagnostic(
                subject.place(),
                "exchanged-id",
                f"'{subject.key}' is '{name}' now, which '{found[0]}' was, and would take over the reviews of '{entry.name}'",
                "give each record the id that it had; if only the names were wrong, mend one, build, then the other",
            )


def _owned(lock: Lock, subjects: Sequence[Noted]) -> Iterator[tuple[str, Noted, Entry]]:
    """The entry of each note that has one, under its own key or one that it had before."""
    for subject in subjects:
        keys = (subject.key, *(f"{subject.kind}/{id}" for id in subject.formerly))
        key = next((key for key in keys if key in lock.notes), None)
        if key is not None:
            yield key, subject, lock.notes[key]


def _alike(name: str, entry: Entry, kind: str, moved: Mapping[str, tuple[Noted, Entry]]) -> list[str]:
    """The note whose old name is nearly this one, and more so than the note's own."""
    if len(moved) > _MANY:
        return []
    own = like(name, entry.name)
    others = [
        (like(name, each.name), key)
        for key, (_, each) in moved.items()
        if key != entry.key and key.startswith(f"{kind}/")
    ]
    near, key = max(others, default=(0.0, ""))
    return [key] if near >= _LIKE and nearer(near, own) else []


def _plain(name: str) -> str:
    return name.casefold()
