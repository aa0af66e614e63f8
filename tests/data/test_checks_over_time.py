"""Gate 3 on invented years: spikes, gaps, columns that dry up, rows left empty."""

from datetime import date, timedelta

import polars as pl

from hindcast.checks import gate3, gates

LIMITS = gate3.Limits(0.3, 5.0, 8.0, 0.25)


def years(first, last, a_month=6, **columns):
    """Return raw events, ``a_month`` each month, the number varying a little."""
    rows = []
    day = date(first, 1, 1)
    while day.year <= last:
        number = a_month + (day.month + day.year) % 3
        rows += [(f"{day:%Y%m}{n + 1:02d}X{n:05d}", day + timedelta(n % 25)) for n in range(number)]
        day = (day + timedelta(32)).replace(day=1)
    frame = pl.DataFrame(rows, schema=["ev_id", "ev_date"], orient="row")
    frame = frame.with_columns(pl.col("ev_date").cast(pl.String), release=pl.lit("r"))
    return frame.with_columns(**columns)


def anomalies(raw):
    ledger = gates.run({"events": raw}, LIMITS)[1]
    return {(one["rule"], one["column"], one["period"]) for one in ledger.anomalies}


def test_a_month_entered_five_times_over_is_a_spike():
    usual = years(2010, 2013)
    extra = usual.filter(pl.col("ev_date").str.starts_with("2012-05"))
    copies = [extra.with_columns(pl.col("ev_id") + letter) for letter in "ABCDE"]
    assert anomalies(usual) == set()
    assert anomalies(pl.concat([usual, *copies])) == {("monthly_count_spike", "ev_date", "2012-05")}


def test_a_year_that_is_not_there_is_told():
    raw = years(2010, 2014).filter(~pl.col("ev_date").str.starts_with("2012"))
    assert ("year_without_events", "ev_date", "2012") in anomalies(raw)


def test_a_column_that_dries_up_is_told_for_the_year_it_does():
    filled = pl.when(pl.col("ev_date") < "2012").then(pl.lit("Wichita"))
    found = anomalies(years(2010, 2013, ev_city=filled))
    assert ("column_suddenly_empty", "ev_city", "2012") in found
    assert ("missing_share_jump", "ev_city", "2012") in found
    assert not any(period == "2013" for _, _, period in found)


def test_an_outlier_of_magnitude_is_noted_and_not_removed():
    raw = years(2010, 2010, vis_sm=(pl.int_range(pl.len()) % 9 + 1).cast(pl.String))
    far = pl.when(pl.col("ev_id") == raw["ev_id"][0]).then(pl.lit("100")).otherwise("vis_sm")
    raw = raw.with_columns(wx_cond_basic=pl.lit("VMC"), vis_sm=far)
    tight = gate3.Limits(0.3, 5.0, 4.0, 0.25)
    core, ledger, _ = gates.run({"events": raw}, tight)
    assert ledger.outcomes["events.vis_sm.outlier"]["rows_hit"] == 1
    assert core["events"]["vis_sm"].max() == 100


def test_a_row_over_the_limit_empty_is_noted_and_all_null_columns_do_not_count():
    raw = years(2010, 2010).with_columns(
        ev_city=pl.lit("Wichita"),
        ev_state=pl.lit("KS"),
        ev_country=pl.lit("USA"),
        ev_tmzn=pl.lit(None, pl.String),
    )
    first = pl.col("ev_id") == raw["ev_id"][0]
    emptied = [pl.when(~first).then(pl.col(name)).alias(name) for name in ("ev_city", "ev_state")]
    ledger = gates.run({"events": raw.with_columns(emptied)}, LIMITS)[1]
    assert ledger.outcomes["events.row_mostly_empty"]["rows_hit"] == 1


def test_emptiness_is_a_share_for_each_column_and_year():
    core = gates.run({"events": years(2010, 2011, ev_city=pl.lit("Wichita"))}, LIMITS)[0]
    shares = gate3.emptiness(core, "events")
    assert set(shares["year"]) == {2010, 2011}
    assert shares.filter(column="ev_city")["missing_share"].to_list() == [0.0, 0.0]
