"""Values of a source file changed in place: everything else in its text, layout and comments too, stays as it is.

Each function gives the splices for one change of a record, found by the path that leads to a value; `edited` makes the
new text of them. What a reader would get of it is for the caller to check: YAML has shapes that nobody expects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.patterns import regex
from deckbuilder.source.document import BREAK, Document, File, child, down
from deckbuilder.source.parser import nodes_of
from deckbuilder.source.paths import Path_
from deckbuilder.source.values import Reading

# What changes nothing in any kind of text, wherever it is put.
_TAME = regex(r"[\w][\w ,.;()/-]*")
# Words that are plain text to every reader of YAML, wherever they stand.
_PLAIN = regex(r"[^\W_](?:[\w ./()+-]*[\w.()+-])?")


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of a file's text, and what stands there afterwards. Offsets count characters."""

    start: int
    end: int
    text: str


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with every edit made. Of two that insert at one place, the first given comes first."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        parts += text[at : edit.start], edit.text
        at = edit.end
    return "".join([*parts, text[at:]])


def set_scalar(document: Document, path: Path_, text: str, *, named: bool = False) -> Edit:
    """One text instead of another, in its quotes. `named`: the key or item that the path ends in, not what it names."""
    return _replaced(document.file.text, _scalar(document, path, named), text)


def add_key(document: Document, path: Path_, after: str, key: str, text: str) -> Edit:
    """`key: text` in the mapping at `path`, on the line behind its key `after`, or beside it within braces."""
    file = document.file
    mapping = _node(document, path)
    behind = child(mapping, after)
    if behind is None:
        raise _odd(document, path)
    value = behind[1]
    entry = f"{key}: {scalar(text)}"
    if mapping.flow_style:
        return Edit(value.end_mark.index, value.end_mark.index, f", {entry}")
    return _line_behind(file.text, value, mapping.start_mark.column, entry)


def append(document: Document, path: Path_, text: str) -> list[Edit]:
    """One more text at the end of the list at `path`; a single text becomes a list of two."""
    source, node = document.file.text, _node(document, path)
    if isinstance(node, yaml.ScalarNode):
        if node.style in ("|", ">"):
            raise _odd(document, path)
        start, end = node.start_mark.index, node.end_mark.index
        return [Edit(start, start, "["), Edit(end, end, f", {scalar(text)}]")]
    if not isinstance(node, yaml.SequenceNode):
        raise _odd(document, path)
    if not node.value:
        return [Edit(node.start_mark.index, node.end_mark.index, f"[{scalar(text)}]")]
    last = node.value[-1]
    if node.flow_style:
        return [Edit(last.end_mark.index, last.end_mark.index, f", {scalar(text)}")]
    dash = source[source.rindex("-", 0, last.start_mark.index) : last.start_mark.index]
    dash = dash if re.fullmatch("- +", dash) else "- "
    return [_line_behind(source, last, node.start_mark.column, f"{dash}{scalar(text)}")]


def remove_item(document: Document, path: Path_, text: str) -> Edit:
    """The list at `path` without this text; it must not be the only one."""
    source, node = document.file.text, _node(document, path)
    entry = child(node, text) if isinstance(node, yaml.SequenceNode) and len(node.value) > 1 else None
    if entry is None:
        raise _odd(document, path)
    place = next(place for place, each in enumerate(node.value) if each is entry[0])
    if node.flow_style:
        return _cut(source, [(each.start_mark.index, each.end_mark.index) for each in node.value], place)
    item = node.value[place]
    dash = source.rindex("-", 0, item.start_mark.index)
    return _without_lines(source, dash, item)


def remove_place(document: Document, path: Path_) -> Edit:
    """The list without the item at the place that the path ends in; it must not be the only one."""
    source, node, place = document.file.text, _node(document, path[:-1]), path[-1]
    if not isinstance(node, yaml.SequenceNode) or not isinstance(place, int) or not 1 < len(node.value) > place:
        raise _odd(document, path)
    if node.flow_style:
        return _cut(source, [(each.start_mark.index, each.end_mark.index) for each in node.value], place)
    item = node.value[place]
    return _without_lines(source, source.rindex("-", 0, item.start_mark.index), item)


def replace_words(document: Document, path: Path_, old: str, new: str) -> list[Edit]:
    """These words of a text replaced wherever they stand in it; its quotes and line breaks stay."""
    node, source = _scalar(document, path, False), document.file.text
    words = whole(old)
    start, end = node.start_mark.index, node.end_mark.index
    return [Edit(each.start(), each.end(), new) for each in words.finditer(source, start, end)]


def reword(document: Document, path: Path_, text: str) -> Edit:
    """Another text at the path. In one of several lines only the words that differ are touched, where that can be told."""
    node, source = _scalar(document, path, False), document.file.text
    start, end, old = node.start_mark.index, node.end_mark.index, node.value
    if len(BREAK.split(source[start:end].strip())) == 1:
        return _replaced(source, node, text)
    first, last = _kept(old, text)
    was, now = old[first : len(old) - last], text[first : len(text) - last]
    words = re.compile(r"\s+".join(re.escape(each) for each in was.split()))
    before = [each.start() for each in words.finditer(old)]
    found = list(words.finditer(source, start, end))
    if not was.strip() or not _TAME.fullmatch(now) or len(found) != len(before) or first not in before:
        return _replaced(source, node, text)
    place = found[before.index(first)]
    return Edit(place.start(), place.end(), now)


