"""Regular expressions that are compiled when they are first used.

Two hundred stand in the modules that a build imports, and one that finds most things as they were needs a third of them.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile` gives it, for a name of a module; but no function of `re` takes it for a pattern."""
    return cast("re.Pattern[AnyStr]", _Later(text, flags))


class _Later:
    """Takes over from the pattern what it is asked for, so that it is asked for each thing once."""

    def __init__(self, *made_of: Any) -> None:
        self._made_of = made_of

    def __getattr__(self, name: str) -> Any:
        found = re.compile(*self._made_of) if name == "_pattern" else getattr(self._pattern, name)
        self.__dict__[name] = found
        return found
