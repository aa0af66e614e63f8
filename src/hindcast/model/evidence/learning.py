"""Would more records help? The score by the number of training events, and by how far back they go.

Validation and test stay the same. Events drawn at random over all years, and the same number of
recent ones, part what more events give from what fresher ones do.
"""

import logging
from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from hindcast.model.evidence.bench import Bench

log = logging.getLogger(__name__)


def by_size(bench: Bench, fractions: Sequence[float], draws: int) -> pl.DataFrame:
    """Return the score of models that learn from a random part of the training events.

    Parameters
    ----------
    bench
        The horizon's bench.
    fractions
        Parts of the training events, above 0 and up to 1.
    draws
        How many times each part below 1 is drawn, at consecutive seeds.

    Returns
    -------
    polars.DataFrame
        ``horizon, fraction, draw, n_train`` and the columns of `judge.table` but ``name``;
        differences are from all training events.
    """
    drawn = {
        f"{fraction}/{draw}": _part(bench.train, fraction, bench.seed + draw)
        for fraction in fractions
        for draw in range(draws if fraction < 1 else 1)
    }
    heads = pl.DataFrame(
        {
            "name": list(drawn),
            "fraction": [float(name.split("/")[0]) for name in drawn],
            "draw": [int(name.split("/")[1]) for name in drawn],
            "n_train": [rows.height for rows in drawn.values()],
        }
    )
    return _judged(bench, drawn, heads)


def by_years(bench: Bench, years: Sequence[int]) -> pl.DataFrame:
    """Return the score of models that learn from the last ``k`` years of the training part.

    Parameters
    ----------
    years
        Numbers of years; those longer than the training part are left out, and the log says so.

    Returns
    -------
    polars.DataFrame
        ``horizon, years, first, n_train`` and the columns of `judge.table` but ``name``.
    """
    last = bench.train["ev_date"].max()
    span = last.year - bench.train["ev_date"].min().year + 1
    kept = [k for k in years if k <= span]
    log.info("%s: %d of %d histories fit into %d years", bench.horizon, len(kept), len(years), span)
    starts = {str(k): _years_before(last, k) for k in kept}
    drawn = {k: bench.train.filter(pl.col("ev_date") > start) for k, start in starts.items()}
    heads = pl.DataFrame(
        {
            "name": list(drawn),
            "years": kept,
            "first": [rows["ev_date"].min() for rows in drawn.values()],
            "n_train": [rows.height for rows in drawn.values()],
        }
    )
    return _judged(bench, drawn, heads)


def _judged(bench: Bench, drawn: dict[str, pl.DataFrame], heads: pl.DataFrame) -> pl.DataFrame:
    """Fit on each part that is smaller than the whole; the whole is the reference."""
    whole = bench.train.height
    tasks = {k: bench.task(train=rows) for k, rows in drawn.items() if rows.height < whole}
    fitted = bench.forecasts(tasks)
    found = bench.judged({name: fitted.get(name, bench.reference) for name in drawn})
    joined = heads.join(found, on="name", how="inner", validate="1:m", maintain_order="left")
    return joined.select("horizon", pl.exclude("horizon", "name"))


def _part(train: pl.DataFrame, fraction: float, seed: int) -> pl.DataFrame:
    """Return a random part of the rows, in their order."""
    size = round(fraction * train.height)
    drawn = np.random.default_rng(seed).permutation(train.height)[:size]
    return train[np.sort(drawn)]


def _years_before(day: date, years: int) -> date:
    """Return the same day some years earlier.

    Examples
    --------
    >>> _years_before(date(2016, 2, 29), 1).isoformat()
    '2015-02-28'
    """
    earlier = pl.select(pl.lit(day).dt.offset_by(f"-{years}y"))
    return earlier.item()
