"""The stages in order: source, records, rules, notes, lock, package, report."""

from __future__ import annotations

import gc
import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from deckbuilder import lock as locks
from deckbuilder import records, rules, source
from deckbuilder.diagnostics import Diagnostic, Fault, Location, distinct, errors
from deckbuilder.library import Library
from deckbuilder.lock import Changes, Lock
from deckbuilder.project import Project
from deckbuilder.records import KINDS, Record
from deckbuilder.render import Rendered, render

if TYPE_CHECKING:
    from deckbuilder.package.writer import Written

Tick = Callable[[str, int, int], None]
# A clock that says less than this was never set: times from it would block every later update.
EARLIEST = 1_577_836_800  # 2020-01-01


@dataclass(frozen=True, slots=True)
class Built:
    """A package and what it means for learners."""

    path: Path
    written: Written
    sha256: str
    changes: Changes
    kinds: dict[str, int]
    edition: str
    first: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What a verb found and did. `built` is None where faults stopped it, or nothing was to be built."""

    diagnostics: list[Diagnostic]
    records: int = 0
    notes: int = 0
    cards: int = 0
    built: Built | None = None


@dataclass(slots=True)
class _Loaded:
    """Sound records, every fault so far, and what could not be read but exists."""

    library: Library
    diagnostics: list[Diagnostic]
    broken_ids: set[tuple[str, str]] = field(default_factory=set)
    broken_words: set[str] = field(default_factory=set)
    rendered: Rendered | None = None
    count: int = 0

    def known(self, kind: str, id: str) -> bool:
        """Whether something that could not be read answers to this id."""
        return (
            (kind, id) in self.broken_ids
            or (kind, id.split("/")[0]) in self.broken_ids
            or any(step in self.broken_words for step in (id, *id.split("/")))
            or (kind == "landmark" and self._bones())
        )

    def _bones(self) -> bool:
        return any(kind == "bone" for kind, _ in self.broken_ids)

    def doubtful(self, key: str) -> bool:
        """Whether a note of this key may only be missing because its record is at fault."""
        kind, id = key.split("/", 1)
        return self.known(kind, id)


def check(project: Project, tick: Tick = lambda *_: None) -> Report:
    """Every fault of the project, in the order of files and lines. Nothing is written."""
    with _without_collector():
        loaded = _load(project, tick)
        lock, damage = _read_lock(project)
        if damage is None and loaded.rendered is not None:
            loaded.diagnostics += _held(loaded, lock, loaded.rendered, allow_schema_change=False)
        elif damage is not None:
            loaded.diagnostics.append(
                Diagnostic(Location("cards/deck.lock"), "damaged-lock", damage.message, damage.help)
            )
        notes = loaded.rendered.notes if loaded.rendered else []
        return Report(distinct(loaded.diagnostics), loaded.count, len(notes), sum(len(note.ordinals) for note in notes))


def build(
    project: Project,
    output: Path,
    now: int,
    *,
    locked: bool = False,
    allow_schema_change: bool = False,
    tick: Tick = lambda *_: None,
) -> Report:
    """The package in `output`, and the lock beside the cards: both new, or both as they were.

    `now` in seconds. `locked`: fail where the lock is not up to date instead of writing it. Raises `Fault` for what
    editing cards cannot cure.
    """
    if now < EARLIEST:
        raise Fault("the clock says that it is before 2020", "set the clock; learners' Anki goes by it")
    with _alone(project, output), _without_collector():
        loaded = _load(project, tick)
        lock, damage = _read_lock(project)
        if damage is not None:
            raise damage
        rendered = loaded.rendered
        if rendered is not None:
            loaded.diagnostics += _held(loaded, lock, rendered, allow_schema_change=allow_schema_change)
        found = distinct(loaded.diagnostics)
        if rendered is None or errors(found):
            return Report(found, loaded.count)
        if not rendered.notes:
            nothing = Diagnostic(
                Location("cards"), "no-notes", "no record makes a card", "write one, such as a `muscle`"
            )
            return Report([*found, nothing], loaded.count)
        if max((entry.mod for entry in lock.notes.values()), default=0) > now + 86_400:
            found.append(
                Diagnostic(
                    Location("cards/deck.lock"),
                    "clock",
                    "the lock holds times ahead of this computer's clock",
                    "set the clock, if it is wrong",
                    "warning",
                )
            )
        after, changes = locks.advance(
            lock, rendered.deck.namespace, rendered.notes, rendered.note_types, rendered.deck.edition, now
        )
        text = locks.dump(after)
        stale = not project.lock.exists() or text != project.lock.read_text("utf-8")
        if stale and (locked or project.read_only):
            raise Fault(
                f"cards/deck.lock is out of date: {_listed(changes)}",
                "run `deckbuilder build` and commit cards/deck.lock",
            )
        built = _package(project, output, rendered, after, text if stale else None, changes, tick, first=not lock.notes)
        cards = sum(len(note.ordinals) for note in rendered.notes)
        return Report(found, loaded.count, len(rendered.notes), cards, built)


def load(project: Project) -> tuple[Library, list[Diagnostic]]:
    """The project's records, for callers from Python."""
    loaded = _load(project, lambda *_: None)
    return loaded.library, distinct(loaded.diagnostics)


