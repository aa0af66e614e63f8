"""What the gates found, as one object, one JSON and tidy tables for the pages."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from hindcast.checks.ledger import BLANKED, QUARANTINE, Ledger

ANOMALIES = {
    "rule": pl.String,
    "table": pl.String,
    "column": pl.String,
    "period": pl.String,
    "value": pl.Float64,
    "expected": pl.Float64,
}


@dataclass(frozen=True)
class Report:
    """What the gates found and did.

    Attributes
    ----------
    rules
        One dict for each rule: id, gate, table, columns, severity, reason, rows_checked, rows_hit,
        by_release, applicable.
    tables
        Rows in, out and quarantined, by table.
    temperature_units, injury_total
        What was decided for each release, and on what evidence.
    anomalies
        The months and columns that gate 3 found.
    quarantine, blanked
        The rejected rows and the emptied values, as the source gave them.
    """

    rules: list[dict[str, Any]]
    tables: dict[str, dict[str, int]]
    temperature_units: dict[str, Any]
    injury_total: dict[str, Any]
    anomalies: list[dict[str, Any]]
    quarantine: pl.DataFrame
    blanked: pl.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """Return what ``checks.json`` holds: counts and decisions, no value of any record."""
        return {
            "rules": self.rules,
            "tables": self.tables,
            "temperature_units": self.temperature_units,
            "injury_total": self.injury_total,
            "anomalies": self.anomalies,
        }

    def rule_table(self) -> pl.DataFrame:
        """Return one row for each rule that could be asked, most hits first."""
        return rule_table(self.as_dict())

    def anomaly_table(self) -> pl.DataFrame:
        """Return what gate 3 found over time, largest change first.

        Returns
        -------
        pl.DataFrame
            rule, table, column, period, value, expected: a share of missing values, or a count of
            events in a month or year.
        """
        frame = pl.DataFrame(self.anomalies, schema=ANOMALIES)
        change = (pl.col("value") - pl.col("expected")).abs()
        order = [change, "rule", "table", "column", "period"]
        return frame.sort(order, descending=[True] + [False] * 4, nulls_last=True)


def of(ledger: Ledger, temperature: dict[str, Any], injuries: dict[str, Any]) -> Report:
    """Return the report of what ``ledger`` holds, in an order that does not depend on chance."""
    order = ["table", "key", "column", "rule"]
    return Report(
        rules=list(ledger.outcomes.values()),
        tables=dict(ledger.counts),
        temperature_units=temperature,
        injury_total=injuries,
        anomalies=ledger.anomalies,
        quarantine=_joined(ledger.quarantined, QUARANTINE).sort(
            "table", "key", "rules", "original"
        ),
        blanked=_joined(ledger.blanked, BLANKED).sort(order, maintain_order=True),
    )


def _joined(frames: list[pl.DataFrame], columns: dict[str, Any]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=columns), *frames])


def rule_table(checks: dict[str, Any]) -> pl.DataFrame:
    """Return the rules of a ``checks.json`` as a tidy table for the data quality page.

    Parameters
    ----------
    checks
        What ``checks.json`` holds.

    Returns
    -------
    pl.DataFrame
        rule, gate, table, columns, severity (``repair`` where a blanked value was replaced),
        rows_checked, rows_hit, hit_share, applicable, reason; most hits first.
    """
    rows = [
        {
            "rule": rule["id"],
            "gate": rule["gate"],
            "table": rule["table"],
            "columns": ", ".join(rule["columns"]),
            "severity": "repair" if rule["repairs"] else rule["severity"],
            "rows_checked": rule["rows_checked"],
            "rows_hit": rule["rows_hit"],
            "hit_share": rule["rows_hit"] / rule["rows_checked"] if rule["rows_checked"] else None,
            "applicable": rule["applicable"],
            "reason": rule["reason"],
        }
        for rule in checks["rules"]
    ]
    frame = pl.DataFrame(rows, schema_overrides={"hit_share": pl.Float64})
    return frame.sort(["rows_hit", "rule"], descending=[True, False])


def release_table(checks: dict[str, Any]) -> pl.DataFrame:
    """Return one row for each release: the unit of its temperatures and whom its totals count.

    Returns
    -------
    pl.DataFrame
        release, temperature_unit, evidence, years_in_other_unit, total_includes_uninjured (null
        where it cannot be told), totals_compared.
    """
    rows = [
        {
            "release": release,
            "temperature_unit": unit["unit"],
            "evidence": unit["evidence"],
            "years_in_other_unit": ", ".join(map(str, unit["other_years"])),
            "total_includes_uninjured": checks["injury_total"][release]["includes_uninjured"],
            "totals_compared": checks["injury_total"][release]["rows"],
        }
        for release, unit in sorted(checks["temperature_units"].items())
    ]
    return pl.DataFrame(rows, schema_overrides={"total_includes_uninjured": pl.Boolean})


def table_counts(checks: dict[str, Any]) -> pl.DataFrame:
    """Return rows in, out and quarantined of each table.

    Examples
    --------
    >>> table_counts({"tables": {"events": {"in": 3, "out": 2, "quarantined": 1}}}).row(0)
    ('events', 3, 2, 1)
    """
    rows = [{"table": table} | counts for table, counts in checks["tables"].items()]
    return pl.DataFrame(rows)


def load(folder: Path) -> dict[str, Any]:
    """Return the ``checks.json`` in ``folder``."""
    return json.loads((folder / "checks.json").read_text(encoding="utf-8"))
