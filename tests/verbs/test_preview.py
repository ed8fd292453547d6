"""The preview without a browser: who is answered, what is shown after a save, and the site that it writes."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from support.author import ROOT, Author

from deckbuilder.core import transaction
from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.project import find
from deckbuilder.verbs.preview import editor, server
from deckbuilder.verbs.preview.export import MARKER, export
from deckbuilder.verbs.preview.session import Patch, Session
from deckbuilder.verbs.preview.since import Since
from deckbuilder.workspace import Workspace

PORT = 4747
HERE = f"127.0.0.1:{PORT}"
HOME = f"http://{HERE}"
BICEPS = "cards/muscles/biceps-brachii.yaml"
RED = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z" fill="red"/></svg>'


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Browser:
    """Sends what it is told to, byte by byte: a real client would tidy an address up first."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def get(self, address: str, headers: dict[str, str] | None = None) -> Answer:
        return self.asks("GET", address, headers or {})

    def post(self, address: str, body: bytes, headers: dict[str, str]) -> Answer:
        return self.asks("POST", address, headers, body)

    def asks(self, method: str, address: str, headers: dict[str, str], body: bytes = b"", kind: str = "http") -> Answer:
        path, _, query = address.partition("?")
        scope = {
            "type": kind,
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote_to_bytes(path).decode(),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in ({"host": HERE} | headers).items()],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", PORT),
            "extensions": {"websocket.http.response": {}},
        }
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        with ThreadPoolExecutor(1) as aside:  # where a browser runs, this thread has a running loop
            aside.submit(asyncio.run, self._app(scope, receive, send)).result()
        start = next(each for each in sent if each["type"].endswith(".start"))
        named = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], named, b"".join(each.get("body", b"") for each in sent))


def with_picture(author: Author) -> None:
    author.write("cards/media/red.svg", RED)
    author.edit(BICEPS, "sources:", "picture: {file: red.svg, alt: Red, credit: nobody}\nsources:")


@pytest.fixture
def session(author: Author) -> Session:
    with_picture(author)
    opened = Session(author.project)
    opened.open()
    return opened


@pytest.fixture
def preview(session: Session) -> server.Preview:
    return server.Preview(session, PORT, "", lambda: 1_790_000_000)


@pytest.fixture
def browser(preview: server.Preview) -> Browser:
    """Without what runs beside it: nothing is watched, nothing compared."""
    return Browser(preview.app)


def saved(author: Author, session: Session, *names: str) -> list[Patch]:
    """What the page is told after a save."""
    told: list[Patch] = []
    session.saved({author.root / name for name in names}, told.append)
    return told


