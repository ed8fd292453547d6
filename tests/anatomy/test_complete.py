"""A list that follows from the deck is asked only where it is known to be all there is."""

from __future__ import annotations

import pytest
from support.author import Author, plain
from support.judge import Anki

COMPLETE = "  complete: {{muscles: {}, sources: openstax-ap2e-11-5}}\n"
ACTION, GROUP, REGION = "cards/actions.yaml", "cards/groups.yaml", "cards/vocabulary/body.yaml"
MORE = "There may be more"


def cards_of(author: Author, anki: Anki, key: str) -> set[str]:
    """The names of the cards that a learner has of a note."""
    anki.imports(author.build().path)
    return {name for guid, _, name, _, _ in anki.rendered() if guid == author.guid(key)}


def counted(author: Author, file: str, after: str, number: int) -> None:
    text = author.read(file)
    assert text.count(after) == 1
    author.write(file, text.replace(after, after + COMPLETE.format(number)))


def test_synergists_are_asked_where_all_of_them_are_known(author: Author, anki: Anki) -> None:
    assert "Synergists" not in cards_of(author, anki, "action/elbow-flexion")
    assert MORE in anki.note(author.guid("action/elbow-flexion")).fields["All roles"]

    counted(author, ACTION, "  prime_movers: biceps-brachii\n", 3)

    assert "Synergists" in cards_of(author, anki, "action/elbow-flexion")
    note = anki.note(author.guid("action/elbow-flexion"))
    assert plain(note.fields["Synergists"]).split() == ["Brachialis", "Brachioradialis"]
    assert MORE not in note.fields["All roles"]


def test_a_group_says_how_many_belong_to_it(author: Author, anki: Anki) -> None:
    assert "Members" in cards_of(author, anki, "group/elbow-flexors")

    author.edit(GROUP, COMPLETE.format(3), "")

    (fault,) = author.check()
    assert (fault.rule, fault.location.path) == ("missing-key", GROUP)
    assert fault.help == "add `complete: {muscles: …, sources: …}`"


def test_a_muscle_is_asked_for_by_its_ends_where_all_muscles_around_it_are_known(author: Author, anki: Anki) -> None:
    reverse = "Origin + insertion → name"
    assert reverse not in cards_of(author, anki, "muscle/brachialis")

    counted(author, REGION, "  compartments: {anterior: Anterior, posterior: Posterior}\n", 4)

    assert reverse in cards_of(author, anki, "muscle/brachialis")


@pytest.mark.linted
@pytest.mark.parametrize("number", [2, 4])
def test_another_number_than_the_deck_has_is_told_with_the_muscles_that_it_has(author: Author, number: int) -> None:
    counted(author, ACTION, "  prime_movers: biceps-brachii\n", number)

    [fault] = [each for each in author.check() if each.rule == "miscounted"]

    names = "Biceps brachii, Brachialis, Brachioradialis"
    assert fault.message.startswith(f"three muscles do it here ({names}), and `complete` says {number}")
    assert fault.location.path == ACTION
