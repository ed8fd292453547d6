"""Two packages note by note, by Anki's own rules for an import with the default options.

Notes are known by guid, note types by id. All notes of both pass by twice: once for a digest each, once for the text of
those whose digest moved, so that memory grows with the number of notes and the size of the change, not with the decks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from deckbuilder.anki.notes import VERSION
from deckbuilder.core.frozen import dataclass
from deckbuilder.diff import mediafiles
from deckbuilder.diff.changes import Difference, Effect, FieldChange, NoteChange, PackageChange
from deckbuilder.diff.packageside import Brief, PackageSide, side_of
from deckbuilder.diff.typechanges import blocked_types, type_changes
from deckbuilder.diff.wording import Budget, compare, plain, visible
from deckbuilder.lock.order import longest_run
from deckbuilder.package.reader import NoteSeen, NoteTypeSeen, PackageContents

TAG = 64  # bytes that a tag takes beside its letters
MAX_TEXT = 256 * 1024 * 1024  # of the notes that changed, in characters
RETIRED = "::Status::Retired"
_TWICE = "its guid stands twice in the package: Anki would update one of the two"


def differences(old_contents: PackageContents, new_contents: PackageContents) -> Difference:
    """What a learner who has the old package meets when he imports the new one. Both must be open.

    Raises `Fault` for packages that are too large to compare, `UnreadablePackage` for those that are damaged.
    """
    old, new = side_of(old_contents), side_of(new_contents)
    blocked = blocked_types(old, new)
    suspects = {guid for guid, note in new.notes.items() if _moved(old, new, guid, note)}
    gone = old.notes.keys() - new.notes.keys()
    before = dict(_texts(old, (suspects & old.notes.keys()) | gone))
    after = dict(_texts(new, suspects))
    pair = _Pair(old, new, blocked, Budget())
    found = [_dropped(guid, old, before.get(guid)) for guid in gone]
    found += [pair.change(guid, before.get(guid), after.get(guid)) for guid in suspects]
    arriving = {guid for guid, note in new.notes.items() if _arrives(old.notes.get(guid), note, blocked)}
    package = [
        *type_changes(old, new, blocked),
        *_decks(old, new),
        *mediafiles.changes(old_contents, new_contents, arriving),
    ]
    return Difference(
        visible(_name(new)),
        _edition(old_contents),
        _edition(new_contents),
        tuple(sorted(found, key=lambda note: (note.effect, note.note_type, note.name.lower(), note.guid))),
        tuple(sorted(package, key=lambda each: (each.effect, each.what, each.name))),
        same=len(new.notes) - len(suspects),
        reordered=_reordered(old, new),
        total_notes=new_contents.note_count,
        total_cards=new_contents.card_count,
        retired=_retired_tag(after.values()),
        abridged=pair.budget.left < 0 or len(after) < len(suspects),
    )


def _retired_tag(notes: Iterable[NoteSeen]) -> str:
    """The tag by which a learner finds the notes that are retired, if any is."""
    return next((tag for note in notes for tag in note.tags if tag.endswith(RETIRED)), "")


def _edition(contents: PackageContents) -> str:
    return visible(str((contents.manifest or {}).get("edition", "")))


def _moved(old: PackageSide, new: PackageSide, guid: str, note: Brief) -> bool:
    """Whether there is anything to tell of a note."""
    was = old.notes.get(guid)
    return (
        was is None
        or guid in new.twice
        or (was.digest, was.note_type, was.mod) != (note.digest, note.note_type, note.mod)
        or old.ordinals(was) != new.ordinals(note)
        or old.deck(was) != new.deck(note)
    )


def _arrives(was: Brief | None, now: Brief, blocked: Mapping[int, str]) -> bool:
    """Whether Anki adds this note, or puts it in the place of the one that a learner has."""
    if was is None:
        return True
    return was.note_type == now.note_type and now.note_type not in blocked and now.mod > was.mod


def _texts(side: PackageSide, guids: Iterable[str]) -> Iterator[tuple[str, NoteSeen]]:
    """The notes themselves, as many as memory has room for."""
    wanted, left = set(guids), MAX_TEXT
    for note in side.contents.notes() if wanted else ():
        if note.guid in wanted:
            left -= sum(map(len, note.fields)) + sum(len(tag) + TAG for tag in note.tags)
            if left < 0:
                return
            yield note.guid, note


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two packages whose notes are compared. `blocked`: note types that Anki would refuse, and why."""

    old: PackageSide
    new: PackageSide
    blocked: Mapping[int, str]
    budget: Budget

    def change(self, guid: str, before: NoteSeen | None, after: NoteSeen | None) -> NoteChange:
        """A note that is new, or not what it was. Its text is None where there is too much to tell."""
        if guid not in self.old.notes:
            return self._added(guid, after)
        was, now = self.old.notes[guid], self.new.notes[guid]
        earlier, kind = self.old.type_of(was), self.new.type_of(now)
        content = was.digest != now.digest
        fields = _fields(before, earlier, after, kind, self.budget) if before and after and content else ()
        filled = set(self.new.ordinals(now)) - set(self.old.ordinals(was))
        emptied = set(self.old.ordinals(was)) - set(self.new.ordinals(now))
        why = _why_blocked(was, now, content, guid in self.new.twice, self.blocked)
        decks = visible(self.old.deck(was)), visible(self.new.deck(now))
        keys = _titles(before, earlier)[0], _titles(after, kind)[0]
        change = NoteChange(
            guid,
            *_titles(after, kind),
            self.new.kind(now),
            Effect.TEXT if now.mod > was.mod else Effect.NOTHING,
            "restamped",
            why,
            tuple(fields),
            _tags(after, before),
            _tags(before, after),
            _card_names(kind, filled),
            _card_names(earlier, emptied),
            decks if self.old.deck(was) != self.new.deck(now) else None,
            keys if before and keys[0] != keys[1] else None,
        )
        return _judged(change, _retired(before), _retired(after), _said(change, content, before))

    def _added(self, guid: str, note: NoteSeen | None) -> NoteChange:
        brief = self.new.notes[guid]
        kind = self.new.type_of(brief)
        blocked = "it would land in a second note type" if kind.id in self.blocked else ""
        why = _TWICE if guid in self.new.twice else blocked
        effect = Effect.BLOCKED if why else Effect.NEW_CARD
        cards = _card_names(kind, self.new.ordinals(brief))
        return NoteChange(guid, *_titles(note, kind), self.new.kind(brief), effect, "added", why, cards_added=cards)


