"""Files as they were last read, for a caller that reads them again and again: only what changed is parsed anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from deckbuilder.core.cache import NOTHING, Cache
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.source.document import Document, File

Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Read:
    stamp: Stamp | None
    file: File | None
    documents: list[Document]
    faults: list[Diagnostic]


class Kept:
    """Reads as `source.read` does. `changed`: the names of the files whose text was another at the last reading."""

    def __init__(self, cache: Cache = NOTHING) -> None:
        self._cache = cache
        self.changed: set[str] = set()
        self._files: dict[str, _Read] = {}
        self._doubted: set[Path] = set()

    def doubt(self, paths: Iterable[Path]) -> None:
        """Read these again, whatever their stamps say: two saves may fall into one tick of the disk's clock."""
        self._doubted.update(paths)

    def documents(self, name: str) -> list[Document]:
        """The records of a file, as last read."""
        return self._files[name].documents if name in self._files else []

    @property
    def names(self) -> set[str]:
        """Every file, by its path from the root."""
        return set(self._files)

    def read(self, paths: Iterable[Path], root: Path) -> tuple[list[Document], list[Diagnostic]]:
        """Every record in the files, in the order given, and what could not be read."""
        before, self._files, doubted, self._doubted = self._files, {}, self._doubted, set()
        self.changed = set()
        for path in paths:
            name, stamp = path.relative_to(root).as_posix(), _stamp(path)
            known = before.get(name)
            if known is None or stamp is None or known.stamp != stamp or path in doubted:
                known = self._again(path, root, name, stamp, known)
            self._files[name] = known
        self.changed |= before.keys() - self._files.keys()
        documents = [each for read in self._files.values() for each in read.documents]
        return documents, [each for read in self._files.values() for each in read.faults]

    def _again(self, path: Path, root: Path, name: str, stamp: Stamp | None, known: _Read | None) -> _Read:
        from deckbuilder.source import guard, parse

        text = guard.text(path, root, name)
        if isinstance(text, Diagnostic):
            self.changed.add(name)
            return _Read(None, None, [], [text])
        file = File(name, text)
        if known is not None and known.file == file:
            return _Read(stamp, file, known.documents, known.faults)
        self.changed.add(name)
        return _Read(stamp, file, *parse(file, self._cache))


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
