"""The years after training once more, quarter by quarter, as if each accident had been asked about.

Every accident is asked about on its day, with all that its record holds. So what is found is about
the world and its records; who asks, and which fields he leaves out, is for the log to tell.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from hindcast.model import bootstrap
from hindcast.monitor import drift, performance, watch
from hindcast.monitor.conditions import drifted_gain
from hindcast.monitor.reference import Reference

QUARTER = pl.col("ev_date").dt.truncate("3mo").alias("quarter")


def quarters(frame: pl.DataFrame, least_rows: int) -> Iterator[tuple[date, pl.DataFrame]]:
    """Yield each quarter's first day and rows, in order; quarters of few rows are left out."""
    parts = frame.sort("ev_date").group_by(QUARTER, maintain_order=True)
    for (day,), rows in parts:
        if rows.height >= least_rows:
            yield day, rows


def inputs(
    frame: pl.DataFrame, reference: Reference, *, is_learned: bool, score_rows: pl.DataFrame
) -> pl.DataFrame:
    """Return every test of every quarter.

    Parameters
    ----------
    frame
        Accidents with features.
    reference
        What training looked like.
    is_learned
        Whether the accidents are among the reference's: then each quarter is taken out of the
        reference that it is held against, so that it is not compared with itself.
    score_rows
        ``horizon, ev_date, probability`` of the same quarters, tested in the same family; may be
        empty.

    Returns
    -------
    polars.DataFrame
        ``quarter, is_learned`` and `hindcast.monitor.drift.SCHEMA`.
    """
    names = [one.name for one in reference.features]
    found = []
    for day, rows in quarters(frame, reference.limits.least_rows):
        now = watch.counted(rows, reference, names)
        before = np.array(reference.counts) - (now if is_learned else 0)
        own = drift.table(before, now, reference.features, what="input")
        family = pl.concat([own, *_scores(score_rows.filter(QUARTER.eq(pl.lit(day))), reference)])
        told = drift.discoveries(family, reference.limits)
        found.append(
            told.select(
                pl.lit(day).alias("quarter"), pl.lit(is_learned).alias("is_learned"), pl.all()
            )
        )
    return pl.concat(found)


def _scores(rows: pl.DataFrame, reference: Reference) -> Iterator[pl.DataFrame]:
    for (horizon,), own in rows.group_by("horizon", maintain_order=True):
        yield watch.of_scores(own, reference, horizon=horizon, what="score")