# Who is answered


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({}, 200),
        ({"host": f"localhost:{PORT}"}, 200),
        ({"host": f"[::1]:{PORT}"}, 200),
        ({"host": "127.0.0.1"}, 403),
        ({"host": f"127.0.0.1:{PORT + 1}"}, 403),
        ({"host": f"rebound.example:{PORT}"}, 403),
        ({"host": f"127.0.0.1.example:{PORT}"}, 403),
        ({"origin": HOME}, 200),
        ({"origin": f"http://localhost:{PORT}"}, 200),
        ({"origin": "https://example.com"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": f"https://127.0.0.1:{PORT}"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/state", "/note?key=muscle/biceps-brachii", "/page/app.js"])
def test_only_our_own_page_on_this_computer_is_answered(
    browser: Browser, path: str, headers: dict[str, str], answer: int
) -> None:
    assert browser.get(path, headers=headers).status == answer


def test_a_card_in_its_frame_of_no_origin_gets_its_media(browser: Browser, session: Session) -> None:
    (name,) = session.now.media
    strange = {"origin": "null", "sec-fetch-site": "cross-site"}

    assert browser.get(f"/media/{name}", strange).status == 200
    assert browser.get(f"/media/{name}", {"origin": "https://example.com"}).status == 403
    assert browser.get("/state", strange).status == 403
    assert browser.post("/open", b"{}", strange).status == 403


def test_no_websocket_is_opened_to_anybody(browser: Browser) -> None:
    assert browser.asks("GET", "/events", {"origin": HOME}, kind="websocket").status == 403


def test_the_page_may_load_nothing_from_elsewhere(browser: Browser) -> None:
    policy = browser.get("/").headers["content-security-policy"]

    assert policy.startswith("default-src 'none'")
    assert "connect-src 'self'" in policy
    assert "http" not in policy
    assert "unsafe" not in policy


def test_a_card_may_load_its_media_and_nothing_else_of_the_server(browser: Browser) -> None:
    policy = browser.get("/media/frame.html").headers["content-security-policy"]

    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert "connect-src" not in policy
    assert "default-src 'none'" in policy
    assert f"img-src {HOME}/media/ data:" in policy


# Media and sources are looked up, never found


def test_media_are_served_by_the_names_that_cards_know(browser: Browser, session: Session) -> None:
    (name,) = session.now.media

    answer = browser.get(f"/media/{name}")

    assert answer.text == RED
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert f'src="{name}"' in json.dumps(session.whole("muscle/biceps-brachii")).replace('\\"', '"')


@pytest.mark.parametrize(
    "path",
    [
        "/media/red.svg",
        "/media/../cards/deck.yaml",
        "/media/..%2f..%2fcards%2fdeck.yaml",
        "/media/%2e%2e/deck.yaml",
        "/media//etc/passwd",
        "/media/..%5cdeck.yaml",
        "/page/../__init__.py",
        "/page/..%2f__init__.py",
        "/page/__init__.py",
        "/note?key=../deck",
        "/cards/deck.yaml",
    ],
)
def test_no_address_leads_to_the_disk(browser: Browser, path: str) -> None:
    answer = browser.get(path)

    assert answer.status == 404
    assert "There is nothing here" in answer.text or answer.text == "Not Found"


def asked_to_open(browser: Browser, token: str, **place: Any) -> Any:
    return browser.post("/open", json.dumps(place).encode(), {"x-token": token, "origin": HOME})


def test_a_place_is_opened_in_the_editor(
    preview: server.Preview, browser: Browser, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    run: list[list[str]] = []
    monkeypatch.setattr(editor, "run", lambda words: not run.append(words))  # type: ignore[func-returns-value]
    preview._editor = "code --wait"

    answer = asked_to_open(browser, preview.token, path=BICEPS, line=7, column=3)

    assert json.loads(answer.body) == {"opened": True}
    assert run == [["code", "-g", f"{author.root / BICEPS}:7:3"]]


def test_without_a_known_editor_the_page_gets_a_link(preview: server.Preview, browser: Browser, author: Author) -> None:
    answer = asked_to_open(browser, preview.token, path=BICEPS, line=7)

    assert json.loads(answer.body) == {"opened": False, "link": f"vscode://file{author.root.as_posix()}/{BICEPS}:7:1"}


def test_only_the_page_that_the_server_gave_out_may_open_places(preview: server.Preview, browser: Browser) -> None:
    assert asked_to_open(browser, "guessed", path=BICEPS).status == 403
    assert asked_to_open(browser, "", path=BICEPS).status == 403
    assert browser.get("/open").status == 405
    assert preview.token in browser.get("/").text


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../secret.yaml", "cards/../../x", "cards/deck.lock", "", None, ["cards"], 7]
)
def test_only_the_projects_own_sources_are_opened(preview: server.Preview, browser: Browser, path: Any) -> None:
    assert asked_to_open(browser, preview.token, path=path, line=1).status == 404


@pytest.mark.parametrize("body", ["", "{", "[]", "7", '{"path": ', "x" * 9_000])
def test_an_odd_request_opens_nothing(preview: server.Preview, browser: Browser, body: str) -> None:
    assert browser.post("/open", body.encode(), {"x-token": preview.token}).status == 404


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("code", ["code", "-g", "/p/a b.yaml:7:3"]),
        ("/usr/bin/codium -n --wait", ["/usr/bin/codium", "-n", "-g", "/p/a b.yaml:7:3"]),
        ("subl -w", ["subl", "/p/a b.yaml:7:3"]),
        ("'C:\\\\Tools\\\\notepad++.exe'", ["C:\\\\Tools\\\\notepad++.exe", "-n7", "-c3", "/p/a b.yaml"]),
        ("gvim", ["gvim", "+call cursor(7,3)", "/p/a b.yaml"]),
        ("emacsclient", ["emacsclient", "--no-wait", "+7:3", "/p/a b.yaml"]),
        ("emacsclient -nw", None),
        ("vim", None),
        ("nano", None),
        ("", None),
        ("'unclosed", None),
    ],
)
def test_editors_with_windows_are_told_the_line(name: str, words: list[str] | None) -> None:
    assert editor.command(name, Path("/p/a b.yaml"), 7, 3) == words


