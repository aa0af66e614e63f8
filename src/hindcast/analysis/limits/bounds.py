"""What it would take to turn the answer round: unmeasured confounding, selection, and chance."""

import numpy as np
import pandas as pd
from scipy import optimize
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from hindcast.analysis.limits.question import LABELS, OUTCOME, Question

WORTHWHILE = 0.8
"""A ratio of shares that would matter: a fifth fewer deadly accidents."""
PREVENTED = np.round(np.arange(0, 0.61, 0.02), 2)
RATES = np.round(np.geomspace(0.25, 2.0, 41), 4)
POWER = 0.8


def e_value(ratio: float) -> float:
    """Return how strongly a confounder would have to go with both sides to explain a ratio away.

    Parameters
    ----------
    ratio
        Of two shares (a risk ratio), above 0 (VanderWeele and Ding 2017).

    Examples
    --------
    >>> round(e_value(3.9), 2), round(e_value(1 / 3.9), 2), e_value(1.0)
    (7.26, 7.26, 1.0)
    """
    away = max(ratio, 1 / ratio)
    return float(away + np.sqrt(away * (away - 1)))


def e_value_of_limit(low: float, high: float, target: float = 1.0) -> float:
    """Return the E-value of the interval's end nearer to ``target``; 1 where the target is inside.

    Examples
    --------
    >>> e_value_of_limit(0.8, 1.2), round(e_value_of_limit(1.8, 8.7), 2)
    (1.0, 3.0)
    """
    if low <= target <= high:
        return 1.0
    return e_value((low if low > target else high) / target)


def e_values(effects: pd.DataFrame) -> pd.DataFrame:
    """Return E-values of every method's ratio: to no effect, and to a worthwhile one.

    Returns
    -------
    pandas.DataFrame
        ``label, ratio, ratio_low, ratio_high, e_point, e_limit, e_hidden``: the last is what a
        confounder would need to hide a true ratio of `WORTHWHILE` behind the estimate.
    """
    kept = effects[["label", "ratio", "ratio_low", "ratio_high"]].reset_index(drop=True)
    rows = list(kept.itertuples())
    return kept.assign(
        e_point=[e_value(row.ratio) for row in rows],
        e_limit=[e_value_of_limit(row.ratio_low, row.ratio_high) for row in rows],
        e_hidden=[e_value(row.ratio / WORTHWHILE) for row in rows],
    )


def bias_curve(factor: float, most: float = 8.0) -> pd.DataFrame:
    """Return the pairs of associations that together can move a ratio by a factor.

    Returns
    -------
    pandas.DataFrame
        ``with_exposure, with_outcome``: risk ratios of the confounder with either side, on the
        edge of what is enough (the bounding factor equals ``factor``, taken above 1).
    """
    away = max(factor, 1 / factor)
    side = np.geomspace(away * 1.001, most, 80) if away * 1.001 < most else np.array([])
    other = away * (side - 1) / (side - away) if len(side) else side
    found = pd.DataFrame({"with_exposure": side, "with_outcome": other})
    return found[found["with_outcome"].le(most)].reset_index(drop=True)


def measured(question: Question) -> pd.DataFrame:
    """Return how strongly each measured covariate goes with either side, as a yardstick.

    Numbers are cut at their median. A ratio below 1 is turned over.

    Returns
    -------
    pandas.DataFrame
        ``covariate, with_exposure, with_outcome``, the strongest first.
    """
    if not question.is_answerable:
        return pd.DataFrame(columns=["covariate", "with_exposure", "with_outcome"])
    exposed, told = question.exposed, []
    for name in question.covariates:
        values = question.rows[name]
        high = (values > values.median() if values.nunique() > 2 else values == 1).to_numpy()
        pairs = (_ratio(high[exposed], high[~exposed]), _outcome_ratio(question, high))
        told.append((LABELS.get(name, name), *pairs))
    found = pd.DataFrame(told, columns=["covariate", "with_exposure", "with_outcome"])
    order = (found["with_exposure"] * found["with_outcome"]).sort_values(ascending=False).index
    return found.loc[order].reset_index(drop=True)


