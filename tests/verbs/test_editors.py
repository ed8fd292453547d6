"""What an editor knows of a project: keys and ids with their meanings, and settings beside those of others."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import language_server
from support.asked import Sample
from support.author import ROOT, Author
from support.called import deckbuilder
from support.language_server import Editor

from deckbuilder import source
from deckbuilder.core import transaction
from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.project import Project, find
from deckbuilder.records import KINDS, Record, parse
from deckbuilder.records.schema import marked, schema
from deckbuilder.verbs.editors import jsonc
from deckbuilder.verbs.editors.vscode import EXTENSION, SCHEMA, update

pytestmark = pytest.mark.linted

SETTINGS = ".vscode/settings.json"
EXAMPLE = ROOT / "tests" / "example"


def project_schema(project: Project, into: Path) -> dict[str, Any]:
    """What `schema --vscode` writes for these cards."""
    shutil.copytree(project.cards, into / "cards")
    assert update(find(into)).faults == ()
    found: dict[str, Any] = json.loads((into / SCHEMA).read_text("utf-8"))
    return found


def records(project: Project) -> list[Record]:
    documents, unreadable = source.read(project.sources(), project.root)
    found, malformed = parse(documents)
    assert not unreadable + malformed
    return found


@pytest.mark.sampled
@pytest.mark.parametrize("root", [ROOT, EXAMPLE], ids=["shipped", "example"])
def test_the_schema_of_a_project_accepts_all_its_records_and_no_misspelt_id(
    root: Path, sample: Sample, tmp_path: Path
) -> None:
    found = records(find(root))
    valid = jsonschema.Draft202012Validator(project_schema(find(root), tmp_path))
    misspelled = list(_misspelled(found))

    for record in sample(found, 120):
        assert valid.is_valid(record.document.value), record.key
    assert len(misspelled) > 50
    assert [told for told, value in sample(misspelled, 60) if valid.is_valid(value)] == []


def _misspelled(found: list[Record]) -> Iterator[tuple[str, Any]]:
    """Each record once more for each sort of reference in it, with that reference led astray."""
    seen = set()
    for record in found:
        for each in record.refers():
            sort = (record.kind, *(step for step in each.path if isinstance(step, str) and step != each.id), each.kinds)
            if sort in seen or (
                record.kind == "study" and each.path == ("sources",) and "sources" not in record.document.value
            ):
                continue
            seen.add(sort)
            value = copy.deepcopy(record.document.value)
            _lead_astray(value, each.path, each.id)
            yield f"{record.key}: {each.path}", value


def _lead_astray(value: Any, path: tuple[str | int, ...], id: str) -> None:
    *outer, last = path
    for at, step in enumerate(outer):
        holder = value
        value = value[step]
        if isinstance(value, str):  # a single id where names may stand
            holder[outer[at]] = "nobody"
            return
    if isinstance(value, list) and isinstance(last, str):
        value[value.index(last)] = "nobody"
    elif isinstance(value, dict) and last == id:
        value["nobody"] = value.pop(id)
    else:
        value[last] = "nobody"


def test_every_key_of_every_kind_says_what_it_means() -> None:
    definitions = schema()["$defs"]
    mute = [
        f"{name}.{key}"
        for name, each in definitions.items()
        for part in (each, *each.get("anyOf", ()))
        for key, value in part.get("properties", {}).items()
        if not value.get("description")
    ]

    assert mute == []
    assert len(definitions) > len(KINDS)


def test_the_plain_schema_knows_nothing_of_a_project() -> None:
    assert "x-names" in json.dumps(marked())
    assert "x-names" not in json.dumps(schema())
    assert "biceps" not in json.dumps(schema()["$defs"]["record-group"])


def test_while_a_record_cannot_be_read_every_id_is_accepted(author: Author) -> None:
    author.write("cards/broken.yaml", "nerve: [\n")

    told = update(author.project)

    valid = jsonschema.Draft202012Validator(json.loads(author.read(SCHEMA)))
    action = {"action": "a", "name": "A", "joint": "elbow-of-the-broken-file", "plane": "sagittal", "phrase": "a"}
    assert told.faults
    assert valid.is_valid({**action, "prime_movers": ["biceps-brachii"], "sources": {"all": "anything"}})
    assert not valid.is_valid({**action, "prime_movers": ["Biceps"], "sources": "anything"})
    author.write("cards/broken.yaml", "")
    update(author.project)
    valid = jsonschema.Draft202012Validator(json.loads(author.read(SCHEMA)))
    assert not valid.is_valid({**action, "prime_movers": ["biceps-brachii"], "sources": {"all": "anything"}})


# Settings that others wrote

MERGED = {
    "no file": (None, '{\n  "k": {\n    "x": 1\n  }\n}\n'),
    "empty": (" \n", '{\n  "k": {\n    "x": 1\n  }\n}\n'),
    "nothing in it": ("{}", '{\n  "k": {\n    "x": 1\n  }\n}\n'),
    "another setting": ('{\n    "a": 1\n}\n', '{\n    "a": 1,\n    "k": {\n        "x": 1\n    }\n}\n'),
    "a comma at the end": ('{\n  "a": 1,\n}\n', '{\n  "a": 1,\n  "k": {\n    "x": 1\n  }\n}\n'),
    "comments": (
        '// mine\n{\n  "a": 1 // one\n  /* last */\n}\n',
        '// mine\n{\n  "a": 1, // one\n  /* last */\n  "k": {\n    "x": 1\n  }\n}\n',
    ),
    "a comment with a brace": ('{\n  "a": "}" // }\n}', '{\n  "a": "}", // }\n  "k": {\n    "x": 1\n  }\n}'),
    "the key in one line": ('{"k": {"y": 2}, "b": 3}', '{"k": {"y": 2, "x": 1}, "b": 3}'),
    "another value": ('{"k": {"x": [0] /* old */}}', '{"k": {"x": 1 /* old */}}'),
    "up to date": ('{ "k" : {"x":1,}, /*!*/ }', '{ "k" : {"x":1,}, /*!*/ }'),
    "lines of Windows": ('{\r\n\t"a": 1\r\n}', '{\r\n\t"a": 1,\r\n\t"k": {\r\n\t\t"x": 1\r\n\t}\r\n}'),
}


@pytest.mark.parametrize(("before", "after"), MERGED.values(), ids=list(MERGED))
def test_a_setting_is_put_beside_those_of_others(before: str | None, after: str) -> None:
    start = (before or "").strip() and before

    merged = jsonc.put(start, ("k", "x"), 1) if start else jsonc.put("{}", ("k", "x"), 1) + "\n"

    expected = after if start else after.rstrip("\n") + "\n"
    assert merged == (expected.rstrip("\n") if before == "{}" else expected)
    assert jsonc.read(merged)["k"]["x"] == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4), st.sampled_from([None, 1, "\t"]), JSON)
def test_putting_a_setting_in_changes_no_other(settings: dict[str, Any], indent: int | str | None, value: Any) -> None:
    text = json.dumps(settings, indent=indent)

    once = jsonc.put(text, ("yaml.schemas",), value)

    assert jsonc.read(once) == {**settings, "yaml.schemas": value}
    assert jsonc.put(once, ("yaml.schemas",), value) == once


@given(st.text(alphabet='{}[]",:/*\n 1a\\', max_size=40))
def test_text_that_is_no_settings_is_refused_and_nothing_else_happens(text: str) -> None:
    try:
        found = jsonc.put(text, ("k",), 1)
    except jsonc.NotJsonc as error:
        assert 1 <= error.line <= text.count("\n") + 1
    else:
        assert jsonc.read(found)["k"] == 1


def test_settings_and_comments_of_others_stay(author: Author) -> None:
    author.write(SETTINGS, '{\n  // tabs are for cats\n  "editor.rulers": [100], // why not\n}\n')
    author.write(".vscode/extensions.json", '{"recommendations": ["some.other"]}')

    told = update(author.project)

    assert set(told.stale) == {SETTINGS, ".vscode/extensions.json"}
    assert author.read(SETTINGS).startswith(
        '{\n  // tabs are for cats\n  "editor.rulers": [100], // why not\n  "yaml.schemas"'
    )
    assert jsonc.read(author.read(SETTINGS))["yaml.schemas"] == {f"./{SCHEMA}": ["cards/**/*.yaml", "cards/**/*.yml"]}
    assert json.loads(author.read(".vscode/extensions.json")) == {"recommendations": ["some.other", EXTENSION]}
    assert update(author.project).stale == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{\n  oops\n}", "settings.json:2 cannot be read"),
        ('{"yaml.schemas": []}', "'yaml.schemas' is not an object"),
        ("[" * 5_000, "nested too deeply"),
        (b"\xff\xfe{}", "not UTF-8"),
        ("/*" * 700_000, "too large"),
    ],
    ids=["no JSON", "another sort of value", "deep", "another encoding", "large"],
)
def test_settings_that_cannot_be_read_are_left_alone(author: Author, text: str | bytes, told: str) -> None:
    before = text if isinstance(text, bytes) else text.encode()
    author.write(SETTINGS, text)
    (author.root / SCHEMA).write_text("{}")

    with pytest.raises(Fault) as fault:
        update(author.project)

    assert told in fault.value.message
    assert (author.root / SETTINGS).read_bytes() == before
    assert author.read(SCHEMA) == "{}"
    assert not list((author.root / ".vscode").glob("*.part"))


def test_no_link_leads_the_settings_out_of_the_project(author: Author, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere.json"
    outside.write_text("{}")
    (author.root / SETTINGS).unlink()
    (author.root / SETTINGS).symlink_to(outside)

    with pytest.raises(Fault, match="is a link"):
        update(author.project)

    assert outside.read_text() == "{}"


def test_a_disk_that_is_full_leaves_all_files_as_they_were(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    author.write("cards/more.yaml", "region: hand\nname: Hand\n")
    author.write(SETTINGS, '{"mine": 1}')
    before = {path.name: path.read_bytes() for path in (author.root / ".vscode").iterdir()}
    write = transaction.write

    def fail_at_the_settings(path: Path, data: bytes) -> None:
        write(path, data[: len(data) // 2])
        if "settings" in path.name:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(transaction, "write", fail_at_the_settings)

    with pytest.raises(Fault, match="could not be written"):
        update(author.project)

    assert {path.name: path.read_bytes() for path in (author.root / ".vscode").iterdir()} == before


def test_ci_is_told_when_there_are_ids_that_the_editor_does_not_know(author: Author) -> None:
    fresh = deckbuilder("schema", "--vscode", "--check", cwd=author.root)
    author.write("cards/more.yaml", "region: hand\nname: Hand\n")
    stale = deckbuilder("schema", "--vscode", "--check", cwd=author.root)
    written = deckbuilder("schema", "--vscode", cwd=author.root)
    again = deckbuilder("schema", "--vscode", cwd=author.root)

    assert (fresh.returncode, fresh.stdout) == (0, "Nothing changed: .vscode is up to date.\n")
    assert stale.returncode == 1
    assert f"Out of date: {SCHEMA}" in stale.stderr
    assert f"Written: {SCHEMA}" in written.stdout
    assert again.stdout == fresh.stdout


def test_the_shipped_deck_gets_no_settings(tmp_path: Path) -> None:
    done = deckbuilder("schema", "--vscode", cwd=tmp_path)

    assert done.returncode == 1
    assert "read only" in done.stderr
    assert deckbuilder("schema", "--check", cwd=tmp_path).returncode == 2


# The language server itself


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """VS Code's language server on the shipped cards."""
    if not language_server.installed():
        pytest.skip("the YAML language server needs node and npm")
    root = tmp_path_factory.mktemp("project")
    project_schema(find(ROOT), root)
    with Editor(root, jsonc.read((root / SETTINGS).read_text("utf-8"))) as found:
        yield found


