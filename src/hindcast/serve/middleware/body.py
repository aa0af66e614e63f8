"""The body of a request, read before the request is answered, and never more than the limit."""

from starlette.types import Message, Receive

from hindcast.serve.middleware.head import Head

DRAINED = 4
"""A body this many times the limit is read to its end, so that the client sees the refusal."""


class TooLargeError(Exception):
    """The body is longer than the limit; ``rest`` says whether there is more of it to come."""

    def __init__(self, rest: bool) -> None:
        super().__init__()
        self.rest = rest


class GoneError(Exception):
    """The client hung up before its body was complete."""


async def read(receive: Receive, head: Head, limit: int) -> bytes:
    """Return the whole body.

    Raises
    ------
    TooLargeError
        The body is longer than ``limit`` bytes, or says that it will be.
    GoneError
        The client hung up.
    """
    if head.length is not None and head.length > limit:
        wanted = not head.waits and head.length <= DRAINED * limit
        raise TooLargeError(rest=not wanted or await _drain(receive, DRAINED * limit))
    found, more = await _next(receive)
    if more:
        return await _rest(found, receive, limit)
    return _within(found, limit)


async def _rest(found: bytes, receive: Receive, limit: int) -> bytes:
    chunks, more = bytearray(found), True
    while more:
        if len(chunks) > limit:
            raise TooLargeError(rest=await _drain(receive, DRAINED * limit - len(chunks)))
        chunk, more = await _next(receive)
        chunks += chunk
    return _within(bytes(chunks), limit)


def _within(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise TooLargeError(rest=False)
    return body


async def _next(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise GoneError
    return message.get("body", b""), message.get("more_body", False)


async def _drain(receive: Receive, most: int) -> bool:
    """Read on and forget; say whether there is still more."""
    more = True
    while more and most > 0:
        chunk, more = await _next(receive)
        most -= len(chunk)
    return more


class Replay:
    """Gives a body that was read as one message, and then what the client does."""

    __slots__ = ("_body", "_receive")

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        """Return the body, or the next message of the client."""
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}
