"""How far the adjusted ratio leans on what was adjusted for, and on what could not be."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hindcast.analysis.weather_light import adjusted, causes, standard, strata
from hindcast.analysis.weather_light.standard import Estimate

STEPS = ["season_and_place", "night", "operation", "aircraft", "pilot"]
"""Nodes in the order in which the ladder takes them in."""


@dataclass(frozen=True)
class Step:
    """A row of the ladder: which accidents, adjusted for what."""

    label: str
    nodes: tuple[str, ...]
    rows: pd.DataFrame
    extra: tuple[str, ...] = ()
    is_over_imc: bool = False


def ladder(known: pd.DataFrame) -> pd.DataFrame:
    """Return the ratio of IMC as more and more is adjusted for.

    Returns
    -------
    pandas.DataFrame
        ``step, ratio, low, high, accidents, role``: role is ``crude``, ``step``, ``main`` (all that
        the diagram asks for), ``check`` (the same on other accidents) or ``mediator`` (what must
        not be adjusted for, to show what it would hide).
    """
    told = known.dropna(subset=["is_imc"])
    rows = []
    for step, role in _steps(told):
        found = _ratio(step)
        if found is not None:
            numbers = (found.value, found.low, found.high, len(step.rows), role)
            rows.append((step.label, *numbers))
    return pd.DataFrame(rows, columns=["step", "ratio", "low", "high", "accidents", "role"])


def _steps(told: pd.DataFrame) -> list[tuple[Step, str]]:
    every = tuple(causes.parents(causes.IMC))
    found = [(Step("crude", (), told), "crude")]
    for at in range(1, len(STEPS)):
        found.append((Step(f"+ {_words(STEPS[at - 1])}", tuple(STEPS[:at]), told), "step"))
    found.append((Step(f"+ {_words(STEPS[-1])}: all", every, told), "main"))
    hours = told[told["pilot_hours"].ne("unknown")]
    found.append((Step("all, pilot's hours known", every, hours), "check"))
    found.append((Step("all, over accidents in IMC", every, told, (), True), "check"))
    part = told[told["part"].eq("91")]
    found.append((Step("all, Part 91 only", every, part), "check"))
    hidden = told.assign(after=told["phase_group"].astype("object").fillna("unknown").astype(str))
    found.append((Step("all + phase of flight", every, hidden, ("after",)), "mediator"))
    return found


def _words(node: str) -> str:
    return causes.LABELS.get(node, node)


def _ratio(step: Step) -> Estimate | None:
    rows = adjusted.complete(step.rows, "is_imc", nodes=step.nodes, also=step.extra)
    if adjusted.too_few(rows, "is_imc"):
        return None
    fit = adjusted.adjust(rows, "is_imc")
    over = rows["is_imc"].astype(bool) if step.is_over_imc else None
    found = standard.levels(fit, rows, [{"is_imc": 1.0}, {"is_imc": 0.0}], over)
    return standard.ratio(found, 0, 1)


def e_value(ratio: float) -> float:
    """Return the E-value of a ratio of shares (VanderWeele and Ding 2017).

    So strongly, as a ratio, would an unmeasured cause have to go with the exposure and with the
    outcome, beyond what is adjusted for, to explain the ratio away.

    Examples
    --------
    >>> round(e_value(3.9), 2), round(e_value(1 / 3.9), 2), e_value(1.0)
    (7.26, 7.26, 1.0)
    """
    above = max(ratio, 1 / ratio)
    return float(above + np.sqrt(above * (above - 1)))


def e_value_of_bound(low: float, high: float) -> float:
    """Return the E-value of the interval's end that lies nearer to 1; 1 where it includes 1.

    Examples
    --------
    >>> e_value_of_bound(0.9, 2.0), round(e_value_of_bound(2.0, 5.0), 2)
    (1.0, 3.41)
    """
    if low <= 1 <= high:
        return 1.0
    return e_value(low if low > 1 else high)


def frontier(ratio: float, most: float = 20.0, points: int = 80) -> pd.DataFrame:
    """Return the pairs of strengths that would just explain a ratio away.

    Returns
    -------
    pandas.DataFrame
        ``with_exposure, with_outcome``: both ratios; anything above the line would do.
    """
    above = max(ratio, 1 / ratio)
    x = np.geomspace(above * 1.01, max(most, above * 4), points)
    return pd.DataFrame({"with_exposure": x, "with_outcome": above * (x - 1) / (x - above)})


def frontiers(steps: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the frontiers of the ladder's main ratio and of its interval's end nearer to 1.

    Both are empty where there is no main ratio, the second where the interval includes 1.
    """
    none = pd.DataFrame(columns=["with_exposure", "with_outcome"])
    main = steps[steps["role"].eq("main")]
    if main.empty:
        return none, none
    row = main.iloc[0]
    end = row["low"] if row["ratio"] > 1 else row["high"]
    beyond = e_value_of_bound(row["low"], row["high"]) > 1
    return frontier(row["ratio"]), frontier(end) if beyond else none


def benchmarks(known: pd.DataFrame) -> pd.DataFrame:
    """Return how strongly what is measured goes with IMC and with a fatal outcome.

    Returns
    -------
    pandas.DataFrame
        ``what, with_exposure, with_outcome``: ratios of shares, turned round where under 1 (the
        outcome's is among accidents in VMC), and ``pushes``: ``up`` where it would make IMC look
        deadlier, ``down`` where it would hide that.
    """
    told = known.dropna(subset=["is_imc"])
    imc = told["is_imc"].astype(bool)
    rows = []
    for name in strata.FLAGS:
        has = strata.flag(told, name)
        exposure = _quotient(has[imc].astype(float).mean(), has[~imc].astype(float).mean())
        clear, own = told[~imc], has[~imc]
        with_it = clear.loc[own.eq(True).fillna(False), "is_fatal"].mean()
        outcome = _quotient(with_it, clear.loc[own.eq(False).fillna(False), "is_fatal"].mean())
        pushes = "up" if (exposure > 1) == (outcome > 1) else "down"
        rows.append((name, max(exposure, 1 / exposure), max(outcome, 1 / outcome), pushes))
    found = pd.DataFrame(rows, columns=["what", "with_exposure", "with_outcome", "pushes"])
    return found.dropna().reset_index(drop=True)


def _quotient(one: float, other: float) -> float:
    """Ratio of two shares; missing where either is nought or unknown."""
    return one / other if one > 0 and other > 0 else np.nan
