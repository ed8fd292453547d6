"""YAML files to documents, with a position for every value.

`guard` keeps out what would harm, PyYAML's C `parser` reads, `values` are what it read by the core schema of YAML 1.2,
and a `document` knows where each of them stands. What a merge left unfinished is a `conflict`; what is no YAML is `broken`, and
what YAML would hand on as something else is `lost`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from deckbuilder.core.cache import NOTHING, Cache, digest
from deckbuilder.core.diagnostics import Diagnostic, Location, errors
from deckbuilder.source import guard
from deckbuilder.source.broken import broken
from deckbuilder.source.document import Document, File, Value
from deckbuilder.source.guard import MAX_BYTES
from deckbuilder.source.kept import Kept
from deckbuilder.source.parser import nodes_of
from deckbuilder.source.paths import Path_
from deckbuilder.source.values import Reading

__all__ = ["MAX_BYTES", "Document", "File", "Kept", "Path_", "Value", "parse", "read"]


def read(paths: Iterable[Path], root: Path, cache: Cache = NOTHING) -> tuple[list[Document], list[Diagnostic]]:
    """Every record in the files, in the order given, and what could not be read."""
    documents: list[Document] = []
    faults: list[Diagnostic] = []
    for path in paths:
        name = path.relative_to(root).as_posix()
        text = guard.text(path, root, name)
        if isinstance(text, Diagnostic):
            faults.append(text)
        else:
            found, wrong = parse(File(name, text), cache)
            documents += found
            faults += wrong
    return documents, faults


def parse(file: File, cache: Cache = NOTHING) -> tuple[list[Document], list[Diagnostic]]:
    """The records of one file, faulty ones too. A fault in one leaves the others readable, unless the YAML is broken."""
    if not cache:
        return _parsed(file)
    key = cache.key("documents", file.text)
    known = cache.get(key)
    if known is not None:
        return [Document(file, at, item, value, False, tuple(span), mark) for at, item, value, span, mark in known], []
    documents, faults = _parsed(file)
    documents = [replace(each, digest=digest(json.dumps(each.value)).hex()) for each in documents]
    if not faults:
        cache.put(key, [(each.document, each.item, each.value, each.span, each.digest) for each in documents])
    return documents, faults


def _parsed(file: File) -> tuple[list[Document], list[Diagnostic]]:
    refused = guard.refuse(file)
    if refused:
        return [], refused
    try:
        nodes = nodes_of(file.text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return [], [guard.too_deep(file, error) or broken(file, error)]
    reading = Reading(file)
    documents = list(_documents(reading, nodes))
    if not documents and not reading.faults:
        empty = Diagnostic(
            Location(file.name),
            "empty-file",
            "the file holds no record",
            "write a record in it, or delete it",
        )
        return [], [empty]
    return documents, reading.faults


def _documents(reading: Reading, nodes: list[Any]) -> Iterator[Document]:
    for number, node in enumerate(nodes):
        if isinstance(node, yaml.SequenceNode):
            items: list[tuple[int | None, Any]] = list(enumerate(node.value))
        elif isinstance(node, yaml.ScalarNode) and not node.value and not node.style:
            continue
        else:
            items = [(None, node)]
        for item, each in items:
            if not isinstance(each, yaml.MappingNode):
                if isinstance(each, yaml.ScalarNode) and reading.loses(each):
                    continue
                reading.fault(
                    each,
                    "not-a-record",
                    "a record is a list of `key: value` lines",
                    "begin it with its kind and id, such as `muscle: biceps-femoris`",
                )
                continue
            before = len(reading.faults)
            value = reading.mapping(each, 1)
            start, end = each.start_mark, each.end_mark
            span = (start.line, start.column, start.index, end.index)
            yield Document(reading.file, number, item, value, bool(errors(reading.faults[before:])), span)
