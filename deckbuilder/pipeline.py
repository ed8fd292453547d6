"""The stages in order: source, records, rules, notes, lock, package, report."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deckbuilder import lock as locks
from deckbuilder import records, rules, source
from deckbuilder.diagnostics import Diagnostic, Fault, Location, Severity, distinct, errors
from deckbuilder.library import Library
from deckbuilder.lock import Changes, Lock
from deckbuilder.package import place
from deckbuilder.project import Project
from deckbuilder.records import NOTE_KINDS, Record
from deckbuilder.render import Rendered, render
from deckbuilder.render.places import stated
from deckbuilder.salvage import Lost, salvage

if TYPE_CHECKING:
    from deckbuilder.package.writer import Written

Tick = Callable[[str, int, int], None]
# A clock that says less than this was never set: times from it would block every later update.
EARLIEST = 1_577_836_800  # 2020-01-01
_LOCK = "cards/deck.lock"


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
    """Every record that passed the border, every fault so far, and what could not be read but exists."""

    library: Library
    diagnostics: list[Diagnostic]
    lost: Lost
    rendered: Rendered | None = None
    count: int = 0


def check(project: Project, tick: Tick = lambda *_: None) -> Report:
    """Every fault of the project, in the order of files and lines. Nothing is written."""
    with _without_collector():
        loaded = _load(project, tick)
        _hold(loaded, project, allow_schema_change=False)
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
    committing: Callable[[], None] = lambda: None,
) -> Report:
    """The package in `output`, and the lock beside the cards: both new, or both as they were.

    `now` in seconds. `locked`: fail where the lock is not up to date instead of writing it. `committing` is called when
    all is written and only has to be moved into place. Raises `Fault` for what editing cards cannot cure.
    """
    if now < EARLIEST:
        raise Fault("the clock says that it is before 2020", "set the clock; learners' Anki goes by it")
    with place.alone(project, output), _without_collector():
        loaded = _load(project, tick)
        lock = _hold(loaded, project, allow_schema_change=allow_schema_change)
        rendered = loaded.rendered
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
                    Location(_LOCK),
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
        stale = not lock.places or text != project.lock.read_text("utf-8")
        if stale and (locked or project.read_only):
            raise Fault(
                f"cards/deck.lock is out of date: {_listed(changes)}",
                "run `deckbuilder build` and commit cards/deck.lock",
            )
        built = _package(project, output, rendered, after, text, stale, changes, tick, committing, first=not lock.notes)
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
    loaded = _Loaded(Library(found), unreadable + malformed, Lost(), count=len(found))
    if errors(loaded.diagnostics):
        loaded.lost = salvage(project, found, documents, errors(loaded.diagnostics))
    loaded.diagnostics += rules.check(loaded.library, loaded.lost)
    sound, others = _sound(loaded, found, documents)
    loaded.lost.mention(record.document for record in others)
    loaded.rendered, faults = render(
        sound,
        project,
        lambda done, of: tick("rendering", done, of),
        beside=others,
        kinds={kind for kind, _ in loaded.lost.ids if kind in NOTE_KINDS},
        doubted=loaded.lost.names,
    )
    loaded.diagnostics += faults
    return loaded


def _sound(loaded: _Loaded, found: list[Record], documents: list[source.Document]) -> tuple[Library, list[Record]]:
    """The records without a fault, and without one behind anything that they name: only these can be rendered.

    And the others.
    """
    faulty = errors(loaded.diagnostics)
    if not faulty:
        return loaded.library, []
    starts: dict[str, list[tuple[int, int]]] = {}
    for document in documents:
        place = document.locate()
        starts.setdefault(place.path, []).append((place.line, id(document)))
    bad: set[int] = set()
    for path, line in {(fault.location.path, fault.location.line) for fault in faulty}:
        before = [each for each in starts.get(path, []) if each[0] <= line]
        if before:
            bad.add(max(before)[1])
    kept = [record for record in found if id(record.document) not in bad or record.kind == "deck"]
    while True:
        library = Library(kept)
        missing = {
            id(record)
            for record in kept
            if not all(any(library.answers(kind, each.id) for kind in each.kinds) for each in record.refers())
        }
        if not missing:
            sound = {id(record) for record in kept}
            return library, [record for record in found if id(record) not in sound]
        kept = [record for record in kept if id(record) not in missing]


def _hold(loaded: _Loaded, project: Project, *, allow_schema_change: bool) -> Lock:
    """The lock, empty before the first build; what is wrong with it, or what it has against these notes, is added."""
    try:
        lock = locks.load(project.lock.read_text("utf-8"), _LOCK)
    except FileNotFoundError:
        return Lock()
    except locks.Damaged as damage:
        loaded.diagnostics.append(damage.diagnostic)
        return Lock()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        loaded.diagnostics.append(
            Diagnostic(Location(_LOCK), "damaged-lock", f"the lock cannot be read ({reason})", locks.RESTORE)
        )
        return Lock()
    subjects = [subject for record in loaded.library.records.values() for subject in record.subjects()]
    loaded.diagnostics += locks.check_ids(lock, subjects, loaded.lost.answers)
    if loaded.rendered is not None:
        deck = loaded.rendered.deck

        def at(kind: str, what: str) -> Location:
            return deck.locate("note_types", "ids", kind) if what == "id" else stated(project, kind, what)

        severity: Severity = "warning" if allow_schema_change else "error"
        loaded.diagnostics += locks.check_types(lock, loaded.rendered.note_types, at, severity)
    return lock


def _package(
    project: Project,
    output: Path,
    rendered: Rendered,
    lock: Lock,
    text: str,
    stale: bool,
    changes: Changes,
    tick: Tick,
    committing: Callable[[], None],
    *,
    first: bool,
) -> Built:
    """Package and lock in their places. `text`: the lock's; `stale`: it is not what lies there."""
    from deckbuilder import describe

    deck = rendered.deck
    tick("packaging", 0, 1)
    decks = describe.decks(deck, rendered.notes, rendered.note_types)
    placed = place.put(project, output, rendered, decks, lock, text, stale=stale, committing=committing)
    tick("packaging", 1, 1)
    kinds = Counter(
        rendered.note_types[note.kind].name.removeprefix(f"{deck.note_types.prefix} ") for note in rendered.notes
    )
    return Built(placed.path, placed.written, placed.sha256, changes, dict(kinds), deck.edition, first)


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
