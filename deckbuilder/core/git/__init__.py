"""What git knows of a project: other commits, and what is not committed. None where there is no git, or no repository.

A repository that is there and of which git does not tell is another thing, and raises `Refused` with what git said.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.frozen import dataclass
from deckbuilder.core.git import plain
from deckbuilder.core.git.asking import Objects, Refused, answer, home, objects

__all__ = ["Refused", "changed", "check_out", "commit", "committed", "first_with", "time_of"]

MAX_CHECKOUT = 512 * 1024 * 1024
_PARTS = ("cards", "templates")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file of a commit: `what` is blob, or commit for a repository within this one."""

    name: str
    mode: str
    what: str
    object: str
    size: int = 0


def changed(root: Path) -> list[str] | None:
    """The files below `cards/` and `templates/` that differ from the last commit."""
    if home(root) is None:
        return None
    return sorted(name for name in _differing(root, _PARTS) if not _passing(name))


def committed(root: Path, name: str) -> bool:
    """Whether the last commit has a file of this name."""
    if home(root) is None:
        return False
    head = _head(root)
    return head is not None and bool(answer(root, "ls-tree", "--name-only", head, "--", name))


def commit(root: Path, revision: str) -> str | None:
    """The whole name of a revision's commit."""
    if home(root) is None:
        return None
    odd = (128,) if ":" in revision else ()  # it names a file in a commit, or looks for words
    asked = ("--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    found = answer(root, "rev-parse", *asked, also=(1, *odd))
    if not found:
        _head(root)  # in a repository that is damaged, nobody knows
        return None
    return found.strip()


def first_with(root: Path, text: str, name: str) -> str | None:
    """The oldest commit in which a file holds this text."""
    if home(root) is None or (head := _head(root)) is None:
        return None
    commits = (answer(root, "rev-list", head, "--", name) or "").splitlines()
    asked = ("--stdin", "--root", "-r", "--name-only", "--no-ext-diff", "--no-textconv", f"-S{text}")
    found = answer(root, "diff-tree", *asked, "--", name, given="".join(f"{each}\n" for each in commits)) or ""
    with_it = set(found.splitlines())
    return next((each for each in reversed(commits) if each in with_it), None)


def time_of(root: Path, commit: str) -> int:
    """When a commit was made, in seconds."""
    said = answer(root, "rev-list", "--no-walk", "--timestamp", commit) or ""
    return int((said.split() or ["0"])[0])


def check_out(root: Path, commit: str, into: Path) -> None:
    """`cards/` and `templates/` as they were, into a new folder; links and all that leads out of it are left behind."""
    files = _plain_files(root, commit)
    room = MAX_CHECKOUT - sum(each.size for each in files)
    kept = answer(root, "rev-parse", "--git-common-dir") or ""
    keeps = Path(root, kept.rstrip("\n"))
    with objects(root) as blobs:
        for each in files if room >= 0 else ():
            room -= _laid(into, each, blobs.blob(each.object), keeps, room)
            if room < 0:
                break
    if room < 0:
        raise Fault(f"the source at {commit[:12]} is larger than {MAX_CHECKOUT >> 20} MiB", "compare packages")


def _plain_files(root: Path, commit: str) -> list[_Entry]:
    """The files of a project at a commit, without links. Raises `Fault` where there was none."""
    files = [each for each in _tree(root, commit, _PARTS) if each.what == "blob" and each.mode != "120000"]
    if not any(each.name.startswith("cards/") for each in files):
        raise Fault(f"there is no cards/ at {commit[:12]}", "give a revision in which the project existed")
    return files


def _laid(into: Path, file: _Entry, data: bytes, keeps: Path, room: int) -> int:
    """One file into its place in a folder, unless that leads out of it; how much more it takes than git told.

    That is where large files are kept beside git (LFS), and git itself only knows a pointer. What has no room is not written.
    """
    target, more = into / file.name, 0
    into.mkdir(parents=True, exist_ok=True)
    if ".." in target.parts or not target.resolve().is_relative_to(into.resolve()):
        return 0
    if digest := plain.pointer(data):
        data = plain.stored(keeps, digest) or data
        more = len(data)
    if more <= room:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return more


def _differing(root: Path, parts: tuple[str, ...]) -> Iterator[str]:
    """The names below these parts of which the disk says something else than the last commit."""
    head = _head(root)
    before = {each.name: each for each in _tree(root, head, parts)} if head else {}
    listed = answer(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *parts) or ""
    there = {name for name in listed.split("\0") if name and os.path.lexists(root / name)}
    yield from there - before.keys()
    with objects(root) as blobs:
        for name, entry in before.items():
            if entry.what == "commit":
                yield from _within(root, entry)
            elif not _same(root / name, entry, blobs):
                yield name


def _within(root: Path, entry: _Entry) -> Iterator[str]:
    """What differs in a repository within this one, which must stand at the commit that this one names."""
    path = root / entry.name
    if not (path / ".git").exists():
        if not path.is_dir() or any(path.iterdir()):
            yield entry.name
    elif home(path) is None or _head(path) != entry.object:
        yield entry.name
    else:
        yield from (f"{entry.name}/{name}" for name in _differing(path, (".",)))


def _same(path: Path, entry: _Entry, blobs: Objects) -> bool:
    try:
        data = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False
    if path.is_symlink() and entry.mode != "120000":
        return False
    return plain.name_of(data, entry.object) == entry.object or plain.alike(data, blobs.blob(entry.object))


def _tree(root: Path, commit: str, parts: tuple[str, ...]) -> list[_Entry]:
    """The files of a commit below these parts, which need not be there."""
    listed = answer(root, "ls-tree", "-r", "-z", "--long", commit, "--", *parts) or ""
    entries = []
    for line in filter(None, listed.split("\0")):
        about, _, name = line.partition("\t")
        mode, what, object, size = about.split()
        entries.append(_Entry(name, mode, what, object, int(size) if size.isdigit() else 0))
    return entries


def _head(root: Path) -> str | None:
    """The last commit, None where nothing was committed yet. Raises `Refused` where there is one that cannot be read."""
    found = answer(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}", also=(1, 128))
    if found:
        return found.strip()
    branch = answer(root, "symbolic-ref", "--quiet", "HEAD", also=(1, 128))
    git = home(root)
    if branch and git and not _kept(Path(git), root, branch.strip()):
        return None
    raise Refused(
        f"git cannot read the last commit of {root}: what HEAD names is missing or damaged",
        "run `git fsck`, and take the repository from where it is whole",
    )


def _kept(git: Path, root: Path, branch: str) -> bool:
    """Whether a branch is there, sound or not."""
    common = Path(root, (answer(root, "rev-parse", "--git-common-dir") or "").rstrip("\n"))
    if any((folder / branch).exists() for folder in (git, common)):
        return True
    return bool((answer(root, "for-each-ref", "--format=%(refname)", branch) or "").strip())


def _passing(name: str) -> bool:
    """What runs and what a killed run left, in a project that does not tell git to ignore it."""
    parts = PurePosixPath(name).parts
    return name == "cards/.building" or (parts[0] == "cards" and any(part.endswith(".part") for part in parts[1:]))
