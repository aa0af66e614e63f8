"""The sequence of events and the findings, as columns of the input frame."""

from pathlib import Path

import polars as pl

_BEFORE_FLIGHT_OR_AFTER_IMPACT = ("100", "700", "750")


def add(frame: pl.DataFrame, core: Path) -> pl.DataFrame:
    """Add ``defining_*``, ``phases``, ``occurrences`` and ``finding_codes`` where there are any."""
    for facts in (_sequence(core), _findings(core)):
        if facts is not None:
            frame = frame.join(facts, on="ev_id", how="left", validate="1:1")
    return frame


def _table(core: Path, name: str) -> pl.DataFrame | None:
    path = core / f"{name}.parquet"
    table = pl.read_parquet(path) if path.is_file() else None
    return None if table is None or table.is_empty() else table


def _rows(core: Path) -> pl.DataFrame | None:
    """Return one row an occurrence: ``Events_Sequence``, and before 2008 ``Occurrences``."""
    tables = [_modern(_table(core, "Events_Sequence")), _older(_table(core, "Occurrences"))]
    found = [table for table in tables if table is not None]
    if not found:
        return None
    if len(found) == 2:
        found[1] = found[1].join(found[0], on="ev_id", how="anti")
    return pl.concat(found)


def _modern(table: pl.DataFrame | None) -> pl.DataFrame | None:
    if table is None:
        return None
    types = {"phase_no": pl.String, "eventsoe_no": pl.String, "Occurrence_Code": pl.String,
             "Defining_ev": pl.Boolean}  # fmt: skip
    absent = {name: dtype for name, dtype in types.items() if name not in table.columns}
    table = table.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in absent.items())
    return table.select(
        "ev_id",
        "Aircraft_Key",
        "Occurrence_No",
        pl.col("phase_no").str.strip_chars().alias("phase"),
        pl.coalesce(
            pl.col("eventsoe_no").str.strip_chars(),
            pl.col("Occurrence_Code").str.strip_chars().str.tail(3),
        ).alias("event"),
        pl.col("Defining_ev").alias("defining"),
    )


def _older(table: pl.DataFrame | None) -> pl.DataFrame | None:
    if table is None:
        return None
    return table.select(
        "ev_id",
        "Aircraft_Key",
        "Occurrence_No",
        pl.col("Phase_of_Flight").cast(pl.String).str.strip_chars().alias("phase"),
        pl.col("Occurrence_Code").cast(pl.String).str.strip_chars().alias("event"),
        pl.lit(None, pl.Boolean).alias("defining"),
    )


def _sequence(core: Path) -> pl.DataFrame | None:
    """Return the defining occurrence and the whole chain of each event's primary aircraft.

    Defining is the row marked so; where none is marked, the first that happens in flight or on the
    ground roll: a chain may open with a preflight slip and close with the fire after impact.
    A lone row marked defining says nothing of what came after: the chain is then not complete.
    """
    rows = _rows(core)
    if rows is None:
        return None
    primary = rows.filter(pl.col("Aircraft_Key") == pl.col("Aircraft_Key").min().over("ev_id"))
    aside = pl.col("phase").is_in(_BEFORE_FLIGHT_OR_AFTER_IMPACT).fill_null(value=True)
    marked = pl.col("defining").fill_null(value=False)
    order = [~marked, aside, "Occurrence_No"]
    chain = primary.sort("ev_id", "Occurrence_No").group_by("ev_id", maintain_order=True)
    return chain.agg(
        pl.col("phase").sort_by(order).first().alias("defining_phase_no"),
        pl.col("event").sort_by(order).first().alias("defining_eventsoe_no"),
        pl.col("phase").alias("phases"),
        pl.col("event").alias("occurrences"),
        pl.when(marked.any()).then(marked.arg_max()).cast(pl.Int64).alias("defining_position"),
        ((pl.len() > 1) | ~marked.any()).alias("is_sequence_complete"),
    )


def _findings(core: Path) -> pl.DataFrame | None:
    table = _table(core, "Findings")
    if table is None:
        return None
    codes = pl.col("finding_code").str.strip_chars()
    told = [codes.drop_nulls().alias("finding_codes")]
    if "Cause_Factor" in table.columns:
        cause = pl.col("Cause_Factor").str.strip_chars() == "C"
        marked = pl.col("Cause_Factor").is_not_null().any().alias("is_marked")
        told += [codes.filter(cause).alias("cause_codes"), marked]
    findings = (
        table.sort("ev_id", "Aircraft_Key", "finding_no")
        .group_by("ev_id", maintain_order=True)
        .agg(told)
    )
    if "is_marked" not in findings.columns:
        return findings
    causes = pl.when("is_marked").then("cause_codes").alias("cause_codes")
    return findings.with_columns(causes).drop("is_marked")
