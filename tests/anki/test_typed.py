"""What is typed is compared with the answer as a keyboard types it, and no Anki that learners have shows it as wrong."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from markupsafe import escape
from support.ankis import OLDER, installed, surroundings
from support.author import Author
from support.judge import Anki

from deckbuilder.anatomy.words import typeable

ANSWERS = ["Achilles’ tendon", "naïve", "medial–lateral", "two\u2011joint muscle", "flexor digitorum", "“so‐called”"]
TYPED = ["Achilles' tendon", "naive", "medial-lateral", "two-joint muscle", "flexor digitorum", '"so-called"']
COMPARES = """\
import json, os, sys, tempfile
from anki.collection import Collection
with tempfile.TemporaryDirectory() as folder:
    collection = Collection(os.path.join(folder, "a.anki2"))
    print(json.dumps([collection.compare_answer(*pair) for pair in json.load(sys.stdin)]))
    collection.close()
"""


@pytest.mark.parametrize("version", ["", *OLDER])
def test_who_types_the_answer_on_a_keyboard_is_shown_no_difference(version: str) -> None:
    if version and not installed(version):
        pytest.skip(f"Anki {version} is not installed")
    # As it stands in a field, where an apostrophe is `&#39;`.
    fields = [str(escape(typeable(answer, accents=False))) for answer in ANSWERS]
    pairs = json.dumps([*zip(fields, TYPED, strict=True)])

    done = subprocess.run(
        [sys.executable, "-c", COMPARES],
        input=pairs,
        env=surroundings(version) if version else None,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )

    shown = json.loads(done.stdout)
    assert [each for each in shown if "typeBad" in each or "typeMissed" in each or "typeGood" not in each] == []


def test_where_accents_are_on_the_keyboard_they_stay() -> None:
    assert typeable("Der große Gesäßmuskel, naïve") == "Der große Gesäßmuskel, naïve"
    assert typeable("й, naïve", accents=False) == "й, naive"


def test_the_card_says_what_else_is_right_and_what_does_not_count(author: Author, anki: Anki) -> None:
    author.write(
        "cards/typed.yaml",
        "- question: typed-tendon\n  ask: Name the tendon of the calf.\n  answer: Achilles’ tendon\n  typed: true\n"
        "  also_right: [calcaneal tendon, tendo calcaneus]\n  topic: anatomy\n  sources: openstax-ap2e-11-5\n"
        "- question: open-tendon\n  ask: Which tendon ends on the heel?\n  answer: The calcaneal tendon\n"
        "  also_right: Achilles’ tendon\n  topic: anatomy\n  sources: openstax-ap2e-11-5\n",
    )

    anki.imports(author.build().path)

    backs = {guid: back for guid, _, _, _, back in anki.rendered()}
    typed, open_ = (backs[author.guid(f"question/{form}-tendon")] for form in ("typed", "open"))
    assert "Also right: calcaneal tendon; tendo calcaneus" in typed and "[[type:Typed]]" in typed
    assert "Achilles’ tendon" in typed and "do not count" in typed
    assert anki.note(author.guid("question/typed-tendon")).fields["Typed"] == "Achilles&#39; tendon"
    assert "Also right: Achilles’ tendon" in open_ and "type:" not in open_


def test_a_choice_has_one_right_option(author: Author) -> None:
    options = "".join(f"    - {{text: {each}, because: It is {each}.}}\n" for each in ("one", "two", "three", "four"))
    author.write(
        "cards/choice.yaml",
        f"question: many\nask: Which number?\noptions:\n{options}also_right: five\ntopic: anatomy\n"
        "sources: openstax-ap2e-11-5\n",
    )

    assert [each.message for each in author.check()] == ["a choice has one right option"]


MUSCLE = "cards/muscles/brachialis.yaml"


def test_what_else_is_right_stands_beside_what_is_asked(author: Author, anki: Anki) -> None:
    author.write(MUSCLE, author.read(MUSCLE) + "also_right: {nerve: C5 and C6, insertion: [front of the ulna, ulna]}\n")
    author.edit(
        "cards/actions.yaml",
        "  prime_movers: biceps-brachii\n",
        "  prime_movers: biceps-brachii\n  also_right: {prime_movers: both flexors}\n",
    )
    author.edit(
        "cards/groups.yaml",
        "  region: arm\n",
        "  region: arm\n  also_right: {members: pronator teres, name: benders}\n",
    )

    anki.imports(author.build().path)

    backs = {(guid, name): back for guid, _, name, _, back in anki.rendered()}
    said = {
        (key, name): "Also right: " + text
        for key, name, text in [
            ("muscle/brachialis", "Nerve", "C5 and C6"),
            ("muscle/brachialis", "Insertion", "front of the ulna; ulna"),
            ("action/elbow-flexion", "Prime movers", "both flexors"),
            ("action/elbow-extension", "Antagonists", "both flexors"),
            ("group/elbow-flexors", "Members", "pronator teres"),
        ]
    }
    for (key, name), text in said.items():
        assert text in backs[author.guid(key), name]
    assert "Also right" not in backs[author.guid("muscle/brachialis"), "Origin"]
