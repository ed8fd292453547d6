"""What tells two muscles apart is never put together from two parts of one of them."""

from __future__ import annotations

import pytest
from support.author import Author

from deckbuilder.records import Muscle
from deckbuilder.workspace import Workspace

TWO_PARTS = """\
muscle: two-part
name: Two-part
region: arm
parts:
  upper-part:
    name: Upper part
    origin: [coracoid-process]
    insertion: [olecranon]
    actions: [elbow-extension]
  lower-part:
    name: Lower part
    origin: [shaft-of-humerus]
    insertion: [coronoid-process-of-ulna]
    actions: [elbow-flexion]
nerve: radial
sources: openstax-ap2e-11-5
"""


@pytest.fixture
def author(author: Author) -> Author:
    author.write("cards/muscles/two-part.yaml", TWO_PARTS)
    return author


def told(author: Author, id: str) -> dict[str, str]:
    library = Workspace(author.project).library
    return {each.muscle.id: each.words for each in library.lookalikes(library.get(Muscle, id))}


def test_what_one_part_shares_is_said_of_this_part_and_of_its_own_other_end(author: Author) -> None:
    words = told(author, "biceps-brachii")["two-part"]

    assert words == "Its upper part is also from the coracoid process; it inserts on the olecranon."


def test_what_all_parts_share_is_said_of_the_muscle(author: Author) -> None:
    author.edit("cards/muscles/two-part.yaml", "    origin: [shaft-of-humerus]\n", "    origin: [coracoid-process]\n")

    words = told(author, "biceps-brachii")["two-part"]

    assert words == "Also from the coracoid process; inserts on the olecranon and the coronoid process of the ulna."
