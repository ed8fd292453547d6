"""A difference in words for authors: as text for a terminal, as Markdown, as a value for JSON. The gravest comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from deckbuilder.core.patterns import regex
from deckbuilder.diff.changes import Difference, Effect, FieldChange, NoteChange, PackageChange
from deckbuilder.diff.wording import shorten

Mark = Callable[[str, str], str]
_MARKDOWN = regex(r"([\\`*_~<>\[\]|#])")


def as_value(found: Difference) -> dict[str, Any]:
    """Everything, for JSON, with effects by name."""
    value = asdict(found)
    for each in (*value["notes"], *value["package"]):
        each["means"] = Effect(each["effect"]).words
        each["effect"] = Effect(each["effect"]).name.lower().replace("_", " ")
    return value


def as_text(
    found: Difference, paint: Mark = lambda mark, text: f"[-{text}-]" if mark == "-" else f"{{+{text}+}}"
) -> str:
    """For a terminal. `paint(mark, words)` shows words that went ('-') and came ('+')."""
    lines = [f"{title(found)}: {summary(found)}"]
    for effect, group in _by_effect(found):
        lines += ["", f"{effect.words[0].upper()}{effect.words[1:]}"]
        for change in group:
            lines.append(f"  {headline(change)}")
            lines += [f"      {line}" for line in _details(change, lambda text: text, paint)]
    lines += ["", *after(found)] if any(after(found)) else []
    return "\n".join(lines)


def as_markdown(found: Difference) -> str:
    """The difference as Markdown, for a pull request."""

    def paint(mark: str, text: str) -> str:
        return f"~~{escape(text)}~~" if mark == "-" else f"**{escape(text)}**"

    lines = [f"# {escape(title(found))}", "", f"{summary(found)}."]
    for effect, group in _by_effect(found):
        lines += ["", f"## {effect.words[0].upper()}{effect.words[1:]}", ""]
        for change in group:
            lines.append(f"- {escape(headline(change))}")
            lines += [f"  - {line}" for line in _details(change, escape, paint)]
    for line in after(found):
        lines += ["", line]
    return "\n".join(lines)


def title(found: Difference) -> str:
    """What is compared, as in 'Trainer Anatomy, 2026-11 to 2026-12'."""
    editions = " to ".join(dict.fromkeys(each for each in (found.old, found.new) if each))
    return ", ".join(each for each in (found.deck, editions) if each) or "The packages"


def summary(found: Difference) -> str:
    """'2 added, 1 reworded, 192 as they were'."""
    order = ("added", "reworded", "retagged", "renamed", "retired", "revived", "moved", "restamped", "dropped")
    counts = [(len(found.said(said)), said) for said in order]
    parts = [f"{number:,} {said}" for number, said in counts if number]
    return ", ".join([*parts, f"{found.same:,} as they were"]) if parts else "no note differs"


def headline(change: NoteChange | PackageChange) -> str:
    """What changed, and how, in a line."""
    if isinstance(change, PackageChange):
        notes = f" ({change.notes:,} note{'' if change.notes == 1 else 's'})" if change.notes else ""
        return f"{change.what} {change.name}{notes}"
    key = f" ({change.key})" if change.key and change.key != change.name else ""
    return f"{change.said} {change.note_type}: {change.name}{key}"


def after(found: Difference) -> list[str]:
    """What is no change of any one note."""
    lines = []
    if found.reordered:
        lines.append(
            f"{found.reordered:,} notes are taught at another place; cards that learners have stay where they are."
        )
    if found.abridged:
        lines.append("There was too much to compare word by word: some changes are only named.")
    return lines


def runs(field: FieldChange, plain: Callable[[str], str], paint: Mark) -> str:
    """A field's old and new words in one line."""
    if not field.runs:
        return "only its markup, or too much of it to show"
    return " ".join(plain(text) if mark == "=" else paint(mark, text) for mark, text in shorten(field.runs))


def escape(text: str) -> str:
    """Text that means nothing to Markdown."""
    return _MARKDOWN.sub(r"\\\1", text)


def _by_effect(found: Difference) -> Iterator[tuple[Effect, list[NoteChange | PackageChange]]]:
    return ((effect, list(group)) for effect, group in groupby(found.every, key=lambda each: each.effect))


def _details(change: NoteChange | PackageChange, plain: Callable[[str], str], paint: Mark) -> Iterator[str]:
    if isinstance(change, PackageChange):
        yield from map(plain, change.said)
        return
    if change.why_blocked:
        yield plain(change.why_blocked)
    if change.renamed:
        yield plain(f"renamed from {change.renamed[0]}")
    for field in change.fields:
        yield f"{plain(field.name)}: {runs(field, plain, paint)}"
    for sign, tags in (("+", change.tags_added), ("-", change.tags_removed)):
        if tags:
            yield f"tags: {paint(sign, ' '.join(tags))}"
    yield from map(plain, _of_cards(change))


def _of_cards(change: NoteChange) -> Iterator[str]:
    """What happens to the cards of a note, and to nothing else of it."""
    if change.cards_added:
        yield f"new cards: {', '.join(change.cards_added)}"
    if change.cards_blank:
        yield f"blank from now on: {', '.join(change.cards_blank)}"
    if change.moved:
        yield f"new cards go to {change.moved[1]} instead of {change.moved[0]}; those they have stay where they are"
    if change.said == "restamped":
        yield "nothing but its time changed"
