"""Everything the monitor looks at in one log: drift of inputs and scores, outcomes, performance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from hindcast.monitor import bins, drift, labels, performance
from hindcast.monitor.log import GROUP
from hindcast.monitor.reference import Reference, by_season, season

Features = Callable[[str, pl.DataFrame], pl.DataFrame | None]
"""The features of a horizon's predictions (``ev_date`` among them), or None where none are kept."""


@dataclass(frozen=True)
class Watched:
    """What was found.

    Attributes
    ----------
    rows
        Predictions of P(fatal) looked at.
    drift
        One row a test, see `hindcast.monitor.drift.SCHEMA`.
    models
        One entry for each horizon, version and role: outcomes that are in, and performance.
    unwatched
        What could not be looked at, and why, a sentence each.
    """

    rows: int
    drift: pl.DataFrame
    models: list[dict[str, Any]]
    unwatched: list[str]


def watch(
    log: pl.DataFrame,
    reference: Reference,
    features: Features,
    *,
    now: datetime,
    rounds: int = 200,
    seed: int = 0,
) -> Watched:
    """Compare a log with training.

    Parameters
    ----------
    log
        Of `hindcast.monitor.log.prepared`.
    reference
        What training looked like.
    features
        How the features of kept inputs are come by.
    now
        When it is asked (UTC).
    rounds, seed
        Of the bootstrap.
    """
    unwatched: list[str] = []
    answered = log.filter(pl.col("role") != "shadow")
    found = [
        _inputs(h, rows, reference, features, unwatched) for (h,), rows in _by(answered, "horizon")
    ]
    found += [_scores(key, rows, reference, unwatched) for key, rows in _by(log, *GROUP)]
    tables = [one for one in found if one is not None]
    rows = pl.concat(tables) if tables else pl.DataFrame(schema=drift.SCHEMA)
    settings = {"rounds": rounds, "seed": seed}
    models = [_model(key, rows, reference, now, **settings) for key, rows in _by(log, *GROUP)]
    return Watched(log.height, drift.discoveries(rows, reference.limits), models, unwatched)


def _by(rows: pl.DataFrame, *names: str):
    return rows.sort(names, maintain_order=True).group_by(names, maintain_order=True)


def _inputs(horizon, rows, reference: Reference, features: Features, unwatched: list[str]):
    if horizon not in reference.horizons:
        unwatched.append(f"inputs at {horizon}: training left no reference of this horizon")
        return None
    frame = features(horizon, rows)
    if frame is None or frame.is_empty():
        unwatched.append(
            f"inputs at {horizon}: the log kept none (HINDCAST_LOG_INPUTS=kept keeps them); only "
            "scores are watched"
        )
        return None
    known = {one.name for one in reference.features}
    chosen = [name for name in frame.columns if name in known]
    return of_inputs(frame, reference, chosen, horizon)


def of_inputs(
    frame: pl.DataFrame, reference: Reference, names: list[str], horizon: str | None
) -> pl.DataFrame:
    """Return the tests of a frame's features (``ev_date`` beside them), `drift.SCHEMA`."""
    places = {one.name: place for place, one in enumerate(reference.features)}
    before = np.array(reference.counts)[:, [places[name] for name in names], :]
    own = [reference.features[places[name]] for name in names]
    now = counted(frame, reference, names)
    return drift.table(before, now, own, horizon=horizon, what="input")


def counted(frame: pl.DataFrame, reference: Reference, names: list[str]) -> np.ndarray:
    """Return a frame's counts in the reference's bins, shape (quarters, features, bins)."""
    places = {one.name: place for place, one in enumerate(reference.features)}
    all_coded = bins.codes(frame, reference.features)
    columns = bins.width(reference.features)
    return by_season(all_coded[:, [places[n] for n in names]], season(frame["ev_date"]), columns)


def _scores(key: tuple[str, ...], rows: pl.DataFrame, reference: Reference, unwatched: list[str]):
    horizon, version, role = key
    own = reference.horizons.get(horizon)
    if own is None or own.version != version:
        unwatched.append(f"scores of {horizon} {version} ({role}): no reference of this version")
        return None
    told = {"horizon": horizon, "version": version, "role": role, "what": "score"}
    return of_scores(rows.select("probability", ev_date=pl.col("at").dt.date()), reference, **told)


def of_scores(frame: pl.DataFrame, reference: Reference, **told: str) -> pl.DataFrame:
    """Return the test of a frame's probabilities (``ev_date`` beside them), `drift.SCHEMA`."""
    own = reference.horizons[told["horizon"]]
    coded = bins.codes(frame, [own.bins])
    now = by_season(coded, season(frame["ev_date"]), bins.width([own.bins]))
    return drift.table(np.array(own.counts), now, [own.bins], **told)


def _model(
    key: tuple[str, ...], rows: pl.DataFrame, reference: Reference, now: datetime, **settings: int
) -> dict[str, Any]:
    head = dict(zip(GROUP, key, strict=True))
    own: Mapping[str, Any] = reference.horizons
    told = performance.judged(rows, own.get(head["horizon"]), reference.limits, **settings)
    ages = labels.by_age(rows, now).to_dicts()
    return head | {"outcomes": labels.selection(rows, now), "by_age": ages} | told
