"""`diff`: what it says that learners will see is what the real Anki then does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.author import Author
from support.called import deckbuilder
from support.edits import BICEPS, BICEPS_FILE, EDITS, IDEA, TRICEPS
from support.judge import Anki
from support.opened import broken
from support.repository import git

from deckbuilder.diff import Difference, Effect, NoteChange, as_markdown, as_text, as_value, differences, for_learners
from deckbuilder.diff.wording import Budget, compare, plain, shorten
from deckbuilder.package.reader import open_package

ARRIVES = {Effect.BLANK_CARD, Effect.RETIRED, Effect.NEW_CARD, Effect.TEXT}
# What `diff` calls each of the edits by which the promises are tested, of the note that the edit is about.
CALLED = {
    "rewording": ("reworded", Effect.TEXT),
    "moving a file": ("reworded", Effect.TEXT),
    "splitting a list": ("reworded", Effect.TEXT),
    "renaming an id": ("renamed", Effect.TEXT),
    "reordering the curriculum": None,
    "retagging": ("retagged", Effect.TEXT),
    "restyling": None,
    "changing a template": None,
    "adding a note": ("added", Effect.NEW_CARD),
    "adding a card": ("reworded", Effect.NEW_CARD),
    "emptying a card": ("reworded", Effect.BLANK_CARD),
    "retiring a note": ("retired", Effect.RETIRED),
    "changing the edition": None,
}


def between(old: Path, new: Path) -> Difference:
    with open_package(old) as before, open_package(new) as after:
        return differences(before, after)


def kept(path: Path, name: str) -> Path:
    return path.rename(path.with_name(name))


def agrees(found: Difference, result: Any) -> None:
    """Every effect that was foretold, and no other, is in Anki's own log of the import."""
    effects = {note.guid: note.effect for note in found.notes}
    added = {note.guid for note in found.said("added")}
    assert set(result.new) == added
    assert set(result.updated) == {guid for guid, effect in effects.items() if effect in ARRIVES} - added
    refused = {guid for guid, effect in effects.items() if effect == Effect.BLOCKED} - added
    assert refused <= set(result.conflicting) | set(result.duplicate)


@pytest.mark.parametrize("name", EDITS)
def test_what_is_foretold_is_what_anki_does(name: str, author: Author, anki: Anki) -> None:
    old = kept(author.build().path, "old.apkg")
    EDITS[name].does(author)
    new = author.build().path
    found = between(old, new)

    anki.imports(old)
    cards = anki.schedule().keys()
    result = anki.imports(new)

    agrees(found, result)
    assert len(anki.schedule().keys() - cards) == sum(len(note.cards_added) for note in found.notes)
    called = CALLED[name]
    assert {(note.said, note.effect) for note in found.notes} >= ({called} if called else set())
    assert bool(found.notes) == bool(called)


def test_a_rewording_is_told_by_field_in_words(author: Author) -> None:
    old = kept(author.build().path, "old.apkg")
    EDITS["rewording"].does(author)

    (note,) = between(old, author.build().path).notes

    assert (note.key, note.name, note.note_type, note.said) == (BICEPS, "Biceps brachii", "Muscle", "reworded")
    (field,) = note.fields
    assert field.name == "Why"
    assert [run for run in field.runs if run[0] != "="] == [("-", "flexes"), ("+", "bends")]


def test_a_note_type_that_changed_its_shape_blocks_its_notes_as_anki_does(author: Author, anki: Anki) -> None:
    old = kept(author.build().path, "old.apkg")
    author.edit(BICEPS_FILE, "It flexes", "It bends")
    new = author.build().path

    def drops_a_field_id(kind: dict[str, Any]) -> None:
        if kind["name"] == "ARM Muscle":
            kind["flds"][5]["id"] = 77

    changed = broken(new, note_type=drops_a_field_id)
    found = between(old, changed)

    anki.imports(old)
    result = anki.imports(changed)

    agrees(found, result)
    (note,) = found.notes
    assert note.effect == Effect.BLOCKED and "changed its shape" in note.why_blocked
    (kind,) = [each for each in found.package if each.effect == Effect.BLOCKED]
    assert "Origin" in kind.said[0]


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("update notes set flds = replace(flds, 'flexes', 'bends')", "its time is not newer"),
        ("update notes set mod = mod + 1", ""),
        ("update notes set flds = replace(flds, 'flexes', 'bends'), mod = mod - 1", "its time is not newer"),
    ],
)
def test_a_time_that_does_not_move_with_the_text_is_told(author: Author, anki: Anki, sql: str, why: str) -> None:
    old = author.build().path
    new = broken(old, f"{sql} where guid = '{author.guid(BICEPS)}'")
    found = between(old, new)

    anki.imports(old)
    agrees(found, anki.imports(new))

    (note,) = found.notes
    assert why in note.why_blocked
    assert note.effect == (Effect.BLOCKED if why else Effect.TEXT)
    assert note.said == ("reworded" if why else "restamped")


