"""The shelf in a running application: who answers, what the shadow scores, reload without a gap."""

import gc
import json
import shutil
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from hindcast.serve import keys, metrics
from hindcast.serve.app import create
from hindcast.serve.forecast.engine import Engine
from hindcast.serve.settings import Settings
from hindcast.serve.shelf import aliases, moves
from hindcast.serve.shelf.aliases import ShelfError
from hindcast.serve.store import frame

ROUTE = "/api/v1/predictions/severity"


@contextmanager
def started(settings: Settings) -> Iterator[TestClient]:
    """Start the application; the client has a key of every scope."""
    app = create(settings)
    with TestClient(app, raise_server_exceptions=False) as client:
        key, kept = keys.make("tests", keys.SCOPES, "premium")
        client.portal.call(app.state.services.store.add_key, kept)
        client.headers["X-API-Key"] = key
        yield client


def asked(client: TestClient, accident: dict[str, Any], **query: Any) -> dict[str, Any]:
    answer = client.post(ROUTE, json=accident, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def until(found: Callable[[], Any], seconds: float = 10) -> Any:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not (told := found()):
        assert time.monotonic() < ends, f"waited in vain, {told}"
        time.sleep(0.01)
    return told


def test_models_that_were_not_shelved_are_served(settings, accident, shelf, shelve, train_anew):
    with started(settings) as client:
        first = asked(client, accident, horizon="event")
        assert first["role"] == "champion"
        version = shelve()["event"].version
        train_anew()
        until(lambda: client.app.state.services.shelf.lanes["event"].places)
        again = asked(client, accident, horizon="event")
    assert again["model_version"] == first["model_version"] == version
    assert again["fatal"] == first["fatal"]


def test_a_model_may_be_asked_for_by_role_and_by_version(two, settings, accident):
    champion, challenger = two
    with started(settings) as client:
        for model, version in {
            None: champion,
            "champion": champion,
            champion: champion,
            "challenger": challenger,
            challenger: challenger,
        }.items():
            query = {"model": model} if model else {}
            assert asked(client, accident, **query)["model_version"] == version
        unknown = client.post(ROUTE, json=accident, params={"model": "0" * 12})
        assert unknown.status_code == 404
        assert champion in unknown.json()["detail"]
        assert challenger in unknown.json()["detail"]


def test_a_share_of_all_is_answered_by_the_challenger(two, settings, shelf, accident):
    moves.challenge(shelf, "event", "share", 1.0)
    with started(settings) as client:
        told = asked(client, accident)
    assert (told["model_version"], told["role"]) == (two[1], "challenger")


def test_a_shadow_scores_and_is_logged_and_never_answered(two, settings, shelf, accident):
    champion, challenger = two
    moves.challenge(shelf, "event", "shadow")
    with started(settings) as client:
        told = asked(client, accident)
        assert (told["model_version"], told["role"]) == (champion, "champion")
        alone = asked(client, accident, model="challenger")
        rows = until(lambda: _rows(settings, told["prediction_id"], 2))
    shadow, answered = rows[challenger], rows[champion]
    assert (shadow["role"], shadow["is_answered"]) == ("shadow", False)
    assert (answered["role"], answered["is_answered"]) == ("champion", True)
    assert shadow["fatal"] == pytest.approx(alone["classes"]["fatal"], abs=1e-12)
    assert json.loads(shadow["classes"]) == pytest.approx(alone["classes"], abs=1e-12)
    assert shadow["fatal"] != answered["fatal"]
    assert shadow["request_id"] == answered["request_id"]


def _rows(settings: Settings, prediction_id: str, n: int) -> dict[str, dict[str, Any]] | None:
    found = frame.read_predictions(settings).filter(prediction_id=prediction_id).to_dicts()
    return {row["version"]: row for row in found} if len(found) == n else None


def test_a_shadow_that_hangs_holds_nobody_up(two, settings, shelf, accident, monkeypatch):
    moves.challenge(shelf, "event", "shadow")
    hanging, sound = threading.Event(), Engine.classes

    def classes(engine: Engine, matrix: Any) -> Any:
        if engine.version == two[1]:
            hanging.wait(10)
        return sound(engine, matrix)

    monkeypatch.setattr(Engine, "classes", classes)
    with started(settings.model_copy(update={"shadow_queue": 2})) as client:
        left_out = metrics.SHADOW.labels("event", "left out")
        before = left_out._value.get()
        answers = [asked(client, accident) for _ in range(6)]
        assert {one["model_version"] for one in answers} == {two[0]}
        assert left_out._value.get() > before
        hanging.set()


def test_a_new_champion_is_taken_up_while_requests_come(two, settings, shelf, accident):
    champion, challenger = two
    with started(settings) as client:
        expected = {version: asked(client, accident, model=version)["fatal"] for version in two}
        with _asking(client, accident) as found:
            until(lambda: len(found) > 20)
            for _ in range(4):
                now = _swap(shelf)
                until(lambda now=now: found[-1][1] == now)
    assert {status for status, _, _ in found} == {200}
    assert {version for _, version, _ in found} == {champion, challenger}
    assert all(fatal == expected[version] for _, version, fatal in found)


def _swap(shelf: Path) -> str:
    """Make the other version the champion; return it."""
    places = aliases.read(shelf).of("event")
    return moves.promote(shelf, "event", places.challenger or places.previous)


@contextmanager
def _asking(client: TestClient, accident: dict) -> Iterator[list[tuple[int, str, float]]]:
    """Ask from several threads all the time; yield status, version and forecast as they come."""
    found: list[tuple[int, str, float]] = []
    stop = threading.Event()
    asking = (client, accident, found, stop)
    threads = [threading.Thread(target=_ask_on, args=asking) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _ask_on(client: TestClient, accident: dict, found: list, stop: threading.Event) -> None:
    while not stop.is_set():
        answer = client.post(ROUTE, json=accident)
        told = answer.json()
        found.append((answer.status_code, told.get("model_version"), told.get("fatal")))


def test_engines_that_nobody_asks_any_more_are_let_go(two, settings, shelf, accident):
    with started(settings) as client:
        held = client.app.state.services.shelf
        asked(client, accident)
        gone = weakref.ref(held.lanes["event"].champion)
        kept = weakref.ref(held.lanes["scene"].champion)
        moves.promote(shelf, "event")
        until(lambda: held.lanes["event"].champion.version == two[1])
        asked(client, accident)
        until(lambda: gc.collect() >= 0 and gone() is None)
        assert kept() is held.lanes["scene"].champion


def test_a_broken_version_is_refused_and_the_old_one_stays(two, settings, shelf, accident):
    champion, challenger = two
    with started(settings) as client:
        booster = moves.folder_of(shelf, "event", challenger) / "severity/event/injured.ubj"
        booster.write_bytes(b"no trees")
        moves.promote(shelf, "event")
        held = client.app.state.services.shelf
        # it was loaded as the challenger already; a restart is where it matters
        until(lambda: held.lanes["event"].champion.version == challenger)
    with started(settings) as client:
        told = asked(client, accident)
        assert told["model_version"] == champion
        ready = client.get("/api/v1/health/ready").json()
        assert ready["parts"]["models"]["ok"]
        assert challenger in ready["parts"]["models"]["why"]


def test_a_version_that_breaks_before_it_is_loaded_is_refused_while_serving(
    two, settings, shelf, accident
):
    champion, challenger = two
    folder = moves.folder_of(shelf, "event", challenger)
    sound, away = folder / "fatal", folder / "away"
    sound.rename(away)
    with started(settings) as client:
        held = client.app.state.services.shelf
        assert "cannot be loaded" in held.degraded()
        moves.promote(shelf, "event")
        until(lambda: f"version {challenger} cannot be loaded" in (held.degraded() or ""))
        assert asked(client, accident)["model_version"] == champion
        away.rename(sound)
        moves.promote(shelf, "event", champion)
        moves.promote(shelf, "event", challenger)
        until(lambda: held.degraded() is None)
        assert asked(client, accident)["model_version"] == challenger


def test_a_broken_file_of_aliases_changes_nothing(two, settings, shelf, accident):
    with started(settings) as client:
        held = client.app.state.services.shelf
        (shelf / aliases.FILE).write_text("{")
        until(held.degraded)
        assert asked(client, accident)["model_version"] == two[0]


def test_a_shelf_without_a_version_that_loads_does_not_start(two, settings, shelf):
    for version in moves.versions(shelf, "event"):
        shutil.rmtree(moves.folder_of(shelf, "event", version) / "fatal")
    with pytest.raises(ShelfError, match="cannot be loaded"), started(settings):
        pass


def test_models_that_are_half_trained_anew_do_not_start(settings, models, other_models_folder):
    shutil.copytree(
        other_models_folder / "fatal" / "event", models / "fatal" / "event", dirs_exist_ok=True
    )
    with pytest.raises(Exception, match="trained beside"), started(settings):
        pass


def test_outcomes_take_out_a_miscalibrated_challenger(bad, settings, shelf, accident):
    moves.challenge(shelf, "dispatch", "share", 1.0)
    # the comparison with the champion's forecasts would be faster than any outcome
    alone = settings.model_copy(update={"canary_shift": 0.99})
    with started(alone) as client:
        answers = [asked(client, accident, horizon="dispatch") for _ in range(60)]
        assert {one["role"] for one in answers} == {"challenger"}
        for one in answers:
            url = f"/api/v1/predictions/{one['prediction_id']}/outcome"
            told = client.post(url, json={"ev_highest_injury": "NONE", "as_of": "2020-03-01"})
            assert told.status_code in (200, 201), told.text
        until(lambda: asked(client, accident, horizon="dispatch")["role"] == "champion")
    move = aliases.read(shelf).history[-1]
    assert move.what == "returned"
    assert move.reason.startswith("calibration: 0 of ")
