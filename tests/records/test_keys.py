"""What a key declares is what every stage goes by: references, texts, questions, tags, schemas, editors, renames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import BaseModel, Field
from support.author import ROOT

from deckbuilder import rules, source
from deckbuilder.anatomy import tags
from deckbuilder.anatomy.library import Library
from deckbuilder.core.project import find
from deckbuilder.records import KINDS, NOTE_KINDS, Record, parse, walker
from deckbuilder.records.base import MAX_TEXT, Id, Ids, Model, Names, Prose, Subject, Text
from deckbuilder.records.keys import MAX_PROSE, About, As, Holds, Listed, Named, Of, Tagged
from deckbuilder.records.salvage import Lost
from deckbuilder.verbs.editors.meanings import meanings
from deckbuilder.verbs.edits import targets
from deckbuilder.verbs.edits.editable import read

# Texts that stand on no card, or there only as part of something else: a new key is declared, or listed here on purpose.
UNREAD = {
    "Figure": {
        "meshes",
        "bones",
        "ghosts",
        "name",
        "seen",
    },  # names of meshes; what is seen is read beside the picture that was drawn; the name, once there is a record
    "Ends": {"origin", "insertion"},
    "Tendons": {"origin", "insertion"},
    "Cloze": {"name"},
    "Comparison": {"measure", "retired", "statistic"},
    "Credit": {"after", "author", "files", "license"},
    "Cards": {"cards", "files"},
    "Deck": {"edition", "language", "license", "name", "tag_root"},
    "Domain": {"name"},
    "Exam": {"as_of", "name", "outline"},
    "Measurement": {"measure", "statistic", "unit"},
    "NoteTypeIds": {"prefix"},
    "Objective": {"asks", "muscles"},
    "Picture": {"credit", "file"},
    "Plate": {"seen"},  # as that of a figure
    "Source": {"authors", "license", "publisher", "read", "read_at", "read_on", "title", "where", "within"},
    "Record": {"lint"},
    "Rulebook": {"preferred", "words"},
    "Subdeck": {"about", "name"},
    "Subject": {"retired"},
    "Term": {"short"},
}


class Bundle(Model):
    """A part of a ligament."""

    name: Annotated[Text, As("name")]
    """Its name."""
    limits: Annotated[Ids, Of("action")] = ()
    """The movements that it limits."""


class Ligament(Subject):
    """A kind that nothing but its declarations knows."""

    kind: ClassVar[str] = "ligament"
    id: Id = Field(validation_alias="ligament")
    """The id of the ligament."""
    name: Annotated[Text, As("name")]
    """As learners read it."""
    ends: Annotated[Names, Of("landmark"), As("answer", graded="part", called="the detail")]
    """Where it is attached."""
    region: Annotated[Id, Of("region"), Tagged("regions")]
    """The part of the body that it is in."""
    test: Annotated[Prose, As("front", asks=("finding",), beside=("name",))] = ""
    """Asks for the finding."""
    finding: Annotated[Text, As("answer", graded="sentence", called="the finding")] = ""
    """What is found when it is torn."""
    bundles: Annotated[dict[Id, Bundle], Holds("bundle")] = {}
    """Its parts by id."""
    unlike: Annotated[dict[Id, Text], Of("ligament"), As("back")] = {}
    """What it is taken for, and what tells them apart."""


LIGAMENT = """\
ligament: deltoid-ligament
name: Deltoid ligament
ends: {medial-malleolus: the tip}
region: ankle
test: What does an **eversion** stress test show?
finding: The talus tilts.
bundles:
  deep: {name: Deep part, limits: dorsiflexion}