MUSCLE = "muscle: new\nname: New\nregion: thigh\nsources: openstax-ap2e-11-6\n"
OFFERED = {
    "a nerve": (f"{MUSCLE}nerve: |\n", "tibial", "Tibial nerve"),
    "an action in a list": (f"{MUSCLE}actions: [hip-f|]\n", "hip-flexion", "Psoas major"),
    "an action in lines": (f"{MUSCLE}actions:\n  - |\n", "hip-flexion", "sagittal plane"),
    "a landmark as a key": (f"{MUSCLE}origin:\n  |\n", "linea-aspera", "Linea aspera, femur"),
    "a landmark in braces": (f"{MUSCLE}origin: {{lin|}}\n", "linea-aspera", "Origin of"),
    "a head's nerve": (f"{MUSCLE}heads:\n  long-head:\n    nerve: |\n", "tibial", "L4, L5, S1, S2, S3"),
    "a look-alike": (f"{MUSCLE}confuse_with:\n  semi|\n", "semitendinosus", "Musculus semitendinosus"),
    "a part of a muscle": ("action: a\nprime_movers: [bic|]\n", "biceps-femoris/long-head", "Tibial nerve"),
    "a source by fact": (f"{MUSCLE[:36]}sources: {{all: |}}\n", "openstax-ap2e-11-6", "Anatomy and Physiology 2e"),
    "a member of a group": ("group: a\nregion: hip\ntell_apart:\n  gr|\n", "gracilis", "Obturator nerve"),
    "a key": (f"{MUSCLE}|\n", "confuse_with", "easily taken for"),
    "a record": ("|", "new muscle", "One muscle, one note"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "label", "told"), OFFERED.values(), ids=list(OFFERED))
