"""What Anki shows of a deck: a description in Markdown, and the note types' place in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from deckbuilder.anki.notes import DeckSpec, Note, NoteType
from deckbuilder.core import addresses
from deckbuilder.records import Deck

SETTINGS = """\
- New cards a day: 10. Maximum reviews a day: 9999.
- Learning and relearning steps: 10m.
- Bury new, review and interday learning siblings: on, so that two questions about one muscle do not meet on a day.
- New card gather order: ascending position. New card sort order: order gathered.
- Leech threshold: 6, action: tag only.
- FSRS: on, desired retention 0.90."""


def decks(
    deck: Deck, edition: str, notes: list[Note], types: Mapping[str, NoteType], variant: str = ""
) -> dict[str, DeckSpec]:
    """The parent under '' and each subdeck under its id. `variant`: the part of the deck that the notes are."""
    found = {"": DeckSpec(deck.anki_id, deck.name, _about(deck, edition, notes, types, variant))}
    for id, each in deck.subdecks.items():
        found[id] = DeckSpec(each.id, f"{deck.name}::{each.name}", each.about)
    return found


def _about(deck: Deck, edition: str, notes: list[Note], types: Mapping[str, NoteType], variant: str) -> str:
    counts = Counter(note.kind for note in notes)
    prefix = f"{deck.note_types.prefix} "
    inside = ", ".join(f"{count} {types[kind].name.removeprefix(prefix)}" for kind, count in counts.most_common())
    cards = sum(len(note.ordinals) for note in notes)
    parts = [
        deck.about.strip(),
        f"**Edition {edition}**{f', the part for {variant}' if variant else ''}: {cards} cards from {len(notes)} notes ({inside}).",
        f"**Settings that suit this deck** (Options, on the deck list)\n\n{SETTINGS}",
        "**Updating**: import the next edition over this one with Anki's default options. Reviews, suspension, flags and "
        "decks of your cards stay; a deck that you renamed is made anew beside yours. A note that we changed takes our text and "
        "tags; a note that we did not change is left alone. "
        'If you write in our notes or tag them: import the package with "Update notes: Never", and then the file whose name '
        "ends in keep-my-notes.txt.",
        f"License: {deck.license}. {deck.attribution.strip()}".strip(),
        *sorted({media.credit for note in notes for media in note.media if media.credit}),
    ]
    if deck.report_url:
        parts.append(f"Errors: <{addresses.bare(deck.report_url)}>")
    return "\n\n".join(parts)
