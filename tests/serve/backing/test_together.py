"""The whole server over PostgreSQL and Redis, two workers of it."""

import psycopg
import pytest
from starlette.testclient import TestClient

from hindcast.serve import keys
from hindcast.serve.app import create
from hindcast.serve.store import frame, opening

SEVERITY = "/api/v1/predictions/severity"


@pytest.fixture
def together(settings, postgres_store, redis_server):
    """Settings of workers that share keys, log and limits."""
    told = {"database_url": postgres_store.database_url, "redis_url": redis_server.url}
    return settings.model_copy(update=told | {"workers": 2, "free_per_second": 100})


def made(settings, tier):
    key, row = keys.make("a test", keys.SCOPES, tier)
    with opening.connected(settings) as database:
        database.add_key(row)
    return {"X-API-Key": key}


def test_a_prediction_of_one_worker_is_known_to_another(together, accident):
    headers = made(together, "premium")
    with (
        TestClient(create(together), headers=headers) as one,
        TestClient(create(together), headers=headers) as other,
    ):
        told = one.post(SEVERITY, json=accident).json()
        path = f"/api/v1/predictions/{told['prediction_id']}/outcome"
        outcome = {"ev_highest_injury": "SERS", "as_of": "2026-01-31"}
        kept = other.post(path, json=outcome)
        assert kept.status_code == 200, kept.text
        key_id = headers["X-API-Key"][3:15]
        assert other.delete(f"/api/v1/admin/keys/{key_id}").status_code == 200
        assert other.post(SEVERITY, json=accident).status_code == 401
    (row,) = frame.read_predictions(together).to_dicts()
    assert (row["prediction_id"], row["key_id"]) == (told["prediction_id"], key_id)
    assert row["fatal"] == told["fatal"]
    assert row["injury"] is not None


def test_two_workers_allow_one_limit(together, accident):
    headers = made(together, "free")
    with (
        TestClient(create(together), headers=headers) as one,
        TestClient(create(together), headers=headers) as other,
    ):
        statuses = [
            worker.get("/api/v1/nowhere").status_code for _ in range(60) for worker in (one, other)
        ]
        refused = one.post(SEVERITY, json=accident)
    assert (statuses.count(404), statuses.count(429)) == (100, 20)
    assert refused.status_code == 429
    assert refused.headers["ratelimit"].startswith('"minute";r=0;t=')
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    with opening.connected(together) as database:
        assert database.usage("2000-01-01")[0][2:4] == (121, 21)


def test_a_batch_counts_its_rows(together, accident):
    with TestClient(create(together), headers=made(together, "free")) as client:
        before = client.get("/api/v1/nowhere").headers["ratelimit"]
        batch = client.post(f"{SEVERITY}/batch", json={"rows": [accident] * 250})
        assert batch.status_code == 200
    assert before.startswith('"minute";r=99;')
    assert batch.headers["ratelimit"].startswith('"minute";r=96;')


def test_nothing_secret_lies_in_the_database(together, accident):
    headers = made(together, "premium")
    secret = headers["X-API-Key"][16:]
    with TestClient(create(together), headers=headers) as client:
        client.post(SEVERITY, json=accident)
    with psycopg.connect(together.database_url) as connection:
        for table in ("keys", "predictions", "usage", "facts"):
            assert secret not in str(connection.execute(f"SELECT * FROM {table}").fetchall())


def test_redis_gone_is_shown_and_nobody_gets_more_for_it(together, redis_server):
    with TestClient(create(together), headers=made(together, "free")) as client:
        assert client.get("/api/v1/nowhere").status_code == 404
        redis_server.stop()
        statuses = [client.get("/api/v1/nowhere").status_code for _ in range(70)]
        limiter = client.get("/api/v1/health/ready").json()["parts"]["limiter"]
        redis_server.start()
    assert statuses.count(404) <= 50
    assert set(statuses) == {404, 429}
    assert "Redis is out of reach" in limiter["why"]
