"""Give releases of the years before 2008 an Events_Sequence, in that era's own codes."""

from pathlib import Path

import polars as pl

from hindcast.sources import schema


def add_sequence(folder: Path, release: str) -> None:
    """Append to Events_Sequence what ``Occurrences`` says of aircraft that have no sequence.

    Before 2008 the sequence of events is in ``Occurrences``: a 3-digit occurrence (100-430) and a
    phase of the 500-610 scheme. The first occurrence is the one NTSB counts an accident under, so
    it becomes the defining event. The codes stay the era's own: 550 is a descent here and a
    landing from 2008 on.
    """
    source = folder / "Occurrences.parquet"
    if not source.exists():
        return
    target = folder / "Events_Sequence.parquet"
    rows = sequence(pl.read_parquet(source), release)
    if target.exists():
        given = pl.read_parquet(target)
        new = rows.filter(~pl.col("ev_id").is_in(given["ev_id"].implode()))
        rows = pl.concat([given, new], how="diagonal")
    if rows.height:
        rows.write_parquet(target, compression="zstd")


def sequence(occurrences: pl.DataFrame, release: str) -> pl.DataFrame:
    """Return Occurrences rows as Events_Sequence rows.

    Examples
    --------
    >>> rows = pl.DataFrame({"ev_id": ["a", "a"], "Aircraft_Key": ["1", "1"],
    ...     "Occurrence_No": ["2", "1"], "Occurrence_Code": ["350", "250"],
    ...     "Phase_of_Flight": ["570", "560"]})
    >>> sequence(rows, "Pre2008").select("Occurrence_Code", "phase_no", "Defining_ev").rows()
    [('350', '570', '0'), ('250', '560', '1')]
    """
    number = pl.col("Occurrence_No").cast(pl.Int64, strict=False)
    first = number == number.min().over("ev_id", "Aircraft_Key")
    wanted = ("ev_id", "Aircraft_Key", "Occurrence_No", "Occurrence_Code", "lchg_date")
    return occurrences.select(
        *(name for name in wanted if name in occurrences.columns),
        *_phase(occurrences),
        Defining_ev=pl.when(first).then(pl.lit("1")).otherwise(pl.lit("0")),
        **{schema.RELEASE: pl.lit(release)},
    )


def _phase(occurrences: pl.DataFrame) -> list[pl.Expr]:
    has = "Phase_of_Flight" in occurrences.columns
    return [pl.col("Phase_of_Flight").alias("phase_no")] if has else []
