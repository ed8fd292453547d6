"""The lock as text, and back: one entry a line, sorted by key, so that two branches merge line by line.

Every line is sealed, so that an edit by hand is told from a merge, which moves whole lines.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from deckbuilder import git
from deckbuilder.diagnostics import Diagnostic, Fault, Location
from deckbuilder.lock.entry import Entry, Lock, Release, TypeEntry, later
from deckbuilder.project import Project
from deckbuilder.source import guard
from deckbuilder.source.conflict import conflict

LOCK = "cards/deck.lock"
FORMAT = 2
RESTORE = "restore it from version control (git checkout -- cards/deck.lock); never delete or edit it"
# No time or id is so large; SQLite holds a thousand times as much, so that one more than the largest still fits.
MAX_NUMBER = 1 << 53
BRING_BACK = (
    "restore it: git checkout HEAD -- cards/deck.lock; one made anew would forget what was renamed, retired, released"
)
_BOTH = "keep the lines of both sides and delete the marker lines, then build again"
# A quarter of a million notes.
MAX_BYTES = 64 * 1024 * 1024
_GUID = re.compile("[0-9A-Za-z]+")
_HEAD = "deckbuilder lock"
# The last line. It never changes, so that a merge keeps it; since format 2 a lock without it was cut off.
_END = {"end": "A lock that does not end here was cut off."}


class Damaged(Exception):
    """A lock that cannot be read, as a fault at its line."""

    def __init__(self, at: Location, message: str, help: str, rule: str = "damaged-lock") -> None:
        super().__init__(f"{at}: {message}")
        self.diagnostic = Diagnostic(at, rule, message, help)

    @property
    def fault(self) -> Fault:
        """For a verb that can do nothing else without the lock."""
        return Fault(str(self), self.diagnostic.help)


def dump(lock: Lock) -> str:
    """The lock as text: a line for the format, one for each release, each note type and each note, and the end."""
    head = json.dumps({_HEAD: FORMAT, "note": "Learners' reviews hang on this file. Commit it; never edit it."})
    releases = (
        sealed({"release": each.edition, "time": each.time, "state": each.state, "digest": each.digest})
        for each in sorted(lock.releases.values(), key=lambda each: (each.time, each.edition))
    )
    types = (
        sealed(
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
    return "\n".join([head, *releases, *types, *notes, json.dumps(_END)]) + "\n"


def read(project: Project) -> Lock | None:
    """The lock of a project, None before its first build. Raises `Damaged` for whatever else keeps it from being read."""
    try:
        project.lock.lstat()
    except FileNotFoundError:
        if not git.committed(project.root, LOCK):
            return None
        raise Damaged(
            Location(LOCK), "the lock is missing, and the last commit has it", BRING_BACK, "missing-lock"
        ) from None
    except OSError:
        pass  # reading it says why
    text = guard.raw(project.lock, project.root, LOCK, MAX_BYTES)
    if isinstance(text, Diagnostic):
        reason = "it is no text" if text.rule == "encoding" else text.message
        raise Damaged(Location(LOCK), f"the lock cannot be read ({reason})", RESTORE)
    return load(text.replace("\r\n", "\n"), LOCK)


def load(text: str, name: str) -> Lock:
    """The lock from its text. Raises `Damaged` where it is cut off, newer, or edited by hand.

    A line for the same note on both sides of a merge is settled: the guid must agree, the later time wins. Of one time
    with two contents neither is known to have reached anybody: the next build makes it newer.
    """
    notes: dict[str, Entry] = {}
    types: dict[str, TypeEntry] = {}
    releases: dict[str, Release] = {}
    places: dict[str, Location] = {}
    version, ended = 0, False
    if not text:
        raise Damaged(Location(name), "the lock is empty", RESTORE)
    if unfinished := conflict(text, name, _BOTH):
        raise Damaged(unfinished.location, unfinished.message, unfinished.help)
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        at = Location(name, number, 1)
        if number == len(lines):
            if line or (version > 1 and not ended):
                raise Damaged(at, "the lock is cut off here", RESTORE)
            break
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            raise Damaged(at, "the line is cut off or was edited", RESTORE) from None
        ended = value == _END
        if number == 1 or (isinstance(value, dict) and _HEAD in value):  # two first builds may leave two heads
            version = _format(value, at)
            continue
        if ended:
            continue
        if not isinstance(value, dict) or value.pop("seal", None) != _seal(value):
            raise Damaged(at, "the line was edited by hand", RESTORE)
        if "release" in value:
            release = _read_release(value, at)
            if releases.setdefault(release.edition, release) != release:
                raise Damaged(
                    at,
                    f"two branches released an edition '{release.edition}', and not the same",
                    "keep the line of the one that learners got; delete the other",
                )
            continue
        if "type" in value:
            type_entry = _read_type(value, at)
            known = types.get(type_entry.kind)
            types[type_entry.kind] = later(known, type_entry) if known else type_entry
            continue
        entry = _read_entry(value, at)
        other = notes.get(entry.key)
        if other is not None and other.guid != entry.guid:
            raise Damaged(
                at,
                f"'{entry.key}' has another guid than in line {places[entry.key].line}",
                "keep the line that was released; delete the other",
            )
        notes[entry.key] = later(other, entry) if other else entry
        places[entry.key] = at
    return Lock(notes, types, releases, places)


def sealed(value: dict[str, Any]) -> str:
    """One line of the lock. Its seal tells an edit by hand from a merge, which moves whole lines."""
    return json.dumps({**value, "seal": _seal(value)}, ensure_ascii=False)


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
    if entry.asks:
        value["asks"] = {str(number): what for number, what in entry.asks}
    return sealed(value)


def _seal(value: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]


def _format(value: Any, at: Location) -> int:
    version = value.get(_HEAD) if isinstance(value, dict) else None
    if type(version) is not int:
        raise Damaged(at, "this is not a deckbuilder lock", RESTORE)
    if version > FORMAT:
        raise Damaged(
            at,
            f"the lock was written by a newer deckbuilder (format {version}, this one reads {FORMAT})",
            "upgrade deckbuilder: pipx upgrade anki-deckbuilder",
        )
    return version


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
            tuple((int(number), what) for number, what in value.get("asks", {}).items()),
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Damaged(at, "this is no entry of a lock", RESTORE) from None
    texts = (entry.key, entry.guid, entry.hash, entry.edition, entry.retired, *(what for _, what in entry.asks))
    numbers = (entry.mod, entry.note, entry.position, *entry.cards, *(number for number, _ in entry.asks))
    sound = (
        all(isinstance(each, str) for each in texts)
        and all(type(each) is int and 0 <= each < MAX_NUMBER for each in numbers)
        and _GUID.fullmatch(entry.guid)
        and "/" in entry.key
    )
    if not sound:
        raise Damaged(at, "this entry was edited by hand and makes no sense", RESTORE)
    return entry


def _read_release(value: Any, at: Location) -> Release:
    release = Release(value["release"], value.get("time"), value.get("state"), value.get("digest"))
    if not all(isinstance(each, str) for each in (release.edition, release.state, release.digest)) or not (
        type(release.time) is int and release.time >= 0
    ):
        raise Damaged(at, "this release's entry was edited by hand and makes no sense", RESTORE)
    return release


def _read_type(value: Any, at: Location) -> TypeEntry:
    try:
        entry = TypeEntry(
            value["type"],
            int(value["id"]),
            value["hash"],
            int(value["mod"]),
            bool(value["cloze"]),
            int(value["sort_field"]),
            tuple((int(id), str(name)) for id, name in value["fields"]),
            tuple((int(id), str(name)) for id, name in value["templates"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Damaged(at, "this note type's entry was edited by hand and makes no sense", RESTORE) from None
    numbers = (entry.mod, entry.sort_field)
    if not (
        isinstance(entry.kind, str)
        and isinstance(entry.hash, str)
        and all(0 <= n < MAX_NUMBER for n in numbers)
        and entry.id < 1 << 63
    ):
        raise Damaged(at, "this note type's entry was edited by hand and makes no sense", RESTORE)
    return entry
