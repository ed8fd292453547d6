"""A project as it is at one moment: each part is worked out when somebody asks for it, and remembered.

A verb that wants to know something of a project asks its `Workspace`. Nobody else reads its files, parses them, holds
them against the lock or takes off what `cards/warnings.json` knows. What comes later is another snapshot, made of an
earlier one: it takes over whatever is the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field, replace
from datetime import date, datetime, timezone
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from deckbuilder import lock as locks
from deckbuilder import records, rules
from deckbuilder.anatomy import drawings
from deckbuilder.anatomy.drawings import Drawings
from deckbuilder.anatomy.library import Library
from deckbuilder.anki.notes import Note, NoteType
from deckbuilder.core.diagnostics import Diagnostic, Location, distinct, errors
from deckbuilder.core.frozen import dataclass
from deckbuilder.core.project import Project, find
from deckbuilder.lock import Lock
from deckbuilder.records import NOTE_KINDS, Deck, Exam, Record, Rulebook
from deckbuilder.records.salvage import Lost, salvage
from deckbuilder.source import Document, Kept
from deckbuilder.source.kept import stamps
from deckbuilder.workspace import held, ratchet
from deckbuilder.workspace.collector import without_collector
from deckbuilder.workspace.ratchet import Ratchet, Step
from deckbuilder.workspace.ready import Ready, ahead, made_ready, sure_of, unbuildable
from deckbuilder.workspace.sound import sound_of
from deckbuilder.workspace.texts import Texts

if TYPE_CHECKING:
    from deckbuilder.package.writer import Written
    from deckbuilder.render import ProjectNoteTypes, Rendered

Tick = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with a project, and how much there is of it.

    `diagnostics`: each once, in the order of files and lines; those that `cards/warnings.json` counts are marked as known.
    `grown` and `shrunk`: rules with more or fewer warnings than it knows, if there is such a file (`ratcheted`).
    """

    diagnostics: list[Diagnostic]
    records: int = 0
    notes: int = 0
    cards: int = 0
    grown: tuple[Step, ...] = ()
    shrunk: tuple[Step, ...] = ()
    ratcheted: bool = False


@dataclass(slots=True)
class _Earlier:
    """What a snapshot takes over from the one that it was made of.

    `records`: by the identity of their documents, which only a document that is the same still has.
    """

    files: Kept | None = None
    records: Mapping[int, Record] = field(default_factory=dict)
    types: _Types | None = None


@dataclass(frozen=True, slots=True)
class _Types:
    """The note types for a deck record, with what the templates looked like when they were read."""

    deck: Deck
    stamps: Collection[object]
    read: ProjectNoteTypes


