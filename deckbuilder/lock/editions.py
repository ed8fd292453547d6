"""Editions: what learners have, and by which name what they do not have yet may be shown."""

from __future__ import annotations

import re
from dataclasses import replace

from deckbuilder.lock.entry import Lock, Release

NEXT = "-next"


def state(lock: Lock) -> str:
    """A digest of all that the lock says of notes and note types, but for the editions by which they are named."""
    return lock.digest


def label(lock: Lock, edition: str) -> tuple[Lock, str]:
    """The edition as which this may be shown, and the lock in which all that changed since the last release bears it.

    A released edition is never anything else again: what was edited after it is '…-next' until it has a name.
    """
    if lock.last is None:
        return lock, edition
    since = lock.last.time
    if edition in lock.releases and lock.releases[edition].state != state(lock):
        edition += NEXT
    named = {
        key: replace(note, edition=edition) if note.mod > since and note.edition != edition else note
        for key, note in lock.notes.items()
    }
    return replace(lock, notes=named), edition


def dated(lock: Lock, now: int) -> Lock:
    """The lock in which all that no release has brought yet is of the time at which one does.

    A learner may have touched a note between the build of an edit and its release: of that build's time, the edit would
    never arrive.
    """
    if lock.last is None:
        return lock
    since, time = lock.last.time, max(now, lock.last.time + 1)
    notes = {
        key: replace(each, mod=max(each.mod, time)) if each.mod > since else each for key, each in lock.notes.items()
    }
    types = {
        kind: replace(each, mod=max(each.mod, time)) if each.mod > since else each for kind, each in lock.types.items()
    }
    return replace(lock, notes=notes, types=types)


def release(lock: Lock, edition: str, digest: str, now: int) -> Lock:
    """The lock after this edition went out. A time behind the clock of an earlier build or release is put right."""
    mods = [note.mod for note in lock.notes.values()] + [each.mod for each in lock.types.values()]
    time = max(now, *mods, lock.last.time + 1 if lock.last else 0)
    return replace(lock, releases={**lock.releases, edition: Release(edition, time, state(lock), digest)})


def compare_editions(one: str, two: str) -> int:
    """-1, 0 or 1 as a person orders them: '2026-9' before '2026-11', 'v2' before 'v10'."""
    first, second = _key(one), _key(two)
    return (first > second) - (first < second)


def _key(edition: str) -> list[tuple[int, int, str]]:
    steps = re.findall(r"\d+|[^\d._-]+", edition)
    return [(1, int(step), "") if step.isdigit() else (0, 0, step.lower()) for step in steps]
