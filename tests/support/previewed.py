"""A live preview in a thread of its own, and a page that looks at it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from deckbuilder.verbs.preview import server
from deckbuilder.verbs.preview.session import Session
from support.author import Author

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


BICEPS = "cards/muscles/biceps-brachii.yaml"


ORIGIN = "muscle/biceps-brachii.2"  # the key, and the number of the card's template
ACTION = "muscle/biceps-brachii.1"


WIDE: Any = {"width": 1440, "height": 900}


class Running:
    """A preview in a thread of its own, that ends when the test does."""

    def __init__(self, author: Author, port: int = 0) -> None:
        session = Session(author.project)
        session.open()
        self._socket = server.listen(port or 4_900)
        self.port = self._socket.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/"
        self.preview = server.Preview(session, self.port, "", lambda: author.now + 600)
        config = server.config(self.preview)
        self._server = server.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), self.preview.broken
            time.sleep(0.01)

    def ends(self) -> None:
        self.preview.hang_up()
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()
        assert not self._thread.is_alive()
        assert self.preview.broken is None


@contextmanager
def running_for(author: Author) -> Iterator[Running]:
    preview = Running(author)
    try:
        yield preview
    finally:
        preview.ends()


@contextmanager
def opened(chromium: Browser, address: str, size: Any = None, **how: Any) -> Iterator[Page]:
    """A page that may not complain, nor ask for anything elsewhere."""
    context = chromium.new_context(viewport=size or WIDE, reduced_motion="reduce", **how)
    context.set_default_timeout(10_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(f"{said.text} {said.location}") if said.type == "error" else None)
    here = address.split("#")[0].rsplit("/", 1)[0]
    page.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith((here, "data:")) else None)
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    yield page
    context.close()
    assert [each for each in wrong if "ERR_CONNECTION_REFUSED" not in each and "ERR_INCOMPLETE" not in each] == []
