"""What a learner knows, read out of real collections: open ones, closed ones, exported ones, damaged ones. None is touched."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from anki.collection import ExportAnkiPackageOptions
from support.author import Author
from support.judge import Anki

from deckbuilder.package import collection, database
from deckbuilder.package.collection import Learner
from deckbuilder.package.database import UnreadablePackage

DAY = 86_400


@pytest.fixture
def learner(author: Author, anki: Anki) -> Iterator[Anki]:
    """Who has imported the starter and answered six cards, five of them so that they come again in days."""
    anki.imports(author.build().path)
    for card in anki.cards()[:5]:
        anki.review(card.guid, card.ordinal, 4)
    card = anki.cards()[5]
    anki.review(card.guid, card.ordinal, 1)
    yield anki


def read(anki: Anki, *, now: int | None = None, path: Path | None = None) -> Learner:
    guids = {card.guid for card in anki.cards()}
    return collection.read(path or anki.path, guids, now or int(time.time()))


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


def with_fsrs(anki: Anki, **options: Any) -> None:
    anki.collection.set_config("fsrs", True)
    config = anki.collection.decks.config_dict_for_deck_id(anki.collection.decks.id_for_name("Arm::1 Facts"))  # type: ignore[arg-type]
    config.update(options)
    anki.collection.decks.update_config(config)


def test_every_card_is_as_anki_has_it(learner: Anki) -> None:
    learner.suspend(learner.cards()[8].guid, learner.cards()[8].ordinal)
    cards = learner.cards()

    seen = read(learner)

    assert {*seen.cards} == {(card.guid, card.ordinal) for card in cards}
    today = learner.collection.sched.today
    for card in cards:
        mine = seen.cards[card.guid, card.ordinal]
        assert mine.is_new == (card.type == 0)
        assert mine.suspended == (card.queue == -1)
        if card.type == 2:
            assert (mine.due, mine.last) == (card.due - today, 0)
            assert [answer.rating for answer in mine.answers] == [4]
    assert not seen.fsrs


def test_a_collection_that_anki_has_open_is_read_with_all_that_was_answered(learner: Anki) -> None:
    assert learner.path.with_name("collection.anki2-wal").stat().st_size > 0, "nothing stands in the log alone"

    open_ = read(learner)
    learner.collection.close()
    closed = collection.read(learner.path, {guid for guid, _ in open_.cards}, int(time.time()))
    learner.collection.reopen()

    assert open_.cards == closed.cards
    assert sum(not card.is_new for card in open_.cards.values()) == 6


def test_nothing_of_a_learners_is_written(learner: Anki) -> None:
    before = digests(learner.path.parent)
    stamps = {path.name: path.stat().st_mtime_ns for path in learner.path.parent.iterdir()}

    read(learner)

    assert digests(learner.path.parent) == before
    assert {path.name: path.stat().st_mtime_ns for path in learner.path.parent.iterdir()} == stamps


def test_a_folder_that_may_not_be_written_is_read(learner: Anki, tmp_path: Path) -> None:
    learner.collection.close()
    shutil.copytree(learner.path.parent, tmp_path / "mine", ignore=shutil.ignore_patterns("*.media"))
    learner.collection.reopen()
    (tmp_path / "mine").chmod(0o500)
    try:
        assert len(read(learner, path=tmp_path / "mine" / "collection.anki2").cards) == len(learner.cards())
    finally:
        (tmp_path / "mine").chmod(0o700)


def test_a_profiles_folder_stands_for_its_collection(learner: Anki) -> None:
    assert read(learner, path=learner.path.parent) == read(learner)


@pytest.mark.parametrize("legacy", [False, True])
def test_an_exported_collection_says_the_same(learner: Anki, tmp_path: Path, legacy: bool) -> None:
    before = read(learner)
    path = tmp_path / "me.colpkg"

    learner.collection.export_collection_package(str(path), include_media=False, legacy=legacy)
    learner.collection.reopen()

    after = collection.read(path, {guid for guid, _ in before.cards}, int(time.time()))
    assert after.cards == before.cards
    assert after.preset.retention == pytest.approx(before.preset.retention or 0.9)


def test_a_package_with_learning_progress_is_read_too(learner: Anki, tmp_path: Path) -> None:
    path = tmp_path / "arm.apkg"
    options = ExportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True)
    learner.collection.export_anki_package(out_path=str(path), options=options, limit=None)

    assert sum(not card.is_new for card in read(learner, path=path).cards.values()) == 6


@pytest.mark.parametrize("legacy", [False, True])
def test_the_parameters_and_the_goal_of_their_preset_are_read(learner: Anki, tmp_path: Path, legacy: bool) -> None:
    parameters = [
        0.3,
        1.2,
        2.4,
        8.1,
        6.4,
        0.8,
        3.0,
        0.01,
        1.9,
        0.2,
        0.8,
        1.5,
        0.06,
        0.3,
        1.6,
        0.6,
        1.9,
        0.5,
        0.1,
        0.07,
        0.2,
    ]
    with_fsrs(learner, fsrsParams6=parameters, desiredRetention=0.87)
    path = learner.path
    if legacy:
        path = tmp_path / "me.colpkg"
        learner.collection.export_collection_package(str(path), include_media=False, legacy=True)
        learner.collection.reopen()

    seen = read(learner, path=path)

    assert seen.fsrs
    assert seen.preset.parameters == pytest.approx(parameters)
    assert seen.preset.retention == pytest.approx(0.87)


def test_what_fsrs_wrote_with_a_card_is_read(learner: Anki) -> None:
    with_fsrs(learner)
    card = learner.cards()[9]
    learner.review(card.guid, card.ordinal, 3)

    studied = read(learner).cards[card.guid, card.ordinal]

    assert studied.stability is not None and studied.stability > 1
    assert studied.difficulty is not None and 1 <= studied.difficulty <= 10


def test_days_pass(learner: Anki) -> None:
    today, later = read(learner), read(learner, now=int(time.time()) + 3 * DAY)

    for place, card in today.cards.items():
        if not card.is_new and card.due:
            assert later.cards[place].due == card.due - 3
            assert later.cards[place].last == -3


def test_a_card_in_a_filtered_deck_is_due_where_it_comes_from(learner: Anki) -> None:
    before = read(learner)
    filtered = learner.collection.sched.get_or_create_filtered_deck(0)  # type: ignore[arg-type]
    filtered.config.search_terms[0].search = "-is:new"
    filtered.config.reschedule = False
    learner.collection.sched.add_or_update_filtered_deck(filtered)

    after = read(learner)

    assert {place: card.due for place, card in after.cards.items()} == {
        place: card.due for place, card in before.cards.items()
    }
    assert after.preset == before.preset


def test_what_was_forgotten_by_hand_is_new_again(learner: Anki) -> None:
    card = learner.cards()[0]
    learner.collection.sched.schedule_cards_as_new([card.id])  # type: ignore[list-item]

    assert read(learner).cards[card.guid, card.ordinal].is_new


def test_notes_of_others_are_passed_over(learner: Anki) -> None:
    guid = learner.cards()[0].guid

    seen = collection.read(learner.path, {guid, "none-of-theirs"}, int(time.time()))

    assert {place[0] for place in seen.cards} == {guid}


# What is none


def refused(path: Path) -> str:
    with pytest.raises(UnreadablePackage) as refusal:
        collection.read(path, {"a"}, int(time.time()))
    return str(refusal.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "is empty"), (b"Dear reader\n", "is a text"), (b"\x1f\x8b\x08", "is compressed with gzip"),
     (b"PK\x03\x04", "a zip file whose end is missing"), (b"\x00" * 100, "is no collection of Anki")],
)  # fmt: skip
def test_what_is_no_collection_is_told_with_what_to_give(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "collection.anki2"
    path.write_bytes(content)

    said = refused(path)

    assert says in said
    assert str(path) in said


def test_a_file_that_is_not_there_and_a_folder_without_one_are_told(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "none.anki2")
    assert "is a folder without a collection.anki2" in refused(tmp_path)


def test_another_database_is_no_collection(tmp_path: Path) -> None:
    path = tmp_path / "other.anki2"
    with sqlite3.connect(path) as db:
        db.execute("create table col (x)")
    db.close()

    assert "lacks columns that Anki's has" in refused(path)


def test_a_database_that_does_more_than_hold_tables_is_refused(learner: Anki, tmp_path: Path) -> None:
    learner.collection.close()
    path = tmp_path / "collection.anki2"
    shutil.copy(learner.path, path)
    learner.collection.reopen()
    with sqlite3.connect(path) as db:
        db.execute("create trigger t after insert on notes begin delete from cards; end")
    db.close()

    assert "views or triggers" in refused(path)


def test_a_damaged_collection_is_refused_or_read_and_never_a_traceback(learner: Anki, tmp_path: Path) -> None:
    learner.collection.close()
    whole = learner.path.read_bytes()
    guids = {"a", *_guids(learner.path)}
    learner.collection.reopen()
    path = tmp_path / "collection.anki2"
    step = len(whole) // 60
    for at in range(100, len(whole), step):
        path.write_bytes(whole[:at] + bytes(each ^ 0xFF for each in whole[at : at + 64]) + whole[at + 64 :])
        try:
            collection.read(path, guids, int(time.time()))
        except UnreadablePackage as refusal:
            assert str(path) in str(refusal)
    path.write_bytes(whole[: len(whole) // 2])
    assert "damaged" in refused(path)


def _guids(path: Path) -> list[str]:
    db = sqlite3.connect(path)
    found = [guid for (guid,) in db.execute("select guid from notes")]
    db.close()
    return found


def test_a_collection_that_is_being_written_says_to_close_anki(learner: Anki, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = shutil.copyfile

    def meanwhile(source: Path, target: Path) -> None:
        copy(source, target)
        with Path(source).open("ab") as file:
            file.write(b"\0")

    learner.collection.close()
    path = learner.path.with_name("busy.anki2")
    shutil.copy(learner.path, path)
    learner.collection.reopen()
    monkeypatch.setattr("deckbuilder.package.collection.shutil.copyfile", meanwhile)

    assert "Anki is writing to it: close Anki" in refused(path)


def test_one_that_is_too_large_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "collection.anki2"
    path.write_bytes(b"SQLite format 3\0" + bytes(5_000))
    monkeypatch.setattr(collection, "MAX_DATABASE", 4_096)

    assert "more than is read here" in refused(path)


def test_nonsense_in_a_card_is_not_believed(learner: Anki) -> None:
    card = learner.cards()[0]
    assert learner.collection.db is not None
    for data in (
        "",
        "{",
        "[]",
        '{"s": "x"}',
        '{"s": -1, "d": true}',
        '{"s": NaN}',
        '{"s": 1e400}',
        "[" * 5_000,
        "x" * 20_000,
    ):
        learner.collection.db.execute(
            "update cards set data = ?, due = 9223372036854775807 where id = ?", data, card.id
        )

        studied = read(learner).cards[card.guid, card.ordinal]

        assert (studied.stability, studied.due) == (None, 0), data


def test_floats_of_a_message_are_those_of_fixed_width() -> None:
    message = b"\x08\x07" + b"\x15\x00\x00\x60\x3f" + b"\x1a\x04" + bytes(4) + b"\x21" + bytes(8)

    assert database.floats(message) == {2: 0.875}
    assert database.protobuf(message) == ({1: 7}, {3: [bytes(4)]})
