"""Values that whole years of the releases lack, imputed many times."""

import numpy as np
import pandas as pd
from statsmodels.imputation.mice import MICEData

from hindcast.analysis.aircraft.comparisons import IMPUTED, TRAITS

LEVELS = ["purpose", "rules", "region"]
LEAST = 50
"""A column that fewer accidents fill is not imputed."""
RARE = 0.01
"""A category of a smaller share of the accidents has no term of its own."""


def missing(fleet: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """Return for fatal and other accidents how often columns are filled, and in which years.

    Parameters
    ----------
    columns
        Name -> column of the fleet.

    Returns
    -------
    pandas.DataFrame
        ``field, filled, filled_fatal, filled_other`` (shares of the accidents of known severity)
        and ``years``: those in which more than half are filled.
    """
    known = fleet[fleet["is_fatal"].notna()]
    fatal = known["is_fatal"].astype(bool)
    told = []
    for name, column in columns.items():
        has = known[column].notna() & (known[column].astype("object") != "unknown")
        by_year = has.groupby(known["ev_year"]).mean()
        by_outcome = {"filled_fatal": has[fatal].mean(), "filled_other": has[~fatal].mean()}
        told.append({"field": name, "filled": has.mean()} | by_outcome | {"years": _spans(by_year)})
    return pd.DataFrame(told)


def _spans(by_year: pd.Series) -> str:
    """Return the years of more than a half as spans, such as ``2008-2012, 2015``."""
    found = pd.Series(sorted(by_year.index[by_year > 0.5]), dtype="int64")
    runs = found.groupby((found.diff() != 1).cumsum()).agg(["min", "max"])
    pairs = runs.itertuples(index=False)
    return ", ".join(f"{low}" if low == high else f"{low}-{high}" for low, high in pairs)


def completed(fleet: pd.DataFrame, times: int, seed: int, burn_in: int = 2) -> list[pd.DataFrame]:
    """Return the fleet several times over, with `IMPUTED` columns filled by chained equations.

    Each is regressed on the others, the outcome, traits, use, region and year; values are drawn
    from the nearest predicted ones (predictive mean matching), so none is impossible. What is
    missing because of the release is missing at random given the year; what else is missing is
    assumed to be so given the rest.

    Parameters
    ----------
    times
        How many.
    seed
        Of the draws.
    burn_in
        Rounds before the first.

    Returns
    -------
    list of pandas.DataFrame
        `IMPUTED` of the accidents of known severity, under the fleet's index. A column that is
        never filled stays empty.
    """
    known = fleet[fleet["is_fatal"].notna()]
    filled = [c for c in IMPUTED if known[c].notna().sum() > LEAST]
    own = known[list(IMPUTED)]
    if not any(own[c].isna().any() for c in filled):
        return [own] * times
    chain = MICEData(_design(known, filled).reset_index(drop=True), rng=np.random.default_rng(seed))
    chain.update_all(burn_in)
    made = []
    for _ in range(times):
        chain.update_all(1)
        made.append(own.assign(**{c: chain.data[c].to_numpy() for c in filled}))
    return made


def _design(known: pd.DataFrame, filled: list[str]) -> pd.DataFrame:
    """Return the columns to fill, and what the chain regresses them on."""
    flags = {c: known[c].astype("float64").fillna(0.0) for c in TRAITS}
    made = {"is_fatal": known["is_fatal"].astype(float), "ev_year": known["ev_year"] - 2000.0}
    made["pilot_age"] = known["pilot_age_decades"].fillna(known["pilot_age_decades"].mean())
    dummies = pd.get_dummies(known[LEVELS].astype(str), dtype=float)
    parts = pd.DataFrame(flags | made).join(dummies.loc[:, dummies.mean() > RARE]).fillna(0.0)
    for column in filled:
        parts = parts[_independent(parts[known[column].notna()])]
    return known[filled].join(parts.set_axis([f"x{i}" for i in range(parts.shape[1])], axis=1))


def _independent(parts: pd.DataFrame) -> list[str]:
    """Return the columns that those before them, and a constant, do not add up to."""
    whole = np.column_stack([np.ones(len(parts)), parts.to_numpy(float)])
    corner = np.zeros(whole.shape[1])
    corner[: min(whole.shape)] = np.abs(np.diag(np.linalg.qr(whole, mode="r")))
    return parts.columns[(corner > 1e-6 * np.sqrt(len(parts)))[1:]].to_list()
