"""Changed source files into place: all of them, or none."""

from __future__ import annotations

import codecs
import os
import shutil
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from deckbuilder.diagnostics import Fault
from deckbuilder.source.document import File

# Beside the cards, so that a file is moved and never copied over another; hidden, so that it is not read as cards.
ASIDE = "cards/.editing.part"


def save(root: Path, changed: Sequence[tuple[File, str]], committing: Callable[[], None] = lambda: None) -> None:
    """Each file with its new text, moved into place in the order given. `committing` is called before the first one.

    A file keeps its permissions and its byte order mark. Raises `Fault` with every file as it was.
    """
    before = [_bytes(root, file) for file, _ in changed]
    aside = root / ASIDE
    torn = False
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        for place, ((file, text), old) in enumerate(zip(changed, before, strict=True)):
            mark = codecs.BOM_UTF8 if old.startswith(codecs.BOM_UTF8) else b""
            path = root / file.name
            shutil.copy2(path, aside / f"{place}.old")
            with (aside / f"{place}.new").open("wb") as new:
                new.write(mark + text.encode())
                new.flush()
                os.fsync(new.fileno())
            (aside / f"{place}.new").chmod(stat.S_IMODE(path.stat().st_mode))
        committing()
        try:
            for place, (file, _) in enumerate(changed):
                (aside / f"{place}.new").replace(root / file.name)
        except BaseException:
            torn = True
            for place, (file, _) in enumerate(changed):
                if not (aside / f"{place}.new").exists():
                    (aside / f"{place}.old").replace(root / file.name)
            torn = False
            raise
    except OSError as error:
        whole = f"the old files lie in {aside}: move them back by hand" if torn else "every file is as it was"
        raise Fault(
            f"the cards could not be written ({error.strerror or error})",
            f"check space and permissions at {error.filename or root}; {whole}",
        ) from error
    finally:
        if not torn:
            with suppress(OSError):
                shutil.rmtree(aside)


def _bytes(root: Path, file: File) -> bytes:
    """What the file holds; it must still be what was read."""
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
    return data