def _ratio(one: np.ndarray, other: np.ndarray) -> float:
    # Half an accident more on either side: a group without any has no ratio.
    ratio = (one.sum() + 0.5) / (len(one) + 1) / ((other.sum() + 0.5) / (len(other) + 1))
    return float(max(ratio, 1 / ratio))


def _outcome_ratio(question: Question, high: np.ndarray) -> float:
    alone = ~question.exposed
    fatal = question.rows[OUTCOME].to_numpy() == 1
    return _ratio(fatal[alone & high], fatal[alone & ~high])


def per_flight(answer: pd.Series | None) -> pd.DataFrame:
    """Return the ratio of fatal accidents per flight by how much a second pilot changes accidents.

    Parameters
    ----------
    answer
        Of `hindcast.analysis.limits.estimators.answer`.

    Returns
    -------
    pandas.DataFrame
        ``rate_ratio`` (accidents per flight with a second pilot over those without; no record
        knows it), ``ratio, low, high``.
    """
    names = {"ratio": "ratio", "low": "ratio_low", "high": "ratio_high"}
    if answer is None:
        return pd.DataFrame(columns=["rate_ratio", *names])
    told = {name: RATES * answer[column] for name, column in names.items()}
    return pd.DataFrame({"rate_ratio": RATES} | told)


def selection(answer: pd.Series | None, again: pd.DataFrame) -> pd.DataFrame:
    """Bound the effect among accidents that would have happened with or without a second pilot.

    A second pilot is taken only to prevent accidents. Which of the lone pilots' accidents would
    have been prevented is unknown: at worst the deadliest of them, at best the mildest (trimming
    bounds, Lee 2009).

    Parameters
    ----------
    answer
        Of `hindcast.analysis.limits.estimators.answer`.
    again
        Of `hindcast.analysis.limits.estimators.draws`.

    Returns
    -------
    pandas.DataFrame
        ``prevented`` (share of lone pilots' accidents), ``lower, upper`` (bounds of the
        difference) and ``low, high`` (with the bootstrap's 95%).
    """
    if answer is None:
        return pd.DataFrame(columns=["prevented", "lower", "upper", "low", "high"])
    own, told = again[again["method"] == answer["method"]], []
    for share in PREVENTED:
        lower, upper = _trimmed(answer["with_it"], answer["without"], share)
        drawn = _trimmed(own["with_it"].to_numpy(), own["without"].to_numpy(), share)
        ends = {"low": np.percentile(drawn[0], 2.5), "high": np.percentile(drawn[1], 97.5)}
        told.append({"prevented": share, "lower": float(lower), "upper": float(upper)} | ends)
    return pd.DataFrame(told)


def _trimmed(
    with_it: float | np.ndarray, without: float | np.ndarray, share: float
) -> tuple[np.ndarray, np.ndarray]:
    fewest = np.maximum(0, (without - share) / (1 - share))
    most = np.minimum(1, without / (1 - share))
    return np.asarray(with_it - most), np.asarray(with_it - fewest)


def power_curves(answer: pd.Series | None, sizes: pd.DataFrame) -> pd.DataFrame:
    """Return how probably a true fall of the share would be noticed, by its size.

    Parameters
    ----------
    answer
        Of `hindcast.analysis.limits.estimators.answer`.
    sizes
        Of `hindcast.analysis.limits.balance.sizes`.

    Returns
    -------
    pandas.DataFrame
        ``label, difference, power`` (two-sided test, 5%), as counted and as weighted.
    """
    told = []
    if answer is not None:
        without = float(answer["without"])
        differences = np.round(np.arange(0.01, min(0.4, without - 0.01), 0.01), 2)
        for label, (exposed, others) in counted(sizes).items():
            powers = [_power(without, fall, exposed, others) for fall in differences]
            part = {"label": label, "difference": -differences, "power": powers}
            told.append(pd.DataFrame(part))
    columns = ["label", "difference", "power"]
    return pd.concat(told, ignore_index=True) if told else pd.DataFrame(columns=columns)


