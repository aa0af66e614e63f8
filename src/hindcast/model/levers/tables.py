"""The table "what helped" for readers: from the measured rows to frames, and to files."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from hindcast import atomic, paths
from hindcast.model.levers import judge
from hindcast.model.levers.groups import BASE
from hindcast.model.levers.lever import JUDGED

Rows = Sequence[Mapping[str, Any]]
KEYS = ("horizon", "lever", "kind", "what", "against", "verdict")


def long(rows: Rows) -> pl.DataFrame:
    """Return ``horizon, lever, kind, against, verdict, part, metric, value, gain, lo, hi``.

    One row for each measured lever, part and metric; a lever that was not measured has none.
    """
    records = [
        {key: row[key] for key in KEYS}
        | {"part": part, "metric": metric, "value": one["value"], "gain": one["gain"]}
        | dict(zip(("lo", "hi"), one["ci"] or (None, None), strict=True))
        for row in rows
        for part in JUDGED
        for metric, one in row.get(part, {}).items()
    ]
    return pl.DataFrame(records, infer_schema_length=None)


def wide(rows: Rows) -> pl.DataFrame:
    """Return one row a horizon and lever: values and gains of every metric, by part.

    Columns are ``<part>_<metric>`` and, with the paired interval,
    ``<part>_<metric>_gain``, ``_gain_lo`` and ``_gain_hi``; ``reason`` says why a lever was not
    measured.
    """
    records = [
        {key: row[key] for key in KEYS} | {"reason": row.get("reason")} | _flat(row) for row in rows
    ]
    return pl.DataFrame(records, infer_schema_length=None)


def _flat(row: Mapping[str, Any]) -> dict[str, float | None]:
    flat: dict[str, float | None] = {}
    for part in JUDGED:
        for metric in judge.NAMES:
            one = row.get(part, {}).get(metric, {})
            lo, hi = one.get("ci") or (None, None)
            name = f"{part}_{metric}"
            flat |= {name: one.get("value"), f"{name}_gain": one.get("gain")}
            flat |= {f"{name}_gain_lo": lo, f"{name}_gain_hi": hi}
    return flat


def gains(rows: Rows, metric: str, part: str) -> pl.DataFrame:
    """Return each lever's gain in ``metric`` on ``part`` with its interval, as text, by horizon."""
    told = [
        {key: row[key] for key in ("lever", "against", "horizon")}
        | {"gain": _told(row.get(part, {}).get(metric))}
        for row in rows
        if row["against"]
    ]
    return pl.DataFrame(told).pivot("horizon", index=["lever", "against"], values="gain")


def _told(one: Mapping[str, Any] | None) -> str | None:
    if one is None or one["ci"] is None:
        return None
    lo, hi = one["ci"]
    return f"{signed(one['gain'])} [{signed(lo)}, {signed(hi)}]"


def signed(value: float) -> str:
    """Return a gain with its sign, to three places.

    Examples
    --------
    >>> signed(0.00234), signed(-0.1)
    ('+.002', '-.100')
    """
    return f"{value:+.3f}".replace("0.", ".", 1)


def values(rows: Rows, metric: str, part: str) -> pl.DataFrame:
    """Return each lever's value of ``metric`` on ``part``, by horizon."""
    told = [
        {"lever": row["lever"], "horizon": row["horizon"]}
        | {"value": row.get(part, {}).get(metric, {}).get("value")}
        for row in rows
    ]
    return pl.DataFrame(told).pivot("horizon", index="lever", values="value")


def verdicts(rows: Rows) -> pl.DataFrame:
    """Return the verdicts: levers by horizons."""
    records = [{key: row[key] for key in ("lever", "kind", "horizon", "verdict")} for row in rows]
    return pl.DataFrame(records).pivot("horizon", index=["lever", "kind"], values="verdict")


def searched(found: Mapping[str, Any]) -> pl.DataFrame:
    """Return, by horizon, trials, what was kept, and the gain's mean and spread over the years."""
    records = [
        {
            "horizon": horizon,
            "trials": told["provenance"]["trials"],
            "kept": told["kept"],
        }
        | {
            f"{name}_{end}": told["gain"][name][end]
            for name in ("log_loss", "roc_auc")
            for end in ("mean", "sd")
        }
        for horizon, told in found.items()
    ]
    return pl.DataFrame(records)


def by_year(found: Mapping[str, Any]) -> pl.DataFrame:
    """Return ``horizon, metric, until, gain``: what a search gained in each judged year."""
    return pl.DataFrame(
        {"horizon": horizon, "metric": name, "until": fold["until"], "gain": gain}
        for horizon, told in found.items()
        for name in ("log_loss", "roc_auc")
        for fold, gain in zip(told["gain"]["folds"], told["gain"][name]["by_fold"], strict=True)
    )


def aimed(compared: Rows, rows: Rows) -> pl.DataFrame:
    """Return a row an aim: what is reached, and with the base's features and recipe (``base``).

    Parameters
    ----------
    compared
        As `hindcast.model.levers.aims.compare` returns it.
    rows
        The measured levers; the base's figures on the test are taken from them.
    """
    first = {
        (row["horizon"], metric): one["value"]
        for row in rows
        if row["lever"] == BASE
        for metric, one in row["test"].items()
    }
    return pl.DataFrame(
        {"horizon": aim["horizon"], "metric": aim["metric"], "aim": aim["aim"]}
        | {"base": first.get((aim["horizon"], aim["metric"]))}
        | {key: value for key, value in aim.items() if key not in ("horizon", "metric", "aim")}
        for aim in compared
    )


def write(told: Mapping[str, Any]) -> None:
    """Write data/processed/metrics/levers.json and reports/what_helped.csv.

    Parameters
    ----------
    told
        ``metric``, ``bootstrap``, ``rows``, ``aims`` and ``tuned``, ready for JSON.
    """
    atomic.write_json(paths.processed("metrics", "levers.json"), told)
    atomic.write_text(paths.reports("what_helped.csv"), wide(told["rows"]).write_csv())
