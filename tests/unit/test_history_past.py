"""The strictly past history, against a reference that looks at every pair of rows."""

from datetime import date, timedelta
from functools import cache
from math import log

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from hindcast import paths
from hindcast.features import airports, keys, prior
from hindcast.features.geography import great_circle_km
from hindcast.features.history import COLUMNS, MAX_SILENCE_DAYS, history, state_at
from hindcast.features.keys import KEYS
from hindcast.features.shares import LEVEL_WEIGHT, PRIOR_WEIGHT
from hindcast.features.state import HistoryError, HistoryState

START = date(2010, 1, 1)
PLACES = [(40.0, -100.0), (40.5, -100.2), (40.0, -101.3), (52.0, 179.8), (52.1, -179.9), None]
SCHEMA = {
    "ev_date": pl.Date,
    "ev_type": pl.String,
    "ev_country": pl.String,
    "ev_highest_injury": pl.String,
    "ev_state": pl.String,
    "dec_latitude": pl.Float64,
    "dec_longitude": pl.Float64,
    "acft_make": pl.String,
    "acft_model": pl.String,
    "homebuilt": pl.String,
    "far_part": pl.String,
    "type_fly": pl.String,
    "finding_codes": pl.List(pl.String),
}
CODES = ["0206304044", "0206304046 ", "0106204220", "?"]


def _row(day, place, kind, country, injury, state, make, model, part, codes) -> dict:
    latitude, longitude = place or (None, None)
    values = (
        START + timedelta(days=day) if day is not None else None,
        kind, country, injury, state, latitude, longitude, make, model, "N", part, "PERS",
        codes,
    )  # fmt: skip
    return dict(zip(SCHEMA, values, strict=True))


EVENTS = st.builds(
    _row,
    st.one_of(st.integers(0, 70), st.integers(0, 480), st.none()),
    st.sampled_from(PLACES),
    st.sampled_from(["ACC", "ACC", "ACC", "INC"]),
    st.sampled_from(["USA", "USA", "USA", "CB"]),
    st.sampled_from(["FATL", "FATL", "SERS", "NONE", None]),
    st.sampled_from(["CA", "NV", None]),
    st.sampled_from(["CESSNA", "Cessna ", "PIPER", None]),
    st.sampled_from(["172", "PA-28", "PA 28", None]),
    st.sampled_from(["091", "91", "135", "UNK"]),
    st.one_of(st.none(), st.lists(st.sampled_from(CODES), max_size=4)),
)
TABLES = st.lists(EVENTS, min_size=1, max_size=30).map(
    lambda rows: pl.DataFrame(rows, schema=SCHEMA)
)
UNTIL = st.integers(-5, 485).map(lambda day: START + timedelta(days=day))


def frame_of(*rows: dict) -> pl.DataFrame:
    """Rows that say only what matters; the rest is a US accident without injury in California."""
    usual = {
        "ev_type": "ACC", "ev_country": "USA", "ev_highest_injury": "NONE", "ev_state": "CA",
        "dec_latitude": 40.0, "dec_longitude": -100.0, "acft_make": "CESSNA", "acft_model": "172",
        "homebuilt": "N", "far_part": "091", "type_fly": "PERS", "finding_codes": None,
    }  # fmt: skip
    return pl.DataFrame([usual | row for row in rows], schema=SCHEMA)


def on(day: int, **facts) -> dict:
    return {"ev_date": START + timedelta(days=day), **facts}


def told(*rows: dict, column: str) -> list:
    return history(frame_of(*rows))[column].to_list()


# The reference: one row at a time, looking at every other.

_NORMAL = {
    "make": lambda r: r["acft_make"] and r["acft_make"].strip().upper(),
    "model": lambda r: (
        r["acft_make"]
        and r["acft_model"]
        and (r["acft_make"].strip().upper(), r["acft_model"].replace("-", "").replace(" ", ""))
    ),
    "state": lambda r: r["ev_state"],
    "far_part": lambda r: None if r["far_part"] == "UNK" else r["far_part"].lstrip("0"),
    "purpose": lambda r: r["type_fly"],
    "family": lambda r: _family(r),
    "operation": lambda r: (
        None if r["far_part"] == "UNK" else (r["far_part"].lstrip("0"), r["type_fly"])
    ),
    "family_purpose": lambda r: _family(r) and (_family(r), r["type_fly"]),
    "airport": lambda r: _airport(r),
    "phase_family": lambda r: None,
    "occurrence_phase": lambda r: None,
}


