"""Git is asked, and a stranger's repository gives it nothing to run; when it does not answer, nobody takes that for a no."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.author import Author

from deckbuilder import cli
from deckbuilder.core import git as gits
from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.git import asking, plain
from deckbuilder.verbs.release import refuse
from deckbuilder.workspace import history

LOCK = "cards/deck.lock"
MUSCLE = "cards/muscles/biceps-brachii.yaml"

posix = pytest.mark.skipif(sys.platform == "win32", reason="the traps are shell commands")


def git(root: Path, *arguments: str, given: str | None = None) -> str:
    """As a person asks it, with all settings of the repository."""
    command = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, input=given).stdout.strip()


def start(root: Path) -> None:
    git(root, "init", "-q", "--template=", "-b", "main")


def commit(author: Author) -> None:
    git(author.root, "add", "-A")
    git(author.root, "commit", "-q", "--allow-empty", "-m", "kept")


def run(author: Author, verb: str, *arguments: str) -> Result:
    author.now += 60
    environment = {"SOURCE_DATE_EPOCH": str(author.now)}
    return CliRunner().invoke(cli.cli, [verb, *arguments, "--project", str(author.root)], env=environment)


@pytest.fixture
def kept(author: Author) -> Author:
    """A project in git, built and committed."""
    author.hush()
    start(author.root)
    author.build()
    commit(author)
    return author


# --- what is not committed -------------------------------------------------------------------------------------------


def test_what_is_as_committed_has_not_changed(kept: Author) -> None:
    assert gits.changed(kept.root) == []


def test_every_way_of_differing_from_the_last_commit_is_told(kept: Author) -> None:
    kept.edit(MUSCLE, "palm", "hand")
    kept.write("cards/new.yaml", "x")
    kept.write("cards/staged.yaml", "x")
    git(kept.root, "add", "cards/staged.yaml")
    (kept.root / "cards/concepts.yaml").unlink()
    kept.write("cards/é.yaml", "x")
    kept.write("cards/muscles/left.part", "by a killed run")
    kept.write("elsewhere.txt", "x")

    assert gits.changed(kept.root) == sorted(
        ["cards/concepts.yaml", MUSCLE, "cards/new.yaml", "cards/staged.yaml", "cards/é.yaml"]
    )


def test_what_git_ignores_has_not_changed(kept: Author) -> None:
    kept.write(".gitignore", "cards/scratch.yaml\n*.part\ncards/.building\n")
    kept.write("cards/scratch.yaml", "x")

    assert gits.changed(kept.root) == []


def test_before_the_first_commit_everything_differs(author: Author) -> None:
    start(author.root)

    changed = gits.changed(author.root)

    assert changed is not None
    assert MUSCLE in changed


@pytest.mark.parametrize("attributes", ["", "*.yaml text eol=crlf\n", "* text=auto\n"])
def test_other_ends_of_lines_are_no_change(kept: Author, attributes: str) -> None:
    kept.write(".gitattributes", attributes)
    for path in (kept.root / "cards").rglob("*.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert gits.changed(kept.root) == []


def test_in_what_is_no_text_every_byte_counts(kept: Author) -> None:
    kept.write("cards/media/a.png", b"\x89PNG\0\n")
    commit(kept)
    kept.write("cards/media/a.png", b"\x89PNG\0\r\n")

    assert gits.changed(kept.root) == ["cards/media/a.png"]


def lfs(data: bytes) -> bytes:
    digest = hashlib.sha256(data).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n".encode()


def test_a_picture_that_git_lfs_keeps_is_the_one_that_was_committed(kept: Author, tmp_path: Path) -> None:
    """Git itself would run `git-lfs` to know."""
    kept.write("cards/media/a.png", lfs(b"picture"))
    commit(kept)
    kept.write("cards/media/a.png", b"picture")
    digest = hashlib.sha256(b"picture").hexdigest()
    kept.write(f".git/lfs/objects/{digest[:2]}/{digest[2:4]}/{digest}", b"picture")

    assert gits.changed(kept.root) == []
    gits.check_out(kept.root, "HEAD", tmp_path / "out")
    assert (tmp_path / "out/cards/media/a.png").read_bytes() == b"picture"

    kept.write("cards/media/a.png", b"another")
    assert gits.changed(kept.root) == ["cards/media/a.png"]


def test_what_git_lfs_did_not_fetch_or_keeps_wrongly_stays_a_pointer(kept: Author, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"picture").hexdigest()
    kept.write("cards/media/a.png", lfs(b"picture"))
    commit(kept)
    kept.write(f".git/lfs/objects/{digest[:2]}/{digest[2:4]}/{digest}", b"somebody else's")

    gits.check_out(kept.root, "HEAD", tmp_path / "out")

    assert plain.pointer((tmp_path / "out/cards/media/a.png").read_bytes()) == digest


@posix
def test_a_link_is_what_it_leads_to(kept: Author, tmp_path: Path) -> None:
    (kept.root / "cards/link.yaml").symlink_to("concepts.yaml")
    commit(kept)
    assert gits.changed(kept.root) == []
    gits.check_out(kept.root, "HEAD", tmp_path / "out")
    assert not os.path.lexists(tmp_path / "out/cards/link.yaml")

    (kept.root / "cards/link.yaml").unlink()
    (kept.root / "cards/link.yaml").symlink_to("actions.yaml")
    assert gits.changed(kept.root) == ["cards/link.yaml"]


def test_a_repository_within_the_cards_stands_where_it_was_committed(kept: Author) -> None:
    inner = kept.root / "cards/shared"
    inner.mkdir()
    kept.write("cards/shared/a.yaml", "x")
    start(inner)
    git(inner, "add", "-A")
    git(inner, "commit", "-qm", "x")
    commit(kept)
    assert gits.changed(kept.root) == []

    kept.write("cards/shared/a.yaml", "y")
    assert gits.changed(kept.root) == ["cards/shared/a.yaml"]
    git(inner, "commit", "-qam", "y")
    assert gits.changed(kept.root) == ["cards/shared"]


def test_a_project_may_be_a_folder_of_a_repository(author: Author, tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / "decks").mkdir(parents=True)
    shutil.copytree(author.root, top / "decks/arm")
    author.root = top / "decks/arm"
    author.build()
    start(top)
    git(top, "add", "-A")
    git(top, "commit", "-qm", "x")
    author.edit(MUSCLE, "palm", "hand")

    assert gits.changed(author.root) == [MUSCLE]
    assert gits.committed(author.root, LOCK)
    assert not gits.committed(author.root, "cards/nothing.yaml")
    assert gits.first_with(author.root, "biceps", LOCK) == git(top, "rev-parse", "HEAD")
    gits.check_out(author.root, "HEAD", tmp_path / "out")
    assert (tmp_path / "out" / MUSCLE).is_file()


def test_the_first_commit_with_a_text_is_the_oldest_of_those_that_brought_it(kept: Author) -> None:
    commits = []
    for text in ("one", "two", "two, three", "two"):
        kept.write("cards/told.txt", text)
        commit(kept)
        commits.append(git(kept.root, "rev-parse", "HEAD"))

    assert gits.first_with(kept.root, "two", "cards/told.txt") == commits[1]
    assert gits.first_with(kept.root, "four", "cards/told.txt") is None
    assert gits.time_of(kept.root, commits[1]) == int(git(kept.root, "show", "-s", "--format=%ct", commits[1]))


def test_a_commit_too_large_is_refused_before_it_is_read(
    kept: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gits, "MAX_CHECKOUT", 1000)

    with pytest.raises(Fault, match="is larger than"):
        gits.check_out(kept.root, "HEAD", tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_a_tree_that_leads_out_of_the_folder_leads_nowhere(kept: Author, tmp_path: Path) -> None:
    blob = git(kept.root, "hash-object", "-w", "--stdin", given="evil")
    entry = b"100644 ..\0" + bytes.fromhex(blob)
    command = ["git", "-C", str(kept.root), "hash-object", "-t", "tree", "-w", "--stdin", "--literally"]
    up = subprocess.run(command, input=entry, check=True, capture_output=True, text=False).stdout.decode().strip()
    cards = git(kept.root, "rev-parse", "HEAD:cards")
    entry = b"40000 cards\0" + bytes.fromhex(cards) + b"40000 templates\0" + bytes.fromhex(up)
    tree = subprocess.run(command, input=entry, check=True, capture_output=True).stdout.decode().strip()
    made = git(kept.root, "commit-tree", tree, "-m", "x")

    gits.check_out(kept.root, made, tmp_path / "out")

    assert (tmp_path / "out" / MUSCLE).is_file()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == b"evil"]


# --- a stranger's repository -----------------------------------------------------------------------------------------

# What a repository's settings may have git run: its name here, and where it is set. Each leaves a file of that name.
TRAPS = {
    "clean": "filter.x.clean",
    "smudge": "filter.x.smudge",
    "process": "filter.y.process",
    "textconv": "diff.z.textconv",
    "external-diff": "diff.external",
    "diff-driver": "diff.x.command",
    "merge-driver": "merge.x.driver",
    "signatures": "gpg.program",
    "ssh-signatures": "gpg.ssh.program",
    "watcher": "core.fsmonitor",
    "transport": "core.sshCommand",
    "proxy": "core.gitProxy",
    "alternates": "core.alternateRefsCommand",
    "asked-for-a-word": "core.askPass",
    "secrets": "credential.helper",
    "editor": "core.editor",
    "pager": "core.pager",
    "pager-of-log": "pager.log",
    "tar": "tar.tar.command",
    "upload": "remote.origin.uploadpack",
    "pack": "uploadpack.packObjectsHook",
    "alias": "alias.status",
}
HOOKS = ("post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc", "fsmonitor-watchman")


def trap(canaries: Path, name: str) -> str:
    """A command that leaves a file, and takes whatever it is given."""
    return f"touch '{canaries / name}' #"


def set_traps(root: Path, config: Path, canaries: Path) -> None:
    canaries.mkdir(exist_ok=True)
    lines = ["[include]\n\tpath = traps\n"]
    config.write_text(config.read_text() + "".join(lines))
    traps = config.with_name("traps")
    for name, setting in TRAPS.items():
        command = trap(canaries, name)
        if name in ("signatures", "ssh-signatures", "proxy"):  # run without a shell
            command = str(canaries.with_name(f"{name}.sh"))
            Path(command).write_text(f"#!/bin/sh\ntouch '{canaries / name}'\n")
            Path(command).chmod(0o755)
        if name == "alias":
            command = f"!{command}"
        subprocess.run(["git", "config", "--file", str(traps), setting, command], check=True)
    for setting, value in {
        "log.showSignature": "true",
        "protocol.allow": "always",
        "protocol.ssh.allow": "always",
        "protocol.ext.allow": "always",
        "remote.origin.url": "ssh://example.invalid/x",
        "remote.origin.promisor": "true",
        "remote.origin.partialclonefilter": "blob:none",
    }.items():
        subprocess.run(["git", "config", "--file", str(traps), setting, value], check=True)
    attributes = "*.yaml filter=x diff=x merge=x\ncards/concepts.yaml filter=y\ncards/deck.lock diff=z\n"
    (config.parent / "info").mkdir(exist_ok=True)
    (config.parent / "info" / "attributes").write_text(attributes)
    (config.parent / "hooks").mkdir(exist_ok=True)
    for name in HOOKS:
        hook = config.parent / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch '{canaries / name}'\n")
        hook.chmod(0o755)


@pytest.fixture(scope="module")
def trapped(tmp_path_factory: pytest.TempPathFactory) -> Author:
    """A released project whose repository is full of traps, with a signed commit, and with an object that must be fetched."""
    folder = tmp_path_factory.mktemp("trapped")
    author = Author(folder / "project")
    author.hush()
    start(author.root)
    author.build()
    commit(author)
    assert run(author, "release", "2026-12").exit_code == 0
    commit(author)
    author.edit(MUSCLE, "palm", "hand")
    author.build()
    commit(author)
    text = git(author.root, "cat-file", "commit", "HEAD")
    head, _, message = text.partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"
    made = git(author.root, "hash-object", "-t", "commit", "-w", "--stdin", given=f"{head}\n{signature}\n\n{message}\n")
    git(author.root, "update-ref", "HEAD", made)
    set_traps(author.root, author.root / ".git/config", folder / "canaries")
    for path in (author.root / "cards").rglob("*.yaml"):  # as after a clone: nothing that git knows of it is any use
        os.utime(path, (author.now, author.now))
    return author


def lacking(author: Author, name: str) -> None:
    """The repository without what it holds of this file, as a partial clone is."""
    blob = git(author.root, "rev-parse", f"HEAD:{name}")
    (author.root / ".git/objects" / blob[:2] / blob[2:]).unlink()


@pytest.fixture(scope="module")
def sprung(trapped: Author, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The traps that went off while every verb that asks git did its work."""
    canaries = trapped.root.parent / "canaries"
    assert [path.name for path in canaries.iterdir()] == []
    gits.time_of(trapped.root, "HEAD")
    run(trapped, "diff", "HEAD")
    shutil.rmtree(trapped.dist)
    run(trapped, "build")
    run(trapped, "diff")
    (trapped.root / LOCK).rename(trapped.root / "kept")
    run(trapped, "check")
    run(trapped, "build")
    (trapped.root / "kept").rename(trapped.root / LOCK)
    released = run(trapped, "release", "2027-01")
    assert released.exit_code == 0, released.output
    lacking(trapped, "cards/actions.yaml")
    assert run(trapped, "diff", "HEAD").exit_code == 1
    return sorted(path.name for path in canaries.iterdir())


