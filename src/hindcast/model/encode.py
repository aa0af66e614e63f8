"""Turn a frame of features into the matrix a booster reads, by what the training part taught.

XGBoost takes missing values and categories as they are: a null stays NaN (nothing is filled in,
a missing flight-hours is not 0 hours), and a category becomes the number of its level. Levels are
those that enough training events have; all others, and levels never seen, share one.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import polars as pl

from hindcast.errors import HindcastError

RARE = "(rare)"
KEPT = (
    *("name", "group", "known_at", "kind", "dtype", "unit"),
    *("source", "why", "inputs", "absent"),
)
HORIZONS = ("dispatch", "event", "scene", "investigation")


class FeatureError(HindcastError, ValueError):
    """A frame does not fit the feature schema; the message names the columns and what is wrong."""


def of_horizon(features: Iterable[dict[str, Any]], horizon: str) -> list[dict[str, Any]]:
    """Return the features a forecaster at ``horizon`` knows.

    Examples
    --------
    >>> age = {"name": "pilot_age_years", "known_at": "dispatch"}
    >>> fire = {"name": "fire", "known_at": "scene"}
    >>> [feature["name"] for feature in of_horizon([age, fire], "event")]
    ['pilot_age_years']
    """
    return [feature for feature in features if is_known(feature, horizon)]


def is_known(feature: dict[str, Any], horizon: str) -> bool:
    """Say whether ``feature`` is known at ``horizon``, or before it."""
    return HORIZONS.index(feature["known_at"]) <= HORIZONS.index(horizon)


def check_known(features: Iterable[dict[str, Any]], horizon: str) -> None:
    """Refuse a feature that is known only after ``horizon``: it would leak the outcome.

    Raises
    ------
    FeatureError
        Names each such feature with the horizon it belongs to.
    """
    if late := [feature for feature in features if not is_known(feature, horizon)]:
        named = ", ".join(f"{feature['name']} (known at {feature['known_at']})" for feature in late)
        raise FeatureError(f"a model at horizon {horizon!r} may not know {named}")


def learn(train: pl.DataFrame, features: Iterable[dict[str, Any]], min_rows: int) -> list[dict]:
    """Return the schema of the features with what the training part taught of each.

    Parameters
    ----------
    train
        Rows of the training part only.
    features
        Entries of feature_schema.json.
    min_rows
        How many training events a level must have to stand for itself.

    Returns
    -------
    list of dict
        Each entry with ``levels`` (categories, the last one `RARE`) or ``range`` (lowest and
        highest training value), and ``missing_share`` in the training part.
    """
    return [_learn_one(train[feature["name"]], feature, min_rows) for feature in features]


def _learn_one(values: pl.Series, feature: dict[str, Any], min_rows: int) -> dict[str, Any]:
    kept = {key: feature[key] for key in KEPT if key in feature}
    kept["missing_share"] = values.null_count() / max(len(values), 1)
    if feature["kind"] == "category":
        return kept | {"levels": _levels(values, min_rows)}
    return kept | {"range": _range(values)}


def _levels(values: pl.Series, min_rows: int) -> list[str]:
    counts = values.drop_nulls().value_counts(name="rows")
    frequent = counts.filter(pl.col("rows") >= min_rows)[values.name]
    return [*sorted(frequent.to_list()), RARE]


def _range(values: pl.Series) -> list[float] | None:
    known = values.drop_nulls()
    return None if known.is_empty() else [float(known.min()), float(known.max())]


def check(frame: pl.DataFrame, schema: list[dict[str, Any]]) -> None:
    """Compare a frame's columns and types with the schema, before anything is computed.

    What fits but is new is no fault: a level that is not listed counts as rare, a number outside
    the training range is taken as it is; `hindcast.model.unusual.report` lists both.

    Raises
    ------
    FeatureError
        Names missing and unexpected columns, and columns of the wrong type with both types.
    """
    if not isinstance(frame, pl.DataFrame):
        raise FeatureError(
            f"expected the features as a polars.DataFrame, found {type(frame).__module__}."
            f"{type(frame).__name__}; polars.DataFrame(...) or polars.from_pandas(...) makes one"
        )
    expected = {feature["name"]: feature for feature in schema}
    faults = [
        *(f"missing {name}" for name in expected if name not in frame.columns),
        *(f"unexpected {name}" for name in frame.columns if name not in expected),
        *_wrong_types(frame, expected),
    ]
    if faults:
        raise FeatureError(
            f"the frame does not fit feature_schema.json: {'; '.join(faults)}. Give the "
            f"{len(expected)} columns that the schema lists, as features.build makes them"
        )


def _wrong_types(frame: pl.DataFrame, expected: dict[str, dict[str, Any]]) -> Iterable[str]:
    for name, dtype in frame.schema.items():
        if name in expected and not _fits(dtype, expected[name]["kind"]):
            yield f"{name} is {dtype}, expected a {expected[name]['kind']}"


def _fits(dtype: pl.DataType, kind: str) -> bool:
    if dtype == pl.Null:
        return True
    if kind == "category":
        return dtype in (pl.String, pl.Categorical, pl.Enum)
    return dtype == pl.Boolean or dtype.is_numeric()


def matrix(
    frame: pl.DataFrame, schema: list[dict[str, Any]], coded: list[pl.Expr] | None = None
) -> np.ndarray:
    """Return the booster's matrix: rows by features, float32, NaN where a value is missing.

    Parameters
    ----------
    frame
        Exactly the columns of ``schema``, in any order.
    schema
        What `learn` returned.
    coded
        What `codes` returned for the schema, kept by who encodes row after row.

    Raises
    ------
    FeatureError
        As `check`, or a number is infinite or too large for float32: no quantity in these records
        is, and a booster takes none.
    """
    check(frame, schema)
    encoded = frame.select(coded or codes(schema)).to_numpy().astype(np.float32, copy=False)
    if np.isinf(encoded).any():
        _refuse_infinite(encoded, schema)
    return encoded


def _refuse_infinite(encoded: np.ndarray, schema: list[dict[str, Any]]) -> None:
    rows = np.isinf(encoded).sum(axis=0)
    named = ", ".join(
        f"{feature['name']} in {count} rows (training: {feature.get('range')})"
        for feature, count in zip(schema, rows, strict=True)
        if count
    )
    raise FeatureError(
        f"infinite numbers, or beyond float32: {named}; give null for what is not known"
    )


def codes(schema: list[dict[str, Any]]) -> list[pl.Expr]:
    """Return one expression a feature: its value, or the number of its level."""
    return [_code(feature) for feature in schema]


def _code(feature: dict[str, Any]) -> pl.Expr:
    column = pl.col(feature["name"])
    if feature["kind"] != "category":
        return column.cast(pl.Float32).fill_null(float("nan"))
    codes = _levels_by_name(feature["levels"])
    return column.cast(pl.String).replace_strict(
        codes, default=codes[RARE], return_dtype=pl.Float32
    )


def row_encoder(schema: list[dict[str, Any]]) -> Callable[[Sequence[Any]], np.ndarray]:
    """Return what `matrix` does for one row: from values, None for null, to shape (1, features).

    Examples
    --------
    >>> schema = [{"kind": "category", "levels": ["taxi", RARE]}, {"kind": "number"}]
    >>> of_row = row_encoder(schema)
    >>> [of_row([phase, None])[0].tolist() for phase in ("taxi", "a level never seen", None)]
    [[0.0, nan], [1.0, nan], [nan, nan]]
    """
    categories = [
        (place, _levels_by_name(feature["levels"]), feature["levels"].index(RARE))
        for place, feature in enumerate(schema)
        if feature["kind"] == "category"
    ]

    def of_row(values: Sequence[Any]) -> np.ndarray:
        codes = list(values)
        for place, level_of, rare in categories:
            codes[place] = level_of.get(codes[place], rare)
        return np.fromiter(codes, np.float32, len(codes)).reshape(1, -1)

    return of_row


def _levels_by_name(levels: list[str]) -> dict[str | None, float]:
    return {level: float(code) for code, level in enumerate(levels)} | {None: math.nan}


def types(schema: list[dict[str, Any]]) -> list[str]:
    """Return XGBoost's letter for each feature: ``c`` for a category, ``q`` for a quantity."""
    return ["c" if feature["kind"] == "category" else "q" for feature in schema]
