"""Pictures on cards: found inside the project, named by their content, so that a changed picture is a new file.

Anki keeps a file that a learner already has under a name; a name that holds a hash of the bytes cannot be stale.
And it takes a file from a package only where a note that it adds or updates shows it, unless the name starts with `_`. A
learner who lets the package update no note, because the text file does that (`package/text.py`), needs the picture all the same.
The price: Anki counts no such file as unused, so that a picture which no card shows any more stays with the learner.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from deckbuilder.anatomy.library import Library
from deckbuilder.anki.notes import Media
from deckbuilder.core import images, letters
from deckbuilder.core.diagnostics import Diagnostic, Location
from deckbuilder.core.images.filenames import Names
from deckbuilder.core.project import Project
from deckbuilder.records import Credit, Record, nearest


class Pictures:
    """The pictures of one project, each read once, and whose they are."""

    def __init__(self, project: Project, prefix: str, library: Library) -> None:
        self._folder, self._cache = project.media, project.cache
        self._prefix = prefix
        self._credits = library.of(Credit)
        self._names = Names(project.media)
        self._found: dict[str, Media | tuple[str, str]] = {}

    def of(self, record: Record) -> Media | Diagnostic | None:
        """A record's picture as it will travel, or what is wrong with it."""
        picture = getattr(record, "picture", None)
        if picture is None:
            return None
        return self.read(picture.file, record.locate("picture", "file"))

    def read(self, name: str, where: Location) -> Media | Diagnostic:
        """A file of `cards/media/` as it will travel, or what is wrong with it; `where` names it."""
        if name not in self._found:
            self._found[name] = self._read(name)
        found = self._found[name]
        return Diagnostic(where, "picture", *found) if isinstance(found, tuple) else found

    def _read(self, name: str) -> Media | tuple[str, str]:
        """The picture, or the message and the next step."""
        path = self._names.find(name) if "\0" not in name else None
        if isinstance(path, images.Flaw):
            return f"'{name}' {path.message}", path.help
        if not self._inside(name, path):
            return (
                f"'{name}' lies outside cards/media/, or is a link that leads out",
                "copy the file into cards/media/",
            )
        if not name.lower().endswith(tuple(images.ENDINGS)):
            return f"'{name}' is no picture that every Anki shows", f"use one of {', '.join(images.ENDINGS)}"
        if path is None or not path.is_file():
            others = self._names.elsewhere(name)
            near = f"did you mean {' or '.join(map(repr, others))}?" if others else nearest(name, self._names.all())
            return f"there is no file cards/media/{name}", near or "add the file, or mend its name"
        return self._looked_at(name, path)

    def _inside(self, name: str, path: Path | None) -> bool:
        if ":" in name or "\0" in name:
            return False
        try:
            found = (path or self._folder / name.replace("\\", "/")).resolve()
            return found.is_relative_to(self._folder.resolve())
        except (OSError, ValueError, RuntimeError):
            return False

    def _looked_at(self, name: str, path: Path) -> Media | tuple[str, str]:
        """The picture that is there, or what is wrong inside."""
        try:
            with path.open("rb") as file:
                data = file.read(images.MAX_BYTES + 1)
        except OSError as error:
            return f"'{name}' cannot be read ({error.strerror or error})", "check its permissions"
        if len(data) > images.MAX_BYTES:
            return f"'{name}' is larger than {images.MAX_BYTES // 1024 // 1024} MiB", "shrink it; phones load it"
        digest = hashlib.sha256(data).hexdigest()
        ending = path.suffix.lower()
        flaw = self._flaw(data, digest, ending)
        if flaw:
            return f"'{name}' {flaw.message}", flaw.help
        file_name = letters.composed(path.relative_to(self._folder).as_posix())
        credit = next((each.line for each in self._credits if each.covers(file_name)), "")
        return Media(f"_{self._prefix}-{digest[:20]}{ending}", path, digest, credit)

    def _flaw(self, data: bytes, digest: str, ending: str) -> images.Flaw | None:
        """What is wrong inside the file; one that was sound once is not looked at again."""
        key = self._cache.key("picture", digest, ending) if self._cache else b""
        if self._cache.get(key):
            return None
        flaw = images.look(data, digest, ending)
        if flaw is None:
            self._cache.put(key, True)
        return flaw
