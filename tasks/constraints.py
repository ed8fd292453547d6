"""The versions that are installed, written down for every Python: made here, and found here.

`constraints/python-3.12.txt` is what `make deck` and `make test` install, `…-ankis.txt` the older Ankis and what they need,
`…-oldest.txt` the lower bounds of pyproject.toml and what goes with them. They hold for Linux, macOS and Windows.
"""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "constraints"
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
# What hatchling asks for when it makes an editable install, and says only then.
BUILDING = ("editables",)
# The last that runs with the click of pyproject.toml; later ones want click 8.4 and do not say so.
BESIDE_THE_OLDEST = ("check-jsonschema<0.38",)
HEADER = "# Made by `make constraints`; not to be edited.\n"


def file(python: str, kind: str = "pinned", folder: Path = FOLDER) -> Path | None:
    """The file of a Python version, if it has one."""
    path = folder / f"python-{python}{'' if kind == 'pinned' else f'-{kind}'}.txt"
    return path if path.is_file() else None


def renew() -> None:
    """All files anew, from the newest versions that go together. All of them, or none."""
    if sys.version_info < (3, 11):
        sys.exit(
            "make constraints needs Python 3.11 or newer, to read pyproject.toml: make constraints PYTHON=python3.12"
        )
    uv = _uv()
    with tempfile.TemporaryDirectory() as name:
        aside = Path(name)
        for python in PYTHONS:
            _write(uv, python, aside)
        FOLDER.mkdir(exist_ok=True)
        for old in FOLDER.glob("python-*.txt"):
            old.unlink()
        for path in sorted(aside.glob("python-*.txt")):
            (FOLDER / path.name).write_text(HEADER + path.read_text("utf-8"), "utf-8", newline="\n")
            print((FOLDER / path.name).relative_to(ROOT).as_posix())


def _write(uv: list[str], python: str, aside: Path) -> None:
    compiling = [*uv, "pip", "compile", "--python-version", python]
    extras = [f"--extra={name}" for name in _project()["optional-dependencies"]]
    pinned = aside / f"python-{python}.txt"
    _compile(compiling, pinned, python, ["pyproject.toml", *extras], BUILDING)

    # The lower bounds, or the first that can be had on this Python without a compiler.
    oldest = aside / f"python-{python}-oldest.txt"
    bounds = aside / "bounds.txt"
    _compile([*compiling, "--resolution=lowest-direct", "--only-binary=:all:"], bounds, python, ["pyproject.toml"])
    direct = {_name(each) for each in _project()["dependencies"]}
    bounds.write_text(
        "".join(line for line in bounds.read_text("utf-8").splitlines(True) if _name(line) in direct), "utf-8"
    )
    # uv keeps to what its output holds, where it can: the tests' tools are those of the other file.
    oldest.write_text(pinned.read_text("utf-8"), "utf-8")
    _compile(
        compiling,
        oldest,
        python,
        ["pyproject.toml", *extras, f"--constraints={bounds}"],
        (*BUILDING, *BESIDE_THE_OLDEST),
    )

    ankis = runpy.run_path(str(ROOT / "tests" / "support" / "ankis.py"))
    lines: dict[str, str] = {}
    for version in ankis["OLDER"]:
        one = aside / "anki.txt"
        one.unlink(missing_ok=True)
        _compile(compiling, one, python, [], ankis["wanted"](version))
        for line in one.read_text("utf-8").splitlines():
            name = _name(line)
            if name != "anki" and lines.setdefault(name, line) != line:
                sys.exit(
                    f"Anki {version} wants {line}, and another {lines[name]}: tests/support/ankis.py has to part them"
                )
    (aside / f"python-{python}-ankis.txt").write_text("".join(f"{lines[name]}\n" for name in sorted(lines)), "utf-8")


def _compile(command: list[str], output: Path, python: str, what: list[str], more: tuple[str, ...] = ()) -> None:
    """For every system at once; one version of each package, whatever the newer Pythons could have."""
    how = ["--universal", "--fork-strategy=fewest", "--no-annotate", "--no-header", "--quiet", "--no-python-downloads"]
    read = [*what, "-"] if more else what
    done = subprocess.run(
        [*command, *how, f"--output-file={output}", *read],
        input="\n".join(more), text=True, cwd=ROOT, stdout=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"for Python {python} no versions go together; uv says why above. Nothing was changed.")
    # What only a newer Python would have.
    kept = [line for line in output.read_text("utf-8").splitlines(True) if not _later(line, python)]
    output.write_text("".join(kept), "utf-8")


def _later(line: str, python: str) -> bool:
    found = re.search(r"; python_full_version >= '3\.(\d+)'$", line.rstrip())
    return found is not None and int(found[1]) > int(python.split(".")[1])


def _project() -> dict[str, Any]:
    import tomllib  # Python 3.11

    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return project


def _name(requirement: str) -> str:
    """As uv writes names, and every index takes them."""
    found = re.match(r"[\w.-]+", requirement)
    assert found is not None, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def _uv() -> list[str]:
    """The newest uv, in an environment of its own: it must not matter what the others hold."""
    folder = ROOT / ".venv-uv"
    venv.create(folder, with_pip=True, clear=True)
    python = str(folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"], check=False)
    if done.returncode:
        sys.exit("uv could not be installed; pip says why above")
    return [python, "-m", "uv"]
