"""Mistakes that authors make in the shipped cards, one at a time, and what a message about each must say.

They are kept in `mistakes/`, a file for each sort; `held-out.yaml` has those that whoever writes the rules does not look
at. `find` occurs once in the file; without it, `replace` is put at the end, or is the whole of a new file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

HELD_OUT = "held-out"


@dataclass(frozen=True, slots=True)
class Edit:
    """One text of one file, from the project's folder on, that became another."""

    file: str
    find: str | None
    replace: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """What an author did (`slip`), and how to tell that it was noticed.

    `look`: what the message, or the line that it points at, holds; else something else was noticed. `cure`: what the
    message or its next step holds if it names the right thing, or the place to look at where two things disagree and
    either may be right; None where only the author can know it. Upper and lower case count as equal in both.
    """

    id: str
    sort: str
    slip: str
    cure: str | None
    look: str
    edits: tuple[Edit, ...]

    @property
    def held_out(self) -> bool:
        return self.sort == HELD_OUT


def read(folder: Path) -> list[Mistake]:
    """All mistakes below `folder`, sort by sort, in the order of their files."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
            edits = tuple(Edit(**edit) for edit in entry.pop("edits"))
            found.append(Mistake(sort=path.stem, edits=edits, **entry))
    return found


def apply(mistake: Mistake, root: Path) -> None:
    """Makes the mistake in the project at `root`; all of it, or nothing and an AssertionError."""
    for path, text in _spoilt(mistake, root).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, text)


@contextmanager
def made(mistake: Mistake, root: Path) -> Iterator[None]:
    """The project at `root` with the mistake, and afterwards as it was: one copy serves them all."""
    paths = _spoilt(mistake, root)
    before = {path: path.read_text(encoding="utf-8") if path.exists() else None for path in paths}
    try:
        apply(mistake, root)
        yield
    finally:
        for path, text in before.items():
            if text is None:
                path.unlink(missing_ok=True)
            else:
                _write(path, text)


def _spoilt(mistake: Mistake, root: Path) -> dict[Path, str]:
    """The files of the mistake, as it leaves them."""
    texts: dict[Path, str] = {}
    for edit in mistake.edits:
        path = root / edit.file
        text = texts.get(path, path.read_text(encoding="utf-8") if path.exists() else "")
        if edit.find is None:
            texts[path] = text + edit.replace
            continue
        count = text.count(edit.find)
        assert count == 1, f"{mistake.id}: {edit.find!r} occurs {count} times in {edit.file}, not once"
        texts[path] = text.replace(edit.find, edit.replace)
    return texts


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