def _judged(change: NoteChange, was_retired: bool, retired: bool, said: str) -> NoteChange:
    """The change with what it does to a learner, and with what happened in a word."""
    if retired != was_retired:
        said = "retired" if retired else "revived"
    return replace(change, effect=_effect(change, retired and not was_retired), said=said)


def _effect(change: NoteChange, retired: bool) -> Effect:
    """The gravest that the change does to a learner; without any, what it says already."""
    if change.why_blocked:
        return Effect.BLOCKED
    if change.cards_blank:
        return Effect.BLANK_CARD
    if retired:
        return Effect.RETIRED
    return Effect.NEW_CARD if change.cards_added else change.effect


def _said(change: NoteChange, content: bool, before: NoteSeen | None) -> str:
    """What happened to the note, in a word."""
    cards = change.cards_added or change.cards_blank
    if not content and not cards:
        return "moved" if change.moved else change.said
    quiet = before is not None and not cards and all(field.hidden for field in change.fields)
    return _quietly(change) if quiet else "reworded"


def _quietly(change: NoteChange) -> str:
    """What happened to a note whose cards ask and answer what they did."""
    if change.tags_added or change.tags_removed:
        return "retagged"
    return "renamed" if change.renamed else "reworded"


def _why_blocked(was: Brief, now: Brief, content: bool, twice: bool, blocked: Mapping[int, str]) -> str:
    """Why Anki would not take this note, '' if it would."""
    if twice:
        return _TWICE
    if was.note_type != now.note_type:
        return "it moved to another note type: Anki would refuse it, and every later update of it"
    if content and now.mod <= was.mod:
        return "its time is not newer than before: Anki would skip it"
    return f"its note type changed its shape: {blocked[now.note_type]}" if content and now.note_type in blocked else ""


