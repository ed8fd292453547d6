"""What sentences say of one muscle, as far as words can tell: a clause of it, or of 'it' where it was named before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deckbuilder.anatomy.library import Library
from deckbuilder.core.frozen import dataclass
from deckbuilder.reading.clauses import Clause
from deckbuilder.reading.cues import Reader
from deckbuilder.reading.tokens import plain
from deckbuilder.records import Muscle, Record
from deckbuilder.records.keys import Asked, Said
from deckbuilder.source import Path_

# Texts that stand under the id of the muscle of which they are.
_TOLD = ("tell_apart", "confuse_with", "odd_one_out", "options")


@dataclass(frozen=True, slots=True)
class Statement:
    """A clause that says something of one muscle, or of a part of it.

    `describes`: the text that it stands in is about this muscle throughout. `opens`: the clause opens with it.
    """

    record: Record
    path: Path_
    muscle: Muscle
    part: str
    clause: Clause
    describes: bool = False
    opens: bool = False


class Statements:
    """Finds statements in what the records of a library say. Clauses that deny, doubt or compare are none."""

    def __init__(self, library: Library, reader: Reader) -> None:
        self._library, self._reader = library, reader

    def answered(self, questions: Iterable[tuple[Record, Asked]]) -> Iterator[Statement]:
        """A question with its answer is one sentence, if it names one muscle in all."""
        for record, asked in questions:
            for answer in asked.answers:
                clause = self._reader.one_clause(f"{plain(asked.front.text)} {plain(answer.text)}".replace("?", ""))
                named = clause.named("muscle", "group")
                if len(named) == 1 and not clause.denied:
                    yield from self._stated(record, answer.path, named[0], clause)

    def told(self, about: Iterable[tuple[Record, Path_, str, str]]) -> Iterator[Statement]:
        """Texts that stand under the id of the muscle of which they are."""
        for record, path, id, text in about:
            yield from self._of_text(record, path, text, subject=id)

    def written(self, texts: Iterable[tuple[Record, Said]]) -> Iterator[Statement]:
        """All other answers and backs; 'it' is, in a muscle's own record, that muscle."""
        for record, said in texts:
            muscle = isinstance(record, Muscle)
            if said.role not in ("answer", "back") or said.path[0] in _TOLD or (muscle and said.role == "answer"):
                continue
            if muscle or self._reader.lexicon.mentions(said.text, "muscle"):
                yield from self._of_text(record, said.path, said.text, own=record.id if muscle else "")

    def _of_text(
        self, record: Record, path: Path_, text: str, *, subject: str = "", own: str = ""
    ) -> Iterator[Statement]:
        """`subject`: of whom all is said that names nobody; `own`: of whom it is said where nobody was named before."""
        it, read = own or subject, plain(text)
        for clause in () if self._reader.says_nothing(read) else self._reader.clauses(read):
            named = _named(clause)
            it = _only(named) if named else it
            about = it if named or clause.points else subject
            if about and _asserts(clause, named):
                yield from self._stated(record, path, about, clause, describes=bool(subject))

    def _stated(
        self, record: Record, path: Path_, id: str, clause: Clause, *, describes: bool = False
    ) -> Iterator[Statement]:
        muscle_id, _, part = id.partition("/")
        muscle = self._library.find(Muscle, muscle_id)
        if muscle is not None and not muscle.retired:
            part = part if part in muscle.divisions else ""
            opens = clause.opens_with_it or clause.opens_with(id)
            yield Statement(record, path, muscle, part, clause, describes, opens)


def _named(clause: Clause) -> list[str]:
    """Of whom a clause is by the names in it; by none where it opens with 'it' and names no more than a group."""
    named = clause.named("muscle", "group")
    return [] if named and clause.opens_with_it and not clause.named("muscle") else named


def _asserts(clause: Clause, named: list[str]) -> bool:
    """Whether a clause says what is so; behind 'when' only of whom it names, and then of nobody else."""
    return not clause.denied and (bool(named) or not clause.aside)


def _only(named: list[str]) -> str:
    return named[0] if len(named) == 1 else ""
