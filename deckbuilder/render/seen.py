"""The list of what a project's own templates may see. What is not on it does not exist for them.

Of a record, and of what stands inside one, every declared key is seen: a new key needs no line here. What is worked out
(properties) and what can be asked (methods) is seen where this list names it. docs/templates.md tells authors the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jinja2 import filters
from jinja2 import tests as jinja_tests
from markupsafe import Markup

from deckbuilder.anatomy.library import Library, Lookalike, Player
from deckbuilder.anatomy.masks import Masked
from deckbuilder.anatomy.words import Answer, Answers, Words
from deckbuilder.anki.notes import Media
from deckbuilder.records import Cloze, Compared, Credit, Curve, Muscle, Occlusion, Record, Source, Study, Subject
from deckbuilder.records.base import Model
from deckbuilder.records.keys import Named
from deckbuilder.records.muscle import Fact
from deckbuilder.records.occlusion import Mask
from deckbuilder.records.sizes import Size
from deckbuilder.records.study import ComparedSide
from deckbuilder.render.drawn import DrawnPicture


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of one type: values, and what may be called."""

    values: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()

    def __or__(self, other: Sight) -> Sight:
        return Sight(self.values | other.values, self.calls | other.calls)


def _of(values: str = "", calls: str = "") -> Sight:
    return Sight(frozenset(values.split()), frozenset(calls.split()))


# Ours. A kind of record has what stands here for `Record` and `Subject` as well.
OURS: dict[type[Any], Sight] = {
    Record: _of("kind key"),
    Subject: _of("topic_id note_id", "cited"),
    Muscle: _of("divisions", "facts named part_name"),
    Cloze: _of("numbers title"),
    Occlusion: _of("numbers asks"),
    Mask: _of("bounds"),
    Curve: _of("angles"),
    Credit: _of("line"),
    Source: _of("link"),
    Study: _of("", "unit"),
    Compared: _of(
        "kind key note_id record study comparison formerly retired tier topic_id evidence why hint picture tags"
        " measured sides values higher size statistic measure",
        "cited",
    ),
    ComparedSide: _of("id value unit spread spread_is load"),
    Size: _of("said accepted"),
    Named: _of("id detail"),
    Fact: _of("id detail part"),
    Player: _of("muscle part id name"),
    Lookalike: _of("muscle words"),
    Answer: _of("name bone small"),
    Answers: _of("answers expect short"),
    Masked: _of("number name detail shape cloze label"),
    DrawnPicture: _of("name width height seen hidden"),
    Media: _of("name digest credit"),
    Library: _of(
        "records landmarks muscles exams",
        "answers ids site site_short whole name trail members shared group_of performers prime_movers led_by synergists"
        " opposite antagonists joints moved_by its_share only_one lookalikes sources",
    ),
    Words: _of("", "muscle short path trail sources"),
}

# What those are called that are no record, to an author.
CALLED: dict[type[Any], str] = {
    Compared: "a comparison",
    ComparedSide: "a side of a comparison",
    Size: "the size of a difference",
    Named: "what is named",
    Fact: "a fact",
    Player: "a player",
    Lookalike: "a look-alike",
    Answer: "an answer",
    Answers: "what is said of a muscle",
    Masked: "a mask",
    DrawnPicture: "a figure",
    Media: "a picture",
    Library: "the library",
    Words: "the words",
}

_TEXT = (
    "capitalize casefold center count endswith find index isalnum isalpha isascii isdecimal isdigit islower isnumeric"
    " isspace istitle isupper join ljust lower lstrip partition removeprefix removesuffix replace rfind rindex rjust"
    " rpartition rsplit rstrip split splitlines startswith strip swapcase title upper zfill"
)
# Python's plain values. None of these methods changes anything, and none formats: `format` reads attributes by itself.
PLAIN: dict[type[Any], Sight] = {
    str: _of("", _TEXT),
    Markup: _of("", f"{_TEXT} striptags unescape"),
    int: _of(),
    bool: _of(),
    float: _of("", "is_integer"),
    type(None): _of(),
    tuple: _of("", "count index"),
    list: _of("", "count index"),
    dict: _of("", "get items keys values"),
    frozenset: _of(),
    range: _of(),
}

# Jinja's. Left out is what depends on chance or on Python's inside: lipsum, random, pprint, tojson.
FILTERS = (
    "abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape format"
    " groupby indent int items join last length list lower map max min reject rejectattr replace reverse round safe"
    " select selectattr slice sort string striptags sum title trim truncate unique upper urlencode urlize wordcount"
    " wordwrap xmlattr"
)
TESTS = (
    "!= < <= == > >= boolean callable defined divisibleby eq equalto escaped even false filter float ge greaterthan gt in"
    " integer iterable le lessthan lower lt mapping ne none number odd sameas sequence string test true undefined upper"
)
GLOBALS = "range dict namespace cycler joiner"
LOOP = _of("index index0 revindex revindex0 first last length depth depth0 previtem nextitem", "cycle changed")
MACRO = _of("name arguments catch_kwargs catch_varargs caller")
BLOCK = _of("name super")
CYCLER = _of("current", "next reset")
GROUPED = _of("grouper list")


def sight(cls: type[Any]) -> Sight | None:
    """What is seen of a type of ours, None for one that is not on the list."""
    found = [OURS[each] for each in cls.__mro__ if each in OURS]
    if issubclass(cls, Model) and cls.__module__.startswith("deckbuilder.records."):
        found.append(Sight(frozenset(cls.model_fields)))
    total = Sight()
    for each in found:
        total |= each
    return total if found else None


def known_filters() -> dict[str, Any]:
    """Jinja's own filters that are on the list."""
    return {name: filters.FILTERS[name] for name in FILTERS.split()}


def known_tests() -> dict[str, Any]:
    """Jinja's own tests that are on the list."""
    return {name: jinja_tests.TESTS[name] for name in TESTS.split()}
