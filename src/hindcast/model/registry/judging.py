"""Whether a challenger is better than the champion on the same accidents, check by check.

Before anything is compared: both must be able to read the rows, neither may have learned from
them, and a model of real records is not judged on simulated ones. Then the challenger must win
where it counts (a paired test of the Brier score, which is of ranking and calibration together),
and must not lose elsewhere: ranking, calibration, speed, any group of accidents.

The test rows choose here. That is what they are for once a model is made, but each comparison
takes a little of their honesty: the registry counts them, and a figure of a champion that won
many is a little flattered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hindcast.model import bootstrap
from hindcast.model.evidence import paired
from hindcast.model.registry import by_group, latency
from hindcast.model.registry.contenders import LABEL, Check, Contender, Pair
from hindcast.model.registry.rows import Rows


def judge(pair: Pair, rows: Rows, bounds: Mapping[str, Any]) -> list[Check]:
    """Return the checks in order; a challenger that passes all of them has won.

    Parameters
    ----------
    pair
        Champion and challenger, of one target and horizon.
    rows
        The test rows.
    bounds
        The section `promote` of params.yaml, with ``seed``.

    Returns
    -------
    list of Check
        Where the two cannot be compared fairly, only the checks that say why.
    """
    forecasts = [forecast(one, rows) for one in pair]
    comparable = [_columns(pair, forecasts), _unseen(pair, rows), _records(pair, rows)]
    if not all(check.passed for check in comparable):
        return comparable
    outcomes = rows.frame[LABEL].to_numpy().astype(float)
    old, new = (one.probability for one in forecasts)
    return [
        *comparable,
        *_paired(outcomes, new, old, bounds),
        latency.check(pair, rows.frame, bounds["latency_ratio"]),
        *by_group.checks(rows.frame, new, old, bounds),
    ]


@dataclass(frozen=True)
class Forecast:
    """Probabilities of the rows, or None, and what is to be told of how they came about."""

    probability: np.ndarray | None
    told: str = ""


def forecast(one: Contender, rows: Rows) -> Forecast:
    """Return a contender's forecasts of the rows, each from its own list of features.

    A catalog that has changed may lack a feature that the model reads, or mean something else by
    it. Then what it forecast of these rows when it was trained is the fairer answer, if it was
    kept for all of them.
    """
    lacking = [name for name in one.bundle.names if name not in rows.frame.columns]
    same = one.bundle.manifest["features_version"] == rows.features_version
    if same and not lacking:
        return Forecast(one.bundle.predict(rows.frame.select(one.bundle.names)))
    if (probability := _kept(one, rows)) is not None:
        return Forecast(probability, "trained with another catalog, its kept forecasts are taken")
    if lacking:
        return Forecast(None, f"reads {', '.join(lacking)}, not there, and kept no forecasts")
    told = "trained with another catalog, reads what bears the same names"
    return Forecast(one.bundle.predict(rows.frame.select(one.bundle.names)), told)


def _kept(one: Contender, rows: Rows) -> np.ndarray | None:
    if one.kept is None:
        return None
    joined = rows.frame.select("ev_id").join(one.kept, on="ev_id", how="left", validate="1:1")
    values = joined.sort("ev_id")["probability"]
    return None if values.null_count() else values.to_numpy()


def _columns(pair: Pair, forecasts: list[Forecast]) -> Check:
    roles = zip(("champion", "challenger"), pair, forecasts, strict=True)
    told = [
        f"{role} (version {one.version}): {made.told}" for role, one, made in roles if made.told
    ]
    there = all(made.probability is not None for made in forecasts)
    needed = "every feature of both in features.parquet, or forecasts of all rows kept"
    return Check("features", "; ".join(told) or "all, of one catalog", needed, there)


def _unseen(pair: Pair, rows: Rows) -> Check:
    first, last = rows.frame["ev_date"].min(), rows.frame["ev_date"].max()
    learned = max(one.learned_until for one in pair)
    found = f"{rows.frame.height} accidents, {first} to {last}"
    return Check("rows", found, f"after {learned}, the last day learned from", first > learned)


def _records(pair: Pair, rows: Rows) -> Check:
    """Let simulated accidents judge models of simulated accidents alone."""
    kind = "SIMULATED" if rows.is_simulated else "NTSB's"
    fair = not rows.is_simulated or all(one.is_simulated for one in pair)
    return Check("records", f"{kind} records", "NTSB's, where either model is of them", fair)


def _paired(
    outcomes: np.ndarray, new: np.ndarray, old: np.ndarray, bounds: Mapping[str, Any]
) -> list[Check]:
    drawn = {"rounds": bounds["rounds"], "seed": bounds["seed"]}
    found = paired.differences(outcomes, new, old, names=("brier", "ece"), **drawn)
    return [
        _wins(found["brier"]),
        _ranks(paired.delong(outcomes, new, old)),
        _calibrated(found["ece"], bounds["ece_slack"]),
    ]


def _wins(brier: Mapping[str, Any]) -> Check:
    low, high = brier["ci"]
    found = f"{_change(brier)}, by {brier['difference']:+.4f} ({low:+.4f} to {high:+.4f})"
    return Check("Brier score", found, "lower, with the whole 95% interval below 0", high < 0)


def _ranks(delong: Mapping[str, Any]) -> Check:
    if delong["ci"] is None:
        return Check("ROC AUC", delong["undefined"], "two of each outcome", False)
    low, high = delong["ci"]
    found = (
        f"{delong['auc_old']:.4f} to {delong['auc_new']:.4f}, by {delong['difference']:+.4f} "
        f"({low:+.4f} to {high:+.4f}, DeLong p {_p(delong['p'])})"
    )
    return Check("ROC AUC", found, "not lower beyond its 95% interval", high >= 0)


def _p(value: float) -> str:
    """Return a p as text; what was rounded to 0 is told as below the last digit kept."""
    return f"= {value:.3g}" if value else f"< 1e-{bootstrap.DIGITS}"


def _calibrated(ece: Mapping[str, Any], slack: float) -> Check:
    needed = f"at most {slack:g} higher"
    return Check("calibration error", _change(ece), needed, ece["difference"] <= slack)


def _change(metric: Mapping[str, Any]) -> str:
    return f"{metric['old']:.4f} to {metric['new']:.4f}"
