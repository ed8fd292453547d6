"""A picture is looked at before it travels: what learners would not see, or not whole, is told where it is named."""

from __future__ import annotations

import base64
import hashlib
import os
import struct
import time
import unicodedata
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from support.author import Author
from support.judge import Anki

from deckbuilder.core import images

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Form = Literal["NFC", "NFD"]
CONCEPTS = "cards/concepts.yaml"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(wide: int = 1, high: int = 1) -> bytes:
    header = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (wide + 1) * high) if wide < 99 else b""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def svg(inside: str = "", more: str = "") -> bytes:
    start = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9" {more}>'
    )
    return f'{start}<rect width="9" height="9"/>{inside}</svg>'.encode()


JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/"
    "yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k="
)
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
WEBP = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
BOMB = b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 10) for c in range(ord("b"), ord("m"))
) + b']><svg xmlns="http://www.w3.org/2000/svg"><text>&l;</text></svg>'  # fmt: skip
DATA = "data:image/png;base64," + base64.b64encode(png()).decode()

SOUND = {
    "a.png": png(),
    "behind-the-end.png": png() + b"\0 what a camera adds",
    "a.jpg": JPEG,
    "behind-the-end.jpeg": JPEG + b"more",
    "a.gif": GIF,
    "a.webp": WEBP,
    "a.svg": svg(),
    "own-parts.svg": svg('<defs><g id="g"/></defs><use href="#g"/><use xlink:href="#g" fill="url(#g)"/>'),
    "picture-within.svg": svg(f'<image href="{DATA}" width="1" height="1"/>'),
    "a-link.svg": svg('<a href="https://example.org/"><rect width="1" height="1"/></a>'),
    "styled.svg": svg("<style>/* @import */ .a { fill: red; clip-path: url('#g') } .on { src: none }</style>"),
    "bare-doctype.svg": b'<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
    b'"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n' + svg(),
    "program-notes.svg": svg('<metadata><x:r xmlns:x="urn:x" x:href="a.png" onto="b"/></metadata>'),
    "latin-name.svg": b'<?xml version="1.0" encoding="iso-8859-1"?>' + svg(),
    "utf-16.svg": svg().decode().encode("utf-16"),
}  # fmt: skip
FLAWED: dict[str, tuple[bytes, str, str]] = {
    "empty.png": (b"", "is empty", "export it again"),
    "zeros.png": (b"\0" * 999, "is empty", "export it again"),
    "pointer.png": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "Git LFS", "`lfs: true`"),
    "pointer.svg": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "Git LFS", "git lfs pull"),
    "page.jpg": (b"\n<!DOCTYPE html><title>404</title>", "a web page", "the picture itself"),
    "page.svg": (b"\xef\xbb\xbf<HTML><body></body></HTML>", "a web page", "the picture itself"),
    "text.png": (b"Not found", "is no PNG", "export it again"),
    "avif.webp": (b"\0\0\0\x1cftypavif\0\0\0\0", "an AVIF or HEIC", "save it as PNG"),
    "svgz.svg": (b"\x1f\x8b\x08\0\0\0\0\0", "a gzip archive", "unpack it"),
    "png.jpg": (png(), "is a PNG, and its name says JPEG", ".png"),
    "svg.png": (svg(), "is an SVG, and its name says PNG", ".svg"),
    "jpeg.svg": (JPEG, "is a JPEG, and its name says SVG", ".jpg"),
    "start.png": (b"\x89PNG\r\n\x1a\n", "cut off", "export or download"),
    "end.png": (png()[:-5], "cut off", "export or download"),
    "bit.png": (png().replace(b"IDAT\x78", b"IDAT\x79"), "cut off, or damaged", "export or download"),
    "no-pixels.png": (png()[:33] + chunk(b"IEND", b""), "cut off", "export or download"),
    "nowhere.png": (png(0, 0), "cut off", "export or download"),
    "huge.png": (png(30_000, 30_000), "30,000 by 30,000 pixels", "scale it down"),
    "end.jpg": (JPEG[:-2], "cut off", "export or download"),
    "half.jpg": (JPEG[:60], "cut off", "export or download"),
    "end.gif": (GIF[:-1], "cut off", "export or download"),
    "half.gif": (GIF[:20], "cut off", "export or download"),
    "end.webp": (WEBP[:-3], "cut off", "export or download"),
    "no-image.webp": (b"RIFF\x04\0\0\0WEBP", "cut off", "export or download"),
    "no-namespace.svg": (b'<svg width="9" height="9"/>', "lacks its namespace", 'xmlns="http://www.w3.org/2000/svg"'),
    "other-root.svg": (b'<html xmlns="http://www.w3.org/1999/xhtml"><svg/></html>', "a web page", "itself"),
    "ampersand.svg": (svg("<text>a & b</text>"), "line 1", "&amp;"),
    "half.svg": (svg()[:-8], "no well-formed SVG", "export it again"),
    "encoding.svg": (b'<?xml version="1.0" encoding="x-none"?>' + svg(), "no well-formed SVG", "export it again"),
    "latin.svg": (b'<?xml version="1.0" encoding="iso-8859-1"?>' + svg("<text>\u00fc</text>").decode().encode("latin-1"), "saved as iso-8859-1", "as UTF-8"),
    "bomb.svg": (BOMB, "DOCTYPE", "plain SVG"),
    "entity.svg": (b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + svg("&a;"), "DOCTYPE", "plain SVG"),
    "script.svg": (svg("<script>1</script>"), "a script", "plain SVG"),
    "hidden-script.svg": (svg('<h:script xmlns:h="http://www.w3.org/1999/xhtml"/>'), "a script", "plain SVG"),
    "handler.svg": (svg(more='onload="x()"'), "under onload", "plain SVG"),
    "link-script.svg": (svg('<a href=" java&#10;script:x()"/>'), "a script in a link", "plain SVG"),
    "animated-link.svg": (svg('<set attributeName="xlink:href" to="x"/>'), "animates xlink:href", "plain SVG"),
    "foreign.svg": (svg("<foreignObject/>"), "<foreignObject>", "as paths"),
    "image.svg": (svg('<image href="b.png"/>'), "'b.png'", "Embed images"),
    "old-image.svg": (svg('<image xlink:href="file:///C:/b.png"/>'), "'file:///C:/b.png'", "Embed images"),
    "use.svg": (svg('<use href="b.svg#x"/>'), "'b.svg#x'", "Embed images"),
    "filled.svg": (svg('<g fill="url(b.svg#x)"/>'), "in its styling, 'b.svg#x'", "Embed images"),
    "style.svg": (svg("<g style='filter:URL(\"//a.example/b\")'/>"), "'//a.example/b'", "Embed images"),
    "escaped.svg": (svg("<g style='filter:u\\72 l(b.svg#x)'/>"), "'b.svg#x'", "Embed images"),
    "import.svg": (svg("<style>@import 'b.css';</style>"), "'b.css'", "Embed images"),
    "font.svg": (svg("<style><![CDATA[@font-face{src:/**/url( b.woff2 )}]]></style>"), "'b.woff2'", "Embed images"),
    "set.svg": (svg("<style>a{mask-image:image-set('b.png' 1x)}</style>"), "'b.png'", "Embed images"),
    "sheet.svg": (b'<?xml-stylesheet href="b.css"?>' + svg(), "its styling from another file", "Embed images"),
}  # fmt: skip


