"""How a model ages: trained to year Y, judged in Y+1 to Y+5; and so how often to train anew.

Years differ in how hard they are, so an old model is not compared with itself when it was young:
in each year the model of age k is compared with the one of age 1 on the same accidents.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import polars as pl

from hindcast.model import bootstrap
from hindcast.model.evidence import judge, level
from hindcast.model.evidence.bench import Bench, EvidenceError, Task

Forecasts = Mapping[int, pl.DataFrame]


def last_years(frame: pl.DataFrame, models: int) -> list[int]:
    """Return the years to train to: the last ``models`` that leave a later year to be judged in.

    At least two years of events must come before the last one, which is kept for stopping early.
    """
    first, last = frame["ev_date"].min().year, frame["ev_date"].max().year
    return list(range(max(first + 2, last - models), last))


def forecasts(bench: Bench, years: Sequence[int], reach: int) -> Forecasts:
    """Return, by the year trained to, the probabilities of the accidents of the years after it.

    The last year is kept for stopping early and calibration; the features that count the past go
    on counting, as they do in service.

    Parameters
    ----------
    bench
        The horizon's bench; its three parts together are divided anew.
    years
        Years trained to.
    reach
        How many later years each model is asked about.

    Returns
    -------
    dict of polars.DataFrame
        ``ev_id, is_fatal, probability, year, age`` (years since training), sorted by event.
    """
    frame = pl.concat([bench.train, bench.validation, bench.test]).sort("ev_date", "ev_id")
    tasks = {str(year): _task(bench, frame, year, reach) for year in years}
    made = bench.forecasts(tasks)
    return {
        year: tasks[str(year)]
        .test.select("ev_id", "is_fatal", pl.col("ev_date").dt.year().alias("year"))
        .with_columns(pl.Series("probability", made[str(year)]), age=pl.col("year") - year)
        for year in years
    }


def _task(bench: Bench, frame: pl.DataFrame, year: int, reach: int) -> Task:
    day = pl.col("ev_date")
    last, reached = (date(y, 12, 31) for y in (year, year + reach))
    return bench.task(
        train=frame.filter(day < date(year, 1, 1)),
        validation=frame.filter(day.is_between(date(year, 1, 1), last)),
        test=frame.filter(day.is_between(last, reached, closed="right")),
    )


@dataclass(frozen=True)
class Judge:
    """The rounds of the bootstrap, the seed, and below how many events a year has no figure."""

    rounds: int
    seed: int
    smallest: int


def fan(made: Forecasts, horizon: str, judge_by: Judge) -> pl.DataFrame:
    """Return each model's record in each later year.

    Returns
    -------
    polars.DataFrame
        ``horizon, trained_to, year, age, n, n_fatal``; ``roc_auc, average_precision, brier`` and
        ``ratio`` (observed / expected), each with ``_lo`` and ``_hi``. Years with fewer events than
        the smallest are left out.
    """
    rows = []
    for trained_to, events in made.items():
        for (year,), one in events.group_by("year", maintain_order=True):
            if one.height >= judge_by.smallest:
                head = {"horizon": horizon, "trained_to": trained_to, "year": year}
                rows.append(head | {"age": year - trained_to} | _record(one, judge_by))
    return pl.DataFrame(rows, infer_schema_length=None)


def _record(events: pl.DataFrame, judge_by: Judge) -> dict[str, float | int | None]:
    y, p = _arrays(events)
    told = {"n": len(y), "n_fatal": int(y.sum())}
    found = judge.table(y, {"": p}, rounds=judge_by.rounds, seed=judge_by.seed)
    for row in found.iter_rows(named=True):
        ends = {f"{row['metric']}_{end}": row[end] for end in ("lo", "hi")}
        told |= {row["metric"]: row["value"]} | ends
    return told | level.ratio(y, p)


def retrained(fan_rows: pl.DataFrame) -> pl.DataFrame:
    """Return the record by year of a model trained anew each year, from that of the whole fan."""
    return fan_rows.filter(pl.col("age") == 1)


def losses(made: Forecasts, horizon: str, judge_by: Judge) -> pl.DataFrame:
    """Return what a model of each age loses to one trained a year before, on the same accidents.

    For each age the years are taken in which there is a model of that age and one of age 1; the
    difference of a year is that on its accidents, and the years count alike.

    Returns
    -------
    polars.DataFrame
        ``horizon, age, years`` (how many), ``metric`` and ``difference, difference_lo,
        difference_hi`` (model of that age minus model of age 1).
    """
    by_age = {
        (age, year): one
        for events in made.values()
        for (age, year), one in events.group_by("age", "year", maintain_order=True)
        if one.height >= judge_by.smallest
    }
    rows = []
    for age in sorted({age for age, _ in by_age} - {1}):
        pairs = [
            (one, by_age[1, year])
            for (of, year), one in by_age.items()
            if of == age and (1, year) in by_age
        ]
        rows += [{"horizon": horizon, "age": age} | told for told in _mean_loss(pairs, judge_by)]
    if not rows:
        raise EvidenceError(
            f"{horizon}: no year has both a model of one year and an older one; found years "
            f"{sorted({year for _, year in by_age})}: set evidence.decay_models higher"
        )
    return pl.DataFrame(rows)


def _mean_loss(pairs: list[tuple[pl.DataFrame, pl.DataFrame]], judge_by: Judge):
    drawn = [_difference(old, young, judge_by, place) for place, (old, young) in enumerate(pairs)]
    for metric in judge.METRICS if drawn else ():
        values = np.mean([one[metric] for one in drawn], axis=0)
        yield {"years": len(pairs), "metric": metric} | judge.spread("difference", values)


def _difference(old: pl.DataFrame, young: pl.DataFrame, judge_by: Judge, place: int):
    """Return by metric old minus young: on the sample, then on each draw of the year's events."""
    old, young = (one.sort("ev_id") for one in (old, young))
    if not old["ev_id"].equals(young["ev_id"]):
        raise EvidenceError("models of two ages were asked about different accidents of a year")
    judges = [
        partial(judge.numbers, is_fatal=y, probability=p) for y, p in map(_arrays, (old, young))
    ]

    def both(weights: np.ndarray) -> dict[str, np.ndarray]:
        now, then = (one(weights) for one in judges)
        return {name: np.atleast_1d(now[name] - then[name]) for name in now}

    seed = judge_by.seed + place
    values = bootstrap.replicates(both, old.height, rounds=judge_by.rounds, seed=seed)
    return {name: np.r_[point, values[name]] for name, point in both(np.ones(old.height)).items()}


def _arrays(events: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return events["is_fatal"].to_numpy().astype(float), events["probability"].to_numpy()


def how_often(found: pl.DataFrame, metric: str = "roc_auc") -> int | None:
    """Return after how many years to train anew: the age before the loss is more than chance.

    The age before the first one at which the interval of the loss lies wholly on the wrong side
    of zero; None where no age does, within those looked at.

    Parameters
    ----------
    found
        One horizon's rows of `losses`.

    Examples
    --------
    >>> found = pl.DataFrame({
    ...     "age": [2, 3], "metric": ["roc_auc"] * 2,
    ...     "difference_lo": [-0.01, -0.02], "difference_hi": [0.004, -0.003],
    ... })
    >>> how_often(found)
    2
    """
    sure = pl.col("difference_lo") > 0 if metric == "brier" else pl.col("difference_hi") < 0
    worse = found.filter(pl.col("metric") == metric, sure)
    return None if worse.is_empty() else worse["age"].min() - 1
