"""Packages of other times: the last release, a git revision, the source as it is now.

A released package is looked for in `dist`, by its digest; where it is gone, it is made again from the commit that
recorded it. What an author edits is compared with what learners have, never with another build.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deckbuilder import diff, stages
from deckbuilder import lock as locks
from deckbuilder.diagnostics import Diagnostic, Fault, Location, errors
from deckbuilder.diff import Difference
from deckbuilder.lock import Lock, Release
from deckbuilder.package import reader
from deckbuilder.project import Project, shipped
from deckbuilder.stages import Ready

MAX_CHECKOUT = 512 * 1024 * 1024
AS_IT_WAS = "dist and lock are as they were"
_PARTS = ("cards", "templates")
# What runs and what a killed run left, in a project that does not tell git to ignore it.
_PASSING = (":(exclude)cards/.building", ":(exclude,glob)cards/**/*.part", ":(exclude,glob)cards/*.part/**")
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: a package, what to call it, and what it cannot tell."""

    path: Path
    name: str
    caveat: str = ""


def since_last_release(project: Project, output: Path, ready: Ready, package: Path) -> tuple[str, str] | None:
    """The edition released last, and `CHANGES.md` of this package against it, '' where that one cannot be had.

    None before the first release.
    """
    last = ready.before.last
    if last is None:
        return None
    with tempfile.TemporaryDirectory(prefix="deckbuilder-") as folder:
        side = released(project, output, last, Path(folder))
        if side is None:
            return last.edition, ""
        return last.edition, diff.for_learners(between(side.path, package, AS_IT_WAS), side.caveat)


def between(old: Path, new: Path, help: str = "") -> Difference:
    """What changed from one package to another. Raises `Fault` where one of them cannot be read, with this next step."""
    try:
        with reader.open_package(old) as before, reader.open_package(new) as after:
            return diff.differences(before, after)
    except reader.UnreadablePackage as unreadable:
        raise Fault(str(unreadable), help) from None


def lost(edition: str) -> Diagnostic:
    """That there is nothing to compare with."""
    return Diagnostic(
        Location("cards/deck.lock"),
        "no-release",
        f"the package of edition {edition} is not in dist, and git cannot make it again: CHANGES.md was left as it was",
        "put the released package into dist/, or fetch the whole history (git fetch --unshallow --tags)",
        "warning",
    )


def released(project: Project, output: Path, release: Release, folder: Path) -> Side | None:
    """The package of a release: as it went out, or made again in `folder` from the commit that recorded it."""
    for dist in dict.fromkeys((output, project.root / "dist")):
        name = f"*-{release.edition}"
        for path in sorted([*dist.glob(f"{name}.apkg"), *dist.glob(f"{name}/{name}.apkg")]):
            if _digest(path) == release.digest:
                return Side(path, release.edition)
    revision = _commit_of(project, release)
    if revision is None:
        return None
    try:
        side = revised(project, revision, folder)
    except Fault:
        return None
    if _digest(side.path) == release.digest:
        return Side(side.path, release.edition)
    return Side(side.path, release.edition, "made again by this version of deckbuilder, whose own changes are not told")


