"""What can be told of records that are at fault, so that their neighbors do not look wrong.

A record that is not valid still takes its id; a file that is no YAML still shows how its records open. What answers to
an id here is not reported as missing elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType

from deckbuilder import source
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.patterns import regex
from deckbuilder.core.project import Project
from deckbuilder.records import KINDS, Record, walker
from deckbuilder.records.base import near_id
from deckbuilder.source import guard
from deckbuilder.source.conflict import MARKER

# None of these tries a text twice: a file may be a single line of megabytes.
_OPENING = regex(r"(\s*- +(?! ))?\s*[\"']?([a-z]+)(?![a-z])[\"']?:\s*[\"']?([^\"'#]*)")
_FORMERLY = regex(r"\s*(?:- +)?formerly:(.*)")
_KEY = regex(r"(?<![a-z0-9-])([a-z0-9]+(?:-[a-z0-9]+)*)(?![a-z0-9-])[\"']?\s*:")
_WORD = regex(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Of such files nothing can be told.
_UNSEEN = frozenset({"unreadable", "outside-project", "too-large", "file-name", "not-read"})
_ANY = "*"


@dataclass(slots=True)
class Lost:
    """What faulty records answer to, and what they name. `blind`: a file may hold anything at all.

    `documents`: those that could be read as YAML.
    """

    ids: set[tuple[str, str]] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    mentioned: set[str] = field(default_factory=set)
    documents: list[source.Document] = field(default_factory=list)
    blind: bool = False

    def answers(self, kind: str, id: str) -> bool:
        """Whether something that could not be read may answer to this id."""
        first = id.split("/")[0]
        known = {(kind, id), (kind, first), (kind, _ANY)}
        return self.blind or not self.ids.isdisjoint(known) or id in self.words or first in self.words

    def of(self, kind: str) -> list[str]:
        """Every id that answers to `kind` for certain, for suggestions."""
        return sorted(id for of, id in self.ids if of == kind and id != _ANY)

    def names(self, id: str) -> bool:
        """Whether a faulty record names this id: what follows from it is then unknown."""
        return self.blind or id in self.mentioned

    def mention(self, documents: Iterable[source.Document]) -> None:
        """These records name what stands in them."""
        for document in documents:
            self.mentioned |= set(_WORD.findall(repr(document.value)))


def salvage(
    project: Project,
    found: Iterable[Record],
    documents: Sequence[source.Document],
    faults: Iterable[Diagnostic],
    unsaved: Mapping[str, str | None] = MappingProxyType({}),
) -> Lost:
    """What the documents that made no record, and the files that made no document, would have answered to.

    `unsaved`: texts that count in place of those on the disk.
    """
    lost = Lost()
    parsed = {id(record.document) for record in found}
    for document in documents:
        if id(document) not in parsed:
            lost.documents.append(document)
            _take(lost, document)
            lost.mention([document])
    whole = {document.file.name for document in documents}
    for fault in {(each.location.path, each.rule): each for each in faults}.values():  # a file may have thousands
        path = PurePosixPath(fault.location.path)
        lost.ids |= {("file", each.as_posix()) for each in (path, *path.parents)}
        if fault.rule in _UNSEEN:
            lost.blind = True
        elif fault.location.path not in whole:
            whole.add(fault.location.path)
            _guess(lost, _bytes(project, fault.location.path, unsaved))
    lost.ids -= {("file", "cards"), ("file", ".")}
    return lost


def _take(lost: Lost, document: source.Document) -> None:
    """From a record that is at fault: its ids, past and present, and those of what stands in it."""
    value = document.value
    first = next(iter(value), "")
    if first in KINDS:
        _add_all(lost, first, value)
    elif first:
        lost.words.add(near_id(str(value[first])))
        for kind in [each for each in value if each in KINDS]:
            _add_all(lost, kind, value)
    for key, kind in _held(first):
        held = value.get(key)
        lost.ids |= {(kind, each) for each in (held if isinstance(held, dict) else [_ANY])}


def _held(kind: str) -> list[tuple[str, str]]:
    """The keys under which records of a kind hold what others may name by its id alone, each with the kind of that."""
    found = walker.held_by(KINDS[kind]) if kind in KINDS else ()
    return [(key, mark.kind) for _, key, mark in found if not mark.within]


def _add_all(lost: Lost, kind: str, value: dict[str, source.Value]) -> None:
    formerly = value.get("formerly")
    for id in (value[kind], *(formerly if isinstance(formerly, list) else [formerly])):
        _add(lost, kind, str(id))


def _add(lost: Lost, kind: str, id: str) -> None:
    lost.ids |= {(kind, id), (kind, near_id(id))}
    if kind == "deck":
        lost.ids.add((kind, _ANY))


def _bytes(project: Project, name: str, unsaved: Mapping[str, str | None]) -> bytes | None:
    """What a file holds, None where it cannot be had."""
    text = unsaved.get(name)
    if text is not None:
        return text.encode("utf-8", "surrogatepass")
    data = guard.read(project.root / name, project.root, name)
    return data if isinstance(data, bytes) else None


def _guess(lost: Lost, data: bytes | None) -> None:
    """From a file that is no YAML: how its records open, and the landmarks under its bones."""
    if data is None:
        return
    text = _decoded(data)
    lost.mentioned |= set(_WORD.findall(text))
    before = len(lost.ids)
    kind, within = "", list[str]()
    for line, opening in _openings(text):
        if opening:
            kind, within = opening[0], [of for _, of in _held(opening[0])]
            _add(lost, *opening)
        lost.ids |= {(of, key) for of in within for key in _KEY.findall(line)}
        if kind and (formerly := _FORMERLY.match(line)):
            lost.ids |= {(kind, old) for old in _WORD.findall(formerly[1])}
    lost.blind |= len(lost.ids) == before  # nothing tells what it was before it broke


def _decoded(data: bytes) -> str:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if wide else "utf-8-sig", "replace").replace("\0", "")


def _openings(text: str) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """Every line, with the kind and id if a record opens in it.

    What stands where a file's first record should may be what broke it: until one is found, any line may open it.
    """
    fresh, item, begun = True, None, False
    for line in text.splitlines():
        found = _opening(line)
        opens = found is not None and (fresh or not begun or (found[1] and found[1] == item))
        if found is None or not opens:
            yield line, None
        else:
            item, begun = found[1], True
            yield line, (found[2], found[3].strip())
        fresh = _ends(line) or (fresh and _empty(line))


def _opening(line: str) -> re.Match[str] | None:
    """The kind and id that a record might open with on this line."""
    found = _OPENING.match(line)
    return found if found and found[2] in KINDS else None


def _ends(line: str) -> bool:
    """Whether a record of its own may begin below this line."""
    return line.startswith("---") or bool(MARKER.fullmatch(line))


def _empty(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")
