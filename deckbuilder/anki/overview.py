"""How much room a text takes on the page with *Study Now*, which shows a deck's description above that button.

Anki gives the text 70 % of the window and keeps every line break that it is given (`white-space: pre-wrap`), those of Markdown
source too: so a paragraph has to be one line. In a window of 900 pixels the text is 588 pixels wide, which are 85 letters of
Noto Sans at Anki's 15 pixels, and 78 of DejaVu Sans, a wide one; lines end at a word, and so hold some fewer.
"""

from __future__ import annotations

import unicodedata
from textwrap import wrap

from deckbuilder.core.patterns import regex

COLUMN = 72  # letters
LINES = 8  # of a description, at most: with these, Study Now stays in the upper two thirds of a window of 900 x 700
_BLANK = regex(r"\n[ \t]*\n\s*")
# A line break, but for those that Markdown keeps: before an item of a list, a quotation, a heading.
_JOINED = regex(r"[ \t]*\n(?!\s*(?:[-*+>]|#{1,6}|\d{1,2}[.)])\s)[ \t]*")
_LINK = regex(r"\[([^\]]*)\]\([^)\s]*\)")
_MARKS = regex(r"\\(?=[^\w\s])|\*+|`|(?<!\w)_+|_+(?!\w)|<(?=\w+:)|(?<=\S)>")
_SPECIAL = regex(r"([\\`*_\[\]<>&~$|])")


def unbroken(markdown: str) -> str:
    """The same text, each paragraph and each item of a list on a line of its own."""
    paragraphs = (part for part in _BLANK.split(markdown.strip()) if part)
    return "\n\n".join(_JOINED.sub(" ", part) for part in paragraphs)


def literally(text: str) -> str:
    """A name as Markdown has to have it to show just that."""
    return _SPECIAL.sub(r"\\\1", text)


def lines(markdown: str) -> int:
    """How many lines it takes in a window of 900 pixels, blank ones between paragraphs not counted."""
    shown = _MARKS.sub("", _LINK.sub(r"\1", unbroken(markdown)))
    return sum(len(wrap(_wide(line), COLUMN)) for line in shown.splitlines())


def _wide(line: str) -> str:
    """Signs that are as wide as two letters, as two."""
    return "".join(sign * 2 if unicodedata.east_asian_width(sign) in "WF" else sign for sign in line)
