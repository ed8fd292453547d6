"""The names that a deck prefers, and the other names for the same things, found in its texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice

from deckbuilder.core.patterns import regex
from deckbuilder.reading.tokens import pieces
from deckbuilder.records import Record, Term
from deckbuilder.records.keys import Said
from deckbuilder.rules.rule import Fix, Found, Seen

_QUOTED = regex(r"\"[^\"]*\"|“[^”]*”|(?<!\w)['‘][^'’]*['’](?!\w)")
_ON_PURPOSE = regex(
    r"(?:\b(?:called|known as|named|formerly|alias|synonyms?|names? for|older books)\b[^.;]{0,25}|\bor(?: the)? )$",
    re.IGNORECASE,
)


def others(seen: Seen) -> Iterator[Found]:
    """Every name that is not the preferred one, once a text."""
    terms = _used(seen)
    for record, said in seen.texts if terms else ():
        low = said.text.lower()
        if any(name in low for name in terms) and not _asks_for_the_other(record, said):
            yield from islice(_meant(record, said, terms), 1)


def _used(seen: Seen) -> dict[str, str]:
    """The other names that stand in some text, and the preferred ones. They are few: most texts need not be searched."""
    terms = {name.lower(): term for name, term in seen.settings.preferred.items() if name.lower() != term.lower()}
    return {name: term for name, term in terms.items() if seen.vocabulary.issuperset(pieces(name))}


def _asks_for_the_other(record: Record, said: Said) -> bool:
    """Whether another name is in its place: in the glossary, in Latin, in how it is said, what people claim, what is right too."""
    return isinstance(record, Term) or said.path[-1] in ("latin", "say", "says") or "also_right" in said.path


def _meant(record: Record, said: Said, terms: Mapping[str, str]) -> Iterator[Found]:
    """Each other name in a text; not where the preferred one stands beside it, nor what is named on purpose."""
    low, text = said.text.lower(), _QUOTED.sub(lambda quote: " " * len(quote[0]), said.text)
    for found in _any(tuple(terms)).finditer(text):
        name, before = found[0], text[: found.start()]
        term = terms[name.lower()]
        if term.lower() not in low and not _ON_PURPOSE.search(before):
            better = term[:1].upper() + term[1:] if _opens(before) and name[:1].isupper() else term
            fix = _fixed(record, said, name, better)
            yield Found(
                record, said.path, f"this deck says '{better}' for '{name}'", f"write '{better}'", word=name, fix=fix
            )


def _opens(before: str) -> bool:
    """Whether a sentence begins behind this text."""
    return before.rstrip()[-1:] in ("", ".", "!", "?")


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
