"""`{{filter:Field}}`: what Anki's own filters make of a field. Source: `rslib/src/template_filters.rs` of ankitects/anki."""

from __future__ import annotations

import html.entities
import re
from collections.abc import Sequence

from deckbuilder.anki.reviewer import deletions
from deckbuilder.core.patterns import regex

_HTML = regex(r"<!--.*?-->|<style.*?>.*?</style>|<script.*?>.*?</script>|<.*?>", re.DOTALL | re.IGNORECASE)
_RUBY = regex(r" ?([^ >]+?)\[(.+?)\]")
_ENTITY = regex(r"&(?:#([0-9]{1,12})|#[xX]([0-9a-fA-F]{1,12})|([A-Za-z][A-Za-z0-9]*));|&")
_RUBIES = {"furigana": r"<ruby><rb>\1</rb><rt>\2</rt></ruby>", "kanji": r"\1", "kana": r"\2"}


def apply(text: str, names: Sequence[str], field: str, number: int, *, front: bool) -> str:
    """A field through its filters, given as they are written: the last is applied first.

    From the first one that Anki does not know on all are left out, its own ones too. `number`: of the card's gap.
    """
    steps = list(reversed(names))
    if steps in (["cloze", "type"], ["nc", "type"]):
        return f"[[type:{steps[0]}:{field}]]"
    if steps and steps[-1] == "type":
        return f"[[type:{field}]]"
    for name in steps:
        found = _one(name, text, field, number, front)
        if found is None:
            break
        text = found
    return text


def strip(text: str) -> str:
    """Text without tags, with entities as the letters they stand for."""
    return decode(_HTML.sub("", text))


def decode(text: str) -> str:
    """Entities as letters; one that is wrong leaves all as they are."""
    if "&" not in text:
        return text
    sound = True  # a number of more digits than these is none

    def letter(found: re.Match[str]) -> str:
        nonlocal sound
        number = int(found[1]) if found[1] else int(found[2], 16) if found[2] else None
        name = html.entities.html5.get(f"{found[3]};", "") if found[3] else ""
        if number is not None and number <= 0x10FFFF and not 0xD800 <= number < 0xE000:
            return chr(number)
        sound = sound and len(name) == 1
        return name

    said = _ENTITY.sub(letter, text)
    return said.replace("\xa0", " ") if sound else text


def _one(name: str, text: str, field: str, number: int, front: bool) -> str | None:
    """None for a filter that Anki does not have."""
    if name == "":
        return text
    if name == "text":
        return strip(text)
    if name == "hint":
        return _hint(text, field)
    if name == "cloze":
        return deletions.shown(text, number, front=front)
    if name == "cloze-only":
        return ", ".join(deletions.only(text, number, front=front))
    if name == "type":
        return f"[[type:{field}]]"
    if name in _RUBIES:
        form = _RUBIES[name]
        return _RUBY.sub(
            lambda found: found[0] if found[2].startswith("sound:") else found.expand(form),
            text.replace("&nbsp;", " "),
        )
    if name.startswith("tts "):
        return f"[anki:tts lang={name[4:]}]{text}[/anki:tts]"
    return None


def _hint(text: str, field: str) -> str:
    if not text.strip():
        return text
    from blake3 import blake3  # hardly any template has a hint

    id = blake3(text.encode() + field.encode()).hexdigest()[:16]
    return (
        '\n<a class=hint href="#"\n'
        "onclick=\"this.style.display='none';\n"
        f"document.getElementById('hint{id}').style.display='block';\n"
        'return false;" draggable=false>\n'
        f'{field}</a>\n<div id="hint{id}" class=hint style="display: none">{text}</div>\n'
    )
