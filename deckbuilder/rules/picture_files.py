"""What a picture's file says of itself: its weight, its pixels, and the words in a drawing. Reads no more than it must."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from deckbuilder.core.images import bitmap
from deckbuilder.core.images.filenames import Names
from deckbuilder.core.patterns import regex

# More than any header takes, color profiles and previews included.
_HEAD = 512 * 1024
_STARTS = regex(rb"<svg\b[^>]*>", re.IGNORECASE)
_OPENS = regex(r"<text\b", re.IGNORECASE)
# A label of more than this is none that a mask would hide.
_LONGEST = 2_000
_TAG = regex(r"<[^>]*>")
_NUMBER = r"\s*(-?\d+(?:\.\d+)?)"
_VIEW = regex(rf"viewBox\s*=\s*[\"']{_NUMBER}[\s,]+{_NUMBER}[\s,]+{_NUMBER}[\s,]+{_NUMBER}")


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes, and pixels where the file is made of them."""

    size: int
    pixels: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Word:
    """A text in a drawing, and where it stands as fractions of the picture; None where that cannot be told simply."""

    text: str
    at: tuple[float, float] | None


def inside(folder: Path | None, name: str) -> Path | None:
    """The file, if there is one and it lies in the folder."""
    if folder is None or "\0" in name:
        return None
    path = folder / name.replace("\\", "/")
    try:
        if not path.is_file():  # nearly all are, and reading a folder costs more
            found = Names(folder).find(name)
            path = found if isinstance(found, Path) else path
        return path if path.resolve().is_relative_to(folder.resolve()) and path.is_file() else None
    except (OSError, ValueError, RuntimeError):
        return None


def weight(path: Path) -> Weight | None:
    """None for a file that cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
        return Weight(path.stat().st_size, bitmap.pixels(head))
    except OSError:
        return None


def drawn_words(path: Path) -> list[Word]:
    """The texts that an SVG shows. What is moved by a `transform` is somewhere else than it says."""
    text = _drawing(path)
    box = None if "transform" in text else _VIEW.search(text)
    found = []
    for piece in _OPENS.split(text)[1:]:  # a pattern up to the end tag would read to the end from every start
        where, _, rest = piece[:_LONGEST].partition(">")
        shown = " ".join(_TAG.sub(" ", rest.partition("</text")[0]).split())
        found.append(Word(shown, _place(where, box) if box else None))
    return found


def _drawing(path: Path) -> str:
    """The beginning of an SVG, '' for what is none or cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(_HEAD)
    except OSError:
        return ""
    return data.decode("utf-8", "replace") if _STARTS.search(data) else ""


def _place(where: str, box: re.Match[str]) -> tuple[float, float] | None:
    """Where a text stands in the view box, by its attributes."""
    x, y = (re.search(rf"(?:^|\s){axis}\s*=\s*[\"']{_NUMBER}", where) for axis in "xy")
    left, top, wide, high = (float(number) for number in box.groups())
    if not (x and y and wide > 0 and high > 0):
        return None
    return (float(x[1]) - left) / wide, (float(y[1]) - top) / high
