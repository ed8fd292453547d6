"""A lock that is older than a package which was built here: what the package says is outrun, or the build refuses."""

from __future__ import annotations

import json
import shutil
import time
import zipfile
from pathlib import Path

import pytest
from support.author import Author
from support.judge import Anki
from support.opened import broken

from deckbuilder.core.diagnostics import Fault
from deckbuilder.lock import LOCK
from deckbuilder.package import reader

pytestmark = pytest.mark.usefixtures("compiles_each_template_once")
BICEPS, FILE = "muscle/biceps-brachii", "cards/muscles/biceps-brachii.yaml"
PACKAGE = "dist/arm-2026-11.apkg"


def mistaken(author: Author) -> dict[str, str]:
    """A wrong edit, built and given to somebody, then taken back together with its lock."""
    author.build()
    kept = {name: author.read(name) for name in (FILE, LOCK)}
    author.edit(FILE, "It flexes the elbow", "It extends the elbow")
    author.build()
    for name, text in kept.items():
        author.write(name, text)
    return kept


def test_an_edit_that_was_taken_back_with_its_lock_reaches_those_who_have_it(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    mistaken(author)
    anki.imports(author.dist / "arm-2026-11.apkg")
    guid = author.guid(BICEPS)
    assert "extends" in anki.note(guid).fields["Why"]
    anki.review(guid)
    before = anki.schedule()

    report = author.attempt()

    assert report.built is not None and report.built.changes.changed == (BICEPS,)
    (said,) = report.diagnostics
    assert (said.rule, said.severity, said.location.path) == ("newer-package", "warning", PACKAGE)
    assert f"says otherwise of {BICEPS}: whoever has it would keep that" in said.message
    assert anki.imports(report.built.path).updated == (guid,)
    assert "flexes" in anki.note(guid).fields["Why"] and anki.schedule() == before
    assert author.attempt().diagnostics == []


def test_only_what_the_package_says_otherwise_is_dated_anew(author: Author) -> None:
    mistaken(author)
    before = {key: (entry.mod, entry.note) for key, entry in author.lock.notes.items()}

    author.attempt()

    after = {key: (entry.mod, entry.note) for key, entry in author.lock.notes.items()}
    assert {key for key in after if after[key] != before[key]} == {BICEPS}


def test_a_locked_build_says_why_it_refuses(author: Author) -> None:
    mistaken(author)
    before = author.state()

    with pytest.raises(Fault) as refused:
        author.attempt(locked=True)

    assert str(refused.value).startswith(f"{PACKAGE}: it was built after this lock was, and says otherwise of {BICEPS}")
    assert "commit cards/deck.lock" in refused.value.help
    assert author.state() == before
    (author.dist / "arm-2026-11.apkg").unlink()
    author.build(locked=True)


def test_a_lock_of_an_older_commit_is_dated_after_the_package_too(author: Author) -> None:
    author.build()
    old = author.read(LOCK)
    for word in ("bends", "folds"):
        author.edit(FILE, "It flexes the elbow" if word == "bends" else "It bends the elbow", f"It {word} the elbow")
        author.build()
    newest = author.lock.notes[BICEPS].mod
    author.write(LOCK, old)
    author.edit(FILE, "It folds the elbow", "It bends the elbow")
    author.now -= 100  # a clock that is behind besides

    author.attempt()

    assert author.lock.notes[BICEPS].mod > newest


def test_styling_that_was_taken_back_arrives_again(author: Author, anki: Anki) -> None:
    author.take_templates()
    anki.imports(author.build().path)
    kept = author.read(LOCK)
    author.edit("templates/muscle/cards/origin.html.j2", "[% block question %]", "[% block question %]WRONG ")
    anki.imports(author.build().path)
    assert "WRONG" in str(anki.notetypes()["ARM Muscle"].sides)
    author.edit("templates/muscle/cards/origin.html.j2", "WRONG ", "")
    author.write(LOCK, kept)

    report = author.attempt()

    assert report.built is not None and report.built.changes.types == ("ARM Muscle",)
    anki.imports(report.built.path)
    assert "WRONG" not in str(anki.notetypes()["ARM Muscle"].sides)


def test_the_folder_of_a_release_is_looked_at_too(author: Author) -> None:
    mistaken(author)
    folder = author.dist / "arm-2026-11"
    folder.mkdir()
    shutil.move(author.root / PACKAGE, folder / "arm-2026-11.apkg")

    assert [each.location.path for each in author.attempt().diagnostics] == ["dist/arm-2026-11/arm-2026-11.apkg"]


def test_ordinary_builds_read_no_package(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    author.build()
    monkeypatch.setattr("deckbuilder.package.reader.open_package", pytest.fail)

    author.edit(FILE, "It flexes the elbow", "It bends the elbow")
    author.build()
    author.build(locked=True)
    author.edit(FILE, "It bends the elbow", "It flexes the elbow")
    author.build()


def test_packages_of_other_decks_and_of_strangers_are_left_alone(author: Author, anki: Anki, tmp_path: Path) -> None:
    kept = mistaken(author)
    mine = author.root / PACKAGE
    other = Author(tmp_path / "other")
    other.edit("cards/deck.yaml", "deck: arm", "deck: leg")
    other.edit(FILE, "It flexes the elbow", "It is another one's")
    other.now = author.now + 500
    shutil.copy(other.build().path, author.dist / "leg.apkg")
    mine.unlink()
    (author.dist / "arm.apkg").write_bytes(b"no zip")
    (author.dist / "folder.apkg").mkdir()
    for name, manifest in {"a": b"[]", "b": b'{"deck": "arm", "state": 7}', "c": b"{" * 100_000, "d": b"\xff"}.items():
        with zipfile.ZipFile(author.dist / f"{name}.apkg", "w") as archive:
            archive.writestr("manifest.json", manifest)
    with zipfile.ZipFile(author.dist / "e.apkg", "w") as archive:
        archive.writestr("manifest.json", json.dumps({"deck": "arm", "state": "unknown", "newest": 10**18}))

    assert author.attempt().diagnostics == []
    assert author.read(LOCK) == kept[LOCK]


def test_a_package_from_far_in_the_future_moves_nothing_of_ours(author: Author) -> None:
    mistaken(author)
    before = author.read(LOCK)
    far = broken(author.root / PACKAGE, f"update notes set mod = {int(time.time()) + 400 * 86_400}")
    shutil.move(far, author.root / PACKAGE)

    assert author.attempt().diagnostics == []
    assert author.read(LOCK) == before


def test_the_manifest_tells_of_what_lock_a_package_was_made(author: Author) -> None:
    path = author.build().path

    about = reader.manifest(path)

    assert about is not None and about == reader.read(path).manifest
    assert about["newest"] == max(entry.mod for entry in author.lock.notes.values())
