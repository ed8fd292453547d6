"""A movement at a joint, and who starts it. Who assists and who opposes follows from what muscles do."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from deckbuilder.records.base import Id, Model, MuscleIds, Roster, Text, Texts
from deckbuilder.records.keys import As, Of, Tagged
from deckbuilder.records.vocabulary import Side

Plane = Literal["sagittal", "frontal", "transverse"]


class RightOfAction(Model):
    """What else is right on the cards of a movement."""

    prime_movers: Annotated[Texts, As("back")] = ()
    """Beside the prime movers; also where they are asked as antagonists of the opposite movement."""
    synergists: Annotated[Texts, As("back")] = ()
    """Beside the synergists, such as weak ones on which sources differ."""


class Action(Roster):
    """A joint action. `opposite` is stated on one of the two; prime movers are parts played here, not properties.

    `side`: on which side of the joint the muscles lie that do it.
    """

    kind: ClassVar[str] = "action"
    id: Annotated[Id, Tagged("moves", "planes", "actions")] = Field(validation_alias="action")
    """The id of the movement."""
    name: Annotated[Text, As("name")]
    """The movement with its joint: Hip extension."""
    joint: Annotated[Id, Of("joint")]
    """The joint at which it happens."""
    plane: Plane
    """The plane in which it happens, from the anatomical position."""
    side: Side | None = None
    """The side of the joint on which the muscles that do this lie."""
    opposite: Annotated[Id | None, Of("action")] = None
    """The movement back. State it on one of the two."""
    phrase: Annotated[Text, As("back")]
    """How it reads behind the name of a muscle: extends the hip."""
    prime_movers: Annotated[MuscleIds, Of("muscle")]
    """The muscles, or parts, that start it: all of them, as the sources list them. All others with this action are its synergists."""
    also_right: RightOfAction | None = None
    """What else is right, by what is asked: the back says so."""
    range: Annotated[Text, As("back")] = ""
    """How far it goes in most people."""
    example: Annotated[Text, As("back")] = ""
    """Where a trainer sees it."""
    curve: Annotated[Id | None, Of("curve")] = None
    """A chart for the back."""

    @property
    def topic_id(self) -> str:
        return "joint-action"

    @property
    def topics(self) -> tuple[str, ...]:
        return (self.topic_id, "planes")
