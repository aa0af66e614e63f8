"""Why SHAP and permutation rank a feature differently: rules over the numbers that stand beside."""

from collections.abc import Iterator

import polars as pl

SHARED = 0.7
"""From which absolute correlation on two features count as saying the same."""
MOSTLY_MISSING = 0.5
IN_FEW = 0.5
"""A feature acts in few accidents if the twentieth it moves most has this share of its SHAP."""


def why() -> pl.Expr:
    """Return the first reason that holds: what the numbers beside it say, in words."""
    found = pl.when(pl.col("gap") == 0).then(pl.lit("they agree"))
    for holds, words in (*_more_by_shap(), *_more_by_permutation()):
        found = found.when(holds).then(words)
    return found.otherwise(pl.lit("moves many forecasts a little, few of them across an outcome"))


def _more_by_shap() -> Iterator[tuple[pl.Expr, pl.Expr]]:
    less = pl.col("gap") > 0
    yield (
        pl.col("permutation_hi") <= 0,
        pl.lit("moves forecasts, and makes them worse: later years refute what it taught"),
    )
    yield (
        less & (pl.col("correlation") >= SHARED),
        pl.format(
            "{} says nearly the same (r {}): either can stand in for the other",
            "partner",
            pl.col("correlation").round(2),
        ),
    )
    yield (
        less & (pl.col("missing_here") >= MOSTLY_MISSING),
        pl.format("missing in {}% of these accidents", _percent("missing_here")),
    )
    yield (
        less & (pl.col("permutation_lo") <= 0),
        pl.lit("moves forecasts, which get better by no more than chance"),
    )


def _more_by_permutation() -> Iterator[tuple[pl.Expr, pl.Expr]]:
    more = pl.col("gap") < 0
    yield (
        more & (pl.col("permutation_lo") <= 0),
        pl.lit("its gain is within chance: so is its rank by permutation"),
    )
    yield (
        more & (pl.col("correlation") >= SHARED),
        pl.format(
            "shares its SHAP credit with {} (r {}); dealt out alone it contradicts it",
            "partner",
            pl.col("correlation").round(2),
        ),
    )
    yield (
        more & (pl.col("in_few") >= IN_FEW),
        pl.format(
            "acts in few accidents, strongly: {}% of its SHAP lies in one in twenty",
            _percent("in_few"),
        ),
    )
    yield more, pl.lit("moves forecasts little, but the right ones: no other says the same")


def _percent(name: str) -> pl.Expr:
    return (pl.col(name) * 100).round(0).cast(pl.Int64)