def shows(author: Author, name: str, alias: str = "") -> None:
    """A card that shows the file."""
    old = author.read(CONCEPTS)
    author.write(CONCEPTS, old.replace("  regions: [arm]\n", f"  regions: [arm]\n  picture: {{file: {alias or name}, alt: An arm, credit: me}}\n", 1))  # fmt: skip


def told(author: Author) -> list[str]:
    return [str(each) for each in author.check() if each.rule == "picture"]


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_picture_arrives(author: Author, anki: Anki, name: str) -> None:
    author.write(f"cards/media/{name}", SOUND[name])
    shows(author, name)

    anki.imports(author.build().path)

    assert SOUND[name] in anki.media().values()


@pytest.mark.sampled(20)
@pytest.mark.parametrize("name", FLAWED)
def test_a_picture_that_learners_would_not_see_is_told_where_it_is_named(author: Author, name: str) -> None:
    data, says, cure = FLAWED[name]
    author.write(f"cards/media/{name}", data)
    shows(author, name)

    (said,) = told(author)

    line = next(number for number, text in enumerate(author.read(CONCEPTS).splitlines(), 1) if name in text)
    assert said.startswith(f"{CONCEPTS}:{line}:19: picture: '{name}' ")
    assert says in said.splitlines()[0] and cure in said.splitlines()[1]


