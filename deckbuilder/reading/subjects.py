"""Which muscle a text is about: questions that ask for one, and names that stand alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from deckbuilder.anatomy.library import Library
from deckbuilder.core.patterns import regex
from deckbuilder.reading.english import english, pattern, whole
from deckbuilder.reading.lexicon import Lexicon
from deckbuilder.reading.tokens import pieces, plain, sentences
from deckbuilder.records import Cloze, Gap, Muscle, Question
from deckbuilder.records.base import Subject
from deckbuilder.records.keys import Asked
from deckbuilder.source import Path_

_OPENS = regex(r"(?:^|[.;] )(?:the )?$", re.IGNORECASE)
_ARTICLES = ("the", "a")
_FIRST_WORDS = 10  # within so many a question says among whom it asks


@dataclass(frozen=True, slots=True)
class Asks:
    """A sentence that asks for one muscle. `others`: those that stand beside the right answer, None where anything may."""

    record: Subject
    path: Path_
    text: str
    muscle: Muscle
    part: str
    others: tuple[Muscle, ...] | None


class Subjects:
    """Finds the muscles of one deck that texts ask for or name."""

    def __init__(self, library: Library, lexicon: Lexicon) -> None:
        self._library, self._lexicon = library, lexicon

    def asked_for(self, questions: Iterable[tuple[Subject, Asked]]) -> Iterator[Asks]:
        """Questions, cases and gaps of which the answer is one muscle, or a part of one."""
        for record, asked in questions:
            yield from self._question(record, asked)
        for cloze in self._library.of(Cloze):
            if not cloze.retired:
                yield from self._gaps(cloze)

    def _question(self, record: Subject, asked: Asked) -> Iterator[Asks]:
        """A question with 'which' or 'what'; of a case the last sentence that has it."""
        if not _which().search(asked.front.text):
            return
        subject = next((found for each in asked.answers if (found := self.one_muscle(each.text))), None)
        if subject:
            text = plain(asked.front.text)
            text = next((each for each in reversed(sentences(text)) if _which().search(each)), text)
            yield Asks(record, asked.front.path, text, *subject, self._lures(record))

    def _lures(self, record: Subject) -> tuple[Muscle, ...] | None:
        """The muscles that are wrong options; None of a question without options."""
        if not (isinstance(record, Question) and record.options):
            return None
        found = (self.one_muscle(option.text) for option in record.options[1:])
        return tuple(each[0] for each in found if each)

    def _gaps(self, cloze: Cloze) -> Iterator[Asks]:
        """Each gap that hides a muscle at the beginning of a sentence, as a question: 'It starts at …'."""
        parts = list(cloze.pieces())
        count = Counter(each.number for each in parts if isinstance(each, Gap))
        for before, gap, place in zip(["", *parts], parts, range(len(parts)), strict=False):
            if isinstance(gap, Gap) and count[gap.number] == 1 and isinstance(before, str) and _OPENS.search(before):
                subject = self.one_muscle(gap.text)
                rest = "".join(_filled(each) for each in parts[place + 1 :])
                if subject:
                    yield Asks(cloze, ("text",), sentences("It " + rest.strip())[0], *subject, None)

    def one_muscle(self, text: str) -> tuple[Muscle, str] | None:
        """The one muscle, or part of one, that a text names and nothing else."""
        found = self._lexicon.mentions(text, "muscle")
        if len(found) != 1:
            return None
        around = pieces(text[: found[0].start] + " " + text[found[0].end :])
        rest = [word for word in around if word not in _ARTICLES]
        return self.by_id(found[0].id) if len(rest) < 2 else None

    def by_id(self, id: str) -> tuple[Muscle, str] | None:
        """The muscle and the part that an id names; None for a retired one."""
        muscle = self._library.find(Muscle, id.partition("/")[0])
        return (muscle, id.partition("/")[2]) if muscle and not muscle.retired else None

    def groups_asked(self, sentence: str) -> set[str]:
        """The groups among whose members a question asks: 'which hamstring', 'which muscle of the adductor group'."""
        return {
            each.id
            for each in self._lexicon.mentions(sentence, "group")
            if _which_of().search(sentence[: each.start]) and sentence[: each.start].count(" ") < _FIRST_WORDS
        }


def _filled(piece: str | Gap) -> str:
    return piece if isinstance(piece, str) else piece.text


@lru_cache(maxsize=1)
def _which() -> re.Pattern[str]:
    return whole(english().which)


@lru_cache(maxsize=1)
def _which_of() -> re.Pattern[str]:
    which = pattern(each for each in english().which if " " not in each)
    return re.compile(
        rf"\b(?:{which}) (?:of (?:the|these) )?(?:[\w-]+ ){{0,3}}?$|\b(?:of|in|from) the (?:[\w-]+ ){{0,2}}?$",
        re.IGNORECASE,
    )