# What a save changes


def test_the_page_is_told_what_it_needs_to_begin_with(session: Session) -> None:
    state = session.state()

    biceps = state["notes"]["muscle/biceps-brachii"]
    assert biceps["name"] == "Biceps brachii"
    assert "Origin" in [name for _, name in biceps["cards"]]
    assert "TA::Tier::1_Core" in biceps["tags"]
    assert "coracoid process" in biceps["text"]
    assert biceps["path"] == BICEPS
    assert state["order"] == list(state["notes"])
    assert state["faults"] == []


def test_a_saved_note_is_told_before_all_others_are_made_again(author: Author, session: Session) -> None:
    author.edit(BICEPS, "at its tip", "right at its tip")

    told = saved(author, session, BICEPS)

    assert list(told[0]["notes"]) == ["muscle/biceps-brachii"]
    assert "right at its tip" in json.dumps(told[0]["whole"]["muscle/biceps-brachii"])
    assert "faults" not in told[0]


def test_a_note_that_follows_from_the_saved_one_is_told_too(author: Author, session: Session) -> None:
    author.edit(BICEPS, "name: Biceps brachii", "name: Biceps of the arm")

    told = saved(author, session, BICEPS)

    others = {key for patch in told for key in patch["notes"]} - {"muscle/biceps-brachii"}
    assert "action/elbow-flexion" in others


def test_what_did_not_change_is_not_told(author: Author, session: Session) -> None:
    author.write(BICEPS, author.read(BICEPS) + "\n# a comment\n")

    assert saved(author, session, BICEPS) == []


def test_a_fault_leaves_the_card_as_it_last_was(author: Author, session: Session) -> None:
    author.edit(BICEPS, "insertion: radial-tuberosity", "insertion: radial-tuberosty")

    told = saved(author, session, BICEPS)

    (fault,) = told[-1]["faults"]
    assert (fault["path"], fault["line"], fault["rule"]) == (BICEPS, 14, "unknown-reference")
    assert fault["help"] == "did you mean 'radial-tuberosity'?"
    assert fault["keys"] == ["muscle/biceps-brachii"]
    assert "muscle/biceps-brachii" in told[-1]["stale"]
    assert told[-1]["removed"] == []
    assert "Radial tuberosity" in json.dumps(session.whole("muscle/biceps-brachii"))


def test_a_file_that_is_no_yaml_any_more_loses_no_card(author: Author, session: Session) -> None:
    before = list(session.now.notes)
    author.write(BICEPS, "muscle: biceps-brachii\nname: [")

    told = saved(author, session, BICEPS)

    assert list(session.now.notes) == before
    assert told[-1]["faults"][0]["keys"] == ["muscle/biceps-brachii"]


def test_cards_beside_the_fault_go_on_being_shown_anew(author: Author, session: Session) -> None:
    author.edit(BICEPS, "insertion: radial-tuberosity", "insertion: radial-tuberosty")
    saved(author, session, BICEPS)
    path = "cards/muscles/triceps-brachii.yaml"
    author.edit(path, "name: Triceps brachii", "name: Triceps brachii, renewed")

    told = saved(author, session, path)

    assert "renewed" in told[-1]["notes"]["muscle/triceps-brachii"]["name"]


def test_a_card_is_not_told_wrong_because_another_has_a_fault(author: Author, session: Session) -> None:
    """Without its only antagonist a movement would have no card that asks for it."""
    before = session.now.notes["action/elbow-extension"]
    author.edit(BICEPS, "insertion: radial-tuberosity", "insertion: radial-tuberosty")

    told = saved(author, session, BICEPS)

    assert session.now.notes["action/elbow-extension"] == before
    assert "action/elbow-extension" in told[-1]["stale"]


def test_a_mended_fault_is_gone(author: Author, session: Session) -> None:
    good = author.read(BICEPS)
    author.edit(BICEPS, "insertion: radial-tuberosity", "insertion: radial-tuberosty")
    saved(author, session, BICEPS)
    author.write(BICEPS, good)

    told = saved(author, session, BICEPS)

    assert told[-1]["faults"] == []
    assert told[-1]["stale"] == []


