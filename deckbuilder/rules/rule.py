"""What a rule is, what it sees, and what it says. A rule is one function, and its docstring is its manual.

The docstring's first line says what is found; then come paragraphs that begin with `Why:`, `Bad:` and `Good:`, and with
`Source:` where somebody else measured or argued it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from inspect import getdoc
from itertools import accumulate
from pathlib import Path
from textwrap import dedent
from typing import Literal, TypeVar

from deckbuilder.anatomy.library import Library
from deckbuilder.anatomy.linkage import Skeleton
from deckbuilder.core import findings
from deckbuilder.core.diagnostics import Diagnostic, Location, Severity
from deckbuilder.core.diagnostics import Fix as Fix
from deckbuilder.core.patterns import regex
from deckbuilder.reading.cues import Reader
from deckbuilder.reading.lexicon import Lexicon, names_of
from deckbuilder.reading.statements import Statement, Statements
from deckbuilder.reading.subjects import Asks, Subjects
from deckbuilder.reading.tokens import pieces
from deckbuilder.reading.truth import Truth
from deckbuilder.records import Muscle, Question, Record
from deckbuilder.records.base import Subject, near_id
from deckbuilder.records.keys import Asked, Graded, Said
from deckbuilder.records.rulebook import Rulebook
from deckbuilder.records.salvage import Lost
from deckbuilder.source import Path_

R = TypeVar("R", bound=Record)
# On what a hit hangs: on its own record and the facts of all, on the facts of all alone, or on whatever is there.
Scope = Literal["record", "facts", "all"]
_PARAGRAPH = regex(r"^(Why|Bad|Good|Source|Fix): *", re.MULTILINE)
# Around a place in a message. No text of a card can hold these.
_PLACE = regex("\x02(.*?)\x03")


@dataclass(frozen=True, slots=True)
class Found:
    """One hit: the record, the path to the value (with `key`: to the key that names it), what is wrong, the next step.

    Message and help tell of other places with `at`, since hits are kept while lines move.
    `grave`: the rule's second severity. `word`: what in the text at the path is meant, for the caret.
    """

    record: Record
    path: Path_
    message: str
    help: str
    key: bool = False
    grave: bool = False
    word: str = ""
    fix: Fix | None = None


def at(record: Record, *path: str | int, key: bool = False) -> str:
    """Where something of a record stands, within a message: a line, by the time that it is told."""
    return f"\x02{json.dumps([record.kind, record.id, key, *path])}\x03"


@dataclass(frozen=True, slots=True)
class Settings:
    """Severities, limits and words: the usual ones, and what the project says instead."""

    severity: dict[str, tuple[findings.Strictness, ...]]
    limits: dict[str, float]
    words: dict[str, tuple[str, ...]]
    preferred: dict[str, str]

    @classmethod
    def of(cls, *books: Rulebook) -> Settings:
        """Later books overrule earlier ones, key by key; `preferred: {term: term}` takes a term off the list."""
        made = cls({}, {}, {}, {})
        for book in books:
            made.severity.update(book.severity)
            made.limits.update(book.limits)
            made.words.update(book.words)
            made.preferred.update(book.preferred)
        return made


@dataclass
class Seen:
    """What a rule sees: sound records, what follows from them, and the limits it is to keep.

    `usual`: what a project that says nothing has. `today`: None where nobody said which day it is. `asked_rules` and
    `used`: the rules that were asked so far, and the suppressions, by record and rule, that they met.
    """

    library: Library
    settings: Settings
    usual: Rulebook
    guards: frozenset[str] = frozenset()
    lost: Lost = field(default_factory=Lost)
    today: date | None = None
    media: Path | None = None
    asked_rules: set[str] = field(default_factory=set)
    used: set[tuple[str, str]] = field(default_factory=set)
    whole: Seen | None = None
    part: Collection[tuple[str, str]] | None = None

    def of_part(self, part: Collection[tuple[str, str]]) -> Seen:
        """The same, where only the records of these kinds and ids are to be looked at."""
        return replace(self, whole=self, part=part)

    def within(self, records: Iterable[R]) -> list[R]:
        """Those of the records that are to be looked at."""
        part = self.part
        return list(records) if part is None else [each for each in records if (each.kind, each.id) in part]

    @property
    def records(self) -> list[Record]:
        return self.within(self.library.records.values())

    @cached_property
    def muscles(self) -> list[Muscle]:
        """Those that are still taught."""
        return self.within(self.library.muscles)

    @cached_property
    def living(self) -> list[Subject]:
        """Records with cards that are still taught."""
        return self.within(record for each in self.library.living.values() for record in each)

    @cached_property
    def said(self) -> list[tuple[Record, tuple[Said, ...]]]:
        """Every record with its texts, those of retired ones among them: worked out once for all rules."""
        return [(record, tuple(record.texts())) for record in self.records]

    @cached_property
    def texts(self) -> list[tuple[Record, Said]]:
        """Every text that learners read, of records that are not retired."""
        return [(record, each) for record, said in self.said if not is_retired(record) for each in said]

    def holding(self, *signs: str) -> list[tuple[Record, Said]]:
        """The texts that hold any of these signs, which are in lower case, whatever the case in which they hold it.

        For rules that look closer at few texts: to search all of them as one is much cheaper than to ask each.
        """
        whole, starts = self._joined
        places: set[int] = set()
        for sign in signs:
            at = whole.find(sign)
            while at >= 0:
                place = bisect_right(starts, at) - 1
                places.add(place)
                at = whole.find(sign, starts[place + 1])
        return [self.texts[place] for place in sorted(places)]

    @cached_property
    def _joined(self) -> tuple[str, list[int]]:
        """All texts in lower case as one, and where in it each begins; at last where it ends."""
        low = [said.text.lower() for _, said in self.texts]
        return "\0".join(low), list(accumulate((len(each) + 1 for each in low), initial=0))

    @cached_property
    def asked(self) -> list[tuple[Subject, Asked]]:
        """Every question in an author's own words."""
        return [(record, asked) for record in self.living for asked in record.asked()]

    @cached_property
    def graded(self) -> list[tuple[Subject, Graded]]:
        """Everything that learners grade themselves on, where it is in an author's own words."""
        return [
            (record, each)
            for record, said in self.said
            if isinstance(record, Subject) and not record.retired
            for each in record.graded(said)
        ]

    @cached_property
    def about_muscles(self) -> list[tuple[Record, Path_, str, str]]:
        """What is said of one muscle somewhere else: the record, the path, the muscle's id (or a part's), the words."""
        return [(record, *each) for record in self.living for each in (*record.tells_apart(), *self._options(record))]

    def _options(self, record: Subject) -> Iterator[tuple[Path_, str, str]]:
        """The reasons of options that name one muscle."""
        if not isinstance(record, Question):
            return
        for place, option in enumerate(record.options):
            ids = self.lexicon.ids(option.text, "muscle")
            if len(ids) == 1 and option.because:
                yield ("options", place, "because"), ids[0], option.because

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of every text that learners read, hyphens and apostrophes apart."""
        return frozenset[str]().union(*(pieces(said.text) for _, said in self.texts))

    @cached_property
    def lexicon(self) -> Lexicon:
        """The names of everything, to be found in texts."""
        return self.whole.lexicon if self.whole else Lexicon(names_of(self.library))

    @cached_property
    def reader(self) -> Reader:
        """What texts say, by these names."""
        return self.whole.reader if self.whole else Reader(self.library, self.lexicon)

    @cached_property
    def subjects(self) -> Subjects:
        """Of which muscle texts are."""
        return self.whole.subjects if self.whole else Subjects(self.library, self.lexicon)

    @cached_property
    def truth(self) -> Truth:
        """Whether what they say is so by the records."""
        return self.whole.truth if self.whole else Truth(self.library)

    @cached_property
    def asks(self) -> list[Asks]:
        """Every question of which the answer is one muscle."""
        return list(self.subjects.asked_for(self.asked))

    @cached_property
    def answered(self) -> list[Statement]:
        """What questions and their answers together say of one muscle."""
        return list(Statements(self.library, self.reader).answered(self.asked))

    @cached_property
    def statements(self) -> list[Statement]:
        """What sentences say of one muscle."""
        found = Statements(self.library, self.reader)
        return [*found.told(self.about_muscles), *found.written(self.texts)]

    @cached_property
    def skeleton(self) -> Skeleton:
        """Bones and joints."""
        return self.whole.skeleton if self.whole else Skeleton(self.library)

    @cached_property
    def preferred_ids(self) -> dict[str, str]:
        """Terms and the preferred ones as they stand in ids: '-peroneal-' to '-fibular-'."""
        return {f"-{near_id(term)}-": f"-{near_id(better)}-" for term, better in self.settings.preferred.items()}

    def limit(self, name: str) -> float:
        return self.settings.limits[name]

    def words(self, name: str) -> tuple[str, ...]:
        return self.settings.words[name]


def is_retired(record: Record) -> bool:
    """Whether it has cards that are no longer taught; vocabulary has none."""
    return isinstance(record, Subject) and bool(record.retired)


Check = Callable[[Seen], Iterator[Found | Diagnostic]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with its name and its manual; its group and how strict it is stand in `core/findings`.

    `whole`: asked only where nothing is at fault, because it tells of what is missing. `dated`: asked only where somebody
    says which day it is. `scope`: what its hits hang on beside the settings. Facts are all that records state outside of
    their prose (`walker.prose_of`); of the day and of files only a rule for `all` may know.
    """

    name: str
    check: Check
    whole: bool = False
    dated: bool = False
    scope: Scope = "record"

    @property
    def group(self) -> str:
        """The group in which it is listed."""
        return findings.group_of(self.name)

    @property
    def guard(self) -> bool:
        """Whether later stages rely on it, so that nobody overrules or suppresses it."""
        return findings.FINDINGS[self.name].always

    @property
    def manual(self) -> dict[str, str]:
        """Its docstring: 'What', and the paragraphs by the word that they begin with."""
        what, *rest = _PARAGRAPH.split(getdoc(self.check) or "")
        paragraphs = zip(rest[::2], rest[1::2], strict=True)
        return {"What": what.strip()} | {name: dedent(text).strip() for name, text in paragraphs}


