"""Image occlusion: a card for each mask, which Anki's own editor opens, and whose reviews stay with the mask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.asked import examples, since
from support.author import Author, plain
from support.judge import VERSION, Anki
from support.opened import note_types

from deckbuilder import lock as locks
from deckbuilder.cli import cli
from deckbuilder.core.project import Project
from deckbuilder.lock.entry import Entry, later
from deckbuilder.records.schema import schema
from deckbuilder.verbs import edits
from deckbuilder.workspace import Workspace

pytestmark = pytest.mark.usefixtures("compiles_each_template_once")
has_masks = since("23.10", "has no image occlusion")

FILE, INDEX, KEY = "cards/occlusion.yaml", "cards/media/figures.json", "occlusion/shoulder"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="200" viewBox="0 0 {0} 200"><path d="M0 0h9v9z"/></svg>'
)
PICTURE = """\
occlusion: shoulder
name: The shoulder
picture: {file: shoulder.svg, alt: A shoulder blade from the front, credit: Us}
masks:
  1: {label: Acromion, box: [0.1, 0.1, 0.2, 0.05]}
  2: {label: Glenoid cavity, box: [0.1, 0.3, 0.2, 0.05]}
  3: {label: Medial border, box: [0.6, 0.5, 0.2, 0.05]}
regions: [arm]
sources: openstax-ap2e-11-5
"""
PLATE = """\
occlusion: shoulder
name: The shoulder
plate: scapula-front
masks: {1: coracoid-process, 2: supraglenoid-tubercle}
regions: [arm]
sources: openstax-ap2e-11-5
"""
PLATES: dict[str, Any] = {
    "scapula-front": {
        "file": "figures/scapula-front.svg",
        "seen": "Right shoulder blade from the front",
        "size": [300, 200],
        "labels": [
            {
                "landmark": "coracoid-process",
                "text": "Coracoid process",
                "box": [0.05, 0.1, 0.3, 0.08],
                "at": [0.5, 0.2],
            },
            {"landmark": "infraglenoid-tubercle", "text": "Infra", "box": [0.05, 0.5, 0.3, 0.08], "at": [0.5, 0.6]},
            {"landmark": "supraglenoid-tubercle", "text": "Supra", "box": [0.05, 0.3, 0.3, 0.08], "at": [0.5, 0.4]},
        ],
    }
}


def write(author: Author, text: str = PICTURE, plates: object = PLATES) -> None:
    author.write(FILE, text)
    author.write("cards/media/shoulder.svg", SVG.format(300))
    author.write("cards/media/figures/scapula-front.svg", SVG.format(301))
    author.write(INDEX, json.dumps({"figures": {}, "plates": plates}))
    author.write("cards/credits.yaml", "credit: us\nfiles: figures/*.svg\nauthor: Us\nlicense: CC BY 4.0\n")


def faults(author: Author) -> list[str]:
    """What is said of the occlusion and its plate, without the help."""
    found = author.check()
    assert all(each.help for each in found)
    return [str(each).splitlines()[0] for each in found]


def studied(anki: Anki, author: Author) -> dict[tuple[str, int], Any]:
    """The schedule of a learner who has answered every mask."""
    write(author)
    anki.imports(author.build().path)
    for ordinal in range(3):
        anki.review(author.guid(KEY), ordinal)
    return anki.schedule()


def shapes(anki: Anki, author: Author) -> list[tuple[int, str, dict[str, str]]]:
    """What Anki's mask editor is given: number, kind of shape, its properties. 23.10 tells no numbers: 0."""
    found = anki.collection.get_image_occlusion_note(anki.note(author.guid(KEY)).id).note
    return sorted(
        (
            (getattr(each, "ordinal", 0), shape.shape, {one.name: one.value for one in shape.properties})
            for each in found.occlusions
            for shape in each.shapes
        ),
        key=lambda each: each[:2],
    )


# In Anki


