"""feature_schema.json: what each feature is, and what these records hold of it."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from hindcast.features.catalog import FEATURES, version
from hindcast.features.declare import DTYPES, Feature

SHOWN_LEVEL_ROWS = 20
"""A level of fewer rows is not listed: a rare make may be a builder's name."""


def describe(
    values: pl.DataFrame, absent: Sequence[str], features: Sequence[Feature] = FEATURES
) -> dict[str, Any]:
    """Return the schema of ``values``: the catalog's version and one entry a feature.

    Parameters
    ----------
    values
        One column per feature.
    absent
        Names of features whose inputs the source lacks.

    Returns
    -------
    dict
        ``version`` and ``features``: name, group, known_at, kind, dtype, unit, source, why,
        related, inputs, absent, missing_share, range (numbers) and categories (levels of at least
        :data:`SHOWN_LEVEL_ROWS` rows; the model learns its own levels from its training part).
    """
    lacking = frozenset(absent)
    entries = [_entry(feature, values[feature.name], lacking) for feature in features]
    return {"version": version(), "features": entries}


def _entry(feature: Feature, values: pl.Series, absent: frozenset[str]) -> dict[str, Any]:
    return {
        "name": feature.name,
        "group": feature.group,
        "known_at": feature.known_at.label,
        "kind": feature.kind,
        "dtype": str(DTYPES[feature.kind]),
        "unit": feature.unit,
        "source": feature.source,
        "why": feature.why,
        "related": feature.related,
        "inputs": list(feature.inputs),
        "absent": feature.name in absent,
        "missing_share": round(values.null_count() / max(len(values), 1), 6),
        "range": _range(values) if feature.kind == "number" else None,
        "categories": _levels(values) if feature.kind == "category" else None,
    }


def _range(values: pl.Series) -> list[float] | None:
    return None if values.null_count() == len(values) else [values.min(), values.max()]


def _levels(values: pl.Series) -> list[str]:
    counts = values.drop_nulls().value_counts(name="rows")
    return sorted(counts.filter(pl.col("rows") >= SHOWN_LEVEL_ROWS)[values.name])