def test_the_editor_offers(editor: Editor, text: str, label: str, told: str) -> None:
    offered = editor.offers(text)

    assert label in offered
    assert told in offered[label]


SHOWN = {
    "a nerve": (f"{MUSCLE}nerve: |tibial\n", "Tibial nerve", "Femoral nerve"),
    "a key with an id": (f"{MUSCLE}|nerve: tibial\n", "The nerve, or nerves, that drive it", "Femoral nerve"),
    "a key with a list": (f"{MUSCLE}|actions: [hip-flexion]\n", "The movements that it produces", "sagittal"),
    "an id in a list": (f"{MUSCLE}actions: [|hip-flexion]\n", "Psoas major", "Gluteus"),
    "a landmark with a detail": (f"{MUSCLE}origin: {{|linea-aspera: lateral lip}}\n", "Vastus lateralis", "Gracilis"),
    "a key with text": (f"{MUSCLE}|say: NEW\n", "How it is said", "Allowed"),
    "a source": (MUSCLE.replace("sources: ", "sources: |"), "OpenStax", "Schoenfeld"),
}


@pytest.mark.parametrize(("text", "told", "other"), SHOWN.values(), ids=list(SHOWN))
def test_the_editor_shows_what_is_meant_and_nothing_else(editor: Editor, text: str, told: str, other: str) -> None:
    shown = editor.hover(text)

    assert told in shown
    assert other not in shown


def test_the_editor_underlines_a_misspelt_id_in_one_sentence(editor: Editor) -> None:
    wrong = f"{MUSCLE}nerve: tibail\nactions: [hip-flexoin]\norigin: {{linea-aspra: lateral lip}}\nplaine: 1\n"

    found = editor.problems(wrong)

    assert sorted(found) == [
        "5: No nerve of this project has this id. If it is new: deckbuilder schema --vscode",
        "6: No action of this project has this id. If it is new: deckbuilder schema --vscode",
        "7: No landmark or bone or structure of this project has this id. If it is new: deckbuilder schema --vscode",
        "8: Property plaine is not allowed.",
    ]


@pytest.mark.sampled
def test_the_editor_finds_nothing_wrong_with_the_shipped_cards(editor: Editor, sample: Sample) -> None:
    one_a_folder = {path.parent: path.read_text("utf-8") for path in find(ROOT).sources()}

    wrong = {folder.name: found for folder, text in sample(one_a_folder.items(), 6) if (found := editor.problems(text))}

    assert len(one_a_folder) > 10
    assert wrong == {}
