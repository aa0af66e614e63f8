"""The further targets as tables: what targets.json says, in the order in which a reader asks."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from hindcast.model.targets import coverage, limits, ordinal, severity
from hindcast.model.targets.forecast import MODEL, Forecast
from hindcast.model.targets.severity import Sets, Severity
from hindcast.model.targets.train import Trained

Found = Mapping[str, Any]
NAMES = {
    MODEL: "model",
    "softmax": "three classes at once",
    "logistic": "logistic regression",
    "majority": "share of each class",
    "prior": "share of all accidents",
    "phase": "share of the phase of flight",
}
LADDER = ("accuracy", "f1_macro", "f1_weighted", "quadratic_kappa", "rps", "log_loss")
BY_CLASS = ("roc_auc", "average_precision", "brier", "ece")


def population(found: Found) -> pl.DataFrame:
    """Return how many events of train, validation and test have a known outcome, by target."""
    return pl.DataFrame(
        [
            {"target": target, "events": steps[0][1], "known": steps[-1][1]}
            for target, steps in found["population"].items()
        ]
    ).with_columns((pl.col("events") - pl.col("known")).alias("left_out"))


def ladder(found: Found) -> pl.DataFrame:
    """Return the figures of four classes together by horizon and model, test part."""
    rows = []
    for horizon, of in found["severity"].items():
        for model, figures in ({MODEL: of} | of["beside"]).items():
            rows.append({"horizon": horizon, "model": model} | {n: figures[n] for n in LADDER})
    return pl.DataFrame(rows).with_columns(pl.col("model").replace(NAMES))


def long(found: Found, metric: str) -> pl.DataFrame:
    """Return one figure of four classes: ``horizon, model, value, lo, hi``."""
    return pl.DataFrame(
        [
            {"horizon": horizon, "model": model} | _value(figures, metric)
            for horizon, of in found["severity"].items()
            for model, figures in ({MODEL: of} | of["beside"]).items()
        ]
    )


def by_class(found: Found, horizon: str) -> pl.DataFrame:
    """Return each class's own figures at one horizon."""
    of = found["severity"][horizon]["by_class"]
    return pl.DataFrame(
        [
            {"class": name, "accidents": one["n"]} | {n: one[n] for n in BY_CLASS}
            for name, one in of.items()
        ]
    )


def on_validation(trained: Trained) -> pl.DataFrame:
    """Return log loss on validation, where ways to answer are chosen, by model and horizon."""
    rows = []
    for horizon, one in trained.of("severity").items():
        for made in one.forecasts:
            part = made.part("validation")
            judged = ordinal.overall(np.ones(part.events.height), part.outcome, part.probability)
            head = {"horizon": horizon, "model": NAMES[made.model]}
            rows.append(head | {"log_loss": float(judged["log_loss"])})
    return pl.DataFrame(rows).pivot("horizon", index="model", values="log_loss")


def causes(found: Found) -> pl.DataFrame:
    """Return micro and macro average precision by horizon and model, with intervals."""
    rows = []
    for horizon, of in found["causes"].items():
        for model, figures in ({MODEL: of} | of["beside"]).items():
            told = {
                name: _told(_value(figures, f"{name}_average_precision"))
                for name in ("micro", "macro")
            }
            rows.append({"horizon": horizon, "model": NAMES[model]} | told)
    return pl.DataFrame(rows)


def families(found: Found, horizon: str) -> pl.DataFrame:
    """Return each family's average precision beside that of the baselines, best first."""
    of = found["causes"][horizon]["families"]
    rows = [
        {"family": name, "n": one["n"], "phase": one["phase"], "prior": one["prior"]}
        | _value(one, "average_precision")
        for name, one in of.items()
    ]
    return pl.DataFrame(rows).sort("value", descending=True, nulls_last=True)


def damage(found: Found, horizon: str = "event") -> pl.DataFrame:
    """Return the figures of destroyed or not, the model's with intervals, beside its baselines."""
    of = found["damage"][horizon]
    named = ("roc_auc", "average_precision", "brier", "ece", "f1", "accuracy")
    return pl.DataFrame(
        [
            {"model": NAMES[model]} | {name: _told(_value(figures, name)) for name in named}
            for model, figures in ({MODEL: of} | of["beside"]).items()
        ]
    )


