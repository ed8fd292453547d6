"""Identity: what the lock promises about guids, times, ids and places, whatever authors and branches do."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar, cast

import pytest
from click.testing import CliRunner, Result
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.asked import examples
from support.author import START, Author
from support.edits import ANCONEUS

from deckbuilder import lock as locks
from deckbuilder.anki.notes import VERSION, CardTemplate, Field, Note, NoteType
from deckbuilder.cli import cli
from deckbuilder.core.diagnostics import Fault, Location
from deckbuilder.lock import Lock
from deckbuilder.lock.file import MAX_NUMBER, sealed
from deckbuilder.records.base import Noted

T = TypeVar("T")
MUSCLE_TYPE, LOCK = "templates/muscle/notetype.yaml", "cards/deck.lock"
BRACHIALIS = "cards/muscles/brachialis.yaml"
KIND = NoteType(
    "muscle",
    1_700_000_000_100,
    "T Muscle",
    False,
    "",
    "Name",
    (Field(101, "Key"), Field(102, "Name"), Field(103, VERSION)),
    (CardTemplate(201, "One", "{{#Name}}a{{/Name}}", "b"), CardTemplate(202, "Two", "{{#Name}}c{{/Name}}", "d")),
)
TYPES = {"muscle": KIND}


def note(number: int, text: str = "", formerly: Sequence[int] = (), retired: str = "") -> Note:
    tags = ("T::Status::Retired",) if retired else ()
    old = tuple(f"muscle/m{each}" for each in formerly)
    return Note(f"muscle/m{number}", "muscle", (f"m{number}", text, ""), tags, (0, 1), (), old, retired)


def advance(lock: Lock, notes: Sequence[Note], now: int) -> Lock:
    return locks.advance(lock, "test", notes, TYPES, "2026-11", now)[0]


def rebuilt(lock: Lock) -> Lock:
    return locks.load(locks.dump(lock), LOCK)


def guids(lock: Lock) -> dict[str, str]:
    return {key: entry.guid for key, entry in lock.notes.items()}


NUMBERS = st.integers(0, 30)
TIMES = st.integers(START, START + 100_000)
DECKS = st.lists(
    st.builds(note, NUMBERS, st.sampled_from(["", "a", "b"])), unique_by=lambda each: each.key, max_size=25
)
HISTORIES = st.lists(st.tuples(DECKS, TIMES), min_size=1, max_size=6)


def told(history: list[tuple[list[Note], int]]) -> list[tuple[Lock, list[Note], int]]:
    """The lock after each build of a history, with the notes and the time of the build."""
    lock, found = Lock(), []
    for notes, now in history:
        lock = advance(lock, notes, now)
        found.append((lock, notes, now))
    return found


def pairs(steps: Sequence[T]) -> list[tuple[T, T]]:
    """Each with the next."""
    return [(steps[place], steps[place + 1]) for place in range(len(steps) - 1)]


@given(HISTORIES, st.integers(0, 10**9))
def test_building_again_later_changes_nothing(history: list[tuple[list[Note], int]], seconds: int) -> None:
    lock, notes, now = told(history)[-1]

    again, changes = locks.advance(lock, "test", notes, TYPES, "2027-01", now + seconds)

    assert locks.dump(again) == locks.dump(lock)
    assert not (changes.new or changes.changed or changes.retired or changes.renamed or changes.types)


@given(HISTORIES)
def test_a_lock_read_back_is_the_lock_that_was_written(history: list[tuple[list[Note], int]]) -> None:
    lock = told(history)[-1][0]

    assert rebuilt(lock) == lock
    assert locks.dump(rebuilt(lock)) == locks.dump(lock)


@given(HISTORIES)
def test_a_time_moves_only_with_content_and_strictly_forward(history: list[tuple[list[Note], int]]) -> None:
    steps = told(history)
    for (before, _, _), (after, _, now) in pairs(steps):
        for key, old in before.notes.items():
            new = after.notes[key]
            assert (new.mod > old.mod) == (new.hash != old.hash)
            assert new.mod == old.mod or new.mod == max(now, old.mod + 1)


@given(HISTORIES)
def test_a_time_is_never_ahead_of_every_clock_but_by_the_changes_themselves(
    history: list[tuple[list[Note], int]],
) -> None:
    latest = 0
    for changes, (lock, _, now) in enumerate(told(history)):
        latest = max(latest, now)
        assert all(entry.mod <= latest + changes for entry in lock.notes.values())


@given(HISTORIES)
def test_teaching_order_is_kept_by_strictly_rising_places(history: list[tuple[list[Note], int]]) -> None:
    for lock, notes, _ in told(history):
        places = [place for each in notes for place in lock.notes[each.key].positions]
        assert places == sorted(set(places))
        assert all(place > 0 for place in places)


@given(st.integers(1, 20), st.integers(0, 20), st.integers(1, (locks.GAP - 1) // 2))
def test_notes_added_in_between_move_no_other(before: int, at: int, added: int) -> None:
    notes = [note(number) for number in range(before)]
    lock = advance(Lock(), notes, START)
    at = min(at, before)

    after = advance(lock, [*notes[:at], *(note(100 + each) for each in range(added)), *notes[at:]], START + 60)

    assert [after.notes[each.key].positions for each in notes] == [lock.notes[each.key].positions for each in notes]


@given(st.integers(2, 25), st.data())
def test_one_note_taught_elsewhere_moves_alone(size: int, data: st.DataObject) -> None:
    notes = [note(number) for number in range(size)]
    lock = advance(Lock(), notes, START)
    moved = notes.pop(data.draw(st.integers(0, size - 1)))
    notes.insert(data.draw(st.integers(0, size - 1)), moved)

    after = advance(lock, notes, START + 60)

    moves = [each.key for each in notes if after.notes[each.key].positions != lock.notes[each.key].positions]
    assert len(moves) <= 1
    assert all(after.notes[each.key].mod == lock.notes[each.key].mod for each in notes)


@given(HISTORIES)
def test_ids_are_unique_milliseconds_of_the_past_and_stay(history: list[tuple[list[Note], int]]) -> None:
    known: dict[str, int] = {}
    latest = 0
    for lock, _, now in told(history):
        latest = max(latest, now)
        ids = [entry.note for entry in lock.notes.values()]
        cards = [id + ordinal for id in ids for ordinal in (0, 1, 498)]
        assert len(set(cards)) == len(cards)
        assert all(id > 10**12 and id + 498 < latest * 1000 for id in ids)
        assert known.items() <= {key: entry.note for key, entry in lock.notes.items()}.items()
        known = {key: entry.note for key, entry in lock.notes.items()}


def test_ten_thousand_notes_at_one_second_have_ids_of_their_own() -> None:
    notes = [note(number) for number in range(10_000)]
    lock = advance(Lock(), notes[:5_000], START)

    after = advance(lock, notes, START)

    assert len({entry.note for entry in after.notes.values()}) == 10_000
    assert max(entry.note for entry in after.notes.values()) < START * 1000


@given(st.text(max_size=30), st.text(min_size=1, max_size=60))
def test_a_guid_is_letters_and_digits_and_depends_on_nothing_else(namespace: str, key: str) -> None:
    found = locks.guid(namespace, key)

    assert re.fullmatch("[0-9A-Za-z]{16}", found)
    assert locks.guid(namespace, key) == found
    assert locks.guid(namespace + "x", key) != found != locks.guid(namespace, key + "x")


def test_a_guid_is_the_same_on_every_machine_and_for_ever() -> None:
    assert locks.guid("arm", "muscle/brachialis") == "UhzZHbs6VNsi8kn2"


@given(HISTORIES)
def test_a_guid_once_given_is_kept_even_by_notes_that_are_gone(history: list[tuple[list[Note], int]]) -> None:
    known: dict[str, str] = {}
    for lock, _, _ in told(history):
        assert known.items() <= guids(lock).items()
        known = guids(lock)


@given(st.integers(1, 5), st.booleans())
def test_a_renamed_note_keeps_its_guid_even_if_the_lock_was_lost(renames: int, lost: bool) -> None:
    lock = advance(Lock(), [note(0)], START)
    first = lock.notes["muscle/m0"]
    for number in range(1, renames + 1):
        lock = advance(Lock() if lost else lock, [note(number, formerly=range(number))], START + 60 * number)

    assert guids(lock) == {f"muscle/m{renames}": first.guid}
    assert lost or lock.notes[f"muscle/m{renames}"].note == first.note


def test_an_id_left_behind_by_a_rename_may_be_given_to_another_note() -> None:
    lock = advance(advance(Lock(), [note(0)], START), [note(1, formerly=[0])], START + 60)

    after = rebuilt(advance(lock, [note(1), note(0, "another")], START + 120))

    assert after.notes["muscle/m1"].guid == locks.guid("test", "muscle/m0") != after.notes["muscle/m0"].guid


@given(DECKS, DECKS)
def test_a_note_that_is_gone_leaves_its_entry_as_it_was(first: list[Note], second: list[Note]) -> None:
    before = advance(Lock(), first, START)

    after = advance(before, second, START + 60)

    for key in before.notes.keys() - {each.key for each in second}:
        assert after.notes[key] == before.notes[key]


def test_a_note_that_was_retired_and_is_gone_is_a_tombstone() -> None:
    lock = advance(Lock(), [note(0), note(1)], START)
    retired = advance(lock, [note(0, retired="wrong"), note(1)], START + 60)

    gone = advance(retired, [note(1)], START + 120)

    key = note(0).key
    assert gone.notes[key] == replace(retired.notes[key], cards=(), positions=())
    assert rebuilt(gone) == gone and advance(gone, [note(1)], START + 180) == gone


def test_a_retired_guid_is_never_used_again(author: Author) -> None:
    file, key = "cards/muscles/anconeus.yaml", "muscle/anconeus"
    author.write(file, ANCONEUS)
    author.build()
    guid = author.guid(key)
    author.write(file, ANCONEUS + "retired: it is treated elsewhere\n")
    author.build()
    (author.root / file).unlink()
    author.build()

    author.write(file, ANCONEUS.replace("Anconeus", "Quite another muscle"))
    (fault,) = author.check()
    author.write(file, ANCONEUS + "retired: it is treated elsewhere\n")
    author.build()
    author.write(file, ANCONEUS)
    author.build()

    assert (fault.rule, str(fault.location)) == ("reused-id", f"{file}:1:1")
    assert "would take over the reviews" in fault.message
    assert author.guid(key) == guid, "the same card, come back as it is told to"


def test_retiring_a_note_is_told_apart_from_changing_it_and_can_be_taken_back() -> None:
    lock = advance(Lock(), [note(0), note(1)], START)
    retired, changes = locks.advance(lock, "test", [note(0, retired="wrong"), note(1)], TYPES, "2026-12", START + 60)
    back = advance(retired, [note(0), note(1)], START + 120)

    assert (changes.retired, changes.changed) == (("muscle/m0",), ())
    assert retired.notes["muscle/m0"].retired == "wrong"
    assert back.notes["muscle/m0"].retired == ""
    assert lock.notes["muscle/m0"].mod < retired.notes["muscle/m0"].mod < back.notes["muscle/m0"].mod


@given(HISTORIES, st.data())
def test_a_change_of_any_one_character_is_noticed_or_means_nothing(
    history: list[tuple[list[Note], int]], data: st.DataObject
) -> None:
    lock = told(history)[-1][0]
    text = locks.dump(lock)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8"))

    try:
        found = locks.load(text[:place] + other + text[place + 1 :], LOCK)
    except locks.Damaged as damage:
        assert damage.diagnostic.help
    else:
        assert found == lock


@given(HISTORIES, st.data())
def test_a_lock_cut_off_inside_a_line_is_noticed(history: list[tuple[list[Note], int]], data: st.DataObject) -> None:
    text = locks.dump(told(history)[-1][0])
    place = data.draw(st.integers(0, len(text) - 1))
    assume(place == 0 or text[place - 1] != "\n")

    with pytest.raises(locks.Damaged):
        locks.load(text[:place], LOCK)


@pytest.mark.parametrize(
    "line",
    [
        {"mod": 1 << 53},
        {"note": 1 << 64},
        {"positions": [-1]},
        {"cards": [1 << 60]},
        {"type": []},
        {"type": "concept", "id": 1 << 63},
        {"type": "concept", "mod": float("inf")},
        {"type": "concept", "sort_field": -1},
        {"type": "concept", "hash": None},
        {"type": "concept", "fields": 5},
    ],
    ids=str,
)
def test_a_sealed_line_that_no_build_writes_is_refused_at_its_place(line: dict[str, Any]) -> None:
    text = locks.dump(advance(Lock(), [note(0)], START)).splitlines()
    place = 1 if "type" in line else 2
    value = json.loads(text[place])
    del value["seal"]
    text[place] = locks.file.sealed(value | line)

    with pytest.raises(locks.Damaged) as damage:
        locks.load("\n".join(text) + "\n", LOCK)

    assert damage.value.diagnostic.location.line == place + 1
    assert damage.value.diagnostic.help == locks.RESTORE


# Two branches


HUGE = st.one_of(st.integers(0, 9), st.integers(MAX_NUMBER - 2, MAX_NUMBER + 2), st.integers())
ENTRIES = st.builds(
    locks.Entry,
    st.just("muscle/m1"),
    st.just("abc"),
    st.just("h"),
    HUGE,
    HUGE,
    st.lists(HUGE, max_size=2).map(tuple),
    st.just("2026-11"),
    st.lists(HUGE, max_size=2).map(tuple),
    st.just(""),
    st.lists(st.tuples(HUGE, st.just("what")), max_size=1).map(tuple),
)
SHAPES = st.lists(st.tuples(st.one_of(HUGE, st.integers(-(1 << 64), 1 << 64)), st.just("name")), max_size=2).map(tuple)
TYPE_ENTRIES = st.builds(
    locks.TypeEntry,
    st.just("muscle"),
    st.integers(-(1 << 64), 1 << 64),
    st.just("h"),
    HUGE,
    st.booleans(),
    HUGE,
    SHAPES,
    SHAPES,
)
RELEASES = st.builds(locks.Release, st.just("2026-11"), HUGE, st.just("s"), st.just("d"))


@given(st.lists(ENTRIES, max_size=1), st.lists(TYPE_ENTRIES, max_size=1), st.lists(RELEASES, max_size=1))
def test_what_is_written_can_always_be_read_again(
    notes: list[locks.Entry], types: list[locks.TypeEntry], releases: list[locks.Release]
) -> None:
    lock = Lock(
        {each.key: each for each in notes},
        {each.kind: each for each in types},
        {each.edition: each for each in releases},
    )
    try:
        text = locks.dump(lock)
    except Fault:
        return
    assert locks.load(text, LOCK) == lock


def test_a_lock_at_the_end_of_its_numbers_is_not_written_past_it(author: Author) -> None:
    """Whatever sealed it: the next build would be the last, and a committed lock that nobody reads costs every review."""
    author.build()
    lines = author.read(LOCK).splitlines()
    for place, line in enumerate(lines):
        value = json.loads(line)
        if value.get("key") == "muscle/biceps-brachii":
            value.pop("seal")
            lines[place] = sealed({**value, "mod": MAX_NUMBER - 1})
    author.write(LOCK, "\n".join(lines) + "\n")
    before = author.state()
    author.edit("cards/muscles/biceps-brachii.yaml", "palm", "hand")

    with pytest.raises(Fault, match="that no build could read again"):
        author.build()

    assert author.state() == before


def merged(base: str, ours: str, theirs: str) -> str:
    """As git merges a file with `merge=union`."""
    with TemporaryDirectory() as folder:
        files = []
        for name, text in (("ours", ours), ("base", base), ("theirs", theirs)):
            path = Path(folder, name)
            path.write_text(text, "utf-8", newline="\n")
            files.append(str(path))
        command = ["git", "merge-file", "--union", "-p", *files]
        return subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout


@settings(max_examples=examples(25), deadline=None)
@given(DECKS, DECKS, DECKS, st.integers(0, 3), st.integers(0, 3))
def test_two_branches_that_each_add_and_edit_notes_merge_and_keep_every_guid(
    base: list[Note], ours: list[Note], theirs: list[Note], soon: int, late: int
) -> None:
    common = advance(Lock(), base, START)
    one, other = advance(common, ours, START + soon), advance(common, theirs, START + late)

    lock = locks.load(merged(*map(locks.dump, (common, one, other))), LOCK)
    notes = list({each.key: each for each in [*base, *ours, *theirs]}.values())
    after = rebuilt(advance(lock, notes, START + 60))

    assert guids(after) == guids(lock) == guids(one) | guids(other)
    assert len({entry.note for entry in after.notes.values()}) == len(after.notes)
    for key, entry in after.notes.items():
        known = [branch.notes[key] for branch in (one, other) if key in branch.notes]
        assert entry.mod >= max(each.mod for each in known)
        assert entry.hash in {each.hash for each in known} or entry.mod > max(each.mod for each in known)


@dataclass(frozen=True)
class Claims:
    """A record, as far as the guard looks at it."""

    id: str
    formerly: tuple[str, ...] = ()
    kind: str = "muscle"

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.id}"


def settled(lock: Lock, *subjects: Claims) -> tuple[Lock, list[str]]:
    found, faults = locks.settle(lock, cast(list[Noted], subjects), lambda kind, id: False)
    return found, [f"{each.location} {each.message}" for each in faults]


@pytest.mark.parametrize("wait", [-10, 0, 10])
def test_a_rename_on_one_branch_and_an_edit_on_the_other_are_one_note_that_is_newer_than_both(wait: int) -> None:
    common = advance(Lock(), [note(0)], START)
    renamed = advance(common, [note(1, formerly=[0])], START + 60)
    edited = advance(common, [note(0, "new")], START + 60 + wait)
    both = locks.load(merged(*map(locks.dump, (common, renamed, edited))), LOCK)

    lock, faults = settled(both, Claims("m1", ("m0",)))
    after = advance(lock, [note(1, "new", formerly=[0])], START + 30)

    assert faults == []
    assert guids(after) == {"muscle/m1": common.notes["muscle/m0"].guid}
    assert after.notes["muscle/m1"].mod > max(renamed.notes["muscle/m1"].mod, edited.notes["muscle/m0"].mod)


def test_a_card_that_both_branches_renamed_is_one_note_under_the_id_that_is_left() -> None:
    common = advance(Lock(), [note(0)], START)
    one = advance(common, [note(1, formerly=[0])], START + 60)
    other = advance(common, [note(2, formerly=[0])], START + 90)
    both = locks.load(merged(*map(locks.dump, (common, one, other))), LOCK)

    left, faults = settled(both, Claims("m1", ("m0",)))
    renamed_again, fine = settled(both, Claims("m3", ("m2",)))
    _, told = settled(both, Claims("m1", ("m0",)), Claims("m2", ("m0",)))

    assert (list(left.notes), faults) == (["muscle/m1"], [])
    assert (list(renamed_again.notes), fine) == (["muscle/m2"], [])
    assert advance(left, [note(1, formerly=[0])], START + 30).notes["muscle/m1"].mod > other.notes["muscle/m2"].mod
    assert len(told) == 1
    assert told[0].startswith("cards/deck.lock:4:1 'muscle/m1' and 'muscle/m2' are one note to learners")


def test_a_card_that_was_renamed_and_retired_on_one_branch_stays_retired() -> None:
    common = advance(Lock(), [note(0)], START)
    retired = advance(common, [note(1, formerly=[0], retired="why")], START + 60)
    edited = advance(common, [note(0, "new")], START + 90)
    both = locks.load(merged(*map(locks.dump, (common, retired, edited))), LOCK)

    lock, faults = settled(both)

    assert faults == []
    assert lock.notes == retired.notes


def test_what_could_not_be_read_may_be_the_renamed_card_and_is_waited_for() -> None:
    common = advance(Lock(), [note(0)], START)
    renamed = advance(common, [note(1, formerly=[0])], START + 60)
    both = replace(renamed, notes={**common.notes, **renamed.notes})

    assert locks.settle(both, [], lambda kind, id: id == "m1") == (both, [])


def test_two_contents_of_one_time_are_followed_by_a_newer_one_whichever_is_kept() -> None:
    common = advance(Lock(), [note(0)], START)
    one, other = (advance(common, [note(0, text)], START + 60) for text in ("one", "other"))
    both = locks.load(merged(*map(locks.dump, (common, one, other))), LOCK)

    for text in ("one", "other"):
        assert advance(both, [note(0, text)], START + 30).notes["muscle/m0"].mod == START + 61


def test_two_looks_of_one_time_are_followed_by_a_newer_one_whichever_is_kept() -> None:
    def styled(lock: Lock, css: str, now: int) -> Lock:
        return locks.advance(lock, "test", [note(0)], {"muscle": replace(KIND, css=css)}, "2026-11", now)[0]

    common = advance(Lock(), [note(0)], START)
    one, other = styled(common, "one", START + 60), styled(common, "other", START + 60)
    both = locks.load(merged(*map(locks.dump, (common, one, other))), LOCK)

    for css in ("one", "other"):
        assert styled(both, css, START + 30).types["muscle"].mod == START + 61


def test_what_another_branch_edited_before_a_release_without_it_is_newer_than_that_release() -> None:
    notes = [note(0), note(1)]
    common = locks.release(advance(Lock(), notes, START), "2026-11", "digest", START + 10)
    edited = locks.label(advance(common, [note(0), note(1, "new")], START + 60), "2026-11")[0]
    released = locks.release(advance(common, notes, START), "2026-12", "digest", START + 90)
    lock = locks.load(merged(*map(locks.dump, (common, released, edited))), LOCK)

    after, name = locks.label(advance(lock, [note(0), note(1, "new")], START + 120), "2027-01")
    later = advance(after, [note(0), note(1, "new")], START + 900)

    assert after.notes["muscle/m1"].mod == START + 120 > START + 90
    assert (after.notes["muscle/m1"].edition, name) == ("2027-01", "2027-01")
    assert after.notes["muscle/m0"] == common.notes["muscle/m0"]
    assert later.notes == after.notes


def test_two_first_builds_on_two_branches_merge() -> None:
    one, other = advance(Lock(), [note(0), note(1)], START), advance(Lock(), [note(1), note(2)], START + 60)

    lock = locks.load(locks.dump(one) + locks.dump(other), LOCK)

    assert guids(lock) == guids(one) | guids(other)
    assert lock.notes["muscle/m1"] == other.notes["muscle/m1"]


def test_a_lock_cut_off_behind_any_line_is_noticed() -> None:
    lines = locks.dump(advance(Lock(), [note(0), note(1)], START)).splitlines(keepends=True)

    for count in range(len(lines)):
        with pytest.raises(locks.Damaged):
            locks.load("".join(lines[:count]), LOCK)


def test_a_lock_of_before_it_had_an_end_is_read() -> None:
    lock = advance(Lock(), [note(0), note(1)], START)
    head, *lines, _ = locks.dump(lock).splitlines(keepends=True)

    assert locks.load("".join([head.replace('lock": 4', 'lock": 1'), *lines]), LOCK) == lock


def test_a_lock_of_before_each_card_had_a_position_is_read() -> None:
    lock = advance(Lock(), [note(0), note(1)], START)
    head, *lines, end = locks.dump(lock).splitlines()
    before = [json.loads(line) for line in lines]
    for value in before:
        value.pop("seal")
        if "key" in value:
            value["position"] = value.pop("positions")[0]

    old = locks.load("\n".join([head.replace('lock": 4', 'lock": 3'), *map(locks.file.sealed, before), end, ""]), LOCK)

    assert [each.positions for each in old.notes.values()] == [(100, 100), (300, 300)]
    after = advance(old, [note(0), note(1)], START + 60)
    places = [place for each in after.notes.values() for place in each.positions]
    assert places == sorted(set(places))
    assert {each.mod for each in after.notes.values()} == {each.mod for each in old.notes.values()}


# The schema guard


def guarded(changed: NoteType) -> list[str]:
    """What the guard says of a changed note type."""
    lock = advance(Lock(), [note(0), note(1)], START)
    found = locks.check_types(lock, {"muscle": changed}, lambda kind, what: Location(what, 1, 1), "error")
    return [f"{each.location.path}: {each.message}" for each in found]


SPARE = Field(104, "Spare")
CHANGES: dict[str, tuple[NoteType, str]] = {
    "a field more": (
        replace(KIND, fields=(*KIND.fields, SPARE)),
        "fields: T Muscle: its fields were added, removed or",
    ),
    "a field less": (
        replace(KIND, fields=KIND.fields[:2]),
        "fields: T Muscle: its fields were added, removed or reordered (3",
    ),
    "another field": (replace(KIND, fields=(*KIND.fields[:2], SPARE)), "fields: T Muscle: its fields were"),
    "fields in another order": (
        replace(KIND, fields=(*KIND.fields[:2][::-1], KIND.fields[2]), sort_field="Key"),
        "fields: ",
    ),
    "a card more": (
        replace(KIND, templates=(*KIND.templates, CardTemplate(203, "x", "y", "z"))),
        "cards: T Muscle: its cards",
    ),
    "a card less": (replace(KIND, templates=KIND.templates[:1]), "cards: T Muscle: its cards were added, removed or"),
    "cards in another order": (replace(KIND, templates=KIND.templates[::-1]), "cards: T Muscle: its cards were added"),
    "another kind": (replace(KIND, cloze=True), "cloze: T Muscle: it changed between normal and cloze"),
    "another sort field": (replace(KIND, sort_field="Key"), "sort_field: T Muscle: its sort field changed"),
    "another id": (replace(KIND, id=1_700_000_000_101), "id: T Muscle: its id changed from 1700000000100 to"),
}


@pytest.mark.parametrize(("changed", "said"), CHANGES.values(), ids=CHANGES)
def test_a_change_of_shape_is_refused_with_its_price(changed: NoteType, said: str) -> None:
    (found,) = guarded(changed)

    assert found.startswith(said)
    assert found.endswith(
        "Anki would refuse every update of its 2 notes, and new notes would land in a second note type 'T Muscle+'"
    )


@pytest.mark.parametrize(
    "changed",
    [
        replace(KIND, name="T Muscles"),
        replace(KIND, css=".card {}"),
        replace(KIND, fields=(KIND.fields[0], Field(102, "Title"), KIND.fields[2]), sort_field="Title"),
        replace(KIND, fields=(*KIND.fields[:2], Field(103, VERSION, "When", collapsed=True))),
        replace(KIND, templates=(CardTemplate(201, "First", "{{#Name}}x{{/Name}}", "y"), KIND.templates[1])),
    ],
    ids=["its name", "its styling", "a field's name", "a field's description", "a card's name and text"],
)
def test_names_and_looks_may_change_and_move_the_time_of_the_type(changed: NoteType) -> None:
    before = advance(Lock(), [note(0)], START)

    after, changes = locks.advance(before, "test", [note(0)], {"muscle": changed}, "2026-12", START)

    assert guarded(changed) == []
    assert changes.types == (changed.name,)
    assert after.types["muscle"].mod == START + 1, "forward even within one second"
    assert after.notes == before.notes


def run(author: Author, *options: str, output: Path | None = None) -> Result:
    author.now += 60
    arguments = ["build", "--project", str(author.root), "--output", str(output or author.dist), *options]
    return CliRunner().invoke(cli, arguments, env={"SOURCE_DATE_EPOCH": str(author.now)})


def another_card(author: Author) -> None:
    author.take_templates()
    author.edit(MUSCLE_TYPE, "cards:\n", "cards:\n  - {id: 299, name: Once more, file: nerve}\n")


def another_id(author: Author) -> None:
    author.edit("cards/deck.yaml", "muscle: 1700000000100", "muscle: 1700000000999")


@pytest.mark.parametrize(
    ("edit", "place"),
    [(another_card, f"{MUSCLE_TYPE}:"), (another_id, "cards/deck.yaml:")],
    ids=["cards", "id"],
)
def test_the_guard_stands_in_the_way_of_a_build_until_it_is_told(
    author: Author, edit: Callable[[Author], None], place: str
) -> None:
    author.build()
    before = author.state()
    edit(author)

    refused = run(author)
    untouched = author.state()
    allowed = run(author, "--allow-schema-change")

    assert (refused.exit_code, untouched) == (1, before)
    assert refused.stderr.startswith(place)
    assert ": schema-change: ARM Muscle: its " in refused.stderr
    assert "build with --allow-schema-change" in refused.stderr
    assert allowed.exit_code == 0
    assert "warning: schema-change: ARM Muscle: its " in allowed.stderr
    assert "Anki would refuse every update of its 4 notes" in allowed.stderr
    assert author.state() != before
    assert run(author).stderr == "", "the price is paid once"


def test_a_spare_field_may_be_renamed_without_a_word_from_the_guard(author: Author) -> None:
    author.build()
    author.take_templates()
    author.edit("templates/_shared/notetype.yaml", "id: 9016, name: Spare 6", "id: 9016, name: Blood supply")

    built = author.build()

    assert "ARM Muscle: 'Spare 6' is now 'Blood supply'" in built.changes.field_names
    assert built.changes.changed == ()


# --locked


def test_locked_passes_on_a_fresh_lock_and_builds_the_same_package(author: Author, tmp_path: Path) -> None:
    package = author.build().path.read_bytes()
    before = author.state()

    done = run(author, "--locked", output=tmp_path / "release")

    assert done.exit_code == 0
    assert author.state() == before
    assert (tmp_path / "release" / "arm-2026-11.apkg").read_bytes() == package


@pytest.mark.parametrize("stale", ["edited", "new", "lost"])
def test_locked_fails_on_a_stale_lock_and_writes_nothing(author: Author, tmp_path: Path, stale: str) -> None:
    author.build()
    if stale == "edited":
        author.edit(BRACHIALIS, "front of its lower part", "front of its lower half")
    elif stale == "new":
        more = (
            author.read(BRACHIALIS).replace("brachialis", "coracobrachialis").replace("Brachialis", "Coracobrachialis")
        )
        author.write("cards/more.yaml", more)
    else:
        (author.root / LOCK).unlink()
    before = author.state()

    done = run(author, "--locked", output=tmp_path / "release")

    first, help = done.stderr.splitlines()
    assert done.exit_code == 1
    assert first.startswith("error: cards/deck.lock is out of date: ")
    assert help == "    run `deckbuilder build` and commit cards/deck.lock"
    assert author.state() == before
    assert list((tmp_path / "release").iterdir()) == []


def test_a_lost_lock_gives_every_note_its_guid_again(author: Author) -> None:
    author.build()
    before = author.lock
    (author.root / LOCK).unlink()

    author.build()

    assert guids(author.lock) == guids(before)


def test_a_lock_ahead_of_the_clock_is_a_warning_and_times_still_move_forward(author: Author) -> None:
    author.build()
    old = author.lock.notes["muscle/brachialis"].mod
    author.now -= 10 * 86_400
    author.edit(BRACHIALIS, "front of its lower part", "front of its lower half")

    report = author.attempt()

    assert [(each.rule, each.severity) for each in report.diagnostics] == [("clock", "warning")]
    assert author.lock.notes["muscle/brachialis"].mod == old + 1


def test_a_clock_that_was_never_set_writes_no_lock(author: Author) -> None:
    author.now = 0

    with pytest.raises(Fault, match="before 2020"):
        author.attempt()

    assert not (author.root / LOCK).exists()


# Releases


@given(DECKS.filter(bool), st.integers(0, 3_600), st.integers(-5_000, 5_000))
def test_what_changes_after_a_release_is_newer_than_all_of_it_whatever_the_clock_says(
    notes: list[Note], wait: int, later: int
) -> None:
    lock = locks.release(advance(Lock(), notes, START), "2026-11", "digest", START + wait)
    changed = [replace(each, fields=(*each.fields[:1], "quite new", *each.fields[2:])) for each in notes]

    after = advance(lock, changed, START + later)

    assert lock.last is not None
    assert all(entry.mod <= lock.last.time for entry in lock.notes.values())
    assert all(entry.mod > lock.last.time for entry in after.notes.values())
    assert after.releases == lock.releases == rebuilt(after).releases


def test_a_released_edition_is_never_anything_else_again() -> None:
    built = advance(Lock(), [note(0), note(1)], START)
    lock = locks.release(built, "2026-11", "digest", START + 60)

    same, as_it_was = locks.label(advance(lock, [note(0), note(1)], START + 90), "2026-11")
    other, unreleased = locks.label(advance(lock, [note(0), note(1, "new")], START + 90), "2026-11")
    named, following = locks.label(other, "2026-12")

    assert (as_it_was, unreleased, following) == ("2026-11", "2026-11-next", "2026-12")
    assert same == lock
    assert [other.notes[note(each).key].edition for each in (0, 1)] == ["2026-11", "2026-11-next"]
    assert [named.notes[note(each).key].edition for each in (0, 1)] == ["2026-11", "2026-12"]


def test_before_the_first_release_an_edition_alone_renames_nothing() -> None:
    built = advance(Lock(), [note(0)], START)

    assert locks.label(built, "2027-05") == (built, "2027-05")


def test_the_time_of_a_release_moves_forward_even_if_the_clock_does_not() -> None:
    lock = locks.release(advance(Lock(), [note(0)], START), "1", "a", START - 900)
    lock = locks.release(advance(lock, [note(0, "new")], START - 800), "2", "b", START - 700)

    assert [lock.releases[edition].time for edition in ("1", "2")] == sorted(
        {each.time for each in lock.releases.values()}
    )
    assert lock.last == lock.releases["2"]
    assert all(entry.mod <= lock.releases["2"].time for entry in lock.notes.values())


def test_two_branches_of_which_one_released_merge_and_keep_both() -> None:
    common = advance(Lock(), [note(0), note(1)], START)
    released = locks.release(advance(common, [note(0), note(1), note(2)], START + 60), "2026-12", "digest", START + 90)
    edited = advance(common, [note(0, "new"), note(1), note(3)], START + 70)

    lock = locks.load(merged(*map(locks.dump, (common, released, edited))), LOCK)

    assert lock.releases == released.releases
    assert guids(lock) == guids(released) | guids(edited)
    assert lock.notes[note(0).key].hash == edited.notes[note(0).key].hash


def test_two_branches_that_released_one_edition_differently_are_told() -> None:
    common = advance(Lock(), [note(0)], START)
    one = locks.release(common, "2026-12", "digest", START + 60)
    other = locks.release(common, "2026-12", "another", START + 90)

    with pytest.raises(locks.Damaged, match="two branches released an edition '2026-12'"):
        locks.load(merged(*map(locks.dump, (common, one, other))), LOCK)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("2026-9", "2026-11"), ("2026-11", "2026-11.1"), ("v2", "v10"), ("1", "1a"), ("a", "b"), ("2026-11", "2027-01")],
)
def test_editions_are_ordered_as_people_count(earlier: str, later: str) -> None:
    assert locks.compare_editions(earlier, later) < 0 < locks.compare_editions(later, earlier)
    assert locks.compare_editions(earlier, earlier) == 0
