"""Two packages note by note, by Anki's own rules for an import with the default options.

Notes are known by guid, note types by id. All notes of both pass by twice: once for a digest each, once for the text of
those whose digest moved, so that memory grows with the number of notes and the size of the change, not with the decks.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from deckbuilder.anki.notes import VERSION
from deckbuilder.core.diagnostics import Fault
from deckbuilder.diff import mediafiles
from deckbuilder.diff.changes import Difference, Effect, FieldChange, NoteChange, PackageChange
from deckbuilder.diff.wording import Budget, compare, plain, visible
from deckbuilder.lock.order import longest_run
from deckbuilder.package.reader import FieldSeen, NoteSeen, NoteTypeSeen, PackageContents, TemplateSeen

MAX_NOTES = 400_000
MAX_GUIDS = 64 * 1024 * 1024  # of all notes, in characters
TAG = 64  # bytes that a tag takes beside its letters
MAX_TEXT = 256 * 1024 * 1024  # of the notes that changed, in characters
RETIRED = "::Status::Retired"
_TWICE = "its guid stands twice in the package: Anki would update one of the two"
_BADLY = "Anki 23.10 adds the key to every front, and older ones keep their notes as they are"
_Parts = Sequence[FieldSeen | TemplateSeen]
_UNKNOWN = NoteTypeSeen(0, "(unknown)", "normal", 0, "", 0, (), ())


@dataclass(frozen=True, slots=True)
class _Brief:
    """What is kept of every note: enough to know whether it changed."""

    id: int
    note_type: int
    mod: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class _Side:
    """One package: its notes by guid, their cards as (ordinal, deck) by note id, its types and decks by id."""

    contents: PackageContents
    notes: Mapping[str, _Brief]
    twice: frozenset[str]
    cards: Mapping[int, list[tuple[int, int]]]
    types: Mapping[int, NoteTypeSeen]
    decks: Mapping[int, str]
    prefix: str  # that all note types have in common: 'TA '

    def type_of(self, brief: _Brief) -> NoteTypeSeen:
        return self.types.get(brief.note_type, _UNKNOWN)

    def kind(self, brief: _Brief) -> str:
        """The name of a note's type, without the prefix that tells nothing."""
        return visible(self.type_of(brief).name.removeprefix(self.prefix))

    def ordinals(self, brief: _Brief) -> list[int]:
        return sorted(ordinal for ordinal, _ in self.cards.get(brief.id, ()))

    def deck(self, brief: _Brief) -> str:
        return " + ".join(sorted({self.decks.get(deck, "?") for _, deck in self.cards.get(brief.id, ())}))


def differences(old_contents: PackageContents, new_contents: PackageContents) -> Difference:
    """What a learner who has the old package meets when he imports the new one. Both must be open.

    Raises `Fault` for packages that are too large to compare, `UnreadablePackage` for those that are damaged.
    """
    old, new = _side(old_contents), _side(new_contents)
    blocked = {id: why for id in old.types.keys() & new.types.keys() if (why := _schema(old.types[id], new.types[id]))}
    suspects = {guid for guid, note in new.notes.items() if _moved(old, new, guid, note)}
    gone = old.notes.keys() - new.notes.keys()
    before = dict(_texts(old, (suspects & old.notes.keys()) | gone))
    after = dict(_texts(new, suspects))
    budget = Budget()
    arriving = {guid for guid, note in new.notes.items() if _arrives(old.notes.get(guid), note, blocked)}
    changed = [_dropped(guid, old, before.get(guid)) for guid in gone]
    for guid in suspects:
        if guid in old.notes:
            changed.append(_changed(guid, old, new, before.get(guid), after.get(guid), blocked, budget))
        else:
            changed.append(_added(guid, new, after.get(guid), blocked))
    found = sorted(changed, key=lambda note: (note.effect, note.note_type, note.name.lower(), note.guid))
    package = [
        *_note_types(old, new, blocked),
        *_decks(old, new),
        *mediafiles.changes(old_contents, new_contents, arriving),
    ]
    manifest, earlier = new_contents.manifest or {}, old_contents.manifest or {}
    return Difference(
        visible(_name(new)),
        visible(str(earlier.get("edition", ""))),
        visible(str(manifest.get("edition", ""))),
        tuple(found),
        tuple(sorted(package, key=lambda each: (each.effect, each.what, each.name))),
        same=len(new.notes) - sum(note.said != "dropped" for note in found),
        reordered=_reordered(old, new),
        total_notes=new_contents.note_count,
        total_cards=new_contents.card_count,
        retired=next((tag for note in after.values() for tag in note.tags if tag.endswith(RETIRED)), ""),
        abridged=budget.left < 0 or len(after) < len(suspects),
    )


