"""How long the server waits, and for how many: whoever connects and says nothing, or very little, is let go.

uvicorn ends a connection that is idle between two requests, and waits for ever for the first one, for the rest of a
request's head, and for its body. Here one clock runs whenever a request is awaited, until the whole of it is there.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTIONS = 64  # a browser holds six to one server; each open page keeps one for its news
WHOLE_REQUEST = 10.0  # seconds
LARGEST_HEAD = 16 * 1_024  # bytes


class Patience(H11Protocol):
    """One connection of a browser."""

    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            transport.abort()
        else:
            self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_whole():
            self._stop()
        elif self._clock is None:  # after an answer, the next request begins
            self._wait()

    def pause_writing(self) -> None:
        """Whoever asks and does not read the answer is not waited for either."""
        super().pause_writing()
        if self._clock is None:
            self._wait()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._is_whole():
            self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _is_whole(self) -> bool:
        """Whether all of a request was read, and nothing of another one is waiting."""
        return self.cycle is not None and not self.cycle.more_body and not self.conn.trailing_data[0]

    def _wait(self) -> None:
        self._clock = self.loop.call_later(WHOLE_REQUEST, self._give_up)

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _give_up(self) -> None:
        self._clock = None
        if self.transport is not None and not self.transport.is_closing():
            self.transport.abort()


OPTIONS: dict[str, Any] = {"http": Patience, "loop": "asyncio", "h11_max_incomplete_event_size": LARGEST_HEAD}
