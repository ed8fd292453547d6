"""A machine that nobody has prepared: what is installed is written down, and set up again when it has to be."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
from importlib import reload
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from support import ankis, chromium
from support.author import ROOT, Author

import tasks
from deckbuilder.core.diagnostics import Fault
from tasks import __main__ as verbs
from tasks import constraints
from tasks.environment import Environment, Failed

if sys.version_info >= (3, 11):
    import tomllib

    PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
else:
    PROJECT = {}
needs_tomllib = pytest.mark.skipif(not PROJECT, reason="Python before 3.11 does not read TOML")

SYSTEMS = ("linux", "darwin", "win32")
FILES = sorted(constraints.FOLDER.glob("*.txt"))


def written(path: Path, python: str, system: str = "linux") -> dict[str, Version]:
    """The versions that hold there."""
    surroundings = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": system,
        "os_name": "nt" if system == "win32" else "posix",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    found: dict[str, Version] = {}
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate(surroundings):
                (specifier,) = requirement.specifier
                found[canonicalize_name(requirement.name)] = Version(specifier.version)
    return found


# What is written down


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_constraints_are_names_and_versions_and_nothing_else(path: Path) -> None:
    header, *lines = path.read_text("utf-8").splitlines()

    assert f"{header}\n" == constraints.HEADER
    for line in lines:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][\w.]*( ; [\w' <>=!.]+)?", line), line
    assert lines == sorted(lines, key=lambda line: line.split("==")[0])


def test_every_python_has_its_constraints() -> None:
    kinds = ("pinned", "oldest", "ankis")

    expected = {constraints.file(python, kind) for python in constraints.PYTHONS for kind in kinds}

    assert expected == set(FILES)
    assert constraints.file("3.99") is None


@needs_tomllib
@pytest.mark.parametrize("python", constraints.PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_whatever_is_asked_for_is_written_down_for_every_system(python: str, system: str) -> None:
    asked = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"], *constraints.BUILDING]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        asked += extra
    for kind in ("pinned", "oldest"):
        path = constraints.file(python, kind)
        assert path is not None
        versions = written(path, python, system)
        for requirement in map(Requirement, asked):
            if requirement.marker is None or requirement.marker.evaluate({"python_version": python}):
                name = canonicalize_name(requirement.name)
                assert name in versions, f"{name} is not in {path.name}: make constraints"
                assert requirement.specifier.contains(versions[name]), f"{requirement}: make constraints"


@needs_tomllib
def test_the_oldest_are_the_lower_bounds() -> None:
    path = constraints.file("3.10", "oldest")
    assert path is not None
    versions = written(path, "3.10")
    for requirement in map(Requirement, PROJECT["project"]["dependencies"]):
        (bound,) = (each for each in requirement.specifier if each.operator == ">=")
        assert versions[canonicalize_name(requirement.name)] == Version(bound.version), (
            f"{requirement}: make constraints"
        )


@pytest.mark.parametrize("python", constraints.PYTHONS)
def test_what_the_older_ankis_need_is_written_down_but_not_which_anki(python: str) -> None:
    path = constraints.file(python, "ankis")
    assert path is not None
    versions = written(path, python)

    assert "anki" not in versions
    assert {"protobuf", "orjson", "requests"} <= set(versions)
    assert versions["protobuf"] < Version("8")


@pytest.mark.skipif(os.name == "nt", reason="Windows lets few people make links")
def test_a_link_in_the_place_of_a_builds_lock_costs_nobody_a_file(author: Author) -> None:
    """filelock before 3.20.1 opened what the link leads to, and emptied it."""
    diary = author.root.parent / "diary.txt"
    diary.write_text("precious", "utf-8")
    lock = author.root / "cards" / ".building"
    lock.unlink(missing_ok=True)
    lock.symlink_to(diary)

    with pytest.raises(Fault):
        author.attempt()

    assert diary.read_text("utf-8") == "precious"


# An environment


class Machine:
    """Somebody's checkout, in a folder with blanks and letters of theirs. Only pip is not the real one."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.did: list[str] = []
        self.interrupted = False
        for name in (
            "pyproject.toml",
            "deckbuilder/__init__.py",
            "constraints/python-{}.txt",
            "constraints/python-{}-oldest.txt",
        ):
            self.write(name.format(self.environment().version), "")
        monkeypatch.setattr(Environment, "_must", self._must)

    def environment(self, kind: Any = "pinned") -> Environment:
        return Environment(kind, root=self.root)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def does(self, *extras: str, kind: Any = "pinned") -> list[str]:
        """What is done until it is ready."""
        self.did.clear()
        self.environment(kind).ready(*extras)
        return self.did[:]

    def _must(self, command: list[str], otherwise: str) -> None:
        if "venv" in command:
            self.did.append("made")
            subprocess.run([*command, "--without-pip"], check=True)
            folder = next(Path(command[-1]).rglob("site-packages"))
            (folder / "pip").mkdir()
            (folder / "pip" / "__init__.py").touch()
        else:
            self.did.append(command[-1])
            if self.interrupted:
                raise KeyboardInterrupt


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path / "Bäume und Größe", monkeypatch)


