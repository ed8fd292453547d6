"""A muscle of the body as its record and its figure's record have it: the picture, the markers of its ends, and where it lies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from io import BytesIO

import numpy as np

from deckbuilder.anatomy.library import Library
from deckbuilder.figures import contacts, flesh, marks, paint, raster, scene, sheets
from deckbuilder.figures.canvas import Canvas
from deckbuilder.figures.curves import curve
from deckbuilder.figures.flesh import Fibers
from deckbuilder.figures.landmarks import landmark
from deckbuilder.figures.landmarks import line as line_of
from deckbuilder.figures.marks import Attachment, Mark
from deckbuilder.figures.meshes import Mesh, Meshes
from deckbuilder.figures.model import skeleton
from deckbuilder.figures.paint import Flesh
from deckbuilder.figures.raster import Surface
from deckbuilder.figures.scene import Shape
from deckbuilder.figures.style import overlay
from deckbuilder.figures.subjects import Drawable, End, bones_of
from deckbuilder.figures.view import Floats, Frame, View
from deckbuilder.records import Muscle
from deckbuilder.records.figure import Figure as FigureRecord
from deckbuilder.records.figure import Sheet
from deckbuilder.records.muscle import Fact

WIDTH, HEIGHT = 600, 690  # units: at most; two to a pixel of the page
ROLES = ("origin", "insertion")
QUALITY = 82
# The least share of the height that the width has: a long muscle is shown with what lies beside it.
_SLIM, _FLAT = 0.44, 0.62
_AROUND = 0.03  # meters around the line of a landmark, within which a muscle may hold on to its bone
_CLOSE = 0.04  # meters: a bone as near as this is shown, if nobody says which
_VIEWS = ("front", "back", "side")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A muscle's picture, the markers of each end to be laid over it, where they stand, and the muscle's surfaces."""

    plain: bytes
    ends: dict[str, str]
    view: str
    seen: str
    where: str
    size: tuple[int, int]
    marks: tuple[Mark, ...]
    surfaces: tuple[Surface, ...]


@dataclass(frozen=True, eq=False)
class Part:
    """One mesh of a muscle, of a head or part ('' if of the whole), fine enough to be drawn."""

    mesh: Mesh
    part: str
    number: int
    sheet: Sheet | None = None  # what it was built by


def attachments(library: Library, muscle: Drawable, surface: contacts.Surface) -> list[Attachment]:
    """Each answer of the muscle's cards about origin and insertion, with its line on the bone; of a muscle without cards, its
    ends."""
    found = []
    for role in ROLES:
        answers = list(dict.fromkeys(fact.id for fact in muscle.facts(role)))  # what heads share is one answer
        numbered = len(answers) > 1 and isinstance(muscle, Muscle)
        for fact in muscle.facts(role):
            place = landmark(library, fact.id, muscle.id, fact.part)
            line = curve(place.points if place else _met(library, fact, surface))
            number = answers.index(fact.id) + 1 if numbered else None
            found.append(Attachment(role, fact.id, fact.part, number, line, bool(place and place.sheet)))
    return found


def _met(library: Library, fact: End | Fact, surface: contacts.Surface) -> Floats:
    """The points at which a muscle meets the bones of an end without a shape."""
    points = [surface.place_on(skeleton()[bone]) for bone in bones_named(bones_of(library, fact))]
    return np.array(sorted(points, key=lambda point: -point[2]))


def draw(library: Library, muscle: Drawable, record: FigureRecord, body: Meshes) -> Drawn:
    """The muscle's picture; the body has its meshes, and the bones of its ends."""
    parts = list(_parts(muscle, record, body))
    name = record.view or _best(parts)
    view = View.named(name, record.turn, record.tilt)
    tendons = [body.read(each) for role in ROLES for each in getattr(record.tendons, role)]
    surface = contacts.Surface([part.mesh for part in parts])
    answers = attachments(library, muscle, surface)
    frame = _frame(record, view, [part.mesh.vertices for part in parts], answers)
    bones = _bones(record, parts)
    shapes, own = [], []
    for part in parts:
        color = paint.PARTS[part.number % len(paint.PARTS)]
        shapes.append(Shape(part.mesh, flesh.normals(part.mesh), color))
        reach = (part.sheet and part.sheet.tendon) or record.tendon
        own.append(Flesh(_fibers(library, muscle, record, part, body, surface), (reach[0] / 1000, reach[1] / 1000)))
    quiet = [(mesh, paint.TENDON) for mesh in tendons]
    quiet += [(body.read(each), paint.QUIET) for each in record.ghosts]
    quiet += [(skeleton()[bone], paint.BONE) for bone in bones]
    shapes += [Shape(mesh, flesh.normals(mesh), color) for mesh, color in quiet]
    seen = scene.look(frame, shapes)
    picture = paint.paint(frame, seen, shapes, [*own, *(None for _ in quiet)])
    canvas = _canvas(frame, bones)
    standing = marks.stand(canvas, answers)
    file = BytesIO()
    picture.save(file, "WEBP", quality=QUALITY, alpha_quality=90, method=6)
    return Drawn(
        file.getvalue(),
        {role: _end(canvas, role, standing) for role in ROLES},
        name,
        record.seen or f"Seen from the {name}",
        record.where or (name if name in _VIEWS else "side"),
        (round(frame.width / 2), round(frame.height / 2)),
        tuple(standing),
        tuple(Surface(part.mesh.vertices, part.mesh.faces) for part in parts),
    )


def meshes_of(muscle: Drawable, record: FigureRecord) -> dict[str, tuple[str, ...]]:
    """The names of its meshes by its heads or parts, '' for the whole; none of a muscle that is built."""
    return dict(record.meshes) or ({} if record.build else {"": (muscle.id,)})


