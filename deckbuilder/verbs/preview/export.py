"""All cards as a static site: opens from the disk, and from any folder of a web server.

The same page as the live preview, with the deck in a script beside it. What only makes sense beside an editor is left out.
The same cards give the same bytes.
"""

from __future__ import annotations

import json
import mimetypes
import os
from base64 import b64encode
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from deckbuilder.core.diagnostics import Diagnostic, Fault, errors
from deckbuilder.core.frozen import dataclass
from deckbuilder.core.project import Project
from deckbuilder.core.transaction import write, writing
from deckbuilder.core.turn import alone
from deckbuilder.verbs.preview import page
from deckbuilder.verbs.preview.session import Session
from deckbuilder.verbs.preview.visitors import CARD_POLICY

# By this file an earlier export is known, which a new one may replace.
MARKER = "deckbuilder-preview.txt"
_SAID = "Made by `deckbuilder preview --export`, which replaces this whole folder.\n"
# What the server says in headers; of a sandbox only the frame's own attribute can tell here. `file:`, because not every
# browser takes what lies beside a page on the disk for its own.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file: data:; "
    "frame-src 'self' file:; base-uri 'none'; form-action 'none'"
)
_HEAD = '<meta charset="utf-8">'


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. No cards: nothing was, because of the faults."""

    diagnostics: list[Diagnostic]
    cards: int = 0
    bytes: int = 0


def export(project: Project, folder: Path) -> Exported:
    """The site in `folder`, whole or not at all. Raises `Fault` where something else lies there."""
    _may_replace(folder)
    # Where the cards cannot be written, nobody else is at work on them.
    with alone(project) if os.access(project.cards, os.W_OK) and not project.read_only else nullcontext():
        return _export(project, folder)


def _export(project: Project, folder: Path) -> Exported:
    session = Session(project)
    found = session.open()
    if errors(found) or not session.now.notes:
        return Exported(found)
    written = _files(session)
    _write(folder, written)
    cards = sum(len(shown.note.ordinals) for shown in session.now.notes.values())
    return Exported(found, cards, sum(map(len, written.values())))


def _write(folder: Path, written: Mapping[str, bytes]) -> None:
    kept = "the site of before is as it was" if folder.exists() else "there is no half site"
    with writing(str(folder), kept) as transaction:
        aside = transaction.aside(folder, at=folder.with_name(f".{folder.name}.part"))
        for name, data in written.items():
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, data)
        _may_replace(folder)
        transaction.commit()


def _may_replace(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise Fault(f"{folder} is no folder", "name a folder that is empty, or not there yet")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise Fault(
            f"{folder} holds other things than an earlier export", "name a folder that is empty, or not there yet"
        )


def _files(session: Session) -> dict[str, bytes]:
    """Every file of the site by its name."""
    pages = page.files()
    frame = pages.pop(page.FRAME)[0].decode()
    meta = _meta(CARD_POLICY.format(scripts=page.scripts(), media="'self'"))
    written = {f"page/{name}": data for name, (data, _) in pages.items()}
    written["media/frame.html"] = frame.replace(page.POLICY, meta).encode()
    media = {each.name: each.path.read_bytes() for each in session.now.media.values()}
    written |= {f"media/{name}": data for name, data in media.items()}
    # From the disk no browser lets a frame of no origin read a file: there the page takes its pictures from this.
    inside = {name: f"data:{_kind(name)};base64,{b64encode(data).decode()}" for name, data in media.items()}
    written["page/media.js"] = b"window.MEDIA=" + _literal(inside) + b";\n"
    index = page.index(data="page/deck.js").replace(_HEAD, f"{_HEAD}\n{_meta(_PAGE_POLICY)}", 1)
    written["index.html"] = index.encode()
    written["page/deck.js"] = b"window.EXPORTED=" + _literal(_deck(session)) + b";\n"
    written[MARKER] = _SAID.encode()
    return written


def _deck(session: Session) -> dict[str, Any]:
    """What the page reads of the server otherwise, with every card, and without what concerns authors alone."""
    state = session.state() | {"revision": 0, "faults": [], "changes": {}, "stale": []}
    state["notes"] = {key: {**brief, "path": ""} for key, brief in state["notes"].items()}
    state["whole"] = {key: {**shown.whole(), "line": 0} for key, shown in session.now.notes.items()}
    return state


def _meta(policy: str) -> str:
    return f'<meta http-equiv="Content-Security-Policy" content="{policy}">'


def _kind(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _literal(value: Any) -> bytes:
    """JSON as a JavaScript file may hold it."""
    said = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return said.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").encode()
