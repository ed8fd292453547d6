"""The Ankis that learners have: each version in a folder of its own, which goes before what is installed.

The newest is the one that the tests' own environment has. `python tests/support/ankis.py` installs those that are missing, with a file
of constraints as its argument those that were made by another, with `--upgrade` all of them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path

# The last before import had options; the first with them, and ids; the last that dates notes by its own clock; last year's.
OLDER = ("2.1.66", "23.10.1", "24.11", "25.9.5")
# Of the windows of these, the oldest that can and the newest, the tests take the script that draws masks.
DRAWING: tuple[str, ...] = ("23.10.1",)
with suppress(metadata.PackageNotFoundError):  # `make constraints` reads this where nothing is installed
    DRAWING += (metadata.version("anki"),)
# Wheels hold parts for one Python version, so that each has its own.
FOLDER = Path(sys.prefix) / "ankis" / str(sys.implementation.cache_tag)


MADE_BY = "constraints.txt"


def installed(version: str) -> bool:
    return (FOLDER / version).exists()


def reviewer(version: str = DRAWING[-1]) -> Path:
    """The script of Anki's reviewer, which draws the masks of a card; it may not be installed."""
    return FOLDER / f"aqt-{version}" / "_aqt" / "data" / "web" / "js" / "reviewer.js"


def surroundings(version: str) -> dict[str, str]:
    """Environment variables by which Python finds this Anki and not the installed one."""
    path = [str(FOLDER / version), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path))}


def wanted(version: str) -> tuple[str, ...]:
    """What pip installs for one of them. What protoc made for the oldest is sure to run with protobuf up to 7 only."""
    return f"anki=={version}", "protobuf<8"


def install(constraints: Path | None = None, *, upgrade: bool = False) -> None:
    """All at once; a folder has its name only when it is complete, and tells what it was made by."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    env = {name: value for name, value in os.environ.items() if name not in ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT")}
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    by = constraints.read_text("utf-8") if constraints else ""
    held = ["--constraint", str(constraints)] if constraints else []
    asked = {version: [*held, *wanted(version)] for version in OLDER}
    asked |= {f"aqt-{version}": ["--no-deps", f"aqt=={version}"] for version in DRAWING}
    running = []
    for name, arguments in asked.items():
        # A window is of one version, and has nobody beside it.
        made_by = "" if name.startswith("aqt-") else by
        if upgrade or not installed(name) or (constraints and _made_by(name) != made_by):
            part = FOLDER / f"{name}.part"
            shutil.rmtree(part, ignore_errors=True)
            command = [*pip, "--target", str(part), *arguments]
            running.append((name, part, made_by, subprocess.Popen(command, env=env)))
    failed = [name for name, *_, pip_run in running if pip_run.wait() != 0]
    for name, part, made_by, _ in running:
        if name not in failed:
            (part / MADE_BY).write_text(made_by, "utf-8")
            shutil.rmtree(FOLDER / name, ignore_errors=True)
            part.rename(FOLDER / name)
    if failed:
        sys.exit(f"not installed: Anki {', '.join(failed)}; pip says why above")


def _made_by(name: str) -> str | None:
    path = FOLDER / name / MADE_BY
    return path.read_text("utf-8") if path.is_file() else None


if __name__ == "__main__":
    given = sys.argv[1:]
    if given == ["--upgrade"]:
        install(upgrade=True)
    else:
        install(Path(given[0]) if given else None)
