"""Letters of every script: one spelling for what looks the same, and names as levels of Anki's tags.

Anki keeps texts and tags in NFC and takes two tags for one where Unicode's full folding of case does (`Straße` and
`STRASSE`). A tag is parted by blanks and by `::`; in a search `*`, quotes and the like stand for something else, and so
only letters, the marks on them, digits, `_` and `-` are left of a name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from deckbuilder.core.patterns import regex

# What `kept` says of ASCII, for whole texts.
_NOT_KEPT = regex(r"[^0-9A-Za-z_-]+")
_LEVEL = regex(r"[_-]*[0-9A-Za-z][0-9A-Za-z_-]*")


def composed(text: str) -> str:
    """The text as Anki keeps it: `u` with two dots, which a Mac may write as two characters, is one."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """What two texts have in common that Anki, as a tag or as a deck's name, takes for one."""
    return text.lower() if text.isascii() else composed(composed(text).casefold())


def kept(char: str) -> bool:
    """Whether a tag keeps the character as it is."""
    if char.isascii():
        return char.isalnum() or char in "_-"
    return unicodedata.category(char)[0] in "LM" or char.isdecimal()


def an(noun: str) -> str:
    """The noun with its article: 'a muscle', 'an exercise'."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


@lru_cache(maxsize=16_384)
def level(name: str) -> str:
    """A name as one level of a tag: 'Biceps femoris' becomes 'Biceps_femoris'. '' where nothing of it may stay."""
    if name.isascii():
        return _NOT_KEPT.sub("_", name).strip("_")
    text = "".join(char if kept(char) else " " for char in composed(name))
    return re.sub(" +", "_", text).strip("_")


def is_level(text: str) -> bool:
    """Whether the text may be one level of a tag as it stands."""
    if text.isascii():
        return _LEVEL.fullmatch(text) is not None
    return text == composed(text) and all(map(kept, text)) and any(char not in "_-" for char in text)
