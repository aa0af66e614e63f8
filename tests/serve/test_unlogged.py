"""What is answered where the prediction log cannot be written."""

import pytest
from starlette.testclient import TestClient

from hindcast.serve import keys, metrics
from hindcast.serve.app import create
from hindcast.serve.store import opening
from hindcast.serve.store.database import Database
from hindcast.serve.store.errors import StoreError


@pytest.fixture
def full(monkeypatch):
    """A disk without room for predictions, though keys can be read."""

    def refuse(self, rows):
        raise StoreError("the store cannot be used: database or disk is full")

    monkeypatch.setattr(Database, "log", refuse)


@pytest.fixture
def headers(settings):
    key, row = keys.make("a test", ["predict"], "premium")
    with opening.connected(settings) as database:
        database.add_key(row)
    return {"X-API-Key": key}


def asked(client, accident):
    """Ask for a forecast in every way."""
    yield client.post("/api/v1/predictions/severity", json=accident)
    yield client.post("/api/v1/predictions/severity/batch", json={"rows": [accident] * 2})
    yield client.post("/api/v1/predictions/causes", json=accident)


def test_nothing_is_answered_without_a_record(settings, headers, accident, full):
    with TestClient(create(settings), headers=headers) as client:
        for answer in asked(client, accident):
            assert answer.status_code == 503
            assert "disk is full" in answer.json()["detail"]
            assert answer.headers["retry-after"] == "5"
            assert "fatal" not in answer.json()
        assert "disk is full" in client.get("/api/v1/health/ready").text


def test_where_the_settings_let_it_the_answer_says_that_it_is_not_recorded(
    settings, headers, accident, full
):
    before = metrics.UNLOGGED._value.get()
    lax = settings.model_copy(update={"log_required": False})
    with TestClient(create(lax), headers=headers) as client:
        for answer in asked(client, accident):
            assert answer.status_code == 200
            assert answer.headers["prediction-logged"] == "false"
    assert metrics.UNLOGGED._value.get() == before + 4


def test_a_recorded_answer_does_not_say_so(client, accident):
    for answer in asked(client, accident):
        assert answer.status_code == 200
        assert "prediction-logged" not in answer.headers
