"""What a score on other records has to say beside its figures, and its table for people."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from hindcast.features.history import MAX_SILENCE_DAYS
from hindcast.ladder import COLUMNS, interval
from hindcast.model import unusual
from hindcast.model.bundle import Bundle

ENOUGH = 30
"""Fewer deaths or survivors than this, and no figure says much."""


def of(
    frame: pl.DataFrame,
    schema: Mapping[str, Any],
    inventory: Mapping[str, Any],
    trained: Mapping[str, Bundle],
) -> dict[str, Any]:
    """Return ``absent``, ``unusual`` and ``warnings`` of a score.

    Parameters
    ----------
    frame
        The accidents that were scored, with their features.
    schema
        The records' own feature_schema.json.
    inventory
        What was read.
    trained
        Bundles by horizon.
    """
    last = list(trained.values())[-1]
    absent = _absent(schema, trained)
    return {
        "absent": absent,
        "unusual": _counted(unusual.report(frame, last.schema)),
        "warnings": [
            *_on_columns(schema, last, absent),
            *_on_time(frame, inventory, last.manifest),
            *_on_numbers(frame, inventory, last.manifest),
        ],
    }


def _absent(schema: Mapping[str, Any], trained: Mapping[str, Bundle]) -> list[str]:
    absent = {feature["name"] for feature in schema["features"] if feature["absent"]}
    used = dict.fromkeys(name for bundle in trained.values() for name in bundle.names)
    return [name for name in used if name in absent]


def _counted(found: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Return rows by feature: a rare level may be a builder's name, so none is told."""
    return {
        "unseen": {name: sum(levels.values()) for name, levels in found["unseen"].items()},
        "outside": {name: facts["rows"] for name, facts in found["outside"].items()},
    }


def _on_columns(schema: Mapping[str, Any], bundle: Bundle, absent: list[str]) -> list[str]:
    found = []
    if absent:
        found.append(
            f"{len(absent)} features that training had have no column in these records and are "
            "missing for every accident"
        )
    if schema["version"] != bundle.manifest["features_version"]:
        found.append("the catalog of features has changed since the bundle was trained")
    return found


def _on_time(
    frame: pl.DataFrame, inventory: Mapping[str, Any], manifest: Mapping[str, Any]
) -> list[str]:
    found = []
    until, first = (
        date.fromisoformat(day) for day in (manifest["history_until"], inventory["first"])
    )
    begun = date.fromisoformat(manifest["trained_from"])
    silence = timedelta(days=MAX_SILENCE_DAYS)
    before = frame.filter(pl.col("ev_date") <= until).height
    if before and first > begun + silence:
        found.append(
            f"{before:,} accidents are dated up to {until}, where the bundle's history ends: their "
            f"past begins with these records, at {first}; score them beside the records before them"
        )
    if first > until + silence:
        found.append(
            f"there are no records between {until}, where the bundle's history ends, and {first}: "
            "counts of recent accidents are blank or too low for a year"
        )
    if earlier := frame.filter(pl.col("ev_date") < begun).height:
        found.append(
            f"{earlier:,} accidents are older than the years learned from: looked back on, not "
            "forecast"
        )
    return found


def _on_numbers(
    frame: pl.DataFrame, inventory: Mapping[str, Any], manifest: Mapping[str, Any]
) -> list[str]:
    deaths = int(frame["is_fatal"].sum())
    fewer = min(deaths, frame.height - deaths)
    found = []
    if fewer < ENOUGH:
        found.append(f"{frame.height:,} accidents with {deaths:,} fatal: too few to tell much")
    if inventory["fingerprint"] == manifest["fingerprint"]:
        found.append("these are the records the bundle was trained on: only its later years count")
    return found


def table(judged: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return one row a horizon with each figure, and its 95% interval where there is one.

    A figure that the records do not allow, such as a ROC AUC without a death, is ``-``.
    """
    return [_row(horizon, result) for horizon, result in judged["fatal"].items()]


def _row(horizon: str, result: Mapping[str, Any]) -> dict[str, str]:
    figures = {title: _figure(result, name) for name, title in COLUMNS.items()}
    counts = {"accidents": f"{result['n_test']:,}", "fatal": f"{result['n_test_fatal']:,}"}
    return {"horizon": horizon} | counts | figures


def _figure(result: Mapping[str, Any], name: str) -> str:
    value, bounds = result.get(name), result.get(f"{name}_ci")
    if value is None:
        return "-"
    return f"{value:.3f} ({interval(bounds)})" if bounds and name == "roc_auc" else f"{value:.3f}"


def lines(judged: Mapping[str, Any]) -> list[str]:
    """Return what goes under the table: source, steps to the accidents scored, warnings."""
    source = judged["source"]
    kept = "; ".join(f"{name}: {rows:,}" for name, rows in judged["population"]["steps"])
    about = f"{judged['estimand']}. NTSB {', '.join(source['releases'])} ({source['kind']})"
    return [f"{about}.", f"{kept}.", *(f"Warning: {text}." for text in judged["warnings"])]
