"""Masks: each has its place, its own name, and does not lie over another. What they find stops a build."""

from __future__ import annotations

from collections.abc import Iterator

from deckbuilder.anatomy import masks
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.records import Occlusion
from deckbuilder.rules.rule import Seen, rule


def _masks(seen: Seen, name: str) -> Iterator[Diagnostic]:
    for occlusion in seen.library.of(Occlusion):
        yield from (fault for fault in masks.check(occlusion, seen.library) if fault.rule == name)


@rule(scope="facts")
def no_masks(seen: Seen) -> Iterator[Diagnostic]:
    """A picture for image occlusion without a mask.

    Why: Anki makes a card of each mask, so there would be none.

    Bad:
        occlusion: femur-from-behind
        plate: femur-back

    Good:
        occlusion: femur-from-behind
        plate: femur-back
        masks: {1: linea-aspera}
    """
    yield from _masks(seen, "no-masks")


@rule(scope="facts")
def named_twice(seen: Seen) -> Iterator[Diagnostic]:
    """Two masks of a picture that ask for the same thing.

    Why: the one that stays open answers the other.

    Bad:
        masks: {1: linea-aspera, 2: linea-aspera}

    Good:
        masks: {1: linea-aspera, 2: gluteal-tuberosity}
    """
    yield from _masks(seen, "named-twice")


@rule(scope="facts")
def placeless_mask(seen: Seen) -> Iterator[Diagnostic]:
    """A mask of which nothing says where it lies.

    Why: a plate knows the places of its own names; on any other picture the mask needs a box.

    Bad:
        picture: {file: femur.png, alt: Right femur from behind}
        masks: {1: {label: Linea aspera}}

    Good:
        masks: {1: {label: Linea aspera, box: [0.4, 0.3, 0.2, 0.05]}}
    """
    yield from _masks(seen, "placeless-mask")


@rule(scope="facts")
def masks_overlap(seen: Seen) -> Iterator[Diagnostic]:
    """Two masks that lie over each other; a warning.

    Why: while one is asked for, a part of it stays covered by the other.

    Bad:
        masks: {1: {label: Tibia, box: [0.1, 0.1, 0.3, 0.1]}, 2: {label: Fibula, box: [0.2, 0.1, 0.3, 0.1]}}

    Good:
        masks: {1: {label: Tibia, box: [0.1, 0.1, 0.1, 0.1]}, 2: {label: Fibula, box: [0.2, 0.1, 0.3, 0.1]}}
    """
    yield from _masks(seen, "masks-overlap")
