"""What rules found before, wherever they would find the same again.

A hit of a rule hangs on no more than the rule's `scope` says, so it is kept under a digest of that: the facts of all
records, and for most rules the records of one file. Whoever edits a sentence has that file looked at again, with the few
rules that compare all with all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from deckbuilder.anatomy.library import Library
from deckbuilder.core.cache import Cache, digest
from deckbuilder.core.diagnostics import Diagnostic, Fix, Location
from deckbuilder.records import Record
from deckbuilder.rules.rule import Found, Rule, Seen
from deckbuilder.source.document import File


class Where(NamedTuple):
    """Where a hit stood: line and column, those of the words that are meant, if any, and how wide these are."""

    line: int
    column: int
    words: tuple[int, int] | None
    width: int


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule found, and, where its file is as it was, the place at which that was told."""

    rule: str
    found: Found
    where: Where | None = None

    def located(self) -> tuple[Location, Location | None, int] | None:
        """The place as a message tells it, with the words that are meant; None where it has to be looked for."""
        if self.where is None:
            return None
        name, words = self.found.record.document.file.name, self.where.words
        return Location(name, *self.where[:2]), words and Location(name, *words), self.where.width


class KeptHits:
    """The hits of one library. Without a cache, or where a record was read in a way that has no digest, none are known.

    `facts`: those of rules for which the facts of all records are all there is, by rule; None where they have to be asked.
    `stale`: the kind and id of each record that the others have to look at, `known`: what they found in the rest.
    """

    def __init__(self, cache: Cache, library: Library, rules: Sequence[Rule], *also: str) -> None:
        self._cache, self._library = cache, library
        self.facts: Mapping[str, list[Hit]] | None = None
        self.known: dict[str, list[Hit]] = {}
        records = library.records.values()
        self.stale = set(library.records)
        self._on = bool(cache) and not library.duplicates and all(each.document.digest for each in records)
        self._keys: dict[str, bytes] = {}
        if self._on:
            names = " ".join(rule.name for rule in rules)
            self._facts = cache.key("hits", names, *also, library.facts)
            found = self._read(self._facts)
            self.facts = None if found is None else _by_rule(found)
            if any(rule.scope == "record" for rule in rules):
                self._look_up(records)

    def _look_up(self, records: Iterable[Record]) -> None:
        """What is known of the records of each file."""
        files: dict[str, list[Record]] = {}
        for record in records:
            files.setdefault(record.document.file.name, []).append(record)
        for name, held in files.items():
            self._keys[name] = self._cache.key("hits", self._facts, *(each.document.digest for each in held))
            found = self._read(self._keys[name])
            if found is not None:
                self.stale.difference_update((each.kind, each.id) for each in held)
                for rule, hits in _by_rule(found).items():
                    self.known.setdefault(rule, []).extend(hits)

    def hits(self, rule: Rule, view: Seen, part: Seen) -> list[Hit | Diagnostic]:
        """What a rule finds. `part`: the view of what is stale."""
        if rule.scope == "facts" and self.facts is not None:
            return [*self.facts.get(rule.name, ())]
        if rule.scope != "record":
            return _asked(rule, view)
        if not self.stale:
            return [*self.known.get(rule.name, ())]
        new = _asked(rule, part)
        if part is not view:
            new = [each for each in new if isinstance(each, Diagnostic) or _key(each) in self.stale]
        return [*self.known.get(rule.name, ()), *new]

    def keep(self, rules: Iterable[Rule], hits: Iterable[Hit]) -> None:
        """Keep what was not known. A fault that is more than a hit cannot be kept, nor what was found beside one."""
        found = list(hits) if self._on else []
        scopes = {rule.name: rule.scope for rule in rules}
        if self._on and self.facts is None:
            self._write(self._facts, [each for each in found if scopes[each.rule] == "facts"])
        of_files: dict[str, list[Hit]] = {name: [] for name in self._names_of_stale()}
        for each in found:
            if scopes[each.rule] == "record" and _key(each) in self.stale:
                of_files[each.found.record.document.file.name].append(each)
        for name, held in of_files.items():
            self._write(self._keys[name], held)

    def _names_of_stale(self) -> set[str]:
        names = {self._library.records[key].document.file.name for key in self.stale}
        return names & self._keys.keys()

    def _read(self, key: bytes) -> list[Hit] | None:
        kept = self._cache.get(key)
        return None if kept is None else [self._hit(*each) for each in kept]

    def _write(self, key: bytes, hits: Iterable[Hit]) -> None:
        self._cache.put(key, list(map(_plain, hits)))

    def _hit(
        self,
        rule: str,
        kind: str,
        id: str,
        path: list[Any],
        said: list[Any],
        fix: list[Any] | None,
        at: list[Any] | None,
    ) -> Hit:
        record = self._library.records[kind, id]
        message, help, key, grave, word = said
        mended = Fix(tuple(fix[0]), *fix[1:]) if fix else None
        found = Found(record, tuple(path), message, help, key, grave, word, mended)
        same = at is not None and at[0] == _of_file(record.document.file)
        return Hit(rule, found, Where(at[1], at[2], at[3] and tuple(at[3]), at[4]) if at and same else None)


def _asked(rule: Rule, view: Seen) -> list[Hit | Diagnostic]:
    return [Hit(rule.name, each) if isinstance(each, Found) else each for each in rule.check(view)]


def _key(hit: Hit) -> tuple[str, str]:
    return hit.found.record.kind, hit.found.record.id


def _by_rule(hits: Iterable[Hit]) -> dict[str, list[Hit]]:
    found: dict[str, list[Hit]] = {}
    for each in hits:
        found.setdefault(each.rule, []).append(each)
    return found


def _plain(hit: Hit) -> list[Any]:
    """A hit in texts, numbers and lists."""
    found, where = hit.found, hit.where
    said = [found.message, found.help, found.key, found.grave, found.word]
    fix = found.fix and [found.fix.path, found.fix.value, found.fix.word]
    at = where and [_of_file(found.record.document.file), *where]
    return [hit.rule, found.record.kind, found.record.id, found.path, said, fix, at]


@lru_cache(maxsize=4096)
def _of_file(file: File) -> str:
    return digest(file.text).hex()
