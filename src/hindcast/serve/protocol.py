"""HTTP/1.1 as uvicorn speaks it, with limits that it lacks: on heads, and on slow clients.

Without them a client may send headers for ever, or connect and say nothing, or never take its
answer; each holds memory that no limit of the application sees.
"""

import os
from asyncio import TimerHandle, Transport
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from hindcast.serve import metrics, problems
from hindcast.serve.middleware import headers, observe

HEAD_SECONDS = 10
"""Time to send the head of a request, once connected or begun."""

FLUSH_SECONDS = 60
"""Time in which a client must take some of an answer that waits for it."""

_AROUND = len(": \r\n")


class HeadError(Exception):
    """The head of a request is longer than the limit."""


class Protocol(HttpToolsProtocol):
    """A connection that ends where a head is too long, too late, or an answer is not taken."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Wait for a head, and not for long."""
        super().connection_made(transport)
        self._most = self.config.h11_max_incomplete_event_size or 16_384
        self._n_head = 0
        self._stuck: TimerHandle | None = None
        self._slow: TimerHandle | None = None
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers of a connection that is gone."""
        self._head_is_here()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count the bytes of a head until it is complete."""
        self._n_head += len(data)
        super().data_received(data)
        if self._slow is not None and self._n_head > self._most:
            self._refuse(431, self._too_long())

    def on_message_begin(self) -> None:
        """Give a later request of the same connection its time too."""
        super().on_message_begin()
        if self._slow is None:
            self._expect_head()

    def on_headers_complete(self) -> None:
        """Hand on a head that is not too long."""
        lines = sum(len(name) + len(value) + _AROUND for name, value in self.headers)
        if lines + len(self.url) > self._most:
            self._refuse(431, self._too_long())
            raise HeadError
        self._head_is_here()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP."""
        self._refuse(400, f"{msg.rstrip('.')}: expected HTTP/1.1, its path and headers in ASCII")

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection; where it does not take its answer, cut it."""
        super().timeout_keep_alive_handler()
        self._cut_later()

    def pause_writing(self) -> None:
        """Wait for a client that does not take its answer, and not for ever."""
        super().pause_writing()
        self._cut_later()

    def resume_writing(self) -> None:
        """Go on: the client takes its answer."""
        super().resume_writing()
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _cut_later(self) -> None:
        if self._stuck is None:
            self._stuck = self.loop.call_later(FLUSH_SECONDS, self.transport.abort)

    def _expect_head(self) -> None:
        self._slow = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _head_is_here(self) -> None:
        self._n_head = 0
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None

    def _head_is_late(self) -> None:
        if self._n_head:
            self._refuse(408, f"the head did not arrive within {HEAD_SECONDS} s")
        else:
            self.transport.close()

    def _too_long(self) -> str:
        return f"the head is longer than {self._most} bytes"

    def _refuse(self, status: int, detail: str) -> None:
        """Answer with a problem and close; there is no request to hand to the application."""
        self._head_is_here()
        if self.transport.is_closing():
            return
        metrics.REQUESTS.labels(observe.NO_ROUTE, "OTHER", str(status)).inc()
        self.transport.write(_problem(status, detail))
        self.transport.close()


def _problem(status: int, detail: str) -> bytes:
    """Return a whole answer as it goes over the wire."""
    request_id = os.urandom(16).hex()
    told = problems.body(status, detail, "", request_id)
    given = [
        (b"content-type", problems.MEDIA_TYPE.encode()),
        (b"content-length", str(len(told)).encode()),
        (b"connection", b"close"),
    ]
    lines = headers.complete(given, request_id, {"scheme": "http"})
    head = b"".join(name + b": " + value + b"\r\n" for name, value in lines)
    return STATUS_LINE[HTTPStatus(status)] + head + b"\r\n" + told
