"""The files of a release: packages, the text file, what changed, how to update, checksums."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from deckbuilder import diff
from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.project import shipped
from deckbuilder.core.transaction import write_text
from deckbuilder.diff import Difference
from deckbuilder.lock import Release
from deckbuilder.package import text
from deckbuilder.package.checksum import sha256
from deckbuilder.workspace import selection
from deckbuilder.workspace.building import CHANGES
from deckbuilder.workspace.ready import Ready
from deckbuilder.workspace.selection import Selection
from deckbuilder.workspace.snapshot import Tick

SUMS = "SHA256SUMS"
UPDATING = "UPDATING.md"


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A file of a release; `notes` and `cards` of a package."""

    name: str
    bytes: int
    sha256: str
    notes: int = 0
    cards: int = 0


def packages(folder: Path, stem: str, ready: Ready, tick: Tick) -> tuple[list[ReleaseFile], str]:
    """The whole deck, and a part of it for each exam; the digest of the whole."""
    files: list[ReleaseFile] = []
    digest = ""
    parts: list[Selection | None] = [None, *_variants(ready)]
    for done, part in enumerate(parts):
        tick("packaging", done, len(parts))
        path = folder / (f"{stem}-{part.name}.apkg" if part else f"{stem}.apkg")
        notes = part.of(ready.rendered.notes) if part else ready.rendered.notes
        written = ready.write(path, notes, part.title if part else "")
        digest = digest or written.digest
        files.append(_file(path, written.notes, written.cards))
    return files, digest


def words(folder: Path, stem: str, ready: Ready, changes: str) -> list[ReleaseFile]:
    """The text file for learners who write in our notes, what the deck is, what changed, and how to update."""
    notes, types = ready.rendered.notes, ready.rendered.note_types
    about, page = ready.page
    said = {
        f"{stem}-keep-my-notes.txt": text.dump(notes, types, ready.lock, ready.decks(notes)),
        about: page,
        CHANGES: changes,
        UPDATING: updating(ready.rendered.deck.tag_root),
    }
    for name, each in said.items():
        write_text(folder / name, each)
    return [_file(folder / name) for name in said]


def updating(root: str) -> str:
    """How to update, with the tags as this deck has them."""
    page = (shipped() / "docs" / "updating.md").read_text("utf-8")
    page = re.sub(r"\s*<!--.*?-->", "", page, flags=re.DOTALL)  # the names of tests, which learners do not look up
    return re.sub(r"\bTA\b", lambda _: root, page)


def checksums(folder: Path, files: list[ReleaseFile]) -> None:
    """Writes the checksums, in the form that `sha256sum --check` reads."""
    write_text(folder / SUMS, "".join(f"{each.sha256}  {each.name}\n" for each in files))


def changes(ready: Ready, before: Release | None, story: tuple[Difference, str] | None, package: ReleaseFile) -> str:
    """`CHANGES.md`. `story`: what changed since the release before, None where that one cannot be had."""
    if story:
        return diff.for_learners(*story)
    head = f"# {ready.rendered.deck.name}, edition {ready.edition}\n\n"
    if before:
        return f"{head}What changed since edition {before.edition} cannot be listed: its package was not at hand.\n"
    return f"{head}The first edition: {package.cards:,} cards from {package.notes:,} notes.\n"


def _variants(ready: Ready) -> list[Selection]:
    """One for each exam that asks for a part of the deck."""
    root = ready.rendered.deck.tag_root
    variants = []
    for exam in sorted(ready.exams, key=lambda each: each.id):
        try:
            part = selection.exam(exam.id, ready.exams, root, ready.tags)
        except Fault:
            continue  # its blueprint asks for nothing that is here
        if 0 < len(part.of(ready.rendered.notes)) < len(ready.rendered.notes):
            variants.append(part)
    return variants


def _file(path: Path, notes: int = 0, cards: int = 0) -> ReleaseFile:
    return ReleaseFile(path.name, path.stat().st_size, sha256(path), notes, cards)
