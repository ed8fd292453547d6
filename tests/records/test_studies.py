"""Ratios and bands are computed from what was measured, and a spread says which one it is."""

from __future__ import annotations

import pytest
from support.author import Author, plain

from deckbuilder.package.reader import read
from deckbuilder.records.study import BANDS

STUDY = """\
- exercise: curl
  name: Curl
- exercise: row
  name: Row
- study: smith-2020
  people: {n: 12, who: adults}
  normalized_to: MVIC
  measurements:
    - {exercise: curl, of: biceps-brachii, value: %s}
    - {exercise: row, of: biceps-brachii, value: %s}
  comparisons:
    - {id: curl-against-row, compare: [curl, row], of: biceps-brachii, caveat: Amplitude is not growth.}
  regions: [arm]
  sources: openstax-ap2e-11-5
"""


def fields(author: Author, first: str, second: str) -> dict[str, str]:
    author.write("cards/study.yaml", STUDY % (first, second))
    contents = read(author.build().path)
    names = {each.id: each.names for each in contents.note_types}
    (note,) = (note for note in contents.notes() if note.guid == author.guid("study/smith-2020/curl-against-row"))
    return {name: plain(text) for name, text in zip(names[note.note_type_id], note.fields, strict=True)}


@pytest.mark.parametrize(
    ("first", "second", "answer", "measured"),
    [
        ("50", "50", "About equal", "50 % MVIC in both"),
        ("50", "45", "About equal", "50 against 45 % MVIC, a ratio of 1.11"),
        ("45", "60", "Row, by about 1.5×", "60 against 45 % MVIC, a ratio of 1.3"),
        ("69.5", "29.4", "Curl, by about 2–3×", "69.5 against 29.4 % MVIC, a ratio of 2.4"),
        ("10", "80", "Row, by over 3×", "80 against 10 % MVIC, a ratio of 8.0"),
        ("5", "0", "Curl", "5 against 0 % MVIC"),
    ],
)
def test_the_answer_follows_from_the_two_values(
    author: Author, first: str, second: str, answer: str, measured: str
) -> None:
    card = fields(author, first, second)

    assert (card["Answer"], card["Measured"]) == (answer, measured)


@pytest.mark.parametrize(
    ("spread", "shown", "named"),
    [("sd: 17", "± 17", "one standard deviation"), ("se: 3.8", "± 3.8", "one standard error")],
)
def test_a_spread_is_shown_with_its_name(author: Author, spread: str, shown: str, named: str) -> None:
    card = fields(author, f"50, {spread}", f"45, {spread}")

    assert shown in card["Bars"]
    assert named in card["Study"]


def test_every_ratio_has_one_band() -> None:
    bounds = [bound for bound, _ in BANDS]

    assert bounds == sorted(bounds)
    assert bounds[-1] == float("inf")
