"""Results as tables: what metrics.json says, in the order in which a reader asks."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from hindcast.model.evaluate import BASELINES, MODEL

LADDER = ("roc_auc", "average_precision", "accuracy", "f1", "brier", "ece", "log_loss")
BESIDE = ("random_split", "masked", "missing_only")
NAMES = {
    MODEL: "XGBoost",
    "majority": "majority class",
    "logistic": "logistic regression",
    "random_forest": "random forest",
    "random_split": "XGBoost, random split",
    "masked": "XGBoost, missingness masked",
    "missing_only": "XGBoost, missing flags alone",
}

PURPOSES = {
    "half": "one half",
    "f1": "best F1 of fatal",
    "recall_90": "nine deaths in ten found",
    "cost": "least cost",
    "accuracy": "most right calls",
}

Metrics = Mapping[str, Any]


def ladder(metrics: Metrics) -> pl.DataFrame:
    """Return each horizon's figures, with the accuracy of always saying "nobody dies" beside.

    Parameters
    ----------
    metrics
        What `hindcast.model.evaluate.assemble` returned.
    """
    first = ("n_features", "n_test", "majority_accuracy")
    return pl.DataFrame(
        [
            {"horizon": horizon} | {name: of[name] for name in (*first, *LADDER)}
            for horizon, of in metrics["fatal"].items()
        ]
    )


def long(metrics: Metrics) -> pl.DataFrame:
    """Return every figure of every model: ``horizon, model, metric, value, lo, hi``."""
    return pl.DataFrame(
        [
            {"horizon": horizon, "model": model, "metric": name} | _value(figures, name)
            for horizon, of in metrics["fatal"].items()
            for model, figures in _models(of)
            for name in LADDER
        ],
        schema_overrides={"value": pl.Float64, "lo": pl.Float64, "hi": pl.Float64},
    )


def _models(of: Metrics) -> list[tuple[str, Metrics]]:
    baselines = [(name, of["baselines"][name]) for name in BASELINES if name in of["baselines"]]
    return [(MODEL, of), *baselines, *((name, of[name]) for name in BESIDE if name in of)]


def _value(figures: Metrics, name: str) -> dict[str, float | None]:
    lo, hi = figures[f"{name}_ci"] or (None, None)
    return {"value": figures[name], "lo": lo, "hi": hi}


def beside(metrics: Metrics, metric: str = "roc_auc") -> pl.DataFrame:
    """Return one metric of all models, a row a model and a column a horizon, with intervals."""
    chosen = long(metrics).filter(pl.col("metric") == metric).with_columns(_told())
    named = chosen.with_columns(pl.col("model").replace(NAMES))
    return named.pivot("horizon", index="model", values="told")


def _told() -> pl.Expr:
    numbers = [pl.col(name).round(3).cast(pl.String) for name in ("value", "lo", "hi")]
    with_interval = pl.format("{} ({} to {})", *numbers)
    return pl.coalesce(with_interval, numbers[0], pl.lit("undefined")).alias("told")


def gains(metrics: Metrics) -> pl.DataFrame:
    """Return what each horizon adds to the one before, in ROC AUC and average precision."""
    rows = []
    for gain in metrics["gains"]:
        for name in ("roc_auc", "average_precision"):
            head = {"horizon": gain["horizon"], "over": gain["over"], "metric": name}
            rows.append(head | _value(gain, name))
    return pl.DataFrame(rows)


def shared(metrics: Metrics) -> pl.DataFrame:
    """Return what a random split gains over the split by time on the events both are tested on."""
    rows = []
    for horizon, of in metrics["fatal"].items():
        if gain := of.get("random_split_on_shared_events"):
            for name in ("roc_auc", "average_precision"):
                head = {"horizon": horizon, "accidents": gain["n_test"], "metric": name}
                rows.append(head | _value(gain, name))
    return pl.DataFrame(rows)


def choices(metrics: Metrics) -> pl.DataFrame:
    """Return what calls are worth at one half and at each threshold chosen on validation.

    Per 100 accidents: alarms, deaths missed, and the cost in false alarms, a missed death costing
    ``miss_cost`` of them.
    """
    names = ("threshold", "recall", "precision", "f1", "f1_weighted", "accuracy")
    burden = ("alarms_per_100", "missed_per_100", "cost_per_100")
    return pl.DataFrame(
        [
            {"horizon": horizon, "chosen_for": PURPOSES[purpose]}
            | {name: judged[name] for name in (*names, *burden)}
            for horizon, of in metrics["fatal"].items()
            for purpose, judged in of["thresholds"].items()
        ],
        infer_schema_length=None,
    )


def calibration(metrics: Metrics) -> pl.DataFrame:
    """Return each horizon's calibration error beside what chance alone would give.

    ``lo`` to ``hi`` holds 95% of what a forecast right in every probability would show, and
    ``chance_share`` is how often it would show at least the error that was found.
    """
    return pl.DataFrame([_error(of) | {"horizon": h} for h, of in metrics["fatal"].items()]).select(
        "horizon", pl.exclude("horizon")
    )


def calibrations(metrics: Metrics) -> pl.DataFrame:
    """Return the same for every method, with log loss and Brier score; nothing without margins."""
    return pl.DataFrame(
        [
            {"horizon": horizon, "method": found["method"]}
            | {"in_use": found["method"] == of["calibration"]["method"]}
            | _error(found)
            | {name: found[name] for name in ("log_loss", "brier")}
            for horizon, of in metrics["fatal"].items()
            for found in of.get("calibration", {}).get("by_method", [])
        ]
    )


def calibration_years(metrics: Metrics, horizon: str) -> pl.DataFrame:
    """Return the calibration error of each test year, as `calibration` returns it."""
    years = metrics["fatal"][horizon]["by_year"]
    return pl.DataFrame(
        [{"year": of["group"], "n": of["n"]} | _error(of) for of in years if "ece" in of]
    )


def _error(of: Metrics) -> dict[str, float | None]:
    lo, hi = of["ece_expected_by_chance_ci"] or (None, None)
    known = {"ece": of["ece"], "by_chance": of["ece_expected_by_chance"], "lo": lo, "hi": hi}
    return known | {"chance_share": of["ece_chance_share"]}


def years(metrics: Metrics, horizon: str) -> pl.DataFrame:
    """Return the record by year: counts, fatal share, mean forecast, ROC AUC and Brier score."""
    return _kinds(metrics["fatal"][horizon]["by_year"])


def kinds(metrics: Metrics, horizon: str) -> pl.DataFrame:
    """Return the record by kind of accident, in the columns of `years` with ``by`` and ``group``.

    Kinds with fewer events than ``evaluate.smallest_group`` have a count and no figures.
    """
    return _kinds(metrics["fatal"][horizon]["by_group"])


def _kinds(records: list[dict[str, Any]]) -> pl.DataFrame:
    rows = []
    for record in records:
        row = {name: record[name] for name in ("by", "group", "n", "n_fatal")}
        for name in ("fatal_share", "mean_probability", "roc_auc", "brier"):
            row[name] = record.get(name)
            row[f"{name}_lo"], row[f"{name}_hi"] = record.get(f"{name}_ci") or (None, None)
        rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None)