@has_masks
def test_anki_takes_it_for_its_own_note_type_and_opens_the_masks_in_its_editor(author: Author, anki: Anki) -> None:
    text = PICTURE.replace("2: {label: Glenoid cavity, box:", "2: {label: Glenoid cavity, ellipse:")
    write(author, text.replace("box: [0.6, 0.5, 0.2, 0.05]", "polygon: [[0.6, 0.5], [0.8, 0.5], [0.7, 0.75]]"))

    anki.imports(author.build().path)

    opened = anki.collection.get_image_occlusion_note(anki.note(author.guid(KEY)).id)
    assert opened.WhichOneof("value") == "note"
    assert opened.note.image_data == SVG.format(300).encode()
    assert opened.note.header == "Name what the colored mask covers."
    found = shapes(anki, author)
    if VERSION < (24,):
        found = [(number, *each[1:]) for number, each in zip((2, 3, 1), found, strict=True)]  # by the kind of shape
    assert {number: tuple(each) for number, *each in found} == {
        1: ("rect", {"left": ".1000", "top": ".1000", "width": ".2000", "height": ".0500", "oi": "1"}),
        2: ("ellipse", {"left": ".1000", "top": ".3000", "rx": ".1000", "ry": ".0250", "oi": "1"}),
        3: ("polygon", {"left": ".6000", "top": ".5000", "points": ".6000,.5000 .8000,.5000 .7000,.7500", "oi": "1"}),
    }


@has_masks
def test_the_fields_of_ankis_own_note_type_stand_first_and_in_its_order(author: Author, anki: Anki) -> None:
    write(author)

    anki.imports(author.build().path)

    kinds = {kind["name"]: kind for kind in anki.collection.models.all()}
    stored = note_types(author.build().path)["ARM Occlusion"]
    if "Image Occlusion" not in kinds:  # 23.10 adds it when the editor is opened for the first time
        anki.collection.add_image_occlusion_notetype()
        anki.collection.models._clear_cache()
        kinds = {kind["name"]: kind for kind in anki.collection.models.all()}
    own = kinds["Image Occlusion"]["flds"]
    uses = [(field.get("tag"), field.get("preventDeletion", False)) for field in stored["flds"]]
    assert uses[: len(own)] == [(field["tag"], field["preventDeletion"]) for field in own]
    assert set(uses[len(own) :]) == {(None, False)}
    assert stored["originalStockKind"] == 6
    assert [field["name"] for field in stored["flds"]][:5] == ["Occlusion", "Image", "Header", "Back Extra", "Comments"]


@has_masks
def test_masks_go_where_they_belong_after_check_database_and_a_change_of_the_template(
    author: Author, anki: Anki
) -> None:
    write(author, f"{PICTURE}question: Which part of the blade is it?\nextra: It is thin.\n")
    anki.imports(author.build().path)
    guid = author.guid(KEY)
    before = anki.note(guid).fields

    for _ in range(2):  # what the first has mended, the second must not take for broken
        anki.collection.fix_integrity()
        anki.collection.models._clear_cache()
        kind = anki.collection.models.by_name("ARM Occlusion")
        assert kind is not None
        kind["tmpls"][0]["afmt"] += "<p>Mine</p>"
        anki.collection.models.update_dict(kind)

    opened = anki.collection.get_image_occlusion_note(anki.note(guid).id).note
    assert opened.image_data == SVG.format(300).encode()
    assert (opened.header, opened.back_extra) == ("Which part of the blade is it?", "<p>It is thin.</p>")
    assert len(opened.occlusions) == 3
    assert anki.note(guid).fields == before
    moved = before["Occlusion"].replace("left=.1000:top=.1000", "left=.1500:top=.1500")
    anki.collection.update_image_occlusion_note(anki.note(guid).id, moved, "Which?", "Thin.", [])
    changed = {"Occlusion": moved, "Header": "Which?", "Back Extra": "Thin."}
    assert anki.note(guid).fields == before | changed


@has_masks
def test_a_learners_own_picture_in_our_note_type_fills_the_same_fields(author: Author, anki: Anki) -> None:
    write(author)
    anki.imports(author.build().path)
    anki.collection.fix_integrity()
    anki.collection.models._clear_cache()
    picture = author.root / "theirs.svg"
    picture.write_text(SVG.format(400), "utf-8")
    kind = anki.collection.models.by_name("ARM Occlusion")
    assert kind is not None
    mask = "{{c1::image-occlusion:rect:left=.1:top=.1:width=.1:height=.1}}"

    anki.collection.add_image_occlusion_note(kind["id"], str(picture), mask, "Theirs", "More", ["mine"])

    (note,) = [each for guid, each in anki.notes().items() if guid not in {e.guid for e in author.lock.notes.values()}]
    filled = {name: text for name, text in note.fields.items() if text}
    assert filled == {"Occlusion": mask, "Image": '<img src="theirs.svg">', "Header": "Theirs", "Back Extra": "More"}


