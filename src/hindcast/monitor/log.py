"""The prediction log as the monitor reads it: one row a prediction, with what turned out if known.

Outcomes belong to an accident, and so to every model that was asked about it: a challenger that
scored in the shadow is judged by the outcome of the prediction that was answered.
"""

import polars as pl

from hindcast.monitor.reference import MonitorError

SHADOW = ".shadow"
NEEDED = {
    "prediction_id": pl.String,
    "at": pl.String,
    "horizon": pl.String,
    "version": pl.String,
    "role": pl.String,
    "fatal": pl.Float64,
    "inputs": pl.String,
    "injury": pl.String,
    "recorded_at": pl.String,
}
GROUP = ("horizon", "version", "role")


def prepared(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the predictions of P(fatal) in order of time, with times and outcomes as such.

    Parameters
    ----------
    rows
        What the store's log holds (:class:`hindcast.serve.store.rows.PredictionRow`), and
        ``injury`` and ``recorded_at`` of the outcome, null where none has come in.

    Returns
    -------
    polars.DataFrame
        ``prediction_id, at, horizon, version, role, probability, inputs, is_fatal, recorded_at``;
        times are UTC. Predictions of other targets are left out.

    Raises
    ------
    hindcast.monitor.reference.MonitorError
        A column is missing.
    """
    if lacking := [name for name in NEEDED if name not in rows.columns]:
        raise MonitorError(
            f"the prediction log lacks {', '.join(lacking)}; it has {', '.join(rows.columns)}"
        )
    told = rows.select(pl.col(name).cast(of) for name, of in NEEDED.items())
    told = told.filter(pl.col("fatal").is_not_null())
    own = told.with_columns(answered=pl.col("prediction_id").str.strip_suffix(SHADOW))
    known = own.filter(pl.col("injury").is_not_null()).unique("answered", keep="first")
    known = known.select("answered", "injury", "recorded_at")
    joined = own.drop("injury", "recorded_at").join(known, "answered", "left", validate="m:1")
    return joined.select(
        "prediction_id",
        moment("at"),
        *GROUP,
        pl.col("fatal").alias("probability"),
        "inputs",
        (pl.col("injury") == "fatal").alias("is_fatal"),
        moment("recorded_at"),
    ).sort("at", "prediction_id")


def moment(name: str) -> pl.Expr:
    """Return a column of ISO 8601 texts as UTC times."""
    return pl.col(name).str.to_datetime("%+", time_zone="UTC", time_unit="ms")
