"""Gate 3: what no single record shows: spikes, outliers, holes, and what changes by the year."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from hindcast.checks import schema
from hindcast.checks.apply import apply
from hindcast.checks.ledger import Ledger
from hindcast.checks.rule import Gate, Rule

_MAD_TO_SIGMA = 1.4826
_FEW_ROWS = 50
_FEW_MONTHS = 24
_FULL, _EMPTY = 0.5, 0.95
_OUTLIER_COLUMNS = {
    "events": (
        "vis_sm",
        "wind_vel_kts",
        "gust_kts",
        "sky_ceil_ht",
        "wx_temp",
        "altimeter",
        "apt_dist",
    ),
    "aircraft": (
        "total_seats",
        "cert_max_gr_wt",
        "afm_hrs",
        "rwy_len",
        "rwy_width",
        "fuel_on_board",
    ),
    "Flight_Crew": ("crew_age",),
    "flight_time": ("flight_hours",),
    "engines": ("power_units", "eng_time_total", "eng_time_overhaul", "eng_time_last_insp"),
}


@dataclass(frozen=True)
class Limits:
    """Where gate 3 draws its lines.

    Attributes
    ----------
    empty_share
        Share of a row's columns that may be empty; columns empty throughout do not count.
    spike
        Robust z of a month's count, deseasoned, above which it is a spike.
    outlier
        Robust z of a value, on a log scale, above which it is an outlier.
    jump
        Change in a column's share of missing values from one year to the next.
    """

    empty_share: float
    spike: float
    outlier: float
    jump: float


def robust_z(values: pl.Expr) -> pl.Expr:
    """Return the distance from the median in units of the (scaled) median absolute deviation.

    Null where the deviation is 0: more than half of the values are one and the same, and how far
    is far cannot be told.

    Examples
    --------
    >>> frame = pl.DataFrame({"n": [9.0, 10.0, 11.0, 10.0, 9.0, 11.0, 40.0]})
    >>> frame.select(robust_z(pl.col("n")).round(1))["n"].to_list()[-1]
    20.2
    """
    away = values - values.median()
    spread = away.abs().median() * _MAD_TO_SIGMA
    return pl.when(spread > 0).then(away / spread)


def run(tables: Mapping[str, pl.DataFrame], limits: Limits, ledger: Ledger) -> None:
    """Put gate 3 to the tables; it notes, and changes nothing."""
    for table in schema.TABLES:
        rules = [*_empty_rules(table, tables, limits), *_outlier_rules(table, limits)]
        if table in tables:
            apply(tables[table], rules, ledger)
        else:
            _absent(rules, table, ledger)
    for rule, found in _over_time(tables, limits):
        ledger.anomalies.extend({"rule": rule.id} | one for one in found)
        ledger.counted(rule, *_tally(found, tables))


def _absent(rules: list[Rule], table: str, ledger: Ledger) -> None:
    for rule in rules:
        ledger.absent(rule, f"table absent: {table}")


def _empty_rules(table: str, tables: Mapping[str, pl.DataFrame], limits: Limits) -> list[Rule]:
    frame = tables.get(table, pl.DataFrame())
    used = [name for name in _described(table, frame) if frame[name].null_count() < frame.height]
    share = pl.mean_horizontal([pl.col(name).is_null() for name in used]) if used else pl.lit(0.0)
    return [
        Rule(
            f"{table}.row_mostly_empty", Gate.STATISTICS, table, "note", (),
            f"more than {limits.empty_share:.0%} of the row's columns are empty, not counting "
            "columns that are empty throughout", share > limits.empty_share,
        )
    ]  # fmt: skip


def _described(table: str, frame: pl.DataFrame) -> list[str]:
    known = schema.dtypes(table)
    return [name for name in frame.columns if name in known and name not in schema.keys(table)]


def _outlier_rules(table: str, limits: Limits) -> list[Rule]:
    # Sizes and hours range over powers of ten: an outlier is one of magnitude, so logs are taken.
    return [
        Rule(
            f"{table}.{column}.outlier", Gate.STATISTICS, table, "note", (column,),
            f"more than {limits.outlier:g} robust deviations from the median, on a log scale",
            robust_z((pl.col(column).abs() + 1).log()).abs() > limits.outlier,
        )
        for column in _OUTLIER_COLUMNS.get(table, ())
    ]  # fmt: skip


def _note(id_: str, table: str, columns: tuple[str, ...], reason: str) -> Rule:
    return Rule(id_, Gate.STATISTICS, table, "note", columns, reason, _over_time)


def _over_time(
    tables: Mapping[str, pl.DataFrame], limits: Limits
) -> Iterator[tuple[Rule, list[dict[str, Any]]]]:
    events = tables["events"]
    yield (
        _note("monthly_count_spike", "events", ("ev_date",),
              f"a month with a count more than {limits.spike:g} robust deviations from what its "
              "season and year make likely: entered in bulk, twice, or not at all"),
        monthly_spikes(events, limits.spike),
    )  # fmt: skip
    yield (
        _note("year_without_events", "events", ("ev_date",), "a year between others has no event"),
        years_without_events(events),
    )
    changes = [one for table in tables for one in missing_by_year(tables, table)]
    yield (
        _note("column_suddenly_empty", "events", (),
              f"a column at least {1 - _FULL:.0%} filled one year is {_EMPTY:.0%} empty the next: "
              "its source dried up, or a release lost it"),
        [one for one in changes if one["expected"] <= _FULL and one["value"] >= _EMPTY],
    )  # fmt: skip
    yield (
        _note("missing_share_jump", "events", (),
              f"a column's share of missing values changes by more than {limits.jump:g} from one "
              "year to the next: what is missing says when it was recorded, not what happened"),
        [one for one in changes if abs(one["value"] - one["expected"]) > limits.jump],
    )  # fmt: skip


def monthly_spikes(events: pl.DataFrame, limit: float) -> list[dict[str, Any]]:
    """Return months whose count of events stands out from their season and year."""
    months = events.drop_nulls("ev_date").group_by(pl.col("ev_date").dt.truncate("1mo")).len()
    if months.height < _FEW_MONTHS:
        return []
    year, season = pl.col("ev_date").dt.year(), pl.col("ev_date").dt.month()
    usual = pl.col("len").median().over(season) * pl.col("len").median().over(year)
    scored = months.sort("ev_date").with_columns(expected=usual / pl.col("len").median())
    score = robust_z((pl.col("len") / pl.col("expected")).log()).alias("score")
    found = scored.with_columns(score).filter(pl.col("score").abs() > limit)
    return [
        _anomaly("events", "ev_date", f"{when:%Y-%m}", count, expected)
        for when, count, expected, _ in found.iter_rows()
    ]


def years_without_events(events: pl.DataFrame) -> list[dict[str, Any]]:
    """Return years between the first and the last that have no event."""
    years = set(events["ev_date"].dt.year().drop_nulls())
    if not years:
        return []
    gaps = sorted(set(range(min(years), max(years))) - years)
    return [_anomaly("events", "ev_date", str(year), 0, None) for year in gaps]


def missing_by_year(tables: Mapping[str, pl.DataFrame], table: str) -> list[dict[str, Any]]:
    """Return each column's share of missing values in a year, beside that of the year before."""
    shares = emptiness(tables, table).filter(pl.col("rows") >= _FEW_ROWS).sort("column", "year")
    before = shares.with_columns(
        expected=pl.col("missing_share").shift(1).over("column"),
        gap=pl.col("year").diff().over("column"),
    )
    return [
        _anomaly(table, row["column"], str(row["year"]), row["missing_share"], row["expected"])
        for row in before.filter(pl.col("gap") == 1).iter_rows(named=True)
    ]


