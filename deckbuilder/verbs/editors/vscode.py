"""VS Code's settings for a project: its own schema, tied to its cards, and the extension that reads it.

What others wrote into these files stays as it is. All files are written, or none.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from deckbuilder.core.diagnostics import Diagnostic, Fault, errors
from deckbuilder.core.frozen import dataclass
from deckbuilder.core.project import Project
from deckbuilder.core.transaction import writing
from deckbuilder.core.turn import alone
from deckbuilder.source import guard
from deckbuilder.verbs.editors import jsonc
from deckbuilder.verbs.editors.meanings import meanings
from deckbuilder.verbs.editors.projectschema import project_schema
from deckbuilder.workspace import Workspace

FOLDER = ".vscode"
SCHEMA = f"{FOLDER}/cards.schema.json"
EXTENSION = "redhat.vscode-yaml"
CARDS = ["cards/**/*.yaml", "cards/**/*.yml"]
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Result:
    """`stale`: the files that are, or were, out of date. `faults`: why some ids are not known, so that none is refused."""

    stale: tuple[str, ...]
    ids: int
    faults: tuple[Diagnostic, ...]


def update(project: Project, *, write: bool = True, committing: Callable[[], None] = lambda: None) -> Result:
    """The files as they should be, written where they are not. Raises `Fault` with every file as it was."""
    if not write:
        return bring(project, write=False)
    if project.read_only:
        raise Fault("the deck that ships with deckbuilder is read only", "name a project of your own with --project")
    with alone(project):
        return bring(project, committing=committing)


def bring(project: Project, *, write: bool = True, committing: Callable[[], None] = lambda: None) -> Result:
    """What `update` does once it has its turn, and with a project that nobody else knows of yet."""
    workspace = Workspace(project)
    faults = errors([*workspace.files.faults, *workspace.malformed, *workspace.drawings.faults])
    known = meanings(workspace.library)
    schema = project_schema(known, complete=not faults)
    texts = {
        SCHEMA: json.dumps(schema, indent=1, ensure_ascii=False) + "\n",
        f"{FOLDER}/settings.json": _merged(
            project, "settings.json", lambda text: jsonc.put(text, ("yaml.schemas", f"./{SCHEMA}"), CARDS)
        ),
        f"{FOLDER}/extensions.json": _merged(
            project, "extensions.json", lambda text: jsonc.add(text, ("recommendations",), EXTENSION)
        ),
    }
    stale = {name: text for name, text in texts.items() if _bytes(project, name) != text.encode()}
    if write and stale:
        _write(project.root, stale, committing)
    return Result(tuple(stale), sum(map(len, known.values())), tuple(faults))


def _merged(project: Project, name: str, change: Callable[[str], str]) -> str:
    """The file with the change in it; of one that is not there, or empty, a new one."""
    path = f"{FOLDER}/{name}"
    data = _bytes(project, path) or b""
    try:
        if len(data) > MAX_BYTES:
            raise ValueError("it is too large")
        text = data.decode()
        body = text.removeprefix("\ufeff")
        return text[: len(text) - len(body)] + (change(body) if body.strip() else change("{}") + "\n")
    except ValueError as error:
        line = f"{path}:{error.line}" if isinstance(error, jsonc.NotJsonc) else path
        message = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise Fault(f"{line} cannot be read as settings: {message}", "mend it, or move it away") from None


def _bytes(project: Project, name: str) -> bytes | None:
    """What stands there, None for nothing. No link is followed: it may lead out of the project."""
    path = project.root / name
    if path.parent.is_symlink() or path.is_symlink():
        raise Fault(f"{FOLDER if path.parent.is_symlink() else name} is a link", "put the real one in its place")
    if not path.exists():
        return None
    found = guard.read(path, project.root, name, 16 * MAX_BYTES)  # a schema with a thousand ids is large
    if isinstance(found, Diagnostic):
        raise Fault(f"{name} cannot be read: {found.message}", found.help)
    return found


def _write(root: Path, texts: dict[str, str], committing: Callable[[], None]) -> None:
    try:
        (root / FOLDER).mkdir(exist_ok=True)
    except OSError as error:
        raise Fault(f"{root / FOLDER} cannot be made ({error.strerror or error})", "check its permissions") from error
    with writing("the editor's settings", kept="the files in .vscode are as they were") as transaction:
        for name, text in texts.items():
            transaction.text(root / name, text)
        transaction.commit(committing)
