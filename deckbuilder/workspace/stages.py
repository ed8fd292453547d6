"""Source, records, rules, notes, lock, and a package of it: the stages in order. The project itself is only read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from deckbuilder import lock as locks
from deckbuilder import records, rules, source
from deckbuilder.anatomy import drawings
from deckbuilder.anatomy.library import Library
from deckbuilder.anki.notes import DeckSpec, Note
from deckbuilder.core.diagnostics import Diagnostic, Fault, Location, distinct, errors
from deckbuilder.core.findings import severity
from deckbuilder.core.project import Project
from deckbuilder.lock import Changes, Lock
from deckbuilder.package import describe
from deckbuilder.records import NOTE_KINDS, Deck, Exam, Record
from deckbuilder.records.salvage import Lost, salvage
from deckbuilder.render import NoteTypes, Rendered, prepare, render
from deckbuilder.render.places import stated
from deckbuilder.workspace import ratchet

if TYPE_CHECKING:
    from deckbuilder.package.writer import Written

Tick = Callable[[str, int, int], None]
Read = Callable[[Iterable[Path], Path], tuple[list[source.Document], list[Diagnostic]]]
# A clock that says less than this was never set: times from it would block every later update.
EARLIEST = 1_577_836_800  # 2020-01-01
# One that says more would leave times in the lock, and in learners' Anki, that nothing can take back.
LATEST = 4_102_444_800  # 2100-01-01


@dataclass(slots=True)
class Loaded:
    """Every record that passed the border, every fault so far, and what could not be read but exists."""

    library: Library
    diagnostics: list[Diagnostic]
    lost: Lost
    rendered: Rendered | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Ready:
    """All that a package is made of. `stale`: the lock on disk, `before`, is not the `lock` whose `text` this is."""

    rendered: Rendered
    exams: tuple[Exam, ...]
    edition: str
    before: Lock
    lock: Lock
    text: str
    stale: bool
    changes: Changes

    @property
    def tags(self) -> set[str]:
        """Every tag that a note has."""
        return {tag for note in self.rendered.notes for tag in note.tags}


def ready(
    project: Project,
    now: int,
    *,
    edition: str = "",
    allow_schema_change: bool = False,
    lint: bool = True,
    tick: Tick = lambda *_: None,
) -> tuple[Ready | None, Loaded]:
    """All that a package of the project as it is now is made of, None where faults stand in its way.

    `now` in seconds; `edition` in place of the one in deck.yaml; `lint`: as for `load`. Raises `Fault` for what editing cards
    cannot cure.
    """
    if now < EARLIEST:
        raise Fault("the clock says that it is before 2020", "set the clock; learners' Anki goes by it")
    if now >= LATEST:
        raise Fault("the clock says that it is after 2099", "set the clock; learners' Anki goes by it")
    loaded = load(project, tick, today=datetime.fromtimestamp(now, timezone.utc).date(), lint=lint)
    lock = hold(loaded, project, allow_schema_change=allow_schema_change)
    rendered = loaded.rendered
    loaded.diagnostics = ratchet.read(project).mark(distinct(loaded.diagnostics))
    if rendered is None or errors(loaded.diagnostics):
        return None, loaded
    if not rendered.notes:
        help = "write one, such as a `muscle`"
        loaded.diagnostics.append(Diagnostic(Location("cards"), "no-notes", "no record makes a card", help))
        return None, loaded
    ahead = sum(entry.mod > now + 86_400 for entry in lock.notes.values())
    if ahead:
        message = f"the lock holds times ahead of this computer's clock, of {ahead} of {len(lock.notes)} notes"
        help = (
            "set the clock, if it is wrong; if it is right and nobody got a package of that lock, bring back the lock of before "
            "(git log -- cards/deck.lock) and delete the package"
        )
        loaded.diagnostics.append(Diagnostic(Location(locks.LOCK), "clock", message, help))
    deck = rendered.deck
    name = edition or deck.edition
    after, changes = locks.advance(lock, deck.namespace, rendered.notes, rendered.note_types, name, now)
    after, name = locks.label(replace(after, deck=locks.deck_entry(deck, lock.deck, now)), name)
    text = locks.dump(after)
    stale = not lock.places or text != project.lock.read_text("utf-8")
    exams = tuple(record for record in loaded.library.records.values() if isinstance(record, Exam))
    return Ready(rendered, exams, name, lock, after, text, stale, changes), loaded


def write(path: Path, ready: Ready, notes: list[Note], variant: str = "") -> Written:
    """A package of these of the notes, at any place; read back. `variant`: the part of the deck that they are."""
    from deckbuilder.package import writer  # genanki takes long to import: a build that faults stop does without

    times = [each.mod for each in ready.lock.notes.values()] + [each.mod for each in ready.lock.types.values()]
    about: dict[str, str | int] = {"deck": ready.rendered.deck.id, "edition": ready.edition}
    about |= {"state": locks.state(ready.lock), "newest": max(times, default=0)}
    about |= {"variant": variant} if variant else {}
    return writer.write(path, notes, ready.rendered.note_types, ready.lock, decks(ready, notes, variant), about)


def decks(ready: Ready, notes: list[Note], variant: str = "") -> dict[str, DeckSpec]:
    """The decks as Anki shows them when it is given these of the notes."""
    return describe.decks(ready.rendered.deck, ready.edition, notes, ready.rendered.note_types, variant)


def load(
    project: Project,
    tick: Tick = lambda *_: None,
    *,
    read: Read | None = None,
    types: Callable[[Project, Deck], NoteTypes] = NoteTypes,
    wanted: Callable[[Record], bool] = lambda record: True,
    today: date | None = None,
    infos: bool = False,
    lint: bool = True,
) -> Loaded:
    """Records, their faults, and the notes of those that have none.

    `today`: for what grows stale; `infos`: with what is told on request; `lint`: whether to ask what only makes better cards.

    For a caller that loads again and again: `read` and `types` may keep what did not change, and only records that are
    `wanted` become notes.
    """
    prepare(project)
    paths = list(project.sources())
    tick("reading", 0, len(paths))
    read = read or partial(source.read, cache=project.cache)
    documents, unreadable = read(paths, project.root)
    tick("checking", 0, len(documents))
    found, malformed = records.parse(documents)
    drawn = drawings.read(project)
    library = Library(found, drawn)
    unreadable = [*unreadable, *unread(project)]
    loaded = Loaded(library, unreadable + malformed + drawn.faults, Lost(), count=len(found))
    if errors(loaded.diagnostics):
        loaded.lost = salvage(project, found, documents, errors(loaded.diagnostics))
        loaded.lost.ids |= {("plate", id) for id in drawn.broken}
    loaded.diagnostics += rules.guard(loaded.library, loaded.lost)
    sound, others = sound_of(loaded, found, documents)
    whole = not errors(loaded.diagnostics)
    if lint:
        loaded.diagnostics += rules.lint(sound, whole=whole, today=today, media=project.media, infos=infos)
    loaded.lost.mention(record.document for record in others)
    loaded.rendered, faults = render(
        sound,
        project,
        lambda done, of: tick("rendering", done, of),
        beside=others,
        kinds={kind for kind, _ in loaded.lost.ids if kind in NOTE_KINDS},
        doubted=loaded.lost.names,
        types=types,
        wanted=wanted,
    )
    loaded.diagnostics += faults
    project.cache.flush()
    return loaded


def unread(project: Project) -> Iterator[Diagnostic]:
    """Files that are plainly meant as cards, and are passed over because of their names."""
    for path, meant in project.unread():
        message = "this file is not read: names of cards end in .yaml or .yml"
        help = f"rename it to '{meant.name}', or move it out of cards/"
        yield Diagnostic(Location(path.relative_to(project.root).as_posix()), "not-read", message, help)


def sound_of(loaded: Loaded, found: list[Record], documents: list[source.Document]) -> tuple[Library, list[Record]]:
    """The records without a fault, and without one behind anything that they name: only these can be rendered.

    And the others.
    """
    faulty = errors(loaded.diagnostics)
    if not faulty:
        return loaded.library, []
    starts: dict[str, list[tuple[int, int]]] = {fault.location.path: [] for fault in faulty}
    for document in documents:
        if document.file.name in starts:
            starts[document.file.name].append((document.locate().line, id(document)))
    bad: set[int] = set()
    for path, line in {(fault.location.path, fault.location.line) for fault in faulty}:
        before = [each for each in starts.get(path, []) if each[0] <= line]
        if before:
            bad.add(max(before)[1])
    kept = [record for record in found if id(record.document) not in bad or record.kind == "deck"]
    while True:
        library = Library(kept, loaded.library.drawings)
        missing = {
            id(record)
            for record in kept
            if not all(any(library.answers(kind, each.id) for kind in each.kinds) for each in record.refers())
        }
        if not missing:
            sound = {id(record) for record in kept}
            return library, [record for record in found if id(record) not in sound]
        kept = [record for record in kept if id(record) not in missing]


def hold(loaded: Loaded, project: Project, *, allow_schema_change: bool) -> Lock:
    """The lock, empty before the first build; what is wrong with it, or what it has against these notes, is added."""
    if loaded.library.deck is not None:
        loaded.diagnostics += locks.check_numbers_of_deck(loaded.library.deck)
    try:
        lock = locks.read(project)
    except locks.Damaged as damage:
        loaded.diagnostics.append(damage.diagnostic)
        return Lock()
    if lock is None:
        return Lock()
    subjects = [subject for record in loaded.library.records.values() for subject in record.subjects()]
    lock, twins = locks.settle(lock, subjects, loaded.lost.answers)
    loaded.diagnostics += twins
    loaded.diagnostics += locks.check_ids(lock, subjects, loaded.lost.answers)
    if loaded.rendered is not None:
        sound = {note.key for note in loaded.rendered.notes}  # a name that is misspelt is no other question
        loaded.diagnostics += locks.check_numbers(lock, [subject for subject in subjects if subject.key in sound])
        deck, types = loaded.rendered.deck, loaded.rendered.note_types
        names = {note.key: locks.called(note, types[note.kind]) for note in loaded.rendered.notes if note.kind in types}
        loaded.diagnostics += locks.check_exchanged(lock, subjects, names)

        def at(kind: str, what: str) -> Location:
            return deck.locate("note_types", "ids", kind) if what == "id" else stated(project, kind, what)

        agreed = allow_schema_change
        loaded.diagnostics += locks.check_types(lock, types, at, severity("schema-change", second=agreed))
        loaded.diagnostics += locks.check_deck(lock, deck, severity("deck-change", second=agreed))
    return lock