def rule(*, whole: bool = False, dated: bool = False, scope: Scope = "record") -> Callable[[Check], Rule]:
    """Makes a rule of a function; `yes_no` is called `yes-no`."""

    def made(check: Check) -> Rule:
        return Rule(check.__name__.strip("_").replace("_", "-"), check, whole, dated, scope)

    return made


def told(
    rule: str,
    found: Found,
    severity: Severity,
    library: Library,
    located: tuple[Location, Location | None, int] | None = None,
) -> Diagnostic:
    """The hit as every stage tells its faults. `located`: its place, the words that are meant, and their width, if known."""
    location, place, width = located or _located(found)
    message, help = (_with_places(text, library) for text in (found.message, found.help))
    return Diagnostic(
        location, rule, message, help, severity, found.record.key, place=place, width=width, fix=found.fix
    )


def _located(found: Found) -> tuple[Location, Location | None, int]:
    """Its place, the words that are meant, and their width."""
    document = found.record.document
    words = document.find(found.path, found.word, key=found.key) if found.word else (None, 0)
    return found.record.locate(*found.path, key=found.key), *words


def _with_places(text: str, library: Library) -> str:
    """A text in which each place that `at` left is a line of a file."""

    def located(found: re.Match[str]) -> str:
        kind, id, key, *path = json.loads(found[1])
        return str(library.records[kind, id].locate(*path, key=key))

    return _PLACE.sub(located, text) if "\x02" in text else text
