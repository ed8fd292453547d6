"""Packages of other times: the last release, a git revision, the source as it is now.

A released package is looked for in `dist`, by its digest; where it is gone, it is made again from the commit that
recorded it. What an author edits is compared with what learners have, never with another build.
"""

from __future__ import annotations

from pathlib import Path

from deckbuilder import diff
from deckbuilder.core import git, scratch
from deckbuilder.core.diagnostics import Diagnostic, Fault, Location
from deckbuilder.core.frozen import dataclass
from deckbuilder.core.project import Project, shipped
from deckbuilder.diff import Difference
from deckbuilder.lock import LOCK, Release
from deckbuilder.package import reader
from deckbuilder.workspace.ready import unbuildable
from deckbuilder.workspace.snapshot import Workspace

AS_IT_WAS = "dist and lock are as they were"


@dataclass(frozen=True, slots=True)
class ComparedPackage:
    """One side of a comparison: a package, what to call it, and what it cannot tell."""

    path: Path
    name: str
    caveat: str = ""


def since(project: Project, output: Path, release: Release, package: Path) -> tuple[Difference, str] | None:
    """What changed from a release to this package, and what that cannot tell. None where the release cannot be had.

    Raises `git.Refused` where it is not in `dist`, and git does not tell.
    """
    with scratch.folder() as folder:
        side = released(project, output, release, folder)
        return None if side is None else (between(side.path, package, AS_IT_WAS), side.caveat)


def between(old: Path, new: Path, help: str = "") -> Difference:
    """What changed from one package to another. Raises `Fault` where one of them cannot be read, with this next step."""
    try:
        with reader.open_package(old) as before, reader.open_package(new) as after:
            return diff.differences(before, after)
    except reader.UnreadablePackage as unreadable:
        raise Fault(str(unreadable), help) from None


def gone(edition: str) -> str:
    """That there is nothing to compare with, in words."""
    return f"the package of edition {edition} is not in dist, and git cannot make it again"


def lost(edition: str, refused: git.Refused | None = None) -> Diagnostic:
    """The same, for those who were to write CHANGES.md from it; `refused`: what git said to it."""
    message = f"{gone(edition)}: CHANGES.md was left as it was"
    help = "put the released package into dist/, or fetch the whole history (git fetch --unshallow --tags)"
    if refused:
        message, help = f"{message}; {refused.message}", f"put the released package into dist/, or: {refused.help}"
    return Diagnostic(Location(LOCK), "no-release", message, help)


def released(project: Project, output: Path, release: Release, folder: Path) -> ComparedPackage | None:
    """The package of a release: as it went out, or made again in `folder` from the commit that recorded it.

    Raises `git.Refused` where git would have to tell, and does not.
    """
    for dist in dict.fromkeys((output, project.root / "dist")):
        name = f"*-{release.edition}"
        for path in sorted([*dist.glob(f"{name}.apkg"), *dist.glob(f"{name}/{name}.apkg")]):
            if _digest(path) == release.digest:
                return ComparedPackage(path, release.edition)
    revision = git.first_with(project.root, f'"release": "{release.edition}"', LOCK)
    if revision is None:
        return None
    try:
        side = revised(project, revision, folder)
    except git.Refused:
        raise
    except Fault:
        return None
    if _digest(side.path) == release.digest:
        return ComparedPackage(side.path, release.edition)
    return ComparedPackage(
        side.path, release.edition, "made again by this version of deckbuilder, whose own changes are not told"
    )


def revised(project: Project, revision: str, folder: Path) -> ComparedPackage:
    """A package of the source at a git revision, made in `folder`. Raises `Fault` where that cannot be."""
    at = git.commit(project.root, revision)
    if at is None:
        raise Fault(
            f"'{revision}' is no file, no released edition and no git revision",
            "give the path of an .apkg, an edition from cards/deck.lock, or a revision such as HEAD~1 or a tag",
        )
    root = folder / at[:12]
    git.check_out(project.root, at, root)
    name = revision if at.startswith(revision) else f"{revision} ({at[:9]})"
    own = root / "templates"
    past = Project(root, own if own.is_dir() else shipped() / "templates", cache=project.cache)
    return _made(past, folder / f"{at[:12]}.apkg", git.time_of(project.root, at), name, f"the source at {revision}")


def current(project: Project, folder: Path, now: int) -> ComparedPackage:
    """A package of the source as it is now, made in `folder`. Neither the lock nor `dist` is touched."""
    return _made(project, folder / "now.apkg", now, "the source", "the source")


def last(project: Project, folder: Path) -> ComparedPackage:
    """The package of the release before now. Raises `Fault` where there is none."""
    release = Workspace(project).lock.last
    if release is None:
        raise Fault("nothing was released yet, so there is nothing to compare with", "name a package or a git revision")
    return _released(project, release, folder)


def side(project: Project | None, what: str, folder: Path) -> ComparedPackage:
    """The package that a person means: a file, a released edition, or a git revision."""
    path = Path(what)
    if path.is_file() or path.suffix in (".apkg", ".colpkg"):
        return ComparedPackage(path, path.name)
    if path.is_dir() and (project is None or git.commit(project.root, what) is None):
        return ComparedPackage(path, path.name)
    if project is None:
        raise Fault(f"there is no file {what}", "give the path of an .apkg; editions and revisions need a project")
    release = Workspace(project).lock.releases.get(what)
    return _released(project, release, folder) if release else revised(project, what, folder)


def _released(project: Project, release: Release, folder: Path) -> ComparedPackage:
    found = released(project, project.root / "dist", release, folder)
    if found is None:
        missing = lost(release.edition)
        raise Fault(missing.message.split(":")[0], missing.help)
    return found


def _made(project: Project, path: Path, now: int, name: str, what: str) -> ComparedPackage:
    ready, found = Workspace(project).ready(now, allow_schema_change=True, lint=False)
    if ready is None:
        raise unbuildable(what, found)
    path.parent.mkdir(parents=True, exist_ok=True)
    ready.write(path)
    return ComparedPackage(path, name)


def _digest(path: Path) -> str:
    try:
        with reader.open_package(path) as contents:
            return str((contents.manifest or {}).get("digest", ""))
    except reader.UnreadablePackage:
        return ""
