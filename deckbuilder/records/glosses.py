"""What each key of a record means: the text below a field in its class, for editors.

Python throws these texts away, so that records cost nothing for having them; here the source is read again.
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache


def glosses(cls: type) -> dict[str, str]:
    """Field to meaning; what a class says itself goes before what it inherits."""
    found: dict[str, str] = {}
    for each in reversed(cls.__mro__):
        if each.__module__.startswith("deckbuilder."):
            found |= _stated(each.__module__).get(each.__name__, {})
    return found


@cache
def _stated(module: str) -> dict[str, dict[str, str]]:
    """Class to field to the text that stands below the field."""
    found: dict[str, dict[str, str]] = {}
    for cls in ast.parse(inspect.getsource(sys.modules[module])).body:
        if isinstance(cls, ast.ClassDef):
            texts = found.setdefault(cls.name, {})
            for field, below in zip(cls.body, cls.body[1:], strict=False):
                match field, below:
                    case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                        texts[name] = " ".join(text.split())
    return found
