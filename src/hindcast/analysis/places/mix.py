"""What a place's accidents would be like if only their kind mattered: indirect standardisation."""

import logging

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from hindcast.analysis.places.enough import TooFewError
from hindcast.analysis.places.states import STATE
from hindcast.analysis.records import named

log = logging.getLogger(__name__)

KIND = (
    "phase_group",
    "acft_category",
    "homebuilt",
    "purpose",
    "far_part_name",
    "wx_cond_basic",
    "light_cond_name",
)
"""What was flown, for what, in which phase, weather and light; a missing value is a kind."""


def expected(accidents: pd.DataFrame) -> pd.Series:
    """Return P(fatal | kind of accident), from all accidents of known severity, blind to place.

    A logistic regression on the columns of `KIND`, levels under 50 accidents taken together; its
    sum over all accidents is the number of fatal ones.

    Raises
    ------
    TooFewError
        Severity does not vary.
    """
    known = accidents[accidents["is_fatal"].notna()]
    if known["is_fatal"].nunique() < 2:
        raise TooFewError(f"severity does not vary over {len(known)} accidents")
    columns = {c: named(accidents[c]).astype(str) if c in accidents else "unknown" for c in KIND}
    kinds = pd.DataFrame(columns, index=accidents.index)
    encoder = OneHotEncoder(min_frequency=50, handle_unknown="infrequent_if_exist")
    model = make_pipeline(encoder, LogisticRegression(C=10.0, max_iter=1000))
    model.fit(kinds.loc[known.index], known["is_fatal"].astype(int))
    return pd.Series(model.predict_proba(kinds)[:, 1], accidents.index)


def by(accidents: pd.DataFrame, group: str, least: int = 10) -> pd.DataFrame:
    """Return observed over expected fatal accidents by group, with 95% intervals.

    Intervals take the expectation as given: on the log scale, with the variance of a sum of
    accidents that differ in their probability.

    Parameters
    ----------
    accidents
        With ``expected`` of `expected`.
    group
        Column.
    least
        Groups with fewer accidents of known severity are left out.

    Returns
    -------
    pandas.DataFrame
        ``group, known, fatal, expected, ratio, low, high``, in order of the ratio.
    """
    known = accidents[accidents["is_fatal"].notna()]
    rows = known.assign(variance=known["expected"] * (1 - known["expected"]))
    found = rows.groupby(group, observed=True).agg(
        known=("is_fatal", "size"),
        fatal=("is_fatal", "sum"),
        expected=("expected", "sum"),
        variance=("variance", "sum"),
    )
    found = found[found["known"] >= least].reset_index()
    found = found.astype({"fatal": "int64"})
    found["ratio"] = found["fatal"] / found["expected"]
    wide = np.exp(1.96 * np.sqrt(found["variance"]) / found["expected"])
    found["low"], found["high"] = found["ratio"] / wide, found["ratio"] * wide
    return found.drop(columns="variance").sort_values("ratio", ignore_index=True)


def by_state(
    accidents: pd.DataFrame,
    expected: pd.Series | None,
    named_states: pd.DataFrame,
    least: float = 5,
) -> pd.DataFrame:
    """Return `by` for the states, with ``code`` and ``place``, in order of the ratio.

    Parameters
    ----------
    expected
        Of `expected`, or None.
    named_states
        Of `hindcast.analysis.places.states.table`.
    least
        States with fewer expected fatal accidents are left out.
    """
    if expected is None:
        return pd.DataFrame(columns=["code", "place", "known", "fatal", "expected", "ratio"])
    found = by(accidents.assign(expected=expected), "ev_state")
    rows = named_states.loc[named_states["kind"].eq(STATE), ["code", "place"]]
    joined = rows.merge(found, left_on="code", right_on="ev_state", validate="one_to_one")
    kept = joined[joined["expected"] >= least].drop(columns="ev_state")
    log.info("states: %d, with %g expected fatal accidents %d", len(joined), least, len(kept))
    return kept.sort_values(["ratio", "code"], ignore_index=True)
