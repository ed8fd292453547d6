"""The names that a deck prefers, and the other names for the same things, found in its texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from deckbuilder.records import Record, Term
from deckbuilder.records.base import Said
from deckbuilder.rules.rule import Fix, Found, Seen

_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|(?<!\w)['‘][^'’]*['’](?!\w)")
_ON_PURPOSE = re.compile(
    r"(?:\b(?:called|known as|named|formerly|alias|synonyms?|names? for|older books)\b[^.;]{0,25}|\bor(?: the)? )$",
    re.IGNORECASE,
)


def others(seen: Seen) -> Iterator[Found]:
    """Every name that is not the preferred one, once a text."""
    table = {name.lower(): term for name, term in seen.settings.preferred.items() if name.lower() != term.lower()}
    if not table:
        return
    every = "\n".join(said.text for _, said in seen.texts).lower()
    used = tuple(name for name in table if name in every)  # few are: most texts need not be searched for any
    for record, said in seen.texts if used else ():
        low = said.text.lower()
        if (
            not any(name in low for name in used)
            or isinstance(record, Term)
            or said.path[-1] in ("latin", "say", "says")
        ):
            continue
        text = _QUOTED.sub(lambda quote: " " * len(quote[0]), said.text)
        for found in _any(used).finditer(text):
            term = table[found[0].lower()]
            if term.lower() in low or _ON_PURPOSE.search(text[: found.start()]):
                continue
            opens = found.start() == 0 or text[: found.start()].rstrip()[-1:] in ".!?"
            better = term[:1].upper() + term[1:] if opens and found[0][:1].isupper() else term
            message = f"this deck says '{better}' for '{found[0]}'"
            fix = _fixed(record, said, found[0], better)
            yield Found(record, said.path, message, f"write '{better}'", word=found[0], fix=fix)
            break


@lru_cache(maxsize=8)
def _any(names: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(names, key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, longest)) + r")(?![\w-])", re.IGNORECASE)


def _fixed(record: Record, said: Said, name: str, better: str) -> Fix | None:
    """The text with the better name, where the text stands in the source as it is, and the name in it once."""
    value = record.document.text(said.path)
    if value is None or value.count(name) != 1 or "{" in value:
        return None
    article = re.search(r"\b(an?) $", value[: value.find(name)], re.IGNORECASE)
    if article and (article[1].lower() == "an") != (better[:1].lower() in "aeiou"):
        return None  # 'an agonist', 'a prime mover'
    return Fix(said.path, value.replace(name, better))
