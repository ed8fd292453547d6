"""The README's pictures, made of the cards as they are now: `make pictures`.

Each is remembered with a digest of what it shows, so that the tests can tell a picture that the cards have left behind.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping

from looks import MODES, PHONE, ROOT, learner
from playwright.sync_api import Browser
from support.browser import Card, Reviewer, cards, launched

from deckbuilder.core.project import find

FOLDER = ROOT / "docs" / "pictures"
INDEX = FOLDER / "pictures.json"
# Name of the picture, note, and the card of it whose back is shown.
SHOWN = {"biceps-femoris": ("muscle/biceps-femoris", "Origin")}
# Of a back the question, the answer and the figure; the sections below are left to the reader's Anki.
END = '<div class="rest">'
FRAME = "html::after { content: ''; position: fixed; inset: 0; border: 1px solid #8886 }"


def digests(found: list[Card], media: Mapping[str, bytes]) -> dict[str, str]:
    """Of each picture what it is made of: markup, style and media."""
    return {name: _digest(_card(found, *which), media) for name, which in SHOWN.items()}


def make() -> None:
    """All pictures, by day and by night, and the index last."""
    FOLDER.mkdir(exist_ok=True)
    with learner(find(ROOT)) as anki, launched() as chromium:
        found, media = cards(anki), anki.media()
        for name, which in SHOWN.items():
            for mode, night in MODES.items():
                path = FOLDER / f"{name}-{mode}.webp"
                path.write_bytes(_picture(chromium, _card(found, *which), media, night=night))
                print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KB")
        INDEX.write_text(json.dumps(digests(found, media), indent=2, sort_keys=True) + "\n", "utf-8")


def _card(found: list[Card], key: str, template: str) -> Card:
    return next(card for card in found if (card.key, card.template) == (key, template))


def _digest(card: Card, media: Mapping[str, bytes]) -> str:
    shown = card.back.split(END)[0]
    made_of = [shown.encode(), *(media[name] for name in re.findall(r'src="([^"]+)"', shown))]
    return hashlib.sha256(b"\0".join(made_of)).hexdigest()


def _picture(chromium: Browser, card: Card, media: Mapping[str, bytes], *, night: bool) -> bytes:
    window = Reviewer(chromium, PHONE.scale)
    window.media = media
    window.size(PHONE.width, PHONE.height)
    window.show(card, "back", night=night)
    window.size(PHONE.width, window.page.evaluate("() => document.querySelector('.rest').offsetTop - 8"))
    window.page.evaluate("() => scrollTo(0, 0)")
    with window.styled(FRAME):
        session = window.page.context.new_cdp_session(window.page)
        picture = session.send("Page.captureScreenshot", {"format": "webp", "quality": 88})
    window.page.close()
    return base64.b64decode(picture["data"])


if __name__ == "__main__":
    make()
