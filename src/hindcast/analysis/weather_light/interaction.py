"""Night and cloud together: more, less or just what each would give alone.

On the scale of ratios no interaction means that ratios multiply; on the scale of shares that
differences add. Both can be asked of the same four shares, and they may answer differently.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from hindcast.analysis import odds
from hindcast.analysis.weather_light import adjusted, causes, standard
from hindcast.analysis.weather_light.standard import Array, Estimate, Levels

CELLS = ["VMC by day", "VMC at night", "IMC by day", "IMC at night"]
"""Order of the four shares: neither, night, IMC, both."""

NODES = tuple(causes.parents(causes.NIGHT))


def excess(p: Array) -> float:
    """Return the RERI: (both - IMC - night + neither) / neither.

    Examples
    --------
    >>> round(excess(np.array([0.1, 0.2, 0.4, 0.7])), 6)
    2.0
    """
    return float((p[3] - p[2] - p[1] + p[0]) / p[0])


def attributable(p: Array) -> float:
    """Return the part of the share under both that is neither's, night's nor IMC's alone."""
    return float((p[3] - p[2] - p[1] + p[0]) / p[3])


def surplus(p: Array) -> float:
    """Return by how much the share under both exceeds what differences that add would give."""
    return float(p[3] - p[2] - p[1] + p[0])


MEASURES: list[tuple[str, str, float, Callable[[Levels], Estimate]]] = [
    ("IMC against VMC, by day", "ratio of shares", 1.0, lambda f: standard.ratio(f, 2, 0)),
    ("IMC against VMC, at night", "ratio of shares", 1.0, lambda f: standard.ratio(f, 3, 1)),
    ("night against day, in VMC", "ratio of shares", 1.0, lambda f: standard.ratio(f, 1, 0)),
    ("night against day, in IMC", "ratio of shares", 1.0, lambda f: standard.ratio(f, 3, 2)),
    ("both against neither", "ratio of shares", 1.0, lambda f: standard.ratio(f, 3, 0)),
    (
        "ratio of ratios",
        "multiplicative",
        1.0,
        lambda f: standard.log_ratio(f, {3: 1, 2: -1, 1: -1, 0: 1}),
    ),
    ("surplus over adding", "additive", 0.0, lambda f: standard.delta(f, surplus)),
    ("RERI", "additive", 0.0, lambda f: standard.delta(f, excess)),
    ("attributable proportion", "additive", 0.0, lambda f: standard.delta(f, attributable)),
]
"""Measure, scale, what it is without interaction (or effect), how it is computed."""


def cells(rows: pd.DataFrame, night: str) -> list[pd.Series]:
    """Return masks of the four cells, in the order of `CELLS`."""
    imc, dark = rows["is_imc"].astype(bool), rows[night].astype(bool)
    return [~imc & ~dark, ~imc & dark, imc & ~dark, imc & dark]


def study(known: pd.DataFrame, night: str = "is_night") -> dict[str, Any] | None:
    """Return the four shares, crude and adjusted, and the product term of the odds.

    Parameters
    ----------
    night
        The flag of night: by the sun (``is_night``) or as recorded (``is_dark``).

    Returns
    -------
    dict or None
        ``crude`` and ``adjusted`` (`Levels`), ``counts`` and ``fatal`` (four each), ``odds``: the
        crude and adjusted product term as `Estimate`. None where a cell has fewer than
        `adjusted.LEAST` fatal or other accidents.
    """
    rows = adjusted.complete(known, "is_imc", night, nodes=NODES)
    masks = cells(rows, night)
    counts = [int(mask.sum()) for mask in masks]
    fatal = [int(rows.loc[mask, "is_fatal"].sum()) for mask in masks]
    if any(min(f, n - f) < adjusted.LEAST for n, f in zip(counts, fatal, strict=True)):
        return None
    term = f"is_imc * {night}"
    fit = adjusted.adjust(rows, term)
    crude = adjusted.adjust(rows[["is_fatal", "is_imc", night]], term)
    settings = [{"is_imc": imc, night: dark} for imc in (0.0, 1.0) for dark in (0.0, 1.0)]
    return {
        "crude": standard.observed(rows, masks),
        "adjusted": standard.levels(fit, rows, settings),
        "counts": counts,
        "fatal": fatal,
        "odds": {"crude": _product(crude, night), "adjusted": _product(fit, night)},
    }


