"""Who flies in cloud, and whether the comparison holds within each kind of flight."""

import numpy as np
import pandas as pd
from statsmodels.stats.contingency_tables import StratifiedTable

from hindcast.analysis.records import UNKNOWN
from hindcast.analysis.weather_light import adjusted, standard

GROUPINGS = {
    "aircraft": "aircraft_kind",
    "regulation": "part",
    "purpose": "purpose_told",
    "pilot's hours": "pilot_hours",
}
"""What accidents are split by: label -> column."""

FLAGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "professional pilot": ("professional", ("yes",)),
    "1,000 hours or more": ("pilot_hours", ("4: 1,000-4,999", "5: 5,000 and over")),
    "under 100 hours": ("pilot_hours", ("1: under 100",)),
    "aged 60 or more": ("pilot_age", ("60 to 119",)),
    "second pilot": ("second_pilot", ("yes",)),
    "personal flight": ("purpose_told", ("personal",)),
    "instruction": ("purpose_told", ("instruction",)),
    "business": ("purpose_told", ("business",)),
    "air taxi (Part 135)": ("part", ("135",)),
    "air carrier (Part 121)": ("part", ("121",)),
    "helicopter": ("aircraft_kind", ("helicopter",)),
    "two or more engines": ("aircraft_kind", ("airplane, two or more engines",)),
    "retractable gear": ("retractable", ("yes",)),
    "turbine": ("turbine", ("yes",)),
    "homebuilt": ("homebuilt_told", ("yes",)),
    "winter": ("season_told", ("winter",)),
    "night": ("sun", ("night",)),
}
"""What may differ between flights in IMC and in VMC: label -> column and the values it means."""


def flag(known: pd.DataFrame, name: str) -> pd.Series:
    """Return one of `FLAGS` as nullable booleans: unknown is missing."""
    column, values = FLAGS[name]
    return known[column].isin(values).astype("boolean").mask(known[column].eq(UNKNOWN))


def balance(known: pd.DataFrame) -> pd.DataFrame:
    """Return how accidents in IMC and in VMC differ in what was there before the weather.

    Returns
    -------
    pandas.DataFrame
        ``what, imc, vmc`` (shares of those where it is known) and ``smd``, the standardised
        difference; a tenth is by custom where imbalance begins. Largest difference first.
    """
    rows = []
    for name in FLAGS:
        has = flag(known, name)
        imc = has[known["is_imc"].eq(True).fillna(False)].astype(float).mean()
        vmc = has[known["is_imc"].eq(False).fillna(False)].astype(float).mean()
        rows.append((name, imc, vmc, _standardised(imc, vmc)))
    found = pd.DataFrame(rows, columns=["what", "imc", "vmc", "smd"]).dropna()
    order = found["smd"].abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order].reset_index(drop=True)


def _standardised(one: float, other: float) -> float:
    """Difference of two shares over their common standard deviation; infinite for all and none."""
    spread = np.sqrt((one * (1 - one) + other * (1 - other)) / 2)
    if spread > 0 or np.isnan(spread):
        return (one - other) / spread
    return np.copysign(np.inf, one - other) if one != other else 0.0


