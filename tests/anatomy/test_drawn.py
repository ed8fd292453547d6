"""Figures on cards: found by their muscle, credited, refused where they lead out; and charts of curves."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from support.author import Author
from support.judge import Anki

from deckbuilder.workspace import Workspace

BRACHIALIS = "cards/muscles/brachialis.yaml"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="400" viewBox="0 0 300 400"><title>{}</title></svg>'
CREDIT = "credit: figures\nfiles: figures/*.svg\nauthor: Ann Author\nlicense: CC BY 4.0\nafter: the bones of a friend\n"
CURVE = """\
curve: leverage
name: Leverage at the elbow
over: elbow flexion
lines:
  - {name: Brachialis, says: has its longest arm in the middle., shape: [[0, 0.2], [90, 1], [140, 0.6]]}
caveat: A shape only.
sources: openstax-ap2e-11-5
"""


def figure(author: Author, **changes: Any) -> None:
    """A figure of brachialis, as the verb leaves it."""
    entry = {
        "plain": "figures/brachialis-plain.svg",
        "origin": "figures/brachialis-origin.svg",
        "insertion": "figures/brachialis-insertion.svg",
        "where": "figures/brachialis-where.svg",
        "view": "front",
        "seen": "Right arm from the front",
        "size": [300, 400],
        "where_size": [90, 240],
        "drawn_from": {"origin": [["shaft-of-humerus", ""]], "insertion": [["coronoid-process-of-ulna", ""]]},
        "marks": [],
    } | changes
    author.write("cards/media/figures.json", json.dumps({"figures": {"brachialis": entry}, "plates": {}}))
    for which in ("plain", "origin", "insertion", "where"):
        author.write(f"cards/media/figures/brachialis-{which}.svg", SVG.format(which))
    author.write("cards/credits.yaml", CREDIT)


def test_a_muscle_with_a_figure_is_asked_from_it_and_shows_it_on_every_back(author: Author, anki: Anki) -> None:
    figure(author)

    anki.imports(author.build().path)

    guid = author.guid("muscle/brachialis")
    sides = {template: (front, back) for at, _, template, front, back in anki.rendered() if at == guid}
    front, back = sides["Picture → name"]
    plain = re.search(r'class="drawn" src="([^"]+)"', front)
    ends = re.findall(r'class="drawn (?:mo|mi)" src="([^"]+)"', back)
    assert plain and len({plain[1], *ends}) == 3
    assert "rachialis" not in front and not re.search(r'class="drawn m', front)
    assert all(name in back for _, back in sides.values() for name in (plain[1], *ends))
    assert anki.faults() == []


def test_a_muscle_without_a_figure_has_no_card_that_asks_for_one(author: Author, anki: Anki) -> None:
    figure(author)

    anki.imports(author.build().path)

    triceps = author.guid("muscle/triceps-brachii")
    assert "Picture → name" not in {template for at, _, template, _, _ in anki.rendered() if at == triceps}


def test_whose_pictures_they_are_stands_in_the_file_that_the_deck_names(author: Author, anki: Anki) -> None:
    figure(author)

    anki.imports(author.build().path)

    described = anki.decks()["Arm"][0]
    (page,) = author.dist.glob("*-about.md")
    assert page.name in described and "credits" in described
    assert "Pictures: Ann Author, CC BY 4.0. the bones of a friend." in page.read_text("utf-8")


def test_a_picture_that_nobody_is_credited_for_is_told_once(author: Author) -> None:
    figure(author)
    (author.root / "cards/credits.yaml").unlink()

    found = [one for one in author.check() if one.rule == "uncredited-picture"]

    assert sorted(one.message.split("'")[1] for one in found) == [
        "figures/brachialis-insertion.svg",
        "figures/brachialis-origin.svg",
        "figures/brachialis-plain.svg",
        "figures/brachialis-where.svg",
    ]
    assert {one.location.path for one in found} == {"cards/media/figures.json"}


def test_a_figure_drawn_from_another_insertion_is_told(author: Author) -> None:
    figure(author, drawn_from={"origin": [["shaft-of-humerus", ""]], "insertion": [["radial-tuberosity", ""]]})

    (found,) = author.check()

    assert (found.rule, found.severity) == ("stale-figure", "warning")
    assert (found.location.path, "insertion" in found.message) == (BRACHIALIS, True)
    assert "deckbuilder figures brachialis" in found.help


def test_it_is_told_at_the_head_that_states_it(author: Author) -> None:
    figure(author)
    index = json.loads(author.read("cards/media/figures.json"))
    index["figures"]["biceps-brachii"] = index["figures"]["brachialis"]
    author.write("cards/media/figures.json", json.dumps(index))
    line = author.read("cards/muscles/biceps-brachii.yaml").splitlines().index("heads:") + 3

    found = [one for one in author.check() if one.rule == "stale-figure" and "origin" in one.message]

    assert [(one.location.path, one.location.line) for one in found] == [("cards/muscles/biceps-brachii.yaml", line)]


def test_a_muscle_that_was_renamed_keeps_its_figure(author: Author) -> None:
    figure(author)
    before = {path.name for path in [media.path for media in _media(author)]}
    author.edit(BRACHIALIS, "muscle: brachialis", "muscle: brachialis-muscle\nformerly: brachialis")
    for name in ("cards/actions.yaml", "cards/groups.yaml", "cards/muscles/biceps-brachii.yaml", "cards/concepts.yaml"):
        author.write(name, re.sub(r"\bbrachialis\b(?!-)", "brachialis-muscle", author.read(name)))

    assert {path.name for path in [media.path for media in _media(author)]} == before


def _media(author: Author) -> list[Any]:
    return [media for note in Workspace(author.project).notes for media in note.media]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "EOF while parsing"),
        ('{"figures": {"brachialis": {"plain": 3}}}', "figures.brachialis.plain"),
        ('{"figures": {"Big Letters": {}}}', "figures.Big Letters"),
        ("[]", "object"),
    ],
)
def test_a_broken_index_is_told_with_the_command_that_mends_it(text: str, says: str, author: Author) -> None:
    figure(author)
    author.write("cards/media/figures.json", text)

    (found,) = [one for one in author.check() if one.rule == "figures"]

    assert says in found.message
    assert found.location.path == "cards/media/figures.json"
    assert "deckbuilder figures" in found.help


def test_a_figure_outside_the_project_is_refused(author: Author) -> None:
    figure(author, plain="../../../secret.svg")
    (author.root.parent / "secret.svg").write_text("<svg/>")

    (found,) = author.check()

    assert (found.rule, found.severity) == ("picture", "error")
    assert "outside cards/media/" in found.message


def test_a_curve_is_drawn_where_a_record_names_it_with_words_beside_it(author: Author, anki: Anki) -> None:
    author.write("cards/curves.yaml", CURVE)
    author.edit("cards/actions.yaml", "action: elbow-flexion\n", "action: elbow-flexion\n  curve: leverage\n")

    anki.imports(author.build().path)

    (note,) = [note for note in anki.notes().values() if note.fields["Key"] == "action/elbow-flexion"]
    shown = note.fields["Curve"]
    assert '<path class="line" d="M0 52.8L192.9 8L300 30.4"/>' in shown
    assert 'aria-hidden="true"' in shown
    assert "<b>Brachialis</b> has its longest arm in the middle." in shown
    assert "elbow flexion" in shown and "140°" in shown


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("[90, 1]", "[90, 0.9]", "curve-shares"),
        ("[90, 1]", "[90, -1]", "curve-shares"),
        ("[90, 1]", "[150, 1]", "curve-angles"),
        (
            "shape: [[0, 0.2], [90, 1], [140, 0.6]]}",
            "shape: [[0, 0.2], [90, 1], [140, 0.6]]}\n  - {name: B, says: b, shape: [[1, 0.2], [90, 1], [140, 0.6]]}",
            "curve-frame",
        ),
    ],
)
def test_a_curve_that_could_mislead_is_refused(old: str, new: str, rule: str, author: Author) -> None:
    author.write("cards/curves.yaml", CURVE.replace(old, new))

    found = author.check()

    assert [one.rule for one in found] == [rule]
    assert found[0].location.path == "cards/curves.yaml"
