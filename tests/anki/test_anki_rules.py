"""The twelve rules by which Anki keeps reviews, each proved on the real one.

Where it can be shown, a package is broken on purpose in the same test: what the rule prevents then happens.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.asked import examples, since
from support.author import START, Author
from support.judge import VERSION, Anki
from support.opened import Json, broken, decks, media, note_types, rows

from deckbuilder import lock as locks
from deckbuilder.anki.notes import CardTemplate, DeckSpec, Field, Media, Note, NoteType
from deckbuilder.lock import Lock
from deckbuilder.lock import file as lock_file
from deckbuilder.package import reader, writer

BICEPS, TRICEPS, IDEA = "muscle/biceps-brachii", "muscle/triceps-brachii", "concept/reciprocal-inhibition"
BICEPS_FILE = "cards/muscles/biceps-brachii.yaml"
QUESTION = """\
- question: what-bends
  ask: What bends the elbow?
  answer: Biceps brachii
  topic: anatomy
  regions: [arm]
  sources: openstax-ap2e-11-5
"""
pytestmark = pytest.mark.usefixtures("compiles_each_template_once")
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="{}" height="5"/></svg>'
SUBDECKS = ("1 Core", "2 Depth", "3 Evidence", "4 Exam practice")


def reword(author: Author, word: str = "bends") -> None:
    author.edit(BICEPS_FILE, "It flexes the elbow", f"It {word} the elbow")


def why(anki: Anki, author: Author) -> str:
    return anki.note(author.guid(BICEPS)).fields["Why"]


def times(package: Path) -> dict[str, int]:
    return dict(rows(package, "select guid, mod from notes"))


# 1


def test_rule_1_the_guid_hangs_on_the_key_and_never_on_the_text(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    before = {key: entry.guid for key, entry in author.lock.notes.items()}

    for path in author.root.glob("cards/**/*.yaml"):
        path.write_text(
            re.sub(r"^(\s*(?:definition|case|example|why|latin): )", r"\1New. ", path.read_text("utf-8"), flags=re.M),
            "utf-8",
        )
    package = author.build().path

    assert {key: entry.guid for key, entry in author.lock.notes.items()} == before
    assert all(guid.isascii() and guid.isalnum() for guid in before.values())
    assert anki.imports(package).new == ()
    strangers = broken(package, "update notes set guid = guid || 'x'")
    assert len(anki.imports(strangers).new) == len(before)  # another guid is another note, whatever it says


def test_rule_1_the_guid_stands_in_the_lock_and_a_new_namespace_does_not_move_it(author: Author) -> None:
    author.build()
    before = {key: entry.guid for key, entry in author.lock.notes.items()}

    author.edit("cards/deck.yaml", "namespace: arm", "namespace: another")
    author.build(allow_schema_change=True)

    assert {key: entry.guid for key, entry in author.lock.notes.items()} == before
    assert locks.guid("arm", BICEPS) == before[BICEPS] != locks.guid("another", BICEPS)


# 2


def test_rule_2_a_note_has_the_time_of_the_build_that_changed_it(author: Author, anki: Anki) -> None:
    first = times(author.build().path)
    assert set(first.values()) == {author.now}
    anki.imports(author.dist / "arm-2026-11.apkg")
    guid = author.guid(BICEPS)

    reword(author)
    package = author.build().path

    assert times(package) == first | {guid: author.now}
    late = broken(package, f"update notes set mod = {first[guid]}")
    assert guid in anki.imports(late).duplicate and "flexes" in why(anki, author)  # an equal time never arrives
    assert anki.imports(package).updated == (guid,)
    all_new = broken(package, f"update notes set mod = {author.now + 1}")
    assert len(anki.imports(all_new).updated) == len(first)  # one time for all overwrites everything


def test_rule_2_time_moves_forward_even_if_the_clock_does_not(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    before = author.lock.notes[BICEPS].mod
    for turn, back in enumerate((60, 61, 10_000)):  # the same second, and clocks that went back
        reword(author, f"moves and moves {turn}") if turn == 0 else author.edit(
            BICEPS_FILE, f"moves {turn - 1}", f"moves {turn}"
        )
        author.now -= back

        anki.imports(author.build().path)

        after = author.lock.notes[BICEPS].mod
        assert after > before and f"moves {turn}" in why(anki, author)
        before = after


def test_rule_2_no_time_is_ahead_of_the_clock(author: Author) -> None:
    author.build()
    reword(author)
    author.take_templates()
    author.write("templates/_shared/style.css", author.read("templates/_shared/style.css") + ".b { top: 0 }")
    package = author.build().path

    assert max(times(package).values()) == author.now
    assert max(each["mod"] for each in note_types(package).values()) == author.now


# 3


def _tags(author: Author) -> None:
    author.edit(BICEPS_FILE, "tier: core", "tier: deep")


def _picture(author: Author) -> None:
    author.write("cards/media/arm.svg", SQUARE.format(7))


def _cards(author: Author) -> None:
    """Another front for one card, so that one note loses it and no field changes."""
    author.edit("templates/muscle/cards/insertion.html.j2", '"Insertion"', '"Why"')


def test_rule_3_tags_pictures_and_the_set_of_cards_are_content(author: Author, anki: Anki) -> None:
    author.take_templates()
    author.write("cards/media/arm.svg", SQUARE.format(5))
    author.edit(BICEPS_FILE, "tier: core", "tier: core\npicture: {file: arm.svg, alt: A square}")
    anki.imports(author.build().path)
    guid = author.guid(BICEPS)
    seen: list[tuple[str, tuple[str, ...], str]] = []

    for edit in (reword, _tags, _picture):
        before = author.lock.notes[BICEPS]
        edit(author)
        result = anki.imports(author.build().path)
        note = anki.note(guid)
        assert author.lock.notes[BICEPS].mod == author.now > before.mod
        assert result.updated == (guid,)
        seen.append((note.fields["Why"], note.tags, note.fields["Picture"]))
    assert len({each[0] for each in seen}) == 1 and "bends" in seen[0][0]
    assert "TA::Tier::3_Deep" in seen[1][1]
    assert seen[2][2] != seen[1][2]
    name = re.search(r'src="([^"]+)"', str(seen[2][2]))
    assert name and anki.media()[name[1]] == SQUARE.format(7).encode()

    mods = {key: entry.mod for key, entry in author.lock.notes.items()}
    _cards(author)
    author.build()
    lost = {key for key, entry in author.lock.notes.items() if entry.mod != mods[key]}
    assert lost == {
        key for key in mods if key.startswith("muscle/") and key not in (BICEPS, "muscle/brachioradialis")
    }  # no `why`


def test_rule_3_the_bytes_of_a_picture_count_even_under_one_name(tmp_path: Path) -> None:
    kind = NoteType("k", 1, "K", False, "", "A", (Field(1, "A"),), (CardTemplate(1, "C", "{{A}}", ""),))
    notes = [Note("k/1", "k", ("text",), (), (0,), (Media("same.svg", tmp_path, digest),)) for digest in ("one", "two")]

    assert locks.content_hash(notes[0], kind) != locks.content_hash(notes[1], kind)


# 4


def test_rule_4_a_note_type_has_a_time_of_its_own(author: Author, anki: Anki) -> None:
    author.take_templates()
    anki.imports(author.build().path)
    before = {name: each["mod"] for name, each in note_types(author.dist / "arm-2026-11.apkg").items()}
    notes = anki.notes()

    author.write("templates/muscle/style.css", ".muscle-only { top: 0 }")
    package = author.build().path

    after = {name: each["mod"] for name, each in note_types(package).items()}
    assert after == before | {"ARM Muscle": author.now}
    stale = broken(package, note_type=lambda each: each.update(mod=before[each["name"]]))
    anki.imports(stale)
    assert "muscle-only" not in anki.notetypes()["ARM Muscle"].css  # an equal time never arrives
    anki.imports(package)
    assert "muscle-only" in anki.notetypes()["ARM Muscle"].css
    assert anki.notes() == notes


# 5


def _field_added(author: Author) -> None:
    author.edit("templates/muscle/notetype.yaml", "cards:", "  - {id: 177, name: Blood}\ncards:")


def _field_removed(author: Author) -> None:
    author.edit("templates/_shared/notetype.yaml", "  - {id: 9016, name: Spare 6", "  # ")


def _fields_reordered(author: Author) -> None:
    text = author.read("templates/muscle/notetype.yaml").splitlines(keepends=True)
    at = next(place for place, line in enumerate(text) if "name: Origin," in line or "name: Origin}" in line)
    text[at : at + 2] = text[at + 1], text[at]
    author.write("templates/muscle/notetype.yaml", "".join(text))


def _card_removed(author: Author) -> None:
    text = author.read("templates/muscle/notetype.yaml").splitlines(keepends=True)
    author.write("templates/muscle/notetype.yaml", "".join(line for line in text if "file: reverse" not in line))


def _cards_reordered(author: Author) -> None:
    text = author.read("templates/muscle/notetype.yaml").splitlines(keepends=True)
    at = next(place for place, line in enumerate(text) if "file: origin" in line)
    text[at : at + 2] = text[at + 1], text[at]
    author.write("templates/muscle/notetype.yaml", "".join(text))


def _sort_field_changed(author: Author) -> None:
    author.edit("templates/muscle/notetype.yaml", "sort_field: Name", "sort_field: Key")


def _id_changed(author: Author) -> None:
    (number,) = re.findall(r"muscle: (\d+)", author.read("cards/deck.yaml"))
    author.edit("cards/deck.yaml", number, "1700000009999")


@pytest.mark.parametrize(
    "change",
    [
        _field_added,
        _field_removed,
        _fields_reordered,
        _card_removed,
        _cards_reordered,
        _sort_field_changed,
        _id_changed,
    ],
)
def test_rule_5_the_schema_is_frozen_by_the_first_release(
    change: Callable[[Author], None], author: Author, anki: Anki
) -> None:
    author.take_templates()
    anki.imports(author.build().path)
    state = author.state()
    reword(author)

    change(author)
    report = author.attempt()

    assert report.built is None
    faults = [fault for fault in report.diagnostics if fault.rule == "schema-change"]
    assert (
        faults and "ARM Muscle" in faults[0].message + faults[-1].message and "--allow-schema-change" in faults[0].help
    )
    assert author.state() == state

    result = anki.imports(author.build(allow_schema_change=True).path)
    if change is not _sort_field_changed:  # that one costs a full sync instead
        assert author.guid(BICEPS) in result.conflicting  # the price of which the message speaks
        assert "flexes" in why(anki, author)


def test_rule_5_normal_and_cloze_are_never_exchanged(author: Author) -> None:
    author.take_templates()
    author.write(
        "cards/cloze.yaml",
        "cloze: gap\ntext: 'From {1|here} on.'\ntopic: anatomy\nregions: [arm]\nsources: openstax-ap2e-11-5\n",
    )
    author.build()

    author.edit("templates/cloze/notetype.yaml", "cloze: true", "cloze: false")
    report = author.attempt()

    assert report.built is None
    assert any(fault.rule in ("schema-change", "front-gate") for fault in report.diagnostics)


# 6


@since("23.12", "cannot take a renamed field")
def test_rule_6_every_field_and_card_has_an_id_so_that_it_can_be_renamed(author: Author, anki: Anki) -> None:
    author.take_templates()
    anki.imports(author.build().path)
    anki.review(author.guid(BICEPS))
    before = anki.schedule()
    for each in note_types(author.dist / "arm-2026-11.apkg").values():
        for part in ("flds", "tmpls"):
            ids = [field["id"] for field in each[part]]
            assert all(isinstance(id, int) for id in ids) and len(set(ids)) == len(ids)

    for file in (
        "templates/_shared/notetype.yaml",
        "templates/_shared/fields.html.j2",
        "templates/_shared/face.html.j2",
    ):
        text = author.read(file)
        author.write(file, re.sub(r"(name: |set |\{\{[#/]?)Why\b(?! more|_more)", r"\1Reason", text))
    for path in author.root.glob("templates/*/**/*.j2"):
        path.write_text(re.sub(r"(\{\{[#/^]?)Why(\}\})", r"\1Reason\2", path.read_text("utf-8")), "utf-8")
    author.edit("templates/muscle/notetype.yaml", "name: Origin, file", "name: Where from, file")
    reword(author)
    package = author.build().path

    result = anki.imports(package)
    assert not result.conflicting and not result.new
    assert "bends" in anki.note(author.guid(BICEPS)).fields["Reason"]
    assert "Where from" in anki.notetypes()["ARM Muscle"].templates
    assert {place: each for place, each in anki.schedule().items() if place in before} == before


def test_rule_6_without_ids_a_renamed_field_would_be_a_conflict(author: Author, anki: Anki) -> None:
    package = author.build().path
    anki.imports(broken(package, note_type=_without_ids))

    def rename(each: Json) -> None:
        _without_ids(each)
        each["flds"][1]["name"] = "Another name"
        each["mod"] += 60

    result = anki.imports(broken(package, "update notes set mod = mod + 60", rename))

    assert len(result.conflicting) == len(author.lock.notes)


def _without_ids(each: Json) -> None:
    for part in [*each["flds"], *each["tmpls"]]:
        part.pop("id", None)


@since("23.12", "cannot take a renamed field")
def test_rule_6_spare_fields_and_cards_can_be_filled_later(author: Author, anki: Anki) -> None:
    """By one kind for itself: the others keep theirs in reserve."""
    author.take_templates()
    anki.imports(author.build().path)
    for key in author.lock.notes:
        anki.review(author.guid(key))
    before = anki.schedule()

    types = author.read("templates/muscle/notetype.yaml")
    author.write(
        "templates/muscle/notetype.yaml",
        types + "spares:\n"
        "  fields: [{id: 9011, name: Fun fact}, {id: 9012, name: Blood supply}]\n"
        "  cards: [{id: 9902, name: Blood supply, file: blood}]\n",
    )
    author.write(
        "templates/muscle/cards/blood.html.j2",
        '[% extends "muscle/layout.html.j2" %]\n'
        '[% set gate, tone, lit, asked = "Blood supply", "x", "", "blood supply" %]\n'
        "[% block question %]Which artery supplies it? {{Fun fact}}[% endblock %]\n"
        "[% block answer %]{{Blood supply}}[% endblock %]\n",
    )
    author.edit(
        "templates/muscle/fields.html.j2",
        "{% set Key %}",
        "{% set Blood_supply %}Brachial artery{% endset %}\n{% set Key %}",
    )
    package = author.build().path
    result = anki.imports(package)

    after = anki.schedule()
    muscles = {author.guid(key) for key in author.lock.notes if key.startswith("muscle/")}
    assert set(result.updated) == muscles and not result.conflicting
    assert {place: after[place] for place in before} == before
    new = {place for place in after if place not in before}
    assert {guid for guid, _ in new} == muscles and len(new) == len(muscles)
    sides = [
        (front, back)
        for guid, ordinal, name, front, back in anki.rendered()
        if (guid, ordinal) in new and name == "Blood supply"
    ]
    assert len(sides) == len(muscles)
    assert all("Which artery" in front and "Brachial artery" in back for front, back in sides)
    assert anki.note(author.guid(BICEPS)).fields["Blood supply"] == "Brachial artery"
    assert anki.notetypes()["ARM Concept"].fields[-7:-5] == ("Spare 1", "Spare 2")
    assert anki.faults() == []


@pytest.mark.parametrize("kind", ["muscle", "action", "group", "concept"])
def test_rule_6_every_kind_has_six_spare_fields_and_three_spare_cards_with_fronts_of_their_own(
    kind: str, author: Author
) -> None:
    author.build()
    entry = author.lock.types[kind]
    found = next(each for each in note_types(author.dist / "arm-2026-11.apkg").values() if each["id"] == entry.id)

    spare = [field for field in found["flds"] if field["name"].startswith("Spare ")]
    fronts = [each["qfmt"] for each in found["tmpls"]]
    assert len(spare) == 6 and all(field["collapsed"] for field in spare)
    assert len([each for each in found["tmpls"] if each["name"].startswith("Spare ")]) == 3
    assert len(set(fronts)) == len(fronts)


def test_rule_6_my_notes_is_last_and_says_what_keeps_it(author: Author) -> None:
    for each in note_types(author.build().path).values():
        last = each["flds"][-1]
        assert last["name"] == "My notes"
        assert "may empty this: see UPDATING.md" in last["description"][:45]  # all that Anki's editor has room for
        for told in ("empties it", "Update notes: Never", "keep-my-notes.txt"):
            assert told in last["description"]
        assert len(re.findall(r"\.(?: |$)", last["description"])) <= 3


@since("23.10", "has no choice of when to update")
def test_rule_6_my_notes_are_kept_and_emptied_as_the_description_says(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    changed, other = author.guid("muscle/biceps-brachii"), author.guid("muscle/triceps-brachii")
    for guid in (changed, other):
        anki.edit(guid, "My notes", "my own mnemonic")
    author.now = int(time.time()) + 60
    author.edit("cards/muscles/biceps-brachii.yaml", "at its tip", "at the tip")
    package = author.build().path

    anki.imports(package, update_notes="never")
    assert [anki.note(guid).fields["My notes"] for guid in (changed, other)] == ["my own mnemonic"] * 2

    anki.imports(package)
    assert [anki.note(guid).fields["My notes"] for guid in (changed, other)] == ["", "my own mnemonic"]


# 7


def test_rule_7_a_note_that_changes_its_kind_is_a_new_note(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    author.write("cards/concepts.yaml", QUESTION.replace("what-bends", "inhibition\n  formerly: reciprocal-inhibition"))
    author.edit("cards/deck.yaml", "  - concepts.yaml\n", "")

    report = author.attempt()

    assert report.built is None and {fault.rule for fault in report.diagnostics} == {"vanished-id"}


def test_rule_7_under_the_same_guid_another_note_type_would_be_a_conflict(author: Author, anki: Anki) -> None:
    package = author.build().path
    anki.imports(package)
    types = note_types(package)
    muscle, group = types["ARM Muscle"]["id"], types["ARM Group"]["id"]

    shifted = broken(
        package,
        f"update notes set mod = mod + 60, mid = {muscle}, flds = flds || "
        f"'{chr(31) * (len(types['ARM Muscle']['flds']) - len(types['ARM Group']['flds']))}' where mid = {group}",
    )

    assert anki.imports(shifted).conflicting == (author.guid("group/elbow-flexors"),)


# 8


def test_rule_8_media_names_are_lower_case_start_with_a_line_and_hold_a_hash_of_the_bytes(
    author: Author, anki: Anki
) -> None:
    author.write("cards/media/Left ARM (1).SVG", SQUARE.format(5))
    author.edit(BICEPS_FILE, "tier: core", "tier: core\npicture: {file: Left ARM (1).SVG, alt: A square}")
    package = author.build().path
    (first,) = media(package)
    anki.imports(package)

    author.write("cards/media/Left ARM (1).SVG", SQUARE.format(6))
    package = author.build().path
    (second,) = media(package)
    anki.imports(package)

    assert first != second
    for name in (first, second):
        assert re.fullmatch(r"_arm-[0-9a-f]{20}\.svg", name)
    assert anki.media()[second] == SQUARE.format(6).encode()
    assert f'src="{second}"' in anki.note(author.guid(BICEPS)).fields["Picture"]
    # The price of the `_`, by which a picture always arrives (see test_safe_update): Anki offers no old one for deletion.
    assert anki.faults() == [f"{first}: media there but not used"]
    assert list(anki.collection.media.check().unused) == []


def test_rule_8_under_an_old_name_a_new_picture_would_never_arrive(author: Author, anki: Anki) -> None:
    author.write("cards/media/arm.svg", SQUARE.format(5))
    author.edit(BICEPS_FILE, "tier: core", "tier: core\npicture: {file: arm.svg, alt: A square}")
    package = author.build().path
    anki.imports(package)
    (name,) = media(package)

    stale = broken(package, media={name: SQUARE.format(6).encode()})
    result = anki.imports(stale)

    assert media(stale)[name] == SQUARE.format(6).encode() and not result.updated
    assert anki.media()[name] == SQUARE.format(5).encode()


# 9


def test_rule_9_the_shipped_deck_has_the_cards_that_anki_itself_would_make(shipped_package: Path, anki: Anki) -> None:
    anki.imports(shipped_package)

    found: dict[str, set[int]] = {}
    for card in anki.cards():
        found.setdefault(card.guid, set()).add(card.ordinal)
    assert found == anki.expected_cards()


def test_rule_9_a_card_row_too_many_or_too_few_is_a_fault(author: Author, tmp_path: Path) -> None:
    package = author.build().path
    last = "(select id from cards where ord = 1 limit 1)"
    for number, sql in enumerate(
        (f"delete from cards where id = {last}", f"update cards set ord = 3 where id = {last}")
    ):
        with Anki(tmp_path / f"learner {number}") as anki:
            anki.imports(broken(package, sql))
            assert anki.faults()


FIELDS = ("First", "Second", "Third")
BLANKS = [
    "",
    " ",
    "\t",
    "<br>",
    "<BR/>",
    "<br />",
    "<div></div>",
    "<div><br></div>",
    "&nbsp;",
    "\u00a0",
    "\u200b",
    "<b></b>",
    "<br><br>",
]
VALUES = st.one_of(
    st.sampled_from([*BLANKS, "text", "0", "<img src=x.png>", "<br>text", "< br>", " \u00a0"]),
    st.text("<>br/ div&\u00a0\u2003", max_size=6),
)


@st.composite
def fronts(draw: st.DrawFn, depth: int = 3) -> str:
    """A front of nested sections and filters: more than our own templates use."""
    parts = []
    for _ in range(draw(st.integers(0 if depth < 3 else 1, 3))):
        name = draw(st.sampled_from(FIELDS))
        form = draw(
            st.sampled_from(
                [
                    "text",
                    "{{%s}}",
                    "{{hint:%s}}",
                    "{{type:%s}}",
                    "{{text:%s}}",
                    "{{ %s }}",
                    "{{Tags}}",
                    "<!-- {{%s}} -->" if VERSION >= (25, 2) else "text",  # older versions look into comments
                    "section",
                    "negated",
                ]
            )
        )
        if form in ("section", "negated") and depth:
            mark = "#" if form == "section" else "^"
            parts.append(f"{{{{{mark}{name}}}}}{draw(fronts(depth - 1))}{{{{/{name}}}}}")
        elif form not in ("section", "negated"):
            parts.append(form % name if "%s" in form else form)
    return " ".join(parts)


@settings(
    max_examples=examples(15),
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(fronts(), min_size=1, max_size=4), st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=30))
def test_rule_9_our_card_rows_are_those_that_anki_would_make(
    tmp_path_factory: pytest.TempPathFactory, templates: list[str], values: list[tuple[str, str, str]]
) -> None:
    """For odd fronts and odd field values. By hand, a note without any front gets card 0, which never shows here."""
    folder = tmp_path_factory.mktemp("odd")
    shown = ["{{#First}}{{^First}}{{First}}{{/First}}{{/First}}", *templates]
    # Anki wants fronts to differ; a comment makes them.
    cards = tuple(
        CardTemplate(place, f"Card {place}", f"<!-- {place} -->{front}", "") for place, front in enumerate(shown)
    )
    fields = tuple(Field(place, name) for place, name in enumerate(FIELDS))
    kind = NoteType("odd", 1_700_000_000_500, "Odd", False, "", "First", fields, cards)
    notes = [
        Note(f"odd/{place}", "odd", each, ("A",), kind.ordinals(each) or (0,)) for place, each in enumerate(values)
    ]
    lock, _ = locks.advance(Lock(), "odd", notes, {"odd": kind}, "1", START)
    writer.write(folder / "odd.apkg", notes, {"odd": kind}, lock, {"": DeckSpec(1_700_000_000_600, "Odd", "")}, {})

    with Anki(folder / "learner") as anki:
        anki.imports(folder / "odd.apkg")
        expected = anki.expected_cards()

    assert {lock.notes[note.key].guid: set(note.ordinals) for note in notes} == expected


# 10


def test_rule_10_ids_are_milliseconds_of_the_past_stable_and_unique(author: Author, anki: Anki) -> None:
    package = author.build().path
    before = (
        dict(rows(package, "select guid, id from notes")),
        dict(rows(package, "select nid || '/' || ord, id from cards")),
    )
    reword(author)
    author.write("cards/more.yaml", QUESTION)
    package = author.build().path
    after = (
        dict(rows(package, "select guid, id from notes")),
        dict(rows(package, "select nid || '/' || ord, id from cards")),
    )

    for old, new in zip(before, after, strict=True):
        assert {place: new[place] for place in old} == old
        assert len(set(new.values())) == len(new) > len(old)
        assert all(1_577_836_800_000 < id < author.now * 1000 for id in new.values())
    anki.imports(package)
    assert {guid: note.id for guid, note in anki.notes().items()} == after[0]
    assert {f"{card.nid}/{card.ordinal}": card.id for card in anki.cards()} == after[1]


def test_rule_10_no_id_is_ahead_of_the_clock_however_many_notes_come_at_once() -> None:
    kind = NoteType("k", 1, "K", False, "", "A", (Field(1, "A"),), (CardTemplate(1, "C", "{{A}}", ""),))

    def notes(count: int) -> list[Note]:
        return [Note(f"k/{place}", "k", (str(place),), (), (0,)) for place in range(count)]

    lock, _ = locks.advance(Lock(), "n", notes(5_000), {"k": kind}, "1", START)
    lock, _ = locks.advance(lock, "n", notes(15_000), {"k": kind}, "1", START + 1)

    ids = [entry.note for entry in lock.notes.values()]
    assert len(set(ids)) == len(ids) and max(ids) < (START + 1) * 1000


def test_rule_10_two_branches_that_took_the_same_ids_are_parted(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    base, now = author.read("cards/deck.lock"), author.now
    sides = []
    for name in ("left", "right"):
        author.write("cards/deck.lock", base)
        author.now = now
        author.write("cards/more.yaml", QUESTION.replace("what-bends", name))
        author.build()
        sides.append(set(author.read("cards/deck.lock").splitlines()))
    head, *_, end = base.splitlines()
    merged = sorted((sides[0] | sides[1]) - {head, end})
    author.write("cards/deck.lock", "\n".join([head, *merged, end]) + "\n")
    author.write("cards/more.yaml", QUESTION.replace("what-bends", "left") + QUESTION.replace("what-bends", "right"))

    result = anki.imports(author.build().path)

    assert len(result.new) == 2
    ids = [entry.note for entry in author.lock.notes.values()]
    assert len(set(ids)) == len(ids)


# 11


def test_rule_11_a_guid_stands_once_under_a_prefixed_note_type_and_each_card_in_one_deck(shipped_package: Path) -> None:
    guids = [guid for (guid,) in rows(shipped_package, "select guid from notes")]
    homes = rows(shipped_package, "select nid, ord, count(*) from cards group by nid, ord")
    names = list(note_types(shipped_package))

    assert len(set(guids)) == len(guids)
    assert {count for _, _, count in homes} == {1} and {nid for nid, _, _ in homes} == {
        nid for (nid,) in rows(shipped_package, "select id from notes")
    }
    assert all(name.startswith("TA ") for name in names) and len({name.lower() for name in names}) == len(names)


def test_rule_11_a_guid_that_stands_twice_is_two_notes_to_anki(author: Author, anki: Anki) -> None:
    package = author.build().path
    first, second = author.guid(BICEPS), author.guid(TRICEPS)

    anki.imports(broken(package, f"update notes set guid = '{first}' where guid = '{second}'"))

    assert any("is the guid of 2 notes" in fault for fault in anki.faults())


def test_rule_11_a_lock_with_one_guid_twice_is_refused(author: Author) -> None:
    author.build()
    *lines, end = author.read("cards/deck.lock").splitlines(keepends=True)
    value = json.loads(next(line for line in lines if f'"{BICEPS}"' in line))
    value.pop("seal")
    value["key"] = "muscle/copied"
    author.write("cards/deck.lock", "".join([*lines, lock_file.sealed(value) + "\n", end]))
    biceps = author.read(BICEPS_FILE)
    author.write("cards/muscles/copied.yaml", biceps.replace("muscle: biceps-brachii", "muscle: copied"))

    report = author.attempt()

    assert report.built is None
    assert "renamed-twice" in [fault.rule for fault in report.diagnostics]


# 12


def test_rule_12_no_preset_no_schedule_and_no_learners_tag_is_shipped(shipped_package: Path) -> None:
    presets, found = rows(shipped_package, "select dconf, decks from col")[0]
    schedules = rows(
        shipped_package,
        "select distinct type, queue, ivl, factor, reps, lapses, left, odue, odid, flags, data from cards",
    )
    tags = {tag.lower() for (text,) in rows(shipped_package, "select tags from notes") for tag in text.split()}

    assert set(json.loads(presets)) == {"1"} and {each["conf"] for each in json.loads(found).values()} == {1}
    assert schedules == [(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "")]
    assert rows(shipped_package, "select count(*) from revlog") == [(0,)]
    assert not tags & {"marked", "leech"} and all(tag.startswith("ta::") for tag in tags)


@since("23.12", "has no choice of importing presets")
def test_rule_12_the_learners_preset_stays_even_when_presets_are_imported(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    decks = anki.collection.decks
    mine = decks.add_config_returning_id("Mine")
    preset = decks.get_config(mine)
    assert preset is not None
    preset["new"]["perDay"] = 3
    decks.update_config(preset)
    deck = decks.by_name("Arm::1 Facts")
    assert deck is not None
    decks.set_config_id_for_deck_dict(deck, mine)
    presets, before = decks.all_config(), anki.schedule()

    reword(author)
    result = anki.imports(author.build().path, with_deck_configs=True, with_scheduling=True)

    deck = decks.by_name("Arm::1 Facts")
    assert deck is not None and deck["conf"] == mine
    assert decks.all_config() == presets
    assert result.updated == (author.guid(BICEPS),) and anki.schedule() == before


# What else Anki shows


@since("23.12", "shows descriptions as plain text")
def test_the_decks_arrive_with_descriptions_in_markdown(shipped_package: Path, anki: Anki) -> None:
    anki.imports(shipped_package)

    found = anki.decks()
    texts = {name: found[name] for name in ("Trainer Anatomy", *(f"Trainer Anatomy::{name}" for name in SUBDECKS))}
    assert all(text and markdown for text, markdown in texts.values())
    about = texts["Trainer Anatomy"][0]
    for words in ("Start with **1 Core**", "days", "later", "edition 20", "CC BY 4.0", "ettings, updating and credits"):
        assert words in about
    assert found.keys() - texts.keys() == {"Default"}


def test_no_deck_is_the_default_one_and_an_id_of_its_own_is_used(shipped_package: Path) -> None:
    found = decks(shipped_package)

    assert found.pop("Default")["id"] == 1
    assert {each["id"] for each in found.values()} == {1763779200100 + place for place in range(5)}


def test_new_cards_come_in_teaching_order(shipped_package: Path, anki: Anki) -> None:
    anki.imports(shipped_package)
    notes = anki.notes()
    order = [
        notes[guid].fields["Key"].split("/")[0]
        for guid in dict.fromkeys(card.guid for card in sorted(anki.cards(), key=lambda card: card.due))
    ]
    positions = {(card.guid, card.ordinal): card.due for card in anki.cards()}

    first = dict.fromkeys(kind for kind in order if kind != "cloze")  # a cloze may stand beside what it belongs to
    kinds = ["concept", "occlusion", "muscle", "group", "action", "exercise", "study", "claim", "question"]
    assert list(first) == kinds
    assert len(set(positions.values())) == len(positions) and min(positions.values()) >= 1


def test_a_card_added_in_the_middle_comes_between_its_neighbours(author: Author, anki: Anki) -> None:
    anki.imports(author.build().path)
    for place in range(25):  # more than there is room for between two notes
        text = (
            author.read(BICEPS_FILE).replace("biceps-brachii", f"b-{place:02}").replace("Biceps brachii", f"B {place}")
        )
        text = text.replace("groups: [elbow-flexors]\n", "")
        author.write(f"cards/muscles/biceps-brachii-{place:02}.yaml", text)
    package = author.build().path

    due = dict(rows(package, "select n.guid, c.due from cards c join notes n on n.id = nid"))
    taught = ["action/elbow-extension", *(f"muscle/b-{place:02}" for place in range(25)), BICEPS, TRICEPS]
    places = [due[author.guid(key)] for key in taught]
    assert places == sorted(set(places))
    before = author.state()
    author.build()
    assert author.state() == before
    anki.imports(package)


def test_tags_arrive_as_they_were_written(shipped_package: Path, anki: Anki) -> None:
    anki.imports(shipped_package)

    with reader.open_package(shipped_package) as package:
        ours = {note.guid: note.tags for note in package.notes()}
    assert {guid: note.tags for guid, note in anki.notes().items()} == ours
    spellings = {tag for tags in ours.values() for tag in tags}
    levels = {"::".join(tag.split("::")[: depth + 1]) for tag in spellings for depth in range(tag.count("::") + 1)}
    assert len({level.lower() for level in levels}) == len(levels)  # the first spelling would win


def test_fields_arrive_as_they_were_written(shipped_package: Path, anki: Anki) -> None:
    anki.imports(shipped_package)

    with reader.open_package(shipped_package) as package:
        ours = {note.guid: (note.fields, note.mod) for note in package.notes()}
    assert {guid: (tuple(note.fields.values()), note.mod) for guid, note in anki.notes().items()} == ours


def test_field_and_card_names_arrive_as_they_were_written(shipped_package: Path, anki: Anki) -> None:
    """Names that Anki repairs would fit no later edition."""
    anki.imports(shipped_package)

    found = anki.notetypes()
    for name, each in note_types(shipped_package).items():
        assert found[name].fields == tuple(field["name"] for field in each["flds"])
        assert found[name].templates == tuple(card["name"] for card in each["tmpls"])
        assert found[name].id == each["id"]


def test_nothing_lies_in_the_future_of_this_computer(author: Author) -> None:
    author.now = int(time.time()) - 60
    package = author.build().path

    newest: Any = rows(package, "select max(mod), max(id) / 1000 from notes")[0]
    assert max(newest) <= time.time()
