"""From what the stages before wrote to the table "what helped"."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl

from hindcast import params, paths
from hindcast.model import fit, material, tune
from hindcast.model.levers import aims, challengers, groups, judge, listed, stack
from hindcast.model.levers.lever import JUDGED, Bench, Lever, Margins
from hindcast.model.levers.pull import Pulled, pull

KNOWN = ("xgboost", "logistic", "random_forest")


def read(horizons: Sequence[str], n_boosters: int) -> dict[str, Bench]:
    """Return each horizon's bench: the train stage's rows and recipe, its baselines' log odds.

    Parameters
    ----------
    horizons
        Which horizons.
    n_boosters
        How many boosters a lever's model averages; fewer than the study's own, for time.

    Raises
    ------
    LeverError
        The features on disk have other parts than the split the train stage wrote.
    """
    told = params.load().train
    days = (told.train_until, told.validation_until, told.test_until, told.maturity_days)
    rows = material.read(*days, told.older_weight)
    recipe = fit.Recipe(
        seed=params.load().base.seed,
        min_level_events=told.min_level_events,
        n_boosters=n_boosters,
        max_rounds=told.max_rounds,
        early_stopping_rounds=told.early_stopping_rounds,
        jobs=1,
        calibration=told.calibration,
        booster=told.booster.model_dump(),
    )
    forecasts = pl.read_parquet(paths.processed("predictions.parquet"))
    return {horizon: bench(rows, horizon, recipe, forecasts) for horizon in horizons}


def bench(
    rows: material.Material, horizon: str, recipe: fit.Recipe, forecasts: pl.DataFrame
) -> Bench:
    """Return one horizon's bench; ``forecasts`` is what the train stage predicted."""
    features, parts = rows.parts(horizon)
    at = forecasts.filter(pl.col("horizon") == horizon)
    known = {name: _margins(rows.frame, at.filter(pl.col("model") == name)) for name in KNOWN}
    return Bench(horizon, features, parts, recipe, known)


def _margins(frame: pl.DataFrame, forecasts: pl.DataFrame) -> Margins:
    """Return a model's log odds of each part, in the frame's order of events."""
    keys = frame.select("ev_id", "part").filter(pl.col("part").is_in(JUDGED))
    told = forecasts.filter(pl.col("part").is_in(JUDGED)).select(
        "ev_id", "part", "probability", "margin"
    )
    joined = keys.join(
        told, on=["ev_id", "part"], how="left", validate="1:1", maintain_order="left"
    )
    if gaps := joined["probability"].null_count():
        raise groups.LeverError(
            f"{gaps} of {joined.height} events have no prediction of the train stage: features and "
            "predictions are of different runs; run the train stage again"
        )
    odds = pl.Series(stack.log_odds(joined["probability"].to_numpy()))
    joined = joined.with_columns(pl.col("margin").fill_null(odds))
    return {part: joined.filter(pl.col("part") == part)["margin"].to_numpy() for part in JUDGED}


def measure(
    benches: Mapping[str, Bench],
    *,
    without: Sequence[str],
    challenger: Mapping[str, Any],
    metric: str,
    bootstrap_rounds: int,
    seed: int,
    jobs: int,
    added: Sequence[Lever] = (),
) -> list[dict[str, Any]]:
    """Pull and judge every lever; return one row for each horizon and lever.

    Parameters
    ----------
    benches
        What each horizon starts from.
    without
        Names of levers to leave out.
    challenger
        ``rounds``, ``early_stopping_rounds`` and ``learning_rate`` of the other learners.
    metric
        Which gain on validation decides the verdict.
    bootstrap_rounds, seed
        Of the paired intervals.
    jobs
        How many fits and judgements at once.
    added
        Levers beside those of `hindcast.model.levers.listed`.
    """
    features = [entry for bench in benches.values() for entry in bench.features]
    declared = groups.read()
    present = groups.present(features, declared)
    budget = challengers.Budget(**challenger)
    train = params.load().train
    blanked = (train.blanked_rows, train.blanked_share)
    older = any((bench.parts["train"].weights() < 1).any() for bench in benches.values())
    levers = [*listed.levers(present, declared, budget, blanked, older=older), *added]
    check_names(without, [*(lever.name for lever in levers), *declared.told])
    done = pull(benches, [lever for lever in levers if lever.name not in without], jobs)
    settings = {"rounds": bootstrap_rounds, "seed": seed}
    return judged(done, benches, metric, settings, jobs)


def check_names(without: Sequence[str], known: Sequence[str]) -> None:
    """Refuse to leave out a lever that nobody knows: a slip of the pen would go unnoticed.

    Raises
    ------
    LeverError
        Names it, and those there are.

    Examples
    --------
    >>> check_names(["weigted"], ["base", "weighted"])
    Traceback (most recent call last):
    ...
    hindcast.model.levers.groups.LeverError: levers.without names weigted; there are base, weighted
    """
    if unknown := [name for name in without if name not in known]:
        there = ", ".join(dict.fromkeys(known))
        raise groups.LeverError(f"levers.without names {', '.join(unknown)}; there are {there}")


def judged(
    done: Sequence[Pulled],
    benches: Mapping[str, Bench],
    metric: str,
    settings: Mapping[str, int],
    jobs: int,
) -> list[dict[str, Any]]:
    """Return the rows of what was pulled, each judged against the row it stands against."""
    by_name = {(one.horizon, one.lever.name): one for one in done}

    def row(one: Pulled) -> dict[str, Any]:
        against = by_name[one.horizon, one.lever.against or one.lever.name]
        told = _told(one)
        if one.probabilities is None or against.probabilities is None:
            return told | {"verdict": judge.NOT_MEASURED, "reason": one.reason or against.reason}
        outcomes = {part: rows.is_fatal for part, rows in benches[one.horizon].parts.items()}
        parts = judge.judged(one.probabilities, against.probabilities, outcomes, **settings)
        said = judge.verdict(parts["validation"], metric) if one.lever.against else judge.REFERENCE
        return told | {"verdict": said} | parts

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(row, done))


def _told(one: Pulled) -> dict[str, Any]:
    lever = one.lever
    return {
        "horizon": one.horizon,
        "lever": lever.name,
        "kind": lever.kind,
        "what": lever.what,
        "against": lever.against or None,
    }


def told(
    rows: Sequence[Mapping[str, Any]], metric: str, *, bootstrap_rounds: int, seed: int
) -> dict[str, Any]:
    """Return all that the stage writes: rows, aims against what is reached, and the searches.

    Parameters
    ----------
    rows
        As `measure` returns them.
    metric
        Which gain decided the verdicts.
    bootstrap_rounds, seed
        Of the intervals.
    """
    forecasts = pl.read_parquet(paths.processed("predictions.parquet"))
    settings = {"rounds": bootstrap_rounds, "seed": seed}
    return {
        "metric": metric,
        "bootstrap": settings,
        "rows": list(rows),
        "aims": aims.compare(aims.read(), forecasts, **settings),
        "tuned": tune.committed(),
    }
