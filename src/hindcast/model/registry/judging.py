"""Whether a challenger is better than the champion on the same accidents, check by check.

Before anything is compared: both must be able to read the rows, neither may have learned from
them, and a model of real records is not judged on simulated ones. Then the challenger must win
where it counts (a paired test of the Brier score, which is of ranking and calibration together),
and must not lose elsewhere: ranking, calibration, speed, any group of accidents.

The test rows choose here. That is what they are for once a model is made, but each comparison
takes a little of their honesty: the registry counts them, and a figure of a champion that won
many is a little flattered.
"""

import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from hindcast.model import bootstrap, facts, groups, metrics
from hindcast.model.bundle import Bundle
from hindcast.model.evidence import paired

LABEL = "is_fatal"
FEWEST_OF_AN_OUTCOME = 10
GROUP_BINS = 5
"""Bins of a group's calibration error: of fifteen, each would hold seven accidents of a hundred."""
TIMED_ROWS = 200


@dataclass(frozen=True)
class Contender:
    """A registered bundle that is judged."""

    version: str
    semver: str
    bundle: Bundle
    is_simulated: bool

    @property
    def learned_until(self) -> date:
        """Return the last day whose accidents it learned from, was stopped or calibrated on."""
        return date.fromisoformat(self.bundle.manifest["split"]["validation_until"])


@dataclass(frozen=True)
class Pair:
    """Who stands, and who wants to."""

    champion: Contender
    challenger: Contender

    def __iter__(self) -> Iterator[Contender]:
        return iter((self.champion, self.challenger))


@dataclass(frozen=True)
class Rows:
    """Accidents to judge on: ``ev_id``, ``ev_date``, the label and features, one row an event."""

    frame: pl.DataFrame
    features_version: str
    is_simulated: bool


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what was found, what is needed, and whether that is so."""

    name: str
    found: str
    needed: str
    passed: bool


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
    comparable = [_columns(pair, rows), _unseen(pair, rows), _records(pair, rows)]
    if not all(check.passed for check in comparable):
        return comparable
    outcomes = rows.frame[LABEL].to_numpy().astype(float)
    old, new = (one.bundle.predict(rows.frame.select(one.bundle.names)) for one in pair)
    return [
        *comparable,
        *_paired(outcomes, new, old, bounds),
        _speed(pair, rows.frame, bounds["latency_ratio"]),
        *_groups(rows.frame, new, old, bounds),
    ]


def _columns(pair: Pair, rows: Rows) -> Check:
    """Each reads its own features; the rows must have the ones that either was trained on."""
    told = []
    for role, one in (("champion", pair.champion), ("challenger", pair.challenger)):
        lacking = [name for name in one.bundle.names if name not in rows.frame.columns]
        if lacking:
            told.append(f"the {role} (version {one.version}) reads {', '.join(lacking)}, not there")
        elif one.bundle.manifest["features_version"] != rows.features_version:
            told.append(f"all; the {role} was trained with another catalog")
    lacks = any("not there" in one for one in told)
    needed = "every feature of both in features.parquet"
    return Check("features", "; ".join(told) or "all, of one catalog", needed, not lacks)


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


def _speed(pair: Pair, frame: pl.DataFrame, ratio: float) -> Check:
    old, new = latency_ms(pair, frame)
    found = f"{old:.2f} ms to {new:.2f} ms for a row, {new / old:.2f} times"
    return Check("speed", found, f"at most {ratio:g} times", new / old <= ratio)


def latency_ms(pair: Pair, frame: pl.DataFrame) -> tuple[float, float]:
    """Return the median time for one row of features, of champion and challenger, in ms.

    They take turns, row by row: what else the machine does meets both.
    """
    sample = frame.head(TIMED_ROWS)
    timed = [[_ms(one.bundle, sample[row]) for one in pair] for row in range(sample.height)]
    champion, challenger = map(statistics.median, zip(*timed, strict=True))
    return champion, challenger


def _ms(bundle: Bundle, row: pl.DataFrame) -> float:
    features = row.select(bundle.names)
    start = time.perf_counter()
    bundle.predict(features)
    return (time.perf_counter() - start) * 1e3


def _groups(
    frame: pl.DataFrame, new: np.ndarray, old: np.ndarray, bounds: Mapping[str, Any]
) -> list[Check]:
    changes = group_changes(frame, new, old, bounds["smallest_group"])
    size = f"of {bounds['smallest_group']} or more"
    if changes.is_empty():
        needed = f"groups {size} with {FEWEST_OF_AN_OUTCOME} of each outcome lose little"
        return [Check("groups", f"none {size}", needed, True)]
    loss, rise = bounds["group_auc_loss"], bounds["group_ece_rise"]
    return [
        _worst(changes.sort("roc_auc"), "roc_auc", f"no more than {loss:g} lower", -loss),
        _worst(changes.sort("ece", descending=True), "ece", f"no more than {rise:g} higher", rise),
    ]


def _worst(changes: pl.DataFrame, metric: str, needed: str, bound: float) -> Check:
    worst = changes.row(0, named=True)
    change = worst[metric]
    found = f"worst of {changes.height}: {worst['group']} ({worst['n']} accidents), {change:+.4f}"
    passed = change >= bound if bound < 0 else change <= bound
    name = {"roc_auc": "ROC AUC by group", "ece": "calibration error by group"}[metric]
    return Check(name, found, needed, passed)


def group_changes(
    frame: pl.DataFrame, new: np.ndarray, old: np.ndarray, smallest: int
) -> pl.DataFrame:
    """Return the change of ROC AUC and calibration error in each group that is large enough.

    Parameters
    ----------
    frame
        ``ev_id``, the label, and columns that say what kind of accident it is.
    new, old
        Each forecaster's probabilities of the same rows.
    smallest
        Below how many accidents a group is left out; so is one with fewer than
        `FEWEST_OF_AN_OUTCOME` of an outcome.

    Returns
    -------
    polars.DataFrame
        ``group`` (column = value), ``n``, ``roc_auc`` and ``ece``, challenger minus champion.
    """
    kinds = groups.kinds(frame, facts.KINDS).drop("ev_id")
    judged = pl.DataFrame({"y": frame[LABEL].cast(pl.Float64), "new": new, "old": old})
    rows = [
        {"group": f"{by} = {value}", "n": part.height} | _changes(part)
        for by in kinds.columns
        for (value,), part in judged.with_columns(kinds[by].fill_null(groups.NOT_RECORDED))
        .sort(by)
        .group_by(by, maintain_order=True)
        if part.height >= smallest and _both_outcomes(part)
    ]
    schema = {"group": pl.String, "n": pl.Int64, "roc_auc": pl.Float64, "ece": pl.Float64}
    return pl.DataFrame(rows, schema=schema)


def _both_outcomes(part: pl.DataFrame) -> bool:
    fatal = part["y"].sum()
    return min(fatal, part.height - fatal) >= FEWEST_OF_AN_OUTCOME


def _changes(part: pl.DataFrame) -> dict[str, float]:
    y, new, old = (part[name].to_numpy() for name in ("y", "new", "old"))
    ece = [float(metrics.ece(y, p, n_bins=GROUP_BINS)) for p in (new, old)]
    auc = [float(metrics.roc_auc(y, p)) for p in (new, old)]
    return {"roc_auc": auc[0] - auc[1], "ece": ece[0] - ece[1]}
