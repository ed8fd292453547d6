"""Jinja for templates that may be a stranger's: they see plain, frozen values by the list in `seen`, and nothing else.

A value of ours is put before a template as a `Veiled`, of which Jinja gets what the list names; whatever can be called is a
`Call`, which unwraps what it is given and wraps what it gives back. Texts, lists and numbers cannot be blown up by one
operation; what grows step by step is bounded by the process around (`jail`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, nodes, pass_environment
from jinja2.compiler import CodeGenerator, Frame, optimizeconst
from jinja2.environment import TemplateModule
from jinja2.filters import _GroupTuple
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, TemplateReference
from jinja2.sandbox import SandboxedEnvironment, safe_range
from jinja2.utils import Cycler, Joiner, Namespace
from markupsafe import Markup

from deckbuilder.core.patterns import regex
from deckbuilder.records import Record, nearest
from deckbuilder.records.base import Model
from deckbuilder.render import seen
from deckbuilder.render.limits import DEEP, MAX_BITS, MAX_DEPTH, MAX_LENGTH, MAX_WIDTH, OffLimits, TooMuch

_ATOMS = (str, Markup, int, bool, float, type(None))
_MISSING: Any = object()
_SIGHTS: dict[type[Any], seen.Sight | None] = {}
_WIDTH = regex(r"%(?:\([^)]*\))?[#0\- +]*(\*|\d*)(?:\.(\*|\d*))?")
_NAMES = {str: "a text", Markup: "a text", int: "a number", float: "a number", bool: "a truth value"}
_NAMES |= {TemplateModule: "the imported template", Namespace: "the namespace"}
_NAMES |= {list: "a list", tuple: "a list", dict: "a mapping", frozenset: "a set", type(None): "nothing"}


class Veiled:
    """A value of ours as a template has it. It cannot be changed, printed or iterated over; `Sandbox` looks into it."""

    __slots__ = ("_it", "_known")

    def __init__(self, it: Any) -> None:
        self._it = it
        self._known: dict[str, Any] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Veiled) and (self._it is other._it or bool(self._it == other._it))

    def __hash__(self) -> int:
        return hash(self._it)

    def __repr__(self) -> str:
        return f"<{what(self)}>"

    def __str__(self) -> str:
        raise OffLimits(f"{what(self)} is no text: name what of it is to be shown")


class Call:
    """Something that a template may call, and no more."""

    __slots__ = ("_call", "_name")

    def __init__(self, name: str, call: Callable[..., Any]) -> None:
        self._name, self._call = name, call

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        _measure(self._name, (*args, *kwargs.values()))
        return self._call(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<{self._name}()>"

    def __str__(self) -> str:
        raise OffLimits(f"'{self._name}' is to be called: {self._name}(…)")


class _Code(CodeGenerator):
    """`~` is the one operator that Jinja's sandbox does not hand over."""

    @optimizeconst
    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 (Jinja's name)
        if frame.eval_ctx.volatile:
            join = "(markup_join if context.eval_ctx.volatile else str_join)"
        else:
            join = "markup_join" if frame.eval_ctx.autoescape else "str_join"
        self.write(f"environment.joined({join}, (")
        for each in node.nodes:
            self.visit(each, frame)
            self.write(", ")
        self.write("))")


class Sandbox(SandboxedEnvironment):
    """An environment in which every name, filter, test and attribute is on the list, or is a fault."""

    code_generator_class = _Code
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, **options)
        self.concat = _concat  # type: ignore[method-assign]
        self.filters = {name: _bounded(name, each) for name, each in seen.known_filters().items()}
        self.filters["attr"] = _attribute
        self.tests = seen.known_tests()
        ours: dict[str, Any] = {"range": safe_range, "dict": dict, "namespace": Namespace}
        ours |= {"cycler": Cycler, "joiner": Joiner}
        self.globals = {name: Call(name, ours[name]) for name in seen.GLOBALS.split()}
        self._records: dict[int, Veiled] = {}

    def admit(self, filters: dict[str, Callable[..., Any]], values: dict[str, Any]) -> None:
        """Filters and globals of ours, as templates may have them."""
        self.filters |= {name: self._ours(name, each) for name, each in filters.items()}
        for name, value in values.items():
            self.globals[name] = Call(name, self._ours(name, value)) if callable(value) else self.see(value)

    # What is given to a template, and what it gives

    def see(self, value: Any) -> Any:
        """A value as a template may have it."""
        cls = type(value)
        if cls in _ATOMS:
            return value
        if cls is tuple:
            return tuple([self.see(each) for each in value])
        if cls is list:
            return [self.see(each) for each in value]
        if cls is dict:
            return {self.see(key): self.see(each) for key, each in value.items()}
        if cls in (set, frozenset):
            return frozenset([self.see(each) for each in value])
        if _sight(cls) is None:
            raise OffLimits(f"no template may see a value of the type '{cls.__name__}'")
        if isinstance(value, Record):  # most are seen again and again, and live as long as this environment
            found = self._records.get(id(value))
            if found is None:
                found = self._records[id(value)] = Veiled(value)
            return found
        return Veiled(value)

    def _ours(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **kwargs: Any) -> Any:
            given = [self._live(name, each) for each in args]
            return self.see(call(*given, **{key: self._live(name, each) for key, each in kwargs.items()}))

        return called

    def _live(self, name: str, value: Any) -> Any:
        cls = type(value)
        if cls is Veiled:
            return value._it
        if cls in _ATOMS:
            return value
        if cls is tuple or cls is list:
            return cls([self._live(name, each) for each in value])
        if isinstance(value, Undefined):
            str(value)  # raises what is undefined
        if isinstance(value, Iterator):  # of a filter such as `map`
            return [self._live(name, each) for each in value]
        raise OffLimits(f"'{name}' takes records, texts and numbers, and was given {what(value)}")

    # What Jinja asks for

    def getattr(self, obj: Any, attribute: str) -> Any:
        found = self._seen(obj, attribute)
        if found is _MISSING:
            found = self._item(obj, attribute)
        return self._refuse(obj, attribute) if found is _MISSING else found

    def getitem(self, obj: Any, argument: Any) -> Any:
        found = self._item(obj, argument)
        if found is _MISSING and isinstance(argument, str):
            found = self._seen(obj, str(argument))
        return self._refuse(obj, argument) if found is _MISSING else found

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        if isinstance(__obj, Undefined):
            str(__obj)  # raises what is undefined
        if type(__obj) not in (Call, Macro, LoopContext, BlockReference, Joiner):
            raise OffLimits(f"{what(__obj)} cannot be called")
        return __context.call(__obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "%":
            if isinstance(left, str):
                _format(left)
        elif operator == "**":
            if isinstance(left, int) and isinstance(right, int) and left.bit_length() * abs(right) > MAX_BITS:
                raise TooMuch("the number would become too large")
        elif isinstance(left, int) and isinstance(right, int):
            if left.bit_length() + right.bit_length() > MAX_BITS:
                raise TooMuch("the number would become too large")
        elif operator == "+":
            if hasattr(left, "__len__") and hasattr(right, "__len__"):
                _bound(len(left) + len(right))
        else:
            many, times = (left, right) if isinstance(right, int) else (right, left)
            if hasattr(many, "__len__") and isinstance(times, int):
                _bound(len(many) * times)
        return self.binop_table[operator](left, right)

    def joined(self, join: Callable[[Iterable[Any]], str], parts: tuple[Any, ...]) -> str:
        """What `~` makes."""
        _bound(sum(len(each) for each in parts if isinstance(each, str)))
        return join(parts)

    def _seen(self, obj: Any, name: str) -> Any:
        """What the list has under a name; `_MISSING` where it has nothing."""
        cls = type(obj)
        if cls is Veiled:
            return self._look(obj, name)
        plain = seen.PLAIN.get(cls)
        if plain is not None:
            return Call(name, _of_text(obj, name)) if name in plain.calls else _MISSING
        if isinstance(obj, Undefined):
            return getattr(obj, "" if name.startswith("_") else name)  # raises what is undefined
        if name.startswith("_"):
            return _MISSING
        if cls is Namespace or cls is TemplateModule:
            return getattr(obj, name, _MISSING)
        for inner, allowed in _INNER:
            if cls is inner:
                if name in allowed.calls:
                    return Call(name, getattr(obj, name))
                return getattr(obj, name) if name in allowed.values else _MISSING
        return _MISSING

    def _look(self, view: Veiled, name: str) -> Any:
        found = view._known.get(name, _MISSING)
        if found is _MISSING:
            allowed = _sight(type(view._it))
            if allowed is None:
                return _MISSING
            if name in allowed.values:
                found = view._known[name] = self.see(getattr(view._it, name))
            elif name in allowed.calls:
                found = view._known[name] = Call(name, self._ours(name, getattr(view._it, name)))
        return found

    def _item(self, obj: Any, argument: Any) -> Any:
        if type(obj) in seen.PLAIN or isinstance(obj, TemplateReference | _GroupTuple):
            try:
                return obj[argument]
            except (TypeError, LookupError):
                return _MISSING
        return _MISSING

    def _refuse(self, obj: Any, name: Any) -> Undefined:
        if obj is None:
            message = f"there is nothing here that could have a '{name}'"
        elif isinstance(obj, TemplateReference):
            message = f"there is no block '{name}'"
        elif not isinstance(name, str):
            message = f"{what(obj)} has nothing at {name!r}"
        elif type(obj) in (dict, TemplateModule, Namespace) and not name.startswith("_"):
            message = f"{what(obj)} has no '{name}'"
        else:
            allowed = (_sight(type(obj._it)) if type(obj) is Veiled else None) or seen.Sight()
            near = nearest(name, sorted(allowed.values | allowed.calls))
            message = f"a template may see no '{name}' of {what(obj)}" + (f"; {near}" if near else "")
        return self.undefined(message, obj=obj, name=name)

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        _shallow(source)
        return super()._generate(source, *args, **kwargs)


_INNER = (
    (LoopContext, seen.LOOP),
    (Macro, seen.MACRO),
    (BlockReference, seen.BLOCK),
    (Cycler, seen.CYCLER),
    (_GroupTuple, seen.GROUPED),
)


def _sight(cls: type[Any]) -> seen.Sight | None:
    if cls not in _SIGHTS:
        _SIGHTS[cls] = seen.sight(cls)
    return _SIGHTS[cls]


def _shallow(template: nodes.Template) -> None:
    """What is chained is nested to Jinja, without a bracket: `1 + 1 + …`. Deep enough, Python's compiler breaks down on it."""
    waiting: list[tuple[nodes.Node, int, int]] = [(template, 0, 1)]
    while waiting:
        node, depth, line = waiting.pop()
        line = node.lineno or line
        if depth > MAX_DEPTH:
            raise TemplateSyntaxError(DEEP, line)
        waiting += [(each, depth + 1, line) for each in node.iter_child_nodes()]


def what(value: Any) -> str:
    """A value in words that say nothing of Python."""
    if type(value) is Veiled:
        it = value._it
        if isinstance(it, Record):
            return f"the {it.kind} record '{it.id}'"
        if isinstance(it, Model):
            return "a part of a record"
        return seen.CALLED.get(type(it), "this value")
    if isinstance(value, Call):
        return f"'{value._name}'"
    if isinstance(value, Macro):
        return f"the macro '{value.name}'"
    return _NAMES.get(type(value), "this value")


def _bound(length: int) -> None:
    if length > MAX_LENGTH:
        raise TooMuch(f"what comes out would be longer than {MAX_LENGTH:,}")


def _measure(name: str, given: Iterable[Any]) -> None:
    for each in given:
        if isinstance(each, int) and abs(each) > MAX_LENGTH:
            raise TooMuch(f"the number for '{name}' is larger than {MAX_LENGTH:,}")


def _format(text: str) -> None:
    for width, decimals in _WIDTH.findall(text):
        if any(each == "*" or (each and (len(each) > 6 or int(each) > MAX_WIDTH)) for each in (width, decimals)):
            raise TooMuch(f"the width in a format is at most {MAX_WIDTH}, and a number")


def _concat(parts: Iterable[str]) -> str:
    if not isinstance(parts, list):
        kept, length = [], 0
        for each in parts:
            length += len(each)
            _bound(length)
            kept.append(each)
        parts = kept
    _bound(sum(map(len, parts)))
    return "".join(parts)


def _of_text(obj: Any, name: str) -> Callable[..., Any]:
    """A method of a plain value; those that could blow it up look first at what would come out."""
    method: Callable[..., Any] = getattr(obj, name)
    if name == "replace":

        def replace(old: str, new: str, *count: int) -> Any:
            _bound(len(obj) + obj.count(old) * len(new))
            return method(old, new, *count)

        return replace
    return method


def _bounded(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of Jinja that takes no number without a bound."""

    @wraps(call)  # with the mark by which Jinja knows that it wants the environment
    def bounded(*args: Any, **kwargs: Any) -> Any:
        given = args[1:] if getattr(call, "jinja_pass_arg", None) else args
        _measure(name, (*given[1:], *kwargs.values()))
        if name == "format" and given:
            _format(str(given[0]))
        if name == "replace" and len(given) > 2 and isinstance(given[0], str):
            _bound(len(given[0]) + given[0].count(str(given[1])) * len(str(given[2])))
        return call(*args, **kwargs)

    return bounded


@pass_environment
def _attribute(environment: Sandbox, value: Any, name: str) -> Any:
    """Jinja's `attr` asks Python first."""
    return environment.getattr(value, str(name))
