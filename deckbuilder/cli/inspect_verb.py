"""`deckbuilder inspect`"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import click

from deckbuilder.cli.common import as_json, count, fail, harmless
from deckbuilder.core.diagnostics import Fault
from deckbuilder.package.reader import TOO_LARGE, PackageContents, UnreadablePackage, open_package

MAX_TAGS = 40
MAX_MEDIA = 10
MAX_KNOWN = 200_000  # different tags, of which each is kept; the largest decks have some ten thousand
MAX_KNOWN_TEXT = 32 << 20
MAX_INDENT = 20  # a hostile tag has levels without end


@click.command("inspect")
@click.argument("package", metavar="FILE.apkg", type=click.Path(path_type=Path))
@click.option("--all-tags", is_flag=True, help=f"Show the whole tag tree, not the first {MAX_TAGS} lines of it.")
@click.option("--json", "for_programs", is_flag=True, help="Print everything as JSON.")
def command(package: Path, all_tags: bool, for_programs: bool) -> None:
    """Show what is inside any Anki package: decks, note types, counts, tags, media. Nothing is imported.

    \b
    Example:
      deckbuilder inspect dist/trainer-anatomy-2026-12.apkg
      deckbuilder inspect --json other.apkg
    """
    try:
        with open_package(package) as contents:
            seen = _seen(package, contents)
    except UnreadablePackage as unreadable:
        fail(Fault(str(unreadable)))
    if for_programs:
        click.echo(as_json(seen))
        return
    for line in _lines(package, seen, all_tags):
        click.echo(harmless(line))


def _lines(package: Path, seen: dict[str, Any], all_tags: bool) -> Iterator[str]:
    """What a person reads."""
    yield (
        f"{package}: {count(seen['notes'], 'note')}, {count(seen['cards'], 'card')}, "
        f"{count(len(seen['media']), 'media file')}; layout {seen['layout']}"
    )
    if seen["manifest"]:
        said = (f"{key} {value}" for key, value in seen["manifest"].items() if key not in ("notes", "cards"))
        yield f"  {', '.join(said)}"
    yield "Decks"
    for deck in seen["decks"]:
        yield f"  {deck['name']}: {count(deck['cards'], 'card')}"
    yield "Note types"
    for each in seen["note_types"]:
        cards = ", ".join(each["templates"])
        yield f"  {each['name']}: {count(each['notes'], 'note')}, {len(each['fields'])} fields, cards: {cards}"
    yield "Tags"
    yield from _tags(seen["tags"], all_tags)
    yield from _media(seen["media"], all_tags)
    if package.suffix.lower() == ".colpkg":
        yield "A .colpkg holds a whole collection: Anki puts it in the place of all that the learner has"


def _tags(tags: Mapping[str, int], everything: bool) -> Iterator[str]:
    tree = _tree(tags)
    for line in tree if everything else islice(tree, MAX_TAGS):
        yield f"  {line}"
    if left := sum(1 for _ in tree):
        yield f"  … {left:,} more; --all-tags shows them"


def _media(media: list[dict[str, Any]], everything: bool) -> Iterator[str]:
    """The first files, and each whose name Anki changes: whoever looks for that one finds it under another."""
    takers = Counter(each["kept"] for each in media)
    for place, each in enumerate(media):
        said = [f"{each['size']:,} bytes", *_of_name(each, takers[each["kept"]])]
        if everything or place < MAX_MEDIA or (len(said) > 1 and place < 100 * MAX_MEDIA):
            yield f"Media {each['name']}: {'; '.join(said)}"


def _of_name(file: dict[str, Any], takers: int) -> Iterator[str]:
    """What Anki makes of the name of a file. `takers`: how many files it would keep under the same one."""
    if file["kept"] is None:
        yield "Anki refuses the whole package because of this name"
        return
    if file["kept"] != file["name"]:
        yield f"Anki keeps it as {file['kept']}"
    if takers > 1:
        yield "another file would have the same name, and Anki keeps one of them"


def _seen(path: Path, contents: PackageContents) -> dict[str, Any]:
    tags, of_type = _counted(path, contents)
    in_deck = Counter(card.deck_id for card in contents.cards())
    return {
        "layout": contents.layout,
        "manifest": contents.manifest,
        "notes": contents.note_count,
        "cards": contents.card_count,
        "decks": [
            {"name": deck.name, "cards": in_deck[deck.id], "description": deck.description}
            for deck in contents.decks
            if in_deck[deck.id] or deck.id != 1
        ],
        "note_types": [
            {
                "name": each.name,
                "kind": each.kind,
                "notes": of_type[each.id],
                "fields": [field.name for field in each.fields],
                "templates": [template.name for template in each.templates],
            }
            for each in contents.note_types
        ],
        "tags": dict(sorted(tags.items())),
        "media": [{"name": media.name, "kept": media.kept, "size": media.size} for media in contents.media],
    }


def _counted(path: Path, contents: PackageContents) -> tuple[Counter[str], Counter[int]]:
    """How many notes bear each tag, and are of each type."""
    tags: Counter[str] = Counter()
    of_type: Counter[int] = Counter()
    text = 0
    for note in contents.notes():
        new = set(note.tags) - tags.keys()
        text += sum(map(len, new))
        if len(tags) + len(new) > MAX_KNOWN or text > MAX_KNOWN_TEXT:
            raise UnreadablePackage(f"{path}: has more than {MAX_KNOWN:,} different tags: {TOO_LARGE}")
        tags.update(set(note.tags))
        of_type[note.note_type_id] += 1
    return tags, of_type


def _tree(tags: Mapping[str, int]) -> Iterator[str]:
    """The tag tree, indented, each line with the notes that carry exactly this tag."""
    open_levels: list[str] = []
    for tag, number in tags.items():
        levels = tag.split("::")
        shared = next(
            (at for at, (one, two) in enumerate(zip(levels, open_levels, strict=False)) if one != two),
            min(len(levels), len(open_levels)),
        )
        for depth in range(shared, len(levels)):
            last = depth == len(levels) - 1
            yield f"{'  ' * min(depth, MAX_INDENT)}{levels[depth]}{f'  {number}' if last else ''}"
        open_levels = levels
