"""Records to notes: fields from Jinja templates, tags from what a note is about, in teaching order."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from sys import intern

from deckbuilder.anatomy import tags
from deckbuilder.anatomy.drawings import INDEX
from deckbuilder.anatomy.library import Library
from deckbuilder.anki.notes import Media, Note, NoteType
from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.project import Project
from deckbuilder.records import NOTE_KINDS, Deck, Record, nearest
from deckbuilder.records.base import Noted, Subject
from deckbuilder.render import filled, lessons
from deckbuilder.render.arrangement import Arrangement, as_taught
from deckbuilder.render.drawn import Figures
from deckbuilder.render.explained import where
from deckbuilder.render.filled import Filled
from deckbuilder.render.media import Pictures
from deckbuilder.render.notetypes import ProjectNoteTypes
from deckbuilder.render.output import FieldChecks
from deckbuilder.render.remembered import Job, Known, Remembered

__all__ = ["ProjectNoteTypes", "Rendered", "prepare", "render"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a package is made of. Notes stand in teaching order."""

    deck: Deck
    notes: list[Note]
    note_types: dict[str, NoteType]


def render(
    library: Library,
    project: Project,
    tick: Callable[[int, int], None] = lambda done, of: None,
    *,
    beside: Collection[Record] = (),
    kinds: Collection[str] = (),
    doubted: Callable[[str], bool] = lambda id: False,
    types: Callable[[Project, Deck], ProjectNoteTypes] = ProjectNoteTypes,
    wanted: Callable[[Record], bool] = lambda record: True,
) -> tuple[Rendered | None, list[Diagnostic]]:
    """Every note of the project. `tick(done, of)` is called now and then on long work.

    `beside`: records that cannot be rendered, and `kinds`: those of records that could not be read; their pictures and
    templates are looked at all the same. `doubted(id)`: whether a record may only lack a card because another one is at
    fault. Without a deck nothing is made, but all is looked at. `types` may know the note types already; only records that
    are `wanted` become notes.
    """
    deck = library.deck or _stand_in()
    pictures = Pictures(project, deck.note_types.prefix.lower(), library)
    unseen = [fault for fault in map(pictures.of, beside) if isinstance(fault, Diagnostic)]
    note_types = types(project, deck)
    figures = Figures(pictures, library)
    order = as_taught(library)
    jobs, lacking = _jobs(filter(wanted, order), pictures)
    gone = sorted({*kinds, *_kinds(beside)})
    for kind in sorted({*gone, *_kinds(job.record for job in jobs)}):
        note_types.get(kind)
    remembered = Remembered(library, project, deck, figures, jobs if all(map(wanted, order)) else [])
    writer = _Writer(remembered, project, deck, note_types, doubted)
    filling = Filled(library, project, deck, figures, remembered, broken=writer.broken)
    made: list[tuple[Noted, Note]] = []
    for done, found in enumerate(filling.of(jobs, gone)):
        if done % 500 == 0:
            tick(done, len(jobs))
        note = writer.note(*found)
        if note is not None:
            made.append((found[0].subject, note))
    tick(len(jobs), len(jobs))
    faults = note_types.faults + filling.faults + writer.faults + figures.faults + unseen + lacking
    if not library.deck:
        return None, faults
    known = {kind: each for kind in sorted({note.kind for _, note in made}) if (each := note_types.get(kind))}
    arrangement = Arrangement(library, deck, known)
    arranged = arrangement.of(made)
    if len(made) == len(jobs) and not (faults or gone or len(jobs) < len(order)):
        faults = [*arrangement.faults(), *lessons.too_early(deck, arranged, known)]
    return Rendered(deck, [note for _, note in arranged], known), faults


def _kinds(records: Iterable[Record]) -> set[str]:
    """The kinds of notes that these records make."""
    return {subject.kind for record in records for subject in record.subjects()}


def _jobs(records: Iterable[Subject], pictures: Pictures) -> tuple[list[Job], list[Diagnostic]]:
    """The notes that are to be made of these records, and what is wrong with their pictures."""
    jobs: list[Job] = []
    lacking: list[Diagnostic] = []
    for record in records:
        media = pictures.of(record)
        if isinstance(media, Diagnostic):
            lacking.append(media)
            media = None
        jobs += [Job(record, place, each, media) for place, each in enumerate(record.subjects())]
    return jobs, lacking


def prepare(project: Project) -> None:
    """What rendering will need and takes long to start is started, for who reads the cards meanwhile."""
    if not project.shipped_templates:
        filled.ahead()


def _stand_in() -> Deck:
    """A deck that lets faults of templates and cards be found while the project's own is at fault."""
    ids = dict.fromkeys(NOTE_KINDS, 10**9)
    return Deck.model_validate(
        {
            "deck": "deck",
            "name": "Deck",
            "anki_id": 10**9,
            "edition": "0",
            "namespace": "deck",
            "tag_root": "Deck",
            "about": "Deck",
            "license": "none",
            "subdecks": {"all": {"name": "All", "id": 10**9}},
            "note_types": {"prefix": "Deck", "ids": ids},
        }
    )