def test_a_note_that_moved_to_another_note_type_is_blocked(author: Author, anki: Anki) -> None:
    old = author.build().path
    other = "(select mid from notes where guid != '{0}' and mid != (select mid from notes where guid = '{0}') limit 1)"
    guid = author.guid(BICEPS)
    new = broken(old, f"update notes set mid = {other.format(guid)}, mod = mod + 1 where guid = '{guid}'")
    widths = (
        f"update notes set flds = (select flds from notes n where n.mid = notes.mid and n.guid != '{guid}' limit 1)"
    )
    new = broken(new, f"{widths} where guid = '{guid}'")
    found = between(old, new)

    anki.imports(old)
    agrees(found, anki.imports(new))

    assert "another note type" in found.notes[0].why_blocked


def test_a_guid_that_stands_twice_is_told(author: Author) -> None:
    old = author.build().path
    new = broken(old, f"update notes set guid = '{author.guid(BICEPS)}' where guid = '{author.guid(TRICEPS)}'")

    found = between(old, new)

    assert found.effect == Effect.BLOCKED
    assert any("stands twice" in note.why_blocked for note in found.notes)


def test_a_note_that_left_the_package_stays_with_learners(author: Author, anki: Anki) -> None:
    old = author.build().path
    guid = author.guid(IDEA)
    new = broken(old, f"delete from cards where nid = (select id from notes where guid = '{guid}');"
                 f"delete from notes where guid = '{guid}'")  # fmt: skip
    anki.imports(old)
    anki.imports(new)

    (note,) = between(old, new).notes

    assert (note.said, note.effect, note.guid) == ("dropped", Effect.LEFT, guid)
    assert anki.note(guid)


def test_looks_decks_and_order_are_told_and_cost_nothing(author: Author) -> None:
    old = kept(author.build().path, "old.apkg")
    for name in ("restyling", "changing a template", "reordering the curriculum"):
        EDITS[name].does(author)
    author.edit("cards/deck.yaml", "edition: 2026-11", "edition: 2026-12")

    found = between(old, author.build().path)

    assert found.notes == () and found.effect == Effect.NOTHING
    assert found.reordered == 1
    said = {each.name: each.said for each in found.package}
    assert said["ARM Muscle"] == ("new template for Origin", "new styling")
    assert said["Arm"] == ("new description",)
    assert (found.old, found.new) == ("2026-11", "2026-12")


def test_a_picture_that_changed_is_a_new_file_and_one_under_its_old_name_is_blocked(author: Author) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><circle r="{}"/></svg>'
    author.write("cards/media/arm.svg", svg.format(1))
    author.edit(BICEPS_FILE, "tier: core", "tier: core\npicture: {file: arm.svg, alt: An arm}")
    old = kept(author.build().path, "old.apkg")
    author.write("cards/media/arm.svg", svg.format(2))
    new = author.build().path
    with open_package(old) as contents:
        (name,) = [media.name for media in contents.media]

    honest = between(old, new)
    stale = between(old, broken(old, media={name: svg.format(2).encode()}))

    assert sorted(each.said[0].split(";")[0] for each in honest.package if each.what == "media") == [
        "new",
        "no longer in the package",
    ]
    assert [(note.said, note.effect) for note in honest.notes] == [("reworded", Effect.TEXT)]
    assert [(each.name, each.effect) for each in stale.package] == [(name, Effect.BLOCKED)]


def test_a_package_is_no_different_from_itself(shipped_package: Path) -> None:
    found = between(shipped_package, shipped_package)

    assert found.notes == () and found.package == () and found.reordered == 0
    assert found.same == found.total_notes > 100


