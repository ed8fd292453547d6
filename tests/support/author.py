"""A project on disk that tests edit, and what they read of it."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jinja2
import pytest

from deckbuilder import lock as locks
from deckbuilder import rules
from deckbuilder.cli.new_verb import _fill
from deckbuilder.core.diagnostics import Diagnostic
from deckbuilder.core.project import Project, find
from deckbuilder.lock import Lock
from deckbuilder.records import NOTE_KINDS
from deckbuilder.render.notetypes import ProjectNoteTypes
from deckbuilder.workspace import Workspace, building
from deckbuilder.workspace.building import Attempt, Built

ROOT = Path(__file__).parents[2]


# Some minutes ago: Anki compares whole seconds with its own clock, and refuses ids from the future.
START = 1_790_000_000


class Author:
    """Somebody who edits a project and builds it again, each time a minute later."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = START
        fill_starter(root)

    @property
    def project(self) -> Project:
        return find(self.root)

    @property
    def dist(self) -> Path:
        return self.root / "dist"

    def write(self, name: str, text: str | bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def read(self, name: str) -> str:
        return (self.root / name).read_text("utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = self.read(name)
        assert old in text, f"{old!r} is not in {name}"
        self.write(name, text.replace(old, new, 1))

    def hush(self) -> None:
        """For cards that nobody is to like: every rule of the linter is off in this project, for other processes as well."""
        off = "".join(f'  {name}: "off"\n' for name, rule in rules.RULES.items() if not rule.guard)
        self.write("cards/hushed.yaml", f"rules: hushed\nseverity:\n{off}")

    def take_templates(self) -> None:
        """A copy of the templates as the project's own, free to be changed."""
        if not (self.root / "templates").exists():
            shutil.copytree(ROOT / "templates", self.root / "templates")

    def waits(self) -> None:
        """Until after everything that a learner did so far: the next build is newer than that."""
        self.now = max(self.now, int(time.time()))

    def check(self) -> list[Diagnostic]:
        return Workspace(self.project).check().diagnostics

    def attempt(self, *, locked: bool = False, allow_schema_change: bool = False) -> Attempt:
        self.now += 60
        return building.build(self.project, self.dist, self.now, locked=locked, allow_schema_change=allow_schema_change)

    def build(self, *, locked: bool = False, allow_schema_change: bool = False) -> Built:
        """A build that must succeed."""
        report = self.attempt(locked=locked, allow_schema_change=allow_schema_change)
        assert report.built is not None, "\n".join(map(str, report.diagnostics))
        return report.built

    @property
    def lock(self) -> Lock:
        return locks.load(self.read("cards/deck.lock"), "deck.lock")

    def guid(self, key: str) -> str:
        return self.lock.notes[key].guid

    def state(self) -> dict[str, bytes]:
        """The bytes of everything that a failed build must leave alone."""
        paths = [*self.dist.glob("**/*"), self.root / "cards" / "deck.lock"]
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in paths if path.is_file()}


def fill_starter(root: Path) -> None:
    """The starter project with fixed ids, file by file as `deckbuilder new` writes it."""
    for name, content in _starter().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@cache
def _starter() -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        _new(root)
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _new(root: Path) -> None:
    ids = "\n".join(f"    {kind}: {1_700_000_000_100 + place}" for place, kind in enumerate(NOTE_KINDS))
    values = {
        "slug": "arm",
        "namespace": "arm",
        "title": '"Arm"',
        "heading": "Arm",
        "root": "TA",
        "prefix": "ARM",
        "edition": "2026-11",
        "month": "2026-11",
        "deck_id": "1700000000000",
        "facts_id": "1700000000001",
        "exam_id": "1700000000002",
        "ids": ids,
        "kinds": ", ".join(kind for kind in NOTE_KINDS if kind != "question"),
    }
    _fill(root, values)


@contextmanager
def templates_stay_compiled() -> Iterator[None]:
    """Most of a small build is compiling templates; the builds within share theirs."""
    compile, known = jinja2.Environment.compile, dict[Any, Any]()

    def remembered(self: jinja2.Environment, source: str, name: str, filename: str) -> Any:
        key = (self.variable_start_string, name, source)
        if key not in known:
            known[key] = compile(self, source, name, filename)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", remembered)
        yield


@contextmanager
def note_types_stay() -> Iterator[None]:
    """As `render` keeps them from run to run, for builds without a cache: those of our own templates, where all is well."""
    get, known = ProjectNoteTypes.get, dict[Any, tuple[Any, tuple[str, ...]]]()

    def remembered(self: ProjectNoteTypes, kind: str) -> Any:
        project = self._project
        if not project.shipped_templates or project.cache or self.faults or kind in self._found:
            return get(self, kind)
        key = (project.templates, repr(self._deck), kind)
        if key in known:
            self._found[kind], self._names[kind] = known[key]
        elif (made := get(self, kind)) and not self.faults:
            known[key] = made, self._names[kind]
        return self._found.get(kind)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ProjectNoteTypes, "get", remembered)
        yield


def plain(html: str) -> str:
    """Text without tags, for comparing what a learner reads."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
