"""The lock as text, and back: one entry a line, sorted by key, so that two branches merge line by line.

Every line is sealed, so that an edit by hand is told from a merge, which moves whole lines.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from deckbuilder.core import git
from deckbuilder.core.diagnostics import Diagnostic, Fault, Location
from deckbuilder.core.patterns import regex
from deckbuilder.core.project import Project
from deckbuilder.lock.entry import DeckEntry, Entry, Lock, Release, TypeEntry, later
from deckbuilder.source import guard
from deckbuilder.source.conflict import conflict

LOCK = "cards/deck.lock"
FORMAT = 4
RESTORE = "restore it from version control (git checkout -- cards/deck.lock); never delete or edit it"
# No time or id is so large; SQLite holds a thousand times as much, so that one more than the largest still fits.
MAX_NUMBER = 1 << 53
BRING_BACK = (
    "restore it: git checkout HEAD -- cards/deck.lock; one made anew would forget what was renamed, retired, released"
)
_BOTH = "keep the lines of both sides and delete the marker lines, then build again"
# A quarter of a million notes.
MAX_BYTES = 64 * 1024 * 1024
# `json.dumps` with options makes an encoder for every line.
_WRITTEN, _SORTED = json.JSONEncoder(ensure_ascii=False).encode, json.JSONEncoder(sort_keys=True).encode
_GUID = regex("[0-9A-Za-z]+")
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
    """The lock as text: a line for the format, one for the deck, each release, each note type and each note, and the end.

    Raises `Fault` for what could not be read again: once sealed and committed, it would stop every later build.
    """
    _fit(lock)
    head = json.dumps({_HEAD: FORMAT, "note": "Learners' reviews hang on this file. Commit it; never edit it."})
    decks = [_deck_line(lock.deck)] if lock.deck else []
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
    return "\n".join([head, *decks, *releases, *types, *notes, json.dumps(_END)]) + "\n"


def read(project: Project) -> Lock | None:
    """The lock of a project, None before its first build. Raises `Damaged` for whatever else keeps it from being read."""
    try:
        project.lock.lstat()
    except FileNotFoundError:
        try:
            known = git.committed(project.root, LOCK)
        except git.Refused as refused:
            message = f"the lock is missing, and whether it was ever committed cannot be known: {refused.message}"
            raise Damaged(Location(LOCK), message, refused.help, "missing-lock") from None
        if not known:
            return None
        raise Damaged(
            Location(LOCK), "the lock is missing, and the last commit has it", BRING_BACK, "missing-lock"
        ) from None
    except OSError:
        pass  # reading it says why
    text = guard.raw(project.lock, project.root, LOCK, MAX_BYTES)
    if isinstance(text, Diagnostic):
        if text.rule == "encoding":
            said = "the lock cannot be read (it is no text)"
        elif text.message.startswith("the file "):
            said = text.message.replace("the file", "the lock", 1)
        else:
            said = f"the lock cannot be read ({text.message})"
        raise Damaged(Location(LOCK), said, RESTORE)
    return load(text.replace("\r\n", "\n"), LOCK)


def load(text: str, name: str) -> Lock:
    """The lock from its text. Raises `Damaged` where it is cut off, newer, or edited by hand.

    A line for the same note on both sides of a merge is settled: the guid must agree, the later time wins. Of one time
    with two contents neither is known to have reached anybody: the next build makes it newer.
    """
    if not text:
        raise Damaged(Location(name), "the lock is empty", RESTORE)
    if unfinished := conflict(text, name, _BOTH):
        raise Damaged(unfinished.location, unfinished.message, unfinished.help)
    read, version, ended = _Lines(), 0, False
    *lines, rest = text.split("\n")
    for number, line in enumerate(lines, 1):
        at = Location(name, number, 1)
        value = _value(line, at)
        ended = value == _END
        if number == 1 or (isinstance(value, dict) and _HEAD in value):  # two first builds may leave two heads
            version = _format(value, at)
        elif not ended:
            read.take(_unsealed(value, at), at)
    if rest or (version > 1 and not ended):
        raise Damaged(Location(name, len(lines) + 1, 1), "the lock is cut off here", RESTORE)
    return read.lock()


class _Lines:
    """What the lines of a lock said so far."""

    def __init__(self) -> None:
        self._notes: dict[str, Entry] = {}
        self._types: dict[str, TypeEntry] = {}
        self._releases: dict[str, Release] = {}
        self._decks: list[DeckEntry] = []
        self._places: dict[str, Location] = {}

    def take(self, value: dict[str, Any], at: Location) -> None:
        """One more line, which is of a release, of the deck, of a note type or of a note."""
        if "release" in value:
            self._release(_read_release(value, at), at)
        elif "deck" in value:
            self._decks.append(_read_deck(value, at))
        elif "type" in value:
            entry = _read_type(value, at)
            known = self._types.get(entry.kind)
            self._types[entry.kind] = later(known, entry) if known else entry
        else:
            self._note(_read_entry(value, at), at)

    def lock(self) -> Lock:
        # On a branch that changed it on purpose the line is newer; of two that both did, every side of a merge takes the same.
        deck = max(self._decks, key=lambda each: (each.mod, json.dumps(_deck_line(each))), default=None)
        return Lock(self._notes, self._types, self._releases, self._places, deck)

    def _release(self, release: Release, at: Location) -> None:
        if self._releases.setdefault(release.edition, release) != release:
            raise Damaged(
                at,
                f"two branches released an edition '{release.edition}', and not the same",
                "keep the line of the one that learners got; delete the other",
            )

    def _note(self, entry: Entry, at: Location) -> None:
        other = self._notes.get(entry.key)
        if other is not None and other.guid != entry.guid:
            raise Damaged(
                at,
                f"'{entry.key}' has another guid than in line {self._places[entry.key].line}",
                "keep the line that was released; delete the other",
            )
        self._notes[entry.key] = later(other, entry) if other else entry
        self._places[entry.key] = at


def _value(line: str, at: Location) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise Damaged(at, "the line is cut off or was edited", RESTORE) from None


def _unsealed(value: Any, at: Location) -> dict[str, Any]:
    """What a line says, without the seal that it must bear."""
    if not isinstance(value, dict) or value.pop("seal", None) != _seal(value):
        raise Damaged(at, "the line was edited by hand", RESTORE)
    return value


def sealed(value: dict[str, Any]) -> str:
    """One line of the lock. Its seal tells an edit by hand from a merge, which moves whole lines."""
    return _WRITTEN({**value, "seal": _seal(value)})


def _fit(lock: Lock) -> None:
    """Nothing is written that would not be read."""
    unfit = next(_unfit(lock), None)
    if unfit is not None:
        raise Fault(
            f"{LOCK} would hold a time or number of {unfit} that no build could read again",
            f"if the line of it in the lock holds one so large, {RESTORE}; else look for the number in the cards",
        )


def _unfit(lock: Lock) -> Iterator[str]:
    """What of the lock could not be read again."""
    if lock.deck and not _sound_deck(lock.deck):
        yield "the deck"
    yield from (f"edition {each.edition}" for each in lock.releases.values() if not _sound_release(each))
    yield from (f"note type '{each.kind}'" for each in lock.types.values() if not _sound_type(each))
    yield from (f"'{each.key}'" for each in lock.notes.values() if not _sound_entry(each))


def _line(entry: Entry) -> str:
    value: dict[str, Any] = {
        "key": entry.key,
        "guid": entry.guid,
        "hash": entry.hash,
        "mod": entry.mod,
        "note": entry.note,
        "edition": entry.edition,
        "cards": entry.cards,
        "positions": entry.positions,
    }
    if entry.retired:
        value["retired"] = entry.retired
    if entry.asks:
        value["asks"] = {str(number): what for number, what in entry.asks}
    if entry.name:
        value["name"] = entry.name
    return sealed(value)


def _deck_line(deck: DeckEntry) -> str:
    value = {"deck": deck.name, "anki_id": deck.anki_id, "namespace": deck.namespace, "tag_root": deck.tag_root}
    return sealed({**value, "prefix": deck.prefix, "subdecks": deck.subdecks, "mod": deck.mod})


def _seal(value: dict[str, Any]) -> str:
    return hashlib.sha256(_SORTED(value).encode()).hexdigest()[:8]


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
            _positions(value),
            value["edition"],
            tuple(value["cards"]),
            value.get("retired", ""),
            tuple((int(number), what) for number, what in value.get("asks", {}).items()),
            value.get("name", ""),
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Damaged(at, "this is no entry of a lock", RESTORE) from None
    if not _sound_entry(entry):
        raise Damaged(at, "this entry was edited by hand and makes no sense", RESTORE)
    return entry


def _positions(value: dict[str, Any]) -> tuple[int, ...]:
    """The position of each card; before format 4 those of one note had one."""
    return tuple(value["positions"]) if "positions" in value else (value["position"],) * len(value["cards"])


def _sound_entry(entry: Entry) -> bool:
    asks = (what for _, what in entry.asks)
    texts = (entry.key, entry.guid, entry.hash, entry.edition, entry.retired, entry.name, *asks)
    numbers = (entry.mod, entry.note, *entry.positions, *entry.cards, *(number for number, _ in entry.asks))
    return (
        all(isinstance(each, str) for each in texts)
        and all(type(each) is int and 0 <= each < MAX_NUMBER for each in numbers)
        and len(entry.positions) == len(entry.cards)
        and _GUID.fullmatch(entry.guid) is not None
        and "/" in entry.key
    )


def _read_deck(value: Any, at: Location) -> DeckEntry:
    try:
        subdecks = tuple((id, name) for id, name in value["subdecks"])
        names = (value["tag_root"], value["prefix"])
        deck = DeckEntry(value["namespace"], value["anki_id"], value["deck"], *names, subdecks, value["mod"])
    except (KeyError, TypeError, ValueError):
        raise Damaged(at, "this is no entry of a deck", RESTORE) from None
    if not _sound_deck(deck):
        raise Damaged(at, "this deck's entry was edited by hand and makes no sense", RESTORE)
    return deck


def _sound_deck(deck: DeckEntry) -> bool:
    texts = (deck.namespace, deck.name, deck.tag_root, deck.prefix, *(name for _, name in deck.subdecks))
    numbers = (deck.anki_id, deck.mod, *(id for id, _ in deck.subdecks))
    return all(isinstance(each, str) for each in texts) and all(
        type(each) is int and 0 <= each < MAX_NUMBER for each in numbers
    )


def _read_release(value: Any, at: Location) -> Release:
    release = Release(value["release"], value.get("time"), value.get("state"), value.get("digest"))
    if not _sound_release(release):
        raise Damaged(at, "this release's entry was edited by hand and makes no sense", RESTORE)
    return release


def _sound_release(release: Release) -> bool:
    texts = (release.edition, release.state, release.digest)
    return all(isinstance(each, str) for each in texts) and type(release.time) is int and 0 <= release.time < MAX_NUMBER


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
    if not _sound_type(entry):
        raise Damaged(at, "this note type's entry was edited by hand and makes no sense", RESTORE)
    return entry


def _sound_type(entry: TypeEntry) -> bool:
    ids = (entry.id, *(id for id, _ in entry.fields), *(id for id, _ in entry.templates))
    return (
        isinstance(entry.kind, str)
        and isinstance(entry.hash, str)
        and all(0 <= each < MAX_NUMBER for each in (entry.mod, entry.sort_field))
        and all(-(1 << 63) <= each < 1 << 63 for each in ids)
    )
