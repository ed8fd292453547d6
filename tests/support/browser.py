"""Anki's reviewer in a real Chromium, so that tests can ask what a learner sees: one side of a card at a time.

Anki renders the card, through `judge`; this shows it as Anki's window does, with the media of the learner's collection
and nothing from the network. Whatever a card asks of anywhere else is refused, and remembered in `Reviewer.asked`.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, Page, Route, sync_playwright

from support import ankis, chromium
from support.judge import Anki, SeenNote

Side = Literal["front", "back"]

FLAGS = (
    "--no-sandbox",  # there is none to be had in a container; what is shown is our own
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--font-render-hinting=none",
)
# Kept for tests by RFC 6761: if interception failed, nobody would answer.
HOME = "http://anki.test/"

# The card's own style comes after it: Anki puts that into the card.
ANKI_CSS = (Path(__file__).parents[2] / "deckbuilder/verbs/preview/page/anki.css").read_text("utf-8")
SHELL = f"""<!doctype html>
<html lang="en" dir="ltr"><head><title>Anki</title><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{ANKI_CSS}</style></head>
<body><div id="qa" dir="auto"></div></body></html>"""

# As Anki's reviewer.js does it: scripts run, pictures are waited for, the back scrolls to #answer.
SHOW = """async ({html, classes, night, side, open}) => {
  document.documentElement.className = night ? "night-mode" : "";
  document.body.className = classes;
  const qa = document.getElementById("qa");
  qa.innerHTML = html;
  for (const old of qa.querySelectorAll("script")) {
    const made = document.createElement("script");
    for (const {name, value} of old.attributes) made.setAttribute(name, value);
    made.textContent = old.textContent;
    old.replaceWith(made);
  }
  await Promise.all([...qa.querySelectorAll("img")].map(img => img.decode().catch(() => null)));
  await document.fonts.ready;
  await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  if (open) measure.unfold();
  window.scrollTo(0, 0);
  if (side === "back") document.getElementById("answer")?.scrollIntoView();
}"""


@contextmanager
def launched() -> Iterator[Browser]:
    """A Chromium without a window. While it runs, its thread has a running event loop: `asyncio.run` fails there."""
    path = chromium.found()
    if path is None:
        raise FileNotFoundError(chromium.lacking())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class Card:
    """Both sides of a card as Anki gives them to its window, style included."""

    key: str
    notetype: str
    template: str
    ordinal: int
    front: str
    back: str

    def __str__(self) -> str:
        return f"{self.key}, {self.template}"


def cards(anki: Anki, typed: str = "") -> list[Card]:
    """Every card of a collection, by guid and ordinal; `typed` is what the learner types where a card asks for it."""
    styles = {name: f"<style>{kind.css}</style>" for name, kind in anki.notetypes().items()}
    notes = anki.notes()
    found = []
    for guid, ordinal, template, *texts in anki.rendered():
        note, style = notes[guid], styles[notes[guid].notetype]
        front, back = (anki.collection.media.escape_media_filenames(text) for text in texts)
        front, back = _typing(anki, note, front, back, typed)
        found.append(Card(note.fields.get("Key", guid), note.notetype, template, ordinal, style + front, style + back))
    return found


class Reviewer:
    """The window of the reviewer. `media` is the learner's media folder; `asked` and `said` must stay empty.

    `asked` holds what the card wanted from anywhere else and what the folder lacks, `said` its complaints.
    """

    def __init__(self, browser: Browser, scale: float = 1, script: Path | None = None) -> None:
        self.page: Page = browser.new_page(device_scale_factor=scale)
        self.media: Mapping[str, bytes] = {}
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.route("**/*", self._answer)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.add_init_script(path=Path(__file__).with_name("measure.js"))
        self.page.goto(HOME)
        script = script or ankis.reviewer()
        if script.is_file():  # without it, cards with masks say that Anki is too old
            self.page.add_script_tag(content=script.read_text("utf-8"))

    def size(self, width: int, height: int = 844) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def show(self, card: Card, side: Side, *, night: bool = False, unfolded: bool = False) -> None:
        """One side, ready to be looked at: pictures are there, and a back stands where Anki scrolls to.

        `unfolded`: the learner has asked for the hint, and opened all that can be opened.
        """
        classes = f"card card{card.ordinal + 1} isLin fancy" + " nightMode night_mode" * night
        html = card.front if side == "front" else card.back
        self.page.evaluate(SHOW, {"html": html, "classes": classes, "night": night, "side": side, "open": unfolded})

    @contextmanager
    def styled(self, css: str) -> Iterator[None]:
        """With rules of the learner's own, which come before those of the card."""
        element = self.page.add_style_tag(content=css)
        yield
        element.evaluate("element => element.remove()")

    @contextmanager
    def forcing(self, colors: Literal["none", "active"]) -> Iterator[None]:
        """With a system that puts its own few colors in the place of ours, or with one that does not."""
        self.page.emulate_media(forced_colors=colors)
        yield
        self.page.emulate_media(forced_colors="null")

    def measure(self, what: str, *arguments: Any) -> Any:
        """What a function of measure.js finds on the side that is shown."""
        return self.page.evaluate("([what, given]) => measure[what](...given)", [what, arguments])

    def measures(self, asked: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
        """What several of these functions find, by their names."""
        each = (
            "asked => Object.fromEntries(Object.entries(asked).map(([what, given]) => [what, measure[what](...given)]))"
        )
        found: dict[str, Any] = self.page.evaluate(each, {what: list(given) for what, given in asked.items()})
        return found

    def picture(self) -> bytes:
        """A PNG of the whole side, as tall as it is, and no less than the window."""
        return self.page.screenshot(full_page=True, animations="disabled")

    def _answer(self, route: Route) -> None:
        url = route.request.url
        name = unquote(urlsplit(url).path.lstrip("/"))
        if url == HOME:
            route.fulfill(body=SHELL, content_type="text/html; charset=utf-8")
        elif url.startswith(HOME) and name in self.media:
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            route.fulfill(body=self.media[name], content_type=kind)
        else:
            self.asked.append(url)
            route.abort()


_TYPE = re.compile(r"\[\[type:(?:nc:)?(.+?)\]\]")


def _typing(anki: Anki, note: SeenNote, front: str, back: str, typed: str) -> tuple[str, str]:
    """Both sides with a box to type in, and the comparison, where Anki's window puts them for `[[type:Field]]`."""
    found = _TYPE.search(front)
    if found is None:
        return front, back
    kind = anki.collection.get_note(note.id).note_type()
    assert kind is not None
    field = next(field for field in kind["flds"] if field["name"] == found[1])
    style = f"font-family: '{field['font']}'; font-size: {field['size']}px"
    box = f'<center>\n<input type=text id=typeans style="{style};">\n</center>'
    compared = f'<div style="{style}">{anki.collection.compare_answer(note.fields[found[1]], typed, False)}</div>'
    return _TYPE.sub(lambda _: box, front), _TYPE.sub(lambda _: compared, back)
