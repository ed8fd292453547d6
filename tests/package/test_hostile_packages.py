"""A package may come from a stranger who means harm: it is read in bounds or refused in one sentence, and writes nothing.

Each case of `hostile` is given to the program itself, in a process with little memory and time that may change no file
outside its temporary folder.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.author import ROOT, Author

if sys.platform != "linux":
    pytest.skip("a process is held by means of Linux", allow_module_level=True)

import pty

from support.hostile import CASES, MEDIA, MUCH, NAMED, ODD
from support.packed import LAYOUTS, Packed

from deckbuilder.package import mistaken, reader

MEMORY = 1536 << 20
# What a package with far too much of one thing may take, measured as the most that the process ever held.
MOST = 768 << 20
SECONDS = 30
# What reads packages, and whether it reads their media too. `{}` stands for the package.
COMMANDS = {
    "inspect": (["inspect", "{}"], False),
    "everything": (["everything", "{}"], True),
    "diff": (["diff", "{}", "{}"], True),
}
ADVICE = (
    *mistaken.ADVICE,
    reader.EXPORT_AGAIN,
    reader.OLDER_LAYOUT,
    reader.CHECK_DATABASE,
    reader.TOO_LARGE,
    "check the path and the permissions",
)
# Forks for each line of arguments, and says what came of it. To change a file outside the temporary folder is to end
# with 99; `everything` is a command that reads all that a package holds.
SERVER = """
import json, os, resource, signal, sys
import deckbuilder.cli, deckbuilder.cli.diff_verb, deckbuilder.cli.inspect_verb, zstandard
from deckbuilder.cli.common import fail
from deckbuilder.core.diagnostics import Fault
from deckbuilder.package import reader

MEMORY, SECONDS, temporary = int(sys.argv[1]), int(sys.argv[2]), os.path.realpath(sys.argv[3]) + os.sep
CHANGES = ("os.", "shutil.", "socket.", "subprocess.", "ctypes.", "pty.", "sqlite3.load_extension", "sqlite3.enable")
IN_FOLDER = ("os.remove", "os.rmdir", "os.mkdir")  # these tell the descriptor of the folder, too
HARMLESS = ("os.listdir", "os.scandir", "os.walk", "os.fwalk", "os.getxattr", "os.listxattr")

def watch(event, details):
    if event == "open":
        if not details[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND):
            return
    elif not event.startswith(CHANGES) or event in HARMLESS:
        return
    path, folder = (details[0] if details else None), (details[-1] if event in IN_FOLDER else -1)
    path = path.__fspath__() if hasattr(path, "__fspath__") else path
    if isinstance(path, int) and path >= 0:  # an open file
        path = os.readlink("/proc/self/fd/%d" % path)
    if folder >= 0 and isinstance(path, str):
        path = os.path.join(os.readlink("/proc/self/fd/%d" % folder), path)
    if not isinstance(path, (str, bytes)) or not os.path.realpath(os.fsdecode(path)).startswith(temporary):
        os.write(2, ("touched: %s %r" % (event, details)).encode())
        os._exit(99)

def everything(path):
    try:
        with reader.open_package(path) as package:
            for _ in (*package.notes(), *package.cards()): pass
            for each in package.media:
                if each.size: package.content(each)
    except reader.UnreadablePackage as refusal:
        fail(Fault(str(refusal)))

