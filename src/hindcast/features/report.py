"""What the stage checks: constants, duplicates, correlation, sparsity, range, availability.

A constant is reported, not refused: a release may hold a column that never varies. Two numbers
that are the same, row for row, are refused unless one says why (``related``): one of them is a slip
of the catalog. Flags that agree on every row are reported only: in a small release two rare things
may well have happened to the same accidents.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

SPARSE_SHARE = 0.95
ENOUGH_PAIRS = 100
ENOUGH_ROWS = 1000
NO_VARIANCE = 1e-9
ENOUGH_SHARE = 0.2
VANISHED_SHARE = 0.25


class DuplicateError(ValueError):
    """Two features hold the same values and neither says why."""


@dataclass(frozen=True)
class Report:
    """What the checks found.

    Attributes
    ----------
    rows, features, absent
        Counts: events, features in the catalog, features whose columns the source lacks.
    constant, sparse, vanished
        Names: one value wherever known; known in fewer than 5% of events; known in the last year
        for less than a quarter of the share of its best year, so that a model which learned on
        earlier years meets mostly nulls.
    duplicates
        (first, second, reason or ``""``) with the same values on every row.
    correlated
        (first, second, r, events, reason or ``""``) with abs(r) at or above the limit.
    availability
        Known share by year and feature: columns year, name, share.
    numbers
        Names of the features that are numbers.
    """

    rows: int
    features: int
    absent: list[str]
    constant: list[str]
    sparse: list[str]
    vanished: list[str]
    duplicates: list[tuple[str, str, str]]
    correlated: list[tuple[str, str, float, int, str]]
    availability: pl.DataFrame = field(repr=False)
    numbers: frozenset[str] = field(repr=False)

    def stop_on_duplicates(self) -> None:
        """Raise where numbers are the same without a reason; too few rows prove nothing."""
        unexplained = [
            (a, b) for a, b, reason in self.duplicates if a in self.numbers and not reason
        ]
        if unexplained and self.rows >= ENOUGH_ROWS:
            pairs = ", ".join(f"{a} = {b}" for a, b in unexplained)
            raise DuplicateError(
                f"features that are the same on all {self.rows} events: {pairs}; drop one of each "
                "from the catalog or state why both are there (related)"
            )

    def summary(self) -> pl.DataFrame:
        """Return one row a check: what was looked for, how many were found, which."""
        unexplained = [f"{a}/{b}" for a, b, *_, reason in self.correlated if not reason]
        found = {
            "absent from this source": self.absent,
            "constant": self.constant,
            "known in fewer than 5% of events": self.sparse,
            "hardly known any more in the last year": self.vanished,
            "the same, with a reason": [f"{a}/{b}" for a, b, reason in self.duplicates if reason],
            "the same, without a reason": [f"{a}/{b}" for a, b, why in self.duplicates if not why],
            "correlated, with a reason": [f"{a}/{b}" for a, b, *_, why in self.correlated if why],
            "correlated, without a reason": unexplained,
        }
        return pl.DataFrame(
            {
                "check": list(found),
                "features": [len(names) for names in found.values()],
                "which": [", ".join(names[:6]) + " ..." * (len(names) > 6)
                          for names in found.values()],
            }
        )  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """Return the report as feature_report.json holds it."""
        years = self.availability.pivot("year", index="name", values="share")
        return {
            "rows": self.rows,
            "features": self.features,
            "absent": self.absent,
            "constant": self.constant,
            "sparse": self.sparse,
            "vanished": self.vanished,
            "duplicates": self.duplicates,
            "correlated": self.correlated,
            "availability": {row.pop("name"): row for row in years.to_dicts()},
        }


def check(frame: pl.DataFrame, schema: dict[str, Any], correlation_limit: float) -> Report:
    """Return what the checks find in a feature table.

    Parameters
    ----------
    frame
        ``ev_date`` and one column per feature of ``schema``.
    schema
        As :func:`hindcast.features.schema.describe` returns it.
    correlation_limit
        Pairs of numbers and flags at or above this abs(Pearson r) are listed.
    """
    told = {entry["name"]: entry for entry in schema["features"]}
    values = frame.select(list(told))
    absent = [name for name, entry in told.items() if entry["absent"]]
    reasons = {name: entry["related"] for name, entry in told.items()}
    known = values.drop([name for name in told if values[name].null_count() == values.height])
    constant = [name for name in known.columns if known[name].drop_nulls().n_unique() == 1]
    varied = known.drop(constant)
    sparse = [c for c in known.columns if known[c].null_count() > SPARSE_SHARE * known.height]
    years = availability(frame, list(told))
    numbers = frozenset(name for name in told if values[name].dtype == pl.Float64)
    return Report(
        values.height, values.width, absent, constant, sparse, _vanished(years),
        _duplicates(varied, reasons), _correlated(varied, reasons, correlation_limit), years,
        numbers,
    )  # fmt: skip


def _vanished(years: pl.DataFrame) -> list[str]:
    best = pl.col("share").max()
    last = pl.col("share").sort_by("year").last()
    shares = years.group_by("name", maintain_order=True).agg(best=best, last=last)
    gone = (pl.col("best") >= ENOUGH_SHARE) & (pl.col("last") < VANISHED_SHARE * pl.col("best"))
    return shares.filter(gone)["name"].to_list()


def availability(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Return the share of events in which each feature is known, by year of the event."""
    year = pl.col("ev_date").dt.year().cast(pl.String).alias("year")
    shares = frame.group_by(year).agg(pl.col(names).is_not_null().mean().round(6)).sort("year")
    return shares.unpivot(names, index="year", variable_name="name", value_name="share")


