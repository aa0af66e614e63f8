"""The layer around every request: ids, headers, limits, compression, CORS, what is counted."""

import asyncio
import json
from types import SimpleNamespace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from hindcast.serve import metrics
from hindcast.serve.middleware.edge import Edge
from hindcast.serve.problems import Problem
from hindcast.serve.settings import Settings

LIMIT = 1000


class Little:
    """An application that does what its path says."""

    def __init__(self):
        self.go = asyncio.Event()
        self.bodies = []

    async def __call__(self, scope, receive, send):
        what = scope["path"].strip("/").replace("-", "_") or "hello"
        scope["route"] = SimpleNamespace(path=f"/{{{what}}}")
        scope["state"]["caller"] = SimpleNamespace(key_id="k1")
        await getattr(self, what)(scope, receive, send)

    async def answer(self, send, body, headers=()):
        given = [(b"content-length", str(len(body)).encode()), *headers]
        await send({"type": "http.response.start", "status": 200, "headers": given})
        await send({"type": "http.response.body", "body": body})

    async def hello(self, scope, receive, send):
        await self.answer(send, b"hello", [(b"content-type", b"text/plain")])

    async def long(self, scope, receive, send):
        await self.answer(send, b"again " * 10_000, [(b"content-type", b"text/plain")])

    async def tagged(self, scope, receive, send):
        size = 1 if scope["query_string"] else 10_000
        await self.answer(send, b"again " * size, [(b"etag", b'"a1"')])

    async def weak(self, scope, receive, send):
        await self.answer(send, b"again " * 10_000, [(b"etag", b'W/"b2"')])

    async def had(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 304, "headers": [(b"etag", b'"a1"')]})
        await send({"type": "http.response.body", "body": b""})

    async def kept(self, scope, receive, send):
        more = [(b"cache-control", b"max-age=60"), (b"content-security-policy", b"other")]
        await self.answer(send, b"", more)

    async def read(self, scope, receive, send):
        message = await receive()
        self.bodies.append(message)
        await self.answer(send, str(len(message["body"])).encode())

    async def wait(self, scope, receive, send):
        await self.go.wait()
        await self.answer(send, b"gone on")

    async def fail(self, scope, receive, send):
        raise ValueError("a secret of the body")

    async def refuse(self, scope, receive, send):
        raise Problem(409, "no", [{"where": "x"}], {"x-more": "1"})


setattr(Little, "api/v1/health", Little.hello)


def settings(**more):
    return Settings(max_body_bytes=LIMIT, **more)


@pytest.fixture
def app():
    return Little()


def client(app, **more):
    transport = httpx.ASGITransport(Edge(app, settings(**more)))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


def asked(app, method="GET", path="/", *, limits=None, **request):
    async def ask():
        async with client(app, **(limits or {})) as asking:
            return await asking.request(method, path, **request)

    return asyncio.run(ask())


def test_every_answer_has_an_id_and_the_headers_of_safety(app):
    told = asked(app)
    assert len(told.headers["x-request-id"]) == 32
    assert told.headers["x-content-type-options"] == "nosniff"
    assert told.headers["x-frame-options"] == "DENY"
    assert told.headers["referrer-policy"] == "no-referrer"
    assert told.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in told.headers["content-security-policy"]
    assert "strict-transport-security" not in told.headers
    assert asked(app).headers["x-request-id"] != told.headers["x-request-id"]


def test_what_a_route_says_of_caching_and_content_stands(app):
    told = asked(app, path="/kept")
    assert told.headers.get_list("cache-control") == ["max-age=60"]
    assert told.headers.get_list("content-security-policy") == ["other"]


def test_over_tls_browsers_are_told_to_stay_there(app):
    told = asked(app, path="https://test/hello")
    assert told.headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize("sent", ["order-7", "A.b_c-9", "x" * 64])
def test_a_sane_id_comes_back(app, sent):
    assert asked(app, headers={"X-Request-ID": sent}).headers["x-request-id"] == sent


@given(st.binary(max_size=100))
def test_no_other_id_does(sent):
    told = asked(Little(), headers={b"X-Request-ID": sent}).headers["x-request-id"]
    assert told.isascii() and all(letter.isalnum() or letter in "._-" for letter in told)
    assert 1 <= len(told) <= 64


@pytest.mark.parametrize("sent", [b"", b"a b", b"a\r\nset-cookie: b", b"x" * 65, "é".encode()])
def test_an_id_that_is_not_sane_is_replaced(app, sent):
    told = asked(app, headers={b"X-Request-ID": sent})
    assert len(told.headers["x-request-id"]) == 32
    assert "set-cookie" not in told.headers


