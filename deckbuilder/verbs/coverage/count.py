"""The cards that answer to each objective of an exam: those that are about one of its topics.

An objective without a card is a gap. A muscle that its source names, and that no card is about, is told beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deckbuilder.anatomy.library import Library
from deckbuilder.core import letters
from deckbuilder.records import Exam, Group, Muscle
from deckbuilder.records.exam import Domain, Objective
from deckbuilder.workspace.studycards import StudyCard


@dataclass(frozen=True, slots=True)
class Counted:
    """An objective, and how many cards answer to it.

    `untaught`: those of its topics that no card is about. `missing`: muscles that it names, and that have no card.
    """

    id: str
    objective: Objective
    cards: int
    core: int
    untaught: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def is_gap(self) -> bool:
        return self.cards == 0

    @property
    def taught(self) -> int:
        """How many of the muscles that it names have cards."""
        return len(self.objective.muscles) - len(self.missing)


@dataclass(frozen=True, slots=True)
class CountedDomain:
    """A domain with its objectives."""

    id: str
    domain: Domain
    objectives: tuple[Counted, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """An exam: its domains, and of the deck's cards those that some objective asks for, each once.

    `beside`: how many cards none of them asks for, by what they are about.
    """

    exam: Exam
    domains: tuple[CountedDomain, ...]
    cards: int
    core: int
    beside: dict[str, int]

    @property
    def objectives(self) -> list[Counted]:
        return [each for domain in self.domains for each in domain.objectives]

    @property
    def gaps(self) -> list[Counted]:
        return [each for each in self.objectives if each.is_gap]


def coverage(exams: Sequence[Exam], cards: Sequence[StudyCard], library: Library) -> list[Covered]:
    """How far the cards answer to each of the exams."""
    names = _taught(cards, library)
    return [_covered(exam, cards, names) for exam in exams]


def _covered(exam: Exam, cards: Sequence[StudyCard], names: set[str]) -> Covered:
    asked = {topic for _, _, objective in exam.objectives() for topic in objective.topics}
    answering = [card for card in cards if card.topic in asked]
    domains = tuple(
        CountedDomain(id, domain, tuple(_counted(domain, cards, names))) for id, domain in exam.domains.items()
    )
    beside = Counter(card.topic for card in cards if card.topic not in asked)
    core = sum(card.core for card in answering)
    return Covered(
        exam, domains, len(answering), core, dict(sorted(beside.items(), key=lambda each: (-each[1], each[0])))
    )


def _counted(domain: Domain, cards: Sequence[StudyCard], names: set[str]) -> Iterator[Counted]:
    for id, objective in domain.objectives.items():
        found = [card for card in cards if card.topic in objective.topics]
        topics = {card.topic for card in found}
        untaught = tuple(topic for topic in objective.topics if topic not in topics)
        missing = tuple(name for name in objective.muscles if letters.folded(name) not in names)
        yield Counted(id, objective, len(found), sum(card.core for card in found), untaught, missing)


def _taught(cards: Sequence[StudyCard], library: Library) -> set[str]:
    """The names of the muscles and groups that have cards, without regard to case."""
    with_cards = {card.note for card in cards}
    every: list[Muscle | Group] = [*library.of(Muscle), *library.of(Group)]
    return {letters.folded(each.name) for each in every if each.key in with_cards}
