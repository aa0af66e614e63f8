"""Judge the models on the accidents after the training years: predictions in, metrics.json out.

Everything is said of P(fatal | an accident happened). The test part is looked at here and nowhere
else; the one thing chosen to fit data, the threshold with the best F1, is chosen on validation.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from hindcast.errors import HindcastError
from hindcast.model import bootstrap, calls, groups, metrics

ESTIMAND = "P(fatal | an accident happened)"
HORIZONS = ("dispatch", "event", "scene", "investigation")
MODEL = "xgboost"
BASELINES = ("majority", "logistic", "random_forest")
BESIDE = {"missing_only": "missing_only", "masked": "xgboost_masked"}
RANDOM_SPLIT = "xgboost_random_split"
COLUMNS = ("ev_id", "ev_date", "part", "is_fatal", "horizon", "model", "probability")

Summary = Callable[[pl.DataFrame], dict[str, Any]]


class EvaluationError(HindcastError, ValueError):
    """The predictions cannot be judged; the message says what is wrong and where they come from."""


def assemble(
    predictions: pl.DataFrame,
    source: Mapping[str, Any],
    steps: Sequence[Sequence[Any]],
    split: Mapping[str, Any],
    n_features: Mapping[str, int],
    *,
    rounds: int,
    seed: int,
    kinds: pl.DataFrame | None = None,
    smallest_group: int = 100,
    thresholds: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Return what reports/metrics.json holds; nothing is read or written here.

    Parameters
    ----------
    predictions
        ``ev_id, ev_date, part, is_fatal, horizon, model, probability``, one row for each event,
        horizon, model and part.
    source
        Facts of the source, as `source_facts` returns them.
    steps
        ``[name, rows]`` for each step from all events to the study population.
    split
        The days that divide and ``rows``, the number of events in each part.
    n_features
        Number of features of each horizon's model.
    rounds, seed
        Of the bootstrap by event.
    kinds
        ``ev_id`` and a String column for each way to group accidents; no groups when not given.
    smallest_group
        Below how many events a group gets no figures.
    thresholds
        For each horizon, from which probability on to call fatal; where it is not given, the
        threshold with the best F1 on the validation part, if the predictions have one.

    Raises
    ------
    EvaluationError
        A column is missing, a probability is missing or outside 0 to 1, an event comes twice, or
        no test prediction of the model is there.
    """
    check(predictions)
    settings = {"rounds": rounds, "seed": seed}
    fatal: dict[str, Any] = {}
    for horizon in (h for h in HORIZONS if h in n_features):
        rows = predictions.filter(pl.col("horizon") == horizon)
        fatal[horizon] = (
            {"n_features": n_features[horizon]}
            | _rows(rows, split)
            | _judged(rows, settings)
            | _at_best_threshold(rows, (thresholds or {}).get(horizon), settings)
            | _beside(rows, settings)
            | _by_kind(_of(rows, MODEL), kinds, smallest=smallest_group, **settings)
        )
    return {
        "estimand": ESTIMAND,
        "source": dict(source),
        "population": {"steps": [list(step) for step in steps]},
        "split": dict(split),
        "bootstrap": settings | {"level": bootstrap.LEVEL, "by": "ev_id"},
        "fatal": fatal,
        "gains": _gains(predictions, list(fatal), settings),
    }


def source_facts(inventory: Mapping[str, Any]) -> dict[str, Any]:
    """Return of data/interim/inventory.json what metrics.json says of the source."""
    kept = ("kind", "releases", "events", "first", "last", "simulated", "fingerprint")
    facts = {name: inventory[name] for name in kept}
    return facts | {"releases": [release["release"] for release in inventory["releases"]]}


def check(predictions: pl.DataFrame) -> None:
    """Refuse predictions that would give a number that means something else.

    Raises
    ------
    EvaluationError
        See `assemble`.
    """
    if absent := [name for name in COLUMNS if name not in predictions.columns]:
        raise EvaluationError(
            f"the predictions lack {', '.join(absent)}; they have {', '.join(predictions.columns)}"
        )
    wrong = predictions.filter(
        pl.any_horizontal(pl.col(*COLUMNS).is_null())
        | ~pl.col("probability").is_between(0, 1)
        | pl.col("probability").is_nan()
    )
    if wrong.height:
        models = ", ".join(sorted(wrong["model"].drop_nulls().unique()))
        raise EvaluationError(
            f"{wrong.height} of {predictions.height} predictions (models {models}) have a missing "
            "value or a probability outside 0 to 1: run the train stage again"
        )
    if repeated := predictions.select("ev_id", "horizon", "model", "part").is_duplicated().sum():
        raise EvaluationError(
            f"{repeated} predictions repeat an event within a horizon, model and part; expected "
            "one row an event, because the bootstrap draws events by drawing rows"
        )


def tested(predictions: pl.DataFrame, horizon: str, model: str = MODEL) -> pl.DataFrame:
    """Return a model's test predictions at one horizon, sorted by event."""
    return _of(predictions.filter(pl.col("horizon") == horizon), model)


def _of(rows: pl.DataFrame, model: str, part: str = "test") -> pl.DataFrame:
    """Return a model's rows of one part, in an order that depends on the events alone."""
    chosen = rows.filter(pl.col("model") == model, pl.col("part") == part)
    return chosen.sort("ev_id")


