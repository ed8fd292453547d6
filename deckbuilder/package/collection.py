"""What a learner has studied, out of the collection of Anki itself: a profile's `collection.anki2`, or a `.colpkg`.

The file is copied aside, with the log that Anki writes beside it while it runs, and only the copy is opened: nothing of a
learner's is ever written, not even the files by which SQLite locks. What is read has the limits of a stranger's package.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import struct
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from deckbuilder.core import scratch
from deckbuilder.package import mistaken, reader
from deckbuilder.package.database import (
    MAX_DATABASE,
    TOO_LARGE,
    UnreadablePackage,
    connect,
    floats,
    mapping,
    protobuf,
    refusals,
    rows,
    rows_of,
)

DAY = 86_400
GIVE_ONE = "give the collection.anki2 of your profile's folder, or a .colpkg: File > Export, Anki Collection Package"
BUSY = "close Anki and run this again, or export a .colpkg (File > Export) and give that"
_TRIES = 3
_BESIDE = ("-wal", "-journal")  # what SQLite keeps beside a database, and the database is not whole without
_OLDEST_TABLES = 15  # the schema from which decks and presets have tables of their own
_SQLITE, _ZIP = b"SQLite format 3\0", b"PK\x03\x04"
_FAR = 40_000  # days; a due beyond that is a time in seconds
_SUSPENDED, _NEW, _IN_SECONDS = -1, 0, 1  # a queue, a type, and the queue whose due is a time
_STAGES: Mapping[int, Literal["learning", "relearning"]] = {0: "learning", 2: "relearning"}
_LATEST = 4_102_444_800_000  # milliseconds; what is dated after 2099 was never answered
_RESET = 4  # the kind of a row of the log that a learner made by hand: forget, set due date


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that a learner gave: when, in seconds since 1970, which (1 again to 4 easy), and how long it took.

    `stage`: while the card was learned at first, in a review, or while it was learned again.
    """

    at: float
    rating: int
    seconds: float
    stage: Literal["learning", "review", "relearning"]


@dataclass(frozen=True, slots=True)
class Studied:
    """A card that a learner has. `due` in days from today. `stability` and `difficulty` as FSRS wrote them, if it did.

    `last`: on which day the last answer was given, from today.
    """

    is_new: bool
    suspended: bool
    due: int = 0
    last: int = 0
    stability: float | None = None
    difficulty: float | None = None
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Preset:
    """How a learner's Anki schedules the cards: FSRS' parameters of whatever version, empty without any, and its goal."""

    parameters: tuple[float, ...] = ()
    retention: float | None = None
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Learner:
    """The cards by guid and ordinal, the preset that most of them have, and whether FSRS is on."""

    cards: Mapping[tuple[str, int], Studied]
    preset: Preset
    fsrs: bool


