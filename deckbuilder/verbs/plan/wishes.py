"""From what a person asks to a plan: the cards of the deck or of an exam, and the learner, if one is given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from deckbuilder.core.diagnostics import Fault
from deckbuilder.package import collection
from deckbuilder.records import Exam
from deckbuilder.verbs.plan.days import Costs, Start
from deckbuilder.verbs.plan.forecast import Ability
from deckbuilder.verbs.plan.memory import Memory
from deckbuilder.verbs.plan.mine import Mine, mine
from deckbuilder.verbs.plan.planning import Learning, Plan, Wish, plan
from deckbuilder.workspace import Workspace, selection
from deckbuilder.workspace.ready import Ready
from deckbuilder.workspace.studycards import StudyCard, study_cards

MOST_CARDS = 20_000
_FEW_DAYS = 5  # of which nobody can miss a share
_DEFAULT = "FSRS' default parameters, and the times of the average learner: --collection takes your own."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks, on the day `today`, at the time `now` in seconds."""

    today: date
    day: date
    now: int
    exam: str | None = None
    minutes: int | None = None
    attend: float = 0.8
    collection: Path | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, what is to be said of where it comes from, and how long a new card takes in it."""

    plan: Plan
    notes: tuple[str, ...]
    new_seconds: float


def planned(workspace: Workspace, ready: Ready, asked: Asked) -> Planned:
    """The plan. Raises `Fault` where there is nothing to plan, `UnreadablePackage` for a collection that is none."""
    exam = selection.named(asked.exam, ready.exams) if asked.exam is not None else None
    cards = _part(workspace, ready, exam)
    attend = asked.attend if (asked.day - asked.today).days >= _FEW_DAYS else 1.0
    wish = Wish(asked.today, asked.day, asked.minutes, attend, exam)
    known = _learner(cards, asked)
    if not known.learning:
        raise Fault("all cards are suspended in the collection: nothing is left to plan", "unsuspend some in Anki")
    ability = replace(known.ability, tick=lambda: workspace.tick("planning", 0, 1))
    made = plan(wish, ready.rendered.deck, known.learning, known.suspended, ability)
    return Planned(made, known.notes, known.ability.costs.new)


def _part(workspace: Workspace, ready: Ready, exam: Exam | None) -> list[StudyCard]:
    """All cards, or those of the notes that an exam asks for, as `build --exam` packages them."""
    cards = study_cards(workspace, ready)
    if exam:
        part = selection.exam(exam.id, ready.exams, ready.rendered.deck.tag_root, ready.tags)
        chosen = {note.key for note in part.of(ready.rendered.notes)}
        cards = [card for card in cards if card.note in chosen]
    if len(cards) > MOST_CARDS:
        raise Fault(
            f"{len(cards):,} cards are more than anybody learns for an exam", f"plan for {MOST_CARDS:,} at most"
        )
    return cards


def _learner(cards: list[StudyCard], asked: Asked) -> Mine:
    if asked.collection is None:
        learning = tuple(Learning(card, Start()) for card in cards)
        return Mine(learning, 0, 0, Ability(Memory(), Costs()), (_DEFAULT,))
    learner = collection.read(asked.collection, {card.guid for card in cards}, asked.now)
    if not learner.cards:
        help = "import the package into Anki first, or leave --collection out"
        raise Fault(f"{asked.collection} holds no card of this deck", help)
    return mine(cards, learner)
