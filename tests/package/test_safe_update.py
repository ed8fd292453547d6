"""An update for learners who write in our notes: the package with "Update notes: Never", then the text file.

What it keeps, what it brings, and what it costs, with the real Anki as the judge.
"""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from anki import import_export_pb2 as proto
from support.author import ROOT, START, Author, plain
from support.edits import ANCONEUS
from support.judge import Anki, ImportResult, SeenNote

from deckbuilder import lock as locks
from deckbuilder.anki.notes import DeckSpec, Media, Note
from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.project import Project, find
from deckbuilder.package import describe, text, writer
from deckbuilder.render import Rendered
from deckbuilder.render.media import Pictures
from deckbuilder.workspace import Workspace

BICEPS, TRICEPS, IDEA = "muscle/biceps-brachii", "muscle/triceps-brachii", "concept/reciprocal-inhibition"
BICEPS_FILE, TRICEPS_FILE = "cards/muscles/biceps-brachii.yaml", "cards/muscles/triceps-brachii.yaml"
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="{}" height="5"/></svg>'
HOSTILE = {
    "quotes": '"quoted", \'single\', "" and """ and a lone " at the end"',
    "lines": "one\ntwo\n\n# three\n#html:false\n\nsix\n",
    "line ends of others": "one\r\ntwo\rthree",
    "tabs": "\ta\tb\t\tc\t",
    "separators": "a;b,c|d:e f",
    "a comment": "# looks like a comment",
    "an option": "#tags:not-a-tag\n#deck:Not a deck",
    "the old tags line": "tags: not a tag",
    "markup": "<b>bold</b> <br> a < b && c > d &amp; &lt;p&gt; &nbsp;| <img src=x alt='\"'> <!-- # -->",
    "braces": "{{c1::not a gap}} {{Front}} {{}}",
    "a formula": "=1+1 +2 -3 @4 '5",
    "backslashes": '\\n \\t \\" \\',
    "scripts": "Бицепс 肱二頭筋 العضلة ذات الرأسين μῦς עברית ไทย 💪🏽 👩‍⚕️",
    "not composed": "e\u0301 a\u030a \u1e69 s\u0323\u0307",
    "odd spaces": " \u00a0\u202f\u200b\u2028\u3000 ",
    "control characters": "a\x00b\x07c\x0bd\x7fe\x85f",
    "a byte order mark": "\ufeffa\ufeff",
    "very long": 'long <i>ü</i> "x"\n' * 20_000,
    "a space": " ",
    "nothing": "",
}


class Learner:
    """Somebody who has imported the first edition, and has made it theirs."""

    def __init__(self, author: Author, anki: Anki) -> None:
        anki.imports(author.build().path)
        biceps, triceps, idea = map(author.guid, (BICEPS, TRICEPS, IDEA))
        for guid in (biceps, triceps):
            anki.edit(guid, "My notes", f"<b>my own</b> mnemonic for {guid}")
            anki.tag(guid, "my::tag")
            anki.tag(guid, "marked")
        for ease in (3, 3):
            anki.review(biceps, 0, ease)
        anki.review(triceps, 1, 1)
        anki.suspend(biceps, 1)
        anki.flag(biceps, 2, 4)
        anki.move(biceps, 2, "Mine::Difficult")
        anki.move(idea, 0, "Mine::Difficult")


def safe_update(author: Author) -> tuple[Path, Path]:
    """The package of an edition, and the text file beside it."""
    package = author.build().path
    return package, written(package.with_name(f"{package.stem}-keep-my-notes.txt"), author.project)


def update(anki: Anki, package: Path, file: Path) -> ImportResult:
    """Both steps, in their order; what the second one did."""
    step_one(anki, package)
    return anki.imports_text(file)


def step_one(anki: Anki, package: Path) -> ImportResult:
    if not hasattr(proto, "ImportAnkiPackageOptions"):
        pytest.skip("Anki before 23.10 does not ask whether to update notes")
    return anki.imports(package, update_notes="never")


def written(path: Path, project: Project, change: Callable[[Note], Note] = lambda note: note) -> Path:
    """A text file of the project's notes as they are, or of what is made of each."""
    rendered, lock, decks = parts(project)
    path.write_bytes(text.dump(map(change, rendered.notes), rendered.note_types, lock, decks).encode())
    return path


