"""A card in the preview, or in an exported site, reaches nobody: real sockets listen, and a real Chromium shows the card.

Each way out has two ports of its own, TCP and UDP. A name that is only looked up reaches nobody's port, so that
Chromium's own log of its network is read as well.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import browser
from support.author import Author
from support.chromium import found
from support.previewed import ACTION, BICEPS, ORIGIN, opened, running_for

from deckbuilder.verbs.preview.export import export

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CALL = (
    "const call = new W.RTCPeerConnection({iceServers: [{urls: 'SERVER', username: 'a', credential: 'b'}]});"
    "call.createDataChannel('x'); call.createOffer().then(offer => call.setLocalDescription(offer))"
)
STUN = CALL.replace("SERVER", "stun:HOST")
# What a card may hold. HOST: a name or number with a port, which is this way's own.
SCRIPTS = {
    "WebRTC over UDP": STUN.replace("W.", ""),
    "WebRTC over TCP": CALL.replace("W.", "").replace("SERVER", "turn:HOST?transport=tcp"),
    "WebRTC of another realm": "const made = document.createElement('iframe'); document.body.append(made);"
    f"const W = made.contentWindow; {STUN}",
    "the frame's address": "location = 'http://HOST/'",
    "the frame's address, by a blob": "location = URL.createObjectURL(new Blob(['<img src=http://HOST/>'], {type: 'text/html'}))",
    "the page's address": "top.location = 'http://HOST/'",
    "the window": "window.open('http://HOST/')",
    "a link that clicks itself": "const made = document.createElement('a'); made.href = 'http://HOST/'; made.target = '_blank';"
    "document.body.append(made); made.click()",
    "a link that clicks itself here": "const made = document.createElement('a'); made.href = 'http://HOST/'; made.click()",
    "a form that sends itself": "document.body.insertAdjacentHTML('beforeend', '<form id=sent target=_blank action=http://HOST/>');"
    "document.getElementById('sent').submit()",
    "fetch": "fetch('http://HOST/', {mode: 'no-cors'})",
    "XMLHttpRequest": "const asked = new XMLHttpRequest(); asked.open('GET', 'http://HOST/'); asked.send()",
    "WebSocket": "new WebSocket('ws://HOST/')",
    "WebTransport": "new WebTransport('https://HOST/')",
    "EventSource": "new EventSource('http://HOST/')",
    "sendBeacon": "navigator.sendBeacon('http://HOST/', 'x')",
    "a service worker": "navigator.serviceWorker.register('http://HOST/')",
    "a worker": 'new Worker(URL.createObjectURL(new Blob([\'fetch("http://HOST/", {mode: "no-cors"})\'])))',
    "a module": "import('http://HOST/x.js')",
    "a picture": "new Image().src = 'http://HOST/'",
}
MARKUP = {
    "a script from elsewhere": "<script src='http://HOST/'></script>",
    "a handler": "<img src='data:' onerror=\"location='http://HOST/'\">",
    "a handler in SVG": "<svg><animate onbegin=\"location='http://HOST/'\" attributeName=x dur=1s /></svg>",
    "refresh": "<meta http-equiv=refresh content='0;url=http://HOST/'>",
    "another policy that reports": "<meta http-equiv=Content-Security-Policy content=\"img-src 'none'; report-uri http://HOST/\"><img src='data:'>",
    **{
        f"link {rel}": f"<link rel='{rel}' href='http://HOST/' as=image>"
        for rel in (
            *("prefetch", "preload", "modulepreload", "preconnect", "dns-prefetch", "prerender", "stylesheet", "icon"),
            *("manifest", "alternate stylesheet", "compression-dictionary"),
        )
    },
    "speculation": '<script type=speculationrules>{"prefetch": [{"urls": ["http://HOST/"]}], "prerender": [{"urls": ["http://HOST/"]}]}</script>',
    "a base": "<base href='http://HOST/'><img src=x.png>",
    "a page in the page": "<iframe src='http://HOST/'></iframe>",
    "a page in the page, written out": "<iframe srcdoc=\"<img src='http://HOST/'>\"></iframe>",
    "a page in the page that refreshes": "<iframe srcdoc=\"<meta http-equiv=refresh content='0;url=http://HOST/'>\"></iframe>",
    "a page in the page that calls": f'<iframe srcdoc="<script>{STUN.replace("W.", "")}</script>"></iframe>',
    "a page in the page, as data": "<iframe src=\"data:text/html,<img src='http://HOST/'>\"></iframe>",
    "a page in the page, as a script": "<iframe src=\"javascript:location='http://HOST/'\"></iframe>",
    "an object": "<object data='http://HOST/'></object><object type=text/html data='http://HOST/'></object>",
    "an embed": "<embed src='http://HOST/'><embed type=text/html src='http://HOST/'>",
    "a fenced frame": "<fencedframe src='http://HOST/'></fencedframe>",
    "pictures": "<img src='http://HOST/'><img srcset='http://HOST/ 1x'><picture><source srcset='http://HOST/'><img></picture>"
    "<input type=image src='http://HOST/'><table background='http://HOST/'><td>x</table>",
    "what plays": "<video autoplay src='http://HOST/' poster='http://HOST/'><track default src='http://HOST/'></video>"
    "<audio preload=auto src='http://HOST/'></audio>",
    "a style": "<style>@import 'http://HOST/'; @font-face { font-family: x; src: url(http://HOST/) }"
    "#seen { font-family: x; background: image-set('http://HOST/' 1x); cursor: url(http://HOST/), auto }</style>",
    "a style of one element": "<p style=\"background: url('http://HOST/'); list-style: url('http://HOST/')\">x</p>",
    "SVG": "<svg><style>@import 'http://HOST/';</style><image href='http://HOST/' /><use href='http://HOST/#x' />"
    "<filter id=far><feImage href='http://HOST/' /></filter><rect filter='url(#far)' width=9 height=9 /></svg>",
    "SVG that names another": "<svg><rect filter='url(http://HOST/#x)' fill='url(http://HOST/#x)' width=9 height=9 /></svg>",
    "attribution": "<img attributionsrc='http://HOST/' src='data:'><a attributionsrc='http://HOST/'>x</a>",
    "a link that nobody follows": "<a href='http://HOST/'>x</a>",
}
WAYS = {name: f"<script>{{ {code} }}</script>" for name, code in SCRIPTS.items()} | MARKUP
# What a person presses. Only a link to the web leads anywhere, see below.
PRESSED = {
    "a link in SVG": "<svg width=90 height=90><a href='http://HOST/'><rect id=press width=90 height=90 /></a></svg>",
    "a link that is a script": "<a id=press href=\"javascript:location='http://HOST/'\">x</a>",
    "a link to a file beside it": "<a id=press target=_blank href='x.svg'>x</a>",
    "a form": "<form action='http://HOST/'><button id=press>x</button></form>",
    "a form in a window": "<form target=_blank method=post action='http://HOST/'><button id=press>x</button></form>",
    "a button with an address": "<form><button id=press formaction='http://HOST/'>x</button></form>",
    "a button that is a picture": "<form action='http://HOST/'><input id=press type=image alt=x></form>",
    "a handler": "<b id=press onclick=\"location='http://HOST/'\">x</b>",
}
SHOW = """html => document.querySelector("iframe").contentWindow.postMessage(
    {show: {html, css: "", classes: "card", night: false, side: "front", keep: false, typed: ""}}, "*")"""


class Ear:
    """One port, by TCP and by UDP, and whether anything came."""

    def __init__(self) -> None:
        while True:
            self._tcp, self._udp = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._tcp.bind(("127.0.0.1", 0))
            self.host = f"127.0.0.1:{self._tcp.getsockname()[1]}"
            try:
                self._udp.bind(self._tcp.getsockname())
                break
            except OSError:  # the port is somebody's by UDP
                self._close()
        self._tcp.listen(8)
        for each in (self._tcp, self._udp):
            each.setblocking(False)

    def heard(self) -> str:
        """What came first, empty where nothing did; nothing more is listened for."""
        try:
            try:
                self._tcp.accept()[0].close()
                return "TCP"
            except BlockingIOError:
                pass
            try:
                self._udp.recv(2_000)
                return "UDP"
            except BlockingIOError:
                return ""
        finally:
            self._close()

    def _close(self) -> None:
        self._tcp.close()
        self._udp.close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *said: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder as any web server has it."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{serving.server_address[1]}/"
        finally:
            serving.shutdown()
            thread.join()


@pytest.fixture(scope="module", params=["live", "site on the disk", "site on the web"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("shown")
    author = Author(folder / "project")
    if request.param == "live":
        with running_for(author) as running:
            yield running.address
        return
    export(author.project, folder / "site")
    if request.param == "site on the disk":
        yield (folder / "site" / "index.html").as_uri()
        return
    with served(folder / "site") as address:
        yield address


def show(page: Page, html: str) -> None:
    """One side of a card whose HTML is all a stranger's. It was shown when this returns."""
    page.evaluate(SHOW, f'<p id="seen">{html}<b class="last"></b></p><i class="last"></i>')
    page.frame_locator("iframe").first.locator("i.last").wait_for(state="attached", timeout=5_000)


