"""Where a program lies that we start. Never in the working folder, where a stranger's may lie: Windows looks there first."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path, PurePath


def found(name: str) -> str | None:
    """The place of a program on the search path, None if it is not there. A path is taken as it is.

    On Windows only `.exe` is looked for: a `.cmd` would read its arguments as commands, and names of files are among them.
    """
    if len(PurePath(name).parts) > 1:
        return name
    if sys.platform == "win32" and not name.lower().endswith(".exe"):
        name = f"{name}.exe"
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = Path(folder.strip('"'), name)
        with suppress(OSError):  # somebody else's folder
            if path.is_absolute() and path.is_file() and os.access(path, os.X_OK):
                return str(path)
    return None
