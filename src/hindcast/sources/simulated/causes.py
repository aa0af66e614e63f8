"""The simulated tables of what happened (Events_Sequence) and why (Findings), 2008+ scheme."""

import numpy as np
import polars as pl

from . import reference
from .chance import flags, pick, stream

_PHASE_ONLY = 0.3
_AFTERWARDS = {"240": "470", "340": "440", "341": "440", "342": "440", "190": "440", "230": "300",
               "401": "470", "330": "440", "270": "470"}  # fmt: skip
_OCCURRENCES = {"440": "Off-field or emergency landing",
                "470": "Collision with terr/obj (non-CFIT)",
                "250": "Midair collision", "200": "Ground collision"}  # fmt: skip


def names() -> pl.DataFrame:
    """Return the words for each phase and occurrence number that sequences use."""
    table = reference.table("sequences")
    phases = table.select("phase_no", "phase").unique().sort("phase_no")
    known = table.select("eventsoe_no", "occurrence").unique().sort("eventsoe_no")
    further = pl.DataFrame(
        list(_OCCURRENCES.items()), schema=["eventsoe_no", "occurrence"], orient="row"
    )
    every = pl.concat([known, further]).unique("eventsoe_no", maintain_order=True)
    return phases.join(every, how="cross")


def events_sequence(fleet: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return the chain of each US aircraft: the defining event first, then what it led to.

    For some records only the phase is coded, as in NTSB's own tables; foreign events have none.
    """
    rng = stream(seed, "sequence table")
    home = fleet.filter(~pl.col("is_foreign")).select(
        "event", "ev_id", "lchg_date", "phase_no", "eventsoe_no", Aircraft_Key="key"
    )
    coded = pl.Series(flags(rng, 1 - _PHASE_ONLY, home.height))
    first = home.with_columns(
        Occurrence_No=pl.lit(1), Defining_ev=pl.lit(True),
        eventsoe_no=pl.when(coded).then("eventsoe_no"),
    )  # fmt: skip
    later = home.filter(coded).with_columns(
        Occurrence_No=pl.lit(2), Defining_ev=pl.lit(False),
        eventsoe_no=pl.col("eventsoe_no").replace_strict(_AFTERWARDS, default=None),
    ).drop_nulls("eventsoe_no")  # fmt: skip
    rows = pl.concat([first, later.select(first.columns)]).join(
        names(), on=["phase_no", "eventsoe_no"], how="left", validate="m:1", maintain_order="left"
    )
    return rows.select(
        "event", "ev_id", "Aircraft_Key", "Occurrence_No",
        Occurrence_Code=pl.col("phase_no").cast(pl.String) + pl.col("eventsoe_no"),
        Occurrence_Description=pl.format("{} - {}", "phase", "occurrence"),
        phase_no=pl.col("phase_no").cast(pl.String), eventsoe_no="eventsoe_no",
        Defining_ev="Defining_ev", lchg_date="lchg_date",
    ).sort("event", "Aircraft_Key", "Occurrence_No")  # fmt: skip


def findings(fleet: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return up to five findings per aircraft of a closed US report.

    What is found leans on the outcome, as it does in NTSB's records, where an inquiry into deaths
    digs deeper: this is why findings belong to the last horizon alone.
    """
    rng = stream(seed, "findings")
    closed = fleet.filter(~pl.col("is_foreign") & pl.col("is_closed"))
    count = pl.Series(1 + rng.binomial(4, np.where(closed["is_fatal"], 0.5, 0.4)))
    rows = closed.select(
        "event", "ev_id", "lchg_date", "is_fatal", "ev_year", Aircraft_Key="key",
        finding_no=pl.int_ranges(1, count + 1),
    ).explode("finding_no")  # fmt: skip
    known = reference.table("findings")
    lean = [known[c].to_numpy() for c in ("weight_survived", "weight_fatal")]
    weights = np.where(rows["is_fatal"].to_numpy()[:, None], lean[1], lean[0])
    rows = rows.hstack(known[pick(rng, weights)].select("finding_code", "finding_description"))
    rows = rows.unique(["event", "Aircraft_Key", "finding_code"], maintain_order=True)
    parts = {"category_no": 0, "subcategory_no": 2, "section_no": 4, "subsection_no": 6,
             "modifier_no": 8}  # fmt: skip
    return rows.select(
        "event", "ev_id", "Aircraft_Key", "finding_no", "finding_code", "finding_description",
        *(pl.col("finding_code").str.slice(at, 2).alias(name) for name, at in parts.items()),
        Cause_Factor=pl.when(pl.col("ev_year") < 2020)
        .then(pl.when(pl.col("finding_no") < 3).then(pl.lit("C")).otherwise(pl.lit("F"))),
        lchg_date="lchg_date",
    ).sort("event", "Aircraft_Key", "finding_no")  # fmt: skip
