"""Answers that are made with the edition say what a query of it would."""

import asyncio
import sqlite3
import time

import orjson
import pytest
from prometheus_client import REGISTRY

from hindcast.serve.records import finished, recipes, usual
from hindcast.serve.records.finished import PARTS
from hindcast.serve.records.finishing import Asked, rows
from hindcast.serve.routes import RECORD_ROUTERS
from hindcast.serve.schemas.records import Event, EventDetail

V1 = "/api/v1"


@pytest.fixture
def opened(reading):
    return reading.app._app.state.services.warehouse.opened


def plain(told):
    return orjson.loads(orjson.dumps(told))


def test_every_event_is_told_as_the_edition_has_it(opened):
    statement = f"SELECT {EventDetail.columns()} FROM event LEFT JOIN cause USING (ev_id)"
    expected = plain(rows(opened.connection.cursor().execute(statement)))
    assert [opened.finished.event(row["ev_id"]) for row in expected] == expected
    assert len(expected) == 120 and {row["probable_cause"] is None for row in expected} == {
        True,
        False,
    }


@pytest.mark.parametrize("table", PARTS)
def test_every_part_is_told_as_the_edition_has_it(opened, table):
    record, order = PARTS[table]
    statement = f"SELECT {record.columns()} FROM {table} ORDER BY ev_id, {order}"
    expected = plain(rows(opened.connection.cursor().execute(statement)))
    events = rows(opened.connection.cursor().execute("SELECT ev_id FROM event ORDER BY ev_id"))
    found = [one for row in events for one in opened.finished.parts(row["ev_id"], table)]
    assert found == expected and len(found) >= 120


def test_an_event_without_parts_has_none_and_no_event_is_none(opened):
    assert opened.finished.parts("2018X99999", "crew") is None
    assert opened.finished.event("2018X99999") is None


def test_events_come_in_the_order_asked_for(opened):
    ev_ids = ["2018X00030", "2018X00002", "2018X00011"]
    found = opened.finished.events(ev_ids)
    assert [one["ev_id"] for one in found] == ev_ids
    assert set(found[0]) == set(Event.model_fields)


@pytest.mark.parametrize(("path", "question", "compute"), list(usual.questions()))
def test_a_usual_statistic_is_there_and_is_what_is_computed(
    reading, opened, path, question, compute
):
    def queries() -> float:
        name = "hindcast_query_seconds_count"
        metric = next(one for one in REGISTRY.collect() if one.name == "hindcast_query_seconds")
        return sum(sample.value for sample in metric.samples if sample.name == name)

    asked = question.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    before = queries()
    answer = reading.get(path, params=asked)
    assert answer.status_code == 200 and queries() == before
    computed = asyncio.run(compute(Asked(opened.connection.cursor()), question))
    assert answer.json() == plain(computed)


def test_every_statistic_has_a_usual_question():
    asked = {path for path, _, _ in usual.questions()}
    routes = {route.path for router in RECORD_ROUTERS for route in router.routes}
    statistics = {path for path in routes if "/stats/" in path or "/analytics/" in path}
    assert statistics == asked and len(asked) == 8


def test_an_event_has_another_tag_than_its_crew_and_keeps_it_when_others_change(
    started, record_settings, load_records
):
    def tag(path: str) -> str:
        return started.get(f"{V1}/events/2018X00001{path}").headers["etag"]

    def n_events() -> int:
        asked = {"population": "all"}
        return started.get(f"{V1}/stats/summary", params=asked).json()["n_events"]

    assert len({tag(""), tag("/crew"), tag("/aircraft"), tag("/findings")}) == 4
    crew, statistics = tag("/crew"), started.get(f"{V1}/stats/summary").headers["etag"]
    load_records(record_settings.warehouse, 20)
    wait_for(lambda: n_events() == 20)
    assert tag("/crew") == crew
    assert started.get(f"{V1}/stats/summary").headers["etag"] != statistics


def wait_for(asked, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not asked():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)


def test_an_unknown_event_is_404_whatever_the_client_has(reading):
    for part in ("", "/crew"):
        path = f"{V1}/events/2018X99999{part}"
        assert reading.get(path, headers={"If-None-Match": "*"}).status_code == 404


def test_a_damaged_file_of_answers_is_told_when_it_is_opened(tmp_path):
    damaged = tmp_path / "records-x.sqlite"
    damaged.write_bytes(b"no database" * 500)
    with pytest.raises(sqlite3.DatabaseError):
        finished.Finished(damaged)


def test_the_recipe_is_of_all_that_an_answer_hangs_on():
    assert len(recipes.recipe()) == 64
    modules = {name for _, names in recipes._MODULES for name in names}
    assert {"shares", "places", "association", "finishing", "statistics", "records"} <= modules