def test_what_is_there_is_not_installed_again(machine: Machine) -> None:
    assert machine.does("test", "figures") == ["made", ".[test,figures]"]
    assert machine.does("test", "figures") == []
    assert machine.does() == []  # less is there too


def test_more_is_added_to_what_is_there(machine: Machine) -> None:
    machine.does()

    assert machine.does("test") == [".[test]"]


@pytest.mark.parametrize("name", ["pyproject.toml", "deckbuilder/__init__.py", "constraints/python-{}.txt"])
def test_what_it_is_made_of_has_changed(machine: Machine, name: str) -> None:
    machine.does()
    machine.write(name.format(machine.environment().version), "changed")

    assert machine.does() == ["."]
    assert machine.does() == []


@pytest.mark.parametrize("before", [False, True], ids=["the first time", "when all was well before"])
def test_an_interrupted_installation_is_begun_again(machine: Machine, before: bool) -> None:
    """Of a package that was copied in part, pip may believe that it is there."""
    if before:
        machine.does()
    machine.interrupted = True
    with pytest.raises(KeyboardInterrupt):
        machine.does("test")
    machine.interrupted = False

    assert machine.does() == ["made", "."]


def test_a_python_that_is_gone_is_replaced(machine: Machine) -> None:
    machine.does()
    machine.environment().python.unlink()
    if os.name != "nt":
        machine.environment().python.symlink_to(machine.root / "versions" / "3.12.0" / "bin" / "python")

    assert machine.does() == ["made", "."]


