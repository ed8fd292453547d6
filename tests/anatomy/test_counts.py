"""What several heads share is one thing to name: it is counted, asked and shown once."""

from __future__ import annotations

import pytest
from support.author import Author, plain
from support.judge import Anki

MUSCLE = """\
- muscle: triple
  name: Triple
  region: arm
  heads:
    long-head: {{origin: coracoid-process, {long}}}
    medial-head: {{origin: olecranon, {medial}}}
    short-head: {{origin: shaft-of-humerus, {short}}}
  insertion: radial-tuberosity
  sources: openstax-ap2e-11-5
"""


@pytest.mark.parametrize(
    ("heads", "field", "asks", "shown"),
    [
        (("nerve: radial", "nerve: radial", "nerve: musculocutaneous"), "Nerve", "Three heads. Name 2 nerves in all.", "Radial nerve"),
        (("nerve: radial", "nerve: radial", "name: Short one"), "Nerve", "", "Radial nerve"),
        (("nerve: radial", "nerve: radial", "nerve: radial"), "Nerve", "", "Radial nerve"),
        (("actions: elbow-flexion", "actions: elbow-flexion", "actions: elbow-extension"), "Action", "Name 2 movements. Not every head", "Flexes the elbow"),
        (("insertion: {ulna: one side}", "insertion: {ulna: the other side}", "insertion: olecranon"), "Insertion", "Three heads. Name 2 sites in all.", "Ulna long head, one side medial head, the other side"),
    ],
)  # fmt: skip
def test_what_heads_share_is_counted_and_shown_once(
    author: Author, anki: Anki, heads: tuple[str, str, str], field: str, asks: str, shown: str
) -> None:
    long, medial, short = heads
    text = MUSCLE.format(long=long, medial=medial, short=short)
    author.write(
        "cards/more.yaml", text.replace("  insertion: radial-tuberosity\n", "") if field == "Insertion" else text
    )

    anki.imports(author.build().path)

    note = anki.note(author.guid("muscle/triple"))
    every = plain(" ".join(note.fields.values()))
    assert asks in every and "Name 3" not in every
    assert plain(note.fields[field]).lower().count(shown.lower()) == 1
