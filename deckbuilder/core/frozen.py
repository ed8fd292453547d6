"""`dataclass`, which makes a frozen class with slots in a sixth of the time that the standard library takes.

That compiles eight methods for each class, and the hundred and more of ours that a build needs are made before it begins.
Here `__init__` alone is compiled; for the others there are functions that know the fields. What comes out does the same, and
type checkers see the standard library's. Whatever else is wanted of a class than frozen and slots, that makes itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, FrozenInstanceError
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

_put = object.__setattr__
# Stands for a value that is made anew each time.
_NEW: Any = object()

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, **wanted):
        """As the standard library's."""
        return _frozen if wanted == {"frozen": True, "slots": True} else dataclasses.dataclass(cls, **wanted)


def _frozen(cls: type[Any]) -> type[Any]:
    # A class without words of its own would be given its signature, which takes longer than all the rest.
    cls.__doc__ = cls.__doc__ or cls.__name__
    own = {name for name, value in vars(cls).items() if value is not None}
    made: type[Any] = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    fields = dataclasses.fields(made)
    methods = [_init(made, fields), _repr(fields), *_equal(fields), *_state(fields), _refuse_to_set, _refuse_to_delete]
    for method in methods:
        if method.__name__ not in own:
            setattr(made, method.__name__, method)
    return made


def _init(cls: type[Any], fields: Iterable[Field[Any]]) -> Callable[..., None]:
    takes, puts, names = ["self"], [], {"put": _put, "NEW": _NEW}
    for each in fields:
        if not each.init:  # `__post_init__` puts it
            continue
        name, value = each.name, each.name
        if each.default_factory is not MISSING:
            names |= {f"new_{name}": each.default_factory, f"else_{name}": _NEW}
            value = f"new_{name}() if {name} is NEW else {name}"
        elif each.default is not MISSING:
            names[f"else_{name}"] = each.default
        takes.append(f"{name}=else_{name}" if f"else_{name}" in names else name)
        puts.append(f"put(self, '{name}', {value})")
    puts += ["self.__post_init__()"] if hasattr(cls, "__post_init__") else []
    exec(f"def __init__({', '.join(takes)}):\n " + "\n ".join(puts or ["pass"]), names)
    found: Callable[..., None] = names["__init__"]
    return found


def _repr(fields: Iterable[Field[Any]]) -> Callable[[Any], str]:
    names = [each.name for each in fields if each.repr]

    def __repr__(self: Any) -> str:  # noqa: N807
        said = ", ".join([f"{name}={getattr(self, name)!r}" for name in names])
        return f"{type(self).__qualname__}({said})"

    return __repr__


def _equal(fields: Iterable[Field[Any]]) -> tuple[Callable[..., Any], Callable[[Any], int]]:
    values = _getter([each.name for each in fields if each.compare])

    def __eq__(self: Any, other: object) -> Any:  # noqa: N807
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:  # noqa: N807
        return hash(values(self))

    return __eq__, __hash__


def _state(fields: Iterable[Field[Any]]) -> tuple[Callable[[Any], Any], Callable[[Any, Any], None]]:
    """What is copied and pickled of a frozen class with slots."""
    names = [each.name for each in fields]

    def __getstate__(self: Any) -> Any:  # noqa: N807
        return [getattr(self, name) for name in names]

    def __setstate__(self: Any, state: Any) -> None:  # noqa: N807
        for name, value in zip(names, state, strict=True):
            _put(self, name, value)

    return __getstate__, __setstate__


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """The values of these attributes, in a tuple even if there is one or none."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple([getattr(self, name) for name in names])


def _refuse_to_set(self: Any, name: str, value: Any) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


_refuse_to_set.__name__, _refuse_to_delete.__name__ = "__setattr__", "__delattr__"