def test_another_python_than_before_has_its_own_packages(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.does()
    monkeypatch.setattr(Environment, "version", "3.98")

    assert machine.does()[0] == "made"


def test_a_python_without_constraints_is_told_of(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    (machine.root / "constraints" / f"python-{machine.environment().version}.txt").unlink()

    assert machine.does() == ["made", "."]
    assert f"no versions for Python {machine.environment().version} yet" in capfd.readouterr().out
    assert "PIP_CONSTRAINT" not in machine.environment().surroundings()


def test_the_newest_are_asked_for_each_time_and_the_oldest_are_not(machine: Machine) -> None:
    assert machine.does(kind="newest") == ["made", "."]
    assert machine.does(kind="newest") == ["."]
    assert machine.does(kind="oldest") == ["made", "."]
    assert machine.does(kind="oldest") == []
    assert "PIP_CONSTRAINT" not in machine.environment("newest").surroundings()
    assert machine.environment("oldest").surroundings()["PIP_CONSTRAINT"].endswith("-oldest.txt")


def test_pip_keeps_where_packages_come_from_and_forgets_where_they_would_go(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("USER", "TARGET", "PREFIX", "NO_DEPS", "REQUIREMENT", "CONSTRAINT"):
        monkeypatch.setenv(f"PIP_{name}", "1")
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.org/simple")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")

    env = machine.environment().surroundings()

    assert env["PIP_INDEX_URL"] == "https://packages.example.org/simple"
    assert env["PIP_USER"] == env["PIP_NO_DEPS"] == "0"  # a pip.conf may ask for them too
    assert not {"PIP_TARGET", "PIP_PREFIX", "PIP_REQUIREMENT", "PYTHONPATH"} & set(env)
    assert env["PIP_CONSTRAINT"] == env["PIP_BUILD_CONSTRAINT"] == machine.environment().constraints.as_uri()  # type: ignore[union-attr]


def test_pip_finds_the_constraints_in_a_folder_with_blanks(machine: Machine) -> None:
    machine.write(
        f"constraints/python-{machine.environment().version}.txt", "deckbuilder[such-no-constraint-may-have]==1"
    )

    asked = [sys.executable, "-m", "pip", "install", "--no-index", "--dry-run", "deckbuilder"]
    env = machine.environment().surroundings()
    done = subprocess.run(asked, env=env, capture_output=True, text=True, check=False)

    assert "Constraints cannot have extras" in done.stderr


def test_what_fails_says_so_in_a_sentence_and_is_not_taken_for_done(tmp_path: Path) -> None:
    environment = Environment(root=tmp_path)
    environment.folder.mkdir()

    with pytest.raises(Failed, match=r"^\.venv: not everything could be installed; pip says why above$"):
        environment._must(
            [sys.executable, "-c", "raise SystemExit(3)"], "not everything could be installed; pip says why above"
        )


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is no signal on Windows")
def test_a_step_ends_before_who_started_it(tmp_path: Path) -> None:
    """Ctrl-C reaches both: pytest has its time for the summary, and pip for what it is writing."""
    script = f"""
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background work ignores Ctrl-C
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from tasks.environment import Environment
child = "import signal, sys, time\\nsignal.signal(signal.SIGINT, signal.default_int_handler)\\ntry: print('asleep', flush=True); time.sleep(60)\\nexcept KeyboardInterrupt: time.sleep(1); print('ended', flush=True)"
try:
    Environment(root=Path({str(tmp_path)!r}))._call([sys.executable, "-c", child])
except KeyboardInterrupt:
    print("after it", flush=True)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "asleep\n"
        if sys.platform != "win32":
            os.killpg(run.pid, signal.SIGINT)

        assert run.stdout.read() == "ended\nafter it\n"


def test_an_older_python_is_told_which_it_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))

    with pytest.raises(SystemExit, match=r"needs Python 3\.10 or newer, and this is 3\.9"):
        reload(tasks)

    ast.parse((ROOT / "tasks" / "__init__.py").read_text("utf-8"), feature_version=(3, 4))


# The older Ankis


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """What pip was asked for; it succeeds, but for what `refused` holds."""
    asked: list[list[str]] = []

    class Pip:
        def __init__(self, command: list[str], env: dict[str, str]) -> None:
            assert not {"PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT"} & set(env)  # these hold for the newest Anki
            self.command = command

        def wait(self) -> int:
            Path(self.command[self.command.index("--target") + 1]).mkdir(parents=True)
            asked.append(self.command)
            return 0

    monkeypatch.setattr(ankis, "FOLDER", tmp_path / "ankis")
    monkeypatch.setattr("support.ankis.subprocess.Popen", Pip)
    monkeypatch.setenv("PIP_CONSTRAINT", "file:///elsewhere.txt")
    return asked


def test_the_older_ankis_are_installed_once_and_again_when_their_constraints_change(
    pip: list[list[str]], tmp_path: Path
) -> None:
    file = tmp_path / "ankis.txt"
    file.write_text("orjson==3.13.0\n", "utf-8")
    everything = {*ankis.OLDER, *(f"aqt-{version}" for version in ankis.DRAWING)}

    ankis.install(file)
    assert {path.name for path in ankis.FOLDER.iterdir()} == everything
    assert sum(str(file) in command for command in pip) == len(ankis.OLDER)
    pip.clear()

    ankis.install(file)
    assert pip == []

    file.write_text("orjson==3.14.0\n", "utf-8")
    ankis.install(file)
    assert len(pip) == len(ankis.OLDER)
    pip.clear()

    ankis.install()  # by hand: what is there will do
    assert pip == []
    ankis.install(upgrade=True)
    assert len(pip) == len(everything)


# A browser


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without a browser and without anything that could install one."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "OWN", tmp_path / "browsers")
    monkeypatch.setattr(chromium, "OWN_PATH", tmp_path / "browsers" / "executable.txt")
    monkeypatch.setattr(chromium, "_places", lambda *_: iter(()))
    return tmp_path


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("name", chromium.NAMES)
def test_a_browser_is_found_on_the_path(bare: Path, name: str) -> None:
    path = program(bare / (f"{name}.exe" if os.name == "nt" else name))

    assert list(chromium.here()) == [str(path)]


@pytest.mark.parametrize(
    ("system", "variable", "path"),
    [
        ("darwin", "", "Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
        ("darwin", "HOME", "Applications/Chromium.app/Contents/MacOS/Chromium"),
        ("win32", "PROGRAMFILES", "Google/Chrome/Application/chrome.exe"),
        ("win32", "PROGRAMFILES(X86)", "Microsoft/Edge/Application/msedge.exe"),
        ("win32", "LOCALAPPDATA", "Chromium/Application/chrome.exe"),
    ],
)
def test_a_browser_is_found_where_its_installer_put_it(tmp_path: Path, system: str, variable: str, path: str) -> None:
    place = program(tmp_path / "there" / path)
    environ = {"PATH": str(tmp_path)} | ({variable: str(tmp_path / "there")} if variable else {})

    assert list(chromium.here(system, environ, tmp_path if variable else tmp_path / "there")) == [str(place)]


def test_a_browser_that_is_named_stands_alone(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(bare / "chromium")
    named = program(bare / "my own" / "browser")
    monkeypatch.setenv("CHROMIUM", str(named))
    monkeypatch.setattr(chromium, "_refuses", lambda _: "it is none")

    assert list(chromium.here()) == [str(named)]
    with pytest.raises(SystemExit, match=r"the browser that CHROMIUM names does not start: .*browser: it is none"):
        chromium.ready()


def test_a_browser_that_does_not_start_is_passed_over(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ubuntu's `chromium-browser` says that the real one is a snap."""
    for name in ("chromium-browser", "google-chrome"):
        program(bare / name)
    monkeypatch.setattr(chromium, "_refuses", lambda path: "a snap" if path.endswith("-browser") else None)

    assert chromium.ready() == str(bare / "google-chrome")


@pytest.mark.skipif(os.name == "nt", reason="no Debian")
@pytest.mark.parametrize("root", [True, False], ids=["root", "somebody with sudo"])
def test_where_there_is_none_debians_is_installed(bare: Path, monkeypatch: pytest.MonkeyPatch, root: bool) -> None:
    ran: list[list[str]] = []

    def fails(command: list[str]) -> bool:
        ran.append(command)
        if "install" in command:
            program(bare / "chromium")
        return "update" in command  # no news of packages, but the lists that are there

    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(chromium, "_fails", fails)
    monkeypatch.setattr(chromium, "_refuses", lambda _: None)
    for name in ("apt-get", "sudo"):
        program(bare / name)

    assert chromium.ready() == str(bare / "chromium")
    assert ran[-1][-2:] == ["chromium", "fonts-noto-core"]
    assert all(command[:2] == ["sudo", "-n"] for command in ran) != root


@pytest.mark.skipif(os.name == "nt", reason="no Debian")
@pytest.mark.parametrize("asks", [True, False], ids=["sudo asks for a password", "no sudo"])
def test_where_nobody_may_install_playwright_brings_its_own(
    bare: Path, monkeypatch: pytest.MonkeyPatch, asks: bool
) -> None:
    def fails(command: list[str]) -> bool:
        if "playwright" in command:
            program(chromium.OWN / "chromium-1" / "chrome")
            return False
        assert command == ["sudo", "-n", "true"]
        return True

    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(chromium, "_fails", fails)
    monkeypatch.setattr(chromium, "_refuses", lambda _: None)
    monkeypatch.setattr(chromium, "WHERE", f"print({str(chromium.OWN / 'chromium-1' / 'chrome')!r})")
    for name in ("apt-get", *(["sudo"] if asks else [])):
        program(bare / name)

    assert chromium.ready() == str(chromium.OWN / "chromium-1" / "chrome")
    assert chromium.found() == chromium.ready()  # the next time it is there


def test_where_none_can_be_had_one_sentence_says_what_to_do(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "_fails", lambda _: True)

    with pytest.raises(SystemExit) as told:
        chromium.ready()

    assert "environment variable CHROMIUM" in str(told.value)
    assert chromium.HOW.get(sys.platform, chromium.HOW["linux"]) in str(told.value)
    assert "\n" not in str(told.value)


def test_a_program_that_is_no_browser_is_not_taken_for_one(tmp_path: Path) -> None:
    assert chromium._refuses(str(program(tmp_path / "chromium")))


# The commands, and who runs them


def test_make_has_a_target_for_each_verb_and_runs_nothing_else() -> None:
    rules = re.findall(r"^([\w-]+):.*\n\t(.+)$", (ROOT / "Makefile").read_text("utf-8"), re.M)

    assert {name for name, _ in rules} == set(verbs.VERBS)
    for name, recipe in rules:
        assert re.fullmatch(rf"\$\(PYTHON\) -m tasks {name}( \$\((TESTS|SIZES)\))?", recipe)


def test_what_lands_is_what_the_readme_says() -> None:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    readme = (ROOT / "README.md").read_text("utf-8")

    ran = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]

    assert ran == ["make deck", "make test"]
    assert all(re.search(rf"^{command} ", readme, re.M) for command in ran)


def test_a_public_host_runs_them_on_every_system_and_every_python() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))
    job = workflow["jobs"]["test"]
    matrix = job["strategy"]["matrix"]

    assert [step["run"] for step in job["steps"] if "run" in step] == ["make deck", "make ${{ matrix.test }}"]
    assert {name.split("-")[0] for name in matrix["system"]} == {"ubuntu", "macos", "windows"}
    assert tuple(matrix["python"]) == constraints.PYTHONS
    assert matrix["test"] == ["test", "test-newest"]
    assert {each["test"] for each in matrix["include"]} == {"test-oldest"}
    assert workflow["permissions"] == {"contents": "read"}
    assert job["timeout-minutes"]
    assert all(re.search(r"@v\d+$", step["uses"]) for step in job["steps"] if "uses" in step)
