"""Pictures of muscles on the bones of a real body, from the records; drawing needs the extra `figures` and the meshes.

What is drawn is kept: `made_of` says in the index what each picture was made of, so that nobody needs the meshes to know which
of them are out of date.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from deckbuilder.anatomy import drawings
from deckbuilder.anatomy.library import Library
from deckbuilder.core.cache import digest
from deckbuilder.core.diagnostics import Diagnostic, Fault, Location, distinct
from deckbuilder.figures import stated
from deckbuilder.figures.stated import record_of
from deckbuilder.figures.subjects import Drawable, all_of, bones_of
from deckbuilder.records import Figure, Place, Plate

if TYPE_CHECKING:  # it needs the extra
    from deckbuilder.figures.meshes import Meshes
    from deckbuilder.figures.surface import NotThere

FOLDER, INDEX = "figures", PurePath(drawings.INDEX).name  # below cards/media
# Another number where the same records and meshes make another picture.
ENGINE = 1


@dataclass(slots=True)
class Drawn:
    """The files below `cards/media/` by name, the index of them, and what stood in the way of others."""

    files: dict[str, bytes] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    plates: dict[str, Any] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def needs() -> None:
    """Raises `Fault` where the extra is not installed."""
    try:
        for name in ("muscles", "plates", "skeleton"):
            import_module(f"{__name__}.{name}")
    except ImportError as missing:
        raise Fault("figures need more than the cards do", 'pip install "anki-deckbuilder[figures]"') from missing


def made_of(library: Library, each: Drawable | Plate) -> str:
    """A digest of all in the records that shows in a picture, and of the engine that draws it."""
    said = stated.of_plate(library, each) if isinstance(each, Plate) else stated.of_muscle(library, each)
    return digest(json.dumps([ENGINE, *said], sort_keys=True)).hex()[:16]


def draw(library: Library, muscle: Drawable, body: Meshes) -> Drawn:
    """The files of a muscle: plain, the markers of each end, and where it is on the skeleton."""
    from deckbuilder.figures import muscles, skeleton

    drawn = Drawn(diagnostics=lacking(library, muscle, body))
    if drawn.diagnostics:
        return drawn
    found = muscles.draw(library, muscle, record_of(library, muscle), body)
    small, small_size = skeleton.draw(found.where, found.surfaces, muscles.seen_whole(found.where))
    pictures = {
        "plain": (".webp", found.plain),
        **{role: (".svg", text.encode()) for role, text in found.ends.items()},
        "where": (".svg", small.encode()),
    }
    names = {which: f"{FOLDER}/{muscle.id}-{which}{ending}" for which, (ending, _) in pictures.items()}
    drawn.files = {names[which]: data for which, (_, data) in pictures.items()}
    width, height = found.size
    drawn.figures[muscle.id] = {
        **names,
        "view": found.view,
        "seen": found.seen,
        "size": list(found.size),
        "where_size": list(small_size),
        "drawn_from": drawings.drawn_from(muscle),
        "made_of": made_of(library, muscle),
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
            for mark in found.marks
        ],
    }
    return drawn


def draw_plate(library: Library, plate: Plate) -> Drawn:
    """The file of a plate."""
    from deckbuilder.figures import plates
    from deckbuilder.figures.surface import NotThere

    told = [_not_drawn(where, why, plate.id) for where, why in plates.lacking(library, plate)]
    if told:
        return Drawn(diagnostics=told)
    try:
        text, entry = plates.draw(library, plate)
    except NotThere as why:
        return Drawn(diagnostics=[_not_drawn(plate.locate(), why, plate.id)])
    file = f"{FOLDER}/{plate.id}.svg"
    return Drawn({file: text.encode()}, plates={plate.id: {"file": file, **entry, "made_of": made_of(library, plate)}})


def lacking(library: Library, muscle: Drawable, body: Meshes) -> list[Diagnostic]:
    """What must be stated before this muscle can be drawn."""
    from deckbuilder.figures.landmarks import unfound
    from deckbuilder.figures.muscles import bones_named
    from deckbuilder.figures.surface import NotThere

    found = [_not_drawn(where, why, muscle.name) for where, why in _without_mesh(library, muscle, body)]
    for role in drawings.ROLES:
        for fact in muscle.facts(role):
            place = library.find(Place, fact.id)
            if place is None and not bones_named(bones_of(library, fact)):
                where = muscle.locate(*muscle.stated(role, fact.part))
                why = NotThere(f"the body has no bone of '{fact.id}'", "name the bone as the inventory does", "no-mesh")
                found.append(_not_drawn(where, why, muscle.name))
            if place:
                faults = unfound(place, muscle.id, fact.part)
                found += [_not_drawn(place.locate(*path), why, muscle.name) for path, why in faults]
    return distinct(found)


def _not_drawn(where: Location, why: NotThere, name: str) -> Diagnostic:
    return Diagnostic(where, why.rule, f"{why}, so {name} is not drawn", why.help)


def _without_mesh(library: Library, muscle: Drawable, body: Meshes) -> Iterator[tuple[Location, NotThere]]:
    """Where meshes or bones are named that the body does not have."""
    from deckbuilder.figures.landmarks import why_not
    from deckbuilder.figures.muscles import bones_named, meshes_of
    from deckbuilder.figures.surface import NotThere

    record, said = record_of(library, muscle), library.find(Figure, muscle.id)
    where = said.locate if said else lambda *_: muscle.locate()
    meshes = meshes_of(muscle, record)
    named: list[tuple[tuple[str, ...], str]] = [(("meshes",), name) for names in meshes.values() for name in names]
    named += [(("tendons", role), name) for role in drawings.ROLES for name in getattr(record.tendons, role)]
    named += [(("ghosts",), name) for name in record.ghosts]
    for path, name in dict.fromkeys(named):
        if body.find(name) is None:
            help = f"name its meshes in a record `figure: {muscle.id}`, as the inventory calls them"
            yield where(*path), NotThere(f"the body has no mesh '{name}'", help, "no-mesh")
    for number, each in enumerate(record.build):
        for across, points in enumerate(each.lines):
            for place, point in enumerate(points):
                if why := why_not(each, point):
                    yield where("build", number, "lines", across, place), why
    for wanted in record.bones:
        if not bones_named([wanted]):
            help = "name it as the inventory does, `*` for the rest"
            yield where("bones"), NotThere(f"the body has no bone '{wanted}'", help, "no-mesh")


def touches(library: Library, body: Meshes, tick: Tick) -> dict[str, dict[str, dict[str, float]]]:
    """The bones that each muscle of the library touches, with its tendons; only of those whose meshes the body has: one that was built knows our texts."""
    from deckbuilder.figures.contacts import contacts
    from deckbuilder.figures.muscles import meshes_of

    found = {}
    every = all_of(library)
    for done, muscle in enumerate(every):
        tick("comparing", done, len(every))
        record = record_of(library, muscle)
        names = [name for each in meshes_of(muscle, record).values() for name in each]
        names += [name for role in drawings.ROLES for name in getattr(record.tendons, role)]
        if names and not record.build and all(body.find(name) for name in names):
            touched = contacts([body.read(name) for name in names], body)
            found[muscle.id] = {
                bone: {"cm2": round(each.area, 1), "along": round(each.along, 2)} for bone, each in touched.items()
            }
    return found


def index(found: Mapping[str, Mapping[str, Any]]) -> str:
    """The text of figures.json."""
    return json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


Tick = Callable[[str, int, int], None]
