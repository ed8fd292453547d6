"""A file that is no package: `inspect` and `diff` say what it is, and what to do."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.packed import Packed

from deckbuilder.cli import cli
from deckbuilder.package import mistaken

Make = Callable[[Path], object]
SOUND = Packed.sound("anki2").zipped()
CROWDANKI = json.dumps({"__type__": "Deck", "children": [], "crowdanki_uuid": "1", "notes": []})


def zipped(**members: bytes) -> Make:
    def made(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, raw in members.items():
                archive.writestr(name, raw)

    return made


def folder(name: str, raw: bytes) -> Make:
    def made(path: Path) -> None:
        path.mkdir()
        (path / name).write_bytes(raw)

    return made


FOUND: dict[str, tuple[Make, str, str]] = {
    "web page": (
        lambda path: path.write_bytes(b"\n<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>"),
        "a web page", mistaken.GET_THE_FILE,
    ),
    "web page with a comment and a BOM": (
        lambda path: path.write_bytes(b"\xef\xbb\xbf<!-- saved from x -->\n<HTML lang=en>"), "a web page", mistaken.GET_THE_FILE,
    ),
    "answer of a store": (
        lambda path: path.write_bytes(b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'), "XML", mistaken.GET_THE_FILE,
    ),
    "answer in JSON": (lambda path: path.write_text('{"error": "not found"}'), "JSON, as servers answer", mistaken.GET_THE_FILE),
    "text export": (
        lambda path: path.write_text("#separator:tab\n#html:true\n#tags column:3\nWhat?\tThat\tarm\n"), "a text of notes", mistaken.FROM_ANKI,
    ),
    "tabs": (lambda path: path.write_text("humerus\tarm\nfemur\tthigh\n"), "a text of notes", mistaken.FROM_ANKI),
    "CSV": (lambda path: path.write_text('front,back\n"a, b",c\nd,e\n'), "a text of notes", mistaken.FROM_ANKI),
    "CSV in UTF-16": (lambda path: path.write_bytes("front;back\na;b\n".encode("utf-16")), "a text of notes", mistaken.FROM_ANKI),
    "prose": (lambda path: path.write_text("Dear reader\n"), "a text, not a package", mistaken.GIVE_ANOTHER),
    "bare collection": (
        lambda path: path.write_bytes(Packed.sound("anki2").members["collection.anki2"]), "a bare collection", mistaken.OPEN_IN_ANKI,
    ),
    "CrowdAnki": (lambda path: path.write_text(CROWDANKI), "as CrowdAnki writes it", mistaken.WITH_CROWDANKI),
    "folder of CrowdAnki": (folder("deck.json", CROWDANKI.encode()), "a folder as CrowdAnki writes it", mistaken.WITH_CROWDANKI),
    "zip of CrowdAnki": (zipped(**{"Arm/deck.json": b"{}"}), "a deck of CrowdAnki", mistaken.WITH_CROWDANKI),
    "folder": (folder("notes.txt", b""), "a folder, not a file", mistaken.GIVE_A_FILE),
    "folder with a package": (folder("arm.apkg", SOUND), "a folder with 'arm.apkg' inside", mistaken.GIVE_A_FILE),
    "profile": (folder("collection.anki2", b""), "one of Anki's profiles", "export the deck from Anki as an .apkg"),
    "package in a zip": (zipped(**{"arm.apkg": SOUND}), "a zip file with 'arm.apkg' inside", mistaken.UNPACK),
    "packages in a zip": (
        zipped(**{"__MACOSX/._a.apkg": b"", "a.apkg": SOUND, "b.colpkg": SOUND}), "'a.apkg' and 1 more packages inside", mistaken.UNPACK,
    ),
    "document": (zipped(**{"[Content_Types].xml": b""}), "a document of an office program", mistaken.GIVE_ANOTHER),
    "other zip": (zipped(**{"readme.txt": b""}), "no Anki package", mistaken.FETCH_AGAIN),
    "empty": (lambda path: path.write_bytes(b""), "empty", mistaken.FETCH_AGAIN),
    "cut off": (lambda path: path.write_bytes(SOUND[: len(SOUND) // 2]), "whose end is missing", mistaken.FETCH_AGAIN),
    "cut off at the end": (lambda path: path.write_bytes(SOUND[:-30]), "whose end is missing", mistaken.FETCH_AGAIN),
    "gzip": (lambda path: path.write_bytes(gzip.compress(b"notes")), "gzip", mistaken.UNPACK),
    "picture": (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99)), "a picture", mistaken.GIVE_ANOTHER),
    "Git LFS": (
        lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"), "Git LFS", mistaken.FROM_LFS,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_what_is_no_package_is_called_what_it_is(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, what, help = FOUND[name]
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "a.apkg")

    for arguments in (["inspect", "a.apkg"], ["diff", "a.apkg", "a.apkg"]):
        done = CliRunner().invoke(cli, arguments, standalone_mode=False)

        assert done.exit_code == 1 and isinstance(done.exception, (SystemExit, Exception))
        said = done.stderr or str(done.exception)
        assert said.removeprefix("error: ").startswith("a.apkg: ")
        assert what in said and help in said and "\n" not in said.strip()


def test_a_file_that_says_nothing_of_itself_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.apkg"
    path.write_bytes(bytes(n * n * 31 >> 3 & 255 for n in range(9_999)))

    assert mistaken.file(path) is None


def test_a_whole_collection_is_read_and_called_one(tmp_path: Path) -> None:
    path = tmp_path / "backup.colpkg"
    path.write_bytes(SOUND)

    done = CliRunner().invoke(cli, ["inspect", str(path)])

    assert done.exit_code == 0 and "in the place of all that the learner has" in done.stdout


def test_a_folder_with_no_package_name_is_called_a_folder_by_diff(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old").mkdir()
    (tmp_path / "new.apkg").write_bytes(SOUND)

    done = CliRunner().invoke(cli, ["diff", "old", "new.apkg"])

    assert "a folder, not a file" in (done.stderr or str(done.exception))
