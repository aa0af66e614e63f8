"""What the prediction routes refuse, and how clearly; no client's bytes are a server's error."""

import datetime as dt
import json
import shutil

import orjson
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hindcast import paths
from hindcast.features.catalog import FORBIDDEN
from hindcast.features.declare import Horizon
from hindcast.features.onerow.given import DERIVED, types
from hindcast.serve import clock
from hindcast.serve.forecast import (
    codes,
    fields,
    horizons,
    parsing,
    prepared,
    reading,
    refusals,
    words,
)
from hindcast.serve.problems import Problem

URL = "/api/v1/predictions/severity"
JSON = {"content-type": "application/json"}


@pytest.fixture
def client(steady):
    return steady


def refused(client, body, status=422, **query):
    told = client.post(URL, json=body, params=query)
    assert told.status_code == status, told.text
    assert told.headers["content-type"] == "application/problem+json"
    return {one["where"]: one["what"] for one in told.json().get("errors", [])}


@pytest.mark.parametrize(
    ("more", "where", "what"),
    [
        ({"vis_sm": 9999}, "vis_sm", "(Visibility) is 9999, expected a number from 0 to 100 sm"),
        ({"wind_vel_kts": -3}, "wind_vel_kts", "a number from 0 to 200 kts"),
        ({"wx_temp": 75}, "wx_temp", "-60 to 57 deg C. Degrees Celsius, not Fahrenheit"),
        ({"altimeter": 1013}, "altimeter", "27.5 to 31.5 inHg. Inches of mercury"),
        ({"dec_latitude": 97.0}, "dec_latitude", "from -90 to 90 deg"),
        ({"ev_time": 1475}, "ev_time", "hours and minutes as one whole number"),
        ({"ev_time": 14.5}, "ev_time", "is 14.5"),
        ({"num_eng": 1.5}, "num_eng", "a whole number from 0 to 10"),
        ({"vis_sm": "ten"}, "vis_sm", "is 'ten', expected a number"),
        ({"vis_sm": True}, "vis_sm", "is true, expected a number"),
        ({"vis_sm": [1]}, "vis_sm", "is a list"),
        ({"acft_make": 5}, "acft_make", "expected text"),
        ({"acft_make": "nul\x00"}, "acft_make", "without control characters"),
        ({"acft_make": "x" * 501}, "acft_make", "at most 500"),
        ({"unmanned": "N"}, "unmanned", "true or false"),
        ({"ev_date": "15.1.2020"}, "ev_date", "a date as 2024-06-15"),
        ({"ev_date": "2020-02-30"}, "ev_date", "a date as"),
        ({"ev_date": "2020-01-15T10:00:00Z"}, "ev_date", "no zone"),
        ({"ev_date": "2020-W03-3"}, "ev_date", "a date as"),
        ({"ev_date": 20200115}, "ev_date", "a date as"),
        ({"ev_date": "1961-12-31"}, "ev_date", "the records begin in 1962"),
        ({"ev_date": None}, "ev_date", "is needed"),
        ({"ev_state": "Atlantis"}, "ev_state", "expected one of"),
        ({"acft_category": "DOG"}, "acft_category", "expected one of AIR, BALL"),
        ({"homebuilt": "maybe"}, "homebuilt", "expected one of N, U, Y"),
        ({"crew_categories": "PLT"}, "crew_categories", "a list of text"),
        ({"crew_categories": ["PLT"] * 201}, "crew_categories", "200 entries"),
        ({"finding_codes": ["105850000"]}, "finding_codes", "the leading zero included"),
        ({"finding_codes": [105850000]}, "finding_codes", "ten-digit codes as text"),
        ({"era": "PRE-2008"}, "era", "expected one of 2008+, pre-2008"),
        ({"wx_vis": 10}, "wx_vis", "there is no field 'wx_vis'"),
        ({"wind_vel": 10}, "wind_vel", "did you mean wind_vel_kts?"),
        ({"inj_tot_f": 1}, "inj_tot_f", "never an input: it is the outcome"),
        ({"ev_highest_injury": "FATL"}, "ev_highest_injury", "it is the outcome"),
        ({"narr_accf": "..."}, "narr_accf", "narratives tell the outcome"),
        ({"seatbelts_used": "Y"}, "seatbelts_used", "when bodies are examined"),
        ({"regis_no": "N1"}, "regis_no", "who or where exactly"),
        ({"n_make_past": 3}, "n_make_past", "derived"),
        ({"wx_obs_dir": 3}, "wx_obs_dir", "no feature reads"),
    ],
)
def test_nonsense_is_refused_with_name_limits_and_unit(client, accident, more, where, what):
    faults = refused(client, accident | more)
    assert list(faults) == [where]
    assert what in faults[where]


