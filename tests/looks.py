"""Pictures of cards as Anki shows them, to be looked at: front and back side by side, phone and desktop, light and dark.

python tests/looks.py OUT                      one card of each kind and template, and a sheet of each kind
python tests/looks.py OUT --longest            those that have most to show
python tests/looks.py OUT --kind muscle        one kind; --note muscle/biceps-femoris: one note
python tests/looks.py OUT --project DIR        of another project
"""

from __future__ import annotations

import argparse
import base64
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page
from support.browser import Card, Reviewer, Side, cards, launched
from support.judge import Anki

from deckbuilder.core.diagnostics import errors
from deckbuilder.core.project import Project, find
from deckbuilder.workspace import Workspace

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class View:
    """A window in which cards are looked at; its picture is no lower than the window."""

    name: str
    width: int
    height: int
    scale: float


PHONE, DESKTOP = View("phone", 390, 844, 2), View("desktop", 900, 700, 1)
SIDES: tuple[Side, ...] = ("front", "back")
MODES = {"light": False, "dark": True}


@contextmanager
def learner(project: Project) -> Iterator[Anki]:
    """Somebody who has imported the project as it is now. The project is only read."""
    ready, found = Workspace(project).ready(int(time.time()), lint=False)
    if ready is None:
        sys.exit("\n".join(map(str, errors(found))))
    with TemporaryDirectory() as folder, Anki(Path(folder) / "learner") as anki:
        package = Path(folder) / "deck.apkg"
        ready.write(package)
        anki.imports(package)
        yield anki


class Studio:
    """Takes pictures of cards, side by side on a table."""

    def __init__(self, chromium: Browser, media: dict[str, bytes]) -> None:
        self._windows = {view.name: Reviewer(chromium, view.scale) for view in (PHONE, DESKTOP)}
        for window in self._windows.values():
            window.media = media
        self._table: Page = chromium.new_page()

    def both(self, card: Card, view: View, *, night: bool = False) -> bytes:
        """Front and back, beside each other."""
        window = self._windows[view.name]
        window.size(view.width, view.height)
        sides = []
        for side in SIDES:
            window.show(card, side, night=night)
            sides.append(window.picture())
        if window.asked or window.said:
            print(f"{card}: {window.asked} {window.said}", file=sys.stderr)
        return self.side_by_side(sides)

    def side_by_side(self, pictures: Iterable[bytes], scale: float = 1) -> bytes:
        sources = (base64.b64encode(picture).decode() for picture in pictures)
        images = "".join(f'<img src="data:image/png;base64,{source}" style="zoom:{scale}">' for source in sources)
        style = "margin:0;display:inline-flex;gap:20px;align-items:flex-start;background:#c9c4b6"
        self._table.set_content(f"<body style='{style}'>{images}</body>")
        self._table.evaluate("() => Promise.all([...document.images].map(image => image.decode()))")
        return self._table.locator("body").screenshot()


def kind(card: Card) -> str:
    return card.key.split("/")[0]


def chosen(found: list[Card], most: Side | None = None) -> list[Card]:
    """One card of each template: the one with most on this side, or else with a middling back."""
    templates = defaultdict(list)
    for card in found:
        templates[kind(card), card.template].append(card)
    size = {"front": lambda card: len(card.front), "back": lambda card: len(card.back)}[most or "back"]
    return [sorted(those, key=size)[-1 if most else len(those) // 2] for those in templates.values()]


def name(card: Card) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{kind(card)} {card.template}".lower()).strip("-")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--kind")
    parser.add_argument("--note")
    parser.add_argument("--longest", action="store_true")
    parser.add_argument("--project", type=Path, default=ROOT)
    wanted = parser.parse_args(arguments)
    wanted.out.mkdir(parents=True, exist_ok=True)
    with learner(find(wanted.project)) as anki, launched() as chromium:
        found = [
            card
            for card in cards(anki, typed="glutaeus")
            if wanted.kind in (None, kind(card)) and wanted.note in (None, card.key)
        ]
        studio, rows = Studio(chromium, anki.media()), defaultdict(list)
        for card in chosen(found, "back" if wanted.longest else None):
            for view in (PHONE, DESKTOP):
                for mode, night in MODES.items():
                    picture = studio.both(card, view, night=night)
                    (wanted.out / f"{name(card)}-{view.name}-{mode}.png").write_bytes(picture)
                    rows[kind(card), view, mode].append(picture)
        for (row, view, mode), pictures in rows.items():
            sheet = studio.side_by_side(pictures, 1 / view.scale)
            (wanted.out / f"sheet-{row}-{view.name}-{mode}.png").write_bytes(sheet)
    print(f"{wanted.out}: {sum(map(len, rows.values()))} pictures, {len(rows)} sheets")


if __name__ == "__main__":
    main(sys.argv[1:])
