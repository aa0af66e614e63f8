"""Outcomes that come late, as NTSB's do: preliminary for a year or two, fatal accidents longer.

The records say what turned out, not when it was settled; the delays are drawn, with a median for
fatal accidents and one for others. What is shown with them is how a monitor fares under such
delays, not how long an investigation takes.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl

from hindcast.model.evidence import level
from hindcast.monitor import labels, performance, recalibration
from hindcast.monitor.reference import Limits


def delayed(
    tested: pl.DataFrame, *, median_fatal: float, median_other: float, spread: float, seed: int
) -> pl.DataFrame:
    """Return the forecasts as a log whose outcomes arrive late.

    Parameters
    ----------
    tested
        ``ev_id, ev_date, is_fatal, horizon, probability``.
    median_fatal, median_other
        Days until half of the fatal, and of the other outcomes have arrived.
    spread
        Standard deviation of the log of the days.
    seed
        Of the draws; an accident has one delay at all horizons.

    Returns
    -------
    polars.DataFrame
        With ``at`` (the day of the accident, UTC) and ``recorded_at``.
    """
    events = tested.unique("ev_id").sort("ev_id").select("ev_id", "is_fatal", "ev_date")
    noise = np.random.default_rng(seed).standard_normal(events.height)
    median = np.where(events["is_fatal"].to_numpy(), median_fatal, median_other)
    days = np.rint(median * np.exp(spread * noise)).astype(int)
    at = pl.col("ev_date").cast(pl.Datetime("ms", "UTC"))
    known = events.with_columns(at.alias("at"), pl.Series("days", days))
    late = known.with_columns(recorded_at=pl.col("at") + pl.duration(days=pl.col("days")))
    joined = tested.join(late.select("ev_id", "at", "recorded_at"), "ev_id", "left", validate="m:1")
    return joined.sort("at", "ev_id")


def as_known(log: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Return the log as it was at ``now``: what had been asked, and the outcomes that were in."""
    outcome = pl.when(pl.col("recorded_at") <= now).then(pl.col("is_fatal"))
    return log.filter(pl.col("at") <= now).with_columns(outcome.alias("is_fatal"))


def ends(log: pl.DataFrame, months: int = 3) -> list[datetime]:
    """Return the ends of quarters from the first prediction until every outcome is in."""
    first, last = log["at"].min().date(), log["recorded_at"].max()
    day, found = date(first.year, 3 * ((first.month - 1) // 3) + 1, 1), []
    while not found or found[-1] < last:
        month = day.year * 12 + day.month - 1 + months
        day = date(month // 12, month % 12 + 1, 1)
        found.append(datetime(day.year, day.month, day.day, tzinfo=UTC))
    return found


def judged(log: pl.DataFrame, limits: Limits, when: Iterable[datetime]) -> pl.DataFrame:
    """Return what calibration seems to be at each moment: by what is in, and by complete months.

    Parameters
    ----------
    log
        Of `delayed`, one horizon.
    limits
        What is enough, and what is off.
    when
        Moments at which it is asked.

    Returns
    -------
    polars.DataFrame
        ``when, on`` (``all that are in`` or ``complete months``), ``predictions, n, share_in,
        ratio, ratio_lo, ratio_hi, slope, p, is_enough, is_miscalibrated``.
    """
    return pl.DataFrame(
        [row for now in when for row in _judged(as_known(log, now), limits, now)],
        infer_schema_length=None,
    )


def _judged(rows: pl.DataFrame, limits: Limits, now: datetime):
    known = rows.filter(pl.col("is_fatal").is_not_null())
    done = labels.complete(rows, limits.least_share_in)
    head = {"when": now.date(), "predictions": rows.height, "share_in": known.height / rows.height}
    for on, own in (("all that are in", known), ("complete months", done)):
        yield head | {"on": on} | _calibration(own, limits)


def _calibration(rows: pl.DataFrame, limits: Limits) -> dict[str, Any]:
    known = rows.filter(pl.col("is_fatal").is_not_null())
    y, p = known["is_fatal"].to_numpy().astype(float), known["probability"].to_numpy()
    told: dict[str, Any] = {"n": len(y), "n_fatal": int(y.sum())} | labels.bounds(rows)
    if not len(y):
        absent = ("ratio", "ratio_lo", "ratio_hi", "slope", "p")
        return told | dict.fromkeys(absent) | {"is_enough": False, "is_miscalibrated": False}
    told |= level.ratio(y, p) | recalibration.of(y, p)
    is_enough = performance.is_enough(told, limits)
    is_off = is_enough and performance.is_miscalibrated(told, limits)
    kept = ("n", "n_fatal", "ratio", "ratio_lo", "ratio_hi", "slope", "p")
    return {k: told[k] for k in kept} | {"is_enough": is_enough, "is_miscalibrated": is_off}


def share_in(log: pl.DataFrame, reach_days: int = 1460, step: int = 30) -> pl.DataFrame:
    """Return the share of outcomes in by age of the prediction, of fatal, other and all accidents.

    Returns
    -------
    polars.DataFrame
        ``days, of`` (``fatal``, ``other``, ``all``) and ``share_in``.
    """
    events = log.unique("ev_id")
    waits = events.select(
        (pl.col("recorded_at") - pl.col("at")).dt.total_days().alias("days"), "is_fatal"
    )
    parts = {
        "fatal": waits.filter("is_fatal"),
        "other": waits.filter(~pl.col("is_fatal")),
        "all": waits,
    }
    ages = np.arange(0, reach_days + 1, step)
    return pl.concat(
        pl.DataFrame({"days": ages, "of": name, "share_in": _shares(one["days"].to_numpy(), ages)})
        for name, one in parts.items()
    )


def _shares(days: np.ndarray, ages: np.ndarray) -> np.ndarray:
    return np.searchsorted(np.sort(days), ages, side="right") / max(len(days), 1)
