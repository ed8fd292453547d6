"""Who may talk to the server: this computer's browser, and our own page in it.

Any page that is open elsewhere can send requests to 127.0.0.1, or bend a name of its own to that address. So the name that
was asked for must be this computer's, with our port, and a request that says where it comes from must come from our page.
Cards are shown in frames of no origin: what their templates ask for says `Origin: null` or another site, and is refused
like any stranger, but for the media of cards.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAMES = ("127.0.0.1", "localhost", "[::1]")
MEDIA = "/media/"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A card may show its own media; it runs nothing, and reaches nothing else, our server included. `{scripts}`: those of the
# frame around it, by their digests; `{media}`: where its media are. A link that a person follows opens a page of its own.
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
CARD_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src {media} data:; media-src {media} data:; "
    "font-src {media} data:; base-uri 'none'; form-action 'none'"
)
FRAME_POLICY = f"sandbox {SANDBOX}; {CARD_POLICY}; frame-ancestors 'self'"
MEDIA_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"


class Guard:
    """Lets through what comes from our page on this computer, and answers anything else with 403."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in NAMES}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["type"] == "websocket" or not self.allows(scope["path"], headers):
            await PlainTextResponse("This preview answers its own page only.", 403)(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        await self._app(scope, receive, answer)

    def allows(self, path: str, headers: Headers) -> bool:
        """Whether a request may be answered. Who says twice where it comes from may mean either."""
        if any(len(headers.getlist(name)) > 1 for name in _SAID_ONCE):
            return False
        if headers.get("host") not in self._hosts:
            return False
        media = path.startswith(MEDIA)
        origin = headers.get("origin")
        if origin is not None and origin not in self._origins | ({"null"} if media else set()):
            return False
        site = headers.get("sec-fetch-site", "none")
        return site in ("same-origin", "none") or media or (path == "/" and _is_visit(headers))


def _is_visit(headers: Headers) -> bool:
    """A person followed a link to the page; what answers cannot be read by the page that the link was on."""
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


_SAID_ONCE = ("host", "origin", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "x-token")
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
