"""A library that remembers what it was asked: what a note is made of beside its own record.

A note that was made before is the same now if every question of then has the same answer. The questions are kept, and an
answer is told by a digest of all that can be read from it, so that nobody has to know what a template looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from hashlib import blake2b
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from deckbuilder.anatomy.library import Library, Player
from deckbuilder.records import KINDS, Record
from deckbuilder.source import Document

# A method of the library, or a part of it, and what was handed in: texts, and lists that say how to find the rest again.
Question = tuple[Any, ...]
R = TypeVar("R", bound=Record)
_UNKNOWN = ("?",)
# What is no longer than this tells itself.
_SHORT = 40
_RECORD, _KIND, _PLAYER, _SEVERAL = "record", "kind", "player", "several"


class AskedLibrary:
    """Stands in for a library. `questions`: those since somebody last put a new mapping there, each with its answer."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.questions: dict[Question, Any] = {}
        self.records = _Records(self)
        # Words of the deck's language: the deck itself is no question, since all of it hangs on the deck.
        self.deck, self.low = library.deck, library.low

    @property
    def as_library(self) -> Library:
        return cast(Library, self)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._library, name)
        if not callable(found):
            self.questions[(name,)] = found
            return found

        def ask(*given: Any, **named: Any) -> Any:
            question = (name, *map(_said, given))
            answer = found(*given, **named)
            self.questions[_UNKNOWN if named else question] = answer
            return answer

        self.__dict__[name] = ask  # asked for again and again
        return ask

    # What follows makes four of five questions, and is told without asking what was handed in.

    def find(self, cls: type[R], id: str) -> R | None:
        found = self.questions["find", _kind(cls), id] = self._library.find(cls, id)
        return found

    def get(self, cls: type[R], id: str) -> R:
        found = self.questions["get", _kind(cls), id] = self._library.get(cls, id)
        return found

    def site_apart(self, id: str) -> tuple[str, str]:
        found = self.questions["site_apart", id] = self._library.site_apart(id)
        return found

    def record(self, key: tuple[str, str]) -> Record | None:
        """One of the records, by kind and id."""
        found = self.questions[("records", *key)] = self._library.records.get(key)
        return found

    def all_records(self) -> dict[tuple[str, str], Record]:
        """All of them: what follows from them hangs on every record."""
        self.questions[("records",)] = self._library.records
        return self._library.records


class _Records(Mapping[tuple[str, str], Record]):
    """The records of a library that remembers which of them were looked up."""

    def __init__(self, asked: AskedLibrary) -> None:
        self._asked = asked

    def __getitem__(self, key: tuple[str, str]) -> Record:
        found = self._asked.record(key)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._asked.all_records())

    def __len__(self) -> int:
        return len(self._asked.all_records())


# What Jinja says of a record that is not there names the type of what it was looked up in: the same with a cache as without.
_Records.__module__, _Records.__name__ = dict.__module__, dict.__name__


class KeptAnswers:
    """What a library answers now, each question asked once."""

    def __init__(self, library: Library, others: Mapping[str, Callable[..., Any]]) -> None:
        """`others`: what is asked of somebody else, by the first word of the question."""
        self._library, self._others = library, others
        self._known: dict[Question, str] = {}
        self._met: dict[Question, list[Record]] = {}
        self._reading = _Reading()

    def of(self, question: Question) -> str:
        """A digest of the answer; '' where nothing is known of it: such a question is never answered as it was."""
        found = self._known.get(question)
        if found is None:
            found = self._known[question] = self._told(question)
        return found

    def learn(self, question: Question, answer: Any) -> None:
        """It was asked just now, and this is the answer."""
        if question not in self._known:
            self._known[question] = self._told(question, lambda: answer)

    def met(self, questions: Iterable[Question]) -> list[Record]:
        """The records in the answers to questions that were asked, each once."""
        return list({id(record): record for each in questions for record in self._met.get(each, ())}.values())

    def hangs_on_records(self, question: Question) -> bool:
        """Whether the facts of all records, and all of those in the answer, are all that the answer hangs on."""
        return question[0] not in self._others

    def _told(self, question: Question, answer: Callable[[], Any] | None = None) -> str:
        try:
            if question == _UNKNOWN or _UNKNOWN in question:
                return ""
            said, self._met[question] = self._reading.of(answer() if answer else self._answer(*question))
            return said
        except Exception:  # of a record that is no more, say
            return ""

    def _answer(self, name: str, *given: Any) -> Any:
        if name in self._others:
            return self._others[name](*given)
        if name == "records":
            return self._library.records.get((given[0], given[1])) if given else self._library.records
        found = getattr(self._library, name)
        return found(*[self._meant(each) for each in given]) if callable(found) else found

    def _meant(self, said: Any) -> Any:
        """What was handed in, as it is now."""
        if said.__class__ is str:
            return said
        sort, *of = said
        if sort == _RECORD:
            return self._library.records[of[0], of[1]]
        if sort == _KIND:
            return KINDS[of[0]]
        if sort == _PLAYER:
            return Player(self._library.records["muscle", of[0]], of[1])  # type: ignore[arg-type]
        return [self._meant(each) for each in of]