def emptiness(tables: Mapping[str, pl.DataFrame], table: str) -> pl.DataFrame:
    """Return the share of missing values of each column of ``table`` by year of the event.

    Returns
    -------
    pl.DataFrame
        table, column, year, rows, missing_share (0 to 1); columns the source lacks are not there.
    """
    frame = tables[table]
    columns = _described(table, frame)
    if table != "events":
        dates = tables["events"].select("ev_id", _date="ev_date")
        frame = frame.join(dates, on="ev_id", how="left", validate="m:1")
    else:
        frame = frame.with_columns(_date=pl.col("ev_date"))
    yearly = frame.group_by(year=pl.col("_date").dt.year()).agg(
        pl.len().alias("rows"), pl.col(columns).is_null().mean()
    )
    long = yearly.drop_nulls("year").unpivot(
        columns, index=["year", "rows"], variable_name="column", value_name="missing_share"
    )
    return long.select(
        pl.lit(table).alias("table"), "column", "year", "rows", "missing_share"
    ).sort("column", "year")


def _anomaly(
    table: str, column: str, period: str, value: float, expected: float | None
) -> dict[str, Any]:
    rounded = None if expected is None else round(float(expected), 4)
    return {
        "table": table,
        "column": column,
        "period": period,
        "value": round(float(value), 4),
        "expected": rounded,
    }


def _tally(
    found: list[dict[str, Any]], tables: Mapping[str, pl.DataFrame]
) -> tuple[int, dict[str, int]]:
    releases = sorted(set(tables["events"]["release"].drop_nulls()))
    name = releases[0] if len(releases) == 1 else "all releases"
    return tables["events"].height, {name: len(found)} if found else {}
