"""Judge the further targets on the test part: forecasts in, figures with intervals out.

The test part is looked at here and nowhere else. Everything has a 95% interval by event.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from statsmodels.stats.proportion import proportion_confint

from hindcast.model import bootstrap, curves, metrics
from hindcast.model.targets import chain, intervals, ordinal
from hindcast.model.targets.forecast import MODEL, Forecast

Settings = Mapping[str, int]
Found = dict[str, Any]


def severity(forecasts: Sequence[Forecast], settings: Settings) -> Found:
    """Return one horizon's figures: all classes together, each class, confusion, and beside it.

    Parameters
    ----------
    forecasts
        Of one horizon, the model's and those beside it.
    settings
        ``rounds`` and ``seed`` of the bootstrap.
    """
    own = _own(forecasts)
    counts = ordinal.confusion(
        own.outcome, own.probability.argmax(axis=1), np.ones(own.events.height), len(chain.CLASSES)
    )
    return (
        _counts(own)
        | _overall(own, settings)
        | {
            "by_class": _by_output(own, ordinal.one, settings),
            "confusion": {"rows": "happened", "columns": "called", "counts": counts.tolist()},
            "beside": {
                one.model: _overall(one.part("test"), settings)
                for one in forecasts
                if one.model != MODEL
            },
        }
    )


def causes(forecasts: Sequence[Forecast], settings: Settings) -> Found:
    """Return one horizon's figures: micro and macro average precision, and each family's own."""
    own = _own(forecasts)
    others = [one.part("test") for one in forecasts if one.model != MODEL]
    families = _by_output(own, _ranked, settings)
    for place, name in enumerate(own.outputs):
        for other in others:
            families[name][other.model] = _point(_ranked, other, place)["average_precision"]
    return (
        {"n_test": own.events.height, "n_families": len(own.outputs)}
        | _several(own, settings)
        | {"beside": {other.model: _several(other, settings) for other in others}}
        | {"families": families}
    )


def damage(forecasts: Sequence[Forecast], settings: Settings, by_year: pl.DataFrame) -> Found:
    """Return the figures of destroyed or not, beside its baselines, and the coded share by year."""
    own = _own(forecasts)
    beside = {one.model: one.part("test") for one in forecasts if one.model != MODEL}
    return (
        {"n_test": own.events.height, "n_test_destroyed": int(own.happened.sum())}
        | _binary(own, settings)
        | {"beside": {name: _binary(one, settings) for name, one in beside.items()}}
        | {"by_year": _years(own, by_year)}
    )


def _own(forecasts: Sequence[Forecast]) -> Forecast:
    return next(one for one in forecasts if one.model == MODEL).part("test")


def _counts(own: Forecast) -> Found:
    happened = own.happened.sum(axis=0).astype(int).tolist()
    majority = bootstrap.number(max(happened) / own.events.height)
    return {
        "n_test": own.events.height,
        "n_by_class": dict(zip(own.outputs, happened, strict=True)),
        "majority_accuracy": majority,
    }


def _overall(one: Forecast, settings: Settings) -> Found:
    judge = partial(ordinal.overall, outcome=one.outcome, probability=one.probability)
    return intervals.summary(judge, one.events.height, **settings)


def _several(one: Forecast, settings: Settings) -> Found:
    judge = partial(ordinal.several, happened=one.happened, probability=one.probability)
    return intervals.summary(judge, one.events.height, **settings)


def _binary(one: Forecast, settings: Settings) -> Found:
    def judge(weights: np.ndarray) -> Mapping[str, np.ndarray]:
        return metrics.all_of(one.happened[:, 0], one.probability[:, 0], weights)

    return intervals.summary(judge, one.events.height, **settings)


def _by_output(
    one: Forecast, judge: Callable[..., Mapping[str, np.ndarray]], settings: Settings
) -> dict[str, Found]:
    found = {}
    for place, name in enumerate(one.outputs):
        happened, probability = one.happened[:, place], one.probability[:, place]
        asked = partial(judge, happened=happened, probability=probability)
        head = {"n": int(happened.sum()), "mean_probability": bootstrap.number(probability.mean())}
        found[name] = head | intervals.summary(asked, one.events.height, **settings)
    return found


def _ranked(
    weights: np.ndarray, happened: np.ndarray, probability: np.ndarray
) -> Mapping[str, np.ndarray]:
    return metrics.ranked(happened, probability, weights)


def _point(
    judge: Callable[..., Mapping[str, np.ndarray]], one: Forecast, place: int
) -> dict[str, float | None]:
    weights = np.ones(one.events.height)
    found = judge(weights, one.happened[:, place], one.probability[:, place])
    return {name: bootstrap.number(value) for name, value in found.items()}


def _years(own: Forecast, by_year: pl.DataFrame) -> list[Found]:
    """Return the coded share of each year, with the mean forecast where the year is tested."""
    tested = own.events.select(
        pl.col("ev_date").dt.year().alias("year"),
        pl.Series("mean_probability", own.probability[:, 0]),
    )
    means = tested.group_by("year", maintain_order=True).agg(
        pl.col("mean_probability").mean(), pl.len().alias("n_test")
    )
    joined = by_year.join(means, on="year", how="left", validate="1:1", maintain_order="left")
    lo, hi = proportion_confint(
        joined["n_destroyed"].to_numpy(), joined["n"].to_numpy(), method="wilson"
    )
    return [
        row | {"share_ci": [bootstrap.number(low), bootstrap.number(high)]}
        for row, low, high in zip(joined.to_dicts(), lo, hi, strict=True)
    ]


def reliability(one: Forecast) -> pl.DataFrame:
    """Return forecast and outcome of each output in ten bins of equal mass, on the test part.

    Returns
    -------
    polars.DataFrame
        ``output`` and the columns of `hindcast.model.curves.reliability_bins`.
    """
    tested = one.part("test")
    parts = [
        curves.reliability_bins(tested.happened[:, at], tested.probability[:, at]).select(
            pl.lit(name).alias("output"), pl.all()
        )
        for at, name in enumerate(one.outputs)
    ]
    return pl.concat(parts)
