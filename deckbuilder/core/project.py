"""Where things are: a project is a folder with `cards/deck.yaml`.

Outside any project the deck that ships with deckbuilder stands in, read only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from deckbuilder.core.cache import NOTHING, Cache
from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.patterns import regex

MAX_FILES = 200_000
_ENDINGS = (".yaml", ".yml")
# How a file of cards is called, and how it is called by mistake: EXTRA.YAML, or what Windows' editor makes of it.
_MEANT = regex(r"(.+)(\.ya?ml)(?:\.txt)?", re.IGNORECASE)
_DECK = regex(r"deck\.ya?ml(?:\.txt)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Project:
    """The folders of one project. `read_only`: the shipped deck, whose lock is never written.

    `cache`: what was made of the same content before; all stages are handed the project, and so they are handed this.
    """

    root: Path
    templates: Path
    read_only: bool = False
    cache: Cache = field(default=NOTHING, compare=False, repr=False)

    @property
    def cards(self) -> Path:
        return self.root / "cards"

    @property
    def shipped_templates(self) -> bool:
        """Whether the templates are deckbuilder's own, and not a project's that may be a stranger's."""
        return os.path.realpath(self.templates) == _own_templates()

    @property
    def lock(self) -> Path:
        return self.cards / "deck.lock"

    @property
    def media(self) -> Path:
        return self.cards / "media"

    @property
    def deck(self) -> Path:
        return self.cards / "deck.yaml"

    def unread(self) -> Iterator[tuple[Path, Path]]:
        """Files below `cards/` that are plainly meant as cards and are not read, each with the name that it needs.

        Hidden files and editors' backups are no cards, and neither is what has another ending.
        """
        for folder, folders, names in os.walk(self.cards):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                meant = _MEANT.fullmatch(name)
                if meant and not name.startswith(".") and not name.endswith(_ENDINGS):
                    yield Path(folder, name), Path(folder, meant[1] + meant[2].lower())

    def sources(self) -> Iterator[Path]:
        """The YAML files below `cards/`, in the order of their names, the same on every system."""
        found: list[tuple[str, Path]] = []

        def unreadable(error: OSError) -> None:
            raise Fault(f"{error.filename} cannot be read ({error.strerror})", "check its permissions, or move it away")

        for folder, folders, names in os.walk(self.cards, onerror=unreadable):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            linked = [path for name in folders if (path := Path(folder, name)).is_symlink()]  # reading says so
            own = [Path(folder, name) for name in names if name.endswith(_ENDINGS) and not name.startswith(".")]
            found += [(path.relative_to(self.cards).as_posix(), path) for path in (*own, *linked)]
            if len(found) > MAX_FILES:
                raise Fault(f"{self.cards} holds more than {MAX_FILES:,} files", "is this really a deck project?")
        return (path for _, path in sorted(found))


def is_source(name: str) -> bool:
    """Whether `sources` reads a file of this name: a path from the root, with slashes."""
    first, *steps = name.split("/")
    hidden = any(step.startswith(".") or not step for step in steps)  # so do the two dots that lead out of it begin
    return first == "cards" and bool(steps) and not hidden and name.endswith(_ENDINGS)


def shipped() -> Path:
    """The folder that holds the shipped `cards/`, `templates/` and `docs/`: in a wheel, inside the package; else the checkout."""
    package = Path(__file__).parents[1]
    inside = package / "shipped"
    return inside if inside.is_dir() else package.parent


@lru_cache(maxsize=1)
def _own_templates() -> str:
    return os.path.realpath(shipped() / "templates")


def find(start: Path | None = None) -> Project:
    """The project at `start`; without it, the one around the working folder, or else the shipped deck."""
    if start is not None:
        if not _is_project(start):
            hint = "point --project at the folder that holds `cards/`, or make a project with `deckbuilder new DIR`"
            raise _passed_over(start) or Fault(f"{start} is not a deckbuilder project: it has no cards/deck.yaml", hint)
        return _at(start.resolve())
    here = Path.cwd()
    for folder in (here, *here.parents):
        if _is_project(folder):
            return _at(folder)
        if fault := _passed_over(folder):
            raise fault
    return Project(shipped(), shipped() / "templates", read_only=True)


def _is_project(folder: Path) -> bool:
    try:
        return (folder / "cards" / "deck.yaml").is_file()
    except OSError:  # somebody else's folder
        return False


def _passed_over(folder: Path) -> Fault | None:
    """Why a folder that is plainly meant as a project is none. Another deck must never be built in its place."""
    cards = folder / "cards"
    wanted = cards / "deck.yaml"
    try:
        names = sorted(each.name for each in cards.iterdir()) if cards.is_dir() else []
        if wanted.name in names:
            return Fault(f"{wanted} is no ordinary file", "put the file itself in its place")
        near = [name for name in names if _DECK.fullmatch(name)]
        if near:
            found = f"cards/{near[0]}"
            return Fault(f"{folder} has {found}, and no cards/deck.yaml", f"rename {found} to deck.yaml")
        sign = next(_signs(folder, names), None)
    except OSError as error:
        return _shut(cards, error)
    if sign is None:
        return None
    help = (
        "restore it (git checkout -- cards/deck.yaml), or go to another folder for the deck that ships with deckbuilder"
    )
    return Fault(f"{folder} is a project, for it has {sign}, but cards/deck.yaml is missing", help)


def _signs(folder: Path, names: Sequence[str]) -> Iterator[str]:
    """What a folder holds that only a project has. `names`: of what lies in its `cards/`."""
    yield from (f"cards/{name}" for name in names if name == "deck.lock" or _MEANT.fullmatch(name))
    yield from (f"cards/{name}/" for name in names if _holds_cards(folder / "cards" / name))
    signs = ("templates/_shared/notetype.yaml", ".vscode/cards.schema.json")
    yield from (name for name in signs if (folder / name).is_file())


def _shut(cards: Path, error: OSError) -> Fault | None:
    """That the cards cannot be read; None where the folder around them is somebody else's, and no matter of ours."""
    try:
        ours = cards.is_dir() and error.filename is not None and Path(error.filename) == cards
    except OSError:
        return None
    return Fault(f"{cards} cannot be read ({error.strerror})", "check its permissions") if ours else None


def _holds_cards(folder: Path) -> bool:
    try:
        return folder.is_dir() and any(_MEANT.fullmatch(each.name) for each in folder.iterdir())
    except OSError:
        return False


def _at(root: Path) -> Project:
    own = root / "templates"
    inside = Path(__file__).parents[1] / "shipped"
    return Project(root, own if own.is_dir() else shipped() / "templates", read_only=root == inside.resolve())
