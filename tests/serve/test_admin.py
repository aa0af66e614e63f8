"""Keys over HTTP and on the command line."""

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from hindcast import cli
from hindcast.serve import keys
from hindcast.serve.store import opening

KEYS = "/api/v1/admin/keys"


def test_a_key_is_told_once_works_and_is_revoked_at_once(client):
    made = client.post(KEYS, json={"name": "county", "scopes": ["admin", "read"]})
    assert made.status_code == 201
    told = made.json()
    assert (told["tier"], told["scopes"], told["expires_at"]) == ("free", ["admin", "read"], None)
    own = {"X-API-Key": told["key"]}
    listed = client.get(KEYS, headers=own)
    assert told["key"] not in listed.text
    assert "sha256" not in listed.text
    assert [row["name"] for row in listed.json()["keys"]] == ["tests", "county"]
    revoked = client.delete(f"{KEYS}/{told['key_id']}")
    assert revoked.json()["revoked_at"] is not None
    assert client.get(KEYS, headers=own).status_code == 401
    again = client.delete(f"{KEYS}/{told['key_id']}").json()
    assert again["revoked_at"] == revoked.json()["revoked_at"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"name": "", "scopes": ["read"]},
        {"name": "two\nlines", "scopes": ["read"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["all"]},
        {"name": "x", "scopes": ["read"], "tier": "gold"},
        {"name": "x", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "x", "scopes": ["read"], "expires_at": "2090-01-01T00:00:00"},
        {"name": "x", "scopes": ["read"], "expires_at": 4102444800},
        {"name": "x", "scopes": ["read"], "expires_at": "4102444800"},
        {"name": "x", "scopes": ["read"], "is_admin": True},
    ],
)
def test_a_key_that_cannot_be_made_changes_nothing(client, wanted):
    assert client.post(KEYS, json=wanted).status_code == 422
    assert len(client.get(KEYS).json()["keys"]) == 1


def test_nobody_without_admin_gets_at_keys(anonymous, client):
    made = client.post(KEYS, json={"name": "reader", "scopes": ["read", "predict"]}).json()
    headers = {"X-API-Key": made["key"]}
    for method, path in (("GET", KEYS), ("POST", KEYS), ("DELETE", f"{KEYS}/{made['key_id']}")):
        assert client.request(method, path, headers=headers).status_code == 403


def test_use_is_counted_with_what_limits_refused(client):
    made = client.post(KEYS, json={"name": "reader", "scopes": ["read"]}).json()
    statuses = [
        client.get("/api/v1/nowhere", headers={"X-API-Key": made["key"]}).status_code
        for _ in range(23)
    ]
    used = client.get("/api/v1/admin/usage").json()["usage"]
    found = next(row for row in used if row["key_id"] == made["key_id"])
    assert (found["requests"], found["refused"]) == (23, statuses.count(429))
    assert found["refused"] >= 1
    kept = next(row for row in client.get(KEYS).json()["keys"] if row["key_id"] == made["key_id"])
    assert (kept["requests"], kept["last_used_at"]) == (23, found["last_used_at"])


def test_use_is_in_the_store_after_the_end(app, settings):
    key, row = keys.make("short", ["read"])
    with opening.connected(settings) as database:
        database.add_key(row)
    with TestClient(app, headers={"X-API-Key": key}) as client:
        client.get("/api/v1/nowhere")
    with opening.connected(settings) as database:
        assert database.keys()[0].requests == 1


def test_the_command_line_makes_lists_and_revokes(settings, monkeypatch):
    monkeypatch.setenv("HINDCAST_STORE", str(settings.store_file))
    run = CliRunner().invoke
    made = run(
        cli.app, ["keys", "create", "dash", "-s", "read", "--tier", "premium", "--days", "9"]
    )
    assert made.exit_code == 0
    key = made.stdout.strip()
    assert "\n" not in key
    assert key.startswith("hc_")
    assert key not in made.stderr
    with opening.connected(settings) as database:
        row = database.key(key[3:15])
    assert (row.name, row.scopes, row.tier) == ("dash", "read", "premium")
    assert key not in str(row)
    monkeypatch.setenv("COLUMNS", "200")
    assert key[3:15] in run(cli.app, ["keys", "list"]).stdout
    assert key[16:] not in run(cli.app, ["keys", "list"]).stdout
    assert run(cli.app, ["keys", "revoke", key[3:15]]).exit_code == 0
    with opening.connected(settings) as database:
        assert database.key(key[3:15]).revoked_at is not None
    missing = run(cli.app, ["keys", "revoke", "0" * 12])
    assert isinstance(missing.exception, keys.NoKeyError)


@pytest.mark.parametrize("since", ["0", "2026-1-1", "today"])
def test_use_since_what_is_no_day_is_refused(client, since):
    assert client.get("/api/v1/admin/usage", params={"since": since}).status_code == 422