def _family(row: dict) -> str | None:
    if row["acft_model"] == "172":
        cessna = row["acft_make"] and row["acft_make"].strip().upper() == "CESSNA"
        return "CESSNA 172" if cessna else None
    return row["acft_model"] and "PIPER PA28"


def _airport(row: dict) -> str | None:
    place = pl.DataFrame([row], schema=SCHEMA)
    return airports.nearest(place)["nearest_airport_id"].item()


def _before(rows: list[dict], row: dict, days: int) -> list[dict]:
    cut = row["ev_date"] - timedelta(days=days)
    return [r for r in rows if r["ev_date"] < cut]


def _expected_counts(row: dict, accidents: list[dict]) -> dict:
    past = _before(accidents, row, 0)
    lately = [r for r in past if (row["ev_date"] - r["ev_date"]).days <= MAX_SILENCE_DAYS]
    result = {}
    for days in (30, 90, 365):
        start = row["ev_date"] - timedelta(days=days)
        covered = bool(lately) and min(r["ev_date"] for r in accidents) <= start
        window = [r for r in past if r["ev_date"] >= start]
        same = sum(r["ev_state"] == row["ev_state"] for r in window)
        close = sum(_is_near(r, row) for r in window)
        result[f"events_{days}d_state"] = same if covered and row["ev_state"] else None
        has_place = row["dec_latitude"] is not None
        result[f"events_{days}d_100km"] = close if covered and has_place else None
    return result


def _is_near(one: dict, other: dict) -> bool:
    if one["dec_latitude"] is None or other["dec_latitude"] is None:
        return False
    ends = (one["dec_latitude"], one["dec_longitude"], other["dec_latitude"])
    return bool(great_circle_km(*ends, other["dec_longitude"]) <= 100)


def _expected_shares(row: dict, accidents: list[dict]) -> dict:
    known = [r for r in _before(accidents, row, 30) if r["ev_highest_injury"]]
    result = {}
    for key in KEYS:
        value = _NORMAL[key.name](row)
        same = [r for r in known if _NORMAL[key.name](r) == value]
        is_known = bool(known) and value is not None
        n, fatal = len(same), sum(r["ev_highest_injury"] == "FATL" for r in same)
        overall = sum(r["ev_highest_injury"] == "FATL" for r in known) / max(len(known), 1)
        share = (fatal + PRIOR_WEIGHT * overall) / (n + PRIOR_WEIGHT)
        result[f"fatal_share_{key.name}_past"] = share if is_known else None
        result[f"n_{key.name}_past"] = n if is_known else None
        if key.has_prior:
            weight, towards = PRIOR_WEIGHT, _towards(key, row, known)
            drawn = (fatal + weight * towards) / (n + weight)
            result[f"fatal_share_{key.name}_since_1982"] = drawn if is_known else None
    return result | {"finding_log_odds_past": _expected_odds(row, known)}


def _paths(row: dict) -> set[str]:
    return {code[:8] for code in row["finding_codes"] or () if code != "?"}


def _expected_odds(row: dict, known: list[dict]) -> float | None:
    deaths = sum(r["ev_highest_injury"] == "FATL" for r in known)
    if not _paths(row) or not 0 < deaths < len(known):
        return None
    overall, total = deaths / len(known), 0.0
    for path in _paths(row):
        same = [r for r in known if path in _paths(r)]
        fatal = sum(r["ev_highest_injury"] == "FATL" for r in same)
        share = (fatal + PRIOR_WEIGHT * overall) / (len(same) + PRIOR_WEIGHT)
        total += log(share / (1 - share)) - log(overall / (1 - overall))
    return total


@cache
def _old_counts() -> dict:
    table = pl.read_csv(paths.reference() / prior.FILE, schema_overrides={"value": pl.String})
    return {(name, value): (n, fatal) for name, value, n, fatal, _ in table.iter_rows()}


def _towards(key: keys.Key, row: dict, known: list[dict]) -> float:
    """The key's share of 1982-2007 as the table has it, at the level of the known accidents."""
    text = key.normal(*(row.get(name) for name in key.inputs))
    table = _old_counts()
    overall = table["all", "all"][1] / table["all", "all"][0]
    n, fatal = table.get((key.name, text), (0, 0))
    share = (fatal + PRIOR_WEIGHT * overall) / (n + PRIOR_WEIGHT)
    deaths = sum(r["ev_highest_injury"] == "FATL" for r in known)
    level = (deaths + LEVEL_WEIGHT * overall) / (len(known) + LEVEL_WEIGHT)
    return level * share / overall


