"""Sounds and speech out of a card's HTML: Anki puts a mark in their place, and the reviewer a button in place of that."""

from __future__ import annotations

import re

from deckbuilder.core.patterns import regex

_NAME = r"[^\] \t\r\n]+"
_OPTION = r"([^\] \t\r\n=]+)=(\"[^\"]*\"|[^\] \t\r\n\"]*)[ \t\r\n]*"
_DIRECTIVE = regex(
    rf"\[sound:([^\]]+)\]|\[anki:(?=(?P<name>{_NAME}))(?P=name)[ \t\r\n]*(?P<options>(?:{_OPTION})*)\](?P<said>.*?)\[/anki:(?P=name)\]",
    re.DOTALL,
)
_EACH = regex(_OPTION)
_MARK = regex(r"\[anki:play:([qa]):([0-9]+)\]")
_NO_LANGUAGE = "[Error in directive '\u2068anki:tts\u2069': \u2068'\u2068lang\u2069' not set\u2069]"
_BUTTON = (
    '<a class="replay-button soundLink" href="#" onclick="return false;" title="A sound, which Anki plays">'
    '<svg class="playImage" viewBox="0 0 64 64" version="1.1"><circle cx="32" cy="32" r="29" />'
    '<path d="M56.502,32.301l-37.502,20.101l0.329,-40.804l37.173,20.703Z" /></svg></a>'
)


def marked(text: str, side: str) -> str:
    """The HTML with `[anki:play:q:0]` for its first sound, and so on. `side`: 'q' or 'a'."""
    count = 0

    def mark(found: re.Match[str]) -> str:
        nonlocal count
        name = found["name"]
        options = _EACH.findall(found["options"] or "")
        if name is not None and name != "tts":
            said = "".join(f" {key}={value}" for key, value in options)
            return f"[anki:{name}{said}]{found['said']}[/anki:{name}]"
        if name == "tts" and not dict(options).get("lang", "").strip('"'):
            return _NO_LANGUAGE
        count += 1
        return f"[anki:play:{side}:{count - 1}]"

    return _DIRECTIVE.sub(mark, text)


def with_buttons(text: str) -> str:
    """A side as the reviewer shows it: with a button for each mark."""
    return _MARK.sub(_BUTTON, text)