@pytest.mark.sampled(10)
@posix
@pytest.mark.parametrize("name", [*TRAPS, *HOOKS])
def test_no_verb_runs_what_a_repository_names(name: str, sprung: list[str]) -> None:
    assert name not in sprung


@posix
@pytest.mark.parametrize(
    "name, command",
    {
        "clean": "status",
        "process": "checkout-index -f cards/concepts.yaml",
        "smudge": "checkout-index -f cards/deck.yaml",
        "textconv": "log -p --no-ext-diff -- cards/deck.lock",
        "external-diff": "diff --ext-diff HEAD~1 HEAD -- cards/deck.lock",
        "diff-driver": "diff --ext-diff HEAD~1 HEAD -- cards/muscles",
        "signatures": "log -1 HEAD~0",
        "watcher": "status",
        "transport": "fetch",
        "post-index-change": "read-tree HEAD",
    }.items(),
)
def test_the_traps_do_go_off(name: str, command: str, tmp_path: Path, trapped: Author, sprung: list[str]) -> None:
    """For somebody who asks git as people do; else the test above would prove nothing."""
    root, folder = tmp_path / "copy", trapped.root.parent
    shutil.copytree(trapped.root, root)
    (tmp_path / "canaries").mkdir()
    for script in folder.glob("*.sh"):
        shutil.copy(script, tmp_path)
    for path in (root / ".git/traps", *(root / ".git/hooks").iterdir(), *tmp_path.glob("*.sh")):
        path.write_text(path.read_text().replace(str(folder), str(tmp_path)))
    if name == "signatures":
        git(root, "update-ref", "HEAD", signed(root))

    subprocess.run(["git", "-C", str(root), *command.split()], capture_output=True, check=False, timeout=60)

    assert (tmp_path / "canaries" / name).exists()