def test_no_note_type_is_changed_by_check_database(shipped_package: Path, anki: Anki) -> None:
    def shapes() -> dict[str, tuple[object, ...]]:
        kinds = [kind for kind in anki.collection.models.all() if kind["name"].startswith("TA ")]
        # Anki dates each note type with masks anew, its own too, though it finds nothing to mend.
        mods = {kind["name"]: 0 if kind["name"] == "TA Occlusion" else kind["mod"] for kind in kinds}
        return {kind["name"]: (mods[kind["name"]], kind["flds"], kind["tmpls"], kind["css"]) for kind in kinds}

    anki.imports(shipped_package)
    before = shapes()

    anki.collection.fix_integrity()
    anki.collection.models._clear_cache()

    assert len(before) == 10 and shapes() == before


def test_an_occlusion_note_type_whose_fields_stand_otherwise_is_told(author: Author) -> None:
    write(author)
    author.take_templates()
    line = "  - {id: 101, name: Key, description: The name of this note for the builder; leave it alone}\n"
    author.edit("templates/occlusion/notetype.yaml", line, "")
    author.edit("templates/occlusion/notetype.yaml", "fields:\n", f"fields:\n{line}")

    (fault,) = author.check()

    assert str(fault) == (
        "templates/occlusion/notetype.yaml:7:3: note-type: Anki's Check Database takes the first fields for those of its "
        "mask editor, whatever they are\n"
        "    let Occlusion, Image, Header, Back Extra, Comments stand first, in this order"
    )


def test_each_mask_is_a_card_that_names_its_own_answer_on_the_back_alone(author: Author, anki: Anki) -> None:
    write(author)

    anki.imports(author.build().path)

    sides = {ordinal: texts for guid, ordinal, *_ in anki.rendered() if guid == author.guid(KEY) for texts in [_[1:]]}
    names = {0: "Acromion", 1: "Glenoid cavity", 2: "Medial border"}
    assert sides.keys() == names.keys()
    for ordinal, (front, back) in sides.items():
        assert not any(name in plain(front) for name in names.values())
        assert f'<div class="big">{names[ordinal]}</div>' in back
        assert f'<div class="cloze" data-ordinal="{ordinal + 1}" ' in front or 'class="cloze" data-shape' in front
    assert anki.expected_cards()[author.guid(KEY)] == {0, 1, 2}
    assert anki.faults() == []


@has_masks
@pytest.mark.parametrize(("mode", "covered"), [("hide-one", {None}), ("hide-all", {"1"})])
def test_the_other_masks_are_drawn_only_where_all_are_to_be_hidden(
    author: Author, anki: Anki, mode: str, covered: set[str | None]
) -> None:
    write(author, f"{PICTURE}mode: {mode}\n")

    anki.imports(author.build().path)

    assert {properties.get("oi") for *_, properties in shapes(anki, author)} == covered


def test_a_label_is_only_text_whatever_it_holds(author: Author, anki: Anki) -> None:
    write(author, PICTURE.replace("Acromion", "'a}} b::c {{c9::d}} <b>e</b>'"))

    anki.imports(author.build().path)

    backs = [back for guid, ordinal, _, _, back in anki.rendered() if guid == author.guid(KEY) and ordinal == 0]
    assert '<div class="big">a&#125;&#125; b&#58;&#58;c &#123;&#123;c9&#58;&#58;d&#125;&#125; &lt;b&gt;e' in backs[0]
    assert anki.note(author.guid(KEY)).cards == anki.note(author.guid(KEY)).cards[:3]


# Updates


@has_masks
def test_masks_that_a_learner_moved_stay_until_we_change_the_picture(author: Author, anki: Anki) -> None:
    studied(anki, author)
    package, guid = author.build().path, author.guid(KEY)
    note = anki.note(guid)
    moved = note.fields["Occlusion"].replace("left=.1000:top=.1000", "left=.1500:top=.1500")
    moved += "{{c4::image-occlusion:rect:left=.7:top=.8:width=.1:height=.05}}<br>"
    anki.collection.update_image_occlusion_note(note.id, moved, "<div>Mine</div>", "", list(note.tags))
    before = anki.schedule()

    result = anki.imports(package)

    assert guid in result.duplicate
    assert anki.note(guid).fields["Occlusion"] == moved
    assert anki.schedule() == before
    *_, back = next(each for each in anki.rendered() if each[:2] == (guid, 3))
    assert '<div class="big"></div>' in back  # their own mask has no name of ours, and the style says where to look