def test_a_deleted_card_is_gone_even_while_another_has_a_fault(author: Author, session: Session) -> None:
    other = next(path for path in sorted((author.root / "cards" / "muscles").glob("*.yaml")) if path.name not in BICEPS)
    (key,) = (key for key, shown in session.now.notes.items() if shown.place and author.root / shown.place[0] == other)
    author.edit(BICEPS, "insertion: radial-tuberosity", "insertion: radial-tuberosty")
    other.unlink()

    saved(author, session, BICEPS, other.relative_to(author.root).as_posix())

    assert key not in session.now.notes


def test_a_template_at_fault_concerns_every_card_of_its_kind(author: Author, session: Session) -> None:
    author.take_templates()
    session = Session(author.project)
    session.open()
    author.edit("templates/muscle/cards/origin.html.j2", "{{", "{{nope}}{{")

    told = saved(author, session, "templates/muscle/cards/origin.html.j2")

    assert {kind for fault in told[-1]["faults"] for kind in fault["kinds"]} == {"muscle"}
    assert "muscle/biceps-brachii" in session.now.notes


def test_new_styling_is_told_without_the_notes(author: Author, session: Session) -> None:
    author.take_templates()
    session = Session(author.project)
    session.open()
    session.whole("muscle/biceps-brachii")
    author.write("templates/_shared/style.css", author.read("templates/_shared/style.css") + ".db { color: red; }")

    told = saved(author, session, "templates/_shared/style.css")

    assert ".db{color:red}" in told[0]["types"]["muscle"]["css"]
    assert all(patch["notes"] == {} for patch in told)


def test_two_saves_within_one_tick_of_the_clock_are_both_seen(author: Author, session: Session) -> None:
    path, stat = author.root / BICEPS, (author.root / BICEPS).stat()
    author.edit(BICEPS, "at its tip", "at its tap")  # as long as before
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert "at its tap" in json.dumps(saved(author, session, BICEPS))


def test_the_shipped_deck_is_shown_without_a_source_to_open() -> None:
    session = Session(replace(find(ROOT), read_only=True))
    session.open()

    assert {note["path"] for note in session.state()["notes"].values()} == {""}
    assert session.files == {}


# What learners will see change


def changes(author: Author) -> Any:
    since = Since(lambda: Workspace(author.project), lambda: author.now + 600)
    try:
        return since.changes()
    finally:
        since.close()


def test_before_the_first_build_there_is_nothing_to_compare_with(author: Author) -> None:
    assert changes(author) == {}


def test_before_the_first_release_changes_are_those_since_the_last_build(author: Author) -> None:
    author.build()
    author.edit(BICEPS, "at its tip", "at the tip")

    found = changes(author)

    assert found["since"] == "the last build"
    assert found["notes"] == {"muscle/biceps-brachii": {"said": "reworded"}}


def test_changes_since_the_release_are_told_word_by_word(author: Author) -> None:
    released(author)
    author.edit(BICEPS, "at its tip", "at the tip")

    found = changes(author)

    change = found["notes"]["muscle/biceps-brachii"]
    assert found["since"] == "edition 2026-11"
    assert change["said"] == "reworded"
    assert ["-", "its"] in change["fields"][0][1]
    assert ["+", "the"] in change["fields"][0][1]


def test_while_a_fault_stands_in_the_way_nothing_is_said_of_changes(author: Author) -> None:
    author.build()
    author.write(BICEPS, "muscle: [")

    assert changes(author) is None


