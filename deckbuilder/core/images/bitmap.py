"""Pictures made of pixels: how many, and whether the file is whole, by its chunks and markers."""

from __future__ import annotations

import struct
import zlib

from deckbuilder.core.images.flaw import Flaw

_CUT = Flaw("is cut off, or damaged", "export or download it again")
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers of a JPEG that no length follows


def pixels(head: bytes) -> tuple[int, int] | None:
    """Width and height, as far as the first bytes tell them."""
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            return struct.unpack(">II", head[16:24])
        if head[:6] in (b"GIF87a", b"GIF89a"):
            return struct.unpack("<HH", head[6:10])
        if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
            return _webp_pixels(head)
        return _jpeg_pixels(head) if head[:2] == b"\xff\xd8" else None
    except (struct.error, IndexError):
        return None


def look(data: bytes, sort: str) -> Flaw | None:
    """What keeps a PNG, JPEG, GIF or WebP from being shown whole. What follows behind its end is nobody's concern."""
    whole = {"PNG": _png, "JPEG": _jpeg, "GIF": _gif, "WebP": _webp}[sort]
    try:
        sound = whole(data) and 0 not in (pixels(data) or (0, 0))
    except (struct.error, IndexError):
        sound = False
    return None if sound else _CUT


def _png(data: bytes) -> bool:
    """Chunks with a checksum each: the header first, then pixels, then the end."""
    at, seen = 8, set[bytes]()
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        end = at + 8 + length
        (checksum,) = struct.unpack(">I", data[end : end + 4])
        if (not seen) != (name == b"IHDR") or checksum != zlib.crc32(memoryview(data)[at + 4 : end]):
            return False
        seen.add(name)
        if name == b"IEND":
            return b"IDAT" in seen
        at = end + 4
    return False


def _jpeg(data: bytes) -> bool:
    """Segments up to a scan, what was scanned, and so on up to the marker of the end."""
    at, scanned = 2, False
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xD9:
            return scanned
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
        if marker == 0xDA:
            scanned = True
            at = _behind_scan(data, at)
    return False


def _behind_scan(data: bytes, at: int) -> int:
    """The next marker that is no part of the scanned data."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise IndexError
        if data[at + 1] != 0 and data[at + 1] not in _BARE:
            return at
        at += 2


def _gif(data: bytes) -> bool:
    """Blocks of images and extensions, each in pieces that say how long they are, up to the trailer."""
    at, seen = 13 + _table(data[10]), False
    while True:
        sort = data[at]
        if sort == 0x3B:
            return seen
        if sort == 0x2C:
            seen = True
            at += 11 + _table(data[at + 9])
        elif sort == 0x21:
            at += 2
        else:
            return False
        while data[at]:
            at += 1 + data[at]
        at += 1


def _table(flags: int) -> int:
    """The bytes of a table of colors."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _webp(data: bytes) -> bool:
    """A WebP must be as long as it says, and have a chunk with an image."""
    end = 8 + int(struct.unpack("<I", data[4:8])[0])
    if end > len(data):
        return False
    at, seen = 12, set[bytes]()
    while at + 8 <= end:
        name, length = struct.unpack("<4sI", data[at : at + 8])
        at += 8 + length + length % 2
        if at > end + 1:
            return False
        seen.add(name)
    return bool(seen & {b"VP8 ", b"VP8L", b"ANMF"})


def _webp_pixels(head: bytes) -> tuple[int, int] | None:
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


def _jpeg_pixels(head: bytes) -> tuple[int, int] | None:
    """From the first frame header; the segments before it say how long they are."""
    at = 2
    while at + 9 < len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            high, wide = struct.unpack(">HH", head[at + 5 : at + 9])
            return wide, high
        at += 1 if marker == 0xFF else 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return None
