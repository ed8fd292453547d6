"""The code itself: types, style, and imports that point one way."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.author import ROOT


def run(*command: str) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).with_name(command[0])
    found = str(tool) if tool.exists() else shutil.which(command[0]) or command[0]
    return subprocess.run([found, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "command",
    [
        ("mypy",),
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("lint-imports",),
        ("codespell", "cards", "docs", "templates", "deckbuilder", *(path.name for path in ROOT.glob("*.md"))),
        (
            "yamllint",
            "--strict",
            "cards",
            "templates",
            "docs",
            "tests/example",
            "action.yml",
            ".pre-commit-hooks.yaml",
            ".github",
        ),
    ],
    ids=["types are strict", "style", "format", "imports point down", "spelling", "YAML"],
)
def test_the_code_holds_to_its_own_rules(command: tuple[str, ...]) -> None:
    done = run(*command)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_project_knows_nothing_of_what_lies_beside_it() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    outside = "../" + "shared"

    told = [name for name in listed if name and outside in (ROOT / name).read_text("utf-8", errors="replace")]

    assert told == []
