"""A picture with masks over what is asked. A mask's number is its identity for ever, as a gap's is in a cloze."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from deckbuilder.records.base import SITE, Id, Ids, Lesson, Number, OrAlone, Prose, Subject, Text, Texts, exactly
from deckbuilder.records.cloze import MAX_GAP
from deckbuilder.records.keys import As, Of, Opening, Said, Tagged
from deckbuilder.source import Path_

MAX_MASKS = 12
# Anki's editor throws away what is smaller than five pixels.
LEAST = 0.01
_SLACK = 1e-6  # 0.7 + 0.3 is a hair more than 1
Point = Annotated[tuple[Number, Number], exactly("two", "[x, y], as fractions of the picture")]


def _numbered(value: object) -> object:
    plain = isinstance(value, str) and value.isascii() and value.isdigit() and value[0] != "0"
    if not plain or not 1 <= int(str(value)[:4]) <= MAX_GAP:
        raise PydanticCustomError(
            "mask-number",
            "'{value}' is no number of a mask",
            {"value": str(value)[:40], "help": f"masks are numbered from 1 to {MAX_GAP}: `1: …`"},
        )
    return value


def _inside(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x, y, width, height = box
    if min(x, y) < 0 or x + width > 1 + _SLACK or y + height > 1 + _SLACK:
        raise PydanticCustomError(
            "outside-picture",
            "the mask reaches beyond the picture",
            {"help": "write [x, y, width, height] as fractions of the picture: 0 is its left or top, 1 the other end"},
        )
    if min(width, height) < LEAST:
        raise PydanticCustomError(
            "small-mask", "the mask is too small to be seen", {"help": f"make it {LEAST:g} wide and high, or more"}
        )
    return box


def _within(points: tuple[Point, ...]) -> tuple[Point, ...]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    _inside((min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)))
    return points


MaskNumber = Annotated[
    str, BeforeValidator(_numbered), WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]{0,2}$"})
]
_Four = Annotated[
    tuple[Number, Number, Number, Number], exactly("four", "[x, y, width, height], as fractions of the picture")
]
Box = Annotated[_Four, AfterValidator(_inside)]
Polygon = Annotated[tuple[Point, ...], Field(min_length=3, max_length=60), AfterValidator(_within)]


class Mask(OrAlone):
    """What is covered, and where. An id alone is what stands on the plate: a landmark, a bone or a structure."""

    alone: ClassVar[str] = "landmark"

    landmark: Annotated[Id | None, Of(*SITE)] = None
    """The landmark, bone or structure that is covered."""
    label: Annotated[Text, As("answer")] = ""
    """The name of what is covered, if it is no landmark."""
    detail: Annotated[Text, As("answer")] = ""
    """Small print behind the answer."""
    also_right: Annotated[Texts, As("answer")] = ()
    """Other names that are right: the answer says so."""
    box: Box | None = None
    """Where it is: [x, y, width, height] in fractions of the picture."""
    ellipse: Box | None = None  # by the box around it
    """Where it is: the box around an ellipse, in fractions of the picture."""
    polygon: Polygon | None = None
    """Where it is: [x, y] of three corners or more, in fractions of the picture."""

    @model_validator(mode="after")
    def _one_of_each(self) -> Mask:
        if not self.landmark and not self.label:
            raise PydanticCustomError(
                "nameless-mask", "the mask has no name", {"help": "add `label: …` or `landmark: id`"}
            )
        if sum(each is not None for each in (self.box, self.ellipse, self.polygon)) > 1:
            raise PydanticCustomError("two-shapes", "the mask has two shapes", {"help": "keep one of them"})
        return self

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """The box around it: x, y, width, height. None where the plate is to tell."""
        if self.polygon:
            xs, ys = [x for x, _ in self.polygon], [y for _, y in self.polygon]
            return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
        return self.box or self.ellipse


class Occlusion(Subject):
    """One picture; Anki makes a card for each mask."""

    kind: ClassVar[str] = "occlusion"
    numbered: ClassVar[str] = "mask"
    asks_in_words: ClassVar[bool] = False
    id: Id = Field(validation_alias="occlusion")
    """The id of the picture with its masks."""
    name: Annotated[Text, As("name")]
    """The title. It must not hold an answer."""
    plate: Annotated[Id | None, Of("plate")] = None
    """A picture of bones that `deckbuilder figures` drew."""
    mode: Literal["hide-one", "hide-all"] = "hide-all"
    """hide-all keeps the other masks on, so that neighbors do not tell the answer; hide-one covers only what is asked."""
    masks: dict[MaskNumber, Mask] = Field({}, max_length=MAX_MASKS, json_schema_extra={"additionalProperties": False})
    """What is covered, each under its number; a number is never given to something else."""
    question: Annotated[Text, As("front")] = ""
    """What is asked, if not the name of what is covered."""
    extra: Annotated[Prose, As("back")] = ""
    """More, for the back."""
    regions: Annotated[Ids, Of("region"), Tagged("regions")] = ()
    """The parts of the body that it is about."""

    @model_validator(mode="after")
    def _one_picture(self) -> Occlusion:
        if (self.plate is None) == (self.picture is None):
            raise PydanticCustomError(
                "one-picture",
                "it has neither a plate nor a picture" if self.picture is None else "it has a plate and a picture",
                {"help": "write `plate: id` for a drawn one, or `picture: {file: …, alt: …}`: one of the two"},
            )
        return self

    @property
    def topic_id(self) -> str:
        return "bones" if any(mask.landmark for mask in self.masks.values()) else "anatomy"

    @property
    def numbers(self) -> tuple[int, ...]:
        """Those of its cards."""
        return tuple(sorted(map(int, self.masks)))

    @property
    def asks(self) -> tuple[tuple[int, str], ...]:
        """What each number asks for: the lock remembers it, so that no number is given to something else."""
        return tuple(sorted((int(number), mask.landmark or mask.label) for number, mask in self.masks.items()))

    @staticmethod
    def where(number: int | None = None) -> Path_:
        """Where a number stands, or all of them."""
        return ("masks",) if number is None else ("masks", str(number))

    def openings(self) -> list[Opening]:
        return [Opening(Said(("question",), self.question, "front"), named=True)] if self.question else []

    def teaches(self) -> Iterator[tuple[int | None, Lesson]]:
        """What lies under each mask."""
        yield from ((int(number), ("landmark", mask.landmark)) for number, mask in self.masks.items() if mask.landmark)
