"""Notes as they were made before, wherever everything that they were made of is the same.

What a note hangs on: deckbuilder's code, the templates, the deck's settings; its own record and picture; and whatever it
asked of the other records on its way. The first three are in the key under which it is kept, a digest of the next two
stands beside it; the last is asked again, and only where every answer is the same is the note taken as it was. So an edit
makes those notes anew that say something else.

Notes are kept some dozens at a time. A bundle is known by the ids of what is in it, and ends where an id's digest says so, and
not after a number of records: one that is edited or added leaves the other bundles, and the other notes of its own, as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Any

from deckbuilder.anatomy.library import Library
from deckbuilder.anki.notes import Media, Note
from deckbuilder.core.cache import digest, of_folder
from deckbuilder.core.frozen import dataclass
from deckbuilder.core.project import Project
from deckbuilder.records import Deck
from deckbuilder.records.base import Noted, Subject
from deckbuilder.render.asked import AskedLibrary, KeptAnswers, Question, asked_again, asking_for, digest_of
from deckbuilder.render.drawn import DrawnPicture, Figures, Which

_DRAWN = "drawn"
# One record in so many ends a bundle.
_ENDS = 24


@dataclass(frozen=True, slots=True)
class Job:
    """One note to be: the record, which of its subjects it is, and the record's own picture."""

    record: Subject
    place: int
    subject: Noted
    media: Media | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a note, what it was made of, and what was asked for it."""

    made_of: str
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    ordinals: tuple[int, ...]
    questions: tuple[Question, ...]

    @property
    def drawings(self) -> list[tuple[str, Which]]:
        """The drawings that it shows, if they are there."""
        return [(each[1], each[2]) for each in self.questions if each[0] == _DRAWN]


@dataclass(slots=True)
class _Bundle:
    """Notes that are kept together. `known`: those that are as they were, and those that were made now.

    `answers`: to what was asked for the latter.
    """

    key: bytes
    jobs: Sequence[Job]
    known: dict[str, Known] = field(default_factory=dict)
    as_it_was: bool = False
    holds: frozenset[int] = frozenset()
    answers: dict[Question, Any] = field(default_factory=dict)


class Remembered:
    """The notes of one project, which are asked for and told in the order of the jobs.

    Without a cache, or where the templates are a project's own, nothing is known and nothing kept; nor without `jobs`.
    `library` is to be asked, and `drawn` for figures, so that it is known what was asked.
    """

    def __init__(self, library: Library, project: Project, deck: Deck, figures: Figures, jobs: Sequence[Job]) -> None:
        self._cache, self._figures = project.cache, figures
        self._on = bool(jobs and self._cache) and project.shipped_templates and library.deck is deck
        self._asked = AskedLibrary(library)
        self._answers = KeptAnswers(library, {_DRAWN: lambda id, which: _told(figures.of(id, which))})
        self._base: tuple[bytes, ...] = ()
        self._facts, self._records = b"", library.records
        self._bundles: Iterator[_Bundle] = iter(())
        self.library = library
        if self._on:
            self.library = self._asked.as_library
            self._base = (digest(digest_of(deck), repr(library.drawings)), *of_folder(project.templates))
            self._bundles = self._bundled(jobs)
            self._facts = library.facts
        self._bundle = _Bundle(b"", ())

    def drawn(self, id: str, which: Which) -> DrawnPicture | None:
        """A figure. Whether there is one hangs on the index of them all."""
        found = self._figures.of(id, which)
        if found is not None:
            self._asked.questions[_DRAWN, id, which] = _told(found)
        return found

    def known(self, job: Job) -> Known | None:
        """What is known of a note; if nothing is, what is asked from now on is asked for it."""
        if not self._on:
            return None
        while id(job) not in self._bundle.holds:
            self._bundle = self._opened(next(self._bundles))
        self._asked.questions = {}
        return self._bundle.known.get(job.subject.key)

    def made(self, job: Job, note: Note | None) -> None:
        """What came of a job, if it was not known."""
        bundle = self._bundle
        if not self._on:
            return
        if note is not None and note.key not in bundle.known:
            asked = self._asked.questions
            for each in asking_for(job.record):
                asked.pop(each, None)
            bundle.answers.update(asked)
            bundle.known[note.key] = Known(_made_of(job), note.fields, note.tags, note.ordinals, tuple(asked))
            bundle.as_it_was = False
        if bundle.jobs and job is bundle.jobs[-1] and not bundle.as_it_was:
            self._cache.put(bundle.key, self._written(bundle))

    def _bundled(self, jobs: Sequence[Job]) -> Iterator[_Bundle]:
        held: list[Job] = []
        for at, job in enumerate(jobs):
            held.append(job)
            last = at + 1 == len(jobs) or jobs[at + 1].record is not job.record
            if last and (digest(job.record.key)[0] % _ENDS == 0 or at + 1 == len(jobs)):
                key = self._cache.key("notes", *self._base, "\n".join(each.subject.key for each in held))
                yield _Bundle(key, held, holds=frozenset(map(id, held)))
                held = []

    def _opened(self, bundle: _Bundle) -> _Bundle:
        """With the notes of it that are as they were."""
        kept = self._cache.get(bundle.key)
        if kept is None:
            return bundle
        questions = [asked_again(each) for each in kept["questions"]]
        answers = kept["answers"]
        before = self._met_before(bundle, questions, answers)
        same = [
            answer != "" and ((before and self._answers.hangs_on_records(each)) or self._answers.of(each) == answer)
            for each, answer in zip(questions, answers, strict=True)
        ]
        if not before and all(same):
            self._keep_met(bundle, questions, answers)
        made_of = {job.subject.key: _made_of(job) for job in bundle.jobs}
        for key, (of, asked, fields, tags, ordinals) in kept["notes"].items():
            if of == made_of[key] and all(same[each] for each in asked):
                put = tuple([questions[each] for each in asked])
                bundle.known[key] = Known(of, tuple(fields), tuple(tags), tuple(ordinals), put)
        bundle.as_it_was = len(bundle.known) == len(kept["notes"])
        return bundle

    def _written(self, bundle: _Bundle) -> dict[str, Any]:
        for question, answer in bundle.answers.items():
            self._answers.learn(question, answer)
        places = {each: None for known in bundle.known.values() for each in known.questions}
        questions = list(places)
        at = {each: place for place, each in enumerate(questions)}
        notes = {
            key: (known.made_of, [at[each] for each in known.questions], known.fields, known.tags, known.ordinals)
            for key, known in bundle.known.items()
        }
        answers = [self._answers.of(each) for each in questions]
        self._keep_met(bundle, questions, answers)
        return {"questions": questions, "answers": answers, "notes": notes}

    def _keep_met(self, bundle: _Bundle, questions: list[Question], answers: list[str]) -> None:
        """What these answers hang on: the facts of all records, and whatever the records in them say."""
        met = [(each.kind, each.id, digest_of(each)) for each in self._answers.met(questions)]
        self._cache.put(self._key_of_met(bundle, questions, answers), met)

    def _met_before(self, bundle: _Bundle, questions: list[Question], answers: list[str]) -> bool:
        """Whether all of that is as it was when these were the answers: then they are so again, and nobody has to ask."""
        met, records = self._cache.get(self._key_of_met(bundle, questions, answers)), self._records
        return met is not None and all(
            (kind, id) in records and digest_of(records[kind, id]) == said for kind, id, said in met
        )

    def _key_of_met(self, bundle: _Bundle, questions: list[Question], answers: list[str]) -> bytes:
        return self._cache.key("met", bundle.key, self._facts, repr(questions), *answers)


def _told(shown: DrawnPicture | None) -> tuple[Any, ...] | None:
    """What can be seen of a figure, wherever it lies."""
    if shown is None:
        return None
    media = shown.media
    return media.name, media.digest, media.credit, shown.width, shown.height, shown.seen, shown.hidden


def _made_of(job: Job) -> str:
    """Of a record and its picture."""
    media = job.media
    return digest_of(job.record) + ("" if media is None else repr((media.name, media.digest, media.credit)))
