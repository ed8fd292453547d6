"""What is typed: words, and of Markdown what the field takes; nothing that would be shown as it is typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from operator import eq

from deckbuilder.core.patterns import regex
from deckbuilder.reading.tokens import plain, words
from deckbuilder.records import Cloze, Record
from deckbuilder.records.base import Model
from deckbuilder.records.keys import Said
from deckbuilder.records.walker import may_be_long
from deckbuilder.rules.rule import Fix, Found, Seen, rule
from deckbuilder.rules.unrendered import formula_slip, markup_slip
from deckbuilder.source import Path_

_SPECIAL = "<&{}[\\`*_~^!#$]"
_DOUBLED = regex(r"\b([^\W\d_]+)(\s+)(\1)\b", re.IGNORECASE)
# Said twice on purpose: 'the fact that that muscle', 'it had had'.
_MAY_DOUBLE = frozenset(("that", "had", "her", "is", "do", "go", "so", "very", "no", "there", "bye", "knock"))
# Never right twice.
_SMALL = frozenset(words("the a an of to in and or for with at by from on as are was be its it than into if"))
_SPACES = (" ,", " .", " ;", "( ", " )", "  ")
_SPACED = regex(r"(?<=[^\W_]) (?=[,;.](?:\s|$))|(?<=\() +(?=\w)|(?<=\w) +(?=\))|(?<=\S) {2,}(?=\S)")


@rule()
def unsafe_markup(seen: Seen) -> Iterator[Found]:
    """HTML, Anki's braces, LaTeX, pictures from elsewhere: they are shown as they are typed. A warning for Markdown in a
    line that takes none.

    Why: fields are made harmless, so that a deck from a stranger can do nothing; what looks like a tag is then read by
    learners. Colors and sizes belong to the templates, or dark mode and phones break.

    Bad:
        why: It is <b>not</b> {{c1::a hamstring}}.

    Good:
        why: It is **not** a hamstring.
    """
    for record, said in seen.holding(*_SPECIAL):
        prose = takes_markdown(record, said.path)
        math = prose or (isinstance(record, Cloze) and said.path == ("text",))
        found = formula_slip(said.text, math) or markup_slip(said.text, prose)
        if found:
            word, message, help, grave = found
            yield Found(record, said.path, message, help, grave=grave, word=word)


def takes_markdown(record: Record, path: Path_) -> bool:
    """Whether the text at a path is prose: the limit of its field says so. Small print is not, nor a text with gaps."""
    if isinstance(record, Cloze) and path == ("text",):
        return False
    holder: object = record
    for step in path[:-1]:
        if isinstance(holder, dict):
            holder = holder.get(step)
        elif isinstance(holder, tuple):
            holder = holder[step] if isinstance(step, int) and step < len(holder) else None
        else:
            holder = getattr(holder, str(step), None)
    return isinstance(holder, Model) and str(path[-1]) in _prose(type(holder))


@lru_cache(maxsize=64)
def _prose(kind: type[Model]) -> frozenset[str]:
    """The fields of a model that may be as long as prose."""
    return frozenset(name for name in kind.model_fields if may_be_long(kind, name))


@rule()
def long_word(seen: Seen) -> Iterator[Found]:
    """A word too long for a line of a phone. Told on request only.

    Why: it runs out of the screen, or is broken where it should not be. The limit is `word-characters`.

    Bad:
        why: The musculo-tendo-ligamentous/capsulo-osseous unit.

    Good:
        why: The unit of muscle, tendon, ligament and bone.
    """
    most = int(seen.limit("word-characters"))
    pattern = re.compile(rf"\S{{{most + 1},}}")
    for record, said in seen.texts:
        if len(said.text) > most and (found := pattern.search(plain(said.text))) and "://" not in found[0]:
            message = f"'{found[0]}' has {len(found[0])} characters in a row"
            yield Found(record, said.path, message, "write it in several words", word=found[0])


@rule()
def doubled_word(seen: Seen) -> Iterator[Found]:
    """A word twice in a row, or a space too many: before a comma, inside a bracket, between words.

    Why: a slip of typing that nobody sees in his own text, and every reader does.
    Fix: the small words that are never right twice, and the spaces.

    Bad:
        why: It crosses the the knee .

    Good:
        why: It crosses the knee.
    """
    spaced = {id(said) for _, said in seen.holding(*_SPACES)}
    for record, said in seen.texts:
        if said.path[-1] in ("say", "mnemonic"):
            continue
        found = next(filter(_is_slip, _DOUBLED.finditer(said.text)), None) if _repeats(said.text) else None
        if found:
            once = said.text[: found.start()] + found[1] + said.text[found.end() :]
            fix = _fix(record, said, once) if found[1].lower() in _SMALL else None
            yield Found(
                record, said.path, f"'{found[1]}' stands twice", f"write '{found[1]}' once", word=found[0], fix=fix
            )
        elif id(said) in spaced and (space := _SPACED.search(said.text)):
            fix = _fix(record, said, _SPACED.sub(lambda each: " " if len(each[0]) > 1 else "", said.text))
            near = said.text[max(0, space.start() - 12) : space.end() + 12].strip()
            yield Found(record, said.path, f"a space too many in '{near}'", "take it out", word=near, fix=fix)


def _repeats(text: str) -> bool:
    """Whether two words that follow each other are one."""
    found = words(text)
    return any(map(eq, found, found[1:]))


def _is_slip(twice: re.Match[str]) -> bool:
    return twice[1].lower() not in _MAY_DOUBLE


def _fix(record: Record, said: Said, better: str) -> Fix | None:
    """The better text, where the source holds the text as it is: a sentence with gaps or over several lines does not."""
    value = record.document.text(said.path)
    return Fix(said.path, better) if value == said.text else None
