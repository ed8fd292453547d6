"""Part of a deck, chosen by tags: `TA::Region::Hip and not TA::Tier::3_Deep`.

As in Anki's search, a tag stands for itself and all below it, and case does not count. A selection never changes what a
note says or who it is: learners may import one part after another, and then the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import boolean

from deckbuilder.anatomy import tags
from deckbuilder.anki.notes import Note
from deckbuilder.core import letters
from deckbuilder.core.diagnostics import Fault
from deckbuilder.records import Exam, nearest

MAX_LENGTH = 2_000
_WRITE = "write tags with `and`, `or`, `not` and parentheses: '{0}::Region::Hip and not {0}::Tier::3_Deep'"
_SIGNS = (":", "_", "-")
_ALGEBRA = boolean.BooleanAlgebra(allowed_in_token=_SIGNS)
MAX_NAME = 80

Test = Callable[[Collection[str]], bool]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which notes go into a package. `name` is its part of the file name, `title` what a person calls it."""

    name: str
    title: str
    test: Test

    def of(self, notes: Sequence[Note]) -> list[Note]:
        """The notes that it chooses, in their order."""
        return [note for note in notes if self.test([letters.folded(tag) for tag in note.tags])]


def parse(text: str, known: Collection[str], name: str = "", title: str = "") -> Selection:
    """The selection that a person typed. Raises `Fault` where it cannot be read, or names a tag that no note has."""
    if len(text) > MAX_LENGTH:
        raise Fault(f"the selection is longer than {MAX_LENGTH:,} characters", "select by a tag further up the tree")
    text = letters.composed(text)
    found = _parsed(text, root=min(known, default="Root").split("::")[0])
    _sure(found, known)
    chosen = name or "-".join(letters.level(word.lower().replace("::", "-")) for word in text.split())
    short = chosen.encode()[:MAX_NAME].decode(errors="ignore")  # a file's name is counted in bytes
    return Selection(short, title or text, _test(found))


def _parsed(text: str, root: str) -> boolean.Expression:
    """The expression. Raises `Fault`, with an example below `root`, where it cannot be read."""
    marks = {char for char in text if letters.kept(char) and not char.isalnum()}  # what the parser takes for no letter
    try:
        return boolean.BooleanAlgebra(allowed_in_token=(*_SIGNS, *sorted(marks))).parse(text)
    except (boolean.ParseError, RecursionError) as error:
        reason = str(error).split(" for token")[0] or "it is too deeply nested"
        raise Fault(f"the selection '{text}' cannot be read ({reason.lower()})", _WRITE.format(root)) from None


def _sure(found: boolean.Expression, known: Collection[str]) -> None:
    """Raises `Fault` where the expression names a tag that no note has."""
    levels = {
        "::".join(steps[: depth + 1]) for tag in known for steps in [tag.split("::")] for depth in range(len(steps))
    }
    spelled = {letters.folded(level) for level in levels}
    for symbol in sorted(found.symbols, key=str):
        if letters.folded(str(symbol)) not in spelled:
            near = nearest(str(symbol), levels) or "`deckbuilder inspect --all-tags` on a package shows every tag"
            raise Fault(f"no note has the tag '{symbol}', nor one below it", near)


def exam(wanted: str, exams: Collection[Exam], root: str, known: Collection[str]) -> Selection:
    """The notes that an exam's blueprint asks for. Raises `Fault` for an exam that is unknown, or has no note."""
    found = named(wanted, exams)
    tag = f"{root}::Exam::{tags.level(found.name, found.id)}"
    if not any(letters.folded(each).startswith(letters.folded(f"{tag}::")) for each in known):
        raise Fault(
            f"no note belongs to {found.name}",
            f"give the domains of '{found.id}' objectives with topics of these cards, in its exam record",
        )
    return parse(tag, known, found.id, found.name)


def named(wanted: str, exams: Collection[Exam]) -> Exam:
    """The exam that is called so. Raises `Fault` where there is none."""
    found = next((each for each in exams if wanted.lower() in (each.id, each.name.lower())), None)
    if found is None:
        names = sorted(each.name for each in exams)
        help = nearest(wanted, [*names, *(each.id for each in exams)]) or f"the exams are: {', '.join(names) or 'none'}"
        raise Fault(f"there is no exam '{wanted}'", help)
    return found


def _test(found: boolean.Expression) -> Test:
    if isinstance(found, boolean.Symbol):
        tag = letters.folded(str(found))
        below = f"{tag}::"
        return lambda tags: any(each == tag or each.startswith(below) for each in tags)
    parts = [_test(each) for each in found.args]
    if isinstance(found, boolean.NOT):
        return lambda tags: not parts[0](tags)
    if isinstance(found, boolean.AND):
        return lambda tags: all(part(tags) for part in parts)
    if isinstance(found, boolean.OR):
        return lambda tags: any(part(tags) for part in parts)
    always = found == _ALGEBRA.TRUE
    return lambda tags: always