def child(arguments, out, err):
    os.dup2(out, 1), os.dup2(err, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    signal.alarm(8 * SECONDS)  # others may have the machine
    from pathlib import Path
    sys.addaudithook(watch)
    try:
        everything(Path(arguments[1])) if arguments[0] == "everything" else deckbuilder.cli.main(arguments)
        code = 0
    except SystemExit as leave:
        code = leave.code or 0
    except BaseException:
        import traceback
        traceback.print_exc()
        code = 70
    sys.stdout.flush(), sys.stderr.flush()
    os._exit(code)

for line in sys.stdin:
    files = [os.open(os.path.join(sys.argv[4], name), os.O_RDWR | os.O_CREAT | os.O_TRUNC) for name in ("out", "err")]
    pid = os.fork()
    if pid == 0:
        child(json.loads(line), *files)
    _, status, used = os.wait4(pid, 0)
    texts = []
    for each in files:
        os.lseek(each, 0, 0)
        texts.append(os.read(each, 1 << 24).decode(errors="replace"))
        os.close(each)
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps([code, *texts, used.ru_maxrss]), flush=True)
"""


class Cell:
    """Runs commands on packages, one at a time, and says what came of each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.held = 0  # by the last command, in KiB
        self.temporary = folder / "temporary"
        self.home = folder / "home"
        texts = folder / "texts"
        for each in (self.temporary, self.home, texts):
            each.mkdir()
        home = {"HOME": str(self.home), "TMPDIR": str(self.temporary), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", SERVER, str(MEMORY), str(SECONDS), str(self.temporary), str(texts)]
        self.server = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=self.home,
            env=os.environ | home | {"PYTHONPATH": str(ROOT)},
        )

    def run(self, command: list[str], path: Path) -> tuple[int, str, str]:
        """Exit code, output and errors; and nothing is left behind."""
        assert self.server.stdin and self.server.stdout
        before = {each: each.lstat() for each in path.parent.iterdir()}
        self.server.stdin.write(json.dumps([each.replace("{}", str(path)) for each in command]) + "\n")
        self.server.stdin.flush()
        answer: list[Any] = json.loads(self.server.stdout.readline())
        code, out, err, self.held = answer
        left = list(self.temporary.iterdir())
        for each in left:
            shutil.rmtree(each)
        assert left == [], err
        assert list(self.home.iterdir()) == []
        after = {each: each.lstat() for each in path.parent.iterdir()}
        assert {each: (now.st_size, now.st_mtime_ns) for each, now in after.items()} == {
            each: (then.st_size, then.st_mtime_ns) for each, then in before.items()
        }
        return code, out, err


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cell]:
    found = Cell(tmp_path_factory.mktemp("cell"))
    yield found
    found.server.kill()
    found.server.communicate()


@pytest.fixture
def commands(request: pytest.FixtureRequest, name: str) -> dict[str, list[str]]:
    """What the package of this name is given to: to one of those that meet what is wrong with it, in full to all of them."""
    meeting = {command: arguments for command, (arguments, media) in COMMANDS.items() if media or name not in MEDIA}
    if request.config.getoption("--in-full"):
        return meeting
    turn = list(meeting)[[*CASES, *MEDIA, *MUCH].index(name) % len(meeting)]
    return {turn: meeting[turn]}


def heavy(name: str) -> bool:
    """Packages that take seconds each: `make test` takes some of them."""
    return " million" in name or "hundred thousand" in name


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.sampled(2 if heavy(f" {name}") else 160)) for name in [*CASES, *MEDIA]],
)
def test_a_hostile_package_is_refused_in_one_sentence_with_a_next_step(
    name: str, commands: dict[str, list[str]], cell: Cell, tmp_path: Path
) -> None:
    path = tmp_path / "a.apkg"
    (CASES | MEDIA)[name](path)

    found = [cell.run(arguments, path) for arguments in commands.values()]

    for code, out, err in found:
        assert (code, out) == (1, ""), err
        (line,) = err.splitlines()
        assert re.fullmatch(rf"error: {re.escape(str(path))}: .+: ({'|'.join(map(re.escape, ADVICE))})", line)


def test_a_schema_is_not_read_to_its_end_whatever_is_asked_of_it_first(cell: Cell, tmp_path: Path) -> None:
    """SQLite reads it at the first question, in minutes if it holds so much: the process has half a minute."""
    path = tmp_path / "a.apkg"
    CASES["three hundred thousand tables"](path)

    code, _, err = cell.run(["inspect", "{}"], path)

    assert code == 1 and "its collection takes far too long to read" in err


@pytest.mark.sampled(25)
@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_and_harmless_is_read(name: str, cell: Cell, tmp_path: Path) -> None:
    path = tmp_path / "a.apkg"
    ODD[name](path)

    found = [cell.run(arguments, path) for arguments, _ in COMMANDS.values()]

    for code, _, err in found:
        assert (code, err) == (0, "")


@pytest.mark.sampled(16)
@pytest.mark.parametrize("name", NAMED)
def test_a_name_that_leads_out_of_a_folder_is_told_and_leads_nowhere(name: str, cell: Cell, tmp_path: Path) -> None:
    path = tmp_path / "a.apkg"
    NAMED[name](path)

    found = {command: cell.run(arguments, path) for command, (arguments, _) in COMMANDS.items()}

    assert {command: (code, err) for command, (code, _, err) in found.items()} == {
        "inspect": (0, ""),
        "everything": (0, ""),
        "diff": (1, ""),
    }
    for command in ("inspect", "diff"):
        assert "Anki refuses the whole package because of this name" in found[command][1]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", MUCH)