def spoken(found: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Return by quarter and horizon what drifted, and whether the monitor speaks of it.

    Returns
    -------
    polars.DataFrame
        ``quarter, is_learned, horizon, n, inputs_drifted, drifted_gain, input_drift, score_psi,
        score_psi_by_chance, score_drift``.
    """
    rows = [
        {"quarter": day, "is_learned": learned, "horizon": name} | _spoken(one, name, reference)
        for (day, learned), one in found.group_by("quarter", "is_learned", maintain_order=True)
        for name in reference.horizons
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _spoken(tests: pl.DataFrame, horizon: str, reference: Reference) -> dict[str, Any]:
    gain = reference.horizons[horizon].gain
    own = tests.filter(pl.col("what") == "input", pl.col("feature").is_in(list(gain)))
    share = drifted_gain(own, gain)
    score = tests.filter(pl.col("what") == "score", pl.col("horizon") == horizon)
    return {
        "n": int(own["n"][0]),
        "inputs_drifted": int(own["is_drifted"].sum()),
        "drifted_gain": round(share, 6),
        "input_drift": share >= reference.limits.drifted_gain,
        "score_psi": _first(score["psi"]),
        "score_psi_by_chance": _first(score["psi_by_chance"]),
        "score_drift": _first(score["is_drifted"]),
    }


def _first(values: pl.Series) -> Any:
    return None if values.is_empty() else values[0]


def worth(tested: pl.DataFrame, least_rows: int, *, rounds: int, seed: int) -> pl.DataFrame:
    """Return what the forecasts of each quarter were worth, once all outcomes are known.

    Parameters
    ----------
    tested
        ``horizon, ev_date, is_fatal, probability``.

    Returns
    -------
    polars.DataFrame
        ``quarter, horizon, n, n_fatal, roc_auc, roc_auc_lo, roc_auc_hi, brier, ece,
        ece_expected_by_chance, ratio, ratio_lo, ratio_hi, slope``.
    """
    rows = [
        {"quarter": day, "horizon": name}
        | _worth(performance.measured(own, rounds=rounds, seed=seed))
        for day, one in quarters(tested, least_rows)
        for (name,), own in one.group_by("horizon", maintain_order=True)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _worth(told: Mapping[str, Any]) -> dict[str, Any]:
    lo, hi = told["roc_auc_ci"] or (None, None)
    plain = ("n", "n_fatal", "roc_auc", "brier", "ece", "ece_expected_by_chance", "ratio")
    ends = {"roc_auc_lo": lo, "roc_auc_hi": hi}
    more = {name: told[name] for name in ("ratio_lo", "ratio_hi", "slope")}
    return {name: told[name] for name in plain} | ends | more


SIGNALS = ("drifted_gain", "score_psi")
LOSSES = ("auc_lost", "ratio_off", "ece")


def beside(
    spoken_rows: pl.DataFrame, worth_rows: pl.DataFrame, reference: Reference
) -> pl.DataFrame:
    """Return drift and loss of each quarter and horizon, side by side.

    ``auc_lost`` is training's ROC AUC minus the quarter's, ``ratio_off`` the absolute log of
    observed over foreseen deaths.
    """
    auc = {name: one.roc_auc for name, one in reference.horizons.items()}
    both = spoken_rows.join(worth_rows, on=["quarter", "horizon"], how="inner", validate="1:1")
    return both.with_columns(
        auc_lost=pl.col("horizon").replace_strict(auc, return_dtype=pl.Float64) - pl.col("roc_auc"),
        ratio_off=pl.col("ratio").log().abs(),
    )


def association(side: pl.DataFrame, *, rounds: int, seed: int) -> pl.DataFrame:
    """Return Spearman's rank correlation of each signal with each loss, over quarters.

    Ranks are taken within each horizon, so that a horizon that is harder does not count as drift;
    quarters are drawn anew for the interval, all horizons of a quarter together.

    Returns
    -------
    polars.DataFrame
        ``signal, loss, quarters, correlation, lo, hi``.
    """
    days = side["quarter"].unique().sort()
    generator = np.random.default_rng(seed)
    draws = generator.integers(len(days), size=(rounds, len(days)))
    rows = []
    for signal in SIGNALS:
        for loss in LOSSES:
            one, other = (_by_quarter(side, name, days) for name in (signal, loss))
            rounds_found = np.array([_correlation(one[at], other[at]) for at in draws])
            lo, hi = bootstrap.interval("spearman", 0.0, rounds_found) or (None, None)
            value = bootstrap.number(_correlation(one, other))
            told = {"signal": signal, "loss": loss, "quarters": len(days), "correlation": value}
            rows.append(told | {"lo": lo, "hi": hi})
    return pl.DataFrame(rows)


def _by_quarter(side: pl.DataFrame, name: str, days: pl.Series) -> np.ndarray:
    """Return ranks within each horizon, shape (quarters, horizons)."""
    ranked = side.select("quarter", "horizon", pl.col(name).rank().over("horizon"))
    wide = ranked.pivot("horizon", index="quarter", values=name).sort("quarter")
    return pl.DataFrame({"quarter": days}).join(wide, "quarter", "left").drop("quarter").to_numpy()


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean over horizons of the correlation of ranks; NaN where one is constant."""
    pairs = zip(one.T, other.T, strict=True)
    found = [np.corrcoef(a, b)[0, 1] for a, b in pairs if a.std() > 0 and b.std() > 0]
    return float(np.mean(found)) if found else float("nan")
