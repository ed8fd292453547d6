"""Where things are: a project is a folder with `cards/deck.yaml`.

Outside any project the deck that ships with deckbuilder stands in, read only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deckbuilder.diagnostics import Fault

MAX_FILES = 200_000


@dataclass(frozen=True, slots=True)
class Project:
    """The folders of one project. `read_only`: the shipped deck, whose lock is never written."""

    root: Path
    templates: Path
    read_only: bool = False

    @property
    def cards(self) -> Path:
        return self.root / "cards"

    @property
    def shipped_templates(self) -> bool:
        """Whether the templates are deckbuilder's own, and not a project's that may be a stranger's."""
        return self.templates.resolve() == (shipped() / "templates").resolve()

    @property
    def lock(self) -> Path:
        return self.cards / "deck.lock"

    @property
    def media(self) -> Path:
        return self.cards / "media"

    @property
    def deck(self) -> Path:
        return self.cards / "deck.yaml"

    def sources(self) -> Iterator[Path]:
        """The YAML files below `cards/`, in the order of their names, the same on every system."""
        found: list[tuple[str, Path]] = []

        def unreadable(error: OSError) -> None:
            raise Fault(f"{error.filename} cannot be read ({error.strerror})", "check its permissions, or move it away")

        for folder, folders, names in os.walk(self.cards, onerror=unreadable):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            linked = [name for name in folders if Path(folder, name).is_symlink()]  # not walked: reading says so
            for name in (*names, *linked):
                if (name.endswith((".yaml", ".yml")) or name in linked) and not name.startswith("."):
                    path = Path(folder, name)
                    found.append((path.relative_to(self.cards).as_posix(), path))
            if len(found) > MAX_FILES:
                raise Fault(f"{self.cards} holds more than {MAX_FILES:,} files", "is this really a deck project?")
        return (path for _, path in sorted(found))


def shipped() -> Path:
    """The folder that holds the shipped `cards/`, `templates/` and `docs/`: in a wheel, inside the package; else the checkout."""
    package = Path(__file__).parent
    inside = package / "shipped"
    return inside if inside.is_dir() else package.parent


def find(start: Path | None = None) -> Project:
    """The project at `start`; without it, the one around the working folder, or else the shipped deck."""
    if start is not None:
        if not _is_project(start):
            hint = "point --project at the folder that holds `cards/`, or make a project with `deckbuilder new DIR`"
            raise Fault(f"{start} is not a deckbuilder project: it has no cards/deck.yaml", hint)
        return _at(start.resolve())
    here = Path.cwd()
    for folder in (here, *here.parents):
        if _is_project(folder):
            return _at(folder)
    return Project(shipped(), shipped() / "templates", read_only=True)


def _is_project(folder: Path) -> bool:
    try:
        return (folder / "cards" / "deck.yaml").is_file()
    except OSError:  # somebody else's folder
        return False


def _at(root: Path) -> Project:
    own = root / "templates"
    inside = Path(__file__).parent / "shipped"
    return Project(root, own if own.is_dir() else shipped() / "templates", read_only=root == inside.resolve())
