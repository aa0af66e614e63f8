"""What a release means by its numbers: degrees C or F, and who is counted in a total.

NTSB's dictionary says degrees C; releases hold either. No single value tells, all together do:
each reading is held against what the place and the season make likely.
"""

from typing import Any

import polars as pl

from hindcast.checks import reference

FAHRENHEIT, CELSIUS, UNKNOWN = "degF", "degC", "unknown"
_ABSENT_UNIT: dict[str, Any] = {
    "unit": UNKNOWN,
    "evidence": "the release has no wx_temp",
    "other_years": [],
    "zero_is_missing": {},
    "minus_18_is_missing": {},
}
_FEW_A_YEAR = 25
_SPIKE = 3.0


def celsius(column: str) -> pl.Expr:
    """Return degrees C of a column in degrees F.

    Examples
    --------
    >>> pl.DataFrame({"wx_temp": [32.0, 212.0]}).select(celsius("wx_temp"))["wx_temp"].to_list()
    [0.0, 100.0]
    """
    return (pl.col(column) - 32.0) / 1.8


def temperature_units(events: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Decide the unit of ``wx_temp`` and ``wx_dew_pt`` for each release.

    Returns
    -------
    dict
        By release: ``unit`` (degF, degC or unknown), ``evidence`` (a sentence with its numbers),
        ``other_years`` (years inside the release that clearly hold the other unit) and
        ``zero_is_missing``, ``minus_18_is_missing`` for each column (-18 is 0 degF, which stood for
        missing before a release was converted).

    Notes
    -----
    The likely temperature is a rough climate of the northern hemisphere by latitude and month
    (deg C); the unit under which readings differ less from it, in the median, is taken.
    """
    if "wx_temp" not in events.columns:
        return dict.fromkeys(_releases(events), _ABSENT_UNIT)
    judged = _judged(events)
    return {str(name): _decision(rows) for (name,), rows in _by_release(judged)}


def _releases(events: pl.DataFrame) -> list[str]:
    return sorted(events["release"].drop_nulls().unique())


def _by_release(frame: pl.DataFrame) -> list[tuple[tuple[Any, ...], pl.DataFrame]]:
    return list(frame.sort("release", maintain_order=True).group_by("release", maintain_order=True))


def _judged(events: pl.DataFrame) -> pl.DataFrame:
    month = pl.col("ev_date").dt.month()
    likely = _likely_celsius(_latitude(events), month)
    reading = pl.col("wx_temp")
    return events.with_columns(
        _year=pl.col("ev_date").dt.year(),
        _as_c=(reading - likely).abs(),
        _as_f=(celsius("wx_temp") - likely).abs(),
    )


def _likely_celsius(latitude: pl.Expr, month: pl.Expr) -> pl.Expr:
    """Return a rough daytime temperature: 44 - 0.8 lat over the year, January coldest."""
    swing = pl.min_horizontal(0.33 * latitude, 16.0)
    season = ((month.cast(pl.Float64) - 1.0) * (2 * 3.141592653589793 / 12)).cos()
    return 46.0 - 0.8 * latitude - swing * season


def _latitude(events: pl.DataFrame) -> pl.Expr:
    middle = reference.state_boxes().group_by("state", maintain_order=True).first()
    by_state = {row[0]: (row[1] + row[2]) / 2 for row in middle.iter_rows()}
    known = []
    if "dec_latitude" in events.columns:
        known.append(
            pl.when(pl.col("dec_latitude").is_between(10, 75)).then(pl.col("dec_latitude"))
        )
    if "ev_state" in events.columns:
        known.append(
            pl.col("ev_state").replace_strict(by_state, default=None, return_dtype=pl.Float64)
        )
    return pl.coalesce(*known, pl.lit(38.0))


def _decision(rows: pl.DataFrame) -> dict[str, Any]:
    readings = rows.filter(pl.col("wx_temp").is_not_null() & (pl.col("wx_temp") != 0))
    unit = _unit(readings)
    by_year = list(
        readings.drop_nulls("_year").sort("_year").group_by("_year", maintain_order=True)
    )
    return {
        "unit": unit,
        "evidence": _evidence(readings),
        "other_years": [
            int(year) for (year,), some in by_year
            if some.height >= _FEW_A_YEAR and _unit(some) != unit
        ],
        "zero_is_missing": _stands_out(rows, 0.0, unit == FAHRENHEIT),
        "minus_18_is_missing": _stands_out(rows, -18.0, False),
    }  # fmt: skip


def _unit(readings: pl.DataFrame) -> str:
    as_c, as_f = readings["_as_c"].median(), readings["_as_f"].median()
    if as_c is None or as_f is None:
        return UNKNOWN
    return FAHRENHEIT if as_f < as_c else CELSIUS


def _evidence(readings: pl.DataFrame) -> str:
    if readings.is_empty():
        return "no reading other than 0"
    over = (readings["wx_temp"] > 50).mean() or 0.0
    away_c, away_f = readings["_as_c"].median(), readings["_as_f"].median()
    told = f"{readings.height} readings other than 0, median {readings['wx_temp'].median():.0f}"
    if away_c is None or away_f is None:
        return told + ", none dated"
    return (
        f"{told}, {over:.1%} above 50; typically {away_c:.0f} deg C away from the season's "
        f"temperature if read as deg C, {away_f:.0f} if read as deg F"
    )


def _stands_out(rows: pl.DataFrame, value: float, always: bool) -> dict[str, bool]:
    return {
        column: always or _is_spike(rows[column], value)
        for column in ("wx_temp", "wx_dew_pt")
        if column in rows.columns
    }


def _is_spike(readings: pl.Series, value: float) -> bool:
    """Tell whether ``value`` is there far more often than the three degrees on either side."""
    around = [value + step for step in (-3, -2, -1, 1, 2, 3)]
    usual = float(sum((readings == near).sum() for near in around)) / len(around)
    return bool((readings == value).sum() > max(_SPIKE * usual, 10))


def injury_totals(events: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Decide for each release whether ``inj_tot_t`` counts the uninjured too.

    Returns
    -------
    dict
        By release: ``includes_uninjured`` (None where the columns or telling rows are missing),
        ``matching_with``, ``matching_without`` and ``rows``: of the rows with a total and somebody
        uninjured, how many agree with either sum.
    """
    if not {"inj_tot_t", "inj_tot_n", *_HURT} <= set(events.columns):
        nothing = {"includes_uninjured": None, "matching_with": 0, "matching_without": 0, "rows": 0}
        return dict.fromkeys(_releases(events), nothing)
    return {str(name): _total_decision(rows) for (name,), rows in _by_release(events)}


_HURT = ("inj_tot_f", "inj_tot_s", "inj_tot_m")


def _total_decision(rows: pl.DataFrame) -> dict[str, Any]:
    telling = rows.filter(pl.col("inj_tot_t").is_not_null() & (pl.col("inj_tot_n") > 0))
    hurt = pl.sum_horizontal(_HURT)
    sums = telling.select(
        with_=pl.col("inj_tot_t") == hurt + pl.col("inj_tot_n"), without=pl.col("inj_tot_t") == hurt
    )
    with_, without = int(sums["with_"].sum()), int(sums["without"].sum())
    return {
        "includes_uninjured": None if with_ == without else with_ > without,
        "matching_with": with_,
        "matching_without": without,
        "rows": telling.height,
    }
