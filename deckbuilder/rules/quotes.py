"""Numbers that claims quote from studies: against the study, where the deck has it, and against each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from deckbuilder.reading.tokens import plain
from deckbuilder.records import Claim, Study
from deckbuilder.records.claim import Finding
from deckbuilder.rules import quantities
from deckbuilder.rules.phrasing import read_and_mend
from deckbuilder.rules.rule import Found, Seen
from deckbuilder.source import Path_

# Of a source with more numbers than this, any two may be near.
_QUOTED = 100


@dataclass(frozen=True, slots=True)
class _Quote:
    """A number, or words that count people, in a finding of a claim."""

    claim: Claim
    place: int
    said: str
    count: int = 0

    def found(self, message: str, source: str) -> Found:
        """That another claim quotes otherwise."""
        help = f"look it up in '{source}', and mend one of the two"
        return Found(self.claim, ("findings", self.place, "text"), message, help, word=self.said)


def _findings(seen: Seen) -> Iterator[tuple[Claim, int, Finding]]:
    """What claims that are still taught say that their sources found."""
    for claim in seen.library.of(Claim):
        if not claim.retired:
            yield from ((claim, place, finding) for place, finding in enumerate(claim.findings))


def misquoted(seen: Seen) -> Iterator[Found]:
    """Values and people that a claim quotes from a study that is in the deck."""
    of = Counter(each.cited()[0] for each in seen.library.of(Study) if each.cited())
    studies = {each.cited()[0]: each for each in seen.library.of(Study) if each.cited() and not each.retired}
    studies = {id: each for id, each in studies.items() if of[id] == 1}
    for claim, place, finding in _findings(seen):
        study = studies.get(finding.source)
        if study is not None:
            path, text = ("findings", place, "text"), plain(finding.text)
            yield from _misquoted_values(claim, path, text, study)
            yield from _misquoted_ratio(claim, path, text, study)
            yield from _misquoted_people(claim, path, text, study)


def _misquoted_values(claim: Claim, path: Path_, text: str, study: Study) -> Iterator[Found]:
    """Percentages that are a value of the study with a slip of the keys."""
    values = _values(study)
    told = {f"{float(number):g}": number for number in quantities.percents(text)}
    for value, number in told.items():
        meant = next((each for each in values if each not in told and _slipped(number, each)), None)
        if meant and value not in values:
            message = f"{number} is no value of the study '{study.id}', {meant} is"
            yield Found(claim, path, message, read_and_mend("this text", "the study"), word=number)


def _values(study: Study) -> list[str]:
    """What the study gives, as it would be written."""
    differences = (each.higher_by_percent for each in study.comparisons)
    return [f"{each:g}" for each in (*(one.value for one in study.measurements), *differences) if each is not None]


def _slipped(number: str, value: str) -> bool:
    """Whether a number is a value with a slip of the keys: 48.0 is 40.8 with two digits swapped, 48 is not."""
    return quantities.slipped(number, f"{float(value):.{len(number.partition('.')[2])}f}")


def _misquoted_ratio(claim: Claim, path: Path_, text: str, study: Study) -> Iterator[Found]:
    """The first ratio that follows from no two values of the study."""
    spoken = quantities.lone_ratios(text)
    sides = [(one, other) for one, other in _measured(study) if spoken]
    wrong = next((ratio for ratio in spoken if sides and not any(ratio.fits(*pair) for pair in sides)), None)
    if wrong:
        near = min(sides, key=lambda pair: abs(wrong.of(*pair) - wrong.value))
        message = f"'{wrong.said}' follows from no two values of the study '{study.id}': "
        message += f"the nearest, {near[0]:g} and {near[1]:g}, make {wrong.right(*near)}"
        yield Found(claim, path, message, read_and_mend("this text", "the study"), word=wrong.said)


def _misquoted_people(claim: Claim, path: Path_, text: str, study: Study) -> Iterator[Found]:
    """More or fewer people than the study has."""
    if study.people.n is None:
        return
    who = {study.people.n, *map(int, re.findall(r"\b\d+\b", study.people.who))}
    for count, words in quantities.people(text):
        if count not in who:
            message = f"'{words}', but the study '{study.id}' has {study.people.n} people"
            yield Found(claim, path, message, read_and_mend("this text", "`n` of the study"), word=words)


def quoted_apart(seen: Seen) -> Iterator[Found]:
    """What two claims quote from one source: so many people here, so many there; 40.8 % here, 48.0 % there.

    People are held against the study itself, where the deck has it.
    """
    studies = {each.cited()[0] for each in seen.library.of(Study) if each.cited()}
    counts: dict[str, list[_Quote]] = {}
    shares: dict[str, list[_Quote]] = {}
    for claim, place, finding in _findings(seen):
        text = plain(finding.text)
        if finding.source not in studies:
            people = (_Quote(claim, place, words, count) for count, words in quantities.people(text))
            counts.setdefault(finding.source, []).extend(people)
        percents = (_Quote(claim, place, number) for number in quantities.percents(text))
        shares.setdefault(finding.source, []).extend(percents)
    for source, told in counts.items():
        yield from _other_people(source, told)
    for source, told in shares.items():
        yield from _other_percents(source, told)


def _other_people(source: str, told: list[_Quote]) -> Iterator[Found]:
    """Who counts other people than most do."""
    usual = Counter(each.count for each in told).most_common()
    if len(usual) < 2:
        return
    most = usual[0][0]
    for each in told:
        if each.count != most and (quantities.slipped(str(each.count), str(most)) or len(told) > 2):
            yield each.found(f"'{each.said}', but elsewhere the same source has {most} people", source)


def _other_percents(source: str, told: list[_Quote]) -> Iterator[Found]:
    """Who gives a number that is one of another claim's with a slip of the keys."""
    by_claim: dict[str, set[str]] = {}
    for each in told:
        by_claim.setdefault(each.claim.id, set()).add(each.said)
    numbers = list(dict.fromkeys(each.said for each in told))
    if len(by_claim) < 2 or len(numbers) > _QUOTED:
        return
    for each in told:
        twin = _twin(each.said, numbers)
        if twin and twin not in by_claim[each.claim.id]:
            yield each.found(f"{each.said}% here, and {twin}% elsewhere from the same source", source)


def _twin(said: str, numbers: list[str]) -> str:
    """The first number before this one that is it with a slip of the keys."""
    before = numbers[: numbers.index(said)] if len(said) > 3 else []
    return next((number for number in before if quantities.slipped(said, number)), "")


def _measured(study: Study) -> Iterator[tuple[float, float]]:
    """Every two values that may be compared: of one muscle in two exercises, or of two muscles in one."""
    for one, other in combinations(study.measurements, 2):
        alike = (one.measure, one.statistic) == (other.measure, other.statistic) and min(one.value, other.value) > 0
        if alike and (one.of == other.of) != (one.exercise == other.exercise):
            yield one.value, other.value
    for each in study.comparisons:
        if each.higher_by_percent is not None:
            yield 100 + each.higher_by_percent, 100
