"""A project's own templates, which may be a stranger's, rendered in a process of their own and within a budget.

The process is ours: it gets records from us, and what it says is read as plain data and never believed further. It lives
on between runs, because starting takes a third of a second, and is replaced when it had to be stopped. It ends when we do.
"""

from __future__ import annotations

import atexit
import json
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from deckbuilder.core.diagnostics import Fault
from deckbuilder.core.patterns import regex
from deckbuilder.render.explained import BUDGET, MAX_WORDS, RULES, Wrong
from deckbuilder.render.limits import MAX_MESSAGE
from deckbuilder.render.loader import Unreadable, read
from deckbuilder.render.wire import Cards, Notes, frame

_LOOK = 0.05  # seconds between two looks at what it takes
_BUSY = 4  # how much longer than it works a run may take, on a machine that does other things as well
_MAX_TEMPLATES = 10_000
_MAX_IDLE = 2
_FRAME = regex(r'^  File "([^"]*)", line (\d+) in ')
# Without the working folder, the user's own start-up files, and variables that change what Python loads.
_START = "import sys; sys.path[:] = {path!r}; from deckbuilder.render.child import main; main()"
_GONE: dict[str, Any] = {}

Message = dict[str, Any]
# What reading a message may raise that is not of the form that we know.
UNSOUND = (TypeError, ValueError, LookupError, AttributeError)
Drawn = Callable[[str, str], tuple[Any, ...] | None]


class Stopped(Exception):
    """The process was stopped or broke down; `wrong` tells the author why, and where."""

    def __init__(self, wrong: Wrong) -> None:
        self.wrong = wrong


class Jail:
    """One such process."""

    def __init__(self) -> None:
        if not sys.executable:
            raise Fault("Python does not say where it is, and own templates need a process", "run another Python")
        path = [each for each in sys.path if each and Path(each).is_absolute()]
        apart: dict[str, Any] = {"start_new_session": True}  # Ctrl-C is for us
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START.format(path=path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **apart,
        )
        self._heard: queue.Queue[Message] = queue.Queue(maxsize=64)
        self._traces: deque[str] = deque(maxlen=2_000)
        self._files: dict[str, str] = {}  # a template's name, and what it is called in a trace
        self._lines: dict[str, list[tuple[int, int]]] = {}
        self._asked = ""  # the template that it asked for last
        self._fresh = True
        self.busy = False  # as long as there may be an answer to come
        assert self._process.stdout and self._process.stderr
        self._ears = [
            threading.Thread(target=_hear, args=(self._process.stdout, self._heard), daemon=True),
            threading.Thread(target=_note, args=(self._process.stderr, self._traces), daemon=True),
        ]
        for each in self._ears:
            each.start()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """At once, whatever it is doing."""
        self._silence()
        for file in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(OSError):
                if file:
                    file.close()

    def _silence(self) -> None:
        """It is gone, and nobody listens to it any more."""
        self._process.kill()
        self._process.wait()
        while any(each.is_alive() for each in self._ears):
            with suppress(queue.Empty):  # one may wait for a place in the queue
                self._heard.get(timeout=0.01)

    def ask(self, request: Notes | Cards, templates: Path, about: str, drawn: Drawn) -> Iterator[Message]:
        """Its messages, one after another. Raises `Stopped`. `about`: the template that is at fault if nothing else is."""
        limits, self._asked = request.limits, about
        self._traces.clear()
        self.busy = True
        self._send(request)
        whole = limits.seconds(request.size)
        memory = self._memory() + limits.bytes(request.size)
        waited, quiet, text, looked, began = 0.0, 0.0, 0, 0.0, self._worked()
        worked = began
        patience = limits.start + whole if self._fresh or request.size else limits.each
        while True:
            since = time.monotonic()
            try:
                message = self._heard.get(timeout=_LOOK)
            except queue.Empty:
                message = None
            waited, quiet = waited + time.monotonic() - since, quiet + time.monotonic() - since
            if message is None or waited - looked > _LOOK:
                looked = waited
                if self._memory() > memory:
                    raise self._stop(f"this takes more than {_size(limits.bytes(request.size))} of memory")
                now = self._worked()
                worked = now if quiet < _LOOK else worked
                if now - worked > patience or quiet > patience + limits.idle:
                    raise self._stop(f"this takes longer than {patience:g} seconds")
                if now - began > whole or waited > _BUSY * whole:
                    raise self._stop(f"all notes together take longer than {whole:g} seconds")
            if message is None:
                continue
            if message is _GONE:
                raise self._stop("the process that renders templates broke down here")
            quiet, patience, self._fresh = 0.0, limits.each, False
            try:
                if "ask" in message:
                    self._answer(message["ask"], templates, drawn)
                elif "lines" in message:
                    file, lines = message["lines"]
                    self._lines[str(file)] = [(int(own), int(made)) for own, made in lines]
                elif message.get("end"):
                    self.busy = False
                    return
                else:
                    text += int(message.get("size", 0))
                    if text > limits.characters(request.size):
                        raise self._stop(f"all fields together are longer than {limits.characters(request.size):,}")
                    yield message
            except UNSOUND as error:
                raise self.unsound() from error

    def _send(self, value: object) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(frame(value))
            self._process.stdin.flush()
        except OSError:  # it is gone, which is heard at once
            return

    def _answer(self, question: Any, templates: Path, drawn: Drawn) -> None:
        what, *about = question
        if what == "drawn":
            id, which = about
            self._send(drawn(str(id), str(which)))
            return
        name = str(about[0])
        file = self._files.setdefault(name, f"<template {len(self._files)}>")
        if len(self._files) > _MAX_TEMPLATES:
            raise ValueError("no project has so many")
        try:
            text, why = read(templates, name), None
        except Unreadable as error:
            text, why = None, (error.line, error.rule, error.message, error.help)
        if text is not None:
            self._asked = name
        self._send((text, file, why))

    def _memory(self) -> int:
        import psutil

        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def _worked(self) -> float:
        """The seconds that it has had a processor for: a busy machine is no fault of a template."""
        import psutil

        try:
            return float(sum(psutil.Process(self._process.pid).cpu_times()[:2]))
        except psutil.Error:
            return 0.0

    def _stop(self, why: str) -> Stopped:
        """End it, and say where it was."""
        if hasattr(signal, "SIGUSR1") and self.alive:
            told, until = len(self._traces), time.monotonic() + 5
            with suppress(OSError):
                self._process.send_signal(signal.SIGUSR1)
            while len(self._traces) == told and time.monotonic() < until and self.alive:
                time.sleep(_LOOK)
            time.sleep(_LOOK)
        self._silence()
        name, line = self._where()
        self.end()
        return Stopped(Wrong(name, line, "template-limit", why, BUDGET, last=True))

    def wrong(self, told: Any) -> Wrong:
        """A fault as it tells one: nothing of it but words, and a template that we have given it."""
        name, line, rule, message, help, missing = told
        if name not in self._files or rule not in RULES:
            raise ValueError(name)
        missing = None if missing is None else str(missing)[:MAX_WORDS]
        return Wrong(name, int(line), rule, str(message)[:MAX_WORDS], str(help)[:MAX_WORDS], missing)

    def unsound(self) -> Stopped:
        """For who cannot read what it said."""
        return self._stop("the process that renders templates said what it never says")

    def _where(self) -> tuple[str, int]:
        """The template and the line that it was last seen in."""
        names = {file: name for name, file in self._files.items()}
        lines = list(self._traces)
        starts = [place for place, line in enumerate(lines) if line.startswith(("Current thread", "Thread"))]
        for start in reversed(starts):
            inside = ""
            for line in lines[start + 1 :]:
                found = _FRAME.match(line)
                if not found:
                    break
                file, made = found[1], int(found[2])
                if file in names:
                    own = max((own for own, at in self._lines.get(file, ()) if at <= made), default=0)
                    return (self._asked, 0) if inside else (names[file], own)
                if re.search(r"jinja2[/\\](?:lexer|parser|compiler|optimizer|idtracking|visitor)\.py$", file):
                    inside = file  # it was reading one template for another
            if inside:
                return self._asked, 0
        return self._asked, 0


