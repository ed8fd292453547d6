"""What a record names, says, asks and is about, read from the declarations of its keys.

The declarations of a class are read once, into what is to be done for each of its keys, and its records are walked along
that: builds ask for it again and again. Everything comes in the order in which the keys are declared.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Annotated, Any, NamedTuple, Protocol, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel

from deckbuilder.records.keys import (
    MAX_PROSE,
    About,
    As,
    Asked,
    Cited,
    Graded,
    Holds,
    Named,
    Of,
    Reference,
    Said,
    Tagged,
)
from deckbuilder.source import Document, Path_

# What these do for one key: they add to what is found, from the value at a path.
_Refer = Callable[[list[Reference], "_Sourced", Path_, Any, Any], None]
_Tell = Callable[[list[Said], Path_, Any], None]
_Do = TypeVar("_Do")
_Mark = TypeVar("_Mark")
_SOURCE = ("source",)
_ANSWERS = ("answer", "name")


class Holding(NamedTuple):
    """What a key holds: 'one', a 'list' or a 'map' of it. `inner`: text, `Named`, a mapping with keys of its own."""

    form: str
    inner: Any

    @property
    def model(self) -> type[BaseModel] | None:
        return self.inner if isinstance(self.inner, type) and issubclass(self.inner, BaseModel) else None


def shape(annotation: Any) -> Holding:
    """The shape behind `Model | None`, `tuple[Model, ...]`, `dict[Id, Model]` and what they are annotated with."""
    origin, of = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return shape(of[0])
    if origin in (Union, types.UnionType):
        return shape(next(each for each in of if each is not type(None)))
    if origin in (tuple, list):
        return Holding("list", shape(of[0]).inner)
    if origin is dict:
        return Holding("map", shape(of[1]).inner)
    return Holding("one", annotation)


def declared(cls: type[BaseModel], sort: type[_Mark]) -> Iterator[tuple[str, _Mark, Holding]]:
    """The keys of a class that declare something of this sort: their names, what they declare, and what they hold."""
    for name, field in cls.model_fields.items():
        for mark in field.metadata:
            if isinstance(mark, sort):
                yield name, mark, shape(field.annotation)


def _inner(cls: type[BaseModel]) -> Iterator[tuple[str, str, type[BaseModel]]]:
    """The keys of a class that hold mappings with keys of their own."""
    for name, field in cls.model_fields.items():
        form, model = shape(field.annotation).form, shape(field.annotation).model
        if model is not None:
            yield name, form, model


def _in_order(cls: type[BaseModel], found: dict[str, _Do]) -> tuple[tuple[str, str, _Do], ...]:
    return tuple((name, key_of(cls, name), found[name]) for name in cls.model_fields if name in found)


def key_of(cls: type[BaseModel], name: str) -> str:
    """What a field is called in the source: `in` for `within`."""
    return str(cls.model_fields[name].validation_alias or name)


# What a record names


class _Sourced(Protocol):
    """A record that remembers where it stands. To ask for that costs more than most references: it is done last."""

    @property
    def document(self) -> Document: ...


def refers(record: BaseModel, source: _Sourced) -> list[Reference]:
    """Everything that a record names. `source`: the record itself, by which its document is found."""
    found: list[Reference] = []
    _refer(found, source, (), record)
    return found


def _refer(found: list[Reference], source: _Sourced, before: Path_, holder: BaseModel) -> None:
    values = vars(holder)
    for name, key, refer in _naming(type(holder)):
        value = values[name]
        if value:
            refer(found, source, (*before, key), value, holder)


@cache
def _naming(cls: type[BaseModel]) -> tuple[tuple[str, str, _Refer], ...]:
    """The keys in which a class names something: their names in Python, and those in the source."""
    found = {name: _refers_by(mark, held) for name, mark, held in declared(cls, Of)}
    found |= {name: _cites for name, _, _ in declared(cls, Cited)}
    found |= {name: _refers_within(form, model) for name, form, model in _inner(cls) if _naming(model)}
    return _in_order(cls, found)


def _refers_by(mark: Of, held: Holding) -> _Refer:
    kinds, among = mark.kinds, mark.among

    def one(found: list[Reference], source: _Sourced, path: Path_, id: str, holder: object) -> None:
        found.append(Reference(among(holder) if among else kinds, id, path))

    def several(found: list[Reference], source: _Sourced, path: Path_, ids: Iterable[str], holder: object) -> None:
        of = among(holder) if among else kinds
        for place, id in enumerate(ids):
            found.append(Reference(of, id, (*path, place)))

    def by_key(found: list[Reference], source: _Sourced, path: Path_, ids: Iterable[str], holder: object) -> None:
        found += [Reference(kinds, id, (*path, id), True) for id in ids]

    def named(found: list[Reference], source: _Sourced, path: Path_, each: Iterable[Named], holder: object) -> None:
        found += [Reference(kinds, one.id, (*path, one.id), True) for one in each]

    forms: dict[str, _Refer] = {"one": one, "list": several, "map": by_key}
    return named if held.inner is Named else forms[held.form]


def _cites(
    found: list[Reference], source: _Sourced, path: Path_, sources: dict[str, tuple[str, ...]], holder: object
) -> None:
    """The references of a `sources` value, in whichever of its shapes it is written."""
    typed = source.document.at(path)
    for fact, ids in sources.items():
        at, held = ((*path, fact), typed.get(fact)) if isinstance(typed, dict) else (path, typed)
        if isinstance(held, list):
            found += [Reference(_SOURCE, id, (*at, place)) for place, id in enumerate(ids)]
        else:
            found += [Reference(_SOURCE, id, at) for id in ids]


def _refers_within(form: str, model: type[BaseModel]) -> _Refer:
    alone: str = getattr(model, "alone", "")

    def within(found: list[Reference], source: _Sourced, path: Path_, held: Any, holder: object) -> None:
        for at, each in _each(form, path, held):
            _refer(found, source, at, each)

    def alone_or_within(found: list[Reference], source: _Sourced, path: Path_, held: Any, holder: object) -> None:
        document = source.document
        for at, each in _each(form, path, held):
            known = len(found)
            _refer(found, source, at, each)
            if document.text(at) is not None:
                found[known:] = [Reference(other.kinds, other.id, at) for other in found[known:]]

    return alone_or_within if alone else within


def _each(form: str, path: Path_, held: Any) -> list[tuple[Path_, BaseModel]]:
    """Each mapping that a key holds, and where it stands."""
    if form == "one":
        return [(path, held)]
    return [((*path, step), each) for step, each in (held.items() if form == "map" else enumerate(held))]


@cache
def borrows_its_id(cls: type[BaseModel]) -> bool:
    """Whether the id of such a record is that of what it is about, as the place of a landmark has the landmark's."""
    return any(name == "id" for name, _, _ in declared(cls, Of))


