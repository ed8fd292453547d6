"""Note types of two packages: what Anki makes of one that changed, and why it would refuse all of its notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from deckbuilder.diff.changes import Effect, PackageChange
from deckbuilder.diff.packageside import PackageSide
from deckbuilder.diff.wording import visible
from deckbuilder.package.reader import FieldSeen, NoteTypeSeen, TemplateSeen

_BADLY = "Anki 23.10 adds the key to every front, and older ones keep their notes as they are"
_Parts = Sequence[FieldSeen | TemplateSeen]


def blocked_types(old: PackageSide, new: PackageSide) -> dict[int, str]:
    """The note types that Anki would refuse to update, by id, and why."""
    shared = old.types.keys() & new.types.keys()
    return {id: why for id in shared if (why := _refused(old.types[id], new.types[id]))}


def _refused(old: NoteTypeSeen, new: NoteTypeSeen) -> str:
    """Why Anki would refuse to update one note type by the other, '' if it would not: its own `equal_schema`, in words."""
    shapes: tuple[tuple[str, _Parts, _Parts], ...] = (
        ("fields", old.fields, new.fields),
        ("cards", old.templates, new.templates),
    )
    for what, before, after in shapes:
        if len(before) != len(after):
            return f"{len(before)} {what} before, {len(after)} now"
        for one, two in zip(before, after, strict=True):
            if not _same(one, two):
                return f"'{visible(two.name)}' stands among its {what} where '{visible(one.name)}' stood"
    return "" if old.kind == new.kind else f"it was {old.kind}, and is {new.kind}"


def type_changes(old: PackageSide, new: PackageSide, blocked: Mapping[int, str]) -> Iterator[PackageChange]:
    """What changed about each note type. `blocked`: why Anki would refuse some of them."""
    counts = Counter(brief.note_type for brief in new.notes.values())
    for id, kind in new.types.items():
        was = old.types.get(id)
        if was is None:
            effect, said = Effect.NOTHING, ["new"] if counts[id] else []
        else:
            effect, said = _graver(was, kind, blocked.get(id, ""), _said(was, kind))
        if said:
            yield PackageChange("note type", visible(kind.name), effect, tuple(map(visible, said)), counts[id])


def _same(one: FieldSeen | TemplateSeen, two: FieldSeen | TemplateSeen) -> bool:
    """Whether Anki takes the two for one and the same: by their ids where both have one."""
    return one.id == two.id if one.id is not None and two.id is not None else one.name == two.name


def _said(was: NoteTypeSeen, kind: NoteTypeSeen) -> list[str]:
    """What is not as it was, in words."""
    said = [f"renamed from '{visible(was.name)}'"] if was.name != kind.name else []
    said += [f"{each}: {_BADLY}" for each in _renames("field", was.fields, kind.fields)]
    said += _renames("card", was.templates, kind.templates)
    texts = zip(was.templates, kind.templates, strict=False)
    changed = [two.name for one, two in texts if (one.front, one.back) != (two.front, two.back)]
    said += [f"new template for {', '.join(changed)}"] if changed else []
    return [*said, "new styling"] if was.css != kind.css else said


def _renames(what: str, before: _Parts, after: _Parts) -> list[str]:
    pairs = zip(before, after, strict=False)
    return [f"{what} '{one.name}' is now '{two.name}'" for one, two in pairs if one.name != two.name]


def _graver(was: NoteTypeSeen, kind: NoteTypeSeen, why: str, said: list[str]) -> tuple[Effect, list[str]]:
    """The effect of what changed, with the words for it. `why`: Anki refuses the type, and every note of it."""
    effect = Effect.NOTHING
    if said and kind.mod <= was.mod:
        said, effect = [*said, "its time is not newer than before: Anki would skip this"], Effect.BLOCKED
    if was.sort_field != kind.sort_field:
        said, effect = [*said, "another sort field: every learner must sync in full"], Effect.FULL_SYNC
    if why:
        said, effect = [f"its shape changed ({why}): Anki refuses every update of its notes", *said], Effect.BLOCKED
    return effect, said
