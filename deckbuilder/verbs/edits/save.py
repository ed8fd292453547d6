"""Changed source files into place: all of them, or none."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.transaction import writing
from deckbuilder.source.document import File

# Beside the cards, so that a file is moved and never copied over another; hidden, so that it is not read as cards.
ASIDE = "cards/.editing.part"


def save(root: Path, changed: Sequence[tuple[File, str]], committing: Callable[[], None] = lambda: None) -> None:
    """Each file with its new text, moved into place in the order given. `committing` is called before the first one.

    A file keeps its permissions and its byte order mark. Raises `Fault` with every file as it was.
    """
    marks = [_mark(root, file) for file, _ in changed]
    with writing("the cards", kept="every file is as it was") as transaction:
        room = transaction.room(root / ASIDE)
        for number, ((file, text), mark) in enumerate(zip(changed, marks, strict=True)):
            transaction.write(root / file.name, mark + text.encode(), at=room / f"{number}.new")
        transaction.commit(committing)


def _mark(root: Path, file: File) -> bytes:
    """The byte order mark of a file, if it has one; it must still be what was read."""
    path = root / file.name
    if path.is_symlink():
        raise Fault(f"{file.name} is a link", "edit the file that it leads to, or copy it into its place")
    try:
        data = path.read_bytes()
        if not os.access(path, os.W_OK):
            raise PermissionError(13, "Permission denied", str(path))
    except OSError as error:
        raise Fault(f"{file.name} cannot be written ({error.strerror or error})", "check its permissions") from error
    if data.removeprefix(codecs.BOM_UTF8) != file.text.encode():
        raise Fault(f"{file.name} was changed by somebody else a moment ago", "run this again")
    return codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
