"""How the share of fatal accidents goes with visibility, ceiling, wind, warmth and the sun."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2
from statsmodels.stats.multitest import multipletests

from hindcast.analysis import shares
from hindcast.analysis.weather_light import adjusted, causes, standard
from hindcast.analysis.weather_light.accidents import NO_CEILING_FT, RULES

LEAST = 200
"""Fewest accidents for a curve."""


@dataclass(frozen=True)
class Course:
    """A measured quantity: how it is named, cut to what range, and adjusted for what."""

    column: str
    label: str
    low: float
    high: float
    edges: tuple[float, ...]
    nodes: tuple[str, ...]
    is_log: bool = False


_WEATHER = tuple(causes.parents(causes.IMC))
_LIGHT = tuple(causes.parents(causes.NIGHT))
COURSES = [
    Course("visibility_sm", "visibility (sm)", 0.0, 10.0, (0, 1, 3, 5, 7, 9, 10.01), _WEATHER),
    Course(
        "ceiling_ft",
        "ceiling, where there is one (ft)",
        100.0,
        12_000.0,
        (99, 300, 500, 1000, 2000, 3000, 6000, 12_001),
        _WEATHER,
        True,
    ),
    Course(
        "wind_speed_kts", "wind (kts)", 0.0, 30.0, (0, 5, 10, 15, 20, 30.01), (*_WEATHER, "imc")
    ),
    Course(
        "temperature_c",
        "temperature (deg C)",
        -20.0,
        40.0,
        (-20.01, 0, 10, 20, 30, 40.01),
        (*_WEATHER, "imc"),
    ),
    Course(
        "density_altitude_ft",
        "density altitude (ft)",
        -2000.0,
        9000.0,
        (-2000.01, 0, 2000, 4000, 6000, 9000.01),
        (*_WEATHER, "imc"),
    ),
    Course(
        "sun_elevation_deg",
        "sun over the horizon (deg)",
        -30.0,
        70.0,
        (-30.01, -12, -6, 0, 10, 30, 50, 70.01),
        _LIGHT,
    ),
]


def course(known: pd.DataFrame, asked: Course, points: int = 11) -> dict | None:
    """Return the standardised curve of a quantity, a test of its bend, and plain shares by bin.

    Values beyond the range are put at its end, ceilings apart from no ceiling. The curve is a
    natural cubic spline of four degrees of freedom; the p-value is of the likelihood ratio against
    a straight line (of the log odds).

    Returns
    -------
    dict or None
        ``asked``; ``curve`` (``x, share, low, high``: pointwise 95% intervals), ``bins`` (``x,
        accidents, fatal_share, low, high``), ``p_value``, ``rows``. None for too few accidents.
    """
    told = known[_is_told(known, asked)]
    if len(told) < LEAST or told["is_fatal"].nunique() < 2 or told[asked.column].nunique() < 6:
        return None
    raw = told[asked.column].astype(float).clip(asked.low, asked.high)
    rows = adjusted.complete(told.assign(x=np.log(raw) if asked.is_log else raw), "x",
                             nodes=asked.nodes)  # fmt: skip
    bent, straight = (
        adjusted.adjust(rows, "cr(x, df=4, constraints='center')"),
        adjusted.adjust(rows, "x"),
    )
    statistic = straight.result.deviance - bent.result.deviance
    freedom = bent.result.df_model - straight.result.df_model
    return {
        "asked": asked,
        "curve": _curve(bent, rows, asked, points),
        "bins": _bins(told.assign(x=raw), asked.edges),
        "p_value": float(chi2.sf(max(statistic, 0.0), freedom)),
        "rows": len(rows),
    }


def _is_told(known: pd.DataFrame, asked: Course) -> pd.Series:
    values = known[asked.column].astype(float)
    return values.notna() & (values.lt(NO_CEILING_FT) | (asked.column != "ceiling_ft"))


def _curve(fit: adjusted.Fit, rows: pd.DataFrame, asked: Course, points: int) -> pd.DataFrame:
    low, high = rows["x"].quantile([0.005, 0.995])
    grid = np.linspace(low, high, points)
    found = standard.levels(fit, rows, [{"x": x} for x in grid])
    told = [standard.share(found, at) for at in range(points)]
    at = np.exp(grid) if asked.is_log else grid
    columns = {"x": at, "share": [t.value for t in told]}
    return pd.DataFrame(columns | {"low": [t.low for t in told], "high": [t.high for t in told]})


def _bins(told: pd.DataFrame, edges: tuple[float, ...]) -> pd.DataFrame:
    cut = pd.cut(told["x"], list(edges), include_lowest=True, right=False)
    found = shares.by(told.assign(bin=cut), "bin", least=10)
    return found.assign(x=told.groupby(cut, observed=True)["x"].median().to_numpy())


def courses(known: pd.DataFrame) -> list[dict]:
    """Return all courses that can be made; ``q_value`` controls false discoveries among bends."""
    found = [one for asked in COURSES if (one := course(known, asked))]
    if found:
        q_values = multipletests([one["p_value"] for one in found], method="fdr_bh")[1]
        found = [one | {"q_value": float(q)} for one, q in zip(found, q_values, strict=True)]
    return found


def bends(found: list[dict]) -> pd.DataFrame:
    """Return the tests of a bend as a table."""
    rows = [
        {
            "quantity": one["asked"].label,
            "accidents": one["rows"],
            "p (likelihood ratio against a line)": f"{one['p_value']:.2g}",
            "q": f"{one['q_value']:.2g}",
        }
        for one in found
    ]
    return pd.DataFrame(rows)


def rules(known: pd.DataFrame) -> pd.DataFrame:
    """Return the share of fatal accidents by the station's flight-rules category.

    Returns
    -------
    pandas.DataFrame
        ``category, kind`` (crude or adjusted), ``share, low, high, accidents``.
    """
    told = known.assign(category=known["flight_rules_category"])
    held = [name for name in RULES if _varies(told, name)]
    if len(held) < 2:
        return pd.DataFrame(columns=["category", "kind", "share", "low", "high", "accidents"])
    told = told[told["category"].isin(held)]
    flags = {f"is_{name}": told["category"].eq(name) for name in held[1:]}
    rows = adjusted.complete(told.assign(**flags), *flags, nodes=_WEATHER)
    fit = adjusted.adjust(rows, *flags)
    none = dict.fromkeys(flags, 0.0)
    settings = [none, *({**none, flag: 1.0} for flag in flags)]
    crude = standard.observed(told, [told["category"].eq(name) for name in held])
    both = {"crude": crude, "adjusted": standard.levels(fit, rows, settings)}
    counts = told["category"].value_counts()
    return pd.DataFrame(
        [
            {"category": name, "kind": kind, "accidents": int(counts[name]), **_bounds(found, at)}
            for kind, found in both.items()
            for at, name in enumerate(held)
        ]
    )


def _varies(told: pd.DataFrame, name: str) -> bool:
    fatal = told.loc[told["category"].eq(name), "is_fatal"]
    return min(fatal.sum(), len(fatal) - fatal.sum()) >= adjusted.LEAST


def _bounds(found: standard.Levels, at: int) -> dict[str, float]:
    told = standard.share(found, at)
    return {"share": told.value, "low": told.low, "high": told.high}
