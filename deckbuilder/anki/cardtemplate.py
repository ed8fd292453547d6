"""Anki's own template language: how a template is read, and which cards exist. `ankirender` shows them.

A front is blank when no non-empty field is put out; Anki then makes no card. The same judgment here gives the card
rows that Anki itself would make. Source: `rslib/src/template.rs` of ankitects/anki; tests compare with the real one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import lru_cache

from deckbuilder.core.patterns import regex

# Names that Anki fills in itself; they never make a front non-empty.
SPECIAL = frozenset({"FrontSide", "Tags", "Type", "Deck", "Subdeck", "Card", "CardFlag", "CardID"})
FILTERS = frozenset({"text", "hint", "type", "nc", "cloze", "cloze-only", "furigana", "kana", "kanji"})
MAX_DEPTH = 100

_TOKEN = regex(r"<!--.*?-->|\{\{(.*?)\}\}", re.DOTALL)
# Templates of long ago may begin so, and then have their tags in <% %>.
_OLD = "{{=<% %>=}}"
_OLD_TOKEN = regex(r"<!--.*?-->|<%(.*?)%>", re.DOTALL)
_BLANK = regex(r"(?:[ \t\n\v\f\r]|</?(?:br|div) ?/?>)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Put:
    """A field that is put there: `{{filter:Field}}`."""

    field: str
    filters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """What shows only where a field is filled, `{{#Field}}…{{/Field}}`, or only where it is empty, `{{^Field}}`."""

    field: str
    negated: bool
    inside: tuple[Node, ...]


# Text stands as it is, comments too.
Node = str | Put | Section


class BadTemplate(Exception):
    """What Anki would show instead of the card. `text` is the tag at fault."""

    def __init__(self, message: str, text: str) -> None:
        super().__init__(message)
        self.text = text


# A section that is open: its field, whether it shows where that is empty, and what stands in it so far.
_Open = tuple[str, bool, list[Node]]


@lru_cache(maxsize=512)
def parse(template: str) -> tuple[Node, ...]:
    """Text and tags of a template. Raises `BadTemplate` where a section is not closed, or closed but not open."""
    stack: list[_Open] = [("", False, [])]
    last, old = 0, template.lstrip().startswith(_OLD)
    if old:
        template = template.lstrip().removeprefix(_OLD)
    for match in (_OLD_TOKEN if old else _TOKEN).finditer(template):
        if match[1] is None:
            continue
        if match.start() > last:
            stack[-1][2].append(template[last : match.start()])
        last = match.end()
        _take(stack, match[1].lstrip("{").strip(), match[0])
    if len(stack) > 1:
        raise BadTemplate(f"{{{{#{stack[-1][0]}}}}} is never closed", "{{#" + stack[-1][0])
    if last < len(template):
        stack[0][2].append(template[last:])
    return tuple(stack[0][2])


def _take(stack: list[_Open], tag: str, text: str) -> None:
    """One more tag: it opens a section, closes the last one, or puts a field there."""
    if len(tag) < 2:
        stack[-1][2].append(Put(tag))
    elif tag.startswith(("#", "^")):
        if len(stack) > MAX_DEPTH:
            raise BadTemplate(f"sections are nested more than {MAX_DEPTH} levels deep", text)
        stack.append((tag[1:].strip(), tag[0] == "^", []))
    elif tag.startswith("/"):
        name, negated, inside = stack.pop()
        if name != tag[1:].strip() or not stack:
            raise BadTemplate(f"{{{{{tag}}}}} closes a section that is not open", text)
        stack[-1][2].append(Section(name, negated, tuple(inside)))
    else:
        *filters, name = tag.split(":")
        stack[-1][2].append(Put(name, tuple(filters)))


def fields(nodes: tuple[Node, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every field that is named, with its filters."""
    for node in nodes:
        if isinstance(node, Put):
            yield node.field, node.filters
        elif isinstance(node, Section):
            yield node.field, ()
            yield from fields(node.inside)


def is_blank(text: str) -> bool:
    """Whether Anki counts a field as empty: nothing in it but spaces, `<br>` and `<div>`."""
    return not text or (text[0] in " \t\n\v\f\r<" and _BLANK.fullmatch(text) is not None)


def shows(nodes: tuple[Node, ...], filled: Set[str]) -> bool:
    """Whether a front built from these fields would hold anything."""
    for node in nodes:
        if isinstance(node, str):
            continue
        if isinstance(node, Put):
            if node.field in filled:
                return True
        elif (node.field in filled) != node.negated and shows(node.inside, filled):
            return True
    return False
