"""What git knows of a project: other commits, and what is not committed. None where git cannot tell, or is not there.

A stranger's repository may come with settings: none of them makes git run a program of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from deckbuilder.diagnostics import Fault

MAX_CHECKOUT = 512 * 1024 * 1024
_PARTS = ("cards", "templates")
# What runs and what a killed run left, in a project that does not tell git to ignore it.
_PASSING = (":(exclude)cards/.building", ":(exclude,glob)cards/**/*.part", ":(exclude,glob)cards/*.part/**")
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false")


def changed(root: Path) -> list[str] | None:
    """The files below `cards/` and `templates/` that differ from the last commit."""
    paths = [*(part for part in _PARTS if (root / part).exists()), *_PASSING]
    said = _run(root, "status", "--porcelain", "--untracked-files=all", "--", *paths)
    return None if said is None else [line[3:] for line in said.splitlines()]


def committed(root: Path, name: str) -> bool:
    """Whether the last commit has a file of this name."""
    return _run(root, "cat-file", "-e", f"HEAD:./{name}") is not None


def commit(root: Path, revision: str) -> str | None:
    """The whole name of a revision's commit."""
    found = _run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return found.strip() if found else None


def first_with(root: Path, text: str, name: str) -> str | None:
    """The oldest commit in which a file holds this text."""
    commits = (_run(root, "log", "--format=%H", f"-S{text}", "--", name) or "").split()
    return commits[-1] if commits else None


def time_of(root: Path, commit: str) -> int:
    """When it was committed, in seconds."""
    return int((_run(root, "show", "-s", "--format=%ct", commit) or "0").strip() or 0)


def check_out(root: Path, commit: str, into: Path) -> None:
    """`cards/` and `templates/` as they were, into a new folder; links and all that leads out of it are left behind."""
    listed = _run(root, "ls-tree", "--name-only", commit, "--", *_PARTS) or ""
    there = [part for part in _PARTS if part in listed.split("\n")]
    if "cards" not in there:
        raise Fault(f"there is no cards/ at {commit[:12]}", "give a revision in which the project existed")
    archive = into.with_suffix(".tar")
    into.mkdir(parents=True)
    if _run(root, "archive", "--format=tar", f"--output={archive}", commit, "--", *there) is None:
        raise Fault(f"git could not give the source at {commit[:12]}", "run `git fsck`, or fetch the whole history")
    size = 0
    with tarfile.open(archive) as members:
        for member in members:
            target, source = into / member.name, members.extractfile(member) if member.isreg() else None
            size += member.size
            if size > MAX_CHECKOUT:
                raise Fault(f"the source at {commit[:12]} is larger than {MAX_CHECKOUT >> 20} MiB", "compare packages")
            if source is None or not target.resolve().is_relative_to(into.resolve()):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with source, target.open("wb") as file:
                shutil.copyfileobj(source, file)


def _run(root: Path, *arguments: str) -> str | None:
    """What git says, None where it fails or is not there."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            [*_GIT, "-C", str(root), *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=120,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
