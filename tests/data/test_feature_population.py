"""Who is studied, and what each step leaves."""

import datetime as dt

import polars as pl
import pytest

from hindcast.features import population

DAY = dt.datetime(2015, 6, 1)


def events(*rows):
    columns = ("ev_id", "ev_type", "ev_country", "ev_highest_injury", "ev_date")
    schema = dict.fromkeys(columns, pl.String) | {"ev_date": pl.Datetime("us")}
    return pl.DataFrame(rows, schema=schema, orient="row")


MIXED = events(
    ("incident", "INC", "USA", "NONE", DAY),
    ("abroad", "ACC", "FR", "FATL", DAY),
    ("blank", "ACC", "USA", None, DAY),
    ("unknown", "ACC", "USA", "UNKN", DAY),
    ("undated", "ACC", "USA", "NONE", None),
    ("later", "ACC ", "USA", "FATL", DAY + dt.timedelta(days=1)),
    ("first", "ACC", "USA", "NONE", DAY),
)


def test_each_step_says_how_many_rows_it_left():
    studied, steps = population.select(MIXED)
    assert [rows for _, rows in steps] == [7, 6, 5, 3, 2]
    assert studied["ev_id"].to_list() == ["first", "later"]


def test_a_blank_severity_is_unknown_and_never_none():
    kept = population.select(MIXED)[0]["ev_id"].to_list()
    assert not {"blank", "unknown"} & set(kept)


def test_the_label_is_fatal_alone():
    studied, _ = population.select(MIXED)
    assert studied.select(population.is_fatal())["is_fatal"].to_list() == [False, True]


def test_records_are_as_of_their_newest_change(tmp_path):
    MIXED.write_parquet(tmp_path / "events.parquet")
    assert population.as_of(tmp_path) == dt.date(2015, 6, 2)
    admin = {"ev_id": ["first"], "lchg_date": [dt.datetime(2020, 3, 1)]}
    pl.DataFrame(admin).write_parquet(tmp_path / "NTSB_Admin.parquet")
    assert population.as_of(tmp_path) == dt.date(2020, 3, 1)


def test_records_without_any_date_are_refused(tmp_path):
    MIXED.with_columns(ev_date=pl.lit(None, pl.Datetime("us"))).write_parquet(
        tmp_path / "events.parquet"
    )
    with pytest.raises(ValueError, match="no date"):
        population.as_of(tmp_path)
