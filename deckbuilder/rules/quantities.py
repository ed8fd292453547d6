"""Numbers as texts tell them: values in pairs, ratios, differences in per cent, how many people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from deckbuilder.core.patterns import regex
from deckbuilder.records.study import Measurement

NAMED_STUDY = regex(r"\b([A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?)(?: et al\.?| and others)?,? \(?((?:19|20)\d\d)\)?")
SIGNAL = regex(r"\b(?:EMG|electromyogra\w+|activations?|activity|excitation)\b")
# Every text that names one holds one of these, in upper or lower case.
SIGNALS = ("emg", "electromyogra", "activation", "activity", "excitation")
_COUNT = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
}  # fmt: skip
_N = r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\w)"
_UNIT = r"(?:%(?: MVI?C| 1RM)?|per ?cent|kg|Nm|N|mm|cm|mV|µV|points?|°|degrees)"
_SHORT = r"(?:and|v|vs\.?|versus|against|than|to|or|compared (?:with|to))"
_PAIR = regex(rf"({_N}) ?({_UNIT})?(?: {_SHORT} |(?: [^\d;.]{{0,70}}? ))({_N}) ?({_UNIT})?")
_NEXT = regex(rf"{_N} ?{_UNIT}? {_SHORT} {_N}")
_HEDGE = r"(?:(about|around|roughly|some|nearly|almost|close to|over|more than|at least|under|below|less than|up to) )?"
# 'between 2 and 3 times', '2-3×', 'two to three times': the lower end, and what leads to the upper one.
_FACTOR = r"(?<![\w.])\d+(?:\.\d+)?(?!\.?\d)"
_RANGE = rf"(?:(?:between )?({_FACTOR}|{'|'.join(_COUNT)})(?: ?[-–] ?| to | or | and ))?"
_TIMES = regex(
    rf"{_HEDGE}{_RANGE}({_FACTOR}|twice|double|triple|treble|(?:{'|'.join(_COUNT)}) times)"
    r"(?:(?<=[a-z])|(?:-| )?(?:times|fold)\b| ?[×x](?! ?\w*\d)(?!\w))(?! (?:an?|per|each|weekly)\b)",
    re.I,
)
_MORE = regex(
    rf"{_HEDGE}({_N}) ?(?:%|per ?cent) (?:more|higher|greater|larger|stronger|less|lower|smaller|fewer|weaker)\b", re.I
)
# From where to where the true ratio may lie, in shares of what is said, and whether it may be just that.
_BOUNDS = {
    "over": (1, 1.6, False), "more than": (1, 1.6, False), "at least": (1, 1.6, True),
    "under": (1 / 1.6, 1, False), "below": (1 / 1.6, 1, False), "less than": (1 / 1.6, 1, False),
    "up to": (1 / 1.6, 1, True), "nearly": (0.85, 1, False), "almost": (0.85, 1, False),
}  # fmt: skip
_SPOKEN = regex(r"times|fold|×|x[ ),.]|twice|Twice|ouble|riple|treble|%|cent ")
# Every text that speaks of a ratio holds one of these, in upper or lower case.
SPOKEN = ("times", "fold", "×", "x ", "x)", "x,", "x.", "twice", "ouble", "riple", "treble", "%", "cent ")
_LESS = regex(r"(?:less|lower|smaller|fewer|weaker)$", re.I)
PEOPLE = (
    r"(?:people|persons|adults|men|women|males|females|athletes|players|footballers|lifters|runners|sprinters|subjects|"
    r"participants|volunteers|students|patients|bodybuilders|beginners|girls|boys|legs|cadavers)"
)
_HOW_MANY = regex(
    rf"\b(\d{{1,5}}|{'|'.join(_COUNT)}) (?:(?!(?:in|of|and|or|to|weeks?|months?|years?|sets?|a|the) )[a-z-]+ ){{0,3}}?{PEOPLE}\b",
    re.I,
)
_PERCENT = regex(rf"({_N})(?= ?%|(?:,| and| or| to) \d+(?:\.\d+)? ?%)")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values of one unit that a sentence sets side by side."""

    one: float
    other: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Ratio:
    """What a sentence says about two values: '2.4 times', '20 % more'. `loose`: said in a word, or with 'about'.

    `bound`: the word that says on which side of the value it lies. `least`: the lower end of what is said as a range.
    """

    said: str
    value: float
    percent: str
    loose: bool
    decimals: int
    bound: str = ""
    least: float | None = None

    def of(self, one: float, other: float) -> float:
        """What should stand there instead."""
        low, high = sorted((one, other))
        if not low:
            return float("inf")
        if not self.percent:
            return high / low
        return (1 - low / high) * 100 if self.percent == "less" else (high / low - 1) * 100

    def fits(self, one: float, other: float) -> bool:
        """Within 2 % or what rounding hides; a word within 15 %. A range, and what is over or under it, must be true as said."""
        true = self.of(one, other)
        if self.least is not None:
            return self.least * 0.98 <= true <= self.value * 1.02
        if self.bound:
            low, high, just = _BOUNDS[self.bound]
            return low * self.value < true < high * self.value or (just and abs(true - self.value) < 1e-6)
        slack: float = max(0.02 * true, 0.5 * 0.1**self.decimals + 1e-9)
        return abs(self.value - true) <= (max(slack, 0.15 * true) if self.loose else slack)

    def right(self, one: float, other: float) -> str:
        """The true number, as exact as the one said."""
        return f"{self.of(one, other):.{max(self.decimals, 0 if self.percent else 1)}f}"


