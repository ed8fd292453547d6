"""How git is asked: with nothing of the repository's own to run, and with an answer, a refusal, or nobody there told apart.

A repository may be a stranger's. Its settings name programs for nearly everything: filters, drivers of diffs, signatures,
watchers, hooks, transports. So git is asked for plain objects only, by commands that read no attributes (`cat-file`,
`ls-tree`, `ls-files`, `rev-list`, `diff-tree`), never by those made for people (`status`, `log`, `show`, `archive`), and no
transport is allowed, by which a missing object might be fetched. What the user's own environment says stays, but for what
would lead to another repository than the one around the project.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import IO

from deckbuilder.core import programs
from deckbuilder.core.diagnostics import Fault

PATIENCE = 120.0  # seconds
_SETTINGS = (
    "safe.bareRepository=explicit",  # since git 2.38; `home` sees to the same for older ones
    "protocol.allow=never",
    "core.fsmonitor=",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.quotePath=false",
    "log.showSignature=false",
    "diff.external=",
)
# A list of protocols in the environment goes over whatever a repository allows, and no protocol has this name.
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",  # since git 2.45, and in 2.39.4; no older one gets past the protocols either
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
# Where git is run by a hook, these name the repository of the commit, its index and its objects; or another one altogether.
_ELSEWHERE = frozenset(
    [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_COMMON_DIR",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_NAMESPACE",
        "GIT_PREFIX",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_GRAFT_FILE",
        "GIT_SHALLOW_FILE",
        "GIT_REPLACE_REF_BASE",
        "GIT_GLOB_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
        "GIT_EXTERNAL_DIFF",
    ]
)


class Refused(Fault):
    """There is a repository, and git does not answer for it. That is not as if there were none."""


def home(root: Path) -> Path | None:
    """The folder that git keeps for the repository around a project; None where there is no git, or no repository.

    Raises `Refused` where there is one, and git says no.
    """
    git = programs.found("git")
    if git is None:
        return None
    code, said, wrong = _run(git, root, ["rev-parse", "--absolute-git-dir"])
    folder = Path(said.rstrip("\n"))
    bare = code == 0 and root.resolve().is_relative_to(folder.resolve())
    if code == 0 and not bare:
        return folder
    if bare or "bare repository" in wrong:
        raise Refused(
            f"git refuses to tell about {root}: that folder, or one around it, is laid out as a bare repository, which may "
            "be a stranger's",
            "look who put HEAD, objects/ and refs/ beside the files, and move them away",
        )
    if "not a git repository" in wrong and not any((folder / ".git").exists() for folder in _around(root)):
        return None
    raise refused(root, wrong)


def answer(root: Path, *arguments: str, given: str = "", also: Iterable[int] = ()) -> str | None:
    """What git says, in a repository that is there. None where it ends in one of the codes that are an answer `also`."""
    git = programs.found("git")
    assert git is not None, "home() found it"
    code, said, wrong = _run(git, root, list(arguments), given)
    if code in also:
        return None
    if code != 0:
        raise refused(root, wrong)
    return said


@contextmanager
def objects(root: Path) -> Iterator[Objects]:
    """Blobs by their names, as they are: no filter, no line ends, nothing but what was committed."""
    git = programs.found("git")
    assert git is not None, "home() found it"
    process = subprocess.Popen(
        _command(git, root, ["cat-file", "--batch"]),
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    late = Timer(PATIENCE, process.kill)
    late.daemon = True
    late.start()
    try:
        assert process.stdin and process.stdout
        yield Objects(root, process.stdin, process.stdout)
    finally:
        late.cancel()
        process.kill()
        process.communicate()


class Objects:
    """One question after another to one git."""

    def __init__(self, root: Path, asks: IO[bytes], says: IO[bytes]) -> None:
        self._root, self._asks, self._says = root, asks, says

    def blob(self, name: str) -> bytes:
        """The bytes of the blob with this name. Raises `Refused` where git does not have it."""
        try:
            self._asks.write(name.encode() + b"\n")
            self._asks.flush()
        except OSError:
            raise self._lost(name) from None
        head = self._says.readline().split()
        if len(head) != 3 or head[1] != b"blob":
            raise self._lost(name)
        data = self._says.read(int(head[2]) + 1)
        if len(data) != int(head[2]) + 1:
            raise self._lost(name)
        return data[:-1]

    def _lost(self, name: str) -> Refused:
        return Refused(
            f"git cannot give what was committed in {self._root}: the object {name[:12]} is missing or damaged",
            "run `git fsck`, or fetch the whole history",
        )


def refused(root: Path, wrong: str) -> Refused:
    """What git said, in its own words, and its own advice where it has one."""
    lines = [line.strip() for line in wrong.splitlines()]
    fatal = [line.partition(": ")[2] for line in lines if line.startswith(("fatal: ", "error: "))]
    said = next(iter(fatal), "") or next(filter(None, lines), "nothing")
    advice = next((line for line in lines if line.startswith("git config ")), "")
    help = f"run `git status` in {root}, and mend what it says"
    if advice:
        help = f"if you trust whoever owns the folder: {advice}"
    return Refused(f"git refuses to tell about {root}: {said}", help)


def _around(root: Path) -> Iterator[Path]:
    root = root.resolve()
    ceilings = {Path(each) for each in os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep) if each}
    for folder in (root, *root.parents):
        if folder != root and folder in ceilings:
            return
        yield folder


def _run(git: str, root: Path, arguments: list[str], given: str = "") -> tuple[int, str, str]:
    """The exit code, what it says, and what it says of errors."""
    try:
        done = subprocess.run(
            _command(git, root, arguments),
            env=_environment(),
            input=given.encode(),
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        raise refused(root, f"fatal: no answer within {PATIENCE:g} seconds") from None
    except OSError as error:
        raise refused(root, f"fatal: {git} cannot be run ({error.strerror or error})") from None
    return done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode("utf-8", "replace")


def _command(git: str, root: Path, arguments: list[str]) -> list[str]:
    settings = [word for each in _SETTINGS for word in ("-c", each)]
    return [git, "--no-pager", *settings, "-C", str(root), *arguments]


def _environment() -> Mapping[str, str]:
    own = {name: value for name, value in os.environ.items() if name.upper() not in _ELSEWHERE}
    return {**own, **_ENVIRONMENT}
