"""Events by filters, page by page, and one by its key."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcast.serve.problems import Problem
from hindcast.serve.records import cursors
from hindcast.serve.schemas import records as schemas

EVENTS = "/api/v1/events"


def walked(client, **asked) -> list[dict]:
    """Every event of every page."""
    found, cursor = [], None
    while True:
        page = client.get(EVENTS, params={**asked, **({"cursor": cursor} if cursor else {})}).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            assert page["n_matching"] == len(found)
            return found


@settings(max_examples=15, deadline=None)
@given(
    limit=st.integers(7, 60),
    sort=st.sampled_from(["-date", "date", "-deaths", "deaths", "-ev_id", "ev_id"]),
    population=st.sampled_from(["us_accidents", "all"]),
    state=st.lists(st.sampled_from(["AK", "TX", "CA"]), max_size=2),
)
def test_walking_all_pages_gives_every_event_once_and_in_order(
    reading, limit, sort, population, state
):
    asked = {"limit": limit, "sort": sort, "population": population, "state": state}
    found = walked(reading, **asked)
    whole = reading.get(EVENTS, params={**asked, "limit": 500}).json()["items"]
    assert found == whole
    assert len({one["ev_id"] for one in found}) == len(found)
    places = [_place(one, sort) for one in found]
    assert places == sorted(places, reverse=sort.startswith("-"))


def _place(event: dict, sort: str) -> tuple:
    key = {"date": "ev_date", "deaths": "n_deaths", "ev_id": "ev_id"}[sort.lstrip("-")]
    return "" if event[key] is None else event[key], event["ev_id"]


def test_the_population_is_told_and_all_adds_incidents_and_events_abroad(reading):
    study = reading.get(EVENTS).json()
    whole = reading.get(EVENTS, params={"population": "all"}).json()
    assert study["population"] == "us_accidents"
    assert study["n_matching"] < whole["n_matching"] == 120
    assert {one["is_us_accident"] for one in walked(reading)} == {True}


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ({"state": "ak"}, lambda e: e["ev_state"] == "AK"),
        ({"country": "AL"}, lambda e: e["ev_country"] == "AL"),
        ({"severity": ["minor", "serious"]}, lambda e: e["severity"] in ("Minor", "Serious")),
        ({"is_fatal": True}, lambda e: e["is_fatal"] is True),
        ({"acft_category": "AIR"}, lambda e: e["acft_category"] == "AIR"),
        ({"make": "cessna"}, lambda e: e["make"] == "CESSNA"),
        ({"model": "171"}, lambda e: e["model"] == "171"),
        ({"far_part": "091"}, lambda e: e["far_part"] == "091"),
        ({"purpose": "PERS"}, lambda e: e["type_fly"] == "PERS"),
        ({"phase": "landing"}, lambda e: e["phase_group"] == "Landing"),
        ({"occurrence": "240"}, lambda e: e["occurrence_code"] == "240"),
        ({"weather": "IMC"}, lambda e: e["wx_cond_basic"] == "IMC"),
        ({"light": "NITE"}, lambda e: e["light_cond"] == "NITE"),
        ({"homebuilt": False}, lambda e: e["is_homebuilt"] is False),
        ({"on_airport": True}, lambda e: e["is_on_airport"] is True),
        (
            {"from": "2018-03-01", "to": "2018-12-31"},
            lambda e: e["ev_date"] and "2018-03-01" <= e["ev_date"] <= "2018-12-31",
        ),
        (
            {"bbox": "-150,40,-120,62"},
            lambda e: (
                e["latitude_deg"] is not None
                and 40 <= e["latitude_deg"] <= 62
                and -150 <= e["longitude_deg"] <= -120
            ),
        ),
        (
            {"bbox": "170,-90,-140,90"},
            lambda e: (
                e["longitude_deg"] is not None
                and (e["longitude_deg"] >= 170 or e["longitude_deg"] <= -140)
            ),
        ),
    ],
)
def test_each_filter_leaves_exactly_the_events_that_meet_it(reading, asked, holds):
    whole = walked(reading, population="all", limit=500)
    expected = [one["ev_id"] for one in whole if holds(one)]
    found = walked(reading, population="all", limit=500, **asked)
    assert [one["ev_id"] for one in found] == expected
    assert len(expected) > 0


@pytest.mark.parametrize(
    "asked",
    [
        {"bbox": "1,2,3"},
        {"bbox": "0,50,10,40"},
        {"bbox": "nan,0,1,1"},
        {"bbox": "-181,0,1,1"},
        {"from": "2020-02-30"},
        {"to": "0"},
        {"to": "20200101"},
        {"from": "2020-01-01T00:00:00"},
        {"from": "2020-02-02", "to": "2020-01-01"},
        {"limit": 0},
        {"limit": 501},
        {"sort": "regis_no"},
        {"population": "none"},
        {"regis_no": "N1"},
        {"cursor": "x"},
        {"cursor": "é\x00"},
        {"state": ["AK"] * 51},
        {"severity": "dead"},
    ],
)
def test_a_wrong_filter_is_refused_and_named(reading, asked):
    refused = reading.get(EVENTS, params=asked)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert next(iter(asked)) in str(refused.json()["errors"]) or "from" in asked


def test_a_cursor_of_another_question_or_a_changed_one_is_refused(reading):
    cursor = reading.get(EVENTS, params={"limit": 5}).json()["next_cursor"]
    ours = {"limit": 5, "cursor": cursor}
    assert reading.get(EVENTS, params=ours).status_code == 200
    assert reading.get(EVENTS, params={**ours, "limit": 9}).status_code == 200
    for other in ({"state": "AK"}, {"sort": "date"}, {"population": "all"}):
        assert reading.get(EVENTS, params={**ours, **other}).status_code == 422
    for place in range(len(cursor)):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        assert reading.get(EVENTS, params={"limit": 5, "cursor": changed}).status_code == 422


@given(st.text(max_size=80))
def test_no_text_is_a_cursor_by_chance(text):
    with pytest.raises(Problem, match="does not belong"):
        cursors.decode(text, {"sort": "date"})


def test_one_event_has_its_codes_and_their_meaning_and_its_cause(reading):
    event = reading.get(f"{EVENTS}/2018X00001").json()
    assert (event["ev_state"], event["state"]) == ("TX", "Texas")
    assert (event["phase_no"], event["phase"]) == ("550", "Landing")
    assert (event["far_part"], event["far_part_name"]) == ("091", "Part 91: General Aviation")
    assert event["probable_cause"].startswith("A total loss of engine power")
    schemas.EventDetail.model_validate(event, strict=False)


def test_coordinates_are_rounded_to_a_thousandth(reading):
    event = reading.get(f"{EVENTS}/2018X00020").json()
    assert event["latitude_deg"] == round(61.179123 - 20, 3)


@pytest.mark.parametrize("part", ["", "/aircraft", "/crew", "/findings"])
def test_an_unknown_event_is_404_and_its_name_is_a_value(reading, part):
    for name in ("2018X99999", "' OR 1=1 --", "..%2f..%2fetc%2fpasswd", "%00", "a" * 40):
        missing = reading.get(f"{EVENTS}/{name}{part}")
        assert missing.status_code == 404, name
        assert missing.headers["content-type"] == "application/problem+json"


def test_parts_of_an_event(reading):
    aircraft = reading.get(f"{EVENTS}/2018X00003/aircraft").json()["items"]
    assert [one["aircraft_number"] for one in aircraft] == [1, 2]
    assert (aircraft[1]["make"], aircraft[1]["model"]) == ("OTHER", "OTHER")
    (crew,) = reading.get(f"{EVENTS}/2018X00000/crew").json()["items"]
    assert (crew["crew_category"], crew["total_hours_band"]) == ("PLT", "1: under 100")
    (finding,) = reading.get(f"{EVENTS}/2018X00000/findings").json()["items"]
    assert finding["finding_code"] == "0206304044"
    for one in aircraft:
        schemas.Aircraft.model_validate(one)
    schemas.Crew.model_validate(crew)
    schemas.Finding.model_validate(finding)


def test_columns_of_answers_are_columns_of_the_edition(reading):
    held = reading.app._app.state.services.warehouse.opened
    for table, record in (
        ("event", schemas.Event),
        ("aircraft", schemas.Aircraft),
        ("crew", schemas.Crew),
        ("finding", schemas.Finding),
    ):
        told = held.connection.cursor().execute(f"DESCRIBE {table}").fetchall()
        assert set(record.model_fields) <= {row[0] for row in told}
    with pytest.raises(duckdb.Error):
        held.connection.cursor().execute("CREATE TABLE x (a INTEGER)")
    with pytest.raises(duckdb.Error):
        held.connection.cursor().execute("FROM read_text('/etc/passwd')")