def signed(root: Path) -> str:
    for each in git(root, "rev-list", "HEAD").split():
        if "gpgsig" in git(root, "cat-file", "commit", each):
            return each
    raise AssertionError("no commit is signed")


@posix
def test_a_bare_repository_beside_the_cards_is_none_of_the_projects(author: Author, tmp_path: Path) -> None:
    """Anybody can commit one: git itself only guards `.git`."""
    canaries = tmp_path / "canaries"
    for folder in ("objects", "refs"):
        (author.root / folder).mkdir()
    author.write("HEAD", "1" * 40 + "\n")
    author.write("config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
    set_traps(author.root, author.root / "config", canaries)

    done = [run(author, "check"), run(author, "build"), run(author, "diff", "HEAD"), run(author, "release", "2026-12")]

    assert list(canaries.iterdir()) == []
    assert [each.exit_code for each in done] == [1, 1, 1, 1]
    assert all("is laid out as a bare repository" in each.output for each in done)


@posix
def test_a_git_that_cannot_be_told_of_bare_repositories_is_not_led_by_one(
    author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before git 2.38."""
    monkeypatch.setattr(asking, "_SETTINGS", asking._SETTINGS[1:])

    test_a_bare_repository_beside_the_cards_is_none_of_the_projects(author, tmp_path)


@posix
def test_a_git_that_cannot_be_told_not_to_fetch_does_not(trapped: Author, sprung: list[str], tmp_path: Path) -> None:
    """Before git 2.45: the list of protocols stands in its way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(asking._ENVIRONMENT, "GIT_NO_LAZY_FETCH")
        with pytest.raises(gits.Refused):
            gits.check_out(trapped.root, git_head(trapped.root), tmp_path / "out")

    assert not (trapped.root.parent / "canaries/transport").exists()


def git_head(root: Path) -> str:
    return (root / ".git/refs/heads/main").read_text().strip()


@posix
def test_a_program_called_git_in_the_working_folder_is_not_run(
    author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(author.root, f"touch '{tmp_path / 'ran'}'")
    monkeypatch.chdir(author.root)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}{os.environ['PATH']}")

    run(author, "check")

    assert not (tmp_path / "ran").exists()


def test_a_hook_of_git_that_calls_us_is_answered_about_this_project(
    kept: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git tells its hooks of its own index and folder; those of a commit elsewhere are none of ours."""
    start(tmp_path)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / ".git/index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))

    assert gits.changed(kept.root) == []
    assert gits.committed(kept.root, LOCK)


# --- git says no -----------------------------------------------------------------------------------------------------


def fake(folder: Path, script: str) -> None:
    """A program of git's name."""
    (folder / "git").write_text(f"#!/bin/sh\n{textwrap.dedent(script)}\n")
    (folder / "git").chmod(0o755)


def owned_by_another(author: Author, patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own tests go by it


def empty_branch(author: Author, patch: pytest.MonkeyPatch, folder: Path) -> None:
    author.write(".git/refs/heads/main", "")  # as after a power cut


def lost_commit(author: Author, patch: pytest.MonkeyPatch, folder: Path) -> None:
    author.write(".git/refs/heads/main", "1" * 40 + "\n")


def lost_head(author: Author, patch: pytest.MonkeyPatch, folder: Path) -> None:
    (author.root / ".git/HEAD").unlink()


def unknown_format(author: Author, patch: pytest.MonkeyPatch, folder: Path) -> None:
    author.write(".git/config", "[core]\n\trepositoryformatversion = 99\n")


def too_old(author: Author, patch: pytest.MonkeyPatch, folder: Path) -> None:
    fake(folder, "echo 'error: unknown option' >&2; exit 129")
    patch.setenv("PATH", str(folder))


def silent(author: Author, patch: pytest.MonkeyPatch, folder: Path) -> None:
    fake(folder, "exec /bin/sleep 30")
    patch.setenv("PATH", str(folder))
    patch.setattr(asking, "PATIENCE", 0.2)


REFUSALS = {
    owned_by_another: "detected dubious ownership",
    empty_branch: "git cannot read the last commit",
    lost_commit: "git cannot read the last commit",
    lost_head: "not a git repository",
    unknown_format: "Expected git repo version",
    too_old: "unknown option",
    silent: "no answer within 0.2 seconds",
}
refusing = pytest.mark.parametrize("refuses", REFUSALS, ids=lambda each: str(each.__name__))


@posix
@refusing
def test_a_lost_lock_is_not_made_anew_where_git_does_not_tell_whether_it_was_kept(
    refuses: object, kept: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept.root / LOCK).unlink()
    refuses(kept, monkeypatch, tmp_path)  # type: ignore[operator]

    for verb in ("check", "build"):
        done = run(kept, verb)
        assert done.exit_code == 1
        assert "missing-lock" in done.output
        assert REFUSALS[refuses] in done.output  # type: ignore[index]
    assert not (kept.root / LOCK).exists()


@posix
@refusing
def test_nothing_is_released_where_git_does_not_tell_what_is_kept(
    refuses: object, kept: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.edit(MUSCLE, "palm", "hand")
    kept.build()
    refuses(kept, monkeypatch, tmp_path)  # type: ignore[operator]

    done = run(kept, "release", "2027-01")

    assert done.exit_code == 1
    assert REFUSALS[refuses] in done.output  # type: ignore[index]
    assert not list(kept.dist.glob("*2027*"))


@posix
@refusing
def test_a_comparison_with_a_commit_says_what_git_said(
    refuses: object, kept: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuses(kept, monkeypatch, tmp_path)  # type: ignore[operator]

    done = run(kept, "diff", "HEAD")

    assert done.exit_code == 1
    assert REFUSALS[refuses] in done.output  # type: ignore[index]


@posix
def test_the_advice_is_gits_own(kept: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    owned_by_another(kept, monkeypatch, kept.root)

    with pytest.raises(gits.Refused) as refused:
        gits.changed(kept.root)

    assert f"git config --global --add safe.directory {kept.root}" in refused.value.help


@posix
def test_a_build_whose_release_only_git_has_says_what_git_said(kept: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(kept, "release", "2026-12").exit_code == 0
    commit(kept)
    shutil.rmtree(kept.dist)
    owned_by_another(kept, monkeypatch, kept.root)

    done = run(kept, "build")

    assert done.exit_code == 0
    assert "detected dubious ownership" in done.output
    assert "safe.directory" in done.output


def test_a_user_who_trusts_the_folder_is_answered(
    kept: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git's advice, followed."""
    owned_by_another(kept, monkeypatch, kept.root)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    git(tmp_path, "config", "--global", "--add", "safe.directory", str(kept.root))

    assert gits.changed(kept.root) == []


def test_an_index_that_another_git_has_locked_is_read_all_the_same(kept: Author) -> None:
    kept.write(".git/index.lock", "")

    assert run(kept, "release", "2026-12").exit_code == 0


def test_an_index_that_is_damaged_is_git_saying_no(kept: Author) -> None:
    kept.write(".git/index", "this is none")

    done = run(kept, "release", "2026-12")

    assert done.exit_code == 1
    assert "git refuses to tell" in done.output


def test_an_object_that_is_gone_is_git_saying_no(kept: Author, tmp_path: Path) -> None:
    lacking(kept, MUSCLE)

    with pytest.raises(gits.Refused, match="is missing or damaged"):
        gits.check_out(kept.root, git_head(kept.root), tmp_path / "out")
    kept.edit(MUSCLE, "palm", "hand")
    with pytest.raises(gits.Refused, match="is missing or damaged"):
        refuse.dirty(kept.project)


@pytest.mark.parametrize("without", ["a repository", "git"])
def test_where_there_is_no_git_nothing_is_refused(
    without: str, author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    author.hush()
    if without == "git":
        start(author.root)
        monkeypatch.setenv("PATH", str(tmp_path))

    assert gits.changed(author.root) is None
    assert not gits.committed(author.root, LOCK)
    assert gits.commit(author.root, "HEAD") is None
    assert gits.first_with(author.root, "x", LOCK) is None
    author.build()
    assert [each.rule for each in refuse.dirty(author.project)] == ["no-git"]


def test_a_name_that_is_no_revision_is_called_that(kept: Author, tmp_path: Path) -> None:
    for name in ("nothing", "HEAD:cards/none.yaml", "HEAD~99", "--help"):
        with pytest.raises(Fault, match="is no file, no released edition and no git revision"):
            history.revised(kept.project, name, tmp_path)
