"""Pictures on cards: found inside the project, named by their content, so that a changed picture is a new file.

Anki keeps a file that a learner already has under a name; a name that holds a hash of the bytes cannot be stale.
And it takes a file from a package only where a note that it adds or updates shows it, unless the name starts with `_`. A
learner who lets the package update no note, because the text file does that (`package/text.py`), needs the picture all the same.
The price: Anki counts no such file as unused, so that a picture which no card shows any more stays with the learner.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from deckbuilder.diagnostics import Diagnostic, Location
from deckbuilder.library import Library
from deckbuilder.notes import Media
from deckbuilder.project import Project
from deckbuilder.records import Credit, Record, nearest

ENDINGS = (".svg", ".png", ".jpg", ".jpeg", ".webp", ".gif")
MAX_BYTES = 2 * 1024 * 1024


class Pictures:
    """The pictures of one project, each read once, and whose they are."""

    def __init__(self, project: Project, prefix: str, library: Library) -> None:
        self._folder = project.media
        self._prefix = prefix
        self._credits = library.of(Credit)
        self._found: dict[str, Media] = {}

    def of(self, record: Record) -> Media | Diagnostic | None:
        """A record's picture as it will travel, or what is wrong with it."""
        picture = getattr(record, "picture", None)
        if picture is None:
            return None
        return self.read(picture.file, record.locate("picture", "file"))

    def read(self, name: str, where: Location) -> Media | Diagnostic:
        """A file of `cards/media/` as it will travel, or what is wrong with it; `where` names it."""
        if name not in self._found:
            found = self._read(name, where)
            if isinstance(found, Diagnostic):
                return found
            self._found[name] = found
        return self._found[name]

    def _read(self, name: str, where: Location) -> Media | Diagnostic:
        def fault(message: str, help: str) -> Diagnostic:
            return Diagnostic(where, "picture", message, help)

        path = self._folder / Path(name.replace("\\", "/"))
        try:
            inside = path.resolve().is_relative_to(self._folder.resolve())
        except (OSError, ValueError, RuntimeError):
            inside = False
        if not inside or ":" in name or "\0" in name:
            return fault(
                f"'{name}' lies outside cards/media/, or is a link that leads out", "copy the file into cards/media/"
            )
        if not path.name.lower().endswith(ENDINGS):
            return fault(f"'{name}' is no picture that every Anki shows", f"use one of {', '.join(ENDINGS)}")
        if not path.is_file():
            near = nearest(name, (each.name for each in self._folder.glob("*")) if self._folder.is_dir() else ())
            return fault(f"there is no file cards/media/{name}", near or "add the file, or mend its name")
        try:
            if path.stat().st_size > MAX_BYTES:
                return fault(f"'{name}' is larger than {MAX_BYTES // 1024 // 1024} MiB", "shrink it; phones load it")
            data = path.read_bytes()
        except OSError as error:
            return fault(f"'{name}' cannot be read ({error.strerror or error})", "check its permissions")
        if not data:
            return fault(f"'{name}' is empty, and Anki counts it as missing", "export it again")
        digest = hashlib.sha256(data).hexdigest()
        file = path.relative_to(self._folder).as_posix()
        credit = next((each.line for each in self._credits if each.covers(file)), "")
        return Media(f"_{self._prefix}-{digest[:20]}{path.suffix.lower()}", path, digest, credit)
