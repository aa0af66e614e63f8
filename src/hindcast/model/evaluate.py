"""Judge the models on the accidents after the training years: predictions in, metrics.json out.

Everything is said of P(fatal | an accident happened). The test part is looked at here and nowhere
else; what is chosen to fit data, thresholds and calibration, is chosen on validation.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import polars as pl

from hindcast.model import bootstrap, calibration, calls, chance, gains, groups, metrics
from hindcast.model import thresholds as choices
from hindcast.model.predictions import (
    HORIZONS,
    MODEL,
    EvaluationError,
    arrays,
    check,
    of,
    tested,
)

__all__ = [
    "BASELINES",
    "BESIDE",
    "ESTIMAND",
    "HORIZONS",
    "MODEL",
    "EvaluationError",
    "assemble",
    "check",
    "source_facts",
    "tested",
]

ESTIMAND = "P(fatal | an accident happened)"
BASELINES = ("majority", "logistic", "random_forest")
BESIDE = {"missing_only": "missing_only", "masked": "xgboost_masked"}
RANDOM_SPLIT = "xgboost_random_split"

Summary = Callable[[pl.DataFrame], dict[str, Any]]


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
    manifests: Mapping[str, Mapping[str, Any]] | None = None,
    calibrations: Mapping[str, Mapping[str, Any]] | None = None,
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
    manifests
        The bundles' manifests by horizon: ``thresholds`` and ``miss_cost``, where they are known,
        stand for those that would be chosen on the validation part.
    calibrations
        The bundles' calibrations by horizon; with them, and with a column ``margin`` (log odds
        before calibration) in the predictions, methods of calibration are compared.

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
            | _by_chance(rows, settings)
            | _at_best_threshold(rows, (thresholds or {}).get(horizon), settings)
            | _at_thresholds(
                rows, (manifests or {}).get(horizon, {}), (thresholds or {}).get(horizon), settings
            )
            | _calibration(rows, (calibrations or {}).get(horizon), settings)
            | _beside(rows, settings)
            | _by_kind(of(rows, MODEL), kinds, smallest=smallest_group, **settings)
        )
    return {
        "estimand": ESTIMAND,
        "source": dict(source),
        "population": {"steps": [list(step) for step in steps]},
        "split": dict(split),
        "bootstrap": settings | {"level": bootstrap.LEVEL, "by": "ev_id"},
        "fatal": fatal,
        "gains": gains.by_horizon(predictions, list(fatal), settings),
    }


def source_facts(inventory: Mapping[str, Any]) -> dict[str, Any]:
    """Return of data/interim/inventory.json what metrics.json says of the source."""
    kept = ("kind", "releases", "events", "first", "last", "simulated", "fingerprint")
    facts = {name: inventory[name] for name in kept}
    return facts | {"releases": [release["release"] for release in inventory["releases"]]}


def _rows(rows: pl.DataFrame, split: Mapping[str, Any]) -> dict[str, int]:
    test = of(rows, MODEL)
    return {
        "n_train": split["rows"]["train"],
        "n_validation": split["rows"]["validation"],
        "n_test": test.height,
        "n_test_fatal": int(test["is_fatal"].sum()),
    }


def _judged(rows: pl.DataFrame, settings: dict[str, int]) -> dict[str, Any]:
    """Return the model's metrics, and the accuracy of calling every accident what most are."""
    test = of(rows, MODEL)
    if test.is_empty():
        found = ", ".join(map(str, sorted(rows.select("model", "part").unique().rows())))
        raise EvaluationError(
            f"no test predictions of {MODEL} at horizon {rows['horizon'].first()!r}; found {found}"
        )
    share = float(test["is_fatal"].mean())
    return {"majority_accuracy": bootstrap.number(max(share, 1 - share))} | _summary(test, settings)


def _summary(rows: pl.DataFrame, settings: dict[str, int]) -> dict[str, Any]:
    judge = partial(metrics.all_of, *arrays(rows))
    return bootstrap.summary(judge, rows.height, **settings)


def _at_best_threshold(
    rows: pl.DataFrame, threshold: float | None, settings: dict[str, int]
) -> dict[str, Any]:
    """Return accuracy, F1, precision and recall at a threshold chosen on validation."""
    validation, test = of(rows, MODEL, "validation"), of(rows, MODEL)
    if threshold is None and validation["is_fatal"].any():
        threshold = metrics.best_f1_threshold(*arrays(validation))
    if threshold is None:
        return {"best_threshold": None, "f1_best_threshold": None}
    judge = partial(calls.calls, *arrays(test), threshold=threshold)
    judged = bootstrap.summary(judge, test.height, **settings)
    names = ("accuracy", "f1", "f1_weighted", "precision", "recall")
    kept = [name for name in names if judged[name] is not None]
    return {"best_threshold": bootstrap.number(threshold)} | {
        f"{name}_best_threshold{end}": judged[f"{name}{end}"]
        for name in kept
        for end in ("", "_ci")
    }


def _by_chance(rows: pl.DataFrame, settings: dict[str, int]) -> dict[str, Any]:
    """Return the calibration error that a forecast right in every probability would show."""
    return chance.ece_expected_by_chance(*arrays(of(rows, MODEL)), **settings)


def _at_thresholds(
    rows: pl.DataFrame,
    manifest: Mapping[str, Any],
    threshold: float | None,
    settings: dict[str, int],
) -> dict[str, Any]:
    """Return what calls are worth at one half and at each threshold chosen on validation."""
    validation = of(rows, MODEL, "validation")
    miss_cost = manifest.get("miss_cost", choices.MISS_COST)
    chosen = manifest.get("thresholds") or ({} if threshold is None else {"f1": threshold})
    if not chosen and validation["is_fatal"].any():
        chosen = choices.choose(*arrays(validation), miss_cost)
    judged = choices.judge(*arrays(of(rows, MODEL)), chosen, miss_cost=miss_cost, **settings)
    return {"miss_cost": miss_cost, "thresholds": judged}


def _calibration(
    rows: pl.DataFrame, used: Mapping[str, Any] | None, settings: dict[str, int]
) -> dict[str, Any]:
    margins = calibration.margins(rows)
    if margins is None or used is None:
        return {}
    return {"calibration": calibration.study(margins, used, **settings)}


def _beside(rows: pl.DataFrame, settings: dict[str, int]) -> dict[str, Any]:
    """Return the baselines, the random split and the models of what is missing; those there are."""
    baselines = {name: of(rows, name) for name in BASELINES}
    beside = {name: of(rows, model) for name, model in BESIDE.items()}
    beside["random_split"] = drawn = of(rows, RANDOM_SPLIT, "random_test")
    found = {"baselines": _summaries(baselines, settings)} | _summaries(beside, settings)
    shared = gains.on_shared_events(drawn, of(rows, MODEL), settings)
    return found | ({"random_split_on_shared_events": shared} if shared else {})


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
