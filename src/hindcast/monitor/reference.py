"""What training looked like, as counts: what the monitor holds the present against.

Counts are kept by quarter of the year, because accidents of July differ from those of January
without anything having gone stale. Scores are those of the validation part: of events that a
booster learned from it is too sure. There are no rows in here.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from hindcast import atomic, paths
from hindcast.errors import HindcastError
from hindcast.monitor import bins
from hindcast.monitor.bins import Bins
from hindcast.params import MonitorLimits as Limits

FILE = "monitor_reference.json"
SEASONS = 4
FORMAT = 1

Counts = list[list[list[int]]]


class MonitorError(HindcastError, ValueError):
    """The monitor lacks what it compares with, or cannot read it; the message says what to run."""


class Scores(BaseModel):
    """What one horizon's model said of the validation part, and how well."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    learned_until: str
    bins: Bins
    counts: Counts
    roc_auc: float
    brier: float
    gain: dict[str, float]


class Reference(BaseModel):
    """The training's side of every comparison.

    ``counts`` has the shape (quarters of the year, features, bins), missing values in the last bin.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int = FORMAT
    fingerprint: str
    since: str
    until: str
    limits: Limits
    features: list[Bins]
    counts: Counts
    horizons: dict[str, Scores]

    @property
    def events(self) -> int:
        """Return how many events the inputs are compared with."""
        return int(np.sum(self.counts, axis=(0, 2))[0])


def season(days: pl.Series) -> np.ndarray:
    """Return the quarter of the year of each day, 0 to 3, shape (rows,).

    Examples
    --------
    >>> from datetime import date
    >>> season(pl.Series([date(2020, 1, 31), date(2020, 12, 1)])).tolist()
    [0, 3]
    """
    return days.dt.quarter().to_numpy().astype(int) - 1


def by_season(coded: np.ndarray, seasons: np.ndarray, columns: int) -> np.ndarray:
    """Return the counts of coded rows by quarter, shape (quarters, features, columns)."""
    return np.stack([bins.counts(coded[seasons == one], columns) for one in range(SEASONS)])


def learned(
    frame: pl.DataFrame, names: list[str], *, n_bins: int, n_levels: int
) -> tuple[list[Bins], np.ndarray]:
    """Return bins and counts of the features of training events (``ev_date`` and ``names``)."""
    made = [bins.learn(frame[name], n_bins, n_levels) for name in names]
    coded = bins.codes(frame, made)
    return made, by_season(coded, season(frame["ev_date"]), bins.width(made))


def scores(predicted: pl.DataFrame, n_bins: int) -> tuple[Bins, np.ndarray]:
    """Return bins and counts of the probabilities of ``predicted`` (``ev_date, probability``)."""
    made, counted = learned(predicted, ["probability"], n_bins=n_bins, n_levels=1)
    return made[0], counted


def write(reference: Reference, path: Path | None = None) -> Path:
    """Write the reference beside the run's other results, whole or not at all."""
    path = path or paths.processed(FILE)
    atomic.write_text(path, reference.model_dump_json(exclude_defaults=True) + "\n")
    return path


def read(path: Path) -> Reference:
    """Read a reference.

    Raises
    ------
    MonitorError
        There is none, or it is not one of this version.
    """
    try:
        return Reference.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise MonitorError(
            f"no {path}: the stage `monitor` writes it (hindcast stage monitor)"
        ) from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"])) or "the file"
        raise MonitorError(
            f"{path} is no reference of this version ({where}: {fault['msg']}): run "
            "`hindcast stage monitor` again"
        ) from error


def gains(booster: Any, names: list[str]) -> Mapping[str, float]:
    """Return each feature's share of what a booster gained in training; they add up to 1.

    Drift matters where the model looks: a feature that no tree asks for may drift as it likes.
    """
    told = booster.get_score(importance_type="total_gain")
    by_place = {f"f{place}": name for place, name in enumerate(names)}
    found = {by_place.get(key, key): value for key, value in told.items()}
    total = sum(found.values()) or 1.0
    return {name: round(found.get(name, 0.0) / total, 6) for name in names}
