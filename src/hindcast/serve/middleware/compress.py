"""Answers compressed where the client reads gzip, with ETags that stay true."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEVEL = 5


class Compressed:
    """Compresses the long answers of an application.

    A strong ETag says that the bytes are the same, and compressed they are not: there it becomes a
    weak one, which says that the meaning is. So it does where the client has an answer already
    (304), compressed or not.

    Parameters
    ----------
    app
        What answers.
    small
        Bytes of an answer that is not worth compressing.
    """

    def __init__(self, app: ASGIApp, small: int) -> None:
        self._app = GZipMiddleware(app, small, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_other(message):
                message = {**message, "headers": [*map(_weak, message["headers"])]}
            await send(message)

        await self._app(scope, receive, said)


def _is_other(start: Message) -> bool:
    names = [name for name, _ in start["headers"]]
    return b"etag" in names and (start["status"] == 304 or b"content-encoding" in names)


def _weak(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """Return a header, an ETag as a weak one.

    >>> _weak((b"etag", b'"a1"'))
    (b'etag', b'W/"a1"')
    """
    name, value = header
    is_strong = name == b"etag" and not value.startswith(b"W/")
    return (name, b"W/" + value) if is_strong else header
