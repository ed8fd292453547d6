"""Numbers that are not complete: values without a unit, a load, or the people in whom they were measured."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from deckbuilder.core.patterns import regex
from deckbuilder.reading.tokens import holds, plain, sentences
from deckbuilder.records import Record, Study
from deckbuilder.records.keys import Said
from deckbuilder.records.study import Measurement
from deckbuilder.rules.quantities import PEOPLE, SIGNAL, electric
from deckbuilder.rules.rule import Found, Seen, rule

_OF_WHAT = regex(
    r"%(?! ?(?:of|MVI?C|MVIC|1RM|[A-Z]{2,}|more|higher|lower|less|greater|larger|smaller|fewer|peak|reduction|increase))"
)
# Every text that says so holds one of these, in upper or lower case.
_ACTIVE = ("activ", "emg", "signal", "excit", "recruit")
_TIMES_AS_ACTIVE = regex(
    r"\b(?:twice|double|triple|three times|half|\d+(?:\.\d+)?(?: times|-fold| ?×|x))\b.{0,40}?"
    r"\b(?:activ\w+|EMG|signal|excit\w+|recruit\w+)",
    re.I,
)


@rule()
def bare_number(seen: Seen) -> Iterator[Found]:
    """A measured value without what it is measured in: an error without unit; a warning without load or people.

    Why: EMG values compare only at one load, in one kind of people, against one reference contraction: 60 % of a
    maximal contraction and 60 % of a sprint's peak are two different things.

    Bad:
        measurements:
          - {exercise: squat, of: gluteus-maximus, value: 29.4}

    Good:
        normalized_to: MVIC
        measurements:
          - {exercise: squat, of: gluteus-maximus, value: 29.4, load: 10RM}
    """
    for study in seen.library.of(Study):
        if not study.retired:
            yield from _uncounted(study)
            yield from _without_unit_or_load(seen, study)
    for record, said in seen.holding("%", *_ACTIVE):
        if isinstance(record, Study) or said.role not in ("back", "answer"):
            continue
        if "%" in said.text or _TIMES_AS_ACTIVE.search(said.text):
            yield from _bare_in_words(record, said)


def _uncounted(study: Study) -> Iterator[Found]:
    """That nothing says how many people a study measured."""
    if study.people.n is None and study.evidence != "review" and not re.search(r"\d", study.people.who):
        help = "add `n: …`, or say in `lint` that the source that was read does not tell"
        yield Found(study, ("people",), "it is not said how many people were measured", help, key=True)


def _without_unit_or_load(seen: Seen, study: Study) -> Iterator[Found]:
    """Values of a study of which its record does not tell the unit, or an EMG's load."""
    loaded = _loaded(seen, study)
    for place, each in enumerate(study.measurements):
        unit, path = study.unit(each), ("measurements", place, "value")
        if not unit or (unit.strip() == "%" and electric(each)):
            message = f"the value {each.value:g} has no unit" if not unit else "a percentage of what is not said"
            yield Found(study, path, message, "add `normalized_to: …` to the study, or `unit: …` here", grave=True)
        elif electric(each) and not loaded(each):
            yield Found(study, path, f"the value {each.value:g} has no load", "add `load: …`, as the paper gives it")


def _loaded(seen: Seen, study: Study) -> Callable[[Measurement], bool]:
    """Whether the load of a measurement is told: by itself, by its comparison, or for the whole study."""
    told = any(holds(each, *seen.words("load")) for each in (study.people.who, study.signal))
    loads = {side for each in study.comparisons if each.load for side in each.compare}
    return lambda each: bool(each.load or told or {each.exercise, each.of} & loads)


def _bare_in_words(record: Record, said: Said) -> Iterator[Found]:
    """Ratios of activity that name no people, and percentages of a signal that do not say of what."""
    known = bool(re.search(PEOPLE, plain(said.text), re.I))
    for sentence in sentences(said.text):
        active = _TIMES_AS_ACTIVE.search(sentence)
        if active and not known and "% MVI" not in sentence:
            message = f"'{active[0]}' holds for the people, exercises and load of one study, and none are named"
            yield Found(record, said.path, message, "say in whom, and at which load", word=active[0])
        if number := _of_what(sentence):
            help = "read the source, then say of what it is a share, or than what it is more"
            yield Found(record, said.path, f"{number} of what?", help, word=number)


def _of_what(sentence: str) -> str:
    """The percentage of a signal of which a sentence does not say what the whole is."""
    signal = SIGNAL.search(sentence)
    if not signal or signal[0].upper() not in ("EMG", "ACTIVATION") or holds(sentence, "ratio", "share", "volume"):
        return ""
    percents = re.finditer(r"\d ?%", sentence)
    bare = next((each for each in percents if _OF_WHAT.match(sentence, each.end() - 1)), None)
    return str(re.findall(r"[\d.]+ ?%", sentence[: bare.end()])[-1]) if bare else ""
