"""Notes to the text file that updates a learner's notes and leaves `My notes` and tags alone.

A newer note in a package takes the place of all fields and tags of the learner's. A row of a text file goes into the
fields that it holds: ours, and nothing else of the note. So a learner who writes in our notes imports the package with
"Update notes: Never", for new notes, cards, pictures and templates, and then this file, for changed text.
It holds every note, so that editions may be skipped; Anki leaves a note alone in which nothing would change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from deckbuilder.anki.notes import DeckSpec, Note, NoteType
from deckbuilder.core.diagnostics import Fault
from deckbuilder.lock import Entry, Lock

# The first two lines are for people: Anki passes over what is no name of an option, up to a colon.
# `if matches` outweighs the choice that Anki remembers from the learner's last text file. `columns` stands below the
# separator, which splits it, and says how many columns there are: before 26.09 Anki would go by the first row.
_HEAD = """\
# Our text of every note of {deck}, without tags and without {mine}.
# First import the .apkg of this edition with Update notes set to Never, then this file as it is.
#separator:tab
#html:true
#if matches:update current
#guid column:1
#notetype column:2
#deck column:3
#columns:{columns}
"""


def dump(notes: Iterable[Note], note_types: Mapping[str, NoteType], lock: Lock, decks: Mapping[str, DeckSpec]) -> str:
    """The text of the file. `decks` by the id that notes name; '' is the parent of all.

    The last field of every note type is the learner's. Raises `Fault` where a note fills it.
    """
    rows = []
    for note in sorted(notes, key=lambda note: lock.notes[note.key].note):
        note_type, entry = note_types[note.kind], lock.notes[note.key]
        # The id of the note type: a learner may have given it another name.
        rows.append(
            (
                entry.guid,
                str(note_type.id),
                decks[note.decks[0] if note.decks else ""].name,
                *_ours(note, note_type, entry),
            )
        )
    width = max(map(len, rows), default=3)
    columns = ["guid", "note type", "deck", *(f"field {place}" for place in range(1, width - 2))]
    mine = " or ".join(sorted({note_type.names[-1] for note_type in note_types.values()}))
    head = _HEAD.format(deck=decks[""].name, mine=mine, columns="\t".join(columns))
    # No row is filled up to the width, because Anki leaves alone what a row does not hold.
    return head + "".join("\t".join(map(_quoted, row)) + "\n" for row in rows)


def _quoted(value: str) -> str:
    """Quotes around everything: `csv` decides otherwise in each Python, and before 3.11 refuses what Anki takes."""
    return '"' + value.replace('"', '""') + '"'


def _ours(note: Note, note_type: NoteType, entry: Entry) -> tuple[str, ...]:
    """The fields as the package has them, without the learner's."""
    *ours, mine = note_type.with_version(note.fields, entry.edition)
    if mine:
        raise Fault(
            f"{note.key} fills '{note_type.names[-1]}', the last field of '{note_type.name}', which is the learner's",
            "put the text into another field",
        )
    return tuple(ours)
