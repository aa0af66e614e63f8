"""The book the gates keep: what each rule saw and hit, what was blanked, what was rejected."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from hindcast.checks import schema
from hindcast.checks.parse import RAW
from hindcast.checks.rule import Rule

BLANKED = {
    "table": pl.String,
    "key": pl.String,
    "column": pl.String,
    "rule": pl.String,
    "original": pl.String,
    "replacement": pl.String,
}
QUARANTINE = {
    "table": pl.String,
    "ev_id": pl.String,
    "key": pl.String,
    "rules": pl.String,
    "release": pl.String,
    "original": pl.String,
}


@dataclass
class Ledger:
    """What the gates did, in the order they did it."""

    outcomes: dict[str, dict[str, Any]] = field(default_factory=dict)
    blanked: list[pl.DataFrame] = field(default_factory=list)
    quarantined: list[pl.DataFrame] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    anomalies: list[dict[str, Any]] = field(default_factory=list)

    def absent(self, rule: Rule, why: str) -> None:
        """Record that ``rule`` could not be asked: a column or a table is not in the source."""
        self._enter(rule, 0, 0, {}, why)

    def hit(self, rule: Rule, hits: pl.Series, release: pl.Series) -> None:
        """Record the answer of ``rule``: one Boolean per row, null where it could not tell."""
        where = release.filter(hits.fill_null(False))
        by_release = {name or "": count for name, count in sorted(Counter(where).items())}
        self._enter(rule, hits.len() - hits.null_count(), where.len(), by_release, None)

    def counted(self, rule: Rule, checked: int, by_release: dict[str, int]) -> None:
        """Record what a rule of gate 3 counted."""
        self._enter(rule, checked, sum(by_release.values()), by_release, None)

    def _enter(
        self, rule: Rule, checked: int, hit: int, by_release: dict[str, int], absent: str | None
    ) -> None:
        assert rule.id not in self.outcomes, f"two rules are called {rule.id}"
        self.outcomes[rule.id] = {
            "id": rule.id,
            "gate": int(rule.gate),
            "table": rule.table,
            "columns": list(rule.columns),
            "severity": rule.severity,
            "repairs": bool(rule.replacement),
            "reason": rule.reason,
            "rows_checked": checked,
            "rows_hit": hit,
            "by_release": by_release,
            "applicable": absent is None,
            "not_applicable_because": absent,
        }

    def keep_originals(
        self, rule: Rule, frame: pl.DataFrame, column: str, changed: pl.Series, new: pl.Series
    ) -> None:
        """Keep what stood in ``column`` where ``changed``, and what stands there now."""
        if not changed.any():
            return
        source = RAW + column if RAW + column in frame.columns else column
        kept = frame.select(
            table=pl.lit(rule.table),
            key=key_text(rule.table),
            column=pl.lit(column),
            rule=pl.lit(rule.id),
            original=pl.col(source).cast(pl.String),
            replacement=new.cast(pl.String),
        )
        self.blanked.append(kept.filter(changed))

    def reject(self, table: str, rows: pl.DataFrame, rules: pl.Series) -> None:
        """Keep rejected rows whole, as the source gave them, with the rules that hit them."""
        if rows.is_empty():
            return
        originals = [name for name in rows.columns if name.startswith(RAW)]
        row = pl.struct(pl.col(name).alias(name.removeprefix(RAW)) for name in originals)
        self.quarantined.append(
            rows.select(
                table=pl.lit(table),
                ev_id=pl.col(f"{RAW}ev_id"),
                key=key_text(table),
                rules=rules,
                release=pl.col("release"),
                original=row.struct.json_encode(),
            )
        )


def key_text(table: str) -> pl.Expr:
    """Return the primary key of a row as one text: ``ev_id|Aircraft_Key|...`` as given."""
    parts = [pl.col(RAW + key).fill_null("") for key in schema.keys(table)]
    return pl.concat_str(parts, separator="|")
