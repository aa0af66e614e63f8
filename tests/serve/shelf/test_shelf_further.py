"""Versions of the shelf without a name: asked for, held one at a time, refused clearly."""

import asyncio
import gc
import shutil
import threading
import weakref
from pathlib import Path

import pytest

from hindcast.serve.problems import Problem
from hindcast.serve.shelf import aliases, loading, moves
from hindcast.serve.shelf.further import Further

ROUTE = "/api/v1/predictions/severity"
CAUSES = "/api/v1/predictions/causes"


@pytest.fixture
def unnamed(two, shelf) -> str:
    """A version of the horizon event without a name: a copy of the champion before."""
    first, second = two
    moves.promote(shelf, "event", second)
    there = shelf / "event"
    return Path(shutil.copytree(there / first, there / ("f" * 12))).name


def test_a_version_without_a_name_answers_who_asks_for_it(two, unnamed, client, accident):
    first = client.post(ROUTE, json=accident, params={"model": two[0]}).json()
    answer = client.post(ROUTE, json=accident, params={"model": unnamed})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["model_version"], told["role"]) == (unnamed, "version")
    assert told["fatal"] == first["fatal"]
    assert client.post(ROUTE, json=accident).json()["model_version"] == two[1]
    for route, body in ((f"{ROUTE}/batch", {"rows": [accident]}), (CAUSES, accident)):
        assert client.post(route, json=body, params={"model": unnamed}).status_code == 200


def test_the_list_of_models_tells_that_it_is_loaded(unnamed, client, accident):
    before = client.get("/api/v1/models")
    client.post(ROUTE, json=accident, params={"model": unnamed})
    after = client.get("/api/v1/models", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert (is_loaded(before, unnamed), is_loaded(after, unnamed)) == (False, True)


def is_loaded(answer, version: str) -> bool:
    """Return what the list of models says of a version of the horizon event."""
    (found,) = {
        one["is_loaded"]
        for model in answer.json()["items"]
        if model["horizon"] == "event"
        for one in model["versions"]
        if one["version"] == version
    }
    return found


@pytest.mark.parametrize("asked", ["0" * 12, "nonsense", "previous"])
def test_what_is_not_on_the_shelf_is_404(unnamed, client, accident, asked):
    answer = client.post(ROUTE, json=accident, params={"model": asked})
    assert answer.status_code == 404
    assert "/api/v1/models" in answer.json()["detail"]


def test_a_version_that_is_broken_is_503_and_the_others_answer(unnamed, shelf, client, accident):
    (shelf / "event" / unnamed / "fatal/event/manifest.json").write_text("{")
    answer = client.post(ROUTE, json=accident, params={"model": unnamed})
    assert answer.status_code == 503
    assert str(shelf) not in answer.text
    assert client.post(ROUTE, json=accident).status_code == 200


def test_another_takes_its_place_and_it_is_let_go(unnamed, two, shelf):
    async def ask() -> None:
        held = Further(shelf, 10)
        first = await held.get("event", unnamed)
        gone = weakref.ref(first.engine)
        assert (await held.get("event", unnamed)) is first
        del first
        await held.get("event", two[0])
        assert held.versions == {"event": two[0]}
        gc.collect()
        assert gone() is None
        held.forget()
        assert held.versions == {}

    asyncio.run(ask())


def test_what_many_ask_for_is_loaded_once_and_nobody_waits_too_long(unnamed, shelf, monkeypatch):
    loaded, go_on, sound = [], threading.Event(), loading.one

    def slow(*asked):
        loaded.append(asked)
        go_on.wait(10)
        return sound(*asked)

    monkeypatch.setattr(loading, "one", slow)

    async def ask() -> None:
        held = Further(shelf, 0.05)
        asked = [held.get("event", unnamed) for _ in range(5)]
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert all(isinstance(one, Problem) and one.status == 503 for one in told)
        assert told[0].headers == {"Retry-After": "1"}
        go_on.set()
        while not held.versions:
            await asyncio.sleep(0.01)
        assert (await held.get("event", unnamed)).engine.version == unnamed
        assert len(loaded) == 1

    asyncio.run(ask())


def test_what_a_request_reads_is_made_where_models_are_loaded(two, shelf, models):
    lanes, _ = loading.from_shelf(shelf, aliases.read(shelf), {})
    for lane in (*lanes.values(), *loading.from_models(models).values()):
        assert all("view" in vars(engine) for engine in lane.engines)
