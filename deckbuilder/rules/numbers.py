"""Numbers: complete, right by arithmetic, and such as can have been measured."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from deckbuilder.reading.tokens import holds, plain, sentences
from deckbuilder.records import Action, Claim, Compared, Record, Study
from deckbuilder.records.base import Said
from deckbuilder.records.study import BANDS, Measurement
from deckbuilder.rules import quantities
from deckbuilder.rules.quantities import NAMED_STUDY, SIGNAL
from deckbuilder.rules.rule import Found, Seen, rule

_OF_WHAT = re.compile(
    r"%(?! ?(?:of|MVI?C|MVIC|1RM|[A-Z]{2,}|more|higher|lower|less|greater|larger|smaller|fewer|peak|reduction|increase))"
)
_TIMES_AS_ACTIVE = re.compile(
    r"\b(?:twice|double|triple|three times|half|\d+(?:\.\d+)?(?: times|-fold| ?×|x))\b.{0,40}?"
    r"\b(?:activ\w+|EMG|signal|excit\w+|recruit\w+)",
    re.I,
)
# Of a source with more numbers than this, any two may be near.
_QUOTED = 100
_DEGREES = re.compile(r"(?<![\d.])(\d+) ?°?(?: to |-|–)(\d+) ?°")


@rule()
def bare_number(seen: Seen) -> Iterator[Found]:
    """A measured value without what it is measured in: an error without unit; a warning without load or people.

    Why: EMG values compare only at one load, in one kind of people, against one reference contraction: 60 % of a
    maximal contraction and 60 % of a sprint's peak are two different things.

    Bad:
        measurements:
          - {exercise: squat, of: gluteus-maximus, value: 29.4}

    Good:
        normalised_to: MVIC
        measurements:
          - {exercise: squat, of: gluteus-maximus, value: 29.4, load: 10RM}
    """
    for study in seen.library.of(Study):
        if study.retired:
            continue
        if study.people.n is None and study.evidence != "review" and not re.search(r"\d", study.people.who):
            help = "add `n: 13`, or say in `lint` that the source that was read does not tell"
            yield Found(study, ("people",), "it is not said how many people were measured", help, key=True)
        told = any(holds(each, *seen.words("load")) for each in (study.people.who, study.signal))
        loads = {side for each in study.comparisons if each.load for side in each.compare}
        for place, each in enumerate(study.measurements):
            unit, electric = study.unit(each), each.measure.upper().startswith("EMG")
            path = ("measurements", place, "value")
            if not unit or (unit.strip() == "%" and electric):
                message = f"the value {each.value:g} has no unit" if not unit else "a percentage of what is not said"
                yield Found(study, path, message, "add `normalised_to: MVIC` to the study, or `unit:` here", grave=True)
            elif electric and not (each.load or told or {each.exercise, each.of} & loads):
                yield Found(study, path, f"the value {each.value:g} has no load", "add `load: 10RM`, or `body weight`")
    for record, said in seen.texts:
        if isinstance(record, Study) or said.role not in ("back", "answer"):
            continue
        if "%" in said.text or _TIMES_AS_ACTIVE.search(said.text):
            yield from _bare_in_words(record, said)


def _bare_in_words(record: Record, said: Said) -> Iterator[Found]:
    known = bool(re.search(quantities.PEOPLE, plain(said.text), re.I))
    for sentence in sentences(said.text):
        active = _TIMES_AS_ACTIVE.search(sentence)
        if active and not known and "% MVI" not in sentence:
            message = f"'{active[0]}' holds for the people, exercises and load of one study, and none are named"
            yield Found(record, said.path, message, "say in whom: 'in 13 trained women at 10RM'", word=active[0])
        signal = SIGNAL.search(sentence)
        if signal and signal[0].upper() in ("EMG", "ACTIVATION") and not holds(sentence, "ratio", "share", "volume"):
            of = next(
                (each for each in re.finditer(r"\d ?%", sentence) if _OF_WHAT.match(sentence, each.end() - 1)), None
            )
            if of:
                number = re.findall(r"[\d.]+ ?%", sentence[: of.end()])[-1]
                yield Found(
                    record, said.path, f"{number} of what?", f"write '{number} MVIC', or '{number} more'", word=number
                )


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
    for record, said in seen.texts:
        if said.role == "alt" or not quantities.speaks(said.text):
            continue
        for sentence in sentences(said.text):
            spoken = quantities.ratios(sentence)
            found = quantities.pairs(sentence) if len(spoken) == 1 else []
            if len(found) == 1 and not spoken[0].fits(found[0].one, found[0].other):
                pair, ratio = found[0], spoken[0]
                message = f"'{ratio.said}' does not follow from {pair.one:g} and {pair.other:g}"
                unit = f" % {'less' if ratio.percent == 'less' else 'more'}" if ratio.percent else " times"
                help = f"write {ratio.right(pair.one, pair.other)}{unit}, or mend the values"
                yield Found(record, said.path, message, help, word=ratio.said, grave=True)
            over = re.search(
                r"(?<![\d.])(\d{3,}(?:\.\d+)?) ?% of (?:the |all )?(?:people|fibres|men|women|muscles?)", sentence
            )
            if over and float(over[1]) > 100:
                yield Found(
                    record, said.path, f"{over[1]} % is more than all", "mend the number", word=over[0], grave=True
                )
    for study in seen.library.of(Study):
        if not study.retired:
            yield from _sums(study)
    yield from _quoted(seen)
    yield from _quoted_twice(seen)


def _sums(study: Study) -> Iterator[Found]:
    counts = [count for count, _ in quantities.people(study.people.who)]
    counts += [int(each) for each in re.findall(r"\b(\d+) in (?:a|an|the)\b", study.people.who)]
    n = study.people.n
    if n is not None and counts and n not in counts and n != sum(counts):
        message = f"n is {n}, but `who` counts {' and '.join(map(str, counts))}"
        help = f"write n: {sum(counts)}" + (", or mend `who`" if counts else "")
        yield Found(study, ("people", "n"), message, help, grave=True)
    for place, each in enumerate(study.measurements):
        unit = study.unit(each)
        if each.value > 100 and unit.startswith("%") and holds(f"{unit} {each.measure}", "share", "summed", "total"):
            message = f"a share cannot be {each.value:g} %"
            yield Found(study, ("measurements", place, "value"), message, "mend the value, or its `unit`", grave=True)
    for place, compared in enumerate(study.subjects()):
        frame, path = compared.comparison, ("comparisons", place)
        if frame.retired:
            continue
        if frame.higher_by_percent is not None:
            if len(compared.measured) == 2 and compared.measured[1].value:
                one, other = (each.value for each in compared.measured)
                true = (one / other - 1) * 100
                if abs(true - frame.higher_by_percent) > max(0.5, 0.02 * abs(true)):
                    message = f"{one:g} is {true:.0f} % higher than {other:g}, not {frame.higher_by_percent:g} %"
                    help = "delete `higher_by_percent`: it follows from the measurements"
                    yield Found(study, (*path, "higher_by_percent"), message, help, grave=True)
            continue
        yield from _told(study, compared, path)


def _told(study: Study, compared: Compared, path: tuple[str | int, ...]) -> Iterator[Found]:
    """What the words of a comparison say about its two values."""
    one, other = (side.value for side in compared.sides)
    if min(one, other) <= 0:
        return
    for key in ("caveat", "why"):
        for sentence in sentences(getattr(compared.comparison, key)):
            if NAMED_STUDY.search(sentence) or holds(sentence, "another", "other study", "earlier", "later", "not"):
                continue
            spoken = quantities.ratios(sentence)
            spoken = [] if spoken and quantities.pairs(sentence) else spoken
            wrong = next((each for each in spoken if not each.fits(one, other)), None)
            if wrong:
                message = f"'{wrong.said}' does not follow from {one:g} and {other:g}, the values compared"
                help = f"write {wrong.right(one, other)}, or leave the number out: the card shows both values"
                yield Found(study, (*path, key), message, help, word=wrong.said, grave=True)
            equal = holds(sentence, "about equal", "about the same", "nearly equal", "roughly equal")
            if equal and compared.ratio >= BANDS[0][0] and sentence.startswith(equal):
                message = f"'{equal}' is said of {one:g} and {other:g}, which is {BANDS[compared.band][1]}"
                yield Found(study, (*path, key), message, f"write '{BANDS[compared.band][1]}'", word=equal, grave=True)


def _quoted(seen: Seen) -> Iterator[Found]:
    """Values and people that a claim quotes from a study that is in the deck."""
    of = Counter(each.cited()[0] for each in seen.library.of(Study) if each.cited())
    studies = {each.cited()[0]: each for each in seen.library.of(Study) if each.cited() and not each.retired}
    studies = {id: each for id, each in studies.items() if of[id] == 1}
    for claim in seen.library.of(Claim):
        for place, finding in enumerate(claim.findings if not claim.retired else ()):
            study = studies.get(finding.source)
            if study is None:
                continue
            path, text = ("findings", place, "text"), plain(finding.text)
            values = [f"{each.value:g}" for each in study.measurements]
            values += [
                f"{each.higher_by_percent:g}" for each in study.comparisons if each.higher_by_percent is not None
            ]
            told = {f"{float(number):g}": number for number in quantities.percents(text)}
            for value, number in told.items():
                places = len(number.partition(".")[2])  # 48.0 is 40.8 with two digits swapped, 48 is not
                slips = (each for each in values if quantities.slipped(number, f"{float(each):.{places}f}"))
                meant = next((each for each in slips if each not in told), None)
                if meant and value not in values:
                    message = f"{number} is no value of the study '{study.id}', {meant} is"
                    yield Found(claim, path, message, f"write {meant} here, or mend the study", word=number)
            spoken = quantities.ratios(text)
            spoken = [] if spoken and quantities.pairs(text) else spoken
            sides = [(one, other) for one, other in _measured(study) if spoken]
            wrong = next((ratio for ratio in spoken if sides and not any(ratio.fits(*pair) for pair in sides)), None)
            if wrong:
                message = f"'{wrong.said}' follows from no two values of the study '{study.id}'"
                near = min(sides, key=lambda pair: abs(wrong.of(*pair) - wrong.value))
                help = f"look it up; the nearest two are {near[0]:g} and {near[1]:g}: {wrong.right(*near)}"
                yield Found(claim, path, message, help, word=wrong.said)
            who = {study.people.n, *map(int, re.findall(r"\b\d+\b", study.people.who))}
            for count, words in quantities.people(text):
                if study.people.n is not None and count not in who:
                    message = f"'{words}', but the study '{study.id}' has {study.people.n} people"
                    yield Found(claim, path, message, f"write {study.people.n}, or mend `n` of the study", word=words)


def _quoted_twice(seen: Seen) -> Iterator[Found]:
    """What two claims quote from one source, of which the deck has no study: so many people here, so many there."""
    studies = {each.cited()[0] for each in seen.library.of(Study) if each.cited()}
    counts: dict[str, list[tuple[int, str, Claim, int]]] = {}
    shares: dict[str, list[tuple[str, Claim, int]]] = {}
    for claim in seen.library.of(Claim):
        for place, finding in enumerate(claim.findings if not claim.retired else ()):
            text = plain(finding.text)
            if finding.source not in studies:
                counts.setdefault(finding.source, []).extend(
                    (count, words, claim, place) for count, words in quantities.people(text)
                )
            shares.setdefault(finding.source, []).extend((each, claim, place) for each in quantities.percents(text))
    for source, told in counts.items():
        usual = Counter(count for count, _, _, _ in told).most_common()
        for count, words, claim, place in told if len(usual) > 1 else ():
            slip = quantities.slipped(str(count), str(usual[0][0])) or len(told) > 2
            if count != usual[0][0] and slip:
                message = f"'{words}', but elsewhere the same source has {usual[0][0]} people"
                help = f"look it up in '{source}', and mend one of the two"
                yield Found(claim, ("findings", place, "text"), message, help, word=words)
    for source, quoted in shares.items():
        by_claim: dict[str, set[str]] = {}
        for number, claim, _ in quoted:
            by_claim.setdefault(claim.id, set()).add(number)
        first = {number: place for place, number in enumerate(dict.fromkeys(number for number, _, _ in quoted))}
        for number, claim, place in quoted if len(by_claim) > 1 and len(first) <= _QUOTED else ():
            before = (each for each in first if len(number) > 3 and first[each] < first[number])
            twin = next((each for each in before if quantities.slipped(number, each)), None)
            if twin and twin not in by_claim[claim.id]:
                message = f"{number} % here, and {twin} % elsewhere from the same source"
                help = f"look it up in '{source}', and mend one of the two"
                yield Found(claim, ("findings", place, "text"), message, help, word=number)


def _measured(study: Study) -> Iterator[tuple[float, float]]:
    """Every two values that may be compared: of one muscle in two exercises, or of two muscles in one."""
    for one, other in combinations(study.measurements, 2):
        alike = (one.measure, one.statistic) == (other.measure, other.statistic) and min(one.value, other.value) > 0
        if alike and (one.of == other.of) != (one.exercise == other.exercise):
            yield one.value, other.value
    for each in study.comparisons:
        if each.higher_by_percent is not None:
            yield 100 + each.higher_by_percent, 100


@rule()
def implausible_number(seen: Seen) -> Iterator[Found]:
    """A measured value that can hardly have been measured.
    A negative EMG, or one of more than 400 % of a maximal contraction; a standard deviation larger than its EMG value,
    or three times as large for its value as any other of the study; a standard error that makes a standard deviation larger than the value; a peak below the mean; two exercises with value and
    standard deviation alike; one person, or more than 5000; a range of movement that runs backwards.

    Why: a slip of the keys looks like a finding.

    Bad:
        - {exercise: squat, of: gluteus-maximus, value: 8.1, sd: 42}

    Good:
        - {exercise: squat, of: gluteus-maximus, value: 81, sd: 42}
    """
    for study in seen.library.of(Study):
        if study.retired:
            continue
        n = study.people.n
        if n is not None and (n == 1 or n > seen.limit("people")):
            message = f"{n} {'person is' if n == 1 else 'people are'} hardly what an EMG study measured"
            yield Found(study, ("people", "n"), message, "look it up in the paper, and mend `n`")
        yield from _outliers(seen, study)
    for action in seen.library.of(Action):
        for each in _DEGREES.finditer(action.range if not action.retired else ""):
            low, high = int(each[1]), int(each[2])
            if low >= high or high > 180:
                message = f"a range from {low}° to {high}°" + (
                    " runs backwards" if low >= high else " is beyond any joint"
                )
                help = f"write {high}° to {low}°" if low > high else "look it up in the source, and mend it"
                yield Found(action, ("range",), message, help, word=each[0])


def _outliers(seen: Seen, study: Study) -> Iterator[Found]:
    n = study.people.n or 0
    for place, each in enumerate(study.measurements):
        if each.se is not None and each.value and each.se * n**0.5 > abs(each.value):
            deviation = f"a standard deviation of {each.se * n**0.5:.0f} around {each.value:g}"
            message = f"a standard error of {each.se:g} in {n} people is {deviation}"
            help = f"write `sd: {each.se:g}`, if that is what the paper gives"
            yield Found(study, ("measurements", place, "se"), message, help)
    spread = {
        place: each.sd / abs(each.value)
        for place, each in enumerate(study.measurements)
        if each.sd is not None and each.value
    }
    largest = sorted(spread.values())[-2:]
    means: dict[tuple[str, str, str, str], Measurement] = {}
    twins: dict[tuple[float, float, str], int] = {}
    for each in study.measurements:
        if each.statistic == "mean":
            means[each.exercise, each.of, each.measure, each.load] = each
    for place, each in enumerate(study.measurements):
        path, electric = ("measurements", place, "value"), each.measure.upper().startswith("EMG")
        if electric and each.value < 0:
            yield Found(study, path, f"an EMG of {each.value:g} is below nothing", f"write {-each.value:g}")
        if electric and study.unit(each).startswith("%") and each.value > seen.limit("emg-percent"):
            message = f"{each.value:g} {study.unit(each)} is more than {seen.limit('emg-percent'):g} %"
            yield Found(study, path, message, "look it up in the paper: a point may be missing")
        if each.sd is not None and each.value:
            at = (*path[:2], "sd")
            if electric and each.sd > abs(each.value):
                message = f"the standard deviation {each.sd:g} is larger than its value {each.value:g}"
                yield Found(study, at, message, "look both up in the paper: a point may have moved")
            elif len(spread) > 3 and spread[place] == largest[1] > seen.limit("spread") * largest[0]:
                message = f"the standard deviation {each.sd:g} is far larger for its value than any other of this study"
                yield Found(study, at, message, "look it up in the paper: a point may have moved")
            twin = twins.setdefault((each.value, each.sd, each.measure), place)
            if twin != place:
                message = f"value and standard deviation are those of measurement {twin + 1}"
                yield Found(study, path, message, "look it up in the paper: the line may have been copied")
        mean = means.get((each.exercise, each.of, each.measure, each.load))
        if each.statistic == "peak" and mean is not None and each.value < mean.value:
            message = f"the peak {each.value:g} is below the mean {mean.value:g} of the same exercise and muscle"
            yield Found(study, path, message, "look both up in the paper: they may have changed places")