def parts(project: Project) -> tuple[Rendered, locks.Lock, dict[str, DeckSpec]]:
    rendered = Workspace(project).rendered
    assert rendered is not None
    lock = locks.load(project.lock.read_text("utf-8"), "deck.lock")
    deck = rendered.deck
    return rendered, lock, describe.decks(deck, deck.edition, rendered.notes)


def why(anki: Anki, author: Author, key: str = BICEPS) -> str:
    return plain(anki.note(author.guid(key)).fields["Why"])


def ours(note: SeenNote) -> list[str]:
    """What we say in a note, without the learner's field."""
    *said, _ = note.fields.values()
    return said


def reworded(note: Note) -> Note:
    """The same with other words in each field that has some."""
    *said, mine = note.fields
    return replace(note, fields=(*(f'{value} <i>"new"</i>\t&amp;' if value else "" for value in said), mine))


def reword(author: Author, word: str = "bends") -> None:
    author.write(BICEPS_FILE, re.sub(r"^why: It \w+", f"why: It {word}", author.read(BICEPS_FILE), flags=re.M))


def picture(author: Author, width: int) -> None:
    author.write("cards/media/arm.svg", SQUARE.format(width))
    if "picture" not in author.read(BICEPS_FILE):
        author.edit(BICEPS_FILE, "tier: core", "tier: core\npicture: {file: arm.svg, alt: A square}")


# What stays


def test_all_that_is_the_learners_stays_while_our_changes_arrive(author: Author, anki: Anki) -> None:
    Learner(author, anki)
    notes, schedule = anki.notes(), anki.schedule()
    reword(author)
    author.edit("cards/deck.yaml", "edition: 2026-11", "edition: 2027-02")
    package, file = safe_update(author)

    result = update(anki, package, file)

    biceps = author.guid(BICEPS)
    assert (result.updated, result.new, result.conflicting) == ((biceps,), (), ())
    note = anki.note(biceps)
    assert (why(anki, author)[:8], note.fields["Version"]) == ("It bends", "2027-02")
    assert {guid: (each.fields["My notes"], each.tags, each.reviews) for guid, each in anki.notes().items()} == {
        guid: (each.fields["My notes"], each.tags, each.reviews) for guid, each in notes.items()
    }
    assert note.fields["My notes"] and {"my::tag", "marked"} < set(note.tags) and note.reviews == 2
    assert anki.schedule() == schedule
    assert {card.deck for card, _ in anki.schedule().values()} == {card.deck for card, _ in schedule.values()}


def test_a_note_that_we_did_not_change_is_not_touched(author: Author, anki: Anki) -> None:
    Learner(author, anki)
    assert anki.collection.db is not None
    anki.collection.db.execute("update notes set mod = ?, usn = 7", START)
    before, biceps = anki.notes(), author.guid(BICEPS)
    reword(author)

    update(anki, *safe_update(author))

    after = anki.notes()
    assert {guid for guid, note in after.items() if note != before[guid]} == {biceps}
    assert anki.collection.db.list("select guid from notes where mod != ? or usn != 7", START) == [biceps]


def test_doing_it_twice_changes_nothing(author: Author, anki: Anki) -> None:
    Learner(author, anki)
    reword(author)
    package, file = safe_update(author)
    update(anki, package, file)
    before = anki.notes(), anki.schedule(), anki.notetypes(), anki.decks(), anki.media()

    result = update(anki, package, file)

    assert len(result.duplicate) == len(before[0])
    assert (anki.notes(), anki.schedule(), anki.notetypes(), anki.decks(), anki.media()) == before


def test_cards_of_one_note_in_several_decks_stay_where_they_are(author: Author, anki: Anki) -> None:
    author.edit(
        "cards/deck.yaml",
        "subdecks:\n",
        "subdecks:\n  depth: {name: 3 Depth, id: 1700000000009, holds: [{kinds: muscle, cards: [Nerve, Action]}]}\n",
    )
    Learner(author, anki)
    anki.move(author.guid(BICEPS), 2, "My own")
    schedule = anki.schedule()
    assert len({card.deck for card, _ in schedule.values() if card.guid == author.guid(BICEPS)}) == 3
    reword(author)

    update(anki, *safe_update(author))

    assert anki.schedule() == schedule


