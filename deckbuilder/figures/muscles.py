"""A muscle between its attachments, drawn from its record; the markers of each end, which lie over it; and where they stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deckbuilder.figures import bodies, canvas, flesh, marks
from deckbuilder.figures.bodies import Body, Ground
from deckbuilder.figures.bundles import TENDON, At, Bundle, Cut, Line, Portrait
from deckbuilder.figures.canvas import Canvas
from deckbuilder.figures.landmarks import landmark
from deckbuilder.figures.marks import Attachment, Mark
from deckbuilder.figures.model import skeleton
from deckbuilder.figures.pictures import PICTURES
from deckbuilder.figures.style import document, overlay
from deckbuilder.figures.view import Floats, Frame, View
from deckbuilder.records import Muscle

WIDTH, HEIGHT = 640, 760  # units: at most; two to a pixel of the page
# The least share of the height that the width has: a long muscle is shown with what lies beside it.
_SLIM, _FLAT = 0.44, 0.62
ROLES = ("origin", "insertion")


@dataclass(frozen=True, slots=True)
class Figure:
    """A muscle's picture, the markers of each end to be laid over it, and where they stand."""

    plain: str
    ends: dict[str, str]
    picture: Portrait
    size: tuple[int, int]
    marks: tuple[Mark, ...]
    flesh: tuple[Body, ...]


def attachments(muscle: Muscle) -> list[Attachment]:
    """Each answer of the muscle's cards about origin and insertion, with its line on the bone."""
    found = []
    for role in ROLES:
        answers = list(dict.fromkeys(fact.id for fact in muscle.facts(role)))  # what heads share is one answer
        for fact in muscle.facts(role):
            line = bodies.curve(_landmark(fact.id, muscle.id, fact.part))
            number = answers.index(fact.id) + 1 if len(answers) > 1 else None
            found.append(Attachment(role, fact.id, fact.part, number, line))
    return found


def draw(muscle: Muscle) -> Figure:
    """The muscle's picture; all its landmarks have shapes."""
    picture = PICTURES[muscle.id]
    view = View.named(picture.view, picture.turn, picture.tilt)
    found = shaped(muscle)
    answers = attachments(muscle)
    framed = [body for body, bundle in zip(found, picture.bundles, strict=True) if bundle.framed]
    frame = _frame(picture, view, framed, answers)
    bones = canvas.draw(frame, picture.bones, picture.dim)
    parts = list(muscle.divisions)
    pieces = [
        flesh.Piece(
            body,
            bundle.tone if bundle.tone is not None else _tone(parts, bundle.part),
            bundle.cover / 1000,
            bundle.nearer / 1000,
        )
        for body, bundle in zip(found, picture.bundles, strict=True)
    ]
    drawn = bones.svg + flesh.paint(bones, pieces)
    standing = marks.stand(bones, answers)
    return Figure(
        document(frame.width, frame.height, picture.seen, drawn),
        {role: _end(bones, role, standing) for role in ROLES},
        picture,
        (round(frame.width / 2), round(frame.height / 2)),
        tuple(standing),
        tuple(body for body, bundle in zip(found, picture.bundles, strict=True) if bundle.tone != TENDON),
    )


def _end(bones: Canvas, role: str, standing: list[Mark]) -> str:
    """The markers of one end alone."""
    own = [mark for mark in standing if mark.attachment.role == role]
    title = "Markers of where it starts" if role == "origin" else "Markers of where it ends"
    return overlay(bones.frame.width, bones.frame.height, title, marks.draw(bones, own))


def shaped(muscle: Muscle) -> list[Body]:
    """The muscle's bundles, and the tendons and ligaments drawn with it, in space."""
    picture = PICTURES[muscle.id]
    view = View.named(picture.view, picture.turn, picture.tilt)
    ground = Ground([skeleton()[name] for name in picture.bones if not name.endswith("-left")])
    return [_body(muscle, bundle, ground, view) for bundle in picture.bundles]


def _tone(parts: list[str], part: str) -> int:
    return parts.index(part) % 3 if part in parts else 0


def _landmark(id: str, muscle: str = "", part: str = "") -> Floats:
    """The points of a landmark, or of what a muscle takes of it."""
    found = landmark(id, muscle, part)
    if found is None:
        raise LookupError(id)
    return np.asarray(found.points)


def _body(muscle: Muscle, bundle: Bundle, ground: Ground, view: View) -> Body:
    lines = []
    for role in ROLES:
        stated: Line = getattr(bundle, role)
        if not stated:
            stated = tuple(fact.id for fact in muscle.facts(role, bundle.part))
        lines.append(_line(muscle, bundle.part, stated))
    via = [_line(muscle, bundle.part, each) for each in bundle.via]
    return bodies.body(lines[0], lines[1], via, ground, bundle.shape, view)


def _line(muscle: Muscle, part: str, stated: Line) -> Floats:
    return bodies.curve(np.vstack([_points(muscle, part, each) for each in stated]))


def _points(muscle: Muscle, part: str, stated: str | At | Cut) -> Floats:
    if isinstance(stated, str):
        return _landmark(stated, muscle.id, part)
    line = bodies.curve(_landmark(stated.landmark) if stated.whole else _landmark(stated.landmark, muscle.id, part))
    even = bodies.spread(line, 101)
    if isinstance(stated, Cut):
        return even[[round(100 * share) for share in np.linspace(stated.start, stated.stop, 5)]]
    out, back, up = stated.moved
    return (even[round(stated.share * 100)] + np.array([-out, back, up]) / 1000)[None]


def _frame(picture: Portrait, view: View, found: list[Body], answers: list[Attachment]) -> Frame:
    """The window on the muscle and its attachments, with room around them."""
    if picture.shows:
        points = np.vstack([_landmark(name) for name in picture.shows])
    else:
        points = np.vstack([*(body.grid.reshape(-1, 3) for body in found), *(each.line for each in answers)])
    flat = view.flat(points)
    (left, low), (right, high) = flat.min(0), flat.max(0)
    size = max(right - left, high - low)
    room = np.array(picture.more) / 1000 + 0.08 * size
    left, right, low, high = left - room[0], right + room[1], low - room[2], high + room[3]
    aside = max(0.0, _SLIM * (high - low) - (right - left)) / 2
    above = max(0.0, _FLAT * (right - left) - (high - low)) / 2
    box = (float(left - aside), float(right + aside), float(low - above), float(high + above))
    return Frame.around(view, box, WIDTH, HEIGHT)


def where(figure: Figure) -> str:
    """The side from which the small skeleton is looked at: the same as the figure, or the next to it."""
    view = figure.picture.where or figure.picture.view
    return "side" if view == "medial" else view


def seen_whole(view: str) -> str:
    """The words for the small skeleton."""
    return {"front": "Skeleton from the front", "back": "Skeleton from behind", "side": "Skeleton from the right"}[view]
