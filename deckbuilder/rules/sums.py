"""Numbers that do not agree with each other, within a sentence and within a study."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deckbuilder.core.patterns import regex
from deckbuilder.reading.tokens import holds, sentences
from deckbuilder.records import Compared, Record, Study
from deckbuilder.records.keys import Said
from deckbuilder.rules import quantities
from deckbuilder.rules.phrasing import read_and_mend
from deckbuilder.rules.quantities import NAMED_STUDY
from deckbuilder.rules.quotes import misquoted, quoted_apart
from deckbuilder.rules.rule import Found, Seen, rule
from deckbuilder.source import Path_

_MORE_THAN_ALL = regex(r"(?<![\d.])(\d{3,}(?:\.\d+)?) ?% of (?:the |all )?(?:people|fib(?:er|re)s|men|women|muscles?)")
# A sentence with one of these speaks of other values than the two compared.
_OTHER_STUDIES = ("another", "other study", "earlier", "later", "not")


@rule()
def arithmetic(seen: Seen) -> Iterator[Found]:
    """Numbers that do not agree: an error within a sentence or a study, a warning between a text and the study it cites.
    '69.5 v 29.4, 3.1 times' is off by more than 2 % and what rounding hides; 'twice' may be off by 15 %. `n` is compared
    with the people told in `who`, `higher_by_percent` with the measured values, a share with 100 %.

    Why: nobody computes it again, and the card says it for years.

    Bad:
        caveat: Mean EMG was 3.1 times as high, 69.5 v 29.4 % MVIC.

    Good:
        caveat: Mean EMG was 2.4 times as high, 69.5 v 29.4 % MVIC.
    """
    for record, said in seen.holding(*quantities.SPOKEN):
        if said.role != "alt" and quantities.speaks(said.text):
            yield from _in_sentences(record, said)
    for study in seen.library.of(Study):
        if not study.retired:
            yield from _people(study)
            yield from _shares(study)
            yield from _compared(seen, study)
    yield from misquoted(seen)
    yield from quoted_apart(seen)


def _in_sentences(record: Record, said: Said) -> Iterator[Found]:
    """A ratio that does not follow from the two values beside it, and more than all of something."""
    for sentence in sentences(said.text):
        spoken = quantities.ratios(sentence)
        found = quantities.pairs(sentence) if len(spoken) == 1 else []
        if len(found) == 1 and not spoken[0].fits(found[0].one, found[0].other):
            pair, ratio = found[0], spoken[0]
            unit = f" % {'less' if ratio.percent == 'less' else 'more'}" if ratio.percent else " times"
            message = f"'{ratio.said}' does not follow from {pair.one:g} and {pair.other:g}, "
            message += f"which make {ratio.right(pair.one, pair.other)}{unit}"
            help = read_and_mend("the ratio", "the values")
            yield Found(record, said.path, message, help, word=ratio.said, grave=True)
        over = _MORE_THAN_ALL.search(sentence)
        if over and float(over[1]) > 100:
            message = f"{over[1]}% is more than all"
            yield Found(record, said.path, message, "mend the number", word=over[0], grave=True)


def _people(study: Study) -> Iterator[Found]:
    """`n` against the people that `who` counts."""
    counts = [count for count, _ in quantities.people(study.people.who)]
    counts += [int(each) for each in re.findall(r"\b(\d+) in (?:a|an|the)\b", study.people.who)]
    n = study.people.n
    if n is not None and counts and n not in counts and n != sum(counts):
        message = f"n is {n}, but `who` counts {' and '.join(map(str, counts))}"
        yield Found(study, ("people", "n"), message, read_and_mend("`n`", "`who`"), grave=True)


def _shares(study: Study) -> Iterator[Found]:
    """Shares of more than a whole."""
    for place, each in enumerate(study.measurements):
        unit = study.unit(each)
        if each.value > 100 and unit.startswith("%") and holds(f"{unit} {each.measure}", "share", "summed", "total"):
            message = f"a share cannot be {each.value:g}%"
            yield Found(study, ("measurements", place, "value"), message, "mend the value, or its `unit`", grave=True)


def _compared(seen: Seen, study: Study) -> Iterator[Found]:
    """What a comparison says of its two values: by how much one is higher, and in words."""
    for place, compared in enumerate(study.subjects()):
        if compared.comparison.retired:
            continue
        path = ("comparisons", place)
        if compared.comparison.higher_by_percent is None:
            yield from _told(seen, study, compared, path)
        elif len(compared.measured) == 2 and compared.measured[1].value:
            yield from _higher_by(study, compared, path)


def _higher_by(study: Study, compared: Compared, path: Path_) -> Iterator[Found]:
    """A stated difference that does not follow from the values."""
    one, other = (each.value for each in compared.measured)
    said, true = compared.comparison.higher_by_percent or 0, (one / other - 1) * 100
    if abs(true - said) > max(0.5, 0.02 * abs(true)):
        message = f"{one:g} is {true:.0f}% higher than {other:g}, not {said:g}%"
        help = "read the source, then mend the measurements, or delete `higher_by_percent`: it follows from them"
        yield Found(study, (*path, "higher_by_percent"), message, help, grave=True)


def _told(seen: Seen, study: Study, compared: Compared, path: Path_) -> Iterator[Found]:
    """What the words of a comparison say about its two values."""
    if compared.values is None or min(compared.values) <= 0:
        return
    for key in ("caveat", "why"):
        for sentence in sentences(getattr(compared.comparison, key)):
            if not NAMED_STUDY.search(sentence) and not holds(sentence, *_OTHER_STUDIES):
                yield from _told_in(seen, sentence, study, compared, (*path, key))


def _told_in(seen: Seen, sentence: str, study: Study, compared: Compared, path: Path_) -> Iterator[Found]:
    """A ratio in words, or 'about equal', that the two values do not bear out."""
    one, other = compared.values or (0, 0)
    wrong = next((each for each in quantities.lone_ratios(sentence) if not each.fits(one, other)), None)
    if wrong:
        message = f"'{wrong.said}' does not follow from {one:g} and {other:g}, the values compared, "
        message += f"which make {wrong.right(one, other)}"
        help = "read the source, then mend the values, or leave the number out: the card shows both values"
        yield Found(study, path, message, help, word=wrong.said, grave=True)
    equal = holds(sentence, "about equal", "about the same", "nearly equal", "roughly equal")
    if equal and max(one, other) >= seen.limit("about-equal") * min(one, other) and sentence.startswith(equal):
        size = compared.size.said if compared.size else "not the same"
        message = f"'{equal}' is said of {one:g} and {other:g}, which is {size}"
        yield Found(study, path, message, read_and_mend("the words", "the values"), word=equal, grave=True)