@pytest.mark.parametrize(
    ("more", "where", "what"),
    [
        ({"gust_kts": 5}, "wind_vel_kts", "a gust is above the mean wind"),
        ({"wx_temp": 10, "wx_dew_pt": 15}, "wx_dew_pt", "air holds no more water"),
        ({"dec_longitude": None}, "dec_latitude", "give both or none"),
        ({"dec_latitude": 0, "dec_longitude": 0}, "dec_latitude", "Gulf of Guinea"),
        ({"dec_longitude": 104.8}, "dec_longitude", "west is negative"),
        ({"ev_state": "FL"}, "dec_longitude", "lies outside FL"),
        ({"hours_l24h_all": 20, "hours_l30d_all": 5}, "hours_l24h_all", "part of the last 30 days"),
        ({"hours_pic_all": 20, "hours_totl_all": 5}, "hours_pic_all", "part of all hours"),
        ({"date_lst_med": "2021-01-01"}, "date_lst_med", "lies before the accident"),
        ({"bfr_date": "1970-01-01"}, "bfr_date", "introduced in 1974"),
    ],
)
def test_what_cannot_be_true_together_is_refused(client, accident, more, where, what):
    faults = refused(client, accident | more)
    assert list(faults) == [where]
    assert what in faults[where]


def test_every_fault_is_told_at_once(client):
    faults = refused(client, {"vis_sm": 999, "wx_vis": 1, "inj_tot_f": 0, "ev_state": "CO"})
    assert faults.keys() == {"vis_sm", "wx_vis", "inj_tot_f", "ev_date", "acft_category"}


def test_faults_beyond_a_hundred_are_counted(client, accident):
    told = client.post(URL, json=accident | {f"x{n}": 1 for n in range(150)}).json()
    assert len(told["errors"]) == reading.MOST_FAULTS + 1
    assert told["errors"][-1]["what"] == "and 50 further fields"


def test_a_planned_flight_may_lie_ahead_an_accident_may_not(client, accident):
    month = (clock.now() + dt.timedelta(days=30)).date().isoformat()
    late = (clock.now() + dt.timedelta(days=400)).date().isoformat()
    planned = {k: v for k, v in accident.items() if fields.known_at()[k] == 0}
    assert client.post(URL, json=planned | {"ev_date": month}).json()["horizon"] == "dispatch"
    assert "a year ahead at most" in refused(client, planned | {"ev_date": late})["ev_date"]
    assert "in the future" in refused(client, accident | {"ev_date": month})["ev_date"]


def test_what_tells_of_a_person_is_not_repeated(client, accident):
    assert "150" not in refused(client, accident | {"crew_age": 150})["crew_age"]


@pytest.mark.parametrize("name", sorted(FORBIDDEN))
def test_every_forbidden_name_is_refused_with_its_reason(name):
    told = refusals.of_name(name)["what"]
    assert told.startswith(f"{name} is never an input: ")
    assert not name.startswith(("inj", "crew_inj", "ev_highest")) or "outcome" in told


def test_every_name_of_the_input_frame_is_a_field_or_refused_with_a_reason():
    others = {*types(), *DERIVED} - fields.declared().keys() - FORBIDDEN
    assert all("leave it out" in refusals.of_name(name)["what"] for name in others)