def read(path: Path, guids: Collection[str], now: int) -> Learner:
    """What a learner knows of the notes with these guids, at a time in seconds.

    Raises `UnreadablePackage` for what is no collection, is damaged, or was being written meanwhile.
    """
    if path.is_dir() and (path / "collection.anki2").is_file():
        path = path / "collection.anki2"
    with _opened(path) as db, refusals(path):
        ((created, schema, options),) = rows(db, "col", crt=int, ver=int, conf=str)
        today = (now - created) // DAY
        wanted = set(guids)
        notes = {id: guid for id, guid in rows(db, "notes", id=int, guid=str) if guid in wanted}
        cards: dict[tuple[str, int], Studied] = {}
        decks: Counter[int] = Counter()
        for id, guid in notes.items():
            for ordinal, deck, card in _cards(db, id, created, today):
                cards[guid, ordinal] = card
                decks[deck] += 1
        tables = schema >= _OLDEST_TABLES
        presets = _Presets(db) if tables else _PresetsInJson(db)
        return Learner(cards, presets.of(decks), _is_on(db) if tables else mapping(options).get("fsrs") is True)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database in a file of either kind, out of a copy."""
    with refusals(path):
        packed = _start(path) == _ZIP
    if packed:
        with reader.open_database(path) as db:
            yield db
        return
    with ExitStack() as stack:
        with refusals(path):
            db = connect(_aside(path, stack.enter_context(scratch.folder())), stack)
        yield db


def _aside(path: Path, folder: Path) -> Path:
    """A copy in which nothing is left to be done, taken while nobody wrote."""
    _sure(path)
    copy = folder / "collection.anki2"
    for _ in range(_TRIES):
        before = _stamps(path)
        for ending in ("", *_BESIDE):
            each = path.with_name(path.name + ending)
            there = copy.with_name(copy.name + ending)
            there.unlink(missing_ok=True)
            if each.is_file():
                shutil.copyfile(each, there)
        if _stamps(path) == before:
            break
    else:
        raise UnreadablePackage(f"Anki is writing to it: {BUSY}")
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        db.execute("PRAGMA trusted_schema=OFF")
        db.execute("PRAGMA journal_mode=DELETE").fetchall()  # takes over what only the log beside it holds
    return copy


def _sure(path: Path) -> None:
    """Refuses what is no database, with what it is, and one too large to be copied."""
    if _start(path) != _SQLITE:
        known = mistaken.file(path)
        what = f"is {known[0].removesuffix(', not a package')}" if known else "is no collection of Anki"
        raise UnreadablePackage(f"{what}: {GIVE_ONE}")
    size = sum(each.stat().st_size for each in _parts(path))
    if size > MAX_DATABASE:
        raise UnreadablePackage(f"takes {size >> 20:,} MiB, more than is read here: {TOO_LARGE}")


def _start(path: Path) -> bytes:
    """The bytes by which a file of either kind is known."""
    if path.is_dir():
        raise UnreadablePackage(f"is a folder without a collection.anki2: {GIVE_ONE}")
    if path.exists() and not path.is_file():  # asked before opening, since a pipe would wait for ever
        raise UnreadablePackage(f"is not a file: {GIVE_ONE}")
    with path.open("rb") as file:
        start = file.read(len(_SQLITE))
    return _ZIP if start.startswith(_ZIP) else start


def _parts(path: Path) -> list[Path]:
    every = (path.with_name(path.name + ending) for ending in ("", *_BESIDE))
    return [each for each in every if each.is_file()]


def _stamps(path: Path) -> list[tuple[str, int, int]]:
    return [(each.name, (found := each.stat()).st_size, found.st_mtime_ns) for each in _parts(path)]


# Cards


def _cards(db: sqlite3.Connection, note: int, created: int, today: int) -> Iterator[tuple[int, int, Studied]]:
    """Ordinal, deck and state of each card of a note. A card in a filtered deck counts as where it comes from."""
    columns = {"id": int, "ord": int, "did": int, "odid": int, "type": int, "queue": int, "due": object, "odue": object}
    for row in list(rows_of(db, "cards", "nid", note, **columns, data=str)):
        id, ordinal, deck, home, kind, queue, due, home_due, data = row
        deck, due = (home, home_due or due) if home else (deck, due)
        if kind == _NEW:
            yield ordinal, deck, Studied(is_new=True, suspended=queue == _SUSPENDED)
            continue
        answers = tuple(_answers(db, id))
        memory = _memory(data)
        last = answers[-1].at if answers else memory.get("lrt", created + today * DAY)
        in_days = isinstance(due, int) and queue != _IN_SECONDS and abs(due - today) < _FAR
        yield (
            ordinal,
            deck,
            Studied(
                is_new=False,
                suspended=queue == _SUSPENDED,
                due=due - today if in_days else 0,
                last=max(min(int(last - created) // DAY - today, 0), -_FAR),
                stability=memory.get("s"),
                difficulty=memory.get("d"),
                answers=answers,
            ),
        )


def _answers(db: sqlite3.Connection, card: int) -> Iterator[Answer]:
    """Every answer since the learner last let the card be forgotten, the oldest first."""
    columns = {"id": int, "ease": int, "ivl": int, "factor": int, "time": int, "type": int}
    log = sorted(rows_of(db, "revlog", "cid", card, **columns))
    reset = max((at for at, row in enumerate(log) if row[1] == 0 and row[5] == _RESET and row[3] == 0), default=-1)
    for id, rating, _, factor, took, kind in log[reset + 1 :]:
        crammed = kind == 3 and factor == 0  # in a filtered deck that leaves the schedule alone
        if 1 <= rating <= 4 and not crammed and 0 < id < _LATEST:
            yield Answer(id / 1000, rating, min(max(took, 0), 60_000) / 1000, _STAGES.get(kind, "review"))


def _memory(data: str) -> dict[str, float]:
    """What FSRS keeps with a card: stability, difficulty, and the time of the last answer."""
    if not data or len(data) > 10_000:
        return {}
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}  # what an add-on wrote there is not ours to judge
    known = found.items() if isinstance(found, dict) else ()
    return {key: float(value) for key, value in known if key in ("s", "d", "lrt") and _is_number(value)}


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and 0 < float(str(value)) < 1e12


# Presets


class _Presets:
    """The options of decks, each in a table of its own."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def of(self, decks: Counter[int]) -> Preset:
        """Those of the deck that has most of these cards."""
        options = dict(rows(self._db, "deck_config", id=int, config=bytes))
        kinds = dict(rows(self._db, "decks", id=int, kind=bytes))
        for deck, _ in decks.most_common(1):
            normal = b"".join(protobuf(kinds.get(deck, b""))[1][1])
            config = options.get(protobuf(normal)[0].get(1, 1), b"")
            numbers, pieces = protobuf(config)
            parameters = next((found for key in (6, 5, 3) if (found := _packed(pieces[key]))), ())
            goal = floats(normal).get(10) or floats(config).get(37)
            return Preset(parameters, goal, numbers.get(16))
        return Preset()


def _packed(pieces: list[bytes]) -> tuple[float, ...]:
    joined = b"".join(pieces)
    return struct.unpack(f"<{len(joined) // 4}f", joined[: len(joined) // 4 * 4])


class _PresetsInJson:
    """The same where the collection keeps them as JSON."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def of(self, decks: Counter[int]) -> Preset:
        ((deck_map, options),) = rows(self._db, "col", decks=str, dconf=str)
        every = mapping(options)
        for deck, _ in decks.most_common(1):
            found = mapping(deck_map).get(str(deck), {})
            config = every.get(str(found.get("conf", 1)) if isinstance(found, dict) else "1", {})
            if isinstance(config, dict):
                keys = ("fsrsParams6", "fsrsParams5", "fsrsWeights")
                parameters = next((each for key in keys if (each := _numbers(config.get(key)))), ())
                rev = config.get("rev")
                longest = rev.get("maxIvl") if isinstance(rev, dict) else None
                goal: Any = config.get("desiredRetention")
                return Preset(
                    parameters, float(goal) if _is_number(goal) else None, longest if type(longest) is int else None
                )
        return Preset()


def _numbers(value: Any) -> tuple[float, ...]:
    numbers = value if isinstance(value, list) else []
    return tuple(float(each) for each in numbers) if all(type(each) in (int, float) for each in numbers) else ()


def _is_on(db: sqlite3.Connection) -> bool:
    return any(key == "fsrs" and value == b"true" for key, value in rows(db, "config", KEY=str, val=bytes))