def test_a_problem_tells_its_id(app):
    told = asked(app, path="/refuse", headers={"X-Request-ID": "mine"})
    assert (told.status_code, told.headers["x-more"]) == (409, "1")
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json() == {
        "type": "about:blank", "title": "Conflict", "status": 409, "detail": "no",
        "instance": "/refuse", "request_id": "mine", "errors": [{"where": "x"}],
    }  # fmt: skip


def test_what_nobody_foresaw_is_a_500_that_says_nothing(app):
    with capture_logs() as logged:
        told = asked(app, path="/fail")
    assert told.status_code == 500
    assert "secret" not in told.text
    assert [line["event"] for line in logged] == ["unforeseen", "request"]
    assert logged[0]["request_id"] == told.json()["request_id"]


def test_head_is_answered_as_get_without_a_body(app):
    told = asked(app, "HEAD")
    assert (told.status_code, told.content) == (200, b"")
    assert told.headers["content-length"] == "5"


async def in_chunks(n, size=100):
    for _ in range(n):
        yield b"x" * size


@pytest.mark.parametrize("n", [0, 1, 9, 10])
def test_a_body_within_the_limit_comes_whole(app, n):
    told = asked(app, "POST", "/read", content=in_chunks(n))
    assert told.text == str(n * 100)
    assert app.bodies[0]["more_body"] is False


@pytest.mark.parametrize("n", [11, 60])
def test_a_body_that_grows_too_long_is_refused(app, n):
    told = asked(app, "POST", "/read", content=in_chunks(n))
    assert told.status_code == 413
    assert "1000 bytes" in told.json()["detail"]
    assert app.bodies == []


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 1, 413)])
def test_a_chunked_body_that_comes_at_once_is_measured(app, size, status):
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"x" * size, "more_body": False}

    scope = {
        "type": "http", "method": "POST", "path": "/read", "scheme": "http", "query_string": b"",
        "headers": [(b"transfer-encoding", b"chunked")],
    }  # fmt: skip
    asyncio.run(Edge(app, settings())(scope, receive, send))
    assert sent[0]["status"] == status


def test_a_body_that_says_it_is_too_long_is_refused(app):
    assert asked(app, "POST", "/read", content=b"x" * (LIMIT + 1)).status_code == 413
    assert asked(app, "POST", "/read", content=b"x" * LIMIT).status_code == 200


def test_where_more_of_a_body_may_come_the_connection_ends(app):
    short = asked(app, "POST", "/read", content=b"x" * (2 * LIMIT))
    long = asked(app, "POST", "/read", content=b"x" * (9 * LIMIT))
    assert (short.status_code, long.status_code) == (413, 413)
    assert "connection" not in short.headers
    assert long.headers["connection"] == "close"


def test_a_client_that_hangs_up_is_no_fault(app):
    async def gone():
        return {"type": "http.disconnect"}

    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/read", "headers": [(b"content-length", b"9")],
        "scheme": "http", "query_string": b"",
    }  # fmt: skip
    with capture_logs() as logged:
        asyncio.run(Edge(app, settings())(scope, gone, send))
    assert sent == []
    assert [(line["event"], line["status"]) for line in logged] == [("request", 499)]


def test_an_answer_that_takes_too_long_is_a_504(app):
    told = asked(app, path="/wait", limits={"timeout_seconds": 0.05})
    assert told.status_code == 504
    assert "0.05 s" in told.json()["detail"]


def test_a_time_limit_of_the_application_is_its_own(app):
    async def late(scope, receive, send):
        async with asyncio.timeout(0.01):
            await app.go.wait()

    app.late = late
    told = asked(app, path="/late")
    assert told.status_code == 500


def test_a_body_that_comes_too_slowly_is_a_408(app):
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        await app.go.wait()

    scope = {
        "type": "http", "method": "POST", "path": "/read", "headers": [(b"content-length", b"9")],
        "scheme": "http", "query_string": b"",
    }  # fmt: skip
    asyncio.run(Edge(app, settings(timeout_seconds=0.05))(scope, receive, send))
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


def test_overload_is_a_503_with_retry_after_and_passes(app):
    async def crowd():
        async with client(app, max_concurrency=3) as asking:
            waiting = [asyncio.create_task(asking.get("/wait")) for _ in range(3)]
            await asyncio.sleep(0.01)
            refused = await asking.get("/hello")
            alive = await asking.get("/api/v1/health")
            app.go.set()
            return refused, alive, await asyncio.gather(*waiting), await asking.get("/hello")

    refused, alive, waited, later = asyncio.run(crowd())
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["status"] == 503
    assert alive.status_code == 200
    assert [one.text for one in waited] == ["gone on"] * 3
    assert later.status_code == 200


