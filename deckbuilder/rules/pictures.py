"""What a picture's file says of itself: its weight, its pixels, and the words in a drawing. Reads no more than it must."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

# More than any header takes, colour profiles and previews included.
_HEAD = 512 * 1024
_STARTS = re.compile(rb"<svg\b[^>]*>", re.IGNORECASE)
_OPENS = re.compile(r"<text\b", re.IGNORECASE)
# A label of more than this is none that a mask would hide.
_LONGEST = 2_000
_TAG = re.compile(r"<[^>]*>")
_NUMBER = r"\s*(-?\d+(?:\.\d+)?)"


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
        return path if path.resolve().is_relative_to(folder.resolve()) and path.is_file() else None
    except (OSError, ValueError, RuntimeError):
        return None


def weight(path: Path) -> Weight | None:
    """None for a file that cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
        return Weight(path.stat().st_size, _pixels(head))
    except (OSError, struct.error, IndexError):
        return None


def _pixels(head: bytes) -> tuple[int, int] | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return struct.unpack(">II", head[16:24])
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return struct.unpack("<HH", head[6:10])
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _webp(head)
    return _jpeg(head) if head[:2] == b"\xff\xd8" else None


def _webp(head: bytes) -> tuple[int, int] | None:
    sort = head[12:16]
    if sort == b"VP8X" and len(head) >= 30:
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if sort == b"VP8L" and len(head) >= 25:
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if sort != b"VP8 ":
        return None
    wide, high = struct.unpack("<HH", head[26:30])
    return wide & 0x3FFF, high & 0x3FFF


def _jpeg(head: bytes) -> tuple[int, int] | None:
    """From the first frame header; the segments before it say how long they are."""
    at = 2
    while at + 9 < len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            high, wide = struct.unpack(">HH", head[at + 5 : at + 9])
            return wide, high
        at += 1 if marker == 0xFF else 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return None


def drawn_words(path: Path) -> list[Word]:
    """The texts that an SVG shows. What is moved by a `transform` is somewhere else than it says."""
    try:
        with path.open("rb") as file:
            data = file.read(_HEAD)
    except OSError:
        return []
    start = _STARTS.search(data)
    if start is None:
        return []
    text = data.decode("utf-8", "replace")
    box = re.search(rf"viewBox\s*=\s*[\"']{_NUMBER}[\s,]+{_NUMBER}[\s,]+{_NUMBER}[\s,]+{_NUMBER}", text)
    moved = "transform" in text or box is None
    found = []
    for piece in _OPENS.split(text)[1:]:  # a pattern up to the end tag would read to the end from every start
        where, _, rest = piece[:_LONGEST].partition(">")
        x, y = (re.search(rf"(?:^|\s){axis}\s*=\s*[\"']{_NUMBER}", where) for axis in "xy")
        at = None
        if box and x and y and not moved:
            left, top, wide, high = (float(number) for number in box.groups())
            if wide > 0 and high > 0:
                at = ((float(x[1]) - left) / wide, (float(y[1]) - top) / high)
        found.append(Word(" ".join(_TAG.sub(" ", rest.partition("</text")[0]).split()), at))
    return found