@pytest.mark.parametrize(
    ("body", "status", "what"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b'{"vis_sm": NaN}', 400, "NaN and Infinity are not JSON"),
        (b'{"vis_sm": -Infinity}', 400, "not JSON"),
        (b'{"vis_sm": 1e999}', 400, "not JSON"),
        (b'{"acft_make": "\\ud800"}', 400, "surrogate"),
        (b'{"acft_make": "\xff"}', 400, "not JSON"),
        (b'{"vis_sm": 1, "vis_sm": 2}', 400, "'vis_sm' stands twice"),
        (b'{"vis_sm": 1, "vis\\u005fsm": 2}', 400, "'vis_sm' stands twice"),
        (b'{"acft_make": "a", "acft_make": "b"}', 400, "'acft_make' stands twice"),
        (b'{"acft_make" : "a", "acft_make": "b"}', 400, "'acft_make' stands twice"),
        (b'{"acft_make"\n:1, "acft_make"\t: ":b"}', 400, "'acft_make' stands twice"),
        (b'{"acft_make": {"a": 1, "a": 2}}', 400, "'a' stands twice"),
        (b'{"acft_make": [{"a": 1, "a": 2}]}', 400, "'a' stands twice"),
        (b"[" * 5000, 400, "not JSON"),
        (b'{"a": ' + b"[" * 1000 + b"]" * 1000 + b"}", 422, "faults in the fields"),
        (b'{"a" : ' + b"[" * 1020 + b"]" * 1020 + b"}", 400, "nested too deep"),
        (b'{"vis_sm": ' + b"9" * 300 + b"}", 422, "faults in the fields"),
        (b"[]", 422, "is a list"),
        (b"null", 422, "is null"),
        (b"3", 422, "is a number"),
        (b'"text"', 422, "is text"),
        (b"true", 422, "is true or false"),
    ],
)
def test_what_is_no_strict_json_object_is_refused(client, body, status, what):
    told = client.post(URL, content=body, headers=JSON)
    assert told.status_code == status, told.text
    assert what in told.json()["detail"]


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_said_to_be_json_is_refused(client, accident, kind):
    headers = {} if kind is None else {"content-type": kind}
    told = client.post(URL, content=orjson.dumps(accident), headers=headers)
    assert told.status_code == 415


@pytest.mark.parametrize(
    "query",
    [
        "horizon=yesterday", "explain=21", "explain=-1", "explain=x", "explain=", "model=a%2Fb",
        "model=" + "a" * 65, "detail=all", "explian=5", "explain=1&explain=2", "horizon=%00",
        "partial=true", "explain=%D9%A3",
    ],
)  # fmt: skip
def test_a_query_that_is_not_understood_is_refused(client, accident, query):
    told = client.post(f"{URL}?{query}", json=accident)
    assert told.status_code == 422, told.text
    assert told.json()["errors"]


def test_a_horizon_without_a_model_is_not_found(client, accident):
    refused(client, accident, status=404, horizon="investigation")


NAMES = sorted({*fields.declared(), *FORBIDDEN, *DERIVED})
WORDS = [
    "",
    " ",
    "\x00",
    "\u200b",
    "\U0001f6e9",
    "NaN",
    "Infinity",
    "Y",
    "CO",
    "2020-01-15",
    "9" * 30,
]
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.sampled_from([-1, 0, 1e308, -1e308, 5e-324, 2**53, 2**64])
    | st.sampled_from(WORDS)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
names = st.sampled_from(NAMES) | st.text(max_size=20)
_QUIET = {"deadline": None, "suppress_health_check": [*HealthCheck]}


@settings(max_examples=60, **_QUIET)
@given(st.dictionaries(names, values, max_size=12))
def test_no_body_is_the_servers_error(steady, more):
    base = {"ev_date": "2020-01-15", "ev_state": "CO", "acft_category": "AIR"}
    body = json.dumps(base | more).encode(errors="surrogatepass")
    told = steady.post(URL, content=body, headers=JSON)
    assert told.status_code in (200, 400, 422), told.text
    if told.status_code != 200:
        assert told.headers["content-type"] == "application/problem+json"


@settings(max_examples=60, **_QUIET)
@given(
    st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode(errors="replace"))
)
def test_no_bytes_are_the_servers_error(steady, body):
    for path in (URL, f"{URL}/batch", "/api/v1/predictions/causes"):
        assert steady.post(path, content=body, headers=JSON).status_code in (400, 422)


