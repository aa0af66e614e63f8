"""What holds for every route: health, metrics, methods, paths, the document and its pages."""

import asyncio
import re

import pytest
from starlette.testclient import TestClient

from hindcast.serve import problems, scrape
from hindcast.serve.app import create
from hindcast.serve.routes import docs, health


def test_the_process_is_alive_without_a_key(steady):
    told = steady.get("/api/v1/health", headers={"X-API-Key": ""})
    assert (told.status_code, told.json()) == (200, {"status": "alive"})


class Broken:
    """A part that cannot answer."""

    def ready(self):
        return "its disk is full"


class Limping:
    """A part that answers, and not as it should."""

    async def ready(self):
        return None

    def degraded(self):
        return "Redis is out of reach"


class Mute:
    """A part that does not say."""

    async def ready(self):
        await asyncio.Event().wait()


def readiness(client, monkeypatch, **parts):
    monkeypatch.setattr(type(client.app.state.services), "parts", lambda _: parts)
    told = client.get("/api/v1/health/ready")
    return told.status_code, told.json()


def test_ready_names_every_part(steady):
    parts = steady.get("/api/v1/health/ready").json()["parts"]
    assert {"models", "warehouse", "store", "limiter"} <= set(parts)


def test_a_part_that_cannot_answer_makes_the_server_not_ready(steady, monkeypatch):
    status, told = readiness(steady, monkeypatch, store=Broken(), shelf=Limping())
    assert (status, told["status"]) == (503, "not ready")
    assert told["parts"]["store"] == {"ok": False, "why": "its disk is full"}
    assert told["parts"]["models"] == {"ok": True, "why": "Redis is out of reach"}


def test_a_part_that_limps_degrades_it(steady, monkeypatch):
    status, told = readiness(steady, monkeypatch, limiter=Limping(), other=object())
    assert (status, told["status"]) == (200, "degraded")
    assert list(told["parts"]) == ["limiter"]


def test_a_part_that_does_not_say_is_not_ready(steady, monkeypatch):
    monkeypatch.setattr(health, "PART_SECONDS", 0.01)
    status, told = readiness(steady, monkeypatch, store=Mute())
    assert (status, told["parts"]["store"]["why"]) == (503, "no word within 0.01 s")


@pytest.mark.parametrize("path", health.METRICS)
def test_metrics_are_prometheus_text_by_route(steady, path):
    steady.get("/api/v1/health")
    told = steady.get(path)
    assert told.headers["content-type"].startswith("text/plain; version=")
    assert re.search(
        r'hindcast_requests_total\{method="GET",route="/api/v1/health",status="200"\} \d', told.text
    )
    assert 'hindcast_request_seconds_bucket{le="0.001",route="/api/v1/health"}' in told.text


def test_no_raw_path_becomes_a_label(steady):
    steady.get("/api/v1/events/20200101X00001")
    steady.get("/no/such/path-9")
    found = set(re.findall(r'route="([^"]*)"', steady.get("/metrics").text))
    assert {"/api/v1/events/{ev_id}", "none"} <= found
    assert not [route for route in found if "X00001" in route or "path-9" in route]


def test_metrics_are_closed_unless_the_setting_opens_them(settings, steady):
    steady.headers, kept = {}, steady.headers
    assert steady.get("/metrics").status_code == 401
    assert steady.get("/api/v1/metrics").status_code == 401
    steady.headers = kept
    opened = settings.model_copy(update={"public_metrics": True})
    with TestClient(create(opened)) as anybody:
        assert anybody.get("/metrics").status_code == 200
        assert anybody.get("/api/v1/metrics").status_code == 200
        assert anybody.get("/api/v1/admin/keys").status_code == 401


def test_gauges_of_workers_that_are_gone_are_forgotten(tmp_path):
    gone, here = tmp_path / "gauge_livesum_999999999.db", tmp_path / "gauge_livesum_1.db"
    counted = tmp_path / "counter_999999999.db"
    for file in (gone, here, counted):
        file.touch()
    scrape.forget_dead(tmp_path)
    assert (gone.exists(), here.exists(), counted.exists()) == (False, True, True)


def test_the_wrong_method_is_a_405_that_names_the_right_ones(steady):
    told = steady.put("/api/v1/predictions/severity")
    assert told.status_code == 405
    assert told.headers["allow"] == "OPTIONS, POST"
    assert told.json()["detail"] == "this path does not take PUT: it takes OPTIONS, POST"
    both = steady.delete("/api/v1/admin/keys")
    assert both.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_options_tells_the_methods(steady):
    told = steady.options("/api/v1/health")
    assert (told.status_code, told.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert steady.options("/api/v1/nothing").status_code == 404


def test_head_is_get_without_the_body(steady):
    told = steady.head("/api/v1/health")
    assert (told.status_code, told.content) == (200, b"")
    assert told.headers["content-length"] == str(len(steady.get("/api/v1/health").content))


@pytest.mark.parametrize(
    "path",
    [
        "/", "//api/v1/health", "/api//v1/health", "/api/v1/health/", "/api/v1/%2e%2e/v1/health",
        "/api/v1/..%2f..%2fetc%2fpasswd", "/docs/static/..%2fcore.py", "/docs/static/favicon.png",
        "/docs/static/%2e%2e/core.py", "/docs/", "/api/v2/health", "/API/V1/HEALTH",
        "/api/v1/health;x", "/%00", "/api/v1/health%00", "/api/v1/health%0d%0aX-A:b",
    ],
)  # fmt: skip
def test_no_other_path_leads_anywhere(steady, path):
    told = steady.get(path, follow_redirects=False)
    assert told.status_code == 404
    assert told.headers["content-type"] == problems.MEDIA_TYPE
    assert told.json()["request_id"] == told.headers["x-request-id"]


def test_a_problem_repeats_little_of_what_came(steady):
    told = steady.get("/" + "x" * 5000).json()
    assert len(told["instance"]) < 300


def test_the_document_says_what_holds_everywhere(steady):
    document = steady.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["components"]["securitySchemes"]) == {"ApiKey", "Bearer"}
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "not* the risk" in document["info"]["description"]
    told = {tag["name"] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert {"500", "503"} <= set(operation["responses"]), (method, path)
            assert set(operation["tags"]) <= told, (method, path)
            assert operation["summary"], (method, path)


def test_every_error_of_the_document_is_a_problem(steady):
    document = steady.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                is_readiness = path == "/api/v1/health/ready" and status == "503"
                if status >= "4" and not is_readiness:
                    told = (path, method, status)
                    assert list(answer["content"]) == [problems.MEDIA_TYPE], told


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_pages_load_nothing_from_elsewhere(steady, path):
    told = steady.get(path)
    assert told.headers["content-type"].startswith("text/html")
    sources = re.findall(r'(?:src|href)="([^"]+)"', told.text)
    files = [source for source in sources if source != docs.NO_ICON]
    assert files
    for source in files:
        assert source.startswith("/docs/static/")
        got = steady.get(source)
        assert got.status_code == 200
        assert "max-age" in got.headers["cache-control"]
    allowed = told.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in allowed
    assert "unsafe-inline" not in allowed.partition("script-src")[2].partition(";")[0]


def test_the_pages_know_the_path_of_their_proxy(settings):
    behind = settings.model_copy(update={"root_path": "/hindcast"})
    with TestClient(create(behind), root_path="/hindcast") as started:
        assert "/hindcast/openapi.json" in started.get("/hindcast/docs").text
        assert started.get("/hindcast/openapi.json").json()["servers"] == [{"url": "/hindcast"}]