def _product(fit: odds.Fit, night: str) -> Estimate:
    row = odds.ratios(fit).set_index("term").loc[f"is_imc:{night}"]
    return Estimate(row["odds_ratio"], row["low"], row["high"], row["p_value"])


def shares(found: dict[str, Any] | None) -> pd.DataFrame:
    """Return the four shares with intervals, crude and adjusted, for a figure.

    Returns
    -------
    pandas.DataFrame
        ``cell, kind, share, low, high, accidents, fatal``; empty where there is no study.
    """
    columns = ["cell", "kind", "share", "low", "high", "accidents", "fatal"]
    if found is None:
        return pd.DataFrame(columns=columns)
    rows = []
    for kind in ("crude", "adjusted"):
        for at, cell in enumerate(CELLS):
            told = standard.share(found[kind], at)
            n, fatal = found["counts"][at], found["fatal"][at]
            rows.append((cell, kind, told.value, told.low, told.high, n, fatal))
    return pd.DataFrame(rows, columns=columns)


def expected(means: Array) -> dict[str, float]:
    """Return the share under both that adding and multiplying would give.

    Examples
    --------
    >>> {k: round(v, 3) for k, v in expected(np.array([0.1, 0.2, 0.4, 0.7])).items()}
    {'adding': 0.5, 'multiplying': 0.8}
    """
    return {
        "adding": float(means[2] + means[1] - means[0]),
        "multiplying": float(means[2] * means[1] / means[0]),
    }


def expectations(found: dict[str, Any] | None) -> dict[str, float] | None:
    """Return `expected` of the adjusted shares; None where there is no study."""
    return None if found is None else expected(found["adjusted"].means)


def table(found: dict[str, Any] | None) -> pd.DataFrame:
    """Return all measures on both scales, crude and adjusted, with intervals."""
    if found is None:
        return pd.DataFrame(columns=["measure", "scale", "without", "crude", "adjusted"])
    rows = [
        (name, scale, none, _text(how(found["crude"])), _text(how(found["adjusted"])))
        for name, scale, none, how in MEASURES
    ]
    own = found["odds"]
    product = ("product term of the odds", "multiplicative", 1.0)
    rows.insert(6, (*product, _text(own["crude"]), _text(own["adjusted"])))
    return pd.DataFrame(rows, columns=["measure", "scale", "without", "crude", "adjusted"])


def _text(told: Estimate) -> str:
    return f"{told.value:.2f} ({told.low:.2f} to {told.high:.2f})"


def resampled(found: dict[str, Any] | None, rounds: int, seed: int) -> pd.DataFrame:
    """Return percentile intervals of the crude additive measures: the delta method's check.

    The four counts of fatal accidents are drawn anew from binomials with the shares observed.

    Returns
    -------
    pandas.DataFrame
        ``measure, crude, delta method, resampled``.
    """
    if found is None:
        return pd.DataFrame(columns=["measure", "crude", "delta method", "resampled"])
    counts, p = np.array(found["counts"]), found["crude"].means
    drawn = np.random.default_rng(seed).binomial(counts, p, size=(rounds, 4)) / counts
    rows = []
    for name, _, _, how in MEASURES[-3:]:
        told = how(found["crude"])
        measure = {"RERI": excess, "attributable proportion": attributable}.get(name, surplus)
        low, high = np.quantile([measure(one) for one in drawn], [0.025, 0.975])
        delta = f"{told.low:.2f} to {told.high:.2f}"
        rows.append((name, round(told.value, 2), delta, f"{low:.2f} to {high:.2f}"))
    return pd.DataFrame(rows, columns=["measure", "crude", "delta method", "resampled"])
