"""How long after a save the browser shows it: `python -m benchmarks.preview`, on a copy of the shipped deck.

Saves come three seconds apart. From the moment that the file is written to the moment that the card in the browser has changed, by the clock of this
computer, which both read. Needs Chromium and the `test` extra.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from deckbuilder.core.project import find
from deckbuilder.verbs.preview import server
from deckbuilder.verbs.preview.session import Session

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
NOTE, CARD = "muscle/biceps-femoris", "cards/muscles/thigh/biceps-femoris.yaml"
SAID = "by a tendon shared with semitendinosus"
# Waits in the card's own frame until its text holds the words, and says when that was.
SEEN = """(qa, words) => new Promise((then) => {
  const look = () => qa.textContent.includes(words) && (then(Date.now() / 1000), true);
  look() || new MutationObserver((_, watching) => look() && watching.disconnect()).observe(qa, {childList: true, subtree: true});
})"""


def measure(browser: Browser, saves: int, pause: float = 3.0) -> list[float]:
    """Seconds from save to sight, save by save."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("cards", "templates"):
            shutil.copytree(ROOT / name, root / name)
        with served(root) as preview:
            asks = next(ordinal for ordinal, name in preview.session.now.notes[NOTE].cards if name == "Origin")
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"http://127.0.0.1:{preview.port}/#{NOTE}.{asks + 1}")
            qa = page.frame_locator('iframe[data-face="back light"]').locator("#qa")
            qa.filter(has_text=SAID).wait_for()
            text, found = (root / CARD).read_text("utf-8"), []
            for number in range(saves):
                time.sleep(pause)
                words = f"{SAID} {number + 1}"
                start = time.time()
                (root / CARD).write_text(text.replace(SAID, words), "utf-8")
                found.append(qa.evaluate(SEEN, words) - start)
            page.close()
            return found


@contextmanager
def served(root: Path) -> Iterator[server.Preview]:
    """A live preview of a project, in a thread of its own."""
    session = Session(find(root))
    session.open()
    with server.listen(0) as listening:
        preview = server.Preview(session, listening.getsockname()[1], "", lambda: int(time.time()))
        serving = server.Server(server.config(preview))
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield preview
        finally:
            preview.hang_up()
            serving.should_exit = True
            thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--saves", type=int, default=20)
    from playwright.sync_api import sync_playwright

    saves = parser.parse_args().saves
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        found = sorted(measure(browser, saves))
        browser.close()
    middle, most = statistics.median(found), found[-1]
    sys.stdout.write(f"{len(found)} saves: median {middle * 1000:.0f} ms, slowest {most * 1000:.0f} ms\n")


if __name__ == "__main__":
    main()
