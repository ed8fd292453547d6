"""The deck itself: what learners' collections know it by, and what Anki would do if that changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from deckbuilder.core.diagnostics import Diagnostic, Severity
from deckbuilder.lock.entry import DeckEntry, Lock

if TYPE_CHECKING:
    from deckbuilder.records import Deck

_ON_PURPOSE = "if learners must pay this price, build with --allow-schema-change"


def deck_entry(deck: Deck, old: DeckEntry | None, now: int) -> DeckEntry:
    """The entry of the deck after this build. `deck`: the record; its time moves only when something about it did."""
    subdecks = tuple(sorted((each.id, each.name) for each in deck.subdecks.values()))
    prefix = deck.note_types.prefix
    made = DeckEntry(deck.namespace, deck.anki_id, deck.name, deck.tag_root, prefix, subdecks, now)
    if old is None:
        return made
    return old if replace(made, mod=old.mod) == old else replace(made, mod=max(now, old.mod + 1))


def check_numbers_of_deck(deck: Deck) -> Iterator[Diagnostic]:
    """Numbers that stand for two things at once: Anki would keep one of them. Names that do are the rules' own business."""
    ids = {deck.anki_id: "the deck"}
    for key, each in deck.subdecks.items():
        what = f"subdeck '{key}'"
        if ids.setdefault(each.id, what) != what:
            message = f"{ids[each.id]} and {what} have the id {each.id}: one of them would go into the package, with the cards of both"
            at = deck.locate("subdecks", key, "id")
            yield Diagnostic(at, "same-id", message, "give each its own; the one that learners have keeps it")
    kinds: dict[int, str] = {}
    for kind, id in deck.note_types.ids.items():
        if kinds.setdefault(id, kind) != kind:
            message = (
                f"the note types of '{kinds[id]}' and '{kind}' have the id {id}: Anki would refuse the notes of one"
            )
            help = "give each its own; the one that learners have keeps it"
            yield Diagnostic(deck.locate("note_types", "ids", kind), "same-id", message, help)


def check_deck(lock: Lock, deck: Deck, severity: Severity) -> Iterator[Diagnostic]:
    """What learners know the deck by and that is another now, each with its price."""
    old = lock.deck
    if old is None:
        return
    now = deck_entry(deck, old, old.mod)
    for path, key, price in (
        (
            ("namespace",),
            "namespace",
            "notes that learners have keep their identity, but whatever is built without this lock, or on a branch from "
            "before, would come to them a second time",
        ),
        (
            ("anki_id",),
            "anki_id",
            "Anki goes by the deck's name when it imports, but whatever goes by the number would find a second deck",
        ),
        (
            ("name",),
            "name",
            "learners keep their cards in the old deck, and new cards come in a second one of the new name",
        ),
        (
            ("tag_root",),
            "tag_root",
            "every note is changed: what learners wrote in them and tagged is replaced, and what they search by tag is gone",
        ),
        (
            ("note_types", "prefix"),
            "prefix",
            "every note type gets another name with learners, and every picture comes to them again under another",
        ),
    ):
        before, after = getattr(old, key), getattr(now, key)
        if before != after:
            yield Diagnostic(
                deck.locate(*path),
                "deck-change",
                f"`{key}` was {before} with learners and is {after} now: {price}",
                f"bring {before} back; {_ON_PURPOSE}",
                severity,
            )
    yield from _subdecks(old, deck, severity)


def _subdecks(old: DeckEntry, deck: Deck, severity: Severity) -> Iterator[Diagnostic]:
    known = dict(old.subdecks)
    numbers = {name: id for id, name in old.subdecks}
    ids = {each.id for each in deck.subdecks.values()}
    told = set()
    for key, each in deck.subdecks.items():
        if each.id in known and known[each.id] != each.name:
            message = (
                f"the subdeck '{known[each.id]}' is called '{each.name}' now: learners keep their cards in the old one, and "
                "new cards come in a second deck of the new name"
            )
            at, help = deck.locate("subdecks", key, "name"), f"call it '{known[each.id]}' again"
        elif each.id not in known and numbers.get(each.name, each.id) not in ids:
            before = numbers[each.name]
            told.add(before)
            message = (
                f"the subdeck '{each.name}' had the id {before} with learners: Anki goes by its name when it imports, but "
                "whatever goes by the number would find a second deck"
            )
            at, help = deck.locate("subdecks", key, "id"), f"give it back the id {before}"
        else:
            continue
        yield Diagnostic(at, "deck-change", message, f"{help}; {_ON_PURPOSE}", severity)
    for id, name in old.subdecks:
        if id not in ids and id not in told:
            message = (
                f"the subdeck '{name}' is gone: learners keep it with their cards, and new cards come in other decks"
            )
            help = f"bring it back with the id {id}; {_ON_PURPOSE}"
            yield Diagnostic(deck.locate("subdecks"), "deck-change", message, help, severity)
