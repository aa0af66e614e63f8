"""Time-ordered folds before the test years: learn from all that came before, judge the next year.

The folds are whole years counted back from the last day of validation, oldest first. A row is an
event, so no event is on both sides; levels of categories are learned anew from each fold's past.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl
import xgboost
from dateutil.relativedelta import relativedelta

from hindcast.model import encode, fit
from hindcast.model.material import WEIGHT, Material
from hindcast.model.tune.found import TuneError

BEFORE_TEST = ("train", "validation")


@dataclass(frozen=True)
class Fold:
    """One year to be judged on, and what came before it.

    Attributes
    ----------
    after, until
        The judged year: its accidents are later than ``after`` and not later than ``until``.
    train, held
        What XGBoost reads of the past and of the judged year.
    """

    after: date
    until: date
    train: xgboost.DMatrix
    held: xgboost.DMatrix

    def described(self) -> dict[str, str | int]:
        """Return the fold's days and numbers of events, for JSON."""
        return {
            "after": self.after.isoformat(),
            "until": self.until.isoformat(),
            "n_train": self.train.num_row(),
            "n_held": self.held.num_row(),
        }


def years(until: date, count: int) -> list[tuple[date, date]]:
    """Return ``(after, until)`` of the last ``count`` years up to ``until``, oldest first.

    Examples
    --------
    >>> [str(end) for _, end in years(date(2019, 6, 30), 2)]
    ['2018-06-30', '2019-06-30']
    """
    ends = [until - relativedelta(years=back) for back in range(count + 1)]
    return [(ends[back + 1], ends[back]) for back in reversed(range(count))]


def make(material: Material, horizon: str, count: int, min_level_events: int) -> list[Fold]:
    """Return the folds of a horizon, oldest first; no row of the test part is in any.

    Parameters
    ----------
    material
        Events, divided; those of train and validation are used.
    horizon
        One of `hindcast.model.encode.HORIZONS`.
    count
        How many years are judged.
    min_level_events
        How many past events a category's level needs to stand for itself.

    Raises
    ------
    TuneError
        An event comes twice, or a fold's past or year lacks one of the two outcomes.
    """
    rows = material.frame.filter(pl.col("part").is_in(BEFORE_TEST))
    if repeated := rows["ev_id"].is_duplicated().sum():
        raise TuneError(f"{repeated} rows repeat an event; expected one row an event")
    features, _ = material.parts(horizon)
    ends = years(rows["ev_date"].max(), count)
    return [_fold(rows, features, after, until, min_level_events) for after, until in ends]


def _fold(
    rows: pl.DataFrame, features: list[dict], after: date, until: date, min_level_events: int
) -> Fold:
    day = pl.col("ev_date")
    past, year = rows.filter(day <= after), rows.filter(day > after, day <= until)
    for name, part in (("the past before", past), ("the year after", year)):
        if part["is_fatal"].n_unique() != 2:
            raise TuneError(
                f"{name} {after}: {part.height} accidents, not both fatal and others; give "
                "tune.folds fewer years"
            )
    names = [feature["name"] for feature in features]
    schema = encode.learn(past.select(names), features, min_level_events)
    return Fold(after, until, _matrix(past, schema), _matrix(year, schema))


def _matrix(rows: pl.DataFrame, schema: list[dict]) -> xgboost.DMatrix:
    names = [feature["name"] for feature in schema]
    label = rows["is_fatal"].to_numpy().astype("float32")
    weight = rows[WEIGHT].to_numpy() if WEIGHT in rows.columns else None
    return fit.dmatrix(encode.matrix(rows.select(names), schema), schema, label, weight)