def test_a_mask_that_moved_arrives_and_keeps_its_reviews(author: Author, anki: Anki) -> None:
    before = studied(anki, author)

    author.edit(FILE, "[0.1, 0.3, 0.2, 0.05]", "[0.1, 0.33, 0.25, 0.05]")
    author.waits()
    result = anki.imports(author.build().path)

    assert result.updated == (author.guid(KEY),)
    assert "left=.1000:top=.3300:width=.2500" in anki.note(author.guid(KEY)).fields["Occlusion"]
    assert anki.schedule() == before


@pytest.mark.parametrize("line", ["  1: {label: Acr", "  3: {label: Med"], ids=["written first", "written last"])
def test_a_mask_that_came_is_one_card_more_wherever_it_is_written(author: Author, anki: Anki, line: str) -> None:
    before = studied(anki, author)

    author.edit(FILE, line, f"  7: {{label: Lower angle, box: [0.6, 0.8, 0.2, 0.05]}}\n{line}")
    author.waits()
    anki.imports(author.build().path)

    after, guid = anki.schedule(), author.guid(KEY)
    assert after.keys() - before.keys() == {(guid, 6)}
    assert {place: each for place, each in after.items() if place in before} == before
    *_, back = next(each for each in anki.rendered() if each[:2] == (guid, 6))
    assert '<div class="big">Lower angle</div>' in back


def test_a_mask_that_went_leaves_the_others_their_reviews_and_its_own_comes_back_with_it(
    author: Author, anki: Anki
) -> None:
    before = studied(anki, author)
    line = "  2: {label: Glenoid cavity, box: [0.1, 0.3, 0.2, 0.05]}\n"

    author.edit(FILE, line, "")
    author.waits()
    anki.imports(author.build().path)

    assert anki.schedule() == before
    guid = author.guid(KEY)
    backs = {ordinal: back for note, ordinal, _, _, back in anki.rendered() if note == guid}
    assert '<div class="big">Acromion</div>' in backs[0] and '<div class="big">Medial border</div>' in backs[2]
    assert "Glenoid cavity" not in backs[1]
    (empty,) = anki.collection.get_empty_cards().notes
    assert [anki.collection.get_card(id).ord for id in empty.card_ids] == [1]

    author.edit(FILE, "masks:\n", f"masks:\n{line}")
    author.waits()
    anki.imports(author.build().path)

    assert anki.schedule() == before
    assert anki.faults() == []


# Numbers


def test_check_says_what_becomes_of_a_mask_that_went_and_keeps_its_number(author: Author) -> None:
    write(author)
    author.build()
    author.edit(FILE, "  2: {label: Glenoid cavity, box: [0.1, 0.3, 0.2, 0.05]}\n", "")

    assert faults(author) == [
        f"{FILE}:5:3: warning: card-gone: the mask 2, 'Glenoid cavity', is gone: learners keep its card, "
        "and Anki shows that it asks nothing any more"
    ]

    author.build()
    assert faults(author) == []
    author.edit(FILE, "masks:\n", "masks:\n  2: {label: Lower angle, box: [0.1, 0.3, 0.2, 0.05]}\n")
    (fault,) = author.check()
    assert str(fault) == (
        f"{FILE}:5:6: reused-number: the number 2 was that of 'Glenoid cavity', which is gone, "
        "and its reviews would become those of 'Lower angle'\n"
        "    give it a number that was never used, from 4 on"
    )
    assert author.attempt().built is None