def test_cards_in_a_filtered_deck_stay_in_it(author: Author, anki: Anki) -> None:
    Learner(author, anki)
    decks, scheduler = anki.collection.decks, anki.collection.sched
    filtered = decks.get(decks.new_filtered("Tonight"))
    assert filtered is not None
    filtered["terms"] = [["deck:Arm", 100, 0]]
    decks.save(filtered)
    scheduler.rebuild_filtered_deck(filtered["id"])
    schedule = anki.schedule()
    assert any(card.odid for card, _ in schedule.values())
    reword(author)

    update(anki, *safe_update(author))

    assert anki.schedule() == schedule


def test_no_choice_that_the_learner_made_for_another_file_counts(author: Author, anki: Anki, tmp_path: Path) -> None:
    Learner(author, anki)
    other = tmp_path / "other.txt"
    other.write_text("#separator:tab\n#html:false\n#if matches:keep both\n#notetype:Basic\n#tags:theirs\nfront\tback\n")
    anki.imports_text(other)
    reword(author)
    package, file = safe_update(author)

    result = update(anki, package, file)

    assert result.updated == (author.guid(BICEPS),) and not result.new
    assert "theirs" not in anki.note(author.guid(BICEPS)).tags


# What arrives


def test_new_notes_new_cards_new_templates_and_new_pictures_arrive(author: Author, anki: Anki) -> None:
    picture(author, 5)
    Learner(author, anki)
    schedule, (old,) = anki.schedule(), anki.media()
    author.take_templates()
    author.edit("templates/muscle/cards/origin.html.j2", "{{Origin}}", "Here it starts: {{Origin}}")
    author.write("cards/muscles/anconeus.yaml", ANCONEUS)
    author.edit(
        "cards/concepts.yaml",
        "  case:",
        "  mechanism: The spinal cord passes it on.\n  mechanism_question: What does the spinal cord do?\n  case:",
    )
    picture(author, 7)
    package, file = safe_update(author)

    result = update(anki, package, file)

    anconeus, idea, biceps = map(author.guid, ("muscle/anconeus", IDEA, BICEPS))
    sides = {(guid, name): back for guid, _, name, _, back in anki.rendered()}
    assert not result.new and set(result.updated) >= {idea, biceps}
    assert "TA::Topic::Anatomy" in anki.note(anconeus).tags and anki.note(anconeus).cards
    assert "The spinal cord passes it on." in sides[idea, "Mechanism"]
    assert "Here it starts:" in sides[biceps, "Origin"]
    (new,) = set(anki.media()) - {old}
    assert f'src="{new}"' in sides[biceps, "Origin"] and anki.media()[new] == SQUARE.format(7).encode()
    assert anki.faults() == [f"{old}: media there but not used"]
    assert {key: known for key, known in anki.schedule().items() if key in schedule} == schedule
    due = {card.guid: card.due for card in anki.cards() if card.queue == 0}
    assert due[anconeus] == author.lock.notes["muscle/anconeus"].positions[-1]


def test_a_picture_that_is_no_longer_shown_stays_and_anki_does_not_ask_for_it(author: Author, anki: Anki) -> None:
    picture(author, 5)
    anki.imports(author.build().path)
    picture(author, 7)
    package, file = safe_update(author)

    update(anki, package, file)

    check = anki.collection.media.check()
    assert (len(anki.media()), list(check.unused), list(check.missing)) == (2, [], [])


