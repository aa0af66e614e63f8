"""One run of the monitor: read the log, compare, write what was found, tell the webhook."""

from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

import polars as pl

from hindcast import atomic
from hindcast.model import bundle, single
from hindcast.monitor import alerts, conditions, kept, reference, watch
from hindcast.monitor import log as logged
from hindcast.monitor.alerts import Condition
from hindcast.monitor.reference import Reference
from hindcast.monitor.watch import Features, Watched
from hindcast.serve.settings import Settings

SHOWN = 20
"""How many inputs a horizon are told in full, the furthest first."""


class Status(IntEnum):
    """How a run ends, for a scheduler."""

    QUIET = 0
    SPOKE = 1
    NOT_ENOUGH = 2


def run(settings: Settings, since: str | None, until: str | None) -> dict[str, Any]:
    """Monitor the log of the settings' store, and write what was found beside it.

    Parameters
    ----------
    settings
        Name store, models, reference and webhook.
    since, until
        Of the predictions looked at, ISO 8601 or the beginning of one; all where not given.

    Returns
    -------
    dict
        See `report`.

    Raises
    ------
    hindcast.monitor.reference.MonitorError
        There is no reference.
    hindcast.serve.store.errors.StoreError
        The store cannot be read.
    """
    from hindcast.serve.store import frame

    if settings.webhook_url:
        alerts.check_url(settings.webhook_url)
    known = reference.read(settings.reference_file)
    ends = {name: day for name, day in (("since", since), ("until", until)) if day}
    rows = logged.prepared(frame.read_predictions(settings, **ends))
    told = report(rows, known, features_of(settings.models_folder), now=datetime.now(UTC))
    told |= {"since": since, "until": until}
    atomic.write_json(settings.monitor_file, told)
    judged = [Condition(**one) for one in told["conditions"]]
    alerts.tell(settings.webhook_url, settings.alerts_file, judged)
    return told


def features_of(models: Path) -> Features:
    """Return how features come from kept inputs, by the bundles in a folder as ``models``."""

    def features(horizon: str, rows: pl.DataFrame) -> pl.DataFrame | None:
        if rows["inputs"].null_count() == rows.height:
            return None
        own = bundle.load(models / "fatal" / horizon)
        made = kept.features(rows, single.prepare(own), own.names)
        return made.select("ev_date", *kept.watchable(own.names)) if made.height else None

    return features


def report(
    rows: pl.DataFrame, known: Reference, features: Features, *, now: datetime
) -> dict[str, Any]:
    """Return what the monitor found, as JSON takes it.

    Parameters
    ----------
    rows
        Of `hindcast.monitor.log.prepared`.
    known
        What training looked like.
    features
        As `hindcast.monitor.watch.watch` takes it.
    now
        When it is asked (UTC).

    Returns
    -------
    dict
        ``at, status`` (`Status`), ``predictions``, ``reference``, ``conditions`` (on and off),
        ``drift`` (scores, and of each horizon the inputs that drifted furthest), ``inputs`` (how
        many were tested and drifted, and their share of gain), ``models``, ``unwatched``.
    """
    found = watch.watch(rows, known, features, now=now)
    judged = conditions.of(found, known)
    return {
        "at": now.isoformat(timespec="seconds"),
        "status": int(status(judged)),
        "predictions": found.rows,
        "reference": {"since": known.since, "until": known.until, "events": known.events},
        "conditions": [vars(one) for one in judged],
        "inputs": _inputs(found, known),
        "drift": _told(found.drift),
        "models": found.models,
        "unwatched": found.unwatched,
    }


def status(judged: list[Condition]) -> Status:
    """Return how a run ends: nothing judged, something on, or all off."""
    if not judged:
        return Status.NOT_ENOUGH
    return Status.SPOKE if any(one.is_on for one in judged) else Status.QUIET


def _inputs(found: Watched, known: Reference) -> list[dict[str, Any]]:
    tested = found.drift.filter(pl.col("what") == "input")
    return [
        {
            "horizon": horizon,
            "tested": rows.height,
            "drifted": int(rows["is_drifted"].sum()),
            "drifted_gain": conditions.drifted_gain(rows, known.horizons[horizon].gain),
        }
        for (horizon,), rows in tested.group_by("horizon", maintain_order=True)
    ]


def _told(drift: pl.DataFrame) -> list[dict[str, Any]]:
    """Return scores, drifted inputs and then the furthest others, some a horizon."""
    order = ("what", "horizon", "is_drifted", "psi")
    ranked = drift.sort(order, descending=[True, False, True, True], maintain_order=True)
    shown = ranked.group_by("what", "horizon", maintain_order=True).head(SHOWN)
    return shown.with_columns(pl.selectors.float().round(6)).to_dicts()