def bones_named(wanted: Sequence[str]) -> list[str]:
    """The bones of the body that go by one of these names, in which `*` is the rest of a name."""
    return [name for name in skeleton() if any(fnmatchcase(name, each) for each in wanted)]


def _parts(muscle: Drawable, record: FigureRecord, body: Meshes) -> Iterable[Part]:
    """What it is built of, and its meshes."""
    for number, each in enumerate(record.build):
        lines = [line_of(each, points) for points in each.lines]
        yield Part(sheets.sheet(f"{muscle.id}-{number}", lines, each.thick / 1000), "", 0, each)
    order = list(muscle.divisions)
    for part, names in meshes_of(muscle, record).items():
        number = order.index(part) if part in order else 0
        for name in names:
            yield Part(flesh.fine(body.read(name)), part, number)


def _fibers(
    library: Library, muscle: Drawable, record: FigureRecord, of: Part, body: Meshes, surface: contacts.Surface
) -> Fibers:
    """Their course: in a sheet that was built as it says, else from bones to bones."""
    if of.sheet:
        return sheets.fibers(of.mesh)
    start, end = (_held(library, muscle, record, role, of, body, surface) for role in ROLES)
    return flesh.fibers(of.mesh, start, end)


def _held(
    library: Library,
    muscle: Drawable,
    record: FigureRecord,
    role: str,
    of: Part,
    body: Meshes,
    surface: contacts.Surface,
) -> Floats:
    """Points of the bones and tendons by which the muscle, or a part of it, may start or end: those near its landmarks."""
    tendons = [body.read(name) for name in getattr(record.tendons, role)]
    found = [flesh.points(tendons)] if tendons else []
    for fact in muscle.facts(role, of.part):
        place = landmark(library, fact.id, muscle.id, of.part or fact.part)
        if place is None:
            found += _far_ends(library, muscle, fact, role, surface)
            continue
        course = curve(place.points)
        near = [one for bone in place.bones for one in [_near(bone, course)] if len(one)]
        found += near or [course]
    return np.concatenate(found) if found else np.empty((0, 3))


def _far_ends(
    library: Library, muscle: Drawable, fact: End | Fact, role: str, surface: contacts.Surface
) -> list[Floats]:
    """What a muscle touches of the bones of an end without a shape, as far as it lies away from its other end."""
    others = [bones_of(library, each) for each in muscle.facts(ROLES[1 - ROLES.index(role)])]
    across = [surface.place_on(skeleton()[bone]) for each in others for bone in bones_named(each)]
    touched = [surface.touched(skeleton()[bone]) for bone in bones_named(bones_of(library, fact))]
    return [contacts.far_end(each, np.mean(across, axis=0)) if across else each for each in touched]


def _near(bone: str, line: Floats) -> Floats:
    points = _surface(skeleton()[bone])
    apart = np.linalg.norm(points[:, None] - line[None, :: max(1, len(line) // 24)], axis=2).min(1)
    found: Floats = points[apart < _AROUND]
    return found


@cache
def _surface(bone: Mesh) -> Floats:
    return flesh.points([bone])


def _bones(record: FigureRecord, parts: Sequence[Part]) -> list[str]:
    """The bones that are shown: those that the record names, or those that are near."""
    known = skeleton()
    if record.bones:
        return bones_named(record.bones)
    points = np.concatenate([part.mesh.vertices[::40] for part in parts])
    found = []
    for name, bone in known.items():
        low, high = bone.vertices.min(0) - _CLOSE, bone.vertices.max(0) + _CLOSE
        inside = points[((points > low) & (points < high)).all(1)]
        if len(inside) and np.linalg.norm(inside[:, None] - bone.vertices[None, ::4], axis=2).min() < _CLOSE:
            found.append(name)
    return found


def _best(parts: Sequence[Part]) -> str:
    """The side from which most of the muscle faces whoever looks."""
    share = {}
    for name in _VIEWS:
        view = View.named(name)
        facing = [np.clip(-(flesh.normals(part.mesh) @ view.away), 0, None).sum() for part in parts]
        share[name] = float(sum(facing))
    return max(share, key=lambda name: share[name])


def _frame(record: FigureRecord, view: View, surfaces: Sequence[Floats], answers: Sequence[Attachment]) -> Frame:
    """The window on the muscle and its attachments, with room around them."""
    flat = view.flat(np.vstack([*surfaces, *(each.line for each in answers)]))
    (left, low), (right, high) = flat.min(0), flat.max(0)
    room = record.room / 1000 + 0.08 * max(right - left, high - low)
    left, right, low, high = left - room, right + room, low - room, high + room
    aside = max(0.0, _SLIM * (high - low) - (right - left)) / 2
    above = max(0.0, _FLAT * (right - left) - (high - low)) / 2
    box = (float(left - aside), float(right + aside), float(low - above), float(high + above))
    return Frame.around(view, box, WIDTH, HEIGHT)


def _canvas(frame: Frame, bones: Sequence[str]) -> Canvas:
    """What is seen of the bones alone, by which markers know what lies behind them."""
    known = skeleton()
    seen = raster.look(frame, [Surface(known[name].vertices, known[name].faces) for name in bones])
    return Canvas(frame, tuple(bones), seen, "")


def _end(bones: Canvas, role: str, standing: Sequence[Mark]) -> str:
    """The markers of one end alone."""
    own = [mark for mark in standing if mark.attachment.role == role]
    title = "Markers of where it starts" if role == "origin" else "Markers of where it ends"
    return overlay(bones.frame.width, bones.frame.height, title, marks.draw(bones, own))


def seen_whole(view: str) -> str:
    """The words for the small skeleton."""
    return {"front": "Skeleton from the front", "back": "Skeleton from behind", "side": "Skeleton from the right"}[view]