def _size(bytes: int) -> str:
    return f"{bytes // 1024**2:,} MB"


def _hear(file: IO[bytes], heard: queue.Queue[Message]) -> None:
    """Its messages, as long as they are such."""
    with suppress(OSError, ValueError, RecursionError):
        while line := file.readline(MAX_MESSAGE + 1):
            if len(line) > MAX_MESSAGE:
                break
            message = json.loads(line)
            if not isinstance(message, dict):
                break
            heard.put({**message, "size": len(line)})
    heard.put(_GONE)


def _note(file: IO[bytes], traces: deque[str]) -> None:
    """The last of what Python says of where it is."""
    with suppress(OSError, ValueError):
        while line := file.readline(10_000):
            traces.append(line.decode("utf-8", "replace").rstrip("\r\n"))


_idle: list[Jail] = []
_turn = threading.Lock()


@contextmanager
def jail() -> Iterator[Jail]:
    """One that nobody uses, for as long as it is needed. Whoever is interrupted ends it."""
    with _turn:
        found = _idle.pop() if _idle else None
    if found is not None and not found.alive:
        found.end()
        found = None
    one = found or Jail()
    try:
        yield one
    finally:
        with _turn:
            keep = one.alive and not one.busy and len(_idle) < _MAX_IDLE
            if keep:
                _idle.append(one)
        if not keep:
            one.end()


def ahead() -> None:
    """Start one that will be needed: it starts while cards are read."""
    with _turn:
        if not _idle:
            _idle.append(Jail())


@atexit.register
def _end_all() -> None:
    with _turn:
        while _idle:
            _idle.pop().end()
