"""How often the sets of answers hold the truth: overall, for every kind of accident, by year."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from statsmodels.stats.proportion import proportion_confint

from hindcast.model import bootstrap
from hindcast.model.targets import chain, conformal, intervals
from hindcast.model.targets.forecast import MODEL, Forecast

YEAR, SEVERITY = "year", "severity"


def judge(
    own: Forecast,
    one_limit: Forecast,
    kinds: pl.DataFrame,
    sets: Mapping[str, Any],
    *,
    smallest: int,
    rounds: int,
    seed: int,
) -> dict[str, Any]:
    """Return coverage and size of the sets on the test part.

    Parameters
    ----------
    own, one_limit
        The model's forecasts with ``in_set``, by limits for kinds and by one limit for all.
    kinds
        ``ev_id`` and the columns `hindcast.model.targets.conformal.BY`.
    sets
        The limits.
    smallest
        Below how many test accidents a kind has a count and no figures.
    rounds, seed
        Of the bootstrap by event, for the figures of all accidents. Those of kinds have Wilson
        intervals, which hold for few accidents and shares near one.
    """
    settings = {"rounds": rounds, "seed": seed}
    rows, plain = held(own, kinds), held(one_limit, kinds)
    return (
        {"promised": sets["coverage"], "score": sets["score"], "n_calibration": sets["n"]}
        | _all(rows, settings)
        | {"sizes": _sizes(rows), "by_group": by_group(rows, sets["coverage"], smallest)}
        | {
            "one_limit": _all(plain, settings)
            | {"by_group": by_group(plain, sets["coverage"], smallest)}
        }
    )


def _all(rows: pl.DataFrame, settings: Mapping[str, int]) -> dict[str, Any]:
    """Return the figures of all test accidents, and how often a set of one answer is right."""
    covered, size = rows["covered"].to_numpy().astype(float), rows["size"].to_numpy()
    alone = rows.filter(pl.col("size") == 1)

    def summed(weights: np.ndarray) -> dict[str, np.ndarray]:
        n = weights.sum(axis=-1)
        return {
            "coverage": weights @ covered / n,
            "mean_size": weights @ size / n,
            "single": weights @ (size == 1) / n,
        }

    right = share(int(alone["covered"].sum()), alone.height)
    return (
        {"n_test": rows.height}
        | intervals.summary(summed, rows.height, **settings)
        | {"single_right": right["share"], "single_right_ci": right["share_ci"]}
    )


def held(own: Forecast, kinds: pl.DataFrame) -> pl.DataFrame:
    """Return each test accident's set: ``covered, size``, and the kinds it is of.

    Raises
    ------
    ValueError
        The forecasts have no sets.
    """
    tested = own.part("test")
    if tested.in_set is None:
        raise ValueError(
            f"the forecasts of {own.model!r} have no sets; expected those of {MODEL!r}"
        )
    rows = np.arange(tested.events.height)
    happened = np.array(chain.CLASSES)[tested.outcome]
    classes = pl.Series(SEVERITY, happened, dtype=pl.Enum(chain.CLASSES))
    frame = tested.events.select("ev_id", pl.col("ev_date").dt.year().cast(pl.String).alias(YEAR))
    return frame.join(
        kinds, on="ev_id", how="left", validate="1:1", maintain_order="left"
    ).with_columns(
        pl.col(conformal.BY).cast(pl.String).fill_null(conformal.NOT_RECORDED),
        classes,
        pl.Series("covered", tested.in_set[rows, tested.outcome]),
        pl.Series("size", tested.in_set.sum(axis=1)),
    )


def _sizes(rows: pl.DataFrame) -> dict[str, int]:
    return {str(n): int((rows["size"] == n).sum()) for n in range(1, len(chain.CLASSES) + 1)}


def by_group(rows: pl.DataFrame, promised: float, smallest: int) -> list[dict[str, Any]]:
    """Return coverage with its 95% Wilson interval, and mean size, for every kind of accident.

    ``holds`` says whether the promise lies within the interval or below it.

    Parameters
    ----------
    rows
        As `held` returns them.
    promised
        Coverage promised.
    smallest
        Smaller kinds have a count and no figures.
    """
    found = []
    for by in (*conformal.BY, YEAR, SEVERITY):
        for (group,), part in rows.sort(by).group_by(by, maintain_order=True):
            head = {"by": by, "group": group, "n": part.height}
            found.append(head | _group(part, promised, smallest))
    return found


def _group(part: pl.DataFrame, promised: float, smallest: int) -> dict[str, Any]:
    if part.height < smallest:
        return {"undefined": {"all": f"fewer than {smallest} events"}}
    of = share(int(part["covered"].sum()), part.height)
    return {
        "coverage": of["share"],
        "coverage_ci": of["share_ci"],
        "holds": of["share_ci"][1] >= promised,
        "mean_size": bootstrap.number(part["size"].mean()),
        "single": bootstrap.number((part["size"] == 1).mean()),
    }


def share(n: int, of: int) -> dict[str, Any]:
    """Return a share with its 95% Wilson interval; ``None`` of nothing.

    Examples
    --------
    >>> share(9, 10)
    {'n': 10, 'share': 0.9, 'share_ci': [0.59585, 0.982124]}
    """
    if not of:
        return {"n": 0, "share": None, "share_ci": None}
    lo, hi = proportion_confint(n, of, method="wilson")
    return {
        "n": of,
        "share": bootstrap.number(n / of),
        "share_ci": [bootstrap.number(lo), bootstrap.number(hi)],
    }
