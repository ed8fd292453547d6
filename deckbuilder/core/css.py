"""What a style sheet loads, as a browser reads it: whatever case, escapes or function it is written in.

tinycss2 reads CSS as its standard says, so that `@IMPORT`, `\\75 rl(` and `image-set("…")` are what they are to a browser.
A sheet, the text of a `<style>` element and a `style` attribute are read alike, since only their tokens are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from deckbuilder.core.patterns import regex

# In Chromium a picture of this size is shown at once; more of it on each card is a file's work.
MAX_DATA = 32_768
_DATA = regex(r"data:(?:image/|font/|application/(?:x-)?font-)", re.IGNORECASE)
_ELSEWHERE = regex(r"(?:[a-z][a-z0-9+.-]*:|[/\\]{2})", re.IGNORECASE)
_LOADS = frozenset({"url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "-webkit-cross-fade"})
_UNKNOWN = frozenset({"var", "env", "attr", "if"})
# Browsers take these out of an address before they read it.
_SKIPPED = regex(r"[\t\n\r]|^[\x00-\x20]+|[\x00-\x20]+$")
_BLANK = ("whitespace", "comment")
_LAST = "deckbuilder-last"


@dataclass(frozen=True, slots=True)
class StyleMistake:
    """What should not stand in a style, and where. Lines and columns count from 1."""

    line: int
    column: int
    message: str
    help: str


@dataclass(frozen=True, slots=True)
class LoadedAddress:
    """An address that a style loads, None where a browser alone can know it."""

    line: int
    column: int
    address: str | None


def references(css: str) -> list[LoadedAddress]:
    """All that a style loads, in the order in which it stands there."""
    return [found for found in _read(css, whole=False) if isinstance(found, LoadedAddress)]


def mistakes(css: str, held: Container[str] = (), *, whole: bool = True) -> Iterator[StyleMistake]:
    """What a style may not hold where all must work offline. `held`: the files that are there; `whole`: it is no part."""
    for found in re.finditer(r"</(?=style)", css, re.IGNORECASE):
        line = css.count("\n", 0, found.start()) + 1
        column = found.start() - css.rfind("\n", 0, found.start())
        yield StyleMistake(
            line, column, "`</style` ends the styling in the middle", "take it out, or write `<\\/style`"
        )
    for each in _read(css, whole=whole):
        if isinstance(each, StyleMistake):
            yield each
        elif (said := refused(each.address, held)) is not None:
            yield StyleMistake(each.line, each.column, *said)


def refused(address: str | None, held: Container[str]) -> tuple[str, str] | None:
    """Why nothing may be loaded from an address, and what to do instead; None where it may."""
    if address is None:
        return "what is loaded here can only be known in the browser", "write the address itself"
    address = _SKIPPED.sub("", address)
    if address.startswith("#") or address in held:
        return None
    if _DATA.match(address):
        if len(address) <= MAX_DATA:
            return None
        return f"{len(address)} characters of data are too many for every card to load", f"stay under {MAX_DATA}"
    if _ELSEWHERE.match(address):
        return f"'{_short(address)}' is not in the package, and a deck works offline", _INSTEAD
    return f"no package holds a file '{_short(address)}'", _INSTEAD


_INSTEAD = "write a small picture or font into the template as a `data:` address; larger pictures come from records, by a field"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _read(css: str, *, whole: bool) -> Iterator[LoadedAddress | StyleMistake]:
    import tinycss2  # not every build has styling to look at, and it takes a while to be imported

    end = f"\n;{_LAST}" if whole else ""
    nodes = tinycss2.parse_component_value_list(css + end)
    if whole:
        yield from _unended(nodes)
    waiting: list[Sequence[Any]] = [nodes]
    found: list[LoadedAddress | StyleMistake] = []
    while waiting:
        level = waiting.pop()
        for place, node in enumerate(level):
            found += _at(node, level[:place], level[place + 1 :])
            if node.type == "function":
                waiting.append(node.arguments)
            elif node.type.endswith("block"):
                waiting.append(node.content)
    yield from sorted(found, key=lambda each: (each.line, each.column))


def _unended(nodes: Sequence[Any]) -> Iterator[StyleMistake]:
    """What took the last word of all for a part of itself, because it does not end."""
    if not nodes or nodes[-1].type != "ident" or nodes[-1].value != _LAST:
        at = nodes[-1] if nodes else None
        yield StyleMistake(
            at.source_line if at else 1,
            at.source_column if at else 1,
            "a block, a text or a comment begins here and does not end",
            "close it: all that follows is taken for a part of it",
        )


def _at(node: Any, before: Sequence[Any], after: Sequence[Any]) -> list[LoadedAddress] | list[StyleMistake]:
    """What one token of a level loads, or what is wrong with it; what lies within it is another level."""
    if node.type == "url" and not _names(before):
        return [LoadedAddress(node.source_line, node.source_column, node.value)]
    if node.type == "at-keyword" and node.lower_value == "import":
        return _imported(node, after)
    if node.type == "function" and node.lower_name in _LOADS and not _names(before):
        return _loaded(node)
    return [_broken(node)] if node.type == "error" else []


def _names(before: Sequence[Any]) -> bool:
    """Whether what follows is the name of a namespace, which looks like an address and is never asked for."""
    for node in reversed(before):
        if node.type == "at-keyword":
            return bool(node.lower_value == "namespace")
        if node.type not in (*_BLANK, "ident"):
            return False
    return False


def _imported(node: Any, after: Sequence[Any]) -> list[LoadedAddress]:
    """A sheet by its bare name; `url()` is found by itself."""
    first = next((each for each in after if each.type not in _BLANK), None)
    if first is not None and first.type == "string":
        return [LoadedAddress(node.source_line, node.source_column, first.value)]
    return []


def _loaded(node: Any) -> list[LoadedAddress]:
    found = []
    for each in node.arguments:
        if each.type == "string":
            found.append(LoadedAddress(node.source_line, node.source_column, each.value))
        elif each.type == "function" and each.lower_name in _UNKNOWN:
            found.append(LoadedAddress(node.source_line, node.source_column, None))
    return found


_BROKEN = {
    "bad-string": "a text in quotes goes over the end of its line",
    "eof-in-string": "a text in quotes does not end",
    "bad-url": "an address holds what must stand in quotes",
    "eof-in-url": "an address does not end",
}


def _broken(node: Any) -> StyleMistake:
    message = _BROKEN.get(node.kind, f"`{node.kind}` closes nothing")
    return StyleMistake(
        node.source_line, node.source_column, message, "mend it: browsers leave out all that stands around it"
    )