@dataclass(frozen=True, eq=False)
class Workspace:
    """A project at one moment. It never changes: whoever wants to know what is there later takes another one.

    Nothing is read before somebody asks for it. The source cards are then read all together, once; templates and pictures
    when notes are made of them. `unsaved`: texts that count in place of those on the disk, by their paths from the root;
    None for a file that is to be gone. `tick(what, done, of)` is called now and then on long work.

    What an author can mend is a `Diagnostic` among the `findings`. Where no card is to blame, as where a folder cannot
    be read, whatever is asked for raises `Fault`.
    """

    project: Project
    unsaved: Mapping[str, str | None] = field(default_factory=dict)
    tick: Tick = field(default=lambda *_: None, repr=False)
    _earlier: _Earlier = field(default_factory=_Earlier, repr=False)

    @classmethod
    def open(cls, folder: str | os.PathLike[str] | None = None) -> Workspace:
        """The project in this folder, which holds `cards/deck.yaml`; without one, that around the working folder.

        Outside of any project it is the deck that ships with deckbuilder. Raises `Fault` where the folder holds no project.
        """
        return cls(find(None if folder is None else Path(folder)))

    # Other moments, and other texts

    def again(self, touched: Iterable[Path] = ()) -> Workspace:
        """The project as it is on the disk now. `touched`: files that are read again even if they look as before."""
        doubted = set(touched)
        files = self._texts.cards(self.files if "files" in self.__dict__ else self._earlier.files, doubted)
        templates, known = self.project.templates, self._earlier.types
        stale = any(path.is_relative_to(templates) for path in doubted)
        stale = stale or (known is not None and known.stamps != stamps(templates))
        return replace(self, _earlier=self._handed_on(files, stale=stale))

    def with_texts(self, texts: Mapping[str, str | None]) -> Workspace:
        """The same project, were these the texts of these files: what an editor has not saved, a rename that is only tried.

        The keys are paths from the root, with slashes, of source cards (`cards/arm/biceps.yaml`; also of new ones), the lock,
        `cards/warnings.json` or `cards/media/figures.json`. None: the file is not there. Raises `Fault` for any other path.
        """
        typed = self._texts.typed(texts)
        return replace(self, unsaved=typed.unsaved, _earlier=self._handed_on(typed.cards_after(self.files)))

    def unlike(self, before: Workspace) -> frozenset[str]:
        """The source cards that are new, gone or other than in an earlier snapshot; and those that cannot be read."""
        return self.files.unlike(before.files)

    def _handed_on(self, files: Kept, *, stale: bool = False) -> _Earlier:
        """What the next snapshot may take over; `stale`: templates may have changed."""
        known = {id(record.document): record for record in self.records} if "_parsed" in self.__dict__ else {}
        return _Earlier(files, known, None if stale else self._earlier.types)

    # What is there

    @cached_property
    def files(self) -> Kept:
        """The source cards file by file, with the documents and the faults of each."""
        if self._earlier.files is not None:
            return self._earlier.files
        self.tick("reading", 0, 1)
        return self._texts.cards()

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Everything that opens like a record, as plain values, in the order of files."""
        return tuple(self.files.documents)

    @property
    def records(self) -> tuple[Record, ...]:
        """The records that are valid, in the order of files; also a second one of the same id."""
        return self._parsed[0]

    @cached_property
    def drawings(self) -> Drawings:
        """The figures and plates that `deckbuilder figures` drew for the project."""
        return drawings.listed(self._texts.other(drawings.INDEX))

    @cached_property
    def library(self) -> Library:
        """The valid records by kind and id, and what follows from them: members, antagonists, look-alikes."""
        return Library(self.records, self.drawings)

    @cached_property
    def settings(self) -> rules.Settings:
        """How strict each rule is in this project, with its limits and words."""
        return rules.Settings.of(rules.defaults(), *(each for each in self.records if isinstance(each, Rulebook)))

    @property
    def lock(self) -> Lock:
        """What was built and released, as `cards/deck.lock` says; empty before the first build.

        Raises `Fault` where it is damaged.
        """
        if isinstance(self._lock, locks.Damaged):
            raise self._lock.fault
        return self._lock or Lock()

    @property
    def rendered(self) -> Rendered | None:
        """The deck with its notes and note types. None while no valid `deck` record is there."""
        return self._rendering[0]

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes of all records that are sound, in teaching order. Their fields are HTML, in the order of their note type."""
        return tuple(self.rendered.notes) if self.rendered else ()

    @property
    def note_types(self) -> Mapping[str, NoteType]:
        """The note types of these notes, by kind."""
        return MappingProxyType(self.rendered.note_types if self.rendered else {})

    # What is wrong

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """What `check()` finds, each once, in the order of files and lines."""
        return tuple(self.check().diagnostics)

    def check(self, *, today: date | None = None, infos: bool = False) -> Checked:
        """Everything that is wrong, in the cards and in what would come of them.

        `today`: the day by which a source counts as old; without it nothing is said of that. `infos`: with what is told
        on request only.
        """
        with without_collector():
            self._prepare()
            found = self._marked([*self._before_notes(today=today, infos=infos), *self._rendering[1], *self.held()[1]])
            dated = [name for name, rule in rules.RULES.items() if rule.dated] if self.known.made else []
            return Checked(
                found,
                len(self.records),
                len(self.notes),
                sum(len(note.ordinals) for note in self.notes),
                grown=tuple(self.known.grown(found, dated)),
                shrunk=() if errors(found) else tuple(self.known.shrunk(found)),
                ratcheted=self.known.made,
            )

    @property
    def malformed(self) -> tuple[Diagnostic, ...]:
        """What keeps documents from being valid records."""
        return self._parsed[1]

    @cached_property
    def faults(self) -> tuple[Diagnostic, ...]:
        """What keeps files, documents and drawings from being read."""
        return (*self.files.faults, *self._texts.passed_over(), *self.malformed, *self.drawings.faults)

    @cached_property
    def guarded(self) -> tuple[Diagnostic, ...]:
        """What is wrong with what notes rely on: ids that stand twice, names that lead nowhere."""
        return tuple(rules.guard(self.library, self.lost, self.project.cache))

    def linted(self, *, today: date | None = None, infos: bool = False) -> tuple[Diagnostic, ...]:
        """What the other rules think of the sound records; `today` and `infos` as for `check`."""
        if (today, infos) not in self._opinions:
            whole, media = not errors([*self.faults, *self.guarded]), self.project.media
            cache = self.project.cache
            found = rules.lint(self._sound[0], whole=whole, today=today, media=media, infos=infos, cache=cache)
            self._opinions[today, infos] = tuple(found)
        return self._opinions[today, infos]

    @cached_property
    def known(self) -> Ratchet:
        """The warnings that `cards/warnings.json` counts."""
        return ratchet.known(self._texts.other(ratchet.FILE))

    @cached_property
    def lost(self) -> Lost:
        """What the records and files that could not be read would have answered to."""
        wrong = errors(self.faults)
        if not wrong:
            return Lost()
        lost = self.salvaged(wrong)
        lost.ids |= {("plate", id) for id in self.drawings.broken}
        return lost

    def salvaged(self, wrong: Iterable[Diagnostic]) -> Lost:
        """The same of these errors alone."""
        return salvage(self.project, self.records, self.documents, wrong, self.unsaved)

    # What comes of it

    def rendering(self, wanted: Callable[[Record], bool]) -> tuple[Rendered | None, list[Diagnostic]]:
        """The notes of only the records that are `wanted`, and what is wrong with them. This is not remembered."""
        from deckbuilder.render import render

        self._prepare()
        sound, others = self._sound
        lost = replace(self.lost, mentioned=set(self.lost.mentioned))
        lost.mention(record.document for record in others)
        rendered, faults = render(
            sound,
            self.project,
            lambda done, of: self.tick("rendering", done, of),
            beside=others,
            kinds={kind for kind, _ in lost.ids if kind in NOTE_KINDS},
            doubted=lost.names,
            types=self._note_types,
            wanted=wanted,
        )
        self.project.cache.flush()
        return rendered, faults

    def held(self, *, allow_schema_change: bool = False) -> tuple[Lock, tuple[Diagnostic, ...]]:
        """The lock as the next build takes it, and what it has against these cards.

        `allow_schema_change`: what Anki would refuse, such as a note type with another field, is no error but a warning.
        """
        return self._hold(allowed=True) if allow_schema_change else self._held

    def ready(
        self, now: int, *, edition: str = "", allow_schema_change: bool = False, lint: bool = True
    ) -> tuple[Ready | None, list[Diagnostic]]:
        """All that a package is made of, None where errors stand in its way; and everything that was found.

        `now`: the time that what is new gets, in seconds since 1970. `edition`: its name in place of that in deck.yaml.
        `allow_schema_change`: as for `held`. `lint`: whether to ask the rules that only make better cards. Raises
        `Fault` for a time that cannot be.
        """
        sure_of(now)
        self._prepare()
        today = datetime.fromtimestamp(now, timezone.utc).date()
        before = self._before_notes(today=today) if lint else [*self.faults, *self.guarded]
        rendered, faults = self._rendering
        lock, against = self.held(allow_schema_change=allow_schema_change)
        found = self._marked([*before, *faults, *against])
        if rendered is None or errors(found):
            return None, found
        if not rendered.notes:
            help = "write one, such as a `muscle`"
            return None, [*found, Diagnostic(Location("cards"), "no-notes", "no record makes a card", help)]
        exams = tuple(record for record in self.library.records.values() if isinstance(record, Exam))
        text = self._texts.text_of_lock() if lock.places else ""
        return made_ready(rendered, exams, edition, lock, text, now), [*found, *ahead(lock, now)]

    def package(
        self, path: str | os.PathLike[str], now: int, *, edition: str = "", allow_schema_change: bool = False
    ) -> Written:
        """An Anki package of all notes, written to `path`; the arguments are as for `ready`.

        The lock is not written: two packages that know nothing of each other may have two texts under one time, of which
        Anki keeps the first. What learners are to get is made by `deckbuilder build`. Raises `Fault` where errors
        stand in its way, or where it cannot be written.
        """
        ready, found = self.ready(now, edition=edition, allow_schema_change=allow_schema_change)
        if ready is None:
            raise unbuildable(str(self.project.root), found)
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        return ready.write(target)

    # What these are worked out from

    @cached_property
    def _texts(self) -> Texts:
        return Texts(self.project, self.unsaved)

    @cached_property
    def _lock(self) -> Lock | locks.Damaged | None:
        return self._texts.lock()

    @cached_property
    def _parsed(self) -> tuple[tuple[Record, ...], tuple[Diagnostic, ...]]:
        self.tick("checking", 0, len(self.documents))
        found, faults = records.parse(self.documents, self._earlier.records)
        return tuple(found), tuple(faults)

    @cached_property
    def _sound(self) -> tuple[Library, list[Record]]:
        return sound_of(self.library, self.records, self.documents, errors([*self.faults, *self.guarded]))

    @cached_property
    def _opinions(self) -> dict[tuple[date | None, bool], tuple[Diagnostic, ...]]:
        return {}

    @cached_property
    def _held(self) -> tuple[Lock, tuple[Diagnostic, ...]]:
        return self._hold(allowed=False)

    def _hold(self, *, allowed: bool) -> tuple[Lock, tuple[Diagnostic, ...]]:
        deck, lock = self.library.deck, self._lock
        found = tuple(locks.check_numbers_of_deck(deck)) if deck else ()
        if isinstance(lock, locks.Damaged):
            return Lock(), (*found, lock.diagnostic)
        if lock is None:
            return Lock(), found
        lock, against = held.against(lock, self.project, self.library, self.lost, self.rendered, allowed=allowed)
        return lock, (*found, *against)

    @cached_property
    def _rendering(self) -> tuple[Rendered | None, list[Diagnostic]]:
        return self.rendering(lambda record: True)

    def _prepare(self) -> None:
        """What rendering needs and takes long to start is started, while the cards are read."""
        if not self.project.shipped_templates and "_rendering" not in self.__dict__:
            from deckbuilder.render import prepare

            prepare(self.project)

    def _note_types(self, project: Project, deck: Deck) -> ProjectNoteTypes:
        """Those of the last time, as long as neither templates nor deck.yaml changed and all is well with them."""
        from deckbuilder.render import ProjectNoteTypes

        known = self._earlier.types
        if known is None or known.deck != deck or known.read.faults:
            before = stamps(project.templates)
            known = self._earlier.types = _Types(deck, before, ProjectNoteTypes(project, deck))
        return known.read

    def _before_notes(self, *, today: date | None = None, infos: bool = False) -> list[Diagnostic]:
        return [*self.faults, *self.guarded, *self.linted(today=today, infos=infos)]

    def _marked(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        return self.known.mark(distinct(found))
