"""`release`: what goes out is whole, is remembered, and is never anything else again."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support.author import Author
from support.blueprint import BLUEPRINT
from support.called import deckbuilder
from support.edits import BICEPS, BICEPS_FILE, TRICEPS, _adds, _retires, _studies
from support.judge import Anki
from support.published import bytes_of, commit, published, refused, release
from support.repository import git

from deckbuilder.package.reader import read
from deckbuilder.verbs import release as releases
from deckbuilder.workspace import Workspace


@pytest.fixture
def kept(author: Author) -> Author:
    """A project in git, with an exam, built and committed."""
    author.write("cards/vocabulary/exams.yaml", BLUEPRINT)
    git(author, "init", "-q", "-b", "main")
    commit(author)
    return author


def test_a_release_is_one_folder_with_all_that_learners_get(kept: Author) -> None:
    done = release(kept, "2026-11")

    assert done.folder == kept.dist / "arm-2026-11"
    assert sorted(bytes_of(done.folder)) == [
        "CHANGES.md",
        "SHA256SUMS",
        "UPDATING.md",
        "arm-2026-11-about.md",
        "arm-2026-11-any-cpt.apkg",
        "arm-2026-11-keep-my-notes.txt",
        "arm-2026-11.apkg",
    ]
    whole, part = (read(done.folder / name) for name in ("arm-2026-11.apkg", "arm-2026-11-any-cpt.apkg"))
    assert 0 < part.note_count < whole.note_count == len(kept.lock.notes)
    assert "The first edition" in (done.folder / "CHANGES.md").read_text("utf-8")
    assert [path.name for path in kept.root.rglob("*.part")] == []


def test_the_checksums_are_those_of_the_files(kept: Author) -> None:
    folder = release(kept, "2026-11").folder

    sums = [line.split("  ") for line in (folder / "SHA256SUMS").read_text().splitlines()]

    assert {name: digest for digest, name in sums} == {
        name: hashlib.sha256(data).hexdigest() for name, data in bytes_of(folder).items() if name != "SHA256SUMS"
    }
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=True)


def test_the_lock_remembers_the_edition_and_deck_yaml_bears_its_name(kept: Author) -> None:
    about = kept.read("cards/deck.yaml")

    done = release(kept, "2026-12")

    last = kept.lock.last
    assert last is not None and last.edition == "2026-12"
    assert last.digest == (read(done.folder / "arm-2026-12.apkg").manifest or {})["digest"]
    assert kept.read("cards/deck.yaml") == about.replace("edition: 2026-11", "edition: 2026-12")
    assert sorted(git(kept, "status", "--porcelain").split()) == ["M", "M", "cards/deck.lock", "cards/deck.yaml"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("edition: 2026-11\n", "edition: 2026-12\n"),
        ("edition: '2026-11'   # the month\n", "edition: '2026-12'   # the month\n"),
        ('edition: "2026-11"\r\n', 'edition: "2026-12"\r\n'),
    ],
)
def test_the_line_of_the_edition_alone_changes(kept: Author, before: str, after: str) -> None:
    text = "\ufeff" + kept.read("cards/deck.yaml").replace("edition: 2026-11\n", before)
    kept.write("cards/deck.yaml", text)
    commit(kept)

    release(kept, "2026-12")

    assert (kept.root / "cards/deck.yaml").read_bytes() == text.replace(before, after).encode()


def test_the_same_edition_again_gives_the_same_bytes_on_a_fresh_clone_too(kept: Author, tmp_path: Path) -> None:
    published(kept, "2026-11")
    kept.edit(BICEPS_FILE, "It flexes", "It bends")
    first = bytes_of(published(kept, "2026-12").folder)

    again = release(kept, "2026-12")
    subprocess.run(["git", "clone", "-q", str(kept.root), str(tmp_path / "clone")], check=True)
    done = deckbuilder("release", "2026-12", cwd=tmp_path / "clone")

    assert again.again and bytes_of(again.folder) == first
    assert done.returncode == 0, done.stderr
    assert bytes_of(tmp_path / "clone" / "dist" / "arm-2026-12") == first
    assert git(kept, "status", "--porcelain") == ""


def test_learners_keep_everything_from_release_to_release(kept: Author, anki: Anki) -> None:
    _studies(anki, kept)
    folder = published(kept, "2026-11").folder
    anki.imports(folder / "arm-2026-11.apkg")
    before = anki.schedule()
    kept.edit(BICEPS_FILE, "It flexes", "It bends")
    _retires(kept)
    kept.waits()

    folder = published(kept, "2026-12").folder
    result = anki.imports(folder / "arm-2026-12.apkg")

    after = anki.schedule()
    assert {place: after[place] for place in before} == before
    assert not result.conflicting and kept.guid(BICEPS) in result.updated
    assert "TA::Status::Retired" in anki.note(kept.guid(TRICEPS)).tags
    assert anki.note(kept.guid(BICEPS)).fields["Version"] == "2026-12"


def test_changes_are_told_against_the_last_release_by_build_too(kept: Author) -> None:
    published(kept, "2026-11")
    kept.edit(BICEPS_FILE, "It flexes", "It bends")

    kept.build()
    told = (kept.dist / "CHANGES.md").read_text("utf-8")
    kept.edit(BICEPS_FILE, "It bends", "It folds")
    kept.build()
    later = (kept.dist / "CHANGES.md").read_text("utf-8")

    assert told.startswith("# Arm, edition 2026-11-next\n\nSince edition 2026-11: 1 note changed.")
    assert "~~flexes~~ **bends**" in told
    assert "~~flexes~~ **folds**" in later, "learners never had the build in between"


def test_a_release_that_is_no_longer_in_dist_is_made_again_from_git(kept: Author) -> None:
    published(kept, "2026-11")
    kept.edit(BICEPS_FILE, "It flexes", "It bends")
    commit(kept)
    shutil.rmtree(kept.dist)

    kept.build()
    diffed = deckbuilder("diff", cwd=kept.root)

    told = (kept.dist / "CHANGES.md").read_text("utf-8")
    assert "~~flexes~~ **bends**" in told and "Compared with" not in told
    assert diffed.returncode == 0 and "[-flexes-] {+bends+}" in diffed.stdout


def test_where_the_last_release_cannot_be_had_it_is_said(kept: Author) -> None:
    published(kept, "2026-11")
    kept.edit(BICEPS_FILE, "It flexes", "It bends")
    shutil.rmtree(kept.dist)
    shutil.rmtree(kept.root / ".git")

    report = kept.attempt()
    done = release(kept, "2026-12")

    assert [fault.rule for fault in report.diagnostics] == ["no-release"]
    assert not (kept.dist / "CHANGES.md").exists()
    assert "cannot be listed" in (done.folder / "CHANGES.md").read_text("utf-8")


def test_without_git_a_release_is_made_with_a_warning(author: Author) -> None:
    author.build()

    author.now += 60
    report = releases.release(author.project, author.dist, "2026-11", author.now)

    assert report.released is not None
    assert [(fault.rule, fault.severity) for fault in report.diagnostics] == [("no-git", "warning")]


def test_what_was_edited_after_a_release_never_bears_its_name(kept: Author) -> None:
    released = published(kept, "2026-11").folder / "arm-2026-11.apkg"
    same = kept.build()
    kept.edit(BICEPS_FILE, "It flexes", "It bends")

    other = kept.build()

    assert same.path.name == "arm-2026-11.apkg" and same.path.read_bytes() == released.read_bytes()
    assert other.path.name == "arm-2026-11-next.apkg"
    versions = {note.guid: note.fields[-8] for note in read(other.path).notes()}
    names = read(other.path).note_types[0].names
    assert names[-8] == "Version"
    assert versions.pop(kept.guid(BICEPS)) == "2026-11-next"
    assert set(versions.values()) == {"2026-11"}


def test_a_release_dates_what_it_brings_and_nothing_else(kept: Author) -> None:
    published(kept, "2026-11")
    kept.edit(BICEPS_FILE, "It flexes", "It bends")
    commit(kept)
    before = {key: entry.mod for key, entry in kept.lock.notes.items()}

    release(kept, "2026-12")

    after = {key: entry.mod for key, entry in kept.lock.notes.items()}
    last = kept.lock.last
    assert last is not None and after.pop(BICEPS) == kept.now == last.time > before.pop(BICEPS)
    assert after == before
    assert not kept.attempt().built or kept.build().path.name == "arm-2026-12.apkg"


def test_what_a_learner_touched_between_the_build_of_an_edit_and_its_release_takes_the_edit(
    kept: Author, anki: Anki
) -> None:
    anki.imports(published(kept, "2026-11").folder / "arm-2026-11.apkg", at=kept.now)
    kept.edit(BICEPS_FILE, "It flexes", "It bends")
    commit(kept)
    guid = kept.guid(BICEPS)
    anki.tag(guid, "mine")
    assert anki.collection.db is not None
    anki.collection.db.execute("update notes set mod = ? where guid = ?", kept.now + 30, guid)

    result = anki.imports(release(kept, "2026-12").folder / "arm-2026-12.apkg")

    assert guid in result.updated and "It bends" in anki.note(guid).fields["Why"]


# What is refused


def test_uncommitted_source_is_refused(kept: Author) -> None:
    kept.edit(BICEPS_FILE, "It flexes", "It bends")
    kept.write("cards/muscles/new.yaml", "")

    fault = refused(kept, "2026-12")

    assert "cards/muscles/biceps-brachii.yaml" in fault.message and "cards/muscles/new.yaml" in fault.message


def test_a_stale_lock_is_refused(kept: Author) -> None:
    kept.edit(BICEPS_FILE, "It flexes", "It bends")
    git(kept, "commit", "-qam", "without a build")

    assert "cards/deck.lock is out of date: 1 changed" in refused(kept, "2026-12").message


@pytest.mark.parametrize("edition", ["2026-10", "2026-9", "2025-12", "2026.11", "2026_11"])
def test_an_edition_that_goes_backwards_is_refused(kept: Author, edition: str) -> None:
    published(kept, "2026-11")

    assert f"edition {edition} does not come after 2026-11" in refused(kept, edition).message


def test_another_text_under_a_released_edition_is_refused(kept: Author) -> None:
    published(kept, "2026-11")
    kept.edit(BICEPS_FILE, "It flexes", "It bends")
    commit(kept)
    text = refused(kept, "2026-11")
    git(kept, "revert", "--no-edit", "HEAD")
    (kept.dist / "arm-2026-11-next.apkg").unlink()  # nobody got it: else what is taken back is dated anew
    kept.edit("cards/deck.yaml", "about: |", "about: |\n  Something else.\n")
    commit(kept)
    about = refused(kept, "2026-11")

    assert "went out already, and the cards have changed since" in text.message
    assert "this would be another one under its name" in about.message


@pytest.mark.parametrize("edition", ["", "../x", "a b", "-x", "x" * 33, "2026/11", "é", "2026-11\n"])
def test_what_cannot_name_an_edition_is_refused(kept: Author, edition: str) -> None:
    assert "cannot name an edition" in refused(kept, edition).message


def test_faults_of_cards_stop_a_release(kept: Author) -> None:
    kept.edit(BICEPS_FILE, "insertion: radial-tuberosity", "insertion: radial-tuberosty")
    git(kept, "commit", "-qam", "a slip")
    before = kept.state()

    report = releases.release(kept.project, kept.dist, "2026-12", kept.now)

    assert report.released is None and [fault.rule for fault in report.diagnostics] == ["unknown-reference"]
    assert kept.state() == before


def test_what_anki_would_refuse_is_released_only_on_purpose_and_told_to_learners(kept: Author, anki: Anki) -> None:
    kept.take_templates()
    first = published(kept, "2026-11").folder
    text = kept.read("templates/muscle/notetype.yaml")
    kept.write("templates/muscle/notetype.yaml", text.replace("{id: 104, name: Say", "{id: 199, name: Say"))
    kept.edit(BICEPS_FILE, "It flexes", "It bends")
    kept.build(allow_schema_change=True)
    git(kept, "add", "-A")
    git(kept, "commit", "-qm", "another shape")

    fault = refused(kept, "2026-12")
    done = release(kept, "2026-12", allow=True)

    assert "Anki would refuse a part of this release" in fault.message
    assert "Anki will refuse a part of this update" in (done.folder / "CHANGES.md").read_text("utf-8")
    anki.imports(first / "arm-2026-11.apkg")
    assert kept.guid(BICEPS) in anki.imports(done.folder / "arm-2026-12.apkg").conflicting


def test_the_shipped_deck_is_not_released_from_elsewhere(tmp_path: Path) -> None:
    done = deckbuilder("release", "2099-01", "--project", str(tmp_path), cwd=tmp_path)
    installed = deckbuilder("release", "2099-01", cwd=tmp_path)

    assert done.returncode == 1
    assert installed.returncode == 1 and "released by its makers" in installed.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_verb_says_what_there_is_and_what_comes_next(kept: Author) -> None:
    done = deckbuilder("release", "2026-12", cwd=kept.root)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("dist/arm-2026-12\n")
    assert "next: commit cards/, tag it 2026-12, publish the folder" in done.stdout
    listed = re.findall(r"  [0-9a-f]{12} +[\d,]+ KiB  (\S+)", done.stdout)
    assert set(listed) | {"SHA256SUMS"} == set(bytes_of(kept.dist / "arm-2026-12"))


def test_retired_notes_stay_in_every_release_under_their_guid(kept: Author) -> None:
    published(kept, "2026-11")
    guid = kept.guid(TRICEPS)
    _retires(kept)
    second = published(kept, "2026-12").folder
    _adds(kept)
    kept.edit(BICEPS_FILE, "It flexes", "It bends")
    third = published(kept, "2027-01").folder

    for folder, edition in ((second, "2026-12"), (third, "2027-01")):
        assert guid in {note.guid for note in read(folder / f"arm-{edition}.apkg").notes()}
    assert "No longer kept up" in (second / "CHANGES.md").read_text("utf-8")
    assert "No longer kept up" not in (third / "CHANGES.md").read_text("utf-8")
    assert Workspace(kept.project).check().diagnostics == []


def test_a_release_waits_for_a_build_that_outruns_what_was_handed_out_meanwhile(kept: Author) -> None:
    published(kept, "2026-11")
    kept.edit(BICEPS_FILE, "It flexes", "It bends")
    commit(kept)
    git(kept, "revert", "--no-edit", "HEAD")

    assert "dist/arm-2026-11-next.apkg: it was built after this lock" in refused(kept, "2026-12").message

    commit(kept)
    later = kept.lock.notes["muscle/biceps-brachii"].mod
    published(kept, "2026-12")
    assert kept.lock.notes["muscle/biceps-brachii"].mod >= later


def test_how_to_update_speaks_of_the_decks_own_tags(kept: Author) -> None:
    kept.edit("cards/deck.yaml", "tag_root: TA", "tag_root: Schulter_1")
    kept.build(allow_schema_change=True)

    published(kept, "2026-11")

    (page,) = kept.dist.rglob("UPDATING.md")
    assert "tag:Schulter_1::Status::Retired" in page.read_text("utf-8")
    assert not re.search(r"\bTA\b", page.read_text("utf-8"))


def test_how_to_update_is_for_learners_who_open_it_as_text(kept: Author) -> None:
    text = (published(kept, "2026-11").folder / "UPDATING.md").read_text("utf-8")

    assert "<!--" not in text and "test_" not in text
    assert not re.search(r" \n|\n{3}", text) and text.endswith("not tried.\n")


def test_a_build_says_how_many_cards_go_blank_once_there_are_learners(kept: Author) -> None:
    kept.build()
    before, lock = kept.read("cards/concepts.yaml"), kept.read("cards/deck.lock")
    case = next(line for line in kept.read("cards/concepts.yaml").splitlines(keepends=True) if "case:" in line)
    kept.edit("cards/concepts.yaml", case, "")

    done = deckbuilder("build", cwd=kept.root)

    assert "since the lock" in done.stdout and "1 changed" in done.stdout
    assert "learners" not in done.stdout and "blank" not in done.stdout and "reviews" not in done.stdout

    kept.write("cards/concepts.yaml", before)
    kept.write("cards/deck.lock", lock)
    published(kept, "2026-11")
    kept.edit("cards/concepts.yaml", case, "")

    done = deckbuilder("build", cwd=kept.root)

    assert "for learners, since the lock, dated" in done.stdout
    assert "1 card that they may have go blank: `deckbuilder diff HEAD` names them" in done.stdout