def test_chromium_shows_what_is_sound_and_nothing_of_what_is_called_no_picture(chromium: Browser) -> None:
    """Anki's window is a browser: `naturalWidth` is 0 for what it cannot show. Other endings it forgives; phones do not."""
    mime = {".svg": "svg+xml", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif", ".webp": "webp"}
    gone = ("zeros.png", "pointer.png", "pointer.svg", "page.jpg", "page.svg", "text.png", "svgz.svg", "svg.png", "jpeg.svg",
            "start.png", "no-pixels.png", "half.jpg", "half.gif", "no-image.webp", "no-namespace.svg", "ampersand.svg", "half.svg", "latin.svg")  # fmt: skip
    every = SOUND | {name: FLAWED[name][0] for name in gone}
    page = chromium.new_page()
    tags = (
        f'<img id="{name}" src="data:image/{mime[Path(name).suffix]};base64,{base64.b64encode(data).decode()}">'
        for name, data in every.items()
    )
    page.set_content("".join(tags))
    page.wait_for_function("[...document.images].every(image => image.complete)")

    seen = page.evaluate("Object.fromEntries([...document.images].map(image => [image.id, image.naturalWidth]))")
    page.close()

    assert {name for name, width in seen.items() if width} == set(SOUND)


def every_cut() -> Iterator[tuple[bytes, str]]:
    for data, ending in ((png(), ".png"), (JPEG, ".jpg"), (GIF, ".gif"), (WEBP, ".webp"), (svg(), ".svg")):
        for size in range(len(data)):
            yield data[:size], ending


def test_a_picture_that_is_cut_off_anywhere_is_told() -> None:
    for data, ending in every_cut():
        assert images.look(data, f"{hashlib.sha256(data).hexdigest()} cut", ending), (ending, len(data))


def test_entities_that_multiply_cost_nothing() -> None:
    start = time.process_time()

    assert images.look(BOMB, "bomb", ".svg")
    assert images.look(b"<a>" * 600_000, "deep", ".svg")

    assert time.process_time() - start < 2


def test_a_picture_is_looked_at_once_for_all_cards_and_builds(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    author.write("cards/media/once.svg", svg("<g/><!-- once -->"))
    shows(author, "once.svg")
    looked: list[str] = []
    really = images._look

    def look(data: bytes, ending: str) -> images.Flaw | None:
        looked.append(ending)
        return really(data, ending)

    monkeypatch.setattr(images, "_look", look)

    assert not told(author) and not told(author)

    assert looked == [".svg"]


@pytest.mark.parametrize(("card", "disk"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_name_is_found_however_its_accents_are_typed(author: Author, anki: Anki, card: Form, disk: Form) -> None:
    name = "größe/rücken.svg"
    author.write(f"cards/media/{unicodedata.normalize(disk, name)}", svg())
    author.write(
        "cards/credits.yaml",
        f"credit: us\nfiles: '{unicodedata.normalize(card, 'größe/*')}'\nauthor: Us\nlicense: CC0\n",
    )
    shows(author, unicodedata.normalize(card, name))
    author.edit(CONCEPTS, ", credit: me", "")

    built = author.build()

    anki.imports(built.path)
    assert svg() in anki.media().values()
    assert not [each for each in author.check() if each.rule == "uncredited-picture"]


@pytest.mark.parametrize(
    ("disk", "card", "right"), [("Arm.PNG", "arm.png", "Arm.PNG"), ("Sub/arm.png", "sub/arm.png", "Sub/arm.png"), ("ÜBER.png", "über.png", "ÜBER.png")]
)  # fmt: skip
def test_another_case_is_told_on_every_system(author: Author, disk: str, card: str, right: str) -> None:
    author.write(f"cards/media/{disk}", png())
    shows(author, card)

    (said,) = told(author)

    assert "capitals" in said and f"write '{right}'" in said


def test_an_ending_in_capitals_is_no_fault(author: Author, anki: Anki) -> None:
    author.write("cards/media/Arm.PNG", png())
    shows(author, "Arm.PNG")

    anki.imports(author.build().path)

    assert png() in anki.media().values()


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the two cannot be")
def test_two_files_that_other_systems_take_for_one_are_told(author: Author) -> None:
    author.write("cards/media/arm.png", png())
    author.write("cards/media/Arm.png", png(2, 2))
    if (author.root / "cards/media/arm.png").read_bytes() != png():
        pytest.skip("this file system takes them for one")
    shows(author, "arm.png")

    (said,) = told(author)

    assert "may be either of 'Arm.png' and 'arm.png'" in said and "rename one" in said


def test_files_of_one_name_in_two_folders_are_two_pictures(author: Author, anki: Anki) -> None:
    for place, folder in enumerate(("front", "back")):
        author.write(f"cards/media/{folder}/arm.png", png(2 + place, 1))
        text = f"- concept: seen-{folder}\n  name: Seen from the {folder}\n  topic: anatomy\n  regions: [arm]\n"
        text += f"  definition: Something {folder}.\n  picture: {{file: {folder}/arm.png, alt: An arm, credit: me}}\n"
        author.write(f"cards/{folder}.yaml", f"{text}  sources: openstax-ap2e-11-5\n")

    anki.imports(author.build().path)

    assert {png(2, 1), png(3, 1)} <= set(anki.media().values())


def test_a_picture_in_another_folder_is_found_for_the_hint(author: Author) -> None:
    author.write("cards/media/arm/front.png", png())
    shows(author, "front.png")

    (said,) = told(author)

    assert "there is no file cards/media/front.png" in said and "did you mean 'arm/front.png'?" in said
