"""Time to an accident: what a survival curve of accidents alone shows, and what it should.

Simulated, with hazards that are known. Those who had no accident are the risk set; without them a
curve shows how many hours were flown, not how dangerous they were.
"""

import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight

from hindcast.analysis.limits.hours import PER, poisson_interval

HAZARD = 5 / 100_000
"""Accidents per flight hour in both fleets."""
FLEETS = {"flown little": 500.0, "flown much": 4_000.0}
"""Mean hours until an aircraft leaves its fleet unharmed."""
LANDMARK = 1_000.0
CURVE = ["group", "hours", "surviving", "low", "high"]


def fleets(aircraft: int, seed: int) -> pd.DataFrame:
    """Draw two fleets of one hazard that differ in the hours they fly.

    Parameters
    ----------
    aircraft
        In each fleet.

    Returns
    -------
    pandas.DataFrame
        ``fleet, hours`` (flown until accident or exit) and ``is_accident``.
    """
    draw = np.random.default_rng(seed)
    parts = []
    for name, mean in FLEETS.items():
        accident = draw.exponential(1 / HAZARD, aircraft)
        leaving = draw.exponential(mean, aircraft)
        columns = {"hours": np.minimum(accident, leaving), "is_accident": accident < leaving}
        parts.append(pd.DataFrame({"fleet": name} | columns))
    return pd.concat(parts, ignore_index=True)


def at_accident(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return pilots' hours at the accident for two purposes, as if they were times to it.

    Parameters
    ----------
    accidents
        ``purpose_group`` and ``pilot_hours_log`` (ln(1+h)).

    Returns
    -------
    pandas.DataFrame
        ``purpose, hours``; accidents without known hours are left out.
    """
    purpose = accidents["purpose_group"].astype("object")
    rows = pd.DataFrame({"purpose": purpose, "hours": np.expm1(accidents["pilot_hours_log"])})
    return rows[purpose.isin(["instruction", "business"])].dropna(ignore_index=True)


def curves(rows: pd.DataFrame, group: str, time: str, event: str | None = None) -> pd.DataFrame:
    """Return Kaplan-Meier curves by group, with pointwise 95% intervals.

    Parameters
    ----------
    rows
        With a positive number of hours in ``time``; rows without one are left out.
    event
        A boolean column; without one every row is an event, as in records of accidents.

    Returns
    -------
    pandas.DataFrame
        ``group, hours, surviving, low, high``, in order of hours.
    """
    parts = [pd.DataFrame(columns=CURVE)]
    known = rows[rows[time].gt(0).fillna(value=False)]
    for name, own in known.groupby(group, observed=True):
        status = np.ones(len(own)) if event is None else own[event].to_numpy(dtype=float)
        parts.append(_curve(str(name), own[time].to_numpy(dtype=float), status))
    kept = [part for part in parts if len(part)]
    return pd.concat(kept, ignore_index=True) if kept else parts[0]


def _curve(name: str, time: np.ndarray, status: np.ndarray) -> pd.DataFrame:
    if not status.any():
        return pd.DataFrame(columns=CURVE)
    fitted = SurvfuncRight(time, status)
    surviving, error = fitted.surv_prob, np.nan_to_num(fitted.surv_prob_se)
    columns = {"group": name, "hours": fitted.surv_times, "surviving": surviving}
    columns["low"] = np.clip(surviving - 1.96 * error, 0, 1)
    columns["high"] = np.clip(surviving + 1.96 * error, 0, 1)
    return pd.DataFrame(columns)


def person_time(rows: pd.DataFrame) -> pd.DataFrame:
    """Return accidents per 100,000 hours by fleet from all aircraft, with exact intervals."""
    found = rows.groupby("fleet").agg(accidents=("is_accident", "sum"), hours=("hours", "sum"))
    low, high = poisson_interval(found["accidents"].to_numpy())
    per = PER / found["hours"]
    rates = {"rate": found["accidents"] * per, "low": low * per, "high": high * per}
    return found.assign(**rates).reset_index()


def immortal(rows: pd.DataFrame, landmark: float = LANDMARK) -> pd.DataFrame:
    """Compare pilots who reached some hours with those who did not, wrongly and rightly.

    Whoever reached the landmark cannot have had an accident before: those hours are immortal. In
    the right count hours below it belong to nobody's experience.

    Returns
    -------
    pandas.DataFrame
        ``count, reached, not_reached, ratio``: accidents per 100,000 hours, and reached over not.
    """
    hours, accident = rows["hours"], rows["is_accident"]
    reached = hours >= landmark
    wrong = [_rate(accident[reached].sum(), hours[reached].sum())]
    wrong += [_rate(accident[~reached].sum(), hours[~reached].sum())]
    later = (hours - landmark).clip(lower=0).sum()
    right = [_rate(accident[reached].sum(), later)]
    right += [_rate(accident[~reached].sum(), hours.clip(upper=landmark).sum())]
    told = {"who reached it, all their hours": wrong, "hours before and after it": right}
    frame = pd.DataFrame(
        [(name, *rates) for name, rates in told.items()],
        columns=["count", "reached", "not_reached"],
    )
    return frame.assign(ratio=frame["reached"] / frame["not_reached"])


def _rate(accidents: float, hours: float) -> float:
    return PER * accidents / hours if hours else np.nan
