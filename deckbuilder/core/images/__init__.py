"""Pictures looked at: whether a file holds what its name promises, whole, and shows nothing but itself.

Headers, chunks and markers are read, and nothing is decoded: what tells a cut-off file from a whole one stands in them, and
a library that decodes pixels (Pillow) weighs more than all else that this package needs, and knows no SVG.
"""

from __future__ import annotations

from deckbuilder.core.frozen import dataclass
from deckbuilder.core.images import bitmap, drawing
from deckbuilder.core.images.flaw import Flaw

__all__ = ["ENDINGS", "MAX_BYTES", "MAX_PIXELS", "Flaw", "look", "sort_of"]

ENDINGS = {".svg": "SVG", ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WebP", ".gif": "GIF"}
MAX_BYTES = 2 * 1024 * 1024
# A phone needs four bytes for each while it shows them, however few they take in the file.
MAX_PIXELS = 50_000_000
_CONVERT = "save it as PNG, JPEG, WebP or SVG"


@dataclass(frozen=True, slots=True)
class _Sort:
    """What a file is by its first bytes. `cure`: what makes a picture for Anki of it."""

    name: str
    opening: bytes
    at: int = 0
    cure: str = _CONVERT


_SORTS = (
    _Sort("PNG", b"\x89PNG\r\n\x1a\n"),
    _Sort("JPEG", b"\xff\xd8\xff"),
    _Sort("GIF", b"GIF87a"),
    _Sort("GIF", b"GIF89a"),
    _Sort("WebP", b"WEBP", 8),
    _Sort("AVIF or HEIC", b"ftyp", 4),
    _Sort("BMP", b"BM"),
    _Sort("TIFF", b"II*\0"),
    _Sort("TIFF", b"MM\0*"),
    _Sort("PDF", b"%PDF"),
    _Sort("Photoshop file", b"8BPS"),
    _Sort("zip archive", b"PK\x03\x04", cure="unpack it"),
    _Sort("gzip archive", b"\x1f\x8b", cure="unpack it; an .svgz is an SVG in such an archive"),
)
_TEXTS = (
    (
        b"version https://git-lfs.github.com/spec/",
        "a pointer of Git LFS, and the picture itself was not fetched",
        "run `git lfs pull`; in CI, check out with `lfs: true`",
    ),
    (
        b"version https://hawser.github.com/spec/",
        "a pointer of Git LFS, and the picture itself was not fetched",
        "run `git lfs pull`; in CI, check out with `lfs: true`",
    ),
    (b"<!doctype html", "a web page, and no picture", "download the picture itself, not the page that shows it"),
    (b"<html", "a web page, and no picture", "download the picture itself, not the page that shows it"),
)


def sort_of(data: bytes) -> _Sort | None:
    """What its first bytes say that it is; None where they say nothing, as those of a text."""
    return next((each for each in _SORTS if data.startswith(each.opening, each.at)), None)


# Whoever reloads again and again looks at each content once; a digest takes no room.
_looked: dict[tuple[str, str], Flaw | None] = {}
_MOST = 10_000


def look(data: bytes, digest: str, ending: str) -> Flaw | None:
    """What keeps learners from seeing the picture, None if nothing does. `ending`: of its name, in lower case."""
    key = (digest, ending)
    if key not in _looked:
        if len(_looked) >= _MOST:
            _looked.clear()
        _looked[key] = _look(data, ending)
    return _looked[key]


def _look(data: bytes, ending: str) -> Flaw | None:
    if not data.strip(b"\0 \t\r\n"):
        return Flaw("is empty, and Anki counts it as missing", "export it again")
    wanted = ENDINGS[ending]
    sort = sort_of(data) or _text(data, wanted)
    if isinstance(sort, Flaw):
        return sort
    if sort.name != wanted:
        return _another(sort, wanted)
    if wanted == "SVG":
        return drawing.look(data)
    return bitmap.look(data, wanted) or _too_many(data)


def _text(data: bytes, wanted: str) -> _Sort | Flaw:
    """What a file is whose first bytes say nothing: an SVG, or nothing that Anki shows."""
    start = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    told = next(((what, cure) for opening, what, cure in _TEXTS if start.startswith(opening)), None)
    if told:
        return Flaw(f"is {told[0]}", told[1])
    if start.startswith((b"<", b"\xff\xfe", b"\xfe\xff")) and (wanted == "SVG" or b"<svg" in data[:4096].lower()):
        return _Sort("SVG", b"")
    return Flaw(f"is no {wanted}, and nothing else that Anki shows", "export it again")


def _another(sort: _Sort, wanted: str) -> Flaw:
    """A file is of another sort than its name says."""
    if sort.name not in ENDINGS.values():
        return Flaw(f"is a {sort.name}" if sort.name[0] not in "A" else f"is an {sort.name}", sort.cure)
    right = next(each for each, name in ENDINGS.items() if name == sort.name)
    article = "an" if sort.name == "SVG" else "a"
    return Flaw(f"is {article} {sort.name}, and its name says {wanted}", f"rename it so that it ends in {right}")


def _too_many(data: bytes) -> Flaw | None:
    wide, high = bitmap.pixels(data) or (0, 0)
    if wide * high <= MAX_PIXELS:
        return None
    message = f"has {wide:,} by {high:,} pixels, and no phone shows more than {MAX_PIXELS // 1_000_000} million"
    return Flaw(message, "scale it down; 1600 pixels on the longer side are plenty")