@pytest.fixture(scope="module")
def watched(chromium: Browser, address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium of its own for each address, which writes down whom it asks; it may not ask for any name at all."""
    log = tmp_path_factory.mktemp("asked") / "net.json"
    own = chromium.browser_type.launch(executable_path=found(), args=[*browser.FLAGS, f"--log-net-log={log}"])
    yield own
    with pytest.raises(Exception, match="ERR_"):
        own.new_page().goto("http://name.of.somebody/")
    own.close()
    said = log.read_text("utf-8")
    assert "name.of.somebody" in said
    assert "name.of.nobody" not in said


@pytest.fixture
def shown(watched: Browser, address: str) -> Iterator[Page]:
    page = watched.new_page()
    page.goto(f"{address}#{ORIGIN}")
    page.wait_for_selector("body[data-ready]")
    page.frame_locator("iframe").first.locator("h1").wait_for()
    yield page
    page.close()


def test_no_card_reaches_anybody_by_itself(shown: Page) -> None:
    ears = {name: Ear() for name in WAYS}
    for name, html in WAYS.items():
        show(shown, html.replace("HOST", ears[name].host))
        shown.wait_for_timeout(30)
    for html in ("<a href='http://HOST/'>x</a>", *(MARKUP[f"link {rel}"] for rel in ("dns-prefetch", "preconnect"))):
        show(shown, html.replace("HOST", "name.of.nobody"))
    shown.wait_for_timeout(1_000)

    assert {name: found for name, ear in ears.items() if (found := ear.heard())} == {}
    assert len(shown.context.pages) == 1


def test_what_a_person_presses_on_a_card_reaches_nobody(shown: Page) -> None:
    ears = {name: Ear() for name in PRESSED}
    for name, html in PRESSED.items():
        show(shown, html.replace("HOST", ears[name].host))
        shown.frame_locator("iframe").first.locator("#press").click(force=True)
        shown.wait_for_timeout(30)
    shown.wait_for_timeout(700)

    assert {name: found for name, ear in ears.items() if (found := ear.heard())} == {}
    assert len(shown.context.pages) == 1


def test_a_link_that_is_followed_opens_a_page_that_knows_nothing_of_ours(shown: Page, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "index.html").write_text("<title>Far</title>")
    with served(tmp_path / "far") as far, closing(socket.socket()) as pinged:
        pinged.bind(("127.0.0.1", 0))
        pinged.listen()
        pinged.setblocking(False)
        port = pinged.getsockname()[1]
        show(
            shown,
            f'<a id=press style="display: inline-block; padding: 30px" href="{far}" ping="http://127.0.0.1:{port}/" target=_top>x</a>',
        )
        with shown.expect_popup() as opening:
            shown.frame_locator("iframe").first.locator("#press").click()
        opening.value.wait_for_load_state()
        seen = opening.value.evaluate("() => [document.title, opener, document.referrer]")
        shown.wait_for_timeout(300)

        assert seen == ["Far", None, ""]
        with pytest.raises(BlockingIOError):
            pinged.accept()


def test_a_stranger_who_frames_a_site_gets_no_script_into_it(chromium: Browser, author: Author, tmp_path: Path) -> None:
    """The frame of a site shows what its page tells it; somebody else's page may open it as well."""
    export(author.project, tmp_path / "site")
    (tmp_path / "evil").mkdir()
    with served(tmp_path / "site") as site, served(tmp_path / "evil") as evil:
        (tmp_path / "evil" / "index.html").write_text(
            f'<iframe src="{site}media/frame.html"></iframe><script>addEventListener("message", event => {{ if (event.data.ready)'
            " event.source.postMessage({ show: { html: \"<p id=seen>x<script>document.title = 'taken'<\\/script>\","
            ' css: "", classes: "card", side: "front" } }, "*") })</script>'
        )
        page = chromium.new_page()
        page.goto(evil)
        frame = page.frame_locator("iframe")
        frame.locator("#seen").wait_for(state="attached")
        page.wait_for_timeout(200)
        title = frame.locator("body").evaluate("() => document.title")
        page.close()

    assert title == "Card"


def test_a_card_whose_script_does_not_run_says_so(chromium: Browser, author: Author) -> None:
    author.take_templates()
    author.edit(
        "templates/muscle/cards/origin.html.j2", "[% block question %]", "[% block question %]<script>1</script>"
    )
    with running_for(author) as running, opened(chromium, f"{running.address}#{ORIGIN}") as page:
        caption = page.locator("figcaption", has_text="Front").first
        caption.locator(".silent").wait_for()
        assert caption.inner_text() == "Front, light; its script does not run here"
        page.locator("figcaption", has_text="Back").locator(".silent").wait_for()


def test_a_card_without_a_script_of_its_own_says_nothing(chromium: Browser, author: Author) -> None:
    """Not even where it has a hint, whose handler is Anki's."""
    author.edit(BICEPS, "sources:", "hint: Two places.\nsources:")
    with running_for(author) as running, opened(chromium, f"{running.address}#{ACTION}") as page:
        page.frame_locator("iframe").first.locator("a.hint").wait_for()
        assert page.locator(".silent:visible").count() == 0
