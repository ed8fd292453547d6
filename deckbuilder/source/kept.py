"""The files of a project as they were read once: the next reading takes over what did not change."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field
from pathlib import Path

from deckbuilder import source
from deckbuilder.core.cache import NOTHING, Cache
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.frozen import dataclass
from deckbuilder.source import guard
from deckbuilder.source.document import Document, File

Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of one file. `file` is None where it could not be read, `stamp` where nothing is to be taken over."""

    stamp: Stamp | None
    file: File | None
    documents: tuple[Document, ...]
    faults: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Every file by its path from the root, in order. A reading never changes: what comes next is another one."""

    cache: Cache = NOTHING
    _files: Mapping[str, _Read] = field(default_factory=dict)

    @property
    def documents(self) -> Iterator[Document]:
        """Every record in the files, faulty ones too."""
        return (document for read in self._files.values() for document in read.documents)

    @property
    def faults(self) -> Iterator[Diagnostic]:
        """What could not be read."""
        return (fault for read in self._files.values() for fault in read.faults)

    @property
    def names(self) -> Collection[str]:
        """The files, by their paths from the root."""
        return self._files.keys()

    def of(self, name: str) -> tuple[Document, ...]:
        """The records of one file."""
        return self._files[name].documents if name in self._files else ()

    def unlike(self, before: Kept) -> frozenset[str]:
        """The files that are new, gone, or have another text than in an earlier reading; and those without a text."""
        old, new = before._files, self._files
        both = old.keys() & new.keys()
        other = {name for name in both if new[name].file is None or new[name].file != old[name].file}
        return frozenset(other | (old.keys() ^ new.keys()))

    def again(self, paths: Iterable[Path], root: Path, doubted: Collection[Path] = ()) -> Kept:
        """These files as they are on the disk now: only those are read whose stamps are others, or that are `doubted`.

        A stamp may deceive: two saves may fall into one tick of the disk's clock.
        """
        files: dict[str, _Read] = {}
        for path in paths:
            name, stamp = path.relative_to(root).as_posix(), _stamp(path)
            known = self._files.get(name)
            same = known is not None and stamp is not None and known.stamp == stamp and path not in doubted
            files[name] = known if known and same else self._read(name, guard.text(path, root, name), stamp)
        return Kept(self.cache, files)

    def with_texts(self, texts: Mapping[str, str | None]) -> Kept:
        """The same with these texts in place of what is on the disk; None: the file is not there."""
        files = {name: read for name, read in self._files.items() if name not in texts}
        for name, text in texts.items():
            if text is not None:
                files[name] = self._read(name, guard.typed(text, name), None)
        return Kept(self.cache, dict(sorted(files.items())))

    def _read(self, name: str, text: str | Diagnostic, stamp: Stamp | None) -> _Read:
        """One file from its text; the very documents of before where it is the same."""
        if isinstance(text, Diagnostic):
            return _Read(None, None, (), (text,))
        file, known = File(name, text), self._files.get(name)
        if known is not None and known.file == file:
            return _Read(stamp, known.file, known.documents, known.faults)
        documents, faults = source.parse(file, self.cache)
        return _Read(stamp, file, tuple(documents), tuple(faults))


def stamps(folder: Path) -> frozenset[tuple[Path, Stamp | None]]:
    """By what a change of any file below a folder is known, without reading it."""
    files = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
    return frozenset((file, _stamp(file)) for file in files)


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
