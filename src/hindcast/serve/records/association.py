"""How closely a field goes with death: Cramér's V for codes, point-biserial r for numbers.

Both come from the counts of fatal and other events by the field's value, and so do their jackknife
intervals: leaving out any event of a cell gives the same, so one value a cell is enough.
"""

from typing import Any, NamedTuple

import numpy as np

from hindcast.serve.records.filters import RecordFilter, all_of
from hindcast.serve.records.shares import told

Z = 1.959963984540054
METHOD = (
    "cramers_v: square root of chi-square over n, for codes; point_biserial: Pearson's r of the "
    "number and death. Both bias-corrected by the jackknife over events, with its 95% intervals, "
    "on the scale of V squared (there those of weak associations cover the truth in 90 to 99 of "
    "100 cases) and of Fisher's z. Each field by itself: an association in the records, neither an "
    "effect nor adjusted for other fields; events with the field or the severity missing are left "
    "out."
)


class Field(NamedTuple):
    """A column of ``event``, how it is measured, and when it becomes known."""

    column: str
    measure: str
    known_at: str


FIELDS = (
    *(
        Field(column, "cramers_v", "dispatch")
        for column in (
            "ev_state", "ev_month", "ev_hour", "acft_category", "is_homebuilt", "far_part",
            "type_fly", "wx_cond_basic", "light_cond", "sky_cond_ceil",
        )
    ),
    *(
        Field(column, "point_biserial", "dispatch")
        for column in (
            "ev_year", "n_engines", "n_crew", "vis_sm", "sky_ceil_ht_ft", "wind_vel_kts",
            "gust_kts", "wx_temp_deg_c", "wx_dew_pt_deg_c",
        )
    ),
    *(
        Field(column, "cramers_v", "event")
        for column in ("phase_group", "occurrence", "is_on_airport", "is_midair")
    ),
    *(
        Field(column, "point_biserial", "event")
        for column in ("airport_distance_sm", "n_aircraft")
    ),
    Field("damage", "cramers_v", "scene"),
)  # fmt: skip

# Sums rather than FILTER, and missing values dropped afterwards: half the time.
_EACH = " UNION ALL ".join(
    f"SELECT '{one.column}' AS field, {one.column}::VARCHAR AS level, "
    f"sum(is_fatal::INTEGER) AS fatal, count(*) AS n FROM asked GROUP BY {one.column}"
    for one in FIELDS
)


class Estimate(NamedTuple):
    """A measure with its interval; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None


_UNDEFINED = Estimate(None, None, None)


async def correlations(warehouse: Any, asked: RecordFilter) -> dict[str, Any]:
    """Return the association of each field with death in the events that the filters leave."""
    where, values = all_of(asked.conditions())
    found = await warehouse.ask("correlations", statement(where), values)
    return {**told(asked), "method": METHOD, "items": await warehouse.run(items, found)}


def statement(where: str) -> str:
    """Return the SELECT of counts by field and value of the events that ``where`` leaves."""
    return (
        f"WITH asked AS MATERIALIZED (FROM event WHERE is_fatal IS NOT NULL AND ({where})) {_EACH}"
    )


def items(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the association of each field, from the rows of :func:`statement`."""
    cells: dict[str, list[dict[str, Any]]] = {one.column: [] for one in FIELDS}
    for row in rows:
        if row["level"] is not None:
            cells[row["field"]].append(row)
    return [_item(one, sorted(cells[one.column], key=lambda row: row["level"])) for one in FIELDS]


def _item(field: Field, rows: list[dict[str, Any]]) -> dict[str, Any]:
    counts = np.array([[row["fatal"], row["n"] - row["fatal"]] for row in rows], float).reshape(
        -1, 2
    )
    if field.measure == "cramers_v":
        found = cramers_v(counts)
    else:
        found = point_biserial(np.array([float(row["level"]) for row in rows]), counts)
    about = {"field": field.column, "measure": field.measure, "known_at": field.known_at}
    return {**about, "n": int(counts.sum()), "n_levels": len(rows), **found._asdict()}


def cramers_v(counts: np.ndarray) -> Estimate:
    """Return Cramér's V of a table of two columns.

    Parameters
    ----------
    counts
        Events by level and outcome, shape (levels, 2).

    Examples
    --------
    >>> estimate = cramers_v(np.array([[60.0, 40.0], [20.0, 180.0]]))
    >>> estimate.low < estimate.value < estimate.high
    True
    """
    if not _is_enough(counts):
        return _UNDEFINED
    whole, without = _chi_square_share(counts), _chi_square_share(_one_less(counts))
    centre, spread = _jackknife(whole, without.reshape(counts.shape), counts)
    ends = np.sqrt(np.clip([centre, centre - Z * spread, centre + Z * spread], 0, 1))
    return Estimate(*(float(end) for end in ends))


def point_biserial(values: np.ndarray, counts: np.ndarray) -> Estimate:
    """Return Pearson's r of a number and an outcome.

    Parameters
    ----------
    values
        The number's values, shape (levels,).
    counts
        Events by value and outcome, shape (levels, 2).
    """
    if not _is_enough(counts):
        return _UNDEFINED
    whole, without = _fisher(values, counts), _fisher(values, _one_less(counts))
    centre, spread = _jackknife(whole, without.reshape(counts.shape), counts)
    ends = np.tanh([centre, centre - Z * spread, centre + Z * spread])
    return Estimate(*(float(end) for end in ends))


def _is_enough(counts: np.ndarray) -> bool:
    """Say whether no outcome, and no value, hangs on one event alone."""
    levels = counts.sum(axis=1)
    return len(counts) > 1 and counts.sum(axis=0).min() > 1 and levels.sum() - levels.max() > 1


def _one_less(counts: np.ndarray) -> np.ndarray:
    """Return the table without one event of each cell, shape (levels * 2, levels, 2).

    Empty cells, which have none to leave out, stay as they are; they get no weight.
    """
    drop = np.eye(counts.size).reshape(counts.size, *counts.shape)
    return counts - drop * (counts > 0)


def _chi_square_share(counts: np.ndarray) -> np.ndarray:
    """Return chi-square over n, which is V squared for two columns, shape (...)."""
    levels, outcomes = counts.sum(axis=-1), counts.sum(axis=-2)
    n = levels.sum(axis=-1)
    shares = counts[..., 0] / np.where(levels > 0, levels, 1)
    base = outcomes[..., 0] / n
    between = (levels * (shares - base[..., None]) ** 2).sum(axis=-1)
    return between / (n * base * (1 - base))


def _fisher(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return Fisher's z of the correlation, shape (...)."""
    levels = counts.sum(axis=-1)
    n = levels.sum(axis=-1)
    fatal = counts[..., 0]
    base = fatal.sum(axis=-1) / n
    mean = (levels @ values) / n
    apart = values - mean[..., None] if counts.ndim > 2 else values - mean
    variance = (levels * apart**2).sum(axis=-1) / n
    covariance = (fatal * apart).sum(axis=-1) / n
    r = covariance / np.sqrt(variance * base * (1 - base))
    return np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))


def _jackknife(whole: np.ndarray, without: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """Return the bias-corrected statistic and its standard error."""
    n = counts.sum()
    mean = (counts * without).sum() / n
    spread = np.sqrt((n - 1) / n * (counts * (without - mean) ** 2).sum())
    return float(n * whole - (n - 1) * mean), float(spread)
