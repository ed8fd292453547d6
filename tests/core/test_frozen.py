"""Our frozen classes are those of the standard library, made in less time."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import field
from typing import Any, ClassVar

import pytest

from deckbuilder.core import frozen

Made = Callable[..., Any]


def both(cls: type[Any]) -> list[Made]:
    """A class as we make it, and as the standard library does."""
    made: list[Made] = []
    for maker in (frozen.dataclass, dataclasses.dataclass):
        alike = type(cls.__name__, cls.__bases__, {key: each for key, each in vars(cls).items() if key != "__dict__"})
        made.append(maker(frozen=True, slots=True)(alike))
    return made


class Plain:
    kind: ClassVar[str] = "plain"
    name: str
    of: tuple[int, ...] = ()
    seen: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def long(self) -> int:
        return len(self.name)


class Single:
    only: float


class Empty:
    pass


class Derived:
    name: str
    said: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "said", f"<{self.name}>")


class Own:
    name: str

    def __repr__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and other.name.lower() == self.name.lower()

    def __hash__(self) -> int:
        return hash(self.name.lower())


CALLS: list[tuple[type[Any], tuple[Any, ...], dict[str, Any]]] = [
    (Plain, ("a",), {}),
    (Plain, (), {"name": "a"}),
    (Plain, ("a", (1, 2)), {"seen": {"x": 1}}),
    (Plain, ("b", (1, 2)), {}),
    (Plain, (), {}),
    (Plain, ("a",), {"other": 1}),
    (Plain, ([],), {}),
    (Single, (1.5,), {}),
    (Single, ([],), {}),
    (Empty, (), {}),
    (Empty, (1,), {}),
    (Derived, ("a",), {}),
    (Derived, ("a", "b"), {}),
    (Own, ("A",), {}),
    (Own, ("a",), {}),
]


def told(made: Made, given: tuple[Any, ...], named: dict[str, Any]) -> object:
    """All that can be seen of one that is made of this."""
    try:
        one, other = made(*given, **named), made(*given, **named)
    except TypeError:
        return TypeError
    try:
        found: object = hash(one)
    except TypeError:
        found = TypeError
    values = [getattr(one, each.name) for each in dataclasses.fields(one)]
    again = copy.copy(one)
    alike = (one == other, one != other, one == again, one == 1, one == dataclasses.replace(one))
    return repr(one), found, values, alike, made.__match_args__, made.__slots__, type(one).__name__  # type: ignore[attr-defined]


@pytest.mark.parametrize(("cls", "given", "named"), CALLS)
def test_a_frozen_class_is_that_of_the_standard_library(
    cls: type[Any], given: tuple[Any, ...], named: dict[str, Any]
) -> None:
    ours, theirs = both(cls)

    assert told(ours, given, named) == told(theirs, given, named)


def test_nothing_can_be_changed() -> None:
    for made in both(Plain):
        one = made("a")
        with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
            one.name = "b"
        with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
            del one.name
        with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
            one.another = 1


def test_what_is_made_anew_is_shared_by_none() -> None:
    made = both(Plain)[0]

    made("a").seen["x"] = 1

    assert made("a").seen == {}


@frozen.dataclass(frozen=True, slots=True)
class Kept:
    name: str
    of: tuple[int, ...] = ()


def test_it_is_copied_and_pickled() -> None:
    one = Kept("a", (1,))

    assert copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one


def test_what_is_wanted_otherwise_the_standard_library_makes() -> None:
    @frozen.dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        place: int

    @frozen.dataclass
    class Open:
        place: int = 0

    open = Open()
    open.place = 2

    assert (Ordered(1) < Ordered(2), open) == (True, Open(2))
