"""The server over real sockets: heads, slow clients, hang-ups, and its end."""

import asyncio
import json
import socket
import threading
from contextlib import closing, contextmanager
from types import SimpleNamespace

import httpx
import pytest
import uvicorn

from hindcast.serve import protocol, run
from hindcast.serve.middleware.edge import Edge
from hindcast.serve.settings import Settings


class Waiting:
    """Answers a length, or waits until told to go on."""

    def __init__(self):
        self.begun, self.go = threading.Event(), threading.Event()
        self.closed = False

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await self.lifespan(receive, send)
            return
        scope["route"] = SimpleNamespace(path="/little")
        told = str(len((await receive())["body"])).encode()
        if scope["path"] == "/wait":
            self.begun.set()
            while not self.go.is_set():
                await asyncio.sleep(0.005)
        if scope["path"] == "/huge":
            told = b"x" * 20_000_000
        headers = [(b"content-length", str(len(told)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": told})

    async def lifespan(self, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.closed = True
        await send({"type": "lifespan.shutdown.complete"})


@contextmanager
def serving(app, **more):
    limits = {"port": 0, "max_body_bytes": 100_000, "max_header_bytes": 4096} | more
    settings = Settings(**limits)
    config = run.config(settings, lambda: Edge(app, settings))
    config.lifespan = "on"
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield SimpleNamespace(port=listening.getsockname()[1], server=server, thread=thread)
    finally:
        app.go.set()
        server.should_exit = True
        thread.join(timeout=10)
        assert not thread.is_alive()


@pytest.fixture
def app():
    return Waiting()


@pytest.fixture(scope="module")
def up():
    with serving(Waiting()) as started:
        yield started


def wire(up, sent, *, then=b"", timeout=5):
    """Send bytes and return all that comes until the server closes."""
    with closing(socket.create_connection(("127.0.0.1", up.port), timeout=timeout)) as line:
        line.sendall(sent)
        if then:
            line.sendall(then)
        found = b""
        while chunk := line.recv(65536):
            found += chunk
        return found


def parted(found):
    head, _, body = found.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body


GET = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


def test_a_request_is_answered_over_the_wire(up):
    status, headers, body = parted(wire(up, GET + b"\r\n"))
    assert (status, body) == (200, b"0")
    assert "server" not in headers
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(GET + b"X-Long: " + b"x" * 5000 + b"\r\n\r\n", id="one header"),
        pytest.param(GET + b"X-A: b\r\n" * 1000 + b"\r\n", id="many headers"),
        pytest.param(GET.replace(b"/ ", b"/" + b"x" * 5000 + b" ", 1) + b"\r\n", id="path"),
        pytest.param(GET.replace(b"/ ", b"/?" + b"x" * 5000 + b" ", 1) + b"\r\n", id="query"),
        pytest.param(GET + b"X-Long: " + b"x" * 5000, id="not complete"),
    ],
)
def test_a_head_that_is_too_long_is_a_431(up, sent):
    status, headers, body = parted(wire(up, sent))
    assert status == 431
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["request_id"] == headers["x-request-id"]
    assert "4096 bytes" in json.loads(body)["detail"]


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01" * 9,
    ],
)
def test_what_is_not_http_is_a_400(up, sent):
    status, headers, body = parted(wire(up, sent))
    assert (status, json.loads(body)["status"]) == (400, 400)
    assert headers["connection"] == "close"


def test_two_lengths_are_refused(up):
    twice = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"
    assert parted(wire(up, twice))[0] == 400


def test_a_length_and_chunks_are_refused(up):
    both = (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\n"
    )
    assert parted(wire(up, both))[0] == 400


def test_a_body_in_many_pieces_is_read_whole(up):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 90000\r\n\r\n"
    assert parted(wire(up, head, then=b"x" * 90_000))[2] == b"90000"


def test_a_body_longer_than_the_limit_is_refused_and_read_to_its_end(up):
    with httpx.Client(base_url=f"http://127.0.0.1:{up.port}") as asking:
        assert asking.post("/", content=b"x" * 300_000).status_code == 413
        assert asking.post("/", content=b"x" * 100_000).status_code == 200


def test_who_asks_first_is_told_before_the_body_is_sent(up):
    head = (
        b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n"
        b"Content-Length: 300000\r\n\r\n"
    )
    status, _, _ = parted(wire(up, head))
    assert status == 413


def test_a_body_that_stops_is_a_408(app):
    with serving(app, timeout_seconds=0.1) as up:
        head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx"
        status, headers, _ = parted(wire(up, head))
    assert (status, headers["connection"]) == (408, "close")


def test_an_upgrade_is_not_taken(up):
    asked = GET.replace(b"close", b"Upgrade") + b"Upgrade: websocket\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", up.port), timeout=5)) as line:
        line.sendall(asked)
        assert line.recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(("sent", "status"), [(b"", None), (b"GET / HT", 408)])
def test_who_sends_no_head_is_not_waited_for(app, monkeypatch, sent, status):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    with serving(app) as up:
        found = wire(up, sent)
    assert (parted(found)[0] if found else None) == status


def test_a_connection_that_is_kept_gets_its_time_anew(app, monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    with (
        serving(app) as up,
        closing(socket.create_connection(("127.0.0.1", up.port), timeout=5)) as line,
    ):
        for _ in range(4):
            line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert line.recv(65536).startswith(b"HTTP/1.1 200")
            threading.Event().wait(0.1)
        line.sendall(b"GET / HT")
        assert line.recv(65536).startswith(b"HTTP/1.1 408")


def test_who_does_not_take_an_answer_is_cut_off(app, monkeypatch):
    monkeypatch.setattr(protocol, "FLUSH_SECONDS", 0.05)
    with (
        serving(app) as up,
        closing(socket.create_connection(("127.0.0.1", up.port), timeout=5)) as line,
    ):
        line.sendall(b"GET /huge HTTP/1.1\r\nHost: x\r\n\r\n")
        while not up.server.server_state.connections:
            threading.Event().wait(0.01)
        for _ in range(300):
            if not up.server.server_state.connections:
                break
            threading.Event().wait(0.01)
        assert not up.server.server_state.connections


def test_a_client_that_hangs_up_does_no_harm(app):
    with serving(app) as up:
        line = socket.create_connection(("127.0.0.1", up.port), timeout=5)
        line.sendall(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        assert app.begun.wait(5)
        line.close()
        app.go.set()
        assert parted(wire(up, GET + b"\r\n"))[0] == 200


def test_the_end_waits_for_what_is_under_way(app):
    found = []

    def ask(port):
        found.append(httpx.get(f"http://127.0.0.1:{port}/wait", timeout=10))

    with serving(app) as up:
        asking = threading.Thread(target=ask, args=(up.port,))
        asking.start()
        assert app.begun.wait(5)
        up.server.should_exit = True
        threading.Event().wait(0.3)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{up.port}/")
        assert not app.closed
        app.go.set()
        asking.join(5)
        up.thread.join(5)
    assert (found[0].status_code, found[0].headers["connection"]) == (200, "close")
    assert app.closed


def test_an_address_is_believed_from_a_trusted_proxy_alone():
    def seen(**more):
        config = run.config(Settings(**more), lambda: None)
        return config.proxy_headers, config.forwarded_allow_ips

    assert seen() == (False, [])
    assert seen(trusted_proxies="10.0.0.0/8") == (True, ["10.0.0.0/8"])
