"""Nothing of a project is passed over, waited for or half read: what cannot be read is said, and what was left unfinished."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest
from click.testing import CliRunner
from support.author import Author
from support.called import deckbuilder

from deckbuilder.cli import cli
from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.project import find
from deckbuilder.verbs.editors import vscode
from deckbuilder.verbs.preview.session import Session
from deckbuilder.verbs.preview.watch import saves
from deckbuilder.workspace import building

GROUPS, DECK, LOCK = "cards/groups.yaml", "cards/deck.yaml", "cards/deck.lock"
BRACHIALIS = "cards/muscles/brachialis.yaml"
FACE, STYLE = "templates/_shared/face.html.j2", "templates/_shared/style.css"
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither pipes in folders nor such names")


def said(author: Author) -> list[str]:
    """Every fault, with the next step."""
    return [str(each) for each in author.check()]


# A merge that was not finished


def torn(text: str, base: bool = False) -> str:
    """The text as git leaves it where both sides changed all of it."""
    middle = f"||||||| 1234567\n{text}" if base else ""
    return f"<<<<<<< HEAD\n{text}{middle}=======\n{text.replace('a', 'b')}>>>>>>> other\n"


@pytest.mark.parametrize("base", [False, True])
@pytest.mark.parametrize("file", [GROUPS, DECK, BRACHIALIS, "cards/vocabulary/body.yaml", FACE, STYLE])
def test_a_merge_that_was_not_finished_is_one_fault_and_fakes_no_other(author: Author, file: str, base: bool) -> None:
    author.build()
    author.take_templates()
    author.write(file, torn(author.read(file), base))
    last = author.read(file).count("\n")

    assert said(author) == [
        f"{file}:1:1: merge-conflict: a merge was not finished here: the file holds conflict markers, in lines 1-{last}\n"
        "    keep what is right of the two sides, take out the lines with the marks, and run this again"
    ]


def test_every_conflict_of_a_file_is_counted(author: Author) -> None:
    text = author.read(GROUPS)
    author.write(
        GROUPS, f"<<<<<<< HEAD\n# a\n=======\n# b\n>>>>>>> other\n{text}<<<<<<< HEAD\n# c\n=======\n>>>>>>> other\n"
    )
    first = text.count("\n") + 6

    (found,) = author.check()

    assert found.message.endswith(f"in lines 1-5 and {first}-{first + 3}")


def test_a_mark_that_was_left_over_is_found(author: Author) -> None:
    author.write(GROUPS, author.read(GROUPS) + ">>>>>>> other\n")

    (found,) = author.check()

    assert found.rule == "merge-conflict" and "in line " in found.message


def test_the_lock_and_the_known_warnings_say_so_too(author: Author) -> None:
    author.build()
    whole = author.read(LOCK)
    author.write(LOCK, torn(whole))
    author.write("cards/warnings.json", torn("{}\n"))

    found = {each.location.path: each for each in author.check()}

    assert found.keys() == {LOCK, "cards/warnings.json"}
    assert f"conflict markers, in lines 1-{author.read(LOCK).count(chr(10))}" in found[LOCK].message
    assert found[LOCK].help.startswith("keep the lines of both sides")
    assert found["cards/warnings.json"].rule == "merge-conflict"


@pytest.mark.parametrize("mark", ["=======\n", "a line\n", "{\n", "muscles: [\n", "%\n", "\tx\n", "'\n"])
def test_a_file_that_breaks_before_its_first_record_fakes_no_other_fault(author: Author, mark: str) -> None:
    author.build()
    author.write(GROUPS, mark + author.read(GROUPS))

    assert {each.location.path for each in author.check()} == {GROUPS}


def test_of_a_file_that_tells_nothing_nothing_is_concluded(author: Author) -> None:
    author.build()
    author.write(GROUPS, "{{{\n")

    assert {each.location.path for each in author.check()} == {GROUPS}


# A project is never passed over


def run(folder: Path, *arguments: str) -> str:
    done = deckbuilder(*arguments, cwd=folder)
    assert "Traceback" not in done.stderr
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr


@pytest.mark.parametrize("name", ["deck.yml", "deck.YAML", "Deck.yaml", "deck.yaml.txt"])
@pytest.mark.parametrize("below", [".", "cards/muscles"])
def test_a_deck_under_another_name_is_named_and_no_other_deck_is_built(author: Author, name: str, below: str) -> None:
    (author.root / DECK).rename(author.root / "cards" / name)
    if (author.root / DECK).is_file():
        pytest.skip("this disk makes no difference between them")

    told = run(author.root / below, "build")

    assert f"has cards/{name}, and no cards/deck.yaml" in told
    assert f"rename cards/{name} to deck.yaml" in told
    assert not (author.root / "dist").exists() and not (author.root / below / "dist").exists()


def only(folder: Path, kept: Callable[[Path], bool]) -> None:
    for path in folder.iterdir():
        if not kept(path) and path.is_dir():
            shutil.rmtree(path)
        elif not kept(path):
            path.unlink()


LEFT: dict[str, Callable[[Path], None]] = {
    "cards": lambda root: (root / LOCK).unlink(),
    "cards in folders alone": lambda root: only(root / "cards", Path.is_dir),
    "the lock alone": lambda root: only(root / "cards", lambda path: path.name == "deck.lock"),
    "templates alone": lambda root: shutil.rmtree(root / "cards"),
}


@pytest.mark.parametrize("left", LEFT)
def test_a_project_whose_deck_is_gone_is_not_passed_over(
    author: Author, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    author.build()
    author.take_templates()
    (author.root / DECK).unlink()
    LEFT[left](author.root)
    (author.root / "notes").mkdir()
    monkeypatch.chdir(author.root / "notes")

    with pytest.raises(Fault, match=r"but cards/deck\.yaml is missing") as fault:
        find()
    with pytest.raises(Fault, match=r"but cards/deck\.yaml is missing"):
        find(author.root)

    assert str(author.root) in fault.value.message and "git checkout" in fault.value.help


@posix
def test_cards_that_may_not_be_read_are_not_passed_over(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> object:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.chdir(author.root)
    (author.root / DECK).unlink()
    monkeypatch.setattr(Path, "iterdir", refused)

    with pytest.raises(Fault, match=r"cards cannot be read \(Permission denied\)"):
        find()


@posix
@pytest.mark.parametrize("kind", ["a pipe", "a folder", "a link that leads nowhere"])
def test_a_deck_that_is_no_file_is_named(author: Author, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(author.root / DECK, kind)
    monkeypatch.chdir(author.root)

    with pytest.raises(Fault, match=r"deck\.yaml is no ordinary file"):
        find()


def test_cards_that_play_another_game_are_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("cards/hearts/king.svg", "cards/README.md", "templates/index.html", "cards/rules.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    monkeypatch.chdir(tmp_path)

    assert find().read_only or find().root.joinpath("deckbuilder").is_dir()  # the shipped deck


@pytest.mark.parametrize(
    ("name", "meant"),
    [("EXTRA.YAML", "EXTRA.yaml"), ("extra.Yml", "extra.yml"), ("extra.yaml.txt", "extra.yaml")],
)
def test_cards_that_are_not_read_are_told(author: Author, name: str, meant: str) -> None:
    author.write(f"cards/muscles/{name}", author.read(BRACHIALIS))
    (author.root / BRACHIALIS).unlink()

    found = [each for each in author.check() if each.location.path.endswith(name)]

    assert [str(each) for each in found] == [
        f"cards/muscles/{name}: not-read: this file is not read: names of cards end in .yaml or .yml\n"
        f"    rename it to '{meant}', or move it out of cards/"
    ]
    assert found == author.check(), "what may stand in it is not reported as missing"


def test_what_is_no_card_may_lie_beside_them(author: Author) -> None:
    for name in ("x.yaml~", "#x.yaml#", ".x.yaml.swp", ".hidden.yaml", "x.yaml.bak", "x.yaml.orig", "x.md", "x.json"):
        author.write(f"cards/{name}", "no: [card")

    assert author.check() == []


# Pipes, links, folders, names


def put(path: Path, kind: str) -> None:
    """Something else in the place of a file."""
    path.unlink(missing_ok=True)
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    elif kind == "a link to itself":
        path.symlink_to(path.name)
    elif kind == "a link that leads nowhere":
        path.symlink_to("nowhere")
    elif kind == "a link out":
        path.symlink_to("/dev/zero")
    elif kind == "a huge file":
        with path.open("wb") as file:
            file.truncate(1 << 40)
    elif kind == "no UTF-8":
        path.write_bytes(b"a: \xff\n")
    elif kind == "UTF-16":
        path.write_bytes("a: b\n".encode("utf-16"))
    elif kind == "a NUL":
        path.write_bytes(b"a: b\0c\n")


KINDS = ["a pipe", "a folder", "a link to itself", "a link that leads nowhere", "a link out", "a huge file"]
TEXTS = ["no UTF-8", "UTF-16", "a NUL"]
READ = [LOCK, GROUPS, "cards/warnings.json", "cards/media/figures.json"]
READ += [FACE, "templates/group/notetype.yaml", "templates/action/fields.html.j2"]
READ += ["templates/muscle/fields.html.j2", "templates/muscle/style.css"]
READ += [STYLE, "templates/_shared/notetype.yaml"]


@posix
@pytest.mark.sampled(18)  # of each kind, and of all files
@pytest.mark.parametrize("kind", [*KINDS, *TEXTS])
@pytest.mark.parametrize(
    "files", [READ[:4], READ[4:7], READ[7:9], READ[9:]], ids=["cards", "faces", "fields", "shared"]
)
def test_what_is_no_text_is_said_of_every_file_that_is_read(author: Author, files: list[str], kind: str) -> None:
    author.take_templates()
    for file in files:
        (author.root / file).parent.mkdir(parents=True, exist_ok=True)
        put(author.root / file, kind)

    found = {each.location.path: each for each in author.check()}

    told = set(files) - ({GROUPS} if kind == "a folder" else set())  # a folder may be called so
    assert found.keys() >= told
    assert all(each.message and each.help for each in found.values())


@posix
@pytest.mark.parametrize("kind", [*KINDS, *TEXTS[:2]])
@pytest.mark.parametrize("name", ["settings.json", "extensions.json", "cards.schema.json"])
def test_settings_of_the_editor_are_never_waited_for(author: Author, name: str, kind: str) -> None:
    path = author.root / ".vscode" / name
    path.parent.mkdir(exist_ok=True)
    put(path, kind)

    if name == "cards.schema.json" and kind in TEXTS:
        assert vscode.update(author.project).stale  # ours: made anew
        return
    with pytest.raises(Fault, match=name):
        vscode.update(author.project)


@posix
def test_links_that_go_round_in_circles_are_said(author: Author) -> None:
    author.take_templates()
    (author.root / "cards/round").symlink_to(".")
    (author.root / "cards/ping.yaml").symlink_to("pong.yaml")
    (author.root / "cards/pong.yaml").symlink_to("ping.yaml")
    (author.root / "templates/loop.j2").symlink_to("loop.j2")

    found = {each.location.path for each in author.check()}

    assert found == {"cards/round", "cards/ping.yaml", "cards/pong.yaml", "templates/loop.j2"}


@posix
@pytest.mark.parametrize("name", [b"caf\xe9.yaml", b"two\nlines.yaml", b"\x1b[31mred.yaml"])
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_a_file_whose_name_is_no_text_is_said(author: Author, name: bytes, form: str) -> None:
    try:
        (Path(os.fsencode(author.root).decode()) / "cards" / os.fsdecode(name)).write_text("term: a\nname: A\n")
    except OSError:
        pytest.skip("this disk takes no such name")

    done = CliRunner().invoke(cli, ["check", "--project", str(author.root), "--format", form])

    assert done.exit_code == 1 and isinstance(done.exception, SystemExit)
    assert "the name of the file holds characters that are no text" in done.output
    assert "\x1b[31mred" not in done.output
    assert {each.rule for each in author.check()} == {"file-name"}


@posix
@pytest.mark.parametrize("name", [b"caf\xe9.svg", b"two\nlines.svg"])
@pytest.mark.parametrize("folder", ["cards/media", "templates/_shared", "templates/muscle/cards"])
def test_such_names_beside_what_is_used_do_no_harm(author: Author, name: bytes, folder: str) -> None:
    author.take_templates()
    path = author.root / folder / os.fsdecode(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.write_text("<svg/>")
    except OSError:
        pytest.skip("this disk takes no such name")

    author.edit("cards/concepts.yaml", "  regions: [arm]\n", "  regions: [arm]\n  picture: {file: caf.svg, alt: A}\n")
    done = CliRunner().invoke(cli, ["check", "--project", str(author.root)])

    assert done.exit_code == 1 and isinstance(done.exception, SystemExit)
    assert "there is no file cards/media/caf.svg" in done.output


# The preview lives on


@pytest.mark.parametrize("gone", ["cards", "templates", DECK, GROUPS])
def test_what_is_gone_for_a_moment_is_said_and_shown_again_when_it_is_back(author: Author, gone: str) -> None:
    author.take_templates()
    session = Session(author.project)
    session.open()
    before = session.state()
    path, aside = author.root / gone, author.root / "aside"
    told: list[dict[str, object]] = []

    path.rename(aside)
    session.saved([path], told.append)
    during = session.state()
    aside.rename(path)
    session.saved([path], told.append)

    assert told
    if gone != GROUPS:  # a file that was deleted takes its cards with it
        assert during["faults"] and during["notes"].keys() == before["notes"].keys()
    after = session.state()
    assert {**after, "revision": 0} == {**before, "revision": 0}


def test_a_folder_that_takes_the_place_of_another_is_watched_as_that_one_was(author: Author) -> None:
    """As `git checkout` leaves it: removed, and made anew."""
    author.take_templates()
    seen: list[set[Path]] = []

    async def until(wanted: Callable[[set[Path]], bool]) -> None:
        with anyio.fail_after(20):
            while not any(map(wanted, seen)):
                await anyio.sleep(0.05)
        seen.clear()

    async def live() -> None:
        stop = anyio.Event()

        async def follow() -> None:
            async for paths in saves(author.project, stop):
                seen.append(paths)  # noqa: PERF401 - looked at while it grows

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(follow)
            await anyio.sleep(1)
            cards, aside = author.root / "cards", author.root / "aside"
            shutil.copytree(cards, aside)
            shutil.rmtree(cards)
            await until(lambda paths: cards in paths)
            aside.rename(cards)
            await until(lambda paths: cards in paths)
            await anyio.sleep(1)
            seen.clear()
            author.write(GROUPS, author.read(GROUPS) + "# more\n")
            await until(lambda paths: author.root / GROUPS in paths)
            stop.set()

    with ThreadPoolExecutor(1) as aside:  # a browser of other tests keeps an event loop in this thread
        aside.submit(anyio.run, live).result()


def test_what_a_build_reads_twice_is_not_waited_for_either(author: Author) -> None:
    author.build()

    assert building.build(author.project, author.dist, author.now + 60).built is not None
