"""How a learner remembers: their own FSRS parameters, what they know of each card, and how long their answers take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from deckbuilder.package.collection import Answer, Learner, Studied
from deckbuilder.verbs.plan.days import Costs, Start
from deckbuilder.verbs.plan.forecast import Ability
from deckbuilder.verbs.plan.memory import AGAIN, LONGEST, RETENTION, Known, Memory
from deckbuilder.verbs.plan.planning import Learning
from deckbuilder.workspace.studycards import StudyCard

ENOUGH = 100  # answers, before times of a learner's own say more than the average
_FORMER_DECAY = 0.5  # of the forgetting curve, before FSRS learned that as well


@dataclass(frozen=True, slots=True)
class Mine:
    """The cards as the learner has them. `notes` say what was taken from the collection, and what was not."""

    learning: tuple[Learning, ...]
    suspended: int
    studied: int
    ability: Ability
    notes: tuple[str, ...]


def mine(cards: Sequence[StudyCard], learner: Learner) -> Mine:
    """What the learner's collection says of these cards."""
    notes: list[str] = []
    memory = _memory(learner, notes)
    had = [(card, learner.cards.get((card.guid, card.ordinal))) for card in cards]
    learning = [
        Learning(card, _start(studied, memory)) for card, studied in had if studied is None or not studied.suspended
    ]
    answers = [answer for _, studied in had if studied for answer in studied.answers]
    begun = sum(studied is not None and not studied.is_new for _, studied in had)
    return Mine(
        tuple(learning),
        sum(studied is not None and studied.suspended for _, studied in had),
        begun,
        Ability(memory, _costs(answers, begun, notes)),
        tuple(notes),
    )


def _memory(learner: Learner, notes: list[str]) -> Memory:
    preset = learner.preset
    retention = preset.retention if preset.retention and 0.7 <= preset.retention <= 0.99 else RETENTION
    longest = preset.longest if preset.longest and 0 < preset.longest < LONGEST else LONGEST
    if not learner.fsrs:
        notes.append(
            "FSRS is off in this collection: its default parameters stand in, and Anki will ask at other times."
        )
        return Memory()
    parameters = filled(preset.parameters)
    if parameters is None:
        notes.append("FSRS' default parameters: the collection has none of its own yet, or of a version unknown here.")
        return Memory(retention=retention, longest=longest)
    try:
        found = Memory(parameters, retention, longest)
    except ValueError:  # another version of FSRS allows what this one does not
        notes.append("FSRS' default parameters: those of the collection are beyond what the package fsrs takes.")
        return Memory(retention=retention, longest=longest)
    notes.append(f"The collection's own FSRS parameters, for a desired retention of {retention:.0%}.")
    return found


def filled(parameters: Sequence[float]) -> tuple[float, ...] | None:
    """The parameters of an earlier version of FSRS as the sixth has them, as Anki does that; None of any other."""
    given = list(parameters)
    if not all(map(math.isfinite, given)):
        return None
    if len(given) == 17:
        given[4] += 2 * given[5]
        if 3 * given[5] + 1 <= 0:
            return None
        given[5] = math.log(3 * given[5] + 1) / 3
        given[6] += 0.5
        given += [0.0, 0.0]
    if len(given) == 19:
        given += [0.0, _FORMER_DECAY]
    return tuple(given) if len(given) == 21 else None


def _start(studied: Studied | None, memory: Memory) -> Start:
    """Where a card stands today. What FSRS did not write down follows from the answers."""
    if studied is None or studied.is_new:
        return Start()
    if studied.stability and studied.difficulty:
        known: Known | None = Known(studied.stability, min(max(studied.difficulty, 1.0), 10.0))
    else:
        known = memory.replayed([(answer.at, answer.rating) for answer in studied.answers])
    return Start(known, studied.last, max(studied.due, 0)) if known else Start()


def _costs(answers: Sequence[Answer], begun: int, notes: list[str]) -> Costs:
    """Seconds as this learner takes them, once there are enough answers; else those of the average."""
    usual = Costs()
    timed = [answer for answer in answers if answer.seconds > 0]
    reviews = [answer for answer in timed if answer.stage == "review"]
    if len(reviews) < ENOUGH:
        return usual
    recalled = [answer.seconds for answer in reviews if answer.rating > AGAIN]
    forgotten = [answer.seconds for answer in reviews if answer.rating == AGAIN]
    learning, again = (
        sum(answer.seconds for answer in timed if answer.stage == stage) for stage in ("learning", "relearning")
    )
    taken = sum(recalled) / len(recalled) if recalled else usual.recalled
    ratio = taken / usual.recalled
    notes.append(f"A recalled card takes this learner {taken:.0f} seconds, the mean of {len(recalled):,} answers.")
    return Costs(
        new=learning / begun if begun and learning else usual.new * ratio,
        recalled=taken,
        forgotten=(sum(forgotten) + again) / len(forgotten) if forgotten else usual.forgotten * ratio,
    )