def test_far_too_much_of_one_thing_is_read_or_refused_within_memory(
    name: str, commands: dict[str, list[str]], cell: Cell, tmp_path: Path
) -> None:
    path = tmp_path / "a.apkg"
    MUCH[name](path)

    for arguments in commands.values():
        code, _, err = cell.run(arguments, path)

        assert code in (0, 1), err
        assert cell.held << 10 < MOST, f"{cell.held >> 10} MiB"
        if code:
            assert re.fullmatch(r"error: .+\n(    .+\n)?", err), err[:500]
        else:
            assert err == ""


# Terminals


ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\r\u202e"


@pytest.mark.parametrize("arguments", [["inspect"], ["inspect", "--all-tags"], ["inspect", "--json"]], ids=" ".join)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_text_of_a_package_reaches_the_terminal_as_a_command(
    layout: str, arguments: list[str], tmp_path: Path
) -> None:
    packed = Packed.sound(layout)
    tag = ESCAPES.replace("\r", "")
    packed.edit(lambda db: db.execute("UPDATE notes SET tags = ?", (f" {tag}::x ",)))
    for table in ("decks", "notetypes", "templates", "fields") if layout == "anki21b" else ():
        packed.edit(lambda db, table=table: db.execute(f"UPDATE {table} SET name = name || ?", (ESCAPES,)))  # type: ignore[misc]
    for column in () if layout == "anki21b" else ("models", "decks"):
        said = json.dumps(ESCAPES).strip('"')
        packed.edit(
            lambda db, column=column, said=said: db.execute(  # type: ignore[misc]
                f'UPDATE col SET {column} = replace({column}, \'"name": "\', \'"name": "\' || ?)', (said,)
            )
        )
    packed.members["manifest.json"] = json.dumps({ESCAPES: ESCAPES}).encode()
    packed.zip(tmp_path / f"{ESCAPES}.apkg".replace("/", ""))

    shown = on_a_terminal([*arguments, f"{ESCAPES}.apkg"], tmp_path)

    assert obeyed(shown) == []
    assert shown.count("owned") >= 6
    if "--json" in arguments:
        assert json.loads(shown)["tags"] == {f"{tag}::x": 2}


@pytest.mark.parametrize("form", [["--format", "text"], ["--format", "markdown"], ["--format", "json"], ["--learners"]])
def test_no_text_of_a_difference_reaches_the_terminal_as_a_command(form: list[str], tmp_path: Path) -> None:
    Packed.sound("anki2").zip(tmp_path / "old.apkg")
    packed = Packed.sound("anki2")
    packed.edit(lambda db: db.execute("UPDATE notes SET tags = ?, flds = flds || ?, mod = mod + 1", (ESCAPES, ESCAPES)))
    said = json.dumps(ESCAPES).strip('"')
    for column in ("models", "decks"):
        packed.edit(
            lambda db, column=column: db.execute(  # type: ignore[misc]
                f'UPDATE col SET {column} = replace({column}, \'"name": "\', \'"name": "\' || ?)', (said,)
            )
        )
    packed.members["manifest.json"] = json.dumps({"edition": ESCAPES}).encode()
    packed.zip(tmp_path / "new.apkg")

    shown = on_a_terminal(["diff", "old.apkg", "new.apkg", *form], tmp_path)

    assert obeyed(shown) == []
    assert shown.count("owned") >= 3


def test_no_text_of_a_refusal_or_a_fault_reaches_the_terminal_as_a_command(tmp_path: Path, author: Author) -> None:
    (tmp_path / f"{ESCAPES}.apkg").write_text("no zip")
    key = json.dumps(ESCAPES)
    author.write("cards/a.yaml", f"term: x\n{key}: 1\n{key}: 2\n")
    author.write(f"cards/{ESCAPES}.yaml", "!<tag:%1B%5D0;owned> {term: x}\n")

    shown = on_a_terminal(["inspect", f"{ESCAPES}.apkg"], tmp_path), on_a_terminal(["check"], author.root)

    assert [obeyed(each) for each in shown] == [[], []]
    assert "owned" in shown[0]
    assert shown[1].count("owned") >= 3


def on_a_terminal(arguments: list[str], folder: Path) -> str:
    """What the program writes where a person watches."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "deckbuilder", *arguments]
    path = os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=path):
        os.close(theirs)
        pieces = []
        try:
            while piece := os.read(ours, 1 << 16):
                pieces.append(piece)
        except OSError:  # how Linux says that the other end is closed
            pass
    os.close(ours)
    return b"".join(pieces).decode().replace("\r\n", "\n")


def obeyed(shown: str) -> list[str]:
    return re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
