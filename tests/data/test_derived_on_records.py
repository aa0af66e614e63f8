"""Derived inputs on real records: the clock of a release, and a past that a state can stand for."""

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from hindcast.features import airports, clock
from hindcast.features.derive import enrich
from hindcast.features.history import COLUMNS, history, state_at

pytestmark = pytest.mark.real
UNTIL = date(2017, 12, 31)


@pytest.fixture(scope="module")
def events(real_records: Path) -> pl.DataFrame:
    folder = real_records / "ntsb" / "avall_2008_2021"
    rows = pl.read_csv(folder / "events.csv.gz", infer_schema_length=0)
    aircraft = pl.read_csv(folder / "aircraft.csv.gz", infer_schema_length=0)
    first = aircraft.filter(pl.col("Aircraft_Key") == "1").drop("ntsb_no").unique("ev_id")
    return rows.join(first, on="ev_id", how="left", validate="1:1").with_columns(
        pl.col("ev_date").str.to_date("%Y-%m-%d %H:%M:%S"),
        pl.col("ev_time").cast(pl.Int64, strict=False),
        pl.col("dec_latitude", "dec_longitude").cast(pl.Float64, strict=False),
        release=pl.lit("avall_2008_2021"),
    )


def test_the_release_keeps_utc_and_its_light_codes_show_it(events):
    fits = clock.evidence(events.hstack(airports.nearest(events))).to_dicts()
    assert [row["is_utc"] for row in fits] == [True]
    assert fits[0]["agrees_utc"] > 0.95 > 0.75 > fits[0]["agrees_local"]


def test_read_as_utc_dusk_lies_at_the_horizon(events):
    dusk = enrich(events).filter(pl.col("light_cond") == "DUSK")
    assert dusk["sun_elevation_deg"].median() == pytest.approx(0, abs=6)
    assert 16 < dusk["local_hour"].median() < 21


def test_a_state_of_the_training_years_stands_for_them(events):
    later = pl.col("ev_date") > UNTIL
    state = state_at(events, UNTIL)
    whole = history(events).filter(later).select(COLUMNS)
    assert whole.equals(history(events.filter(later), state).select(COLUMNS))
    assert len(state.model_dump_json()) < 2_000_000


def test_most_of_the_past_is_known_after_the_first_year(events):
    is_accident = (pl.col("ev_country") == "USA") & (pl.col("ev_type") == "ACC")
    told = history(events).filter(is_accident & (pl.col("ev_date") >= date(2009, 1, 15)))
    later = ("phase", "finding")  # this frame has no sequence and no findings
    of_plans = [name for name in COLUMNS if not any(word in name for word in later)]
    shares = told.select(pl.col(of_plans).is_null().mean()).row(0, named=True)
    limits = {"family": 0.1, "purpose": 0.15, "operation": 0.25, "family_purpose": 0.25}
    allowed = {name: limits.get(_key(name), 0.02) for name in of_plans}
    assert {name: share for name, share in shares.items() if share > allowed[name]} == {}


def _key(column):
    found = re.fullmatch(r"(?:fatal_share|n)_(.+?)_(?:past|since_1982)", column)
    return found and found[1]
