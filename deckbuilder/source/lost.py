"""Text that YAML reads without a word, and hands on as something else: half of it, none of it, or with other characters.

Only what the source says beside the value tells of it, so that this looks there; a file without such signs is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from deckbuilder.core.patterns import regex
from deckbuilder.source.broken import ODD, QUOTED, odd_blank
from deckbuilder.source.document import File


class Loss(NamedTuple):
    """A fault. `slight`: nothing is lost for certain; `shift`: how far behind the beginning of the value it stands."""

    rule: str
    message: str
    help: str
    slight: bool = False
    shift: int = 0


_BANG = regex(r"(?:^|[\s\[{,])!(?=\s|\Z)")
_BLANKS = (" ", "\t")
# Hardly any comment looks so: glued to its `#`, one blank behind a text of several words, or in the place of a value.
_HASHES = regex(r"[ \t]#[^\s#]|[^\s:] # |[:-][ \t]+#")
_BLOCK = regex(r"[|>][0-9+-]{0,2}[ \t]*(?:\n|\r|\Z|#)")
_HASH = regex(r"(?P<blanks>[ \t]+)#(?P<next>.?)")
_ESCAPE = regex(r"\\(.)([A-Za-z]*)", re.DOTALL)
_LISTED = regex(rf"-{ODD.pattern}")
_KEYED = regex(rf"[\w-]+:{ODD.pattern}")
_MADE = {
    "t": "a tab",
    "n": "a line break",
    "r": "a line break",
    "f": "a form feed",
    "b": "a backspace",
    "v": "a vertical tab",
    "a": "a bell",
    "e": "an escape character",
}
# Of LaTeX; what else follows an `n` may well be the first word of a line.
_NEXT = regex("n(?:u|eq|eg|abla|atural|earrow|ewline|geq|leq|mid|olimits|onumber|otin|parallel|sim|subseteq|warrow)")


class Losses:
    """What of a file's text may be lost, worked out once."""

    def __init__(self, file: File) -> None:
        text = self._text = file.text
        self._bang = "!" in text and bool(_BANG.search(text))
        self._hash = "#" in text and bool(_HASHES.search(text))
        self._escapes = "\\" in text and '"' in text
        self._odd = not text.isascii() and bool(ODD.search(text))
        self._block = bool(_BLOCK.search(text))
        self.possible = self._bang or self._hash or self._escapes or self._odd or self._block

    def of(self, node: Any) -> list[Loss]:
        """What is lost of a value, or of a key."""
        found: list[Loss] = []
        if self._bang:
            found += self._tag(node.start_mark.index)
        value = node.value
        if value.__class__ is not str:
            return found
        style = node.style
        if not style:
            found += self._plain(node, value)
        elif style == '"':
            if self._escapes:
                found += _escapes(self._text[node.start_mark.index + 1 : node.end_mark.index - 1])
        elif style in ("|", ">") and not value.strip():
            message = f"`{style}` announces lines of text, and none follows"
            help = f"write them below it, indented; if it is text itself, {QUOTED}"
            found.append(Loss("lost-text", message, help))
        return found

    def _tag(self, start: int) -> Iterator[Loss]:
        if self._text.startswith("!", start) and not self._text[start + 1 : start + 2].strip():
            yield Loss("lost-text", "the `!` is taken for a tag of YAML, and is not in the text", QUOTED)

    def _plain(self, node: Any, value: str) -> Iterator[Loss]:
        """What is lost of a text that stands there without quotes."""
        if self._hash and self._text[node.end_mark.index : node.end_mark.index + 1] in _BLANKS:
            yield from self._cut(node)
        if self._odd and ODD.search(value):
            yield from self._oddly(value, node.start_mark.index)

    def _cut(self, node: Any) -> Iterator[Loss]:
        """What of a plain text is taken for a comment."""
        found = _HASH.match(self._text, node.end_mark.index)
        if not found or (not node.value and node.start_mark.index != node.end_mark.index):
            return
        if not node.value:
            message = "nothing stands here but what follows `#`, and that is a comment"
            yield Loss("lost-text", message, QUOTED, shift=len(found["blanks"]))
        elif found["next"].strip():
            message = f"the text ends before ` #{found['next']}`: what follows `#` is a comment"
            help = f"{QUOTED}; if it is a comment, write a blank after `#`"
            yield Loss("lost-text", message, help)
        elif found["blanks"] == " " and " " in node.value and found["next"]:
            message = "the text ends before ` # `: what follows `#` is a comment, and is on no card"
            help = f"if it is text, {QUOTED}; if it is a comment, write two blanks before `#`"
            yield Loss("lost-text", message, help, slight=True)

    def _oddly(self, value: str, start: int) -> Iterator[Loss]:
        """A blank of another kind that was to be indentation, or to part a dash or key from its value."""
        first = not self._text[self._text.rfind("\n", 0, start) + 1 : start].strip(" \t-?")
        found = _LISTED.match(value) or (first and _KEYED.match(value)) or ODD.match(value)
        if found:
            yield Loss("odd-blank", *odd_blank(found[0][-1]))


def _escapes(raw: str) -> Iterator[Loss]:
    """LaTeX within double quotes, where a `\\` begins a character: `"\\tau"` is a tab and `au`. The first of a text."""
    formula = False
    for found in _ESCAPE.finditer(raw):
        sign, letters = found[1], found[2] if found[1].isalpha() else ""
        if sign == "\\":
            after = raw[found.start() + 2 : found.start() + 3]
            formula = formula or after in ("(", "[") if after not in (")", "]") else False
            continue
        if sign in 'xuU"\n\r':
            continue
        alone = sign in _MADE and sign != "n" and letters
        if formula or alone or _NEXT.fullmatch(sign + letters):
            made = _MADE.get(sign, "another character")
            message = f"`\\{(sign + letters)[:20]}` is no LaTeX in double quotes: YAML makes {made} of `\\{sign}`"
            yield Loss("lost-text", message, f"{QUOTED}; each `\\` stands alone there: '\\(\\tau\\)'")
            return
