"""A worker that loses Redis tells the webhook once, and once when Redis is back."""

import asyncio
from types import SimpleNamespace

import pytest

from hindcast.monitor import alerts
from hindcast.serve import alarm, environment
from hindcast.serve.settings import Settings


@pytest.fixture
def posted(monkeypatch):
    found = []
    monkeypatch.setattr(alarm, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(alerts, "post", lambda url, message: found.append(message) or True)
    return found


async def watched(settings, limiter, states):
    own = alarm.Alarm(settings, limiter).start()
    for state in states:
        limiter.is_local = state
        await asyncio.sleep(0.1)
    await own.close()


def test_a_loss_and_a_return_are_told_once_each(posted, tmp_path):
    settings = Settings(store=tmp_path / "s", webhook_url="http://h/", redis_url="redis://h")
    asyncio.run(watched(settings, SimpleNamespace(is_local=False), [False, True, True, False]))
    assert [one["status"] for one in posted] == ["firing", "resolved"]
    assert {one["condition"] for one in posted} == {"limits_are_local"}


def test_without_a_webhook_nothing_is_looked_at(posted, tmp_path):
    settings = Settings(store=tmp_path / "s", redis_url="redis://h")
    asyncio.run(watched(settings, SimpleNamespace(is_local=True), [True]))
    assert posted == []
    assert not settings.alerts_file.exists()


def test_a_state_that_cannot_be_kept_does_not_stop_the_server(posted, tmp_path):
    (tmp_path / "file").write_text("")
    settings = Settings(
        store=tmp_path / "file" / "s", webhook_url="http://h/", redis_url="redis://h"
    )
    asyncio.run(watched(settings, SimpleNamespace(is_local=True), [True, False]))
    assert posted == []
    with pytest.raises(alerts.AlertStateError, match="may write"):
        alerts.tell(None, settings.alerts_file, [])


def test_a_webhook_that_is_no_web_address_stops_the_start(monkeypatch):
    monkeypatch.setenv("HINDCAST_WEBHOOK_URL", "file:///secret")
    with pytest.raises(environment.SettingsError, match="HINDCAST_WEBHOOK_URL") as raised:
        environment.read()
    assert "secret" not in str(raised.value)
