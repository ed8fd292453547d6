"""The names of media as Anki has them: what it keeps a file as, and which files a text asks for.

A package may name a file in ways that no disk would take, `con.mp3` or `c:b.mp3`: Anki takes the package and keeps
the file under another name, in the notes as well. All versions from 2.1.66 on do it alike, and none takes such a
name in its newest layout. A name that leads out of a folder makes Anki refuse the package.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from deckbuilder.core.patterns import regex

LONGEST = 120  # bytes of a name
LONGEST_ENDING = 10
STATIC = ("_", "latex-")  # what begins so is copied whether or not a note asks for it
_TAKEN_OUT = regex(r'[\[\]<>:"/?*^\\|\x00-\x1f\x7f]')
_DEVICE = regex(r"^(CON|PRN|AUX|NUL|COM[1-9]|LPT[1-9])(?=\.|$)", re.IGNORECASE)
_TAG = regex(r"<(?:img|audio|video|object|source)\b", re.IGNORECASE)
_ASKS = regex(r"""\b(?:src|data)\b=(?:"([^"]+)"|'([^']+)'|([^ >]+))""", re.IGNORECASE)
_QUOTES = 10  # closing brackets inside quotes, in one tag


def kept(name: str, *, newest: bool = False) -> str | None:
    """The name under which Anki keeps a file, safe to join to a folder; None where it refuses the whole package.

    `newest`: as Anki's newest layout lists it, where nothing is mended.
    """
    levels = [level for level in name.split("/") if level]
    single = levels[:1] + [level for level in levels[1:] if level != "."]
    if name.startswith("/") or len(single) != 1 or single[0] in (".", ".."):
        return None
    found = normal(name)
    return None if not found or (newest and found != name) else found


def normal(name: str) -> str:
    """The name as Anki mends it, which is safe on any system; empty where nothing of it is left.

    Anki takes letters out that its Unicode of 2017 does not know. Here only those go that Python's does not know.
    """
    found = _TAKEN_OUT.sub("", unicodedata.normalize("NFC", name)).replace("\u00a0", " ")
    if not found.isascii():
        found = "".join(letter for letter in found if _known(letter))
    return _short(_closed(_DEVICE.sub(r"\1_", found)))


def asked(text: str) -> Iterator[str]:
    """The media that a field asks for, as Anki keeps them: in pictures, sounds, videos and objects.

    Time grows with the length of the text, whatever a stranger wrote in it.
    """
    for said in (*_in_tags(text), *_in_sounds(text)):
        yield normal(html.unescape(said))


def _in_tags(text: str) -> Iterator[str]:
    at = 0
    while opened := _TAG.search(text, at):
        end = text.find(">", opened.end())
        if end < 0:
            return  # a tag that is never closed asks for nothing
        at = end + 1
        tag = text[opened.end() : end]
        for _ in range(_QUOTES):
            found = _ASKS.search(tag)
            further = text.find(">", end + 1)
            if found or further < 0 or tag.count('"') % 2 + tag.count("'") % 2 == 0:
                break
            tag, end = tag + text[end:further], further
        if found:
            yield next(filter(None, found.groups()))


def _in_sounds(text: str) -> Iterator[str]:
    at = 0
    while (start := text.find("[sound:", at)) >= 0:
        end = text.find("]", start)
        if end < 0:
            return
        yield text[start + len("[sound:") : end]
        at = end + 1


def _known(letter: str) -> bool:
    return unicodedata.category(letter) != "Cn"


def _closed(name: str) -> str:
    """No name ends in a blank or a dot, which Windows would drop."""
    return f"{name}_" if name.endswith((" ", ".")) else name


def _short(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    stem, _, ending = name.rpartition(".") if "." in name else (name, "", "")
    ending = _cut(ending, LONGEST_ENDING)
    stem = _cut(stem, LONGEST - 2 - len(ending.encode()))
    return _closed(f"{stem}.{ending}" if ending else stem)


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore")