def _load(project: Project, tick: Tick) -> _Loaded:
    paths = list(project.sources())
    tick("reading", 0, len(paths))
    documents, unreadable = source.read(paths, project.root)
    tick("checking", 0, len(documents))
    found, malformed = records.parse(documents)
    loaded = _Loaded(Library(found), unreadable + malformed, count=len(found))
    if errors(loaded.diagnostics):
        _salvage(loaded, project, found, documents)
    loaded.diagnostics += rules.check(loaded.library, loaded.known)
    sound = _sound(loaded, found)
    loaded.rendered, faults = render(sound, project, lambda done, of: tick("rendering", done, of))
    loaded.diagnostics += faults
    return loaded


def _salvage(loaded: _Loaded, project: Project, found: list[Record], documents: list[source.Document]) -> None:
    """What the faulty records would have answered to, so that their neighbours do not look wrong."""
    parsed = {id(record.document) for record in found}
    for document in documents:
        if id(document) not in parsed:
            kind, name = next(iter(document.value.items()), ("", ""))
            loaded.broken_ids.add((kind, str(name)))
            loaded.broken_words |= set(re.findall(r"[a-z0-9-]+", str(name)))
            if kind == "bone" and isinstance(landmarks := document.value.get("landmarks"), dict):
                loaded.broken_ids |= {("landmark", each) for each in landmarks}
    whole = {each.location.path for each in loaded.diagnostics} - {document.file.name for document in documents}
    partly = {document.file.name for document in documents}
    for fault in loaded.diagnostics:
        if fault.location.path in whole or (fault.location.path in partly and fault.rule in _LOSES_RECORDS):
            with suppress(OSError):
                text = (project.root / fault.location.path).read_bytes()[: source.MAX_BYTES].decode("utf-8", "replace")
                for kind, name in re.findall(r"^\s*(?:- )?([a-z]+):\s*[\"']?([A-Za-z0-9-]+)", text, re.MULTILINE):
                    if kind in KINDS:
                        loaded.broken_ids.add((kind, name))
                loaded.broken_words |= set(re.findall(r"^\s+(?:- id: )?([a-z0-9-]+):?", text, re.MULTILINE))
                loaded.broken_words |= {name for _, name in loaded.broken_ids}


_LOSES_RECORDS = frozenset(
    {"duplicate-key", "bad-key", "ambiguous-word", "yaml-tag", "too-deep", "control-character", "not-a-record"}
)


def _sound(loaded: _Loaded, found: list[Record]) -> Library:
    """The records without a fault, and without one behind anything that they name: only these can be rendered."""
    faulty = errors(loaded.diagnostics)
    if not faulty:
        return loaded.library
    at_fault = {(fault.location.path, fault.location.line) for fault in faulty}
    starts: dict[str, list[tuple[int, Record]]] = {}
    for record in found:
        place = record.locate()
        starts.setdefault(place.path, []).append((place.line, record))
    bad: set[int] = set()
    for path, line in at_fault:
        before = [each for each in starts.get(path, []) if each[0] <= line]
        if before:
            bad.add(id(max(before, key=lambda each: each[0])[1]))
    kept = [record for record in found if id(record) not in bad or record.kind == "deck"]
    while True:
        library = Library(kept)
        missing = {
            id(record)
            for record in kept
            if not all(any(library.answers(kind, each.id) for kind in each.kinds) for each in record.refers())
        }
        if not missing:
            return library
        kept = [record for record in kept if id(record) not in missing]