def _arrays(rows: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return rows["is_fatal"].to_numpy().astype(float), rows["probability"].to_numpy()


def _rows(rows: pl.DataFrame, split: Mapping[str, Any]) -> dict[str, int]:
    test = _of(rows, MODEL)
    return {
        "n_train": split["rows"]["train"],
        "n_validation": split["rows"]["validation"],
        "n_test": test.height,
        "n_test_fatal": int(test["is_fatal"].sum()),
    }


def _judged(rows: pl.DataFrame, settings: dict[str, int]) -> dict[str, Any]:
    """Return the model's metrics, and the accuracy of calling every accident what most are."""
    test = _of(rows, MODEL)
    if test.is_empty():
        found = ", ".join(map(str, sorted(rows.select("model", "part").unique().rows())))
        raise EvaluationError(
            f"no test predictions of {MODEL} at horizon {rows['horizon'].first()!r}; found {found}"
        )
    share = float(test["is_fatal"].mean())
    return {"majority_accuracy": bootstrap.number(max(share, 1 - share))} | _summary(test, settings)


def _summary(rows: pl.DataFrame, settings: dict[str, int]) -> dict[str, Any]:
    judge = partial(metrics.all_of, *_arrays(rows))
    return bootstrap.summary(judge, rows.height, **settings)


def _at_best_threshold(
    rows: pl.DataFrame, threshold: float | None, settings: dict[str, int]
) -> dict[str, Any]:
    """Return accuracy, F1, precision and recall at a threshold chosen on validation."""
    validation, test = _of(rows, MODEL, "validation"), _of(rows, MODEL)
    if threshold is None and validation["is_fatal"].any():
        threshold = metrics.best_f1_threshold(*_arrays(validation))
    if threshold is None:
        return {"best_threshold": None, "f1_best_threshold": None}
    judge = partial(calls.calls, *_arrays(test), threshold=threshold)
    judged = bootstrap.summary(judge, test.height, **settings)
    kept = [name for name in ("accuracy", "f1", "precision", "recall") if judged[name] is not None]
    return {"best_threshold": bootstrap.number(threshold)} | {
        f"{name}_best_threshold{end}": judged[f"{name}{end}"]
        for name in kept
        for end in ("", "_ci")
    }


def _beside(rows: pl.DataFrame, settings: dict[str, int]) -> dict[str, Any]:
    """Return the baselines, the random split and the models of what is missing; those there are."""
    baselines = {name: _of(rows, name) for name in BASELINES}
    beside = {name: _of(rows, model) for name, model in BESIDE.items()}
    beside["random_split"] = drawn = _of(rows, RANDOM_SPLIT, "random_test")
    found = {"baselines": _summaries(baselines, settings)} | _summaries(beside, settings)
    shared = _shared(drawn, _of(rows, MODEL), settings)
    return found | ({"random_split_on_shared_events": shared} if shared else {})


def _shared(drawn: pl.DataFrame, test: pl.DataFrame, settings: dict[str, int]) -> dict[str, Any]:
    """Return what the random split gains on the events that both test parts have.

    The two test parts are different accidents of different years; on the shared ones alone, a
    difference is the split's doing.
    """
    by_chance = drawn.join(test.select("ev_id"), on="ev_id", how="semi").sort("ev_id")
    by_time = test.join(drawn.select("ev_id"), on="ev_id", how="semi").sort("ev_id")
    if by_chance.is_empty():
        return {}
    return {"n_test": by_time.height} | _gain(by_chance, by_time, settings)


def _summaries(of: Mapping[str, pl.DataFrame], settings: dict[str, int]) -> dict[str, Any]:
    return {
        name: {"n_test": rows.height} | _summary(rows, settings)
        for name, rows in of.items()
        if rows.height
    }


def _by_kind(test: pl.DataFrame, kinds: pl.DataFrame | None, **settings: int) -> dict[str, Any]:
    by_year = groups.by_year(test, **settings)
    by_group = [] if kinds is None else groups.by_group(test, kinds, **settings)
    return {"by_year": by_year, "by_group": by_group}


def _gains(
    predictions: pl.DataFrame, horizons: list[str], settings: dict[str, int]
) -> list[dict[str, Any]]:
    """Return how much each horizon adds to the one before, on the same events and draws.

    What the two forecasts share cancels in each draw: the interval of the difference is narrower,
    and truer, than what one would read off two separate intervals.
    """
    test = {h: tested(predictions, h) for h in horizons}
    return [
        {"horizon": later, "over": earlier} | _gain(test[later], test[earlier], settings)
        for earlier, later in pairwise(horizons)
    ]


def _gain(later: pl.DataFrame, earlier: pl.DataFrame, settings: dict[str, int]) -> dict[str, Any]:
    if not later["ev_id"].equals(earlier["ev_id"]):
        raise EvaluationError(
            f"horizons {later['horizon'][0]!r} and {earlier['horizon'][0]!r} are tested on "
            "different events: run the train stage again, for all horizons"
        )

    def judge(weights: np.ndarray) -> dict[str, np.ndarray]:
        now, before = (metrics.ranked(*_arrays(rows), weights) for rows in (later, earlier))
        return {name: now[name] - before[name] for name in now}

    return bootstrap.summary(judge, later.height, **settings)
