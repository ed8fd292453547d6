"""`CHANGES.md`: an edition's changes in the words of those who study the deck."""

from __future__ import annotations

from collections.abc import Iterator

from deckbuilder.diff.changes import Difference, Effect, NoteChange, PackageChange
from deckbuilder.diff.tell import escape, runs

MAX_LISTED = 400
_HEADINGS = {
    "retired": "No longer kept up",
    "added": "New",
    "reworded": "Changed",
    "revived": "Back again",
}


def for_learners(found: Difference, caveat: str = "") -> str:
    """The release notes of the newer package against the older."""
    since = f"Since edition {escape(found.old)}: " if found.old and found.old != found.new else ""
    lines = [f"# {escape(found.deck)}, edition {escape(found.new)}", ""]
    if not found.notes and not found.package:
        return "\n".join([*lines, f"{since}nothing changed." if since else "Nothing changed."]) + "\n"
    said = _counted(found)
    lines += [f"{since}{said if since else said[0].upper() + said[1:]}", ""]
    lines += _advice(found)
    for said, heading in _HEADINGS.items():
        lines += _listed(found, said, heading)
    lines += _rest(found)
    if caveat:
        lines += ["", f"Compared with edition {escape(found.old)} as {caveat}."]
    return "\n".join(lines).rstrip() + "\n"


def _listed(found: Difference, said: str, heading: str) -> Iterator[str]:
    """All notes to which this happened, under a heading."""
    group = sorted(found.said(said), key=lambda note: (note.note_type, note.name.lower(), note.guid))
    if not group:
        return
    yield from (f"## {heading}", "")
    if said == "retired":
        yield (
            f"Search for `tag:{found.retired}` in Anki's browser, then suspend these cards, or delete them. "
            "Their reviews stay until you do."
        )
        yield ""
    for note in group[:MAX_LISTED]:
        yield from _note(note)
    if len(group) > MAX_LISTED:
        yield f"- … and {len(group) - MAX_LISTED:,} more"
    yield ""


def _counted(found: Difference) -> str:
    added = found.said("added")
    cards = sum(len(note.cards_added) for note in found.notes)
    changed = len(found.said("reworded", "revived"))
    parts = [
        f"{_many(cards, 'new card')}" if cards else "",
        f"{_many(len(added), 'new note')}" if added else "",
        f"{_many(changed, 'note')} changed" if changed else "",
        f"{len(found.said('retired')):,} no longer kept up" if found.said("retired") else "",
    ]
    said = ", ".join(part for part in parts if part)
    return f"{said}." if said else "no text changed."


def _advice(found: Difference) -> list[str]:
    """What to do, and what it costs: the same each time, so that it can be trusted."""
    lines = [
        "Import the new package over the old one with Anki's default options. Every card keeps its schedule, its reviews, "
        "its flag, its suspension and its deck.",
        "",
    ]
    replaced = sum(
        note.effect in (Effect.TEXT, Effect.RETIRED, Effect.NEW_CARD, Effect.BLANK_CARD) for note in found.notes
    )
    replaced -= len(found.said("added"))
    if replaced > 0:
        lines += [
            f"{_many(replaced, 'note')} of yours will take our new text and tags. If you write into our notes or tag them, "
            "use the file that ends in `keep-my-notes.txt`: UPDATING.md, which comes with every release, says how.",
            "",
        ]
    blocked = [change for change in found.every if change.effect == Effect.BLOCKED]
    if blocked:
        lines += [f"Anki will refuse a part of this update, {_many(len(blocked), 'change')} in all:", ""]
        for change in blocked[:MAX_LISTED]:
            why = change.why_blocked if isinstance(change, NoteChange) else "; ".join(change.said)
            lines.append(f"- {escape(change.name)}: {escape(why)}")
        lines.append("")
    return lines


def _note(note: NoteChange) -> Iterator[str]:
    new = f" ({_many(len(note.cards_added), 'new card')})" if note.cards_added else ""
    yield f"- **{escape(note.name)}** · {escape(note.note_type)}{new}"
    for field in note.fields:
        if field.runs and not field.hidden:
            yield f"  - {escape(field.name)}: {runs(field, escape, _paint)}"
    if note.cards_blank:
        yield f"  - {escape(', '.join(note.cards_blank))}: no longer asked; suspend the card, or let Tools > Empty Cards delete it"


def _rest(found: Difference) -> list[str]:
    """What is no change of a card's text, under a heading, if there is any."""
    lines = []
    looks = [each.name for each in _quiet(found, "note type")]
    if looks:
        lines.append(f"- The looks of {escape(', '.join(looks))}.")
    media = [each for each in _quiet(found, "media") if each.notes]
    if media:
        lines.append(
            f"- {_many(len(media), 'picture or sound', 'pictures or sounds')} in notes that this edition updates."
        )
    lines += _of_notes(found)
    return ["## Also", "", *lines, ""] if lines else []


def _quiet(found: Difference, what: str) -> list[PackageChange]:
    """What changed in the package besides notes, and costs nobody anything."""
    return [each for each in found.package if each.what == what and each.effect == Effect.NOTHING]


def _of_notes(found: Difference) -> list[str]:
    """What changed about notes besides their text."""
    lines = []
    tags = len(found.said("retagged"))
    if tags:
        lines.append(f"- Only the tags of {_many(tags, 'note')}.")
    if found.reordered:
        lines.append(
            f"- The order in which new cards come, for those who start now ({_many(found.reordered, 'note')})."
        )
    dropped = len(found.said("dropped"))
    if dropped:
        lines.append(f"- {_many(dropped, 'note')} left the deck; yours stay as they are and are not updated again.")
    return lines


def _paint(mark: str, text: str) -> str:
    return f"~~{escape(text)}~~" if mark == "-" else f"**{escape(text)}**"


def _many(number: int, noun: str, nouns: str = "") -> str:
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"
