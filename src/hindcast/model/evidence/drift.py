"""How the model, its probabilities and what it is fed change from year to year."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import polars as pl

from hindcast.model import bootstrap, metrics, two_samples
from hindcast.model.evidence import judge, level

BINS = 10
OWN = "xgboost"
MISSING = "(missing)"
OTHER = "(other)"


def psi(reference: np.ndarray, now: np.ndarray) -> float:
    """Return the population stability index of two samples counted into the same bins.

    The sum over bins of (share now - share before) x ln(share now / share before), with half an
    event added to each bin so that an empty one does not make it infinite. By custom below 0.1 is
    stable and above 0.25 is another population; what chance alone gives depends on the counts, see
    `by_chance`.

    Parameters
    ----------
    reference, now
        Events in each bin, shape (bins,).

    Examples
    --------
    >>> psi(np.array([50, 50]), np.array([50, 50]))
    0.0
    >>> round(psi(np.array([500, 500]), np.array([200, 800])), 2)
    0.41
    """
    return float(two_samples.psi(reference, now))


def by_chance(reference: np.ndarray, now: np.ndarray) -> float:
    """Return the index that two draws from one population stay below in 95 of 100 cases.

    Without drift the index is about chi-square with ``bins - 1`` degrees of freedom, times
    ``1 / n + 1 / m``.

    Examples
    --------
    >>> round(by_chance(np.array([500, 500]), np.array([500, 500])), 4)
    0.0077
    """
    return float(two_samples.psi_by_chance(reference, now, 0.95))


def binned(values: pl.Series, reference: pl.Series, bins: int = BINS) -> pl.Series:
    """Return each value's bin as text: by the reference's quantiles, or its levels; missing apart.

    Missing is a bin of its own, because what is missing changes by release and is itself a drift.

    Examples
    --------
    >>> reference = pl.Series([1.0, 2.0, 3.0, 4.0])
    >>> binned(pl.Series([0.0, 9.0, None]), reference, bins=2).to_list()
    ['0', '1', '(missing)']
    """
    if not values.dtype.is_numeric():
        return _levels(values.cast(pl.String), reference.cast(pl.String))
    known = reference.drop_nulls().to_numpy()
    inner = np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1]) if len(known) else []
    at = np.searchsorted(np.unique(inner), values.fill_null(0).to_numpy(), side="right")
    named = pl.Series(values.name, at).cast(pl.String)
    return named.zip_with(values.is_not_null(), pl.Series([MISSING] * len(values)))


def _levels(values: pl.Series, reference: pl.Series) -> pl.Series:
    levels = reference.drop_nulls().unique()
    others = values.is_not_null() & ~values.is_in(levels.implode())
    return values.zip_with(~others, pl.Series([OTHER] * len(values))).fill_null(MISSING)


def stability(values: pl.Series, reference: pl.Series) -> dict[str, float]:
    """Return ``psi`` of ``values`` against a reference sample, and ``by_chance``."""
    now, before = (binned(sample, reference).value_counts() for sample in (values, reference))
    both = now.join(before, on=values.name, how="full", coalesce=True, validate="1:1")
    both = both.sort(values.name).fill_null(0)
    counts = [both[name].to_numpy() for name in ("count_right", "count")]
    return {
        "psi": bootstrap.number(psi(*counts)),
        "by_chance": bootstrap.number(by_chance(*counts)),
    }


def inputs(frame: pl.DataFrame, names: Sequence[str], horizon: str, smallest: int) -> pl.DataFrame:
    """Return how far each year's inputs lie from those of the validation part.

    The validation part is the newest that the model is made with: later years tell what has changed
    since, earlier ones how far back the training part is still like it.

    Parameters
    ----------
    frame
        Keys and features, one row an event.
    names
        Which features.
    smallest
        Years with fewer events are left out.

    Returns
    -------
    polars.DataFrame
        ``horizon, feature, year, part, n, psi, by_chance, missing_share``.
    """
    reference = frame.filter(pl.col("part") == "validation")
    rows = []
    for (year,), events in _years(frame):
        if events.height >= smallest:
            head = {"horizon": horizon, "year": year, "part": _parts(events), "n": events.height}
            for name in names:
                told = stability(events[name], reference[name])
                missing = bootstrap.number(events[name].is_null().mean())
                rows.append(head | {"feature": name} | told | {"missing_share": missing})
    columns = ("horizon", "feature", "year", "part", "n", "psi", "by_chance", "missing_share")
    return pl.DataFrame(rows).select(columns).sort("feature", "year")


def scores(
    predictions: pl.DataFrame, horizon: str, *, smallest: int, rounds: int, seed: int
) -> pl.DataFrame:
    """Return the study's model by year, over validation and test: performance, level, stability.

    Years of the training part are not here: of events it learned from, a model always does well.
    `decay.retrained` tells what a model would have done in those years.

    Parameters
    ----------
    predictions
        What the train stage wrote.
    smallest
        Years with fewer events get counts and no figures.

    Returns
    -------
    polars.DataFrame
        ``horizon, year, part, n, n_fatal``; ``roc_auc, average_precision, brier, ece, ratio``, each
        with ``_lo`` and ``_hi``; ``observed, expected``; ``psi`` of the probabilities against those
        of the validation part, and ``by_chance``. (Validation events are foreseen by boosters that
        did not learn from them.)
    """
    own = predictions.filter(pl.col("horizon") == horizon, pl.col("model") == OWN)
    own = own.filter(pl.col("part").is_in(["validation", "test"])).sort("ev_id")
    before = own.filter(pl.col("part") == "validation")["probability"]
    rows = []
    for (year,), events in _years(own):
        rows.append(head := {"horizon": horizon, "year": year} | _counts(events))
        if events.height >= smallest:
            head |= _performance(events, rounds, seed) | stability(events["probability"], before)
    return pl.DataFrame(rows, infer_schema_length=None)


def _performance(events: pl.DataFrame, rounds: int, seed: int) -> dict[str, float | None]:
    y, p = events["is_fatal"].to_numpy().astype(float), events["probability"].to_numpy()
    judged = bootstrap.summary(partial(_numbers, y, p), len(y), rounds=rounds, seed=seed)
    told = {}
    for name in (*judge.METRICS, "ece"):
        lo, hi = judged[f"{name}_ci"] or (None, None)
        told |= {name: judged[name], f"{name}_lo": lo, f"{name}_hi": hi}
    return told | level.ratio(y, p)


def _numbers(y: np.ndarray, p: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    return judge.numbers(weights, y, p) | {"ece": metrics.ece(y, p, weights)}


def _counts(events: pl.DataFrame) -> dict[str, str | int]:
    fatal = int(events["is_fatal"].sum())
    return {"part": _parts(events), "n": events.height, "n_fatal": fatal}


def _years(frame: pl.DataFrame):
    return frame.sort("ev_date", "ev_id").group_by(pl.col("ev_date").dt.year(), maintain_order=True)


def _parts(events: pl.DataFrame) -> str:
    return " and ".join(events["part"].unique(maintain_order=True))