# What has an id within it


def holds(record: BaseModel) -> list[tuple[str, str, Path_]]:
    """What others may name by an id alone that stands in this record: kind, id, and where the id stands."""
    values = vars(record)
    return [
        (mark.kind, id, (key, id))
        for name, key, mark in held_by(type(record))
        if not mark.within
        for id in values[name]
    ]


@cache
def held_by(cls: type[BaseModel]) -> tuple[tuple[str, str, Holds], ...]:
    """The keys of a class whose own keys are new ids, as `_naming` has them."""
    return _in_order(cls, {name: mark for name, mark, _ in declared(cls, Holds)})


# What it says


def texts(record: BaseModel) -> list[Said]:
    """Every text of a record that learners read."""
    found: list[Said] = []
    _tell(found, (), record)
    return found


def _tell(found: list[Said], before: Path_, holder: BaseModel, first: bool = False) -> None:
    values = vars(holder)
    for name, key, tell in _telling(type(holder), first):
        value = values[name]
        if value:
            tell(found, (*before, key), value)


@cache
def _telling(cls: type[BaseModel], first: bool) -> tuple[tuple[str, str, _Tell], ...]:
    """The keys of a class that hold what learners read, as `_naming` has them. `first`: of the first in a list."""
    found = {name: _tells((first and mark.first) or mark, held) for name, mark, held in declared(cls, As)}
    found |= {name: _tells_within(form) for name, form, model in _inner(cls) if _telling(model, False)}
    return _in_order(cls, found)


