"""The border of the preview's server: whatever comes in is answered in a sentence, and nobody can keep it waiting."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.asked import examples
from support.author import Author
from support.previewed import Running, running_for

from deckbuilder.verbs.preview import patience, server
from deckbuilder.verbs.preview.session import Session

PORT = 4747
HOST = (b"host", f"127.0.0.1:{PORT}".encode())
Headers = list[tuple[bytes, bytes]]


class Asked:
    """An application that is asked for anything, in bytes."""

    def __init__(self, preview: server.Preview) -> None:
        self.token = preview.token.encode()
        self._app = preview.app

    def __call__(self, method: str, target: bytes, headers: Headers, body: bytes = b"") -> tuple[int, str]:
        raw, _, query = target.partition(b"?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(raw.decode("ascii")),  # as uvicorn does
            "raw_path": raw,
            "root_path": "",
            "query_string": query,
            "headers": headers,
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", PORT),
        }
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        async def ask() -> None:
            await asyncio.wait_for(self._app(scope, receive, send), 20)

        with ThreadPoolExecutor(1) as aside:  # where a browser runs, this thread has a running loop
            aside.submit(asyncio.run, ask()).result()
        return sent[0]["status"], b"".join(each.get("body", b"") for each in sent).decode()


@pytest.fixture
def asked(author: Author) -> Asked:
    session = Session(author.project)
    session.open()
    return Asked(server.Preview(session, PORT, "", lambda: author.now))


# Who says where they come from says it once


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("host", f"127.0.0.1:{PORT}"),
        ("origin", f"http://127.0.0.1:{PORT}"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "none"),
    ],
)
@pytest.mark.parametrize("other", ["cross-site", "https://example.com", "evil.example", "", "same-origin"])
def test_who_says_it_twice_is_refused(asked: Asked, name: str, good: str, other: str) -> None:
    once: Headers = [(name.encode(), good.encode())]
    base: Headers = [] if name == "host" else [HOST]

    assert asked("GET", b"/state", [*base, *once])[0] == 200
    assert asked("GET", b"/state", [*base, *once, (name.encode(), other.encode())])[0] == 403
    assert asked("GET", b"/state", [*base, (name.encode(), other.encode()), *once])[0] == 403


# What is no request of ours


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ([(b"x-token", "g\u00e9".encode())], b"{}", 403),
        ([(b"x-token", b"\xff\xfe")], b"{}", 403),
        (None, b"[" * 4_000, 404),
        (None, b'{"path":' * 4_000, 404),
        (None, b'{"path":' + b"[" * 900 + b"]" * 900 + b"}", 404),
        (None, b'{"path":"\\ud800"}', 404),
        (None, b"\xff\xfe{", 404),
        (None, b'{"path":"cards/deck.yaml","line":' + b"9" * 5_000 + b"}", 404),
    ],
    ids=[
        "a token with an accent",
        "a token of bytes",
        "brackets",
        "braces",
        "a deep path",
        "half a letter",
        "bytes",
        "long",
    ],
)
def test_what_is_no_request_of_ours_is_refused_in_a_sentence(
    asked: Asked, headers: Headers | None, body: bytes, status: int
) -> None:
    own: Headers = [(b"x-token", asked.token)] if headers is None else headers

    answer, said = asked("POST", b"/open", [HOST, *own], body)

    assert answer == status
    assert said.endswith(".")


PATHS = st.sampled_from(
    ["/", "/open", "/note", "/state", "/page/app.js", "/media/frame.html", "/media/", "//", "/open/"]
)
TARGETS = st.one_of(
    st.text(alphabet=[chr(each) for each in range(0x21, 0x7F)], max_size=40).map(lambda text: "/" + text),
    st.builds(lambda path, query: f"{path}?{query}", PATHS, st.from_regex(r"[!-~]{0,30}", fullmatch=True)),
    st.builds(lambda path, bytes: path + "".join(f"%{each:02x}" for each in bytes), PATHS, st.binary(max_size=8)),
)
NAMES = st.sampled_from(
    [
        "host",
        "origin",
        "sec-fetch-site",
        "sec-fetch-mode",
        "x-token",
        "content-type",
        "content-length",
        "cookie",
        "range",
    ]
)
VALUES = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([HOST[1], b"http://127.0.0.1:4747", b"null", b"same-origin", b"cross-site", b"navigate"]),
)
BODIES = st.one_of(
    st.binary(max_size=200),
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["path", "line", "x"]), inner),
    ).map(lambda value: json.dumps(value).encode()),
)


@settings(max_examples=examples(250), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "OPTIONS", "X"]),
    target=TARGETS,
    headers=st.lists(st.tuples(NAMES.map(str.encode), VALUES), max_size=4),
    body=BODIES,
    known=st.booleans(),
)
def test_nothing_that_comes_in_is_a_fault_of_ours(
    asked: Asked, method: str, target: str, headers: Headers, body: bytes, known: bool
) -> None:
    if known:  # past the guard
        kept = [each for each in headers if each[0] not in (b"host", b"origin", b"sec-fetch-site", b"x-token")]
        headers = [HOST, (b"x-token", asked.token), *kept]

    status, _ = asked(method, target.encode(), headers, body)

    assert status < 500


# Nobody keeps it waiting


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch, author: Author) -> Iterator[Running]:
    monkeypatch.setattr(patience, "WHOLE_REQUEST", 0.5)
    monkeypatch.setattr(patience, "CONNECTIONS", 6)
    monkeypatch.setattr(server, "MAX_LISTENING", 2)
    with running_for(author) as running:
        yield running


@contextmanager
def connected(running: Running) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as made:
        yield made


def head(running: Running, path: str = "/", method: str = "GET", more: str = "") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{running.port}\r\n{more}\r\n".encode()


def is_let_go(connection: socket.socket) -> bool:
    """Whether the other side ends it, within the time that the socket waits."""
    try:
        while connection.recv(65_536):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


def drips(connection: socket.socket, text: bytes) -> bool:
    """Says it byte by byte, slowly, and never to its end; whether it is let go."""
    end, place = time.monotonic() + 10, 0
    connection.settimeout(0.1)
    try:
        while time.monotonic() < end:
            connection.send(text[place : place + 1] or b"x")
            place += 1
            with suppress(TimeoutError):
                if connection.recv(1_000) == b"":
                    return True
    except ConnectionError:
        return True
    return False


@pytest.mark.parametrize(
    "says",
    [
        lambda connection, running: is_let_go(connection),
        lambda connection, running: drips(connection, head(running, more="x-slow: ")[:-2]),
        lambda connection, running: (
            connection.send(head(running, "/open", "POST", "content-length: 900\r\n")),
            drips(connection, b"{"),
        )[1],
        lambda connection, running: (
            connection.send(head(running)),
            connection.recv(65_536),
            drips(connection, head(running, more="x-slow: ")[:-2]),
        )[2],
    ],
    ids=["nothing", "a head without end", "a body without end", "a second head without end"],
)
def test_who_does_not_say_what_they_want_is_let_go(
    hurried: Running, says: Callable[[socket.socket, Running], bool]
) -> None:
    with connected(hurried) as connection:
        assert says(connection, hurried)
    with connected(hurried) as connection:
        connection.send(head(hurried))
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_a_head_that_is_too_large_is_refused(hurried: Running) -> None:
    with connected(hurried) as connection:
        connection.sendall(head(hurried, more=f"x-large: {'x' * 40_000}")[:-2])
        assert connection.recv(100).startswith(b"HTTP/1.1 400")


def test_too_many_connections_are_not_kept(hurried: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "WHOLE_REQUEST", 60)
    with ExitStack() as held:
        first = [held.enter_context(connected(hurried)) for _ in range(6)]
        time.sleep(0.2)
        for _ in range(20):
            with connected(hurried) as more:
                assert is_let_go(more)
        first[0].sendall(head(hurried))
        assert first[0].recv(100).startswith(b"HTTP/1.1 200")


def test_streams_of_news_are_counted_and_kept(hurried: Running) -> None:
    with ExitStack() as held:
        listening = [held.enter_context(connected(hurried)) for _ in range(3)]
        answers = []
        for each in listening:
            each.sendall(head(hurried, "/events"))
            answers.append(re.findall(rb"\d{3}", each.recv(2_000))[0])
        time.sleep(1.2)  # longer than a request may take: a stream is an answer

        assert answers == [b"200", b"200", b"503"]
        listening[0].settimeout(0.2)
        assert not is_let_go(listening[0])


def test_who_does_not_read_the_answer_is_let_go(hurried: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hurried.preview.session, "state", lambda: {"large": "x" * 50_000_000})
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.settimeout(10)
        connection.connect(("127.0.0.1", hurried.port))
        connection.sendall(head(hurried, "/state"))
        time.sleep(1.5)
        got = 0
        with suppress(ConnectionError):
            while some := connection.recv(1_000_000):
                got += len(some)

        assert got < 50_000_000
