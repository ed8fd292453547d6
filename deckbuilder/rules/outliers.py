"""Values that can hardly have been measured: out of range, or out of line with the rest of their study."""

from __future__ import annotations

from collections.abc import Iterator

from deckbuilder.core.patterns import regex
from deckbuilder.records import Action, Study
from deckbuilder.records.study import Measurement
from deckbuilder.rules.quantities import electric
from deckbuilder.rules.rule import Found, Seen, rule

_DEGREES = regex(r"(?<![\d.])(\d+) ?°?(?: to |-|–)(\d+) ?°")
_LOOK = "look it up in the paper"


@rule()
def implausible_number(seen: Seen) -> Iterator[Found]:
    """A measured value that can hardly have been measured.
    A negative EMG, or one of more than 400 % of a maximal contraction; a standard deviation larger than its EMG value,
    or three times as large for its value as any other of the study; a standard error that makes a standard deviation larger than the value; a peak below the mean; two exercises with value and
    standard deviation alike; one person, or more than 5000; a range of movement that runs backward.

    Why: a slip of the keys looks like a finding.

    Bad:
        - {exercise: squat, of: gluteus-maximus, value: 8.1, sd: 42}

    Good:
        - {exercise: squat, of: gluteus-maximus, value: 81, sd: 42}
    """
    for study in seen.library.of(Study):
        if not study.retired:
            yield from _too_few_or_many(seen, study)
            yield from _large_errors(study)
            yield from _values(seen, study)
    for action in seen.library.of(Action):
        if not action.retired:
            yield from _range(action)


def _too_few_or_many(seen: Seen, study: Study) -> Iterator[Found]:
    """One person, or more than any laboratory sees."""
    n = study.people.n
    if n is not None and (n == 1 or n > seen.limit("people")):
        message = f"{n} {'person is' if n == 1 else 'people are'} hardly what an EMG study measured"
        yield Found(study, ("people", "n"), message, f"{_LOOK}, and mend `n`")


def _range(action: Action) -> Iterator[Found]:
    """A range of movement that runs backward, or beyond any joint."""
    for each in _DEGREES.finditer(action.range):
        low, high = int(each[1]), int(each[2])
        if low >= high or high > 180:
            wrong = "runs backward" if low >= high else "is beyond any joint"
            message = f"a range from {low}° to {high}° {wrong}"
            yield Found(action, ("range",), message, "look it up in the source, and mend it", word=each[0])


def _large_errors(study: Study) -> Iterator[Found]:
    """Standard errors that would make a standard deviation larger than the value."""
    n = study.people.n or 0
    for place, each in enumerate(study.measurements):
        if each.se is not None and each.value and each.se * n**0.5 > abs(each.value):
            deviation = f"a standard deviation of {each.se * n**0.5:.0f} around {each.value:g}"
            message = f"a standard error of {each.se:g} in {n} people is {deviation}"
            yield Found(study, ("measurements", place, "se"), message, f"{_LOOK}: it may be the `sd`")


def _values(seen: Seen, study: Study) -> Iterator[Found]:
    """Each value alone, and against the others of its study."""
    widest = _far_widest(seen, study)
    means = {_measured(each): each for each in study.measurements if each.statistic == "mean"}
    first: dict[tuple[float, float, str], int] = {}
    for place, each in enumerate(study.measurements):
        yield from _beyond_a_muscle(seen, study, place)
        if each.sd is not None and each.value:
            yield from _wide(study, place, widest)
            twin = first.setdefault((each.value, each.sd, each.measure), place)
            if twin != place:
                message = f"value and standard deviation are those of measurement {twin + 1}"
                yield Found(study, _at(place), message, f"{_LOOK}: the line may have been copied")
        mean = means.get(_measured(each))
        if each.statistic == "peak" and mean is not None and each.value < mean.value:
            message = f"the peak {each.value:g} is below the mean {mean.value:g} of the same exercise and muscle"
            yield Found(study, _at(place), message, "look both up in the paper: they may have changed places")


def _beyond_a_muscle(seen: Seen, study: Study, place: int) -> Iterator[Found]:
    """An EMG below nothing, or far beyond a maximal contraction."""
    each, most = study.measurements[place], seen.limit("emg-percent")
    if electric(each) and each.value < 0:
        yield Found(study, _at(place), f"an EMG of {each.value:g} is below nothing", f"{_LOOK}, and mend it")
    if electric(each) and study.unit(each).startswith("%") and each.value > most:
        message = f"{each.value:g} {study.unit(each)} is more than {most:g}%"
        yield Found(study, _at(place), message, f"{_LOOK}: a point may be missing")


def _wide(study: Study, place: int, widest: float | None) -> Iterator[Found]:
    """A standard deviation larger than its value, or than all others for theirs."""
    each = study.measurements[place]
    if electric(each) and (each.sd or 0) > abs(each.value):
        message = f"the standard deviation {each.sd:g} is larger than its value {each.value:g}"
        yield Found(study, _at(place, "sd"), message, "look both up in the paper: a point may have moved")
    elif _spread(each) == widest:
        message = f"the standard deviation {each.sd:g} is far larger for its value than any other of this study"
        yield Found(study, _at(place, "sd"), message, f"{_LOOK}: a point may have moved")


def _far_widest(seen: Seen, study: Study) -> float | None:
    """The largest standard deviation for its value, where it is far larger than all others of the study."""
    spreads = sorted(_spread(each) for each in study.measurements if each.sd is not None and each.value)
    return spreads[-1] if len(spreads) > 3 and spreads[-1] > seen.limit("spread") * spreads[-2] else None


def _spread(each: Measurement) -> float:
    """The standard deviation for one of the value."""
    return (each.sd or 0) / abs(each.value)


def _measured(each: Measurement) -> tuple[str, str, str, str]:
    """What was measured: which measure, of which muscle, in which exercise, at which load."""
    return each.exercise, each.of, each.measure, each.load


def _at(place: int, key: str = "value") -> tuple[str, int, str]:
    return "measurements", place, key
