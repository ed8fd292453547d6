"""A project may come from a stranger: its cards and templates can neither run code nor read what lies outside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.author import ROOT, Author

from deckbuilder.core import programs

REACH = '"".__class__.__mro__[1].__subclasses__()'


@pytest.fixture
def with_templates(author: Author) -> Author:
    shutil.copytree(ROOT / "templates", author.root / "templates")
    author.build()
    return author


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("templates/muscle/fields.html.j2", "{{ " + REACH + " }}"),
        ("templates/muscle/cards/origin.html.j2", "[[ " + REACH + " ]]"),
    ],
    ids=["fields", "card"],
)
def test_a_template_cannot_reach_python(with_templates: Author, name: str, code: str) -> None:
    before = with_templates.state()
    text = with_templates.read(name)
    with_templates.write(
        name, text.replace("{% set Key %}", "{% set Key %}" + code, 1) if "{% set Key" in text else code + text
    )

    (fault,) = with_templates.attempt().diagnostics

    assert fault.location.path == name
    assert fault.message == "a template may see no '__class__' of a text"
    assert with_templates.state() == before


def test_a_template_that_is_a_link_to_elsewhere_is_refused(with_templates: Author, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (with_templates.root / "templates" / "_shared" / "stolen.html.j2").symlink_to(tmp_path / "secret.txt")

    rules = [fault.rule for fault in with_templates.attempt().diagnostics]

    assert rules == ["outside-project"]


def test_a_card_that_is_a_link_to_elsewhere_is_refused(author: Author, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("muscle: secret\n")
    (author.root / "cards" / "stolen.yaml").symlink_to(tmp_path / "secret.yaml")

    (fault,) = author.attempt().diagnostics

    assert (fault.location.path, fault.rule) == ("cards/stolen.yaml", "outside-project")


def test_a_folder_of_cards_that_is_a_link_is_said_to_be_left_out(author: Author, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (author.root / "cards" / "more").symlink_to(tmp_path / "elsewhere")
    (author.root / "cards" / "again").symlink_to(author.root / "cards" / "muscles")

    faults = author.attempt().diagnostics

    assert [(fault.location.path, fault.rule) for fault in faults] == [
        ("cards/again", "unreadable"),
        ("cards/more", "outside-project"),
    ]


def test_yaml_cannot_make_python_objects(author: Author) -> None:
    author.write("cards/evil.yaml", "!!python/object/apply:os.system ['touch owned']\n")

    assert author.attempt().built is None
    assert not (author.root / "owned").exists()


def test_styling_cannot_call_home(with_templates: Author) -> None:
    style = "templates/_shared/style.css"
    with_templates.write(style, with_templates.read(style) + "\n.x { background: url(https://example.org/seen) }\n")

    (fault,) = with_templates.attempt().diagnostics

    assert (fault.location.path, fault.rule) == (style, "css")


@pytest.mark.parametrize("name", ["yaml", "click", "pathlib", "pydantic"])
def test_a_module_beside_the_cards_is_not_taken_for_one_of_ours(author: Author, tmp_path: Path, name: str) -> None:
    mark = tmp_path / "ran"
    author.write(f"{name}.py", f"open({str(mark)!r}, 'w').close()")

    done = subprocess.run([sys.executable, "-m", "deckbuilder", "check"], cwd=author.root, check=False)

    assert done.returncode == 0 and not mark.exists()


def test_an_editor_beside_the_cards_is_not_started(
    author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    author.write("code", "")
    (author.root / "code").chmod(0o755)
    monkeypatch.chdir(author.root)
    monkeypatch.setenv("PATH", f".{os.pathsep}{tmp_path}")

    assert programs.found("code") is None

    (tmp_path / ("code.exe" if sys.platform == "win32" else "code")).write_text("")
    next(tmp_path.glob("code*")).chmod(0o755)
    assert programs.found("code") == str(next(tmp_path.glob("code*")))