def test_masks_that_were_numbered_anew_are_refused_with_the_number_to_give_back(author: Author) -> None:
    write(author)
    author.build()
    text = author.read(FILE)
    for number in (3, 2, 1):  # as if another one had been put before them
        text = text.replace(f"  {number}: ", f"  {number + 1}: ")
    author.write(FILE, text.replace("masks:\n", "masks:\n  1: {label: Lower angle, box: [0.6, 0.8, 0.2, 0.05]}\n"))

    found = author.check()

    assert [(each.rule, each.severity) for each in found] == [("other-question", "warning")] + [
        ("moved-number", "error")
    ] * 3
    assert str(found[1]) == (
        f"{FILE}:6:6: moved-number: 'Acromion' has the number 1 with learners, and their reviews stay with that number\n"
        "    give it back the number 1, and others a number of their own from 5 on"
    )


def test_another_name_for_a_mask_is_asked_about_once(author: Author) -> None:
    write(author)
    author.build()
    author.edit(FILE, "Medial border", "Vertebral border")

    (said,) = faults(author)
    assert said.startswith(
        f"{FILE}:7:6: warning: other-question: the number 3 asked for 'Medial border', and now asks for"
    )

    author.build()
    assert faults(author) == []


def test_a_renamed_picture_and_its_masks_keep_their_numbers(author: Author) -> None:
    write(author)
    author.build()
    author.edit(FILE, "occlusion: shoulder", "occlusion: shoulder-blade\nformerly: shoulder")
    author.edit(FILE, "  3: {label: Medial border", "  4: {label: Medial border")

    assert [each.split(": ")[1] for each in faults(author) if "warning" not in each] == ["moved-number"]


def test_the_lock_remembers_the_masks_of_both_sides_of_a_merge(author: Author) -> None:
    write(author)
    author.build()
    entry = author.lock.notes[KEY]
    known = ((1, "Acromion"), (2, "Glenoid cavity"), (3, "Medial border"))
    assert entry.asks == known
    assert locks.load(locks.dump(author.lock), "deck.lock") == author.lock

    ours = Entry(**{**_values(entry), "mod": 20, "hash": "a", "asks": (*known, (4, "Neck"))})
    theirs = Entry(**{**_values(entry), "mod": 10, "hash": "b", "asks": (*known[:2], (3, "Border"), (5, "Angle"))})

    merged = (*known, (4, "Neck"), (5, "Angle"))
    assert later(ours, theirs).asks == later(theirs, ours).asks == merged


def _values(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__slots__}


# Plates


def test_a_plate_gives_picture_names_and_places(author: Author, anki: Anki) -> None:
    write(author, PLATE)

    anki.imports(author.build().path)

    fields = anki.note(author.guid(KEY)).fields
    assert fields["Occlusion"] == (
        "{{c1::image-occlusion:rect:left=.0500:top=.1000:width=.3000:height=.0800:oi=1}}<br>"
        "{{c2::image-occlusion:rect:left=.0500:top=.3000:width=.3000:height=.0800:oi=1}}<br>"
    )
    assert plain(fields["Labels"].replace("}}", "}} ")) == "{{c1::Coracoid process}} {{c2::Supraglenoid tubercle}}"
    assert 'alt="Right shoulder blade from the front"' in fields["Image"]
    assert SVG.format(301).encode() in anki.media().values()


def test_what_a_mask_says_itself_goes_before_the_plate(author: Author, anki: Anki) -> None:
    own = "{1: {landmark: coracoid-process, box: [0.5, 0.5, 0.2, 0.1], label: Beak}, 2: {landmark: radial-tuberosity, box: [0, 0, 0.1, 0.1]}}"
    write(author, PLATE.replace("{1: coracoid-process, 2: supraglenoid-tubercle}", own))

    anki.imports(author.build().path)

    fields = anki.note(author.guid(KEY)).fields
    assert "{{c1::image-occlusion:rect:left=.5000:top=.5000" in fields["Occlusion"]
    assert "{{c1::Beak<small>Scapula</small>}}" in fields["Labels"]  # two bones: each is named


def test_bones_and_structures_may_stand_on_a_plate_too(author: Author, anki: Anki) -> None:
    labels = [{"landmark": "radius", "text": "Radius", "box": [0.1, 0.8, 0.2, 0.1], "at": [0.5, 0.5]}]
    plates = {"scapula-front": PLATES["scapula-front"] | {"labels": PLATES["scapula-front"]["labels"] + labels}}
    write(author, PLATE.replace("2: supraglenoid-tubercle", "2: radius"), plates)

    anki.imports(author.build().path)

    assert "{{c2::Radius}}" in anki.note(author.guid(KEY)).fields["Labels"]


