"""A workspace is a project at one moment: it never changes, works out what is asked for alone, and reads as the disk would."""

from __future__ import annotations

import ast
import doctest
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path
from random import Random
from typing import Any

import pytest
from conftest import ROOT, Author

import deckbuilder
from deckbuilder import render, rules
from deckbuilder.cli import cli
from deckbuilder.core.diagnostics import Diagnostic, Fault
from deckbuilder.lock import LOCK, Lock
from deckbuilder.records import Muscle
from deckbuilder.source import guard
from deckbuilder.workspace import Workspace, ratchet

BICEPS = "cards/muscles/biceps-brachii.yaml"
DECK = "cards/deck.yaml"
FIGURES = "cards/media/figures.json"
LINT = rules.lint


@pytest.fixture(autouse=True)
def linted(opinion: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the linter thinks is a part of what is asked for here."""
    monkeypatch.setattr(rules, "lint", LINT)


def everything(workspace: Workspace, package: Path) -> tuple[object, ...]:
    """Whatever can be asked for, and the bytes of the package or why there is none."""
    try:
        workspace.package(package, 1_790_000_000, allow_schema_change=True)
        said: object = package.read_bytes()
    except Fault as fault:
        said = fault.message
    findings = [(str(each), each.severity, each.record, each.known) for each in workspace.findings]
    values = [(each.file, each.document, each.item, each.value) for each in workspace.documents]
    return findings, values, workspace.notes, dict(workspace.note_types), workspace.settings, said


# It never changes


def test_a_snapshot_is_what_it_was_whatever_is_saved_later(author: Author) -> None:
    workspace = Workspace(author.project)
    assert workspace.findings == ()
    author.edit(BICEPS, "insertion: radial-tuberosity", "insertion: radial-tuberosty")

    later = workspace.again()

    assert workspace.findings == () == Workspace(author.project).with_texts({BICEPS: text_of(workspace)}).findings
    assert [each.rule for each in later.findings] == ["unknown-reference"]


def test_what_is_read_is_read_together(author: Author) -> None:
    """Of a project that changes meanwhile nobody sees the half."""
    workspace = Workspace(author.project)
    assert workspace.documents
    author.edit(BICEPS, "name: Biceps brachii", "name: Another name")

    assert "Another name" not in str(workspace.notes)
    assert "Another name" in str(workspace.again().notes)


def test_nothing_of_it_can_be_set(author: Author) -> None:
    workspace = Workspace(author.project)

    with pytest.raises(FrozenInstanceError):
        workspace.project = author.project  # type: ignore[misc]
    with pytest.raises(TypeError):
        workspace.with_texts({BICEPS: ""}).unsaved[BICEPS] = "x"  # type: ignore[index]
    with pytest.raises(TypeError):
        workspace.note_types["muscle"] = workspace.note_types["group"]  # type: ignore[index]


@pytest.mark.parametrize("first", ["before", "after"])
def test_two_snapshots_do_not_disturb_each_other(author: Author, tmp_path: Path, first: str) -> None:
    """Whichever is asked first."""
    text = author.read(BICEPS).replace("radial-tuberosity", "radial-tuberosty")
    alone = everything(Workspace(author.project), tmp_path / "1.apkg")
    broken = everything(Workspace(author.project).with_texts({BICEPS: text}), tmp_path / "2.apkg")
    before = Workspace(author.project)
    after = before.with_texts({BICEPS: text})

    if first == "after":
        assert everything(after, tmp_path / "2.apkg") == broken
    assert everything(before, tmp_path / "1.apkg") == alone
    assert everything(after, tmp_path / "2.apkg") == broken
    assert everything(before, tmp_path / "1.apkg") == alone


def test_a_template_at_fault_concerns_only_who_looks_at_it(author: Author) -> None:
    author.take_templates()
    before = Workspace(author.project)
    assert before.findings == ()
    path = "templates/muscle/cards/origin.html.j2"
    author.edit(path, "{{", "{{nope}}{{")

    after = before.again([author.root / path])

    assert {each.location.path for each in after.findings} == {path}
    assert before.findings == ()


# It takes over what is the same


def test_the_next_snapshot_takes_over_what_did_not_change(author: Author) -> None:
    before = Workspace(author.project)
    assert before.records
    author.edit(BICEPS, "at its tip", "at its very tip")

    for after in (before.again(), before.with_texts({BICEPS: author.read(BICEPS)})):
        assert after.unlike(before) == {BICEPS}
        known = {id(record) for record in before.records}
        assert {each.document.file.name for each in after.records if id(each) not in known} == {BICEPS}


def test_templates_that_were_edited_are_read_again_whether_or_not_somebody_says_so(author: Author) -> None:
    author.take_templates()
    before = Workspace(author.project)
    assert before.notes
    author.write("templates/_shared/style.css", author.read("templates/_shared/style.css") + ".db { color: red; }")

    assert ".db{color:red}" in before.again().note_types["muscle"].css
    assert ".db{color:red}" not in before.note_types["muscle"].css


def test_a_file_that_reads_as_before_is_not_parsed_again(author: Author) -> None:
    before = Workspace(author.project)
    assert before.documents
    author.write(BICEPS, author.read(BICEPS))

    after = before.again([author.root / BICEPS])

    assert after.unlike(before) == frozenset()
    assert all(new is old for new, old in zip(after.documents, before.documents, strict=True))


def test_notes_of_some_records_are_made_without_the_others(author: Author) -> None:
    rendered, faults = Workspace(author.project).rendering(lambda record: record.id == "biceps-brachii")

    assert rendered is not None and faults == []
    assert [note.key for note in rendered.notes] == ["muscle/biceps-brachii"]


# With other texts it is what it would be if they were saved


def text_of(workspace: Workspace) -> str:
    return workspace.files.of(BICEPS)[0].file.text


Texts = dict[str, str | None]
LEVERAGE, SPACED = "with most leverage", "with  most leverage"
# From what a file of the project says to the texts that are tried.
EDITS: dict[str, Callable[[Callable[[str], str]], Texts]] = {
    "reworded": lambda read: {BICEPS: read(BICEPS).replace(LEVERAGE, "with the longest lever")},
    "with a warning": lambda read: {BICEPS: read(BICEPS).replace(LEVERAGE, SPACED)},
    "with a known warning": lambda read: {
        BICEPS: read(BICEPS).replace(LEVERAGE, SPACED),
        ratchet.FILE: json.dumps({"doubled-word": {"muscle/biceps-brachii": 1}}),
    },
    "leads nowhere": lambda read: {BICEPS: read(BICEPS).replace("radial-tuberosity", "radial-tuberosty")},
    "no YAML": lambda read: {BICEPS: f"{read(BICEPS)}heads: ["},
    "no record": lambda read: {BICEPS: "3"},
    "empty": lambda read: {BICEPS: ""},
    "a merge that was not finished": lambda read: {BICEPS: f"<<<<<<< ours\n{read(BICEPS)}>>>>>>> theirs\n"},
    "with a byte order mark": lambda read: {BICEPS: f"\ufeff{read(BICEPS)}"},
    "with Windows' lines": lambda read: {BICEPS: read(BICEPS).replace("\n", "\r\n")},
    "too large": lambda read: {BICEPS: read(BICEPS) + "# " + "x" * guard.MAX_BYTES},
    "gone": lambda read: {BICEPS: None},
    "one more": lambda read: {"cards/a/new.yaml": read(BICEPS).replace("biceps-brachii", "biceps-two")},
    "moved": lambda read: {BICEPS: None, "cards/zz.yaml": read(BICEPS)},
    "an id twice": lambda read: {"cards/zz.yaml": read(BICEPS)},
    "another deck": lambda read: {DECK: read(DECK).replace("edition: ", "edition: x")},
    "no deck": lambda read: {DECK: "muscle: [\n"},
    "without a lock": lambda read: {LOCK: None, BICEPS: read(BICEPS).replace(LEVERAGE, "with the longest lever")},
    "a lock that is cut off": lambda read: {LOCK: read(LOCK)[:-40]},
    "warnings that are no JSON": lambda read: {ratchet.FILE: "{"},
    "figures that are none": lambda read: {FIGURES: '{"figures": {"brachialis": {"marked": 3}}}'},
}


@pytest.mark.parametrize("name", EDITS)
def test_texts_that_are_not_saved_count_as_if_they_were(author: Author, tmp_path: Path, name: str) -> None:
    author.build()
    before = Workspace(author.project)
    assert before.records

    texts = EDITS[name](author.read)
    unsaved = everything(before.with_texts(texts), tmp_path / "1.apkg")

    project = author.project
    for path, text in texts.items():
        if text is None:
            (author.root / path).unlink()
        else:
            author.write(path, text)
    assert unsaved == everything(Workspace(project), tmp_path / "2.apkg")


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_typed_and_saved_a_snapshot_is_what_a_fresh_one_would_be(
    author: Author, tmp_path: Path, seed: int
) -> None:
    random = Random(seed)
    typed = saved = Workspace(author.project)
    paths = [path.relative_to(author.root).as_posix() for path in author.project.sources()]
    for _ in range(3):
        path = random.choice(paths)
        lines = author.read(path).splitlines(keepends=True) or ["\n"]
        at = random.randrange(len(lines))
        lines[at : at + 1] = random.choice(
            [[], [lines[at]] * 2, [lines[at][: random.randrange(9)]], [lines[at].upper()]]
        )
        author.write(path, "".join(lines))

        typed, saved = typed.with_texts({path: "".join(lines)}), saved.again([author.root / path])

        fresh = everything(Workspace(author.project), tmp_path / "fresh.apkg")
        assert everything(typed, tmp_path / "typed.apkg") == fresh
        assert everything(saved, tmp_path / "saved.apkg") == fresh


def test_a_text_may_be_taken_back(author: Author) -> None:
    workspace = Workspace(author.project)
    text = text_of(workspace)

    there = workspace.with_texts({BICEPS: None})
    back = there.with_texts({BICEPS: text})

    assert "muscle/biceps-brachii" not in {note.key for note in there.notes}
    assert back.notes == workspace.notes
    assert back.again().notes == workspace.notes


@pytest.mark.parametrize(
    "name",
    ["templates/_shared/style.css", "/etc/passwd", "cards/../x.yaml", "cards/.hidden.yaml", "cards/x.txt", "cards", ""],
)
def test_other_files_have_no_text_to_be_tried(author: Author, name: str) -> None:
    with pytest.raises(Fault, match="none of the texts"):
        Workspace(author.project).with_texts({name: "x"})


# Only what is asked for is worked out


def fails(*_: object, **__: object) -> Any:
    raise AssertionError("nobody asked for it")


def lock_of(workspace: Workspace) -> Lock:
    return workspace.lock


@pytest.mark.parametrize(
    ("ask", "without"),
    [
        (lambda workspace: workspace.documents, [(Muscle, "model_validate"), (rules, "lint"), (render, "render")]),
        (lambda workspace: workspace.library, [(rules, "guard"), (rules, "lint"), (render, "render")]),
        (lambda workspace: workspace.guarded, [(rules, "lint"), (render, "render")]),
        (lambda workspace: workspace.linted(), [(render, "render")]),
        (lambda workspace: workspace.notes, [(rules, "lint")]),
        (lock_of, [(guard, "text"), (rules, "guard"), (render, "render")]),
    ],
    ids=["documents", "library", "guarded", "linted", "notes", "lock"],
)
def test_a_part_that_nobody_asks_for_is_not_worked_out(
    author: Author, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Workspace], object], without: list[tuple[Any, str]]
) -> None:
    author.build()
    for owner, name in without:
        monkeypatch.setattr(owner, name, fails)

    assert ask(Workspace(author.project)) is not None


def test_each_part_is_worked_out_once(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(author.project)
    found = workspace.findings, workspace.notes

    for owner, name in ((guard, "text"), (rules, "guard"), (rules, "lint"), (render, "render")):
        monkeypatch.setattr(owner, name, fails)

    assert (workspace.findings, workspace.notes) == found


@pytest.mark.parametrize(
    ("asked", "not_imported"),
    [
        ("deckbuilder.__version__", ("pydantic", "yaml", "deckbuilder.workspace")),
        ("deckbuilder.open(sys.argv[1])", ("jinja2", "genanki", "deckbuilder.render", "deckbuilder.rules.book")),
        ("deckbuilder.open(sys.argv[1]).documents", ("jinja2", "genanki", "deckbuilder.render")),
        ("deckbuilder.open(sys.argv[1]).lock", ("jinja2", "genanki", "deckbuilder.render")),
        ("deckbuilder.open(sys.argv[1]).linted()", ("jinja2", "genanki", "deckbuilder.render")),
        ("deckbuilder.open(sys.argv[1]).notes", ("genanki", "deckbuilder.rules.book")),
    ],
)
def test_what_a_part_does_not_need_is_not_imported(author: Author, asked: str, not_imported: tuple[str, ...]) -> None:
    code = f"import sys, deckbuilder\n{asked}\nprint(*(each for each in {not_imported!r} if each in sys.modules))"

    done = subprocess.run([sys.executable, "-c", code, author.root], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []


# Projects that are not as they should be


def test_before_the_first_build_the_lock_is_empty_and_stays_so(author: Author, tmp_path: Path) -> None:
    workspace = Workspace(author.project)

    written = workspace.package(tmp_path / "new" / "look.apkg", author.now)

    assert workspace.lock == Lock()
    assert written.notes == len(workspace.notes) > 0
    assert not (author.root / LOCK).exists() and not author.dist.exists()


def test_a_package_is_that_of_the_build(author: Author, tmp_path: Path) -> None:
    built = author.build()

    Workspace(author.project).package(tmp_path / "look.apkg", author.now + 600)

    assert (tmp_path / "look.apkg").read_bytes() == built.path.read_bytes()


def test_faults_leave_the_sound_notes_and_no_package(author: Author, tmp_path: Path) -> None:
    author.edit(BICEPS, "insertion: radial-tuberosity", "insertion: radial-tuberosty")
    workspace = Workspace(author.project)

    ready, found = workspace.ready(author.now)

    assert ready is None and tuple(found) == workspace.findings
    assert "muscle/triceps-brachii" in {note.key for note in workspace.notes}
    with pytest.raises(Fault, match=r"cannot be built: cards/muscles/biceps-brachii.yaml:14:12: no landmark"):
        workspace.package(tmp_path / "look.apkg", author.now)
    assert not (tmp_path / "look.apkg").exists()


def test_a_damaged_lock_is_a_finding_and_no_lock(author: Author) -> None:
    author.build()
    author.write(LOCK, author.read(LOCK)[:-40])
    workspace = Workspace(author.project)

    assert [each.rule for each in workspace.findings] == ["damaged-lock"]
    with pytest.raises(Fault, match="cut off"):
        lock_of(workspace)


def test_what_was_read_is_still_there_when_the_project_is_gone(author: Author) -> None:
    workspace = Workspace(author.project)
    assert workspace.notes
    shutil.rmtree(author.root)

    assert workspace.library.find(Muscle, "biceps-brachii") is not None
    assert workspace.notes and workspace.documents
    with pytest.raises(Fault, match="cannot be read"):
        workspace.again()
    with pytest.raises(Fault, match="is not a deckbuilder project"):
        Workspace.open(author.root)


def test_a_project_that_is_gone_before_it_is_read_is_a_fault(author: Author) -> None:
    workspace = Workspace(author.project)
    shutil.rmtree(author.root)

    for ask in (lambda: workspace.documents, lambda: workspace.findings, lambda: workspace.notes):
        with pytest.raises(Fault, match="cannot be read"):
            ask()


# The interface


def test_the_package_gives_what_programs_need(author: Author) -> None:
    assert isinstance(deckbuilder.open(author.root), deckbuilder.Workspace)
    assert deckbuilder.Workspace is Workspace
    assert (deckbuilder.Diagnostic, deckbuilder.Fault) == (Diagnostic, Fault)
    with pytest.raises(AttributeError, match="no attribute 'Workspaces'"):
        _ = deckbuilder.Workspaces


def test_what_the_page_shows_is_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its examples, one after the other, beside a project as `deckbuilder new` makes it."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        cli.main(["new", "my-deck"])
    assert ended.value.code == 0
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    shown = "\n".join(re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    test = doctest.DocTestParser().get_doctest(shown, {}, "docs/api.md", None, 0)
    said: list[str] = []

    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)

    assert len(test.examples) > 15
    assert said == [], "".join(said)


def test_the_page_names_all_that_is_public() -> None:
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    public = {name for name in vars(Workspace) if not name.startswith("_")}

    assert {name for name in public if f"`{name}" not in page and f".{name}" not in page} == set()
    assert all(getattr(Workspace, name).__doc__ for name in public - {"project", "unsaved", "tick"})


def test_nobody_else_reads_parses_or_holds_a_project_against_its_lock() -> None:
    """But for what belongs to deckbuilder itself: the defaults of the rules, their words, a template's folder."""
    calls = {"source.read", "source.parse", "records.parse", "locks.read", "drawings.listed", "ratchet.known"}
    calls |= {"guard.there", "rules.lint", "rules.guard", "held.against", "sound_of", "salvage"}
    found = {
        (path.relative_to(ROOT / "deckbuilder").as_posix(), said)
        for path in (ROOT / "deckbuilder").rglob("*.py")
        for said in called(ast.parse(path.read_text("utf-8"))) & calls
    }

    allowed = {("source/kept.py", "source.parse"), ("render/specs.py", "source.read")}
    allowed |= {("rules/__init__.py", "source.parse"), ("rules/__init__.py", "records.parse")}
    allowed |= {("reading/english.py", "source.parse")}
    # Figures add to the index that they find, and learn from it what is as it should be.
    allowed |= {("figures/files.py", "guard.there"), ("figures/files.py", "drawings.listed")}
    allowed |= {("verbs/edits/editable.py", "rules.guard")}  # of what its own verbs may have broken
    assert {where for where, _ in found - allowed} == {"workspace/snapshot.py", "workspace/texts.py"}
    assert {said for _, said in found} == calls


def called(module: ast.Module) -> set[str]:
    """The functions that a module calls, of those that it imports."""
    imports = [each for each in ast.walk(module) if isinstance(each, ast.ImportFrom)]
    names = {alias.asname or alias.name for each in imports for alias in each.names}
    calls = {ast.unparse(each.func) for each in ast.walk(module) if isinstance(each, ast.Call)}
    return {said for said in calls if said.split(".")[0] in names}