def pairs(sentence: str) -> list[Pair]:
    """Values side by side: '69.5 v 29.4', '40.8 % MVIC in the hip thrust and 14.9 % MVIC in the squat'."""
    spoken = [(each.start(), each.end()) for of in (_TIMES, _MORE) for each in of.finditer(sentence)]
    found = []
    for each in _PAIR.finditer(_without(sentence, spoken)):
        near = _NEXT.match(each[0])
        if (each[2] and each[4] and each[2] == each[4]) or (near and (each[4] or not each[2])):
            found.append(Pair(float(each[1]), float(each[3]), each.start(), each.end()))
    return found


def speaks(text: str) -> bool:
    """Whether it holds some word of a ratio: without it no text needs to be read more closely."""
    return _SPOKEN.search(text) is not None


def ratios(sentence: str) -> list[Ratio]:
    """What is said about two values in a sentence."""
    found: list[Ratio] = []
    if not speaks(sentence):
        return found
    for each in _TIMES.finditer(sentence):
        word = each[3].lower().split()[0]
        spoken = {"twice": 2, "double": 2, "triple": 3, "treble": 3, **_COUNT}.get(word)
        if word in _COUNT and _COUNT[word] < 2:
            continue
        value = float(spoken if spoken is not None else each[3])
        least = float(_COUNT.get(each[2].lower()) or each[2]) if each[2] else None
        hedge = (each[1] or "").lower()
        found.append(_ratio(each[0], value, "", hedge, spoken is not None, each[3], least))
    for each in _MORE.finditer(sentence):
        percent = "less" if _LESS.search(each[0]) else "more"
        found += [_ratio(each[0], float(each[2]), percent, (each[1] or "").lower(), False, each[2])]
    return found


def lone_ratios(sentence: str) -> list[Ratio]:
    """What is said in a sentence about two values that stand elsewhere: none of those beside which the values stand."""
    spoken = ratios(sentence)
    return [] if spoken and pairs(sentence) else spoken


def electric(each: Measurement) -> bool:
    """Whether a value is of a muscle's electric signal."""
    return each.measure.upper().startswith("EMG")


def percents(sentence: str) -> list[str]:
    """Every number that is said in per cent, as it stands there."""
    return [each[1] for each in _PERCENT.finditer(sentence)]


def people(text: str) -> Iterator[tuple[int, str]]:
    """How many people a text speaks of: (13, '13 trained women')."""
    for each in _HOW_MANY.finditer(text):
        word = each[1].lower()
        yield (_COUNT[word] if word in _COUNT else int(word)), each[0]


def slipped(said: str, true: str) -> bool:
    """Whether one number is the other with a slip of the keys: two digits swapped, one wrong of three, the point moved."""
    one, other = said.replace(".", ""), true.replace(".", "")
    if said == true or len(one) != len(other):
        return False
    if one == other:
        return True
    wrong = [place for place, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
    return (len(wrong) == 1 and len(one) > 2) or _swapped(one, other, wrong)


def _swapped(one: str, other: str, wrong: list[int]) -> bool:
    """Whether the places at which two numbers differ are neighbors, and hold the same two digits."""
    return (
        len(wrong) == 2
        and wrong[1] == wrong[0] + 1
        and one[wrong[0]] + one[wrong[1]] == other[wrong[1]] + other[wrong[0]]
    )


def _ratio(
    said: str, value: float, percent: str, hedge: str, word: bool, number: str, least: float | None = None
) -> Ratio:
    decimals = len(number.partition(".")[2]) if not word else 0
    bound = hedge if hedge in _BOUNDS else ""
    return Ratio(said.strip(), value, percent, word or bool(hedge and not bound), decimals, bound, least)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + re.sub(r"\d", "_", text[start:end]) + text[end:]
    return text