def test_a_name_that_is_misspelt_is_one_fault_and_no_other_question(author: Author) -> None:
    write(author, PLATE)
    author.build()

    write(author, PLATE.replace("1: coracoid", "1: corracoid"))

    assert [each.split(": ")[1] for each in faults(author)] == ["unknown-reference"]


def test_a_renamed_landmark_is_renamed_in_the_masks_and_found_on_the_plate_by_its_name(author: Author) -> None:
    masks = "{1: coracoid-process, 2: {landmark: olecranon, box: [0, 0.8, 0.1, 0.1]}}"
    write(author, PLATE.replace("{1: coracoid-process, 2: supraglenoid-tubercle}", masks))
    author.build()
    before = author.lock.notes[KEY].hash

    edits.rename(author.project, "landmark/olecranon", "elbow-tip")
    edits.rename(author.project, "landmark/coracoid-process", "beak")

    assert "masks: {1: beak, 2: {landmark: elbow-tip, box: [0, 0.8, 0.1, 0.1]}}" in author.read(FILE)
    assert {each.split(": ")[2] for each in faults(author)} == {"other-question"}  # a warning: is it the same?
    author.build()
    assert author.lock.notes[KEY].hash == before


# What an author can get wrong


FAULTS = {
    "a box that reaches out": (
        PICTURE.replace("[0.1, 0.1, 0.2", "[0.9, 0.1, 0.2"),
        f"{FILE}:5:29: outside-picture: box: the mask reaches beyond the picture",
    ),
    "a box in pixels": (
        PICTURE.replace("[0.1, 0.1, 0.2, 0.05]", "[30, 20, 60, 10]"),
        f"{FILE}:5:29: outside-picture: box: the mask reaches beyond the picture",
    ),
    "a box of nothing": (
        PICTURE.replace("[0.1, 0.1, 0.2, 0.05]", "[0.1, 0.1, 0.2, 0]"),
        f"{FILE}:5:29: small-mask: box: the mask is too small to be seen",
    ),
    "a box of three numbers": (
        PICTURE.replace("[0.1, 0.1, 0.2, 0.05]", "[0.1, 0.1, 0.2]"),
        f"{FILE}:5:29: wrong-type: box: expected four numbers, found 3",
    ),
    "a polygon that reaches out": (
        PICTURE.replace("box: [0.1, 0.1, 0.2, 0.05]", "polygon: [[0, 0], [1.1, 0], [1, 1]]"),
        f"{FILE}:5:33: outside-picture: polygon: the mask reaches beyond the picture",
    ),
    "two shapes": (
        PICTURE.replace("{label: Acromion,", "{label: Acromion, ellipse: [0, 0, 0.1, 0.1],"),
        f"{FILE}:5:6: two-shapes: 1: the mask has two shapes",
    ),
    "no name": (
        PICTURE.replace("label: Acromion, ", ""),
        f"{FILE}:5:6: nameless-mask: 1: the mask has no name",
    ),
    "no shape": (
        PICTURE.replace("label: Acromion, box: [0.1, 0.1, 0.2, 0.05]", "label: Acromion"),
        f"{FILE}:5:6: placeless-mask: mask 1 has no place on the picture",
    ),
    "overlapping masks": (
        PICTURE.replace("[0.1, 0.3,", "[0.2, 0.12,"),
        f"{FILE}:6:6: warning: masks-overlap: masks 1 and 2 overlap: one hides a part of what the other asks for",
    ),
    "the same twice": (
        PICTURE.replace("Glenoid cavity", "acromion"),
        f"{FILE}:6:6: named-twice: masks 1 and 2 both ask for 'acromion'",
    ),
    "a number twice": (
        PICTURE.replace("  2: ", "  1: "),
        f"{FILE}:6:3: duplicate-key: the key '1' stands here twice",
    ),
    "a number that is none": (
        PICTURE.replace("  2: ", "  b: "),
        f"{FILE}:6:3: mask-number: b: 'b' is no number of a mask",
    ),
    "the number 0": (
        PICTURE.replace("  2: ", "  0: "),
        f"{FILE}:6:3: mask-number: 0: '0' is no number of a mask",
    ),
    "a number that Anki has not": (
        PICTURE.replace("  2: ", "  500: "),
        f"{FILE}:6:3: mask-number: 500: '500' is no number of a mask",
    ),
    "no masks": (
        PICTURE.split("masks:")[0] + "sources: openstax-ap2e-11-5\n",
        f"{FILE}:1:1: no-masks: the picture has no mask, and so no card",
    ),
    "too many masks": (
        PICTURE.split("masks:")[0]
        + "masks:\n"
        + "".join(f"  {n}: {{label: L{n}, box: [0, 0.0{n}, 0.1, 0.01]}}\n" for n in range(1, 14))
        + "sources: openstax-ap2e-11-5\n",
        f"{FILE}:5:3: wrong-type: masks: expected no more than 12, found a mapping",
    ),
    "a plate and a picture": (
        f"{PICTURE}plate: scapula-front\n",
        f"{FILE}:1:1: one-picture: it has a plate and a picture",
    ),
    "neither": (
        PICTURE.replace("picture: {file: shoulder.svg, alt: A shoulder blade from the front, credit: Us}\n", ""),
        f"{FILE}:1:1: one-picture: it has neither a plate nor a picture",
    ),
    "an unknown plate": (
        PLATE.replace("scapula-front", "scapula-fron"),
        f"{FILE}:3:8: unknown-reference: no plate has the id 'scapula-fron'",
    ),
    "an unknown landmark": (
        PLATE.replace("1: coracoid", "1: corracoid"),
        f"{FILE}:4:12: unknown-reference: no landmark, bone or structure has the id 'corracoid-process'",
    ),
    "a landmark that is not on the plate": (
        PLATE.replace("1: coracoid-process", "1: radial-tuberosity"),
        f"{FILE}:4:12: placeless-mask: the name of 'radial-tuberosity' does not stand on the plate 'scapula-front'",
    ),
    "a misspelled mode": (
        f"{PICTURE}mode: hide-al\n",
        f"{FILE}:10:7: unknown-value: mode: 'hide-al' is not one of the values",
    ),
}


