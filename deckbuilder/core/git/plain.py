"""Whether a file says what was committed: the bytes are compared here, since git would run filters over them.

What filters and settings do to honest files is known without running any: line ends, and pictures that Git LFS keeps.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from deckbuilder.core.patterns import regex

_POINTER = regex(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize ([0-9]{1,15})\n"
)
MAX_POINTER = 1024


def name_of(data: bytes, like: str) -> str:
    """What git calls these bytes, in a repository in which another name is `like` this one."""
    made = hashlib.sha256() if len(like) == 64 else hashlib.sha1(usedforsecurity=False)
    made.update(b"blob %d\0" % len(data))
    made.update(data)
    return made.hexdigest()


def alike(file: bytes, blob: bytes) -> bool:
    """Whether a file says what a blob says: it may end its lines in another way, or be what the blob points at."""
    pointed = pointer(blob)
    if pointed is not None:
        return file == blob or pointed == hashlib.sha256(file).hexdigest()
    text = b"\0" not in file and b"\0" not in blob
    return file == blob or (text and _lines(file) == _lines(blob))


def pointer(blob: bytes) -> str | None:
    """The digest of the file for which Git LFS put this into the repository, None for any other blob."""
    found = _POINTER.fullmatch(blob) if len(blob) <= MAX_POINTER else None
    return found[1].decode() if found else None


def stored(home: Path, digest: str) -> bytes | None:
    """The file itself from where Git LFS keeps it on this machine, None where it was not fetched or is another."""
    try:
        data = Path(home, "lfs", "objects", digest[:2], digest[2:4], digest).read_bytes()
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == digest else None


def _lines(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")
