"""Fibers in a picture: noise that is smeared along the way they run, so that they are fine at every size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deckbuilder.figures.view import Floats


def smeared(right: Floats, down: Floats, mask: NDArray[np.bool_], length: int, width: float, seed: int) -> Floats:
    """Noise of mean 0 and deviation 1 in the mask, smeared by `length` pixels both ways along (right, down), a unit vector
    at each pixel whose sign says nothing. `width`: of a fiber, in pixels."""
    height, wide = mask.shape
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(height, wide)), width)
    noise /= noise.std()
    rows, columns = np.nonzero(mask)
    total, weight = noise[rows, columns].copy(), np.ones(len(rows))
    for sign in (1, -1):
        x: Floats = columns.astype(float)
        y: Floats = rows.astype(float)
        dx, dy = right[rows, columns] * sign, down[rows, columns] * sign
        inside: NDArray[np.bool_] = np.ones(len(rows), dtype=bool)
        for step in range(length):
            x, y = x + dx, y + dy
            at_x = np.clip(np.rint(x).astype(int), 0, wide - 1)
            at_y = np.clip(np.rint(y).astype(int), 0, height - 1)
            inside &= mask[at_y, at_x]
            share = inside * (1 - step / length)
            total += share * ndimage.map_coordinates(noise, [y, x], order=1, mode="nearest")
            weight += share
            next_x, next_y = right[at_y, at_x], down[at_y, at_x]
            same = np.where(next_x * dx + next_y * dy < 0, -1.0, 1.0)
            dx, dy = next_x * same, next_y * same
    value = total / np.sqrt(weight)
    found = np.zeros((height, wide))
    found[rows, columns] = (value - value.mean()) / max(float(value.std()), 1e-9)
    return found
