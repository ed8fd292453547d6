"""Pictures, sounds and other files that changed, by Anki's rules for an import.

A file comes with notes that are new or newer and ask for it; one whose name begins with `_` comes by itself, and only
where there is none of that name. Where other content lies under a name that the learner has, Anki gives ours a name of
its own and writes that into the notes that it updates, so that every other note keeps showing the old one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterator

from deckbuilder.diff.changes import Effect, PackageChange
from deckbuilder.diff.wording import visible
from deckbuilder.package.medianames import STATIC, asked
from deckbuilder.package.reader import PackageContents, PackedFile, UnreadablePackage

MAX_READ = 1024 * 1024 * 1024  # to be compared byte by byte
REFUSED = "Anki refuses the whole package because of this name"
OVERWRITTEN = "Anki 26.5 and newer put it in the place of the old one everywhere, since its name has a capital letter"


def changes(old: PackageContents, new: PackageContents, arriving: Container[str]) -> Iterator[PackageChange]:
    """What becomes of each file that is not what it was. `arriving`: the guids of notes that Anki adds or updates."""
    before, after = _by_name(old), _by_name(new)
    for each in new.media:
        if each.kept is None:
            yield PackageChange("media", visible(each.name), Effect.BLOCKED, (REFUSED,))
    other = set(_other(old, new, before, after))
    held = {name for name in other if name.startswith(STATIC)} | _asked(old, other).keys()
    came = after.keys() - before.keys() | (other - held)
    wanted = came | other
    coming = _asked(new, wanted, arriving)
    staying = _asked(new, wanted)
    staying.subtract(coming)
    for name in sorted(before.keys() | wanted):
        if name not in after:
            said = "no longer in the package; learners keep theirs"
            yield PackageChange("media", visible(name), Effect.NOTHING, (said,))
        elif name in came:
            yield _new(new, after[name], name, coming[name], staying[name])
        elif name in other:
            yield _changed(new, after[name], name, coming[name], staying[name])


def _new(contents: PackageContents, media: PackedFile, name: str, coming: int, staying: int) -> PackageChange:
    effect, said = Effect.NOTHING, "new"
    if not name.startswith(STATIC) and not coming:
        said = "new, but no note asks for it: Anki does not bring it"
        if staying:
            said = f"new, but {_not_newer(staying)}: Anki does not bring it"
            effect = Effect.BLOCKED
    elif _missing(contents, media):
        effect, said = Effect.BLOCKED, "listed in the package and not in it: Anki stops the import"
    return PackageChange("media", visible(name), effect, (said,))


def _changed(contents: PackageContents, media: PackedFile, name: str, coming: int, staying: int) -> PackageChange:
    effect, notes, said = Effect.BLOCKED, staying, ["other content under the same name"]
    if name.startswith(STATIC):
        said.append(f"Anki never replaces a file whose name begins with '{name[:1]}': learners keep the old one")
    elif coming and _missing(contents, media):
        said = ["listed in the package and not in it: Anki stops the import"]
    else:
        said += _by_notes(coming, staying)
        effect = Effect.BLOCKED if staying else Effect.NOTHING
        notes = staying or coming
    if name != name.lower() and (coming or name.startswith(STATIC)):
        said.append(OVERWRITTEN)
    return PackageChange("media", visible(name), effect, ("; ".join(said),), notes)


def _by_notes(coming: int, staying: int) -> Iterator[str]:
    """Which content is seen where, by the notes that ask for a file and come, or stay as they are."""
    if not coming:
        yield f"{_not_newer(staying) if staying else 'no note asks for it'}: learners keep the old one"
    elif not staying:
        yield "it comes with the notes that ask for it, beside the old one and under a name of its own"
    else:
        yield f"new in {_many(coming)}, under a name of its own"
        yield f"old in {_many(staying)}, not newer than before"


def _by_name(contents: PackageContents) -> dict[str, PackedFile]:
    return {media.kept: media for media in contents.media if media.kept is not None}


def _other(
    old: PackageContents, new: PackageContents, before: dict[str, PackedFile], after: dict[str, PackedFile]
) -> Iterator[str]:
    """The names under which the two packages hold different bytes."""
    left = MAX_READ
    for name in sorted(before.keys() & after.keys()):
        one, two = before[name], after[name]
        left -= max(one.size, two.size)
        readable = left > 0 and one.size and two.size  # a file that is listed and absent has no size
        if one.size != two.size or (readable and old.content(one) != new.content(two)):
            yield name


def _asked(contents: PackageContents, names: Collection[str], guids: Container[str] | None = None) -> Counter[str]:
    """How many notes, all or those with these guids, ask for each of the names."""
    found: Counter[str] = Counter()
    for note in contents.notes() if names else ():
        if guids is None or note.guid in guids:
            found.update({name for text in note.fields for name in asked(text) if name in names})
    return found


def _missing(contents: PackageContents, media: PackedFile) -> bool:
    if media.size:
        return False
    try:
        contents.content(media)
    except UnreadablePackage:
        return True
    return False


def _not_newer(notes: int) -> str:
    if notes == 1:
        return "the note that asks for it is not newer than before"
    return f"none of the {notes:,} notes that ask for it is newer than before"


def _many(notes: int) -> str:
    return f"{notes:,} note{'' if notes == 1 else 's'}"
