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
from deckbuilder.core.diagnostics import Diagnostic, Fault, Location
from deckbuilder.figures.subjects import Drawable, all_of, bones_of
from deckbuilder.records import Figure

if TYPE_CHECKING:  # it needs the extra
    from deckbuilder.figures.meshes import Meshes

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


def record_of(library: Library, muscle: Drawable) -> Figure:
    """How a muscle is drawn: as its record says, or as usual."""
    return library.find(Figure, muscle.id) or Figure.model_validate({"figure": muscle.id})


def made_of(library: Library, muscle: Drawable) -> str:
    """A digest of all in the records that shows in a muscle's picture, and of the engine that draws it."""
    record = record_of(library, muscle)
    choices = record.model_dump(mode="json", exclude={"id", "lint"}, exclude_defaults=True)
    return digest(json.dumps([ENGINE, choices, drawings.drawn_from(muscle)], sort_keys=True)).hex()[:16]


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


def draw_plates(library: Library) -> Drawn:
    """The files of the plates."""
    from deckbuilder.figures import plates

    files, index = plates.draw(library)
    return Drawn({name: text.encode() for name, text in files.items()}, plates=index)


def lacking(library: Library, muscle: Drawable, body: Meshes) -> list[Diagnostic]:
    """What must be stated before this muscle can be drawn."""
    from deckbuilder.figures.landmarks import landmark
    from deckbuilder.figures.muscles import bones_named

    found = [
        Diagnostic(where, "no-mesh", f"{message}, so {muscle.name} is not drawn", help)
        for where, message, help in _without_mesh(library, muscle, body)
    ]
    for role in drawings.ROLES:
        for fact in muscle.facts(role):
            shaped = landmark(fact.id, muscle.id, fact.part) is not None
            if not shaped and not bones_named(bones_of(library, fact)):
                path = muscle.stated(role, fact.part)
                message = f"'{fact.id}' has no shape, and the body no bone of it, so {muscle.name} is not drawn"
                help = "name the bone as the inventory does"
                found.append(Diagnostic(muscle.locate(*path), "no-shape", message, help))
    return found


def _without_mesh(library: Library, muscle: Drawable, body: Meshes) -> Iterator[tuple[Location, str, str]]:
    """Where something is named that cannot be looked up: meshes, bones, and the parts of the muscle that meshes are for."""
    from deckbuilder.figures.muscles import bones_named, meshes_of

    record, said = record_of(library, muscle), library.find(Figure, muscle.id)
    where = said.locate if said else lambda *_: muscle.locate()
    meshes = meshes_of(muscle, record)
    for part in meshes:
        if part and part not in muscle.divisions:
            known = ", ".join(muscle.divisions)
            help = f"its heads or parts are {known}" if known else "it has none: name the meshes alone"
            yield where("meshes", part), f"{muscle.name} has no head or part '{part}'", help
    named: list[tuple[tuple[str, ...], str]] = [(("meshes",), name) for names in meshes.values() for name in names]
    named += [(("tendons", role), name) for role in drawings.ROLES for name in getattr(record.tendons, role)]
    named += [(("ghosts",), name) for name in record.ghosts]
    for path, name in dict.fromkeys(named):
        if body.find(name) is None:
            help = f"name its meshes in a record `figure: {muscle.id}`, as the inventory calls them"
            yield where(*path), f"the body has no mesh '{name}'", help
    for wanted in record.bones:
        if not bones_named([wanted]):
            yield where("bones"), f"the body has no bone '{wanted}'", "name it as the inventory does, `*` for the rest"


def touches(library: Library, body: Meshes, tick: Tick) -> dict[str, dict[str, dict[str, float]]]:
    """The bones that each muscle of the library touches, with its tendons; only of those whose meshes the body has."""
    from deckbuilder.figures.contacts import contacts
    from deckbuilder.figures.muscles import meshes_of

    found = {}
    every = all_of(library)
    for done, muscle in enumerate(every):
        tick("comparing", done, len(every))
        record = record_of(library, muscle)
        names = [name for each in meshes_of(muscle, record).values() for name in each]
        names += [name for role in drawings.ROLES for name in getattr(record.tendons, role)]
        if all(body.find(name) for name in names):
            touched = contacts([body.read(name) for name in names], body)
            found[muscle.id] = {
                bone: {"cm2": round(each.area, 1), "along": round(each.along, 2)} for bone, each in touched.items()
            }
    return found


def index(found: Mapping[str, Mapping[str, Any]]) -> str:
    """The text of figures.json."""
    return json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


Tick = Callable[[str, int, int], None]