def _held(loaded: _Loaded, lock: Lock, rendered: Rendered, *, allow_schema_change: bool) -> list[Diagnostic]:
    """What the lock has against these notes, leaving out what follows only from another fault."""
    found = locks.check(
        lock,
        rendered.notes,
        rendered.note_types,
        allow_schema_change=allow_schema_change,
        lost=Location("cards/deck.lock"),
    )
    if not errors(loaded.diagnostics):
        return found
    rendered_kinds = {fault.rule for fault in loaded.diagnostics}
    template_broken = any(
        fault.location.path.startswith("templates") or "templates/" in fault.location.path
        for fault in loaded.diagnostics
    )
    present = {record.key for record in loaded.library.records.values()} | {
        subject.key for record in loaded.library.records.values() for subject in record.subjects()
    }
    kept = []
    for fault in found:
        if fault.rule == "vanished-id":
            key = fault.message.split("'")[1]
            if template_broken or key in present or loaded.doubtful(key) or "/".join(key.split("/")[:2]) in present:
                continue
        kept.append(fault)
    return kept if rendered_kinds else found


def _read_lock(project: Project) -> tuple[Lock, Fault | None]:
    """The lock, empty before the first build, and what is wrong with it."""
    name = "cards/deck.lock"
    try:
        return locks.load(project.lock.read_text("utf-8"), name), None
    except FileNotFoundError:
        return Lock(), None
    except Fault as fault:
        return Lock(), fault
    except (OSError, UnicodeDecodeError) as error:
        return Lock(), Fault(f"{name} cannot be read ({error})", "restore it from version control; never delete it")


def _package(
    project: Project,
    output: Path,
    rendered: Rendered,
    lock: Lock,
    text: str | None,
    changes: Changes,
    tick: Tick,
    *,
    first: bool,
) -> Built:
    """Written aside, read back, then moved into place: the lock first, because a package without its lock is the one
    order that could ship two different texts under one time. A build cut off in between is finished by the next one."""
    from deckbuilder import describe
    from deckbuilder.package import writer

    deck = rendered.deck
    target = output / f"{deck.id}-{deck.edition}.apkg"
    aside, lock_aside = target.with_suffix(".apkg.part"), project.lock.with_suffix(".lock.part")
    try:
        tick("packaging", 0, 1)
        about = {
            "deck": deck.id,
            "edition": deck.edition,
            "lock": hashlib.sha256(locks.dump(lock).encode()).hexdigest(),
        }
        written = writer.write(
            aside,
            rendered.notes,
            rendered.note_types,
            lock,
            describe.decks(deck, rendered.notes, rendered.note_types),
            about,
        )
        digest = _sha256(aside)
        if text is not None:
            with lock_aside.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            lock_aside.replace(project.lock)
        aside.replace(target)
    except OSError as error:
        raise Fault(
            f"the package could not be written ({error.strerror or error})",
            f"check space and permissions at {error.filename or output}; dist and lock are as they were",
        ) from error
    finally:
        for leftover in (aside, lock_aside):
            with suppress(OSError):
                leftover.unlink(missing_ok=True)
    tick("packaging", 1, 1)
    kinds = Counter(
        rendered.note_types[note.kind].name.removeprefix(f"{deck.note_types.prefix} ") for note in rendered.notes
    )
    return Built(target, written, digest, changes, dict(kinds), deck.edition, first)


@contextmanager
def _alone(project: Project, output: Path) -> Iterator[None]:
    """Two builds at once would each write a lock that lacks the other's times."""
    from filelock import FileLock, Timeout

    folder = output if project.read_only else project.cards
    try:
        output.mkdir(parents=True, exist_ok=True)
        if not os.access(output, os.W_OK):
            raise PermissionError(13, "Permission denied", str(output))
        turn = FileLock(folder / ".building", timeout=0)
        turn.acquire()
    except Timeout:
        raise Fault("another build of this project is running", "wait until it ends, then build again") from None
    except OSError as error:
        raise Fault(
            f"{error.filename or folder} cannot be written ({error.strerror or error})",
            "check its permissions, or choose another folder with --output",
        ) from error
    try:
        yield
    finally:
        turn.release()


@contextmanager
def _without_collector() -> Iterator[None]:
    """A build only allocates: the cycle collector would scan the same live records again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _listed(changes: Changes) -> str:
    parts = [
        f"{len(found)} {name}"
        for name, found in (
            ("new", changes.new),
            ("changed", changes.changed),
            ("retired", changes.retired),
            ("renamed", changes.renamed),
            ("note types", changes.types),
        )
        if found
    ]
    return ", ".join(parts) or "the order of the cards"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return (
            hashlib.file_digest(file, "sha256").hexdigest()
            if hasattr(hashlib, "file_digest")
            else hashlib.sha256(file.read()).hexdigest()
        )
