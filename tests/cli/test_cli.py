"""The verbs as a person meets them: help, exit codes, pipes, colors, the starter project."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import unicodedata
from html import unescape
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt
from support.author import ROOT, START, Author
from support.called import deckbuilder
from support.judge import Anki

from deckbuilder import source
from deckbuilder.cli import VERBS, cli
from deckbuilder.core.project import find
from deckbuilder.workspace import building


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_shows_an_example(verb: str, tmp_path: Path) -> None:
    done = deckbuilder(verb, "--help", cwd=tmp_path)

    assert done.returncode == 0
    assert f"deckbuilder {verb}" in done.stdout.split("Example:")[1]


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from deckbuilder.cli import main\ntry: main(['--help'])\nexcept SystemExit: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not {"pydantic", "jinja2", "genanki", "yaml", "sqlite3"} & set(done.stdout.split())


def test_an_unknown_option_is_misuse(tmp_path: Path) -> None:
    assert deckbuilder("build", "--lockd", cwd=tmp_path).returncode == 2


def test_a_starter_project_builds_and_imports_at_once(tmp_path: Path, anki: Anki) -> None:
    made = deckbuilder("new", "my deck", "--name", "Shoulder Anatomy", cwd=tmp_path)
    built = deckbuilder("build", cwd=tmp_path / "my deck" / "cards")

    assert made.returncode == 0, made.stderr
    assert built.returncode == 0, built.stderr
    (package,) = (tmp_path / "my deck" / "dist").glob("*.apkg")
    assert len(anki.imports(package).new) > 3
    assert anki.faults() == []
    assert "Shoulder Anatomy::1 Facts" in anki.decks()


def test_two_starter_projects_never_share_a_note_type(tmp_path: Path, anki: Anki) -> None:
    for name in ("one", "two"):
        deckbuilder("new", name, cwd=tmp_path)
        deckbuilder("build", cwd=tmp_path / name)
    results = [anki.imports(next((tmp_path / name / "dist").glob("*.apkg"))) for name in ("one", "two")]

    assert [len(result.new) for result in results] == [len(results[0].new)] * 2
    assert not any(result.conflicting or result.duplicate for result in results)


@pytest.mark.parametrize(
    ("folder", "options", "name", "root", "package"),
    [
        ("解剖学", [], "解剖学", "解剖学", r"deck-[0-9a-f]{4}"),
        ("Анатомия плеча", [], "Анатомия Плеча", "Анатомия_Плеча", r"deck-[0-9a-f]{4}"),
        (unicodedata.normalize("NFD", "übung"), [], "Übung", "Übung", "ubung"),
        ("!!!", [], "Deck", "Deck", "deck"),
        ("2026", [], "2026", "2026", "deck-2026"),
        ("1e5", [], "1e5", "1e5", "deck-1e5"),
        ("null", ["--name", "true"], "true", "true", "deck-true"),
        ('my "deck"', [], "My Deck", "My_Deck", "my-deck"),
        ("a: b #c", ["--name", "a: b #c \\ $x *y* <b>|`"], "a: b #c \\ $x *y* <b>|`", "a_b_c_x_y_b", "a-b-c-x-y-b"),
        ("x" * 200, [], "X" + "x" * 199, "X" + "x" * 199, "x" * 60),
    ],
)  # fmt: skip
def test_a_starter_of_any_name_builds_under_that_name(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    anki: Anki,
    folder: str,
    options: list[str],
    name: str,
    root: str,
    package: str,
) -> None:
    monkeypatch.chdir(tmp_path)

    made = CliRunner().invoke(cli, ["new", folder, *options])

    assert made.exit_code == 0, made.output
    step = next(line.strip() for line in made.output.splitlines() if line.strip().startswith("cd "))
    report = building.build(find(tmp_path / folder), tmp_path / folder / "dist", START)
    assert report.built and not report.diagnostics
    path = report.built.path
    assert re.fullmatch(rf"{package}-\d{{4}}-\d\d\.apkg", path.name)
    anki.imports(path)
    assert f"{name}::1 Facts" in anki.decks()
    assert {tag.split("::")[0] for tag in anki.tags()} == {root}
    heading, _, rest = (tmp_path / folder / "README.md").read_text("utf-8").partition("\n")
    shown = MarkdownIt().render(heading)
    assert unescape(shown.strip()) == f"<h1>{name}</h1>"
    assert f"dist/{path.name}" in rest
    if os.name == "posix":
        assert shlex.split(step) == ["cd", folder]


def test_new_refuses_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")

    done = deckbuilder("new", "full", cwd=tmp_path)

    assert done.returncode == 1
    assert "full is not empty" in done.stderr
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["thesis.txt"]


def test_a_fault_is_shown_with_its_place_and_no_colour_in_a_pipe(author: Author) -> None:
    author.edit("cards/actions.yaml", "prime_movers: biceps-brachii", "prime_movers: biceps-brachi")

    done = deckbuilder("check", "--project", str(author.root), cwd=author.root)

    assert done.returncode == 1
    assert "cards/actions.yaml:9:17: unknown-reference: no muscle has the id 'biceps-brachi'" in done.stderr
    assert "did you mean 'biceps-brachii'" in done.stderr
    assert "\x1b[" not in done.stderr + done.stdout


def test_the_time_of_a_build_can_be_set_from_outside(author: Author) -> None:
    done = deckbuilder("build", cwd=author.root, SOURCE_DATE_EPOCH=str(START))

    assert done.returncode == 0, done.stderr
    assert {entry.mod for entry in author.lock.notes.values()} == {START}
    assert deckbuilder("build", cwd=author.root, SOURCE_DATE_EPOCH="soon").returncode == 2


@pytest.mark.parametrize("damage", [b"", b"jinja", b"\x00" * 400, b"j2\x05\x00\x00\x00cos\nsystem\n"])
def test_a_damaged_or_missing_cache_of_templates_costs_nothing_but_time(author: Author, damage: bytes) -> None:
    home = {"HOME": str(author.root / "home"), "XDG_CACHE_HOME": str(author.root / "home" / "cache")}
    clock = {"SOURCE_DATE_EPOCH": str(START)}
    first = deckbuilder("build", cwd=author.root, **home, **clock).stdout
    kept = [path for path in (author.root / "home").rglob("*") if path.is_file()]
    for path in kept:
        path.write_bytes(damage)

    again = deckbuilder("build", cwd=author.root, **home, **clock)

    assert kept
    assert again.returncode == 0, again.stderr
    assert again.stdout.split("sha256")[1].split()[0] == first.split("sha256")[1].split()[0]


def test_inspect_reads_what_build_wrote(author: Author) -> None:
    built = author.build()

    seen = json.loads(deckbuilder("inspect", "--json", str(built.path), cwd=author.root).stdout)

    assert (seen["notes"], seen["cards"]) == (built.written.notes, built.written.cards)
    assert seen["manifest"]["digest"] == built.written.digest
    assert seen["tags"]["TA::Topic::Anatomy"] > 0
    text = deckbuilder("inspect", str(built.path), cwd=author.root).stdout
    assert "Arm::1 Facts" in text
    assert "ARM Muscle" in text


def test_inspect_refuses_what_is_no_package(tmp_path: Path) -> None:
    (tmp_path / "notes.apkg").write_text("not a zip")

    done = deckbuilder("inspect", "notes.apkg", cwd=tmp_path)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "notes.apkg" in done.stderr


def test_outside_a_project_the_shipped_deck_is_built(tmp_path: Path, shipped_package: Path) -> None:
    done = deckbuilder("build", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    (package,) = (tmp_path / "dist").glob("*.apkg")
    assert package.read_bytes() == shipped_package.read_bytes()


def test_the_schema_accepts_every_shipped_card_and_marks_a_misspelt_key(tmp_path: Path) -> None:
    schema = json.loads(deckbuilder("schema", cwd=tmp_path).stdout)
    validator = jsonschema.Draft202012Validator(schema)
    documents, _ = source.read(find(ROOT).sources(), ROOT)
    for document in documents:
        assert not list(validator.iter_errors(document.value)), document.locate()

    broken = {"muscle": "x", "name": "X", "region": "hip", "sources": "s", "orgin": "sacrum"}
    assert list(validator.iter_errors(broken))


def test_ctrl_c_while_a_module_makes_its_classes_ends_in_exit_code_1(tmp_path: Path, author: Author) -> None:
    code = f"""
from deckbuilder import cli
from deckbuilder.workspace import Workspace

def check(*arguments, **named):
    exec("import signal; signal.raise_signal(signal.SIGINT)")  # as a dataclass is made

Workspace.check = check
cli.main(["check", "--project", {str(author.root)!r}])
"""
    (tmp_path / "interrupted.py").write_text(code, "utf-8")
    path = os.pathsep.join([str(tmp_path), *sys.path])

    done = subprocess.run(
        [sys.executable, "-m", "interrupted"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=15,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.strip() == "Interrupted. Nothing was changed; run the same command again."


def test_ctrl_c_that_falls_into_a_destructor_still_ends_the_verb_in_one_line(tmp_path: Path, author: Author) -> None:
    code = f"""
import signal, sys, time
from deckbuilder import cli
from deckbuilder.workspace import Workspace

class Doomed:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

def check(*arguments, **named):
    Doomed()
    time.sleep(20)

Workspace.check = check
cli.main(["check", "--project", {str(author.root)!r}])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=15, check=False)

    assert done.returncode == 1
    assert done.stderr.strip() == "Interrupted. Nothing was changed; run the same command again."
