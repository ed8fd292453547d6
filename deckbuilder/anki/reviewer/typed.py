"""`{{type:Field}}`: the box that Anki's reviewer shows on the front, and what stands in its place on the back.

Anki's own backend leaves `[[type:Field]]`; the rest happens in its window. On the back it is as if nothing was typed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from deckbuilder.anki.reviewer import deletions, filters
from deckbuilder.core.patterns import regex

_TYPED = regex(r"\[\[type:(.+?)\]\]")
_BREAK = regex(r"(?:\n|<br ?/?>|</?div>)+", re.IGNORECASE)
# Of a field, in packages of genanki, which says so in the editor's font of every field.
_STYLE = "font-family: 'Liberation Sans'; font-size: 20px"
_BOX = f'\n<center>\n<input type=text id=typeans\n   style="{_STYLE};">\n</center>\n'


def asked(side: str, fields: Mapping[str, str], number: int) -> str:
    """A front with a box to type into."""
    found = _TYPED.search(side)
    if found is None:
        return side
    expected = _expected(found[1], fields, number)
    if expected is None:
        name = found[1].split(":")[-1]
        box = f"Type answer: unknown field {html.escape(name)}"
    else:
        box = _BOX if expected else ""
    return _TYPED.sub(lambda _: box, side)


def answered(side: str, fields: Mapping[str, str], number: int) -> str:
    """A back with the right answer where the box was."""
    found = _TYPED.search(side)
    if found is None:
        return side
    expected = _expected(found[1], fields, number)
    if not expected:
        return _TYPED.sub("", side)
    rest = side.replace("<hr id=answer>", "")
    rule = "<hr id=answer>" if rest != side else ""
    shown = f'{rule}\n<div style="{_STYLE}">{compared(expected)}</div>'
    return _TYPED.sub(lambda _: shown, rest)


def compared(expected: str) -> str:
    """The right answer as Anki shows it to somebody who typed nothing."""
    text = filters.strip(_BREAK.sub(" ", expected)).strip()
    return f"<code id=typeans>{html.escape(text)}</code>"


def _expected(what: str, fields: Mapping[str, str], number: int) -> str | None:
    """None for a field that there is not."""
    way, colon, name = what.partition(":")
    if not colon:
        return fields.get(what)
    if way == "cloze":
        if name not in fields:
            return None
        found = deletions.only(fields[name], number, front=False)
        return found[0] if len(set(found)) == 1 else ", ".join(found)
    return fields.get(name if way == "nc" else what)
