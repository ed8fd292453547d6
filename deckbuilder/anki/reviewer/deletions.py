"""Gaps as Anki shows them: `{{c1::text::hint}}`, one within another, and masks over a picture.

Asked on the front, filled on the back; the gaps of other cards are text. Source: `rslib/src/cloze.rs` of ankitects/anki.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from deckbuilder.core.patterns import regex

MAX_NESTED = 10
MAX_NUMBER = 65_535
_MARK = regex(r"\{\{c([0-9,]+)::|\}\}")
_MATHJAX = regex(r"(\\[(\[])(.*?)(\\[\])])", re.DOTALL)
_TAG = regex(r"<!--.*?-->|<style.*?>.*?</style>|<script.*?>.*?</script>|<.*?>", re.DOTALL | re.IGNORECASE)
_PICTURE = "image-occlusion:"
_SHAPES = ("rect", "ellipse", "polygon", "text")
# One property of a mask. Its name runs on to the next `=`, past colons too: so do those of Anki since 23.10.
_SAYS = regex(r":(?P<name>[^=]+)=(?P<value>(?:[^\\:]|\\[\\:])+)(?=:|\Z)")
_ESCAPED = regex(r"\\([\\:])")
# What a mask says, as Anki names it for its script; the last column: whether 0 is as good as nothing.
_PROPERTIES = {
    "left": ("left", False),
    "top": ("top", False),
    "width": ("width", True),
    "height": ("height", True),
    "rx": ("rx", True),
    "ry": ("ry", True),
    "angle": ("angle", False),
    "fill": ("fill", False),
    "points": ("points", False),
    "oi": ("occludeInactive", False),
    "text": ("text", False),
    "scale": ("scale", False),
    "fs": ("font-size", False),
}


@dataclass(slots=True)
class Deletion:
    """A gap; the numbers are those of the cards that ask for it."""

    numbers: tuple[int, ...]
    inside: list[str | Deletion] = field(default_factory=list)
    hint: str | None = None

    @property
    def ordinal(self) -> str:
        return ",".join(map(str, self.numbers))

    @property
    def asked(self) -> str:
        return "..." if self.hint is None else self.hint

    @property
    def picture(self) -> str | None:
        """What a mask over a picture says, None for a gap in text."""
        first = self.inside[0] if self.inside else None
        return first.removeprefix(_PICTURE) if isinstance(first, str) and first.startswith(_PICTURE) else None


def pieces(text: str) -> list[str | Deletion]:
    """The text and the gaps of a field, in turn."""
    found: list[str | Deletion] = []
    open_: list[Deletion] = []
    last = 0

    def put(said: str) -> None:
        if not said:
            return
        if not open_:
            found.append(said)
            return
        if "::" in said and not said.startswith(_PICTURE):
            said, _, open_[-1].hint = said.partition("::")
        open_[-1].inside.append(said)

    for mark in _MARK.finditer(text):
        if mark[1] is not None:
            numbers = _numbers(mark[1])
            if not numbers:
                continue
            put(text[last : mark.start()])
            if len(open_) < MAX_NESTED:
                open_.append(Deletion(numbers))
        else:
            put(text[last : mark.start()])
            if open_:
                closed = open_.pop()
                (open_[-1].inside if open_ else found).append(closed)
            else:
                found.append("}}")
        last = mark.end()
    put(text[last:])
    return found


def numbers(text: str) -> set[int]:
    """The cards that a text makes."""
    return {number for gap in _gaps(pieces(text)) for number in gap.numbers if number}


def shown(text: str, number: int, *, front: bool) -> str:
    """`{{cloze:Field}}`: the text with this card's gaps asked or filled; '' if it has none."""
    found = pieces(text)
    if not any(number in gap.numbers for gap in _gaps(found, within_pictures=False)):
        return ""
    said = "".join(each if isinstance(each, str) else _revealed(each, number, front) for each in found)
    return _MATHJAX.sub(lambda math: math[1] + _TAG.sub("", math[2]) + math[3], said)


def only(text: str, number: int, *, front: bool) -> list[str]:
    """What stands in this card's gaps, or asks for it, one after another."""
    return [gap.asked if front else _plain(gap) for gap in _gaps(pieces(text)) if number in gap.numbers]


def escaped(text: str) -> str:
    """Text within an attribute, as Anki writes it: all but ASCII letters and digits by number."""
    named = {'"': "&quot;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
    return "".join(
        each if each.isascii() and each.isalnum() else named.get(each) or f"&#x{ord(each):X};" for each in text
    )


def _numbers(written: str) -> tuple[int, ...]:
    """'2,1' as (1, 2). What is no number is left out, and so is one with more digits than Python would read."""
    short = [each.lstrip("0") or "0" for each in written.split(",") if each]
    return tuple(sorted({int(each) for each in short if len(each) <= 5 and int(each) <= MAX_NUMBER}))


def _gaps(found: list[str | Deletion], *, within_pictures: bool = True) -> Iterator[Deletion]:
    for each in found:
        if isinstance(each, Deletion):
            yield each
            if within_pictures or each.picture is None:
                yield from _gaps(each.inside, within_pictures=within_pictures)


def _plain(gap: Deletion) -> str:
    return "".join(each if isinstance(each, str) else _plain(each) for each in gap.inside)


def _revealed(gap: Deletion, number: int, front: bool) -> str:
    active = number in gap.numbers
    if gap.picture is not None:
        name = (
            "cloze" if (front and active) or gap.numbers == (0,) else "cloze-highlight" if active else "cloze-inactive"
        )
        return f'<div class="{name}" data-ordinal="{gap.ordinal}" {_mask(gap.picture)}></div>'
    inside = "".join(each if isinstance(each, str) else _revealed(each, number, front) for each in gap.inside)
    ordinal = f'data-ordinal="{gap.ordinal}"'
    if not active:
        return f'<span class="cloze-inactive" {ordinal}>{inside}</span>'
    if front:
        return f'<span class="cloze" data-cloze="{escaped(inside)}" {ordinal}>[{gap.asked}]</span>'
    return f'<span class="cloze" {ordinal}>{inside}</span>'


def _mask(said: str) -> str:
    """A mask's shape and place as the attributes that Anki's script reads; what follows a fault in it is left out."""
    shape, colon, _ = said.partition(":")
    if not colon:
        return ""
    found = [f'data-shape="{shape}" '] if shape in _SHAPES else []
    each = _SAYS.match(said, len(shape))
    while each:
        found.append(_property(each["name"], _ESCAPED.sub(r"\1", each["value"])))
        each = _SAYS.match(said, each.end())
    return "".join(found)


def _property(name: str, value: str) -> str:
    known = _PROPERTIES.get(name)
    if known is None or not value or (known[1] and value == "0"):
        return ""
    if name == "points":
        value = " ".join(pair for pair in value.split(" ") if "," in pair)
    if not value:
        return ""
    return f'data-{known[0]}="{escaped(value) if name == "text" else value}" '
