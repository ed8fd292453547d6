"""What is kept from one run to the next: it saves time, and is never seen in what comes out."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.author import ROOT, START, Author

from deckbuilder import records, source
from deckbuilder.anatomy import drawings
from deckbuilder.anatomy.library import Library
from deckbuilder.core import cache
from deckbuilder.core.cache import FILE, NOTHING, Cache
from deckbuilder.core.project import Project, find
from deckbuilder.render import asked, render
from deckbuilder.render.fields import Fields
from deckbuilder.source import Document, File
from deckbuilder.workspace import building

pytestmark = pytest.mark.linted

EXAMPLE = ROOT / "tests" / "example"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def keep(folder: Path, text: str = "text") -> bytes:
    """One value, kept by a run of its own."""
    first = Cache(folder)
    key = first.key("test", text)
    first.put(key, {"said": [text, 1, 2.5, None, True]})
    first.flush()
    return key


def test_what_one_run_keeps_the_next_one_finds(folder: Path) -> None:
    key = keep(folder, "Häufig \ud800 \u2028")

    assert Cache(folder).get(key) == {"said": ["Häufig \ud800 \u2028", 1, 2.5, None, True]}
    assert Cache(folder).get(Cache(folder).key("test", "another")) is None


def test_without_a_folder_nothing_is_kept() -> None:
    NOTHING.put(b"key", 1)
    NOTHING.flush()

    assert not NOTHING
    assert NOTHING.get(b"key") is None


def test_another_deckbuilder_finds_nothing_of_this_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(folder)
    monkeypatch.setattr(cache, "code", lambda: b"another")

    assert Cache(folder).get(Cache(folder).key("test", "text")) is None


def test_the_code_is_another_when_a_module_or_what_is_installed_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "deckbuilder"
    (package / "core").mkdir(parents=True)
    (package / "core/cache.py").write_text("", "utf-8")
    monkeypatch.setattr(cache, "__file__", str(package / "core/cache.py"))
    found = [cache.code.__wrapped__()]

    (package / "words.yaml").write_text("a: b", "utf-8")
    found.append(cache.code.__wrapped__())
    (tmp_path / "jinja2-9.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    found.append(cache.code.__wrapped__())

    assert len(set(found)) == 3


def deleted(folder: Path) -> None:
    shutil.rmtree(folder)


def emptied(folder: Path) -> None:
    (folder / FILE).write_bytes(b"")


def truncated(folder: Path) -> None:
    data = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(data[: len(data) * 2 // 3])


def no_database(folder: Path) -> None:
    (folder / FILE).write_bytes(b"deckbuilder " * 5_000)


def scribbled(folder: Path) -> None:
    """Broken in many places, the head apart."""
    data, chance = bytearray((folder / FILE).read_bytes()), random.Random(7)
    for _ in range(len(data) // 200):
        data[chance.randrange(100, len(data))] = chance.randrange(256)
    (folder / FILE).write_bytes(data)


def of_another_shape(folder: Path) -> None:
    with closing(sqlite3.connect(folder / FILE)) as file:
        file.execute("DROP TABLE made")
        file.execute("CREATE TABLE made (key TEXT, thing TEXT)")
        file.commit()


def a_folder_in_its_place(folder: Path) -> None:
    (folder / FILE).unlink()
    (folder / FILE).mkdir()


HARM: list[Callable[[Path], None]] = [
    deleted,
    emptied,
    truncated,
    no_database,
    scribbled,
    of_another_shape,
    a_folder_in_its_place,
]


@pytest.mark.parametrize("harm", HARM)
def test_a_file_that_came_to_harm_is_as_good_as_none(folder: Path, harm: Callable[[Path], None]) -> None:
    keys = [keep(folder, f"{number}" * 3_000) for number in range(8)]
    harm(folder)
    again = Cache(folder)

    for number, key in enumerate(keys):
        assert again.get(key) in (None, {"said": [f"{number}" * 3_000, 1, 2.5, None, True]})
    again.put(keys[0], "new")
    again.flush()


def test_after_a_file_that_was_no_database_the_next_run_keeps_again(folder: Path) -> None:
    keep(folder)
    no_database(folder)
    assert Cache(folder).get(b"any") is None

    assert Cache(folder).get(keep(folder)) is not None


def test_no_broken_byte_is_used(folder: Path) -> None:
    key = keep(folder)
    with closing(sqlite3.connect(folder / FILE)) as file:
        (value,) = file.execute("SELECT value FROM made").fetchone()
        file.execute("UPDATE made SET value = ?", (value.replace(b"text", b"tixt"),))
        file.commit()

    assert Cache(folder).get(key) is None


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="whoever may do all is not stopped by a mode")
def test_on_a_disk_that_is_read_only_what_is_there_is_still_found(folder: Path) -> None:
    key = keep(folder)
    (folder / FILE).chmod(0o400)
    folder.chmod(0o500)

    again = Cache(folder)
    again.put(b"new", 1)
    again.flush()

    assert Cache(folder).get(key) is not None
    folder.chmod(0o700)


def test_a_full_disk_is_no_fault(folder: Path) -> None:
    tight = Cache(folder, most=8 * 8192)
    tight.put(b"large", "x" * 1_000_000)
    tight.flush()

    assert tight.get(b"large") is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows gives each user a folder of their own")
def test_a_folder_that_others_may_write_to_is_not_used(folder: Path) -> None:
    key = keep(folder)
    folder.chmod(0o777)

    assert Cache(folder).get(key) is None


def test_while_another_process_writes_nothing_waits_for_long(folder: Path) -> None:
    key = keep(folder)
    with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert Cache(folder).get(key) is None
        other.execute("ROLLBACK")

    assert Cache(folder).get(key) is not None


def test_the_file_does_not_grow_without_end_and_what_is_used_stays(folder: Path) -> None:
    most = 4_000_000
    first = keep(folder)
    for run in range(40):
        again = Cache(folder, most)
        assert again.get(first) is not None, run
        for each in range(5):
            again.put(again.key(f"{run} {each}"), "x" * 100_000)
        again.flush()

    assert (folder / FILE).stat().st_size < 2 * most
    assert Cache(folder).get(Cache(folder).key("39 4")) is not None
    assert Cache(folder).get(Cache(folder).key("0 0")) is None


def test_two_processes_keep_at_once(folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from deckbuilder.core.cache import Cache\n"
        "for turn in range(8):\n"
        "    kept = Cache(Path(sys.argv[1]))\n"
        "    for each in range(30):\n"
        "        key = kept.key(f'{each}')\n"
        "        assert kept.get(key) in (None, each * 'x')\n"
        "        kept.put(key, each * 'x')\n"
        "    kept.flush()\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", script, str(folder)]) for _ in range(2)]

    assert [each.wait(60) for each in both] == [0, 0]
    assert Cache(folder).get(Cache(folder).key("7")) == "xxxxxxx"


def test_a_file_is_parsed_once_whatever_its_name_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'term: a\nvalues: [1, 2.5, 1e999, yes please, ~, true, "L5", {a: "\\u00fc"}]\n---\n- term: b\n- term: c\n'
    cold, _ = source.parse(File("a.yaml", text))
    source.parse(File("a.yaml", text), kept := Cache(folder))
    kept.flush()
    monkeypatch.setattr(source, "nodes_of", lambda text: pytest.fail("parsed again"))

    warm, faults = source.parse(File("b.yaml", text), Cache(folder))

    assert not faults
    assert [replace(each, file=cold[0].file) for each in warm] == cold
    assert [each.value for each in warm] == [each.value for each in cold]


def test_a_file_with_a_fault_tells_it_every_time(folder: Path) -> None:
    file = File("a.yaml", "term: a\nterm: b\n")
    kept = Cache(folder)

    assert source.parse(file, kept) == source.parse(file, kept) == source.parse(file)


# Random edits, cold against warm

EDITS: list[tuple[str, str]] = [
    (r"(?m)^(  )?why: (.*)$", r"\1why: \2 Reworded"),
    (r"name: (\w+)", r"name: \1x"),
    (r"tier: \w+", "tier: core"),
    (r"(\w+)ly ", r"\1lier "),
    (r"(?m)^(\w+): ([a-z-]+)$", r"\1: \2-two"),
    (r"[.]\n", ";\n"),
    (r"(?m)^  [^\n]+\n", ""),
    (r"\n---\n", "\n"),
    (r"\[(\w[\w-]+), (\w[\w-]+)\]", r"[\2, \1]"),
    (r"\b(\d+)\b", "7"),
]


class Edits:
    """Random edits to the cards of one project, some of which are taken back."""

    def __init__(self, root: Path, seed: int) -> None:
        self._root, self._chance = root, random.Random(seed)
        self._whole = {path: path.read_bytes() for path in sorted((root / "cards").rglob("*.yaml"))}

    def __call__(self) -> None:
        path = self._chance.choice(list(self._whole))
        if self._chance.random() < 0.4 or path.name == "deck.yaml":
            for each, data in self._whole.items():
                each.write_bytes(data)
            return
        text = path.read_text("utf-8")
        pattern, change = self._chance.choice(EDITS)
        found = list(re.finditer(pattern, text))
        if found:
            chosen = self._chance.choice(found)
            path.write_text(text[: chosen.start()] + chosen.expand(change) + text[chosen.end() :], "utf-8")


def outcome(project: Project, dist: Path, now: int) -> tuple[object, ...]:
    """All that a build tells and writes."""
    report = building.build(project, dist, now)
    written = {path.name: path.read_bytes() for path in sorted(dist.glob("*"))} if dist.exists() else {}
    lock = project.lock.read_bytes() if project.lock.exists() else b""
    return report.diagnostics, report.built and report.built.written, written, lock


@pytest.fixture
def twins(tmp_path: Path) -> Iterator[tuple[Project, Project]]:
    """The example as two projects, of which the second keeps what it makes."""
    for name in ("cold", "warm"):
        shutil.copytree(EXAMPLE, tmp_path / name)
    yield find(tmp_path / "cold"), find(tmp_path / "warm")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_edited_a_warm_build_is_a_cold_one(twins: tuple[Project, Project], folder: Path, seed: int) -> None:
    cold, warm = twins
    edits = [Edits(each.root, seed) for each in twins]
    chance = random.Random(seed)
    for step in range(10):
        now = START + 60 * step
        assert outcome(replace(warm, cache=Cache(folder)), warm.root / "dist", now) == outcome(
            cold, cold.root / "dist", now
        ), step
        for edit in edits:
            edit()
        if chance.random() < 0.3 and (folder / FILE).is_file():
            chance.choice(HARM)(folder)
            if (folder / FILE).is_dir():
                (folder / FILE).rmdir()


# The same of notes alone, over the whole shipped deck and without the rules in between: what is asked of the library


@pytest.fixture(scope="module")
def shipped() -> list[Document]:
    return source.read(find(ROOT).sources(), ROOT)[0]


def notes_of(documents: list[Document], kept: Cache) -> tuple[object, ...]:
    """Every note that these records make, and what is wrong, or the error that no rule kept out."""
    project = replace(find(ROOT), cache=kept)
    library = Library(records.parse(documents)[0], drawings.listed((ROOT / drawings.INDEX).read_text("utf-8")))
    try:
        rendered, faults = render(library, project)
    except (KeyError, IndexError, StopIteration, ValueError) as error:
        return type(error), str(error)
    finally:
        kept.flush()
    return rendered and rendered.notes, faults


def bent(document: Document, chance: random.Random) -> Document:
    """A record with one of its values taken away, doubled, moved or said in other words."""
    value = json.loads(json.dumps(document.value))
    key = chance.choice(list(value)[1:])
    held = value[key]
    if isinstance(held, str):
        value[key] = chance.choice([f"{held} so", held.capitalize(), held.split("-")[0]])
    elif isinstance(held, list) and held:
        chance.shuffle(held)
        held.pop()
    elif isinstance(held, dict) and held:
        held.pop(chance.choice(list(held)))
    else:
        del value[key]
    if chance.random() < 0.1:
        value["retired"] = "No longer taught"
    return replace(document, value=value, digest=cache.digest(json.dumps(value)).hex())


def digested(documents: list[Document]) -> list[Document]:
    return [replace(each, digest=cache.digest(json.dumps(each.value)).hex()) for each in documents]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("seed", range(12))
def test_whatever_a_record_says_the_notes_are_those_of_a_cold_build(
    shipped: list[Document], folder: Path, seed: int
) -> None:
    chance, documents = random.Random(seed), digested(shipped)
    notes_of(documents, Cache(folder))
    for step in range(12):
        many = documents[:]
        for _ in range(chance.choice([1, 1, 1, 4])):
            at = chance.randrange(len(many))
            many[at] = bent(many[at], chance)
        if chance.random() < 0.2:
            del many[chance.randrange(len(many))]

        assert notes_of(many, Cache(folder)) == notes_of(many, NOTHING), step


def filled_with(documents: list[Document], kept: Cache, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of the notes that are made anew."""
    made, of = [], Fields.of

    def counted(self: Fields, kind: str, subject: Any, media: Any) -> Any:
        made.append(subject.key)
        return of(self, kind, subject, media)

    with monkeypatch.context() as patch:
        patch.setattr(Fields, "of", counted)
        notes_of(documents, kept)
    return made


