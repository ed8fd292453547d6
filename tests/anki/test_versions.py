"""What an update does in each Anki, where they differ. All else holds in every version from 2.1.66 on.

| | 2.1.66 | 23.10 | 23.12 - 24.11 | 25.2 - 25.9 | newest |
|---|---|---|---|---|---|
| an edition imported late, after the next was built | hides the next one's edits to the same notes, until they change again | same | same | hides nothing | hides nothing |
| a spare field and card, filled under their own names | arrive | arrive | arrive | arrive | arrive |
| a field renamed | notes of the type stay as they were; new ones come as a copy of the type, `Name+` | arrives, but `{{Key}}` is added to every front, and a card made of each spare one | arrives | arrives | arrives |
| a card template renamed | as a renamed field | arrives | arrives | arrives | arrives |
| the choice "Update notes: Never" | is not there | works | works | works | works |
| the deck's description | plain text with asterisks | same | formatted | formatted | formatted |

Nothing of this ever costs a review.
"""

from __future__ import annotations

import pytest
from support.author import Author
from support.judge import HAS_OPTIONS, KEEPS_OUR_TIME, KNOWS_IDS, RENAMES_CLEANLY, VERSION, Anki
from support.opened import note_types

pytestmark = pytest.mark.usefixtures("compiles_each_template_once")
BICEPS, BICEPS_FILE = "muscle/biceps-brachii", "cards/muscles/biceps-brachii.yaml"
CLOZE = "cloze: gap\ntext: 'From {1|here} on.'\ntopic: anatomy\nregions: [arm]\nsources: openstax-ap2e-11-5\n"


def _studies(anki: Anki, author: Author) -> None:
    author.take_templates()
    author.write("cards/cloze.yaml", CLOZE)
    anki.imports(author.build().path)
    for key in author.lock.notes:
        anki.review(author.guid(key))


def _rewords(author: Author, old: str, new: str) -> None:
    author.edit(BICEPS_FILE, f"It {old} the elbow", f"It {new} the elbow")


def _fronts(anki: Anki) -> dict[tuple[str, str], str]:
    kinds = anki.collection.models.all()
    return {(kind["name"], card["name"]): card["qfmt"] for kind in kinds for card in kind["tmpls"]}


def test_an_edition_imported_late_hides_the_next_only_where_anki_dates_notes_itself(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    guid = author.guid(BICEPS)
    _rewords(author, "flexes", "bends")
    second = author.build().path.rename(author.root / "second.apkg")
    _rewords(author, "bends", "moves")
    third = author.build().path

    anki.imports(second, at=author.now + 30)
    result = anki.imports(third)

    assert result.updated == ((guid,) if KEEPS_OUR_TIME else ())
    assert ("moves" if KEEPS_OUR_TIME else "bends") in anki.note(guid).fields["Why"]

    _rewords(author, "moves", "folds")
    anki.imports(author.build().path)
    assert "folds" in anki.note(guid).fields["Why"]


def test_spares_filled_under_their_own_names_reach_every_version(author: Author, anki: Anki) -> None:
    _studies(anki, author)
    before = anki.schedule()

    types = author.read("templates/muscle/notetype.yaml")
    spares = "spares:\n  cards: [{id: 9902, name: Spare 2, file: blood}]\n"
    author.write("templates/muscle/notetype.yaml", types + spares)
    author.write(
        "templates/muscle/cards/blood.html.j2",
        '[% extends "muscle/layout.html.j2" %]\n'
        '[% set gate, tone, lit, asked = "Spare 2", "x", "", "blood supply" %]\n'
        "[% block question %]Which artery supplies it?[% endblock %]\n"
        "[% block answer %]{{Spare 2}}[% endblock %]\n",
    )
    fields = author.read("templates/muscle/fields.html.j2")
    author.write("templates/muscle/fields.html.j2", "{% set Spare_2 %}Brachial artery{% endset %}\n" + fields)
    result = anki.imports(author.build().path)

    after = anki.schedule()
    muscles = {author.guid(key) for key in author.lock.notes if key.startswith("muscle/")}
    assert set(result.updated) == muscles and not result.conflicting
    assert {place: after[place] for place in before} == before
    assert {guid for guid, _ in after.keys() - before.keys()} == muscles
    assert len(after) == len(before) + len(muscles)
    asked = [back for _, _, name, front, back in anki.rendered() if name == "Spare 2" and "Which artery" in front]
    assert len(asked) == len(muscles) and all("Brachial artery" in back for back in asked)
    assert anki.faults() == []


def test_a_renamed_field_costs_no_review_and_arrives_as_the_version_can(author: Author, anki: Anki) -> None:
    _studies(anki, author)
    before, notes, fronts = anki.schedule(), anki.notes(), _fronts(anki)

    shared = author.read("templates/_shared/notetype.yaml")
    author.write("templates/_shared/notetype.yaml", shared.replace("name: Spare 6", "name: Blood supply"))
    author.edit("templates/muscle/notetype.yaml", "name: Origin, file", "name: Where from, file")
    _rewords(author, "flexes", "bends")
    author.write("cards/later.yaml", CLOZE.replace("gap", "later"))
    package = author.build().path
    result = anki.imports(package)

    after, later = anki.schedule(), author.guid("cloze/later")
    assert {place: after[place] for place in before} == before
    assert result.new == (later,)
    if not KNOWS_IDS:
        assert result.conflicting == (author.guid(BICEPS),)
        assert {guid: note for guid, note in anki.notes().items() if guid != later} == notes
        assert {place: _fronts(anki)[place] for place in fronts} == fronts
        assert anki.note(later).notetype == "ARM Cloze+" and len(after) == len(before) + 1
        return
    assert result.updated == (author.guid(BICEPS),) and not result.conflicting
    assert "bends" in anki.note(author.guid(BICEPS)).fields["Why"]
    assert "Where from" in anki.notetypes()["ARM Muscle"].templates
    assert all("Blood supply" in kind.fields for name, kind in anki.notetypes().items() if name.startswith("ARM "))
    shipped = {
        (name, card["name"]): card["qfmt"] for name, kind in note_types(package).items() for card in kind["tmpls"]
    }
    added = {_fronts(anki)[place].removeprefix(front) for place, front in shipped.items() if place[0] != "ARM Cloze"}
    assert added == ({""} if RENAMES_CLEANLY else {"{{Key}}"})
    assert _fronts(anki)["ARM Cloze", "Cloze"] == shipped["ARM Cloze", "Cloze"]
    assert len(after) - len(before) == 1 if RENAMES_CLEANLY else len(after) - len(before) > 10


def test_whether_to_update_can_be_chosen_since_23_10(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    _rewords(author, "flexes", "bends")
    package = author.build().path

    if not HAS_OPTIONS:
        with pytest.raises(AssertionError, match="no such option"):
            anki.imports(package, update_notes="never")
        return
    assert anki.imports(package, update_notes="never").updated == ()
    assert anki.imports(package, update_notes="always").updated == (author.guid(BICEPS),)


def test_a_description_is_formatted_since_23_12(author: Author, anki: Anki) -> None:
    author.edit("cards/deck.yaml", "holds: [{kinds: question}]", "holds: [{cards: Nerve}]")
    anki.imports(author.build().path)

    text, formatted = anki.decks()["Arm"]
    assert "Start with **1 Facts**" in text and formatted == (VERSION >= (23, 12))
