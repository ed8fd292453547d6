"""What sentences say of one muscle, as far as words can tell: a clause that names it and neither denies nor compares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deckbuilder.anatomy.library import Library
from deckbuilder.records import Muscle, Record
from deckbuilder.records.base import Asked, Said
from deckbuilder.rules.lexicon import Lexicon
from deckbuilder.rules.wording import plain, sentences
from deckbuilder.source import Path_

_TOLD = ("tell_apart", "confuse_with", "odd_one_out", "options")


@dataclass(frozen=True, slots=True)
class Statement:
    """A clause that says something of one muscle, as far as words can tell."""

    record: Record
    path: Path_
    muscle: Muscle
    part: str
    text: str


_NOT = re.compile(
    r"\b(?:not|no|never|nor|neither|unlike|except|without|rather|instead|cannot|can't|doesn't|don't|than|least|hardly|"
    r"if|could|would|may|might|opposes?|against|antagonists?|resists?|bent|stretch\w*|both|others?|when)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[;:()]|, (?=but|while|whereas|and|which|so|yet|though)|\b(?:but|while|whereas|although|though|yet|because)\b|(?<=\w), "
)
_IT = re.compile(r"\b(?:it|its|which)\b", re.IGNORECASE)


class Reader:
    """Finds statements in what the records of a library say."""

    def __init__(self, library: Library, lexicon: Lexicon) -> None:
        self._library, self._lexicon = library, lexicon

    def answered(self, questions: Iterable[tuple[Record, Asked]]) -> Iterator[Statement]:
        """A question with its answer is one sentence, if it names one muscle in all."""
        for record, asked in questions:
            for answer in asked.answers:
                text = f"{plain(asked.front.text)} {plain(answer.text)}".replace("?", "")
                named = set(self._lexicon.ids(text, "muscle", "group"))
                if len(named) == 1 and not _NOT.search(text):
                    yield from self._stated(record, answer.path, named.pop(), text)

    def told(self, about: Iterable[tuple[Record, Path_, str, str]]) -> Iterator[Statement]:
        """Texts that stand under the id of the muscle of which they are."""
        for record, path, id, text in about:
            yield from self._clauses(record, path, text, subject=id)

    def written(self, texts: Iterable[tuple[Record, Said]]) -> Iterator[Statement]:
        """All other answers and backs; 'it' is, in a muscle's own record, that muscle."""
        for record, said in texts:
            muscle = isinstance(record, Muscle)
            if said.role not in ("answer", "back") or said.path[0] in _TOLD or (muscle and said.role == "answer"):
                continue
            yield from self._clauses(record, said.path, said.text, own=record.id if muscle else None)

    def _clauses(
        self, record: Record, path: Path_, text: str, *, subject: str | None = None, own: str | None = None
    ) -> Iterator[Statement]:
        """`subject`: of whom all is said that names nobody; `own`: of whom it is said where nobody was named before."""
        it = own or subject
        if not it and not self._lexicon.mentions(text, "muscle"):
            return
        for sentence in sentences(text):
            for part in _CLAUSE.split(sentence):
                clause = part.strip()
                named = self._lexicon.ids(clause, "muscle", "group")
                if named:
                    it = named[0] if len(named) == 1 else None
                about = (it if _IT.search(clause) else subject) if not named else it
                if about and not _NOT.search(clause):
                    yield from self._stated(record, path, about, clause)

    def _stated(self, record: Record, path: Path_, id: str, text: str) -> Iterator[Statement]:
        muscle = self._library.find(Muscle, id.split("/")[0])
        if muscle is not None and not muscle.retired:
            yield Statement(record, path, muscle, id.partition("/")[2], text)