class _Writer:
    """One note after another from its fields, collecting what is wrong with them and with pictures."""

    def __init__(
        self,
        remembered: Remembered,
        project: Project,
        deck: Deck,
        note_types: ProjectNoteTypes,
        doubted: Callable[[str], bool],
    ) -> None:
        self.faults: list[Diagnostic] = []
        self._remembered, self._project, self._deck, self._note_types = remembered, project, deck, note_types
        self._doubted = doubted
        self._output = FieldChecks(project)
        self.broken: set[str] = set()
        self._asked: set[str] = set()
        self._variables: dict[str, dict[str, str]] = {}

    def note(self, job: Job, values: dict[str, str] | Known | None, shows: list[Media]) -> Note | None:
        if values is None or job.subject.kind in self.broken:
            return None
        if isinstance(values, Known):
            self._ask_whose(job.record, shows)
            self._remembered.made(job, None)
            return self._made(job, values.fields, values.tags, values.ordinals, shows)
        note = self._filled(job, values, shows)
        self._remembered.made(job, note)
        return note

    def _filled(self, job: Job, values: dict[str, str], shows: list[Media]) -> Note | None:
        kind: str = job.subject.kind
        note_type, names = self._note_types.get(kind), self._note_types.names(kind)
        if names is None:
            return None
        variables = self._variables_of(kind, names)
        if not variables.keys() >= values.keys():
            self._tell_unknown(kind, values, variables)
            return None
        if note_type is None:
            return None
        self._ask_whose(job.record, shows)
        self.faults += self._output.check(kind, values, {each.name: each for each in shows}, job.subject.place)
        fields = tuple([values.get(variable, "") for variable in variables])
        ordinals = tuple(each - 1 for each in job.subject.numbers) if note_type.cloze else note_type.ordinals(fields)
        if not ordinals:
            self._tell_blank(job)
            return None
        return self._made(
            job, fields, tags.of(job.subject, self._remembered.library, self._deck.tag_root), ordinals, shows
        )

    def _made(
        self, job: Job, fields: tuple[str, ...], tags: tuple[str, ...], ordinals: tuple[int, ...], shows: list[Media]
    ) -> Note:
        subject = job.subject
        return Note(
            key=subject.key,
            kind=subject.kind,
            # Half of all fields are said of several notes.
            fields=tuple(map(intern, fields)),
            tags=tuple(map(intern, tags)),
            ordinals=ordinals,
            media=tuple(shows),
            formerly=tuple([f"{subject.kind}/{id}" for id in subject.formerly]),
            retired=subject.retired,
            asks=subject.asks,
        )

    def _tell_unknown(self, kind: str, values: dict[str, str], variables: dict[str, str]) -> None:
        """A variable that is set for no field; nothing else is told of this kind."""
        unknown = sorted(values.keys() - variables.keys())
        self.broken.add(kind)
        name = f"{kind}/fields.html.j2"
        self.faults.append(
            Diagnostic(
                where(self._project, (name, "_shared/fields.html.j2"), rf"\bset\s+({re.escape(unknown[0])})\b"),
                "unknown-field",
                f"the note type has no field for the variable '{unknown[0]}'",
                nearest(unknown[0], variables) or f"add the field to {kind}/notetype.yaml",
            )
        )

    def _tell_blank(self, job: Job) -> None:
        if not self._doubted(job.record.id):
            self.faults.append(
                Diagnostic(
                    job.subject.place(),
                    "blank-card",
                    f"no card of {job.subject.key} has a front",
                    "fill the fields that its questions need",
                )
            )

    def _ask_whose(self, record: Subject, shows: list[Media]) -> None:
        """A picture that nobody is credited for cannot be given away. Each is asked for once."""
        picture = record.picture
        for media in shows:
            if media.credit or media.name in self._asked or (picture and picture.credit):
                continue
            self._asked.add(media.name)
            file = media.path.relative_to(self._project.media).as_posix()
            self.faults.append(
                Diagnostic(
                    record.locate("picture", "file") if picture else Location(INDEX),
                    "uncredited-picture",
                    f"nothing says who made '{file}', and under which license",
                    "write a `credit` record whose `files` name it, or a `credit` for this picture",
                )
            )

    def _variables_of(self, kind: str, names: Sequence[str]) -> dict[str, str]:
        """The Jinja names of a kind's fields, in order: 'Name Latin' is set as `Name_Latin`."""
        if kind not in self._variables:
            self._variables[kind] = {name.replace(" ", "_"): name for name in names}
        return self._variables[kind]