unlike: {spring-ligament: It is on the calcaneus.}
sources: [book, paper]
why: It is strong.
"""


@pytest.fixture
def ligament(monkeypatch: pytest.MonkeyPatch) -> Ligament:
    monkeypatch.setitem(KINDS, "ligament", Ligament)
    documents, unreadable = source.parse(source.File("cards/ligament.yaml", LIGAMENT))
    (found,), faults = parse(documents)
    assert not unreadable + faults and isinstance(found, Ligament)
    return found


def classes() -> Iterator[type[BaseModel]]:
    """Every kind of record, and every mapping with keys of its own that stands in one."""
    left: list[type[BaseModel]] = [*KINDS.values()]
    seen: set[type[BaseModel]] = set()
    while left:
        cls = left.pop()
        if cls not in seen:
            seen.add(cls)
            yield cls
            shapes = (walker.shape(each.annotation) for each in cls.model_fields.values())
            left += [each.model for each in shapes if each.model]


@cache
def shipped() -> list[Record]:
    project, example = find(ROOT), find(ROOT / "tests" / "example")
    documents = [*source.read(project.sources(), project.root)[0], *source.read(example.sources(), example.root)[0]]
    return parse(documents)[0]


def test_a_new_kind_is_known_everywhere_by_its_declarations_alone(ligament: Ligament) -> None:
    library = Library([ligament])
    unknown = [each for each in rules.guard(library, Lost()) if each.rule == "unknown-reference"]
    (asked,) = ligament.asked()

    assert [(each.kinds, each.id, each.path) for each in ligament.refers()] == [
        (("source",), "book", ("sources", 0)),
        (("source",), "paper", ("sources", 1)),
        (("landmark",), "medial-malleolus", ("ends", "medial-malleolus")),
        (("region",), "ankle", ("region",)),
        (("action",), "dorsiflexion", ("bundles", "deep", "limits", 0)),
        (("ligament",), "spring-ligament", ("unlike", "spring-ligament")),
    ]
    assert len(unknown) == len(ligament.refers())
    assert [(each.role, each.text) for each in ligament.texts()] == [
        ("back", "It is strong."),
        ("name", "Deltoid ligament"),
        ("answer", "the tip"),
        ("front", "What does an **eversion** stress test show?"),
        ("answer", "The talus tilts."),
        ("name", "Deep part"),
        ("back", "It is on the calcaneus."),
    ]
    assert (asked.front.path, asked.answers[0].path, asked.also[0].path) == (("test",), ("finding",), ("name",))
    assert [(each.what, each.sort) for each in ligament.graded()] == [
        ("the detail", "part"),
        ("the finding", "sentence"),
    ]
    assert ligament.about() == About(regions=("ankle",))
    assert ligament.holds() == [("bundle", "deep", ("bundles", "deep"))]
    for path in (each.path for told in (ligament.refers(), ligament.texts()) for each in told):
        assert ligament.document.at(path[:-1]) is not None


def test_a_new_kind_is_tagged_and_in_the_schema_by_its_declarations_alone(ligament: Ligament) -> None:
    documents, _ = source.parse(source.File("cards/ankle.yaml", "region: ankle\nname: Ankle and foot\n"))
    schema = Ligament.model_json_schema(by_alias=True)

    assert "TA::Region::Ankle_and_foot" in tags.of(ligament, Library([ligament, *parse(documents)[0]]), "TA")
    assert schema["properties"]["region"]["x-names"] == ["region"]
    assert schema["$defs"]["Bundle"]["properties"]["limits"]["anyOf"][0]["x-names"] == ["action"]
    assert schema["properties"]["unlike"]["propertyNames"] == {"x-names": ["ligament"]}


def test_every_key_that_names_records_is_referred_to_in_some_card() -> None:
    declared = {(kind, key) for kind, cls in KINDS.items() for key in _naming(cls)}
    found = {(record.kind, step) for record in shipped() for each in record.refers() for step in each.path}

    assert declared - found == set()


def _naming(cls: type[BaseModel]) -> set[str]:
    """The keys that hold ids of records, in a kind and in the mappings within it."""
    found = {walker.key_of(cls, name) for name, _, _ in walker.declared(cls, Of)}
    shapes = (walker.shape(each.annotation) for each in cls.model_fields.values())
    within = {name for each in shapes if each.model for name in _naming(each.model)}
    return (found | within) - ({"landmark"} if cls is KINDS["occlusion"] else set())  # a mask is mostly an id alone


def test_every_text_says_what_it_is_on_a_card() -> None:
    silent: dict[str, set[str]] = {}
    for cls in classes():
        told = {name for name, _, _ in walker.declared(cls, As)}
        for name, field in cls.model_fields.items():
            holder = next(each for each in reversed(cls.__mro__) if name in getattr(each, "model_fields", ()))
            if name not in told and any(f"max_length={most}" in repr(field) for most in (MAX_TEXT, MAX_PROSE)):
                silent.setdefault(holder.__name__, set()).add(name)

    assert silent == UNREAD


def test_what_keys_declare_is_there() -> None:
    """Facets that tags know, and, of a question, keys beside it or in its record."""
    facets = {each.name for each in fields(About)}
    everywhere = {name for cls in classes() for name in cls.model_fields}

    for cls in classes():
        for _, tagged, _ in walker.declared(cls, Tagged):
            assert facets.issuperset(tagged.facets), cls
        for _, mark, _ in walker.declared(cls, As):
            assert everywhere.issuperset((*mark.asks, *mark.beside)), cls
            assert bool(mark.graded) == bool(mark.called), cls


def test_editors_know_what_every_kind_of_id_means() -> None:
    project = find(ROOT / "tests" / "example")
    known = meanings(Library(parse(source.read(project.sources(), project.root)[0])[0]))
    named = {kind for cls in classes() for _, mark, _ in walker.declared(cls, Listed) for kind in mark.kinds}

    assert named - known.keys() == set()


def test_whatever_has_an_id_of_its_own_can_be_renamed() -> None:
    cards = read(find(ROOT / "tests" / "example"))
    found = {(each.kind, each.id) for each in targets.every(cards)}

    for record in cards.records:
        assert ((record.kind, record.id) in found) != walker.borrows_its_id(type(record))
        assert found.issuperset((kind, id) for kind, id, _ in record.holds())
        assert found.issuperset((each.kind, each.note_id.split("/")[-1]) for each in record.subjects())


@pytest.mark.parametrize("kind", NOTE_KINDS)
def test_what_a_note_is_made_of_answers_to_all_that_is_asked_of_one(kind: str) -> None:
    """A record, or a comparison of a study: tags, rendering and the lock ask both the same."""
    found = [each for record in shipped() if record.kind == kind for each in record.subjects()]

    for each in found:
        numbers = [number for number, _ in each.asks]
        assert each.key == f"{each.kind}/{each.note_id}"
        assert (each.numbered != "") == bool(each.numbers)
        assert set(numbers) == set(each.numbers)
        assert each.place() == each.record.locate(*each.path)
        assert isinstance(each.about(), About)
        assert each.cited()
    assert found


def _shapes() -> dict[Any, tuple[str, Any]]:
    return {
        Text: ("one", str),
        Ids: ("list", str),
        Names: ("list", Named),
        dict[Id, Text]: ("map", str),
        Bundle | None: ("one", Bundle),
        tuple[Bundle, ...]: ("list", Bundle),
        dict[Id, Bundle]: ("map", Bundle),
    }


# An annotation has the address of a function in its own name, which is another in every process.
SHAPES = ["a text", "ids", "names", "texts by id", "a model or none", "models", "models by id"]


@pytest.mark.parametrize(("annotation", "shape"), _shapes().items(), ids=SHAPES)
def test_a_shape_is_seen_through_all_that_it_is_annotated_with(annotation: Any, shape: tuple[str, Any]) -> None:
    assert walker.shape(annotation) == shape
