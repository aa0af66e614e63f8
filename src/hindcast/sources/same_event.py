"""Give one event one identifier where its sources number it differently."""

import logging

import polars as pl

from hindcast.sources.merge import Extracted

log = logging.getLogger(__name__)


def adopt_ids(ordered: list[Extracted]) -> None:
    """Rewrite the ``ev_id`` of CAROL exports as the other releases have it, by report number.

    An export without EventID has identifiers of our making: beside a release with the same events
    each would count twice, once on either side of a split. A report number that stands for several
    events joins nothing.

    Parameters
    ----------
    ordered
        Releases in order of precedence; the tables of CAROL exports among them are rewritten.
    """
    others = [one for one in ordered if one.source.kind != "carol"]
    for one in ordered:
        if one.source.kind == "carol" and others:
            _adopt(one, _known(others))


def _known(others: list[Extracted]) -> pl.DataFrame:
    """Return ``ntsb_no`` and ``ev_id`` of each report number, as the first release has it."""
    numbers = [pl.read_parquet(one.table("events")) for one in others]
    pairs = [
        rows.select("ntsb_no", "ev_id").drop_nulls().unique("ntsb_no", keep="none")
        for rows in numbers
        if "ntsb_no" in rows.columns
    ]
    empty = pl.DataFrame(schema={"ntsb_no": pl.String, "ev_id": pl.String})
    return pl.concat([*pairs, empty]).unique("ntsb_no", keep="first", maintain_order=True)


def _adopt(one: Extracted, known: pl.DataFrame) -> None:
    events = pl.read_parquet(one.table("events"), columns=["ev_id", "ntsb_no"])
    joined = events.join(
        known, on="ntsb_no", how="inner", validate="m:1", suffix="_other", maintain_order="left"
    )
    renamed = dict(joined.select("ev_id", "ev_id_other").iter_rows())
    for name in one.tables():
        table = pl.read_parquet(one.table(name))
        table.with_columns(pl.col("ev_id").replace(renamed)).write_parquet(
            one.table(name), compression="zstd"
        )
    told = "%s: %s of %s events are known to other releases by their report number"
    log.info(told, one.source.release, f"{len(renamed):,}", f"{events.height:,}")