def _kept(old: str, new: str) -> tuple[int, int]:
    """How many characters stay at the beginning and at the end, in whole words."""
    first = _alike(old, new)
    last = _alike(old[first:][::-1], new[first:][::-1])
    while first and not old[first - 1].isspace():
        first -= 1
    while last and not old[len(old) - last].isspace():
        last -= 1
    return first, last


def _alike(one: str, other: str) -> int:
    """How far two texts begin alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def whole(words: str) -> re.Pattern[str]:
    """Words as they may stand in a source: what a reader takes for one space may be a break and its indentation."""
    spaced = r"\s+".join(re.escape(each) for each in words.split())
    return re.compile(rf"(?<!\w){spaced}(?!\w)")


def remove_key(document: Document, path: Path_) -> Edit:
    """The mapping without the key that the path ends in, and without its value.

    It must not be the only one, nor the first of a record, which says what it is.
    """
    source, mapping = document.file.text, _node(document, path[:-1])
    place = next((place for place, (name, _) in enumerate(mapping.value) if name.value == path[-1]), 0)
    name, value = mapping.value[place]
    if mapping.flow_style:
        return _cut(source, [(one.start_mark.index, other.end_mark.index) for one, other in mapping.value], place)
    if place == 0 and (len(path) == 1 or len(mapping.value) == 1):
        raise _odd(document, path)
    return _without_lines(source, name.start_mark.index, value)


def words(document: Document) -> set[str]:
    """Every scalar of a record, keys too, whether or not its values can be trusted."""
    found: set[str] = set()
    left = [_node(document, ())]
    while left:
        node = left.pop()
        if isinstance(node, yaml.ScalarNode):
            found.add(node.value)
        else:
            for each in node.value:
                left += each if isinstance(each, tuple) else (each,)
    return found


def scalar(text: str, style: str = "") -> str:
    """A text of one line as YAML that reads back as that text. `style`: the quotes to put it in, where there were some."""
    if not style and _PLAIN.fullmatch(text) and _reads_as(text):
        return text
    if style != "'" and not re.search(r'[\\"]', text):
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def _reads_as(text: str) -> bool:
    """Whether the bare text is that text, and no number, truth or word that editors disagree about."""
    reading = Reading(File("", text))
    return [reading.value(node, 1) for node in nodes_of(text)] == [text] and not reading.faults


def _node(document: Document, path: Path_) -> Any:
    steps = list(down(document.node, path))
    if len(steps) < len(path):
        raise _odd(document, path)
    return steps[-1][1] if steps else document.node


def _scalar(document: Document, path: Path_, named: bool) -> Any:
    if named:
        entry = child(_node(document, path[:-1]), path[-1])
        node = entry[0] if entry else None
    else:
        node = _node(document, path)
    if not isinstance(node, yaml.ScalarNode):
        raise _odd(document, path)
    return node


def _replaced(source: str, node: Any, text: str) -> Edit:
    start, end = node.start_mark.index, node.end_mark.index
    if node.style in ("|", ">"):
        raw, word = source[start:end], node.value.strip()
        at = raw.rfind(word)
        if word and at > 0:  # its header, indentation and breaks stay
            return Edit(start + at, start + at + len(word), text)
        return Edit(start, start + len(raw.rstrip()), scalar(text))
    return Edit(start, end, scalar(text, node.style or ""))


def _line_behind(source: str, value: Any, column: int, line: str) -> Edit:
    """A line of its own behind the one on which a value ends, and behind the comment there."""
    end = _end(value)
    if end and source[end - 1] in "\r\n":  # a block of text ends where the next line begins
        return Edit(end, end, " " * column + line + _newline(source, end - 1))
    at = _line_end(source, end)
    return Edit(at, at, _newline(source, at) + " " * column + line)


def _without_lines(source: str, start: int, value: Any) -> Edit:
    """Whole lines from the one where something starts to the one where its value ends."""
    first, end = _line_start(source, start), _end(value)
    if source[first:start].strip():
        raise Fault("what is to be deleted shares its line with something else", "delete it by hand")
    if end and source[end - 1] in "\r\n":
        return Edit(first, end, "")
    last = _line_end(source, end)
    found = BREAK.match(source, last)
    if found:
        return Edit(first, found.end(), "")
    return Edit(first - len(_newline(source, first - 1)) if first else 0, last, "")


def _cut(source: str, spans: Sequence[tuple[int, int]], place: int) -> Edit:
    """One of the parts within brackets, with the comma before it, or behind it if it is the first."""
    if place:
        return Edit(spans[place - 1][1], spans[place][1], "")
    return Edit(spans[0][0], spans[1][0] if len(spans) > 1 else spans[0][1], "")


def _end(node: Any) -> int:
    """Where a value ends. The parser's own mark for a block is where the next one begins."""
    while not isinstance(node, yaml.ScalarNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    end: int = node.end_mark.index
    return end


def _line_start(source: str, at: int) -> int:
    return max(source.rfind("\n", 0, at), source.rfind("\r", 0, at)) + 1


def _line_end(source: str, at: int) -> int:
    found = BREAK.search(source, at)
    return found.start() if found else len(source)


def _newline(source: str, at: int) -> str:
    """The line break that is used around here."""
    if source[at : at + 1] == "\n" and source[at - 1 : at] == "\r":
        at -= 1
    found = BREAK.match(source, at) or BREAK.search(source)
    return found.group() if found else "\n"


def _odd(document: Document, path: Path_) -> Fault:
    place = document.locate(path)
    return Fault(f"{place}: this is laid out in a way that cannot be edited in place", "make this change by hand")
