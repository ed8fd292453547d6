"""Jinja for our own templates, which nobody has to be kept from anything in: less is asked of each value than Jinja asks.

A template puts out some forty values for a note, and calls some twenty functions. That each function may want the context,
that each value may need escaping, and that a template may have changed since it was last asked for, Jinja finds out every
time; here it is known.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef, optimizeconst
from jinja2.runtime import Macro
from markupsafe import Markup

# `Markup(text)` asks first whether the text knows of HTML, which takes three times as long.
_kept: Callable[[str], Markup] = cast(Callable[[str], Markup], partial(str.__new__, Markup))


class _OurCode(CodeGenerator):
    """What `finalize` gives back is harmless, and not escaped once more. What is called wants nothing of Jinja's."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write("environment.finalize(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write(")")

    @optimizeconst
    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 (Jinja's name)
        if keyword.iskeyword(node.attr):
            super().visit_Getattr(node, frame)
            return
        self.write("(")
        self.visit(node.node, frame)
        self.write(f").{node.attr}")

    @optimizeconst
    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802 (Jinja's name)
        if forward_caller or node.kwargs or node.dyn_args or node.dyn_kwargs:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for each in node.args:
            self.visit(each, frame)
            self.write(", ")
        self.write(")")

    def visit_AssignBlock(self, node: nodes.AssignBlock, frame: Frame) -> None:  # noqa: N802 (Jinja's name)
        if node.filter is not None:
            super().visit_AssignBlock(node, frame)
            return
        self.push_assign_tracking()
        inside = frame.inner()
        inside.require_output_check = False
        inside.symbols.analyze_node(node)
        self.enter_frame(inside)
        self.buffer(inside)
        self.blockvisit(node.body, inside)
        self.newline(node)
        self.visit(node.target, frame)
        self.write(f" = environment.kept(concat({inside.buffer}))")
        self.pop_assign_tracking(frame)
        self.leave_frame(inside)

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        self.write("environment.")
        super().macro_def(macro_ref, frame)  # `Macro(…)`


class _OurMacro(Macro):
    """A macro that is mostly given all that it takes."""

    def __call__(self, *args: Any, **named: Any) -> str:
        if named or len(args) != self._argument_count or self.caller or self.catch_kwargs or self.catch_varargs:
            return super().__call__(*args, **named)
        return _kept(self._func(*args))


class Ours(jinja2.Environment):
    """An environment for the shipped templates. `finalize` makes of any value a text in which nothing means anything."""

    code_generator_class = _OurCode
    kept = staticmethod(_kept)
    Macro = _OurMacro

    def __init__(self, **options: Any) -> None:
        super().__init__(autoescape=True, undefined=jinja2.StrictUndefined, **options)
        self._found: dict[str, jinja2.Template] = {}

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> jinja2.Template:
        """A template by its name, which is read once: an environment lives as long as one rendering."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = super().get_template(name, parent, globals)
        return found
