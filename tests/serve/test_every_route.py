"""Every route of the description, asked without a key and with a key of each scope alone."""

import json

import pytest
from starlette.testclient import TestClient

from hindcast.serve import access, keys
from hindcast.serve.app import create

MADE_UP = {"ev_id": "20200101X00001", "key_id": "0" * 12, "prediction_id": "0" * 32}
MADE_UP |= {"target": "fatal", "horizon": "event"}


def operations(app):
    """Return method, path with its parameters filled, and what is described, of every route."""
    for path, told in app.openapi()["paths"].items():
        for method, operation in told.items():
            yield method.upper(), path.format(**MADE_UP), operation


@pytest.fixture(scope="module")
def stranger(steady, tmp_path_factory):
    """A client without a key, whose mistakes are not limited."""
    folder = tmp_path_factory.mktemp("every")
    told = {"store": folder / "store.sqlite", "wrong_keys_per_second": 10**6}
    settings = steady.app.settings.model_copy(update=told | {"wrong_keys_per_minute": 10**6})
    with TestClient(create(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def key_of(stranger):
    """A key of one scope alone, for each scope."""
    made = {scope: keys.make(scope, [scope], "premium") for scope in keys.SCOPES}
    for _, row in made.values():
        stranger.portal.call(stranger.app.state.services.store.add_key, row)
    return {scope: key for scope, (key, _) in made.items()}


def statuses(client, **headers):
    """Return the status and the scope that is described, of every route."""
    return {
        (method, path): (
            client.request(method, path, headers=headers, content=b"{}").status_code,
            operation.get("x-scope"),
        )
        for method, path, operation in operations(client.app)
    }


def test_without_a_key_only_health_answers(stranger):
    found = statuses(stranger)
    assert len(found) > 25
    for (method, path), (status, scope) in found.items():
        assert (scope is None) == (path in access.OPEN_PATHS), path
        assert (status != 401) == (scope is None), (method, path, status)


@pytest.mark.parametrize("key", ["", "hc_" + "0" * 12 + "_" + "A" * 43])
def test_with_a_wrong_key_only_health_answers(stranger, key):
    for where, (status, scope) in statuses(stranger, **{"X-API-Key": key}).items():
        assert (status != 401) == (scope is None), (where, status)


@pytest.mark.parametrize("scope", keys.SCOPES)
def test_a_key_opens_the_routes_of_its_scope_and_no_others(stranger, key_of, scope):
    found = statuses(stranger, **{"X-API-Key": key_of[scope]})
    assert scope in {needed for _, needed in found.values()}
    for where, (status, needed) in found.items():
        assert (status == 403) == (needed not in (None, scope)), (where, status)
        assert status != 401, where


def test_every_status_is_described(stranger, key_of):
    """Beside schemathesis: what no key, a wrong scope and an empty body are answered."""
    for scope in (None, *keys.SCOPES):
        headers = {"X-API-Key": key_of[scope]} if scope else {}
        for method, path, operation in operations(stranger.app):
            answer = stranger.request(method, path, headers=headers, content=b"{}")
            assert str(answer.status_code) in operation["responses"], (method, path, answer.text)


@pytest.mark.parametrize("method", ["TRACE", "PUT", "PATCH", "FOO"])
def test_a_method_that_no_path_takes_is_405_whoever_asks(stranger, method):
    for _, path, _ in operations(stranger.app):
        answer = stranger.request(method, path, headers={"X-API-Key": "wrong"})
        assert answer.status_code == 405, path
        assert method not in answer.headers["allow"].split(", "), path


def test_two_different_keys_are_400_though_one_is_right(stranger, key_of):
    both = {"X-API-Key": key_of["read"], "Authorization": f"Bearer {key_of['admin']}"}
    for where, (status, scope) in statuses(stranger, **both).items():
        assert (status == 400) == (scope is not None), where


def test_names_in_the_description_are_plain(stranger):
    document = stranger.app.openapi()
    names = document["components"]["schemas"]
    assert [name for name in names if not name.isalnum()] == []
    used = set(json.dumps(document).split('"#/components/schemas/')[1:])
    assert {text.partition('"')[0] for text in used} <= set(names)