def _tells(mark: As, held: Holding) -> _Tell:
    role, reads = mark.role, mark.reads

    def one(found: list[Said], path: Path_, text: str) -> None:
        found.append(Said(path, text, role, mark))

    def several(found: list[Said], path: Path_, texts: Iterable[str]) -> None:
        found += [Said((*path, place), text, role, mark) for place, text in enumerate(texts)]

    def by_key(found: list[Said], path: Path_, texts: dict[str, str]) -> None:
        found += [Said((*path, key), text, role, mark) for key, text in texts.items()]

    def details(found: list[Said], path: Path_, named: Iterable[Named]) -> None:
        found += [Said((*path, each.id), each.detail, role, mark) for each in named if each.detail]

    def read(found: list[Said], path: Path_, text: str) -> None:
        assert reads is not None
        found += [Said(path, each, of, mark) for each, of in reads(text)]

    forms: dict[str, _Tell] = {"one": read if reads else one, "list": several, "map": by_key}
    return details if held.inner is Named else forms[held.form]


def _tells_within(form: str) -> _Tell:
    def within(found: list[Said], path: Path_, held: Any) -> None:
        for at, each in _each(form, path, held):
            _tell(found, at, each, first=form == "list" and at[-1] == 0)

    return within


@cache
def prose_of(cls: type[BaseModel]) -> frozenset[str]:
    """The keys of a class, as the source has them, that hold whole sentences: nothing that other records go by."""
    return frozenset(
        key_of(cls, name)
        for name, mark, held in declared(cls, As)
        if held == Holding("one", str) and mark.role != "name" and may_be_long(cls, name)
    )


def may_be_long(cls: type[BaseModel], name: str) -> bool:
    """Whether a field takes sentences, and not a line."""
    return any(getattr(each, "max_length", 0) == MAX_PROSE for each in cls.model_fields[name].metadata)


# What it asks, and what of it is graded


def asked(record: BaseModel) -> list[Asked]:
    """The questions that its author put into words, each with what answers it and what stands beside it."""
    if not _asks(type(record)):
        return []
    said = texts(record)
    answers = [each for each in said if each.role in _ANSWERS]
    return [
        Asked(each, _under(answers, each, each.declared.asks), _under(answers, each, each.declared.beside))
        for each in said
        if each.declared and each.declared.asks
    ]


@cache
def _asks(cls: type[BaseModel]) -> bool:
    """Whether a class has a key, or within a mapping, that asks."""
    here = any(mark.asks for _, mark, _ in declared(cls, As))
    return here or any(_asks(model) for _, _, model in _inner(cls))


def _under(answers: Iterable[Said], front: Said, keys: tuple[str, ...]) -> tuple[Said, ...]:
    """The answers under these keys: each key stands beside the question, or else in the record itself."""
    before = front.path[:-1]
    here = len(before)
    return tuple(
        each
        for each in answers
        if (each.path[0] in keys or (each.path[:here] == before and len(each.path) > here and each.path[here] in keys))
    )


def graded(said: Iterable[Said]) -> list[Graded]:
    """The texts of a record that learners grade themselves on, of all that it says."""
    return [
        Graded(each.path, each.text, each.declared.called, each.declared.graded)
        for each in said
        if each.declared and each.declared.graded
    ]


# What it is about


def about(record: BaseModel, **also: tuple[str, ...]) -> About:
    """What a note of this record is about. `also`: what no key of it says alone."""
    values = vars(record)
    found: dict[str, tuple[str, ...]] = {}
    for facet, name, ids in _tagged(type(record)):
        if value := values[name]:
            found[facet] = found.get(facet, ()) + ids(value)
    return About(**(found | also))


@cache
def _tagged(cls: type[BaseModel]) -> tuple[tuple[str, str, Callable[[Any], tuple[str, ...]]], ...]:
    """Facets, each with a key of the class that its ids stand in, and how they are read there."""
    return tuple((facet, name, _ids(held)) for name, mark, held in declared(cls, Tagged) for facet in mark.facets)


def _ids(held: Holding) -> Callable[[Any], tuple[str, ...]]:
    if held.inner is Named:
        return lambda named: tuple(each.id for each in named)
    return (lambda id: (id,)) if held.form == "one" else tuple
