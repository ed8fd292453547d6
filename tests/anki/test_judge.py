"""The learner of the tests does nothing that no learner can do."""

from __future__ import annotations

import time

import pytest
from support.author import Author
from support.judge import Anki

pytestmark = pytest.mark.usefixtures("compiles_each_template_once")


def test_answers_given_as_fast_as_a_machine_can_leave_nothing_to_mend(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    places = [(card.guid, card.ordinal) for card in anki.cards()]

    for _ in range(3):
        time.sleep(0.99 - time.time() % 1 % 0.99)  # so that the row of answers crosses the end of a second
        for place in places:
            anki.review(*place)

    answers = [id for _, log in anki.schedule().values() for id, *_ in log]
    assert len(answers) == len(set(answers)) == 3 * len(places)
    assert max(answers) <= time.time() * 1000  # none is ahead of the clock
    assert anki.faults() == []
