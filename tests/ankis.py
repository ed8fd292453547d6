"""The Ankis that learners have: each version in a folder of its own, which goes before what is installed.

The newest is the one that the tests' own environment has. `python tests/ankis.py` installs those that are missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

# The last before import had options; the first with them, and ids; the last that dates notes by its own clock; last year's.
OLDER = ("2.1.66", "23.10.1", "24.11", "25.9.5")
# Of the windows of these, the oldest that can and the newest, the tests take the script that draws masks.
DRAWING = ("23.10.1", metadata.version("anki"))
# Wheels hold parts for one Python version, so that each has its own.
FOLDER = Path(__file__).parents[1] / ".venv" / "ankis" / str(sys.implementation.cache_tag)


def installed(version: str) -> bool:
    return (FOLDER / version).exists()


def reviewer(version: str = DRAWING[-1]) -> Path:
    """The script of Anki's reviewer, which draws the masks of a card; it may not be installed."""
    return FOLDER / f"aqt-{version}" / "_aqt" / "data" / "web" / "js" / "reviewer.js"


def surroundings(version: str) -> dict[str, str]:
    """Environment variables by which Python finds this Anki and not the installed one."""
    path = [str(FOLDER / version), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path))}


def install(versions: tuple[str, ...] = OLDER) -> None:
    """All at once; a folder has its name only when it is complete."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    # What protoc made for the oldest of them is sure to run with protobuf up to 7 only.
    wanted = {version: [f"anki=={version}", "protobuf<8"] for version in versions}
    wanted |= {f"aqt-{version}": ["--no-deps", f"aqt=={version}"] for version in DRAWING}
    running = []
    for name, packages in wanted.items():
        if not installed(name):
            part = FOLDER / f"{name}.part"
            shutil.rmtree(part, ignore_errors=True)
            running.append((name, part, subprocess.Popen([*pip, "--target", str(part), *packages])))
    failed = [name for name, _, pip_run in running if pip_run.wait() != 0]
    for name, part, _ in running:
        if name not in failed:
            part.rename(FOLDER / name)
    if failed:
        sys.exit(f"not installed: Anki {', '.join(failed)}; pip says why above")


if __name__ == "__main__":
    install()
