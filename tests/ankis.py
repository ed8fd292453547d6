"""The Ankis that learners have: each version in a folder of its own, which goes before what is installed.

The newest is the one that the tests' own environment has. `python tests/ankis.py` installs those that are missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The last before import had options; the first with them, and ids; the last that dates notes by its own clock; last year's.
OLDER = ("2.1.66", "23.10.1", "24.11", "25.9.5")
# Wheels hold parts for one Python version, so that each has its own.
FOLDER = Path(__file__).parents[1] / ".venv" / "ankis" / str(sys.implementation.cache_tag)


def installed(version: str) -> bool:
    return (FOLDER / version).exists()


def surroundings(version: str) -> dict[str, str]:
    """Environment variables by which Python finds this Anki and not the installed one."""
    path = [str(FOLDER / version), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path))}


def install(versions: tuple[str, ...] = OLDER) -> None:
    """All at once; a folder has its name only when it is complete."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    running = []
    for version in versions:
        if not installed(version):
            part = FOLDER / f"{version}.part"
            shutil.rmtree(part, ignore_errors=True)
            # What protoc made for the oldest of them is sure to run with protobuf up to 7 only.
            command = [*pip, "--target", str(part), f"anki=={version}", "protobuf<8"]
            running.append((version, part, subprocess.Popen(command)))
    failed = [version for version, _, pip_run in running if pip_run.wait() != 0]
    for version, part, _ in running:
        if version not in failed:
            part.rename(FOLDER / version)
    if failed:
        sys.exit(f"not installed: Anki {', '.join(failed)}; pip says why above")


if __name__ == "__main__":
    install()
