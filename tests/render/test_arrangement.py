"""Cards go to decks by what they ask, and are taught in the order of the curriculum's steps; learners keep what they changed."""

from __future__ import annotations

import pytest
from support.author import Author
from support.judge import Anki

from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.workspace import Workspace

DECK = "cards/deck.yaml"
SUBDECKS = """\
  exam: {name: 4 Exam practice, id: 1700000000104, holds: [{kinds: question}]}
  depth: {name: 2 Depth, id: 1700000000102, holds: [{kinds: muscle, cards: [Nerve, Insertion]}, {tiers: [deep]}]}
  core: {name: 1 Core, id: 1700000000101}
"""
BICEPS = "muscle/biceps-brachii"


@pytest.fixture
def several(author: Author) -> Author:
    """The starter's cards in three decks."""
    head, rest = author.read(DECK).split("subdecks:\n")
    author.write(DECK, f"{head}subdecks:\n{SUBDECKS}note_types:{rest.split('note_types:')[1]}")
    return author


def taught(author: Author, steps: str) -> None:
    """Puts these steps into the curriculum."""
    author.write(DECK, author.read(DECK).split("curriculum:")[0] + f"curriculum:\n{steps}")


def found(author: Author) -> list[Diagnostic]:
    return [each for each in author.check() if each.rule in ("no-such-cards", "rest-of-cards")]


def order(author: Author) -> list[str]:
    """Every card in the order in which it is taught: 'muscle/triceps-brachii Nerve'."""
    workspace = Workspace(author.project)
    cards = [
        (place, f"{note.key} {workspace.note_types[note.kind].templates[ordinal].name}")
        for note in workspace.notes
        for ordinal, place in zip(note.ordinals, note.places, strict=True)
    ]
    assert sorted(place for place, _ in cards) == list(range(len(cards)))
    return [card for _, card in sorted(cards)]


def test_cards_of_one_note_lie_in_the_decks_that_hold_them(several: Author, anki: Anki) -> None:
    anki.imports(several.build().path)

    decks = {card.template: card.deck.rsplit("::")[-1] for card in anki.cards() if card.guid == several.guid(BICEPS)}
    assert decks["Nerve"] == decks["Insertion"] == "2 Depth"
    assert decks["Origin"] == decks["Action"] == "1 Core"
    assert "Arm::4 Exam practice" not in anki.decks()


def test_where_two_choices_hold_a_card_the_first_has_it(several: Author) -> None:
    several.edit(DECK, "holds: [{kinds: question}]", "holds: [{cards: Nerve}]")
    workspace = Workspace(several.project)
    note = next(note for note in workspace.notes if note.key == BICEPS)
    names = [workspace.note_types["muscle"].templates[ordinal].name for ordinal in note.ordinals]
    assert dict(zip(names, note.decks, strict=True))["Nerve"] == "exam"


def test_a_card_that_the_learner_moved_stays_when_its_deck_is_another_one(several: Author, anki: Anki) -> None:
    anki.imports(several.build().path)
    guid = several.guid(BICEPS)
    anki.move(guid, 1, "My own")
    anki.review(guid, 2)
    schedule = anki.schedule()
    several.edit(DECK, "cards: [Nerve, Insertion]", "cards: [Origin, Action]")
    several.edit("cards/muscles/biceps-brachii.yaml", "why: ", "why: Reworded. ")

    anki.imports(several.build().path)

    assert anki.schedule() == schedule


def test_new_cards_come_in_the_order_of_the_steps(author: Author, anki: Anki) -> None:
    taught(
        author,
        "  - {kinds: muscle, cards: Action}\n  - {kinds: concept}\n  - {kinds: muscle, cards: [Origin, Nerve]}\n",
    )
    anki.imports(author.build().path)

    cards = sorted(anki.cards(), key=lambda card: card.due)
    steps = [(author_kind(anki, card.guid), card.template) for card in cards]
    first = [template for kind, template in steps if kind == "Muscle" and template == "Action"]
    assert steps[: len(first)] == [("Muscle", "Action")] * len(first)
    assert steps[len(first)][0] == "Concept"
    last = [place for place, (_, template) in enumerate(steps) if template in ("Origin", "Nerve")]
    rest = [place for place, step in enumerate(steps) if step == ("Muscle", "Insertion")]
    assert max(last) < min(rest)
    assert len({card.due for card in cards}) == len(cards)


def author_kind(anki: Anki, guid: str) -> str:
    names = {kind.id: name.removeprefix("ARM ") for name, kind in anki.notetypes().items()}
    return names[anki.collection.get_note(anki._id(guid)).mid]