@pytest.mark.parametrize(("text", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_located_and_explained(author: Author, text: str, said: str) -> None:
    write(author, text)

    assert faults(author) == [said]


def test_helps_lead_to_the_next_step(author: Author) -> None:
    write(author, PLATE.replace("masks: {1: coracoid-process, 2: supraglenoid-tubercle}\n", ""))
    (fault,) = author.check()
    assert fault.help.startswith(
        "add `masks: {1: coracoid-process, 2: infraglenoid-tubercle, 3: supraglenoid-tubercle}`"
    )

    write(author, PLATE.replace("1: coracoid-process", "1: radial-tuberosity"))
    (fault,) = author.check()
    assert fault.help == "it has: coracoid-process, infraglenoid-tubercle, supraglenoid-tubercle"

    write(author, PLATE.replace("scapula-front", "scapula-fron"))
    (fault,) = author.check()
    assert fault.help == "did you mean 'scapula-front'?"


def test_without_plates_the_help_names_the_command_that_draws_them(author: Author) -> None:
    write(author, PLATE)
    (author.root / INDEX).unlink()

    (fault,) = author.check()

    assert str(fault) == (
        f"{FILE}:3:8: unknown-reference: no plate has the id 'scapula-front'\n"
        "    `deckbuilder figures` draws them; none is drawn yet"
    )


BROKEN = {
    "cut off": ('{"plates": {\n  "a": ', f"{INDEX}:2:7: figures: this is not valid JSON: EOF while parsing a value"),
    "a list": ("[]", f"{INDEX}:1:1: figures: the index of the figures is no JSON object"),
    "plates in a list": ('{"plates": []}', f"{INDEX}:1:1: figures: plates: this is no JSON object"),
    "too deep": ("[" * 100_000, f"{INDEX}:1:202: figures: this is not valid JSON: recursion limit exceeded"),
    "a plate without its file": (
        json.dumps({"plates": {"scapula-front": {"seen": "It", "labels": []}}}),
        f"{INDEX}:1:1: figures: plates.scapula-front.file: field required",
    ),
    "a box that reaches out": (
        json.dumps({"plates": PLATES}).replace("0.05, 0.1,", "0.9, 0.1,"),
        f"{INDEX}:1:1: figures: plates.scapula-front.labels.0.box: the mask reaches beyond the picture",
    ),
    "an id that is none": (
        json.dumps({"plates": PLATES | {"Big Letters": PLATES["scapula-front"]}}),
        f"{INDEX}:1:1: figures: plates.Big Letters: this is no id",
    ),
    "no text": (b"\xff\xfe{}", f"{INDEX}:1:1: encoding: the file is saved as UTF-16"),
    "too large": (b" " * (5 << 20), f"{INDEX}: too-large: the file is larger than 4 MiB"),
}


@pytest.mark.parametrize(("text", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_index_of_figures_is_said_once_and_blamed_on_no_card(
    author: Author, text: str | bytes, said: str
) -> None:
    write(author, PLATE)
    author.write(INDEX, text)

    assert faults(author) == [said]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*PLATES, "a b", "file", "labels", "box", "seen", "size"]), inner, max_size=4),
)  # fmt: skip