@settings(max_examples=200, **_QUIET)
@given(st.dictionaries(names, values, max_size=8), st.sampled_from([None, ", ", ",\n  "]))
def test_what_is_parsed_is_what_strict_python_parses(body, separator):
    text = json.dumps(body, separators=separator and (separator, ":")).encode()
    try:
        found = parsing.parsed(text)
    except Problem as problem:
        assert problem.status == 400
        assert b"NaN" in text or b"Infinity" in text or b"\\u" in text or b"e+" in text
    else:
        assert found == pytest.approx(json.loads(text)) if not body else found.keys() == body.keys()


TEXTS = ["x", ":x", '":\\', 1, None, ["y"]]


@settings(max_examples=200, **_QUIET)
@given(st.dictionaries(st.sampled_from("abc"), st.sampled_from(TEXTS)),
       st.sampled_from("abc"), st.sampled_from(['"z"', "1", "null", '["y", "z"]', '":"']),
       st.sampled_from([":", " :", "\t : ", "\n:"]))  # fmt: skip
def test_a_key_that_stands_twice_is_always_found(body, name, value, colon):
    text = json.dumps({"d": 1} | body)[:-1] + f', "{name}"{colon}{value}' + "}"
    if name in body:
        with pytest.raises(Problem, match=f"'{name}' stands twice"):
            parsing.parsed(text.encode())
    else:
        assert parsing.parsed(text.encode()).keys() == {*body, name, "d"}


known = st.dictionaries(st.sampled_from(sorted(fields.declared())), st.just(1))
there = st.lists(st.sampled_from(horizons.HORIZONS), min_size=1, unique=True)


@given(known, known, there)
def test_more_fields_never_lower_the_horizon(some, more, models):
    order = horizons.HORIZONS.index
    before, after = (horizons.chosen(None, one, models)[0] for one in (some, some | more))
    assert order(before) <= order(after)


@given(known, there)
def test_no_field_is_left_out_where_a_model_could_read_it(given_, models):
    horizon = horizons.chosen(None, given_, models)[0]
    known = fields.known_at()
    most = max((known[name] for name in given_ if name in known), default=Horizon.DISPATCH).label
    assert horizon == most or most not in models


def _within(field):
    if field.is_strict:
        return st.sampled_from(sorted(codes.meanings(field)))
    if field.low is not None:
        if field.of == pl.Int64():
            return st.integers(int(field.low), int(field.high))
        return st.floats(field.low, field.high)
    return st.just(field.example)


@settings(max_examples=100, **_QUIET)
@given(st.sampled_from(sorted(fields.declared())).flatmap(
    lambda name: st.tuples(st.just(name), _within(fields.declared()[name]))))  # fmt: skip
def test_every_value_within_the_schema_is_read_alone(named):
    name, value = named
    found = reading.readers()[name](value)
    assert (found is not reading.BAD) or (
        fields.declared()[name].unit == "hhmm" and value % 100 > 59
    )


@pytest.mark.parametrize("name", sorted(fields.declared()))
def test_every_field_is_told_whole(name):
    field = fields.declared()[name]
    assert field.label
    assert field.description.endswith(".")
    assert reading.readers()[name](field.example) is not reading.BAD
    assert (
        (field.low is None) == (field.high is None) == (field.of not in (pl.Float64(), pl.Int64()))
    )
    assert not field.codes or field.codes == codes.FINDING or codes.meanings(field)


@pytest.mark.parametrize("table", ["request_fields", "feature_words"])
@pytest.mark.parametrize("change", ["absent", "short"])
def test_a_table_that_does_not_fit_stops_the_start(monkeypatch, tmp_path, table, change):
    folder = tmp_path / "data" / "reference"
    shutil.copytree(paths.reference(), folder)
    lines = (folder / f"{table}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / f"{table}.csv").unlink()
    if change == "short":
        (folder / f"{table}.csv").write_text("".join(lines[:-2]), encoding="utf-8")
    for known in (fields.labels, words.labels):
        known.cache_clear()
    monkeypatch.setattr(paths, "reference", lambda: folder)
    with pytest.raises(prepared.TablesError, match=table):
        prepared.Prepared.open(tmp_path)
    for known in (fields.labels, words.labels):
        known.cache_clear()


def test_the_table_has_every_field_that_a_feature_reads():
    assert fields.declared().keys() == fields.known_at().keys()
