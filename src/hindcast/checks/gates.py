"""The gates, one after the other, over all the tables of a source."""

import logging
from collections.abc import Mapping

import polars as pl

from hindcast.checks import context, contract, gate1, gate2, gate3, rules_links, schema
from hindcast.checks.apply import apply, split
from hindcast.checks.ledger import Ledger
from hindcast.checks.parse import RAW, typed
from hindcast.checks.rule import ChecksError

log = logging.getLogger(__name__)


def run(
    raw: Mapping[str, pl.DataFrame], limits: gate3.Limits
) -> tuple[dict[str, pl.DataFrame], Ledger, gate2.Decisions]:
    """Put all three gates to raw tables.

    Parameters
    ----------
    raw
        Raw tables by eADMS name: every column text, and ``release``.
    limits
        Where gate 3 draws its lines.

    Returns
    -------
    tuple
        The core tables, the ledger of what happened on the way, and what was decided for each
        release.

    Raises
    ------
    ChecksError
        The tables cannot be checked, or a row was lost or made on the way.
    """
    contract.require_raw(raw)
    ledger, passed, rejected = Ledger(), {}, {}
    read = {table: typed(raw[table], table) for table in schema.TABLES if table in raw}
    decisions = gate2.Decisions(context.as_of(read))
    for table in schema.TABLES:
        if table not in read:
            _table_absent(table, ledger)
            continue
        frame = _first_gate(table, read[table], passed, rejected, ledger)
        frame = _second_gate(table, frame, passed, decisions, ledger)
        kept, rejected[table] = split(frame, table, ledger)
        passed[table] = _core(kept, table)
        _count(table, raw[table], kept, rejected[table], ledger)
    _between_tables(passed, ledger)
    gate3.run(passed, limits, ledger)
    contract.require_core(passed)
    return passed, ledger, decisions


def _table_absent(table: str, ledger: Ledger) -> None:
    for rule in (*gate1.rules(table), *gate1.type_rules(table, []), *gate2.rules(table)):
        ledger.absent(rule, f"table absent: {table}")


def _first_gate(
    table: str,
    frame: pl.DataFrame,
    passed: Mapping[str, pl.DataFrame],
    rejected: Mapping[str, pl.DataFrame],
    ledger: Ledger,
) -> pl.DataFrame:
    given = [name.removeprefix(RAW) for name in frame.columns if name.startswith(RAW)]
    frame = apply(frame, gate1.text_rules(table, given), ledger)
    for rule in gate1.type_rules(table, given):
        _count_unreadable(rule, frame, ledger)
    frame = gate1.with_key_facts(frame, table)
    frame = gate1.with_parent_facts(frame, table, passed, rejected)
    return apply(frame, gate1.rules(table), ledger)


def _count_unreadable(rule: gate1.Rule, frame: pl.DataFrame, ledger: Ledger) -> None:
    if not rule.columns:
        ledger.absent(rule, f"column absent: {rule.table} has no column of the type")
        return
    ledger.hit(rule, frame.select(rule.predicate.alias("hit"))["hit"], frame["release"])
    for column in rule.columns:
        unread = frame.select(gate1.unreadable(column).alias("hit"))["hit"]
        ledger.keep_originals(rule, frame, column, unread, frame[column])


def _second_gate(
    table: str,
    frame: pl.DataFrame,
    passed: Mapping[str, pl.DataFrame],
    decisions: gate2.Decisions,
    ledger: Ledger,
) -> pl.DataFrame:
    """Put gate 2 to the rows that gate 1 let through; what it rejects leaves the table too."""
    if table == "events":
        return gate2.events(frame, decisions, ledger)
    return gate2.child(table, frame, passed, ledger)


def _between_tables(passed: Mapping[str, pl.DataFrame], ledger: Ledger) -> None:
    for table, rules in rules_links.LINKS.items():
        if table in passed:
            apply(rules_links.with_counts(table, passed), rules, ledger)
        else:
            for rule in rules:
                ledger.absent(rule, f"table absent: {table}")


def _core(kept: pl.DataFrame, table: str) -> pl.DataFrame:
    mine = [name for name in kept.columns if not name.startswith((RAW, "_"))]
    return kept.select(mine).sort(schema.keys(table), maintain_order=True)


def _count(
    table: str, raw: pl.DataFrame, kept: pl.DataFrame, rejected: pl.DataFrame, ledger: Ledger
) -> None:
    if raw.height != kept.height + rejected.height:
        raise ChecksError(
            f"{table}: {raw.height} rows came in, {kept.height} went on and {rejected.height} went "
            "to quarantine; expected the first to be the sum of the others"
        )
    ledger.counts[table] = {"in": raw.height, "out": kept.height, "quarantined": rejected.height}
    log.info("%s: %d rows in, %d out, %d quarantined", table, *ledger.counts[table].values())
