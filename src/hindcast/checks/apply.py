"""Put rules to a table: count, blank, repair, reject."""

from collections.abc import Iterable

import polars as pl

from hindcast.checks.ledger import Ledger
from hindcast.checks.rule import Rule

REASONS = "_rejected_by"


def apply(frame: pl.DataFrame, rules: Iterable[Rule], ledger: Ledger) -> pl.DataFrame:
    """Put ``rules`` to ``frame`` in their order; return it with values blanked and rows marked.

    A rejected row stays, marked in ``_rejected_by``, until ``split`` takes it out. A rule whose
    columns the source does not have is entered as not applicable, never as passed.
    """
    for rule in rules:
        if missing := sorted(rule.needs - set(frame.columns)):
            ledger.absent(rule, _told(missing))
            continue
        hits = _with_optional(frame, rule).select(rule.predicate.alias("hit"))["hit"]
        ledger.hit(rule, hits, frame["release"])
        frame = _act(frame, rule, hits.fill_null(False), ledger)
    return frame


def split(frame: pl.DataFrame, table: str, ledger: Ledger) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take rejected rows out into quarantine; return those that passed and those that did not."""
    if REASONS not in frame.columns:
        return frame, frame.clear()
    rejected = frame.filter(pl.col(REASONS) != "")
    ledger.reject(table, rejected, rejected[REASONS])
    return frame.filter(pl.col(REASONS) == "").drop(REASONS), rejected.drop(REASONS)


def _told(missing: list[str]) -> str:
    """Tell columns of the source from facts which the gates derive from several of them."""
    if columns := [name for name in missing if not name.startswith("_")]:
        return f"column absent: {', '.join(columns)}"
    facts = ", ".join(name.strip("_") for name in missing)
    return f"what it compares with cannot be derived from the source: {facts}"


def _with_optional(frame: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    absent = [name for name in rule.optional if name not in frame.columns]
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)


def _act(frame: pl.DataFrame, rule: Rule, hits: pl.Series, ledger: Ledger) -> pl.DataFrame:
    if rule.severity == "note" or not hits.any():
        return frame
    if rule.severity == "reject":
        return _marked(frame, rule, hits)
    # Every new value is worked out on the row as it stood, so that two columns can change places.
    new = frame.with_columns(_new_value(rule, column, frame) for column in rule.columns)
    for column in rule.columns:
        changed = hits & frame[column].ne_missing(new[column])
        ledger.keep_originals(rule, frame, column, changed, new[column])
    mask = pl.lit(hits)
    return frame.with_columns(
        pl.when(mask).then(new[column]).otherwise(pl.col(column)).alias(column)
        for column in rule.columns
    )


def _new_value(rule: Rule, column: str, frame: pl.DataFrame) -> pl.Expr:
    dtype = frame.schema[column]
    new = rule.replacement.get(column)
    if new is None:
        return pl.repeat(None, pl.len(), dtype=dtype).alias(column)
    return new.cast(dtype).alias(column)


def _marked(frame: pl.DataFrame, rule: Rule, hits: pl.Series) -> pl.DataFrame:
    before = pl.col(REASONS) if REASONS in frame.columns else pl.lit("")
    added = pl.when(before == "").then(pl.lit(rule.id)).otherwise(before + f";{rule.id}")
    return frame.with_columns(pl.when(pl.lit(hits)).then(added).otherwise(before).alias(REASONS))
