"""What a study measured, and the comparisons worth remembering. How much more one is than the other is computed, never typed.

Whether the study found a difference is stated, since no number tells it: 16 % may be one, and 20 % may be none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from deckbuilder.core.diagnostics import Location
from deckbuilder.records import sizes
from deckbuilder.records.base import (
    Evidence,
    Id,
    Ids,
    Model,
    MuscleId,
    Number,
    Picture,
    Prose,
    Sources,
    Subject,
    Text,
    Whole,
)
from deckbuilder.records.keys import About, As, Of, Tagged
from deckbuilder.records.sizes import Size
from deckbuilder.source import Path_

MEASURED = ("muscle", "group")
# What the source says of the difference: that there is one, that none was found, that nobody tested it; or what it says of
# it was not read. Not `yes` and `no`, which some editors take for true and false.
Difference = Literal["found", "not-found", "not-tested", "not-read"]


class People(Model):
    """Who was measured. `n` is left out where the source that was read does not say."""

    n: Whole | None = Field(None, ge=1)
    """How many were measured; left out where the source does not say."""
    who: Annotated[Text, As("back")]
    """Who was measured: trained women."""


class Measurement(Model):
    """One value for one muscle in one exercise."""

    exercise: Annotated[Id, Of("exercise")]
    """The exercise in which it was measured."""
    of: Annotated[MuscleId, Of(*MEASURED)]
    """The muscle, part or group that was measured."""
    value: Number
    """The number, in the unit of the study."""
    statistic: Text = "mean"
    """Which statistic it is: mean, peak."""
    load: Annotated[Text, As("back")] = ""
    """With which load."""
    sd: Number | None = Field(None, ge=0)
    """The standard deviation, if the source gives it."""
    se: Number | None = Field(None, ge=0)
    """The standard error, if the source gives it."""
    measure: Text = "EMG"
    """What was measured, if not EMG: change in muscle volume."""
    unit: Text | None = None
    """The unit, if not % of what the study is normalized to."""


def _sides(comparison: Comparison) -> tuple[str, ...]:
    """What stands on the sides of a comparison: exercises if it is of one muscle, and the other way round."""
    return ("exercise",) if comparison.of else MEASURED


class Comparison(Model):
    """Two exercises for one muscle, or two muscles in one exercise. One note each."""

    id: Id
    """The id of the comparison; it never changes but by `deckbuilder rename`."""
    compare: Annotated[tuple[MuscleId, MuscleId], Of("exercise", *MEASURED, among=_sides)]
    """Two exercises for one muscle, or two muscles in one exercise."""
    of: Annotated[MuscleId | None, Of(*MEASURED)] = None
    """The muscle, part or group for which two exercises are compared."""
    exercise: Annotated[Id | None, Of("exercise")] = None
    """The exercise in which two muscles are compared."""
    statistic: Text | None = None
    """Which statistic, where several were measured."""
    measure: Text | None = None
    """What was measured, where several things were, or where only a difference is given."""
    higher_by_percent: Number | None = None
    """How much higher the first is, where the source gives no values."""
    higher: Annotated[MuscleId | None, Of("exercise", *MEASURED, among=_sides)] = None
    """Which of the two is higher, where the source gives neither values nor a percentage."""
    difference: Difference
    """Whether the source found a difference between the two: found, not-found, not-tested, not-read."""
    stated: Annotated[Text, As("back")] = ""
    """What the source says of the difference, and where: p = 0.025 (abstract). Only what was not read has none."""
    load: Annotated[Text, As("back")] = ""
    """With which load, where the measurements do not say."""
    caveat: Annotated[Prose, As("back")]
    """What the comparison does not show."""
    why: Annotated[Prose, As("back")] = ""
    """Why it matters, for the back; that of the study if left out."""
    hint: Annotated[Text, As("hint")] = ""
    """On the front, behind a button; that of the study if left out."""
    tier: str | None = Field(None, pattern="^(core|useful|deep)$")
    """How early a trainer needs it; as the study if left out."""
    formerly: Ids = ()
    """The ids that it had before, the oldest first: they keep the reviews."""
    retired: Text = ""
    """Why it is no longer taught. Learners keep the card."""

    @model_validator(mode="after")
    def _one_frame(self) -> Self:
        if (self.of is None) == (self.exercise is None):
            raise PydanticCustomError(
                "comparison-frame",
                "a comparison is of two exercises for one muscle, or of two muscles in one exercise",
                {"help": "give `of: muscle` for two exercises, or `exercise: id` for two muscles"},
            )
        return self

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if (self.difference == "not-read") == bool(self.stated):
            raise PydanticCustomError(
                "difference-stated",
                "`difference: {difference}` with{out} `stated`",
                {
                    "difference": self.difference,
                    "out": "" if self.stated else "out",
                    "help": "`stated` is what the source says of the difference, and where; only what was not read has none",
                },
            )
        return self

    @model_validator(mode="after")
    def _one_direction(self) -> Self:
        if self.higher is None:
            return self
        if self.higher not in self.compare:
            problem = f"'{self.higher}' is not one of the two that are compared"
        elif self.higher_by_percent is not None:
            problem = "`higher_by_percent` tells already which one is higher"
        elif self.difference == "not-found":
            problem = "no difference was found, so neither is higher"
        else:
            return self
        raise PydanticCustomError(
            "comparison-higher", "{problem}", {"problem": problem, "help": "mend `higher`, or leave it out"}
        )

    def selects(self, measurement: Measurement, side: str) -> bool:
        """Whether this measurement is the one for a side of the comparison."""
        at, of = (side, self.of) if self.of else (self.exercise, side)
        return (
            measurement.exercise == at
            and measurement.of == of
            and self.statistic in (None, measurement.statistic)
            and self.measure in (None, measurement.measure)
        )


class Study(Subject):
    """One study, as many notes as it has comparisons."""

    kind: ClassVar[str] = "study"
    id: Id = Field(validation_alias="study")
    """The id of the study; the source of this id is cited unless sources says otherwise."""
    sources: Sources = {}
    """What is cited, if not the source with the id of the study."""
    evidence: Evidence = "single-study"
    """How good the support is."""
    people: People
    """Who was measured."""
    signal: Annotated[Text, As("back")] = "surface EMG"
    """What was recorded, if not surface EMG."""
    normalized_to: Annotated[Text, As("back")] = ""
    """What values are a share of; MVIC gives the unit % MVIC."""
    regions: Annotated[Ids, Of("region"), Tagged("regions")]
    """The parts of the body that it is about."""
    measurements: tuple[Measurement, ...] = ()
    """The values that the source gives, each with exercise and muscle."""
    comparisons: tuple[Comparison, ...] = ()
    """What is worth remembering of them, one card each. Without any, claims are still held against the values."""

    @model_validator(mode="before")
    @classmethod
    def _cites_itself(cls, value: Any) -> Any:
        if isinstance(value, dict) and "sources" not in value and isinstance(value.get("study"), str):
            return {**value, "sources": value["study"]}
        return value

    @property
    def topic_id(self) -> str:
        return "activation"

    def subjects(self) -> tuple[Compared, ...]:
        return tuple(Compared(self, each, place) for place, each in enumerate(self.comparisons))

    def unit(self, measurement: Measurement) -> str:
        """'% MVIC' unless the measurement has its own."""
        if measurement.unit is not None:
            return measurement.unit
        return f"% {self.normalized_to}" if self.normalized_to else ""


@dataclass(frozen=True, slots=True)
class ComparedSide:
    """One of the two things compared: the id of an exercise or muscle, and its value, None where the source gives none."""

    id: str
    value: float | None = None
    unit: str = ""
    spread: float | None = None
    spread_is: str = ""
    load: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison of a study: what an activation note is made of. `at`: its place among them."""

    study: Study
    comparison: Comparison
    at: int

    kind: ClassVar[str] = "study"
    numbered: ClassVar[str] = ""
    asks_in_words: ClassVar[bool] = False
    numbers: ClassVar[tuple[int, ...]] = ()
    asks: ClassVar[tuple[tuple[int, str], ...]] = ()

    @property
    def note_id(self) -> str:
        return f"{self.study.id}/{self.comparison.id}"

    @property
    def key(self) -> str:
        return f"study/{self.note_id}"

    @property
    def record(self) -> Study:
        return self.study

    @property
    def path(self) -> Path_:
        return ("comparisons", self.at)

    def place(self, *path: str | int) -> Location:
        """Where a value of this note stands in the source."""
        return self.study.locate(*self.path, *path)

    def where(self, number: int | None = None) -> Path_:
        return ()

    @property
    def formerly(self) -> tuple[str, ...]:
        """Every id of the study with every id of the comparison: either may have been renamed before the other."""
        studies, own = (*self.study.formerly, self.study.id), (*self.comparison.formerly, self.comparison.id)
        return tuple(f"{study}/{id}" for study in studies for id in own)[:-1]

    @property
    def retired(self) -> str:
        return self.comparison.retired or self.study.retired

    @property
    def tier(self) -> str:
        return self.comparison.tier or self.study.tier

    @property
    def topic_id(self) -> str:
        return "activation"

    @property
    def topics(self) -> tuple[str, ...]:
        return (self.topic_id,)

    @property
    def evidence(self) -> str:
        return self.study.evidence

    @property
    def why(self) -> str:
        return self.comparison.why or self.study.why

    @property
    def hint(self) -> str:
        return self.comparison.hint or self.study.hint

    @property
    def picture(self) -> Picture | None:
        return self.study.picture

    @property
    def tags(self) -> tuple[str, ...]:
        return self.study.tags

    def cited(self, *facts: str) -> tuple[str, ...]:
        return self.study.cited(*facts)

    def about(self) -> About:
        """The muscles and exercises on either side, and those that both sides have in common."""
        frame = self.comparison
        of = frame.compare if frame.exercise else (frame.of or "",)
        exercises = (frame.exercise,) if frame.exercise else frame.compare
        return About(muscles=tuple(of), groups=tuple(of), regions=self.study.regions, exercises=exercises)

    @property
    def measured(self) -> tuple[Measurement, ...]:
        """The measurements on both sides; not two where the paper gives only a difference, or where one is missing."""
        found = (
            next((each for each in self.study.measurements if self.comparison.selects(each, side)), None)
            for side in self.comparison.compare
        )
        return tuple(each for each in found if each is not None)

    @property
    def sides(self) -> tuple[ComparedSide, ComparedSide]:
        """Both sides with their values, in the order compared."""
        first, second = self.comparison.compare
        percent = self.comparison.higher_by_percent
        load = self.comparison.load
        if percent is not None:
            return ComparedSide(first, 100 + percent, load=load), ComparedSide(second, 100, load=load)
        if len(self.measured) < 2:
            return ComparedSide(first, load=load), ComparedSide(second, load=load)
        one, two = self.measured
        return self._side(first, one), self._side(second, two)

    def _side(self, id: str, measured: Measurement) -> ComparedSide:
        spread, name = (
            (measured.sd, "standard deviation") if measured.sd is not None else (measured.se, "standard error")
        )
        load = measured.load or self.comparison.load
        return ComparedSide(id, measured.value, self.study.unit(measured), spread, "" if spread is None else name, load)

    @property
    def values(self) -> tuple[float, float] | None:
        """The values of both sides, in the order compared; None where the source gives none."""
        one, two = (side.value for side in self.sides)
        return None if one is None or two is None else (one, two)

    @property
    def higher(self) -> ComparedSide | None:
        """The side that is higher by what the source gives, whether it tested that or not; None where neither is."""
        first, second = self.sides
        if self.comparison.higher is not None:
            return first if self.comparison.higher == first.id else second
        if self.values is None or self.values[0] == self.values[1]:
            return None
        return first if self.values[0] > self.values[1] else second

    @property
    def size(self) -> Size | None:
        """How much more the higher side is; None where nobody can say so."""
        percent = self.comparison.higher_by_percent
        if percent is not None:
            return sizes.of_percent(percent)
        return sizes.of_values(max(self.values), min(self.values)) if self.values else None

    @property
    def statistic(self) -> str:
        """Which statistic it is; '' where the source does not say."""
        return self.measured[0].statistic if self.measured else self.comparison.statistic or ""

    @property
    def measure(self) -> str:
        return self.measured[0].measure if self.measured else self.comparison.measure or "EMG"
