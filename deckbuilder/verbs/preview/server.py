"""The page and what it asks for, on this computer alone.

Nothing that comes in an address ever names a file on the disk: pages, media and sources are looked up in tables.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from typing import Any

import anyio
import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from deckbuilder.verbs.preview import editor as editors
from deckbuilder.verbs.preview import page, patience
from deckbuilder.verbs.preview.session import Patch, Session
from deckbuilder.verbs.preview.since import Since
from deckbuilder.verbs.preview.visitors import FRAME_POLICY, MEDIA, MEDIA_POLICY, PAGE_POLICY, Guard
from deckbuilder.verbs.preview.watch import saves

HOST = "127.0.0.1"
FIRST_PORT = 4747
MAX_ASKED = 4_096  # bytes of a request's body
QUIET = 1.0  # seconds without a save before what learners will see change is worked out
MAX_LISTENING = 32  # streams of news: half of the connections that may be open
BEAT = 15.0  # seconds between signs of life
_NOT_THERE = PlainTextResponse("There is nothing here.", 404)


class Preview:
    """The application for one session. `editor`: as in `$VISUAL`; `now`: the clock, in seconds."""

    def __init__(self, session: Session, port: int, editor: str, now: Callable[[], int]) -> None:
        self.session = session
        self.token = secrets.token_urlsafe(24)
        self.run = secrets.token_urlsafe(8)
        self.broken: BaseException | None = None  # a fault of ours, by which it ended
        self.end: Callable[[], None] = lambda: None
        self.port = port
        self._editor, self._now = editor, now
        self._pages = page.files()
        self._listening: set[asyncio.Queue[Patch | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.app = Starlette(
            routes=[
                Route("/", self._index),
                Route("/page/{name}", self._page),
                Route("/media/{name}", self._media),
                Route("/state", self._state),
                Route("/note", self._note),
                Route("/events", self._events),
                Route("/open", self._open, methods=["POST"]),
            ],
            middleware=[Middleware(Guard, port=port)],
            lifespan=self._living,
        )
        self.app.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)

    def hang_up(self) -> None:
        """Ends every stream of news, so that the server can end. May be called from a signal handler."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._tell_all, None)

    @asynccontextmanager
    async def _living(self, app: Starlette) -> AsyncIterator[None]:
        self._loop = asyncio.get_running_loop()
        stop, saved = anyio.Event(), anyio.Event()
        with closing(Since(self.session.workspace, self._now)) as since:
            async with anyio.create_task_group() as tasks:
                watched = _Saved(saved)
                tasks.start_soon(self._whole, self._watch, stop, watched)
                tasks.start_soon(self._whole, self._compare, since, watched)
                yield
                stop.set()
                tasks.cancel_scope.cancel()

    async def _whole(self, work: Callable[..., Awaitable[None]], *given: Any) -> None:
        """A preview that no longer follows the cards would be a lie: it ends, and the fault is raised."""
        try:
            await work(*given)
        except Exception as error:
            self.broken = error
            self._tell_all(None)
            self.end()

    async def _watch(self, stop: anyio.Event, watched: _Saved) -> None:
        async for paths in saves(self.session.project, stop):
            await anyio.to_thread.run_sync(self.session.saved, paths, self._tell)
            watched.happened()

    async def _compare(self, since: Since, watched: _Saved) -> None:
        """What learners will see change, whenever the author pauses."""
        while True:
            found = await anyio.to_thread.run_sync(since.changes)
            if found is not None:
                await anyio.to_thread.run_sync(self.session.tells, found, self._tell)
            await watched.next()
            while True:
                with anyio.move_on_after(QUIET) as waiting:
                    await watched.next()
                if waiting.cancelled_caught:
                    break

    def _tell(self, patch: Patch) -> None:
        """From the thread that worked it out to everybody who listens."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._tell_all, patch)

    def _tell_all(self, patch: Patch | None) -> None:
        for queue in self._listening:
            queue.put_nowait(patch)

    async def _index(self, request: Request) -> Response:
        return HTMLResponse(page.index(token=self.token), headers={"content-security-policy": PAGE_POLICY})

    async def _page(self, request: Request) -> Response:
        found = self._pages.get(request.path_params["name"])
        return _NOT_THERE if found is None else Response(found[0], media_type=found[1])

    async def _media(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name == page.FRAME:
            here = f"http://{request.headers['host']}{MEDIA}"
            policy = FRAME_POLICY.format(scripts=page.scripts(), media=here)
            frame = self._pages[page.FRAME][0].decode().replace(page.POLICY, "")
            return HTMLResponse(frame, headers={"content-security-policy": policy})
        media = self.session.now.media.get(name)
        if media is None:
            return _NOT_THERE
        try:
            data = await anyio.Path(media.path).read_bytes()
        except OSError:
            return _NOT_THERE
        kind = mimetypes.guess_type(media.name)[0] or "application/octet-stream"
        return Response(data, media_type=kind, headers={"content-security-policy": MEDIA_POLICY})

    async def _state(self, request: Request) -> Response:
        return _json(await anyio.to_thread.run_sync(self.session.state))

    async def _note(self, request: Request) -> Response:
        found = await anyio.to_thread.run_sync(self.session.whole, request.query_params.get("key", ""))
        return _NOT_THERE if found is None else _json(found)

    async def _events(self, request: Request) -> Response:
        if len(self._listening) >= MAX_LISTENING:
            return PlainTextResponse("Too many pages are open: close some of them.", 503)
        queue: asyncio.Queue[Patch | None] = asyncio.Queue()
        hello = {"run": self.run, "revision": self.session.now.revision}

        async def stream() -> AsyncIterator[str]:
            self._listening.add(queue)
            try:
                yield _event("hello", hello)
                while True:
                    try:
                        patch = await asyncio.wait_for(queue.get(), BEAT)
                    except asyncio.TimeoutError:
                        yield ": still here\n\n"
                        continue
                    if patch is None:
                        return
                    yield _event("patch", patch)
            finally:
                self._listening.discard(queue)

        return StreamingResponse(stream(), media_type="text/event-stream")

    async def _open(self, request: Request) -> Response:
        """Opens a place in one of the project's own files; says by which address, if no editor is known."""
        if not secrets.compare_digest(request.headers.get("x-token", "").encode(), self.token.encode()):
            return PlainTextResponse("The page is not the one that this server gave out.", 403)
        asked = await _asked(request)
        name = asked.get("path")
        files = await anyio.to_thread.run_sync(lambda: self.session.files)
        path = files.get(name) if isinstance(name, str) else None
        if path is None:
            return _NOT_THERE
        line, column = (found if isinstance(found := asked.get(each), int) else 1 for each in ("line", "column"))
        words = editors.command(self._editor, path, line, column)
        if words is not None and await anyio.to_thread.run_sync(lambda: editors.run(words)):
            return _json({"opened": True})
        return _json({"opened": False, "link": editors.link(path, line, column)})