def counted(sizes: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return accidents with and without a second pilot: as counted, and as much as weighted."""
    kinds = {"before": "as counted", "inverse probability weights": "as weighted"}
    by_arm = sizes.set_index(["weights", "arm"])["effective"]
    arms = ("second pilot aboard", "one pilot")
    return {label: tuple(float(by_arm[kind, a]) for a in arms) for kind, label in kinds.items()}


def seen(answer: pd.Series | None, sizes: pd.DataFrame) -> pd.DataFrame:
    """Return the smallest fall of the share that would be noticed, and what it would take to halve.

    Returns
    -------
    pandas.DataFrame
        ``counted, with_it, without, smallest_fall`` (noticed in four of five cases) and
        ``accidents_for_half`` (of both arms together, to notice half that fall).
    """
    columns = ["counted", "with_it", "without", "smallest_fall", "accidents_for_half"]
    if answer is None:
        return pd.DataFrame(columns=columns)
    base, told = float(answer["without"]), []
    for label, (exposed, others) in counted(sizes).items():
        fall = smallest_seen(base, exposed, others)
        needed = accidents_needed(base, fall / 2, exposed / (exposed + others))
        told.append((label, exposed, others, fall, needed))
    return pd.DataFrame(told, columns=columns)


def _power(without: float, difference: float, exposed: float, others: float) -> float:
    effect = proportion_effectsize(without, without - difference)
    return float(NormalIndPower().power(effect, exposed, 0.05, ratio=others / exposed))


def smallest_seen(without: float, exposed: float, others: float) -> float:
    """Return the smallest fall of the share that would be noticed in four of five cases.

    Returns
    -------
    float
        Positive; missing where even the fall to nothing would not be.
    """
    ends = 1e-6, without - 1e-6
    if ends[0] >= ends[1] or _power(without, ends[1], exposed, others) < POWER:
        return float("nan")
    return float(optimize.brentq(lambda d: _power(without, d, exposed, others) - POWER, *ends))


def accidents_needed(without: float, difference: float, exposed_share: float) -> float:
    """Return how many accidents would show a fall of the share in four of five cases."""
    if not np.isfinite(difference):
        return float("nan")
    effect = proportion_effectsize(without, without - difference)
    ratio = (1 - exposed_share) / exposed_share
    exposed = NormalIndPower().solve_power(effect, None, 0.05, POWER, ratio=ratio)
    return float(exposed / exposed_share)


def factors(effects: pd.DataFrame) -> dict[str, float]:
    """Return by which factors a ratio would have to be moved, for `bias_curve`.

    Returns
    -------
    dict
        From the crude to the adjusted ratio, from the adjusted one to no effect, and to a
        worthwhile one; empty where there is no answer.
    """
    if effects.empty:
        return {}
    ratio = effects.set_index("method")["ratio"]
    crude, adjusted = float(ratio["crude"]), float(ratio["doubly robust"])
    return {
        "from crude to adjusted": crude / adjusted,
        "from adjusted to none": adjusted,
        f"from adjusted to a ratio of {WORTHWHILE:g}": adjusted / WORTHWHILE,
    }


def tipping(trimmed: pd.DataFrame, answer: pd.Series | None) -> pd.DataFrame:
    """Return where the conclusion tips, for selection by the accident itself.

    Returns
    -------
    pandas.DataFrame
        ``what, value``; a value that is never reached is missing.
    """
    if answer is None:
        return pd.DataFrame(columns=["what", "value"])
    holds = trimmed[(trimmed["lower"] <= 0) & (trimmed["upper"] >= 0)]["prevented"]
    covers = trimmed[(trimmed["low"] <= 0) & (trimmed["high"] >= 0)]["prevented"]
    told = {
        "share prevented from which the bounds hold zero": holds.min(),
        "the same with the 95% interval": covers.min(),
        "accidents per flight, with over without: even": 1 / answer["ratio"],
        "the same, below which fewer die for sure (95%)": 1 / answer["ratio_high"],
    }
    return pd.DataFrame({"what": list(told), "value": [round(float(v), 3) for v in told.values()]})
