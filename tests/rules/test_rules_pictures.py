"""What the rules about pictures read from files: pixels of every format, words of drawings, and nothing outside the folder."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from deckbuilder.rules import picture_files

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480)
GIF = b"GIF89a" + struct.pack("<HH", 640, 480)
LOSSY = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640, 480)
LOSSLESS = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", 639 | 479 << 14)
EXTENDED = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0" + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")
JPEG = (
    b"\xff\xd8\xff\xe1\x00\x0aEXIFEXIF\xff\xc4\x00\x02\xff\xc2\x00\x11\x08" + struct.pack(">HH", 480, 640) + b"\0" * 9
)


@pytest.mark.parametrize(
    "data",
    [PNG, GIF, LOSSY, LOSSLESS, EXTENDED, JPEG],
    ids=["png", "gif", "webp", "webp lossless", "webp extended", "jpeg"],
)
def test_the_pixels_of_a_picture_stand_in_its_header(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "picture"
    path.write_bytes(data)

    found = picture_files.weight(path)

    assert found == picture_files.Weight(len(data), (640, 480))


@pytest.mark.parametrize("data", [PNG, GIF, LOSSY, LOSSLESS, EXTENDED, JPEG])
def test_a_picture_that_breaks_off_anywhere_is_not_judged_by_its_pixels(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "picture"
    whole = len(data) if data is not JPEG else data.index(b"\xff\xc2") + 9
    for length in range(whole):
        path.write_bytes(data[:length])

        found = picture_files.weight(path)

        assert found is None or found.pixels != (640, 480)


def test_a_file_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "media"
    folder.mkdir()
    (tmp_path / "secret.svg").write_text("<svg/>")
    (folder / "link.svg").symlink_to(tmp_path / "secret.svg")
    (folder / "own.svg").write_text("<svg/>")

    found = [picture_files.inside(folder, name) for name in ("own.svg", "link.svg", "../secret.svg", "no.svg", "a\0b")]

    assert found == [folder / "own.svg", None, None, None, None]


def test_words_of_a_drawing_that_is_moved_have_no_place(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    text = '<svg viewBox="0 0 200 100"><g><text x="20" y="50"><tspan>Linea</tspan> aspera</text></g></svg>'

    path.write_text(text)
    plain = picture_files.drawn_words(path)
    path.write_text(text.replace("<g>", '<g transform="scale(2)">'))
    moved = picture_files.drawn_words(path)

    assert plain == [picture_files.Word("Linea aspera", (0.1, 0.5))]
    assert moved == [picture_files.Word("Linea aspera", None)]


def test_a_drawing_that_never_ends_its_texts_is_read_in_a_moment(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_text('<svg viewBox="0 0 1 1">' + "<text x='1'><" * 40_000)

    found = picture_files.drawn_words(path)

    assert 0 < len(found) <= 40_000