@cache
def _kind(cls: type[Record]) -> Question:
    return (_KIND, cls.kind)


def _said(given: Any) -> Any:
    """What is handed to a method, in texts. Something else makes a question that has no answer."""
    say = _SAYERS.get(given.__class__)
    return _said_slowly(given) if say is None else say(given)


def _said_slowly(given: Any) -> Any:
    """Of a class that is met for the first time, and of such as are no key."""
    if isinstance(given, Record):
        say = _SAYERS[given.__class__] = lambda record: (_RECORD, record.kind, record.id)
        return say(given)
    if isinstance(given, type) and issubclass(given, Record):
        return _kind(given)
    return str(given) if isinstance(given, str) else _UNKNOWN


_SAYERS: dict[type[Any], Callable[[Any], Any]] = {
    str: lambda text: text,
    type(Record): lambda cls: _kind(cls) if issubclass(cls, Record) else _UNKNOWN,
    Player: lambda player: (_PLAYER, player.muscle.id, player.part),
    **dict.fromkeys((tuple, list), lambda several: _said_of_several(several)),
}


def _said_of_several(several: Iterable[Any]) -> Any:
    said = (_SEVERAL, *map(_said, several))
    return _UNKNOWN if _UNKNOWN in said else said


def asking_for(record: Record) -> tuple[Question, ...]:
    """The questions whose answer is this very record."""
    kind, id = record.kind, record.id
    return ("records", kind, id), ("find", (_KIND, kind), id), ("get", (_KIND, kind), id)


def asked_again(said: Iterable[Any]) -> Question:
    """A question as it was kept: what was written as lists is read as tuples."""
    return tuple([tuple(asked_again(each)) if each.__class__ is list else each for each in said])


def digest_of(record: Record) -> str:
    """Of all that a record says. Raises `LookupError` where it was read without one."""
    document: Document = record.__pydantic_private__["_document"]  # type: ignore[index]  # asked for ten times a note
    if not document.digest:
        raise LookupError(record.key)
    return document.digest


class _Reading:
    """Reads all that there is to be read from a value, in texts, numbers and lists, and notes the records in it."""

    def __init__(self) -> None:
        self._met: list[Record] = []
        self._readers: dict[type[Any], Callable[[Any], Any]] = {
            **dict.fromkeys((str, int, float, bool, type(None)), lambda value: value),
            **dict.fromkeys((tuple, list), lambda value: [self._plain(each) for each in value]),
            **dict.fromkeys((set, frozenset), lambda value: sorted(map(repr, map(self._plain, value)))),
        }

    def of(self, answer: Any) -> tuple[str, list[Record]]:
        """A digest of an answer, and the records in it."""
        self._met = []
        said = repr(self._plain(answer))
        return said if len(said) <= _SHORT else blake2b(said.encode(), digest_size=16).hexdigest(), self._met

    def _plain(self, value: Any) -> Any:
        cls = value.__class__
        read = self._readers.get(cls)
        if read is None:
            read = self._readers[cls] = self._reader(cls)
        return read(value)

    def _record(self, record: Record) -> str:
        said = digest_of(record)
        self._met.append(record)
        return said

    def _reader(self, cls: type[Any]) -> Callable[[Any], Any]:
        if issubclass(cls, Record):
            return self._record
        if issubclass(cls, Mapping):
            return lambda value: [(self._plain(key), self._plain(each)) for key, each in value.items()]
        if issubclass(cls, BaseModel):
            return repr
        if is_dataclass(cls):
            names = [each.name for each in fields(cls)]
            return lambda value: [self._plain(getattr(value, name)) for name in names]
        raise TypeError(cls.__name__)