def ratios(known: pd.DataFrame) -> pd.DataFrame:
    """Return the ratio of fatal shares, IMC to VMC, within each group of flights.

    Groups in which IMC or VMC has fewer than ten accidents, or fewer than `adjusted.LEAST` fatal
    or other ones, are left out.

    Returns
    -------
    pandas.DataFrame
        ``grouping, group, imc, accidents, ratio, low, high``.
    """
    told = known.dropna(subset=["is_imc"])
    rows = []
    for grouping, column in GROUPINGS.items():
        for group, part in told.groupby(column, observed=True):
            imc = part["is_imc"].astype(bool)
            if _too_few(part, imc):
                continue
            one = standard.ratio(standard.observed(part, [imc, ~imc]), 0, 1)
            size = (int(imc.sum()), len(part))
            rows.append((grouping, _plain(str(group)), *size, one.value, one.low, one.high))
    columns = ["grouping", "group", "imc", "accidents", "ratio", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def _plain(group: str) -> str:
    """Return a group's name without underscores and without the number that orders bands."""
    return group.partition(": ")[2] or group.replace("_", " ")


def _too_few(part: pd.DataFrame, imc: pd.Series) -> bool:
    counts = pd.crosstab(imc, part["is_fatal"].astype(bool))
    small = counts.shape != (2, 2) or counts.to_numpy().min() < adjusted.LEAST
    return bool(small or counts.sum(axis=1).min() < 10)


def pooled(known: pd.DataFrame) -> pd.DataFrame:
    """Return Mantel-Haenszel ratios over the groups of each grouping, and a test that they agree.

    Returns
    -------
    pandas.DataFrame
        ``grouping, groups, crude odds ratio, pooled odds ratio, low, high, p (Tarone)``: the last
        is of the Breslow-Day test of equal odds ratios with Tarone's correction.
    """
    told = known.dropna(subset=["is_imc"])
    rows = []
    for grouping, column in GROUPINGS.items():
        tables = [_table(part) for _, part in told.groupby(column, observed=True)]
        held = [t for t in tables if t.sum(axis=1).min() > 0 and t.sum(axis=0).min() > 0]
        if len(held) < 2:
            continue
        found, crude = StratifiedTable(held), sum(held)
        low, high = found.oddsratio_pooled_confint()
        rows.append(
            {
                "grouping": grouping,
                "groups": len(held),
                "crude odds ratio": crude[0, 0] * crude[1, 1] / (crude[0, 1] * crude[1, 0]),
                "pooled odds ratio": found.oddsratio_pooled,
                "low": low,
                "high": high,
                "p (Tarone)": float(found.test_equal_odds(adjust=True).pvalue),
            }
        )
    return pd.DataFrame(rows)


def _table(part: pd.DataFrame) -> np.ndarray:
    imc, fatal = part["is_imc"].astype(bool), part["is_fatal"].astype(bool)
    return np.array(
        [
            [(imc & fatal).sum(), (imc & ~fatal).sum()],
            [(~imc & fatal).sum(), (~imc & ~fatal).sum()],
        ],
        dtype=float,
    )


def table(found: pd.DataFrame) -> pd.DataFrame:
    """Return `pooled` rounded, to be read."""
    if found.empty:
        return found
    p_values = found["p (Tarone)"].map("{:.2g}".format)
    return found.round(2).assign(**{"p (Tarone)": p_values})


def verdict(found: pd.DataFrame, reversed_groups: list[str]) -> str:
    """Return in words whether any kind of flight turns the comparison round.

    Examples
    --------
    >>> found = pd.DataFrame({"grouping": "part", "group": ["a", "b"], "ratio": [2.0, 0.5]})
    >>> verdict(found, ["b"])
    'Of 2 kinds of flight, 1 turns the comparison round beyond doubt: b. Ratios go from 0.50 \
(part: b) to 2.00 (part: a).'
    """
    if found.empty:
        return "No kind of flight has accidents enough in IMC."
    least, most = found.loc[found["ratio"].idxmin()], found.loc[found["ratio"].idxmax()]
    span = (
        f" Ratios go from {least['ratio']:.2f} ({least['grouping']}: {least['group']}) to "
        f"{most['ratio']:.2f} ({most['grouping']}: {most['group']})."
    )
    if not reversed_groups:
        none = f"Of {len(found)} kinds of flight none turns the comparison round beyond doubt."
        return none + span
    verb = "turns" if len(reversed_groups) == 1 else "turn"
    listed = ", ".join(reversed_groups)
    return (
        f"Of {len(found)} kinds of flight, {len(reversed_groups)} {verb} the comparison round "
        f"beyond doubt: {listed}.{span}"
    )


def reversals(found: pd.DataFrame, overall: float) -> list[str]:
    """Return the groups whose ratio lies beyond doubt on the other side of 1 than the overall one.

    Examples
    --------
    >>> found = pd.DataFrame({"group": ["a", "b"], "low": [1.2, 0.2], "high": [3.0, 0.7]})
    >>> reversals(found, 2.5)
    ['b']
    """
    other = found["high"].lt(1) if overall > 1 else found["low"].gt(1)
    return found.loc[other, "group"].to_list()