def test_only_notes_that_an_edit_reaches_are_made_again(
    shipped: list[Document], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = digested(shipped)
    every = filled_with(documents, Cache(folder), monkeypatch)
    at = next(at for at, each in enumerate(documents) if each.value.get("muscle") == "piriformis")
    value = {**documents[at].value, "why": "Another reason."}
    edited = documents[:]
    edited[at] = replace(documents[at], value=value, digest=cache.digest(json.dumps(value)).hex())

    assert len(every) > 150
    assert filled_with(documents, Cache(folder), monkeypatch) == []
    again = filled_with(edited, Cache(folder), monkeypatch)
    assert "muscle/piriformis" in again
    assert len(again) < len(every) / 20
    assert filled_with(edited, Cache(folder), monkeypatch) == []


def test_a_question_that_cannot_be_put_again_is_never_answered_as_it_was(
    shipped: list[Document], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = digested(shipped)
    monkeypatch.setattr(asked, "_said", lambda given: ("?",))
    every = filled_with(documents, Cache(folder), monkeypatch)

    assert filled_with(documents, Cache(folder), monkeypatch) == every


def test_templates_of_a_projects_own_are_run_every_time(author: Author, folder: Path) -> None:
    author.take_templates()
    project = replace(author.project, cache=Cache(folder))
    before = outcome(project, author.dist, START)
    author.edit("templates/muscle/fields.html.j2", "{{ record.name }}", "The {{ record.name }}")

    after = outcome(replace(project, cache=Cache(folder)), author.dist, START + 60)

    assert before[3] != after[3]


@pytest.mark.parametrize("verb", ["build", "check"])
def test_a_verb_says_the_same_with_and_without_a_cache(author: Author, folder: Path, verb: str) -> None:
    def said(*options: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "deckbuilder", verb, *options]
        environment = {**os.environ, "XDG_CACHE_HOME": str(folder), "SOURCE_DATE_EPOCH": str(START)}
        ran = subprocess.run(command, cwd=author.root, env=environment, capture_output=True, text=True, check=False)
        return ran.returncode, re.sub(r"\d+\.\d s", "", ran.stdout + ran.stderr)

    author.build()
    without = said("--no-cache")
    nothing = folder.exists() and list(folder.rglob(FILE))

    assert not nothing
    assert said() == said() == without
    assert sys.platform != "linux" or (folder / "deckbuilder" / FILE).is_file()


def test_the_shipped_deck_is_the_same_from_a_cache(folder: Path, tmp_path: Path) -> None:
    project = replace(find(ROOT), read_only=True)
    kept = replace(project, cache=Cache(folder))

    found = [outcome(each, tmp_path / "dist", START) for each in (project, kept, replace(kept, cache=Cache(folder)))]

    assert found[0] == found[1] == found[2]