def _side(contents: PackageContents) -> _Side:
    if contents.note_count > MAX_NOTES or contents.card_count > 8 * MAX_NOTES:
        raise Fault(f"a package of more than {MAX_NOTES:,} notes is too large to compare", "compare parts of it")
    notes: dict[str, _Brief] = {}
    twice: set[str] = set()
    types = {each.id: each for each in contents.note_types}
    left = MAX_GUIDS
    for note in contents.notes():
        left -= len(note.guid)
        if left < 0:
            raise Fault("a package with guids so long is too large to compare", "compare parts of it")
        if note.guid in notes:
            twice.add(note.guid)
        notes[note.guid] = _Brief(note.id, note.note_type_id, note.mod, _digest(note, types))
    cards: dict[int, list[tuple[int, int]]] = {}
    known, pairs = {note.id for note in notes.values()}, dict[tuple[int, int], tuple[int, int]]()
    for card in contents.cards():
        if card.note_id in known:
            pair = (card.ordinal, card.deck_id)
            cards.setdefault(card.note_id, []).append(pairs.setdefault(pair, pair))
    decks = {deck.id: deck.name for deck in contents.decks}
    names = [each.name for each in contents.note_types]
    first = {name.partition(" ")[:2] for name in names}
    prefix = "".join(first.pop()) if len(names) > 1 and len(first) == 1 else ""
    return _Side(contents, notes, frozenset(twice), cards, types, decks, prefix)


def _digest(note: NoteSeen, types: Mapping[int, NoteTypeSeen]) -> bytes:
    """Of what a learner would notice. The edition in which a note last changed is no content."""
    kind = types.get(note.note_type_id, _UNKNOWN)
    hidden = {place for place, field in enumerate(kind.fields) if field.name == VERSION and field.collapsed}
    said = [text for place, text in enumerate(note.fields) if place not in hidden]
    return hashlib.blake2b("\x1f".join([*said, "\x1e", *sorted(note.tags)]).encode(), digest_size=12).digest()


def _moved(old: _Side, new: _Side, guid: str, note: _Brief) -> bool:
    """Whether there is anything to tell of a note."""
    was = old.notes.get(guid)
    return (
        was is None
        or guid in new.twice
        or (was.digest, was.note_type, was.mod) != (note.digest, note.note_type, note.mod)
        or old.ordinals(was) != new.ordinals(note)
        or old.deck(was) != new.deck(note)
    )


def _arrives(was: _Brief | None, now: _Brief, blocked: Mapping[int, str]) -> bool:
    """Whether Anki adds this note, or puts it in the place of the one that a learner has."""
    if was is None:
        return True
    return was.note_type == now.note_type and now.note_type not in blocked and now.mod > was.mod


def _texts(side: _Side, guids: Iterable[str]) -> Iterator[tuple[str, NoteSeen]]:
    """The notes themselves, as many as memory has room for."""
    wanted, left = set(guids), MAX_TEXT
    for note in side.contents.notes() if wanted else ():
        if note.guid in wanted:
            left -= sum(map(len, note.fields)) + sum(len(tag) + TAG for tag in note.tags)
            if left < 0:
                return
            yield note.guid, note


def _added(guid: str, new: _Side, note: NoteSeen | None, blocked: Mapping[int, str]) -> NoteChange:
    brief = new.notes[guid]
    kind = new.type_of(brief)
    why = _TWICE if guid in new.twice else "it would land in a second note type" if kind.id in blocked else ""
    effect = Effect.BLOCKED if why else Effect.NEW_CARD
    cards = _card_names(kind, new.ordinals(brief))
    return NoteChange(guid, *_titles(note, kind), new.kind(brief), effect, "added", why, cards_added=cards)


def _changed(
    guid: str,
    old: _Side,
    new: _Side,
    before: NoteSeen | None,
    after: NoteSeen | None,
    blocked: Mapping[int, str],
    budget: Budget,
) -> NoteChange:
    """A note that both have. Its text is None where there is too much to tell."""
    was, now = old.notes[guid], new.notes[guid]
    earlier, kind = old.type_of(was), new.type_of(now)
    content = was.digest != now.digest
    fields: tuple[FieldChange, ...] = ()
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    if before and after:
        fields = tuple(_fields(before, earlier, after, kind, budget)) if content else ()
        came, went = (_tags(one, other) for one, other in ((after, before), (before, after)))
    retired, was_retired = _retired(after), _retired(before)
    filled = set(new.ordinals(now)) - set(old.ordinals(was))
    emptied = set(old.ordinals(was)) - set(new.ordinals(now))
    why = _why_blocked(was, now, content, guid in new.twice, blocked)
    if why:
        effect = Effect.BLOCKED
    elif emptied:
        effect = Effect.BLANK_CARD
    elif retired and not was_retired:
        effect = Effect.RETIRED
    elif filled:
        effect = Effect.NEW_CARD
    else:
        effect = Effect.TEXT if now.mod > was.mod else Effect.NOTHING
    decks = old.deck(was), new.deck(now)
    keys = _titles(before, earlier)[0], _titles(after, kind)[0]
    if retired != was_retired:
        said = "retired" if retired else "revived"
    elif content or filled or emptied:
        quiet = before and not filled and not emptied and all(field.hidden for field in fields)
        said = (
            "reworded" if not quiet else "retagged" if came or went else "renamed" if keys[0] != keys[1] else "reworded"
        )
    else:
        said = "moved" if decks[0] != decks[1] else "restamped"
    return NoteChange(
        guid,
        *_titles(after, kind),
        new.kind(now),
        effect,
        said,
        why,
        fields,
        came,
        went,
        _card_names(kind, filled),
        _card_names(earlier, emptied),
        (visible(decks[0]), visible(decks[1])) if decks[0] != decks[1] else None,
        keys if before and keys[0] != keys[1] else None,
    )


