"""What `hindcast monitor` found last, for Prometheus: read from its file at each scrape.

Made anew each time, so that what is no longer there (a version that was retired) is not shown for
ever, and every worker shows the same.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from hindcast.serve import metrics

log = logging.getLogger(__name__)

PERFORMANCE = ("roc_auc", "brier", "ece", "ece_expected_by_chance", "intercept", "slope", "ratio")
DRIFT = ("psi", "psi_by_chance", "missing_now", "missing_before")
MOST_INPUTS = 10
"""How many drifted inputs of a horizon have gauges of their own."""

Value = tuple[str, tuple[str, ...], float]


def text(held: Any) -> bytes:
    """Return the gauges in Prometheus' text.

    Parameters
    ----------
    held
        The worker's services: their settings name the file, their shelf the champions.
    """
    learned = {
        horizon: engine.fatal.manifest.get("learned_until")
        for horizon, engine in held.shelf.champions.items()
    }
    registry = CollectorRegistry()
    registry.register(Found(held.settings.monitor_file, learned))
    return generate_latest(registry)


class Found(Collector):
    """The gauges of a file of the monitor, and of the champions' age."""

    def __init__(self, file: Path, learned_until: Mapping[str, str | None]) -> None:
        self._file, self._learned = file, learned_until

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield each gauge of `hindcast.serve.metrics.MONITORED` that has a value."""
        families = {
            name: GaugeMetricFamily(name, told, labels=labels)
            for name, (told, labels) in metrics.MONITORED.items()
        }
        for name, labels, value in (*_ages(self._learned), *_values(read(self._file))):
            families[name].add_metric(labels, value)
        yield from (one for one in families.values() if one.samples)


def read(file: Path) -> dict[str, Any]:
    """Return what the monitor wrote last; nothing where it never ran, or wrote something else."""
    try:
        found = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("monitor's file cannot be read: %s", type(error).__name__)
        return {}
    return found if isinstance(found, dict) else {}


def _ages(learned: Mapping[str, str | None]) -> Iterator[Value]:
    for horizon, day in learned.items():
        if day is not None:
            yield "hindcast_model_learned_until_timestamp_seconds", (horizon,), _seconds(day)


def _seconds(moment: str) -> float:
    told = datetime.fromisoformat(moment)
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()


def _values(told: Mapping[str, Any]) -> Iterator[Value]:
    if not told:
        return
    yield "hindcast_monitor_run_timestamp_seconds", (), _seconds(told["at"])
    yield "hindcast_monitor_status", (), told["status"]
    for one in told["conditions"]:
        yield "hindcast_condition", (one["name"], one["subject"]), float(one["is_on"])
    for one in told["inputs"]:
        yield "hindcast_drift", (one["horizon"], "inputs", "drifted"), one["drifted"]
        yield "hindcast_drift", (one["horizon"], "inputs", "drifted_gain"), one["drifted_gain"]
    yield from _drift(told["drift"])
    for one in told["models"]:
        yield from _model(one)


def _drift(rows: list[dict[str, Any]]) -> Iterator[Value]:
    shown: dict[str, int] = {}
    for one in rows:
        horizon, is_score = one["horizon"], one["what"] == "score"
        what = f"score {one['version']} {one['role']}" if is_score else f"input {one['feature']}"
        if not is_score:
            shown[horizon] = shown.get(horizon, 0) + 1
        if is_score or (one["is_drifted"] and shown[horizon] <= MOST_INPUTS):
            yield from (
                ("hindcast_drift", (horizon, what, measure), one[measure])
                for measure in DRIFT
                if one[measure] is not None
            )


def _model(one: Mapping[str, Any]) -> Iterator[Value]:
    key = (one["horizon"], one["version"], one["role"])
    counts = one["outcomes"]
    yield "hindcast_outcomes", (*key, "in"), counts["outcomes"]
    yield "hindcast_outcomes", (*key, "open"), counts["predictions"] - counts["outcomes"]
    numbers = one["complete"] if one["enough"] else one["all_in"]
    for measure in PERFORMANCE:
        if numbers.get(measure) is not None:
            yield "hindcast_performance", (*key, measure), numbers[measure]