# The words

WORDS = st.text("ab <>&;\u00e9\n/·", max_size=40)


@given(WORDS, WORDS)
def test_runs_put_together_are_the_two_texts(old: str, new: str) -> None:
    runs = compare(old, new, Budget())

    if plain(old) == plain(new):
        assert runs == ()
    else:
        assert " ".join(text for mark, text in runs if mark != "+").split() == plain(old).split()
        assert " ".join(text for mark, text in runs if mark != "-").split() == plain(new).split()


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<ol><li><b>Ischial tuberosity</b>, hip bone</li><li>Linea aspera</li></ol>",
         "Ischial tuberosity, hip bone · Linea aspera"),
        ("one<br>two&nbsp;three", "one / two three"),
        ("H<sub>2</sub>O", "H2O"),
        ('<img src="a.svg" alt="A hip">', "[picture: A hip]"),
        ("From {{c1::here::place}} to {{c2::there}}", "From [here] to [there]"),
        ("a<script>alert(1)</script>b", "ab"),
        ("a \x1b[31mred\u202egnihton", "a \ufffd[31mred\ufffdgnihton"),
        ("5 &lt; 6 &amp; 7", "5 < 6 & 7"),
    ],
)  # fmt: skip
def test_what_is_compared_is_what_a_learner_reads(html: str, said: str) -> None:
    assert plain(html) == said


def test_a_long_text_is_shown_around_its_change_only() -> None:
    words = [f"w{number}" for number in range(60)]

    runs = shorten(compare(" ".join(words), " ".join([*words[:30], "new", *words[31:]]), Budget()))

    assert runs == (("=", "… w26 w27 w28 w29"), ("-", "w30"), ("+", "new"), ("=", "w31 w32 w33 w34 …"))


def test_comparing_two_endless_texts_ends() -> None:
    one, two = " ".join(["a"] * 1_900 + ["b"]), " ".join(["b"] + ["a"] * 1_900)
    budget = Budget(10_000_000)

    found = [compare(one, two, budget) for _ in range(10)]

    assert found[0] and not found[-1]


# As it is told


@pytest.fixture
def edited(author: Author) -> tuple[Author, Path]:
    old = kept(author.build().path, "old.apkg")
    for name in ("rewording", "retiring a note", "adding a card", "restyling"):
        EDITS[name].does(author)
    return author, old


def test_the_gravest_comes_first_in_every_form(edited: tuple[Author, Path]) -> None:
    author, old = edited
    found = between(old, author.build().path)

    text, markdown, value = as_text(found), as_markdown(found), json.loads(json.dumps(as_value(found)))

    for said in (text, markdown):
        places = [said.index(effect.words[1:]) for effect in Effect if effect.words[1:] in said]
        assert places == sorted(places) and len(places) >= 4
    assert "[-flexes-] {+bends+}" in text
    assert "~~flexes~~ **bends**" in markdown
    assert value["notes"][0]["effect"] == "retired"
    assert {"said", "means", "fields", "tags_added", "cards_added"} <= value["notes"][0].keys()


def test_learners_are_told_what_to_do_and_how_to_find_what_was_retired(edited: tuple[Author, Path], anki: Anki) -> None:
    author, old = edited
    new = author.build().path

    said = for_learners(between(old, new))

    anki.imports(old)
    anki.imports(new)
    search = said.split("Search for `")[1].split("`")[0]
    retired = [anki.collection.get_note(id).guid for id in anki.collection.find_notes(search)]
    assert retired == [author.guid(TRICEPS)]
    assert "~~flexes~~ **bends**" in said and "Triceps brachii" in said and "looks of" in said
    assert "Trail" not in said and "Key" not in said and BICEPS not in said


def test_text_of_cards_means_nothing_to_markdown() -> None:
    note = NoteChange("g", "k", "*Bold* <b> [x](y) `z`", "Muscle", Effect.NEW_CARD, "added")

    said = for_learners(Difference("Deck_", "1", "2", (note,)))

    assert r"\*Bold\* \<b\> \[x\](y) \`z\`" in said


# The verb