def _card_names(kind: NoteTypeSeen, ordinals: Iterable[int]) -> tuple[str, ...]:
    """The templates of these cards; of a cloze, the numbers of its gaps, or of its masks where it has those."""
    names = [template.name for template in kind.templates] if kind.kind == "normal" else []
    what = "mask" if any("image-occlusion-container" in template.front for template in kind.templates) else "gap"
    return tuple(visible(names[at]) if at < len(names) else f"{what} {at + 1}" for at in sorted(ordinals))


def _tags(one: NoteSeen | None, other: NoteSeen | None) -> tuple[str, ...]:
    """The tags that the other lacks; none where either is too much to tell."""
    if one is None or other is None:
        return ()
    return tuple(sorted(map(visible, set(one.tags) - set(other.tags))))


def _retired(note: NoteSeen | None) -> bool:
    return note is not None and any(tag.endswith(RETIRED) for tag in note.tags)


def _dropped(guid: str, old: PackageSide, was: NoteSeen | None) -> NoteChange:
    kind = old.type_of(old.notes[guid])
    key, name = _titles(was, kind)
    return NoteChange(guid, key, name, old.kind(old.notes[guid]), Effect.LEFT, "dropped")


def _titles(note: NoteSeen | None, kind: NoteTypeSeen) -> tuple[str, str]:
    """A note's first field, by which its builder knows it, and its sort field, by which a learner does."""
    if note is None:
        return "", "(too much to tell)"
    place = kind.sort_field if kind.sort_field < len(note.fields) else 0
    name = plain(note.fields[place][:2_000]) or plain(note.fields[0][:2_000])
    return plain(note.fields[0][:400])[:120], f"{name[:119]}…" if len(name) > 120 else name


def _fields(
    was: NoteSeen, before: NoteTypeSeen, note: NoteSeen, kind: NoteTypeSeen, budget: Budget
) -> Iterator[FieldChange]:
    """Anki matches the fields of one note type by place; those of two types are matched by name."""
    earlier = dict(zip(before.names, was.fields, strict=True))
    for place, (field, text) in enumerate(zip(kind.fields, note.fields, strict=True)):
        same_shape = len(before.fields) == len(kind.fields) and before.id == kind.id
        old = was.fields[place] if same_shape else earlier.get(field.name, "")
        if old != text and field.name != VERSION:
            yield FieldChange(visible(field.name), compare(old, text, budget), place == 0 or field.collapsed)


def _decks(old: PackageSide, new: PackageSide) -> Iterator[PackageChange]:
    """Decks go by name: an id in a package means nothing to Anki."""
    before = {deck.name: deck.description for deck in old.contents.decks}
    held = Counter(deck for cards in new.cards.values() for _, deck in cards)
    for deck in new.contents.decks:
        if deck.name not in before:
            if held[deck.id]:
                yield PackageChange("deck", visible(deck.name), Effect.NOTHING, ("new",))
        elif deck.description and deck.description != before[deck.name]:
            yield PackageChange("deck", visible(deck.name), Effect.NOTHING, ("new description",))


def _reordered(old: PackageSide, new: PackageSide) -> int:
    """How many of the notes that both have are taught in another order now."""
    before, now = (_taught(side, old.notes.keys() & new.notes.keys()) for side in (old, new))
    place = {guid: at for at, guid in enumerate(before)}
    return len(now) - len(longest_run([(at, place[guid]) for at, guid in enumerate(now)]))


def _taught(side: PackageSide, shared: Iterable[str]) -> list[str]:
    due: dict[int, int] = {}
    for card in side.contents.cards():
        due[card.note_id] = min(card.due, due.get(card.note_id, card.due))
    return sorted(shared, key=lambda guid: (due.get(side.notes[guid].id, 0), side.notes[guid].id))


def _name(side: PackageSide) -> str:
    """The deck that holds all others of the package, or the first."""
    held = {deck for cards in side.cards.values() for _, deck in cards}
    names = sorted(side.decks[id] for id in held if id in side.decks)
    return names[0].split("::")[0] if names else ""