class _Saved:
    """That something was saved, for whoever waits for the next time."""

    def __init__(self, event: anyio.Event) -> None:
        self._event = event

    def happened(self) -> None:
        event, self._event = self._event, anyio.Event()
        event.set()

    async def next(self) -> None:
        await self._event.wait()


class Server(uvicorn.Server):
    """Ends at once: what listens for news would keep it waiting."""

    ready: Callable[[], None] = staticmethod(lambda: None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Not before this does Ctrl-C end it in order, so not before this is anybody told where it is."""
        await super().startup(sockets)
        self.ready()

    def handle_exit(self, sig: int, frame: Any) -> None:
        preview: Preview = self.config.app  # type: ignore[assignment]
        preview.hang_up()
        super().handle_exit(sig, frame)


def listen(port: int) -> socket.socket:
    """A socket on this computer alone, at this port, or at another where it is taken."""
    for wanted in (*range(port, min(port + 20, 65_536)), 0):
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # on Windows two programs could share a port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((HOST, wanted))
            found.listen(64)
            return found
        except OSError:
            found.close()
    raise OSError(f"no port of {HOST} is free")


def serve(
    session: Session, listening: socket.socket, editor: str, now: Callable[[], int], started: Callable[[], None]
) -> None:
    """Serves an open session until Ctrl-C, which it leaves to the caller as `KeyboardInterrupt`."""
    preview = Preview(session, listening.getsockname()[1], editor, now)
    server = Server(config(preview))
    preview.end = lambda: setattr(server, "should_exit", True)
    server.ready = started
    with suppress(SystemExit):
        server.run(sockets=[listening])
    if preview.broken is not None:
        raise preview.broken


def config(preview: Preview) -> uvicorn.Config:
    """How it is served: silently, and without waiting for anybody at the end."""
    return uvicorn.Config(
        preview,
        log_level="critical",
        access_log=False,
        ws="none",
        **patience.OPTIONS,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
    )


def _json(value: Any) -> Response:
    return Response(_dumped(value), media_type="application/json")


def _event(name: str, value: Any) -> str:
    return f"event: {name}\ndata: {_dumped(value)}\n\n"


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


async def _asked(request: Request) -> dict[str, Any]:
    """What the page sent, {} where it is no request of ours."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_ASKED:
            return {}
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