@pytest.mark.parametrize(
    ("step", "first"),
    [
        ("{tiers: [core]}", "muscle/biceps-brachii"),
        ("{kinds: [muscle, concept], topics: [reciprocal-inhibition]}", "concept/"),
        ("{regions: limb, kinds: muscle}", "muscle/"),
        ("{regions: arm, kinds: muscle}", "muscle/"),
        ("muscles/triceps-brachii.yaml", "muscle/triceps-brachii"),
        ("muscles/", "muscle/"),
    ],
)
def test_a_step_takes_cards_by_what_they_are(author: Author, step: str, first: str) -> None:
    author.write("cards/vocabulary/limb.yaml", "region: limb\nname: Limb\n")
    author.edit("cards/vocabulary/body.yaml", "- region: arm\n", "- region: arm\n  part_of: limb\n")
    taught(author, "  - groups.yaml\n")
    every = order(author)
    assert every[0].startswith("group/")

    taught(author, f"  - {step}\n")

    assert sorted(order(author)) == sorted(every)
    assert order(author)[0].startswith(first)


def test_within_a_step_cards_come_core_first_and_by_file(author: Author) -> None:
    taught(author, "  - {kinds: muscle}\n")
    muscles = [card for card in order(author) if card.startswith("muscle/")]
    names = list(dict.fromkeys(card.split()[0] for card in muscles))
    tiers = {record.key: record.tier for record in Workspace(author.project).library.muscles}
    assert [tiers[name] for name in names] == sorted(
        (tiers[name] for name in names), key=["core", "useful", "deep"].index
    )


def test_a_card_that_comes_into_an_earlier_step_moves_no_other(author: Author) -> None:
    taught(author, "  - {kinds: muscle, cards: Action}\n")
    author.build()
    before = author.lock.notes
    author.write(
        "cards/muscles/anconeus.yaml",
        author.read("cards/muscles/brachialis.yaml")
        .replace("brachialis", "anconeus")
        .replace("Brachialis", "Anconeus"),
    )
    author.build()

    after = author.lock.notes
    kept = {key: after[key].positions[: len(entry.positions)] for key, entry in before.items()}
    assert kept == {key: entry.positions[: len(kept[key])] for key, entry in before.items()}
    new = after["muscle/anconeus"]
    actions = [entry.positions[0] for key, entry in before.items() if key.startswith("muscle/")]
    assert new.positions[0] < min(
        min(entry.positions[1:]) for key, entry in before.items() if key.startswith("muscle/")
    )
    assert new.positions[0] not in actions


@pytest.mark.parametrize(
    ("step", "message", "help"),
    [
        ("{kinds: muscel}", "no kind of note is 'muscel'", "did you mean 'muscle'?"),
        ("{kinds: muscle, cards: [Orgin]}", "no card is called 'Orgin'", "did you mean 'Origin'?"),
        ("muscels", "nothing lies at cards/muscels", "mend it, or delete it"),
    ],
)
def test_a_choice_that_no_card_can_meet_is_told_where_it_stands(
    author: Author, step: str, message: str, help: str
) -> None:
    taught(author, f"  - groups.yaml\n  - {step}\n")
    (fault,) = found(author)
    assert (fault.rule, fault.message, fault.help, fault.severity) == ("no-such-cards", message, help, "warning")
    assert author.read(DECK).splitlines()[fault.location.line - 1].strip() == f"- {step}"


def test_a_choice_that_waits_for_its_cards_is_no_fault(several: Author) -> None:
    taught(several, "  - {kinds: claim}\n  - {kinds: study, cards: [Compare]}\n  - {tiers: [deep], regions: arm}\n")
    assert found(several) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "core: {name: 1 Core, id: 1700000000101}",
            "core: {name: 1 Core, id: 1700000000101, holds: [{tiers: [core]}]}",
            "no subdeck holds the rest",
        ),
        (", holds: [{kinds: question}]", "", "two subdecks hold the rest of the cards: exam, core"),
    ],
)
def test_one_subdeck_and_no_more_holds_the_rest(several: Author, old: str, new: str, said: str) -> None:
    several.edit(DECK, old, new)
    (fault,) = found(several)
    assert fault.rule == "rest-of-cards" and fault.message.startswith(said)


def test_a_region_that_is_none_is_told(author: Author) -> None:
    taught(author, "  - {regions: amr}\n")
    (fault,) = (each for each in author.check() if each.rule == "unknown-reference")
    assert "'amr'" in fault.message