def destroyed_by_year(found: Found, horizon: str = "event") -> pl.DataFrame:
    """Return each year's coded share with its interval, and the mean forecast of test years."""
    return pl.DataFrame(
        [
            {"year": row["year"], "n": row["n"], "mean_probability": row["mean_probability"]}
            | _value(row, "share")
            for row in found["damage"][horizon]["by_year"]
        ],
        infer_schema_length=None,
    )


def sets(found: Found) -> pl.DataFrame:
    """Return coverage, mean size and share of single answers by horizon, with intervals."""
    named = ("coverage", "mean_size", "single", "single_right")
    return pl.DataFrame(
        [
            {"horizon": horizon} | {name: _told(_value(of, name)) for name in named}
            for horizon, of in found["conformal"].items()
        ]
    )


def sizes(found: Found) -> pl.DataFrame:
    """Return the share of sets of each size: ``horizon, size, share``."""
    return pl.DataFrame(
        [
            {"horizon": horizon, "size": int(size), "share": n / of["n_test"]}
            for horizon, of in found["conformal"].items()
            for size, n in of["sizes"].items()
        ]
    )


def covered(found: Found, horizon: str) -> pl.DataFrame:
    """Return coverage by kind of accident, by limits for kinds and by one limit for all.

    Returns
    -------
    polars.DataFrame
        ``limits, by, group, n, value, lo, hi, mean_size``; kinds with too few accidents are left
        out.
    """
    of = found["conformal"][horizon]
    return pl.DataFrame(
        [
            {"limits": name, "by": row["by"], "group": row["group"], "n": row["n"]}
            | _value(row, "coverage")
            | {"mean_size": row["mean_size"]}
            for name, rows in (("kinds", of["by_group"]), ("one", of["one_limit"]["by_group"]))
            for row in rows
            if "coverage" in row
        ]
    )


def by_year(found: Found) -> pl.DataFrame:
    """Return the coverage of each test year at every horizon: ``horizon, group, value, lo, hi``."""
    parts = [
        covered(found, horizon)
        .filter(pl.col("limits") == "kinds", pl.col("by") == coverage.YEAR)
        .select(pl.lit(horizon).alias("horizon"), "group", "n", "value", "lo", "hi")
        for horizon in found["conformal"]
    ]
    return pl.concat(parts)


def missed(found: Found) -> pl.DataFrame:
    """Return the kinds whose interval lies under the promise, at any horizon."""
    rows = [
        {"horizon": horizon, "by": row["by"], "group": row["group"], "accidents": row["n"]}
        | {"coverage": _told(_value(row, "coverage"))}
        for horizon, of in found["conformal"].items()
        for row in of["by_group"]
        if row.get("holds") is False and row["by"] != coverage.SEVERITY
    ]
    columns = ("horizon", "by", "group", "accidents", "coverage")
    return pl.DataFrame(rows, schema=None if rows else dict.fromkeys(columns, pl.String))


def choices(one: Severity, frame: pl.DataFrame, chosen: Sets) -> pl.DataFrame:
    """Return how choices of score and slack do on the validation part, see `limits.compare`.

    Parameters
    ----------
    one
        A horizon's severity.
    frame
        The study's events.
    chosen
        What params.yaml sets; its coverage and least number of accidents hold for all choices.
    """
    asked = {"one limit": ("lac", severity.ONE_LIMIT), "chosen": (chosen.score, chosen.slack)}
    asked |= {f"lac, slack {slack}": ("lac", slack) for slack in (0.0, 0.5, 1.0)}
    asked |= {
        f"{score}, slack {chosen.slack}": (score, chosen.slack) for score in ("aps", "ordinal")
    }
    own: Forecast = one.forecasts[0]
    at = own.events["part"].to_numpy() == "validation"
    return limits.compare(
        own.probability[at],
        own.outcome[at],
        own.events.filter(at).join(frame, on="ev_id", how="left", validate="1:1"),
        coverage=chosen.coverage,
        least=chosen.least,
        settings={name: {"score": s, "slack": slack} for name, (s, slack) in asked.items()},
    )


def _value(figures: Found, name: str) -> dict[str, float | None]:
    lo, hi = figures[f"{name}_ci"] or (None, None)
    return {"value": figures[name], "lo": lo, "hi": hi}


def _told(of: Mapping[str, float | None]) -> str:
    if of["value"] is None:
        return "undefined"
    ends = "" if of["lo"] is None else f" ({of['lo']:.3f} to {of['hi']:.3f})"
    return f"{of['value']:.3f}{ends}"