def _why_blocked(was: _Brief, now: _Brief, content: bool, twice: bool, blocked: Mapping[int, str]) -> str:
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


def _tags(one: NoteSeen, other: NoteSeen) -> tuple[str, ...]:
    """The tags that the other lacks."""
    return tuple(sorted(map(visible, set(one.tags) - set(other.tags))))


def _retired(note: NoteSeen | None) -> bool:
    return note is not None and any(tag.endswith(RETIRED) for tag in note.tags)


def _dropped(guid: str, old: _Side, was: NoteSeen | None) -> NoteChange:
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


def _schema(old: NoteTypeSeen, new: NoteTypeSeen) -> str:
    """Why Anki would refuse to update one note type by the other, '' if it would not: its own `equal_schema`, in words."""
    shapes: tuple[tuple[str, _Parts, _Parts], ...] = (
        ("fields", old.fields, new.fields),
        ("cards", old.templates, new.templates),
    )
    for what, before, after in shapes:
        if len(before) != len(after):
            return f"{len(before)} {what} before, {len(after)} now"
        for one, two in zip(before, after, strict=True):
            same = one.id == two.id if one.id is not None and two.id is not None else one.name == two.name
            if not same:
                return f"'{visible(two.name)}' stands among its {what} where '{visible(one.name)}' stood"
    return "" if old.kind == new.kind else f"it was {old.kind}, and is {new.kind}"


def _note_types(old: _Side, new: _Side, blocked: Mapping[int, str]) -> Iterator[PackageChange]:
    counts = Counter(brief.note_type for brief in new.notes.values())
    for id, kind in new.types.items():
        was = old.types.get(id)
        if was is None:
            if counts[id]:
                yield PackageChange("note type", visible(kind.name), Effect.NOTHING, ("new",), counts[id])
            continue
        said = [f"renamed from '{visible(was.name)}'"] if was.name != kind.name else []
        renamed: tuple[tuple[str, _Parts, _Parts], ...] = (
            ("field", was.fields, kind.fields),
            ("card", was.templates, kind.templates),
        )
        for what, before, after in renamed:
            pairs = zip(before, after, strict=False)
            renames = [f"{what} '{one.name}' is now '{two.name}'" for one, two in pairs if one.name != two.name]
            said += [f"{each}: {_BADLY}" for each in renames] if what == "field" else renames
        texts = zip(was.templates, kind.templates, strict=False)
        changed = [two.name for one, two in texts if (one.front, one.back) != (two.front, two.back)]
        said += [f"new template for {', '.join(changed)}"] if changed else []
        said += ["new styling"] if was.css != kind.css else []
        effect = Effect.NOTHING
        if said and kind.mod <= was.mod:
            said, effect = [*said, "its time is not newer than before: Anki would skip this"], Effect.BLOCKED
        if was.sort_field != kind.sort_field:
            said, effect = [*said, "another sort field: every learner must sync in full"], Effect.FULL_SYNC
        if id in blocked:
            why = f"its shape changed ({blocked[id]}): Anki refuses every update of its notes"
            said, effect = [why, *said], Effect.BLOCKED
        if said:
            yield PackageChange("note type", visible(kind.name), effect, tuple(map(visible, said)), counts[id])


def _decks(old: _Side, new: _Side) -> Iterator[PackageChange]:
    """Decks go by name: an id in a package means nothing to Anki."""
    before = {deck.name: deck.description for deck in old.contents.decks}
    held = Counter(deck for cards in new.cards.values() for _, deck in cards)
    for deck in new.contents.decks:
        if deck.name not in before:
            if held[deck.id]:
                yield PackageChange("deck", visible(deck.name), Effect.NOTHING, ("new",))
        elif deck.description and deck.description != before[deck.name]:
            yield PackageChange("deck", visible(deck.name), Effect.NOTHING, ("new description",))


def _reordered(old: _Side, new: _Side) -> int:
    """How many of the notes that both have are taught in another order now."""
    before, now = (_taught(side, old.notes.keys() & new.notes.keys()) for side in (old, new))
    place = {guid: at for at, guid in enumerate(before)}
    return len(now) - len(longest_run([(at, place[guid]) for at, guid in enumerate(now)]))


def _taught(side: _Side, shared: Iterable[str]) -> list[str]:
    due: dict[int, int] = {}
    for card in side.contents.cards():
        due[card.note_id] = min(card.due, due.get(card.note_id, card.due))
    return sorted(shared, key=lambda guid: (due.get(side.notes[guid].id, 0), side.notes[guid].id))


def _name(side: _Side) -> str:
    """The deck that holds all others of the package, or the first."""
    held = {deck for cards in side.cards.values() for _, deck in cards}
    names = sorted(side.decks[id] for id in held if id in side.decks)
    return names[0].split("::")[0] if names else ""