def test_a_long_answer_is_compressed_where_the_client_reads_gzip(app):
    told = asked(app, path="/long", headers={"accept-encoding": "gzip"})
    assert told.headers["content-encoding"] == "gzip"
    assert told.headers["vary"] == "Accept-Encoding"
    assert told.text == "again " * 10_000
    assert int(told.headers["content-length"]) < 1000
    plain = asked(app, path="/long", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == told.text


def test_an_etag_of_a_compressed_answer_is_weak_and_of_a_plain_one_as_it_was(app):
    def tag(path: str, coding: str) -> str:
        return asked(app, path=path, headers={"accept-encoding": coding}).headers["etag"]

    assert tag("/tagged", "gzip") == 'W/"a1"'
    assert tag("/tagged", "identity") == '"a1"'
    assert tag("/tagged?short", "gzip") == '"a1"'
    assert tag("/weak", "gzip") == 'W/"b2"'


def test_an_answer_that_the_client_has_has_the_weak_tag_of_both_forms(app):
    for coding in ("gzip", "identity"):
        told = asked(app, path="/had", headers={"accept-encoding": coding})
        assert (told.status_code, told.content, told.headers["etag"]) == (304, b"", 'W/"a1"')


def test_a_short_answer_is_not(app):
    told = asked(app, path="/hello", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in told.headers


ORIGIN = "https://pages.example"


def cors(app, method="GET", path="/", origin=ORIGIN, **headers):
    limits = {"cors_origins": (ORIGIN,), "timeout_seconds": 0.05}
    return asked(app, method, path, limits=limits, headers={"origin": origin, **headers})


def test_pages_of_an_origin_that_is_set_may_read_answers_and_errors(app):
    for path, status in (("/hello", 200), ("/refuse", 409), ("/fail", 500), ("/wait", 504)):
        told = cors(app, path=path)
        assert told.status_code == status
        assert told.headers["access-control-allow-origin"] == ORIGIN
        assert "X-Request-ID" in told.headers["access-control-expose-headers"]


def test_pages_of_others_may_not(app):
    assert "access-control-allow-origin" not in cors(app, origin="https://other.example").headers
    assert "access-control-allow-origin" not in asked(app, headers={"origin": ORIGIN}).headers


def test_a_preflight_is_answered(app):
    ask = {"access-control-request-method": "POST", "access-control-request-headers": "x-api-key"}
    told = cors(app, "OPTIONS", **ask)
    assert told.status_code == 200
    assert "POST" in told.headers["access-control-allow-methods"]
    assert "x-request-id" in told.headers
    assert cors(app, "OPTIONS", origin="https://other.example", **ask).status_code == 400


def count(route, status, method="GET"):
    return metrics.REQUESTS.labels(route, method, str(status))._value.get()


def test_requests_are_counted_by_the_template_of_their_route(app):
    before = count("/{hello}", 200), metrics.LATENCY.labels("/{hello}")._sum.get()
    asked(app, path="/hello")
    after = count("/{hello}", 200), metrics.LATENCY.labels("/{hello}")._sum.get()
    assert after[0] == before[0] + 1
    assert after[1] > before[1]


def test_a_method_of_ones_own_is_not_a_label_of_its_own(app):
    before = count("/{hello}", 200, "OTHER")
    asked(app, "MYMETHOD", "/hello")
    assert count("/{hello}", 200, "OTHER") == before + 1


def test_what_is_under_way_is_counted_and_no_longer(app):
    async def watch():
        async with client(app) as asking:
            before = metrics.IN_FLIGHT._value.get()
            waiting = asyncio.create_task(asking.get("/wait"))
            await asyncio.sleep(0.01)
            during = metrics.IN_FLIGHT._value.get()
            app.go.set()
            await waiting
            return during - before, metrics.IN_FLIGHT._value.get() - before

    assert asyncio.run(watch()) == (1, 0)


def test_a_line_of_the_log_tells_of_nobody(app):
    secrets = {
        "authorization": "Bearer hc_secret", "x-api-key": "hc_secret", "user-agent": "mine/1",
        "cookie": "secret", "x-forwarded-for": "203.0.113.9",
    }  # fmt: skip
    with capture_logs() as logged:
        asked(app, "POST", "/read?name=secret", headers=secrets, json={"crew_age": "forty"})
    (line,) = logged
    assert set(line) == {
        "event", "log_level", "request_id", "method", "route", "status", "ms", "key"
    }  # fmt: skip
    assert (line["route"], line["key"], line["status"]) == ("/{read}", "k1", 200)
    told = json.dumps(line)
    assert not any(word in told for word in ("secret", "mine", "203.0.113.9", "forty", "name"))
