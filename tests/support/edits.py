"""What authors do to a starter project, edit by edit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from support.author import Author
from support.judge import Anki, SeenCard

BICEPS, TRICEPS, FLEXION, IDEA = (
    "muscle/biceps-brachii",
    "muscle/triceps-brachii",
    "action/elbow-flexion",
    "concept/reciprocal-inhibition",
)


BICEPS_FILE, TRICEPS_FILE = "cards/muscles/biceps-brachii.yaml", "cards/muscles/triceps-brachii.yaml"


ANCONEUS = """\
muscle: anconeus
name: Anconeus
region: arm
compartment: posterior
origin: shaft-of-humerus
insertion: olecranon
actions: [elbow-extension]
nerve: radial
sources: openstax-ap2e-11-5
"""


Schedule = dict[tuple[str, int], tuple[SeenCard, list[Any]]]


@dataclass(frozen=True)
class Edit:
    """Something an author does, and how a learner can tell that it arrived."""

    does: Callable[[Author], None]
    arrived: Callable[[Anki, Author], object]


def _why(anki: Anki, author: Author, key: str) -> str:
    return anki.note(author.guid(key)).fields["Why"]


def _rewords(author: Author) -> None:
    author.edit(BICEPS_FILE, "It flexes the elbow", "It bends the elbow")


def _moves_a_file(author: Author) -> None:
    (author.root / "cards/elsewhere").mkdir()
    (author.root / BICEPS_FILE).rename(author.root / "cards/elsewhere/any-name.yaml")
    author.edit("cards/elsewhere/any-name.yaml", "It flexes the elbow", "From its new file, it flexes the elbow")


def _splits_a_list(author: Author) -> None:
    whole = author.read("cards/actions.yaml")
    second = whole.index("- action: elbow-extension")
    author.write("cards/actions.yaml", whole[:second])
    author.write("cards/more/extension.yaml", whole[second:].replace("the way up in a push-up", "the end of a push-up"))


def _renames_an_id(author: Author, old: str = "biceps-brachii", new: str = "biceps-of-the-arm") -> None:
    for path in author.root.glob("cards/**/*.yaml"):
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    author.edit(BICEPS_FILE, f"muscle: {new}", f"muscle: {new}\nformerly: {old}")


def _reorders(author: Author) -> None:
    author.edit("cards/deck.yaml", "  - {kinds: group}\n", "")
    author.edit("cards/deck.yaml", "  - concepts.yaml\n", "  - concepts.yaml\n  - {kinds: group}\n")


def _retags(author: Author) -> None:
    author.edit(BICEPS_FILE, "tier: core", "tier: deep\ntags: [Edition::Second]")
    author.write("cards/deck.yaml", author.read("cards/deck.yaml") + "extra_tags: [Edition::Second]\n")


def _restyles(author: Author) -> None:
    author.take_templates()
    author.write("templates/_shared/style.css", author.read("templates/_shared/style.css") + "\n.new { top: 0 }\n")


def _changes_a_template(author: Author) -> None:
    author.take_templates()
    author.edit("templates/muscle/cards/origin.html.j2", "{{Origin}}", "Here it starts: {{Origin}}")


def _adds(author: Author) -> None:
    author.write("cards/muscles/anconeus.yaml", ANCONEUS)


def _adds_a_card(author: Author) -> None:
    author.edit(
        "cards/concepts.yaml",
        "  case:",
        "  mechanism: The spinal cord passes the signal on.\n"
        "  mechanism_question: What does the spinal cord do?\n  case:",
    )


def _empties_a_card(author: Author) -> None:
    case = next(line for line in author.read("cards/concepts.yaml").splitlines(keepends=True) if "case:" in line)
    author.edit("cards/concepts.yaml", case, "")


def _retires(author: Author) -> None:
    author.edit(TRICEPS_FILE, "tier: core", "tier: core\nretired: It is treated elsewhere now")
    author.edit("cards/actions.yaml", "prime_movers: triceps-brachii", "prime_movers: anconeus")
    _adds(author)


def _changes_the_edition(author: Author) -> None:
    author.edit("cards/deck.yaml", "edition: 2026-11", "edition: 2027-02")


EDITS = {
    "rewording": Edit(_rewords, lambda anki, author: "It bends" in _why(anki, author, BICEPS)),
    "moving a file": Edit(_moves_a_file, lambda anki, author: "From its new file" in _why(anki, author, BICEPS)),
    "splitting a list": Edit(
        _splits_a_list,
        lambda anki, author: (
            "end of a push-up" in "".join(anki.note(author.guid("action/elbow-extension")).fields.values())
        ),
    ),
    "renaming an id": Edit(
        _renames_an_id,
        lambda anki, author: (
            anki.note(author.guid("muscle/biceps-of-the-arm")).fields["Key"] == "muscle/biceps-of-the-arm"
        ),
    ),
    "reordering the curriculum": Edit(
        _reorders,
        lambda anki, author: author.lock.notes["group/elbow-flexors"].positions > author.lock.notes[IDEA].positions,
    ),
    "retagging": Edit(
        _retags,
        lambda anki, author: {"TA::Tier::3_Deep", "TA::Edition::Second"} <= set(anki.note(author.guid(BICEPS)).tags),
    ),
    "restyling": Edit(_restyles, lambda anki, author: ".new{top:0}" in anki.notetypes()["ARM Muscle"].css),
    "changing a template": Edit(
        _changes_a_template,
        lambda anki, author: any(
            "Here it starts:" in back
            for guid, _, name, _, back in anki.rendered()
            if (guid, name) == (author.guid(BICEPS), "Origin")
        ),
    ),
    "adding a note": Edit(_adds, lambda anki, author: anki.note(author.guid("muscle/anconeus")).cards),
    "adding a card": Edit(_adds_a_card, lambda anki, author: (author.guid(IDEA), 2) in anki.schedule()),
    "emptying a card": Edit(_empties_a_card, lambda anki, author: anki.note(author.guid(IDEA)).fields["Case"] == ""),
    "retiring a note": Edit(
        _retires,
        lambda anki, author: (
            "TA::Status::Retired" in anki.note(author.guid(TRICEPS)).tags
            and "treated elsewhere" in _why(anki, author, TRICEPS)
        ),
    ),
    "changing the edition": Edit(_changes_the_edition, lambda anki, author: "dition 2027-02" in anki.decks()["Arm"][0]),
}


def _studies(anki: Anki, author: Author) -> Schedule:
    """A learner who has done to the first edition all that one can do to cards."""
    anki.imports(author.build().path)
    for key in author.lock.notes:
        anki.review(author.guid(key))
    anki.review(author.guid(BICEPS), 1, ease=1)
    anki.review(author.guid(BICEPS), 2, ease=4)
    anki.review(author.guid(TRICEPS), 0, ease=2)
    anki.flag(author.guid(BICEPS), 1, 3)
    anki.suspend(author.guid(TRICEPS), 2)
    anki.move(author.guid(FLEXION), 1, "My own::Deck")
    return anki.schedule()
