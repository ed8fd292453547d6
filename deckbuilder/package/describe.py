"""What learners read about a deck: a few lines in Anki, above *Study Now* on every day, and all else in a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import ceil

from deckbuilder.anki import overview
from deckbuilder.anki.notes import DeckSpec, Note, NoteType
from deckbuilder.core import addresses
from deckbuilder.records import Deck
from deckbuilder.records.deck import decks_in_order

NEW_A_DAY = 10
# What `plan` finds for that many new cards a day, in a deck of so many cards and more; a smaller one takes less.
MINUTES, FROM = "which is 10 to 15 minutes", 100
SETTINGS = f"""\
- New cards a day: {NEW_A_DAY}. Maximum reviews a day: 9999.
- Learning and relearning steps: 10m.
- Bury new, review and interday learning siblings: on, so that two questions about one muscle do not meet on a day.
- New card gather order: ascending position. New card sort order: order gathered.
- Leech threshold: 6, action: tag only.
- FSRS: on, desired retention 0.90."""
UPDATING = """\
Import the next edition over this one with Anki's default options. UPDATING.md, which comes with every release, says more.

- Reviews, suspension, flags and decks of your cards stay.
- A note that we changed takes our text and tags, and `My notes` in it is emptied; a note that we did not change is left alone. If you
  write in our notes or tag them: import the package with "Update notes: Never", and then the file whose name ends in keep-my-notes.txt.
- A deck that you renamed is made anew beside yours, and new cards land in it: move them to yours.
- What you changed in our styling or templates is replaced by an edition with other looks: keep a copy."""
_NAMES = 80  # letters of the names of other decks that are listed; more are only counted


def decks(deck: Deck, edition: str, notes: Sequence[Note], variant: str = "") -> dict[str, DeckSpec]:
    """The parent under '' and each subdeck under its id. `variant`: the part of the deck that the notes are."""
    found = {"": DeckSpec(deck.anki_id, deck.name, _description(deck, edition, notes, variant))}
    for id, each in deck.subdecks.items():
        found[id] = DeckSpec(each.id, f"{deck.name}::{each.name}", overview.unbroken(each.about))
    return found


def filename(deck: Deck, edition: str) -> str:
    """Of the file that says the rest."""
    return f"{deck.id}-{edition}-about.md"


def page(deck: Deck, edition: str, notes: Sequence[Note], types: Mapping[str, NoteType]) -> str:
    """What that file says: all that is inside, settings, updating, license and credits."""
    counts = Counter(note.kind for note in notes)
    prefix = f"{deck.note_types.prefix} "
    inside = ", ".join(f"{count} {types[kind].name.removeprefix(prefix)}" for kind, count in counts.most_common())
    in_deck = _cards_by_deck(deck, notes)
    parts = [
        f"# {overview.literally(deck.name)}, edition {edition}",
        overview.unbroken(deck.about),
        f"{_cards(notes):,} cards from {len(notes):,} notes: {inside}.",
        "\n".join(
            f"- **{overview.literally(deck.subdecks[id].name)}**, {count:,} cards. {_line(deck.subdecks[id].about)}".rstrip()
            for id, count in in_deck.items()
        ),
        _start(deck, in_deck),
        "## Settings that suit this deck",
        "In Anki: the gear beside the deck, Options.",
        SETTINGS,
        "## Updating",
        UPDATING,
        "## License and credits",
        f"License: {deck.license}.",
        overview.unbroken(deck.attribution),
        *sorted({media.credit for note in notes for media in note.media if media.credit}),
    ]
    if deck.report_url:
        parts += [
            "## Mistakes",
            f"Tell us: <{addresses.bare(deck.report_url)}>. So does the link on the back of each card.",
        ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _description(deck: Deck, edition: str, notes: Sequence[Note], variant: str) -> str:
    """What is inside; where to start, how long that takes, what to leave for later; and where the rest is."""
    rest = (
        f"[This page]({addresses.link(deck.home_url)}) tells of settings, updating and credits."
        if deck.home_url
        else f"Settings, updating and credits stand in {overview.literally(filename(deck, edition))}, which came with this deck."
    )
    part = f", the part for {overview.literally(variant)}" if variant else ""
    this = f"This is edition {edition}{part}, {_cards(notes):,} cards under {overview.literally(deck.license)}."
    start = _start(deck, _cards_by_deck(deck, notes))
    return f"{overview.unbroken(deck.about)}\n\n{' '.join(each for each in (start, this, rest) if each)}"


def _start(deck: Deck, in_deck: Mapping[str, int]) -> str:
    """With which deck, how long it takes, and which others there are. `in_deck`: cards by deck, in order."""
    if not in_deck:
        return ""
    first, *others = in_deck
    count = in_deck[first]
    days = ceil(count / NEW_A_DAY)
    took = f"{count:,} card{'s' * (count != 1)} take{'s' * (count == 1)} {days} day{'s' * (days != 1)} at {NEW_A_DAY} new cards a day"
    took += f", {MINUTES}" * (count >= FROM)
    if not others:
        return f"The {took}."
    names = [overview.literally(deck.subdecks[id].name) for id in others]
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    later = listed if len(listed) <= _NAMES else f"the other {len(names)} decks" if len(names) > 1 else "the other deck"
    name = overview.literally(deck.subdecks[first].name)
    return f"Start with **{name}**, and study it alone: its {took}. Leave {later} for later."


def _cards_by_deck(deck: Deck, notes: Sequence[Note]) -> dict[str, int]:
    """How many cards are to be learned in each deck that has any, as Anki lists them."""
    counts = Counter(id for note in notes if not note.retired for id in note.decks)
    return {id: counts[id] for id in decks_in_order(deck) if counts[id]}


def _cards(notes: Sequence[Note]) -> int:
    return sum(len(note.ordinals) for note in notes)


def _line(text: str) -> str:
    return " ".join(text.split())
