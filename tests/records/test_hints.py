"""Hints name what may stand in the place or ask; a misspelling is one fault, told once."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from support.asked import Sample
from support.author import Author, plain
from support.cases import PROJECT, base
from support.judge import Anki

from deckbuilder import records, rules
from deckbuilder.anatomy.library import Library
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.records import hints, malformed
from deckbuilder.records.salvage import Lost, salvage
from deckbuilder.source import Document
from deckbuilder.workspace import Workspace

BICEPS, BODY, ACTIONS = "cards/muscles/biceps-brachii.yaml", "cards/vocabulary/body.yaml", "cards/actions.yaml"
MUSCLE = {str(field.validation_alias or name) for name, field in records.Muscle.model_fields.items()}
ACTION = {str(field.validation_alias or name) for name, field in records.Action.model_fields.items()}


@pytest.mark.parametrize(
    ("typed", "known", "says", "meant"),
    [
        ("innervation", MUSCLE, "it is called `nerve` here", "nerve"),
        ("Nerve Supply", MUSCLE, "it is called `nerve` here", "nerve"),
        ("nerves", MUSCLE, "it is called `nerve` here", "nerve"),
        ("proximal_attachment", MUSCLE, "it is called `origin` here", "origin"),
        ("movements", MUSCLE, "it is called `actions` here", "actions"),
        ("image", MUSCLE, "it is called `picture` here", "picture"),
        ("source", MUSCLE, "it is called `sources` here", "sources"),
        ("agonists", ACTION, "it is called `prime_movers` here", "prime_movers"),
        ("prime-movers", ACTION, "write `prime_movers`", "prime_movers"),
        ("Name", MUSCLE, "write `name`", "name"),
        ("antagonists", ACTION, "leave it out: antagonists follow from `opposite` of the movements", ""),
        ("orgin", MUSCLE, "did you mean 'origin'?", "origin"),
        ("acitons", MUSCLE, "did you mean 'actions'?", "actions"),
    ],
)
def test_a_key_by_another_name_is_answered_with_its_own(typed: str, known: set[str], says: str, meant: str) -> None:
    assert hints.key(typed, known) == (says, meant)


@pytest.mark.parametrize("typed", ["innervated", "blood_supply", "variations", "mnemonic", "age", "x", "heats"])
def test_a_key_that_is_near_to_nothing_is_answered_with_all_of_them(typed: str) -> None:
    help, meant = hints.key(typed, MUSCLE - {"heads"})

    assert help == f"the keys are: {', '.join(sorted(MUSCLE - {'heads'}))}" and not meant


def test_every_other_name_of_a_key_is_the_name_of_a_key() -> None:
    keys = {key for cls in records.KINDS.values() for key in malformed._keys(cls, ())} | {"because", "short", "joint"}

    assert {key for meant in hints._CALLED.values() for key in meant} <= keys
    assert not hints._CALLED.keys() & {"nerve", "origin", "name", "sources"}


@pytest.mark.parametrize(
    ("key", "typed", "help"),
    [
        ("groups", "[Elbow flexors]", "write its id, 'elbow-flexors'"),
        ("nerve", "Musculocutaneous", "write its id, 'musculocutaneous'"),
        ("nerve", "Radial Nerve", "write its id, 'radial'"),
        ("insertion", "Radial tuberosity", "write its id, 'radial-tuberosity'"),
        ("nerve", "Biceps brachii", "nothing is called 'Biceps brachii': write the id of a nerve"),
        ("nerve", "Ulnar nerve", "nothing is called 'Ulnar nerve': write the id of a nerve"),
        ("confuse_with", "{Triceps Brachii: other side}", "write its id, 'triceps-brachii'"),
    ],
)
def test_a_name_where_an_id_belongs_is_answered_with_an_id_that_exists(
    author: Author, key: str, typed: str, help: str
) -> None:
    text = re.sub(rf"^{key}:.*\n(?: .*\n)*", "", author.read(BICEPS), flags=re.MULTILINE)
    author.write(BICEPS, f"{text}{key}: {typed}\n")

    (told,) = author.check()

    assert told.rule == "bad-id" and help in told.help


def test_a_new_id_is_answered_with_its_spelling(author: Author) -> None:
    author.edit(BODY, "- joint: elbow\n", "- joint: Elbow Joint\n  formerly: elbow\n")

    assert any("write 'elbow-joint'" in told.help for told in author.check() if told.rule == "bad-id")


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("cards/more.yaml", "", "- muscle: x\n  name: X\n  region: arm\n  origin: nowhere-at-all\n  sources: openstax-ap2e-11-5\n", "a landmark record"),
        ("cards/more.yaml", "", "- action: zz\n  name: Z\n  phrase: z\n  joint: elbow\n  plane: sagittal\n  opposite: qqqqqqqqqq\n  prime_movers: biceps-brachii\n  sources: openstax-ap2e-11-5\n", "an action record"),
    ],
)  # fmt: skip
def test_a_kind_has_its_article(author: Author, file: str, old: str, new: str, says: str) -> None:
    author.write(file, new)

    assert any(f"write {says} for it" in told.help for told in author.check())


def faults(documents: list[Document]) -> list[Diagnostic]:
    """What border and guards find."""
    found, malformed = records.parse(documents)
    library = Library(found, Workspace(PROJECT).drawings)
    lost = salvage(PROJECT, found, documents, malformed) if malformed else Lost()
    return malformed + rules.guard(library, lost)


def misspelled(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], bool]]:
    """The places of keys (True) and of texts that look like ids."""
    if isinstance(value, dict):
        for key, each in value.items():
            if isinstance(key, str) and len(key) > 3:
                yield (*path, key), True
            yield from misspelled(each, (*path, key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from misspelled(each, (*path, place))
    elif isinstance(value, str) and re.fullmatch(r"[a-z]+(?:-[a-z0-9]+)+|[a-z]{5,}", value):
        yield path, False


def typo(value: Any, path: tuple[str | int, ...], key: bool) -> Any:
    made = copy.deepcopy(value)
    *steps, last = path
    at = made
    for step in steps:
        at = at[step]
    if key:
        items = [(f"{each[:-1]}x{each[-1]}" if each == last else each, held) for each, held in at.items()]
        at.clear()
        at.update(items)
    else:
        at[last] = f"{at[last][:-1]}x{at[last][-1]}"
    return made


# Where an id is made, a misspelling is told wherever the right one is named.
MADE = {"landmarks", "compartments", "heads", "parts", "domains", "subdecks", "id"}


@pytest.mark.sampled
def test_one_misspelling_is_one_fault(sample: Sample) -> None:
    documents = list(base())
    assert not faults(documents)
    every = [
        (number, document, path, key)
        for number, document in enumerate(documents)
        for path, key in misspelled(document.value)
        if path != (next(iter(document.value)),) and not (MADE & set(path[-2:]))
    ]
    assert len(every) > 300
    for number, document, path, key in sample(every, 100):
        bent = Document(document.file, document.document, document.item, typo(document.value, path, key))
        found = faults([*documents[:number], bent, *documents[number + 1 :]])
        assert len(found) <= 1, (next(iter(document.value.values())), path, [str(each) for each in found])


# Cranial nerves

TRAPEZIUS = """\
- nerve: accessory
  name: Accessory nerve
  roots: [CN XI]
- muscle: trapezius
  name: Trapezius
  region: arm
  origin: coracoid-process
  insertion: olecranon
  actions: elbow-extension
  nerve: accessory
  roots: [{roots}]
  sources: openstax-ap2e-11-5
"""


def test_a_cranial_nerve_has_its_number_for_roots(author: Author, anki: Anki) -> None:
    author.write("cards/more.yaml", TRAPEZIUS.format(roots="CN XI"))
    assert [each for each in author.check() if each.severity == "error"] == []

    anki.imports(author.build().path)

    note = anki.note(author.guid("muscle/trapezius"))
    assert "CN XI" in plain(note.fields["Nerve"])


@pytest.mark.parametrize("root", ["CN XIII", "CN IIII", "CN 11", "XI", "CNXI", "CN 0", "CN"])
def test_what_is_no_cranial_nerve_is_told(author: Author, root: str) -> None:
    author.write("cards/more.yaml", TRAPEZIUS.format(roots=root))

    (told,) = author.check()

    assert told.rule == "bad-root" and "CN XII" in told.help and root in told.message