def _reference(frame: pl.DataFrame) -> list[dict]:
    rows = frame.to_dicts()
    accidents = [
        r for r in rows
        if r["ev_date"] and r["ev_type"] == "ACC" and r["ev_country"] == "USA"
    ]  # fmt: skip
    blank = dict.fromkeys(COLUMNS)
    return [
        _expected_counts(r, accidents) | _expected_shares(r, accidents) if r["ev_date"] else blank
        for r in rows
    ]


@settings(deadline=None, max_examples=60)
@given(TABLES)
def test_agrees_with_looking_at_every_pair(frame):
    result = history(frame).select(COLUMNS).to_dicts()
    for found, expected in zip(result, _reference(frame), strict=True):
        assert found == pytest.approx({name: expected[name] for name in COLUMNS}, nan_ok=False)


@settings(deadline=None, max_examples=60)
@given(TABLES, st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(frame, random):
    order = random.sample(range(frame.height), frame.height)
    assert_frame_equal(history(frame[order]), history(frame)[order], check_exact=True)


@settings(deadline=None, max_examples=40)
@given(TABLES, TABLES, UNTIL)
def test_what_comes_later_changes_nothing(frame, others, day):
    """Rows of ``day`` are the same whatever is dated on it or later, themselves included."""
    asked = frame.filter(ev_date=day) if frame["ev_date"].is_in([day]).any() else frame.head(1)
    asked = asked.with_columns(ev_date=pl.lit(day))
    earlier = frame.filter(pl.col("ev_date") < day)
    later = others.filter(pl.col("ev_date") >= day)
    alone = history(pl.concat([asked, earlier])).head(asked.height)
    amid = history(pl.concat([asked, earlier, later])).head(asked.height)
    assert_frame_equal(alone, amid, check_exact=True)


@settings(deadline=None, max_examples=40)
@given(TABLES, UNTIL)
def test_young_outcomes_change_nothing(frame, day):
    is_young = pl.col("ev_date").is_between(day - timedelta(days=30), day)
    injury = pl.col("ev_highest_injury")
    turned = pl.when(injury == "FATL").then(None).otherwise(pl.lit("FATL"))
    changed = frame.with_columns(
        pl.when(is_young).then(turned).otherwise(injury).alias(injury.meta.output_name())
    )
    before, after = history(frame), history(changed)
    assert_frame_equal(
        before.filter(ev_date=day).select(COLUMNS),
        after.filter(ev_date=day).select(COLUMNS),
        check_exact=True,
    )


@settings(deadline=None, max_examples=60)
@given(TABLES, UNTIL)
def test_a_state_stands_for_the_past(frame, until):
    later = pl.col("ev_date") > until
    state = state_at(frame, until)
    assert_frame_equal(
        history(frame.filter(later), state), history(frame).filter(later), check_exact=True
    )


@settings(deadline=None, max_examples=25)
@given(TABLES, UNTIL)
def test_rows_up_to_the_state_see_the_batch_alone(frame, until):
    earlier = frame.filter(pl.col("ev_date") <= until)
    assert_frame_equal(history(earlier, state_at(frame, until)), history(earlier))


@settings(deadline=None, max_examples=25)
@given(TABLES, UNTIL, st.randoms(use_true_random=False))
def test_state_survives_json_and_order(frame, until, random):
    state = state_at(frame, until)
    assert HistoryState.model_validate_json(state.model_dump_json()) == state
    order = random.sample(range(frame.height), frame.height)
    assert state_at(frame[order], until).model_dump_json() == state.model_dump_json()


def test_known_share_is_drawn_towards_the_overall_share():
    rows = [on(0, acft_make="PIPER", ev_highest_injury="FATL"), on(1), on(2), on(3)]
    share = told(*rows, on(40), column="fatal_share_make_past")[-1]
    assert share == (0 + PRIOR_WEIGHT * 1 / 4) / (3 + PRIOR_WEIGHT)


@pytest.mark.parametrize(("day", "expected"), [(30, None), (31, 1.0)])
def test_outcome_counts_once_more_than_thirty_days_old(day, expected):
    rows = (on(0, ev_highest_injury="FATL"), on(day))
    assert told(*rows, column="fatal_share_make_past")[-1] == expected


def test_a_state_reaches_back_as_far_as_the_widest_window_of_the_next_day():
    frame = frame_of(*[on(day) for day in [-50, 0, *range(25, 365, 25)]], on(365))
    next_day = pl.col("ev_date") == START + timedelta(days=365)
    state = state_at(frame, START + timedelta(days=364))
    alone = history(frame.filter(next_day), state)["events_365d_state"].to_list()
    assert alone == history(frame).filter(next_day)["events_365d_state"].to_list() == [15]


def test_rows_of_one_date_never_see_each_other():
    rows = [on(0), on(30), on(30), on(30)]
    assert told(*rows, column="events_30d_state")[1:] == [1, 1, 1]


@pytest.mark.parametrize(
    "excluded", [{"ev_country": "CB"}, {"ev_type": "INC"}, {"ev_country": None}]
)
def test_foreign_events_and_incidents_do_not_count(excluded):
    rows = [on(0), on(20, **excluded), on(40)]
    assert told(*rows, column="events_30d_state")[-1] is None
    assert told(*rows, on(5), column="n_make_past")[2] == 2


def test_a_blank_injury_is_unknown_and_counts_in_no_share():
    rows = [on(0, ev_highest_injury=None), on(1, ev_highest_injury="FATL"), on(40)]
    assert told(*rows, column="n_make_past")[-1] == 1


def test_a_window_before_the_first_record_is_unknown_not_zero():
    rows = [on(0, ev_state="NV"), on(10), on(29), on(30), on(50)]
    assert told(*rows, column="events_30d_state") == [None, None, None, 2, 2]


def test_records_that_end_long_before_a_row_say_nothing_about_its_neighbourhood():
    state = state_at(frame_of(*[on(day) for day in range(0, 400, 5)]), START + timedelta(days=400))
    row = frame_of(on(400 + MAX_SILENCE_DAYS + 1))
    assert history(row, state)["events_365d_state"].to_list() == [None]
    assert history(row, state)["n_make_past"].to_list() == [80]


def test_neighbours_are_found_across_the_antimeridian():
    east, west = (
        {"dec_latitude": 52.0, "dec_longitude": longitude, "ev_state": "AK"}
        for longitude in (179.9, -179.9)
    )
    assert told(on(0, **east), on(20, **east), on(31, **west), column="events_30d_100km")[-1] == 1


def test_absent_columns_are_unknown():
    bare = frame_of(on(0), on(40)).drop("acft_model", "dec_latitude", "type_fly")
    result = history(bare)
    unknown = ["fatal_share_model_past", "n_model_past", "events_30d_100km"]
    assert result.select(unknown).null_count().row(0) == (2, 2, 2)
    assert result["n_make_past"].to_list() == [None, 1]


def test_an_empty_frame_gives_the_columns():
    empty = history(frame_of())
    assert empty.height == 0
    assert set(COLUMNS) < set(empty.columns)


def test_columns_have_the_same_types_with_and_without_a_past():
    one = frame_of(on(0))
    state = state_at(frame_of(*[on(day) for day in range(-400, 0, 9)]), START)
    assert history(one, state).schema == history(one).schema == history(one.clear()).schema


def test_state_is_written_whole_and_read_back(tmp_path):
    state = state_at(frame_of(on(0), on(40)), START + timedelta(days=50))
    state.write(tmp_path / "history.json")
    assert HistoryState.read(tmp_path / "history.json") == state


def test_state_holds_no_names():
    state = state_at(frame_of(on(0, acft_make="ZANZIBAR JOHN"), on(40)), START + timedelta(days=90))
    assert "ZANZIBAR" not in state.model_dump_json()


@pytest.mark.parametrize(
    ("text", "told_by"),
    [
        ("", "state: Invalid JSON"),
        ("{}", "since: Field required"),
        ('{"version": 1}', "version: Input should be 2"),
    ],
)
def test_what_is_no_state_is_refused(tmp_path, text, told_by):
    path = tmp_path / "history.json"
    path.write_text(text)
    with pytest.raises(HistoryError, match=told_by):
        HistoryState.read(path)


def test_a_missing_state_is_refused(tmp_path):
    with pytest.raises(HistoryError, match="no history at"):
        HistoryState.read(tmp_path / "none.json")


def test_a_state_of_other_keys_is_refused(tmp_path):
    state = state_at(frame_of(on(0)), START).model_dump(mode="json")
    state["counts"] = {"colour": {}}
    with pytest.raises(ValueError, match="counts are by"):
        HistoryState.model_validate(state)
