"""Counts and fatal shares: the marts' figures, caching, time, place, fields that go with death."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from scipy import stats
from scipy.stats.contingency import association as scipy_association

from hindcast import warehouse as pipeline
from hindcast.serve.records import association
from hindcast.serve.schemas import statistics as schemas

V1 = "/api/v1"
MODELS = {
    "/stats/summary": schemas.Summary,
    "/stats/yearly": schemas.Yearly,
    "/stats/by-state": schemas.ByState,
    "/stats/by-aircraft": schemas.ByAircraft,
    "/stats/by-phase": schemas.ByPhase,
    "/analytics/time-series": schemas.TimeSeries,
    "/analytics/clusters": schemas.Clusters,
    "/analytics/correlations": schemas.Correlations,
    "/events.geojson": schemas.FeatureCollection,
}
ALL = {"population": "all"}


def told(client, path, **asked):
    answer = client.get(f"{V1}{path}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("path", MODELS)
def test_answers_have_their_schema_and_say_what_the_share_is_of(reading, path):
    answer = told(reading, path)
    MODELS[path].model_validate_json(reading.get(f"{V1}{path}").content)
    if path != "/events.geojson":
        assert "never how likely" in answer["estimand"]


@pytest.mark.parametrize(
    ("path", "mart", "key"),
    [
        ("/stats/yearly", "yearly", "year"),
        ("/stats/by-state", "state", "ev_state"),
        ("/stats/by-aircraft", "make", "make"),
        ("/stats/by-phase", "phase", "phase_group"),
    ],
)
def test_shares_are_those_of_the_marts(reading, loaded_records, path, mart, key):
    expected = pipeline.query(f"FROM mart_{mart} WHERE accidents > 0", loaded_records)
    expected = {
        row[key] if row[key] == row[key] else None: row for row in expected.to_dict("records")
    }
    found = told(reading, path)["items"]
    assert len(found) == len(expected)
    for row in found:
        other = expected[row["ev_year" if key == "year" else key]]
        assert row["n_events"] == other["accidents"]
        assert row["n_severity_known"] == other["severity_known"]
        assert row["n_fatal"] == other["fatal"]
        for name in ("fatal_share", "fatal_share_low", "fatal_share_high"):
            assert row[name] == pytest.approx(other[name], nan_ok=True)


def test_the_summary_counts_every_event_once(reading):
    found = told(reading, "/stats/summary", **ALL)
    assert found["n_events"] == sum(found["n_by_severity"].values()) == 120
    assert found["n_fatal"] == found["n_by_severity"]["fatal"]
    assert found["n_events"] - found["n_severity_known"] == found["n_by_severity"]["unknown"]


def test_years_are_selectable_and_nothing_left_is_no_share(reading):
    found = told(reading, "/stats/yearly", **{"from": "2019-01-01", "to": "2019-12-31"})
    assert [row["ev_year"] for row in found["items"]] == [2019]
    none = told(reading, "/stats/summary", state="XX")
    assert (none["n_events"], none["fatal_share"], none["first_date"]) == (0, None, None)


def test_groups_beyond_the_limit_are_counted(reading):
    found = told(reading, "/stats/by-aircraft", by="model", limit=2)
    assert len(found["items"]) == 2 < found["n_groups"]


@pytest.mark.parametrize("by", ["month", "year"])
def test_a_series_has_no_gaps_and_loses_no_event(reading, by):
    asked = {"state": "AK", "from": "2018-02-10", "to": "2019-11-20"}
    found = told(reading, "/analytics/time-series", by=by, **asked)["items"]
    periods = [row["period"] for row in found]
    if by == "month":
        assert periods[0] == "2018-02-01" and periods[-1] == "2019-11-01" and len(periods) == 22
    else:
        assert periods == ["2018-01-01", "2019-01-01"]
    assert (
        sum(row["n_events"] for row in found)
        == told(reading, "/stats/summary", **asked)["n_events"]
    )
    assert all(row["fatal_share"] is None for row in found if not row["n_severity_known"])


def test_a_series_is_bound_to_the_days_on_record(reading):
    found = told(reading, "/analytics/time-series", **{"from": "0001-01-01", "to": "9999-12-31"})
    assert 24 <= len(found["items"]) <= 31


@pytest.mark.parametrize("degrees", ["0.5", "1", "2", "5"])
def test_cells_hold_each_placed_event_once_and_are_of_like_area(reading, degrees):
    found = told(reading, "/analytics/clusters", degrees=degrees, **ALL)
    placed = sum(cell["n_events"] for cell in found["items"])
    assert placed + found["n_without_place"] == 120
    areas = []
    for cell in found["items"]:
        west, south, east, north = cell["bbox"]
        assert -180 <= west < east <= 180 and -90 <= south < north <= 90
        areas.append(
            (east - west) * (math.sin(math.radians(north)) - math.sin(math.radians(south)))
        )
    assert max(areas) / min(areas) < 1.15
    counted = [cell["n_events"] for cell in found["items"]]
    assert counted == sorted(counted, reverse=True)


def test_a_cell_holds_the_events_inside_its_box(reading):
    cell = told(reading, "/analytics/clusters", degrees="5")["items"][0]
    box = ",".join(map(str, cell["bbox"]))
    assert told(reading, "/stats/summary", bbox=box)["n_events"] == cell["n_events"]


def test_geojson_is_as_rfc_7946_says(reading):
    answer = reading.get(f"{V1}/events.geojson", params={**ALL, "limit": 5000})
    assert answer.headers["content-type"] == "application/geo+json"
    found = answer.json()
    assert found["type"] == "FeatureCollection"
    assert len(found["features"]) + found["n_without_place"] == found["n_matching"] == 120
    for one in found["features"]:
        assert set(one) == {"type", "id", "geometry", "properties"} and one["type"] == "Feature"
        assert one["geometry"]["type"] == "Point"
        east, north = one["geometry"]["coordinates"]
        assert abs(east) <= 180 and abs(north) <= 90
        assert (east, north) == (round(east, 3), round(north, 3))


def test_geojson_keeps_the_latest(reading):
    few = told(reading, "/events.geojson", limit=3)["features"]
    many = told(reading, "/events.geojson", limit=5000)["features"]
    assert few == many[:3]
    days = [one["properties"]["ev_date"] or "" for one in many]
    assert days == sorted(days, reverse=True)


# What the client has, is not sent again.


@pytest.mark.parametrize(
    "path", [*MODELS, "/events", "/events/2018X00001", "/events/2018X00001/crew"]
)
def test_an_answer_that_the_client_has_is_304(reading, path):
    first = reading.get(f"{V1}{path}")
    tag = first.headers["etag"]
    assert tag.startswith('"') and first.headers["cache-control"] == "private, max-age=300"
    for given_back in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = reading.get(f"{V1}{path}", headers={"If-None-Match": given_back})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    assert reading.get(f"{V1}{path}", headers={"If-None-Match": '"x"'}).content == first.content


def test_a_tag_belongs_to_a_question_however_it_is_put(reading):
    def tag(asked: str) -> str:
        return reading.get(f"{V1}/stats/yearly?{asked}").headers["etag"]

    assert tag("state=AK&is_fatal=true") == tag("is_fatal=1&state=AK&population=us_accidents")
    assert len({tag("state=AK"), tag("state=TX"), tag("state=AK&state=TX"), tag("")}) == 4


def test_statistics_are_computed_once(reading):
    def looked_up(result: str) -> float:
        return REGISTRY.get_sample_value("hindcast_cache_total", {"result": result}) or 0

    def queries() -> float:
        return REGISTRY.get_sample_value(
            "hindcast_query_seconds_count", {"route": "stats_by_state"}
        )

    asked = {"make": "ONLY ASKED HERE"}
    hits, misses = looked_up("hit"), looked_up("miss")
    told(reading, "/stats/by-state", **asked)
    before = queries()
    told(reading, "/stats/by-state", **asked)
    assert queries() == before
    assert (looked_up("hit"), looked_up("miss")) == (hits + 1, misses + 1)


# How a field goes with death.

COUNTS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=8)


@given(COUNTS)
def test_any_table_gives_a_measure_in_its_bounds_or_none(rows):
    counts = np.array(rows, float)
    values = np.arange(len(rows), dtype=float)
    for found, least in (
        (association.cramers_v(counts), 0),
        (association.point_biserial(values, counts), -1),
    ):
        if found.value is not None:
            assert least <= found.low <= found.value <= found.high <= 1


def test_large_tables_give_the_plain_measures():
    counts = np.array([[400.0, 1600], [900, 1100], [100, 1900]])
    levels = np.repeat([0.0, 1, 2], 2000)
    outcome = np.concatenate([np.r_[np.ones(int(k)), np.zeros(int(m))] for k, m in counts])
    plain = scipy_association(counts.astype(int), method="cramer")
    assert association.cramers_v(counts).value == pytest.approx(plain, abs=0.002)
    r = stats.pearsonr(levels, outcome).statistic
    assert association.point_biserial(np.array([0.0, 1, 2]), counts).value == pytest.approx(
        r, abs=1e-3
    )


def test_the_jackknife_by_cell_is_the_jackknife_by_event():
    counts = np.array([[3.0, 5], [6, 2], [0, 4]])
    events = [(i, j) for i in range(3) for j in range(2) for _ in range(int(counts[i, j]))]

    def share(of) -> float:
        table = np.zeros((3, 2))
        for i, j in of:
            table[i, j] += 1
        return float(association._chi_square_share(table))

    n = len(events)
    without = [share(events[:k] + events[k + 1 :]) for k in range(n)]
    centre = n * share(events) - (n - 1) * np.mean(without)
    assert association.cramers_v(counts).value == pytest.approx(np.sqrt(max(centre, 0)))


@pytest.mark.parametrize("strength", [0.0, 0.15, 0.4])
def test_intervals_cover_the_truth_nine_times_in_ten(strength):
    draw = np.random.default_rng(5)
    base = np.array([0.2, 0.3, 0.1, 0.4])
    p = 0.25 + strength * np.array([-0.4, 0.1, 0.5, 0.0])
    p = p - (base * p).sum() + 0.25
    cells = np.stack([base * p, base * (1 - p)], axis=1)
    truth = math.sqrt(float(association._chi_square_share(cells)))
    inside = 0
    for _ in range(300):
        found = association.cramers_v(
            draw.multinomial(1500, cells.ravel()).reshape(4, 2).astype(float)
        )
        inside += found.low <= truth <= found.high
    assert inside / 300 > 0.88


@pytest.mark.parametrize(
    "counts", [[[5, 5]], [[0, 5], [0, 5]], [[1, 5], [0, 5]], [[5, 5], [1, 0]], np.zeros((0, 2))]
)
def test_what_hangs_on_one_event_has_no_measure(counts):
    assert association.cramers_v(np.array(counts, float)) == (None, None, None)


def test_correlations_tell_their_n_and_when_a_field_is_known(reading):
    items = {one["field"]: one for one in told(reading, "/analytics/correlations")["items"]}
    known = told(reading, "/stats/summary")["n_severity_known"]
    assert items["wx_cond_basic"]["n"] == known and items["wx_cond_basic"]["n_levels"] == 2
    assert items["ev_state"]["n"] < known
    assert items["damage"]["known_at"] == "scene"
    assert items["damage"]["value"] is None
    assert items["vis_sm"]["measure"] == "point_biserial"
