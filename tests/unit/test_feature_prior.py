"""Counts of 1982-2007: what they count, and that nothing before 2008 sees them."""

from datetime import date

import polars as pl
import pytest

from hindcast.features import keys, prior
from hindcast.features.history import history

FLAT = """Event.Id,Investigation.Type,Accident.Number,Event.Date,Location,Country,\
Injury.Severity,Make,Model,Amateur.Built,Purpose.of.Flight,Total.Fatal.Injuries,\
Total.Serious.Injuries,Total.Minor.Injuries,Total.Uninjured,Broad.Phase.of.Flight
"""


def row(
    number: int, day="1990-05-01", kind="Accident", severity="Non-Fatal", country=None, make=None
):
    """One invented line of the flat table: a Cessna 172 that nobody was hurt in."""
    country, make = country or "United States", make or "Cessna"
    return (
        f"{number},{kind},X{number},{day},'Town, KS',{country},{severity},{make},172,No,"
        f"Personal,,,,1,LANDING\n"
    ).replace("'", '"')


def events(*days: str, injury="NONE", **facts) -> pl.DataFrame:
    told = {"ev_type": "ACC", "ev_country": "USA", "acft_make": "CESSNA", "acft_model": "172",
            "homebuilt": "N", "type_fly": "PERS", "era": "pre-2008", "defining_phase_no": "570",
            "ev_highest_injury": injury} | facts  # fmt: skip
    return pl.DataFrame([{"ev_date": date.fromisoformat(day), **told} for day in days])


def test_the_table_is_counted_from_a_flat_file(tmp_path):
    lines = [row(1, severity="Fatal(2)"), *(row(n) for n in range(2, 7)),
             row(7, day="2007-12-02"), row(8, kind="Incident"), row(9, country="Canada"),
             row(10, severity="Unavailable"), row(11, make="Rarity")]  # fmt: skip
    flat, target = tmp_path / "AviationData.csv", tmp_path / prior.FILE
    flat.write_text(FLAT + "".join(lines), encoding="utf-8")
    told = prior.write(flat, target)
    found = {(key, value): (n, fatal) for key, value, n, fatal, _ in told.iter_rows()}
    assert found == {
        ("all", "all"): (7, 1),
        ("make", "CESSNA"): (6, 1),
        ("model", "CESSNA|172"): (6, 1),
        ("family", "CESSNA 172"): (6, 1),
        ("family_purpose", "CESSNA 172|PERS"): (6, 1),
        ("phase_family", "Landing|CESSNA 172"): (6, 1),
    }
    assert pl.read_csv(target)["accidents"].to_list() == told["accidents"].to_list()


@pytest.mark.parametrize(("day", "counts"), [("2007-12-01", 5), ("2007-12-02", 0)])
def test_only_outcomes_known_before_2008_count(day, counts):
    told = prior.counted(events(*[day] * 5))
    assert told.filter(key="make")["accidents"].sum() == counts


def test_every_key_of_the_table_is_one_that_the_history_has():
    table = pl.read_csv(prior.paths.reference() / prior.FILE, schema_overrides={"value": pl.String})
    with_prior = {key.name for key in keys.KEYS if key.has_prior}
    assert set(table["key"]) == with_prior | {prior.ALL}
    rest = table.filter(pl.col("key") != prior.ALL)
    assert rest["accidents"].min() >= prior.LEAST_ACCIDENTS
    assert (table["fatal"] <= table["accidents"]).all()
    assert not table.select(pl.struct("key", "value").is_duplicated().any()).item()


def _shares(monkeypatch, frame: pl.DataFrame, counts: dict, overall: tuple[int, int]) -> list:
    monkeypatch.setattr(prior, "counts", lambda: counts)
    monkeypatch.setattr(prior, "overall", lambda: overall)
    names = [f"fatal_share_{name}_since_1982" for name in counts]
    return history(frame).select(names).rows()


def test_rows_before_2008_see_nothing_of_the_counts(monkeypatch):
    frame = events("2007-06-01", "2007-12-31", "2008-06-01", "2009-01-01", era="2008+")
    foreign = frame.with_columns(ev_country=pl.lit("CA"))  # so that the records begin in 2008
    frame = pl.concat([foreign.head(2), frame.tail(2)])
    none = {key.name: {} for key in keys.KEYS if key.has_prior}
    cessna = {**none, "make": {keys.digested("CESSNA"): (1000, 990)}}
    without = _shares(monkeypatch, frame, none, (100, 20))
    with_it = _shares(monkeypatch, frame, cessna, (1000, 500))
    assert with_it[:3] == without[:3] == [(None,) * len(none)] * 3
    assert with_it[3] != without[3]


def test_records_that_hold_those_years_do_not_count_them_twice(monkeypatch):
    none = {key.name: {} for key in keys.KEYS if key.has_prior}
    cessna = {**none, "make": {keys.digested("CESSNA"): (1000, 990)}}
    old = events("2007-06-01", "2009-01-01", "2010-01-01", era="2008+")
    assert _shares(monkeypatch, old, cessna, (1000, 500)) == _shares(
        monkeypatch, old, none, (100, 20)
    )


def test_before_2008_the_share_is_the_one_of_the_past():
    frame = history(events("2005-01-01", "2006-01-01"))
    for key in (key.name for key in keys.KEYS if key.has_prior):
        past, since = frame[f"fatal_share_{key}_past"], frame[f"fatal_share_{key}_since_1982"]
        assert past.to_list() == since.to_list()


def test_a_deadly_past_raises_the_share_and_own_accidents_outweigh_it(monkeypatch):
    none = {key.name: {} for key in keys.KEYS if key.has_prior}
    deadly = {**none, "make": {keys.digested("CESSNA"): (1000, 900)}}
    days = ["2009-01-01", *["2009-06-01"] * 400, "2010-06-01"]
    shares = _shares(monkeypatch, events(*days, era="2008+"), deadly, (1000, 200))
    second, last = shares[1][0], shares[-1][0]
    assert second > 0.5
    assert last < 0.1
