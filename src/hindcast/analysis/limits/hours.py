"""Rates per flight hour need hours: the few that are published, and what they do to a ranking.

The records hold no hours flown. Those published by others come from reference tables, which name
their sources; counts come from the records.
"""

import numpy as np
import pandas as pd
from IPython.display import Markdown
from scipy import stats

from hindcast import paths
from hindcast.analysis import shares

AIRLINES, COMMUTERS = "Part 121 (airlines)", "Part 135 (commuter and on demand)"
OTHERS = "General aviation (all other)"
PER = 100_000
LEAST = 10
"""Accidents of known severity that a share needs."""
COLUMNS = ["operation", *shares.COLUMNS, "flight_hours"]
RATES = ["fatal_rate", "rate_low", "rate_high", "accident_rate"]
PART_91 = ("091", "91")
_PARTS = {"121": AIRLINES, "135": COMMUTERS} | dict.fromkeys(("129", "NUSC", "NUSN", "UNK"))


def published(name: str) -> pd.DataFrame:
    """Return a reference table of published figures, ``published_hours`` or ``published_rates``."""
    return pd.read_csv(paths.reference() / f"{name}.csv")


def sources(*tables: pd.DataFrame) -> Markdown:
    """Return the sources of reference tables as a list, each once."""
    named = pd.concat([table["source"] for table in tables]).drop_duplicates()
    return Markdown("\n".join(f"- {source}" for source in named) + "\n")


def operations(accidents: pd.DataFrame) -> pd.Series:
    """Return under which of the published operations each accident was flown.

    Missing where the regulation is unknown, or foreign: no hours are published for that.
    """
    parts = accidents["far_part"].astype("object")
    named = parts.map(lambda part: _PARTS.get(part, OTHERS), na_action="ignore")
    return named.where(parts.notna(), None).rename("operation")


def by_operation(accidents: pd.DataFrame, hours: pd.DataFrame) -> pd.DataFrame:
    """Return counts, fatal shares and rates by operation, over the years with published hours.

    Parameters
    ----------
    accidents
        ``ev_year, far_part, is_fatal``.
    hours
        ``operation, year, flight_hours``. Years that the records lack are left out on both sides.

    Returns
    -------
    pandas.DataFrame
        ``operation``, counts, Wilson's interval of the share, ``flight_hours``, rates per 100,000
        hours (``fatal_rate`` with exact Poisson bounds). Empty where no year is in both.
    """
    both = sorted(set(hours["year"]) & set(accidents["ev_year"]))
    rows = accidents[accidents["ev_year"].isin(both)]
    rows = rows.assign(operation=operations(rows)).dropna(subset="operation")
    if rows.empty:
        return pd.DataFrame(columns=[*COLUMNS, *RATES])
    flown = hours[hours["year"].isin(both)].groupby("operation")["flight_hours"].sum()
    found = shares.by(rows, "operation", least=LEAST).merge(
        flown.reset_index(), on="operation", validate="one_to_one"
    )
    return found.assign(**_rates(found))[[*COLUMNS, *RATES]]


def _rates(found: pd.DataFrame) -> dict[str, pd.Series]:
    low, high = poisson_interval(found["fatal"].to_numpy())
    per = PER / found["flight_hours"]
    rates = {"fatal_rate": found["fatal"] * per, "accident_rate": found["accidents"] * per}
    return rates | {"rate_low": low * per, "rate_high": high * per}


def poisson_interval(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Garwood's exact 95% bounds of the means of Poisson counts.

    Examples
    --------
    >>> low, high = poisson_interval(np.array([0, 10]))
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.0, 4.8], [3.69, 18.39])
    """
    counts = np.asarray(counts, dtype=float)
    low = np.where(counts > 0, stats.chi2.ppf(0.025, 2 * np.maximum(counts, 1)) / 2, 0.0)
    return low, stats.chi2.ppf(0.975, 2 * (counts + 1)) / 2


def ranks(found: pd.DataFrame) -> pd.DataFrame:
    """Return each operation's place by count, by fatal share and by fatal rate (1: the most).

    Returns
    -------
    pandas.DataFrame
        ``operation, measure, value, low, high, rank``, a row for each of the three measures.
    """
    measures = {
        "accidents": ("accidents", None, None),
        "share of accidents that was fatal": ("fatal_share", "low", "high"),
        "fatal accidents per 100,000 flight hours": ("fatal_rate", "rate_low", "rate_high"),
    }
    parts = [_ranked(found, measure, *columns) for measure, columns in measures.items()]
    return pd.concat(parts, ignore_index=True)


def _ranked(
    found: pd.DataFrame, measure: str, value: str, low: str | None, high: str | None
) -> pd.DataFrame:
    columns = {"operation": found["operation"], "measure": measure}
    for name, column in {"value": value, "low": low, "high": high}.items():
        columns[name] = found[column].astype("float64") if column else np.nan
    place = columns["value"].rank(ascending=False, method="min")
    return pd.DataFrame(columns | {"rank": place})


def beside_published(accidents: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Hold published rates of groups of aircraft beside the fatal shares that they imply.

    Parameters
    ----------
    accidents
        ``ev_year, far_part, acft_category, is_fatal``; those of Part 91 stand for non-commercial
        flying, which the records do not name.
    rates
        ``group, acft_category, year, accidents_per_100k_h, fatal_per_100k_h``.

    Returns
    -------
    pandas.DataFrame
        ``group, year, rate, fatal_rate`` (published, per 100,000 hours), ``share_implied`` by
        them, and ``accidents, share_here``: of known severity in these records, and fatal.
    """
    private = accidents[accidents["far_part"].isin(PART_91)]
    told = []
    for row in rates.itertuples():
        is_own = private["acft_category"].eq(row.acft_category) & private["ev_year"].eq(row.year)
        own = private.loc[is_own.fillna(value=False), "is_fatal"].dropna()
        implied = row.fatal_per_100k_h / row.accidents_per_100k_h
        seen = float(own.astype(float).mean()) if len(own) >= LEAST else np.nan
        published = {"rate": row.accidents_per_100k_h, "fatal_rate": row.fatal_per_100k_h}
        held = {"accidents": len(own), "share_here": seen}
        names = {"group": row.group, "year": row.year}
        told.append(names | published | {"share_implied": implied} | held)
    return pd.DataFrame(told)
