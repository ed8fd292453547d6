"""The fields of all notes: in place where the templates are ours, in a process of its own where they are a project's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from deckbuilder.anatomy.library import Library
from deckbuilder.anki.notes import Media
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.project import Project
from deckbuilder.records import Deck
from deckbuilder.render import ours
from deckbuilder.render.compiled import Compiled
from deckbuilder.render.drawn import DrawnPicture, Figures, Which
from deckbuilder.render.explained import Wrong
from deckbuilder.render.fields import FIELDS, Fields
from deckbuilder.render.jail import UNSOUND, Stopped, ahead, jail
from deckbuilder.render.limits import LIMITS
from deckbuilder.render.loader import of_folder
from deckbuilder.render.ours import Ours
from deckbuilder.render.remembered import Job, Known, Remembered
from deckbuilder.render.wire import Notes

__all__ = ["Filled", "Job", "ahead"]

_COMPILED = Compiled(ours.__file__, "fields")
_WHICH = frozenset(get_args(Which))


Found = tuple[Job, dict[str, str] | Known | None, list[Media]]


class Filled:
    """The fields of the notes of one project. `broken`: the kinds that are not filled any more, here or by the caller."""

    def __init__(
        self,
        library: Library,
        project: Project,
        deck: Deck,
        figures: Figures,
        remembered: Remembered,
        *,
        broken: set[str],
    ) -> None:
        self.faults: list[Diagnostic] = []
        self._library, self._project, self._deck, self._figures = library, project, deck, figures
        self._remembered, self._broken = remembered, broken

    def of(self, jobs: Sequence[Job], kinds: Sequence[str]) -> Iterator[Found]:
        """What the templates set for each, by the names of variables, None where they are at fault; and its pictures.

        `kinds`: those whose templates are looked at all the same.
        """
        return self._in_place(jobs, kinds) if self._project.shipped_templates else self._apart(jobs, kinds)

    def _in_place(self, jobs: Sequence[Job], kinds: Sequence[str]) -> Iterator[Found]:
        shows: dict[str, Media] = {}

        def drawn(id: str, which: Which) -> DrawnPicture | None:
            found = self._remembered.drawn(id.partition("/")[0], which)
            if found is not None:
                shows[found.name] = found.media
            return found

        environment = Ours(loader=of_folder(self._project.templates), bytecode_cache=_COMPILED, **FIELDS)
        filling = Fields(environment, self._remembered.library, self._deck, drawn)
        for job in jobs:
            shows.clear()
            if job.media:
                shows[job.media.name] = job.media
            kind = job.subject.kind
            values: dict[str, str] | Known | None = None
            if kind not in self._broken and filling.broken.isdisjoint({kind, "_shared"}):
                values = self._remembered.known(job) or filling.of(kind, job.subject, job.media)
            if isinstance(values, Known):
                for each in values.drawings:
                    drawn(*each)
            yield job, values, list(shows.values())
        for kind in kinds:
            filling.look_at(kind)
        self._told(filling.wrong)

    def _apart(self, jobs: Sequence[Job], kinds: Sequence[str]) -> Iterator[Found]:
        places = {id(record): place for place, record in enumerate(self._library.records.values())}
        subjects = [(places[id(job.record)], job.place, _plain(job.media) if job.media else None) for job in jobs]
        records, drawings = list(self._library.records.values()), self._library.drawings
        request = Notes(LIMITS, records, drawings, self._deck, subjects, tuple(kinds))
        with jail() as process:
            try:
                for message in process.ask(request, self._project.templates, "_shared/fields.html.j2", self._drawn):
                    try:
                        wrong = [process.wrong(each) for each in message.get("wrong", ())]
                        found = [self._checked(jobs[int(each[0])], *each[1:]) for each in message.get("notes", ())]
                    except UNSOUND as error:
                        raise process.unsound() from error
                    self._told(wrong)
                    yield from found
            except Stopped as stopped:
                self._told([stopped.wrong])

    def _drawn(self, id: str, which: str) -> tuple[Any, ...] | None:
        found = self._figures.of(id, _which(which))
        return (found.name, found.width, found.height, found.seen, found.hidden) if found else None

    def _checked(self, job: Job, values: Any, used: Any) -> Found:
        """What the process says of a note, of which nothing is taken but texts and pictures that we found ourselves."""
        shows = {job.media.name: job.media} if job.media else {}
        for id, which in used:
            found = self._figures.of(str(id), _which(which))
            if found is not None:
                shows[found.name] = found.media
        texts = None if values is None else {str(name): str(text) for name, text in values.items()}
        return job, texts, list(shows.values())

    def _told(self, wrong: Sequence[Wrong]) -> None:
        self.faults += [each.diagnostic(self._project) for each in wrong]


def _plain(media: Media) -> tuple[str, str, str]:
    return media.name, media.digest, media.credit


def _which(which: Any) -> Any:
    if which not in _WHICH:
        raise ValueError(which)
    return which