def availability_by_group(checked: Report, schema: dict[str, Any]) -> pl.DataFrame:
    """Return the share of values known by group and year: columns group, year, share.

    Features whose columns the source lacks are left out: they are absent, not missing.
    """
    held = pl.DataFrame(
        {"name": [f["name"] for f in schema["features"] if not f["absent"]],
         "group": [f["group"] for f in schema["features"] if not f["absent"]]}
    )  # fmt: skip
    known = checked.availability.join(
        held, on="name", how="inner", validate="m:1", maintain_order="left"
    )
    shares = known.group_by("group", "year", maintain_order=True).agg(pl.col("share").mean())
    order = held["group"].unique(maintain_order=True)
    return shares.sort(pl.col("group").cast(pl.Enum(order)), "year")


def _duplicates(values: pl.DataFrame, reasons: dict[str, str]) -> list[tuple[str, str, str]]:
    """Find columns equal on every row: same hash first, then row by row."""
    alike = defaultdict(list)
    for name in values.columns:
        alike[(str(values[name].dtype), int(values[name].hash().sum()))].append(name)
    pairs = ((names[0], other) for names in alike.values() for other in names[1:])
    return [
        (first, other, _reason(first, other, reasons))
        for first, other in pairs
        if values[first].eq_missing(values[other]).all()
    ]


def _correlated(
    values: pl.DataFrame, reasons: dict[str, str], limit: float
) -> list[tuple[str, str, float, int, str]]:
    numbers = values.select(pl.selectors.numeric() | pl.selectors.boolean()).cast(pl.Float64)
    r, n = correlations(numbers)
    first, second = np.nonzero(np.triu(np.abs(r) >= limit, 1) & (n >= ENOUGH_PAIRS))
    names = numbers.columns
    return [
        (names[a], names[b], round(float(r[a, b]), 3), int(n[a, b]),
         _reason(names[a], names[b], reasons))
        for a, b in zip(first, second, strict=True)
    ]  # fmt: skip


def _reason(first: str, second: str, reasons: dict[str, str]) -> str:
    """Return the reason that one of the two gives and that names the other."""
    told = ((reasons[second], first), (reasons[first], second))
    return next((reason for reason, other in told if other in re.findall(r"\w+", reason)), "")


def correlations(numbers: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return Pearson r of every pair, and the rows behind it: those where both are known.

    Examples
    --------
    >>> r, n = correlations(pl.DataFrame({"a": [1.0, 2, 3, None], "b": [2.0, 4, 6, 8]}))
    >>> round(float(r[0, 1]), 6), int(n[0, 1])
    (1.0, 3)
    """
    x = numbers.to_numpy().astype(float, copy=True)
    known = np.isfinite(x).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        x -= np.nanmean(x, axis=0)
        x /= np.nanstd(x, axis=0)
        x = np.where(known > 0, x, 0.0)
        n = known.T @ known
        sums, squares = x.T @ known, (x**2).T @ known
        covariance = x.T @ x / n - sums * sums.T / n**2
        variance = squares / n - (sums / n) ** 2
        r = covariance / np.sqrt(variance * variance.T)
    varies = np.minimum(variance, variance.T) > NO_VARIANCE
    return np.where(varies, r, 0.0), n