def test_source_packages_editions_and_revisions_can_be_compared(author: Author) -> None:
    old = kept(author.build().path, "old.apkg")
    git(author, "init", "-q")
    git(author, "add", "-A")
    git(author, "commit", "-qm", "one")
    EDITS["rewording"].does(author)
    state = author.state()

    against_package = deckbuilder("diff", str(old), cwd=author.root)
    against_commit = deckbuilder("diff", "HEAD", "--format", "json", cwd=author.root / "cards")
    git(author, "commit", "-qam", "two")
    between_commits = deckbuilder("diff", "HEAD~1", "HEAD", cwd=author.root)

    for done in (against_package, between_commits):
        assert done.returncode == 0, done.stderr
        assert "1 reworded" in done.stdout and "[-flexes-] {+bends+}" in done.stdout
    assert [note["key"] for note in json.loads(against_commit.stdout)["notes"]] == [BICEPS]
    assert author.state() == state, "diff writes nothing"


def test_two_packages_can_be_compared_outside_a_project(author: Author, tmp_path: Path) -> None:
    old = kept(author.build().path, "old.apkg")
    EDITS["adding a note"].does(author)

    done = deckbuilder("diff", str(old), str(author.build().path), cwd=tmp_path)

    assert done.returncode == 0 and "1 added" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "nothing was released yet"),
        (["2026-10"], "'2026-10' is no file, no released edition and no git revision"),
        (["--output=x"], "No such option"),
        (["gone.apkg"], "gone.apkg: cannot be read (No such file or directory)"),
        (["cards/deck.yaml"], "cards/deck.yaml: a text, not a package"),
    ],
)
def test_what_cannot_be_compared_is_a_sentence(author: Author, arguments: list[str], said: str) -> None:
    author.build()

    done = deckbuilder("diff", *arguments, cwd=author.root)

    assert done.returncode in (1, 2) and said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_source_with_faults_is_not_compared(author: Author) -> None:
    old = kept(author.build().path, "old.apkg")
    author.edit(BICEPS_FILE, "insertion: radial-tuberosity", "insertion: radial-tuberosty")

    done = deckbuilder("diff", str(old), cwd=author.root)

    assert done.returncode == 1
    assert "the source cannot be built: cards/muscles/biceps-brachii.yaml:" in done.stderr


def test_a_revision_without_a_project_or_with_links_that_lead_out_is_harmless(author: Author, tmp_path: Path) -> None:
    author.build()
    git(author, "init", "-q")
    (tmp_path / "secret.yaml").write_text("muscle: secret\n")
    (author.root / "cards" / "muscles" / "out.yaml").symlink_to(tmp_path / "secret.yaml")
    git(author, "add", "-A")
    git(author, "commit", "-qm", "a link")
    (author.root / "cards" / "muscles" / "out.yaml").unlink()

    done = deckbuilder("diff", "HEAD", cwd=author.root)

    assert done.returncode == 0, done.stderr
    assert "no note differs" in done.stdout and "secret" not in done.stdout


def test_blocked_changes_are_told_by_the_exit_code(author: Author) -> None:
    old = author.build().path
    new = broken(old, f"update notes set flds = replace(flds, 'flexes', 'bends') where guid = '{author.guid(BICEPS)}'")

    assert deckbuilder("diff", str(old), str(new), cwd=author.root).returncode == 1
    assert deckbuilder("diff", str(old), str(old), cwd=author.root).returncode == 0


def test_a_difference_is_told_the_same_in_every_process(edited: tuple[Author, Path]) -> None:
    author, old = edited
    new = author.build().path

    told = {
        deckbuilder("diff", str(old), str(new), "--format", "json", cwd=author.root, PYTHONHASHSEED=seed).stdout
        for seed in ("1", "2", "3")
    }

    assert len(told) == 1 and json.loads(told.pop())["notes"]


def test_a_new_name_for_a_field_is_told_with_its_price(author: Author) -> None:
    author.take_templates()
    old = kept(author.build().path, "old.apkg")
    author.edit("templates/_shared/notetype.yaml", "name: Spare 6, description", "name: Blood supply, description")

    found = between(old, author.build().path)

    said = [each.said for each in found.package if each.name == "ARM Muscle"]
    assert "field 'Spare 6' is now 'Blood supply': Anki 23.10 adds the key" in said[0][0]
