"""The masks of a picture: what each covers and where, from the record and its plate, and as Anki's reviewer reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from markupsafe import Markup

from deckbuilder.anatomy.library import Library
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.prose import plain
from deckbuilder.records import Occlusion, nearest
from deckbuilder.records.occlusion import Mask

# What two masks may share without being said to overlap: a hair, as of rounded numbers.
_SHARED = 0.002


@dataclass(frozen=True, slots=True)
class Masked:
    """One mask: its number, what it covers, which other names are right, and its shape in Anki's words."""

    number: int
    name: str
    detail: str
    also_right: tuple[str, ...]
    shape: str

    @property
    def cloze(self) -> Markup:
        """The gap from which Anki makes the card and draws the mask."""
        return Markup(f"{{{{c{self.number}::image-occlusion:{self.shape}}}}}")

    @property
    def label(self) -> Markup:
        """What it covers, as a gap of the same number: Anki then shows the one that was asked."""
        others = f"Also right: {'; '.join(self.also_right)}" if self.also_right else ""
        small = Markup("").join(
            Markup("<small>{}</small>").format(plain(each)) for each in (self.detail, others) if each
        )
        return Markup(f"{{{{c{self.number}::{plain(self.name)}{small}}}}}")


def of(record: Occlusion, library: Library) -> list[Masked]:
    """The masks in the order of their numbers; the rules have made sure that each has a place."""
    bones = _bones(record, library)
    found = []
    for number in record.numbers:
        mask = record.masks[str(number)]
        name = mask.label or library.site_short(mask.landmark or "")
        bone = bones.get(mask.landmark or "", "")
        detail = mask.detail or ("" if bone.casefold() in name.casefold() else bone)
        shape = _shape(mask, _bounds(record, mask, library)) + (":oi=1" if record.mode == "hide-all" else "")
        found.append(Masked(number, name, detail, mask.also_right, shape))
    return found


def _bones(record: Occlusion, library: Library) -> dict[str, str]:
    """The name of the bone that each landmark is on, where the picture asks for landmarks of several."""
    asked = (mask.landmark for mask in record.masks.values())
    on = {id: library.landmarks[id][0] for id in asked if id in library.landmarks}
    several = len({bone.id for bone in on.values()}) > 1
    return {id: bone.name for id, bone in on.items() if id} if several else {}


def check(record: Occlusion, library: Library) -> Iterator[Diagnostic]:
    """Masks that are missing, named twice, without a place, or over each other."""
    if not record.masks:
        yield _no_masks(record, library)
    yield from _named_twice(record)
    yield from _without_place(record, library)
    yield from _overlapping(record, library)


def _no_masks(record: Occlusion, library: Library) -> Diagnostic:
    plate = library.drawings.plates.get(record.plate or "")
    on_plate = [label.landmark for label in plate.labels] if plate else []
    lines = ", ".join(f"{number}: {id}" for number, id in enumerate(on_plate[:12], 1))
    return Diagnostic(
        record.locate("masks"),
        "no-masks",
        "the picture has no mask, and so no card",
        f"add `masks: {{{lines or '1: {label: …, box: [x, y, width, height]}'}}}`; a number stays with its mask for ever",
    )


def _named_twice(record: Occlusion) -> Iterator[Diagnostic]:
    seen: dict[str, int] = {}
    for number, what in record.asks:
        if seen.setdefault(what.lower(), number) != number:
            yield Diagnostic(
                record.locate("masks", str(number)),
                "named-twice",
                f"masks {seen[what.lower()]} and {number} both ask for '{what}'",
                "keep one, or give each a label of its own",
            )


def _without_place(record: Occlusion, library: Library) -> Iterator[Diagnostic]:
    if record.plate and record.plate not in library.drawings.plates:
        return
    for number in record.numbers:
        mask = record.masks[str(number)]
        if not _bounds(record, mask, library) and (not mask.landmark or _known(mask.landmark, library)):
            yield _placeless(record, number, mask, library)


def _overlapping(record: Occlusion, library: Library) -> Iterator[Diagnostic]:
    bounds = ((number, _bounds(record, record.masks[str(number)], library)) for number in record.numbers)
    places = [(number, box) for number, box in bounds if box]
    for (one, first), (other, second) in combinations(places, 2):
        if _overlap(first, second):
            yield Diagnostic(
                record.locate("masks", str(other)),
                "masks-overlap",
                f"masks {one} and {other} overlap: one hides a part of what the other asks for",
                "move or shrink one of them",
            )


def _known(id: str, library: Library) -> bool:
    return any(library.answers(kind, id) for kind in ("landmark", "bone", "structure"))


def _bounds(record: Occlusion, mask: Mask, library: Library) -> tuple[float, float, float, float] | None:
    plate = library.drawings.plates.get(record.plate or "")
    if mask.bounds or not plate or not mask.landmark or not _known(mask.landmark, library):
        return mask.bounds
    label = plate.label(mask.landmark, library.site_short(mask.landmark))
    return label.box if label else None


def _placeless(record: Occlusion, number: int, mask: Mask, library: Library) -> Diagnostic:
    known = [label.landmark for label in library.drawings.plates[record.plate].labels] if record.plate else []
    help = "add `box: [x, y, width, height]`, in fractions of the picture"
    if mask.landmark and record.plate:
        message = f"the name of '{mask.landmark}' does not stand on the plate '{record.plate}'"
        help = nearest(mask.landmark, known) or f"it has: {', '.join(known)}"
    else:
        message = f"mask {number} has no place on the picture"
    return Diagnostic(record.locate("masks", str(number)), "placeless-mask", message, help)


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return all(
        min(one[axis] + one[axis + 2], other[axis] + other[axis + 2]) - max(one[axis], other[axis]) > _SHARED
        for axis in (0, 1)
    )


def _shape(mask: Mask, bounds: tuple[float, float, float, float] | None) -> str:
    """As Anki's mask editor writes it, in fractions of the picture with four decimals."""
    assert bounds is not None, "the rules let no mask through that has no place"
    x, y, width, height = bounds
    at = f"left={_decimal(x)}:top={_decimal(y)}"
    if mask.polygon:
        points = " ".join(f"{_decimal(left)},{_decimal(top)}" for left, top in mask.polygon)
        return f"polygon:{at}:points={points}"
    if mask.ellipse:
        return f"ellipse:{at}:rx={_decimal(width / 2)}:ry={_decimal(height / 2)}"
    return f"rect:{at}:width={_decimal(width)}:height={_decimal(height)}"


def _decimal(value: float) -> str:
    return f"{value:.4f}".removeprefix("0")