def test_under_a_plain_name_a_changed_picture_would_not_arrive(
    author: Author, anki: Anki, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Pictures._read

    def plainly(self: Pictures, name: str) -> Media | tuple[str, str]:
        found = read(self, name)
        assert isinstance(found, Media)
        return replace(found, name=found.name.removeprefix("_"))

    monkeypatch.setattr(Pictures, "_read", plainly)
    picture(author, 5)
    anki.imports(author.build().path)
    picture(author, 7)

    update(anki, *safe_update(author))

    assert any(fault.endswith("media used but missing") for fault in anki.faults())


def test_a_field_that_we_empty_becomes_empty(author: Author, anki: Anki) -> None:
    Learner(author, anki)
    author.write(BICEPS_FILE, re.sub(r"^why: .*\n", "", author.read(BICEPS_FILE), flags=re.M))
    package, file = safe_update(author)
    assert anki.note(author.guid(BICEPS)).fields["Why"]

    update(anki, package, file)

    assert anki.note(author.guid(BICEPS)).fields["Why"] == ""
    assert anki.note(author.guid(BICEPS)).fields["My notes"]


def test_a_learner_may_skip_editions(author: Author, anki: Anki) -> None:
    Learner(author, anki)
    schedule = anki.schedule()
    reword(author)
    author.build()
    author.write("cards/muscles/anconeus.yaml", ANCONEUS)
    author.build()
    author.edit(TRICEPS_FILE, "tier: core", "tier: core\nwhy: It straightens the elbow.")
    package, file = safe_update(author)

    update(anki, package, file)

    biceps, triceps, anconeus = map(author.guid, (BICEPS, TRICEPS, "muscle/anconeus"))
    assert why(anki, author).startswith("It bends")
    assert why(anki, author, TRICEPS) == "It straightens the elbow."
    assert anki.note(anconeus).tags
    assert anki.note(biceps).fields["My notes"] and anki.note(triceps).fields["My notes"]
    assert {key: known for key, known in anki.schedule().items() if key in schedule} == schedule


def test_a_learner_who_let_the_package_update_notes_gets_the_same_text(
    author: Author, anki: Anki, tmp_path: Path
) -> None:
    anki.imports(author.build().path)
    reword(author)
    picture(author, 5)
    package, file = safe_update(author)
    update(anki, package, file)

    with Anki(tmp_path / "other") as other:
        other.imports(package)

        assert {guid: note.fields for guid, note in other.notes().items()} == {
            guid: note.fields for guid, note in anki.notes().items()
        }


def test_hostile_text_arrives_as_the_package_brings_it(author: Author, anki: Anki, tmp_path: Path) -> None:
    anki.imports(author.build().path)
    rendered, lock, decks = parts(author.project)
    values = list(HOSTILE.values())
    notes = []
    for turn, note in enumerate(rendered.notes):
        said = [values[(turn * 7 + place) % len(values)] for place in range(len(note.fields) - 1)]
        said[0] = (said[0].strip() and said[0]) or note.fields[0]  # a note without a first field is none to Anki
        notes.append(replace(note, fields=(*said, "")))
    package, file = tmp_path / "hostile.apkg", tmp_path / "hostile.txt"
    later = replace(lock, notes={key: replace(each, mod=int(time.time()) + 60) for key, each in lock.notes.items()})
    writer.write(package, notes, rendered.note_types, later, decks, {})
    file.write_bytes(text.dump(notes, rendered.note_types, later, decks).encode())
    for guid in anki.notes():
        anki.edit(guid, "My notes", "mine")

    result = anki.imports_text(file)

    assert set(result.updated) == set(anki.notes()) and not result.new
    with Anki(tmp_path / "other") as other:
        other.imports(package)
        assert {guid: ours(each) for guid, each in anki.notes().items()} == {
            guid: ours(each) for guid, each in other.notes().items()
        }
    assert {note.fields["My notes"] for note in anki.notes().values()} == {"mine"}
    assert len(anki.imports_text(file).duplicate) == len(notes)


# Learners who changed more than a field


def test_a_note_type_that_the_learner_renamed_is_still_known(author: Author, anki: Anki) -> None:
    Learner(author, anki)
    renamed = anki.collection.models.by_name("ARM Muscle")
    assert renamed is not None
    renamed["name"] = "Muskeln"
    anki.collection.models.update_dict(renamed)
    reword(author)
    package, file = safe_update(author)

    result = update(anki, package, file)

    assert (result.updated, result.missing_notetype) == ((author.guid(BICEPS),), 0)
    assert anki.note(author.guid(BICEPS)).notetype == "Muskeln"


def test_a_field_that_the_learner_added_behind_ours_keeps_its_text(author: Author, anki: Anki) -> None:
    Learner(author, anki)
    models = anki.collection.models
    widened = models.by_name("ARM Muscle")
    assert widened is not None
    models.add_field(widened, models.new_field("Mine too"))
    models.update_dict(widened)
    anki.edit(author.guid(BICEPS), "Mine too", "more of mine")
    reword(author)
    package, file = safe_update(author)

    update(anki, package, file)

    note = anki.note(author.guid(BICEPS))
    assert why(anki, author).startswith("It bends")
    assert (bool(note.fields["My notes"]), note.fields["Mine too"]) == (True, "more of mine")


@pytest.mark.parametrize("change", ["moved", "removed"])
def test_step_one_warns_a_learner_whose_fields_are_not_in_our_order_and_step_two_would_mix_them_up(
    change: str, author: Author, anki: Anki
) -> None:
    Learner(author, anki)
    models, biceps = anki.collection.models, author.guid(BICEPS)
    changed = models.by_name("ARM Muscle")
    assert changed is not None
    if change == "moved":
        models.reposition_field(changed, changed["flds"][-1], 0)
    else:
        models.remove_field(changed, next(each for each in changed["flds"] if each["name"] == "Spare 6"))
    models.update_dict(changed)
    package, file = safe_update(author)

    warning = step_one(anki, package)

    assert biceps in warning.conflicting
    assert "my own" in anki.note(biceps).fields["My notes"]
    anki.imports_text(file)
    assert "my own" not in anki.note(biceps).fields["My notes"]
    anki.collection.undo()
    assert "my own" in anki.note(biceps).fields["My notes"]


def test_a_note_that_the_learner_moved_to_another_note_type_is_left_alone(author: Author, anki: Anki) -> None:
    Learner(author, anki)
    biceps, models = author.guid(BICEPS), anki.collection.models
    old, new = anki.collection.get_note(anki._id(biceps)).note_type(), models.by_name("Basic")
    assert old and new
    change = models.change_notetype_info(old_notetype_id=old["id"], new_notetype_id=new["id"]).input
    change.note_ids.append(anki._id(biceps))
    models.change_notetype_of_notes(change)
    before = anki.note(biceps)
    reword(author)
    package, file = safe_update(author)

    result = update(anki, package, file)

    assert result.conflicting == (biceps,)
    assert anki.note(biceps) == before


# The price, as the manual says it


def test_an_edit_in_one_of_our_fields_is_undone_even_where_we_changed_nothing(author: Author, anki: Anki) -> None:
    Learner(author, anki)
    anki.edit(author.guid(BICEPS), "Why", "my own reason")
    package, file = safe_update(author)

    step_one(anki, package)
    assert why(anki, author) == "my own reason"
    anki.imports_text(file)

    assert why(anki, author).startswith("It flexes")


def test_tags_of_ours_do_not_change_and_a_retired_note_says_so_in_its_text_only(author: Author, anki: Anki) -> None:
    Learner(author, anki)
    author.edit(TRICEPS_FILE, "tier: core", "tier: core\nretired: It is treated elsewhere now")
    author.edit("cards/actions.yaml", "prime_movers: triceps-brachii", "prime_movers: anconeus")
    author.write("cards/muscles/anconeus.yaml", ANCONEUS)
    package, file = safe_update(author)

    update(anki, package, file)

    note = anki.note(author.guid(TRICEPS))
    assert "treated elsewhere" in note.fields["Why"] and note.fields["My notes"]
    assert "TA::Status::Retired" not in note.tags


def test_the_next_edition_may_come_either_way(author: Author, anki: Anki) -> None:
    Learner(author, anki)
    biceps, triceps = map(author.guid, (BICEPS, TRICEPS))
    reword(author)
    package, file = safe_update(author)
    update(anki, package, file)
    author.waits()
    reword(author, "lifts")
    package, file = safe_update(author)

    result = anki.imports(package)

    assert result.updated == (biceps,)
    assert why(anki, author).startswith("It lifts") and anki.note(biceps).fields["My notes"] == ""
    assert anki.note(triceps).fields["My notes"]
    assert len(anki.imports_text(file).duplicate) == len(anki.notes())


def test_a_package_that_was_built_before_the_text_was_imported_updates_nothing_and_the_text_heals_it(
    author: Author, anki: Anki
) -> None:
    Learner(author, anki)
    reword(author)
    package, file = safe_update(author)
    reword(author, "lifts")
    author.edit("cards/deck.yaml", "edition: 2026-11", "edition: 2027-02")
    next_package, next_file = safe_update(author)
    update(anki, package, file)

    result = anki.imports(next_package)
    assert (result.updated, why(anki, author)[:8]) == ((), "It bends")
    anki.imports_text(next_file)

    assert why(anki, author).startswith("It lifts")
    assert anki.note(author.guid(BICEPS)).fields["My notes"]


def test_the_text_alone_makes_new_notes_in_our_decks_but_without_tags(author: Author, anki: Anki) -> None:
    Learner(author, anki)
    author.write("cards/muscles/anconeus.yaml", ANCONEUS)
    package, file = safe_update(author)

    result = anki.imports_text(file)

    anconeus = author.guid("muscle/anconeus")
    assert result.new == (anconeus,)
    assert {card.deck for card in anki.cards() if card.guid == anconeus} == {"Arm::1 Facts"}
    assert step_one(anki, package).new == ()
    assert anki.note(anconeus).tags == ()


def test_in_an_anki_that_offers_no_never_the_text_goes_first(author: Author, anki: Anki) -> None:
    """Then the notes are newer than the package: also where we changed no more than a tag, thanks to `Version`."""
    Learner(author, anki)
    biceps, triceps = map(author.guid, (BICEPS, TRICEPS))
    kept = [(anki.note(guid).fields["My notes"], anki.note(guid).tags) for guid in (biceps, triceps)]
    assert anki.collection.db is not None
    anki.collection.db.execute("update notes set mod = ?", START)  # all that was written was written before our build
    reword(author)
    author.edit(TRICEPS_FILE, "tier: core", "tier: deep")
    author.edit("cards/deck.yaml", "edition: 2026-11", "edition: 2027-02")
    package, file = safe_update(author)

    anki.imports_text(file)
    result = anki.imports(package)

    assert not {biceps, triceps} & set(result.updated)
    assert why(anki, author).startswith("It bends")
    assert [(anki.note(guid).fields["My notes"], anki.note(guid).tags) for guid in (biceps, triceps)] == kept


# The deck that ships


def test_every_note_of_the_shipped_deck_is_updated_by_text(shipped_package: Path, anki: Anki, tmp_path: Path) -> None:
    anki.imports(shipped_package)
    shipped, notes = project_of(shipped_package), anki.notes()
    for number, guid in enumerate(notes):
        anki.edit(guid, "My notes", f"mine {number}")
        if number % 5 == 0:
            anki.tag(guid, "my-tag")
    before, schedule = anki.notes(), anki.schedule()

    result = anki.imports_text(written(tmp_path / "same.txt", shipped))
    assert (len(result.duplicate), anki.notes()) == (len(notes), before)
    result = anki.imports_text(written(tmp_path / "new.txt", shipped, reworded))

    assert set(result.updated) == set(notes) and not result.new
    after = anki.notes()
    for guid, note in after.items():
        assert ours(note) == [
            f'{value} <i>"new"</i>\t&amp;' if value and name != "Version" else value
            for name, value in zip(note.fields, ours(notes[guid]), strict=False)
        ]
        assert (note.fields["My notes"], note.tags) == (before[guid].fields["My notes"], before[guid].tags)
    assert anki.schedule() == schedule
    assert {note.notetype for note in after.values()} == {name for name in anki.notetypes() if name.startswith("TA ")}


def project_of(package: Path) -> Project:
    """The project of the shipped deck, or of the copy that stands in until the cards have a lock."""
    return find(ROOT) if find(ROOT).lock.exists() else find(package.parents[1])


# The file


@pytest.fixture
def lines(author: Author) -> Iterator[tuple[list[str], list[list[str]]]]:
    """The head, and the rows as a reader of tables has them."""
    _, file = safe_update(author)
    with file.open(encoding="utf-8", newline="") as opened:
        every = opened.read().splitlines(keepends=True)
        head = [line for line in every if line.startswith("#")]
        yield head, list(csv.reader(every[len(head) :], "excel-tab"))


def test_the_file_holds_all_fields_but_the_learners_and_no_tags(
    author: Author, lines: tuple[list[str], list[list[str]]]
) -> None:
    head, found = lines

    rendered, lock, _ = parts(author.project)
    assert len(found) == len(rendered.notes)
    for note in rendered.notes:
        (row,) = [row for row in found if row[0] == lock.notes[note.key].guid]
        assert len(row) == 3 + len(rendered.note_types[note.kind].names) - 1
        assert not set(row) & set(note.tags)
    assert len(head[-1].split("\t")) == max(map(len, found))


def test_equal_notes_give_equal_files_whatever_their_order(author: Author) -> None:
    _, file = safe_update(author)
    rendered, lock, decks = parts(author.project)

    again = text.dump(reversed(rendered.notes), rendered.note_types, lock, decks)

    assert again.encode() == file.read_bytes()
    assert "\r" not in again and again.endswith("\n") and not again.startswith("\ufeff")


def test_a_note_that_fills_the_learners_field_is_refused(author: Author) -> None:
    author.build()
    rendered, lock, decks = parts(author.project)
    filled = [replace(note, fields=(*note.fields[:-1], "ours")) for note in rendered.notes]

    with pytest.raises(Fault, match="fills 'My notes'"):
        text.dump(filled, rendered.note_types, lock, decks)
