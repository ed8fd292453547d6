"""What docs/updating.md tells learners: every statement names its tests, and here are those that stand nowhere else."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from support.author import ROOT, Author
from support.edits import BICEPS, EDITS, TRICEPS, _rewords
from support.judge import HAS_OPTIONS, Anki

from deckbuilder.render.notetypes import YOURS

PAGE = ROOT / "docs" / "updating.md"
# What is no statement about what an import does: clicks, and what was not tried.
PLAIN = ("**Desktop.**", "**AnkiDroid.**", "**AnkiMobile.**", "The clicks", "For learners.", "Every statement", "What ",
         "Every edition comes", "On a phone", "Older Ankis")  # fmt: skip


def statements() -> list[str]:
    """The paragraphs and items of the page, without headings."""
    text = re.sub(r"^#.*$", "", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    parts = re.split(r"\n\s*\n|\n(?=- |\d\. )", text)
    return [part.strip() for part in parts if part.strip()]


def test_every_statement_names_tests_that_exist() -> None:
    tests = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    for statement in statements():
        named = re.findall(r"test_\w+", " ".join(re.findall(r"<!--(.*?)-->", statement, re.DOTALL)))
        assert set(named) <= tests, statement
        assert named or statement.startswith(PLAIN), f"nothing proves: {statement}"


def test_a_note_that_the_learner_deleted_comes_back(author: Author, anki: Anki) -> None:
    package = author.build().path
    anki.imports(package)
    guid = author.guid(BICEPS)

    anki.delete(guid)
    result = anki.imports(package)

    assert result.new == (guid,) and len(anki.note(guid).cards) == 4


def test_an_update_takes_the_learners_own_tags(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    for key in (BICEPS, TRICEPS):
        anki.tag(author.guid(key), "marked")
        anki.tag(author.guid(key), "mine")

    _rewords(author)
    author.waits()
    anki.imports(author.build().path)

    assert not {"marked", "mine"} & set(anki.note(author.guid(BICEPS)).tags)
    assert {"marked", "mine"} <= set(anki.note(author.guid(TRICEPS)).tags)


def test_reviews_flags_suspension_and_moves_do_not_hold_an_update_back(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    guid = author.guid(BICEPS)
    _rewords(author)
    later = author.build().path

    anki.review(guid, 0)
    anki.flag(guid, 1, 2)
    anki.suspend(guid, 2)
    anki.move(guid, 3, "Mine")
    before = anki.schedule()
    result = anki.imports(later)

    assert guid in result.updated and "It bends" in anki.note(guid).fields["Why"]
    assert anki.schedule() == before


@pytest.mark.skipif(not HAS_OPTIONS, reason="Anki before 23.10 does not ask whether to update notes")
def test_always_brings_our_text_and_keeps_reviews(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    guid = author.guid(BICEPS)
    _rewords(author)
    later = author.build().path
    anki.review(guid, 0)
    anki.edit(guid, "Why", "typed after the build")
    before = anki.schedule()

    newer = anki.imports(later)
    always = anki.imports(later, update_notes="always")

    assert guid not in newer.updated and guid in always.updated
    assert "It bends" in anki.note(guid).fields["Why"]
    assert anki.schedule() == before


@pytest.mark.skipif(not HAS_OPTIONS, reason="Anki before 23.10 adds a copy of the note type in silence")
@pytest.mark.parametrize("change", ["added", "moved", "removed"])
def test_a_learner_who_changed_our_note_type_keeps_all_and_gets_no_updates(
    change: str, author: Author, anki: Anki
) -> None:
    anki.imports(author.build().path)
    guid = author.guid(BICEPS)
    anki.review(guid, 0)
    models = anki.collection.models
    kind = models.by_name("ARM Muscle")
    assert kind is not None
    if change == "added":
        models.add_field(kind, models.new_field("Mine"))
    elif change == "moved":
        models.reposition_field(kind, kind["flds"][5], 6)
    else:
        models.remove_field(kind, kind["flds"][-1])
    models.update_dict(kind)
    before, note = anki.schedule(), anki.note(guid)

    _rewords(author)
    author.now = max(author.now, int(time.time()) + 60)
    result = anki.imports(author.build().path)

    assert guid in result.conflicting
    assert anki.schedule() == before and anki.note(guid).fields == note.fields


# Renamed decks, changed looks

MINE = ".card { letter-spacing: 3px !important }"


def _renames_the_deck(anki: Anki) -> None:
    decks = anki.collection.decks
    id = decks.id_for_name("Arm")
    assert id is not None
    deck = decks.get(id)
    assert deck is not None
    decks.rename(deck, "Studies::Mine")


def test_a_deck_that_the_learner_renamed_is_made_anew_and_only_new_cards_land_in_it(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    guid = author.guid(BICEPS)
    anki.review(guid, 0)
    (page,) = author.dist.glob("*-about.md")
    assert "A deck that you renamed is made anew beside yours" in page.read_text("utf-8")
    _renames_the_deck(anki)
    before = anki.schedule()

    _rewords(author)
    EDITS["adding a note"].does(author)
    result = anki.imports(author.build().path)

    after = anki.schedule()
    assert {place: after[place] for place in before} == before
    assert guid in result.updated and len(result.new) == 1
    old = {place: card.deck for place, (card, _) in before.items()}
    assert all(deck.startswith("Studies::Mine") for deck in old.values())
    new = after.keys() - before.keys()
    assert new and all(after[place][0].deck.startswith("Arm::") for place in new)

    for guid, ordinal in new:
        anki.move(guid, ordinal, "Studies::Mine")
    anki.collection.decks.remove([anki.collection.decks.id_for_name("Arm")])  # type: ignore[list-item]

    assert "Arm" not in anki.decks() and anki.schedule().keys() == after.keys()
    assert {place: anki.schedule()[place] for place in before} == before


def _changes_our_looks(anki: Anki) -> None:
    """As a learner does: below the line, and in a template; a week ago."""
    kind: Any = anki.collection.models.by_name("ARM Muscle")
    assert kind["css"].endswith(YOURS)
    kind["css"] += MINE
    kind["tmpls"][0]["afmt"] += "<!-- mine -->"
    anki.collection.models.update_dict(kind)
    assert anki.collection.db is not None
    anki.collection.db.execute("update notetypes set mtime_secs = ? where id = ?", 1_785_000_000, kind["id"])
    anki.close()
    anki.collection.reopen()


def _looks(anki: Anki) -> tuple[bool, bool]:
    kind = anki.notetypes()["ARM Muscle"]
    return MINE in kind.css, "<!-- mine -->" in kind.sides[0][1]


def test_a_learners_styling_and_templates_stay_until_our_looks_change(author: Author, anki: Anki) -> None:
    author.take_templates()
    author.now -= 10_000_000
    anki.imports(author.build().path)
    _changes_our_looks(anki)
    author.now += 10_000_000

    for name in ("rewording", "retagging", "adding a note", "changing the edition"):
        EDITS[name].does(author)
        author.waits()
        anki.imports(author.build().path)
        assert _looks(anki) == (True, True), name

    EDITS["restyling"].does(author)
    anki.imports(author.build().path)
    assert _looks(anki) == (False, False)


@pytest.mark.skipif(not HAS_OPTIONS, reason="Anki before 23.10 does not ask whether to update note types")
def test_update_note_types_never_keeps_the_learners_looks_while_text_arrives(author: Author, anki: Anki) -> None:
    from anki.import_export_pb2 import ImportAnkiPackageUpdateCondition as Condition

    author.take_templates()
    author.now -= 10_000_000
    anki.imports(author.build().path)
    _changes_our_looks(anki)
    author.now += 10_000_000

    EDITS["restyling"].does(author)
    _rewords(author)
    never = Condition.Value("IMPORT_ANKI_PACKAGE_UPDATE_CONDITION_NEVER")
    anki.imports(author.build().path, update_notetypes=never)

    assert _looks(anki) == (True, True)
    assert "It bends" in anki.note(author.guid(BICEPS)).fields["Why"]


def test_a_file_with_the_learners_own_styling_outlives_every_edition(author: Author, anki: Anki) -> None:
    author.take_templates()
    anki.imports(author.build().path)
    anki.collection.media.write_data("_mine.css", MINE.encode())

    EDITS["restyling"].does(author)
    anki.imports(author.build().path)

    assert anki.media()["_mine.css"] == MINE.encode()
    assert "_mine.css" not in anki.collection.media.check().unused
