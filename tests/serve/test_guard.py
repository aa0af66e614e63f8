"""Who is let in, with what, and what is said to whoever is not."""

import pytest
from starlette.testclient import TestClient

from hindcast.serve import access, clock, keys, routes
from hindcast.serve.app import create
from hindcast.serve.auth import needs
from hindcast.serve.store import opening

WHOLE = {"ev_date": "2020-01-15", "ev_state": "CO", "acft_category": "AIR"}
SEVERITY = "/api/v1/predictions/severity"
NOWHERE = "/api/v1/nowhere"


@pytest.fixture
def stranger(anonymous):
    return anonymous


@pytest.fixture
def make_key():
    """Keep a new key in the settings' store."""

    def made(settings, *scopes, tier="premium"):
        key, row = keys.make("a test", scopes or keys.SCOPES, tier)
        with opening.connected(settings) as database:
            database.add_key(row)
        return key

    return made


def test_health_is_open_and_everything_else_is_closed(stranger):
    assert stranger.get("/api/v1/health").status_code == 200
    for method, path in (("POST", SEVERITY), ("GET", NOWHERE), ("GET", "/"), ("GET", "/metrics")):
        answer = stranger.request(method, path)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_either_header_lets_in(stranger, settings, make_key):
    key = make_key(settings, "predict")
    for headers in ({"X-API-Key": key}, {"Authorization": f"bearer {key}"}):
        assert stranger.post(SEVERITY, json=WHOLE, headers=headers).status_code == 200
    both = {"X-API-Key": key, "Authorization": f"Bearer {make_key(settings)}"}
    assert stranger.post(SEVERITY, json=WHOLE, headers=both).status_code == 400


def test_a_key_without_the_scope_is_told_which(stranger, settings, make_key):
    answer = stranger.post(
        SEVERITY, json=WHOLE, headers={"X-API-Key": make_key(settings, "read", "admin")}
    )
    assert answer.status_code == 403
    assert "scope predict" in answer.json()["detail"]


def test_what_a_key_may_not_do_counts_too(stranger, settings, make_key):
    headers = {"X-API-Key": make_key(settings, "read", tier="free")}
    statuses = [stranger.get("/api/v1/admin/keys", headers=headers).status_code for _ in range(22)]
    assert statuses[0] == 403
    assert statuses[-1] == 429


@pytest.mark.parametrize("name", ["key", "api_key", "X-API-Key", "access_token"])
def test_a_key_in_the_address_is_refused_even_beside_a_right_one(client, settings, make_key, name):
    key = make_key(settings)
    answer = client.post(SEVERITY, json=WHOLE, params={name: key})
    assert answer.status_code == 400
    assert "revoke" in answer.json()["detail"]
    assert key not in answer.text


def spoilt(key):
    """Return keys that are almost right."""
    other = "B" if key[-1] == "A" else "A"
    return (
        key[:-1] + other,
        key[:-1],
        key + "A",
        key.upper(),
        key[3:],
        "hc_",
        "",
        "ü" * 59,
        key[:15],
    )


def test_an_almost_right_key_is_refused(stranger, settings, make_key):
    key = make_key(settings)
    for wrong in spoilt(key):
        headers = {b"x-api-key": wrong.encode()}
        assert stranger.get(NOWHERE, headers=headers).status_code == 401, wrong
    assert stranger.get(NOWHERE, headers={"X-API-Key": key}).status_code == 404


def test_many_wrong_keys_of_one_address_are_429(stranger):
    statuses = [
        stranger.get(NOWHERE, headers={"X-API-Key": "wrong"}).status_code for _ in range(70)
    ]
    assert set(statuses[:20]) == {401}
    assert statuses[-1] == 429


def test_a_revoked_key_stops_within_the_settings_seconds(app, settings, make_key, monkeypatch):
    moment = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: moment[0])
    key = make_key(settings)
    with TestClient(app, headers={"X-API-Key": key}) as client:
        assert client.get(NOWHERE).status_code == 404
        with opening.connected(settings) as database:
            assert database.revoke(key[3:15])
        moment[0] += settings.key_cache_seconds + 0.01
        assert client.get(NOWHERE).status_code == 401


def test_an_expired_key_is_refused_though_it_is_believed(app, settings, make_key, monkeypatch):
    key = make_key(settings)
    with opening.connected(settings) as database:
        database.fetch("UPDATE keys SET expires_at = :at", at="2026-01-01T00:00:00.000Z")
    now = [1767225599.0]
    monkeypatch.setattr(clock, "seconds", lambda: now[0])
    with TestClient(app, headers={"X-API-Key": key}) as client:
        assert client.get(NOWHERE).status_code == 404
        now[0] += 1
        assert client.get(NOWHERE).status_code == 401


def test_where_the_store_cannot_be_read_nobody_is_let_in(stranger, settings, make_key):
    key = make_key(settings)
    settings.store_file.unlink()
    answer = stranger.get(NOWHERE, headers={"X-API-Key": key})
    assert answer.status_code == 503
    assert str(settings.store_file) not in answer.text


def test_public_reading_opens_read_alone(settings):
    opened = settings.model_copy(update={"public_read": True})
    with TestClient(create(opened), raise_server_exceptions=False) as stranger:
        answer = stranger.get(NOWHERE)
        assert answer.status_code == 404
        assert answer.headers["ratelimit-policy"] == '"minute";q=60;w=60, "second";q=10;w=1'
        assert stranger.post(SEVERITY, json=WHOLE).status_code == 401
        assert stranger.get("/api/v1/admin/keys").status_code == 401
        refused = [stranger.get(NOWHERE).status_code for _ in range(12)]
    assert 429 in refused


def test_limits_are_told_and_refuse(app, settings, make_key):
    key = make_key(settings, "read", tier="free")
    with TestClient(app, headers={"X-API-Key": key}) as client:
        answers = [client.get(NOWHERE) for _ in range(21)]
    assert answers[0].headers["ratelimit"].startswith('"minute";r=99;t=')
    refused = answers[-1]
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    assert "more than 20 requests a second" in refused.json()["detail"]


def test_every_route_declares_its_scope_in_the_description(app):
    document = app.openapi()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert ("security" in operation) == (path not in access.OPEN_PATHS), path
    severity = document["paths"][SEVERITY]["post"]
    assert severity["security"] == [{"ApiKey": []}, {"Bearer": []}]
    assert severity["x-scope"] == "predict"
    assert set(document["components"]["securitySchemes"]) == {"ApiKey", "Bearer"}


def test_a_route_that_declares_nothing_stops_the_start():
    from fastapi import APIRouter

    router = APIRouter()
    router.add_api_route("/api/v1/forgotten", lambda: None)
    with pytest.raises(access.UndeclaredError, match="forgotten"):
        access.gathered([router], public_read=False)


def test_every_route_asks_for_what_it_declares(app):
    """The guard's table and the routes' declarations cannot differ, whatever the parameters."""
    table = access.gathered(routes.ROUTERS, public_read=False)
    for router in routes.ROUTERS:
        for route in router.routes:
            path = route.path.format(**dict.fromkeys(route.param_convertors, "1"))
            for method in route.methods:
                scope = table.needed({"method": method, "path": path})
                assert scope == (route.openapi_extra or {}).get("x-scope"), path


def test_a_route_outside_of_the_guard_lets_nobody_in():
    from fastapi import APIRouter, FastAPI

    from hindcast.serve import problems

    router = APIRouter()
    router.add_api_route("/alone", lambda: None, dependencies=[needs("read")])
    alone = FastAPI()
    problems.install(alone)
    alone.include_router(router)
    assert TestClient(alone).get("/alone").status_code == 401
