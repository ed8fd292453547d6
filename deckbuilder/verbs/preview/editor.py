"""The command line by which an author's editor opens a file at a line."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path, PurePath
from urllib.parse import quote

from deckbuilder.core import programs

_GOTO = ("{path}:{line}:{column}",)
# Editors with windows of their own. One that needs the terminal would fight with the server for it.
_KNOWN: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("code", "code-insiders", "codium", "vscodium", "cursor", "windsurf", "positron"), ("-g", *_GOTO)),
    **dict.fromkeys(("subl", "sublime_text", "zed", "zeditor", "lapce"), _GOTO),
    **dict.fromkeys(
        ("idea", "pycharm", "webstorm", "charm", "fleet"), ("--line", "{line}", "--column", "{column}", "{path}")
    ),
    **dict.fromkeys(("gvim", "mvim"), ("+call cursor({line},{column})", "{path}")),
    **dict.fromkeys(("gedit", "xed", "pluma", "gnome-text-editor"), ("+{line}:{column}", "{path}")),
    "kate": ("--line", "{line}", "--column", "{column}", "{path}"),
    "mate": ("--line", "{line}:{column}", "{path}"),
    "notepad++": ("-n{line}", "-c{column}", "{path}"),
    "emacsclient": ("--no-wait", "+{line}:{column}", "{path}"),
}
_IN_TERMINAL = frozenset({"-nw", "-t", "--tty"})
# `--wait` keeps a program for git; here nobody waits.
_WAITS = frozenset({"--wait", "-w"})


def command(editor: str, path: Path, line: int, column: int) -> list[str] | None:
    """What to run, None for an editor that is unknown or lives in the terminal. `editor`: as in `$VISUAL`."""
    try:
        words = shlex.split(editor)
    except ValueError:
        return None
    if not words or not _IN_TERMINAL.isdisjoint(words):
        return None
    name = PurePath(words[0].replace("\\", "/")).name.lower().removesuffix(".exe").removesuffix(".cmd")
    form = _KNOWN.get(name)
    if form is None:
        return None
    kept = [word for word in words[1:] if word not in _WAITS]
    return [words[0], *kept, *(each.format(path=path, line=max(line, 1), column=max(column, 1)) for each in form)]


def link(path: Path, line: int, column: int) -> str:
    """The address by which a browser asks VS Code to open a place."""
    return f"vscode://file/{quote(path.as_posix().lstrip('/'))}:{max(line, 1)}:{max(column, 1)}"


def run(words: list[str]) -> bool:
    """Start it and let it be. False where it is not installed."""
    quiet, program = subprocess.DEVNULL, programs.found(words[0])
    if program is None:
        return False
    try:
        subprocess.Popen([program, *words[1:]], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    except OSError:
        return False
    return True
