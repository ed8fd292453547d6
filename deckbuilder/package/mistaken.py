"""What a file is that was taken for a package: a web page, a text export, a bare collection, a part of a download.

Whoever has the wrong file has to know which one it is; "not an Anki package" helps nobody. Only the first bytes
are looked at, or the names in a zip.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from deckbuilder.core.patterns import regex

LOOKED_AT = 4096
PACKAGES = (".apkg", ".colpkg")

FETCH_AGAIN = "download it again, or ask its author for a fresh copy"
GET_THE_FILE = "open the address in a browser, sign in where it asks for that, and download the package itself"
FROM_ANKI = "import it into Anki (File > Import…) and export the deck from there as an .apkg"
UNPACK = "unpack it, and give the .apkg that is inside"
GIVE_A_FILE = "give the path of an .apkg or .colpkg"
GIVE_ANOTHER = "give the path of an .apkg or .colpkg; this is something else"
OPEN_IN_ANKI = "put it into the folder of an empty profile of Anki, and export the deck from there as an .apkg"
WITH_CROWDANKI = "import its folder with Anki's add-on CrowdAnki, and export the deck as an .apkg"
FROM_LFS = "run `git lfs pull` where it came from"
ADVICE = (
    FETCH_AGAIN,
    GET_THE_FILE,
    FROM_ANKI,
    UNPACK,
    GIVE_A_FILE,
    GIVE_ANOTHER,
    OPEN_IN_ANKI,
    WITH_CROWDANKI,
    FROM_LFS,
)

# How files begin that people have been seen to rename, or that a browser saves under the name of what it asked for.
_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (b"SQLite format 3\0", "a bare collection of Anki (or another database), not a package", OPEN_IN_ANKI),
    (b"\x1f\x8b", "compressed with gzip", UNPACK),
    (b"BZh", "compressed with bzip2", UNPACK),
    (b"\xfd7zXZ\0", "compressed with xz", UNPACK),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "an archive of 7-Zip", UNPACK),
    (b"Rar!\x1a\x07", "an archive of RAR", UNPACK),
    (b"%PDF-", "a PDF", GIVE_ANOTHER),
    (b"\x89PNG\r\n", "a picture", GIVE_ANOTHER),
    (b"\xff\xd8\xff", "a picture", GIVE_ANOTHER),
    (b"version https://git-lfs", "the place holder that Git LFS leaves for a file", FROM_LFS),
    (b"PK\x03\x04", "a zip file whose end is missing, as after a download that broke off", FETCH_AGAIN),
)
_PAGE = regex(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_XML = regex(r"\s*<(?:\?xml|[A-Za-z][\w:-]*)[\s/>]")
_CROWDANKI = regex(r'"(?:__type__|crowdanki_uuid|note_models)"')
_HEAD = regex(r"#(?:separator|html|tags|columns|notetype|deck|guid)\b[^\n]*:", re.IGNORECASE)


def folder(path: Path) -> tuple[str, str]:
    """What a folder is that was given for a package, and what to do."""
    if any((path / name).is_file() for name in ("deck.json", f"{path.resolve().name}.json")):
        return "a folder as CrowdAnki writes it, not a package", WITH_CROWDANKI
    if (path / "collection.anki2").is_file():
        return "a folder of one of Anki's profiles, not a package", "export the deck from Anki as an .apkg"
    inside = [each.name for each in path.glob("*") if each.suffix.lower() in PACKAGES]
    return f"a folder{_holding(inside)}, not a file", GIVE_A_FILE


def file(path: Path) -> tuple[str, str] | None:
    """What a file is that is no zip, and what to do; None where nobody can tell."""
    with path.open("rb") as opened:
        start = opened.read(LOOKED_AT)
    if not start:
        return "empty: nothing of it arrived", FETCH_AGAIN
    for beginning, what, help in _BEGINNINGS:
        if start.startswith(beginning):
            return what, help
    if start[257:262] == b"ustar":
        return "an archive of tar", UNPACK
    text = _text(start)
    return _written(text) if text is not None else None


def zipped(names: Iterable[str]) -> tuple[str, str]:
    """What a zip is that holds no collection, and what to do."""
    names = list(names)
    inside = [name for name in names if name.lower().endswith(PACKAGES) and not name.startswith("__MACOSX")]
    if inside:
        return f"a zip file{_holding(inside)}", UNPACK
    if any(name.rpartition("/")[2] == "deck.json" for name in names):
        return "a zip file with a deck of CrowdAnki, not a package", WITH_CROWDANKI
    if "[Content_Types].xml" in names:
        return "a document of an office program", GIVE_ANOTHER
    return "a zip file, but no Anki package (no collection inside)", FETCH_AGAIN


def _written(text: str) -> tuple[str, str] | None:
    """What a text is that was taken for a package."""
    if _PAGE.match(text):
        return "a web page (HTML) under a package's name", GET_THE_FILE
    if _XML.match(text):
        return "XML, as servers answer when they do not give the file", GET_THE_FILE
    if text.lstrip().startswith(("{", "[")):
        if _CROWDANKI.search(text):
            return "a deck as CrowdAnki writes it (JSON), not a package", WITH_CROWDANKI
        return "JSON, as servers answer when they do not give the file", GET_THE_FILE
    if _HEAD.match(text) or _table(text):
        return "a text of notes (CSV, or Anki's 'Notes in Plain Text'), not a package", FROM_ANKI
    return "a text, not a package", GIVE_ANOTHER


def _table(text: str) -> bool:
    """Whether lines part into columns."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    if any("\t" in line for line in lines):
        return True
    try:
        csv.Sniffer().sniff("\n".join(lines), ",;|")
    except csv.Error:
        return False
    return len(lines) > 1 and all(re.search("[,;|]", line) for line in lines)


def _text(start: bytes) -> str | None:
    for bom, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if start.startswith(bom):
            return start[2:].decode(encoding, errors="replace")
    text = start.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")
    broken = text.rstrip("\ufffd").count("\ufffd")  # the last letter may be cut in two
    return None if "\0" in text or 8 * broken > len(text) else text


def _holding(inside: list[str]) -> str:
    if not inside:
        return ""
    return f" with {inside[0][-80:]!r}{f' and {len(inside) - 1} more packages' if len(inside) > 1 else ''} inside"
