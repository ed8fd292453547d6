"""The process in which a project's own templates are rendered: started by `jail`, and of no use to anybody else.

It gets records and templates as its parent has them, and tells its parent fields and faults as lines of JSON. Where it is
stays to be seen from outside: Python writes the lines that it is in to standard error on a signal (without signals, while
one note takes long), and when it breaks down.
"""

from __future__ import annotations

import faulthandler
import json
import os
import pickle
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from deckbuilder.anatomy.library import Library
from deckbuilder.anki.notes import Media
from deckbuilder.render.drawn import DrawnPicture
from deckbuilder.render.explained import Wrong, explain
from deckbuilder.render.fields import CARDS, FIELDS, Fields, filled
from deckbuilder.render.limits import Limits
from deckbuilder.render.loader import Loader, Unreadable
from deckbuilder.render.sandbox import Sandbox
from deckbuilder.render.wire import Cards, Notes

_ASKED = hasattr(signal, "SIGUSR1")  # where it is, by our parent
_FLUSH = 0.05  # seconds
_FLUSH_AT = 1_000_000  # characters


class _Memory(BytecodeCache):
    """What was compiled before, as long as this process lives; nothing of a stranger's template is kept on disk."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._found.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._found[bucket.key, bucket.checksum] = bucket.code


class Child:
    """One request after another, each answered by messages of which the last says `end`."""

    def __init__(self, requests: queue.SimpleQueue[bytes], out: BinaryIO) -> None:
        self._requests, self._out = requests, out
        self._compiled = {dialect: _Memory() for dialect in ("fields", "cards")}
        self._armed = 0.0

    def serve(self) -> None:
        while True:
            request = pickle.loads(self._requests.get())  # from our parent, who trusts us less than we trust it
            _bound(request.limits, request.size)
            if isinstance(request, Notes):
                self._notes(request)
            else:
                self._cards(request)
            faulthandler.cancel_dump_traceback_later()
            self._armed = 0.0
            _unbound()
            self._tell({"end": True})

    def _tell(self, message: dict[str, Any]) -> None:
        self._out.write(json.dumps(message).encode() + b"\n")
        self._out.flush()

    def _ask(self, *question: str) -> Any:
        self._tell({"ask": question})
        return pickle.loads(self._requests.get())

    def _sandbox(self, dialect: str, options: dict[str, Any]) -> Sandbox:
        names: dict[str, str] = {}

        def text(name: str) -> str | None:
            found, file, why = self._ask("template", name)
            names[name] = file
            if why:
                raise Unreadable(name, *why)
            return found if found is None else str(found)

        made = Sandbox(loader=Loader(text, names.__getitem__), bytecode_cache=self._compiled[dialect], **options)
        load = made._load_template

        def and_tell(name: str, globals: Any) -> Any:
            template = load(name, globals)
            if name in names:  # the lines of the template behind those of Python
                self._tell({"lines": [names.pop(name), template.debug_info]})
            return template

        made._load_template = and_tell  # type: ignore[method-assign]
        return made

    def _notes(self, request: Notes) -> None:
        library = Library(request.records, request.drawings)
        asked: dict[tuple[str, str], DrawnPicture | None] = {}
        used: list[tuple[str, str]] = []

        def drawn(id: str, which: str) -> DrawnPicture | None:
            key = (str(id).partition("/")[0], str(which))
            if key not in asked:
                found = self._ask("drawn", *key)
                asked[key] = DrawnPicture(Media(found[0], Path(), ""), *found[1:]) if found else None
            if asked[key] is not None and key not in used:
                used.append(key)
            return asked[key]

        fields = Fields(self._sandbox("fields", FIELDS), library, request.deck, drawn)
        self._tell({"ready": True})
        kept: list[list[Any]] = []
        size, last, told = 0, time.monotonic(), 0

        def flush() -> None:
            nonlocal kept, size, last, told
            wrong = [_plain(each) for each in fields.wrong[told:]]
            told = len(fields.wrong)
            if kept or wrong:
                self._tell({"notes": kept, "wrong": wrong})
            kept, size, last = [], 0, time.monotonic()

        for place, (record, subject, media) in enumerate(request.subjects):
            self._watch(request.limits)
            each = request.records[record].subjects()[subject]
            used.clear()
            shown = Media(media[0], Path(), media[1], media[2]) if media else None
            values = fields.of(each.kind, each, shown)
            kept.append([place, values, list(used)])
            size += sum(map(len, values.values())) if values else 0
            if size > _FLUSH_AT or time.monotonic() - last > _FLUSH:
                flush()
        for kind in request.kinds:
            self._watch(request.limits)
            fields.look_at(kind)
        flush()

    def _cards(self, request: Cards) -> None:
        sandbox = self._sandbox("cards", CARDS)
        for values in request.sides:
            self._watch(request.limits)
            try:
                self._tell({"text": str(filled(sandbox.get_template(request.name), values))})
            except Exception as error:
                self._tell({"wrong": [_plain(explain(error, request.name))]})
                return

    def _watch(self, limits: Limits) -> None:
        """From now on, what takes long is told where it is, on systems where our parent cannot ask.

        A thread of Python's own does it, which waits for nobody: it looks at calls that come and go under its eyes, and has
        been seen to crash on that.
        """
        if _ASKED:
            return
        now = time.monotonic()
        if now - self._armed > limits.each / 50:
            self._armed = now
            faulthandler.dump_traceback_later(limits.each / 5, repeat=True)


def _plain(wrong: Wrong) -> list[Any]:
    return [wrong.name, wrong.line, wrong.rule, wrong.message, wrong.help, wrong.missing]


def _bound(limits: Limits, notes: int) -> None:
    """What the system itself can hold us to; our parent looks as well, where it cannot."""
    try:
        import resource
    except ImportError:
        return
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _set(resource, resource.RLIMIT_CPU, int(used + limits.start + 2 * limits.seconds(notes)))
    _set(resource, resource.RLIMIT_CORE, 0)
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return  # only Linux keeps to a bound of addresses
    _set(resource, resource.RLIMIT_AS, pages * resource.getpagesize() + limits.bytes(notes))


def _unbound() -> None:
    """The records of the next run may take more than this one's."""
    try:
        import resource
    except ImportError:
        return
    _set(resource, resource.RLIMIT_AS, resource.RLIM_INFINITY)


def _set(resource: Any, which: int, soft: int) -> None:
    hard = resource.getrlimit(which)[1]
    if hard != resource.RLIM_INFINITY:
        soft = hard if soft == resource.RLIM_INFINITY else min(soft, hard)
    try:
        resource.setrlimit(which, (soft, hard))
    except (OSError, ValueError):
        return


def _listen(file: BinaryIO, requests: queue.SimpleQueue[bytes]) -> None:
    """What our parent sends. When it is gone, however it went, so are we."""
    if _ASKED:  # the thread that renders is to say where it is, and stands still meanwhile
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    try:
        while True:
            length = int.from_bytes(_exactly(file, 8), "big")
            requests.put(_exactly(file, length))
    finally:
        os._exit(0)


def _exactly(file: BinaryIO, length: int) -> bytes:
    found = file.read(length)
    if len(found) < length:
        raise EOFError
    return found


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # our parent hears Ctrl-C, and ends us
    faulthandler.enable()
    if _ASKED:
        faulthandler.register(signal.SIGUSR1)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever prints does not talk to our parent
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, requests), daemon=True).start()
    Child(requests, out).serve()
