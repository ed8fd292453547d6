"""Jinja for our own templates, which nobody has to be kept from anything in: less is asked of each value than Jinja asks.

A template puts out some forty values for a note, and calls some twenty functions. That each function may want the context,
and that each value may need escaping, Jinja finds out every time; here it is known.
"""

from __future__ import annotations

from types import FunctionType, MethodType
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro


class _OurCode(CodeGenerator):
    """What `finalize` gives back is harmless, and not escaped once more."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write("environment.finalize(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write(")")


class _Context(Context):
    """Calls what is called, without asking first what else it may want to be given."""

    def call(self, called: Any, /, *args: Any, **named: Any) -> Any:
        named.pop("_loop_vars", None)
        named.pop("_block_vars", None)
        if called.__class__ is Macro:
            return called(self.eval_ctx, *args, **named)
        if called.__class__ is MethodType or called.__class__ is FunctionType:
            return called(*args, **named)
        return super().call(called, *args, **named)


class Ours(jinja2.Environment):
    """An environment for the shipped templates. `finalize` makes of any value a text in which nothing means anything."""

    code_generator_class = _OurCode
    context_class = _Context

    def __init__(self, **options: Any) -> None:
        super().__init__(autoescape=True, undefined=jinja2.StrictUndefined, **options)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`a.b`, where most are attributes, and the others keys."""
        try:
            return obj[attribute] if obj.__class__ is dict else getattr(obj, attribute)
        except (AttributeError, KeyError):
            return super().getattr(obj, attribute)
