"""What is written into place: all of it, or all as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.transaction import write, writing


def tree(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("one", "two", "site/index"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"old {name}")
    return tmp_path


def change(folder: Path) -> None:
    """A file that is replaced, one that goes, a folder that is replaced, and a file that is new."""
    with writing("the test", kept="all is as it was") as transaction:
        transaction.text(folder / "one", "new one")
        transaction.remove(folder / "two", at=folder / "two.part")
        site = transaction.aside(folder / "site")
        site.mkdir()
        write(site / "page", b"new page")
        transaction.text(folder / "three", "new three")
        transaction.commit()


AFTER = {"one": "new one", "site/page": "new page", "three": "new three"}


def test_all_of_it_is_in_its_place_and_nothing_is_left_aside(folder: Path) -> None:
    change(folder)

    assert tree(folder) == AFTER


@pytest.mark.parametrize("steps", range(5))
def test_what_fails_at_any_step_leaves_all_as_it_was(folder: Path, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before, done, replace, unlink = tree(folder), iter(range(steps)), Path.replace, Path.unlink

    def failing(path: Path, target: Path) -> Path:
        if path.name.endswith(".part") and "before" not in path.name and next(done, None) is None:
            raise OSError(5, "Input/output error", str(path))
        return replace(path, target)

    def removing(path: Path, missing_ok: bool = False) -> None:
        if path.name == "two" and next(done, None) is None:
            raise OSError(5, "Input/output error", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "replace", failing)
    monkeypatch.setattr(Path, "unlink", removing)
    if steps < 4:
        with pytest.raises(Fault, match="the test could not be written") as fault:
            change(folder)
        assert "all is as it was" in fault.value.help
    else:
        change(folder)

    assert tree(folder) == (before if steps < 4 else AFTER)


def test_a_kill_between_the_two_moves_of_a_folder_is_mended_by_the_next_run(folder: Path) -> None:
    (folder / "site").rename(folder / "site.before.part")

    with pytest.raises(Fault), writing("the site", kept="all is as it was") as transaction:
        transaction.aside(folder / "site").mkdir()
        raise OSError(28, "No space left on device")

    assert tree(folder)["site/index"] == "old site/index"


def test_what_the_disk_did_not_keep_is_not_moved(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(folder)
    monkeypatch.setattr(Path, "read_bytes", lambda path: b"new one, cut")

    with pytest.raises(Fault, match="what was read back is not what was written"):
        change(folder)

    assert tree(folder) == before