def revised(project: Project, revision: str, folder: Path) -> Side:
    """A package of the source at a git revision, made in `folder`. Raises `Fault` where that cannot be."""
    commit = _git(project.root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise Fault(
            f"'{revision}' is no file, no released edition and no git revision",
            "give the path of an .apkg, an edition from cards/deck.lock, or a revision such as HEAD~1 or a tag",
        )
    at = commit.strip()
    root = folder / at[:12]
    _check_out(project, at, root)
    time = int((_git(project.root, "show", "-s", "--format=%ct", at) or "0").strip() or 0)
    name = revision if at.startswith(revision) else f"{revision} ({at[:9]})"
    own = root / "templates"
    past = Project(root, own if own.is_dir() else shipped() / "templates")
    return _made(past, folder / f"{at[:12]}.apkg", time, name, f"the source at {revision}")


def current(project: Project, folder: Path, now: int) -> Side:
    """A package of the source as it is now, made in `folder`. Neither the lock nor `dist` is touched."""
    need_lock(project)
    return _made(project, folder / "now.apkg", now, "the source", "the source")


def changed_files(project: Project) -> list[str] | None:
    """What differs from the last commit below `cards/` and `templates/`; None where git cannot tell."""
    paths = [*_parts(project.root), *_PASSING]
    said = _git(project.root, "status", "--porcelain", "--untracked-files=all", "--", *paths)
    return None if said is None else [line[3:] for line in said.splitlines()]


def missing_lock(project: Project) -> list[Diagnostic]:
    """That the lock is gone, if git still has it. Before the first build there is none to miss."""
    if project.lock.exists() or _git(project.root, "cat-file", "-e", "HEAD:./cards/deck.lock") is None:
        return []
    message = "the lock is missing, and the last commit has it"
    help = "restore it: git checkout HEAD -- cards/deck.lock; one made anew would forget what was renamed, retired, released"
    return [Diagnostic(Location("cards/deck.lock"), "missing-lock", message, help)]


def last(project: Project, folder: Path) -> Side:
    """The package of the release before now. Raises `Fault` where there is none."""
    lock = _lock(project)
    if lock.last is None:
        raise Fault("nothing was released yet, so there is nothing to compare with", "name a package or a git revision")
    return _released(project, lock.last, folder)


def side(project: Project | None, what: str, folder: Path) -> Side:
    """The package that a person means: a file, a released edition, or a git revision."""
    path = Path(what)
    if path.is_file() or path.suffix in (".apkg", ".colpkg"):
        return Side(path, path.name)
    if project is None:
        raise Fault(f"there is no file {what}", "give the path of an .apkg; editions and revisions need a project")
    release = _lock(project).releases.get(what)
    return _released(project, release, folder) if release else revised(project, what, folder)


def _lock(project: Project) -> Lock:
    """The lock, empty where it cannot be read: the verbs that need it say why."""
    need_lock(project)
    try:
        return locks.load(project.lock.read_text("utf-8"), "cards/deck.lock")
    except (OSError, UnicodeDecodeError, locks.Damaged):
        return Lock()


def need_lock(project: Project) -> None:
    """Raises `Fault` where the lock is gone that git still has."""
    for lost in missing_lock(project):
        raise Fault(f"{lost.location}: {lost.message}", lost.help)


def _released(project: Project, release: Release, folder: Path) -> Side:
    found = released(project, project.root / "dist", release, folder)
    if found is None:
        missing = lost(release.edition)
        raise Fault(missing.message.split(":")[0], missing.help)
    return found


def _made(project: Project, path: Path, now: int, name: str, what: str) -> Side:
    ready, loaded = stages.ready(project, now, allow_schema_change=True)
    if ready is None:
        wrong = errors(loaded.diagnostics)
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        first = f"{wrong[0].location}: {wrong[0].message}{more}" if wrong else "it has no cards"
        raise Fault(f"{what} cannot be built: {first}", "run `deckbuilder check` there and mend it first")
    path.parent.mkdir(parents=True, exist_ok=True)
    stages.write(path, ready, ready.rendered.notes)
    return Side(path, name)


def _digest(path: Path) -> str:
    try:
        with reader.open_package(path) as contents:
            return str((contents.manifest or {}).get("digest", ""))
    except reader.UnreadablePackage:
        return ""


def _commit_of(project: Project, release: Release) -> str | None:
    """The oldest commit whose lock holds this release: the source of that edition."""
    line = f'"release": "{release.edition}"'
    found = _git(project.root, "log", "--format=%H", f"-S{line}", "--", "cards/deck.lock")
    commits = (found or "").split()
    return commits[-1] if commits else None


def _check_out(project: Project, commit: str, root: Path) -> None:
    """`cards/` and `templates/` as they were, into a folder; links and all that leads out of it are left behind."""
    listed = _git(project.root, "ls-tree", "--name-only", commit, "--", *_PARTS) or ""
    there = [part for part in _PARTS if part in listed.split("\n")]
    if "cards" not in there:
        raise Fault(f"there is no cards/ at {commit[:12]}", "give a revision in which the project existed")
    archive = root.with_suffix(".tar")
    root.mkdir(parents=True)
    if _git(project.root, "archive", "--format=tar", f"--output={archive}", commit, "--", *there) is None:
        raise Fault(f"git could not give the source at {commit[:12]}", "run `git fsck`, or fetch the whole history")
    size = 0
    with tarfile.open(archive) as members:
        for member in members:
            target, source = root / member.name, members.extractfile(member) if member.isreg() else None
            size += member.size
            if size > MAX_CHECKOUT:
                raise Fault(f"the source at {commit[:12]} is larger than {MAX_CHECKOUT >> 20} MiB", "compare packages")
            if source is None or not target.resolve().is_relative_to(root.resolve()):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with source, target.open("wb") as file:
                shutil.copyfileobj(source, file)


def _parts(root: Path) -> list[str]:
    return [part for part in _PARTS if (root / part).exists()]


def _git(root: Path, *arguments: str) -> str | None:
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
