"""How well each feature alone tells fatal accidents from others: to read, not to train on."""

from datetime import date

import polars as pl

from hindcast.features.declare import Feature

MIN_ROWS = 200
PRIOR_ROWS = 20.0


def alone(frame: pl.DataFrame, features: tuple[Feature, ...]) -> pl.DataFrame:
    """Return the ROC AUC of each feature on its own, over events where it is known.

    Measured on the later half of the events; a category's levels are put in order by their fatal
    share in the earlier half, drawn towards the overall share as by 20 events. A number that falls
    with severity counts like one that rises: the AUC is that of the better direction.

    Parameters
    ----------
    frame
        ``ev_date``, ``is_fatal`` and one column per feature.
    features
        What to measure; one known for fewer than 200 later events is left out.

    Returns
    -------
    polars.DataFrame
        ``name, group, known_at, roc_auc, events``, strongest first.
    """
    middle = frame["ev_date"].median()
    rows = [
        {"name": f.name, "group": f.group, "known_at": f.known_at.label,
         **_measured(frame.select("ev_date", "is_fatal", value=f.name), f.kind, middle)}
        for f in features
    ]  # fmt: skip
    told = pl.DataFrame(rows, schema_overrides={"roc_auc": pl.Float64})
    return told.drop_nulls("roc_auc").sort("roc_auc", "name", descending=[True, False])


def _measured(frame: pl.DataFrame, kind: str, middle: date) -> dict[str, float | int | None]:
    known = frame.drop_nulls("value")
    later = known.filter(pl.col("ev_date") > middle)
    if kind == "category":
        later = _ordered(known.filter(pl.col("ev_date") <= middle), later)
    if later.height < MIN_ROWS or later["is_fatal"].n_unique() < 2:
        return {"roc_auc": None, "events": later.height}
    area = auc(later["value"].cast(pl.Float64), later["is_fatal"])
    return {"roc_auc": max(area, 1 - area), "events": later.height}


def _ordered(earlier: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """Replace each level by its shrunk fatal share in the earlier half; new levels get the mean."""
    overall = earlier["is_fatal"].mean() or 0.0
    shares = earlier.group_by("value").agg(
        share=(pl.col("is_fatal").sum() + PRIOR_ROWS * overall) / (pl.len() + PRIOR_ROWS)
    )
    told = later.join(shares, on="value", how="left", validate="m:1")
    return told.select("is_fatal", value=pl.col("share").fill_null(overall))


def auc(score: pl.Series, is_fatal: pl.Series) -> float:
    """Return the area under the ROC curve (Mann-Whitney, ties count half).

    Examples
    --------
    >>> auc(pl.Series([0.1, 0.4, 0.35, 0.8]), pl.Series([False, False, True, True]))
    0.75
    """
    ranks = score.rank("average")
    fatal, others = is_fatal.sum(), (~is_fatal).sum()
    return float((ranks.filter(is_fatal).sum() - fatal * (fatal + 1) / 2) / (fatal * others))
