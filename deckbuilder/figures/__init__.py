"""Pictures of muscles on bones, as SVG, from the records; all of it needs the extra `figures`."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from deckbuilder.anatomy import drawings
from deckbuilder.anatomy.library import Library
from deckbuilder.core.diagnostics import Diagnostic, Fault
from deckbuilder.records import Muscle

FOLDER, INDEX = "figures", PurePath(drawings.INDEX).name  # below cards/media


@dataclass(slots=True)
class Drawn:
    """The files below `cards/media/` by name, the index of them, and what stood in the way of others."""

    files: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    plates: dict[str, Any] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def draw(
    library: Library, only: Collection[str] = (), tick: Callable[[str, int, int], None] = lambda *_: None
) -> Drawn:
    """Four files for each muscle (all, or `only` some): plain, the markers of each end, and where it is on the skeleton; and the plates.

    Raises `Fault` where the extra is not installed.
    """
    try:
        from deckbuilder.figures import muscles, plates, skeleton
    except ImportError as missing:
        raise Fault("figures need more than the cards do", 'pip install "anki-deckbuilder[figures]"') from missing

    drawn = Drawn()
    chosen = [muscle for muscle in muscles_of(library) if not only or muscle.id in only]
    for done, muscle in enumerate(chosen):
        tick("drawing", done, len(chosen))
        faults = lacking(muscle)
        if faults:
            drawn.diagnostics += faults
            continue
        figure = muscles.draw(muscle)
        where = muscles.where(figure)
        small, small_size = skeleton.draw(where, figure.flesh, muscles.seen_whole(where))
        pictures = {"plain": figure.plain, **figure.ends, "where": small}
        names = {which: f"{FOLDER}/{muscle.id}-{which}.svg" for which in pictures}
        drawn.files |= {names[which]: text for which, text in pictures.items()}
        width, height = figure.size
        drawn.figures[muscle.id] = {
            **names,
            "view": figure.picture.view,
            "seen": figure.picture.seen,
            "size": list(figure.size),
            "where_size": list(small_size),
            "drawn_from": drawings.drawn_from(muscle),
            "marks": [
                {
                    "landmark": mark.attachment.landmark,
                    "role": mark.attachment.role,
                    "part": mark.attachment.part,
                    "number": mark.attachment.number,
                    "hidden": mark.hidden,
                    "x": round(mark.x / (2 * width), 4),
                    "y": round(mark.y / (2 * height), 4),
                }
                for mark in figure.marks
            ],
        }
    if not only:
        files, drawn.plates = plates.draw(library)
        drawn.files |= files
    return drawn


def muscles_of(library: Library) -> list[Muscle]:
    """The muscles that can have a figure, by id."""
    return sorted((each for each in library.records.values() if isinstance(each, Muscle)), key=lambda each: each.id)


def lacking(muscle: Muscle) -> list[Diagnostic]:
    """What must be stated before this muscle can be drawn."""
    from deckbuilder.figures.landmarks import landmark
    from deckbuilder.figures.pictures import PICTURES

    if muscle.id not in PICTURES:
        message = f"nothing says how {muscle.name} is looked at"
        help = "add its Portrait in deckbuilder/figures/pictures_*.py"
        return [Diagnostic(muscle.locate(), "no-figure", message, help)]
    found = []
    for role in drawings.ROLES:
        for fact in muscle.facts(role):
            if landmark(fact.id, muscle.id, fact.part) is None:
                path = muscle.stated(role, fact.part)
                message = f"the landmark '{fact.id}' has no shape, so {muscle.name} is not drawn"
                help = f"add '{fact.id}' to PLACES in deckbuilder/figures/places.py"
                found.append(Diagnostic(muscle.locate(*path), "no-shape", message, help))
    return found


def index(figures: Mapping[str, Any], plates: Mapping[str, Any]) -> str:
    """The text of figures.json."""
    return json.dumps({"figures": figures, "plates": plates}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