@given(found=st.dictionaries(st.sampled_from(["figures", "plates", "more"]), JSON) | JSON)
@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_index_holds_is_read_or_said(tmp_path: Path, found: Any) -> None:
    (tmp_path / "cards" / "media").mkdir(parents=True, exist_ok=True)
    (tmp_path / INDEX).write_text(json.dumps(found), "utf-8")

    read = Workspace(Project(tmp_path, tmp_path)).drawings

    listed: Any = found.get("plates", {}) if isinstance(found, dict) else None
    assert read.faults or read.plates.keys() == listed.keys()
    assert all(one.location.path == INDEX and one.help for one in read.faults)


def test_a_plate_whose_picture_is_missing_or_outside_is_said_at_the_index(author: Author) -> None:
    write(author, PLATE)
    (author.root / "cards/media/figures/scapula-front.svg").unlink()
    assert faults(author) == [f"{INDEX}: picture: there is no file cards/media/figures/scapula-front.svg"]

    write(author, PLATE, {"scapula-front": PLATES["scapula-front"] | {"file": "../deck.yaml"}})
    assert faults(author)[0].startswith(f"{INDEX}: picture: '../deck.yaml' lies outside cards/media/")


def test_a_fault_elsewhere_does_not_hide_one_of_a_plate(author: Author) -> None:
    write(author, PLATE)
    (author.root / "cards/media/figures/scapula-front.svg").unlink()
    author.edit("cards/muscles/brachialis.yaml", "name: Brachialis", "nam: Brachialis")

    assert [each.split(": ")[1] for each in faults(author)] == ["picture", "unknown-key"]


# Around it


def test_learners_are_told_of_masks_in_words(author: Author) -> None:
    write(author)
    old = author.build().path.rename(author.root / "old.apkg")
    author.edit(FILE, "[0.1, 0.1, 0.2, 0.05]", "[0.1, 0.12, 0.2, 0.05]")
    author.edit(FILE, "masks:\n", "masks:\n  4: {label: Neck, box: [0.6, 0.8, 0.2, 0.05]}\n")
    new = author.build().path

    said = CliRunner().invoke(cli, ["diff", str(old), str(new)]).output

    assert "[mask 3] {+/ [mask 4]+}" in said and "new cards: mask 4" in said
    assert "image-occlusion" not in said


def test_editors_complete_both_forms_of_a_mask() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    head = {"occlusion": "a", "name": "A", "plate": "b", "sources": "c"}

    assert validator.is_valid(head | {"masks": {"1": "coracoid-process", "2": {"label": "B", "box": [0, 0, 1, 1]}}})
    assert not validator.is_valid(head | {"masks": {"1": {"labl": "B"}}})
    assert not validator.is_valid(head | {"masks": {"first": "coracoid-process"}})


def test_the_editor_fields_are_named_at_their_place_if_the_note_type_lacks_them(author: Author) -> None:
    write(author)
    author.take_templates()
    author.edit("templates/occlusion/notetype.yaml", "image: Image", "image: Imag")

    assert faults(author) == [
        "templates/occlusion/notetype.yaml:5:38: unknown-field: 'Imag' is no field of the note type"
    ]


def test_a_note_type_of_masks_is_a_cloze(author: Author) -> None:
    write(author)
    author.take_templates()
    author.edit("templates/occlusion/notetype.yaml", "cloze: true", "cloze: false")

    told = "templates/occlusion/notetype.yaml:5:12: note-type: masks are gaps to Anki"
    assert any(fault.startswith(told) for fault in faults(author))