def released(author: Author) -> None:
    from deckbuilder.verbs.release import release

    author.build()
    person = {f"GIT_{role}_{part}": "an-author" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    for command in (["init", "-q", "."], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run(["git", *command], cwd=author.root, env=os.environ | person, check=True)
    report = release(author.project, author.dist, "2026-11", author.now + 60)
    assert report.released is not None, report.diagnostics


# The site


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_cards_give_the_same_site(author: Author, tmp_path: Path) -> None:
    with_picture(author)

    export(author.project, tmp_path / "one")
    export(author.project, tmp_path / "two")

    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert {"index.html", "page/deck.js", "media/frame.html"} <= files(tmp_path / "one").keys()


def test_a_site_asks_for_nothing_outside_itself(author: Author, tmp_path: Path) -> None:
    """No address in it leads away, or to the root of a server; sources of a card are links, which are followed by hand."""
    with_picture(author)
    export(author.project, tmp_path / "site")
    written = files(tmp_path / "site")
    own = {
        name: data.decode()
        for name, data in written.items()
        if name.endswith((".html", ".css")) or name == "page/app.js"
    }

    found = {
        (name, address)
        for name, text in own.items()
        for address in re.findall(r"""(?:src|href|action)=["']([^"'#]*)|url\(([^)]*)\)|fetch\(["'`]([^"'`]*)""", text)
        for address in address
        if address and not address.startswith("data:")
    }

    assert found
    for name, address in found:
        assert not address.startswith(("/", "http", "..")), (name, address)
        assert (Path(name).parent / address).as_posix() in written, (name, address)


def test_a_site_says_nothing_of_the_authors_disk(author: Author, tmp_path: Path) -> None:
    export(author.project, tmp_path / "site")

    everything = b"".join(files(tmp_path / "site").values())
    assert str(author.root).encode() not in everything
    assert BICEPS.encode() not in everything


def test_a_new_site_replaces_an_earlier_one_whole(author: Author, tmp_path: Path) -> None:
    export(author.project, tmp_path / "site")
    (tmp_path / "site" / "page" / "left-over.js").write_text("old")
    author.edit(BICEPS, "at its tip", "at the tip")

    export(author.project, tmp_path / "site")

    assert "page/left-over.js" not in files(tmp_path / "site")
    assert b"at the tip" in files(tmp_path / "site")["page/deck.js"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_holds_anything_else_is_refused(author: Author, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")

    with pytest.raises(Fault, match="other things than an earlier export"):
        export(author.project, tmp_path / "mine")

    assert files(tmp_path / "mine") == {"thesis.txt": b"years of work"}


def test_faults_leave_an_earlier_site_as_it_was(author: Author, tmp_path: Path) -> None:
    export(author.project, tmp_path / "site")
    before = files(tmp_path / "site")
    author.edit(BICEPS, "insertion: radial-tuberosity", "insertion: radial-tuberosty")

    report = export(author.project, tmp_path / "site")

    assert report.cards == 0
    assert [found.rule for found in report.diagnostics] == ["unknown-reference"]
    assert files(tmp_path / "site") == before


def test_a_full_disk_leaves_an_earlier_site_as_it_was(
    author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(author.project, tmp_path / "site")
    before = files(tmp_path / "site")
    write = transaction.write

    def full(path: Path, data: bytes) -> None:
        if path.name == MARKER:
            raise OSError(28, "No space left on device")
        write(path, data)

    monkeypatch.setattr("deckbuilder.verbs.preview.export.write", full)
    with pytest.raises(Fault, match="No space left"):
        export(author.project, tmp_path / "site")

    assert files(tmp_path / "site") == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


# The verb


@pytest.fixture
def verb(author: Author) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "deckbuilder", "preview", "--no-open", "--port", "4990"]
    with subprocess.Popen(
        command, cwd=author.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        yield running
        running.kill()


def address_of(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    line = running.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/", line)
    assert found, line
    return found[0]


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process alone")
def test_ctrl_c_ends_it_in_one_line(verb: subprocess.Popen[str]) -> None:
    address_of(verb)

    verb.send_signal(signal.SIGINT)
    said, _ = verb.communicate(timeout=20)

    assert said.strip() == "Preview ended."
    assert verb.returncode == 0


def test_another_port_is_taken_where_the_wanted_one_is_not_free() -> None:
    with server.listen(0) as first:
        port = first.getsockname()[1]
        with server.listen(port) as second:
            assert second.getsockname()[1] != port
            assert second.getsockname()[0] == "127.0.0.1"


def test_nobody_beside_this_computer_can_reach_it() -> None:
    with server.listen(0) as listening:
        others = [each[4][0] for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
        for address in {str(each) for each in others if not str(each).startswith("127.")}:
            with pytest.raises(OSError), socket.create_connection((address, listening.getsockname()[1]), timeout=1):
                pass
        assert listening.getsockname()[0] == "127.0.0.1"


def test_what_the_preview_needs_is_imported_only_by_it() -> None:
    code = "import sys, deckbuilder.cli.build_verb, deckbuilder.cli.check_verb; print([m for m in ('starlette', 'uvicorn', 'watchfiles', 'anyio') if m in sys.modules])"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert said.strip() == "[]"
